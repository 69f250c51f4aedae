"""DENOISE: frames and a model enter, signal and noise leave, in the unit of the frames."""

from napari_unveil.denoising.denoiser import Denoiser, DenoisingSettings, default_passes

__all__ = ["Denoiser", "DenoisingSettings", "default_passes"]
