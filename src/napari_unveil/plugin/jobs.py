"""Work beside the window: a generator of reports enters, its reports and its result leave in the main thread.

All threads of the plugin start here. They are plain threads, looked after by a timer of the main thread: napari's
workers swallow a ``RuntimeError`` without a signal, and share a pool of as many threads as there are cores, in which
a training would make everything else wait. What breaks is kept as one of the project's errors; reports are told ten
times a second at most, the newest one wins and the last one always comes.
"""

import logging
import threading
import time
from collections.abc import Callable, Generator, Iterable, Iterator
from typing import Any, TypeAlias, TypeVar

from napari.utils.notifications import show_error
from psygnal import Signal
from qtpy.QtCore import QTimer

from napari_unveil.errors import Failed, UnveilError
from napari_unveil.types import Progress

REPORT_EVERY_MS = 100
LONGEST_WAIT_S = 20.0
"""How long closing a window waits for its jobs."""

ITEM = TypeVar("ITEM")


class Cancelled(UnveilError):
    """Raised inside a job that is to end at once."""


class Control:
    """What passes between a job's thread and the main thread."""

    def __init__(self) -> None:
        self._stop, self._cancel, self._ended = threading.Event(), threading.Event(), threading.Event()
        self._held = threading.Event()
        self._lock = threading.Lock()
        self._report: Any = None
        self.result: Any = None
        self.error: UnveilError | None = None

    def stop_asked(self) -> bool:
        """Whether the job is to come to a good end soon."""
        return self._stop.is_set()

    def cancel_asked(self) -> bool:
        """Whether the job is to end at its next report."""
        return self._cancel.is_set()

    def pause_asked(self) -> bool:
        """Whether the job is to wait."""
        return self._held.is_set()

    def pause(self, wanted: bool) -> None:
        """Ask to wait, or to go on."""
        (self._held.set if wanted else self._held.clear)()

    def has_ended(self) -> bool:
        """Whether the thread is done with the job."""
        return self._ended.is_set()

    def stop(self) -> None:
        """Ask for a good end."""
        self._stop.set()

    def cancel(self) -> None:
        """Ask to end at the next report."""
        self._stop.set()
        self._cancel.set()

    def wait(self, timeout_s: float) -> bool:
        """Wait until the thread is done with the job; False when it was not in time."""
        return self._ended.wait(timeout_s)

    def tell(self, report: object) -> None:
        """Leave a report; one that nobody has taken is replaced."""
        with self._lock:
            self._report = report

    def take_report(self) -> Any:
        """The newest report, once; None when there is no new one."""
        with self._lock:
            report, self._report = self._report, None
        return report

    def counted(self, items: Iterable[ITEM], *, total: int, message: str = "") -> Iterator[ITEM]:
        """Pass ``items`` on with progress, for work that reads them in one go; ends the job when asked to."""
        for done, item in enumerate(items):
            if self.cancel_asked():
                raise Cancelled
            self.tell(Progress(done, total, message))
            yield item

    def drive(self, work: "Work") -> None:
        """Run ``work`` to its end, in the job's thread; nothing is raised."""
        try:
            self._drive(work)
        except Cancelled:
            pass
        except UnveilError as error:
            self.error = error
        finally:
            self._ended.set()

    def _drive(self, work: "Work") -> None:
        try:
            self._go_through(work(self))
        except UnveilError:
            raise
        except Exception as error:
            logging.getLogger(__name__).exception("a job broke")
            raise retold(error) from error

    def _go_through(self, job: "Job") -> None:
        try:
            while not self.cancel_asked():
                self.tell(next(job))
        except StopIteration as end:
            self.result = end.value
        finally:
            job.close()


Job: TypeAlias = Generator[Any, None, Any]
"""Yields reports, returns a result."""

Work: TypeAlias = Callable[[Control], Job]
"""Begins a job; called in the job's thread, so it may be slow to begin with."""


def retold(error: Exception) -> Failed:
    """An error of torch, numpy, h5py or the system in the project's words."""
    text = str(error).strip().partition("\n")[0] or "no details"
    memory = isinstance(error, MemoryError) or "memory" in f"{type(error).__name__} {text}".lower()
    if memory:
        return Failed(
            found=f"memory ran out ({text})",
            kept="files that were complete before are kept",
            remedy="close other programs, or choose a smaller model, batch or another device",
        )
    return Failed(
        found=f"an unexpected {type(error).__name__} ({text})",
        kept="files that were complete before are kept",
        remedy="see the log for details, then try again",
    )


