"""Colours of frames on scales."""

import numpy as np
import pytest
from napari.utils.colormaps import AVAILABLE_COLORMAPS

from napari_unveil.display.scales import Scale, position
from napari_unveil.plugin.layers.look import MISSING_COLOUR, frame_look, look_of, scaled_colormap

Limits = [(1e-6, 1.0), (0.01, 1e4), (-0.5, 1e4)]


@pytest.mark.parametrize("limits", Limits)
@pytest.mark.parametrize("scale", list(Scale))
@pytest.mark.parametrize("name", ["gray", "viridis"])
def test_a_value_has_the_colour_of_the_base_map_at_its_place_on_the_scale(
    name: str, scale: Scale, limits: tuple[float, float]
) -> None:
    base, (low, high) = AVAILABLE_COLORMAPS[name], limits
    shares = np.concatenate([np.geomspace(1e-6, 1, 2001), np.linspace(0, 1, 2001)])
    colormap, gamma = scaled_colormap(base, scale, limits)
    expected = base.map(position(low + shares * (high - low), scale=scale, low=low, high=high))
    assert np.abs(colormap.map(shares**gamma) - expected).max() <= 1 / 256


@pytest.mark.parametrize("scale", list(Scale))
def test_missing_pixels_keep_their_colour_on_every_scale(scale: Scale) -> None:
    colormap, _ = scaled_colormap(AVAILABLE_COLORMAPS["gray"], scale, (-1, 1000))
    np.testing.assert_allclose(colormap.map(np.array([np.nan]))[0], MISSING_COLOUR, atol=1e-6)


def test_colours_for_what_lies_outside_the_limits_stay() -> None:
    base = AVAILABLE_COLORMAPS["HiLo"]
    assert base.high_color is not None, "test invalid"
    colormap, _ = scaled_colormap(base, Scale.LOG, (1, 1000))
    np.testing.assert_array_equal(colormap.map(np.array([0.0, 1.0])), base.map(np.array([0.0, 1.0])))
    assert not np.array_equal(colormap.map(np.array([0.999]))[0], base.map(np.array([1.0]))[0])


def test_tables_of_other_limits_leave_no_other_names_in_naparis_list() -> None:
    base = AVAILABLE_COLORMAPS["magma"]
    for high in range(2, 40):
        colormap, _ = scaled_colormap(base, Scale.LOG, (1, high))
        AVAILABLE_COLORMAPS[colormap.name] = colormap
    assert [name for name in AVAILABLE_COLORMAPS if name.startswith("magma, log")] == ["magma, logarithmic"]


def test_what_a_colormap_was_made_of_is_known_of_ours_alone() -> None:
    base = AVAILABLE_COLORMAPS["gray"]
    colormap, gamma = scaled_colormap(base, Scale.ARCSINH, (0, 10))
    look = look_of(colormap)
    assert look is not None
    assert (look.base.name, look.scale, look.limits, look.gamma) == ("gray", Scale.ARCSINH, (0, 10), gamma)
    assert look_of(base) is None


def test_a_frame_with_peaks_opens_up_to_them_and_one_without_values_opens_too() -> None:
    rng = np.random.default_rng(0)
    peaks = np.where(rng.random((300, 300)) < 1e-3, 1e4, rng.poisson(5, (300, 300))).astype(np.float32)
    assert frame_look(peaks)["contrast_limits"][1] == 1e4
    assert look_of(frame_look(peaks)["colormap"]).scale is Scale.ARCSINH
    for blank in (None, np.full((4, 4), np.nan, np.float32)):
        assert frame_look(blank)["contrast_limits"] == (0, 1)
