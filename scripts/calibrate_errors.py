"""Hold the error bars of a trained model against simulated beamtimes it was not trained on, and write its card anew.

Usage: python scripts/calibrate_errors.py MODEL.safetensors [--library PATCHES.h5]

Without a library, beamtimes are simulated that are drawn from the same ranges as the training campaigns of `unveil
benchmark quality`, with another seed; it takes some minutes. The weights are copied bit by bit.
"""

import argparse
import tempfile
from pathlib import Path

from napari_unveil.benchmark.library import LibrarySettings, write_library
from napari_unveil.harvest import PatchLibrary
from napari_unveil.training.calibrating import calibrate

FRESH = LibrarySettings(campaigns=64, shots=1, shape=(256, 512), patch=64, seed=1000)
"""Of many campaigns a little each: errors are alike within a campaign."""


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("model", type=Path)
    words.add_argument("--library", type=Path)
    request = words.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        patches = request.library or Path(folder) / "patches.h5"
        if request.library is None:
            for progress in write_library(patches, FRESH):
                print(progress.message, flush=True)
        print(calibrate(request.model, PatchLibrary.open(patches)))


if __name__ == "__main__":
    main()
