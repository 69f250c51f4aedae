import h5py
import numpy as np
import pytest

from napari_unveil.errors import Refused
from napari_unveil.frames import list_datasets, open_frames, open_layers, parse_address

FRAMES = np.arange(3 * 6 * 8, dtype=np.int32).reshape(3, 6, 8)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "x.h5"


def opened_dataset(path, dataset=None):
    return open_frames(parse_address(f"{path}::{dataset}" if dataset else path)).address.dataset


def test_the_nexus_default_goes_before_known_paths(path):
    with h5py.File(path, "w") as file:
        file.attrs["default"], file["entry/data/data"] = "other", FRAMES
        file["other/plot/counts"] = FRAMES
        file["other"].attrs["default"], file["other/plot"].attrs["signal"] = "plot", "counts"
    assert opened_dataset(path) == "/other/plot/counts"


def test_a_nexus_default_that_is_no_image_is_passed_over(path):
    with h5py.File(path, "w") as file:
        file.attrs["default"], file["scan/intensity"] = "scan", np.arange(9.0)
        file["scan"].attrs["signal"], file["big/data"] = "intensity", np.ones((9, 60, 80))
        file["entry/data/data"] = FRAMES
    assert opened_dataset(path) == "/entry/data/data"


def test_without_a_known_path_the_largest_image_is_opened(path):
    with h5py.File(path, "w") as file:
        file["a"], file["long"], file["b/c"] = np.ones((6, 8)), np.arange(10_000), FRAMES
        file["words"] = np.full((90, 90), b"text")
    assert opened_dataset(path) == "/b/c"


@pytest.mark.parametrize("dataset", ["/group", "/line", "/absent", "/group/absent/deeper", "/complex", "/words"])
def test_a_dataset_of_the_wrong_kind_is_refused_with_the_candidates(path, dataset):
    with h5py.File(path, "w") as file:
        file["group/image"], file["line"] = FRAMES, np.arange(4)
        file["complex"], file["words"] = np.ones((2, 6, 8), complex), np.full((9, 9), b"text")
    with pytest.raises(Refused, match="one of /group/image"):
        opened_dataset(path, dataset)


def test_broken_links_are_listed_and_named(path):
    with h5py.File(path, "w") as file:
        file["entry/data/data"] = h5py.ExternalLink("gone.h5", "/there")
        file["soft"] = h5py.SoftLink("/nowhere")
        file["image"] = FRAMES
    entries = {entry.address.dataset: entry for entry in list_datasets(parse_address(path))}
    assert {name for name, entry in entries.items() if not entry.available} == {"/entry/data/data", "/soft"}
    assert "gone.h5::/there" in entries["/entry/data/data"].note
    for dataset in (None, "/entry/data/data"):
        with pytest.raises(Refused, match=r"gone\.h5::/there"):
            opened_dataset(path, dataset)


def test_cycles_end_and_every_dataset_is_listed_once(path, tmp_path):
    with h5py.File(tmp_path / "other.h5", "w") as other:
        other["there"], other["back"] = FRAMES, h5py.ExternalLink("x.h5", "/")
    with h5py.File(path, "w") as file:
        file["a/image"] = FRAMES
        file["a/up"], file["b"], file["soft"] = file["/"], file["a"], h5py.SoftLink("/a/image")
        file["out"] = h5py.ExternalLink("other.h5", "/")
    names = [entry.address.dataset for entry in list_datasets(parse_address(path))]
    assert names == ["/a/image", "/out/there"]
    assert (open_frames(parse_address(f"{path}::/out/there")).data.compute() == FRAMES).all()


def test_the_pixel_mask_and_saturation_of_the_detector_are_applied(path):
    with h5py.File(path, "w") as file:
        file["entry/data/data"] = FRAMES
        mask = np.zeros((1, 6, 8), np.uint32)
        mask[0, 0, 3], mask[0, 0, 4] = 1, 1 << 16
        file["entry/instrument/detector/pixel_mask"] = mask
        file["entry/instrument/detector/saturation_value"] = 140
    stack = open_frames(parse_address(path))
    assert np.argwhere(np.isnan(stack.read(0))).tolist() == [[0, 3]]
    assert np.nanmax(stack.read(2)) == 139
    everything = open_frames(parse_address(path), mask_bits=0xFFFFFFFF)
    assert np.argwhere(np.isnan(everything.read(0))).tolist() == [[0, 3], [0, 4]]


def test_a_pixel_mask_of_another_shape_is_left_alone(path):
    with h5py.File(path, "w") as file:
        file["entry/data/data"] = FRAMES
        file["entry/instrument/detector/pixel_mask"] = np.ones((8, 6), np.uint32)
    assert not np.isnan(open_frames(parse_address(path)).read(0)).any()


