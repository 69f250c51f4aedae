"""A small scene with known truth: a bright disc, hits on top."""

import numpy as np
import pytest

from napari_unveil.inspection import Truth
from napari_unveil.types import Frame, Separation

Scene = tuple[Frame, Separation, Truth]


def draw_scene(seed: int) -> Scene:
    rng = np.random.default_rng(seed)
    y, x = np.ogrid[:160, :192]
    expected = (8 * 40 * np.exp(-np.hypot(y - 70, x - 100) / 20)).astype(np.float32)
    signal = 8 * rng.poisson(expected / 8).astype(np.float32)
    noise = (rng.random(signal.shape) < 0.1) * rng.exponential(100, signal.shape).astype(np.float32)
    frame = (signal + noise).astype(np.float32)
    frame[5, 7] = np.nan
    return frame, Separation(signal=signal, noise=noise), Truth(signal=signal, expected=expected)


@pytest.fixture
def scene() -> Scene:
    """Input, perfect separation, truth."""
    return draw_scene(0)


@pytest.fixture
def other_scene() -> Scene:
    return draw_scene(1)
