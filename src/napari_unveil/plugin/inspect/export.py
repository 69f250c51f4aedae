"""Export of what a page shows: a path and an inspection enter; a job that writes the file leaves."""

from pathlib import Path
from typing import Any

from qtpy.QtWidgets import QFileDialog

from napari_unveil.plugin.inspect import job
from napari_unveil.plugin.inspect.job import ExportRequest
from napari_unveil.plugin.preferences import preferences

KINDS = "Numbers (*.csv);;Picture of the curves (*.png)"


class ExportPart:
    """Asks for a file and writes what the page shows, once the running inspection is over."""

    def __init__(self, view: Any) -> None:
        self.view = view
        self.words = ""
        """What was written last, as long as nothing new is shown."""
        self._waiting: ExportRequest | None = None

    @property
    def waits(self) -> bool:
        """Whether a file is to be written as soon as nothing else runs."""
        return self._waiting is not None

    def ask(self) -> None:
        """Ask for a file and write what the page shows."""
        found = self.view.of_this_page()
        if found is None:
            self.view.status.refuse("There is nothing to write yet; wait for the curves or numbers of this page.")
            return
        name = f"{Path(str(found.request.stacks['input'].address.path)).stem} {found.place}.csv".replace(", ", " ")
        suggested = str(preferences().in_folder(name))
        no_question = QFileDialog.Option.DontConfirmOverwrite
        chosen, kind = QFileDialog.getSaveFileName(self.view, "Export", suggested, KINDS, options=no_question)
        if chosen:
            path = Path(chosen)
            self.to(path if path.suffix else path.with_suffix(job.PNG if "png" in kind else job.CSV))

    def to(self, path: Path) -> None:
        """Write what the page shows to ``path``; asks before a file is replaced."""
        found, plot = self.view.of_this_page(), self.view.pages.currentWidget().plot
        if found is None:
            return
        log_x, log_y = (False, False) if plot is None else (plot.log_x.isChecked(), plot.log_y.isChecked())
        request = ExportRequest(found, path, log_x, log_y)
        if self.view.attempt(lambda: job.check_export(request)) and self.view.may_replace(path):
            self._waiting = request
            if not self.view.task.running:
                self.write()

    def write(self) -> None:
        """Write the file that waits."""
        request, self._waiting = self._waiting, None
        if request is not None:
            job.export(self.view.session, request, done=self._written)

    def _written(self, path: Path) -> None:
        self.words = f"Wrote {path}."
