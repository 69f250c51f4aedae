"""Pictures of a held-out patch."""

import numpy as np
import pytest

from napari_unveil.display.scales import Scale
from napari_unveil.plugin.layers.look import MISSING_COLOUR
from napari_unveil.plugin.train.preview_strip import coloured
from napari_unveil.training import Preview


def preview(**changed: np.ndarray) -> Preview:
    images = {name: np.full((8, 8), 10, np.float32) for name in ("input", "signal", "noise", "truth")}
    return Preview(**{**images, **changed}, unit="keV", step=3)


def test_equal_values_have_equal_colours_in_all_four_pictures() -> None:
    rng = np.random.default_rng(0)
    image = rng.uniform(0, 100, (8, 8)).astype(np.float32)
    pictures, _ = coloured(preview(input=image, signal=image, noise=image, truth=image))
    for picture in pictures[1:]:
        np.testing.assert_array_equal(picture, pictures[0])


def test_weak_signal_is_told_from_nothing_beside_hits() -> None:
    image = np.zeros((8, 8), np.float32)
    image[0, 0], image[4, 4] = 1000, 8
    pictures, span = coloured(preview(input=image, signal=image))
    assert 100 < span.high <= 1000
    assert np.abs(pictures[1][4, 4].astype(int) - pictures[1][7, 7].astype(int)).max() > 20


def test_missing_pixels_have_a_colour_of_their_own() -> None:
    image = np.full((8, 8), 10, np.float32)
    image[2, 3] = np.nan
    pictures, _ = coloured(preview(input=image))
    expected = [round(255 * part) for part in MISSING_COLOUR[:3]]
    assert pictures[0][2, 3].tolist() == expected
    assert pictures[0][0, 0].tolist() != expected


def test_a_patch_without_values_is_drawn_too() -> None:
    pictures, span = coloured(preview(input=np.full((8, 8), np.nan, np.float32)))
    assert span.high == 1
    assert len(pictures) == 4


def test_values_that_are_no_counts_have_a_linear_scale_from_below_zero() -> None:
    image = np.linspace(-2, 3, 64, dtype=np.float32).reshape(8, 8)
    pictures, span = coloured(preview(input=image))
    assert span.scale is Scale.LINEAR
    assert span.low == pytest.approx(-2, abs=0.05)
    assert len({tuple(colour) for colour in pictures[0][0]}) == 8, "values below zero are told apart"
