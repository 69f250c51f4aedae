import numpy as np
import pytest
import tifffile
from fabio.edfimage import EdfImage

from napari_unveil.errors import Refused
from napari_unveil.frames import UnreadableFrame, list_datasets, open_frames, parse_address

STACK = np.arange(5 * 6 * 8, dtype=np.uint16).reshape(5, 6, 8)


@pytest.mark.parametrize("options", [{}, {"compression": "zlib"}, {"byteorder": ">"}, {"bigtiff": True}])
@pytest.mark.parametrize("pixels", [STACK, STACK.astype("f4"), STACK[0]])
def test_tiff_frames_are_those_that_were_written(tmp_path, pixels, options):
    path = tmp_path / "x.tif"
    tifffile.imwrite(path, pixels, photometric="minisblack", **options)
    stack = open_frames(parse_address(path))
    assert stack.axes == ("frame", "y", "x")
    np.testing.assert_array_equal(stack.data.compute(), np.atleast_3d(pixels).reshape(-1, 6, 8))


def test_edf_frames_are_those_that_were_written(tmp_path):
    path = tmp_path / "x.edf"
    image = EdfImage(data=STACK[0])
    image.append_frame(data=STACK[1])
    image.write(str(path))
    stack = open_frames(parse_address(path))
    np.testing.assert_array_equal(stack.data.compute(), STACK[:2])


@pytest.mark.parametrize("lost", [20, 150, 300, 600])
@pytest.mark.parametrize("contiguous", [True, False])
def test_a_truncated_tiff_is_refused(tmp_path, contiguous, lost):
    path = tmp_path / "x.tif"
    with tifffile.TiffWriter(path) as file:
        for frame in STACK:
            file.write(frame, contiguous=contiguous, metadata=None, photometric="minisblack")
    path.write_bytes(path.read_bytes()[:-lost])
    with pytest.raises(Refused, match="truncated"):
        open_frames(parse_address(path))


def test_a_damaged_page_is_an_unreadable_frame(tmp_path):
    path = tmp_path / "x.tif"
    tifffile.imwrite(path, STACK, photometric="minisblack", compression="zlib")
    with tifffile.TiffFile(path) as file:
        start, size = file.pages[1].dataoffsets[0], file.pages[1].databytecounts[0]
    with path.open("r+b") as file:
        file.seek(start)
        file.write(b"\xff" * size)
    stack = open_frames(parse_address(path))
    np.testing.assert_array_equal(stack.read(0), STACK[0])
    with pytest.raises(UnreadableFrame, match="frame 1 of"):
        stack.read(1)


@pytest.mark.parametrize("name", ["x.tif", "x.edf", "x.cbf", "x.txt"])
def test_files_that_hold_no_image_are_refused(tmp_path, name):
    path = tmp_path / name
    path.write_bytes(b"no image at all\n" * 40)
    with pytest.raises(Refused) as refusal:
        open_frames(parse_address(path))
    assert refusal.value.found
    assert refusal.value.needed
    assert refusal.value.remedy


def test_a_colour_image_is_refused(tmp_path):
    path = tmp_path / "x.tif"
    tifffile.imwrite(path, np.zeros((6, 8, 3), np.uint8), photometric="rgb")
    with pytest.raises(Refused, match="colour"):
        open_frames(parse_address(path))


def test_a_dataset_of_an_image_file_is_refused(tmp_path):
    path = tmp_path / "x.tif"
    tifffile.imwrite(path, STACK, photometric="minisblack")
    with pytest.raises(Refused, match="only for HDF5"):
        open_frames(parse_address(f"{path}::/data"))


def test_real_images_open_without_gaps_and_bad_pixels(shared_data):
    path = shared_data / "musclex" / "P40_1_3_00000.tif"
    stack = open_frames(parse_address(path))
    stored = tifffile.imread(path)
    frame = stack.read(0)
    assert stack.unit == "counts"
    assert np.isnan(frame[stored < 0]).all()
    np.testing.assert_array_equal(frame[stored >= 0], stored[stored >= 0])


@pytest.mark.parametrize("name", ["Dark_5s_003.tif", "Sa1_40s_067.tif"])
def test_real_ccd_images_are_listed(shared_data, name):
    (entry,) = list_datasets(parse_address(shared_data / "gsas_saxs_ccd" / name))
    assert entry.shape == (1, 1024, 1024)
    assert entry.dtype == "uint16"
