"""What the windows of one viewer share: the library, the model, the last separation, and the running jobs.

A session lives as long as its viewer; closing the window ends its jobs.
"""

import time
import weakref
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from napari.layers import Image
from psygnal import Signal
from qtpy.QtCore import QCoreApplication

from napari_unveil.frames import FrameStack
from napari_unveil.plugin import shortcuts
from napari_unveil.plugin.closing import CloseGuard
from napari_unveil.plugin.jobs import LONGEST_WAIT_S, Task
from napari_unveil.plugin.turns import Turns
from napari_unveil.types import Frame

INSPECT_EVERY_MS = 15
"""Curves follow the mouse: a longer pause would be seen."""

_sessions: dict[int, "Session"] = {}


@dataclass(frozen=True, slots=True, eq=False)
class Trio:
    """The layers of one separation; ``error`` and ``warning`` are None where they are not wanted, or cannot be had."""

    frames: Image
    signal: Image
    noise: Image
    error: Image | None = None
    warning: Image | None = None

    @property
    def results(self) -> tuple[Image, ...]:
        """All but the frames."""
        return tuple(layer for layer in (self.signal, self.noise, self.error, self.warning) if layer is not None)


@dataclass(frozen=True, slots=True, eq=False)
class Reference:
    """The image that a mask was made from: of which frames, one (its number) or the mean of all (None).

    Parameters
    ----------
    threshold, covered
        Level of the mask, in the unit of the frames, and the share of the frame that it covers.
    """

    stack: FrameStack
    frame: int | None
    image: Frame
    threshold: float
    covered: float


class Followed(Protocol):
    """Something that follows the frame that is looked at."""

    def follow(self, session: "Session") -> None:
        """The viewer shows another frame."""
        ...

    def give_up(self) -> None:
        """The user has cancelled."""
        ...


class Session:
    """State that outlives a single window.

    Signals: ``library_changed`` and ``model_changed`` with a path, ``trio_changed`` with a :class:`Trio`,
    ``step_changed`` when the viewer shows another frame, ``inspected`` when there is news of it.
    """

    library_changed = Signal(object)
    model_changed = Signal(object)
    trio_changed = Signal(object)
    step_changed = Signal()
    inspected = Signal()

    def __init__(self, viewer: Any) -> None:
        self._viewer = weakref.ref(viewer)
        self._tasks = {"inspect": Task("inspect", announce=_in_its_window, look_every_ms=INSPECT_EVERY_MS)}
        self.turns = Turns()
        self.library: Path | None = None
        self.model: Path | None = None
        self.trio: Trio | None = None
        self.reference: Reference | None = None
        self.inspection: Any = None
        self.entered: dict[tuple[str, str], Any] = {}
        """What was entered in the windows, by window and label."""
        self.separation: Followed | None = None
        """The separation in progress or done last."""
        viewer.dims.events.current_step.connect(self._step)
        shortcuts.bind(viewer)

    @property
    def viewer(self) -> Any:
        """The viewer; None once it is gone."""
        return self._viewer()

    def task(self, name: str) -> Task:
        """The task called ``name``: at most one job of that name runs at a time."""
        if name not in self._tasks:
            self._tasks[name] = Task(name)
        return self._tasks[name]

    def announce_library(self, path: Path) -> None:
        """Tell the windows of a new patch library."""
        self.library = path
        self.library_changed.emit(path)

    def announce_model(self, path: Path) -> None:
        """Tell the windows of a new model."""
        self.model = path
        self.model_changed.emit(path)

    def announce_trio(self, trio: Trio) -> None:
        """Tell the windows of a new separation."""
        self.trio = trio
        self.trio_changed.emit(trio)

    def announce_inspection(self, found: Any) -> None:
        """Tell the windows what was found in the shown frame."""
        self.inspection = found
        self.inspected.emit()

    def at_stake(self) -> list[str]:
        """A sentence for each running job whose end would be a loss."""
        return [task.at_stake for task in self._tasks.values() if task.at_stake]

    def close(self) -> None:
        """End all jobs and wait for them, bounded."""
        self.turns.close()
        for task in self._tasks.values():
            task.cancel()
        deadline = time.monotonic() + LONGEST_WAIT_S
        for task in self._tasks.values():
            task.close(deadline=deadline)
        self.trio = self.reference = self.separation = None

    def _step(self) -> None:
        if self.separation is not None and self.viewer is not None:
            self.separation.follow(self)
        self.step_changed.emit()


def _in_its_window(sentence: str) -> None:
    """What cannot be inspected right now is said in the window alone: it follows every step of the slider."""
    del sentence


def session_of(viewer: Any) -> Session:
    """The session of ``viewer`` (or of the viewer behind napari's proxy); made at the first call."""
    from napari_unveil.plugin.display.displays import displays_of

    viewer = getattr(viewer, "__wrapped__", viewer)
    key = id(viewer)
    if key not in _sessions:
        _sessions[key] = Session(viewer)
        weakref.finalize(viewer, _close, key)
        _close_with_window(viewer, key)
        displays_of(viewer)
    return _sessions[key]


def _close(key: int) -> None:
    session = _sessions.pop(key, None)
    if session is not None:
        session.close()


def _at_stake(key: int) -> list[str]:
    session = _sessions.get(key)
    return [] if session is None else session.at_stake()


def _close_with_window(viewer: Any, key: int) -> None:
    """Napari has no public event for a closing window; a viewer without one (a model) ends with itself."""
    window = getattr(getattr(viewer, "window", None), "_qt_window", None)
    if window is not None:
        window.destroyed.connect(lambda *_: _close(key))
        CloseGuard(window, lambda: _at_stake(key))
    application = QCoreApplication.instance()
    if application is not None:
        application.aboutToQuit.connect(lambda: _close(key))
