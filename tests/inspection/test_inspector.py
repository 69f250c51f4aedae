from dataclasses import replace

import numpy as np
import pytest

from napari_unveil.errors import Refused
from napari_unveil.inspection.inspector import Images, Inspector, suggested_centre
from napari_unveil.inspection.pixel_errors import PixelErrors
from napari_unveil.inspection.questions import Along, Around, InRegions, Values, WhatIsLeft
from napari_unveil.inspection.told import with_error


@pytest.fixture
def images(scene) -> Images:
    frame, separation, _ = scene
    return Images({"input": frame, "signal": separation.signal, "noise": separation.noise}, "keV", 8.0)


def test_profiles_of_signal_and_noise_add_up_to_that_of_the_input(images: Images):
    for question in (Around(centre_yx=(70, 100)), Along((70, 0), (70, 150), width_px=5)):
        curves = Inspector().look(images, question).plot.curves
        both = curves["signal"].y + curves["noise"].y
        whole = np.isfinite(curves["input"].y)
        np.testing.assert_allclose(curves["input"].y[whole], both[whole], rtol=0.05)


def test_without_a_centre_the_brightest_part_is_it(images: Images):
    found = Inspector().look(images, Around())
    assert found.centre_yx == pytest.approx((70, 100), abs=3)
    assert suggested_centre(np.zeros((11, 21), np.float32)) == (5, 10)


def test_the_answer_does_not_depend_on_what_was_asked_before(images: Images):
    used = Inspector()
    questions = [Around((70, 100)), Around((3, 4)), Around((70, 100), bin_px=4), Along((0, 0), (9, 9)), Around((3, 4))]
    for question in questions:
        again, fresh = used.look(images, question), Inspector().look(images, question)
        np.testing.assert_array_equal(again.plot.curves["input"].y, fresh.plot.curves["input"].y)


def test_a_frame_that_is_not_denoised_shows_its_input_alone(images: Images):
    alone = Images({"input": images.by_name["input"]}, "keV", 8.0)
    assert set(Inspector().look(alone, Around((70, 100))).plot.curves) == {"input"}
    assert not Inspector().look(alone, WhatIsLeft()).told


def test_histograms_hold_every_valid_pixel_in_any_unit_and_scale(images: Images):
    for question in (Values(), Values(in_photons=True), Values(growing=True), Values(True, True)):
        found = Inspector().look(images, question)
        assert found.plot.x.unit == ("photons" if question.in_photons else "keV")
        assert found.plot.curves["input"].y.sum() == np.isfinite(images.by_name["input"]).sum()


def test_photons_need_the_energy_of_one(images: Images):
    with pytest.raises(Refused, match="without a photon energy"):
        Inspector().look(Images(images.by_name, "keV", None), Values(in_photons=True))


def test_regions_are_numbered_and_say_where_their_errors_are_from(images: Images):
    square = np.array([[60.0, 90], [60, 110], [80, 110], [80, 90]])
    found = Inspector().look(images, InRegions((square, square + 30)))
    assert found.table.columns["region"] == [1, 1, 1, 2, 2, 2]
    assert [line.name for line in found.told[:3]] == ["1 input", "1 signal", "1 noise"]
    assert "±" in found.told[0].value
    assert found.told[1].explanation.startswith("Error from counting")
    total = found.table.columns["sum (keV)"]
    assert total[0] == pytest.approx(total[1] + total[2], rel=1e-5)


def test_without_a_region_it_says_what_to_do(images: Images):
    with pytest.raises(Refused, match="press New regions"):
        Inspector().look(images, InRegions(()))


def test_every_number_of_the_separation_has_an_explanation(images: Images):
    found = Inspector().look(images, WhatIsLeft())
    told = {line.name: line for line in found.told}
    assert told["Energy removed"].value.endswith("%")
    assert all(len(line.explanation) > 20 for line in found.told)
    assert found.table.columns["number"] == list(told)


@pytest.mark.parametrize(
    ("value", "error", "text"),
    [
        (1234.5, 56.7, "1234 ± 57"),
        (0.01234, 0.00056, "0.01234 ± 0.00056"),
        (3.0, float("nan"), "3"),
        (5e5, 1.2, "500000.0 ± 1.2"),
    ],
)
def test_a_number_ends_where_its_error_does(value: float, error: float, text: str):
    assert with_error(value, error) == text


def test_regions_that_moved_are_summed_anew(images: Images):
    inspector, square = Inspector(), np.array([[0, 0], [0, 9], [9, 9], [9, 0.0]])
    first = inspector.look(images, InRegions((square,)))
    again = inspector.look(images, InRegions((square.copy(),)))
    moved = inspector.look(images, InRegions((square + 5.0,)))
    totals = [found.table.columns["sum (keV)"][0] for found in (first, again, moved)]
    assert totals[0] == totals[1] != totals[2]


def test_errors_of_the_separation_are_columns_and_widen_the_bands_of_the_signal(images: Images):
    error = np.full(images.shape, 3, np.float32)
    known = replace(images, error=PixelErrors(error))
    square = np.array([[60.0, 90], [60, 110], [80, 110], [80, 90]])
    for question in (Around(centre_yx=(70, 100)), Along((70, 0), (70, 150), width_px=5)):
        plain, found = (Inspector().look(each, question) for each in (images, known))
        columns = found.table.columns
        assert set(columns) - set(plain.table.columns) == {"signal separation error (keV per pixel)"}
        of_separation = columns["signal separation error (keV per pixel)"]
        several = columns["signal pixels"] > 1
        np.testing.assert_allclose(of_separation, 3 / np.sqrt(columns["signal pixels"]), rtol=1e-6)
        scatter = columns["signal standard error (keV per pixel)"]
        band = found.plot.curves["signal"].error
        np.testing.assert_allclose(band[several], np.hypot(scatter, of_separation)[several], rtol=1e-6)
        np.testing.assert_array_equal(found.plot.curves["noise"].error, plain.plot.curves["noise"].error)
    plain, found = (Inspector().look(each, InRegions((square,))) for each in (images, known))
    assert set(found.table.columns) - set(plain.table.columns) == {"separation error of the sum (keV)"}
    assert found.table.columns["error from"][1] == "counting statistics + separation"
    assert "from the separation" in found.told[1].explanation


def test_errors_that_go_together_make_those_of_rings_lines_and_regions_larger(images: Images):
    error = np.full(images.shape, 3, np.float32)
    plain, found = (replace(images, error=PixelErrors(error, correlation)) for correlation in (0.0, 0.1))
    for question in (Around(centre_yx=(70, 100)), Along((70, 0), (70, 150), width_px=5)):
        of_plain, of_found = (Inspector().look(each, question).table.columns for each in (plain, found))
        pixels = of_found["signal pixels"]
        name = "signal separation error (keV per pixel)"
        np.testing.assert_allclose(of_found[name], of_plain[name] * np.sqrt(0.9 + 0.1 * pixels), rtol=1e-6)
    square = np.array([[60.0, 90], [60, 110], [80, 110], [80, 90]])
    of_plain, of_found = (Inspector().look(each, InRegions((square,))).table.columns for each in (plain, found))
    name, pixels = "separation error of the sum (keV)", of_found["pixels"][1]
    assert of_found[name][1] == pytest.approx(of_plain[name][1] * np.sqrt(0.9 + 0.1 * pixels))
