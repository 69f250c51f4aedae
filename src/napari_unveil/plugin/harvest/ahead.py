"""What a harvest will give and take, found before it begins: a checked request enters, sentences leave."""

import math
import shutil
from dataclasses import dataclass

import psutil  # type: ignore[import-untyped]  # comes with napari

from napari_unveil.errors import Refused
from napari_unveil.frames import size_text
from napari_unveil.harvest import HarvestEstimate, PairReport, check_pairs, estimate_harvest, refuse_unfitting
from napari_unveil.plugin.harvest.requests import AlignedRequest, AnyRequest, HarvestRequest
from napari_unveil.plugin.harvest.words import in_words
from napari_unveil.plugin.jobs import Job
from napari_unveil.recipes.photons import one_photon
from napari_unveil.saving import DISK_MARGIN_BYTES, refuse_unwritable
from napari_unveil.types import Progress


@dataclass(frozen=True, slots=True)
class Ahead:
    """What is known before a harvest.

    Parameters
    ----------
    words
        What it will give and take.
    hindrance
        Why it cannot be served; empty: it can.
    cautions
        What is doubtful about the frames.
    pairs
        What is known of frames that are pairs.
    """

    words: str = ""
    hindrance: str = ""
    cautions: tuple[str, ...] = ()
    pairs: PairReport | None = None


def look_ahead(request: AnyRequest, known: PairReport | None = None) -> Job:
    """A job that finds out what a checked request will take, an `Ahead`; ``known`` is what it found of these pairs."""
    yield Progress(0, 0, "looking ahead")
    return _of_mixtures(request) if isinstance(request, HarvestRequest) else _of_aligned(request, known)


def _of_mixtures(request: HarvestRequest) -> Ahead:
    free = int(psutil.virtual_memory().available)
    try:
        estimate = estimate_harvest(request.signal, request.noise, request.mask, request.settings, request.path)
    except Refused as refusal:
        return Ahead(hindrance=str(refusal))
    try:
        refuse_unfitting(estimate)
        _refuse_memory(estimate, free)
    except Refused as refusal:
        return Ahead(_estimate_in_words(estimate, free), str(refusal))
    return Ahead(_estimate_in_words(estimate, free))


def _of_aligned(request: AlignedRequest, known: PairReport | None) -> Ahead:
    plan, report = request.plan(), known
    try:
        refuse_unwritable(request.path)
        if request.pairs is not None and report is None:
            photon = _photon(plan.unit, plan.photon_energy_keV)
            report = check_pairs(request.pairs.low, request.pairs.high, one_photon=photon)
    except Refused as refusal:
        return Ahead(hindrance=str(refusal))
    free = shutil.disk_usage(request.path.parent).free
    counts = in_words({plan.kind: f"{plan.settings.patches:,}"})
    words = (
        f"At most {counts}, {plan.frames.channels} images in each, from {plan.frames.frame_count:,} frames.\n"
        f"File {size_text(plan.file_bytes)} ({size_text(free)} free on the disk)."
    )
    if report is not None:
        words = f"{words}\n{_pairs_in_words(report)}"
    return Ahead(words, _hindered(plan.file_bytes, free), _cautions(report), report)


def _cautions(report: PairReport | None) -> tuple[str, ...]:
    return () if report is None else (*report.warnings, *report.unreadable)


def _pairs_in_words(report: PairReport) -> str:
    spread = f", {report.ratio_spread:.1%} from pair to pair" if math.isfinite(report.ratio_spread) else ""
    return f"Exposure ratio {report.exposure_ratio:.4g}{spread} ({report.looked_at} of {report.pairs} pairs looked at)."


def _hindered(file_bytes: int, free: int) -> str:
    needed = file_bytes + DISK_MARGIN_BYTES
    if needed <= free:
        return ""
    return str(
        Refused(
            found=f"the disk has {size_text(free)} free",
            needed=f"{size_text(needed)} for these patches",
            remedy="free some room, choose another disk or ask for fewer patches",
        )
    )


def _photon(unit: str, photon_energy_keV: float | None) -> float | None:
    try:
        return one_photon(unit, photon_energy_keV)
    except Refused:
        return None


def _refuse_memory(estimate: HarvestEstimate, free: int) -> None:
    if estimate.memory_bytes > free:
        raise Refused(
            found=f"{size_text(free)} of memory are free",
            needed=f"{size_text(estimate.memory_bytes)} for frames of this size",
            remedy="close other programs",
        )


def _estimate_in_words(estimate: HarvestEstimate, free: int) -> str:
    masks = "mask of a frame" if estimate.modules == 1 else f"masks of {estimate.modules} modules"
    return (
        f"At most {estimate.signals:,} signal and {estimate.noises:,} noise patches "
        f"({estimate.places:,} places outside the {masks}).\n"
        f"File {size_text(estimate.file_bytes)} ({size_text(estimate.free_bytes)} free on the disk).\n"
        f"Memory {size_text(estimate.memory_bytes)} ({size_text(free)} free)."
    )
