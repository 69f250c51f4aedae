"""Four passes over one 512 x 1024 frame on the CPU: our quarter-width network against the same one run by escnn.

Run in an environment with escnn (`tox -e escnn --notest` makes one): python benchmarks/inference_speed.py
"""

import platform
import statistics
import time

import numpy as np
import torch

from napari_unveil.denoising.denoiser import Denoiser, DenoisingSettings
from napari_unveil.denoising.tiles import published_tilings
from napari_unveil.network.escnn_unet import EscnnUNet, converted
from napari_unveil.network.unet import UNetSettings
from napari_unveil.recipes.separation import SeparationSettings, Separator

SHAPE = (512, 1024)
PHOTON_KEV = 8.0
RUNS = 5
QUARTER_WIDTH = SeparationSettings(UNetSettings((8, 16, 32, 64), 8), "physical", "share", "poisson")


def as_it_comes(theirs: Separator, frame: np.ndarray) -> None:
    """Four grids of patches through escnn's own modules, in batches of 16."""
    with torch.inference_mode():
        for tiling in published_tilings(SHAPE, patch_px=128, passes=4):
            for patches in torch.from_numpy(tiling.cut(frame)).unsqueeze(1).split(16):
                theirs(patches, PHOTON_KEV)


def seconds(work) -> list[float]:
    work()
    took = []
    for _ in range(RUNS):
        start = time.perf_counter()
        work()
        took.append(time.perf_counter() - start)
    return took


def main() -> None:
    torch.manual_seed(0)
    frame = np.random.default_rng(0).poisson(0.5, SHAPE).astype(np.float32) * PHOTON_KEV
    network = EscnnUNet(QUARTER_WIDTH.network)
    ours = Separator(QUARTER_WIDTH, converted(network))
    cpu = torch.device("cpu")
    machines = {
        "ours": Denoiser(ours, cpu, DenoisingSettings(PHOTON_KEV, 4)),
        "ours, float32": Denoiser(ours, cpu, DenoisingSettings(PHOTON_KEV, 4, "float32")),
        "ours, one pass": Denoiser(ours, cpu, DenoisingSettings(PHOTON_KEV, 1)),
    }
    theirs = Separator(QUARTER_WIDTH, network.eval())
    results = {"escnn, as it comes": seconds(lambda: as_it_comes(theirs, frame))}
    for name, machine in machines.items():
        took = seconds(lambda machine=machine: machine.separate(frame))
        results[f"{name} ({machine.precision})"] = took
    slowest = statistics.median(results["escnn, as it comes"])
    print(f"{platform.processor() or platform.machine()}, {torch.get_num_threads()} threads, torch {torch.__version__}")
    for name, took in results.items():
        middle = statistics.median(took)
        print(f"{name:28} median {middle:6.2f} s  ({min(took):.2f} to {max(took):.2f})  {slowest / middle:5.1f} x")


if __name__ == "__main__":
    main()
