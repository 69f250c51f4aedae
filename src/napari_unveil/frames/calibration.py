"""Raw Jungfrau words and the constants of each gain stage in, deposited energy or photons out.

A pixel switches by itself to one of three gains; the stage is in bits 15-14 of its word (0, 1, 3) or in a dataset
of its own. In stage g a pixel that reads A (ADU) has collected

    E = (A - P_g) / G_g

with the pedestal P_g (ADU: the mean without photons in that stage) and the gain G_g (ADU per keV, or per photon;
negative in the stages 1 and 2, whose output falls with charge). From: S. Redford et al., First full dynamic range
calibration of the JUNGFRAU photon detector, J. Instrum. 13, C01027 (2018).
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from napari_unveil.errors import Refused
from napari_unveil.types import Frame, Mask

STAGES = 3
ADC_BITS = 14
ADC_FULL = 2**ADC_BITS - 1
STAGE_OF_CODE = np.array([0, 1, -1, 2])
"""The two bits 0, 1, 3 are the stages 0, 1, 2; a pixel never sends 2."""

LOWEST_STAGE_FULL = 0
"""What the last stage reads when it can collect no more charge: its output falls."""


@dataclass(frozen=True, slots=True, eq=False)
class Calibration:
    """Constants of the gain stages.

    Parameters
    ----------
    pedestals
        Shape (stage, cell, module, y, x), each axis but the first of length 1 where one value stands for all; ADU.
    gains
        As ``pedestals``; ADU per keV or per photon.
    unit
        Unit of what comes out: keV or photons.
    origin
        What they were read by: addresses of pedestals and gains, and what the gains are ADU per.
    files
        The files that they were read from.
    """

    pedestals: NDArray[np.float32]
    gains: NDArray[np.float32]
    unit: str
    origin: tuple[str, ...] = ()
    files: tuple[Path, ...] = ()

    def constants(self, cell: int, module: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Pedestals and gains, shape (stage, y, x), of one memory cell and module by their places."""
        pedestals, gains = (
            values[:, cell if values.shape[1] > 1 else 0, module if values.shape[2] > 1 else 0]
            for values in (self.pedestals, self.gains)
        )
        return pedestals, gains


def split_words(words: NDArray[Any]) -> tuple[NDArray[np.uint16], NDArray[np.int64]]:
    """ADC values (14 bits) and gain stages (0, 1, 2; -1 where the bits make none) of raw words, shapes as given."""
    return (words & ADC_FULL).astype(np.uint16), STAGE_OF_CODE[words.astype(np.int64) >> ADC_BITS & 3]


def stages_of_codes(codes: NDArray[Any]) -> NDArray[np.int64]:
    """Gain stages (0, 1, 2; -1 for anything else) of codes that have a dataset of their own."""
    whole = codes.astype(np.int64)
    return np.where((whole >= 0) & (whole <= STAGES), STAGE_OF_CODE[whole & STAGES], -1)


def unusable(adc: NDArray[Any], stage: NDArray[np.int64]) -> Mask:
    """True where a pixel is saturated or was not sent (all bits set, or stage 2 at 0), or is in no stage."""
    return np.asarray((adc >= ADC_FULL) | ((stage == STAGES - 1) & (adc == LOWEST_STAGE_FULL)) | (stage < 0))


def stored_values(adc: NDArray[Any], stage: NDArray[np.int64]) -> Frame:
    """ADC values (y, x) as they are, without the bits of the gain; NaN as in :func:`calibrated`."""
    frame = adc.astype(np.float32)
    frame[unusable(adc, stage)] = np.nan
    return frame


def calibrated(
    adc: NDArray[Any], stage: NDArray[np.int64], *, pedestals: NDArray[np.float32], gains: NDArray[np.float32]
) -> Frame:
    """Energy or photons of one frame; NaN where it is saturated, in no stage, or has no constants.

    Parameters
    ----------
    adc
        Shape (y, x), 0 to 16383.
    stage
        Shape (y, x): 0, 1, 2; -1 unknown.
    pedestals, gains
        Shape (stage, y, x) or (stage, 1, 1). Pedestals at 0 or at 16383 and gains of 0 stand for "not measured".
    """
    known = np.maximum(stage, 0)[None]
    pedestal, gain = (
        np.take_along_axis(np.broadcast_to(values, (STAGES, *adc.shape)), known, axis=0)[0]
        for values in (pedestals, gains)
    )
    unknown = (pedestal <= 0) | (pedestal >= ADC_FULL) | (gain == 0)
    with np.errstate(divide="ignore", invalid="ignore"):
        frame: Frame = ((adc.astype(np.float32) - pedestal) / gain).astype(np.float32)
    frame[unusable(adc, stage) | unknown | ~np.isfinite(frame)] = np.nan
    return frame


def refuse_unfitting(calibration: Calibration, *, frame_shape: tuple[int, ...], modules: int, cells: int) -> None:
    """Refuse constants of another detector, of other modules or of too few memory cells.

    Raises
    ------
    Refused
        With both shapes.
    """
    wanted = (STAGES, cells, modules, *frame_shape)
    for name, values in (("pedestals", calibration.pedestals), ("gains", calibration.gains)):
        fits = all(side in (1, whole) for side, whole in zip(values.shape[1:], wanted[1:], strict=True))
        if not fits or values.shape[0] != STAGES:
            raise Refused(
                found=f"{name} of shape {values.shape} (stage, cell, module, y, x) for frames of "
                f"{cells} memory cells, {modules} modules, {' x '.join(map(str, frame_shape))} pixels",
                needed=f"{wanted}, 1 where one value stands for all",
                remedy="give the constants of this detector, or open the module that they belong to",
            )
