"""Which dataset is meant, from listings alone: no file is opened here."""

import numpy as np
import pytest

from napari_unveil.frames.catalogue import Catalogue, Node
from napari_unveil.frames.resolver import candidates_in, clear_choice, guessed_frame_axis

STACK = (20, 512, 1024)


def listing(*paths, attributes=None, second_names=None, shape=STACK, dtype="f4"):
    nodes = tuple(path if isinstance(path, Node) else Node(path, shape, np.dtype(dtype)) for path in paths)
    return Catalogue(nodes, attributes or {}, second_names or {})


def meant(catalogue):
    best = clear_choice(candidates_in(catalogue))
    return None if best is None else best.path


FAMILIES = {
    "virtual CXI": (
        ("/entry_1/instrument_1/detector_1/data", "/entry_1/instrument_1/detector_1/gain"),
        "/entry_1/instrument_1/detector_1/data",
    ),
    "generic CXI": (("/entry_1/data_1/data",), "/entry_1/data_1/data"),
    "SwissFEL": (("/data/JF06T08V05/data", "/data/JF06T08V05/frame_index"), "/data/JF06T08V05/data"),
    "NXmx": (("/entry/data/data", "/entry/instrument/detector/pixel_mask"), "/entry/data/data"),
    "DECTRIS parts": (("/entry/data/data_000001", "/entry/data/data_000002"), "/entry/data"),
    "DECTRIS part": (("/entry/data/data_000001",), "/entry/data/data_000001"),
    "PETRA": (("/entry/instrument/detector/data", "/entry/instrument/detector/pixel_mask"), None),
    "ESRF": (("/1.1/instrument/eiger4m/data", "/1.1/measurement/fpico"), "/1.1/instrument/eiger4m/data"),
    "DLS tomography": (("/entry1/tomo_entry/data/data",), "/entry1/tomo_entry/data/data"),
    "image series": (("/imageseries/images",), "/imageseries/images"),
    "Data Exchange": (("/exchange/data", "/exchange/data_dark", "/exchange/data_white"), "/exchange/data"),
    "published pair": (("/high_count/data", "/low_count/data"), "/low_count/data"),
    "anything": (("/a/b",), "/a/b"),
}


@pytest.mark.parametrize("family", FAMILIES)
def test_each_family_opens_at_its_frames(family):
    paths, expected = FAMILIES[family]
    assert meant(listing(*paths)) == (expected or paths[0])
    assert all(candidate.reason for candidate in candidates_in(listing(*paths)))


@pytest.mark.parametrize("frames", [1, 3, 24])
def test_a_published_pair_may_have_few_frames(frames):
    pair = [Node(f"/{name}_count/data", (192, 240, frames), np.dtype("u4")) for name in ("high", "low")]
    assert meant(listing(*pair)) == "/low_count/data"


def test_what_the_file_declares_goes_before_known_places():
    attributes = {"": {"default": "other"}, "/other": {"default": "plot"}, "/other/plot": {"signal": "counts"}}
    assert meant(listing("/entry/data/data", "/other/plot/counts", attributes=attributes)) == "/other/plot/counts"


def test_a_declared_dataset_that_is_a_link_is_found_under_both_names():
    attributes = {"": {"default": "entry"}, "/entry": {"default": "data"}, "/entry/instrument/d": {"signal": "data"}}
    catalogue = listing(
        "/entry/instrument/d/data", attributes=attributes, second_names={"/entry/data": "/entry/instrument/d"}
    )
    (candidate,) = candidates_in(catalogue)
    assert (candidate.path, candidate.nodes[0].path) == ("/entry/data/data", "/entry/instrument/d/data")


def test_links_that_lead_round_in_a_circle_end():
    catalogue = listing("/a/x", second_names={"/a/up": "", "/b": "/a", "/a/c": "/a/c"})
    assert meant(catalogue) == "/a/x"
    assert catalogue.first_name("/b/up/a/x") == "/a/x"
    assert catalogue.first_name("/a/c/d").startswith("/a/c")


def test_two_detectors_are_equally_good():
    assert meant(listing("/entry/instrument/left/data", "/entry/instrument/right/data")) is None


def test_a_stack_goes_before_a_single_image_at_the_same_kind_of_place():
    single = Node("/entry/instrument/camera/data", (2000, 2000), np.dtype("u2"))
    assert meant(listing(single, "/entry/instrument/jungfrau/data")) == "/entry/instrument/jungfrau/data"


@pytest.mark.parametrize(("frames", "expected"), [(40, "/b"), (39, None), (20, None)])
def test_elsewhere_only_twice_as_many_numbers_are_clearly_meant(frames, expected):
    assert meant(listing("/a", Node("/b", (frames, 512, 1024), np.dtype("f4")))) == expected


def test_what_describes_frames_is_taken_only_when_nothing_else_is_there():
    table = Node("/table", (10_000_000, 3), np.dtype("f8"))
    mask = Node("/pixel_mask", (4000, 4000), np.dtype("u4"))
    assert meant(listing(table, mask, "/frames")) == "/frames"
    assert meant(listing(mask)) == "/pixel_mask"


def test_numbers_that_are_no_images_are_no_candidates():
    nodes = [Node("/words", (9, 9), np.dtype("S4")), Node("/complex", (9, 9), np.dtype("c8")), Node("/line", (9,))]
    assert candidates_in(listing(*nodes)) == ()


def test_a_broken_link_where_the_frames_should_be_goes_before_what_is_left():
    broken = Node("/entry/data/data", missing="detector.h5::/data")
    best = clear_choice(candidates_in(listing(broken, "/somewhere/else")))
    assert best is not None
    assert best.missing == "detector.h5::/data"


def test_parts_of_a_series_come_in_the_order_of_their_numbers_and_absent_ones_keep_their_place():
    paths = [f"/entry/data/data_{number:06}" for number in (10, 2, 1)]
    gone = Node("/entry/data/data_000003", missing="gone.h5::/entry/data/data")
    (series,) = candidates_in(listing(*paths, gone))
    assert [node.path[-2:] for node in series.nodes] == ["01", "02", "03", "10"]
    assert series.missing == ""


@pytest.mark.parametrize(
    ("path", "shape", "chunks", "axis"),
    [
        ("/low_count/data", (512, 1024, 30), (), 2),
        ("/low_count/data", (512, 1024), (), 0),
        ("/x", (512, 1024, 30), (512, 1024, 1), 2),
        ("/x", (512, 1024, 30), (64, 128, 4), 0),
        ("/x", (30, 512, 1024), (1, 512, 1024), 0),
        ("/x", (30, 512, 1), (30, 512, 1), 0),
    ],
)
def test_the_frame_axis_is_guessed_only_without_doubt(path, shape, chunks, axis):
    assert guessed_frame_axis(Node(path, shape, np.dtype("f4"), chunks=chunks)) == axis
