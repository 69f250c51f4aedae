import numpy as np
import pytest

from napari_unveil.errors import Refused
from napari_unveil.inspection.geometry import Sector, around, rings
from napari_unveil.inspection.profiles import radial_profile

SHAPE = (90, 120)
CENTRE = (40.25, 61.5)


def fan(shape: tuple[int, int] = SHAPE) -> np.ndarray:
    """A scene that is 1 to the right of the centre, 2 below, 3 to the left and 4 above, in quarters around these."""
    y, x = np.ogrid[: shape[0], : shape[1]]
    chi = np.rad2deg(np.arctan2(y - CENTRE[0], x - CENTRE[1]))
    return (1 + ((chi + 45) % 360) // 90).astype(np.float32)


@pytest.mark.parametrize(("middle_deg", "value"), [(0, 1), (90, 2), (180, 3), (270, 4), (-90, 4), (540, 3)])
def test_a_sector_sees_its_part_of_the_scene_alone(middle_deg: float, value: float):
    sector = Sector(middle_deg - 40, middle_deg + 40)
    profile = radial_profile(fan(), centre_yx=CENTRE, sector=sector)
    np.testing.assert_array_equal(profile.mean, value)


def test_sectors_share_the_frame_out():
    frame = np.random.default_rng(0).random(SHAPE).astype(np.float32)
    whole = rings(around(SHAPE, CENTRE)).profile(frame)
    parts = [rings(around(SHAPE, CENTRE), sector=Sector(start, start + 120)) for start in (10, 130, 250)]
    assert sum(part.profile(frame).pixels.sum() for part in parts) == whole.pixels.sum() == frame.size


@pytest.mark.parametrize(
    ("sector", "width_deg"), [(Sector(10, 50), 40), (Sector(170, -170), 20), (Sector(0, 360), 360), (Sector(5, 5), 360)]
)
def test_a_sector_may_pass_half_a_turn_and_be_a_whole_one(sector: Sector, width_deg: float):
    assert sector.width_deg == width_deg


def test_a_sector_beside_the_frame_is_refused():
    with pytest.raises(Refused, match="no pixel lies between"):
        rings(around((10, 10), (-50.0, -50.0)), sector=Sector(180, 200))


def test_an_image_of_another_shape_is_refused():
    with pytest.raises(Refused, match="laid out for"):
        rings(around(SHAPE, CENTRE)).profile(np.ones((3, 3), np.float32))
