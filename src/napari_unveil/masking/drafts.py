"""Masks that are kept while one works on them: one file for the frames of one address, written whole or not at all."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import h5py
import numpy as np

from napari_unveil.errors import Refused
from napari_unveil.frames import Address
from napari_unveil.masking.alignment import lines_up
from napari_unveil.saving import replacing
from napari_unveil.types import Mask

FOLDER = "masks"
FRAMES, SAVED, NAME = "frames", "saved", "name"


@dataclass(frozen=True, slots=True, eq=False)
class Draft:
    """Masks as they were painted on frames.

    Parameters
    ----------
    path
        The file that keeps them.
    saved
        When the masks were kept.
    names
        Of the masks that fit the frames, each under its dataset.
    """

    path: Path
    saved: datetime
    names: Mapping[str, str]

    def masks(self) -> dict[str, Mask]:
        """The masks under their names, each of shape (y, x), or with leading axes of the frames.

        Raises
        ------
        Refused
            When the file was removed or damaged since.
        """
        try:
            with h5py.File(self.path, "r") as file:
                return {name: file[dataset][()] != 0 for dataset, name in self.names.items()}
        except (OSError, KeyError) as error:
            raise Refused(
                found=f"the mask that was kept cannot be read any more ({error})",
                needed=f"the file {self.path}",
                remedy="make the mask again",
            ) from error


def keep_draft(folder: Path, address: Address, masks: Mapping[str, Mask]) -> None:
    """Write ``masks`` for the frames at ``address`` below ``folder``, in place of an earlier draft.

    Raises
    ------
    Refused
        When nothing can be written there.
    """
    path = draft_path(folder, address)
    path.parent.mkdir(parents=True, exist_ok=True)
    with replacing(path) as partial, h5py.File(partial, "w") as file:
        file.attrs[FRAMES] = _place(address)
        file.attrs[SAVED] = datetime.now(UTC).isoformat(timespec="seconds")
        for number, (name, mask) in enumerate(masks.items()):
            dataset = file.create_dataset(
                f"mask_{number}", data=mask.astype(np.uint8), compression="gzip", compression_opts=1
            )
            dataset.attrs[NAME] = name


def find_draft(folder: Path, address: Address, *, shape: tuple[int, ...]) -> Draft | None:
    """What was kept for the frames at ``address``; None without masks for this shape (leading axes, y, x).

    No pixel is read. A file that cannot be read is no draft.
    """
    path = draft_path(folder, address)
    if not path.is_file():
        return None
    try:
        with h5py.File(path, "r") as file:
            if file.attrs[FRAMES] != _place(address):
                return None
            names = {dataset: str(masks.attrs[NAME]) for dataset, masks in file.items() if lines_up(masks.shape, shape)}
            saved = datetime.fromisoformat(file.attrs[SAVED])
    except (OSError, KeyError, ValueError, TypeError, AttributeError):
        return None
    return Draft(path, saved, names) if names else None


def forget_draft(folder: Path, address: Address) -> None:
    """Remove what was kept for the frames at ``address``.

    Raises
    ------
    Refused
        When the file cannot be removed.
    """
    try:
        draft_path(folder, address).unlink(missing_ok=True)
    except OSError as error:
        raise Refused(
            found=f"the mask that was kept cannot be removed ({error.strerror})",
            needed="a folder that can be written to",
            remedy=f"remove {draft_path(folder, address)}",
        ) from error


def draft_path(folder: Path, address: Address) -> Path:
    """The file below ``folder`` for the frames at ``address``."""
    return folder / FOLDER / f"{hashlib.sha256(_place(address).encode()).hexdigest()[:24]}.h5"


def _place(address: Address) -> str:
    return str(Address(address.path.resolve(), address.dataset))
