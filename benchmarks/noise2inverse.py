"""Slices of a simulated foam, denoised in several ways with as much to learn from: a table in Markdown.

python benchmarks/noise2inverse.py OUT [--epochs 1 --minutes 6], where OUT gets the measurement, the patches and the
models. A training ends when it has seen each patch so many times, or after so many minutes; the table says how many
were seen. All networks learn from the same places of the same slices and are judged on other slices of the same foam,
inside the field of view: PSNR against the largest attenuation, SSIM with the usual window of 7 x 7 pixels.

`noise2inverse` is the recipe: X:1 predicts one part from the mean of the others, 1:X the other way round. `blind spot`
predicts hidden pixels of the plain slice from the others (Batson & Royer, "Noise2Self", 2019). `supervised` knows the
truth of the slices it learns from. `total variation` has the weight that is best on one of these, by its truth.
"""

import argparse
import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from time import perf_counter
from typing import Any

import h5py
import numpy as np
import torch
from skimage.metrics import structural_similarity
from skimage.restoration import denoise_tv_chambolle

from napari_unveil.denoising.denoiser import Denoiser, DenoisingSettings
from napari_unveil.frames import FrameStack, open_projections, parse_address
from napari_unveil.harvest import AlignedSettings, PatchLibrary, harvest_aligned, plan_aligned, split_frames
from napari_unveil.recipes import registry
from napari_unveil.recipes.aligned import Example
from napari_unveil.recipes.model import model_from_file
from napari_unveil.recipes.noise2inverse import Noise2InverseModel
from napari_unveil.recipes.noise2inverse_settings import NOISE2INVERSE, Noise2InverseSettings
from napari_unveil.simulate import FoamSettings
from napari_unveil.splitting import SplitSettings, parts_of, split
from napari_unveil.tensors import ImageBatch, Tensor
from napari_unveil.training import TrainingSettings, plan_training, preset, train
from napari_unveil.types import Frame, Frames
from napari_unveil.workflow.simulating_foam import simulate_foam

FOAM = FoamSettings(slices=40, width=160, angles=256, photons=1000.0, smallest_bubble=0.05)
JUDGED = range(0, FOAM.slices, 10)
"""Slices that no network learns from; the ones beside them are not learned from either."""
AROUND = 1
PATCH_PX, PATCHES = 64, 2400
HIDDEN_SHARE = 1 / 16
WEIGHTS = np.geomspace(0.1, 4, 25)


@dataclass(frozen=True)
class TruthSettings(Noise2InverseSettings):
    """Of a network that is shown the truth."""

    @property
    def recipe(self) -> str:
        """Name of the recipe."""
        return "supervised"


@dataclass(frozen=True)
class BlindSettings(Noise2InverseSettings):
    """Of a network that is shown a slice with holes."""

    @property
    def recipe(self) -> str:
        """Name of the recipe."""
        return "blind spot"


class PlainModel(Noise2InverseModel):
    """A network that sees the plain slice; patches hold the slice and its truth."""

    takes_parts = False

    def inputs_of(self, frame: Frame) -> tuple[Frame, ...]:
        """The slice itself."""
        return (np.asarray(frame),)


class TruthModel(PlainModel):
    """Learns the truth."""

    def example(self, patches: Frames, rng: np.random.Generator) -> Example:
        """Slices and their truth, from patches (batch, 2, y, x)."""
        turned = np.stack([self._turned(patch, rng) for patch in patches])
        return Example(turned[:, 0], turned[:, 1])


