import json

import pytest
import torch
from safetensors.torch import save_file

from napari_unveil.errors import Refused
from napari_unveil.network.model_file import HEADER_KEY, ModelCard, load_model, save_model

CARD = ModelCard("separation", {"widths": [2, 2]}, "keV", 8.0, {"seed": 3}, {"loss": 0.5}, "0.1", "2026-01-01")


def test_a_model_comes_back_as_it_was_saved(tmp_path):
    network = torch.nn.Conv2d(1, 2, 3)
    save_model(tmp_path / "m.safetensors", CARD, network)
    file = load_model(tmp_path / "m.safetensors")
    assert file.card == CARD
    assert len(file.sha256) == 64
    for name, tensor in network.state_dict().items():
        torch.testing.assert_close(file.tensors[name], tensor)


def test_another_format_version_is_refused(tmp_path):
    header = {HEADER_KEY: json.dumps({"format": 99, "recipe": "separation"})}
    save_file({"a": torch.zeros(1)}, tmp_path / "m.safetensors", header)
    with pytest.raises(Refused, match="format 99"):
        load_model(tmp_path / "m.safetensors")


def test_a_foreign_file_is_refused(tmp_path):
    save_file({"a": torch.zeros(1)}, tmp_path / "m.safetensors")
    with pytest.raises(Refused, match="another program"):
        load_model(tmp_path / "m.safetensors")


def test_a_truncated_file_is_refused(tmp_path):
    path = tmp_path / "m.safetensors"
    save_model(path, CARD, torch.nn.Conv2d(1, 2, 3))
    path.write_bytes(path.read_bytes()[:-10])
    with pytest.raises(Refused, match="cannot be read"):
        load_model(path)


def test_an_absent_file_is_refused(tmp_path):
    with pytest.raises(Refused, match="is absent"):
        load_model(tmp_path / "m.safetensors")


def test_an_absent_folder_is_refused_and_nothing_is_left(tmp_path):
    with pytest.raises(Refused, match="nothing can be written"):
        save_model(tmp_path / "none" / "m.safetensors", CARD, torch.nn.Conv2d(1, 2, 3))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("header", [{"format": 1}, {"format": 1, "recipe": "a", "settings": {}, "colour": 3}, [1, 2]])
def test_a_damaged_header_is_refused(tmp_path, header):
    save_file({"a": torch.zeros(1)}, tmp_path / "m.safetensors", {HEADER_KEY: json.dumps(header)})
    with pytest.raises(Refused, match=r"damaged|cannot be read"):
        load_model(tmp_path / "m.safetensors")


def test_numbers_that_are_not_finite_are_refused(tmp_path):
    network = torch.nn.Conv2d(1, 2, 3)
    network.weight.data[0] = torch.nan
    save_model(tmp_path / "m.safetensors", CARD, network)
    with pytest.raises(Refused, match="not finite"):
        load_model(tmp_path / "m.safetensors")
