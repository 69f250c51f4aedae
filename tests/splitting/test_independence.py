import numpy as np
import pytest

from napari_unveil.frames import open_frames, open_projections, parse_address, projections_from_arrays, stack_from_array
from napari_unveil.simulate import FoamSettings
from napari_unveil.splitting import SplitSettings, doubts

FRAMES, THINNING = SplitSettings("frames", 4), SplitSettings("thinning", 4)


def test_a_static_scene_of_photons_gives_no_doubt(exposures):
    assert doubts(exposures(), FRAMES) == ()
    assert doubts(exposures(), THINNING) == ()
    assert doubts(exposures(level=0.02), FRAMES) == ()


@pytest.mark.parametrize("settings", [FRAMES, THINNING])
def test_a_hot_pixel_is_named(exposures, settings):
    said = doubts(exposures(hot=100.0), settings)
    assert "stands out alone in every part" in said[0]
    assert "row 70, column 20" in said[0]


def test_a_hit_in_one_frame_is_no_hot_pixel_of_a_series(exposures):
    frames = exposures().data.compute()
    frames[3, 20, 70] += 500
    hit = stack_from_array(frames, name="hit", unit="photons")
    assert not any("alone" in sentence for sentence in doubts(hit, FRAMES))


def test_masked_hot_pixels_give_no_doubt(exposures):
    frames = exposures(hot=100.0).data.compute()
    frames[:, 70, 20] = np.nan
    assert doubts(stack_from_array(frames, name="masked", unit="photons"), FRAMES) == ()


def test_a_scene_that_moves_is_said(exposures):
    assert any("not static" in sentence for sentence in doubts(exposures(16, drift_px=12.0, level=20.0), FRAMES))


def test_a_beam_that_fades_as_a_whole_is_no_motion(exposures):
    photons = exposures(16).data.compute().astype(int)
    frames = np.random.default_rng(0).binomial(photons, np.linspace(1, 0.8, 16)[:, None, None])
    assert doubts(stack_from_array(frames.astype(np.float32), name="fading", unit="photons"), FRAMES) == ()


def test_noise_of_analogue_frames_is_judged_by_what_it_is(exposures):
    rng = np.random.default_rng(2)
    frames = (8.0 * exposures().data.compute() + rng.normal(0, 3, (8, 96, 96))).astype(np.float32)
    assert doubts(stack_from_array(frames, name="keV", unit="keV"), FRAMES) == ()


def test_counts_that_are_no_photons_have_parts_with_a_pattern_in_common():
    """Ten counts for each photon: what is thinned is the same in all parts."""
    counts = 10 * np.random.default_rng(3).poisson(20, (1, 96, 96)).astype(np.float32)
    said = doubts(stack_from_array(counts, name="gain", unit="counts"), THINNING)
    assert any("pattern in common" in sentence for sentence in said)


def test_a_pattern_of_the_detector_is_found_below_the_noise():
    """Each of 64 frames has noise of 1, and the same pattern of 0.3."""
    rng = np.random.default_rng(4)
    frames = rng.normal(100, 1, (64, 96, 96)) + rng.normal(0, 0.3, (96, 96))
    said = doubts(stack_from_array(frames.astype(np.float32), name="pattern", unit="ADU"), FRAMES)
    assert any("pattern in common" in sentence for sentence in said)


def test_a_tomography_with_enough_flats_gives_no_doubt(foam):
    assert doubts(foam(FoamSettings(slices=1, width=96, angles=90, smallest_bubble=0.1)), SplitSettings()) == ()


def test_the_noise_of_a_single_flat_is_in_all_parts(foam):
    settings = FoamSettings(slices=1, width=96, angles=128, flats=1, photons=1000, smallest_bubble=0.1)
    assert any("rings" in sentence for sentence in doubts(foam(settings), SplitSettings()))


def test_a_defect_column_is_named(foam):
    good = foam(FoamSettings(slices=1, width=96, angles=90, smallest_bubble=0.1))
    sinogram = good.read(0)
    counts = sinogram.projections[:, None].copy()
    counts[..., 30] *= 0.5
    bad = projections_from_arrays(
        counts,
        flats=sinogram.flat[None, None],
        darks=sinogram.dark[None, None],
        angles_deg=good.angles_deg,
        name="defect",
    )
    assert any("column 30 of the detector" in sentence for sentence in doubts(bad, SplitSettings()))


@pytest.mark.parametrize("form", ["frames", "thinning"])
def test_real_static_frames_of_a_photon_counter_give_no_doubt(shared_data, form):
    frames = open_frames(parse_address(shared_data / "musclex" / "P40_1_3_0000*.tif"))
    assert doubts(frames, SplitSettings(form, 4)) == ()


def test_the_hot_pixels_that_a_real_detector_does_not_flag_are_named(shared_data):
    frames = open_frames(parse_address(shared_data / "petra_lambda" / "testasapo1_1009_00002_m1_part00000.nxs"))
    (said,) = doubts(frames, FRAMES)
    assert "row 163, column 1344" in said


def test_the_rings_of_the_real_tooth_are_said_and_nothing_else(shared_data):
    projections = open_projections(parse_address(shared_data / "tomopy_tooth" / "tooth.h5"))
    (said,) = doubts(projections, SplitSettings(axis_px=295.6))
    assert "rings" in said
