"""Small files in the layouts that the package opens."""

import importlib.util
from collections.abc import Callable, Sequence
from pathlib import Path

import h5py
import numpy as np
import pytest

SHAPE = (6, 8)
DETECTOR = "HED_IA1_JF500K"


def write_module(
    folder: Path,
    module: int,
    trains: Sequence[int],
    counts: Sequence[int],
    *,
    sequence: int = 0,
    cells: int = 1,
    corrected: bool = True,
    padding: int = 2,
) -> Path:
    """Write one module file; pixel value = 1000 module + 10 (train - 100) + cell; padded rows hold -777."""
    first = np.cumsum(counts) - np.array(counts)
    rows = int(np.sum(counts)) + padding
    pixels = np.full((rows, cells, *SHAPE), -777, np.float32)
    for train, start, count in zip(trains, first, counts, strict=True):
        for row in range(start, start + count):
            for cell in range(cells):
                pixels[row, cell] = 1000 * module + 10 * (train - 100) + cell
    prefix, subsystem = ("CORR", "CORR") if corrected else ("RAW", "DET")
    source = f"{DETECTOR}/{subsystem}/JNGFR{module:02}:daqOutput"
    path = folder / f"{prefix}-R0001-JNGFR{module:02}-S{sequence:05}.h5"
    with h5py.File(path, "w") as file:
        file["INDEX/trainId"] = np.array([*trains, 0], np.uint64)
        file[f"INDEX/{source}/data/first"] = np.array([*first, 0], np.uint64)
        file[f"INDEX/{source}/data/count"] = np.array([*counts, 0], np.uint64)
        data = file.create_group(f"INSTRUMENT/{source}/data")
        kind = np.float32 if corrected else np.uint16
        adc = np.where(pixels < 0, 0, pixels) if not corrected else pixels
        data.create_dataset("adc", data=adc.astype(kind), chunks=(1, cells, *SHAPE), compression="gzip")
        data["memoryCell"] = np.tile(np.arange(cells, dtype=np.uint8) if cells > 1 else 15, (rows, 1))
        if corrected:
            data["mask"] = np.zeros((rows, cells, *SHAPE), np.uint32)
            alias = file.create_group(f"INSTRUMENT/{DETECTOR}/DET")
            alias[f"JNGFR{module:02}:daqOutput"] = h5py.SoftLink(f"/INSTRUMENT/{source}")
    return path


def mask_of(path: Path) -> str:
    """Name of the mask dataset of a corrected module file."""
    with h5py.File(path) as file:
        (name,) = file[f"INSTRUMENT/{DETECTOR}/CORR"]
    return f"INSTRUMENT/{DETECTOR}/CORR/{name}/data/mask"


@pytest.fixture
def module_writer() -> Callable[..., Path]:
    return write_module


@pytest.fixture
def mask_name() -> Callable[[Path], str]:
    return mask_of


@pytest.fixture
def run_folder(tmp_path: Path) -> Path:
    """Two modules; train 102 has no data in module 2, train 104 only there, train 105 nowhere."""
    write_module(tmp_path, 1, [101, 102, 103, 104, 105], [1, 1, 1, 0, 0])
    write_module(tmp_path, 2, [101, 102, 103, 104, 105], [1, 0, 1, 1, 0])
    return tmp_path


@pytest.fixture
def frames_file(tmp_path: Path) -> Path:
    """Four frames of ascending values at /entry/data/data."""
    path = tmp_path / "frames.h5"
    with h5py.File(path, "w") as file:
        pixels = np.arange(4 * 6 * 8, dtype=np.float32).reshape(4, 6, 8)
        file.create_dataset("entry/data/data", data=pixels, chunks=(1, 6, 8), compression="gzip")
    return path


@pytest.fixture(scope="session")
def euxfel_maker(shared_data: Path) -> Callable[..., str]:
    """The run writer built on EXtra-data's own test helpers."""
    pytest.importorskip("extra_data")
    script = shared_data.parent / "make_euxfel_run.py"
    spec = importlib.util.spec_from_file_location("make_euxfel_run", script)
    if spec is None or spec.loader is None:
        pytest.skip("make_euxfel_run.py is not on this machine")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.make
