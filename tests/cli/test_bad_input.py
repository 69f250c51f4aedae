"""Every way in which frames arrive broken, and the sentence that the user reads; ``-rP`` prints the table.

Each row writes one bad file and gives the words of a command, its exit status, and what its sentence must say.
"""

import shutil

import h5py
import numpy as np
import pytest

from napari_unveil.cli.main import main
from napari_unveil.frames import open_frames, parse_address

rng = np.random.default_rng(0)
FRAMES = rng.poisson(np.where(np.hypot(*np.mgrid[-32:32, -32:32]) < 12, 40, 1), (4, 64, 64)).astype(np.float32)
ROWS = {}


def row(name, status, *fragments):
    """Enter a row; the function under it gets a folder and gives the address (and further words) of the command."""

    def enter(write):
        ROWS[name] = (write, status, fragments)
        return write

    return enter


def frames_at(path, **how):
    with h5py.File(path, "w", libver="latest") as file:
        file.create_dataset("entry/data/data", **({"data": FRAMES} if "shape" not in how else {}), **how)
    return path


def linked(folder, link):
    with h5py.File(folder / "master.h5", "w") as file:
        file["entry/data/data"] = link
    return folder / "master.h5"


def module(folder, number, *, trains=(101, 102), counts=(1, 1), raw=False, sequence=0):
    kind, subsystem = ("RAW", "DET") if raw else ("CORR", "CORR")
    source = f"HED_IA1_JF500K/{subsystem}/JNGFR{number:02}:daqOutput"
    path = folder / f"{kind}-R0001-JNGFR{number:02}-S{sequence:05}.h5"
    rows = int(sum(counts))
    with h5py.File(path, "w") as file:
        file["INDEX/trainId"] = np.array(trains, np.uint64)
        file[f"INDEX/{source}/data/first"] = np.cumsum(counts) - counts
        file[f"INDEX/{source}/data/count"] = np.array(counts)
        pixels = FRAMES[:rows, None].astype(np.uint16 if raw else np.float32)
        file.create_dataset(f"INSTRUMENT/{source}/data/adc", data=pixels, maxshape=(None, 1, 64, 64))
    return path


@row("source of a virtual dataset absent", 2, "2 source files", "gone.h5", "--allow-missing")
def absent_source(folder):
    layout = h5py.VirtualLayout((4, 64, 64), np.float32)
    layout[:2], layout[2:] = (h5py.VirtualSource(name, "d", (2, 64, 64)) for name in ("gone.h5", "away.h5"))
    with h5py.File(folder / "v.h5", "w") as file:
        file.create_virtual_dataset("entry/data/data", layout)
    return [folder / "v.h5"]


@row("truncated file", 2, "f.h5 is truncated", "3000 bytes of")
def truncated(folder):
    path = frames_at(folder / "f.h5")
    path.write_bytes(path.read_bytes()[:3000])
    return [path]


@row("one truncated module of a run", 0, "skipped", "JNGFR02", "is truncated")
def truncated_module(folder):
    module(folder, 1)
    path = module(folder, 2)
    path.write_bytes(path.read_bytes()[:3000])
    return [folder]


@row("empty file", 2, "is empty (0 bytes)")
def empty(folder):
    (folder / "f.h5").touch()
    return [folder / "f.h5"]


@row("not HDF5", 2, "is not an HDF5 file")
def no_hdf5(folder):
    (folder / "f.h5").write_bytes(b"plain text " * 100)
    return [folder / "f.h5"]


@row("broken external link", 2, "is a link to gone.h5::/there, which is absent")
def external_link(folder):
    return [linked(folder, h5py.ExternalLink("gone.h5", "/there"))]


@row("broken soft link", 2, "is a link to /nowhere, which is absent")
def soft_link(folder):
    return [linked(folder, h5py.SoftLink("/nowhere"))]


@row("link in a circle", 2, "is a link to /entry/data/data, which is absent")
def circle(folder):
    return [linked(folder, h5py.SoftLink("/entry/data/data"))]


