"""X-ray photons: mean photons per cell of the sensor grid (y, x) enter, energy per cell (keV) leaves.

Each photon falls somewhere in its cell and shares its charge with the nearest neighbours. In cells with few
photons every photon gets a position of its own. In bright cells the photons are dealt out at random
(multinomially) over a lattice of equal sub-cells whose mean shares are known: mean and conservation are
exact, and so is the variance of the sharing up to what varies inside a sub-cell, which is far below the
Poisson noise of that many photons.
"""

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import correlate1d

from napari_unveil.simulate.campaign import Campaign
from napari_unveil.simulate.charge import Real, deposit, spilled_share
from napari_unveil.simulate.detector import CHARGE_CLOUD_UM

BRIGHT = 64
LATTICE = 8


def draw_photons(expected: Real, *, campaign: Campaign, rng: np.random.Generator) -> Real:
    """Draw a shot.

    Parameters
    ----------
    expected
        Mean photons per cell of the sensor grid, shape (y, x), before charge sharing.

    Returns
    -------
    Energy per cell, shape (y, x), keV; its sum is a whole number of photons.
    """
    count = rng.poisson(expected)
    cloud_px = CHARGE_CLOUD_UM / campaign.pixel_um
    faint = _one_by_one(np.where(count < BRIGHT, count, 0), cloud_px, rng)
    bright = _on_lattice(np.where(count < BRIGHT, 0, count), cloud_px, rng)
    return (faint + bright) * campaign.photon_energy_keV


def shared_expectation(expected: Real, *, campaign: Campaign) -> Real:
    """Mean energy per cell (keV, sensor grid) after charge sharing of ``expected`` photons per cell."""
    over = float(spilled_share(CHARGE_CLOUD_UM / campaign.pixel_um)[0])
    kernel = np.array([over, 1 - 2 * over, over])
    rows = correlate1d(expected, kernel, axis=0, mode="nearest")
    shared: Real = correlate1d(rows, kernel, axis=1, mode="nearest") * campaign.photon_energy_keV
    return shared


def _one_by_one(count: NDArray[np.int64], cloud_px: float, rng: np.random.Generator) -> Real:
    cell = np.repeat(np.arange(count.size), count.ravel())
    row, column = np.divmod(cell, count.shape[1])
    y, x = row + rng.random(cell.size), column + rng.random(cell.size)
    return deposit(y, x, np.ones(cell.size), shape=count.shape, cloud_px=cloud_px)


def _on_lattice(count: NDArray[np.int64], cloud_px: float, rng: np.random.Generator) -> Real:
    row, column = np.nonzero(count)
    dealt = rng.multinomial(count[row, column], np.full(LATTICE**2, LATTICE**-2.0))
    share = (dealt @ _lattice_shares(cloud_px)).reshape(-1, 3, 3)
    image = np.zeros(count.shape)
    for dy, dx in np.ndindex(3, 3):
        y = np.clip(row + dy - 1, 0, count.shape[0] - 1)
        x = np.clip(column + dx - 1, 0, count.shape[1] - 1)
        np.add.at(image, (y, x), share[:, dy, dx])
    return image


def _lattice_shares(cloud_px: float) -> Real:
    """Give the shares of the 3 x 3 cells around, shape (sub-cell, 9), of a photon in each sub-cell."""
    up = spilled_share(cloud_px, intervals=LATTICE)
    along = np.stack([up[::-1], 1 - up - up[::-1], up])
    return np.asarray(np.einsum("ai,bj->ijab", along, along).reshape(LATTICE**2, 9))
