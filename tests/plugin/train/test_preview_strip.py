"""Pictures of a held-out patch."""

import numpy as np

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
    pictures, high = coloured(preview(input=image, signal=image))
    assert 100 < high <= 1000
    assert np.abs(pictures[1][4, 4].astype(int) - pictures[1][7, 7].astype(int)).max() > 20


def test_missing_pixels_have_a_colour_of_their_own() -> None:
    image = np.full((8, 8), 10, np.float32)
    image[2, 3] = np.nan
    pictures, _ = coloured(preview(input=image))
    expected = [round(255 * part) for part in MISSING_COLOUR[:3]]
    assert pictures[0][2, 3].tolist() == expected
    assert pictures[0][0, 0].tolist() != expected


def test_a_patch_without_values_is_drawn_too() -> None:
    pictures, high = coloured(preview(input=np.full((8, 8), np.nan, np.float32)))
    assert high == 1
    assert len(pictures) == 4
