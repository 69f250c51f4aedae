"""Fine-tuning against training from scratch on one new beamtime: a table in Markdown, and a curve.

python benchmarks/fine_tuning.py OUT --budgets 1,3,10,30

A validation campaign is simulated; patches are cut from its X-ray-only and full shots beside the mask that the windows
suggest, and networks are trained on them, on one core: from the weights of a shipped model, and from scratch with the
preset `default`. Each budget is a training of its own, with a step size that falls to zero along its own cosine. A
budget is in minutes of wall time, so nothing else should run beside it. Judged are other shots of the campaign:
deviance of the signal (Poisson, per pixel), noise removed (L1), signal photons lost, and the mean absolute bias of
I(q) where at least 0.05 photons per pixel are expected. Table, values and curve are written after each training; given
again, the command goes on with the budgets that are missing.
"""

import argparse
import json
import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch

from napari_unveil.benchmark.campaigns import NamedCampaign, smaller, validation_campaigns
from napari_unveil.benchmark.exposures import Beamtime, Estimate, Exposure
from napari_unveil.benchmark.networks import NetworkMethod
from napari_unveil.benchmark.rows_profile import LEAST_COUNTED, mean_bias
from napari_unveil.benchmark.sums import MethodSums
from napari_unveil.drawing.pages import NOISE, SIGNAL, blank, save_png
from napari_unveil.frames import open_frames, parse_address
from napari_unveil.harvest import HarvestSettings, PatchLibrary, harvest, plan_harvest
from napari_unveil.saving import make_folder, replacing
from napari_unveil.simulate import full_shots
from napari_unveil.training import TrainingSettings, parent_from_file, plan_training, preset, train
from napari_unveil.workflow.masking import mask_from_reference
from napari_unveil.workflow.models import model_path
from napari_unveil.workflow.simulating import FULL_FILE, XRAY_FILE, simulate

FLOOR_PHOTONS = 0.05
"""Added to estimate and truth in the deviance, so that empty pixels stay finite."""
TUNED, SCRATCH = "fine-tuned", "from scratch"
COLOURS = {TUNED: SIGNAL, SCRATCH: NOISE}
MEASURES = {
    "deviance": "deviance",
    "noise_removed": "noise removed [%]",
    "signal_lost": "signal lost [%]",
    "bias": "mean error of I(q) [%]",
}
JUDGED_SEED = 7


@dataclass(frozen=True)
class Result:
    """What one network, or none, makes of the judged shots."""

    way: str
    minutes: float
    patches_seen: int
    deviance: float
    noise_removed: float
    signal_lost: float
    bias: float


def main() -> None:
    request = _request()
    torch.set_num_threads(1)
    make_folder(request.output)
    named = _campaign(request)
    library = _library(request, named)
    shots = list(_exposures(named, count=request.judged))
    asked = {name: str(value) for name, value in vars(request).items() if name not in ("output", "budgets")}
    results = _known(request.output, asked)
    if not results:
        shipped = NetworkMethod.of("untouched", model_path(request.model), device="cpu")
        results = [_judged("input", 0, 0, None, shots), _judged(request.model, 0, 0, shipped, shots)]
    _write(request.output, asked, results)
    for minutes in request.budgets:
        for way in (TUNED, SCRATCH):
            if any((one.way, one.minutes) == (way, minutes) for one in results):
                continue
            path = request.output / f"{way.replace(' ', '-')}-{minutes:g}.safetensors"
            seen = _train(request, way, minutes, library, path)
            results.append(_judged(way, minutes, seen, NetworkMethod.of(way, path, device="cpu"), shots))
            _write(request.output, asked, results)
    print(_table(results))


def _request() -> argparse.Namespace:
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("output", type=Path)
    words.add_argument("--budgets", type=lambda text: list(map(float, text.split(","))), default=[1.0, 3.0, 10.0, 30.0])
    words.add_argument("--model", default="default", help="what is fine-tuned: a shipped model or a file (default)")
    words.add_argument("--campaign", default="streaks", choices=[named.name for named in validation_campaigns()])
    words.add_argument("--rows", type=int, default=512, help="of a frame, which is twice as wide (512)")
    words.add_argument("--shots", type=int, default=12, help="X-ray-only shots, and as many full ones (12)")
    words.add_argument("--patch", type=int, default=128, help="side of a patch, pixels (128)")
    words.add_argument("--patches", type=int, default=1000, help="signal patches, and as many of noise (1000)")
    words.add_argument("--judged", type=int, default=4, help="other full shots (4)")
    words.add_argument("--step-size", type=float, help="of fine-tuning (as from scratch)")
    words.add_argument("--seed", type=int, default=0)
    return words.parse_args()


def _campaign(request: argparse.Namespace) -> NamedCampaign:
    named = next(one for one in validation_campaigns() if one.name == request.campaign)
    return replace(named, campaign=smaller(named.campaign, (request.rows, 2 * request.rows)))


