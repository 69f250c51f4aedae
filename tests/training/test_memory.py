"""What a run is said to need, against what torch keeps."""

from types import SimpleNamespace

import pytest
import torch

from napari_unveil.network.building import network_of
from napari_unveil.network.settings import IRUNetSettings, MSDSettings, VDSRSettings
from napari_unveil.recipes.separation import Separator
from napari_unveil.training import TrainingSettings, preset
from napari_unveil.training.memory import training_bytes

PATCH_PX, PHOTON_KEV = 64, 8.0


def kept_bytes(work):
    """What is kept for going back through ``work()``, each piece of memory once."""
    kept, held = {}, []

    def keep(tensor):
        held.append(tensor)
        kept[tensor.untyped_storage().data_ptr()] = tensor.untyped_storage().nbytes()
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(keep, lambda tensor: tensor):
        work()
    return sum(kept.values())


@pytest.mark.parametrize("name", ["default", "fast"])
def test_the_estimate_is_what_back_propagation_keeps(name):
    settings = preset(name)
    separator = Separator(settings.recipe)
    patches = torch.rand(settings.batch, 1, PATCH_PX, PATCH_PX)
    kept = kept_bytes(lambda: separator.loss(20 * patches, patches, PHOTON_KEV))
    assert 0.9 * kept < training_bytes(settings, PATCH_PX) < 1.5 * kept


@pytest.mark.parametrize(
    "network", [MSDSettings(40), VDSRSettings(6, 16), IRUNetSettings(16)], ids=lambda one: one.kind
)
def test_so_it_is_for_the_other_networks(network):
    frames = torch.rand(4, 1, PATCH_PX, PATCH_PX)
    built = network_of(network)
    kept = kept_bytes(lambda: (built(frames) - frames).square().mean())
    settings = TrainingSettings(SimpleNamespace(network=network), batch=4)
    assert 0.9 * kept < training_bytes(settings, PATCH_PX) < 2 * kept + 2**20


def test_memory_grows_with_the_batch_and_the_patches():
    small, large = (training_bytes(preset("default"), side) for side in (64, 128))
    assert 2 < large / small < 4
