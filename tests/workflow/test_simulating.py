import numpy as np
import pytest

from napari_unveil.errors import Refused
from napari_unveil.frames import open_frames, open_layers, parse_address
from napari_unveil.simulate import Campaign
from napari_unveil.workflow.simulating import simulate


def test_frames_are_the_sum_of_their_truth_and_the_files_say_what_they_are(beamtime):
    full = open_frames(parse_address(beamtime / "full.h5"))
    truth = dict(open_layers(parse_address(beamtime / "truth.h5")))
    assert list(truth) == ["signal", "noise", "expected"]
    assert full.unit == "keV"
    assert full.photon_energy_keV == 8.0
    assert full.frame_count == 4
    frame = full.read(2)
    whole = truth["signal"].read(2) + truth["noise"].read(2)
    good = np.isfinite(frame)
    assert good.mean() > 0.99
    np.testing.assert_allclose(frame[good], whole[good], rtol=1e-5, atol=1e-3)
    assert truth["noise"].read(2).sum() > 0


def test_xray_only_shots_are_others_than_the_full_ones(beamtime):
    quiet, full = (open_frames(parse_address(beamtime / name)) for name in ("xray.h5", "full.h5"))
    assert quiet.frame_count == 3
    assert not np.array_equal(quiet.read(0), full.read(0), equal_nan=True)


def test_a_folder_with_another_kind_is_refused(tmp_path):
    (tmp_path / "foam.h5").touch()
    with pytest.raises(Refused, match=r"foam\.h5 is there"):
        list(simulate(tmp_path, Campaign(shape=(32, 32)), xray_only=1, shots=1, seed=0))
    assert [path.name for path in tmp_path.iterdir()] == ["foam.h5"]
