"""Stacks whose limits are wanted enter; limits leave, found from sampled frames beside the window."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from napari.layers import Image

from napari_unveil.display.limits import Autoscale, Limits, frames_sampled, limits_of_stack
from napari_unveil.frames import FrameStack
from napari_unveil.plugin.jobs import Job
from napari_unveil.plugin.layers.display import display_of
from napari_unveil.plugin.session import Session
from napari_unveil.types import Progress


@dataclass(frozen=True, slots=True, eq=False)
class Wanted:
    """A layer, its frames, and by what rule its limits are wanted."""

    layer: Image
    stack: FrameStack
    autoscale: Autoscale


def start(session: Session, wanted: Sequence[Wanted], *, done: Callable[[Any], None]) -> None:
    """Find limits; ``done`` gets each of ``wanted`` with its limits, None where no pixel is finite."""
    session.task("display").run(lambda _: _finding(wanted), done=done)


def is_wanted(one: Wanted) -> bool:
    """Whether limits by this rule are still what is asked of the layer."""
    display = display_of(one.layer)
    return display is not None and display.whole_stack and display.autoscale == one.autoscale


def _finding(wanted: Sequence[Wanted]) -> Job:
    found, done = [], 0
    total = sum(len(frames_sampled(one.stack.frame_count)) for one in wanted)
    for one in wanted:
        limits: Limits | None = None
        for limits in limits_of_stack(one.stack, one.autoscale):  # noqa: B007  # the last one counts
            done += 1
            yield Progress(done, total, f"{done} of {total} frames")
        found.append((one, limits))
    return found
