"""The words for how a measurement is split into independent parts, and what verbs make of a measurement by them."""

import argparse
from argparse import Namespace
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from napari_unveil.cli.printing import Printer
from napari_unveil.cli.reading import opened
from napari_unveil.errors import Refused
from napari_unveil.types import Progress

if TYPE_CHECKING:
    from napari_unveil.frames import FrameStack
    from napari_unveil.harvest import AlignedPlan, AlignedSettings, HarvestReport, PatchLibrary
    from napari_unveil.splitting import SplitSettings
    from napari_unveil.workflow.splitting import SplitMeasurement

NOISE2INVERSE = "noise2inverse"
SHELF = "parts"

Word = tuple[type[int] | type[float] | type[str], str, str]

AXIS: Word = (float, "PX", "column of the axis of rotation, 0 is the middle of the first pixel")
SPLIT_WORDS: Mapping[str, Word] = {
    "--form": (str, "NAME", "tomography, frames or thinning (what suits the file)"),
    "--parts": (int, "K", "independent parts of the measurement (4)"),
    "--axis": (*AXIS[:2], f"{AXIS[2]} (suggested by the data)"),
    "--filter": (str, "NAME", "window on the ramp: ramp, shepp-logan, cosine, hamming or hann (ramp)"),
}
"""Type, metavar and help of each word for a split."""
SETTINGS = {"--form": "form", "--parts": "parts", "--axis": "axis_px", "--filter": "filter"}


def add_splitting(verb: argparse.ArgumentParser) -> None:
    """Add the words for a split, and for the patches that are cut from it, to a verb that takes a measurement."""
    group = verb.add_argument_group(f"a measurement, --recipe {NOISE2INVERSE}", "it is split, and patches are cut")
    for word, (kind, metavar, words) in SPLIT_WORDS.items():
        group.add_argument(word, type=kind, metavar=metavar, help=words)
    group.add_argument("--patch", type=int, metavar="PX", help="side of a patch, pixels (128)")
    group.add_argument("--patches", type=int, metavar="N", help="patches (2000)")


def split_measurement(address: str, request: Namespace, printer: Printer) -> "SplitMeasurement":
    """The measurement at ``address`` in parts, as the words of the verb say; what is doubtful is printed."""
    from napari_unveil.splitting import SplitSettings
    from napari_unveil.workflow.splitting import form_of

    measurement = _measurement(address, request.form, request, printer)
    asked = {name: value for word, name in SETTINGS.items() if (value := getattr(request, word.strip("-"))) is not None}
    return _split(measurement, SplitSettings(**{"form": form_of(measurement), "seed": request.seed, **asked}), printer)


def split_for_model(address: str, wanted: "SplitSettings", request: Namespace, printer: Printer) -> "SplitMeasurement":
    """The measurement at ``address`` in parts, as a model wants it; what is doubtful is printed."""
    measurement = _measurement(address, wanted.form, request, printer)
    settings = wanted if request.axis is None else replace(wanted, axis_px=request.axis)
    return _split(measurement, settings, printer)


def refuse_axis(request: Namespace) -> None:
    """Refuse an axis of rotation for a model that takes frames as they are."""
    if request.axis is not None:
        raise Refused(
            found=f"--axis {request.axis:g} for the model {request.model}, which takes frames as they are",
            needed="an axis of rotation for the projections of a tomography only",
            remedy=f"leave --axis out, or choose a model of the recipe {NOISE2INVERSE}",
        )


def plan_parts(made: "SplitMeasurement", settings: "AlignedSettings") -> "AlignedPlan":
    """The harvest of a split measurement."""
    from napari_unveil.harvest import plan_aligned, split_frames

    return plan_aligned(split_frames(made.stack), settings, recipe=NOISE2INVERSE, kind=SHELF, about=made.provenance)


def parts_in_words(made: "SplitMeasurement", report: "HarvestReport") -> str:
    """What was cut, for the user."""
    axis = "" if made.settings.axis_px is None else f", axis of rotation at column {made.settings.axis_px:.2f}"
    return (
        f"{report.counts[SHELF]} patches of {report.frames_read} {made.stack.axes[0]}s in {made.settings.parts} parts "
        f"({made.settings.form}{axis})"
    )


def library_for_training(request: Namespace, printer: Printer) -> "PatchLibrary":
    """The library at the path that a training is given; of a measurement, patches are cut into one first.

    A training that is resumed goes on with the patches that it had.
    """
    from napari_unveil.harvest import AlignedSettings, PatchLibrary, harvest_aligned
    from napari_unveil.harvest.library import is_library

    if request.recipe != NOISE2INVERSE or is_library(Path(request.path)):
        _refuse_splitting(request)
        return PatchLibrary.open(Path(request.path))
    path = patches_path_of(request.output)
    if request.resume and path.exists():
        return PatchLibrary.open(path)
    made = split_measurement(request.path, request, printer)
    asked = {name: value for name in ("patch", "patches") if (value := getattr(request, name)) is not None}
    plan = plan_parts(made, AlignedSettings(seed=request.seed, **asked))

    def progress(report: "HarvestReport") -> Progress:
        return Progress(report.counts[SHELF], report.wanted[SHELF], "patches")

    last = printer.follow("cutting", harvest_aligned(plan, path), progress)
    if last is not None:
        printer.say(f"{path}: {parts_in_words(made, last)}")
    return PatchLibrary.open(path)


def patches_path_of(model: Path) -> Path:
    """Where the patches lie that are cut from a measurement to train the model at this path."""
    return model.with_suffix(".patches.h5")


def _refuse_splitting(request: Namespace) -> None:
    for word in (*SPLIT_WORDS, "--patch", "--patches"):
        if getattr(request, word.strip("-")) is not None:
            raise Refused(
                found=f"{word} for {request.path}, from which no patches are to be cut",
                needed=f"a measurement and --recipe {NOISE2INVERSE}, or a patch library alone",
                remedy=f"leave {word} out, or give the measurement",
            )


def _measurement(address: str, form: Any, request: Namespace, printer: Printer) -> Any:
    from napari_unveil.frames import parse_address
    from napari_unveil.workflow.splitting import open_measurement

    def stack() -> "FrameStack":
        return opened(address, request, printer)

    return open_measurement(parse_address(address), form=form, open_stack=stack)


def _split(measurement: Any, settings: "SplitSettings", printer: Printer) -> "SplitMeasurement":
    from napari_unveil.frames import FrameStack
    from napari_unveil.workflow.splitting import split_for

    made = split_for(measurement, settings)
    printed = measurement.warnings if isinstance(measurement, FrameStack) else ()
    for sentence in made.said:
        if sentence not in printed:
            printer.say(f"warning: {sentence}")
    return made
