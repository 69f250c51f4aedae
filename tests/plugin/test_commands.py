"""What napari's menus do."""

from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest

from napari_unveil.frames import DEFAULT_MASK_BITS
from napari_unveil.plugin import commands

DOUBLE_SIZE_BIT = 22


@pytest.fixture
def file_with_mask(tmp_path: Path) -> Path:
    """Frames with one bad pixel and one of double size, as a NeXus detector marks them."""
    path = tmp_path / "masked.h5"
    mask = np.zeros((32, 32), np.uint32)
    mask[3, 4], mask[5, 6] = 1, 1 << DOUBLE_SIZE_BIT
    with h5py.File(path, "w") as file:
        file["entry/data/data"] = np.ones((2, 32, 32), np.float32)
        file["entry/instrument/detector/pixel_mask"] = mask
    return path


def test_bits_that_are_asked_for_make_pixels_missing(viewer: Any, file_with_mask: Path) -> None:
    for bits, expected in ((DEFAULT_MASK_BITS, 1), (DEFAULT_MASK_BITS | 1 << DOUBLE_SIZE_BIT, 2)):
        commands.add_frames(viewer, str(file_with_mask), mask_bits=bits)
        shown = np.asarray(viewer.layers[-1].data[0])
        assert np.isnan(shown).sum() == expected


def test_missing_pixels_have_a_colour_of_their_own(viewer: Any, file_with_mask: Path) -> None:
    commands.add_frames(viewer, str(file_with_mask), mask_bits=DEFAULT_MASK_BITS)
    colormap = viewer.layers[-1].colormap
    painted, faintest = colormap.map(np.array([np.nan, 0.0]))
    assert not np.allclose(painted, faintest)
    assert painted[3] == 1


def test_the_dialog_opens_what_was_chosen(viewer: Any, file_with_mask: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    answer = {"path": file_with_mask, "dataset": "/entry/data/data", "double_size": True, "interpolated": False}
    monkeypatch.setattr(commands, "request_values", lambda **_: answer)
    commands.open_detector_frames(viewer)
    assert np.isnan(np.asarray(viewer.layers[-1].data[0])).sum() == 2
    monkeypatch.setattr(commands, "request_values", lambda **_: {})
    commands.open_run_folder(viewer)
    assert len(viewer.layers) == 1


def test_a_file_that_cannot_be_opened_is_said_and_adds_nothing(
    viewer: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []
    monkeypatch.setattr(commands, "show_error", said.append)
    (tmp_path / "empty.h5").touch()
    commands.add_frames(viewer, str(tmp_path / "empty.h5"), mask_bits=DEFAULT_MASK_BITS)
    assert len(viewer.layers) == 0
    assert "empty" in said[0]


def test_a_result_stands_for_its_input(viewer: Any) -> None:
    from napari_unveil.plugin import layers

    frames = np.ones((2, 8, 8), np.float32)
    layer = viewer.add_image(frames, name="run")
    signal, _ = layers.show_separation(viewer, layer, frames, frames, provenance={}, noise_frame=None)
    assert layers.source_of(viewer, signal) is layer
    assert layers.source_of(viewer, layer) is None
