import h5py
import numpy as np
import pytest

from napari_unveil.errors import Refused
from napari_unveil.frames import looks_like_projections, open_projections, parse_address, projections_from_arrays

ANGLES, ROWS, WIDTH = 6, 3, 8
DEGREES = np.linspace(0, 180, ANGLES, endpoint=False)
DATA = np.arange(ANGLES * ROWS * WIDTH, dtype=np.uint16).reshape(ANGLES, ROWS, WIDTH)
FLATS = np.stack([np.full((ROWS, WIDTH), 900), np.full((ROWS, WIDTH), 1100)]).astype(np.uint16)
DARKS = np.full((1, ROWS, WIDTH), 10, np.uint16)
DETECTOR = "entry/instrument/detector"


@pytest.fixture
def path(tmp_path):
    return tmp_path / "scan.h5"


def write_exchange(path, **changed):
    """Data Exchange; what is None is left out."""
    members = {"data": DATA, "data_white": FLATS, "data_dark": DARKS, "theta": DEGREES, **changed}
    with h5py.File(path, "w") as file:
        for name, values in members.items():
            if values is not None:
                file[f"exchange/{name}"] = values


def write_nxtomo(path, *, keys=(1, 2, 0, 0, 3, 0, 1), angles=(9, 9, 60, 0, 9, 120, 9)):
    """Frames of the values of their numbers."""
    with h5py.File(path, "w") as file:
        frames = np.arange(7, dtype=np.float32)[:, None, None] * np.ones((7, ROWS, WIDTH), np.float32)
        file[f"{DETECTOR}/data"], file[f"{DETECTOR}/image_key"] = frames, np.array(keys)
        if angles is not None:
            file["entry/sample/rotation_angle"] = np.array(angles, float)
        file["entry/data/data"] = h5py.SoftLink(f"/{DETECTOR}/data")


def opened(path, dataset=None):
    return open_projections(parse_address(f"{path}::{dataset}" if dataset else path))


def test_rows_of_data_exchange_are_read_at_all_angles(path):
    write_exchange(path)
    found = opened(path)
    assert (found.count, found.rows, found.width, found.flats, found.darks) == (ANGLES, ROWS, WIDTH, 2, 1)
    np.testing.assert_array_equal(found.angles_deg, DEGREES)
    for row in range(ROWS):
        sinogram = found.read(row)
        np.testing.assert_array_equal(sinogram.projections, DATA[:, row])
        np.testing.assert_array_equal(sinogram.flat, np.full(WIDTH, 1000))
        np.testing.assert_array_equal(sinogram.dark, np.full(WIDTH, 10))
    assert found.warnings == ()
    assert found.inputs[0] == path


@pytest.mark.parametrize("chunks", [(1, ROWS, WIDTH), (2, 2, WIDTH), (ANGLES, 1, WIDTH)])
def test_chunks_of_any_shape_give_the_same(path, chunks):
    write_exchange(path, data=None)
    with h5py.File(path, "a") as file:
        file.create_dataset("exchange/data", data=DATA, chunks=chunks, compression="gzip")
    found = opened(path)
    np.testing.assert_array_equal(np.stack([found.read(row).projections for row in range(ROWS)], axis=1), DATA)


def test_frames_of_nxtomo_are_what_their_keys_say(path):
    write_nxtomo(path)
    found = opened(path)
    np.testing.assert_array_equal(found.angles_deg, [60, 0, 120])
    sinogram = found.read(1)
    np.testing.assert_array_equal(sinogram.projections[:, 0], [2, 3, 5])
    assert (sinogram.flat[0], sinogram.dark[0]) == (3, 1)


@pytest.mark.parametrize("dataset", [None, f"/{DETECTOR}/data", "/entry/data/data", "/entry/data", "/entry"])
def test_a_tomography_is_recognised_by_any_of_its_names(path, dataset):
    write_nxtomo(path)
    address = parse_address(f"{path}::{dataset}" if dataset else path)
    if dataset == "/entry/data":
        assert not looks_like_projections(address)
    else:
        assert looks_like_projections(address)


def test_frames_are_no_tomography(path, tmp_path):
    with h5py.File(path, "w") as file:
        file["exchange/data"], file["other"] = DATA, DATA
    (tmp_path / "text.h5").write_text("no HDF5")
    for name in (path, tmp_path / "text.h5", tmp_path / "absent.h5", tmp_path):
        assert not looks_like_projections(parse_address(name))
    with pytest.raises(Refused, match="no projections of a tomography"):
        opened(path)


def test_another_dataset_of_the_file_is_no_tomography(path):
    write_exchange(path)
    with h5py.File(path, "a") as file:
        file["other"] = DATA
    assert not looks_like_projections(parse_address(f"{path}::/other"))
    assert looks_like_projections(parse_address(f"{path}::/exchange/data"))


