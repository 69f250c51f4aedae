import pytest

from napari_unveil.errors import Refused
from napari_unveil.recipes.photons import one_photon


def test_one_photon_is_its_energy_and_one_in_counts():
    assert one_photon("keV", 9.3) == 9.3
    assert one_photon("photons", None) == 1
    assert one_photon("counts", 9.3) == 1


@pytest.mark.parametrize("unit", ["keV", "", "ADU"])
def test_an_unknown_photon_is_asked_for_and_never_guessed(unit):
    with pytest.raises(Refused, match="give the photon energy"):
        one_photon(unit, None)


@pytest.mark.parametrize("energy", [0.0, -8.0, float("nan")])
def test_an_impossible_energy_is_refused(energy):
    with pytest.raises(Refused, match="positive"):
        one_photon("keV", energy)
