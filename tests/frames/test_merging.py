"""Parts of a result make one file again, and only those that belong together."""

import shutil

import h5py
import numpy as np
import pytest

from napari_unveil.errors import Refused
from napari_unveil.frames import open_frames, open_layers, parse_address, read_process, writing_nxdata
from napari_unveil.frames.merging import merge_by_copying, merge_virtually
from napari_unveil.frames.parts import plan_merge
from napari_unveil.frames.photon_counts import PhotonCounts

FRAMES = np.random.default_rng(1).normal(10, 4, (7, 2, 6, 8)).astype(np.float32)
NAMES = ("signal", "noise", "signal_errors", "unlike_training")
BOTH = pytest.mark.parametrize("merge", [merge_virtually, merge_by_copying])


def part(path, start, stop, *, whole=(0, 7, 1), trains=None, photon=None, **process):
    """A file as denoise writes it for positions ``start`` to ``stop``; signal = frame, noise = -frame."""
    made = {
        "method": "denoise",
        "model_sha256": "ab",
        "input": "run.h5",
        "parameters": {"passes": 1, "device": path.stem},
        "cautions": ["all of them", path.stem],
        "input_range": [start, stop, 1],
        "whole_range": list(whole),
        **process,
    }
    frames = FRAMES[start:stop]
    with writing_nxdata(
        path,
        stack_shape=frames.shape,
        names=NAMES,
        unit="keV",
        photon_energy_keV=9.3,
        coordinates={"trainId": np.arange(start, stop) + 100 if trains is None else np.array(trains)},
        process=made,
    ) as writer:
        writer.correlate_errors(0.07)
        out = writer if photon is None else PhotonCounts(writer, photon)
        for index, frame in enumerate(frames.reshape(-1, 6, 8)):
            for name, values in zip(NAMES, (frame, -frame, abs(frame), frame > 10), strict=True):
                out.write(name, index, values)
    return path


@pytest.fixture
def parts(tmp_path):
    folder = tmp_path / "out"
    folder.mkdir()
    return [part(folder / f"{start}.h5", start, stop) for start, stop in ((5, 7), (0, 3), (3, 5))]


def merged(parts, path, merge=merge_virtually):
    assert [report.done for report in merge(plan_merge(parts, path))][-1] > 0
    return path


@BOTH
def test_parts_together_are_the_whole(parts, tmp_path, merge):
    path = merged(parts, tmp_path / "out" / "all.h5", merge)
    expected = part(tmp_path / "whole.h5", 0, 7)
    ours, theirs = (dict(open_layers(parse_address(each))) for each in (path, expected))
    assert sorted(ours) == sorted(theirs) == sorted(NAMES)
    for name, stack in ours.items():
        np.testing.assert_array_equal(stack.data.compute(), theirs[name].data.compute())
        assert stack.unit == theirs[name].unit
        assert stack.axes == theirs[name].axes == ("train", "module", "y", "x")
        assert stack.photon_energy_keV == 9.3
        assert stack.coordinates["trainId"].tolist() == list(range(100, 107))


@BOTH
def test_the_layout_is_that_of_one_result(parts, tmp_path, merge):
    with h5py.File(merged(parts, tmp_path / "all.h5", merge)) as file, h5py.File(parts[0]) as one:
        assert file.attrs["default"] == "entry"
        data = file[file["entry"].attrs["default"] and "entry/data"]
        assert set(data) == set(one["entry/data"])
        for name in NAMES:
            assert data[name].is_virtual == (merge is merge_virtually)
            assert data[name].dtype == one["entry/data"][name].dtype
            assert dict(data[name].attrs) == dict(one["entry/data"][name].attrs)
        for name in ("signal", "NX_class"):
            assert data.attrs[name] == one["entry/data"].attrs[name]
        assert list(data.attrs["auxiliary_signals"]) == ["noise", "unlike_training"]
        assert list(data.attrs["axes"]) == ["trainId", ".", ".", "."]


def test_provenance_is_that_of_all(parts, tmp_path):
    process = read_process(parse_address(merged(parts, tmp_path / "all.h5")))
    assert (process["input"], process["model_sha256"], process["method"]) == ("run.h5", "ab", "denoise")
    assert process["input_range"] == [0, 7, 1]
    assert process["cautions"] == ["all of them", "0", "3", "5"]
    assert [each["file"] for each in process["parts"]] == ["0.h5", "3.h5", "5.h5"]
    assert [each["input_range"] for each in process["parts"]] == [[0, 3, 1], [3, 5, 1], [5, 7, 1]]
    assert [each["device"] for each in process["parts"]] == ["0", "3", "5"]
    assert all(each["date"] for each in process["parts"])


def test_a_folder_that_moves_takes_all_along(parts, tmp_path, monkeypatch):
    merged(parts, tmp_path / "out" / "all.h5")
    shutil.move(tmp_path / "out", tmp_path / "moved")
    monkeypatch.chdir(tmp_path)
    stack = open_frames(parse_address(tmp_path / "moved" / "all.h5"))
    np.testing.assert_array_equal(stack.data.compute(), FRAMES)
    with h5py.File(tmp_path / "moved" / "all.h5") as file:
        assert sorted(source.file_name for source in file["entry/data/signal"].virtual_sources()) == [
            "0.h5",
            "3.h5",
            "5.h5",
        ]


