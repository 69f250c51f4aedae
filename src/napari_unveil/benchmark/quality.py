"""``unveil benchmark quality``: settings enter, a run is planned or refused; reports leave, and a table with pictures.

In the output folder: ``table.md``, ``table.json``, ``models/``, and one picture a campaign.
"""

import json
import platform
import tempfile
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from importlib.metadata import version as version_of
from pathlib import Path

from napari_unveil import __version__
from napari_unveil.benchmark.campaigns import SHAPE, NamedCampaign, smaller, testing_campaigns
from napari_unveil.benchmark.catalogue import Choice, choose, without_training
from napari_unveil.benchmark.exposures import Exposure, Integrator, Method
from napari_unveil.benchmark.judging import Showing, judge
from napari_unveil.benchmark.library import LibrarySettings, write_library
from napari_unveil.benchmark.machine import machine_in_words, peak_memory_bytes
from napari_unveil.benchmark.markdown import page
from napari_unveil.benchmark.rows import Number, values_of
from napari_unveil.benchmark.table import Budget, Table
from napari_unveil.errors import Refused
from napari_unveil.saving import make_folder, refuse_unwritable, replacing
from napari_unveil.types import Progress

MARKDOWN_FILE, JSON_FILE, MODELS_FOLDER = "table.md", "table.json", "models"
PICTURED = ("default", "shipped")
"""Methods whose pictures are drawn, the first that there is; else the last method."""


@dataclass(frozen=True, slots=True, kw_only=True)
class QualitySettings:
    """What is asked.

    Parameters
    ----------
    output
        Folder for the results; made when it is absent.
    names
        Methods; empty: all that can be had here.
    model
        A model file to judge as well.
    seed
        Decides every shot, patch and weight.
    shape
        Rows and columns of the shots that methods are judged by.
    showing
        How many shots.
    library
        What networks learn from.
    epochs
        How often each network sees every signal patch.
    device
        Where networks are trained and run.
    """

    output: Path
    names: tuple[str, ...] = ()
    model: Path | None = None
    seed: int = 0
    shape: tuple[int, int] = SHAPE
    showing: Showing = field(default_factory=Showing)
    library: LibrarySettings = field(default_factory=LibrarySettings)
    epochs: int = 30
    device: str = "auto"


@dataclass(frozen=True, slots=True)
class QualityPlan:
    """A run that can begin; nothing is checked after this."""

    settings: QualitySettings
    choice: Choice
    campaigns: tuple[NamedCampaign, ...]


@dataclass(frozen=True, slots=True)
class QualityReport:
    """How far a run is: which part (``title``), how far in it, and with the last report the table."""

    title: str
    progress: Progress
    table: Table | None = None


def long_settings(output: Path, *, seed: int = 0, shots: int | None = None) -> QualitySettings:
    """Whole frames and a budget for a machine of its own."""
    return QualitySettings(
        output=output,
        seed=seed,
        showing=Showing(references=8, shots=8 if shots is None else shots, null_shots=3, seed=seed),
        library=LibrarySettings(seed=seed),
    )


def quick_settings(output: Path, *, seed: int = 0, shots: int | None = None) -> QualitySettings:
    """Smaller frames and a budget for two cores and a quarter of an hour."""
    return QualitySettings(
        output=output,
        seed=seed,
        shape=(256, 512),
        showing=Showing(references=4, shots=4 if shots is None else shots, null_shots=1, streaked=2, seed=seed),
        library=LibrarySettings(shots=1, seed=seed),
        epochs=2,
    )


def plan_quality(settings: QualitySettings) -> QualityPlan:
    """Resolve ``settings``, or refuse before anything is computed.

    Raises
    ------
    Refused
        When a method is unknown or cannot be had, the model is none, the device is absent, or nothing can be written.
    """
    if settings.seed < 0 or settings.showing.shots < 1:
        raise Refused(
            found=f"seed {settings.seed}, {settings.showing.shots} shots",
            needed="a seed of at least 0 and at least one shot",
            remedy="correct them",
        )
    choice = choose(settings.names)
    if settings.model is not None:
        from napari_unveil.network.card import read_card
        from napari_unveil.recipes.settings import settings_of_model

        settings_of_model(settings.model, read_card(settings.model))
    _refuse_absent_device(settings, choice)
    make_folder(settings.output)
    refuse_unwritable(settings.output / MARKDOWN_FILE)
    campaigns = tuple(
        NamedCampaign(one.name, smaller(one.campaign, settings.shape), one.inside) for one in testing_campaigns()
    )
    return QualityPlan(settings, choice, campaigns)


