"""One frame out of stored pixels and stored masks: whatever was not measured becomes NaN."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from napari_unveil.frames.address import Address
from napari_unveil.frames.calibration import Calibration, calibrated, split_words, stages_of_codes, stored_values
from napari_unveil.frames.chunks import Planes
from napari_unveil.frames.exclusion import Exclusion, has_bits, measured
from napari_unveil.frames.stack import UnreadableFrame
from napari_unveil.types import Frame, Mask

UNCALIBRATED = "uncalibrated: raw Jungfrau words, {gain}; shown is what the converter read, without pedestal and gain"
GAIN_IN_BITS, GAIN_APART = "the gain in bits 15-14", "the gain in a dataset of its own"


@dataclass(frozen=True, slots=True)
class RawWords:
    """How raw Jungfrau words are read.

    Parameters
    ----------
    codes
        Gain of each pixel where it has a dataset of its own; None: it is in bits 15-14 of the words.
    constants
        Pedestals and gains, None when the frames stay uncalibrated.
    """

    codes: Planes | None
    constants: Calibration | None

    def frame(self, words: NDArray[np.uint16], position: tuple[int, ...], cell: int, module: int) -> Frame:
        """Turn words (y, x) into keV or photons, or into ADC values without constants.

        ``position`` is where the words are stored, ``cell`` and ``module`` which constants they need.
        """
        adc, stage = split_words(words)
        if self.codes is not None:
            stage = stages_of_codes(self.codes.plane(position))
        if self.constants is None:
            return stored_values(adc, stage)
        pedestals, gains = self.constants.constants(cell, module)
        return calibrated(adc, stage, pedestals=pedestals, gains=gains)


@dataclass(frozen=True, slots=True)
class Pixels:
    """What gives the frames of one dataset.

    Parameters
    ----------
    planes
        The pixels as stored.
    exclusion
        Which values were not measured.
    masks
        One mask per frame, None without.
    bits
        Mask bits that exclude a pixel.
    raw
        How raw words are read, None where pixels are intensities.
    """

    planes: Planes
    exclusion: Exclusion
    masks: Planes | None
    bits: int
    raw: RawWords | None = None

    def frame(self, position: tuple[int, ...], *, cell: int = 0, module: int = 0) -> Frame:
        """Read the frame (y, x) at ``position``; NaN where excluded, masked, not written or without a source.

        Parameters
        ----------
        position
            Along the leading axes, as stored.
        cell, module
            Places of the memory cell and of the module; only raw words depend on them.

        Raises
        ------
        UnreadableFrame
            When the frame or its mask cannot be decoded.
        """
        try:
            stored = self.planes.plane(position)
            values = stored if self.raw is None else self.raw.frame(stored, position, cell, module)
            frame = measured(values, self.exclusion)
            missing = self.planes.missing(position)
            masked = None if self.masks is None else _masked(self.masks, position, self.bits)
        except (OSError, RuntimeError) as error:
            raise UnreadableFrame.at(Address(self.planes.path, self.planes.dataset), position, error) from error
        for excluded in (missing, masked):
            if excluded is not None:
                frame[excluded] = np.nan
        return frame


def _masked(masks: Planes, position: tuple[int, ...], bits: int) -> Mask:
    masked = has_bits(masks.plane(position), bits)
    unknown = masks.missing(position)
    return masked if unknown is None else masked | unknown
