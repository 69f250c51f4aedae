from dataclasses import replace

import numpy as np
import pytest

from napari_unveil.simulate import FoamSettings, attenuation_slice, draw_foam
from napari_unveil.simulate.foam import Foam
from napari_unveil.simulate.tomography import (
    dark_frames,
    expected_dark,
    expected_flat,
    flat_frames,
    line_integrals,
    projection_angles,
    projections,
    transmission,
)

SMALL = FoamSettings(slices=3, width=48, angles=20, smallest_bubble=0.08)


@pytest.fixture(scope="module")
def foam():
    return draw_foam(SMALL, rng=np.random.default_rng(0))


@pytest.fixture(scope="module")
def volume(foam):
    return np.stack([attenuation_slice(foam, index) for index in range(SMALL.slices)]).astype(float)


def test_the_sum_of_a_projection_is_the_sum_of_the_slice_at_every_angle(foam, volume):
    sums = line_integrals(foam, angles_deg=np.linspace(0, 350, 11)).sum(axis=2)
    np.testing.assert_allclose(sums, np.tile(volume.sum(axis=(1, 2)), (11, 1)), rtol=1e-6)


def test_the_line_through_one_bubble_is_shorter_by_its_chord():
    """A bubble in the middle of the only slice, on the axis, seen in very fine cells."""
    settings = FoamSettings(slices=1, width=32, supersampling=8)
    bubble = Foam(settings, np.array([[0.5, 0.0, 0.0, 40.0 / 8]]))
    solid = Foam(settings, np.empty((0, 4)))
    angles = np.array([0.0, 30.0])
    missing = line_integrals(solid, angles_deg=angles) - line_integrals(bubble, angles_deg=angles)
    chords = missing / settings.attenuation
    u, z = np.meshgrid(np.linspace(0, 1, 401), np.linspace(-0.5, 0.5, 401))
    for column in (16, 18):
        mean = 2 * np.sqrt(25 - (column - 16 + u) ** 2 - z**2).mean()
        np.testing.assert_allclose(chords[:, 0, column], mean, rtol=1e-3)


def test_projections_along_the_axes_are_sums_of_the_volume(foam, volume):
    at_0, at_90 = line_integrals(foam, angles_deg=np.array([0.0, 90.0]))
    np.testing.assert_allclose(at_0, volume.sum(axis=1), atol=1e-6)
    np.testing.assert_allclose(at_90, volume.sum(axis=2)[:, ::-1], atol=1e-6)


def test_half_a_turn_mirrors_the_projection(foam):
    before, after = line_integrals(foam, angles_deg=np.array([25.0, 205.0]))
    np.testing.assert_allclose(after, before[:, ::-1], atol=1e-10)


def test_the_beam_passes_in_the_cells_of_a_pixel(foam):
    """Mean transmission is at least the transmission of the mean (Jensen), and the same in a single cell."""
    angles = np.array([10.0])
    passing, mean = transmission(foam, angles_deg=angles), np.exp(-line_integrals(foam, angles_deg=angles))
    assert (passing >= mean - 1e-12).all()
    assert (passing > mean + 1e-6).any()
    single = replace(foam, settings=replace(SMALL, supersampling=1))
    np.testing.assert_allclose(
        transmission(single, angles_deg=angles), np.exp(-line_integrals(single, angles_deg=angles))
    )


def test_an_axis_beside_the_middle_shifts_every_projection():
    settings = replace(SMALL, width=64)
    foam = draw_foam(settings, rng=np.random.default_rng(0))
    moved = replace(foam, settings=replace(settings, axis_offset_px=1.0))
    angles = np.array([0.0, 70.0])
    assert moved.settings.axis_px == 32.5
    np.testing.assert_allclose(
        line_integrals(moved, angles_deg=angles)[..., 1:], line_integrals(foam, angles_deg=angles)[..., :-1], atol=1e-10
    )


def test_angles_cover_half_a_turn_once():
    angles = projection_angles(SMALL)
    assert angles[0] == 0
    np.testing.assert_allclose(np.diff(angles), 9)
    assert angles[-1] == 171


def test_counts_are_poissonian_around_flat_times_transmission_plus_dark(foam):
    expected = expected_flat(SMALL) * transmission(foam, angles_deg=projection_angles(SMALL)) + expected_dark(SMALL)
    rng = np.random.default_rng(1)
    pull = [(np.stack(list(projections(foam, rng=rng))) - expected) / np.sqrt(expected) for _ in range(20)]
    assert abs(np.mean(pull)) < 5 / np.sqrt(np.size(pull))
    assert np.var(pull) == pytest.approx(1, abs=0.02)


def test_projections_come_one_by_one_however_many_are_computed_at_once(foam):
    frames = list(projections(foam, rng=np.random.default_rng(1)))
    assert len(frames) == 20
    assert {frame.shape for frame in frames} == {(3, 48)}
    assert frames[0].dtype == np.float32


def test_flats_and_darks_have_their_means_and_a_structure_of_their_own():
    settings = replace(SMALL, flats=400, darks=400)
    flats, darks = (make(settings, rng=np.random.default_rng(2)).astype(float) for make in (flat_frames, dark_frames))
    assert flats.shape == darks.shape == (400, 3, 48)
    assert darks.mean() == pytest.approx(10, rel=0.1)
    assert (flats - darks).mean() == pytest.approx(100, rel=0.01)
    for counts, mean in (
        (flats, expected_flat(settings) + expected_dark(settings)),
        (darks, expected_dark(settings)),
    ):
        np.testing.assert_allclose(counts.mean(axis=0), mean, rtol=0.12)
        assert (counts.var(axis=0) / mean).mean() == pytest.approx(1, abs=0.05)
        assert mean.std() > 0.05 * mean.mean()


def test_corrected_projections_give_the_line_integrals_back(foam):
    bright = replace(foam, settings=replace(SMALL, photons=1e6, supersampling=4, flats=100))
    counts = np.stack(list(projections(bright, rng=np.random.default_rng(3))))
    flat = flat_frames(bright.settings, rng=np.random.default_rng(4)).mean(axis=0)
    dark = dark_frames(bright.settings, rng=np.random.default_rng(5)).mean(axis=0)
    found = -np.log((counts - dark) / (flat - dark))
    np.testing.assert_allclose(found, line_integrals(bright, angles_deg=projection_angles(SMALL)), atol=0.02)


def test_the_seed_brings_a_measurement_back_and_fixes_the_detector(foam):
    first, again, other = (next(projections(foam, rng=np.random.default_rng(seed))) for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert (first != other).any()
    np.testing.assert_array_equal(expected_flat(SMALL), expected_flat(replace(SMALL)))
    assert (expected_flat(SMALL) != expected_flat(replace(SMALL, seed=1))).any()
