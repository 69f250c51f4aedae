"""What a run is said to need, against what torch keeps."""

import pytest
import torch

from napari_unveil.recipes.separation import Separator
from napari_unveil.training import PRESETS
from napari_unveil.training.memory import training_bytes

PATCH_PX, PHOTON_KEV = 64, 8.0


@pytest.mark.parametrize("name", ["default", "fast"])
def test_the_estimate_is_what_back_propagation_keeps(name):
    settings = PRESETS[name]
    separator = Separator(settings.recipe)
    patches = torch.rand(settings.batch, 1, PATCH_PX, PATCH_PX)
    kept, held = {}, []

    def keep(tensor):
        held.append(tensor)
        kept[tensor.untyped_storage().data_ptr()] = tensor.untyped_storage().nbytes()
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(keep, lambda tensor: tensor):
        separator.loss(20 * patches, patches, PHOTON_KEV)
    assert 0.9 * sum(kept.values()) < training_bytes(settings, PATCH_PX) < 1.5 * sum(kept.values())


def test_memory_grows_with_the_batch_and_the_patches():
    small, large = (training_bytes(PRESETS["default"], side) for side in (64, 128))
    assert 2 < large / small < 4
