"""A Jungfrau module: energy on the sensor grid (y, x; keV) enters, pixels leave, larger at ASIC borders.

Two pixels that face each other over the border of two ASICs (every 256 pixels) share the gap, so each is two
pitches long. The *sensor grid* has one cell per pitch and is therefore larger than the frame by two cells a
border.
"""

import numpy as np
from numpy.typing import NDArray

from napari_unveil.simulate.campaign import Campaign
from napari_unveil.types import Frame, Mask

ASIC_PX = 256
SENSOR_THICKNESS_UM = 320.0
CHARGE_CLOUD_UM = 9.0
"""Standard deviation of the charge cloud at the pixels; about 0.12 pixel."""

CLUSTER_PX = 6
BAD_PIXELS = 1


def sensor_shape(shape: tuple[int, int]) -> tuple[int, int]:
    """Rows and columns of the sensor grid of a frame of ``shape``."""
    return int(_pitches(shape[0]).sum()), int(_pitches(shape[1]).sum())


def fold(image: NDArray[np.float64], *, shape: tuple[int, int]) -> NDArray[np.float64]:
    """Add the cells of the sensor grid that belong to one pixel; sums are kept.

    Parameters
    ----------
    image
        Shape ``sensor_shape(shape)``, anything that adds up.
    shape
        Rows and columns of the frame.
    """
    rows = np.add.reduceat(image, _first_cells(shape[0]), axis=0)
    folded: NDArray[np.float64] = np.add.reduceat(rows, _first_cells(shape[1]), axis=1)
    return folded


def double_pixels(shape: tuple[int, int]) -> Mask:
    """Pixels, shape (y, x), that are longer than one pitch."""
    return (_pitches(shape[0]) > 1)[:, None] | (_pitches(shape[1]) > 1)


def pixel_of_sensor(position: float, *, side: int) -> float:
    """Pixel coordinate (0: middle of the first pixel) of a sensor coordinate (0: edge of the first cell)."""
    pitches = _pitches(side)
    middles = np.cumsum(pitches) - pitches / 2
    return float(np.interp(position, middles, np.arange(side)))


def bad_pixels(campaign: Campaign) -> Mask:
    """Bad pixels of the campaign, shape (y, x): half of them alone, half in clusters of a few."""
    rng = campaign.fixed_rng(BAD_PIXELS)
    bad: Mask = rng.random(campaign.shape) < campaign.bad_fraction / 2
    clusters = round(campaign.bad_fraction / 2 * bad.size / CLUSTER_PX)
    middle = rng.integers((0, 0), campaign.shape, size=(clusters, 2))
    member = middle[:, None] + np.rint(rng.normal(size=(clusters, CLUSTER_PX, 2))).astype(np.int64)
    y, x = np.clip(member, 0, np.array(campaign.shape) - 1).reshape(-1, 2).T
    bad[y, x] = True
    return bad


def read_out(image: NDArray[np.float64], *, campaign: Campaign, rng: np.random.Generator) -> Frame:
    """Fold energy on the sensor grid (keV) into pixels and add readout noise; shape (y, x), keV."""
    pixels = fold(image, shape=campaign.shape)
    return (pixels + rng.normal(0.0, campaign.readout_noise_keV, campaign.shape)).astype(np.float32)


def _pitches(side: int) -> NDArray[np.int64]:
    pitches = np.ones(side, np.int64)
    borders = np.arange(ASIC_PX, side, ASIC_PX)
    pitches[borders - 1] = pitches[borders] = 2
    return pitches


def _first_cells(side: int) -> NDArray[np.int64]:
    pitches = _pitches(side)
    return np.asarray(np.cumsum(pitches) - pitches)
