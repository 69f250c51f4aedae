"""HDF5 files with damaged bytes: whatever they hold, only this project's errors come out, soon, in bounded memory."""

import h5py
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from napari_unveil.errors import UnveilError
from napari_unveil.frames import list_datasets, open_frames, parse_address

EXAMPLES = 20
MOST_BYTES = 2**29
"""Memory that opening a file of some kB may take, at most."""

BLOCKS = st.tuples(st.floats(0, 1, exclude_max=True), st.binary(min_size=1, max_size=8))


def nexus(path):
    with h5py.File(path, "w") as file:
        file.attrs["default"], file.attrs["NX_class"] = "entry", "NXroot"
        data = file.create_group("entry/data")
        file["entry"].attrs["default"], data.attrs["signal"] = "data", "x"
        data.create_dataset(
            "x", data=np.arange(4 * 6 * 8, dtype="u2").reshape(4, 6, 8), chunks=(1, 6, 8), compression=1
        )
        data["x"].attrs["units"] = "counts"
        file["entry/instrument/detector/pixel_mask"] = np.eye(6, 8, dtype=np.uint32)
        file["entry/instrument/detector/saturation_value"] = 4095
        file["entry/beam/incident_energy"] = 8.0
        file["entry/beam/incident_energy"].attrs["units"] = "keV"
        file["entry/soft"], file["entry/out"] = h5py.SoftLink("/nowhere"), h5py.ExternalLink("gone.h5", "/x")


def series(path):
    with h5py.File(path, "w", libver="latest") as file:
        for number in (1, 2):
            file[f"entry/data/data_{number:06}"] = np.ones((2, 6, 8), ">i4")


def virtual(path):
    with h5py.File(path.with_name("source.h5"), "w") as file:
        file["d"] = np.ones((3, 6, 8), np.float32)
    layout = h5py.VirtualLayout((3, 6, 8), np.float32)
    layout[:] = h5py.VirtualSource("source.h5", "d", (3, 6, 8))
    with h5py.File(path, "w") as file:
        file.create_virtual_dataset("entry_1/data_1/data", layout)


@pytest.fixture(scope="module")
def originals(tmp_path_factory):
    folder = tmp_path_factory.mktemp("originals")
    for write in (nexus, series, virtual):
        write(folder / f"{write.__name__}.h5")
    return folder


@pytest.fixture
def run_file(tmp_path, module_writer):
    return module_writer(tmp_path, 1, [101, 102], [1, 1])


def look_at(path):
    """Everything that a user does with a file that was just dropped; gives how often it was refused."""
    refused = 0
    for dataset in ("", "::/entry/data"):
        address = parse_address(f"{path}{dataset}")
        try:
            list_datasets(address)
        except UnveilError:
            refused += 1
        try:
            stack = open_frames(address)
            for index in {0, stack.frame_count - 1}:
                stack.read_or_missing(index, [])
        except UnveilError:
            refused += 1
    return refused


def damaged(whole, blocks, share):
    """The bytes with ``blocks`` written over them, cut after ``share`` of their length."""
    changed = bytearray(whole)
    for place, block in blocks:
        start = int(place * len(changed))
        changed[start : start + len(block)] = block[: len(changed) - start]
    return bytes(changed[: max(1, int(share * len(changed)))])


CUTS = st.one_of(st.just(1.0), st.just(1.0), st.floats(0, 1))
QUICK = settings(
    max_examples=EXAMPLES,
    derandomize=True,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


@pytest.mark.parametrize("kind", ["nexus", "series", "virtual"])
@QUICK
@given(blocks=st.lists(BLOCKS, max_size=6), share=CUTS)
def test_damaged_files_end_in_sentences(originals, kind, blocks, share):
    path = originals / f"damaged_{kind}.h5"
    path.write_bytes(damaged((originals / f"{kind}.h5").read_bytes(), blocks, share))
    look_at(path)


@QUICK
@given(blocks=st.lists(BLOCKS, max_size=6), share=CUTS)
def test_damaged_run_files_end_in_sentences(run_file, blocks, share):
    path = run_file.with_name("damaged-S00000.h5")
    path.write_bytes(damaged(run_file.read_bytes(), blocks, share))
    look_at(path)


@pytest.mark.parametrize("kind", ["nexus", "series", "virtual"])
def test_the_files_are_fine_before_they_are_damaged(originals, kind):
    stack = open_frames(parse_address(originals / f"{kind}.h5"))
    assert stack.frame_count > 1
    assert not np.isnan(stack.read(0)).all()


@pytest.mark.parametrize("shape", [(2**40, 6, 8), (4, 2**20, 2**20), (2**30, 2**10, 2**10, 2**10)])
def test_a_shape_that_cannot_be_is_refused_without_taking_memory(tmp_path, shape):
    path = tmp_path / "x.h5"
    with h5py.File(path, "w") as file:
        dataset = file.create_dataset("x", shape, "u2", chunks=(1,) * (len(shape) - 2) + (1, 8))
        dataset[(slice(0, 1),) * (len(shape) - 1) + (slice(0, 8),)] = 1
    resource = pytest.importorskip("resource")
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert look_at(path) >= 1
    assert (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * 1024 < MOST_BYTES
