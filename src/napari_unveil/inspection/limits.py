"""The intensities that sort pixels into bright, signal, none and changed, in the unit of the frames."""

from dataclasses import dataclass

from napari_unveil.recipes.photons import COUNTING_UNITS


@dataclass(frozen=True, slots=True)
class Limits:
    """Thresholds per pixel, by default for frames in keV.

    Parameters
    ----------
    bright
        A pixel whose true signal is above is bright.
    present
        A pixel whose true signal is at or below has no signal, one whose true noise is at or below
        has no hit: some 5 times the readout noise of a Jungfrau.
    changed
        A pixel from which more than this was taken (or to which it was added) counts as changed.
    """

    bright: float = 20.0
    present: float = 2.0
    changed: float = 1.0

    def divided_by(self, photon_energy_keV: float) -> "Limits":
        """Give the same thresholds for frames in photons."""
        return Limits(
            bright=self.bright / photon_energy_keV,
            present=self.present / photon_energy_keV,
            changed=self.changed / photon_energy_keV,
        )


LIMITS_KEV = Limits()


def limits_of(unit: str, photon_energy_keV: float | None) -> Limits:
    """The thresholds for frames in this unit: in photons where the energy of one is known, in keV otherwise."""
    if unit in COUNTING_UNITS and photon_energy_keV:
        return LIMITS_KEV.divided_by(photon_energy_keV)
    return LIMITS_KEV
