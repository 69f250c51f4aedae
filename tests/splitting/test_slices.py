from dataclasses import replace

import numpy as np
import pytest
from skimage.transform import iradon

from napari_unveil.errors import Refused
from napari_unveil.frames import open_projections, parse_address, projections_from_arrays
from napari_unveil.simulate import FoamSettings
from napari_unveil.simulate.discs import Discs, disc_areas, mean_chords
from napari_unveil.splitting import SplitSettings, parts_of, preview, split

MU = 0.02
"""Attenuation of the large disc per pixel; the small one in it attenuates twice as much."""
DISCS = Discs(y=np.array([1.0, -6.0]), x=np.array([-2.0, 9.0]), radius=np.array([20.0, 6.0]), weight=np.array([1.0, 1]))


def discs(angles_deg, *, width=64, axis_px=None, rows=1):
    """Noise-free projections of two discs; flats of 1000, darks of 100 counts."""
    axis = (width - 1) / 2 if axis_px is None else axis_px
    chords = mean_chords(DISCS, angles_rad=np.deg2rad(angles_deg), cells=width, cells_per_pixel=1, axis_px=axis + 0.5)
    counts = 100 + 900 * np.exp(-MU * chords)[:, None, :].repeat(rows, axis=1)
    flats, darks = np.full((3, rows, width), 1000.0), np.full((2, rows, width), 100.0)
    return projections_from_arrays(counts, flats=flats, darks=darks, angles_deg=angles_deg, name="discs")


EVEN = np.arange(0, 180, 1.5)


def inside(width, *, disc, share=0.7):
    """Pixels well inside of one of the discs."""
    place = np.arange(width) - (width - 1) / 2
    near = np.hypot(place[:, None] - DISCS.y[disc], place - DISCS.x[disc]) < share * DISCS.radius[disc]
    if disc == 0:
        near &= np.hypot(place[:, None] - DISCS.y[1], place - DISCS.x[1]) > 1.4 * DISCS.radius[1]
    return near


@pytest.mark.parametrize(("width", "axis_px"), [(64, 31.5), (65, 32.0), (64, 27.3), (65, 36.75), (80, 30.0)])
def test_discs_have_their_attenuation_and_their_place_about_any_axis(width, axis_px):
    stack = split(discs(EVEN, width=width, axis_px=axis_px), SplitSettings(axis_px=axis_px))
    image, truth = stack.read(0), MU * disc_areas(DISCS, side=width)
    assert image[inside(width, disc=0)].mean() == pytest.approx(MU, rel=0.01)
    assert image[inside(width, disc=1)].mean() == pytest.approx(2 * MU, rel=0.02)
    seen = np.isfinite(image)
    shifted = [np.nansum((np.roll(image, shift, axis=axis) - truth)[seen] ** 2) for axis in (0, 1) for shift in (-1, 1)]
    assert np.sum((image - truth)[seen] ** 2) < 0.4 * min(shifted)


def test_each_part_has_the_right_height_by_itself():
    parts = parts_of(split(discs(np.arange(0, 180, 2.0)), SplitSettings()), 0)
    assert parts.shape == (4, 64, 64)
    for part in parts:
        assert part[inside(64, disc=0)].mean() == pytest.approx(MU, rel=0.03)


@pytest.mark.parametrize(
    "angles", [EVEN, EVEN[::-1], np.roll(EVEN, 17), EVEN * 2], ids=["up", "down", "from 17", "turn"]
)
def test_the_mean_of_the_parts_is_the_back_projection_of_all_where_k_divides_their_number(angles):
    projections = discs(angles)
    mean = parts_of(split(projections, SplitSettings()), 0).mean(axis=0)
    np.testing.assert_allclose(mean, preview(projections, 0, axis_px=31.5), atol=1e-6 * MU + 1e-8)


def test_with_an_odd_side_and_the_axis_in_its_middle_the_result_is_that_of_scikit_image():
    projections = discs(EVEN, width=65)
    integrals = -np.log((projections.read(0).projections - 100) / 900)
    plain = iradon(integrals.T, theta=EVEN, circle=False, output_size=65)
    found = split(projections, SplitSettings()).read(0)
    seen = np.isfinite(found)
    seen &= np.hypot(*(np.mgrid[:65, :65] - 32)) < 30
    np.testing.assert_allclose(found[seen], plain[seen], atol=1e-3 * MU)


@pytest.mark.parametrize("angles", [np.arange(0, 180, 1.4), np.sort(np.random.default_rng(3).uniform(0, 180, 131))])
def test_where_k_does_not_divide_the_frames_are_still_the_mean_of_the_parts_and_of_the_right_height(angles):
    stack = split(discs(angles), SplitSettings())
    assert any("one more than the others" in warning for warning in stack.warnings)
    np.testing.assert_allclose(stack.read(0), parts_of(stack, 0).mean(axis=0), atol=1e-8)
    assert stack.read(0)[inside(64, disc=0)].mean() == pytest.approx(MU, rel=0.02)


