"""An HDF5 file opened for a moment: a path in, an ``h5py.File`` or a sentence out.

Importing this module registers the compression filters of hdf5plugin.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import h5py
import hdf5plugin  # noqa: F401  (registers the filters)

from napari_unveil.errors import Refused

HDF5_SUFFIXES = (".h5", ".hdf5", ".hdf", ".nxs", ".nx5", ".nexus", ".cxi")
SIGNATURE = b"\x89HDF\r\n\x1a\n"
TRUNCATED = re.compile(r"truncated file: eof = (\d+).*stored_eof = (\d+)")
OPEN_FOR_WRITING = "already open for write"

DAMAGE = (OSError, RuntimeError, LookupError, ValueError, TypeError, OverflowError, MemoryError)
"""What h5py raises on damaged files."""


def looks_like_hdf5(path: Path) -> bool:
    """Whether the name or the first bytes promise HDF5."""
    if path.suffix.lower() in HDF5_SUFFIXES:
        return True
    with path.open("rb") as file:
        return file.read(len(SIGNATURE)) == SIGNATURE


@contextmanager
def opened_hdf5(path: Path) -> Iterator[h5py.File]:
    """Open ``path`` for reading and close it after the block; a file with a SWMR writer is opened as such.

    Raises
    ------
    Refused
        When it is absent, empty, truncated, not HDF5, being written or not readable by this user.
    """
    file = _open(path)
    try:
        yield file
    finally:
        file.close()


@contextmanager
def damage_is_refused(path: Path) -> Iterator[None]:
    """Turn what h5py raises on damaged files inside the block into a sentence about ``path``.

    Raises
    ------
    Refused
        When something in the file cannot be made sense of.
    """
    try:
        yield
    except DAMAGE as error:
        reason = " ".join(str(error).split()) or type(error).__name__
        raise Refused(
            found=f"{path} is damaged ({reason})",
            needed="a file that HDF5 can read throughout",
            remedy="copy it again, or name a dataset that is intact; `h5dump -H` shows how far it can be read",
        ) from error


def _open(path: Path) -> h5py.File:
    try:
        return h5py.File(path, "r")
    except OSError as error:
        first = error
    if OPEN_FOR_WRITING in str(first):
        try:
            return h5py.File(path, "r", swmr=True)
        except OSError:
            raise _being_written(path) from first
    raise _refusal(path, first) from first


def _refusal(path: Path, error: OSError) -> Refused:
    message = " ".join(str(error).split())
    if isinstance(error, FileNotFoundError):
        return absent(path)
    if isinstance(error, BlockingIOError):
        return _being_written(path)
    if path.is_file() and path.stat().st_size == 0:
        return empty(path)
    if "signature not found" in message:
        return Refused(
            found=f"{path} is not an HDF5 file ({path.stat().st_size} bytes without its signature)",
            needed="a file written as HDF5",
            remedy="check the name, or copy the file again",
        )
    if cut := TRUNCATED.search(message):
        return Refused(
            found=f"{path} is truncated: {int(cut[1])} bytes of {int(cut[2])}",
            needed="the complete file",
            remedy="copy it again, or wait until it is written",
        )
    return Refused(
        found=f"{path} cannot be opened ({message})",
        needed="an HDF5 file that this user may read",
        remedy="check the permissions, or copy the file again",
    )


def absent(path: Path) -> Refused:
    """Say that nothing is at ``path``."""
    return Refused(
        found=f"{path} is not there",
        needed="a file or a run folder that exists",
        remedy="check the name and whether the disk is mounted",
    )


def empty(path: Path) -> Refused:
    """Say that ``path`` has no bytes."""
    return Refused(
        found=f"{path} is empty (0 bytes)",
        needed="a file with frames",
        remedy="copy it again, or wait until it is written",
    )


def _being_written(path: Path) -> Refused:
    return Refused(
        found=f"{path} is being written, or its writer was stopped before closing it",
        needed="a file that its writer has closed or writes in SWMR mode",
        remedy="try again when the writer is done; after a crash 'h5clear -s' marks the file as closed",
    )
