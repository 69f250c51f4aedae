"""What the harvest in the form will take, found beside the window: requests enter, the last one's answer leaves."""

from psygnal import Signal

from napari_unveil.harvest import PairReport
from napari_unveil.plugin.harvest.ahead import Ahead, look_ahead
from napari_unveil.plugin.harvest.requests import AlignedRequest, AnyRequest
from napari_unveil.plugin.jobs import Job
from napari_unveil.plugin.newest import Newest
from napari_unveil.plugin.session import Session


class Lookahead:
    """Answers the newest request; pairs of frames are held against one another once.

    Signal: ``found`` when there is an answer.
    """

    found = Signal()

    def __init__(self, session: Session) -> None:
        self.answer: Ahead | None = None
        self._newest = Newest(session.task("ahead"))
        self._known: tuple[tuple[object, ...], PairReport] | None = None

    def ask(self, request: AnyRequest | None) -> None:
        """Look at a request; None: what was asked before is of no interest any more."""
        self.answer = None
        if request is None:
            self._newest.forget()
        else:
            self._newest.ask(lambda _: self._looking(request), done=self._answer)

    def _looking(self, request: AnyRequest) -> Job:
        """In the job's thread; what was found of pairs counts for later requests, too."""
        compared = _compared(request)
        known = self._known[1] if self._known is not None and self._known[0] == compared else None
        ahead = yield from look_ahead(request, known)
        if ahead.pairs is not None:
            self._known = compared, ahead.pairs
        return ahead

    def _answer(self, ahead: Ahead) -> None:
        self.answer = ahead
        self.found.emit()


def _compared(request: AnyRequest) -> tuple[object, ...]:
    """The arrays of frames that are pairs; nothing of others."""
    is_pair = isinstance(request, AlignedRequest) and request.pairs is not None
    return tuple(stack.data.name for stack in request.stacks) if is_pair else ()
