import h5py
import numpy as np
import pytest

from napari_unveil.errors import Refused
from napari_unveil.frames import list_datasets, open_frames, parse_address, read_process
from napari_unveil.simulate import FoamSettings
from napari_unveil.workflow.simulating_foam import simulate_foam

SETTINGS = FoamSettings(
    slices=2, width=48, angles=30, flats=4, darks=5, photons=1e5, smallest_bubble=0.08, axis_offset_px=0.25, seed=2
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("foam") / "sim"
    reports = list(simulate_foam(folder, SETTINGS, seed=2))
    assert [report.done for report in reports] == list(range(1, 33))
    assert {report.total for report in reports} == {32}
    return folder


@pytest.fixture
def exchange(folder):
    with h5py.File(folder / "foam.h5") as file:
        yield file["exchange"]


def test_projections_have_the_layout_of_data_exchange(exchange):
    assert exchange["data"].shape == (30, 2, 48)
    assert exchange["data"].chunks == (1, 2, 48)
    assert exchange["data_white"].shape == (4, 2, 48)
    assert exchange["data_dark"].shape == (5, 2, 48)
    np.testing.assert_allclose(exchange["theta"][()], 6.0 * np.arange(30))
    assert exchange["theta"].attrs["units"] == "degrees"
    assert exchange["data"].attrs["axes"] == "theta:y:x"
    assert exchange.file["implements"][()] == b"exchange"


def test_projections_are_what_opens(folder):
    stack = open_frames(parse_address(folder / "foam.h5"))
    assert str(stack.address).endswith("foam.h5::/exchange/data")
    assert (stack.data.shape, stack.unit) == ((30, 2, 48), "counts")
    listings = list_datasets(parse_address(folder / "foam.h5"))
    assert [listing.layout for listing in listings if listing.opened] == ["Data Exchange"]


def test_corrected_projections_hold_the_true_volume(folder, exchange):
    """The sum over a corrected row is that of the slice at every angle."""
    flat, dark = (exchange[name][()].mean(axis=0) for name in ("data_white", "data_dark"))
    absorbed = -np.log((exchange["data"][()] - dark) / (flat - dark))
    volume = open_frames(parse_address(folder / "truth.h5"))
    assert volume.data.shape == (2, 48, 48)
    for index in range(2):
        np.testing.assert_allclose(absorbed[:, index].sum(axis=1), volume.read(index).sum(), rtol=0.01)


def test_the_centre_of_gravity_turns_around_the_axis(folder, exchange):
    """The projection's centre of gravity is a sine around the axis, with the slice's as its amplitude."""
    process = read_process(parse_address(folder / "truth.h5"))
    assert process["axis_px"] == 23.75
    image = open_frames(parse_address(folder / "truth.h5")).read(0)
    y, x = (((np.indices(image.shape)[axis] - 23.5) * image).sum() / image.sum() for axis in (0, 1))
    flat, dark = (exchange[name][()].mean(axis=0) for name in ("data_white", "data_dark"))
    absorbed = -np.log((exchange["data"][:, 0] - dark[0]) / (flat - dark)[0])
    found = (absorbed * np.arange(48)).sum(axis=1) / absorbed.sum(axis=1)
    theta = np.deg2rad(exchange["theta"][()])
    np.testing.assert_allclose(found, 23.75 + x * np.cos(theta) - y * np.sin(theta), atol=0.1)


def test_both_files_say_how_they_were_made(folder):
    made, truth = (read_process(parse_address(folder / name)) for name in ("foam.h5", "truth.h5"))
    assert made["parameters"]["photons"] == 1e5
    assert made["seed"] == truth["seed"] == 2
    assert np.shape(truth["bubbles"])[1] == 4
    assert open_frames(parse_address(folder / "truth.h5")).frame_count == 2


def test_the_seed_brings_the_files_back(folder, exchange, tmp_path):
    list(simulate_foam(tmp_path, SETTINGS, seed=2))
    with h5py.File(tmp_path / "foam.h5") as again:
        for name in ("data", "data_white", "data_dark"):
            np.testing.assert_array_equal(again["exchange"][name][()], exchange[name][()])


def test_a_run_that_is_stopped_leaves_nothing(tmp_path):
    run = simulate_foam(tmp_path, SETTINGS, seed=0)
    for _ in range(5):
        next(run)
    run.close()
    assert list(tmp_path.iterdir()) == []


def test_a_folder_with_another_kind_is_refused(tmp_path):
    (tmp_path / "pairs.h5").touch()
    with pytest.raises(Refused, match=r"pairs\.h5 is there"):
        list(simulate_foam(tmp_path, SETTINGS, seed=0))
