import numpy as np
import pytest

from napari_unveil.inspection.inspector import Images, Inspector
from napari_unveil.inspection.peaks import fit_peak
from napari_unveil.inspection.questions import InRegions
from napari_unveil.inspection.regions import region_of

AROUND = np.array([[9.5, 14.5], [9.5, 45.5], [40.5, 45.5], [40.5, 14.5]])
BESIDE = AROUND + np.array([0, 60])


@pytest.fixture(scope="module")
def images() -> Images:
    """A peak in the noise, and what a perfect denoising would make of it."""
    y, x = np.indices((60, 120))
    expected = 1 + 9 * np.exp(-((y - 25.2) ** 2 + (x - 30.4) ** 2) / (2 * 3**2))
    signal = (expected + np.random.default_rng(1).normal(0, 0.1, expected.shape)).astype(np.float32)
    counts = np.random.default_rng(0).poisson(expected).astype(np.float32)
    return Images({"input": counts, "signal": signal, "noise": counts - signal}, "counts", None)


def test_peaks_stand_beside_the_sums_of_their_regions(images: Images):
    alone = Inspector().look(images, InRegions((AROUND, BESIDE)))
    found = Inspector().look(images, InRegions((AROUND, BESIDE), with_peaks=True))
    assert found.told[: len(alone.told)] == alone.told
    assert set(alone.table.columns) < set(found.table.columns)
    assert {len(column) for column in found.table.columns.values()} == {6}
    peak = fit_peak(images.by_name["input"], region_of(AROUND, images.shape))
    columns = found.table.columns
    assert columns["peak y (px)"][0], columns["error of peak y (px)"][0] == (
        peak.centre_yx[0],
        peak.centre_error_yx[0],
    )
    assert columns["peak amplitude (counts per pixel)"][0] == peak.amplitude
    assert columns["peak sum (counts)"][0] == peak.total
    assert columns["peak SRBR"][1] > 5 * columns["peak SRBR"][0], "the denoised image has less residual background"


def test_a_peak_in_words_has_its_numbers_with_errors_and_units(images: Images):
    told = {line.name: line for line in Inspector().look(images, InRegions((AROUND,), with_peaks=True)).told}
    peak = fit_peak(images.by_name["input"], region_of(AROUND, images.shape))
    words = told["1 input: peak"].value
    first, height, place, width = words.splitlines()
    assert first.startswith(f"SRBR {peak.srbr:.3g}; sum ")
    assert first.endswith(" counts")
    assert height.startswith("height ")
    assert height.endswith(" counts per pixel")
    assert place.startswith(f"at y {peak.centre_yx[0]:.2f} ± ")
    assert width.endswith(" px")
    assert "SRBR" in told["1 input: peak"].explanation


def test_a_region_without_a_peak_says_so_and_its_numbers_are_open(images: Images):
    found = Inspector().look(images, InRegions((BESIDE,), with_peaks=True))
    told = {line.name: line.value for line in found.told}
    assert told["1 input: peak"].startswith("none: ")
    assert np.isnan(found.table.columns["peak SRBR"]).all()


def test_an_export_says_how_peaks_were_fitted():
    assert "Gaussian" in InRegions((AROUND,), with_peaks=True).in_words()["peaks"]
    assert "peaks" not in InRegions((AROUND,)).in_words()


def test_frames_without_a_unit_have_none_in_their_words(images: Images):
    alone = Images({"input": images.by_name["input"]}, "", None)
    (_, peak) = Inspector().look(alone, InRegions((AROUND,), with_peaks=True)).told
    assert "  " not in peak.value
    assert peak.value.splitlines()[1].endswith(" per pixel")
