import dataclasses
import shutil
import tracemalloc
from collections import namedtuple

import numpy as np
import pytest

from napari_unveil.errors import Refused
from napari_unveil.harvest import HarvestSettings, estimate_harvest, harvest, plan_harvest, refuse_unfitting
from napari_unveil.harvest.estimate import PASSING_BYTES

Usage = namedtuple("Usage", "total used free")


def looked_ahead(plan, path):
    return estimate_harvest(plan.signal, plan.noise, plan.mask, plan.settings, path)


@pytest.mark.parametrize(("patch", "signals", "noises"), [(8, 400, 900), (16, 20, 30), (32, 300, 700), (64, 3, 2)])
def test_the_file_has_the_size_that_was_announced(stack, tmp_path, patch, signals, noises):
    frames = stack(np.random.default_rng(0).random((3, 96, 160)))
    settings = HarvestSettings(patch=patch, signals=signals, noises=noises, min_intensity=0.0)
    plan = plan_harvest(frames, frames, np.zeros((96, 160), np.bool_), settings)
    path = tmp_path / "patches.h5"
    announced = looked_ahead(plan, path)
    *_, last = harvest(plan, path)
    assert (announced.signals, announced.noises) == (last.counts["signal"], last.counts["noise"])
    assert announced.file_bytes == pytest.approx(path.stat().st_size, rel=0.02)


def test_places_are_the_positions_that_the_mask_leaves(plan, tmp_path):
    mask = np.ones_like(plan.mask)
    mask[:33, :34] = False
    settings = dataclasses.replace(plan.settings, max_excluded=0.0, noises=1000)
    announced = looked_ahead(dataclasses.replace(plan, mask=mask, settings=settings), tmp_path / "patches.h5")
    assert announced.places == 2 * 3
    assert announced.noises == 2 * 3 * 6, "in each of 6 frames"


def test_the_memory_at_the_peak_is_announced(stack, tmp_path):
    pixels = np.random.default_rng(0).random((2, 2048, 2048), np.float32)
    pixels[:, 600:800, 600:800] += 10
    frames, mask = stack(pixels), np.zeros((2048, 2048), np.bool_)
    mask[500:900, 500:900] = True
    settings = HarvestSettings(patch=32, signals=20, noises=20)
    announced = estimate_harvest(frames, frames, mask, settings, tmp_path / "patches.h5")
    tracemalloc.start()
    list(
        harvest(plan_harvest(frames, frames, mask, dataclasses.replace(settings, min_intensity=0.0)), tmp_path / "p.h5")
    )
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert (announced.memory_bytes - PASSING_BYTES) / 3 < peak < announced.memory_bytes


def test_what_the_disk_has_no_room_for_is_refused_before_a_frame_is_read(plan, tmp_path, monkeypatch):
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(10**9, 10**9 - 10**6, 10**6))
    with pytest.raises(Refused, match=r"the disk has 1 MB free; needed: 33\.9 MB for 30 signal and 40 noise patches"):
        refuse_unfitting(looked_ahead(plan, tmp_path / "patches.h5"))
    monkeypatch.setattr(type(plan.signal), "read", lambda *_: pytest.fail("a frame was read"))
    with pytest.raises(Refused, match="the disk has 1 MB free"):
        list(harvest(plan, tmp_path / "patches.h5"))
    assert list(tmp_path.iterdir()) == []


def test_no_room_for_a_patch_and_no_folder_are_refused(plan, tmp_path):
    with pytest.raises(Refused, match=r"0\.0% of the frame is free"):
        looked_ahead(dataclasses.replace(plan, mask=np.ones_like(plan.mask)), tmp_path / "patches.h5")
    with pytest.raises(Refused, match="absent"):
        looked_ahead(plan, tmp_path / "nowhere" / "patches.h5")
