import numpy as np
import pytest

from napari_unveil.drawing.centre import centre_of


def test_a_given_centre_is_taken(cases):
    assert centre_of(cases[0].separation.signal, (1.0, 2.0)).yx == (1.0, 2.0)


def test_the_bright_part_is_suggested_and_named_so(cases):
    centre = centre_of(cases[0].separation.signal, None)
    assert centre.yx == pytest.approx((20, 50), abs=2)
    assert "brightest" in str(centre)


def test_the_middle_is_taken_where_nothing_stands_out():
    centre = centre_of(np.zeros((11, 21), np.float32), None)
    assert centre.yx == (5, 10)
    assert "nothing stands out" in str(centre)