def test_a_part_that_goes_away_is_nan_never_zero(parts, tmp_path):
    merged(parts, tmp_path / "out" / "all.h5")
    parts[2].unlink()
    stack = open_frames(parse_address(tmp_path / "out" / "all.h5"))
    assert np.isnan(stack.data.compute()).all(axis=(1, 2, 3)).tolist() == [False] * 3 + [True] * 2 + [False] * 2
    with h5py.File(tmp_path / "out" / "all.h5") as file:
        assert np.isnan(file["entry/data/signal"][3:5]).all()


def test_masters_of_parts_are_parts(tmp_path):
    first, second, third = (part(tmp_path / f"{a}.h5", a, b) for a, b in ((0, 3), (3, 5), (5, 7)))
    for each in (first, second):
        with h5py.File(each, "r+") as file:
            file["entry/process/whole_range"][()] = "[0, 5, 1]"
    master = merged([first, second], tmp_path / "master.h5")
    whole = merged([third, master], tmp_path / "whole.h5")
    np.testing.assert_array_equal(open_frames(parse_address(whole)).data.compute(), FRAMES)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"input": "other.h5"}, r"the input of .*0\.h5 and .*x\.h5 differ: run\.h5, and other\.h5"),
        ({"model_sha256": "cd"}, "the model sha256 of"),
        ({"parameters": {"passes": 4}}, "the parameters of"),
        ({"calibration": ["pedestals.h5"]}, "the calibration of"),
        ({"rounding": "photons"}, "the rounding of"),
    ],
)
def test_parts_of_something_else_are_refused(tmp_path, change, sentence):
    first, other = part(tmp_path / "0.h5", 0, 3), part(tmp_path / "x.h5", 3, 7, **change)
    with pytest.raises(Refused, match=sentence):
        plan_merge([first, other], tmp_path / "all.h5")


def test_parts_that_overlap_are_refused(tmp_path, parts):
    with pytest.raises(Refused, match=r"3\.h5 \(frames 3:5\) and .*again\.h5 \(frames 4:6\) overlap"):
        plan_merge([*parts[1:], part(tmp_path / "again.h5", 4, 6)], tmp_path / "all.h5")
    with pytest.raises(Refused, match="overlap"):
        plan_merge([*parts, parts[0]], tmp_path / "all.h5")


@pytest.mark.parametrize(("kept", "missing"), [((0, 1), "3:5"), ((1, 2), "5:7"), ((0, 2), "0:3")])
def test_missing_parts_are_named(tmp_path, parts, kept, missing):
    with pytest.raises(Refused, match=rf"no part holds the frames {missing} of run\.h5; needed: all of frames 0:7"):
        plan_merge([parts[number] for number in kept], tmp_path / "all.h5")


def test_ranges_that_were_chosen_one_by_one_need_no_more_than_to_meet(tmp_path):
    parts = [part(tmp_path / f"{a}.h5", a, b, whole=(a, b, 1)) for a, b in ((1, 3), (3, 6))]
    assert plan_merge(parts, tmp_path / "all.h5").rows == range(1, 6)


def test_a_file_of_others_and_half_a_part_are_refused(tmp_path, parts, frames_file):
    with pytest.raises(Refused, match=r"is no result of `unveil denoise`"):
        plan_merge([parts[0], frames_file], tmp_path / "all.h5")
    with h5py.File(parts[0], "r+") as file:
        file["entry/process/input_range"][()] = "[5, 9, 1]"
    with pytest.raises(Refused, match=r"should hold frames 5:9, and holds .*signal \(2, 2, 6, 8\) float32"):
        plan_merge(parts, tmp_path / "all.h5")


def test_a_part_is_never_overwritten(parts):
    with pytest.raises(Refused, match="is an input itself"):
        plan_merge(parts, parts[0])


def test_counts_of_two_types_are_copied_and_missing_ones_stay_missing(tmp_path):
    small = part(tmp_path / "a.h5", 0, 3, photon=1.0)
    large = part(tmp_path / "b.h5", 3, 7, photon=1.0)
    with h5py.File(large, "r+") as file:
        data, values = file["entry/data"], file["entry/data/signal"][:].astype(np.uint32)
        del data["signal"]
        data["signal"] = values + 10**6
    with h5py.File(small, "r+") as file:
        file["entry/data/signal"][0, 0, 0, 0] = 2**16 - 1
    plan = plan_merge([small, large], tmp_path / "all.h5")
    with pytest.raises(Refused, match=r"has the types uint16, uint32; .* add --copy"):
        merge_virtually(plan)
    list(merge_by_copying(plan))
    frames = open_frames(parse_address(tmp_path / "all.h5")).data.compute()
    assert np.isnan(frames[0, 0, 0, 0])
    assert frames[3:].min() >= 10**6
    np.testing.assert_array_equal(frames[1:3], np.maximum(np.rint(FRAMES[1:3]), 0))


@BOTH
def test_nothing_is_left_of_a_merge_that_ends_early(parts, tmp_path, merge):
    work = merge(plan_merge(parts, tmp_path / "out" / "all.h5"))
    next(work)
    work.close()
    assert sorted((tmp_path / "out").iterdir()) == sorted(parts)
