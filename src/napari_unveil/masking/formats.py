"""One pair of functions a file format: images (leading axes, y, x) enter and leave; paths end as ``SUFFIXES``."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from napari_unveil.errors import Refused

DATASET = "mask"
"""Where masks of our own lie in HDF5 and npz files."""

INTEGERS = "biu"


def write_tiff(path: Path, pixels: NDArray[np.uint8], _: Mapping[str, object]) -> None:
    """Write a TIFF image, or one page an image."""
    import tifffile

    tifffile.imwrite(path, pixels, photometric="minisblack")


def write_npy(path: Path, pixels: NDArray[np.uint8], _: Mapping[str, object]) -> None:
    """Write an array of numpy."""
    np.save(path, pixels)


def write_npz(path: Path, pixels: NDArray[np.uint8], _: Mapping[str, object]) -> None:
    """Write a compressed array of numpy."""
    np.savez_compressed(path, mask=pixels)


def write_edf(path: Path, pixels: NDArray[np.uint8], _: Mapping[str, object]) -> None:
    """Write an EDF image as silx and pyFAI do, or one an image along a leading axis."""
    from fabio.edfimage import EdfImage

    _refuse_axes(path, pixels, most=3)
    images = pixels.reshape(-1, *pixels.shape[-2:])
    file = EdfImage(data=images[0])
    for image in images[1:]:
        file.append_frame(data=image)
    file.write(str(path))


def write_fit2d(path: Path, pixels: NDArray[np.uint8], _: Mapping[str, object]) -> None:
    """Write a mask of Fit2D, one bit a pixel."""
    from fabio.fit2dmaskimage import Fit2dMaskImage

    _refuse_axes(path, pixels, most=2)
    Fit2dMaskImage(data=pixels).write(str(path))


def write_hdf5(path: Path, pixels: NDArray[np.uint8], provenance: Mapping[str, object]) -> None:
    """Write the dataset ``/mask`` with its provenance."""
    import h5py

    with h5py.File(path, "w") as file:
        dataset = file.create_dataset(DATASET, data=pixels, compression="gzip")
        dataset.attrs["provenance"] = json.dumps(dict(provenance))


def read_tiff(path: Path, _: str | None) -> NDArray[Any]:
    """Read a TIFF image or stack."""
    import tifffile

    return np.asarray(tifffile.imread(path))


def read_npy(path: Path, _: str | None) -> NDArray[Any]:
    """Read an array of numpy."""
    return np.asarray(np.load(path, allow_pickle=False))


def read_npz(path: Path, dataset: str | None) -> NDArray[Any]:
    """Read the array ``dataset``, or ``mask``, or the only one."""
    with np.load(path, allow_pickle=False) as arrays:
        name = dataset.strip("/") if dataset else _one_of(list(arrays), path)
        return np.asarray(arrays[name])


def read_image(path: Path, _: str | None) -> NDArray[Any]:
    """Read an EDF image or a mask of Fit2D."""
    import fabio

    with fabio.open(str(path)) as image:
        if image.nframes > 1:
            return np.stack([np.asarray(image.getframe(number).data) for number in range(image.nframes)])
        return np.asarray(image.data)


def read_hdf5(path: Path, dataset: str | None) -> NDArray[Any]:
    """Read ``dataset``, or ``/mask``, or the only image of whole numbers or truth values."""
    import h5py

    with h5py.File(path, "r") as file:
        return np.asarray(file[dataset or (DATASET if DATASET in file else _one_of(_images(file), path))])


def _refuse_axes(path: Path, pixels: NDArray[np.uint8], *, most: int) -> None:
    if pixels.ndim > most:
        raise Refused(
            found=f"the mask has the shape {pixels.shape}",
            needed=f"at most {most} axes for a {path.suffix} file",
            remedy="save it as .tif, .npy, .npz or .h5, or make one mask for all first",
        )


def _images(file: Any) -> list[str]:
    from napari_unveil.frames.hdf5_tree import catalogue_of

    return [
        node.path.strip("/")
        for node in catalogue_of(file).nodes
        if node.dtype is not None and len(node.shape) == 2 and node.dtype.kind in INTEGERS and min(node.shape) > 1
    ]


def _one_of(names: list[str], path: Path) -> str:
    named = [name for name in names if name == DATASET] or [n for n in names if n.rpartition("/")[2].endswith(DATASET)]
    if len(found := named or names) == 1:
        return found[0]
    choices = ", ".join(f"/{name}" for name in found[:6]) or "none"
    raise Refused(
        found=f"{path} holds {len(found)} images of whole numbers or truth values ({choices})",
        needed=f"one at /{DATASET}, or a single one",
        remedy=f"name the one that is meant, as {path}::/{found[0] if found else DATASET}",
    )


Write = Callable[[Path, NDArray[np.uint8], Mapping[str, object]], None]
Read = Callable[[Path, str | None], NDArray[Any]]

FORMATS: dict[str, tuple[Write, Read]] = {
    ".tif": (write_tiff, read_tiff),
    ".tiff": (write_tiff, read_tiff),
    ".npy": (write_npy, read_npy),
    ".npz": (write_npz, read_npz),
    ".edf": (write_edf, read_image),
    ".msk": (write_fit2d, read_image),
    ".h5": (write_hdf5, read_hdf5),
    ".hdf5": (write_hdf5, read_hdf5),
}
SUFFIXES = tuple(FORMATS)
