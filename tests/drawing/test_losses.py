import math

import pytest

from napari_unveil.drawing import draw_losses
from napari_unveil.errors import Refused


@pytest.mark.parametrize(
    ("training", "validation"),
    [([3.0, 2.0, 1.0], [math.nan, 2.5, 1.5]), ([-1.0, -2.0, -3.0], []), ([math.nan] * 3, [])],
)
def test_losses_of_any_sign_become_one_png(tmp_path, training, validation):
    path = tmp_path / "losses.png"
    draw_losses(path, [1, 2, 3], training, validation)
    assert path.read_bytes().startswith(b"\x89PNG")


def test_losses_that_lack_a_step_are_refused(tmp_path):
    with pytest.raises(Refused, match="3 steps, 2 training"):
        draw_losses(tmp_path / "losses.png", [1, 2, 3], [1.0, 2.0], [])
    assert not list(tmp_path.iterdir())
