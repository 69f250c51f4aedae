import dataclasses
import tracemalloc

import numpy as np
import pytest

from napari_unveil.errors import Failed, Refused
from napari_unveil.harvest import HarvestSettings, PatchLibrary, harvest, plan_harvest


def replanned(plan, **changes):
    settings = dataclasses.replace(plan.settings, **changes.pop("settings", {}))
    return dataclasses.replace(plan, settings=settings, **changes)


def test_a_harvest_reports_its_way_and_leaves_what_was_asked_for(plan, tmp_path):
    reports = list(harvest(plan, tmp_path / "patches.h5"))
    library = PatchLibrary.open(tmp_path / "patches.h5")
    assert (library.count("signal"), library.count("noise")) == (30, 40)
    last = reports[-1]
    assert (last.frames_read, last.frames, last.counts["signal"], last.counts["noise"]) == (12, 12, 30, 40)
    assert [report.frames_read for report in reports[:-1]] == list(range(1, 13))
    assert list(tmp_path.iterdir()) == [library.path]


def test_the_file_is_there_at_the_last_report(plan, tmp_path):
    path = tmp_path / "patches.h5"
    there = [path.exists() for _ in harvest(plan, path)]
    assert there == [False] * 12 + [True]


def test_every_frame_contributes_its_share(library):
    np.testing.assert_array_equal(np.bincount(library.labels["signal"].frames), [5] * 6)
    assert set(np.bincount(library.labels["noise"].frames)) == {6, 7}


def test_fewer_patches_than_frames_come_from_different_frames(plan, tmp_path):
    list(harvest(replanned(plan, settings={"signals": 3, "noises": 2}), tmp_path / "patches.h5"))
    library = PatchLibrary.open(tmp_path / "patches.h5")
    assert len(set(library.labels["signal"].frames)) == 3
    assert len(set(library.labels["noise"].frames)) == 2


@pytest.mark.parametrize("value", [0, np.nan])
@pytest.mark.parametrize("barren", [[0, 1], [4, 5], [1, 2, 3, 4, 5]])
def test_others_make_up_for_barren_frames(plan, stack, xray_frames, full_frames, tmp_path, value, barren):
    xray, full = xray_frames.copy(), full_frames.copy()
    xray[barren] = full[barren] = value
    poor = replanned(plan, signal=stack(xray), noise=stack(full))
    *_, last = harvest(poor, tmp_path / "patches.h5")
    assert (last.counts["signal"], last.counts["noise"]) == (30, 40)
    assert last.frames_read == last.frames
    library = PatchLibrary.open(tmp_path / "patches.h5")
    assert not set(barren) & {*library.labels["signal"].frames, *library.labels["noise"].frames}


def test_too_few_noise_positions_are_reported_and_never_doubled(plan, tmp_path):
    mask = np.ones_like(plan.mask)
    mask[:33, :33] = False
    scarce = replanned(plan, mask=mask, settings={"max_excluded": 0.0, "noises": 1000})
    *_, last = harvest(scarce, tmp_path / "patches.h5")
    assert (last.counts["noise"], last.wanted["noise"]) == (6 * 4, 1000)


@pytest.mark.parametrize("barren", ["signal", "noise"])
def test_no_patch_at_all_is_refused_and_nothing_stays(plan, stack, xray_frames, tmp_path, barren):
    blank = stack(np.zeros_like(xray_frames), name="blank.h5")
    with pytest.raises(Refused, match=r"none of the 6 frames of blank\.h5 gave a patch"):
        list(harvest(replanned(plan, **{barren: blank}), tmp_path / "patches.h5"))
    assert list(tmp_path.iterdir()) == []


def test_unreadable_frames_are_listed_and_left_out(plan, tmp_path, monkeypatch):
    read = type(plan.noise).read

    def broken(self, index):
        if index == 2:
            raise Failed(found=f"frame 2 of {self.address} is broken", kept="the others", remedy="copy it again")
        return read(self, index)

    monkeypatch.setattr(type(plan.noise), "read", broken)
    resolved = plan_harvest(plan.signal, plan.noise, plan.mask, plan.settings)
    reports = []
    with pytest.raises(Failed, match="2 frames could not be read"):
        reports.extend(harvest(resolved, tmp_path / "patches.h5"))
    assert PatchLibrary.open(tmp_path / "patches.h5").count("noise") == 40
    last = reports[-1]
    assert (last.counts["signal"], last.counts["noise"]) == (30, 40)
    assert [sentence.split(";")[0] for sentence in last.unreadable] == [
        "frame 2 of xray.h5 is broken",
        "frame 2 of full.h5 is broken",
    ]


def test_an_intensity_out_of_reach_is_refused_with_its_value(plan, tmp_path):
    with pytest.raises(Refused, match=r"at least 1e\+09 keV"):
        list(harvest(replanned(plan, min_intensity=1e9), tmp_path / "patches.h5"))


def test_a_cancelled_harvest_leaves_nothing(plan, tmp_path):
    work = harvest(plan, tmp_path / "patches.h5")
    for _ in range(8):
        next(work)
    work.close()
    assert list(tmp_path.iterdir()) == []


def test_a_cancelled_harvest_leaves_the_library_before_it(plan, tmp_path):
    path = tmp_path / "patches.h5"
    list(harvest(plan, path))
    before = PatchLibrary.open(path).sha256
    work = harvest(replanned(plan, settings={"signals": 5}), path)
    next(work)
    work.close()
    assert PatchLibrary.open(path).sha256 == before


def test_the_seed_decides(plan, tmp_path):
    def corners(name, seed):
        list(harvest(replanned(plan, settings={"seed": seed}), tmp_path / name))
        library = PatchLibrary.open(tmp_path / name)
        return library.patches("signal", np.arange(30)), library.patches("noise", np.arange(40))

    first, again, other = corners("a.h5", 1), corners("b.h5", 1), corners("c.h5", 2)
    for kind in (0, 1):
        np.testing.assert_array_equal(first[kind], again[kind])
        assert not np.array_equal(first[kind], other[kind], equal_nan=True)


def test_the_input_is_not_overwritten(plan, stack, xray_frames, tmp_path):
    path = tmp_path / "xray.h5"
    path.write_bytes(b"frames")
    with pytest.raises(Refused, match="is an input itself"):
        list(harvest(replanned(plan, signal=stack(xray_frames, name=str(path))), path))
    assert path.read_bytes() == b"frames"


def test_a_large_harvest_needs_little_memory(stack, tmp_path):
    frames = stack(np.random.default_rng(0).random((4, 256, 256)))
    settings = HarvestSettings(patch=128, signals=300, noises=300, min_intensity=0.0)
    plan = plan_harvest(frames, frames, np.zeros((256, 256), np.bool_), settings)
    tracemalloc.start()
    reports = list(harvest(plan, tmp_path / "patches.h5"))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    written = (tmp_path / "patches.h5").stat().st_size
    assert written > 600 * 128 * 128 * 4
    assert peak < written / 4
    assert any(report.counts["signal"] == 256 for report in reports), "long frames report on the way"