def test_a_mask_per_frame_is_applied_frame_by_frame(path):
    with h5py.File(path, "w") as file:
        detector = file.create_group("entry_1/instrument_1/detector_1")
        detector["data"], detector["mask"] = FRAMES.astype("f4"), (FRAMES == 60).astype(np.uint32)
        file["entry_1/data_1"] = h5py.SoftLink("/entry_1/instrument_1/detector_1")
    stack = open_frames(parse_address(path))
    assert [int(np.isnan(frame).sum()) for frame in stack.iterate()] == [0, 1, 0]


@pytest.mark.parametrize(("stored", "unit", "expected"), [(9300.0, "eV", 9.3), (9.3, "keV", 9.3), ([9.3], "keV", 9.3)])
def test_the_photon_energy_is_read_in_keV(path, stored, unit, expected):  # noqa: N802
    with h5py.File(path, "w") as file:
        file["entry/data/data"], file["entry/instrument/beam/incident_energy"] = FRAMES, stored
        file["entry/instrument/beam/incident_energy"].attrs["units"] = unit
    assert open_frames(parse_address(path)).photon_energy_keV == pytest.approx(expected)


@pytest.mark.parametrize(("stored", "attributes"), [(9.3, {}), (-1.0, {"units": "keV"}), ([8, 9], {"units": "keV"})])
def test_a_photon_energy_without_unit_or_sense_is_left_out(path, stored, attributes):
    with h5py.File(path, "w") as file:
        file["entry/data/data"], file["entry/beam/incident_energy"] = FRAMES, stored
        file["entry/beam/incident_energy"].attrs.update(attributes)
    assert open_frames(parse_address(path)).photon_energy_keV is None


@pytest.mark.parametrize(("units", "expected"), [("counts", "counts"), ("KeV", "keV"), (b"adu", "ADU"), ("m", "")])
def test_the_unit_is_one_of_a_few_words(path, units, expected):
    with h5py.File(path, "w") as file:
        file["x"] = FRAMES
        file["x"].attrs["units"] = units
    assert open_frames(parse_address(path)).unit == expected


def test_complex_data_is_listed_and_not_offered(path):
    with h5py.File(path, "w") as file:
        file["x"], file["scalar"] = np.ones((2, 6, 8), complex), 3.0
    (entry,) = list_datasets(parse_address(path))
    assert not entry.available
    assert "complex128" in entry.note


def write_series(folder, lengths):
    """A master whose parts are links to files of their own."""
    start = np.cumsum([0, *lengths])
    with h5py.File(folder / "s_master.h5", "w") as master:
        for number, (first, length) in enumerate(zip(start, lengths, strict=False), start=1):
            name = f"s_data_{number:06}.h5"
            with h5py.File(folder / name, "w") as part:
                frames = np.full((length, 6, 8), first, np.uint32) + np.arange(length, dtype=np.uint32)[:, None, None]
                part["entry/data/data"] = frames
            master[f"entry/data/data_{number:06}"] = h5py.ExternalLink(name, "/entry/data/data")
        master["entry/instrument/detector/detectorSpecific/pixel_mask"] = np.eye(6, 8, dtype=np.uint32)
    return folder / "s_master.h5"


def test_the_parts_of_a_series_are_one_stack(tmp_path):
    stack = open_frames(parse_address(write_series(tmp_path, [3, 3, 2])))
    assert stack.address.dataset == "/entry/data"
    assert [frame[0, 1] for frame in stack.iterate()] == list(range(8))
    assert np.isnan(stack.read(7).diagonal()).all()
    assert any("pixel_mask" in text for text in stack.exclusions)
    assert {path.name for path in stack.inputs} == {
        "s_master.h5",
        *(f"s_data_00000{number}.h5" for number in (1, 2, 3)),
    }
    np.testing.assert_array_equal(open_frames(stack.address).read(7), stack.read(7))


def test_a_part_whose_file_is_absent_keeps_its_place_as_missing_frames(tmp_path):
    path = write_series(tmp_path, [3, 3, 2])
    (tmp_path / "s_data_000002.h5").unlink()
    stack = open_frames(parse_address(path))
    assert [frame[0, 1] for frame in stack.iterate()][:3] == [0, 1, 2]
    assert all(np.isnan(stack.read(index)).all() for index in (3, 4, 5))
    assert stack.read(6)[0, 1] == 6
    assert "s_data_000002.h5" in stack.warnings[0]
    assert stack.absent == ("s_data_000002.h5::/entry/data/data",)
    assert "s_data_000002.h5" in list_datasets(parse_address(path))[0].note