def test_the_last_angle_that_repeats_the_first_adds_nothing():
    once = preview(discs(np.arange(180.0)), 0, axis_px=31.5)
    twice = preview(discs(np.arange(181.0)), 0, axis_px=31.5)
    np.testing.assert_allclose(twice, once, atol=1e-8)


def test_pixels_that_some_projection_does_not_see_are_missing():
    image = split(discs(EVEN, axis_px=27.5), SplitSettings(axis_px=27.5)).read(0)
    place = np.arange(64) - 31.5
    np.testing.assert_array_equal(np.isnan(image), np.hypot(place[:, None], place) > 28)


def test_a_lost_projection_leaves_the_height_as_it_is():
    whole = discs(np.arange(0, 180, 2.0))
    counts = whole.read(0).projections[:, None].copy()
    counts[33] = np.nan
    flats, darks = np.full((1, 1, 64), 1000.0), np.full((1, 1, 64), 100.0)
    lost = projections_from_arrays(counts, flats=flats, darks=darks, angles_deg=whole.angles_deg, name="lost")
    parts = parts_of(split(lost, SplitSettings()), 0)
    for part in parts:
        assert part[inside(64, disc=0)].mean() == pytest.approx(MU, rel=0.03)


def test_noise_of_the_parts_is_independent(foam):
    """Two scans of the same foam, noise drawn anew: the differences of their parts are noise alone."""
    settings = FoamSettings(slices=1, width=64, angles=64, photons=1e4, flats=1000, smallest_bubble=0.1)
    bright = foam(settings)
    rng = np.random.default_rng(8)
    noisy = [
        projections_from_arrays(
            bright.read(0).projections[:, None] + rng.normal(0, 100, (64, 1, 64)),
            flats=np.full((1, 1, 64), 1e4),
            darks=np.zeros((1, 1, 64)),
            angles_deg=bright.angles_deg,
            name="noisy",
        )
        for _ in range(2)
    ]
    one, other = (parts_of(split(each, SplitSettings()), 0) for each in noisy)
    seen = np.isfinite(one[0])
    correlation = np.corrcoef((one - other)[:, seen])
    assert np.abs(correlation - np.eye(4)).max() < 4 / np.sqrt(seen.sum() / 4)


@pytest.mark.parametrize("axis_px", [-1, 64])
def test_an_axis_beside_the_detector_is_refused(axis_px):
    with pytest.raises(Refused, match="from 0 to 63"):
        split(discs(EVEN), SplitSettings(axis_px=axis_px))
    with pytest.raises(Refused, match="from 0 to 63"):
        preview(discs(EVEN), 0, axis_px=axis_px)


def test_the_real_tooth_is_reconstructed_slice_by_slice(shared_data):
    projections = open_projections(parse_address(shared_data / "tomopy_tooth" / "tooth.h5"))
    stack = split(projections, SplitSettings(axis_px=295.6))
    assert (stack.data.shape, stack.axes, stack.unit) == ((2, 640, 640), ("slice", "y", "x"), "1/pixel")
    parts = parts_of(stack, 0)
    assert np.nanmean(parts, axis=(1, 2)) == pytest.approx([np.nanmean(parts)] * 4, rel=1e-3)
    np.testing.assert_allclose(stack.read(0), parts.mean(axis=0), atol=1e-7)


def test_only_the_slice_that_is_asked_for_is_read():
    whole = discs(EVEN, rows=5)
    rows: list[int] = []

    def noting(row):
        rows.append(row)
        return whole.read_projections(row)

    stack = split(replace(whole, read_projections=noting), SplitSettings())
    rows.clear()
    stack.read(3)
    parts_of(stack, 3)
    assert rows == [3]


def test_fewer_projections_than_parts_are_refused():
    with pytest.raises(Refused, match="3 projections, 4 parts"):
        split(discs(np.array([0.0, 60, 120])), SplitSettings())


@pytest.mark.parametrize("form", ["frames", "thinning"])
def test_a_tomography_is_no_stack_of_frames(form):
    with pytest.raises(Refused, match="projections of a tomography and the form"):
        split(discs(EVEN), SplitSettings(form))


def test_flats_no_brighter_than_darks_are_refused():
    side = np.full((1, 1, 16), 100.0)
    dark = projections_from_arrays(
        side.repeat(8, axis=0), flats=side, darks=side, angles_deg=np.arange(8) * 22.5, name="dark"
    )
    with pytest.raises(Refused, match="no pixel of row 0 in dark got light"):
        split(dark, SplitSettings())


def test_opaque_pixels_are_said_when_the_scan_is_split():
    whole = discs(EVEN)
    counts = whole.read(0).projections[:, None].copy()
    counts[:, 0, 30] = 90
    opaque = replace(whole, read_projections=lambda row: counts[:, row])
    assert any("no more light than without beam" in warning for warning in split(opaque, SplitSettings()).warnings)
