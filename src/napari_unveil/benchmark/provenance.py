"""Where a table comes from: program, commit, machine and libraries."""

import platform
import subprocess
from importlib.metadata import version as version_of
from pathlib import Path

from napari_unveil import __version__
from napari_unveil.benchmark.machine import machine_in_words, peak_memory_bytes

PACKAGE = Path(__file__).parents[1]


def of_program() -> dict[str, object]:
    """Program, machine, libraries, and the memory that this process took."""
    memory = peak_memory_bytes()
    return {
        "version": __version__,
        "commit": commit() or "not known",
        "machine": machine_in_words(),
        "python": platform.python_version(),
        "numpy": version_of("numpy"),
        "torch": version_of("torch"),
        "peak memory [GB]": None if memory is None else round(memory / 1e9, 2),
    }


def commit() -> str:
    """The last commit that changed the package, and whether it was changed since; empty outside of a repository."""
    last = _git("log", "-1", "--format=%h")
    return f"{last}, with changes" if last and _git("status", "--porcelain") else last


def _git(*words: str) -> str:
    """What git says of the package; nothing where it is not installed or does not know the package."""
    try:
        done = subprocess.run(
            ["git", "-C", str(PACKAGE), *words, "--", "."],
            capture_output=True,
            text=True,
            check=True,
            timeout=10,
        )
    except (OSError, subprocess.SubprocessError):
        return ""
    return done.stdout.strip()
