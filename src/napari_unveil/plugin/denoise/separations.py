"""All layers of a viewer that are being denoised, and which frame of which comes next.

What is looked at comes first, then what is exported, then the rest; the layer that was asked for last goes before the
others.
"""

import weakref
from collections.abc import Callable, Generator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from napari_unveil.errors import UnveilError
from napari_unveil.plugin.denoise.separating import PARTS, DenoiseRequest, Separating
from napari_unveil.plugin.jobs import Control
from napari_unveil.plugin.preferences import preferences
from napari_unveil.plugin.session import Session
from napari_unveil.types import Progress

BYTES_IN_GB = 10**9

Step = Callable[[], Any]
"""Does a piece of work and gives a report."""


class Superseded(UnveilError):
    """Raised inside the work on a frame that is to wait: somebody looks at another one, or nobody wants it any more."""


@dataclass(frozen=True, slots=True)
class FramesDone:
    """A separation and how far it is."""

    separating: Separating
    done: int
    total: int


@dataclass(frozen=True, slots=True, eq=False)
class Exporting:
    """A file being written: the separation it belongs to, and a generator of progress that returns a sentence."""

    separating: Separating
    path: Path
    work: Generator[Progress, None, str]


class Separations:
    """The separations of a session, the newest first.

    Parameters
    ----------
    go_on
        Starts the job, if it does not run.
    """

    def __init__(self, session: Session, go_on: Callable[[Session], None]) -> None:
        self._session = weakref.ref(session)
        self._go_on = go_on
        self._control = Control()
        self.all: tuple[Separating, ...] = ()  # replaced, never changed, so that both threads may read it
        self.export: Exporting | None = None
        self.last_words = ""
        """What became of the last export, or of a separation whose layers were removed."""
        session.viewer.layers.events.removed.connect(self._drop_lost)

    # in the main thread

    def of(self, request: DenoiseRequest) -> Separating | None:
        """The separation that was made as ``request`` asks."""
        return next((separating for separating in self.all if separating.serves(request)), None)

    def begin(self, request: DenoiseRequest) -> Separating:
        """Take a layer up, in place of what was made of it with other settings; the shown frame comes next."""
        self.last_words = ""
        begun = self.of(request)
        others = tuple(other for other in self.all if other.request.layer is not request.layer)
        capacity_bytes = int(preferences().cache_gb * BYTES_IN_GB) // (1 + len(others))
        for other in others:
            other.result.limit(capacity_bytes)
        begun = begun or Separating(request, capacity_bytes=capacity_bytes)
        begun.show_again()
        session = self._session()
        if session is not None:
            begun.result.want(begun.looked_at(session))
            for stale in {*self.all, begun} - set(others):
                session.turns.forget(*((stale, part) for part in PARTS))
        self.all = (begun, *others)
        return begun

    def follow(self, session: Session) -> None:
        """The viewer shows another frame: what is missing of it is separated next."""
        self._drop_lost()
        missing = [separating.follow(session) for separating in self.all if separating.trio is not None]
        if any(missing):
            self._go_on(session)

    def give_up(self) -> None:
        """From now on only frames that are looked at are separated."""
        for separating in self.all:
            separating.result.want_no_more()

    def show(self) -> None:
        """Bring all layers up to date."""
        self._drop_lost()
        session = self._session()
        if session is not None and session.viewer is not None:
            for separating in self.all:
                separating.show(session)

    def at_stake(self) -> str:
        """What is lost when the job ends now."""
        return "" if self.export is None else f"{self.export.path} is being written; it is complete only at the end."

    def has_work(self) -> bool:
        """Whether anything is left to do."""
        return self.export is not None or any(one.result.next_frame() is not None for one in self.all)

    def _drop_lost(self, *_: object) -> None:
        """Forget separations that nobody can see any more, and the memory they take."""
        session = self._session()
        if session is None or session.viewer is None:
            return
        lost = {separating: separating.lost(session) for separating in self.all}
        self.last_words = next(filter(None, lost.values()), self.last_words)
        self.all = tuple(separating for separating, words in lost.items() if not words)
        if self.export is not None and lost.get(self.export.separating):
            session.task("denoise").cancel()

    # in the job's thread

    def steps(self, control: Control) -> Generator[Any, None, None]:
        """Work until nothing is left to do; nothing half-written is left when it ends early."""
        self._control = control
        try:
            while (step := self._next_step()) is not None:
                yield step()
        finally:
            if self.export is not None:
                self.export.work.close()
                self.export = None

    def tell(self, message: str) -> None:
        """Tell the user of the running job."""
        self._control.tell(Progress(0, 0, message))

    def _next_step(self) -> Step | None:
        for separating in self.all:
            wanted = separating.result.wanted()
            if wanted is not None:
                return self._separation_of(separating, wanted, somebody_waits=True)
        if self.export is not None:
            return self._write
        for separating in self.all:
            index = separating.result.next_frame()
            if index is not None:
                return self._separation_of(separating, index, somebody_waits=False)
        return None

    def _separation_of(self, separating: Separating, index: int, *, somebody_waits: bool) -> Step:
        def between() -> None:
            looked_at = {one.result.wanted() for one in ((separating,) if somebody_waits else self.all)}
            if self._control.cancel_asked() or separating not in self.all or looked_at - {None, index}:
                raise Superseded

        def step() -> FramesDone:
            from napari_unveil.network.device import leave_one_core_free, use_all_cores

            (use_all_cores if somebody_waits else leave_one_core_free)()
            try:
                separating.separate(index, tell=self.tell, between=between)
            except Superseded:
                pass
            except Exception:
                self.all = tuple(one for one in self.all if one is not separating)
                raise
            return FramesDone(separating, separating.result.done_count, separating.result.frame_count)

        return step

    def _write(self) -> Progress | None:
        if self.export is None:
            return None
        try:
            return next(self.export.work)
        except StopIteration as end:
            self.last_words = end.value
        except Exception:
            self.export = None
            raise
        self.export = None
        return None
