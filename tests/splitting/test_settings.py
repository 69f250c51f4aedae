import pytest

from napari_unveil.errors import Refused
from napari_unveil.splitting import SplitSettings


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"parts": 1}, "K = 1 parts"),
        ({"parts": 65}, "from 2 to 64"),
        ({"parts": 2.5}, "whole number"),
        ({"form": "halves"}, "tomography, frames, thinning"),
        ({"filter": "box"}, "ramp"),
        ({"axis_px": float("nan")}, "column of the detector"),
        ({"seed": -1}, "the seed is -1"),
    ],
)
def test_what_is_no_setting_is_refused(wrong, said):
    with pytest.raises(Refused, match=said):
        SplitSettings(**wrong)


def test_the_published_split_is_the_default():
    assert (SplitSettings().form, SplitSettings().parts) == ("tomography", 4)
