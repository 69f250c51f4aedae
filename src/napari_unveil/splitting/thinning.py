"""Photons of a frame dealt out by chance: whole counts (y, x) enter, independent parts (part, y, x) leave.

Where counts are Poissonian, each part is Poissonian with a K-th of the mean, and the parts are independent of one
another (Kingman, Poisson Processes, Oxford 1993, chapter 5, the colouring theorem). Each part times K is an estimate
of the whole frame.
"""

from dataclasses import dataclass

import numpy as np

from napari_unveil.errors import Refused
from napari_unveil.frames import FrameStack
from napari_unveil.types import Frame, Frames

LARGEST_EXACT = 2**24
"""Whole numbers up to here are exact in float32."""


@dataclass(frozen=True, slots=True, eq=False)
class ThinnedParts:
    """Photons of each frame of a stack in K parts.

    Parameters
    ----------
    stack
        Whole counts.
    parts
        K.
    seed
        Decides, with the number of the frame, into which part each photon falls.
    """

    stack: FrameStack
    parts: int
    seed: int

    @property
    def shape(self) -> tuple[int, ...]:
        """As the stack."""
        return tuple(self.stack.data.shape)

    def __call__(self, index: int) -> Frames:
        """Thin one frame; the same parts each time.

        Raises
        ------
        Refused
            When its pixels are no counts.
        """
        frame = self.stack.read(index)
        refuse_no_counts(frame, f"frame {index} of {self.stack.address}")
        return thinned(frame, parts=self.parts, rng=np.random.default_rng([self.seed, index]))


def thinned(counts: Frame, *, parts: int, rng: np.random.Generator) -> Frames:
    """Deal each photon of a frame (y, x) out to one of ``parts`` with equal chances.

    Returns
    -------
    Shape (part, y, x): K times the photons of each part, so that the mean over the parts is ``counts`` exactly. NaN
    stays NaN.
    """
    missing = ~np.isfinite(counts)
    left = np.where(missing, 0, counts).astype(np.int64)
    drawn = np.empty((parts, *counts.shape), np.float32)
    for part in range(parts - 1):
        taken = rng.binomial(left, 1 / (parts - part))
        drawn[part] = parts * taken
        left -= taken
    drawn[-1] = parts * left
    drawn[:, missing] = np.nan
    return drawn


def refuse_no_counts(frame: Frame, label: str) -> None:
    """Refuse a frame (y, x) whose pixels are not whole numbers from zero, missing ones left aside."""
    there = frame[np.isfinite(frame)]
    if not there.size:
        return
    odd = there[(there < 0) | (there != np.round(there)) | (there > LARGEST_EXACT)]
    if odd.size:
        raise Refused(
            found=f"{odd.size} of {there.size} pixels of {label} are no counts, the first {odd[0]:g}",
            needed=f"whole numbers of photons from 0 to {LARGEST_EXACT}: only photons can be dealt out one by one",
            remedy="open frames of single photons, or split repeated exposures into groups (form: frames)",
        )
