"""Whether frames may go into a calculation without anybody looking at them: a stack in, nothing or a refusal out."""

from napari_unveil.errors import Refused
from napari_unveil.frames.listing import names_text
from napari_unveil.frames.stack import FrameStack


def refuse_uncalibrated(stack: FrameStack) -> None:
    """Refuse raw detector words.

    Raises
    ------
    Refused
        With the way to calibrate them.
    """
    if stack.uncalibrated:
        raise Refused(
            found=f"{stack.address} is uncalibrated: raw Jungfrau words, pedestal and gain are still in them",
            needed="pedestals (ADU) and gains (ADU per keV) of the three gain stages, or the corrected frames",
            remedy="give --pedestals FILE and --gains FILE (HDF5 or npz, shape (3, y, x) or G0, G1, G2), "
            "or open the corrected run",
        )


def refuse_absent(stack: FrameStack) -> None:
    """Refuse frames whose source files are not all there.

    Raises
    ------
    Refused
        With their names.
    """
    if stack.absent:
        raise Refused(
            found=f"{len(stack.absent)} source files of {stack.address} are absent: {names_text(stack.absent)}",
            needed="every file that the frames lie in",
            remedy="copy them to where the file expects them, or give --allow-missing: what they hold is left out then",
        )
