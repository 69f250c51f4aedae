"""Limits between which frames are shown: pixels (any shape, NaN where missing) in, low < high in their unit out."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from napari_unveil.display.scales import Scale
from napari_unveil.frames import FrameStack, evenly_spread

Pixels = NDArray[Any]

Limits: TypeAlias = tuple[float, float]
SIGMAS = 3.0
MOST_PIXELS = 2**18
"""Percentiles and sigma of larger images are taken from every n-th pixel, so many of them."""

BRIGHTEST_PERCENT, WIDE = 99.99, 3.0
"""A frame of which this percentile is so many times the default one has peaks that a linear scale cannot show."""

MOST_FRAMES = 16
"""Stacks with more frames are sampled at so many, evenly."""


class Rule(StrEnum):
    """What the limits are."""

    PERCENTILES = "percentiles"
    SIGMA = "mean ± 3 sigma"
    EXTREMES = "min – max"


@dataclass(frozen=True, slots=True)
class Autoscale:
    """A rule, and the percentiles (0..100) that it may need."""

    rule: Rule = Rule.PERCENTILES
    low_percent: float = 1.0
    high_percent: float = 99.8


USUAL = Autoscale()
"""Shows most of a frame."""


def limits_of(pixels: Pixels, autoscale: Autoscale) -> Limits | None:
    """Limits that show ``pixels`` by this rule; None when none of them is finite."""
    if autoscale.rule is Rule.EXTREMES:
        return _widened(_extremes(pixels))
    values = sampled(pixels)
    if values.size == 0:
        return None
    if autoscale.rule is Rule.SIGMA:
        return _widened(_three_sigma(values))
    low, high = np.percentile(values, (autoscale.low_percent, autoscale.high_percent))
    return _widened((float(low), float(high)))


@dataclass(frozen=True, slots=True)
class FirstLook:
    """How an unknown frame is best shown: a scale, limits on it, and the rule that gave them."""

    scale: Scale = Scale.LINEAR
    autoscale: Autoscale = USUAL
    limits: Limits = (0.0, 1.0)


def first_look(pixels: Pixels) -> FirstLook:
    """A frame with bright peaks on an arcsinh scale up to them, all others linearly; 0 to 1 where nothing is finite."""
    wide = Autoscale(high_percent=BRIGHTEST_PERCENT)
    found, brightest = limits_of(pixels, USUAL), limits_of(pixels, wide)
    if found is None or brightest is None:
        return FirstLook()
    if brightest[1] <= WIDE * max(found[1], 0.0):
        return FirstLook(limits=found)
    return FirstLook(Scale.ARCSINH, wide, brightest)


def sampled(pixels: Pixels, most: int = MOST_PIXELS) -> Pixels:
    """Finite pixels, shape (n,): all, or every k-th with an odd k, so that no column is left out."""
    flat = pixels.reshape(-1)
    step = -(-flat.size // most)
    values = flat[:: step + 1 - step % 2] if step > 1 else flat
    return values[np.isfinite(values)]


def frames_sampled(frame_count: int) -> list[int]:
    """Numbers of the frames that stand for a stack: first, last, and evenly between them."""
    return evenly_spread(frame_count, most=MOST_FRAMES)


def limits_of_stack(stack: FrameStack, autoscale: Autoscale) -> Iterator[Limits | None]:
    """Read the sampled frames one by one; each time, the limits that all frames read so far ask for.

    Frames that cannot be read are passed over; None while no finite pixel has been seen.
    """
    numbers = frames_sampled(stack.frame_count)
    kept: list[Pixels] = []
    for number in numbers:
        frame = stack.read_or_missing(number, [])
        kept.append(_kept(frame, autoscale, MOST_PIXELS // len(numbers)))
        yield limits_of(np.concatenate(kept), autoscale)


def _kept(frame: Pixels, autoscale: Autoscale, most: int) -> Pixels:
    if autoscale.rule is not Rule.EXTREMES:
        return sampled(frame, most)
    found = _extremes(frame)
    return np.asarray([] if found is None else found, np.float64)


def _extremes(pixels: Pixels) -> Limits | None:
    if pixels.size == 0:
        return None
    low, high = float(np.fmin.reduce(pixels, axis=None)), float(np.fmax.reduce(pixels, axis=None))
    if np.isfinite(low) and np.isfinite(high):
        return low, high
    finite = pixels[np.isfinite(pixels)]
    return (float(finite.min()), float(finite.max())) if finite.size else None


def _three_sigma(values: Pixels) -> Limits:
    mean, sigma = float(values.mean(dtype=np.float64)), float(values.std(dtype=np.float64))
    return max(mean - SIGMAS * sigma, float(values.min())), min(mean + SIGMAS * sigma, float(values.max()))


def _widened(found: Limits | None) -> Limits | None:
    if found is None:
        return None
    low, high = found
    return (low, high) if high > low else (low, low + 1.0)
