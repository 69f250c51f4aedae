"""Methods on the shots of one campaign: shots are simulated one at a time and shown to every method."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from napari_unveil.benchmark.campaigns import NamedCampaign
from napari_unveil.benchmark.exposures import (
    Beamtime,
    Estimate,
    Exposure,
    Integrator,
    Method,
    beamtime_of,
    exposures,
    injection_rng,
    null_exposures,
)
from napari_unveil.benchmark.rows_injection import with_streaks
from napari_unveil.benchmark.sums import MethodSums
from napari_unveil.types import Progress


@dataclass(frozen=True, slots=True, kw_only=True)
class Showing:
    """How much of each campaign is shown.

    Parameters
    ----------
    references
        X-ray-only shots, for the signal-free region.
    shots
        Full shots.
    null_shots
        Shots without signal.
    streaked
        Full shots that are shown once more with weak streaks.
    seed
        Decides all of them.
    """

    references: int = 4
    shots: int = 8
    null_shots: int = 2
    streaked: int = 8
    seed: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class Judged:
    """How far a campaign is; ``sums`` by method, complete with the last report, and the shot that was shown last."""

    progress: Progress
    sums: dict[str, MethodSums]
    shown: Exposure


def judge(named: NamedCampaign, methods: Sequence[Method | Integrator], showing: Showing) -> Iterator[Judged]:
    """Show the shots of one campaign to all methods.

    Each full shot is shown as it is, and the first ones once more with weak streaks added.

    Yields
    ------
    Judged
        After each shot.
    """
    beamtime = beamtime_of(named, references=showing.references, seed=showing.seed)
    sums = {method.name: MethodSums(beamtime) for method in methods}
    total = showing.shots + showing.null_shots
    rng = injection_rng(beamtime, seed=showing.seed)
    for number, exposure in enumerate(exposures(beamtime, count=showing.shots, seed=showing.seed)):
        _show(exposure, methods, sums)
        if number < showing.streaked:
            _show_streaks(exposure, with_streaks(exposure, rng), methods, sums)
        yield Judged(Progress(number + 1, total, named.name), sums, exposure)
    for number, exposure in enumerate(_nulls(beamtime, showing)):
        for method in methods:
            if (estimate := _image(method, exposure, sums)) is not None:
                sums[method.name].add_null(estimate, exposure)
        yield Judged(Progress(showing.shots + number + 1, total, named.name), sums, exposure)


def _nulls(beamtime: Beamtime, showing: Showing) -> Iterator[Exposure]:
    return null_exposures(beamtime, count=showing.null_shots, seed=showing.seed)


def _show(exposure: Exposure, methods: Sequence[Method | Integrator], sums: dict[str, MethodSums]) -> None:
    for method in methods:
        estimate = _image(method, exposure, sums)
        if estimate is not None:
            sums[method.name].add(estimate, exposure)
        else:
            sums[method.name].add_profile(method.profile(exposure), exposure)  # type: ignore[union-attr]


def _show_streaks(
    plain: Exposure, streaked: Exposure, methods: Sequence[Method | Integrator], sums: dict[str, MethodSums]
) -> None:
    for method in methods:
        if (estimate := _image(method, streaked, sums)) is not None:
            sums[method.name].add_injection(estimate, streaked, background=plain.expected)


def _image(method: Method | Integrator, exposure: Exposure, sums: dict[str, MethodSums]) -> Estimate | None:
    """What an image method makes of a shot, and how long that takes; None for a way that has no image."""
    if not isinstance(method, Method):
        return None
    began = time.perf_counter()
    estimate = method.estimate(exposure)
    sums[method.name].stopwatch.add(time.perf_counter() - began)
    return estimate
