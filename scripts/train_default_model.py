"""Train the shipped model from simulated beamtimes: python scripts/train_default_model.py OUT.safetensors.

Five campaigns that differ in streaks, photon energy, hit density and temperature of the bremsstrahlung are simulated
with fixed seeds, masked and harvested as a user would, and one network is trained on the patches of all of them.
It takes about 20 minutes on two cores.
"""

import argparse
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np

from napari_unveil.frames import open_frames, parse_address
from napari_unveil.harvest import HarvestSettings, PatchLibrary, harvest, plan_harvest
from napari_unveil.harvest.cutting import Cutting
from napari_unveil.harvest.library import writing_library
from napari_unveil.simulate import Campaign
from napari_unveil.training import plan_training, preset, train
from napari_unveil.types import Frame, Frames, Indices
from napari_unveil.workflow.masking import mask_from_reference
from napari_unveil.workflow.simulating import FULL_FILE, XRAY_FILE, simulate

SEED = 0
EPOCHS = 14
SHOTS = 8
SIGNALS, NOISES = 500, 800
CAMPAIGNS = (
    Campaign(seed=1),
    Campaign(seed=2, hits_per_pixel=0.5, temperature_keV=60, streaks=1, fringe_period_px=40),
    Campaign(seed=3, hits_per_pixel=0.05, temperature_keV=200, streaks=3, peak_photons=5000),
    Campaign(seed=4, hits_per_pixel=0.3, temperature_keV=120, peak_photons=500, streak_width_px=5),
    Campaign(seed=5, hits_per_pixel=0.1, temperature_keV=80, floor_photons=1e-2, fringe_period_px=16),
)


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("output", type=Path)
    request = words.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        libraries = [harvested(Path(folder) / str(campaign.seed), campaign) for campaign in CAMPAIGNS]
        patches = Path(folder) / "patches.h5"
        pool(libraries, patches)
        settings = replace(preset("default"), epochs=EPOCHS, seed=SEED)
        for report in train(plan_training(PatchLibrary.open(patches), settings, request.output)):
            losses = f"{report.training_loss:.4f}  held out {report.validation_loss:.4f}"
            print(f"{report.elapsed_s:6.0f} s  epoch {report.epoch:4.1f}  {losses}")


def harvested(folder: Path, campaign: Campaign) -> PatchLibrary:
    """The patch library of one simulated campaign."""
    for _ in simulate(folder, campaign, xray_only=SHOTS, shots=SHOTS, seed=campaign.seed):
        pass
    signal, noise = (open_frames(parse_address(folder / name)) for name in (XRAY_FILE, FULL_FILE))
    mask = mask_from_reference(signal.iterate()).mask
    settings = HarvestSettings(signals=SIGNALS, noises=NOISES, seed=campaign.seed)
    path = folder / "patches.h5"
    for _ in harvest(plan_harvest(signal, noise, mask, settings), path):
        pass
    print(f"campaign {campaign.seed}: {mask.mean():.0%} of the frame is signal")
    return PatchLibrary.open(path)


def pool(libraries: list[PatchLibrary], path: Path) -> None:
    """One library out of several; frames get numbers of their own, so that none is both trained on and held out."""
    with writing_library(
        path,
        patch=libraries[0].patch,
        unit="keV",
        photon_energy_keV=libraries[0].photon_energy_keV,
        provenance={"campaigns": [asdict(campaign) for campaign in CAMPAIGNS]},
    ) as (signal, noise):
        for number, library in enumerate(libraries):
            for shelf, read, frames in (
                (signal, library.signal, library.signal_frames),
                (noise, library.noise, library.noise_frames),
            ):
                for frame, pixels in zip(frames, one_by_one(read, len(frames)), strict=True):
                    shelf.append(Cutting(pixels, (0, 0), 0.0), frame=number * SHOTS + int(frame))


def one_by_one(read: Callable[[Indices], Frames], count: int) -> Iterator[Frame]:
    """Patches of a library in order."""
    for index in range(count):
        yield read(np.array([index]))[0]


if __name__ == "__main__":
    main()
