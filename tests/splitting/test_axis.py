import numpy as np
import pytest

from napari_unveil.errors import Refused
from napari_unveil.frames import open_projections, parse_address, projections_from_arrays
from napari_unveil.simulate import FoamSettings
from napari_unveil.splitting import suggest_axis


def cut(projections, columns, angles=slice(None)):
    """Some columns of the detector, at some angles."""
    rows = [projections.read(row) for row in range(projections.rows)]
    flats, darks = (np.stack([getattr(row, side)[columns] for row in rows])[None] for side in ("flat", "dark"))
    return projections_from_arrays(
        np.stack([row.projections[angles, columns] for row in rows], axis=1),
        flats=flats,
        darks=darks,
        angles_deg=projections.angles_deg[angles],
        name="cut",
    )


@pytest.mark.parametrize("offset", [0.0, 2.7, -2.5])
def test_the_axis_of_a_foam_is_found_to_half_a_pixel(foam, offset):
    settings = FoamSettings(slices=2, width=96, angles=90, photons=1000, axis_offset_px=offset, smallest_bubble=0.1)
    assert suggest_axis(foam(settings)) == pytest.approx(settings.axis_px, abs=0.5)


def test_few_photons_are_enough_for_a_pixel(foam):
    settings = FoamSettings(slices=4, width=96, angles=90, photons=50, axis_offset_px=2.0, smallest_bubble=0.1)
    assert suggest_axis(foam(settings)) == pytest.approx(settings.axis_px, abs=1)


def test_the_axis_of_a_sample_that_leaves_the_view_is_between_mirror_images(foam):
    settings = FoamSettings(
        slices=4, width=128, angles=120, photons=1e5, absorption=0.8, axis_offset_px=2.0, smallest_bubble=0.1
    )
    assert suggest_axis(cut(foam(settings), slice(0, 110))) == pytest.approx(settings.axis_px, abs=1)


def test_no_sample_and_no_opposite_projections_are_refused():
    empty = np.full((6, 1, 32), 1000.0)
    sides = {"flats": np.full((1, 1, 32), 1000.0), "darks": np.zeros((1, 1, 32))}
    with pytest.raises(Refused, match="nothing attenuates"):
        suggest_axis(projections_from_arrays(empty, angles_deg=np.arange(6) * 30.0, name="empty", **sides))
    ramp = 1000 * np.exp(-np.linspace(0, 2, 6)[:, None, None] * np.ones((6, 1, 32)))
    with pytest.raises(Refused, match="leaves the view"):
        suggest_axis(projections_from_arrays(ramp, angles_deg=np.arange(6) * 15.0, name="ramp", **sides))


def test_the_axis_of_the_real_tooth_is_where_its_reconstruction_is_least_negative(shared_data):
    """Column 295.5 among 294.5 to 297.5 in steps of a half."""
    projections = open_projections(parse_address(shared_data / "tomopy_tooth" / "tooth.h5"))
    assert suggest_axis(projections) == pytest.approx(295.5, abs=0.5)