def _library(request: argparse.Namespace, named: NamedCampaign) -> PatchLibrary:
    """Harvest as in the windows: a mask from the X-ray-only shots, patches of both kinds."""
    path, folder = request.output / "patches.h5", request.output / "beamtime"
    if not path.exists():
        counts = {"xray_only": request.shots, "shots": request.shots}
        for progress in simulate(folder, named.campaign, seed=request.seed, **counts):
            print(f"{progress.message}: {progress.done} of {progress.total}", flush=True)
        xray, full = (open_frames(parse_address(folder / name)) for name in (XRAY_FILE, FULL_FILE))
        mask = mask_from_reference(xray.iterate()).mask
        wanted = HarvestSettings(
            patch=request.patch, signals=request.patches, noises=request.patches, seed=request.seed
        )
        for report in harvest(plan_harvest(xray, full, mask, wanted), path):
            print(f"{report.counts['signal']} signal and {report.counts['noise']} noise patches", flush=True)
    return PatchLibrary.open(path)


def _exposures(named: NamedCampaign, *, count: int) -> Iterator[Exposure]:
    """Full shots that nothing was learned from."""
    beamtime = Beamtime(named.name, named.inside, named.campaign, np.zeros(named.campaign.shape, np.bool_))
    rng = np.random.default_rng([JUDGED_SEED, named.campaign.seed])
    return (Exposure.of(shot, beamtime) for shot in full_shots(named.campaign, count=count, rng=rng))


def _train(request: argparse.Namespace, way: str, minutes: float, library: PatchLibrary, path: Path) -> int:
    """Train into ``path``; gives the patches seen."""
    settings: TrainingSettings = replace(
        preset("default"), epochs=None, minutes=minutes, seed=request.seed, device="cpu"
    )
    parent = None
    if way == TUNED:
        parent = parent_from_file(model_path(request.model))
        settings = replace(settings, learning_rate=request.step_size or settings.learning_rate)
    plan = plan_training(library, settings, path, parent=parent)
    step = 0
    for report in train(plan):
        step = report.step
    print(f"{way}, {minutes:g} minutes: {step} steps", flush=True)
    plan.state_path.unlink(missing_ok=True)
    return step * settings.batch


def _judged(way: str, minutes: float, seen: int, method: NetworkMethod | None, shots: list[Exposure]) -> Result:
    sums, deviances = MethodSums(shots[0].beamtime), []
    for exposure in shots:
        estimate = Estimate(exposure.frame) if method is None else method.estimate(exposure)
        sums.add(estimate, exposure)
        deviances.append(_deviance(estimate, exposure))
    scores = sums.scores.scores()
    bias = math.nan if sums.rings is None else mean_bias(sums.rings, LEAST_COUNTED, math.inf) or math.nan
    return Result(
        way,
        minutes,
        seen,
        deviance=float(np.mean(deviances)),
        noise_removed=100 * (scores.noise_removed or 0.0),
        signal_lost=100 * (scores.signal_lost or 0.0),
        bias=100 * bias,
    )


def _deviance(estimate: Estimate, exposure: Exposure) -> float:
    """Mean of p - t - t ln(p / t) over the pixels, estimate p and true signal t in photons, negative ones as 0."""
    valid = np.isfinite(estimate.signal)
    p, t = (np.maximum(image[valid], 0).astype(float) + FLOOR_PHOTONS for image in (estimate.signal, exposure.signal))
    return float((p - t - t * np.log(p / t)).mean())


def _known(folder: Path, asked: dict[str, str]) -> list[Result]:
    path = folder / "results.json"
    if not path.is_file():
        return []
    values: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    if values["asked"] != asked:
        raise SystemExit(f"{path} belongs to another run ({values['asked']}): choose another folder")
    return [Result(**one) for one in values["results"]]


def _write(folder: Path, asked: dict[str, str], results: list[Result]) -> None:
    values = json.dumps({"asked": asked, "results": [vars(one) for one in results]}, indent=1)
    for name, text in (("results.json", values), ("table.md", _table(results) + "\n")):
        with replacing(folder / name) as partial:
            partial.write_text(text, encoding="utf-8")
    _draw(folder / "curve.png", results)


def _table(results: list[Result]) -> str:
    lines = [
        f"| Network | minutes | patches seen | {' | '.join(MEASURES.values())} |",
        "|---|---:|---:|---:|---:|---:|---:|",
    ]
    for one in sorted(results, key=lambda result: (result.minutes, result.way == SCRATCH)):
        cells = " | ".join(f"{getattr(one, name):.4g}" for name in MEASURES)
        lines.append(f"| {one.way} | {one.minutes:g} | {one.patches_seen} | {cells} |")
    return "\n".join(lines)


def _draw(path: Path, results: list[Result]) -> None:
    figure = blank(8.0, 5.0)
    untouched = results[1]
    for axes, (measure, words) in zip(figure.subplots(2, 2, sharex=True).flat, MEASURES.items(), strict=True):
        axes.axhline(getattr(untouched, measure), color="0.5", linestyle=":", label=f"{untouched.way}, untouched")
        for way, colour in COLOURS.items():
            points = [(one.minutes, getattr(one, measure)) for one in results if one.way == way]
            if points:
                axes.plot(*zip(*sorted(points), strict=True), "o-", color=colour, label=way)
        axes.set(xscale="log", ylabel=words)
        budgets = sorted({one.minutes for one in results if one.minutes})
        axes.set_xticks(budgets, [f"{minutes:g}" for minutes in budgets])
        axes.minorticks_off()
    figure.supxlabel("training [minutes of one core]", fontsize="medium")
    figure.axes[0].legend(frameon=False, fontsize="small")
    save_png(path, figure)


if __name__ == "__main__":
    main()
