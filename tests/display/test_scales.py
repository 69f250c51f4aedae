"""Intensities on scales between two limits."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from napari_unveil.display.scales import ENTRIES, Scale, knee, log_floor, looked_up, position, table

CURVED = (Scale.SQRT, Scale.LOG, Scale.ARCSINH)
FRAME_LIMITS = [(1e-6, 1.0), (0.01, 1e4), (0.0, 1e4), (-0.5, 1e4), (-3.0, 1e6), (5.0, 6.0), (-10.0, -1.0)]
"""Of photons, keV with readout noise below 0, a narrow window, and values below 0 alone."""


@given(st.floats(-1e4, 1e4), st.floats(1e-2, 1e5), st.sampled_from(list(Scale)))
def test_positions_rise_from_0_at_the_lower_to_1_at_the_upper_limit(low: float, span: float, scale: Scale) -> None:
    values = low + np.linspace(0, 1, 101) * span
    found = position(values, scale=scale, low=low, high=low + span)
    assert (found[0], found[-1]) == (0, pytest.approx(1))
    assert (np.diff(found) >= -1e-12).all()


def test_each_decade_takes_the_same_share_of_a_logarithmic_scale() -> None:
    found = position(10.0 ** np.arange(-6, 1), scale=Scale.LOG, low=1e-6, high=1)
    np.testing.assert_allclose(found, np.arange(7) / 6, atol=1e-12)


def test_a_quarter_of_the_range_lies_half_way_up_a_square_root() -> None:
    assert position(25.0, scale=Scale.SQRT, low=0, high=100) == pytest.approx(0.5)


@pytest.mark.parametrize("scale", [Scale.LINEAR, Scale.SQRT, Scale.ARCSINH])
def test_noise_of_both_signs_is_shown_evenly(scale: Scale) -> None:
    values = np.array([-100.0, -1.0, 0.0, 1.0, 100.0])
    found = position(values, scale=scale, low=-100, high=100)
    np.testing.assert_allclose(found, 1 - found[::-1], atol=1e-12)
    assert found[2] == 0.5


def test_a_logarithm_of_readout_noise_begins_where_the_noise_ends() -> None:
    assert log_floor(-0.5, 1e3) == 0.5
    found = position([-0.5, 0.0, 0.5, 5.0, 500.0], scale=Scale.LOG, low=-0.5, high=500)
    np.testing.assert_allclose(found, [0, 0, 0, 1 / 3, 1], atol=1e-12)


@pytest.mark.parametrize("high", [1.0, 1e5])
def test_floor_and_knee_stay_2_to_4_decades_below_the_brightest(high: float) -> None:
    for low in (-10 * high, -high, -1e-9 * high, 0.0):
        assert 1e-4 * high <= log_floor(low, high) <= 1e-2 * high
        assert 1e-4 <= knee(low, high) / max(abs(low), high) <= 1e-2


def test_a_logarithm_without_anything_above_0_is_linear() -> None:
    values = np.linspace(-10, -1, 7)
    linear = position(values, scale=Scale.LINEAR, low=-10, high=-1)
    np.testing.assert_array_equal(position(values, scale=Scale.LOG, low=-10, high=-1), linear)


def test_missing_pixels_have_no_position() -> None:
    for scale in Scale:
        assert np.isnan(position(np.nan, scale=scale, low=1, high=2))


@pytest.mark.parametrize("limits", FRAME_LIMITS)
@pytest.mark.parametrize("scale", CURVED)
def test_a_table_keeps_six_decades_within_half_a_grey_level(scale: Scale, limits: tuple[float, float]) -> None:
    low, high = limits
    shares = np.geomspace(1e-6, 1, 20_001)
    exact = position(low + shares * (high - low), scale=scale, low=low, high=high)
    assert np.ptp(exact) > 0.5, "test invalid"
    assert np.abs(looked_up(table(scale, low=low, high=high), shares) - exact).max() < 0.5 / 256


@pytest.mark.parametrize("scale", [Scale.SQRT, Scale.ARCSINH])
def test_a_table_through_zero_keeps_one_grey_level(scale: Scale) -> None:
    shares = np.linspace(0, 1, 20_001)
    exact = position(2000 * shares - 1000, scale=scale, low=-1000, high=1000)
    assert np.abs(looked_up(table(scale, low=-1000, high=1000), shares) - exact).max() < 1.01 / 256


def test_tables_fit_into_what_a_graphics_card_is_given() -> None:
    for scale in Scale:
        made = table(scale, low=-1, high=1000)
        assert made.positions.shape == (ENTRIES,)
        assert 0.2 <= made.gamma <= 1, "napari's slider ends at 0.2"
