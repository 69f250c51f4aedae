"""Where each pixel lies around the beam: a centre goes in; distances, angles and rings come out."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from napari_unveil.errors import Refused
from napari_unveil.inspection.binning import Binning
from napari_unveil.types import Mask

FULL_TURN_DEG = 360.0


@dataclass(frozen=True, slots=True)
class Sector:
    """Azimuths from ``start_deg`` to ``stop_deg``, in the direction in which chi grows; may pass 180 degrees.

    chi is 0 along +x (to the right) and 90 along +y (down on the screen), as in pyFAI.
    """

    start_deg: float
    stop_deg: float

    @property
    def width_deg(self) -> float:
        """Between 0 (excluded) and 360."""
        width = (self.stop_deg - self.start_deg) % FULL_TURN_DEG
        return width or FULL_TURN_DEG

    def holds(self, chi_deg: NDArray[np.float64]) -> Mask:
        """Whether azimuths in degrees, of any turn, lie inside."""
        return np.asarray((chi_deg - self.start_deg) % FULL_TURN_DEG <= self.width_deg)


@dataclass(frozen=True, slots=True, eq=False)
class Geometry:
    """Radial coordinate and azimuth of every pixel.

    Parameters
    ----------
    radial
        Shape (y, x): distance from the centre in pixels, or q.
    chi_deg
        Shape (y, x): azimuth in degrees; None: worked out around the centre when it is asked for.
    centre_yx
        Where the beam goes, in pixels from the centre of pixel [0, 0].
    name, unit
        Of the radial coordinate, such as ``q`` and ``1/nm``.
    one_pixel
        What one pixel is along the radial coordinate.
    """

    radial: NDArray[np.float64]
    chi_deg: NDArray[np.float64] | None
    centre_yx: tuple[float, float]
    name: str
    unit: str
    one_pixel: float

    def azimuth_deg(self) -> NDArray[np.float64]:
        """Shape (y, x): azimuth of every pixel in degrees."""
        if self.chi_deg is not None:
            return self.chi_deg
        y, x = np.ogrid[: self.radial.shape[0], : self.radial.shape[1]]
        return np.asarray(np.rad2deg(np.arctan2(y - self.centre_yx[0], x - self.centre_yx[1])))


def around(shape: tuple[int, int], centre_yx: tuple[float, float]) -> Geometry:
    """Distances in pixels from ``centre_yx``, which may lie outside of the frame; ``shape`` is (y, x)."""
    y, x = np.ogrid[: shape[0], : shape[1]]
    radius = np.sqrt((y - centre_yx[0]) ** 2 + (x - centre_yx[1]) ** 2)
    return Geometry(radius, None, centre_yx, "r", "px", 1.0)


def rings(geometry: Geometry, *, bin_px: float = 1.0, sector: Sector | None = None) -> Binning:
    """Rings of ``bin_px`` pixels, in a sector of them or all round.

    Ring k holds the pixels with ``k <= radial / width < k + 1``, where the width is ``bin_px`` times what one
    pixel is along the radial coordinate. Rings that miss the frame are left out.

    Raises
    ------
    Refused
        When a ring has no width, or the sector misses the frame.
    """
    if bin_px <= 0:
        raise Refused(
            found=f"the rings are {bin_px:g} pixels wide",
            needed="a width above 0",
            remedy="choose 1 for one ring a pixel",
        )
    inside = None if sector is None else sector.holds(geometry.azimuth_deg())
    if sector is not None and inside is not None and not inside.any():
        raise Refused(
            found=f"no pixel lies between {sector.start_deg:g}° and {sector.stop_deg:g}°",
            needed="a sector that meets the frame",
            remedy="choose other angles or another centre",
        )
    numbers = (geometry.radial / (bin_px * geometry.one_pixel)).astype(np.int64)
    return Binning.of(geometry.radial, numbers, inside=inside)
