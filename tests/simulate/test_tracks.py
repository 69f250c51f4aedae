import numpy as np
import pytest

from napari_unveil.simulate import Campaign, Electrons, follow, track_image
from napari_unveil.simulate.silicon import range_um

SMALL = Campaign(shape=(128, 128))
MIDDLE_UM = 64 * 75.0


def sent_sideways(count, energy_keV, direction=(0.0, 0.0, 1.0), depth_um=160.0):
    position = np.tile([[depth_um], [MIDDLE_UM], [MIDDLE_UM]], count)
    return Electrons(position, np.tile(np.array(direction)[:, None], count), np.full(count, energy_keV))


def test_a_stopped_electron_leaves_all_of_its_energy(rng):
    left = follow(sent_sideways(500, 100.0), campaign=SMALL, rng=rng)
    assert left.energy_keV.sum() == pytest.approx(500 * 100.0, rel=1e-9)


def test_nobody_leaves_more_than_he_has(rng):
    for energy in (0.5, 3.0, 40.0, 900.0, 20_000.0):
        electrons = sent_sideways(200, energy, depth_um=10.0)
        left = follow(electrons, campaign=SMALL, rng=rng)
        assert left.energy_keV.min() >= 0
        assert left.energy_keV.sum() <= 200 * energy * (1 + 1e-9)


def test_a_fast_electron_crossing_the_sensor_loses_its_energy_loss_per_path(rng):
    electrons = sent_sideways(2000, 5000.0, direction=(1.0, 0.0, 0.0), depth_um=0.0)
    left = follow(electrons, campaign=SMALL, rng=rng).energy_keV.sum() / 2000
    assert left == pytest.approx(320 * 0.38, rel=0.08)


def test_tracks_stay_within_their_range_and_curl(rng):
    left = follow(sent_sideways(2000, 300.0), campaign=SMALL, rng=rng)
    distance = np.hypot(left.y_um - MIDDLE_UM, left.x_um - MIDDLE_UM)
    reach = range_um(np.array([300.0]))[0]
    assert distance.max() < reach
    assert 0.05 * reach < distance.mean() < 0.6 * reach


def test_tracks_know_no_axis(rng):
    count = 4000
    cosine, azimuth = rng.uniform(-1, 1, count), rng.uniform(0, 2 * np.pi, count)
    sine = np.sqrt(1 - cosine**2)
    direction = np.stack([cosine, sine * np.sin(azimuth), sine * np.cos(azimuth)])
    start = sent_sideways(count, 250.0)
    left = follow(Electrons(start.position_um, direction, start.energy_keV), campaign=SMALL, rng=rng)
    extent_y, extent_x = (np.abs(edge - MIDDLE_UM).mean() for edge in (left.y_um, left.x_um))
    assert extent_y == pytest.approx(extent_x, rel=0.04)


def test_direction_along_x_shows_in_the_deposits(rng):
    left = follow(sent_sideways(1000, 400.0), campaign=SMALL, rng=rng)
    assert (left.x_um - MIDDLE_UM).mean() > 50
    assert abs((left.y_um - MIDDLE_UM).mean()) < 15


def test_pixels_get_what_the_tracks_leave():
    electrons = sent_sideways(300, 150.0)
    image = track_image(electrons, campaign=SMALL, rng=np.random.default_rng(3))
    left = follow(electrons, campaign=SMALL, rng=np.random.default_rng(3))
    assert image.sum() == pytest.approx(left.energy_keV.sum())
    assert image.min() >= 0


def test_slow_electrons_are_single_pixels_and_fast_ones_are_tracks(rng):
    def lit(energy):
        images = (track_image(sent_sideways(1, energy), campaign=SMALL, rng=rng) for _ in range(30))
        return np.mean([(image > 1).sum() for image in images])

    assert lit(20.0) <= 4
    assert lit(400.0) > 5


def test_no_electrons_leave_nothing(rng):
    assert track_image(sent_sideways(0, 1.0), campaign=SMALL, rng=rng).sum() == 0
