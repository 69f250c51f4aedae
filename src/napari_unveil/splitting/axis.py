"""Where the axis of rotation meets the detector: projections enter, a column leaves as a value to start from.

What is wholly in view has its centre of mass on a sine around the axis (Azevedo et al., IEEE Trans. Nucl. Sci. 37,
1525, 1990). What is not is compared with its mirror image half a turn later.
"""

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d
from skimage.registration import phase_cross_correlation

from napari_unveil.errors import Refused
from napari_unveil.frames import Projections, evenly_spread
from napari_unveil.splitting.transmission import measured_integrals

ROWS = 16
"""Rows of the detector that are looked at."""
MASS_SPREAD = 0.03
"""What is wholly in view attenuates the same in sum at each angle, but for such a share."""
SIDE_SHARE = 0.25
"""What is wholly in view attenuates less than this share of the mean at the sides of the detector."""
STEPS_PER_PIXEL = 20
HALF_TURN_DEG = 180.0
STRAY_DEG = 5.0
"""Two projections are opposite when they are half a turn apart but for this."""
CLEAR, CLOSE_PX = 0.3, 2.0
"""Mirror images refine a centre of mass where they differ by less than this share, and no further away than this."""
UNLIKE, SLOPE_PX = 0.9, 1.5
"""Images whose slopes, over so many pixels, differ by more than this share are no mirror images."""


def suggest_axis(projections: Projections) -> float:
    """Estimate the column of the axis of rotation; 0 is the middle of the first pixel.

    Good to a pixel or better; look at the preview about it and about columns beside it.

    Raises
    ------
    Refused
        When nothing attenuates the beam, or the sample leaves the view and no two projections are opposite.
    """
    rows = evenly_spread(projections.rows, most=ROWS)
    each = [measured_integrals(projections.read(row)).values for row in rows]
    images = np.stack(each, axis=1)
    there = np.isfinite(images).all(axis=(1, 2))
    images, angles = images[there], projections.angles_deg[there]
    mass = images.sum(axis=(1, 2))
    if not mass.size or mass.mean() <= 0:
        raise Refused(
            found=f"nothing attenuates the beam in {projections.address}",
            needed="a sample between beam and detector",
            remedy="check which frames are projections and flats, or give the axis as a number",
        )
    if _leaves_view(images[np.argsort(angles)]):
        mirror, difference = _between_mirror_images(_edges(images), angles)
        _refuse_unlike(difference)
        return _within(mirror, projections)
    mirror, difference = _between_mirror_images(images, angles)
    centre = _on_a_sine(images, angles)
    clear = difference < CLEAR and abs(mirror - centre) < CLOSE_PX
    return _within(mirror if clear else centre, projections)


def _within(column: float, projections: Projections) -> float:
    return float(np.clip(column, 0, projections.width - 1))


def _leaves_view(images: NDArray[np.float64]) -> bool:
    """Whether images (angle, y, x), sorted by angle, differ in their sums, or attenuate at their outer columns."""
    mass, outer = images.sum(axis=(1, 2)), images[..., [0, 1, -2, -1]].mean(axis=(0, 1))
    at_sides = max(outer[:2].mean(), outer[2:].mean())
    return bool(_slow_spread(mass) > MASS_SPREAD * mass.mean() or at_sides > SIDE_SHARE * images.mean())


def _slow_spread(series: NDArray[np.float64]) -> float:
    """Standard deviation of a series without the noise from one value to the next."""
    noise = np.mean(np.diff(series) ** 2) / 2
    return float(np.sqrt(max(series.var() - noise, 0)))


def _on_a_sine(images: NDArray[np.float64], angles_deg: NDArray[np.float64]) -> float:
    """Middle of the sine on which the centre of mass of images (angle, y, x) runs."""
    along = images.sum(axis=1)
    centre = along @ np.arange(along.shape[1]) / along.sum(axis=1)
    angles = np.deg2rad(angles_deg)
    sine = np.stack([np.ones_like(angles), np.cos(angles), np.sin(angles)], axis=1)
    return float(np.linalg.lstsq(sine, centre, rcond=None)[0][0])


def _edges(images: NDArray[np.float64]) -> NDArray[np.float64]:
    """Slope along x of images (angle, y, x), which fades towards the sides of a view that cuts the sample off."""
    slope = gaussian_filter1d(images, SLOPE_PX, axis=-1, order=1)
    return np.asarray(slope * np.hanning(images.shape[-1]))


def _between_mirror_images(images: NDArray[np.float64], angles_deg: NDArray[np.float64]) -> tuple[float, float]:
    """Half-way between the two of images (angle, y, x) that are closest to opposite, and how unlike these are, 0 to 1.

    NaN and 1 where there are no such two.
    """
    apart = np.abs(np.abs(angles_deg[:, None] - angles_deg) - HALF_TURN_DEG)
    first, second = np.unravel_index(int(apart.argmin()), apart.shape)
    if apart[first, second] > STRAY_DEG:
        return np.nan, 1.0
    shift, difference, _ = phase_cross_correlation(
        images[first], images[second][:, ::-1], upsample_factor=STEPS_PER_PIXEL, normalization=None
    )
    return float((images.shape[-1] - 1 + shift[-1]) / 2), float(difference)


def _refuse_unlike(difference: float) -> None:
    if difference > UNLIKE:
        raise Refused(
            found="the sample leaves the view, and no two projections are mirror images of one another",
            needed="an axis of rotation",
            remedy="give the axis as a number and look at the preview",
        )
