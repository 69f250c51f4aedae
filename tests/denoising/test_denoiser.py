import numpy as np
import pytest
import torch

from napari_unveil.denoising import denoiser as denoiser_module
from napari_unveil.denoising.denoiser import Denoiser, DenoisingSettings, default_passes
from napari_unveil.errors import Failed, Refused
from napari_unveil.network.error_bars import ErrorBars
from napari_unveil.network.unet import UNetSettings
from napari_unveil.recipes.local_range import local_range_of
from napari_unveil.recipes.separation import SeparationSettings, Separator

CPU = torch.device("cpu")


def separator(scaling="physical", head="share", widths=(2, 2, 2, 2), **network):
    torch.manual_seed(0)
    network = UNetSettings(widths, 2, **network)
    return Separator(SeparationSettings(network, scaling, head, "mae", patch_px=32)).eval()


def denoiser(model, *, passes=1, photon=8.0, **more):
    return Denoiser(model, CPU, DenoisingSettings(photon, passes, "float32"), **more)


@pytest.fixture
def frame():
    rng = np.random.default_rng(0)
    return (rng.poisson(0.5, (88, 120)) * 8.0 + rng.normal(0, 0.3, (88, 120))).astype(np.float32)


def test_tiles_with_halo_equal_the_whole_frame(frame, monkeypatch):
    model = separator()
    whole = denoiser(model).separate(frame)
    monkeypatch.setitem(denoiser_module.PIXELS_AT_ONCE, "cpu", 128 * 160)
    tiled = denoiser(model).separate(frame)
    difference = float(np.abs(tiled.signal - whole.signal).max() / np.abs(whole.signal).max())
    print(f"tiles with halo against the whole frame: {difference:.1e} relative")
    assert np.ptp(whole.noise / frame) > 0.01, "test invalid: the network answers the same everywhere"
    assert difference < 1e-5


@pytest.mark.parametrize("passes", [1, 4])
def test_signal_and_noise_add_up_to_the_frame_with_the_share_head(frame, passes):
    pair = denoiser(separator(), passes=passes).separate(frame)
    difference = float(np.abs(pair.signal + pair.noise - frame).max() / frame.max())
    print(f"s + n - x with {passes} passes: {difference:.1e} relative")
    assert difference < 1e-6


@pytest.mark.parametrize("passes", [1, 4])
def test_error_bars_are_scaled_and_say_how_they_add_up(frame, passes):
    model = separator(widths=(2, 2), cell_px=2, outputs=2)
    plain = denoiser(model, passes=passes).separate(frame)
    model.errors = ErrorBars(scale=4.0, correlation=0.1)
    found = denoiser(model, passes=passes).separate(frame)
    np.testing.assert_allclose(found.error, 2 * plain.error, rtol=1e-2 if passes == 4 else 1e-5)
    assert (plain.correlation, found.correlation) == (0.0, 0.1)
    np.testing.assert_array_equal(found.signal, plain.signal)


@pytest.mark.parametrize("passes", [1, 4])
def test_a_model_with_an_error_bar_gives_it_in_the_unit_of_the_frame(frame, passes):
    model = separator(widths=(2, 2), cell_px=2, outputs=2)
    frame[3, 4] = np.nan
    found = denoiser(model, passes=passes).separate(frame)
    assert np.isnan(found.error[3, 4])
    assert float(np.nanmax(found.error)) > 0
    in_photons = denoiser(model, passes=passes, photon=1.0).separate(frame / 8)
    np.testing.assert_allclose(found.error, 8 * in_photons.error, rtol=1e-2 if passes == 4 else 1e-4, atol=1e-3)
    assert denoiser(separator()).separate(frame).error is None


@pytest.mark.parametrize("scaling", ["physical", "percentile"])
def test_a_frame_turned_by_a_quarter_gives_its_result_turned(scaling):
    rng = np.random.default_rng(1)
    square = (rng.poisson(0.5, (64, 64)) * 8.0).astype(np.float32)
    machine = denoiser(separator(scaling), passes=1)
    turned = machine.separate(np.rot90(square).copy()).signal
    np.testing.assert_allclose(turned, np.rot90(machine.separate(square).signal), atol=1e-4)