@row("chunks never written", 2, "is not written yet")
def unwritten(folder):
    return [frames_at(folder / "f.h5", shape=(4, 64, 64), dtype="f4", chunks=(1, 64, 64))]


@row("some chunks never written", 0, "2 of 4 chunks were never written, their pixels are NaN")
def half_written(folder):
    path = frames_at(folder / "f.h5", shape=(4, 64, 64), dtype="f4", chunks=(1, 64, 64))
    with h5py.File(path, "r+") as file:
        file["entry/data/data"][:2] = FRAMES[:2]
    return [path]


@row("zero frames", 2, "holds zero frames", "(0, 64, 64)")
def zero_frames(folder):
    return [frames_at(folder / "f.h5", shape=(0, 64, 64), maxshape=(None, 64, 64), dtype="f4")]


@row("zero modules", 2, "holds zero frames", "(4, 0, 64, 64)")
def zero_modules(folder):
    return [frames_at(folder / "f.h5", shape=(4, 0, 64, 64), maxshape=(4, None, 64, 64), dtype="f4")]


@row("a run without a train that has data", 2, "no train has data")
def no_trains(folder):
    module(folder, 1, counts=(0, 0))
    return [folder]


@row("compression filter missing", 2, "compressed with filter 32111", "hdf5plugin", "HDF5_PLUGIN_PATH")
def no_filter(folder):
    with h5py.File(folder / "f.h5", "w") as file:
        creation = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
        creation.set_chunk((1, 64, 64))
        creation.set_filter(32111, h5py.h5z.FLAG_OPTIONAL, (1,))
        space = h5py.h5s.create_simple((2, 64, 64))
        h5py.h5d.create(file.id, b"x", h5py.h5t.NATIVE_FLOAT, space, creation).write_direct_chunk((0, 0, 0), b"abc")
    return [folder / "f.h5"]


@row("one corrupt chunk", 1, "1 of 4 frames could not be read", "frame 1 of", "the mask of the others is in")
def corrupt_chunk(folder):
    path = frames_at(folder / "f.h5", chunks=(1, 64, 64), compression="gzip")
    with h5py.File(path) as file:
        stored = file["entry/data/data"].id.get_chunk_info(1)
    whole = bytearray(path.read_bytes())
    whole[stored.byte_offset : stored.byte_offset + stored.size] = b"\xff" * stored.size
    path.write_bytes(whole)
    return [path]


def left_open(folder, *, swmr):
    with h5py.File(folder / "open.h5", "w", libver="latest") as file:
        file.create_dataset("x", data=FRAMES, chunks=(1, 64, 64), maxshape=(None, 64, 64))
        if swmr:
            file.swmr_mode = True
        file.flush()
        shutil.copy(folder / "open.h5", folder / "f.h5")
    return [folder / "f.h5"]


@row("SWMR writer killed", 0, "open for writing (SWMR)")
def swmr_killed(folder):
    return left_open(folder, swmr=True)


@row("normal writer killed", 2, "its writer was stopped before closing it", "h5clear")
def writer_killed(folder):
    return left_open(folder, swmr=False)


@row("missing train of a module", 0, "module 2 has no data for 1 of 2 trains, they are NaN")
def missing_train(folder):
    module(folder, 1)
    module(folder, 2, counts=(1, 0))
    return [folder]


@row("raw uint16 of a run", 2, "is uncalibrated", "--pedestals")
def raw_run(folder):
    module(folder, 1, raw=True)
    return [folder]


@row("raw uint16 of SwissFEL", 2, "is uncalibrated", "--gains")
def raw_swissfel(folder):
    with h5py.File(folder / "f.h5", "w") as file:
        file["data/JF06T08V05/data"] = FRAMES.astype(np.uint16)
    return [folder / "f.h5"]


@row("complex", 2, "holds no dataset of images")
def complex_numbers(folder):
    with h5py.File(folder / "f.h5", "w") as file:
        file["x"] = FRAMES.astype(complex)
    return [folder / "f.h5"]


