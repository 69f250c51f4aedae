"""The standard error of the signal in the window "Denoise"."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from napari_unveil.frames import open_layers, parse_address
from napari_unveil.plugin import layers
from napari_unveil.plugin.denoise.view import DenoiseView
from napari_unveil.plugin.jobs import Task
from napari_unveil.plugin.reader import layer_data
from napari_unveil.plugin.session import Trio

Denoised = Callable[[DenoiseView], Trio]
Finish = Callable[[Task], None]
Until = Callable[[Callable[[], Any]], None]
SIGNAL, NOISE, ERROR = "full shots signal", "full shots noise", "full shots error"


@pytest.fixture
def view(view: DenoiseView, model_with_errors: Path) -> DenoiseView:
    """The window with a model that gives standard errors."""
    view.session.announce_model(model_with_errors)
    view.check()
    return view


def test_the_error_is_a_third_layer_hidden_and_with_a_look_of_its_own(view: DenoiseView, denoised: Denoised) -> None:
    trio = denoised(view)
    error = view.viewer.layers[ERROR]
    assert trio.results == (view.viewer.layers[SIGNAL], view.viewer.layers[NOISE], error)
    assert trio.error is error
    assert not error.visible
    whole = np.asarray(error.data)
    assert whole.shape == np.asarray(view.viewer.layers["full shots"].data).shape
    assert (whole >= 0).all()
    assert (whole > 0).any()
    assert error.colormap.name.startswith("magma")
    before = tuple(error.contrast_limits)
    view.viewer.layers["full shots"].contrast_limits = (3, 33)
    assert tuple(error.contrast_limits) == before
    assert view.frames.layer().name == "full shots"


@pytest.mark.usefixtures("step_by_step")
def test_it_is_added_in_a_turn_of_its_own(view: DenoiseView, finish: Finish, until: Until) -> None:
    happened: list[str] = []
    view.viewer.layers.events.inserted.connect(lambda event: happened.append(event.value.name))
    view.session.trio_changed.connect(lambda _: happened.append("trio"), max_args=1)
    view.press()
    until(lambda: view.session.trio)
    finish(view.task)
    assert happened == [SIGNAL, NOISE, ERROR, "trio"]


def test_pressing_again_fills_the_layer_and_another_model_takes_it_away(
    view: DenoiseView, denoised: Denoised, model: Path
) -> None:
    error = denoised(view).error
    view.passes.choose(4)
    assert denoised(view).error is error
    assert error.metadata["unveil"]["provenance"]["parameters"]["passes"] == 4
    view.choose_model(model)
    assert not view.beside.errors.isEnabled()
    assert "gives no standard error" in view.beside.errors.toolTip()
    assert denoised(view).error is None
    assert ERROR not in view.viewer.layers


def test_unwanted_errors_are_neither_shown_nor_kept(view: DenoiseView, denoised: Denoised) -> None:
    assert view.beside.errors.isEnabled()
    view.beside.errors.setChecked(False)
    assert denoised(view).error is None
    assert ERROR not in view.viewer.layers
    assert view.session.separation.all[0].result.get(0).error is None


def test_the_wish_is_remembered(view: DenoiseView, qtbot: Any) -> None:
    view.beside.errors.setChecked(False)
    again = DenoiseView(view.viewer)
    qtbot.addWidget(again)
    assert not again.beside.errors.isChecked()


def test_memory_counts_the_errors(view: DenoiseView, denoised: Denoised, monkeypatch: pytest.MonkeyPatch) -> None:
    from napari_unveil.plugin.denoise import separations
    from napari_unveil.plugin.preferences import Preferences

    two_frames = 2 * 3 * 4 * 64 * 64
    monkeypatch.setattr(separations, "preferences", lambda: Preferences(cache_gb=two_frames / 1e9))
    denoised(view)
    result = view.session.separation.all[0].result
    assert sum(result.has(index) for index in range(4)) == 2


def test_an_error_that_is_removed_or_renamed_does_not_stop_the_others(
    view: DenoiseView, denoised: Denoised, finish: Finish
) -> None:
    first = denoised(view)
    view.viewer.layers.remove(ERROR)
    view.viewer.dims.set_current_step(0, 3)
    finish(view.task)
    assert view.session.separation.all != ()
    second = denoised(view)
    assert second.signal is first.signal
    second.error.name = "mine"
    assert denoised(view).error is second.error
    assert ERROR not in view.viewer.layers


def test_the_denoising_ends_with_its_last_layer(view: DenoiseView, denoised: Denoised) -> None:
    denoised(view)
    view.viewer.layers.remove(SIGNAL)
    view.viewer.layers.remove(NOISE)
    assert view.session.separation.all != ()
    view.viewer.layers.remove(ERROR)
    assert view.session.separation.all == ()


def test_errors_are_exported_and_counted_and_known_when_the_file_is_opened(
    view: DenoiseView, until: Until, questions_asked: list[str], tmp_path: Path
) -> None:
    view.export(tmp_path / "out.h5")
    until(lambda: "Written to" in view.status.text())
    assert questions_asked[0].startswith("Write signal, noise and standard error to")
    assert "about 197 kB before compression" in questions_asked[0]
    written = dict(open_layers(parse_address(tmp_path / "out.h5")))
    assert list(written) == ["signal", "noise", "signal_errors"]
    assert np.isfinite(written["signal_errors"].data.compute()).all()
    opened = [view.viewer.add_image(data, **arguments) for data, arguments, _ in layer_data(str(tmp_path / "out.h5"))]
    assert [layer.visible for layer in opened] == [True, True, False]
    assert layers.error_of(view.viewer, opened[0]) is opened[2]
    assert layers.error_of(view.viewer, view.viewer.layers[SIGNAL]) is view.viewer.layers[ERROR]


def test_replaced_frames_of_an_opened_result_have_no_error(
    view: DenoiseView, until: Until, questions_asked: list[str], tmp_path: Path
) -> None:
    view.export(tmp_path / "out.h5")
    until(lambda: "Written to" in view.status.text())
    signal, _, error = (
        view.viewer.add_image(data, **arguments) for data, arguments, _ in layer_data(str(tmp_path / "out.h5"))
    )
    signal.data = np.zeros(error.data.shape, np.float32)
    assert layers.error_of(view.viewer, signal) is None
