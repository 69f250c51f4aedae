"""What the harvest in the form will take, found beside the window: requests enter, the last one's answer leaves."""

from psygnal import Signal

from napari_unveil.plugin.harvest import job
from napari_unveil.plugin.harvest.job import Ahead, HarvestRequest
from napari_unveil.plugin.newest import Newest
from napari_unveil.plugin.session import Session


class Lookahead:
    """Answers the newest request.

    Signal: ``found`` when there is an answer.
    """

    found = Signal()

    def __init__(self, session: Session) -> None:
        self.answer: Ahead | None = None
        self._newest = Newest(session.task("ahead"))

    def ask(self, request: HarvestRequest | None) -> None:
        """Look at a request; None: what was asked before is of no interest any more."""
        self.answer = None
        if request is None:
            self._newest.forget()
        else:
            self._newest.ask(lambda _: job.look_ahead(request), done=self._answer)

    def _answer(self, ahead: Ahead) -> None:
        self.answer = ahead
        self.found.emit()
