import dataclasses

import numpy as np
import pytest

from napari_unveil.errors import Refused
from napari_unveil.harvest import check_harvest, plan_harvest


def test_a_plan_has_every_number(plan):
    assert plan.min_intensity > 0
    assert (plan.unit, plan.photon_energy_keV) == ("keV", 8.0)


def test_an_intensity_that_is_asked_for_is_taken(plan, settings):
    asked = dataclasses.replace(settings, min_intensity=123.0)
    assert plan_harvest(plan.signal, plan.noise, plan.mask, asked).min_intensity == 123.0


def test_unknown_units_and_energies_are_filled_from_the_other_stack(stack, xray_frames, full_frames, mask, settings):
    plan = plan_harvest(stack(xray_frames, unit="", energy=None), stack(full_frames), mask, settings)
    assert (plan.unit, plan.photon_energy_keV) == ("keV", 8.0)


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"patch": 0}, "patch is 0"),
        ({"signals": 0}, "signals is 0"),
        ({"noises": -2}, "noises is -2"),
        ({"max_excluded": 1.0}, "max_excluded is 1"),
        ({"max_excluded": float("nan")}, "max_excluded is nan"),
        ({"min_intensity": float("nan")}, "min_intensity is nan"),
        ({"seed": -1}, "seed is -1"),
        ({"patch": 33}, "multiple of 8"),
        ({"patch": 104}, r"104 x 104 pixels.*at most 96 pixels"),
    ],
)
def test_numbers_out_of_range_are_refused(plan, settings, wrong, sentence):
    with pytest.raises(Refused, match=sentence):
        check_harvest(plan.signal, plan.noise, plan.mask, dataclasses.replace(settings, **wrong))


def test_stacks_that_do_not_belong_together_are_refused(plan, stack, full_frames, settings):
    with pytest.raises(Refused, match=r"full shots \(96, 159\)"):
        check_harvest(plan.signal, stack(full_frames[:, :, 1:]), plan.mask, settings)
    with pytest.raises(Refused, match=r"the mask has the shape \(95, 160\)"):
        check_harvest(plan.signal, plan.noise, plan.mask[1:], settings)
    with pytest.raises(Refused, match="in keV, the full shots in photons"):
        check_harvest(plan.signal, stack(full_frames, unit="photons"), plan.mask, settings)
    with pytest.raises(Refused, match="at 8 keV, the full shots at 9 keV"):
        check_harvest(plan.signal, stack(full_frames, energy=9.0), plan.mask, settings)


def test_empty_stacks_are_refused(plan, stack, full_frames, settings):
    with pytest.raises(Refused, match=r"none\.h5 holds no frames"):
        check_harvest(plan.signal, stack(full_frames[:0], name="none.h5"), plan.mask, settings)


def test_stacks_of_other_modules_are_refused(plan, in_modules, settings):
    with pytest.raises(Refused, match=r"shapes \(module, y, x\) differ: .* \(96, 160\), full shots \(2, 96, 160\)"):
        check_harvest(plan.signal, in_modules(plan.noise), plan.mask, settings)


def test_a_mask_is_for_all_modules_or_one_for_each_or_united_over_frames(plan, in_modules, settings):
    signal, noise = in_modules(plan.signal), in_modules(plan.noise)
    other = np.roll(plan.mask, 60, axis=1)
    asked = dataclasses.replace(settings, min_intensity=1.0)

    def resolved(mask):
        return plan_harvest(signal, noise, mask, asked).mask

    np.testing.assert_array_equal(resolved(plan.mask), [plan.mask, plan.mask])
    np.testing.assert_array_equal(resolved(np.stack([plan.mask, other])), [plan.mask, other])
    each_frame = np.zeros((3, 2, *plan.mask.shape), np.bool_)
    each_frame[0, 0], each_frame[2, 1] = plan.mask, other
    np.testing.assert_array_equal(resolved(each_frame), [plan.mask, other])
    with pytest.raises(Refused, match=r"the mask has the shape \(3, 96, 160\).*\(module, y, x\) \(2, 96, 160\)"):
        check_harvest(signal, noise, np.zeros((3, *plan.mask.shape), np.bool_), settings)


def test_one_module_with_room_is_enough(plan, in_modules, settings):
    masks = np.stack([np.ones_like(plan.mask), plan.mask])
    asked = dataclasses.replace(settings, min_intensity=1.0)
    plan_harvest(in_modules(plan.signal), in_modules(plan.noise), masks, asked)
    with pytest.raises(Refused, match=r"0\.0% of the frame is free"):
        plan_harvest(in_modules(plan.signal), in_modules(plan.noise), np.ones_like(masks), asked)


def test_a_mask_without_room_is_refused_with_what_would_fit(plan, settings):
    mask = np.ones_like(plan.mask)
    mask[10:31, 20:90] = False
    with pytest.raises(Refused, match=r"9\.6% of the frame is free.*patches of at most 16 pixels"):
        plan_harvest(plan.signal, plan.noise, mask, settings)
    with pytest.raises(Refused, match=r"0\.0% of the frame is free.*; mask less of the frame"):
        plan_harvest(plan.signal, plan.noise, np.ones_like(mask), settings)


def test_pixels_that_are_always_missing_are_no_room(plan, stack, full_frames, settings):
    frames = full_frames.copy()
    frames[:, :, 80:] = np.nan
    check_harvest(plan.signal, stack(frames), plan.mask, settings)
    with pytest.raises(Refused, match="of the frame is free"):
        plan_harvest(plan.signal, stack(frames), plan.mask, settings)


def test_a_blank_shot_does_not_count_as_missing_pixels(plan, stack, full_frames, settings):
    frames = full_frames.copy()
    frames[0] = np.nan
    plan_harvest(plan.signal, stack(frames), plan.mask, settings)


def test_few_frames_of_a_long_stack_are_read(plan, stack, xray_frames, settings, monkeypatch):
    long = stack(np.resize(xray_frames, (100, *xray_frames.shape[1:])))
    numbers = []
    read = type(long).read
    monkeypatch.setattr(type(long), "read", lambda self, i: (numbers.append(i), read(self, i))[1])
    plan_harvest(long, plan.noise, plan.mask, settings)
    assert len(numbers) <= 16
    assert {0, 99} <= set(numbers), "spread over the stack"


def test_checking_looks_at_no_pixel_of_frames_or_mask(plan, settings):
    check_harvest(plan.signal, plan.noise, np.ones_like(plan.mask), settings)
