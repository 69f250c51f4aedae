"""A measurement is split for the command line and for windows by the same function."""

from dataclasses import replace

import numpy as np
import pytest

from napari_unveil.errors import Refused
from napari_unveil.frames import parse_address, projections_from_arrays, stack_from_array
from napari_unveil.network.card import ModelCard
from napari_unveil.splitting import SplitSettings
from napari_unveil.workflow.request import refuse_other_parts
from napari_unveil.workflow.splitting import form_of, open_measurement, split_for, split_of_model

FRAMES = np.random.default_rng(0).poisson(5.0, (6, 24, 24)).astype(np.float32)


def tomography(*, light=1000.0):
    degrees = np.arange(30) * 6.0
    columns = np.arange(40) - 18.0
    inside = 64 - (columns - 5 * np.cos(np.deg2rad(degrees))[:, None]) ** 2
    counts = light * np.exp(-0.05 * np.sqrt(np.maximum(0, inside)))
    flats, darks = np.full((2, 2, 40), 1000.0), np.zeros((2, 2, 40))
    repeated = np.repeat(counts[:, None], 2, axis=1)
    return projections_from_arrays(repeated, flats=flats, darks=darks, angles_deg=degrees, name="scan")


@pytest.mark.parametrize(
    ("measurement", "form"),
    [
        (tomography(), "tomography"),
        (stack_from_array(FRAMES, name="several"), "frames"),
        (stack_from_array(FRAMES[:1], name="one"), "thinning"),
        (stack_from_array(FRAMES[0], name="a picture"), "thinning"),
    ],
    ids=["projections", "several frames", "one frame", "a picture"],
)
def test_the_form_is_the_one_that_suits(measurement, form):
    assert form_of(measurement) == form


def test_what_holds_no_projections_is_opened_as_frames(tmp_path):
    address, stack = parse_address(str(tmp_path / "absent.h5")), stack_from_array(FRAMES, name="frames")
    assert open_measurement(address, form=None, open_stack=lambda: stack) is stack
    assert open_measurement(address, form="frames", open_stack=lambda: stack) is stack
    with pytest.raises(Refused):
        open_measurement(address, form="tomography", open_stack=lambda: stack)


class TestAxis:
    def test_it_is_found_and_remembered(self):
        made = split_for(tomography(), SplitSettings())
        assert made.settings.axis_px == pytest.approx(18.0, abs=0.2)
        assert made.provenance["split"]["axis_px"] == made.settings.axis_px
        assert sum("suggested by the data" in sentence for sentence in made.said) == 1

    def test_the_one_that_is_given_counts(self):
        made = split_for(tomography(), SplitSettings(axis_px=17.0))
        assert made.settings.axis_px == 17.0
        assert not any("axis" in sentence for sentence in made.said)

    def test_where_nothing_tells_it_is_the_middle_and_said_so(self):
        empty = tomography()
        empty = replace(empty, read_projections=lambda row: np.full((30, 40), 1000.0, np.float32))
        made = split_for(empty, SplitSettings())
        assert made.settings.axis_px == 19.5
        assert any("the middle of the detector, since nothing attenuates" in sentence for sentence in made.said)


def test_doubts_and_warnings_are_said_once():
    hot = FRAMES.copy()
    hot[:, 10, 12] = 500
    stack = replace(stack_from_array(hot, name="hot", unit="photons"), warnings=("old",))
    said = split_for(stack, SplitSettings("frames", 4)).said
    assert len(said) == len(set(said))
    assert said[0] == "old"
    assert any("hot pixels" in sentence for sentence in said)


def test_a_model_that_learned_from_another_number_of_parts_is_refused():
    stack = split_for(stack_from_array(FRAMES, name="frames", unit="photons"), SplitSettings("frames", 3)).stack
    card = ModelCard(recipe="noise2inverse", settings={"split": {"parts": 4}}, unit="photons", photon_energy_keV=None)
    with pytest.raises(Refused, match="is split into 3 parts, and the model learned from 4"):
        refuse_other_parts(card, stack)
    refuse_other_parts(replace(card, settings={"split": {"parts": 3}}), stack)


def test_a_model_of_frames_asks_for_no_split():
    assert split_of_model("default") is None
