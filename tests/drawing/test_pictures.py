import numpy as np
import pytest

from napari_unveil.drawing.pages import blank
from napari_unveil.drawing.pictures import draw_triptych, scale_of
from napari_unveil.types import Separation


@pytest.fixture(scope="module")
def drawn(cases):
    figure = blank(9, 3)
    draw_triptych(figure, cases[0].frame, cases[0].separation, unit="keV", centre_yx=(20, 50))
    return [axes for axes in figure.axes if axes.images], [axes for axes in figure.axes if not axes.images]


def test_input_and_signal_share_their_limits_and_noise_has_its_own(drawn):
    (frame, signal, noise), _ = (([axes.images[0].get_clim() for axes in group if axes.images]) for group in drawn)
    assert frame == signal
    assert noise != signal


def test_masked_pixels_have_a_colour_of_their_own(drawn):
    image = drawn[0][0].images[0]
    masked = image.to_rgba(np.ma.masked_invalid([[np.nan, 0.0, 1e9]]))[0]
    assert tuple(masked[0]) not in {tuple(masked[1]), tuple(masked[2])}


def test_colour_bars_name_the_unit(drawn):
    assert [bar.get_xlabel() for bar in drawn[1]] == ["keV per pixel"] * 3


def test_a_single_hit_does_not_set_the_scale():
    frame = np.ones((100, 100), np.float32)
    frame[3, 3] = 1e6
    assert scale_of(frame).top == 1


def test_a_frame_without_intensity_has_a_scale():
    assert scale_of(np.full((4, 4), -1, np.float32)).top > 0
    nothing = np.full((4, 4), np.nan, np.float32)
    draw_triptych(blank(9, 3), nothing, Separation(nothing, nothing), unit="", centre_yx=(0, 0))
