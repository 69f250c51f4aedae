"""The processor and its memory, without torch."""

import os
from pathlib import Path

GB = 1e9


def cpu_in_words() -> str:
    """Cores, and memory as far as the system tells: "CPU, 2 cores, 3.1 of 7.8 GB free"."""
    cores = os.cpu_count() or 1
    words = f"CPU, {cores} core" + "s" * (cores > 1)
    total, free = memory_bytes()
    if total is None:
        return words
    return f"{words}, {total / GB:.1f} GB" if free is None else f"{words}, {free / GB:.1f} of {total / GB:.1f} GB free"


def memory_bytes() -> tuple[int | None, int | None]:
    """All memory and what is available of it, in bytes; None where the system does not tell."""
    known = _linux_memory()
    if known:
        return known.get("MemTotal"), known.get("MemAvailable")
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"), None
    except (AttributeError, ValueError, OSError):
        return None, None


def _linux_memory() -> dict[str, int]:
    path = Path("/proc/meminfo")
    if not path.is_file():
        return {}
    lines = (line.split() for line in path.read_text().splitlines())
    return {words[0].rstrip(":"): 1024 * int(words[1]) for words in lines if len(words) == 3}
