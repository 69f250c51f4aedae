import numpy as np
import torch

from napari_unveil.network.scaling import PercentileScaling, PhysicalScaling


def test_percentile_bounds_are_numpys_percentiles_of_each_patch():
    patches = torch.from_numpy(np.random.default_rng(0).gamma(0.5, 30, (3, 1, 64, 64)).astype(np.float32))
    bounds = PercentileScaling().bounds(patches, 8.0)
    low, high = np.percentile(patches.numpy(), [1, 99.95], axis=(1, 2, 3))
    np.testing.assert_allclose(bounds.offset.flatten(), low, rtol=1e-5)
    np.testing.assert_allclose((bounds.offset + bounds.span).flatten(), high, rtol=1e-5)


def test_scaling_and_back_is_the_identity():
    patches = torch.randn(2, 1, 16, 16) * 40
    for scaling in (PercentileScaling(), PhysicalScaling()):
        bounds = scaling.bounds(patches, 8.0)
        torch.testing.assert_close(bounds.unscale(bounds.scale(patches)), patches, atol=1e-4, rtol=1e-5)


def test_percentile_scaling_clips_the_brightest_and_the_faintest_pixels():
    scaling, patches = PercentileScaling(), torch.arange(128.0 * 128).reshape(1, 1, 128, 128)
    scaled = scaling.limit(scaling.bounds(patches, 1.0).scale(patches))
    assert (scaled == 0).sum() == 164  # 1 % of 16384
    assert (scaled == 1).sum() == 9  # 0.05 %
    assert scaled.min() == 0
    assert scaled.max() == 1


def test_a_flat_patch_is_scaled_by_one_photon_instead_of_by_nothing():
    patches = torch.full((1, 1, 8, 8), 5.0)
    assert PercentileScaling().bounds(patches, 8.0).span.item() == 8.0


def test_physical_scale_of_a_patch_does_not_depend_on_its_hits():
    quiet = torch.ones(1, 1, 8, 8)
    loud = quiet.clone()
    loud[..., 0, 0] = 1e4
    scaling = PhysicalScaling()
    features = [scaling.features(scaling.bounds(x, 8.0).scale(x)) for x in (quiet, loud)]
    torch.testing.assert_close(features[0][..., 1:, 1:], features[1][..., 1:, 1:])
