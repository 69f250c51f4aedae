"""Where a network runs, with how many threads, and in which precision."""

import os
import time

import torch
from torch import nn

from napari_unveil.errors import Refused
from napari_unveil.network.host import GB, cpu_in_words
from napari_unveil.tensors import Tensor

REDUCED_TOLERANCE = 0.01
"""Largest relative deviation from float32 that a reduced precision may cause."""


def choose_device(name: str) -> torch.device:
    """The device called ``name``; ``auto`` takes CUDA, then MPS, then the CPU.

    Raises
    ------
    Refused
        When the device is not on this machine.
    """
    present = _present_devices()
    if name == "auto":
        return torch.device(present[0])
    kind, _, number = name.partition(":")
    if kind not in present or not _has_number(kind, number):
        raise Refused(
            found=f"device {name} is not available here (available: {', '.join(present)})",
            needed="a device of this machine",
            remedy="choose auto or one of those",
        )
    return torch.device(name)


def device_in_words(device: torch.device) -> str:
    """Name and memory: "NVIDIA H200, 2.1 of 140.0 GB in use", or as the processor tells."""
    if device.type == "cuda":
        free, total = torch.cuda.mem_get_info(device)
        name = torch.cuda.get_device_name(device)
        return f"{name}, {(total - free) / GB:.1f} of {total / GB:.1f} GB in use"
    if device.type == "mps":
        total = torch.mps.recommended_max_memory()
        return f"Apple GPU, {torch.mps.driver_allocated_memory() / GB:.1f} of {total / GB:.1f} GB in use"
    return cpu_in_words()


def leave_one_core_free() -> None:
    """Let torch use all cores but one, so that a window stays fluent beside it."""
    torch.set_num_threads(max(1, (os.cpu_count() or 2) - 1))


def use_all_cores() -> None:
    """Let torch use all cores, for work that somebody waits for."""
    torch.set_num_threads(os.cpu_count() or 2)


def training_precision(device: torch.device) -> torch.dtype:
    """The type for mixed-precision training: bfloat16 where the device computes it faster, float32 elsewhere."""
    if device.type == "cuda":
        return torch.bfloat16 if torch.cuda.is_bf16_supported() else torch.float32
    if device.type == "cpu":
        return torch.bfloat16 if _seconds(torch.bfloat16) < 0.7 * _seconds(torch.float32) else torch.float32
    return torch.float32


def may_be_faster_reduced(device: torch.device) -> bool:
    """Whether bfloat16 is worth a trial on ``device``: a CPU without 512-bit vectors computes it many times slower."""
    return device.type != "cpu" or torch.backends.cpu.get_cpu_capability() == "AVX512"


def free_memory(device: torch.device) -> None:
    """Hand cached memory of an accelerator back."""
    if device.type == "cuda":
        torch.cuda.empty_cache()
    elif device.type == "mps":
        torch.mps.empty_cache()


def is_out_of_memory(error: BaseException) -> bool:
    """Whether torch or numpy ran out of memory (torch says so on the CPU with a plain ``RuntimeError``)."""
    if isinstance(error, torch.OutOfMemoryError | MemoryError):
        return True
    return isinstance(error, RuntimeError) and "DefaultCPUAllocator" in str(error)


def _has_number(kind: str, number: str) -> bool:
    if not number:
        return True
    count = torch.cuda.device_count() if kind == "cuda" else 1
    return number.isdecimal() and int(number) < count


def _present_devices() -> list[str]:
    present = ["cpu"]
    if torch.backends.mps.is_available():
        present.insert(0, "mps")
    if torch.cuda.is_available():
        present.insert(0, "cuda")
    return present


def _seconds(dtype: torch.dtype) -> float:
    convolution = nn.Conv2d(32, 32, 3, padding=1, dtype=dtype)
    x: Tensor = torch.zeros(1, 32, 128, 128, dtype=dtype).contiguous(memory_format=torch.channels_last)
    best = float("inf")
    with torch.inference_mode():
        for _ in range(4):
            start = time.perf_counter()
            convolution(x)
            best = min(best, time.perf_counter() - start)
    return best
