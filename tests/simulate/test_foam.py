import math
from dataclasses import replace

import numpy as np
import pytest

from napari_unveil.errors import Refused
from napari_unveil.simulate import FoamSettings, attenuation_slice, draw_foam
from napari_unveil.simulate.foam import WALL_PX

SMALL = FoamSettings(slices=3, width=64, smallest_bubble=0.05)


@pytest.fixture(scope="module")
def foam():
    return draw_foam(SMALL, rng=np.random.default_rng(0))


def test_bubbles_touch_neither_each_other_nor_the_outside(foam):
    middle, radius = foam.bubbles[:, :3], foam.bubbles[:, 3]
    assert len(radius) > 50, "test invalid"
    apart = np.linalg.norm(middle[:, None] - middle, axis=2) - radius[:, None] - radius
    np.fill_diagonal(apart, np.inf)
    assert apart.min() >= WALL_PX - 1e-6
    assert (np.hypot(middle[:, 1], middle[:, 2]) + radius).max() <= SMALL.cylinder_px - WALL_PX + 1e-9


def test_bubbles_have_the_sizes_that_were_asked_for(foam):
    relative = foam.bubbles[:, 3] / SMALL.cylinder_px
    assert relative.min() >= 0.05
    assert relative.max() <= 0.2
    assert (relative < 0.1).mean() > 0.6


def test_the_share_of_holes_is_about_the_one_asked_for():
    tall = replace(SMALL, slices=60, porosity=0.3)
    foam = draw_foam(tall, rng=np.random.default_rng(1))
    volume = np.stack([attenuation_slice(foam, z) for z in range(0, 60, 6)])
    solid = tall.attenuation * math.pi * tall.cylinder_px**2
    assert 1 - volume.sum(axis=(1, 2)).mean() / solid == pytest.approx(0.3, abs=0.06)


def test_a_slice_is_solid_or_hole_or_in_between(foam):
    image = attenuation_slice(foam, 1)
    assert image.shape == (64, 64)
    assert image.dtype == np.float32
    assert image.max() == pytest.approx(SMALL.attenuation, rel=1e-6)
    assert image.min() == pytest.approx(0, abs=1e-7)
    partial = (image > 0.01 * SMALL.attenuation) & (image < 0.99 * SMALL.attenuation)
    assert 0.02 < partial.mean() < 0.3


def test_the_volume_of_a_bubble_is_that_of_a_sphere(foam):
    one = replace(foam, bubbles=np.array([[6.2, 3.0, -5.5, 5.0]]), settings=replace(SMALL, slices=12, supersampling=8))
    solid = 12 * math.pi * SMALL.cylinder_px**2
    found = sum(attenuation_slice(one, z).sum(dtype=float) for z in range(12)) / SMALL.attenuation
    assert solid - found == pytest.approx(4 / 3 * math.pi * 5**3, rel=2e-3)


def test_a_cylinder_without_bubbles_absorbs_what_was_asked_for():
    solid = draw_foam(replace(SMALL, porosity=0.0, absorption=0.7), rng=np.random.default_rng(0))
    assert solid.bubbles.shape == (0, 4)
    across = attenuation_slice(solid, 0)[32].sum()
    assert 1 - math.exp(-across) == pytest.approx(0.7, abs=2e-3)


def test_the_seed_brings_a_foam_back():
    first, again, other = (draw_foam(SMALL, rng=np.random.default_rng(seed)).bubbles for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert first.shape != other.shape or (first != other).any()


@pytest.mark.parametrize(
    ("setting", "word"),
    [
        ({"slices": 0}, "slices"),
        ({"width": 16}, "width"),
        ({"width": 64.5}, "width"),
        ({"angles": 0}, "angles"),
        ({"absorption": 1.0}, "absorption"),
        ({"porosity": 0.9}, "porosity"),
        ({"photons": math.nan}, "photons"),
        ({"flats": 0}, "flats"),
        ({"supersampling": 0}, "supersampling"),
        ({"smallest_bubble": 0.3}, "largest"),
        ({"axis_offset_px": 20.0}, "stays in view"),
    ],
)
def test_nonsense_is_refused_by_name(setting, word):
    with pytest.raises(Refused, match=word):
        FoamSettings(**setting)


@pytest.mark.parametrize("width", [32, 33, 64, 2048])
def test_the_cylinder_is_in_view_at_every_width(width):
    settings = FoamSettings(width=width)
    assert settings.cylinder_px + 2 <= width / 2
