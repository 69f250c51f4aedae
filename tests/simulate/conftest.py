"""A small campaign with one ASIC border along x, and the shots every test looks at."""

import numpy as np
import pytest

from napari_unveil.simulate import Campaign, Shot, full_shots, xray_only_shots


@pytest.fixture(scope="session")
def campaign() -> Campaign:
    return Campaign(shape=(192, 320), seed=4)


@pytest.fixture(scope="session")
def xray_only(campaign: Campaign) -> list[Shot]:
    return list(xray_only_shots(campaign, count=24, rng=np.random.default_rng(1)))


@pytest.fixture(scope="session")
def full(campaign: Campaign) -> list[Shot]:
    return list(full_shots(campaign, count=24, rng=np.random.default_rng(2)))


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(7)
