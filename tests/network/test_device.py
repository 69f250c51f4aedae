import pytest
import torch

from napari_unveil.errors import Refused
from napari_unveil.network.device import choose_device, is_out_of_memory


def test_a_device_that_is_absent_is_refused_with_those_that_are_here(monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.raises(Refused, match=r"available: .*cpu"):
        choose_device("cuda")


def test_the_cpu_is_always_there():
    assert choose_device("cpu").type == "cpu"


def test_out_of_memory_is_known_on_every_device():
    assert is_out_of_memory(torch.OutOfMemoryError("CUDA out of memory"))
    assert is_out_of_memory(MemoryError())
    with pytest.raises(RuntimeError) as error:
        torch.empty(2**48)
    assert is_out_of_memory(error.value)
    assert not is_out_of_memory(RuntimeError("shapes differ"))
