"""How frames shall be denoised, and what a model's card says about that; nothing here loads torch."""

from dataclasses import dataclass

from napari_unveil.errors import Refused
from napari_unveil.frames import FrameStack
from napari_unveil.network.card import ModelCard, read_card
from napari_unveil.recipes.intensity_range import cautions_on_unit, local_range_in
from napari_unveil.recipes.noise2inverse_settings import NOISE2INVERSE
from napari_unveil.recipes.photons import one_photon
from napari_unveil.recipes.registry import settings_of_model
from napari_unveil.recipes.unlike import in_words, unlike_training
from napari_unveil.types import Frame
from napari_unveil.workflow.models import SHIPPED_MODEL, model_path

NEXUS, EUXFEL = LAYOUTS = ("nexus", "euxfel")
"""One file of NXdata, or a folder like a corrected European XFEL run."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DenoisingRequest:
    """How frames shall be denoised.

    Parameters
    ----------
    model
        Name of a shipped model, or the path of a model file.
    photon_energy_keV
        Comes before the file's own (None: the file's).
    passes
        4 or 1 (None: the model's own).
    device
        ``auto``, ``cpu``, ``cuda`` or ``mps``.
    errors
        Whether the standard error of the signal is wanted, from a model that gives one.
    warning_map
        Whether a map of where the frames are unlike the training data is wanted, from a model that knows these.
    layout
        One of :data:`LAYOUTS`.
    photons
        Whether the signal is rounded to whole photons.
    """

    model: str = SHIPPED_MODEL
    photon_energy_keV: float | None = None
    passes: int | None = None
    device: str = "auto"
    errors: bool = True
    warning_map: bool = False
    layout: str = NEXUS
    photons: bool = False


def gives_errors(request: DenoisingRequest) -> bool:
    """Whether there will be a standard error: it is wanted, and the model gives one."""
    return request.errors and read_card(model_path(request.model)).settings.get("network", {}).get("outputs", 1) > 1


def gives_map(request: DenoisingRequest) -> bool:
    """Whether there will be a warning map: it is wanted, and the model knows what it was trained on."""
    return request.warning_map and local_range_in(read_card(model_path(request.model))) is not None


def energy_of(stack: FrameStack, request: DenoisingRequest) -> float | None:
    """The photon energy in keV that counts for ``stack``; None where nobody knows it."""
    return stack.photon_energy_keV if request.photon_energy_keV is None else request.photon_energy_keV


def photon_for(card: ModelCard, stack: FrameStack, request: DenoisingRequest) -> float:
    """One photon in the unit of ``stack``; 1 for a model that does not count photons.

    Raises
    ------
    Refused
        When the model counts photons and one photon is unknown in these frames.
    """
    counts = settings_of_model(model_path(request.model), card).counts
    return one_photon(stack.unit, energy_of(stack, request)) if counts else 1.0


def refuse_unsplit(card: ModelCard, stack: FrameStack) -> None:
    """Refuse frames without independent parts to a model that predicts from these."""
    if card.recipe == NOISE2INVERSE.name and stack.parts is None:
        raise Refused(
            found=f"{stack.address} is not split, and the model predicts from independent parts of a measurement",
            needed="a split measurement",
            remedy="split it first (window “Split measurement”) and denoise what comes of it, or choose another model",
        )


def refuse_other_parts(card: ModelCard, stack: FrameStack) -> None:
    """Refuse frames in another number of parts than the model learned from; takes one frame apart."""
    learned = card.settings.get("split", {}).get("parts")
    if stack.parts is None or learned is None:
        return
    parts = len(stack.parts(0))
    if parts != learned:
        raise Refused(
            found=f"{stack.address} is split into {parts} parts, and the model learned from {learned}",
            needed="as many: in another number of parts the noise is another one",
            remedy=f"split it into {learned} parts, or train a model for {parts}",
        )


def cautions(stack: FrameStack, request: DenoisingRequest, frame: Frame) -> tuple[str, ...]:
    """Sentences on how ``frame`` (y, x) of ``stack`` differs from what the model was trained on; best: none."""
    card = read_card(model_path(request.model))
    said = cautions_on_unit(card, unit=stack.unit, photon_energy_keV=energy_of(stack, request))
    known = local_range_in(card)
    unlike = "" if known is None else in_words(unlike_training(frame, known, photon_for(card, stack, request)))
    return (*said, unlike) if unlike else said
