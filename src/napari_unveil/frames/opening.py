"""The doors of this package: an address in, a lazy stack, its layers or a listing out."""

from napari_unveil.errors import Refused
from napari_unveil.frames.address import Address
from napari_unveil.frames.euxfel_run import is_run, list_run, open_run
from napari_unveil.frames.exclusion import DEFAULT_MASK_BITS
from napari_unveil.frames.hdf5_file import absent, empty, looks_like_hdf5
from napari_unveil.frames.hdf5_frames import list_hdf5, open_hdf5, open_hdf5_layers
from napari_unveil.frames.image_files import list_image, open_image
from napari_unveil.frames.listing import Listing
from napari_unveil.frames.stack import FrameStack


def open_frames(address: Address, *, mask_bits: int = DEFAULT_MASK_BITS) -> FrameStack:
    """Open the named dataset, or the best candidate of a file or run; no frame is read yet.

    Parameters
    ----------
    address
        What to open.
    mask_bits
        Bits of the stored mask that exclude a pixel.

    Raises
    ------
    Refused
        When there is nothing that gives frames; the sentence says why.
    """
    if not _is_hdf5_or_run(address):
        return open_image(address)
    if is_run(address):
        return open_run(address, mask_bits=mask_bits)
    return open_hdf5(address, mask_bits=mask_bits)


def open_layers(address: Address, *, mask_bits: int = DEFAULT_MASK_BITS) -> list[tuple[str, FrameStack]]:
    """Open what belongs on screen: signal and noise of a result file, one stack of anything else, with names.

    Raises
    ------
    Refused
        As :func:`open_frames`.
    """
    if _is_hdf5_or_run(address) and not is_run(address):
        return open_hdf5_layers(address, mask_bits=mask_bits)
    return [(address.path.stem, open_frames(address, mask_bits=mask_bits))]


def list_datasets(address: Address) -> list[Listing]:
    """List what an address offers, unavailable datasets included.

    Raises
    ------
    Refused
        When the file itself cannot be opened.
    """
    if not _is_hdf5_or_run(address):
        return [list_image(address)]
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
