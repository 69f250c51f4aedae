import dataclasses
from pathlib import Path

import numpy as np
import pytest

from napari_unveil.errors import Refused
from napari_unveil.harvest import FrameSeries, PatchLibrary, frame_series, harvest, plan_harvest


@pytest.fixture
def series(stack, xray_frames) -> FrameSeries:
    halves = stack(xray_frames[:2], name="a.h5", unit="", energy=None), stack(xray_frames[2:], name="b.h5")
    return frame_series(halves, role="X-ray only")


def test_frames_are_counted_through_all_stacks(series, xray_frames):
    assert (series.frame_count, series.frame_shape) == (6, xray_frames.shape[1:])
    for number, frame in enumerate(xray_frames):
        np.testing.assert_array_equal(series.read(number), frame)
    with pytest.raises(Refused, match=r"b\.h5"):
        series.read(6)


def test_what_one_stack_does_not_know_another_tells(series):
    assert (series.unit, series.photon_energy_keV, series.address) == ("keV", 8.0, "a.h5, b.h5")


def test_a_harvest_of_a_series_is_the_harvest_of_its_frames(plan, series, tmp_path):
    list(harvest(plan, tmp_path / "one.h5"))
    parted = plan_harvest(series, plan.noise, plan.mask, plan.settings)
    list(harvest(parted, tmp_path / "two.h5"))
    one, two = (PatchLibrary.open(tmp_path / name) for name in ("one.h5", "two.h5"))
    np.testing.assert_array_equal(one.labels["signal"].frames, two.labels["signal"].frames)
    np.testing.assert_array_equal(one.patches("signal", np.arange(30)), two.patches("signal", np.arange(30)))
    assert two.provenance["signal"] == "a.h5, b.h5"
    assert two.provenance["signal_frame_counts"] == [2, 4]


def test_no_stack_of_a_series_is_overwritten(plan, stack, xray_frames, tmp_path):
    path = tmp_path / "b.h5"
    path.write_bytes(b"frames")
    series = frame_series((plan.signal, stack(xray_frames, name=str(path))), role="X-ray only")
    with pytest.raises(Refused, match="is an input itself"):
        list(harvest(dataclasses.replace(plan, signal=series), path))
    assert Path(path).read_bytes() == b"frames"


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"unit": "photons"}, "the units of the layers with the role X-ray only differ: keV, photons"),
        ({"energy": 9.0}, "photon energies .* differ: 8 keV, 9 keV"),
        ({"crop": 1}, r"shapes \(y, x\) .* differ: \(96, 160\), \(96, 159\)"),
        ({"count": 0}, r"more\.h5 holds no frames"),
    ],
)
def test_stacks_that_do_not_belong_together_are_refused(stack, xray_frames, changes, sentence):
    frames = xray_frames[: changes.pop("count", None), :, changes.pop("crop", 0) :]
    with pytest.raises(Refused, match=sentence):
        frame_series((stack(xray_frames), stack(frames, name="more.h5", **changes)), role="X-ray only")


def test_no_stack_at_all_is_refused():
    with pytest.raises(Refused, match="no layer has the role full shot"):
        frame_series((), role="full shot")