class BlindModel(PlainModel):
    """Learns hidden pixels, in whose place one of their neighbours stands, and nothing of the truth."""

    def example(self, patches: Frames, rng: np.random.Generator) -> Example:
        """Slices, which are the target as well."""
        plain = np.stack([self._turned(patch[:1], rng)[0] for patch in patches])
        return Example(plain, plain)

    def loss(self, inputs: ImageBatch, targets: ImageBatch, photon: float, rng: np.random.Generator) -> Tensor:
        """Squared error of the hidden pixels."""
        hidden = torch.from_numpy(rng.random(tuple(inputs.shape)) < HIDDEN_SHARE)
        row, column = ((-1, 0), (1, 0), (0, -1), (0, 1))[rng.integers(4)]
        finite = torch.nan_to_num(inputs, nan=0.0)
        shown = torch.where(hidden, torch.roll(finite, (row, column), (2, 3)), finite)
        asked = torch.where(hidden, targets, torch.full_like(targets, math.nan))
        return super().loss(shown, asked, photon, rng)


def _registered(name: str, settings: type[Noise2InverseSettings], model: str) -> None:
    """Make a recipe of this file known, as far as models are opened and trained by it."""

    def from_values(values: Any) -> Noise2InverseSettings:
        plain = NOISE2INVERSE.from_values(values)
        return settings(**{field: getattr(plain, field) for field in plain.__dataclass_fields__})

    recipe = replace(NOISE2INVERSE, name=name, from_values=from_values, model=f"{__name__}:{model}")
    registry.RECIPES[name] = recipe  # type: ignore[index]


@dataclass(frozen=True)
class Method:
    """A row of the table that is learned."""

    words: str
    training: TrainingSettings


def methods() -> dict[str, Method]:
    """The rows that are learned, by a short name."""
    fast, default, published = (preset(name, NOISE2INVERSE.name) for name in ("fast", "default", "published"))
    network = fast.recipe.network
    truth, blind = (kind(network, turned=True) for kind in (TruthSettings, BlindSettings))
    one_to_many = Noise2InverseSettings(network, strategy="1:X", turned=True)
    return {
        "blind": Method("blind spot, U-Net", replace(fast, recipe=blind)),
        "1X": Method("noise2inverse 1:X, U-Net (fast)", replace(fast, recipe=one_to_many)),
        "X1": Method("noise2inverse X:1, U-Net (fast)", fast),
        "supervised": Method("supervised, U-Net", replace(fast, recipe=truth)),
        "msd": Method("noise2inverse X:1, MS-D (published)", published),
        "default": Method("noise2inverse X:1, wider U-Net (default)", default),
    }


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("out", type=Path)
    words.add_argument("--minutes", type=float, default=6.0)
    words.add_argument("--epochs", type=int, default=1)
    words.add_argument("--methods", nargs="+", default=[], metavar="NAME")
    words.add_argument("--seed", type=int, default=0)
    request = words.parse_args()
    _registered("supervised", TruthSettings, TruthModel.__name__)
    _registered("blind spot", BlindSettings, BlindModel.__name__)
    if not (request.out / "truth.h5").exists():
        list(simulate_foam(request.out, FOAM, seed=request.seed))
    bench = Bench.open(request.out)
    limits = {"epochs": request.epochs, "minutes": request.minutes, "seed": request.seed}
    print("| Method | PSNR [dB] | SSIM | s per slice |")
    print("|---|---:|---:|---:|")
    print(f"| plain filtered back-projection | {bench.judged(bench.stack.read)} |", flush=True)
    weight, denoise = bench.best_total_variation()
    print(f"| total variation, weight {weight:.3g} | {bench.judged(denoise)} |", flush=True)
    for name, method in methods().items():
        if not request.methods or name in request.methods:
            seen, denoised = bench.learned(name, method.training, limits)
            print(f"| {method.words}, {seen} patches seen | {bench.judged(denoised)} |", flush=True)


