"""The machine in words, and the memory that this process took."""

import os
import platform
import sys
from pathlib import Path

from napari_unveil.network.host import GB, memory_bytes


def machine_in_words() -> str:
    """Processor, cores and memory: "AMD EPYC 9554, 2 cores, 7.8 GB"."""
    cores, (total, _) = os.cpu_count() or 1, memory_bytes()
    memory = [] if total is None else [f"{total / GB:.1f} GB"]
    return ", ".join([_processor(), f"{cores} core" + "s" * (cores > 1), *memory])


def peak_memory_bytes() -> int | None:
    """Most memory that this process had at one time; None where the system does not tell."""
    try:
        import resource
    except ImportError:
        return None
    unit = 1 if sys.platform == "darwin" else 1024
    return unit * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def _processor() -> str:
    path = Path("/proc/cpuinfo")
    if path.is_file():
        names = [line.partition(":")[2].strip() for line in path.read_text().splitlines() if "model name" in line]
        if names:
            return names[0]
    return platform.processor() or platform.machine()
