"""Shots of a small scene, separated imperfectly."""

from collections.abc import Iterator

import numpy as np
import pytest

from napari_unveil.inspection import Case, Truth
from napari_unveil.types import Separation


def draw_cases(count: int) -> Iterator[Case]:
    rng = np.random.default_rng(0)
    y, x = np.ogrid[:48, :80]
    expected = (8 * 40 * np.exp(-np.hypot(y - 20, x - 50) / 9)).astype(np.float32)
    for index in range(count):
        signal = (8 * rng.poisson(expected / 8)).astype(np.float32)
        hits = (rng.random(signal.shape) < 0.1) * rng.exponential(100, signal.shape)
        frame = (signal + hits).astype(np.float32)
        frame[3, :5] = np.nan
        noise = (0.9 * hits).astype(np.float32)
        yield Case(f"shot {index}", frame, Separation(frame - noise, noise), Truth(signal, expected))


@pytest.fixture(scope="session")
def cases() -> list[Case]:
    return list(draw_cases(3))


@pytest.fixture
def many_cases() -> list[Case]:
    return list(draw_cases(25))
