"""Write the intensities that the shipped model was trained on into its card.

Usage: python scripts/add_training_range.py MODEL.safetensors

The patches are made again as scripts/train_default_model.py makes them, from the same campaigns with the same seeds;
the weights are copied bit by bit. It takes about a minute.
"""

import argparse
import tempfile
from dataclasses import asdict, replace
from pathlib import Path

from train_default_model import CAMPAIGNS, harvested, pool

from napari_unveil.harvest import PatchLibrary
from napari_unveil.network.card import FORMAT, HEADER_KEY
from napari_unveil.network.model_file import load_model, save_tensors
from napari_unveil.recipes.intensity_range import KEY, range_of
from napari_unveil.recipes.photons import one_photon


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("model", type=Path)
    path = words.parse_args().model
    file = load_model(path)
    with tempfile.TemporaryDirectory() as folder:
        patches = Path(folder) / "patches.h5"
        pool([harvested(Path(folder) / str(campaign.seed), campaign) for campaign in CAMPAIGNS], patches)
        library = PatchLibrary.open(patches)
        known = range_of(library, one_photon(library.unit, library.photon_energy_keV))
    known["source"] = "patches made again from the same campaigns and seeds"
    print(known)
    card = replace(file.card, training={**file.card.training, KEY: known})
    save_tensors(path, HEADER_KEY, {"format": FORMAT, **asdict(card)}, file.tensors)


if __name__ == "__main__":
    main()
