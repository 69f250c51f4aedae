"""The doors of this package: an address in, a lazy stack, its layers or a listing out."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from napari_unveil.errors import Refused
from napari_unveil.frames.address import Address
from napari_unveil.frames.calibration import Calibration
from napari_unveil.frames.euxfel_run import is_run, list_run, open_run
from napari_unveil.frames.exclusion import DEFAULT_MASK_BITS
from napari_unveil.frames.hdf5_file import absent, damage_is_refused, empty, looks_like_hdf5
from napari_unveil.frames.hdf5_frames import Reading, open_hdf5, open_hdf5_layers
from napari_unveil.frames.hdf5_listing import list_hdf5
from napari_unveil.frames.image_files import list_image, open_image
from napari_unveil.frames.joined import join_stacks
from napari_unveil.frames.listing import Listing
from napari_unveil.frames.stack import FrameStack


def open_frames(
    address: Address, *, mask_bits: int = DEFAULT_MASK_BITS, calibration: Calibration | None = None
) -> FrameStack:
    """Open the named dataset, or the one that is clearly meant in a file or run; no frame is read yet.

    Parameters
    ----------
    address
        What to open; several files, or a pattern that fits several, make one stack in the order of trains.
    mask_bits
        Bits of the stored mask that exclude a pixel.
    calibration
        Pedestals and gains for raw Jungfrau frames; calibrated ones are left as they are.

    Raises
    ------
    Refused
        When there is nothing that gives frames, or several datasets are equally good; the sentence says why.
    """
    reading = Reading(mask_bits, calibration)
    paths = address.files()
    if len(paths) > 1:
        return _open_together(address, paths, reading)
    return _open_one(replace(address, path=paths[0], also=()), reading)


def open_layers(address: Address, *, mask_bits: int = DEFAULT_MASK_BITS) -> list[tuple[str, FrameStack]]:
    """Open what belongs on screen: signal and noise of a result file, one stack of anything else, with names.

    Raises
    ------
    Refused
        As :func:`open_frames`.
    """
    if len(address.files()) == 1 and _is_hdf5_or_run(address):
        with damage_is_refused(address.path):
            if not is_run(address):
                return open_hdf5_layers(address, Reading(mask_bits))
    return [(address.path.stem, open_frames(address, mask_bits=mask_bits))]


def list_datasets(address: Address) -> list[Listing]:
    """List what an address offers, the best first, unavailable datasets included.

    Raises
    ------
    Refused
        When the file itself cannot be opened.
    """
    return [listing for path in address.files() for listing in _list_one(replace(address, path=path, also=()))]


def _open_together(address: Address, paths: Sequence[Path], reading: Reading) -> FrameStack:
    ones = [replace(address, path=path, also=()) for path in paths]
    if all(_is_hdf5_or_run(one) and one.path.is_file() and is_run(one) for one in ones):
        return open_run(address, mask_bits=reading.bits, paths=paths, calibration=reading.calibration)
    return join_stacks([_open_one(one, reading) for one in ones], address)


def _open_one(address: Address, reading: Reading) -> FrameStack:
    if not _is_hdf5_or_run(address):
        return open_image(address)
    with damage_is_refused(address.path):
        if is_run(address):
            return open_run(address, mask_bits=reading.bits, calibration=reading.calibration)
        return open_hdf5(address, reading)


def _list_one(address: Address) -> list[Listing]:
    if not _is_hdf5_or_run(address):
        return [list_image(address)]
    with damage_is_refused(address.path):
        return list_run(address) if is_run(address) else list_hdf5(address)


def _is_hdf5_or_run(address: Address) -> bool:
    path = address.path
    if path.is_dir():
        return True
    if not path.exists():
        raise absent(path)
    if path.stat().st_size == 0:
        raise empty(path)
    try:
        return looks_like_hdf5(path)
    except PermissionError as error:
        raise Refused(
            found=f"{path} may not be read ({error.strerror})",
            needed="a file that this user may read",
            remedy="check its permissions",
        ) from error
