import math

import pytest

from napari_unveil.errors import Refused
from napari_unveil.simulate import Campaign


@pytest.mark.parametrize(
    "setting",
    [
        {"shape": (512,)},
        {"shape": (512.0, 1024)},
        {"shape": (16, 1024)},
        {"photon_energy_keV": 0.0},
        {"photon_energy_keV": math.nan},
        {"hits_per_pixel": -0.1},
        {"temperature_keV": math.inf},
        {"readout_noise_keV": -1.0},
        {"bad_fraction": 1.0},
        {"streaks": 1.5},
        {"seed": -1},
    ],
)
def test_nonsense_is_refused_by_name(setting):
    (name,) = setting
    with pytest.raises(Refused) as refusal:
        Campaign(**setting)
    assert name.split("_")[0] in str(refusal.value)


def test_background_may_be_absent():
    assert Campaign(hits_per_pixel=0.0).hits_per_pixel == 0


def test_what_is_fixed_depends_on_the_seed_alone():
    first, again, other = (Campaign(seed=seed).fixed_rng(1).random() for seed in (3, 3, 4))
    assert first == again != other
