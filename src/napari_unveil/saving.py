"""Files and folders that appear whole or not at all."""

import errno
import os
import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from napari_unveil.errors import Refused

DISK_MARGIN_BYTES = 32 * 2**20
"""Room that a file being written needs beside its next piece: buffers and indices."""


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Give a temporary path beside ``path``; rename it to ``path`` when the block ends well, remove it otherwise.

    Raises
    ------
    Refused
        When the folder is absent or read-only, or the disk is full (any ``OSError`` of the block is taken for a
        failure to write and retold with the path).
    """
    partial = _partial_file(path)
    try:
        yield partial
        _flush(partial)
        partial.replace(path)
    except OSError as error:
        raise _not_written(path, error) from error
    finally:
        partial.unlink(missing_ok=True)


@contextmanager
def replacing_folder(folder: Path) -> Iterator[Path]:
    """Give a new folder beside ``folder``; rename it to ``folder`` when the block ends well, remove it otherwise.

    Raises
    ------
    Refused
        When there is something at ``folder`` already, or as :func:`replacing`.
    """
    refuse_used_folder(folder)
    partial = folder.with_name(_partial_name(folder))
    try:
        partial.mkdir()
        yield partial
        for file in partial.iterdir():
            _flush(file)
        if folder.is_dir():
            folder.rmdir()
        partial.rename(folder)
    except OSError as error:
        raise _not_written(folder, error) from error
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def refuse_inputs(target: Path, *sources: Path) -> None:
    """Refuse to write ``target`` over one of the ``sources`` that are being read, or over a file inside one."""
    for source in sources:
        if target.exists() and source.exists() and _holds(source, target):
            raise Refused(
                found=f"{target} is an input itself",
                needed="results go to a file of their own",
                remedy="choose another output name",
            )


def refuse_full_disk(path: Path, needed_bytes: int) -> None:
    """Raise ``OSError`` before ``needed_bytes`` are written beside ``path`` to a disk without room for them.

    HDF5 aborts the interpreter when it cannot write what it has in its buffers, so it must not come to that.
    """
    if shutil.disk_usage(path.parent).free < needed_bytes + DISK_MARGIN_BYTES:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def refuse_unwritable(path: Path) -> None:
    """Refuse, before any work is done, a ``path`` that is a folder or lies in none that can be written to."""
    if path.is_dir():
        raise Refused(
            found=f"{path} is a folder",
            needed="the output is a file",
            remedy="add a file name",
        )
    _refuse_closed(path.parent)


def refuse_used_folder(folder: Path) -> None:
    """Refuse, before any work is done, a ``folder`` that holds something, is a file or cannot be made."""
    if folder.is_file() or (folder.is_dir() and any(folder.iterdir())):
        raise Refused(
            found=f"{folder} is {'a file' if folder.is_file() else 'a folder that holds something'}",
            needed="a folder that is empty or not there yet",
            remedy="choose another name",
        )
    _refuse_closed(folder.parent)


def _holds(source: Path, target: Path) -> bool:
    return target.samefile(source) or (source.is_dir() and target.resolve().is_relative_to(source.resolve()))


def _refuse_closed(folder: Path) -> None:
    if not os.access(folder, os.W_OK):
        raise Refused(
            found=f"nothing can be written in {folder} ({'read-only' if folder.is_dir() else 'absent'})",
            needed="a folder that exists and can be written to",
            remedy="choose another place",
        )


def _not_written(path: Path, error: OSError) -> Refused:
    reason = " ".join((error.strerror or str(error)).split())
    return Refused(
        found=f"{path} could not be written ({reason})",
        needed="a folder that exists, can be written to and has room",
        remedy="choose another place or free some, then repeat",
    )


def _partial_name(path: Path) -> str:
    return f".{path.stem}.{uuid.uuid4().hex[:8]}.part{path.suffix}"


def _partial_file(path: Path) -> Path:
    refuse_unwritable(path)
    partial = path.with_name(_partial_name(path))
    try:
        partial.touch(exist_ok=False)
    except OSError as error:
        raise Refused(
            found=f"nothing can be written in {path.parent} ({error.strerror or error})",
            needed="a folder that exists and can be written to",
            remedy="choose another place",
        ) from error
    return partial


def _flush(path: Path) -> None:
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def make_folder(folder: Path) -> None:
    """Make ``folder`` and those above it where they are absent.

    Raises
    ------
    Refused
        When it cannot be made.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Refused(
            found=f"{folder} could not be made ({error.strerror or error})",
            needed="a folder to write to",
            remedy="choose another place",
        ) from error
