"""How patches of a library are put together: a recipe's settings enter, the way its mixtures are drawn leaves."""

from napari_unveil.frames import evenly_spread
from napari_unveil.harvest import Mixing, PatchLibrary, readout_noise
from napari_unveil.recipes.separation_settings import SeparationSettings
from napari_unveil.types import Indices

PATCHES_LOOKED_AT = 256
"""Noise patches, spread evenly, by which the readout noise is known."""

SIGNIFICANCE = 3.0
"""Standard deviations of the readout noise above which a value is taken for a hit."""


def mixing_of(library: PatchLibrary, noise: Indices, settings: SeparationSettings) -> Mixing:
    """How ``settings`` ask for mixtures of a library, whose readout noise is that of its patches ``noise`` (n,)."""
    least_hit = None
    if settings.readout == "once":
        some = noise[evenly_spread(len(noise), most=PATCHES_LOOKED_AT)]
        least_hit = SIGNIFICANCE * readout_noise(library.patches("noise", some))
    return Mixing(settings.amplitude, settings.noise_patches, least_hit)