@row("compound", 2, "real numbers with at least two axes")
def compound(folder):
    with h5py.File(folder / "f.h5", "w") as file:
        file["x"] = np.zeros((4, 64, 64), [("a", "f4"), ("b", "i4")])
    return [f"{folder / 'f.h5'}::/x"]


@row("scalar", 2, "has the shape () and the type float64")
def scalar(folder):
    with h5py.File(folder / "f.h5", "w") as file:
        file["x"] = 3.0
    return [f"{folder / 'f.h5'}::/x"]


@row("big-endian", 0)
def big_endian(folder):
    return [frames_at(folder / "f.h5", dtype=">f4")]


@row("float16", 0)
def half_precision(folder):
    return [frames_at(folder / "f.h5", dtype="f2")]


@row("damaged beyond its superblock", 2, "f.h5", "needed:")
def damaged(folder):
    path = frames_at(folder / "f.h5")
    whole = bytearray(path.read_bytes())
    whole[48:400] = b"\xff" * 352
    path.write_bytes(whole)
    return [path]


@pytest.mark.parametrize("name", ROWS)
def test_bad_input_ends_in_a_sentence(name, tmp_path, capsys):
    write, status, fragments = ROWS[name]
    folder = tmp_path / "input"
    folder.mkdir()
    words = [str(word) for word in write(folder)]
    capsys.readouterr()
    ended = main(["mask", *words, "-o", str(tmp_path / "mask.tif"), "--threshold", "5"])
    said = capsys.readouterr().err
    lines = [line for line in said.splitlines() if line.startswith(("unveil: ", "warning: "))]
    print(f"| {name} | {ended} | {' '.join(lines).replace(str(folder), '.')} |")
    assert ended == status, said
    for fragment in fragments:
        assert fragment in said
    assert len(lines) == 1 if status else "unveil: " not in said
    assert (tmp_path / "mask.tif").exists() == (status != 2)


@pytest.mark.parametrize("name", ROWS)
def test_a_listing_of_bad_input_never_breaks(name, tmp_path, capsys):
    words = [str(word) for word in ROWS[name][0](tmp_path)]
    assert main(["info", words[0]]) in (0, 2)


def test_a_normal_writer_that_is_alive_is_named(tmp_path, capsys):
    fcntl = pytest.importorskip("fcntl")
    path = frames_at(tmp_path / "f.h5")
    with path.open("rb+") as writer:
        fcntl.flock(writer, fcntl.LOCK_EX)
        assert main(["info", str(path)]) == 2
        assert "is being written" in capsys.readouterr().err
    assert main(["info", str(path)]) == 0


def test_a_swmr_writer_that_is_alive_is_followed(tmp_path):
    path = tmp_path / "f.h5"
    with h5py.File(path, "w", libver="latest") as file:
        growing = file.create_dataset("x", data=FRAMES[:2], chunks=(1, 64, 64), maxshape=(None, 64, 64))
        file.swmr_mode = True
        assert open_frames(parse_address(path)).frame_count == 2
        growing.resize(4, axis=0)
        growing[2:] = FRAMES[2:]
        growing.flush()
        np.testing.assert_array_equal(open_frames(parse_address(path)).read(3), FRAMES[3])


@pytest.mark.parametrize("last", [3, 4])
def test_a_short_last_axis_is_no_colour(tmp_path, last):
    with h5py.File(tmp_path / "f.h5", "w") as file:
        file["x"] = np.ones((5, 64, last), np.float32)
    stack = open_frames(parse_address(tmp_path / "f.h5"))
    assert (stack.frame_count, stack.frame_shape) == (5, (64, last))


def test_pixels_that_are_true_or_false_are_frames(tmp_path):
    with h5py.File(tmp_path / "f.h5", "w") as file:
        file["x"] = FRAMES > 5
    assert set(np.unique(open_frames(parse_address(tmp_path / "f.h5")).read(0))) == {0, 1}
