"""The verb harvest: patches for one recipe; options of other recipes are refused."""

import argparse
import math
from argparse import Namespace
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from napari_unveil.cli.printing import Printer
from napari_unveil.cli.reading import ADDRESS_HELP, MASK_HELP, add_reading, opened
from napari_unveil.cli.splitting import NOISE2INVERSE, SPLIT_WORDS, parts_in_words, plan_parts, split_measurement
from napari_unveil.errors import Refused
from napari_unveil.types import Progress

if TYPE_CHECKING:
    from napari_unveil.harvest import HarvestReport, PairReport

SEPARATION, PAIRED = "separation", "paired"


@dataclass(frozen=True, slots=True)
class Option:
    """An option of one recipe, or of some.

    Parameters
    ----------
    recipes
        That it belongs to.
    type
        Of its value.
    metavar, help
        As in argparse.
    needed
        Whether the harvest is refused without it.
    """

    recipes: tuple[str, ...]
    type: type[int] | type[float] | type[str] | type[Path]
    metavar: str
    help: str
    needed: bool = False


OPTIONS = {
    "--signal": Option((SEPARATION,), str, "XRAY", "X-ray-only frames: " + ADDRESS_HELP, needed=True),
    "--noise": Option((SEPARATION,), str, "FULL", "full shots: " + ADDRESS_HELP, needed=True),
    "--mask": Option((SEPARATION,), Path, "mask.tif", "signal mask, nonzero = signal: " + MASK_HELP, needed=True),
    "--signals": Option((SEPARATION,), int, "N", "signal patches (1754)"),
    "--noises": Option((SEPARATION,), int, "M", "noise patches (4711)"),
    "--min-intensity": Option(
        (SEPARATION,), float, "I", "least sum of a signal patch, in the frames' unit (suggested from the data)"
    ),
    "--low": Option((PAIRED,), str, "LOW", "short exposures: " + ADDRESS_HELP, needed=True),
    "--high": Option((PAIRED,), str, "HIGH", "long exposures of the same scenes, in the same order", needed=True),
    "--measurement": Option(
        (NOISE2INVERSE,), str, "PATH", "projections, or frames, to be split: " + ADDRESS_HELP, needed=True
    ),
    **{word: Option((NOISE2INVERSE,), kind, metavar, words) for word, (kind, metavar, words) in SPLIT_WORDS.items()},
    "--patches": Option((PAIRED, NOISE2INVERSE), int, "N", "patches (2000)"),
}
"""Options by word; the recipe of the first one is the default."""

ABOUT = {
    SEPARATION: "patches of the signal, and of the noise beside it",
    PAIRED: "patches of a short and a long exposure, from the same places",
    NOISE2INVERSE: "patches of the independent parts of one measurement, from the same places",
}


