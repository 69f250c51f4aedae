"""The mask is kept while one works on it, and offered when the same frames are opened again."""

from typing import Any

from qtpy.QtCore import QCoreApplication, QTimer
from qtpy.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from napari_unveil.errors import UnveilError
from napari_unveil.frames import Address
from napari_unveil.masking import Draft, find_draft, forget_draft, keep_draft, lines_up
from napari_unveil.plugin import layers, preferences
from napari_unveil.plugin.jobs import Control, Job
from napari_unveil.plugin.widgets.step_view import Action
from napari_unveil.types import Mask, Progress

KEEP_AFTER_MS = 3_000
"""How long after a change the mask is written, at most."""


class DraftPart:
    """Writes what is painted a few seconds later, and when the window closes; offers what an earlier session left."""

    def __init__(self, view: Any) -> None:
        self.view, self.session = view, view.session
        self.draft: Draft | None = None
        self.address: Address | None = None
        self._pending: tuple[Address, dict[str, Mask]] | None = None
        self._changed: tuple[Address, tuple[int, ...]] | None = None
        self._settled: set[Address] = set()
        self.offer, self.words = QWidget(), QLabel()
        self.words.setWordWrap(True)
        column, row = QVBoxLayout(self.offer), QHBoxLayout()
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.words)
        view.fill(
            row,
            [
                Action("Load it", "Show the mask that was painted on these frames before.", self.load),
                Action("Forget it", "Remove the mask that was kept.", self.forget),
            ],
        )
        column.addLayout(row)
        self.offer.setVisible(False)
        view.column.insertWidget(0, self.offer)
        self._timer = QTimer(view)
        self._timer.setSingleShot(True)
        self._timer.setInterval(KEEP_AFTER_MS)
        self._timer.timeout.connect(self._keep)
        self._copying = QTimer(view)
        self._copying.setSingleShot(True)
        self._copying.setInterval(0)
        self._copying.timeout.connect(self._copy)
        view.destroyed.connect(lambda *_: self.flush())
        application = QCoreApplication.instance()
        if application is not None:
            application.aboutToQuit.connect(self.flush)

    def look(self) -> None:
        """Offer the mask that was kept for the frames that are chosen."""
        self.address, shape = self._frames()
        self.draft = None
        if self.address is not None and self.address not in self._settled and preferences.preferences().restore_mask:
            self.draft = find_draft(preferences.data_folder(), self.address, shape=shape)
        if self.draft is not None:
            when = self.draft.saved.astimezone().strftime("%Y-%m-%d %H:%M")
            count = len(self.draft.names)
            self.words.setText(f"{'A mask' if count == 1 else f'{count} masks'} painted on {when} is there.")
        self.offer.setVisible(self.draft is not None)

    def load(self) -> None:
        """Show the masks that were kept."""
        if self.draft is not None:
            self.view.attempt(lambda: self._load(self.draft))
        self._settle()

    def forget(self) -> None:
        """Remove what was kept for these frames."""
        if self.address is not None:
            address = self.address
            self.view.attempt(lambda: forget_draft(preferences.data_folder(), address))
        self._settle()

    def keep_soon(self) -> None:
        """The mask is being changed: keep the masks of these frames, a few seconds from now at most."""
        address, shape = self._frames()
        if address is None:
            return
        self._settled.add(address)
        self._changed = (address, shape)
        self._copying.start()
        if not self._timer.isActive():
            self._timer.start()

    def flush(self) -> None:
        """Write at once what waits to be written."""
        self._copy()
        pending, self._pending = self._pending, None
        if pending is not None:
            try:
                keep_draft(preferences.data_folder(), *pending)
            except UnveilError:
                return  # the window closes: there is nobody left to tell

    def _copy(self) -> None:
        """Copy the masks as they are now; napari tells of a change before it makes it, so this comes a little later."""
        changed, self._changed = self._changed, None
        viewer = self.session.viewer
        if changed is None or viewer is None:
            return
        address, shape = changed
        masks = {
            layer.name: layers.mask_of(layer)
            for layer in layers.mask_layers(viewer)
            if lines_up(layer.data.shape, shape) and layer.data.any()
        }
        if masks:
            self._pending = (address, masks)

    def _keep(self) -> None:
        task = self.session.task("mask draft")
        if task.running:
            self._timer.start()
            return
        self._copy()
        pending, self._pending = self._pending, None
        if pending is None:
            return
        folder = preferences.data_folder()

        def work(_: Control) -> Job:
            yield Progress(0, 0)
            keep_draft(folder, *pending)

        task.run(work, done=lambda _: None)

    def _frames(self) -> tuple[Address | None, tuple[int, ...]]:
        """Where the chosen frames lie, None when in no file; and the shape of their stack."""
        try:
            stack = layers.stack_of(self.view.frames.layer())
        except UnveilError:
            return None, (0, 0)
        return (stack.address if stack.address.path.exists() else None), tuple(stack.data.shape)

    def _load(self, draft: Draft | None) -> None:
        for name, mask in {} if draft is None else draft.masks().items():
            self.view.show_new(mask, name, like=self.view.frames.layer())
        self.view.status.tell("the mask that was painted before is shown")

    def _settle(self) -> None:
        if self.address is not None:
            self._settled.add(self.address)
        self.draft = None
        self.offer.setVisible(False)
