"""The projections of a tomography, one row of the detector at a time: its sinogram with flats and darks.

Axes are ``angle, x`` for a row, float32 in the unit of the file, NaN where missing.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from napari_unveil.errors import Refused
from napari_unveil.frames.address import Address
from napari_unveil.types import Frame

HALF_TURN_DEG = 180.0
WIDE_GAP, WIDE_GAP_DEG = 5.0, 3.0
"""A gap between directions is told when it is wider than so many mean gaps, and than so many degrees."""

RowReader: TypeAlias = Callable[[int], Frame]
"""Takes the number of a row and gives it out of each of several frames, shape (frame, x)."""


@dataclass(frozen=True, slots=True, eq=False)
class Sinogram:
    """One row of the detector at all angles, in the unit of the file, NaN where missing.

    Parameters
    ----------
    projections
        Shape (angle, x).
    flat, dark
        Mean without sample and without beam, shape (x,).
    """

    projections: Frame
    flat: NDArray[np.float64]
    dark: NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Projections:
    """A tomography by a parallel beam, lazy.

    Parameters
    ----------
    angles_deg
        Shape (angle,), in the order of the projections, which need not be sorted.
    rows, width
        Rows and columns of a projection.
    flats, darks
        Number of frames without sample, and without beam (0: nothing is subtracted).
    read_projections, read_flats, read_darks
        Give one row out of each of them.
    unit
        Of the pixels; empty when the file does not say.
    address
        Where they come from.
    warnings
        Sentences for the user.
    sources
        Files that are read for them beside the one of the address.

    Raises
    ------
    Refused
        When there are fewer than two projections, no flats, or not one angle for each projection.
    """

    angles_deg: NDArray[np.float64]
    rows: int
    width: int
    flats: int
    darks: int
    read_projections: RowReader
    read_flats: RowReader
    read_darks: RowReader
    unit: str
    address: Address
    warnings: tuple[str, ...] = ()
    sources: tuple[Path, ...] = ()

    def __post_init__(self) -> None:
        refuse_bad_angles(self.angles_deg, self.angles_deg.size, self.address)
        if self.flats < 1:
            raise Refused(
                found=f"{self.address} has no flats (frames with the beam and without the sample)",
                needed="at least one, better ten or more: transmission is measured against them",
                remedy="add them as data_white (Data Exchange) or as frames of image_key 1 (NXtomo)",
            )

    @property
    def count(self) -> int:
        """Number of projections."""
        return int(self.angles_deg.size)

    @property
    def inputs(self) -> tuple[Path, ...]:
        """Every file that they are read from; none of them may be written to."""
        return self.address.path, *self.sources

    def read(self, row: int) -> Sinogram:
        """Read one row at all angles.

        Raises
        ------
        Refused
            When there is no such row.
        UnreadableFrame
            When it cannot be decoded.
        """
        if not 0 <= row < self.rows:
            raise Refused(
                found=f"row {row} is not in {self.address}",
                needed=f"a number from 0 to {self.rows - 1}",
                remedy="choose one of them",
            )
        dark = mean_over_frames(self.read_darks(row)) if self.darks else np.zeros(self.width)
        return Sinogram(self.read_projections(row), mean_over_frames(self.read_flats(row)), dark)


def projections_from_arrays(
    projections: Any, *, flats: Any, darks: Any, angles_deg: Any, name: str, unit: str = "counts"
) -> Projections:
    """Projections that are already at hand, (angle, y, x), with flats and darks (frame, y, x).

    Parameters
    ----------
    name
        Stands where the file would stand in what is said about them.

    Raises
    ------
    Refused
        As :class:`Projections`, or when shapes do not fit.
    """
    address, angles = Address(Path(name)), np.asarray(angles_deg, np.float64)
    refuse_bad_angles(angles, len(projections), address)
    for what, frames in (("flats", flats), ("darks", darks)):
        refuse_other_shape(what, frames.shape, projections.shape, address)
    return Projections(
        angles_deg=angles,
        rows=projections.shape[1],
        width=projections.shape[2],
        flats=len(flats),
        darks=len(darks),
        read_projections=lambda row: np.asarray(projections[:, row], np.float32),
        read_flats=lambda row: np.asarray(flats[:, row], np.float32),
        read_darks=lambda row: np.asarray(darks[:, row], np.float32),
        unit=unit,
        address=address,
        warnings=gaps_in_words(angles),
    )


def mean_over_frames(rows: Frame) -> NDArray[np.float64]:
    """Mean over the first axis of what is there; NaN where nothing is."""
    there = np.isfinite(rows)
    total, count = np.where(there, rows, 0).sum(axis=0, dtype=np.float64), there.sum(axis=0)
    return np.asarray(np.where(count > 0, total / np.maximum(count, 1), np.nan))


def gaps_in_words(angles_deg: NDArray[np.float64]) -> tuple[str, ...]:
    """Say which directions are missing: the widest gap, modulo half a turn."""
    directions = np.sort(np.mod(angles_deg, HALF_TURN_DEG))
    gaps = np.diff(directions, append=directions[0] + HALF_TURN_DEG)
    widest = float(gaps.max())
    if widest <= max(WIDE_GAP_DEG, WIDE_GAP * HALF_TURN_DEG / angles_deg.size):
        return ()
    return (
        f"no projection within {widest:.3g} of 180 degrees: edges along these directions are lost or smeared, whatever "
        "is done about noise; check that the angles are in degrees",
    )


def refuse_bad_angles(angles_deg: NDArray[np.float64], projections: int, address: Address) -> None:
    """Refuse a single projection, and anything but one finite angle for each of them."""
    if projections < 2:
        raise Refused(
            found=f"{address} has {projections} projection" + "s" * (projections != 1),
            needed="at least 2 at different angles, better some hundreds, to reconstruct slices",
            remedy="choose a file with a whole scan",
        )
    if angles_deg.shape != (projections,):
        raise Refused(
            found=f"{address} has {projections} projections and {angles_deg.size} angles",
            needed="one angle for each projection",
            remedy="correct the angles in the file: theta (Data Exchange) or rotation_angle (NXtomo)",
        )
    if not np.isfinite(angles_deg).all() or np.ptp(angles_deg) == 0:
        raise Refused(
            found=f"the angles in {address} are not finite numbers, or all the same",
            needed="different angles in degrees",
            remedy="correct the angles in the file: theta (Data Exchange) or rotation_angle (NXtomo)",
        )


def refuse_other_shape(what: str, shape: tuple[int, ...], projections: tuple[int, ...], address: Address) -> None:
    """Refuse flats or darks of another shape than (frame, y, x) of the projections."""
    if len(shape) != 3 or shape[1:] != projections[1:]:
        raise Refused(
            found=f"the {what} in {address} have the shape {shape}, the projections {projections}",
            needed="frames of the same rows and columns",
            remedy=f"correct the {what} in the file",
        )
