"""Write what a trained model was trained on, its intensities and what they are like from place to place, into its card.

Usage: python scripts/add_training_range.py MODEL.safetensors PATCHES.h5, the library that the model was trained on; the
weights are copied bit by bit.
"""

import argparse
from dataclasses import asdict, replace
from pathlib import Path

from napari_unveil.harvest import PatchLibrary
from napari_unveil.network.card import FORMAT, HEADER_KEY
from napari_unveil.network.model_file import load_model, save_tensors
from napari_unveil.recipes.intensity_range import KEY, range_of
from napari_unveil.recipes.photons import one_photon
from napari_unveil.recipes.settings import settings_of_model


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("model", type=Path)
    words.add_argument("patches", type=Path)
    request = words.parse_args()
    file, library = load_model(request.model), PatchLibrary.open(request.patches)
    trained_on = file.card.training.get("library_sha256")
    if trained_on != library.sha256:
        words.error(f"{request.model} was trained on another library, {trained_on}")
    settings = settings_of_model(request.model, file.card)
    photon = 1.0 if settings.scaling == "percentile" else one_photon(library.unit, file.card.photon_energy_keV)
    known = range_of(library, photon, settings)
    print(known)
    card = replace(file.card, training={**file.card.training, KEY: known})
    save_tensors(request.model, HEADER_KEY, {"format": FORMAT, **asdict(card)}, file.tensors)


if __name__ == "__main__":
    main()
