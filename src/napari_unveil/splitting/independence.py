"""Whether parts are independent and of one scene, as far as the data tell: a measurement enters, sentences leave."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import rank_filter, uniform_filter

from napari_unveil.frames import FrameStack, Projections, evenly_spread
from napari_unveil.splitting.noise import Scatter, cell_means, scatter_between
from napari_unveil.splitting.rings import rings_in_words
from napari_unveil.splitting.settings import SplitSettings
from napari_unveil.splitting.split import parts_of, split
from napari_unveil.splitting.transmission import measured_integrals
from napari_unveil.types import Frame, Frames

FRAMES_LOOKED_AT = 3
SIGMAS = 6.0
"""Further from noise than this is not noise, in any number of pixels that a detector has."""
ALONE = 3.0
"""A pixel stands alone when it is so many times further above its surroundings than all but one of its neighbours."""
DRIFT_CELL_PX, DRIFT_SIGMAS, DRIFT_SHARE, DRIFT_CELLS = 4, 6.0, 0.1, 3
"""A cell has changed when both halves of the exposures differ by so many sigmas, and by this share of their sum."""
PATTERN_CELL_PX, FLATTEST, CORRELATED = 16, 0.1, 0.12
"""Parts share a pattern when even in the flattest tenth of the cells their residuals are so much correlated."""
NEIGHBOURS = np.array([[1, 1, 1], [1, 0, 1], [1, 1, 1]], bool)


def doubts(measurement: FrameStack | Projections, settings: SplitSettings) -> tuple[str, ...]:
    """Say what in a measurement is not independent between its parts, or not of the same scene; empty when fine.

    Looks at a few frames or slices, the middle one of a tomography. Reads the whole series for ``frames``.

    Raises
    ------
    Refused
        As :func:`split`.
    """
    parted = split(measurement, settings)
    if isinstance(measurement, Projections):
        row = measurement.rows // 2
        values = measured_integrals(measurement.read(row)).values
        return (*rings_in_words(values, row=row, parts=settings.parts), *_shared_pattern(parts_of(parted, row)))
    said: list[str] = []
    for index in evenly_spread(parted.frame_count, most=FRAMES_LOOKED_AT):
        parts = parts_of(parted, index)
        scatter = scatter_between(parts)
        said.extend(_lone_pixels(parts, scatter))
        if settings.form == "frames":
            said.extend(_drift(measurement, index, scatter, settings.parts))
        said.extend(_shared_pattern(parts))
    return tuple(dict.fromkeys(said))


def _lone_pixels(parts: Frames, scatter: Scatter) -> Iterator[str]:
    """Hot pixels: they stand out alone, in each part alike."""
    mean = parts.mean(axis=0, dtype=np.float64)
    there = np.isfinite(mean)
    filled = np.where(there, mean, 0)
    near = uniform_filter(there.astype(float), 3, mode="constant") * 9 - there
    around = (uniform_filter(filled, 3, mode="constant") * 9 - filled) / np.maximum(near, 1)
    above, beside = filled - around, rank_filter(filled, -2, footprint=NEIGHBOURS, mode="constant") - around
    lone = there & (near >= 3) & (above > ALONE * beside)
    lone &= scatter.sigmas(filled, around, parts=len(parts)) > SIGMAS
    lone &= (parts > (around + above / 2)[None]).all(axis=0)
    if lone.any():
        row, column = np.unravel_index(int(np.where(lone, above, -np.inf).argmax()), lone.shape)
        one = "1 pixel stands" if lone.sum() == 1 else f"{int(lone.sum())} pixels stand"
        yield (
            f"{one} out alone in every part, the brightest at row {row}, column {column} ({filled[row, column]:.3g} "
            f"beside {around[row, column]:.2g}): hot pixels and hits are common to all parts and stay as signal; mask "
            "them"
        )


def _drift(stack: FrameStack, index: int, scatter: Scatter, parts: int) -> Iterator[str]:
    """A scene that is not static: the second half of the exposures is another than the first beyond noise."""
    first, second = _halves(stack, index)
    there = np.isfinite(first) & np.isfinite(second)
    scale = second[there].sum() / first[there].sum() if first[there].sum() > 0 else 1.0
    before, after = (
        cell_means(np.where(there, half, np.nan), side=DRIFT_CELL_PX) for half in (first * max(scale, 0.0), second)
    )
    mean = (before + after) / 2
    noise = np.sqrt(4 / parts * scatter.variance(mean)) / DRIFT_CELL_PX
    with np.errstate(invalid="ignore"):
        changed = (np.abs(after - before) > DRIFT_SIGMAS * noise) & (
            np.abs(after - before) > DRIFT_SHARE * np.abs(before + after)
        )
    if changed.sum() >= DRIFT_CELLS:
        place = np.where(changed, np.abs(after - before), -np.inf).argmax()
        row, column = (int(at) * DRIFT_CELL_PX for at in np.unravel_index(int(place), changed.shape))
        yield (
            f"{int(changed.sum())} places of {DRIFT_CELL_PX} x {DRIFT_CELL_PX} pixels differ between the first and the "
            f"second half of the frames beyond noise, the most at row {row}, column {column}: the scene is not static, "
            "and what moves is smeared; use fewer frames, or thinning of single ones"
        )


def _halves(stack: FrameStack, index: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Mean of the first and of the last half of the exposures, (y, x) each."""
    frames = stack.data.shape[0]
    modules, half = stack.frame_count // frames, frames // 2
    unreadable: list[str] = []
    total = np.zeros((2, *stack.frame_shape))
    for at in range(half):
        for side, frame in enumerate((at, frames - half + at)):
            total[side] += stack.read_or_missing(frame * modules + index, unreadable)
    return total[0] / half, total[1] / half


def _shared_pattern(parts: Frames) -> Iterator[str]:
    """Noise that all parts have in common: neighbours differ alike in each part where the scene is flat."""
    residuals = [_residual(part) for part in parts]
    power = [cell_means(each**2, side=PATTERN_CELL_PX) for each in residuals]
    correlations = []
    for one in range(len(parts)):
        for other in range(one):
            together = cell_means(residuals[one] * residuals[other], side=PATTERN_CELL_PX)
            with np.errstate(invalid="ignore", divide="ignore"):
                correlations.append(together / np.sqrt(power[one] * power[other]))
    each_cell = np.mean(correlations, axis=0)
    if np.isfinite(each_cell).any():
        flattest = float(np.nanquantile(each_cell, FLATTEST))
        if flattest > CORRELATED:
            yield (
                f"parts have a pattern in common wherever one looks, with a correlation of {flattest:.2f} and more: "
                "rings, gain or hot pixels that are not corrected, or counts that are no photons; what is common to "
                "all parts is not noise to the network and stays; take more flats, or mask"
            )


def _residual(part: Frame) -> NDArray[np.float64]:
    """Each pixel minus the mean of the four beside it, (y, x); NaN at the border and beside missing pixels."""
    pixels = np.pad(part.astype(np.float64), 1, constant_values=np.nan)
    beside = pixels[:-2, 1:-1] + pixels[2:, 1:-1] + pixels[1:-1, :-2] + pixels[1:-1, 2:]
    return part - beside / 4
