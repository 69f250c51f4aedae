"""Section "File": masks are read and written."""

from pathlib import Path
from typing import Any

import numpy as np
from qtpy.QtWidgets import QFileDialog, QLineEdit

from napari_unveil.masking import SUFFIXES, load_mask, save_mask
from napari_unveil.plugin import layers
from napari_unveil.plugin.mask.target import ADD, REPLACE
from napari_unveil.plugin.preferences import preferences
from napari_unveil.plugin.widgets.step_view import Action
from napari_unveil.types import Mask

MASK_FILES = f"Masks ({' '.join(f'*{suffix}' for suffix in SUFFIXES)})"
FORMATS = "TIFF, npy, npz, EDF, Fit2D msk or HDF5; nonzero = masked, as in silx and pyFAI"


class FilePart:
    """Buttons that read and write masks."""

    def __init__(self, view: Any) -> None:
        self.view = view
        self.dataset = QLineEdit()
        self.dataset.setPlaceholderText("the only mask in the file")
        section = view.add_section("File", "Read and write masks.")
        view.add_row(
            "Dataset", self.dataset, "Path of the mask inside an HDF5 file, such as /entry/mask.", section=section
        )
        view.add_button_row(
            section,
            Action("Load…", f"Read a mask in place of the one that is shown ({FORMATS}).", self._load, True),
            Action("Add…", f"Mark what a mask in a file marks, too ({FORMATS}).", self._add, True),
            Action("Save…", f"Write the mask layer ({FORMATS}).", self._save, True),
        )

    def load(self, path: Path) -> None:
        """Show the mask in ``path``."""
        self.view.attempt(lambda: self._take_in(path, "read", how=REPLACE))

    def add(self, path: Path) -> None:
        """Mark what the mask in ``path`` marks, too."""
        self.view.attempt(lambda: self._take_in(path, "added", how=ADD))

    def save(self, path: Path) -> None:
        """Write the mask layer to ``path``."""
        if self.view.attempt(lambda: save_mask(path, layers.mask_of(self.view.mask.layer()))):
            self.view.status.tell(f"saved as {path}")

    def _take_in(self, path: Path, word: str, *, how: str) -> None:
        frames = self.view.frames.layer()
        shape = None if frames is None else layers.stack_of(frames).frame_shape
        inside = self.dataset.text().strip()
        masks = load_mask(f"{path}::{inside}" if inside and path.suffix in (".h5", ".hdf5") else path, shape=shape)
        self._show(masks, f"{word} {path.name}", path, how=how)

    def _show(self, masks: Mask, step: str, path: Path, *, how: str) -> None:
        layer, frames = self.view.mask.layer(), self.view.frames.layer()
        if layer is None and masks.ndim == 2:
            layer = self.view.show_new(np.zeros_like(masks), layers.MASK_NAME, like=frames)
        if layer is not None and (how == ADD or masks.ndim == 2 or layer.data.shape == masks.shape):
            self.view.take_in(self._of_shot(masks), step, how=how)
        else:
            self.view.show_new(masks, path.stem, like=frames)
            self.view.status.tell(step)

    def _of_shot(self, masks: Mask) -> Mask:
        """One image (y, x) is for all modules of the chosen frames."""
        frames = self.view.frames.layer()
        return masks if frames is None or masks.ndim > 2 else self.view.for_all_modules(masks)

    def _load(self) -> None:
        chosen = QFileDialog.getOpenFileName(self.view, "Load a mask", "", MASK_FILES)[0]
        if chosen:
            self.load(Path(chosen))

    def _add(self) -> None:
        chosen = QFileDialog.getOpenFileName(self.view, "Add a mask", "", MASK_FILES)[0]
        if chosen:
            self.add(Path(chosen))

    def _save(self) -> None:
        begin = str(preferences().in_folder("mask.tif"))
        chosen = QFileDialog.getSaveFileName(self.view, "Save the mask", begin, MASK_FILES)[0]
        if chosen:
            self.save(Path(chosen))