@pytest.mark.parametrize("scaling", ["physical", "percentile"])
def test_masked_pixels_stay_masked_and_spoil_nothing_else(frame, scaling):
    frame[10:14, 20:24] = np.nan
    frame[40, 40] = np.inf
    pair = denoiser(separator(scaling), passes=4).separate(frame)
    gaps = ~np.isfinite(frame)
    for part in (pair.signal, pair.noise):
        np.testing.assert_array_equal(np.isnan(part), gaps)
        assert part.dtype == np.float32


@pytest.mark.parametrize("value", [np.nan, 0.0])
@pytest.mark.parametrize("scaling", ["physical", "percentile"])
def test_an_empty_frame_has_no_signal(value, scaling):
    frame = np.full((40, 50), value, np.float32)
    pair = denoiser(separator(scaling, "share"), passes=4).separate(frame)
    np.testing.assert_array_equal(pair.signal, frame)


def test_a_frame_smaller_than_the_halo_is_denoised():
    pair = denoiser(separator()).separate(np.ones((5, 3), np.float32))
    assert pair.signal.shape == (5, 3)


def test_batches_shrink_when_memory_runs_out_and_the_user_is_told(frame, monkeypatch):
    told, model = [], separator()
    machine = denoiser(model, tell=told.append)
    expected = denoiser(model).separate(frame)
    plain = machine._separate_tiles

    def short_of_memory(tiles, photon, model=None):
        if tiles.size > 2**15:
            raise torch.OutOfMemoryError("CUDA out of memory")
        return plain(tiles, photon)

    monkeypatch.setattr(machine, "_separate_tiles", short_of_memory)
    pair = machine.separate(frame)
    np.testing.assert_allclose(pair.signal, expected.signal, atol=1e-4)
    assert told
    assert "memory ran out" in told[0]


def test_memory_that_is_never_enough_is_a_failure_not_a_loop(frame, monkeypatch):
    machine = denoiser(separator())

    def no_memory(tiles, photon, model=None):
        raise torch.OutOfMemoryError("CUDA out of memory")

    monkeypatch.setattr(machine, "_separate_tiles", no_memory)
    with pytest.raises(Failed, match="smaller model"):
        machine.separate(frame)


def test_reduced_precision_is_kept_only_within_tolerance(frame):
    machine = Denoiser(separator(), CPU, DenoisingSettings(8.0, 1))
    exact = denoiser(separator()).separate(frame)
    reduced = machine.separate(frame)
    assert machine.precision in ("float32", "bfloat16")
    deviation = np.abs(reduced.signal - exact.signal).sum() / np.abs(exact.signal).sum()
    assert deviation < 0.01


def test_the_published_scaling_asks_for_four_passes_and_the_physical_for_one():
    assert default_passes(separator("percentile")) == 4
    assert default_passes(separator("physical")) == 1


def test_another_number_of_passes_is_refused():
    with pytest.raises(Refused, match="1 or 4"):
        DenoisingSettings(8.0, 3)


def test_a_map_of_what_is_unlike_the_training_data_comes_only_where_these_are_known(frame):
    known = local_range_of(np.random.default_rng(1).poisson(0.5, (64, 64, 64)).astype(np.float32), 1.0)
    frame[:40] += 8000
    frame[3, 4] = np.nan
    asked = Denoiser(separator(), CPU, DenoisingSettings(8.0, 1, "float32", known))
    unlike = asked.separate(frame).unlike
    assert unlike[:30].sum() == unlike[:30].size - 1
    assert not unlike[3, 4]
    assert not unlike[64:].any()
    assert not asked.separate(np.full_like(frame, np.nan)).unlike.any()
    assert denoiser(separator()).separate(frame).unlike is None
