"""A request for patches enters, a patch library on disk leaves."""

from dataclasses import dataclass
from pathlib import Path

from napari_unveil.frames import FrameStack
from napari_unveil.harvest import HarvestReport, HarvestSettings, check_harvest, harvest, plan_harvest
from napari_unveil.plugin.jobs import Job
from napari_unveil.plugin.session import Session
from napari_unveil.saving import refuse_unwritable
from napari_unveil.types import Mask, Progress


@dataclass(frozen=True, slots=True, eq=False)
class HarvestRequest:
    """X-ray-only frames, full shots, a mask (y, x) of the signal, numbers, and the file to write."""

    signal: FrameStack
    noise: FrameStack
    mask: Mask
    settings: HarvestSettings
    path: Path


def check(request: HarvestRequest) -> None:
    """Refuse what can be refused at once."""
    check_harvest(request.signal, request.noise, request.mask, request.settings)
    refuse_unwritable(request.path)


def start(session: Session, request: HarvestRequest) -> None:
    """Harvest beside the window; the library is announced when it is complete."""
    session.task("harvest").run(lambda _: _harvesting(request), done=session.announce_library)


def _harvesting(request: HarvestRequest) -> Job:
    yield Progress(0, 0, "looking at the frames")
    plan = plan_harvest(request.signal, request.noise, request.mask, request.settings)
    yield from harvest(plan, request.path)
    return request.path


def in_words(report: HarvestReport) -> str:
    """How far a harvest is."""
    return f"{report.signal_count} of {report.signals} signal and {report.noise_count} of {report.noises} noise patches"
