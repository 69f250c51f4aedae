"""Peak memory of whole processes: denoising one frame with the quarter-width network, and harvesting 1000 frames.

python benchmarks/memory.py
"""

import resource
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

SIDES = {"512 x 1024": (512, 1024), "4096 x 4096": (4096, 4096)}
FRAMES, SIGNALS, NOISES, PATCH_PX = 1000, 2000, 3000, 128


def peak_mb() -> float:
    """Largest resident size of this process so far, MB (Linux counts in kB, macOS in bytes)."""
    unit = 1e6 if sys.platform == "darwin" else 1e3
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit


def denoise(height: int, width: int, passes: int) -> None:
    import torch

    from napari_unveil.denoising.denoiser import Denoiser, DenoisingSettings
    from napari_unveil.network.unet import UNetSettings
    from napari_unveil.recipes.separation import SeparationSettings, Separator

    before = peak_mb()
    separator = Separator(SeparationSettings(UNetSettings((8, 16, 32, 64), 8), "physical", "share", "poisson"))
    frame = np.random.default_rng(0).poisson(0.5, (height, width)).astype(np.float32) * 8
    Denoiser(separator, torch.device("cpu"), DenoisingSettings(8.0, passes)).separate(frame)
    print(f"denoising {height} x {width}, {passes} passes: {peak_mb():.0f} MB ({before:.0f} MB before)")


def harvest() -> None:
    from napari_unveil.frames import open_frames, parse_address
    from napari_unveil.harvest import HarvestSettings, plan_harvest
    from napari_unveil.harvest import harvest as harvest_patches
    from napari_unveil.simulate import Campaign
    from napari_unveil.workflow.masking import mask_from_reference
    from napari_unveil.workflow.simulating import FULL_FILE, XRAY_FILE, simulate

    with tempfile.TemporaryDirectory() as folder:
        campaign = Campaign(shape=(256, 512))
        for _ in simulate(Path(folder), campaign, xray_only=FRAMES // 2, shots=FRAMES // 2, seed=0):
            pass
        before = peak_mb()
        signal, noise = (open_frames(parse_address(Path(folder) / name)) for name in (XRAY_FILE, FULL_FILE))
        mask = mask_from_reference(signal.iterate(0, 12)).mask
        settings = HarvestSettings(patch=PATCH_PX, signals=SIGNALS, noises=NOISES, max_excluded=0.6)
        plan = plan_harvest(signal, noise, mask, settings)
        *_, last = harvest_patches(plan, Path(folder) / "patches.h5")
    patches_mb = sum(last.counts.values()) * PATCH_PX**2 * 4 / 1e6
    print(
        f"harvesting {sum(last.counts.values())} patches ({patches_mb:.0f} MB) from {FRAMES} frames: "
        f"{peak_mb():.0f} MB ({before:.0f} MB before)"
    )


def main() -> None:
    calls = [f"denoise({height}, {width}, {passes})" for height, width in SIDES.values() for passes in (1, 4)]
    for call in [*calls, "harvest()"]:
        code = f"import sys; sys.path.insert(0, {str(Path(__file__).parent)!r}); import memory; memory.{call}"
        subprocess.run([sys.executable, "-c", code], check=True)


if __name__ == "__main__":
    main()
