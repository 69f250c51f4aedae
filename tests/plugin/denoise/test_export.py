"""Export from the window "Denoise"."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from napari_unveil.frames import open_layers, parse_address, read_process
from napari_unveil.plugin.denoise.view import DenoiseView
from napari_unveil.plugin.jobs import Task
from napari_unveil.plugin.reader import layer_data
from napari_unveil.plugin.widgets import questions

Finish = Callable[[Task], None]
Until = Callable[[Callable[[], Any]], None]


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The questions that were put; all are answered with yes."""
    put: list[str] = []
    monkeypatch.setattr(questions, "agreed", lambda parent, question, *, yes: not put.append(question))
    return put


def written(path: Path) -> dict[str, np.ndarray]:
    return {name: stack.data.compute() for name, stack in open_layers(parse_address(path))}


def test_frames_of_a_file_are_exported(
    view: DenoiseView, until: Until, asked: list[str], full_file: Path, full_frames: np.ndarray, tmp_path: Path
) -> None:
    data, arguments, _ = layer_data(str(full_file))[0]
    view.frames.choose(view.viewer.add_image(data, **arguments))
    view.export(tmp_path / "out.h5")
    until(lambda: "Written to" in view.status.text())
    found = written(tmp_path / "out.h5")
    assert list(found) == ["signal", "noise"]
    np.testing.assert_allclose(found["signal"] + found["noise"], full_frames, atol=1e-3)
    assert read_process(parse_address(tmp_path / "out.h5"))["input"].startswith(str(full_file))


def test_size_and_time_are_asked_about_before_it_begins(
    view: DenoiseView, until: Until, asked: list[str], tmp_path: Path
) -> None:
    assert "4 frames" in view.estimate.text()
    assert "measured on the shown frame first" in view.estimate.text()
    view.export(tmp_path / "out.h5")
    until(lambda: asked)
    assert "4 frames, about 131 kB before compression" in asked[0]
    assert "s a frame (median of the last 1 denoised here), 1 are denoised already" in asked[0]
    until(lambda: "Written to" in view.status.text())


def test_nothing_is_written_when_the_user_does_not_agree(
    view: DenoiseView, finish: Finish, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(questions, "agreed", lambda *_, **__: False)
    view.press()
    finish(view.task)
    view.export(tmp_path / "out.h5")
    assert not view.task.running
    assert list(tmp_path.iterdir()) == []


def test_a_range_of_frames_is_exported_without_denoising_them_again(
    view: DenoiseView, finish: Finish, until: Until, asked: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from napari_unveil.denoising.denoiser import Denoiser

    view.press()
    finish(view.task)
    view.first.setValue(1)
    view.last.setValue(2)
    monkeypatch.setattr(Denoiser, "separate", lambda *_, **__: pytest.fail("denoised again"))
    view.export(tmp_path / "out.h5")
    until(lambda: "Written to" in view.status.text())
    signal = view.viewer.layers["full shots signal"].data
    np.testing.assert_array_equal(written(tmp_path / "out.h5")["signal"], signal[1:3])
    assert "2 are denoised already" in asked[0]


def test_cancelling_leaves_no_file(
    view: DenoiseView, finish: Finish, asked: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from napari_unveil.frames import NXdataWriter

    view.press()
    finish(view.task)
    write = NXdataWriter.write
    monkeypatch.setattr(NXdataWriter, "write", lambda self, *a: (view.end(), write(self, *a))[1])
    view.export(tmp_path / "out.h5")
    finish(view.task)
    assert list(tmp_path.iterdir()) == []


def test_a_place_where_nothing_can_be_written_is_refused(view: DenoiseView, asked: list[str], tmp_path: Path) -> None:
    view.export(tmp_path / "absent" / "out.h5")
    assert "nothing can be written" in view.status.text().lower()
    assert asked == []


def test_a_single_image_is_exported_as_one_frame(
    view: DenoiseView, until: Until, asked: list[str], full_frames: np.ndarray, tmp_path: Path
) -> None:
    view.frames.choose(view.viewer.add_image(full_frames[0], name="one"))
    view.energy.setValue(8)
    view.export(tmp_path / "out.h5")
    until(lambda: "Written to" in view.status.text())
    assert written(tmp_path / "out.h5")["noise"].shape == (1, *full_frames[0].shape)


def test_the_shown_frame_comes_before_those_that_are_exported(
    view: DenoiseView, until: Until, asked: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from napari_unveil.denoising.denoiser import Denoiser

    order: list[float] = []
    separate = Denoiser.separate

    def noted(self: Denoiser, frame: np.ndarray, **more: Any) -> Any:
        order.append(float(frame.sum()))
        if len(order) == 2:  # the first frame of the export that is not known
            view.session.separation.all[0].result.want(3)
        return separate(self, frame, **more)

    monkeypatch.setattr(Denoiser, "separate", noted)
    view.export(tmp_path / "out.h5")
    until(lambda: "Written to" in view.status.text())
    frames = view.frames.layer().data
    assert order[:3] == [pytest.approx(float(frames[n].sum())) for n in (0, 1, 3)]
