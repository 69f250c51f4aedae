"""Masks in files: TIFF, npy, npz, EDF, Fit2D or HDF5, unsigned 8-bit, nonzero = True = excluded.

Files of silx and pyFAI are read as they are: they mark the same pixels with the same numbers.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from napari_unveil.errors import Refused
from napari_unveil.frames import parse_address
from napari_unveil.masking.formats import FORMATS, SUFFIXES
from napari_unveil.saving import refuse_unwritable, replacing
from napari_unveil.types import Mask

EXCLUDED = np.uint8(255)
"""Written for True; any other nonzero value is read as True too."""

UNREADABLE = (OSError, ValueError, EOFError, LookupError, AssertionError, TypeError, AttributeError)
"""What the libraries raise on files that are not what their names say."""


def save_mask(path: Path, mask: Mask, *, provenance: Mapping[str, object] | None = None) -> None:
    """Write masks in the format that the suffix of ``path`` names.

    Parameters
    ----------
    path
        Ends in .tif, .tiff, .npy, .npz, .edf, .msk, .h5 or .hdf5.
    mask
        Shape (y, x), or several along leading axes: one a module, one a frame. EDF holds one leading axis, Fit2D
        none.
    provenance
        How the mask came about, plain JSON values; kept by HDF5 only.

    Raises
    ------
    Refused
        When the suffix is unknown, the format does not hold so many axes or the place cannot be written to.
    """
    path = Path(path)
    _refuse_unknown_suffix(path)
    _refuse_not_images(path, mask)
    pixels = np.where(mask, EXCLUDED, np.uint8(0))
    with replacing(path) as partial:
        FORMATS[path.suffix.lower()][0](partial, pixels, provenance or {})


def refuse_mask_path(path: Path) -> None:
    """Refuse, before any work is done, a ``path`` that no mask can be written to.

    Raises
    ------
    Refused
        When the suffix is unknown or the place cannot be written to.
    """
    _refuse_unknown_suffix(path)
    refuse_unwritable(path)


def load_mask(path: Path | str, *, shape: tuple[int, int] | None = None) -> Mask:
    """Read masks, (y, x) or several along leading axes; nonzero = True = excluded.

    Parameters
    ----------
    path
        Ends in one of the suffixes of `save_mask`; ``FILE::/dataset`` names an array in an HDF5 or npz file, which
        otherwise is ``mask`` or the only image of whole numbers.
    shape
        Shape (y, x) of the frames that it is for, when known.

    Raises
    ------
    Refused
        When the suffix is unknown, the file cannot be read, or it does not hold images of this shape.
    """
    address = parse_address(str(path))
    _refuse_unknown_suffix(address.path)
    try:
        pixels = FORMATS[address.path.suffix.lower()][1](address.path, address.dataset)
    except UNREADABLE as error:
        raise _unreadable(address.path, error) from error
    except Exception as error:
        if type(error) is not Exception:  # fabio raises bare ones on masks of Fit2D
            raise
        raise _unreadable(address.path, error) from error
    _refuse_not_images(path, pixels)
    if shape is not None and pixels.shape[-2:] != tuple(shape):
        raise Refused(
            found=f"the mask in {path} has the shape {pixels.shape}",
            needed=f"the shape of the frames, {tuple(shape)}",
            remedy="choose the mask of this detector",
        )
    return np.asarray(pixels != 0)


def _unreadable(path: Path, error: Exception) -> Refused:
    inside = " at /mask, or at the place that FILE::/dataset names" if path.suffix.lower() in (".h5", ".hdf5") else ""
    return Refused(
        found=f"no mask could be read from {path} ({error or type(error).__name__})",
        needed=f"an image in a {path.suffix} file{inside}",
        remedy="choose another file or save the mask again",
    )


def _refuse_unknown_suffix(path: Path) -> None:
    if path.suffix.lower() not in FORMATS:
        raise Refused(
            found=f"{path} ends in {path.suffix or 'nothing'}",
            needed=f"a mask file ends in one of {', '.join(SUFFIXES)}",
            remedy="choose a name with one of these endings",
        )


def _refuse_not_images(path: Path | str, pixels: NDArray[Any]) -> None:
    if pixels.ndim < 2 or pixels.dtype.kind not in "biuf":
        raise Refused(
            found=f"the mask for {path} has the shape {pixels.shape} and the type {pixels.dtype}",
            needed="plain numbers, one two-dimensional image or one a module or frame",
            remedy="save grey-scale images",
        )