def add_harvest(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> argparse.ArgumentParser:
    """Add the words of the verb."""
    verb = commands.add_parser("harvest", help="cut training patches into a library")
    verb.add_argument(
        "--recipe", choices=tuple(ABOUT), default=SEPARATION, help=f"what is to be learned ({SEPARATION})"
    )
    verb.add_argument("-o", "--output", type=Path, required=True, metavar="patches.h5")
    verb.add_argument("--patch", type=int, default=128, metavar="PX", help="side of a patch, pixels (128)")
    verb.add_argument(
        "--max-excluded",
        type=float,
        default=0.05,
        metavar="SHARE",
        help="largest share of excluded pixels in a patch (0.05)",
    )
    verb.add_argument("--seed", type=int, default=0)
    groups = {
        recipes: verb.add_argument_group(f"--recipe {' or '.join(recipes)}", "; ".join(ABOUT[one] for one in recipes))
        for recipes in dict.fromkeys(option.recipes for option in OPTIONS.values())
    }
    for word, option in OPTIONS.items():
        groups[option.recipes].add_argument(word, type=option.type, metavar=option.metavar, help=option.help)
    add_reading(verb)
    verb.set_defaults(verb=harvest)
    return verb


def harvest(request: Namespace, printer: Printer) -> None:
    """Patches for a recipe."""
    asked = _asked(request)
    {SEPARATION: _separation, PAIRED: _paired, NOISE2INVERSE: _parts}[request.recipe](request, asked, printer)


def _separation(request: Namespace, asked: dict[str, Any], printer: Printer) -> None:
    from napari_unveil import harvest as harvesting
    from napari_unveil.masking import load_mask
    from napari_unveil.saving import refuse_inputs

    signal, noise = (opened(asked.pop(name), request, printer) for name in ("signal", "noise"))
    mask = asked.pop("mask")
    refuse_inputs(request.output, mask)
    settings = harvesting.HarvestSettings(**_common(request), **asked)
    plan = harvesting.plan_harvest(signal, noise, load_mask(mask), settings)
    last = _follow(harvesting.harvest(plan, request.output), printer)
    if last is None:
        return
    printer.result(
        f"{request.output}: {last.counts['signal']} signal patches of at least {plan.min_intensity:.4g} {plan.unit}, "
        f"{last.counts['noise']} noise patches",
        {"library": str(request.output), "min_intensity": plan.min_intensity, **asdict(last)},
    )


def _paired(request: Namespace, asked: dict[str, Any], printer: Printer) -> None:
    from napari_unveil import harvest as harvesting

    low, high = (opened(asked.pop(name), request, printer) for name in ("low", "high"))
    report = harvesting.check_pairs(low, high, one_photon=_photon(low.unit, low.photon_energy_keV))
    for sentence in report.warnings:
        printer.say(f"warning: {sentence}")
    known = _known(report)
    plan = harvesting.plan_aligned(
        harvesting.PairedFrames(low, high),
        harvesting.AlignedSettings(**_common(request), **asked),
        recipe=PAIRED,
        kind="pairs",
        about=known,
    )
    last = _follow(harvesting.harvest_aligned(plan, request.output), printer)
    if last is None:
        return
    spread = f" ± {report.ratio_spread:.1%} from pair to pair" if known["ratio_spread"] is not None else ""
    printer.result(
        f"{request.output}: {last.counts['pairs']} patches of {report.pairs} pairs, exposure ratio "
        f"{report.exposure_ratio:.4g}{spread}",
        {"library": str(request.output), **known, **asdict(last)},
    )


def _parts(request: Namespace, asked: dict[str, Any], printer: Printer) -> None:
    from napari_unveil import harvest as harvesting

    made = split_measurement(request.measurement, request, printer)
    own = {name: asked[name] for name in ("patches",) if name in asked}
    plan = plan_parts(made, harvesting.AlignedSettings(**_common(request), **own))
    last = _follow(harvesting.harvest_aligned(plan, request.output), printer)
    if last is None:
        return
    printer.result(
        f"{request.output}: {parts_in_words(made, last)}",
        {"library": str(request.output), **made.provenance, **asdict(last)},
    )


def _common(request: Namespace) -> dict[str, Any]:
    """Settings of every harvest."""
    return {"patch": request.patch, "max_excluded": request.max_excluded, "seed": request.seed}


def _follow(reports: "Iterable[HarvestReport]", printer: Printer) -> "HarvestReport | None":
    def progress(report: "HarvestReport") -> Progress:
        words = f"{' and '.join(f'{count} {kind}' for kind, count in report.counts.items())} patches"
        return Progress(report.frames_read, report.frames, words)

    return printer.follow("frames", reports, progress)


def _known(report: "PairReport") -> dict[str, object]:
    """What a library remembers of pairs; numbers that nobody knows are None."""
    return {
        "exposure_ratio": report.exposure_ratio,
        "ratio_spread": report.ratio_spread if math.isfinite(report.ratio_spread) else None,
        "counting_spread": report.counting_spread,
        "shift_yx": report.shift_yx,
    }


def _photon(unit: str, photon_energy_keV: float | None) -> float | None:
    """One photon in the unit of the frames; None where nobody knows it."""
    from napari_unveil.recipes.photons import one_photon

    try:
        return one_photon(unit, photon_energy_keV)
    except Refused:
        return None


def _asked(request: Namespace) -> dict[str, Any]:
    """What was given by options of the recipe, by their names without dashes; refuses others, and what is missing."""
    values = {word: getattr(request, word.strip("-").replace("-", "_")) for word in OPTIONS}
    given = {word: value for word, value in values.items() if value is not None}
    own = {word: option for word, option in OPTIONS.items() if request.recipe in option.recipes}
    _refuse_missing(request.recipe, given, own)
    _refuse_foreign(request.recipe, given, own)
    return {word.strip("-").replace("-", "_"): value for word, value in given.items()}


def _refuse_missing(recipe: str, given: Mapping[str, Any], own: Mapping[str, Option]) -> None:
    needed = [f"{word} {option.metavar}" for word, option in own.items() if option.needed]
    missing = [word for word, option in own.items() if option.needed and word not in given]
    foreign = [word for word in given if word not in own]
    if missing:
        others = ", ".join(OPTIONS[foreign[0]].recipes) if foreign else ""
        raise Refused(
            found=f"no {' and no '.join(missing)} for --recipe {recipe}",
            needed=", ".join(needed),
            remedy=f"add {' and '.join(missing)}" + (f", or --recipe {others} for {foreign[0]}" if foreign else ""),
        )


def _refuse_foreign(recipe: str, given: Mapping[str, Any], own: Mapping[str, Option]) -> None:
    for word in given:
        if word not in own:
            raise Refused(
                found=f"{word} is an option of --recipe {' or '.join(OPTIONS[word].recipes)}, and the recipe asked for "
                f"is {recipe}",
                needed=f"options of {recipe}: {', '.join(own)}",
                remedy=f"leave {word} out, or choose another recipe",
            )
