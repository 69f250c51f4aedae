"""Masks in files: TIFF, npy, EDF or HDF5 (dataset ``/mask``), unsigned 8-bit, nonzero = True = excluded."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from napari_unveil.errors import Refused
from napari_unveil.saving import refuse_unwritable, replacing
from napari_unveil.types import Mask

DATASET = "mask"
EXCLUDED = np.uint8(255)
"""Written for True; any other nonzero value is read as True too."""


def save_mask(path: Path, mask: Mask, *, provenance: Mapping[str, object] | None = None) -> None:
    """Write a mask in the format that the suffix of ``path`` names.

    Parameters
    ----------
    path
        Ends in .tif, .tiff, .npy, .edf, .h5 or .hdf5.
    mask
        Shape (y, x).
    provenance
        How the mask came about, plain JSON values; kept by HDF5 only.

    Raises
    ------
    Refused
        When the suffix is unknown, the mask is not two-dimensional or the place cannot be written to.
    """
    path = Path(path)
    _refuse_unknown_suffix(path)
    _refuse_not_image(path, mask)
    pixels = np.where(mask, EXCLUDED, np.uint8(0))
    with replacing(path) as partial:
        _WRITERS[path.suffix.lower()](partial, pixels, provenance or {})


def refuse_mask_path(path: Path) -> None:
    """Refuse, before any work is done, a ``path`` that no mask can be written to.

    Raises
    ------
    Refused
        When the suffix is unknown or the place cannot be written to.
    """
    _refuse_unknown_suffix(path)
    refuse_unwritable(path)


def load_mask(path: Path, *, shape: tuple[int, int] | None = None) -> Mask:
    """Read a mask (y, x); nonzero = True = excluded.

    Parameters
    ----------
    path
        Ends in .tif, .tiff, .npy, .edf, .h5 or .hdf5.
    shape
        Shape (y, x) of the frames that it is for, when known.

    Raises
    ------
    Refused
        When the suffix is unknown, the file cannot be read, or it is not one image of this shape.
    """
    path = Path(path)
    _refuse_unknown_suffix(path)
    try:
        pixels = _READERS[path.suffix.lower()](path)
    except (OSError, ValueError, EOFError, LookupError) as error:
        raise Refused(
            found=f"no mask could be read from {path} ({error})",
            needed=f"an image in a {path.suffix} file" + (f" at /{DATASET}" if _is_hdf5(path) else ""),
            remedy="choose another file or save the mask again",
        ) from error
    _refuse_not_image(path, pixels)
    if shape is not None and pixels.shape != tuple(shape):
        raise Refused(
            found=f"the mask in {path} has the shape {pixels.shape}",
            needed=f"the shape of the frames, {tuple(shape)}",
            remedy="choose the mask of this detector",
        )
    return np.asarray(pixels != 0)


def _refuse_unknown_suffix(path: Path) -> None:
    if path.suffix.lower() not in _WRITERS:
        raise Refused(
            found=f"{path} ends in {path.suffix or 'nothing'}",
            needed=f"a mask file ends in one of {', '.join(_WRITERS)}",
            remedy="choose a name with one of these endings",
        )


def _refuse_not_image(path: Path, pixels: NDArray[Any]) -> None:
    if pixels.ndim != 2 or pixels.dtype.kind not in "biuf":
        raise Refused(
            found=f"the mask for {path} has the shape {pixels.shape} and the type {pixels.dtype}",
            needed="one two-dimensional image of plain numbers",
            remedy="save a single grey-scale image (y, x)",
        )


def _is_hdf5(path: Path) -> bool:
    return _READERS[path.suffix.lower()] is _read_hdf5


def _write_tiff(path: Path, pixels: NDArray[np.uint8], _: Mapping[str, object]) -> None:
    import tifffile

    tifffile.imwrite(path, pixels)


def _write_npy(path: Path, pixels: NDArray[np.uint8], _: Mapping[str, object]) -> None:
    np.save(path, pixels)


def _write_edf(path: Path, pixels: NDArray[np.uint8], _: Mapping[str, object]) -> None:
    from fabio.edfimage import EdfImage

    EdfImage(data=pixels).write(str(path))


def _write_hdf5(path: Path, pixels: NDArray[np.uint8], provenance: Mapping[str, object]) -> None:
    import h5py

    with h5py.File(path, "w") as file:
        dataset = file.create_dataset(DATASET, data=pixels, compression="gzip")
        dataset.attrs["provenance"] = json.dumps(dict(provenance))


def _read_tiff(path: Path) -> NDArray[Any]:
    import tifffile

    return np.asarray(tifffile.imread(path))


def _read_npy(path: Path) -> NDArray[Any]:
    return np.asarray(np.load(path, allow_pickle=False))


def _read_edf(path: Path) -> NDArray[Any]:
    from fabio.edfimage import EdfImage

    return np.asarray(EdfImage().read(str(path)).data)


def _read_hdf5(path: Path) -> NDArray[Any]:
    import h5py

    with h5py.File(path, "r") as file:
        return np.asarray(file[DATASET])


_WRITERS: dict[str, Callable[[Path, NDArray[np.uint8], Mapping[str, object]], None]] = {
    ".tif": _write_tiff,
    ".tiff": _write_tiff,
    ".npy": _write_npy,
    ".edf": _write_edf,
    ".h5": _write_hdf5,
    ".hdf5": _write_hdf5,
}
_READERS: dict[str, Callable[[Path], NDArray[Any]]] = {
    ".tif": _read_tiff,
    ".tiff": _read_tiff,
    ".npy": _read_npy,
    ".edf": _read_edf,
    ".h5": _read_hdf5,
    ".hdf5": _read_hdf5,
}
