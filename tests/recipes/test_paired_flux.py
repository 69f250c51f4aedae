"""What a short training with the preset `default` does to the flux of pairs whose truth is known."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from napari_unveil.denoising.denoiser import Denoiser, DenoisingSettings
from napari_unveil.frames import stack_from_array
from napari_unveil.harvest import AlignedSettings, PairedFrames, PatchLibrary, harvest_aligned, plan_aligned
from napari_unveil.network.settings import UNetSettings
from napari_unveil.recipes.model import model_from_file
from napari_unveil.simulate import PairSettings, draw_crystals, exposure_pairs
from napari_unveil.training import plan_training, preset, train

SETTINGS = PairSettings(shape=(64, 64), spacing_px=30.0, bragg_counts=1000.0, satellite_counts=100.0)
TRAINED, JUDGED = 12, 24
SEED = 3


def pairs(count, seed):
    crystals = draw_crystals(SETTINGS, count=count, rng=np.random.default_rng([seed, 0]))
    return list(exposure_pairs(crystals, SETTINGS, rng=np.random.default_rng([seed, 1])))


@pytest.fixture(scope="module")
def judged(tmp_path_factory):
    """True means (pair, y, x) of other pairs in short exposures, their counts and the estimates of a tiny network."""
    folder = tmp_path_factory.mktemp("flux")
    seen = pairs(TRAINED, seed=1)
    low, high = (stack_from_array(np.stack(each), name=name, unit="counts") for name, each in _exposures(seen))
    wanted = AlignedSettings(patch=32, patches=192, seed=SEED)
    list(harvest_aligned(plan_aligned(PairedFrames(low, high), wanted, recipe="paired", kind="pairs"), folder / "p.h5"))
    default = preset("default", "paired")
    recipe = replace(default.recipe, network=UNetSettings((2, 4, 8), 2, cell_px=2))
    settings = replace(default, recipe=recipe, epochs=6, seed=SEED, device="cpu")
    list(train(plan_training(PatchLibrary.open(folder / "p.h5"), settings, folder / "m.safetensors")))
    model, _ = model_from_file(folder / "m.safetensors")
    denoiser = Denoiser(model, torch.device("cpu"), DenoisingSettings(1.0, 1))
    others = pairs(JUDGED, seed=2)
    return (
        np.stack([pair.expected_low for pair in others]).astype(float),
        np.stack([pair.low for pair in others]).astype(float),
        np.stack([denoiser.separate(pair.low).signal for pair in others]).astype(float),
    )


def _exposures(seen):
    return ("low", [pair.low for pair in seen]), ("high", [pair.high for pair in seen])


def test_the_flux_of_all_frames_is_kept(judged):
    true, _, estimates = judged
    ratios = estimates.sum(axis=(1, 2)) / true.sum(axis=(1, 2))
    error = ratios.std(ddof=1) / np.sqrt(JUDGED)
    assert ratios.mean() == pytest.approx(1, abs=4 * error + 0.01)


def test_the_flux_of_weak_pixels_is_kept_where_the_median_would_be_zero(judged):
    true, counts, estimates = judged
    weak = true < 0.7
    assert weak.sum() > 1000
    assert np.median(counts[weak]) == 0
    assert estimates[weak].sum() / true[weak].sum() == pytest.approx(1, abs=0.06)


def test_estimates_are_nearer_to_the_truth_than_the_counts(judged):
    true, counts, estimates = judged
    before, after = (((image - true) ** 2 / true).mean() for image in (counts, estimates))
    assert after < before / 4