def test_a_series_without_any_part_is_refused(tmp_path):
    path = write_series(tmp_path, [3])
    (tmp_path / "s_data_000001.h5").unlink()
    for dataset in (None, "/entry/data", "/entry/data/data_000001"):
        with pytest.raises(Refused, match=r"s_data_000001\.h5"):
            opened_dataset(path, dataset)


def test_one_part_of_a_series_can_be_named(tmp_path):
    path = write_series(tmp_path, [3, 3, 2])
    assert open_frames(parse_address(f"{path}::/entry/data/data_000003")).frame_count == 2


def test_two_datasets_that_are_equally_good_are_refused_with_their_names(path):
    with h5py.File(path, "w") as file:
        file["entry/instrument/left/data"], file["entry/instrument/right/data"] = FRAMES, FRAMES
    with pytest.raises(Refused) as caught:
        opened_dataset(path)
    for side in ("left", "right"):
        assert f"{path}::/entry/instrument/{side}/data" in str(caught.value)
        assert opened_dataset(path, f"/entry/instrument/{side}/data") == f"/entry/instrument/{side}/data"
    assert not any(entry.opened for entry in list_datasets(parse_address(path)))


def test_a_listing_tells_what_is_opened_and_why(path):
    with h5py.File(path, "w") as file:
        file.create_dataset("entry/data/data", data=FRAMES, chunks=(1, 6, 8), compression="gzip")
        file["entry/instrument/detector/pixel_mask"] = np.zeros((6, 8), np.uint32)
    first, second = list_datasets(parse_address(path))
    assert (first.opened, first.address.dataset, first.stored) == (
        True,
        "/entry/data/data",
        "chunks 1 x 6 x 8 (deflate)",
    )
    assert "NeXus" in first.reason
    assert not second.opened


def test_a_broken_default_is_not_replaced_by_something_else(path):
    with h5py.File(path, "w") as file:
        file.attrs["default"] = "entry"
        group = file.create_group("entry")
        group.attrs["signal"] = "data"
        group["data"], file["entry/data_1/other"] = h5py.ExternalLink("gone.h5", "/x"), FRAMES
    with pytest.raises(Refused, match=r"gone\.h5::/x"):
        opened_dataset(path)


@pytest.mark.parametrize("chunks", [None, (6, 8, 1), (3, 8, 3), (6, 8, 5)])
@pytest.mark.parametrize("virtual", [False, True])
def test_frames_along_the_last_axis_are_read(path, chunks, virtual):
    frames = np.arange(5 * 6 * 8, dtype=np.uint16).reshape(5, 6, 8)
    stored = path.with_name("stored.h5") if virtual else path
    with h5py.File(stored, "w") as file:
        file.create_dataset("x", data=np.moveaxis(frames, 0, -1), chunks=chunks)
    if virtual:
        layout = h5py.VirtualLayout((6, 8, 5), np.uint16)
        layout[:, :, :4] = h5py.VirtualSource("stored.h5", "x", (6, 8, 5))[:, :, :4]
        with h5py.File(path, "w") as file:
            file.create_virtual_dataset("x", layout)
    stack = open_frames(parse_address(f"{path}::/x?axis=last"))
    assert stack.data.shape == (5, 6, 8)
    there = 4 if virtual else 5
    np.testing.assert_array_equal(stack.data[:there].compute(), frames[:there])
    assert np.isnan(stack.data[there:].compute()).all()
    assert str(stack.address) == f"{path}::/x?axis=last"


def test_the_frame_axis_of_a_published_pair_is_known(path):
    frames = np.arange(5 * 6 * 8, dtype=np.float32).reshape(5, 6, 8)
    with h5py.File(path, "w") as file:
        file["low_count/data"] = file["high_count/data"] = np.moveaxis(frames, 0, -1)
    stack = open_frames(parse_address(path))
    assert str(stack.address) == f"{path}::/low_count/data?axis=last"
    np.testing.assert_array_equal(stack.data.compute(), frames)
    assert "?axis=first" in stack.warnings[0]
    assert open_frames(parse_address(f"{path}::/low_count/data?axis=first")).data.shape == (6, 8, 5)


def test_published_pairs_hold_counts_unless_the_file_says_otherwise(path):
    with h5py.File(path, "w") as file:
        for name in ("low_count", "high_count", "other"):
            file[f"{name}/data"] = np.ones((6, 8, 5), np.uint32)
        file["high_count/data"].attrs["units"] = "keV"
    units = {name: open_frames(parse_address(f"{path}::/{name}/data")).unit for name in ("low_count", "high_count")}
    assert units == {"low_count": "counts", "high_count": "keV"}
    assert open_frames(parse_address(f"{path}::/other/data")).unit == ""


