"""How much memory a run takes, before it begins; estimated from its settings alone, without torch.

Counted are the maps that back-propagation keeps, those that it works on, and what there is of each weight. Frameworks
and drivers come on top (about 0.5 GB each).
"""

from itertools import pairwise

from napari_unveil.network.settings import (
    IRUNET_REDUCTIONS,
    IRUNetSettings,
    MSDSettings,
    NetworkSettings,
    UNetSettings,
    VDSRSettings,
)
from napari_unveil.training.settings import TrainingSettings

BYTES_PER_VALUE = 4
TURNS = 4
"""Channels of a field: the four quarter turns."""

COPIES = 4
"""Weight, gradient and two moments."""
COPIES_OF_WEIGHTS = {"p4": COPIES + TURNS, "plain": COPIES * TURNS}
"""With the filters that a weight of a p4 network is turned into; a plain network has a weight for each of these."""

MAPS_PER_IMAGE = 12
"""Scaled patches, logits and the terms of the loss, each as large as a patch."""


def training_bytes(settings: TrainingSettings, patch_px: int) -> int:
    """Bytes that a run with patches of ``patch_px`` pixels needs on its device."""
    network = settings.recipe.network
    per_pixel, weights = _kept(network)
    maps = settings.batch * patch_px**2 * (per_pixel + MAPS_PER_IMAGE)
    return round(BYTES_PER_VALUE * (maps + weights))


def _kept(network: NetworkSettings) -> tuple[float, float]:
    """Values that are kept for each pixel of a patch, and those that weights take with all their copies."""
    if isinstance(network, UNetSettings):
        return _kept_by_unet(network), COPIES_OF_WEIGHTS[network.group] * _weights_of_unet(network)
    if isinstance(network, MSDSettings):
        stack = 1 + network.inputs + network.depth
        return 2.0 * stack, COPIES * 9 * stack * network.depth
    if isinstance(network, VDSRSettings):
        return 2.0 * network.depth * network.filters, COPIES * 9 * network.depth * network.filters**2
    return _kept_by_irunet(network), COPIES * IRUNET_REDUCTIONS * (75 + 44) * network.filters**2


def _kept_by_irunet(network: IRUNetSettings) -> float:
    """Values for each pixel: of a reduction 7 times the filters, of an inception 5 times, of an extension once."""
    down = sum((7 + 5) / 4**level for level in range(1, IRUNET_REDUCTIONS + 1))
    up = sum((1 + 5) / 4**level for level in range(IRUNET_REDUCTIONS))
    return float(network.filters * (1 + down + up))


def _kept_by_unet(network: UNetSettings) -> float:
    """Values for each pixel of a patch; a level deeper has a quarter of the pixels."""
    widths, latent = network.widths, network.latent
    encoder = sum(2 * width / 4**level for level, width in enumerate(widths))
    pooled = sum(width / 4 ** (level + 1) for level, width in enumerate(widths[:-1]))
    decoder = sum((2 * here + here + below) / 4**level for level, (here, below) in enumerate(pairwise(widths)))
    worked_on = 2.0 * widths[0]
    per_turn: float = encoder + 2 * pooled + decoder + latent + worked_on
    return TURNS * per_turn / network.cell_px**2


def _weights_of_unet(network: UNetSettings) -> int:
    """Trainable numbers of a p4 network: 9 per pair of channels of a bank, of which each field that leaves has one."""
    widths = network.widths
    mixes = [(width, width) for width in widths] + list(pairwise(widths))
    mixes += [pair for here, below in pairwise(widths) for pair in ((here + below, here), (here, here))]
    mixes.append((widths[0], network.latent))
    ends = [(1, widths[0]), (network.latent, network.outputs)]
    places = TURNS if network.cell_px > 1 else 1
    inner, outer = (sum(entering * leaving for entering, leaving in pairs) for pairs in (mixes, ends))
    return 9 * (places * outer + TURNS * inner)
