"""Networks of the recipe `paired` after equal time of training, against the truth of simulated pairs: a table.

python benchmarks/paired.py OUT --minutes 6

Pairs of exposures with the ratio 20 are simulated: two Bragg peaks with diffuse tails, and between them a weak
satellite whose strength depends on the temperature, up to none. Patches are cut from some pairs, each preset is trained
on them on one core, and other pairs are judged. The satellite is fitted in a circle around its true place, in the
estimate, in the low and in the high count; estimates are multiplied by the exposure ratio. Minutes are processor time,
so that other programs count as little as they can. Given again, the command goes on with what is missing.
"""

import argparse
import json
import math
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np
import torch

from napari_unveil.denoising.denoiser import Denoiser, DenoisingSettings, default_passes
from napari_unveil.errors import Refused
from napari_unveil.frames import open_frames, parse_address
from napari_unveil.harvest import AlignedSettings, PairedFrames, PatchLibrary, harvest_aligned, plan_aligned
from napari_unveil.inspection.peaks import Peak, fit_peak
from napari_unveil.network.card import read_card
from napari_unveil.recipes.model import model_from_file
from napari_unveil.recipes.paired_settings import RECIPE
from napari_unveil.saving import make_folder, replacing
from napari_unveil.simulate import ExposurePair, PairSettings, draw_crystals, exposure_pairs
from napari_unveil.training import loop, plan_training, preset, resume, train
from napari_unveil.training.clock import Clock
from napari_unveil.types import Frame, Mask
from napari_unveil.workflow.simulating_pairs import HIGH, LOW, simulate_pairs

SETTINGS = PairSettings()
TITLES = {
    "published": "VDSR (`published`)",
    "published-irunet": "IRUNet (`published-irunet`)",
    "default": "U-Net (`default`)",
    "fast": "U-Net (`fast`)",
}
LOW_COUNT, HIGH_COUNT = "low count", "high count"
JUDGED_SEED = 7
REGION_PX = 13.0
"""Radius of the circle in which a satellite is fitted: four widths."""
LEAST_COUNTS = 30.0
"""A satellite with so many counts in the short exposure is there; one without any is not; between is not judged."""
BRAGG_PX, SATELLITE_PX = 25.0, 13.0
"""What is farther from the peaks than this is background."""
FARTHEST_WIDTHS = 2.0
"""A peak that is found farther off the true place is another one."""
PIXEL_VARIANCE = 1 / 12
"""By so much a pixel widens the square of a width."""
FLOOR_COUNTS = 0.05
"""Added to estimate and truth in the deviance, so that empty pixels stay finite."""

Estimate = Callable[[ExposurePair], Frame]


@dataclass(frozen=True)
class Found:
    """A fitted satellite: how far off its true place, and relative to its true size and to the high count's."""

    srbr: float
    off_px: float
    width: float
    amplitude: float
    amplitude_high: float


NOTHING = Found(0.0, 0.0, 0.0, 0.0, 0.0)


@dataclass(frozen=True)
class Row:
    """What one network, or none, makes of the judged pairs; ``fits`` are those of satellites that are there."""

    name: str
    minutes: float
    patches: int
    fits: list[Found | None]
    false: str
    flux: float
    flux_background: float
    deviance: float
    deviance_weak: float
    seconds: float


def main() -> None:
    request = _request()
    torch.set_num_threads(1)
    loop.Clock = ProcessorClock  # type: ignore[misc]
    make_folder(request.output)
    library, judged = _library(request), list(_judged_pairs(request.judged))
    rows = _known(request.output)
    if not rows:
        ratio = SETTINGS.exposure_ratio
        rows = [
            _row(LOW_COUNT, lambda pair: pair.low * ratio, judged),
            _row(HIGH_COUNT, lambda pair: pair.high, judged),
        ]
    for name in request.presets:
        title = TITLES.get(name, name)
        if all(row.name != title for row in rows):
            patches = _trained(request, name, library)
            row = _row(title, _network(_model(request, name)), judged)
            rows.append(replace(row, minutes=request.minutes, patches=patches))
            _write(request.output, rows)
    print(_table(rows))


def _request() -> argparse.Namespace:
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("output", type=Path)
    words.add_argument("--minutes", type=float, default=6.0, help="of training for each preset (6)")
    words.add_argument("--presets", nargs="+", default=["published", "published-irunet", "default"])
    words.add_argument("--pairs", type=int, default=60, help="that patches are cut from (60)")
    words.add_argument("--patches", type=int, default=2400, help="patches (2400)")
    words.add_argument("--patch", type=int, default=64, help="side of a patch, pixels (64)")
    words.add_argument("--judged", type=int, default=60, help="other pairs (60)")
    words.add_argument("--seed", type=int, default=0)
    return words.parse_args()