def test_chunks_of_one_frame_each_tell_that_the_last_axis_counts_frames(path):
    with h5py.File(path, "w") as file:
        file.create_dataset("x", data=np.ones((6, 8, 5)), chunks=(6, 8, 1))
    assert open_frames(parse_address(path)).data.shape == (5, 6, 8)


@pytest.mark.parametrize(("dataset", "axis"), [("/image", "last"), ("/x", "5")])
def test_an_axis_that_is_not_there_is_refused(path, dataset, axis):
    with h5py.File(path, "w") as file:
        file["image"], file["x"] = np.ones((6, 8)), FRAMES
    with pytest.raises(Refused, match="another axis"):
        open_frames(parse_address(f"{path}::{dataset}?axis={axis}"))


def test_files_that_are_given_together_follow_their_trains(tmp_path):
    for name, trains in (("a.h5", [12, 10]), ("b.h5", [11, 13])):
        with h5py.File(tmp_path / name, "w") as file:
            data = file.create_group("entry/data")
            file.attrs["default"], file["entry"].attrs["default"] = "entry", "data"
            data.attrs["signal"], data.attrs["trainId_indices"] = "x", 0
            data["trainId"] = np.array(trains)
            data["x"] = np.zeros((2, 6, 8), np.float32) + np.array(trains)[:, None, None]
    stack = open_frames(parse_address(tmp_path / "?.h5"))
    assert [frame[0, 0] for frame in stack.iterate()] == [10, 11, 12, 13]
    assert stack.coordinates["trainId"].tolist() == [10, 11, 12, 13]


def test_numbered_files_follow_their_numbers(tmp_path):
    for number in (1, 2, 10):
        with h5py.File(tmp_path / f"part_{number}.h5", "w") as file:
            file["entry/data/data"] = np.full((1, 6, 8), number, np.float32)
    stack = open_frames(parse_address(tmp_path / "part_*.h5"))
    assert [frame[0, 0] for frame in stack.iterate()] == [1, 2, 10]


def test_files_of_different_shapes_are_not_put_together(tmp_path):
    for number in (6, 7):
        with h5py.File(tmp_path / f"{number}.h5", "w") as file:
            file["entry/data/data"] = np.ones((2, number, 8), np.float32)
    with pytest.raises(Refused, match="shapes of a shot"):
        open_frames(parse_address(tmp_path / "*.h5"))


def test_anything_but_a_result_is_one_layer_named_after_its_file(frames_file):
    ((name, stack),) = open_layers(parse_address(frames_file))
    assert name == "frames"
    assert stack.frame_count == 4


REAL = {
    "petra_lambda/testasapo1_1009_00002_m1_part00000.nxs": ("/entry/instrument/detector/data", (10, 516, 1554)),
    "bioxtas/vac_007_data_000001.h5": ("/entry/data/data", (2, 3262, 3108)),
    "aps_nexus/nexus-example.hdf5": ("/entry/data/frames", (10, 195, 487)),
    "aps_nexus/AgBehenate_228.hdf5": ("/entry/data/data", (1, 195, 487)),
    "tomopy_tooth/tooth.h5": ("/exchange/data", (181, 2, 640)),
}


@pytest.mark.parametrize("name", REAL)
def test_real_files_open_at_their_images_with_the_stored_values(shared_data, name):
    stack = open_frames(parse_address(shared_data / name))
    assert (stack.address.dataset, stack.data.shape) == REAL[name]
    with h5py.File(shared_data / name) as file:
        dataset = file[REAL[name][0]]
        stored = dataset[0] if dataset.ndim > 2 else dataset[()]
    frame = stack.read(0)
    kept = ~np.isnan(frame)
    assert kept.mean() > 0.9
    np.testing.assert_array_equal(frame[kept], stored[kept].astype(np.float32))


def test_a_real_frame_of_a_counting_detector_keeps_no_marker(shared_data):
    path = shared_data / "petra_lambda" / "testasapo1_1009_00002_m1_part00000.nxs"
    stack = open_frames(parse_address(path))
    with h5py.File(path) as file:
        mask = file["entry/instrument/detector/pixel_mask"][0]
    assert np.isnan(stack.read(0)[mask != 0]).all()
    assert np.nanmin(stack.read(0)) == 0
    assert np.nanmax(stack.read(0)) < 4095


def test_a_real_file_with_a_broken_link_says_what_is_absent(shared_data):
    with pytest.raises(Refused, match=r"1040323-pilatus3_100k-files/1040323\.hdf"):
        open_frames(parse_address(shared_data / "badfiles" / "1040323.nxs"))
