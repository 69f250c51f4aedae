"""Geometries of pyFAI: a ``.poni`` file goes in, q and azimuth of every pixel come out. Needs the extra ``pyfai``."""

from pathlib import Path
from typing import Any

import numpy as np

from napari_unveil.errors import Refused
from napari_unveil.inspection.geometry import Geometry, around

Q_UNIT = "1/nm"


def geometry_of(path: Path, shape: tuple[int, int]) -> Geometry:
    """Read a calibrated geometry and work q out for the centre of every pixel.

    Parameters
    ----------
    path
        As pyFAI-calib2 writes it, with a wavelength.
    shape
        Of the frames (y, x); that of the detector in the file, where it has one.

    Raises
    ------
    Refused
        When pyFAI is not installed, the file is no geometry, has no wavelength or is that of another detector.
    """
    integrator = _integrator(path)
    expected = integrator.detector.shape
    if expected is not None and tuple(expected) != tuple(shape):
        raise Refused(
            found=f"{path.name} is of a detector of {tuple(expected)} pixels, the frames have {tuple(shape)}",
            needed="the geometry of this detector",
            remedy="choose another .poni file, or give the centre in pixels",
        )
    if not integrator.wavelength:
        raise Refused(
            found=f"{path.name} has no wavelength",
            needed="a wavelength, to work q out",
            remedy="add a line 'Wavelength: ...' in metres to the file",
        )
    q = np.asarray(integrator.center_array(shape, unit="q_nm^-1"), np.float64)
    chi = np.asarray(integrator.center_array(shape, unit="chi_deg"), np.float64)
    fit2d = integrator.getFit2D()
    centre = (float(fit2d["centerY"]) - 0.5, float(fit2d["centerX"]) - 0.5)  # fit2d counts from the corner
    one_pixel = float(np.ptp(q) / np.ptp(around(shape, centre).radial)) if q.size > 1 else 1.0
    return Geometry(q, chi, centre, "q", Q_UNIT, one_pixel)


def _integrator(path: Path) -> Any:
    try:
        import pyFAI
    except ImportError as error:
        raise Refused(
            found="pyFAI is not installed, which .poni files need",
            needed="the extra 'pyfai'",
            remedy="install it with: pip install 'napari-unveil[pyfai]'",
        ) from error
    try:
        return pyFAI.load(str(path))
    except Exception as error:  # pyFAI raises whatever its parsers do
        reason = str(error).partition("\n")[0] or type(error).__name__
        raise Refused(
            found=f"{path} cannot be read as a geometry ({reason})",
            needed="a .poni file of pyFAI",
            remedy="choose another file, or give the centre in pixels",
        ) from error