def _known(folder: Path) -> list[Row]:
    path = folder / "results.json"
    if not path.is_file():
        return []
    known = json.loads(path.read_text(encoding="utf-8"))
    return [Row(**{**one, "fits": [fit and Found(**fit) for fit in one["fits"]]}) for one in known]


def _write(folder: Path, rows: list[Row]) -> None:
    values = json.dumps([asdict(row) for row in rows], indent=1)
    for name, text in (("results.json", values), ("table.md", _table(rows) + "\n")):
        with replacing(folder / name) as partial:
            partial.write_text(text, encoding="utf-8")


def _library(request: argparse.Namespace) -> PatchLibrary:
    path, folder = request.output / "patches.h5", request.output / "pairs"
    if not path.exists():
        for _ in simulate_pairs(folder, SETTINGS, count=request.pairs, seed=request.seed):
            pass
        low, high = (open_frames(parse_address(f"{folder / 'pairs.h5'}::/{name}")) for name in (LOW, HIGH))
        wanted = AlignedSettings(patch=request.patch, patches=request.patches, seed=request.seed)
        for _ in harvest_aligned(plan_aligned(PairedFrames(low, high), wanted, recipe=RECIPE, kind="pairs"), path):
            pass
    return PatchLibrary.open(path)


def _judged_pairs(count: int) -> Iterator[ExposurePair]:
    """Pairs that nothing was learned from."""
    crystals = draw_crystals(SETTINGS, count=count, rng=np.random.default_rng([JUDGED_SEED, 0]))
    return exposure_pairs(crystals, SETTINGS, rng=np.random.default_rng([JUDGED_SEED, 1]))


class ProcessorClock(Clock):
    """The time of this process alone."""

    def go_on(self) -> None:
        """Count from here on."""
        self._began = time.process_time()

    def elapsed_s(self) -> float:
        """Seconds of the processor."""
        return self._before_s + time.process_time() - self._began


def _model(request: argparse.Namespace, name: str) -> Path:
    return Path(request.output / f"{name}.safetensors")


def _trained(request: argparse.Namespace, name: str, library: PatchLibrary) -> int:
    """Train a preset, unless its model is there; gives the patches seen."""
    path = _model(request, name)
    if not path.exists():
        settings = replace(preset(name, RECIPE), epochs=None, minutes=request.minutes, seed=request.seed, device="cpu")
        plan = plan_training(library, settings, path)
        for report in (resume if plan.state_path.exists() else train)(plan):
            print(f"{name}: {report.elapsed_s:.0f} s, held out {report.validation_loss:.5g}", flush=True)
        plan.state_path.unlink(missing_ok=True)
    return int(read_card(path).training["patches_seen"])


def _network(path: Path) -> Estimate:
    """Estimates of the mean high count."""
    model, _ = model_from_file(path)
    denoiser = Denoiser(model, torch.device("cpu"), DenoisingSettings(1.0, default_passes(model)))
    return lambda pair: denoiser.separate(pair.low).signal * SETTINGS.exposure_ratio


def _row(name: str, estimate: Estimate, judged: list[ExposurePair]) -> Row:
    began = time.process_time()
    images = [estimate(pair) for pair in judged]
    seconds = (time.process_time() - began) / len(judged)
    each = list(zip(images, judged, strict=True))
    without = [_fit(image, pair) for image, pair in each if not pair.crystal.satellite.counts]
    weak, background = ([region(pair) for pair in judged] for region in (_off_bragg, _background))
    return Row(
        name=name,
        minutes=0.0,
        patches=0,
        fits=[_found(image, pair) for image, pair in each if _has_peak(pair)],
        false=f"{sum(peak is not None for peak in without)} of {len(without)}",
        flux=_bias(images, judged, [np.ones_like(region) for region in weak]),
        flux_background=_bias(images, judged, background),
        deviance=_deviance(images, judged, [np.ones_like(region) for region in weak]),
        deviance_weak=_deviance(images, judged, weak),
        seconds=seconds,
    )


def _has_peak(pair: ExposurePair) -> bool:
    """Whether there is a satellite that a long exposure shows."""
    return pair.crystal.satellite.counts >= LEAST_COUNTS and _fit(pair.high, pair) is not None


