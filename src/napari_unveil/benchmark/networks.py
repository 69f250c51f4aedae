"""Networks under test: a model file enters, a method on frames in photons leaves."""

from dataclasses import dataclass, field
from pathlib import Path

from napari_unveil.benchmark.exposures import Estimate, Exposure
from napari_unveil.denoising.denoiser import Denoiser, DenoisingSettings, default_passes
from napari_unveil.network.device import choose_device
from napari_unveil.recipes.model import model_from_file

PHOTON = 1.0
"""Frames come in photons."""


@dataclass(frozen=True, slots=True, eq=False)
class NetworkMethod:
    """A model on frames in photons.

    Parameters
    ----------
    name
        As in the table.
    denoiser
        The model at work.
    identity
        Hash of its file.
    """

    name: str
    denoiser: Denoiser = field(repr=False)
    identity: str

    @classmethod
    def of(cls, name: str, path: Path, *, passes: int | None = None, device: str = "auto") -> "NetworkMethod":
        """The model in the file at ``path``; ``passes`` None: as many as it was made for.

        Raises
        ------
        Refused
            When the file is no model of the recipe ``separation``.
        """
        separator, file = model_from_file(path)
        settings = DenoisingSettings(PHOTON, default_passes(separator) if passes is None else passes)
        return cls(name, Denoiser(separator, choose_device(device), settings), file.sha256)

    def estimate(self, exposure: Exposure) -> Estimate:
        """Signal and noise as the network takes them apart, with its standard error where it gives one."""
        separation = self.denoiser.separate(exposure.frame)
        return Estimate(separation.signal, separation.error, separation.noise, separation.correlation)
