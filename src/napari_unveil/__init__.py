"""Weak X-ray scattering separated from noise on detector frames."""

__version__ = "0.1.0"
