import numpy as np
import pytest
from matplotlib.image import imread

from napari_unveil.drawing import draw_separation
from napari_unveil.errors import Refused
from napari_unveil.types import Separation


def test_a_separation_becomes_one_png(tmp_path, cases):
    path = tmp_path / "shot.png"
    draw_separation(path, cases[0].frame, cases[0].separation, unit="keV", title="shot 0: $50 & $x_{")
    height, width, _ = imread(path).shape
    assert width > height > 500
    assert [file.name for file in tmp_path.iterdir()] == ["shot.png"]


def test_a_frame_of_which_nothing_is_known_can_be_drawn(tmp_path):
    nothing = np.full((20, 40), np.nan, np.float32)
    path = tmp_path / "empty.png"
    draw_separation(path, nothing, Separation(nothing, nothing), unit="", title="empty")
    assert path.stat().st_size > 1000


def test_a_folder_that_is_not_there_is_refused(tmp_path, cases):
    with pytest.raises(Refused, match="nothing can be written"):
        draw_separation(tmp_path / "no" / "shot.png", cases[0].frame, cases[0].separation, unit="keV", title="")
