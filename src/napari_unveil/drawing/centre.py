"""Where the beam goes, for drawings that were not told: a frame (y, x) goes in, a place comes out."""

from dataclasses import dataclass

from napari_unveil.errors import Refused
from napari_unveil.inspection import beam_centre
from napari_unveil.types import Frame


@dataclass(frozen=True, slots=True)
class Centre:
    """A place (y, x) in pixels and where it is from, for the reader of a figure."""

    yx: tuple[float, float]
    origin: str

    def __str__(self) -> str:
        return f"y = {self.yx[0]:.1f}, x = {self.yx[1]:.1f} ({self.origin})"


def centre_of(frame: Frame, given_yx: tuple[float, float] | None) -> Centre:
    """Take the given centre, else that of the bright part of the frame, else the middle."""
    if given_yx is not None:
        return Centre(given_yx, "given")
    try:
        return Centre(beam_centre(frame), "centre of the brightest pixels")
    except Refused:
        middle = ((frame.shape[0] - 1) / 2, (frame.shape[1] - 1) / 2)
        return Centre(middle, "middle of the frame, nothing stands out")
