"""What the harvest in the form will take, found beside the window: requests enter, the last one's answer leaves."""

from psygnal import Signal

from napari_unveil.plugin.harvest import job
from napari_unveil.plugin.harvest.job import Ahead, HarvestRequest
from napari_unveil.plugin.session import Session


class Lookahead:
    """Answers the newest request; one that comes while another is looked at waits, and replaces those before it.

    Signal: ``found`` when there is an answer.
    """

    found = Signal()

    def __init__(self, session: Session) -> None:
        self._session = session
        self.answer: Ahead | None = None
        self._newest: HarvestRequest | None = None
        self._asked = True
        self._task = session.task("ahead")
        self._task.ended.connect(self._next)

    def ask(self, request: HarvestRequest | None) -> None:
        """Look at a request; None: what was asked before is of no interest any more."""
        self.answer = None
        self._newest, self._asked = request, request is None
        self._next()

    def _next(self, *_: object) -> None:
        request = self._newest
        if request is None or self._asked or self._task.running:
            return
        self._asked = True
        job.look_ahead(self._session, request, done=lambda ahead: self._answer(ahead, request))

    def _answer(self, ahead: Ahead, request: HarvestRequest) -> None:
        if request is self._newest:
            self.answer = ahead
            self.found.emit()