def _found(image: Frame, pair: ExposurePair) -> Found | None:
    peak, high, true = _fit(image, pair), _fit(pair.high, pair), pair.crystal.satellite
    if peak is None or high is None:
        return None
    off_px = math.dist(peak.centre_yx, true.centre_yx)
    if off_px > FARTHEST_WIDTHS * true.width_px:
        return None
    return Found(
        srbr=peak.srbr,
        off_px=off_px,
        width=math.sqrt(math.prod(peak.width_yx) / (true.width_px**2 + PIXEL_VARIANCE)),
        amplitude=peak.amplitude / (true.height * pair.crystal.exposure_ratio),
        amplitude_high=peak.amplitude / high.amplitude,
    )


def _fit(image: Frame, pair: ExposurePair) -> Peak | None:
    try:
        return fit_peak(image, ~_far_from(pair, pair.crystal.satellite.centre_yx, REGION_PX))
    except Refused:
        return None


def _far_from(pair: ExposurePair, centre_yx: tuple[float, float], radius_px: float) -> Mask:
    y, x = np.indices(pair.low.shape)
    return np.hypot(y - centre_yx[0], x - centre_yx[1]) > radius_px


def _off_bragg(pair: ExposurePair) -> Mask:
    one, other = (_far_from(pair, peak.centre_yx, BRAGG_PX) for peak in pair.crystal.bragg)
    return one & other


def _background(pair: ExposurePair) -> Mask:
    return _off_bragg(pair) & _far_from(pair, pair.crystal.satellite.centre_yx, SATELLITE_PX)


def _bias(images: list[Frame], judged: list[ExposurePair], regions: list[Mask]) -> float:
    """Sum over the regions of all images over the true one, less 1."""
    sums = [
        (image[region].sum(dtype=float), pair.expected_high[region].sum(dtype=float))
        for image, pair, region in zip(images, judged, regions, strict=True)
    ]
    estimated, true = np.sum(sums, axis=0)
    return float(estimated / true - 1)


def _deviance(images: list[Frame], judged: list[ExposurePair], regions: list[Mask]) -> float:
    """Mean of p - t - t ln(p / t) in counts of the short exposure, estimate p (negative ones as 0) and true mean t."""
    deviances = []
    for image, pair, region in zip(images, judged, regions, strict=True):
        p = np.maximum(image[region].astype(float) / SETTINGS.exposure_ratio, 0) + FLOOR_COUNTS
        t = pair.expected_low[region].astype(float) + FLOOR_COUNTS
        deviances.append(np.mean(p - t - t * np.log(p / t)))
    return float(np.mean(deviances))


def _table(rows: list[Row]) -> str:
    lines = [f"| | {' | '.join(row.name for row in rows)} |", f"|---|{'---:|' * len(rows)}"]
    columns = [_columns(row, _found_by_all(rows)) for row in rows]
    lines += [f"| {title} | {' | '.join(column[title] for column in columns)} |" for title in columns[0]]
    return "\n".join(lines)


def _columns(row: Row, common: list[int]) -> dict[str, str]:
    found = [fit for fit in row.fits if fit is not None]
    shared = [fit for place in common if (fit := row.fits[place]) is not None]
    return {
        "CPU minutes": f"{row.minutes:g}",
        "patches seen": f"{row.patches}",
        "satellites found": f"{len(found)} of {len(row.fits)}",
        "false satellites": row.false,
        **_fitted(found),
        **{f"{title}; found by all networks ({len(common)})": cell for title, cell in _fitted(shared).items()},
        "flux bias, frame": f"{row.flux:+.2%}",
        "flux bias, background": f"{row.flux_background:+.2%}",
        "deviance, frame": f"{row.deviance:.4f}",
        "deviance off the Bragg peaks": f"{row.deviance_weak:.4f}",
        "seconds a frame": f"{row.seconds:.3f}",
    }


def _fitted(found: list[Found]) -> dict[str, str]:
    """Median SRBR, root mean square of the distances, mean and scatter of what is relative."""
    if len(found) < 2:
        return dict.fromkeys(_fitted([NOTHING, NOTHING]), "–")
    cells = {
        "SRBR": f"{np.nanmedian([fit.srbr for fit in found]):.1f}",
        "place, rms [px]": f"{math.sqrt(np.mean([fit.off_px**2 for fit in found])):.2f}",
    }
    for title, name in (
        ("width / true", "width"),
        ("amplitude / true", "amplitude"),
        ("amplitude / high count", "amplitude_high"),
    ):
        values = [getattr(fit, name) for fit in found]
        cells[title] = f"{np.mean(values):.3f} ± {np.std(values, ddof=1):.3f}"
    return cells


def _found_by_all(rows: list[Row]) -> list[int]:
    """Which satellites every network has found, and the high count shows."""
    judged = [row for row in rows if row.name != LOW_COUNT]
    return [place for place in range(len(rows[0].fits)) if all(row.fits[place] is not None for row in judged)]


if __name__ == "__main__":
    main()