@dataclass(frozen=True)
class Bench:
    """A measurement with its truth."""

    folder: Path
    stack: FrameStack
    truth: Frames

    @classmethod
    def open(cls, folder: Path) -> "Bench":
        """What is in ``folder``, split with the known axis."""
        projections = open_projections(parse_address(str(folder / "foam.h5")))
        with h5py.File(folder / "truth.h5") as file:
            truth = file["entry/data/attenuation"][()]
        return cls(folder, split(projections, SplitSettings(axis_px=FOAM.axis_px)), truth)

    @property
    def learned_from(self) -> list[int]:
        """Slices that networks learn from."""
        near = {index + step for index in JUDGED for step in range(-AROUND, AROUND + 1)}
        return [index for index in range(FOAM.slices) if index not in near]

    def judged(self, denoise: Callable[[int], Frame]) -> str:
        """PSNR, SSIM and time on the slices that are kept for it, as cells of the table."""
        psnr, ssim, seconds = [], [], []
        for index in JUDGED:
            self.stack.read(index)
            begun = perf_counter()
            estimate = denoise(index)
            seconds.append(perf_counter() - begun)
            psnr.append(self.psnr(estimate, index))
            ssim.append(self.ssim(estimate, index))
        return f"{np.mean(psnr):.2f} | {np.mean(ssim):.3f} | {np.mean(seconds):.2f}"

    def psnr(self, estimate: Frame, index: int) -> float:
        """Peak signal to noise ratio in the field of view, dB."""
        there = np.isfinite(self.stack.read(index))
        error = (estimate - self.truth[index])[there]
        return float(10 * np.log10(self.truth.max() ** 2 / np.mean(error**2, dtype=np.float64)))

    def ssim(self, estimate: Frame, index: int) -> float:
        """Structural similarity, mean over the field of view."""
        there = np.isfinite(self.stack.read(index))
        truth = np.where(there, self.truth[index], 0)
        peak = float(self.truth.max())
        _, each = structural_similarity(np.where(there, estimate, 0), truth, data_range=peak, full=True)
        return float(each[there].mean())

    def best_total_variation(self) -> tuple[float, Callable[[int], Frame]]:
        """Total variation with the best weight on a slice that is learned from."""
        index, peak = self.learned_from[len(self.learned_from) // 2], float(self.truth.max())

        def denoised(index: int, weight: float) -> Frame:
            return np.asarray(denoise_tv_chambolle(np.nan_to_num(self.stack.read(index)), weight=weight * peak))

        best = max(WEIGHTS, key=lambda weight: self.psnr(denoised(index, weight), index))
        return float(best * peak), lambda index: denoised(index, best)

    def learned(
        self, name: str, training: TrainingSettings, limits: dict[str, Any]
    ) -> tuple[int, Callable[[int], Frame]]:
        """Train a network, and what denoises a slice with it."""
        recipe = training.recipe.recipe
        library = self.library("parts" if recipe == NOISE2INVERSE.name else recipe)
        settings = replace(training, device="cpu", **limits)
        path = self.folder / f"{name}.safetensors"
        *_, last = train(plan_training(library, settings, path))
        model, _ = model_from_file(path)
        denoiser = Denoiser(model, torch.device("cpu"), DenoisingSettings(1.0, 1))
        return last.step * settings.batch, lambda index: denoiser.separate(denoiser.read(self.stack, index)).signal

    def library(self, kind: str) -> PatchLibrary:
        """Patches of the slices that are learned from: of their parts, or of plain slices and their truth."""
        path = self.folder / f"{kind}.h5"
        if not path.exists():
            recipe = NOISE2INVERSE.name if kind == "parts" else kind
            frames = split_frames(self._learned(with_truth=kind != "parts"))
            plan = plan_aligned(frames, AlignedSettings(patch=PATCH_PX, patches=PATCHES), recipe=recipe, kind="parts")
            list(harvest_aligned(plan, path))
        return PatchLibrary.open(path)

    def _learned(self, *, with_truth: bool) -> FrameStack:
        chosen = self.learned_from

        def images(place: int) -> Frames:
            index = chosen[place]
            return np.stack([self.stack.read(index), self.truth[index]]) if with_truth else parts_of(self.stack, index)

        return replace(self.stack, data=self.stack.data[np.array(chosen)], parts=images)


if __name__ == "__main__":
    main()
