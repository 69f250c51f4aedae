"""Electrons in silicon: kinetic energy (keV) enters, stopping power, range and scattering length leave.

Sources: collision stopping power of electrons by Berger and Seltzer as in ICRU Report 37 (1984), without
density effect; mean scattering by a screened Coulomb field with Moliere's screening angle, G. Moliere, Z.
Naturforsch. 2a, 133 (1947), as in Fernandez-Varea et al., Nucl. Instrum. Methods B 73, 447 (1993).
"""

from functools import cache

import numpy as np
from scipy.integrate import cumulative_trapezoid

from napari_unveil.simulate.charge import Real

ELECTRON_REST_KEV = 510.999
DENSITY_G_CM3 = 2.329
ATOMIC_NUMBER = 14
ATOMIC_MASS = 28.085
MEAN_EXCITATION_KEV = 0.173
BETHE_KEV_CM2_G = 153.54
"""2 pi N_A r_e^2 m_e c^2."""
ATOMS_PER_UM3 = 4.994e10
CLASSICAL_RADIUS_UM = 2.81794e-9
BOHR_RADIUS_UM = 5.29177e-5
HBAR_C_KEV_UM = 1.973270e-4
FINE_STRUCTURE = 1 / 137.036

LOWEST_KEV, HIGHEST_KEV = 1.0, 1e5


def stopping_power(energy_keV: Real) -> Real:
    """Mean energy lost per path, keV per um, of electrons of 1 keV and more."""
    tau = energy_keV / ELECTRON_REST_KEV
    beta2 = _beta2(energy_keV)
    excitation = MEAN_EXCITATION_KEV / ELECTRON_REST_KEV
    relativistic = 1 - beta2 + (tau**2 / 8 - (2 * tau + 1) * np.log(2)) / (tau + 1) ** 2
    logarithm = np.log(tau**2 * (tau + 2) / (2 * excitation**2)) + relativistic
    per_cm = BETHE_KEV_CM2_G * DENSITY_G_CM3 * ATOMIC_NUMBER / ATOMIC_MASS / beta2 * logarithm
    return np.asarray(1e-4 * per_cm)


def range_um(energy_keV: Real) -> Real:
    """Path until an electron stops, um, in the continuous slowing-down approximation."""
    energies, ranges = _range_table()
    return np.interp(energy_keV, energies, ranges)


def energy_of_range(residual_um: Real) -> Real:
    """Kinetic energy, keV, of an electron that has ``residual_um`` of its path left."""
    energies, ranges = _range_table()
    return np.interp(residual_um, ranges, energies)


def transport_length_um(energy_keV: Real) -> Real:
    """Path after which the mean cosine of the direction has dropped by e, um."""
    gamma, beta2 = 1 + energy_keV / ELECTRON_REST_KEV, _beta2(energy_keV)
    momentum_keV = ELECTRON_REST_KEV * gamma * np.sqrt(beta2)
    atom_um = 0.885 * BOHR_RADIUS_UM * ATOMIC_NUMBER ** (-1 / 3)
    strength = 1.13 + 3.76 * (FINE_STRUCTURE * ATOMIC_NUMBER) ** 2 / beta2
    screening = (HBAR_C_KEV_UM / (2 * momentum_keV * atom_um)) ** 2 * strength
    area = 2 * np.pi * ATOMIC_NUMBER * (ATOMIC_NUMBER + 1) * (CLASSICAL_RADIUS_UM / (gamma * beta2)) ** 2
    return np.asarray(1 / (ATOMS_PER_UM3 * area * (np.log1p(1 / screening) - 1 / (1 + screening))))


def _beta2(energy_keV: Real) -> Real:
    return np.asarray(1 - (1 + energy_keV / ELECTRON_REST_KEV) ** -2.0)


@cache
def _range_table() -> tuple[Real, Real]:
    energies = np.geomspace(LOWEST_KEV, HIGHEST_KEV, 600)
    first = LOWEST_KEV / (2 * float(stopping_power(energies[:1])[0]))
    ranges = first + cumulative_trapezoid(1 / stopping_power(energies), energies, initial=0)
    return np.concatenate([[0.0], energies]), np.concatenate([[0.0], ranges])
