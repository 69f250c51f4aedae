"""Settings and a patch library, resolved into a plan that can run, or refused."""

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch

from napari_unveil.errors import Refused
from napari_unveil.harvest import PatchLibrary, split_by_frame
from napari_unveil.harvest.library import Labels
from napari_unveil.network.device import choose_device, training_precision
from napari_unveil.recipes.photons import one_photon
from napari_unveil.saving import refuse_inputs, refuse_unwritable
from napari_unveil.training.parent import Parent, inherited
from napari_unveil.training.record import RunRecord, state_path_of
from napari_unveil.training.settings import TrainingSettings
from napari_unveil.types import Indices

NONE = np.array([], np.int64)


@dataclass(frozen=True, slots=True)
class Examples:
    """Which patches of the library belong to one side of the split.

    Parameters
    ----------
    shown
        Shape (n,): those of the library's first kind, each of which an epoch shows once.
    partners
        Shape (m,): those of its second kind, of which partners are drawn; none where there is no second kind.
    """

    shown: Indices
    partners: Indices


@dataclass(frozen=True, slots=True)
class TrainingPlan:
    """Everything a run needs; nothing is checked after this.

    Parameters
    ----------
    settings, library, training, validation
        What is asked, the patches, and which of them are trained on and held out (by frame).
    library_sha256
        Hash of the patches, by which a resumed run knows them again.
    photon, photon_energy_keV
        One photon in the unit of the library, and the energy that says so (None: not needed).
    device, precision
        Where the network runs, and the type of its convolutions.
    path
        The model file to write; the state of the run lies beside it.
    parent
        The model that the run begins from (None: from chance).
    """

    settings: TrainingSettings
    library: PatchLibrary
    library_sha256: str
    training: Examples
    validation: Examples
    photon: float
    photon_energy_keV: float | None
    device: torch.device
    precision: torch.dtype
    path: Path
    parent: Parent | None = None

    @property
    def state_path(self) -> Path:
        """The file that a run is resumed from."""
        return state_path_of(self.path)

    @property
    def steps_per_epoch(self) -> int:
        """Steps that show each training patch once."""
        return -(-len(self.training.shown) // self.settings.batch)


def plan_training(
    library: PatchLibrary, settings: TrainingSettings, path: Path, *, parent: Parent | None = None
) -> TrainingPlan:
    """Resolve ``settings`` on ``library``, or refuse.

    Parameters
    ----------
    library, settings, path
        What is learned from, how, and the model file to write.
    parent
        A model to begin from; what belongs to its weights is its own then, whatever ``settings`` say.

    Raises
    ------
    Refused
        When patches do not fit the recipe or the network, one photon is unknown, there are too few frames to hold
        some out, or the device is absent.
    """
    if parent is not None:
        settings = inherited(settings, parent)
    _refuse_other_recipe(library, settings.recipe.recipe)
    _refuse_patch_size(library.patch, settings.recipe.network.stride_px)
    refuse_inputs(path, library.path, *([parent.path] if parent is not None and parent.path is not None else []))
    refuse_unwritable(path)
    energy = settings.photon_energy_keV if settings.photon_energy_keV is not None else library.photon_energy_keV
    photon = one_photon(library.unit, energy) if settings.recipe.counts else 1.0
    rng = np.random.default_rng(settings.seed)
    split = [split_by_frame(_scenes(one), share=settings.validation_share, rng=rng) for one in library.labels.values()]
    training, validation = (_examples(*sides) for sides in zip(*split, strict=True))
    device = choose_device(settings.device)
    return TrainingPlan(
        settings=replace(settings, recipe=settings.recipe.fitted_to(library, training.shown)),
        library=library,
        library_sha256=library.sha256,
        training=training,
        validation=validation,
        photon=photon,
        photon_energy_keV=energy,
        device=device,
        precision=training_precision(device),
        path=path,
        parent=parent,
    )


def plan_again(library: PatchLibrary, path: Path, settings: TrainingSettings, record: RunRecord) -> TrainingPlan:
    """The plan of a run that is gone on with: ``settings`` are those of its ``record``, limits aside.

    Raises
    ------
    Refused
        As :func:`plan_training`.
    """
    parent = Parent(record.parent["name"], record.parent["sha256"]) if record.parent else None
    return plan_training(library, settings, path, parent=parent)


def _scenes(labels: Labels) -> Indices:
    """What is held out as a whole: a frame; of one frame with parts, which judge each other, any patch."""
    alone = labels.channels is not None and len(np.unique(labels.frames)) == 1
    return np.arange(len(labels.frames)) if alone else labels.frames


def _examples(shown: Indices, partners: Indices = NONE) -> Examples:
    return Examples(shown, partners)


def _refuse_other_recipe(library: PatchLibrary, recipe: str) -> None:
    if library.recipe != recipe:
        raise Refused(
            found=f"{library.path} holds patches for the recipe {library.recipe!r}",
            needed=f"patches for the recipe {recipe!r}",
            remedy="choose that recipe, or other patches",
        )


def _refuse_patch_size(patch_px: int, stride_px: int) -> None:
    if patch_px % stride_px:
        raise Refused(
            found=f"patches of {patch_px} pixels",
            needed=f"a multiple of {stride_px}, by which the network pools",
            remedy="harvest patches of another size",
        )
