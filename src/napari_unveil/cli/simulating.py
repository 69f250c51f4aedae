"""The verb simulate: a measurement of one kind, with its truth; options of other kinds are refused."""

import argparse
from argparse import Namespace
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from napari_unveil.cli.printing import Printer
from napari_unveil.errors import Refused
from napari_unveil.types import Progress


@dataclass(frozen=True, slots=True)
class Option:
    """An option of one kind of simulation.

    Parameters
    ----------
    setting
        What it sets.
    type
        Of its value.
    metavar, help
        As in argparse.
    """

    setting: str
    type: type[int] | type[float]
    metavar: str
    help: str


OPTIONS = {
    "beamtime": {
        "--xray-only": Option("xray_only", int, "N", "X-ray-only shots (12)"),
        "--shots": Option("shots", int, "N", "full shots (12)"),
        "--hits-per-pixel": Option("hits_per_pixel", float, "H", "mean bremsstrahlung hits per pixel (0.15)"),
        "--photon-energy": Option("photon_energy_keV", float, "KEV", "energy of the X-ray photons (8)"),
    },
    "pairs": {
        "--pairs": Option("count", int, "N", "pairs of a short and a long exposure (24)"),
        "--exposure-ratio": Option("exposure_ratio", float, "R", "the long exposure over the short one (20)"),
        "--satellite": Option("satellite_counts", float, "C", "counts in the cold satellite, short exposure (150)"),
        "--hot-pixels": Option("hot_fraction", float, "SHARE", "share of the pixels that are hot (0)"),
    },
    "foam": {
        "--slices": Option("slices", int, "N", "rows of the detector and slices of the volume (8)"),
        "--width": Option("width", int, "PX", "columns of the detector and side of a slice (256)"),
        "--angles": Option("angles", int, "N", "projections over 180 degrees (512)"),
        "--photons": Option("photons", float, "P", "photons in a pixel without sample (100)"),
        "--axis-offset": Option("axis_offset_px", float, "PX", "axis of rotation from the detector's middle (0)"),
    },
}
"""Options by kind; the first kind is the default."""

ABOUT = {
    "beamtime": "X-ray-only and full shots of a Jungfrau module: xray.h5, full.h5, truth.h5",
    "pairs": "short and long exposures of a crystal with a weak satellite peak: pairs.h5, truth.h5",
    "foam": "tomography of a foam with Poisson noise, in Data Exchange layout: foam.h5, truth.h5",
}
KINDS = tuple(OPTIONS)


def add_simulate(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> argparse.ArgumentParser:
    """Add the words of the verb."""
    verb = commands.add_parser("simulate", help="write a measurement with its truth: a beamtime, pairs or a foam")
    verb.add_argument("folder", type=Path, metavar="OUTDIR")
    verb.add_argument(
        "--kind", choices=KINDS, default=KINDS[0], help=f"what is measured ({KINDS[0]}); each has options of its own"
    )
    verb.add_argument("--seed", type=int, default=0, help="another one gives another measurement (0)")
    for kind, options in OPTIONS.items():
        group = verb.add_argument_group(f"--kind {kind}", ABOUT[kind])
        for word, option in options.items():
            group.add_argument(word, type=option.type, metavar=option.metavar, help=option.help)
    verb.set_defaults(verb=simulate)
    return verb


def simulate(request: Namespace, printer: Printer) -> None:
    """A simulated measurement with its truth."""
    from napari_unveil.workflow.simulated_files import FILES

    begin, title = {
        "beamtime": (_beamtime, "shots"),
        "pairs": (_pairs, "pairs"),
        "foam": (_foam, "slices and angles:"),
    }[request.kind]
    reports = begin(request.folder, request.seed, _settings(request))
    printer.follow(title, reports, lambda progress: progress)
    paths = [str(request.folder / name) for name in FILES[request.kind]]
    printer.result("\n".join(paths), {"files": paths})


def _settings(request: Namespace) -> dict[str, Any]:
    """What was asked for by options, by the names of the settings."""
    given = {
        (kind, word): value
        for kind, options in OPTIONS.items()
        for word in options
        if (value := getattr(request, word.strip("-").replace("-", "_"))) is not None
    }
    foreign = [(kind, word) for kind, word in given if kind != request.kind]
    if foreign:
        kind, word = foreign[0]
        raise Refused(
            found=f"{word} is an option of --kind {kind}, and the kind asked for is {request.kind}",
            needed=f"options of {request.kind}: {', '.join(OPTIONS[request.kind])}",
            remedy=f"leave {word} out, or add --kind {kind}",
        )
    return {OPTIONS[kind][word].setting: value for (kind, word), value in given.items()}


def _beamtime(folder: Path, seed: int, asked: dict[str, Any]) -> Iterator[Progress]:
    from napari_unveil.simulate import Campaign
    from napari_unveil.workflow.simulating import simulate as simulate_beamtime

    counts = {name: asked.pop(name, 12) for name in ("xray_only", "shots")}
    return simulate_beamtime(folder, Campaign(seed=seed, **asked), seed=seed, **counts)


def _pairs(folder: Path, seed: int, asked: dict[str, Any]) -> Iterator[Progress]:
    from napari_unveil.simulate import PairSettings
    from napari_unveil.workflow.simulating_pairs import simulate_pairs

    count = asked.pop("count", 24)
    return simulate_pairs(folder, PairSettings(seed=seed, **asked), count=count, seed=seed)


def _foam(folder: Path, seed: int, asked: dict[str, Any]) -> Iterator[Progress]:
    from napari_unveil.simulate import FoamSettings
    from napari_unveil.workflow.simulating_foam import simulate_foam

    return simulate_foam(folder, FoamSettings(seed=seed, **asked), seed=seed)
