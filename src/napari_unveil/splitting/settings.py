"""How a measurement is taken apart: plain values, checked when they are made."""

from dataclasses import dataclass
from typing import Literal, TypeAlias, get_args

import numpy as np

from napari_unveil.errors import Refused

Form: TypeAlias = Literal["tomography", "frames", "thinning"]
Filter: TypeAlias = Literal["ramp", "shepp-logan", "cosine", "hamming", "hann"]

FORMS: tuple[Form, ...] = get_args(Form)
FILTERS: tuple[Filter, ...] = get_args(Filter)
MOST_PARTS = 64


@dataclass(frozen=True, slots=True)
class SplitSettings:
    """Settings of a split.

    Parameters
    ----------
    form
        ``tomography``: projections, every K-th angle is a part. ``frames``: exposures of a static scene, every K-th
        is of a part. ``thinning``: photons of each frame, drawn into parts by chance.
    parts
        K, their number.
    axis_px
        Column of the axis of rotation on the detector; 0 is the middle of the first pixel, None the middle of the
        detector. Of ``tomography``.
    filter
        Window on the ramp of the filtered back-projection. Of ``tomography``.
    seed
        Decides into which part a photon falls. Of ``thinning``.

    Raises
    ------
    Refused
        When a value is none of these.
    """

    form: Form = "tomography"
    parts: int = 4
    axis_px: float | None = None
    filter: Filter = "ramp"
    seed: int = 0

    def __post_init__(self) -> None:
        _refuse_other("form", self.form, FORMS)
        _refuse_other("filter", self.filter, FILTERS)
        if not isinstance(self.parts, int) or not 2 <= self.parts <= MOST_PARTS:
            raise Refused(
                found=f"K = {self.parts} parts were asked for",
                needed=f"a whole number from 2 to {MOST_PARTS}: what to learn from, and what to learn",
                remedy="the published number is 4",
            )
        if self.axis_px is not None and not np.isfinite(self.axis_px):
            raise Refused(
                found=f"axis_px is {self.axis_px}",
                needed="a column of the detector",
                remedy="leave it out for the middle of the detector, or take the suggested axis",
            )
        if not isinstance(self.seed, int) or self.seed < 0:
            raise Refused(found=f"the seed is {self.seed}", needed="a whole number from 0", remedy="the default is 0")


def _refuse_other(name: str, value: str, known: tuple[str, ...]) -> None:
    if value not in known:
        raise Refused(found=f"{name} is {value}", needed=f"one of {', '.join(known)}", remedy="choose one of them")
