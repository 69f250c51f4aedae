"""Attenuation along the beam out of counts: a sinogram with flat and dark enters, line integrals leave."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from napari_unveil.frames import Sinogram


@dataclass(frozen=True, slots=True, eq=False)
class LineIntegrals:
    """Attenuation along the beam for one row of the detector.

    Parameters
    ----------
    values
        Shape (angle, x), no unit; all NaN at an angle without any usable pixel.
    opaque
        Share of the pixels where no light came through, 0 to 1.
    faintest
        Transmission that they count as; NaN where no pixel is usable.
    filled
        Share of the pixels that were not measured, at angles where others were, 0 to 1.
    """

    values: NDArray[np.float64]
    opaque: float
    faintest: float
    filled: float

    def in_words(self, row: int) -> Iterator[str]:
        """Say what was put in place of a measurement."""
        if self.opaque:
            yield (
                f"row {row}: {self.opaque:.2%} of the pixels got no more light than without beam; they count as the "
                f"faintest transmission of this row, {self.faintest:.2g}, and what they show is too low and not "
                "independent of the other pixels; expose longer or leave opaque objects out"
            )
        if self.filled:
            yield f"row {row}: {self.filled:.2%} of the pixels were not measured and are filled from their neighbours"


def measured_integrals(sinogram: Sinogram) -> LineIntegrals:
    """Compute ``-log((projections - dark) / (flat - dark))``, the law of Beer and Lambert.

    The logarithm of what is zero or below does not exist: there the smallest positive transmission of the row stands.
    Pixels that are missing, or that the beam does not reach without sample, are interpolated along x.
    """
    beam = sinogram.flat - sinogram.dark
    with np.errstate(invalid="ignore", divide="ignore"):
        transmission = (sinogram.projections - sinogram.dark) / np.where(beam > 0, beam, np.nan)
    measured = np.isfinite(transmission)
    opaque = measured & (np.nan_to_num(transmission) <= 0)
    light = transmission[measured & ~opaque]
    if not light.size:
        return LineIntegrals(np.full(transmission.shape, np.nan), float(opaque.mean()), np.nan, 0.0)
    faintest = float(light.min())
    values = -np.log(np.where(opaque, faintest, transmission))
    gaps = ~measured & measured.any(axis=1, keepdims=True)
    for angle in np.flatnonzero(gaps.any(axis=1)):
        there = np.flatnonzero(measured[angle])
        values[angle] = np.interp(np.arange(values.shape[1]), there, values[angle, there])
    return LineIntegrals(values, float(opaque.mean()), faintest, float(gaps.mean()))
