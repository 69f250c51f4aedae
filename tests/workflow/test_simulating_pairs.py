import h5py
import numpy as np
import pytest

from napari_unveil.errors import Refused
from napari_unveil.frames import list_datasets, open_frames, open_layers, parse_address, read_process
from napari_unveil.simulate import PairSettings, hot_pixels
from napari_unveil.workflow.simulating_pairs import simulate_pairs

SETTINGS = PairSettings(shape=(48, 64), spacing_px=32.0, hot_fraction=0.01, ratio_spread=0.1, seed=3)
COUNT = 3


def written(folder, *, seed=3):
    return list(simulate_pairs(folder, SETTINGS, count=COUNT, seed=seed))


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("pairs") / "sim"
    reports = written(folder)
    assert [(report.done, report.total) for report in reports] == [(1, 3), (2, 3), (3, 3)]
    return folder


def test_pairs_have_the_published_layout(folder):
    with h5py.File(folder / "pairs.h5") as file:
        low, high = file["low_count/data"], file["high_count/data"]
        assert low.shape == high.shape == (48, 64, COUNT)
        assert low.chunks == (48, 64, 1)
        assert low.dtype == np.uint32
        assert low.attrs["units"] == "counts"
        assert high[()].sum() / low[()].sum() == pytest.approx(20, rel=0.2)


def test_pairs_open_by_themselves_with_the_frames_in_front(folder):
    stack = open_frames(parse_address(folder / "pairs.h5"))
    assert str(stack.address).endswith("pairs.h5::/low_count/data?axis=last")
    assert (stack.frame_count, stack.unit) == (COUNT, "counts")
    with h5py.File(folder / "pairs.h5") as file:
        np.testing.assert_array_equal(stack.read(1), file["low_count/data"][..., 1])
    low, high = list_datasets(parse_address(folder / "pairs.h5"))
    assert (low.layout, high.layout) == ("published pair",) * 2
    assert low.opened
    assert low.axes == ("y", "x", "frame")


def test_the_truth_is_what_the_counts_scatter_around(folder):
    truth = dict(open_layers(parse_address(folder / "truth.h5")))
    assert list(truth) == ["expected_low", "expected_high"]
    good = ~hot_pixels(SETTINGS)
    for side in ("low", "high"):
        counts = open_frames(parse_address(f"{folder / 'pairs.h5'}::/{side}_count/data"))
        expected = truth[f"expected_{side}"]
        for frame in range(COUNT):
            mean = expected.read(frame)[good]
            pull = (counts.read(frame)[good] - mean) / np.sqrt(mean)
            assert abs(pull.mean()) < 5 / np.sqrt(pull.size)
            assert pull.std() == pytest.approx(1, abs=0.06)


def test_the_truth_says_where_the_satellite_is_and_what_the_exposures_were(folder):
    with h5py.File(folder / "truth.h5") as file:
        data = file["entry/data"]
        assert data.attrs["axes"][0] == "pair"
        assert all(data["satellite_y"][()] > 0)
        assert all(data["satellite_x"][()] < 64)
        assert (data["satellite_width"][()] > 1).all()
        assert ((data["satellite_counts"][()] > 0) == (data["temperature"][()] < 1)).all()
        ratio = data["expected_high"][:, 0, 0] / data["expected_low"][:, 0, 0]
        np.testing.assert_allclose(ratio, data["exposure_ratio"][()], rtol=1e-5)


@pytest.mark.parametrize("name", ["pairs.h5", "truth.h5"])
def test_both_files_say_how_they_were_made(folder, name):
    process = read_process(parse_address(folder / name))
    assert process["program"] == "napari-unveil"
    assert process["parameters"]["exposure_ratio"] == 20
    assert process["seed"] == 3
    assert process["hot_pixels_yx"] == np.argwhere(hot_pixels(SETTINGS)).tolist()


def test_the_seed_brings_the_files_back(folder, tmp_path):
    written(tmp_path / "again")
    written(tmp_path / "other", seed=4)
    first, again, other = (
        h5py.File(where / "pairs.h5")["low_count/data"][()]
        for where in (folder, tmp_path / "again", tmp_path / "other")
    )
    np.testing.assert_array_equal(first, again)
    assert (first != other).any()


def test_a_run_that_is_stopped_leaves_nothing(tmp_path):
    run = simulate_pairs(tmp_path, SETTINGS, count=COUNT, seed=0)
    next(run)
    run.close()
    assert list(tmp_path.iterdir()) == []


def test_no_pairs_are_refused_before_a_folder_is_made(tmp_path):
    with pytest.raises(Refused, match="0 pairs"):
        list(simulate_pairs(tmp_path / "sim", SETTINGS, count=0, seed=0))
    assert not (tmp_path / "sim").exists()


def test_a_folder_with_another_kind_is_refused_and_kept(tmp_path):
    (tmp_path / "foam.h5").write_bytes(b"a foam")
    (tmp_path / "truth.h5").write_bytes(b"its truth")
    with pytest.raises(Refused, match="of another kind"):
        written(tmp_path)
    assert (tmp_path / "truth.h5").read_bytes() == b"its truth"