class Task:
    """One kind of work of a session, such as training: at most one job of it runs at a time.

    Parameters
    ----------
    announce
        Called with the sentence of a job that was refused or broke.
    look_every_ms
        How often reports and the end of a job are looked for: soon for jobs of some ten milliseconds.

    Signals (main thread): ``started``; ``reported`` with a report; ``pausing`` when it is to wait or to go on;
    ``ended`` with a sentence, empty when all went well.
    """

    started = Signal()
    reported = Signal(object)
    pausing = Signal()
    ended = Signal(str)

    def __init__(
        self, name: str, *, announce: Callable[[str], None] = show_error, look_every_ms: int = REPORT_EVERY_MS
    ) -> None:
        self.name = name
        self._announce = announce
        self.sentence = ""
        self._at_stake: Callable[[], str] = lambda: ""
        self.last_report: Any = None
        self._control: Control | None = None
        self._done: Callable[[Any], None] = _nothing
        self._told: Callable[[Any], None] = _nothing
        self._timer = QTimer()
        self._timer.setInterval(look_every_ms)
        self._timer.timeout.connect(self._look)

    @property
    def running(self) -> bool:
        """Whether a job runs."""
        return self._control is not None

    def run(
        self,
        work: Work,
        *,
        done: Callable[[Any], None],
        told: Callable[[Any], None] | None = None,
        at_stake: Callable[[], str] = lambda: "",
    ) -> None:
        """Start a job; nothing happens while one runs.

        Parameters
        ----------
        work
            The job.
        done, told
            Called in the main thread: with its result, if it comes to one, and with its reports.
        at_stake
            Gives a sentence on what is lost when the job is ended now; empty when nothing is.
        """
        if self._control is not None:
            return
        self._control = control = Control()
        self._at_stake = at_stake
        self._done, self._told, self.sentence, self.last_report = done, told or _nothing, "", None
        self._timer.start()
        self.started.emit()
        threading.Thread(target=control.drive, args=(work,), name=f"unveil {self.name}", daemon=True).start()

    @property
    def at_stake(self) -> str:
        """A sentence on what is lost when the job is ended now; empty when nothing is."""
        return self._at_stake() if self.running else ""

    @property
    def paused(self) -> bool:
        """Whether the job was asked to wait."""
        return self._control is not None and self._control.pause_asked()

    def pause(self, wanted: bool) -> None:
        """Ask the job to wait, or to go on."""
        if self._control is not None:
            self._control.pause(wanted)
            self.pausing.emit()

    def stop(self) -> None:
        """Ask the job to come to a good end (training writes its model)."""
        if self._control is not None:
            self._control.stop()

    def cancel(self) -> None:
        """Ask the job to end at its next report, without a result."""
        if self._control is not None:
            self._control.cancel()

    def await_end(self, timeout_s: float) -> None:
        """Wait a moment for the job in the main thread, and take its result when it has ended."""
        if self._control is not None and self._control.wait(timeout_s):
            self._look()

    def close(self, *, deadline: float | None = None) -> bool:
        """Cancel the job and wait for its thread (bounded); nothing is told any more. True when it has ended."""
        control, self._control = self._control, None
        self._done = self._told = _nothing
        self._timer.stop()
        if control is None:
            return True
        control.cancel()
        left_s = LONGEST_WAIT_S if deadline is None else max(0.0, deadline - time.monotonic())
        return control.wait(left_s)

    def _look(self) -> None:
        control = self._control
        if control is None:
            return
        over = control.has_ended()
        report = control.take_report()
        broken = None
        if report is not None:
            self.last_report = report
            broken = _attempt(self._told, report)
            self.reported.emit(report)
        if broken is not None:
            control.cancel()
            control.error = broken
        if over:
            self._finish(control)

    def _finish(self, control: Control) -> None:
        self._timer.stop()
        done, self._done, self._told = self._done, _nothing, _nothing
        self._control, error = None, control.error
        if error is None and not control.cancel_asked():
            error = _attempt(done, control.result)
        self.sentence = "" if error is None else str(error)
        if error is not None:
            self._announce(self.sentence)
        self.ended.emit(self.sentence)


def _nothing(_: object) -> None:
    """Nobody is told."""


def _attempt(done: Callable[[Any], None], result: object) -> UnveilError | None:
    try:
        done(result)
    except UnveilError as refusal:
        return refusal
    except Exception as error:
        logging.getLogger(__name__).exception("a result could not be shown")
        return retold(error)
    return None
