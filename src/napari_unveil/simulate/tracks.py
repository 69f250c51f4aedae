"""Electron tracks: electrons at their start (um, keV) enter, deposits and energy per cell (y, x; keV) leave.

Electrons slow down continuously and lose their direction by multiple scattering. All take the same steps of
residual range, each joining where its energy puts it; a track ends where it leaves the sensor or where less
than the width of a charge cloud is left of it, which is then deposited at once.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from napari_unveil.simulate.bremsstrahlung import Electrons
from napari_unveil.simulate.campaign import Campaign
from napari_unveil.simulate.charge import Real, deposit
from napari_unveil.simulate.detector import CHARGE_CLOUD_UM, SENSOR_THICKNESS_UM, sensor_shape
from napari_unveil.simulate.silicon import energy_of_range, range_um, transport_length_um

LONGEST_STEP_UM = 25.0
STEP_OF_RANGE = 0.3
LAST_STEP_UM = 5.0
BATCH = 50_000


@dataclass(frozen=True, slots=True)
class Deposits:
    """Energy left along tracks.

    Parameters
    ----------
    y_um, x_um
        Shape (n,): positions from the outer corner of the sensor.
    energy_keV
        Shape (n,): energy left there.
    """

    y_um: Real
    x_um: Real
    energy_keV: Real


def track_image(electrons: Electrons, *, campaign: Campaign, rng: np.random.Generator) -> Real:
    """Energy that the electrons leave in each cell of the sensor grid, shape (y, x), keV."""
    shape, pitch = sensor_shape(campaign.shape), campaign.pixel_um
    image = np.zeros(shape)
    for start in range(0, electrons.energy_keV.size, BATCH):
        left = follow(_some(electrons, slice(start, start + BATCH)), campaign=campaign, rng=rng)
        cloud = CHARGE_CLOUD_UM / pitch
        image += deposit(left.y_um / pitch, left.x_um / pitch, left.energy_keV, shape=shape, cloud_px=cloud)
    return image


def follow(electrons: Electrons, *, campaign: Campaign, rng: np.random.Generator) -> Deposits:
    """Follow electrons until they stop or leave the sensor."""
    size_um = np.array([SENSOR_THICKNESS_UM, *np.array(sensor_shape(campaign.shape)) * campaign.pixel_um])
    residual = range_um(electrons.energy_keV)
    order = np.argsort(-residual)
    waiting = _some(electrons, order)
    nodes = _residual_ranges(float(residual.max(initial=0.0)))
    joined = np.searchsorted(-residual[order], -nodes)
    moving, pieces = _some(waiting, slice(0)), []
    for node, first, last in zip(nodes, np.concatenate([[0], joined[:-1]]), joined, strict=True):
        moving = _with(moving, _some(waiting, slice(first, last)))
        left, moving = _advance(moving, node, size_um[:, None], rng)
        pieces.append(left)
    return Deposits(*np.concatenate(pieces, axis=1))


def _residual_ranges(longest_um: float) -> Real:
    """Give the residual ranges that end a step, falling to zero."""
    nodes = [longest_um]
    while nodes[-1] > LAST_STEP_UM:
        nodes.append(nodes[-1] - min(LONGEST_STEP_UM, STEP_OF_RANGE * nodes[-1]))
    return np.array([*nodes[1:], 0.0])


def _advance(moving: Electrons, node_um: float, size_um: Real, rng: np.random.Generator) -> tuple[Real, Electrons]:
    """Move to the residual range ``node_um``: the deposits (y, x, energy), shape (3, n), and who goes on."""
    length = range_um(moving.energy_keV) - node_um
    after = np.minimum(energy_of_range(np.array(node_um)), moving.energy_keV)
    step = moving.direction * length
    inside = _part_inside(moving.position_um, step, size_um)
    middle = np.clip(moving.position_um + step * (inside / 2), 0, size_um)
    left = np.stack([middle[1], middle[2], (moving.energy_keV - after) * inside])
    stays = inside == 1
    mean_cosine = np.exp(-length / transport_length_um((moving.energy_keV + after) / 2))
    direction = _scattered(moving.direction[:, stays], mean_cosine[stays], rng)
    return left, Electrons((moving.position_um + step)[:, stays], direction, after[stays])


def _part_inside(position_um: Real, step_um: Real, size_um: Real) -> Real:
    """Part of each step, shape (n,), from 0 to 1, that lies in the sensor."""
    room = np.where(step_um > 0, size_um - position_um, position_um)
    reach = room / np.maximum(np.abs(step_um), 1e-12)
    part: Real = np.minimum(reach.min(axis=0), 1.0)
    return part


def _scattered(direction: Real, mean_cosine: Real, rng: np.random.Generator) -> Real:
    """Turn unit vectors, shape (3, n), by random angles of the given mean cosine.

    The angles follow von Mises and Fisher's distribution, diffusion on the sphere for small angles and
    isotropy for large ones; concentration after A. Banerjee et al., J. Mach. Learn. Res. 6, 1345 (2005).
    """
    a = np.clip(mean_cosine, 1e-3, 1 - 1e-9)
    concentration = a * (3 - a**2) / (1 - a**2)
    u = rng.random(a.size)
    cosine = 1 + np.log(u + (1 - u) * np.exp(-2 * concentration)) / concentration
    sideways = rng.normal(size=direction.shape)
    sideways -= direction * (direction * sideways).sum(axis=0)
    sideways *= np.sqrt(np.maximum(1 - cosine**2, 0) / (sideways**2).sum(axis=0))
    turned = direction * cosine + sideways
    return np.asarray(turned / np.sqrt((turned**2).sum(axis=0)))


def _some(electrons: Electrons, which: slice | NDArray[np.int64]) -> Electrons:
    return Electrons(electrons.position_um[:, which], electrons.direction[:, which], electrons.energy_keV[which])


def _with(electrons: Electrons, others: Electrons) -> Electrons:
    return Electrons(
        np.concatenate([electrons.position_um, others.position_um], axis=1),
        np.concatenate([electrons.direction, others.direction], axis=1),
        np.concatenate([electrons.energy_keV, others.energy_keV]),
    )
