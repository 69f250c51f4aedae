"""Real exposures of a static scene, denoised without clean data and judged by exposures that were left out: a table.

python benchmarks/static_frames.py OUT FRAMES [--minutes 3], where FRAMES is the address of single photons in at least
4 exposures and OUT gets patches and models. `thinning` learns from one exposure alone, `groups` from all but one, each
exposure a part. The others are the reference, scaled to the same total.

`chi2` is the mean of (estimate - reference)^2, less the variance of the reference, over the variance of one exposure:
1 for an exposure, 1 / n for the mean of n, 0 for the truth; before and after, in dim pixels and in those where the
reference has 30 photons and more around. `deviance` is that of the reference's counts from the
estimate, by Poisson, per pixel, over that from the mean of the exposures that were learned from. `I` is the change
of the mean intensity in rings around the beam against what was denoised, and against the reference.
"""

import argparse
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
from scipy.ndimage import uniform_filter

from napari_unveil.denoising.denoiser import Denoiser, DenoisingSettings
from napari_unveil.frames import FrameStack, open_frames, parse_address, stack_from_array
from napari_unveil.harvest import AlignedSettings, PatchLibrary, harvest_aligned, plan_aligned, split_frames
from napari_unveil.inspection.beam import beam_centre
from napari_unveil.recipes.model import model_from_file
from napari_unveil.recipes.noise2inverse_settings import NOISE2INVERSE
from napari_unveil.splitting import SplitSettings
from napari_unveil.training import plan_training, preset, train
from napari_unveil.types import Frame, Frames
from napari_unveil.workflow.splitting import SplitMeasurement, split_for

RING_PX, LEAST_PHOTONS = 8, 20_000
PATCH_PX, PATCHES = 64, 3000
THINNED_PARTS = 4
AROUND_PX, BRIGHT = 5, 30.0
LEAST_EXPECTED = 0.01
"""Photons: estimates below count as this in the deviance, and pixels with less around do not count in chi2."""


@dataclass(frozen=True)
class Case:
    """What is learned from, and what it is judged by."""

    words: str
    split: SplitMeasurement
    plain: Frame
    exposures: int
    others: Frames

    @property
    def reference(self) -> tuple[Frame, float]:
        """The other exposures scaled to what was denoised, and the scale."""
        there = np.isfinite(self.plain)
        mean = self.others.mean(axis=0, dtype=np.float64)
        scale = float(self.plain[there].sum(dtype=np.float64) / mean[there].sum())
        return np.asarray(scale * mean), scale


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("out", type=Path)
    words.add_argument("frames")
    words.add_argument("--minutes", type=float, default=3.0)
    words.add_argument("--preset", default="fast")
    words.add_argument("--left-out", type=int, default=0, metavar="N", help="number of the exposure (0)")
    request = words.parse_args()
    request.out.mkdir(parents=True, exist_ok=True)
    stack = open_frames(parse_address(request.frames))
    print("| Exposures | dim | after | bright | after | deviance | I, median | largest | I to reference | largest |")
    print("|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|")
    for name, case in cases(stack, request.left_out):
        for sentence in case.split.said:
            print(f"<!-- {sentence} -->")
        estimate = learned(case.split, request.out / name, minutes=request.minutes, chosen=request.preset)
        print(f"| {case.words} | {row(case, estimate)} |", flush=True)


def cases(stack: FrameStack, left_out: int) -> Iterator[tuple[str, Case]]:
    """One exposure thinned, and all the others in groups."""
    frames = np.stack(list(stack.iterate()))
    rest = np.delete(frames, left_out, axis=0)
    for name, chosen, others, settings in (
        ("thinning", frames[[left_out]], rest, SplitSettings("thinning", THINNED_PARTS)),
        ("groups", rest, frames[[left_out]], SplitSettings("frames", len(rest))),
    ):
        made = split_for(stack_from_array(chosen, name=name, unit="photons"), settings)
        words = f"{len(chosen)}, {settings.form}, K = {settings.parts}"
        yield name, Case(words, made, made.stack.read(0), len(chosen), others)


def learned(made: SplitMeasurement, path: Path, *, minutes: float, chosen: str) -> Frame:
    """Estimate of the only frame of a split measurement, after a training on it."""
    patches = path.with_suffix(".patches.h5")
    settings = AlignedSettings(patch=PATCH_PX, patches=PATCHES)
    plan = plan_aligned(
        split_frames(made.stack), settings, recipe=NOISE2INVERSE.name, kind="parts", about=made.provenance
    )
    list(harvest_aligned(plan, patches))
    run = replace(preset(chosen, NOISE2INVERSE.name), epochs=None, minutes=minutes, device="cpu")
    model_path = path.with_suffix(".safetensors")
    list(train(plan_training(PatchLibrary.open(patches), run, model_path)))
    model, _ = model_from_file(model_path)
    denoiser = Denoiser(model, torch.device("cpu"), DenoisingSettings(1.0, 1))
    return denoiser.separate(denoiser.read(made.stack, 0)).signal


def row(case: Case, estimate: Frame) -> str:
    """Cells of the table."""
    squares = (f"{chi2(case, image, bright=side):.3f}" for side in (False, True) for image in (case.plain, estimate))
    gain = deviance(case, estimate) / deviance(case, case.plain)
    own, foreign = (ring_changes(against, estimate) for against in (case.plain, case.reference[0]))
    rings = (f"{np.median(each):+.2%} | {each[np.argmax(np.abs(each))]:+.2%}" for each in (own, foreign))
    return " | ".join((*squares, f"{gain:.3f}", *rings))


def chi2(case: Case, image: Frame, *, bright: bool) -> float:
    """Mean square distance from the truth over the variance of one exposure; that of the reference is taken off."""
    reference, scale = case.reference
    there = np.isfinite(image) & np.isfinite(reference)
    known = uniform_filter(there.astype(float), AROUND_PX)
    expected = uniform_filter(np.where(there, reference, 0), AROUND_PX) / np.maximum(known, AROUND_PX**-2)
    there &= (expected >= BRIGHT) == bright
    there &= expected > LEAST_EXPECTED
    square = (image - reference)[there] ** 2
    own_variance = scale * expected[there] / len(case.others)
    return float(((square - own_variance) / expected[there]).mean())


def deviance(case: Case, image: Frame) -> float:
    """Poisson deviance of the counts of the reference from an image, per pixel."""
    _, scale = case.reference
    there = np.isfinite(image) & np.isfinite(case.others).all(axis=0)
    expected = np.maximum(image[there], LEAST_EXPECTED) * len(case.others) / scale
    counted = case.others.sum(axis=0, dtype=np.float64)[there]
    log = np.where(counted > 0, counted * np.log(np.maximum(counted, 1) / expected), 0)
    return float(2 * (log - counted + expected).mean())


def ring_changes(against: Frame, estimate: Frame) -> np.ndarray:
    """Relative change of the intensity in each ring that has enough photons."""
    centre = beam_centre(against)
    y, x = np.indices(against.shape)
    ring = (np.hypot(y - centre[0], x - centre[1]) / RING_PX).astype(int)
    there = np.isfinite(against) & np.isfinite(estimate)
    before, after = (np.bincount(ring[there], weights=one[there].astype(float)) for one in (against, estimate))
    return np.asarray(after[before >= LEAST_PHOTONS] / before[before >= LEAST_PHOTONS] - 1)


if __name__ == "__main__":
    main()