def test_without_theta_angles_are_even_over_half_a_turn_and_it_is_said(path):
    write_exchange(path, theta=None)
    found = opened(path)
    np.testing.assert_allclose(found.angles_deg, DEGREES)
    assert "no theta" in found.warnings[0]


def test_angles_in_radians_are_turned_into_degrees(path):
    write_exchange(path, theta=np.deg2rad(DEGREES))
    with h5py.File(path, "a") as file:
        file["exchange/theta"].attrs["units"] = "radian"
    np.testing.assert_allclose(opened(path).angles_deg, DEGREES)


def test_angles_need_not_be_sorted(path):
    write_exchange(path, theta=DEGREES[::-1])
    np.testing.assert_array_equal(opened(path).angles_deg, DEGREES[::-1])
    assert opened(path).warnings == ()


def test_a_scan_of_a_part_of_half_a_turn_is_said():
    assert "no projection within 121 of 180 degrees" in in_memory(angles=np.arange(60.0)).warnings[0]
    assert in_memory(angles=np.arange(180.0)).warnings == ()
    assert in_memory(angles=np.arange(181.0)).warnings == ()


def test_without_darks_nothing_is_subtracted_and_it_is_said(path):
    write_exchange(path, data_dark=None)
    found = opened(path)
    np.testing.assert_array_equal(found.read(0).dark, 0)
    assert "no darks" in found.warnings[0]


def test_missing_pixels_are_left_out_of_flats_and_missing_in_projections(path):
    data, flats = DATA.copy(), FLATS.copy()
    data[2, 1, 3], flats[0, 1, 4] = 65535, 65535
    write_exchange(path, data=data, data_white=flats)
    sinogram = opened(path).read(1)
    assert np.isnan(sinogram.projections[2, 3])
    assert np.isnan(sinogram.projections).sum() == 1
    assert sinogram.flat[4] == 1100


@pytest.mark.parametrize("flats", [None, FLATS[:0]])
def test_no_flats_are_refused(path, flats):
    write_exchange(path, data_white=flats)
    with pytest.raises(Refused, match="no flats"):
        opened(path)
    write_nxtomo(path, keys=(0, 2, 0, 0, 3, 0, 0))
    with pytest.raises(Refused, match="no flats"):
        opened(path)


@pytest.mark.parametrize("theta", [DEGREES[:5], np.append(DEGREES, 180)])
def test_another_number_of_angles_is_refused(path, theta):
    write_exchange(path, theta=theta)
    with pytest.raises(Refused, match=f"6 projections and {len(theta)} angles"):
        opened(path)


@pytest.mark.parametrize("theta", [np.zeros(6), np.full(6, np.nan)])
def test_angles_that_are_none_are_refused(path, theta):
    write_exchange(path, theta=theta)
    with pytest.raises(Refused, match="not finite numbers, or all the same"):
        opened(path)


def test_a_single_projection_is_refused(path):
    write_exchange(path, data=DATA[:1], theta=DEGREES[:1])
    with pytest.raises(Refused, match="has 1 projection;"):
        opened(path)


def test_flats_of_another_shape_are_refused(path):
    write_exchange(path, data_white=FLATS[:, :2])
    with pytest.raises(Refused, match="the flats in"):
        opened(path)


def test_nxtomo_without_angles_or_with_other_keys_is_refused(path):
    write_nxtomo(path, angles=None)
    with pytest.raises(Refused, match="no rotation_angle"):
        opened(path)
    write_nxtomo(path, keys=(1, 2, 0))
    with pytest.raises(Refused, match="7 frames and 3 values of image_key"):
        opened(path)


def test_several_files_and_rows_that_are_not_there_are_refused(path):
    write_exchange(path)
    with pytest.raises(Refused, match="2 files"):
        open_projections(parse_address(f"{path} + {path}2"))
    with pytest.raises(Refused, match="from 0 to 2"):
        opened(path).read(3)


def test_a_damaged_file_is_refused(path):
    write_exchange(path)
    path.write_bytes(path.read_bytes()[:600])
    with pytest.raises(Refused):
        opened(path)
    assert not looks_like_projections(parse_address(path))


def test_the_real_tooth_opens(shared_data):
    found = opened(shared_data / "tomopy_tooth" / "tooth.h5")
    assert (found.count, found.rows, found.width, found.flats, found.darks) == (181, 2, 640, 10, 10)
    assert (found.unit, found.warnings) == ("counts", ())
    assert found.read(1).flat.mean() == pytest.approx(27_900, rel=0.05)


def in_memory(angles):
    side = np.ones((1, 1, 4))
    return projections_from_arrays(
        np.ones((len(angles), 1, 4)), flats=side, darks=side, angles_deg=angles, name="memory"
    )
