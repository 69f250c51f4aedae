"""What can be asked of a frame: places and settings, checked where they are used."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from napari_unveil.inspection.geometry import Sector

YX = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Around:
    """The mean over rings around the beam.

    Parameters
    ----------
    centre_yx
        In pixels; None: around the brightest part of the signal.
    bin_px
        Width of a ring in pixels.
    sector
        Azimuths that count; None: all.
    poni
        A geometry of pyFAI, which gives centre and q.
    """

    centre_yx: YX | None = None
    bin_px: float = 1.0
    sector: Sector | None = None
    poni: Path | None = None

    def in_words(self) -> Mapping[str, str]:
        """Settings by name, for those who read an export."""
        sector = "all round"
        if self.sector is not None:
            sector = f"chi from {self.sector.start_deg:g} to {self.sector.stop_deg:g} degrees, 0 along +x, 90 along +y"
        place = {"geometry": str(self.poni)} if self.poni else {}
        return {"profile": "mean over rings", **place, "ring width (px)": f"{self.bin_px:g}", "sector": sector}


@dataclass(frozen=True, slots=True)
class Along:
    """Values along a line ``width_px`` wide, from ``start_yx`` to ``stop_yx``, in pixels."""

    start_yx: YX
    stop_yx: YX
    width_px: float = 1.0

    def in_words(self) -> Mapping[str, str]:
        """Settings by name, for those who read an export."""
        ends = " to ".join(f"y = {y:g}, x = {x:g}" for y, x in (self.start_yx, self.stop_yx))
        return {"profile": "mean along a line", "line (px)": ends, "line width (px)": f"{self.width_px:g}"}


@dataclass(frozen=True, slots=True, eq=False)
class InRegions:
    """Sums over polygons, each of shape (corner, 2): y and x in pixels; where asked, a peak in each of them too."""

    polygons: tuple[NDArray[np.float64], ...]
    with_peaks: bool = False

    def in_words(self) -> Mapping[str, str]:
        """Settings by name, for those who read an export."""
        peaks = {"peaks": "a Gaussian on a plane, least squares, all pixels of equal weight"} if self.with_peaks else {}
        return {
            f"region {number} (y, x in px)": "; ".join(f"{y:g}, {x:g}" for y, x in corners)
            for number, corners in enumerate(self.polygons, 1)
        } | peaks


@dataclass(frozen=True, slots=True)
class Values:
    """How many pixels have which value, in photons or the unit of the frames; in even or in growing bins."""

    in_photons: bool = False
    growing: bool = False

    def in_words(self) -> Mapping[str, str]:
        """Settings by name, for those who read an export."""
        return {"histogram": "values beyond the outermost bins count in these"}


@dataclass(frozen=True, slots=True)
class WhatIsLeft:
    """The numbers of the separation."""

    def in_words(self) -> Mapping[str, str]:
        """Settings by name, for those who read an export."""
        return {"numbers": "of input, signal and noise over the pixels valid in all three"}


Question: TypeAlias = Around | Along | InRegions | Values | WhatIsLeft
