"""Array aliases and the pair that travels between steps.

Axes are ``frame, y, x``; detectors of several modules have the axis ``module`` in between. ``True`` in a mask means
*excluded*: a bad pixel is excluded from everything, a pixel of the signal mask is excluded from where noise patches
may lie.
"""

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Frame: TypeAlias = NDArray[np.float32]
"""One detector frame, shape (y, x), in the unit of its file; NaN where masked."""

Frames: TypeAlias = NDArray[np.float32]
"""Frames or patches in memory, shape (frame, y, x)."""

Mask: TypeAlias = NDArray[np.bool_]
"""Shape (y, x), where it is said one image a module or a frame; True = excluded."""

Indices: TypeAlias = NDArray[np.int64]
"""Shape (n,): positions in a list of frames or patches."""


@dataclass(frozen=True, slots=True)
class Separation:
    """A frame taken apart, all (y, x), all in the frame's unit.

    Parameters
    ----------
    signal, noise
        The parts.
    error
        Standard error of ``signal``, and so of ``noise``; None where the model gives none.
    unlike
        True where the frame is unlike the training data; None where nobody asked.
    correlation
        Effective correlation of the errors of two pixels, 0 to 1: with it they add up in sums over many pixels.
    """

    signal: Frame
    noise: Frame
    error: Frame | None = None
    unlike: Mask | None = None
    correlation: float = 0.0


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a long job is: ``done`` of ``total`` steps, with a word for the user where there is one to say."""

    done: int
    total: int
    message: str = ""
