"""How a verb reads frames: the words for it, and the frames that they give."""

import argparse
from argparse import Namespace
from typing import TYPE_CHECKING

from napari_unveil.cli.printing import Printer
from napari_unveil.errors import Refused

if TYPE_CHECKING:
    from napari_unveil.frames import Calibration, FrameStack

ADDRESS_HELP = "FILE[::/dataset[?axis=last]], a pattern in quotes, 'A.h5 + B.h5', or a European XFEL run folder"
MASK_HELP = "tif, npy, npz, edf, msk (Fit2D) or h5"


def add_reading(verb: argparse.ArgumentParser) -> None:
    """Add the words that all verbs have that read frames."""
    verb.add_argument(
        "--mask-bits",
        type=bits,
        metavar="BITS",
        help="bits of the file's mask that make a pixel missing: a number, all, default, or names such as "
        "default,NON_STANDARD_SIZE (all but INTERPOLATED and NON_STANDARD_SIZE)",
    )
    verb.add_argument("--pedestals", metavar="FILE", help="raw Jungfrau: ADU in each gain stage, HDF5 or npz")
    verb.add_argument("--gains", metavar="FILE", help="raw Jungfrau: ADU per keV in each gain stage, HDF5 or npz")
    verb.add_argument("--gains-per", choices=("keV", "photon"), default="keV", help="what the gains are ADU per (keV)")
    verb.add_argument(
        "--allow-missing", action="store_true", help="go on when source files are absent; what they hold is left out"
    )


def bits(text: str) -> int:
    """A set of 32 bits, by number or by names."""
    from napari_unveil.frames import mask_bits_from_text

    try:
        return mask_bits_from_text(text)
    except Refused as refusal:
        raise argparse.ArgumentTypeError(str(refusal)) from refusal


def opened(address: str, request: Namespace, printer: Printer) -> "FrameStack":
    """Frames at ``address``, read as the words of the verb say; their warnings are printed."""
    from napari_unveil.frames import DEFAULT_MASK_BITS, open_frames, parse_address, refuse_absent, refuse_uncalibrated

    bits = DEFAULT_MASK_BITS if request.mask_bits is None else request.mask_bits
    stack = open_frames(parse_address(address), mask_bits=bits, calibration=_calibration(request))
    if not request.allow_missing:
        refuse_absent(stack)
    refuse_uncalibrated(stack)
    for warning in stack.warnings:
        printer.say(f"warning: {warning}")
    return stack


def _calibration(request: Namespace) -> "Calibration | None":
    from napari_unveil.frames import load_calibration

    if request.pedestals is None and request.gains is None:
        return None
    return load_calibration(request.pedestals, request.gains, per=request.gains_per)
