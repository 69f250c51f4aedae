"""Shots of a beamtime: a campaign enters, frames (y, x; keV per pixel) with what they are made of leave."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from napari_unveil.errors import Refused
from napari_unveil.simulate.bremsstrahlung import draw_hits, illumination
from napari_unveil.simulate.campaign import Campaign
from napari_unveil.simulate.detector import bad_pixels, fold, read_out
from napari_unveil.simulate.photons import draw_photons, shared_expectation
from napari_unveil.simulate.scene import draw_scene, expected_photons
from napari_unveil.simulate.tracks import track_image
from napari_unveil.types import Frame, Mask


@dataclass(frozen=True, slots=True)
class Shot:
    """One frame and its truth, all of shape (y, x), keV per pixel.

    Parameters
    ----------
    frame
        What the detector gives: ``signal + noise``, NaN at bad pixels.
    signal
        What an X-ray-only shot would have given, readout noise included.
    noise
        Energy of the bremsstrahlung hits, never negative; 0 in an X-ray-only shot.
    expected
        Mean of ``signal`` over many shots of the same scene.
    bad
        Bad pixels, the same ones in every shot of a campaign; the truth is finite there.
    """

    frame: Frame
    signal: Frame
    noise: Frame
    expected: Frame
    bad: Mask


def xray_only_shots(campaign: Campaign, *, count: int, rng: np.random.Generator) -> Iterator[Shot]:
    """Give ``count`` shots of the X-ray laser alone, one at a time.

    Raises
    ------
    Refused
        When ``count`` is below one.
    """
    _refuse_count(count)
    return (_shot(campaign, np.zeros(campaign.shape, np.float32), rng) for _ in range(count))


def full_shots(campaign: Campaign, *, count: int, rng: np.random.Generator) -> Iterator[Shot]:
    """Give ``count`` shots of X-ray laser and optical laser together, one at a time.

    Raises
    ------
    Refused
        When ``count`` is below one.
    """
    _refuse_count(count)
    return (_shot(campaign, _noise(campaign, rng), rng) for _ in range(count))


def _shot(campaign: Campaign, noise: Frame, rng: np.random.Generator) -> Shot:
    mean = expected_photons(draw_scene(campaign, rng=rng), campaign=campaign)
    expected = fold(shared_expectation(mean, campaign=campaign), shape=campaign.shape)
    signal = read_out(draw_photons(mean, campaign=campaign, rng=rng), campaign=campaign, rng=rng)
    bad = bad_pixels(campaign)
    frame = np.where(bad, np.float32(np.nan), signal + noise)
    return Shot(frame=frame, signal=signal, noise=noise, expected=expected.astype(np.float32), bad=bad)


def _noise(campaign: Campaign, rng: np.random.Generator) -> Frame:
    electrons = draw_hits(illumination(campaign, rng=rng), campaign=campaign, rng=rng)
    return fold(track_image(electrons, campaign=campaign, rng=rng), shape=campaign.shape).astype(np.float32)


def _refuse_count(count: int) -> None:
    if count < 1:
        raise Refused(found=f"{count} shots were asked for", needed="one or more", remedy="raise the number")
