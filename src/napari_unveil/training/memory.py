"""How much memory a run takes, before it begins; estimated from its settings alone, without torch.

Counted are the maps that back-propagation keeps, those that it works on, and what there is of each weight. Frameworks
and drivers come on top (about 0.5 GB each).
"""

from itertools import pairwise

from napari_unveil.network.settings import UNetSettings
from napari_unveil.training.settings import TrainingSettings

BYTES_PER_VALUE = 4
TURNS = 4
"""Channels of a field: the four quarter turns."""

COPIES_OF_WEIGHTS = {"p4": 4 + TURNS, "plain": 4 * TURNS}
"""Weight, gradient, two moments, and the filters that a weight of a p4 network is turned into; a plain network has a
weight for each of these instead."""

MAPS_PER_IMAGE = 12
"""Scaled patches, logits and the terms of the loss, each as large as a patch."""


def training_bytes(settings: TrainingSettings, patch_px: int) -> int:
    """Bytes that a run with patches of ``patch_px`` pixels needs on its device."""
    network = settings.recipe.network
    maps = settings.batch * patch_px**2 * (_kept_per_pixel(network) + MAPS_PER_IMAGE)
    return round(BYTES_PER_VALUE * (maps + COPIES_OF_WEIGHTS[network.group] * _weights(network)))


def _kept_per_pixel(network: UNetSettings) -> float:
    """Values for each pixel of a patch; a level deeper has a quarter of the pixels."""
    widths, latent = network.widths, network.latent
    encoder = sum(2 * width / 4**level for level, width in enumerate(widths))
    pooled = sum(width / 4 ** (level + 1) for level, width in enumerate(widths[:-1]))
    decoder = sum((2 * here + here + below) / 4**level for level, (here, below) in enumerate(pairwise(widths)))
    worked_on = 2.0 * widths[0]
    per_turn: float = encoder + 2 * pooled + decoder + latent + worked_on
    return TURNS * per_turn / network.cell_px**2


def _weights(network: UNetSettings) -> int:
    """Trainable numbers of a p4 network: 9 per pair of channels of a bank, of which each field that leaves has one."""
    widths = network.widths
    mixes = [(width, width) for width in widths] + list(pairwise(widths))
    mixes += [pair for here, below in pairwise(widths) for pair in ((here + below, here), (here, here))]
    mixes.append((widths[0], network.latent))
    ends = [(1, widths[0]), (network.latent, network.outputs)]
    places = TURNS if network.cell_px > 1 else 1
    inner, outer = (sum(entering * leaving for entering, leaving in pairs) for pairs in (mixes, ends))
    return 9 * (places * outer + TURNS * inner)
