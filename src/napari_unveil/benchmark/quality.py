"""``unveil benchmark quality``: a plan enters; reports leave, and a table with pictures.

What is in the output folder, and how a run that was stopped goes on there, says
:mod:`napari_unveil.benchmark.folder`.
"""

import json
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from napari_unveil import __version__
from napari_unveil.benchmark import provenance
from napari_unveil.benchmark.campaigns import NamedCampaign
from napari_unveil.benchmark.catalogue import SHIPPED, without_training
from napari_unveil.benchmark.exposures import Exposure, Integrator, Method
from napari_unveil.benchmark.folder import JSON_FILE, MARKDOWN_FILE, RunFolder, Values
from napari_unveil.benchmark.judging import judge
from napari_unveil.benchmark.library import library_at
from napari_unveil.benchmark.markdown import page
from napari_unveil.benchmark.plan import QualityPlan
from napari_unveil.benchmark.rows import ROWS, values_of
from napari_unveil.benchmark.sums import MethodSums
from napari_unveil.benchmark.table import Budget, Table
from napari_unveil.benchmark.variants import made_from
from napari_unveil.saving import make_folder, replacing
from napari_unveil.types import Progress

PICTURED = (SHIPPED, "default")
"""Methods whose pictures are drawn, the first that there is; else the last method."""
KEPT = "kept from an earlier run"


@dataclass(frozen=True, slots=True)
class QualityReport:
    """How far a run is: which part (``title``), how far in it, and with the last report the table."""

    title: str
    progress: Progress
    table: Table | None = None


def run_quality(plan: QualityPlan) -> Iterator[QualityReport]:
    """Train, judge and write; a run that is stopped and begun again keeps what is complete.

    Raises
    ------
    Refused, Failed
        When something cannot be written, or a training breaks.
    """
    began, folder = time.perf_counter(), RunFolder(plan.settings.output)
    budgets = dict(plan.kept)
    yield from _train(plan, folder, budgets)
    methods = _methods(plan, folder)
    identities = {method.name: getattr(method, "identity", "") for method in methods}
    found: dict[str, dict[str, Values]] = {}
    table: Table | None = None
    for number, named in enumerate(plan.campaigns, start=1):
        shots = _shots(plan, named)
        values = folder.kept_values(named.name, shots, identities)
        waiting = [method for method in methods if method.name not in values]
        if waiting:
            yield from _judge(plan, folder, named, waiting, values)
            folder.keep_values(named.name, shots, identities, values)
        else:
            yield QualityReport("judging", Progress(number, len(plan.campaigns), f"{named.name}: {KEPT}"))
        found[named.name] = values
        table = _table(plan, list(identities), found, budgets, seconds=time.perf_counter() - began)
        _write(folder, table)
    yield QualityReport("done", Progress(1, 1), table)


def _train(plan: QualityPlan, folder: RunFolder, budgets: dict[str, Budget]) -> Iterator[QualityReport]:
    """Train the networks that are not there yet and add what that took to ``budgets``."""
    waiting = [variant for variant in plan.choice.variants if variant.name not in plan.kept]
    for name in plan.kept:
        yield QualityReport("training", Progress(1, 1, f"{name}: {KEPT}"))
    if waiting:
        from napari_unveil.benchmark.schooling import train_variant
        from napari_unveil.harvest import PatchLibrary

        settings, schooling = plan.settings, plan.settings.schooling
        make_folder(folder.models)
        for progress in library_at(folder.patches, settings.library):
            yield QualityReport("simulating", progress)
        library = PatchLibrary.open(folder.patches)
        for variant in waiting:
            for progress, budget in train_variant(variant, library, folder.model(variant.name), schooling):
                yield QualityReport("training", progress)
                if budget is not None:
                    budgets[variant.name] = budget
                    folder.keep_budget(variant.name, made_from(variant, settings.library, schooling), budget)
    folder.patches.unlink(missing_ok=True)


def _methods(plan: QualityPlan, folder: RunFolder) -> list[Method | Integrator]:
    settings = plan.settings
    methods = without_training(plan.choice.names, device=settings.device)
    if plan.choice.variants or settings.model is not None:
        from napari_unveil.benchmark.networks import NetworkMethod

        methods += [
            NetworkMethod.of(name, folder.model(variant.name), passes=passes, device=settings.device)
            for variant in plan.choice.variants
            for name, passes in variant.passes
            if name in plan.choice.names
        ]
        if settings.model is not None:
            methods.append(NetworkMethod.of(f"model {settings.model.stem}", settings.model, device=settings.device))
    return methods


def _shots(plan: QualityPlan, named: NamedCampaign) -> dict[str, Any]:
    """What decides the shots of a campaign and how many are shown, as plain values."""
    return {"version": __version__, "campaign": asdict(named.campaign), "showing": asdict(plan.settings.showing)}


def _judge(
    plan: QualityPlan,
    folder: RunFolder,
    named: NamedCampaign,
    methods: Sequence[Method | Integrator],
    values: dict[str, Values],
) -> Iterator[QualityReport]:
    """Show a campaign to ``methods``, add what comes of it to ``values``, and draw its first shot."""
    sums: dict[str, MethodSums] = {}
    for judged in judge(named, methods, plan.settings.showing):
        if not sums:
            _draw(folder, methods, judged.shown)
        sums = judged.sums
        yield QualityReport("judging", judged.progress)
    values |= {name: values_of(each) for name, each in sums.items()}


def _draw(folder: RunFolder, methods: Sequence[Method | Integrator], exposure: Exposure) -> None:
    """Draw one of the usual ``methods``; where nothing is drawn yet and none of these is among them, the last one."""
    images = {method.name: method for method in methods if isinstance(method, Method)}
    path = folder.picture(exposure.beamtime.name)
    name = next((name for name in PICTURED if name in images), None if path.is_file() else next(reversed(images), None))
    if name is None:
        return
    from napari_unveil.benchmark.pictures import draw_exposure

    make_folder(path.parent)
    draw_exposure(path, exposure, images[name].estimate(exposure), method=name)


def _table(
    plan: QualityPlan,
    methods: Sequence[str],
    found: Mapping[str, Mapping[str, Values]],
    budgets: Mapping[str, Budget],
    *,
    seconds: float,
) -> Table:
    """The table of the campaigns that were judged so far."""
    notes = plan.choice.notes
    return Table(
        campaigns={one.name: one.inside for one in plan.campaigns if one.name in found},
        values={
            name: {row.key: tuple(values[name][row.key] for values in found.values()) for row in ROWS}
            for name in methods
        },
        budgets={one.name: budgets[one.name] for one in plan.choice.variants},
        notes={name: notes.get(name, "a model of one's own") for name in methods},
        provenance=_provenance(plan, seconds=seconds),
        complete=len(found) == len(plan.campaigns),
    )


def _write(folder: RunFolder, table: Table) -> None:
    pages = ((JSON_FILE, json.dumps(table.as_values(), indent=1)), (MARKDOWN_FILE, page(table, folder.pictures(table))))
    for name, text in pages:
        with replacing(folder.path / name) as partial:
            partial.write_text(text, encoding="utf-8")


def _provenance(plan: QualityPlan, *, seconds: float) -> dict[str, object]:
    settings = plan.settings
    return {
        **provenance.of_program(),
        "seed": settings.seed,
        "frames": f"{settings.shape[0]} x {settings.shape[1]} pixels",
        "shots": asdict(settings.showing),
        "library": asdict(settings.library),
        "epochs": settings.epochs,
        "minutes": round(seconds / 60, 1),
        "networks of an earlier run": list(plan.kept),
        "left out": list(plan.choice.absent),
    }
