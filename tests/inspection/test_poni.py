import sys
from pathlib import Path

import numpy as np
import pytest

from napari_unveil.errors import Refused
from napari_unveil.inspection.geometry import Sector, rings
from napari_unveil.inspection.poni import geometry_of

pytest.importorskip("pyFAI")
SHAPE = (195, 487)
PONI = """poni_version: 2.1
Detector: Pilatus100k
Detector_config: {{}}
Distance: {distance}
Poni1: 0.02
Poni2: 0.05
Rot1: {tilt}
Rot2: -0.02
Rot3: 0.1
"""


@pytest.fixture
def poni(tmp_path: Path) -> Path:
    """A small detector, tilted, at 1 Angstrom."""
    path = tmp_path / "tilted.poni"
    path.write_text(PONI.format(distance=0.2, tilt=0.1) + "Wavelength: 1e-10\n")
    return path


def test_q_of_a_detector_that_faces_the_beam_is_that_of_the_textbook(tmp_path: Path):
    path = tmp_path / "straight.poni"
    straight = PONI.format(distance=0.2, tilt=0).replace("Rot2: -0.02", "Rot2: 0").replace("Rot3: 0.1", "Rot3: 0")
    path.write_text(straight + "Wavelength: 1e-10\n")
    geometry = geometry_of(path, SHAPE)
    y, x = np.ogrid[: SHAPE[0], : SHAPE[1]]
    radius_m = np.hypot((y + 0.5) * 172e-6 - 0.02, (x + 0.5) * 172e-6 - 0.05)
    two_theta = np.arctan(radius_m / 0.2)
    np.testing.assert_allclose(geometry.radial, 4 * np.pi / 0.1 * np.sin(two_theta / 2), rtol=1e-6)  # nm
    assert geometry.centre_yx == pytest.approx((0.02 / 172e-6 - 0.5, 0.05 / 172e-6 - 0.5))
    chi = np.rad2deg(np.arctan2(y - geometry.centre_yx[0], x - geometry.centre_yx[1]))
    np.testing.assert_allclose(geometry.azimuth_deg(), chi, atol=1e-4)


@pytest.mark.parametrize("sector", [None, Sector(-30, 80)])
def test_profiles_agree_with_those_of_pyfai(poni: Path, sector: Sector | None):
    import pyFAI

    geometry = geometry_of(poni, SHAPE)
    frame = np.random.default_rng(3).poisson(1e4 / (1 + geometry.radial**2)).astype(np.float32)
    ours = rings(geometry, sector=sector).profile(frame)
    theirs = pyFAI.load(str(poni)).integrate1d(
        frame,
        300,
        unit="q_nm^-1",
        method=("no", "histogram", "cython"),
        correctSolidAngle=False,
        azimuth_range=None if sector is None else (sector.start_deg, sector.stop_deg),
    )
    same_bins = np.interp(theirs.radial, ours.position, ours.mean)
    seen = (theirs.count > 50) & (theirs.radial > ours.position[5]) & (theirs.radial < ours.position[-5])
    assert seen.sum() > 100
    pull = (same_bins - theirs.intensity)[seen] / np.sqrt(theirs.intensity[seen] / theirs.count[seen])
    assert np.abs(np.median(pull)) < 0.3
    assert np.sum(ours.mean * ours.pixels) == pytest.approx(theirs.sum_signal.sum(), rel=1e-4)


@pytest.mark.parametrize(
    ("text", "words"),
    [("nothing of the kind", "no wavelength|cannot be read"), (PONI.format(distance=0.2, tilt=0), "no wavelength")],
)
def test_files_without_a_geometry_or_a_wavelength_are_refused(tmp_path: Path, text: str, words: str):
    path = tmp_path / "other.poni"
    path.write_text(text)
    with pytest.raises(Refused, match=words):
        geometry_of(path, SHAPE)


def test_an_absent_file_is_refused(tmp_path: Path):
    with pytest.raises(Refused, match=r"gone\.poni"):
        geometry_of(tmp_path / "gone.poni", SHAPE)


def test_the_geometry_of_another_detector_is_refused(poni: Path):
    with pytest.raises(Refused, match=r"of a detector of \(195, 487\) pixels"):
        geometry_of(poni, (512, 1024))


def test_without_pyfai_it_says_what_to_install(poni: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "pyFAI", None)
    with pytest.raises(Refused, match=r"napari-unveil\[pyfai\]"):
        geometry_of(poni, SHAPE)
