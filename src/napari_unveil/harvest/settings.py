"""What the user asks of a harvest."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class HarvestSettings:
    """Numbers of a harvest; the defaults are the published ones (Starke & Smid, doi 10.14278/rodare.2586).

    Parameters
    ----------
    patch
        Side of a square patch, pixels.
    signals, noises
        How many patches of each kind are wanted.
    min_intensity
        Least integrated intensity of a signal patch, in the unit of the frames; None reads it off the data.
    max_excluded
        Largest share of missing or masked pixels in a patch, from 0 to below 1.
    seed
        Seed of the random positions and orientations.
    """

    patch: int = 128
    signals: int = 1754
    noises: int = 4711
    min_intensity: float | None = None
    max_excluded: float = 0.05
    seed: int = 0
