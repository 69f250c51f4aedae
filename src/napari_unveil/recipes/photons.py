"""How large one photon is in the unit of a stack of frames."""

import math

from napari_unveil.errors import Refused

COUNTING_UNITS = ("photons", "counts")


def one_photon(unit: str, photon_energy_keV: float | None) -> float:
    """The value that one photon adds to a pixel, in ``unit``.

    Raises
    ------
    Refused
        When the unit is neither a count nor an energy with a known photon energy.
    """
    if photon_energy_keV is not None and not 0 < photon_energy_keV < math.inf:
        raise Refused(
            found=f"a photon energy of {photon_energy_keV} keV",
            needed="a positive, finite number",
            remedy="give the photon energy in keV",
        )
    if unit in COUNTING_UNITS:
        return 1.0
    if photon_energy_keV is None:
        raise Refused(
            found=f"frames in {unit or 'an unknown unit'} without a photon energy",
            needed="the energy of one photon, to know what a photon is in these frames",
            remedy="give the photon energy in keV (or the value of one photon in the frames' own unit)",
        )
    return photon_energy_keV
