"""Small beamtimes: X-ray-only frames, full shots, a mask, and a finished library."""

import dataclasses
from collections.abc import Callable
from pathlib import Path

import dask.array as da
import numpy as np
import pytest

from napari_unveil.frames import Address, FrameStack
from napari_unveil.harvest import HarvestPlan, HarvestSettings, PatchLibrary, harvest, plan_harvest
from napari_unveil.types import Frames, Mask

StackMaker = Callable[..., FrameStack]
SHAPE_YX = (96, 160)
CENTRE_YX = (40, 40)
SIGNAL_RADIUS_PX = 32


def _stack(frames: Frames, *, name: str = "frames.h5", unit: str = "keV", energy: float | None = 8.0) -> FrameStack:
    return FrameStack(
        data=da.from_array(np.asarray(frames, np.float32), chunks=(1, *frames.shape[1:])),
        axes=("frame", "y", "x"),
        unit=unit,
        photon_energy_keV=energy,
        address=Address(Path(name), None),
        coordinates={},
        warnings=(),
    )


def _in_modules(stack: FrameStack) -> FrameStack:
    data = stack.data.reshape(-1, 2, *stack.frame_shape)
    return dataclasses.replace(stack, data=data, axes=("train", "module", "y", "x"))


def _radius() -> np.ndarray:
    y, x = np.indices(SHAPE_YX)
    return np.hypot(y - CENTRE_YX[0], x - CENTRE_YX[1])


@pytest.fixture(scope="session")
def stack() -> StackMaker:
    """Make a frame stack of an array (frame, y, x)."""
    return _stack


@pytest.fixture(scope="session")
def in_modules() -> Callable[[FrameStack], FrameStack]:
    """Take every other frame of a stack for the second of two modules."""
    return _in_modules


@pytest.fixture(scope="session")
def xray_frames() -> Frames:
    rng = np.random.default_rng(1)
    expected = 40 / (1 + (_radius() / 8) ** 3)
    frames = 8 * rng.poisson(expected, (6, *SHAPE_YX)) + rng.normal(0, 0.3, (6, *SHAPE_YX))
    return frames.astype(np.float32)


@pytest.fixture(scope="session")
def full_frames(xray_frames: Frames) -> Frames:
    rng = np.random.default_rng(2)
    hits = 100 * (rng.random(xray_frames.shape) < 0.02)
    return (xray_frames[::-1] + hits).astype(np.float32)


@pytest.fixture(scope="session")
def mask() -> Mask:
    return _radius() < SIGNAL_RADIUS_PX


@pytest.fixture(scope="session")
def settings() -> HarvestSettings:
    return HarvestSettings(patch=32, signals=30, noises=40, max_excluded=0.05, seed=3)


@pytest.fixture(scope="session")
def plan(xray_frames: Frames, full_frames: Frames, mask: Mask, settings: HarvestSettings) -> HarvestPlan:
    return plan_harvest(_stack(xray_frames, name="xray.h5"), _stack(full_frames, name="full.h5"), mask, settings)


@pytest.fixture(scope="session")
def library(plan: HarvestPlan, tmp_path_factory: pytest.TempPathFactory) -> PatchLibrary:
    path = tmp_path_factory.mktemp("library") / "patches.h5"
    list(harvest(plan, path))
    return PatchLibrary.open(path)