def run_quality(plan: QualityPlan) -> Iterator[QualityReport]:
    """Train, judge and write.

    Raises
    ------
    Refused, Failed
        When something cannot be written, or a training breaks.
    """
    began = time.perf_counter()
    budgets: dict[str, Budget] = {}
    yield from _train(plan, budgets)
    methods = _methods(plan)
    values: dict[str, dict[str, list[Number]]] = {method.name: {} for method in methods}
    for named in plan.campaigns:
        judged = None
        for judged in judge(named, methods, plan.settings.showing):
            yield QualityReport("judging", judged.progress)
        if judged is None or judged.first is None:
            continue
        for name, sums in judged.sums.items():
            for row, number in values_of(sums).items():
                values[name].setdefault(row, []).append(number)
        _draw(plan, methods, judged.first)
    table = Table(
        campaigns={one.name: one.inside for one in plan.campaigns},
        values={name: {row: tuple(numbers) for row, numbers in rows.items()} for name, rows in values.items()},
        budgets=budgets,
        provenance=_provenance(plan, seconds=time.perf_counter() - began),
    )
    _write(plan.settings.output, table)
    yield QualityReport("done", Progress(1, 1), table)


def _refuse_absent_device(settings: QualitySettings, choice: Choice) -> None:
    if choice.has_networks or settings.model is not None:
        from napari_unveil.network.device import choose_device

        choose_device(settings.device)


def _train(plan: QualityPlan, budgets: dict[str, Budget]) -> Iterator[QualityReport]:
    if not plan.choice.variants:
        return
    from napari_unveil.benchmark.networks import Schooling, train_variant
    from napari_unveil.harvest import PatchLibrary

    settings = plan.settings
    models = settings.output / MODELS_FOLDER
    make_folder(models)
    schooling = Schooling(epochs=settings.epochs, seed=settings.seed, device=settings.device)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "patches.h5"
        for progress in write_library(path, settings.library):
            yield QualityReport("simulating", progress)
        library = PatchLibrary.open(path)
        for variant in plan.choice.variants:
            for progress, budget in train_variant(variant, library, models, schooling):
                yield QualityReport("training", progress)
                if budget is not None:
                    budgets[variant.name] = budget


def _methods(plan: QualityPlan) -> list[Method | Integrator]:
    settings = plan.settings
    methods = without_training(plan.choice.names, device=settings.device)
    if plan.choice.variants or settings.model is not None:
        from napari_unveil.benchmark.networks import NetworkMethod, model_path

        methods += [
            NetworkMethod.of(
                name,
                model_path(variant, settings.output / MODELS_FOLDER),
                passes=passes,
                device=settings.device,
            )
            for variant in plan.choice.variants
            for name, passes in variant.passes
            if name in plan.choice.names
        ]
        if settings.model is not None:
            methods.append(NetworkMethod.of(f"model {settings.model.stem}", settings.model, device=settings.device))
    return methods


def _draw(plan: QualityPlan, methods: list[Method | Integrator], exposure: Exposure) -> None:
    from napari_unveil.benchmark.pictures import draw_exposure

    images = {method.name: method for method in methods if isinstance(method, Method)}
    if not images:
        return
    name = next((name for name in PICTURED if name in images), list(images)[-1])
    file = f"{exposure.beamtime.name.replace(' ', '-')}.png"
    draw_exposure(plan.settings.output / file, exposure, images[name].estimate(exposure), method=name)


def _write(folder: Path, table: Table) -> None:
    for name, text in ((JSON_FILE, json.dumps(table.as_values(), indent=1)), (MARKDOWN_FILE, page(table))):
        with replacing(folder / name) as partial:
            partial.write_text(text, encoding="utf-8")


def _provenance(plan: QualityPlan, *, seconds: float) -> dict[str, object]:
    settings, memory = plan.settings, peak_memory_bytes()
    return {
        "version": __version__,
        "seed": settings.seed,
        "frames": f"{settings.shape[0]} x {settings.shape[1]} pixels",
        "shots": asdict(settings.showing),
        "library": asdict(settings.library),
        "epochs": settings.epochs,
        "machine": machine_in_words(),
        "python": platform.python_version(),
        "numpy": version_of("numpy"),
        "torch": version_of("torch"),
        "minutes": round(seconds / 60, 1),
        "peak memory [GB]": None if memory is None else round(memory / 1e9, 2),
        "left out": list(plan.choice.absent),
    }
