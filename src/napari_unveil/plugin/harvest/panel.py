"""Part of the window "Harvest patches": look through the patches of a library and take bad ones out."""

from collections.abc import Callable, Sequence
from pathlib import Path

from qtpy.QtWidgets import QFormLayout, QWidget

from napari_unveil.errors import Refused, UnveilError
from napari_unveil.harvest import PatchLibrary
from napari_unveil.harvest.library import SIGNAL_AND_NOISE
from napari_unveil.plugin.harvest import job
from napari_unveil.plugin.harvest.gallery import gallery_of
from napari_unveil.plugin.harvest.job import Shown
from napari_unveil.plugin.harvest.words import in_words
from napari_unveil.plugin.widgets import questions
from napari_unveil.plugin.widgets.connections import connect_while_alive
from napari_unveil.plugin.widgets.fields import Choice, FileField
from napari_unveil.plugin.widgets.section import Section
from napari_unveil.plugin.widgets.step_view import Action, StepView

TITLE = "Look through the patches"
TIP = "Show the patches of a library, the brightest first, and take bad ones out."


class PatchPanel(Section):  # type: ignore[misc]  # Qt is not typed here
    """Chooses a library, shows its patches, removes those that are marked.

    Parameters
    ----------
    view
        The window that the panel is part of.
    """

    def __init__(self, view: StepView) -> None:
        super().__init__(TITLE, TIP)
        self._view, self._gallery = view, gallery_of(view.session)
        self.library = FileField(title="Patch library", pattern="Patch library (*.h5)")
        self.library.setPlaceholderText("harvested patches")
        self.kind = Choice()
        self._asked_of: tuple[Path, int] | None = None
        content, self._form = QWidget(), QFormLayout()
        content.setLayout(self._form)
        view.add_row("Patches of", self.library, "Patch library whose patches are shown.", section=self._form)
        view.add_row("Shown", self.kind, "Which of the library's patches, such as those of signal.", section=self._form)
        self._offer(tuple(SIGNAL_AND_NOISE))
        self._show, self._remove, self._close = view.add_button_row(
            self._form,
            Action(
                "Show",
                "Show the patches as pages of 8 x 12 images, the brightest first. A click on a patch marks it as bad, "
                "a second click takes the mark back.",
                self.show_patches,
                idle_only=True,
            ),
            Action(
                "Remove marked",
                "Write the library again without the patches that are marked.",
                self.remove_marked,
                idle_only=True,
            ),
            Action("Close", "Take the patches away and show again what was hidden.", self.close_patches),
        )
        self.fill(content)
        self.kind.currentIndexChanged.connect(lambda _: self._gallery.look_at(self.kind.value()))
        self.library.changed.connect(self._look_into)
        connect_while_alive(self, view.session.library_changed, self.take_library)
        connect_while_alive(self, self._gallery.changed, self._tell)
        self.take_library()

    def show_patches(self) -> None:
        """Show the patches of the chosen library."""
        if not self._view.task.running and self._may_forget():
            self._view.attempt(self._show_chosen)

    def remove_marked(self) -> None:
        """Write the library again without the marked patches, if the user agrees."""
        if not self._view.task.running:
            self._view.attempt(self._remove_if_agreed)

    def close_patches(self) -> None:
        """Take the patches away."""
        if self._may_forget():
            self._gallery.close()

    def take_library(self) -> None:
        """Choose the library that was written last."""
        if self._view.session.library is not None:
            self.library.set_path(self._view.session.library)
        self._look_into()

    def _show_chosen(self) -> None:
        path = self.library.path()
        if path is None:
            raise Refused(found="no library is chosen", needed="harvested patches", remedy="choose a file")
        job.show(self._view.session, path, done=self._gallery_shown())

    def _remove_if_agreed(self) -> None:
        count = self._gallery.marked_count
        if not count:
            raise Refused(
                found="no patch is marked", needed="at least one patch to remove", remedy="click on the bad patches"
            )
        question = f"Remove {count} marked patches from {self._gallery.path}? They cannot be brought back."
        if questions.agreed(self, question, yes="Remove"):
            job.remove(self._view.session, self._gallery.montages, done=self._gallery_shown())

    def _gallery_shown(self) -> Callable[[Shown], None]:
        gallery, kind = self._gallery, self.kind.value()
        return lambda shown: gallery.show(shown, kind=kind)

    def _may_forget(self) -> bool:
        count = self._gallery.marked_count
        question = f"{count} patches are marked and not removed. Forget the marks?"
        return not count or questions.agreed(self, question, yes="Forget")

    def _look_into(self) -> None:
        """Offer the kinds of the library, when it is another file than before."""
        path = self.library.path()
        if path is None or not path.is_file():
            return
        file = path, path.stat().st_mtime_ns
        if file == self._asked_of:
            return
        self._asked_of = file
        try:
            self._offer(PatchLibrary.open(path).kinds)
        except UnveilError:
            return

    def _offer(self, kinds: Sequence[str]) -> None:
        if [self.kind.itemData(place) for place in range(self.kind.count())] != list(kinds):
            self.kind.clear()
            for kind in kinds:
                self.kind.addItem(in_words({kind: ""}).strip(), kind)
        self._form.setRowVisible(self.kind, len(kinds) > 1)

    def _tell(self) -> None:
        self._view.status.tell(self._gallery.sentence)
