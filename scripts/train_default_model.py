"""Train the shipped model from simulated beamtimes: python scripts/train_default_model.py OUT.safetensors.

The training campaigns of `unveil benchmark quality` are simulated with fixed seeds, and the network of the preset
`default` is trained on their patches; its error bars are held against campaigns of another seed. None of the campaigns
that it is judged by is among either. A run that was stopped goes on when the same command is given again.
"""

import argparse
from dataclasses import replace
from pathlib import Path

from napari_unveil.benchmark.library import LibrarySettings, write_library
from napari_unveil.harvest import PatchLibrary
from napari_unveil.training import plan_training, preset, resume, train
from napari_unveil.training.calibrating import calibrate

SEED = 0
LEGS = (15, 23)
"""Epochs after which the step size has come down to zero; after the first it rises again."""
AMPLITUDE = (1.0, 1.0)
"""Simulated campaigns have all intensities already, and a scaled photon is no photon."""
CALIBRATION = LibrarySettings(campaigns=64, shots=1, shape=(256, 512), seed=1000)
"""Of many campaigns a little each: errors are alike within a campaign."""


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("output", type=Path)
    words.add_argument("--seed", type=int, default=SEED)
    request = words.parse_args()
    patches = request.output.with_suffix(".patches.h5")
    library = _library(patches, LibrarySettings())
    default = preset("default")
    settings = replace(default, recipe=replace(default.recipe, amplitude=AMPLITUDE), seed=request.seed)
    for epochs in LEGS:
        plan = plan_training(library, replace(settings, epochs=epochs), request.output)
        for report in resume(plan) if plan.state_path.exists() else train(plan):
            losses = f"{report.training_loss:.4f}  held out {report.validation_loss:.4f}"
            print(f"{report.elapsed_s:6.0f} s  epoch {report.epoch:4.1f}  {losses}", flush=True)
    print(calibrate(request.output, _library(request.output.with_suffix(".calibration.h5"), CALIBRATION)))


def _library(path: Path, settings: LibrarySettings) -> PatchLibrary:
    if not path.exists():
        for progress in write_library(path, settings):
            print(progress.message, flush=True)
    return PatchLibrary.open(path)


if __name__ == "__main__":
    main()
