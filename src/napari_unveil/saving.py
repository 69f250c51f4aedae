"""Files that appear whole or not at all."""

import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from napari_unveil.errors import Refused


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
        raise Refused(
            found=f"{path} could not be written ({error.strerror or error})",
            needed="a folder that exists, can be written to and has room",
            remedy="choose another place or free some, then repeat",
        ) from error
    finally:
        partial.unlink(missing_ok=True)


def refuse_same_file(source: Path, target: Path) -> None:
    """Refuse to write ``target`` when it is the ``source`` that is being read."""
    if target.exists() and source.exists() and target.samefile(source):
        raise Refused(
            found=f"{target} is the input itself",
            needed="results go to a file of their own",
            remedy="choose another output name",
        )


def refuse_unwritable(path: Path) -> None:
    """Refuse, before any work is done, a ``path`` that is a folder or lies in none that can be written to."""
    if path.is_dir():
        raise Refused(
            found=f"{path} is a folder",
            needed="the output is a file",
            remedy="add a file name",
        )
    if not os.access(path.parent, os.W_OK):
        raise Refused(
            found=f"nothing can be written in {path.parent} ({'read-only' if path.parent.is_dir() else 'absent'})",
            needed="a folder that exists and can be written to",
            remedy="choose another place",
        )


def _partial_file(path: Path) -> Path:
    refuse_unwritable(path)
    partial = path.with_name(f".{path.stem}.{uuid.uuid4().hex[:8]}.part{path.suffix}")
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
