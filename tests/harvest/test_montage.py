import numpy as np
import pytest

from napari_unveil.harvest import Montage, PatchLibrary, Ranking

ORDER = np.random.default_rng(0).permutation(30)


@pytest.fixture
def montage(library) -> Montage:
    return Montage(library, "signal", Ranking(ORDER, np.linspace(9, 1, 30)))


def test_patches_stand_in_rows_of_twelve_with_gaps(montage, library):
    assert montage.shape == (1, 3 * 32 + 2 * 2, 12 * 32 + 11 * 2)
    page = montage.frame((0,))
    assert page.shape == montage.shape[1:]
    np.testing.assert_array_equal(page[:32, :32], library.patches("signal", ORDER[:1])[0])
    np.testing.assert_array_equal(page[34:66, 34:66], library.patches("signal", ORDER[13:14])[0])
    assert np.isnan(page[32:34]).all()
    assert np.isnan(page[:, 32:34]).all()
    assert np.isnan(page[68:, 6 * 34 :]).all(), "nothing after the last patch"


def test_patches_beyond_a_page_are_on_the_next(library):
    many = Montage(library, "noise", Ranking(np.resize(np.arange(40), 200), np.zeros(200)))
    assert many.shape[0] == 3
    np.testing.assert_array_equal(many.frame((1,))[:32, :32], library.patches("noise", np.array([96 % 40]))[0])
    assert many.place_at(1, 0, 0) == 96
    assert many.place_at(2, 0, 8 * 34) is None, "199 is the last"


def test_a_point_belongs_to_the_patch_under_it(montage):
    page = montage.frame((0,))
    for y in range(-3, page.shape[0] + 3):
        for x in range(-3, page.shape[1] + 3, 5):
            place = montage.place_at(0, y, x)
            inside = 0 <= y < page.shape[0] and 0 <= x < page.shape[1]
            expected = (y // 34) * 12 + x // 34 if inside and y % 34 < 32 and x % 34 < 32 else None
            assert place == (expected if expected is None or expected < 30 else None)
    assert montage.place_at(0, -0.4, 31.4) == 0, "pixels reach half a pixel beyond their centres"


def test_a_mark_hatches_its_patch_alone_and_is_taken_back(montage):
    before = montage.frame((0,))
    assert montage.toggle(13)
    page = montage.frame((0,))
    changed = ~((page == before) | (np.isnan(page) & np.isnan(before)))
    square = np.zeros_like(changed)
    square[34:66, 34:66] = True
    assert not changed[~square].any()
    assert 0.4 < changed[square].mean() < 0.6
    np.testing.assert_array_equal(montage.marked, [ORDER[13]])
    assert not montage.toggle(13)
    np.testing.assert_array_equal(montage.frame((0,)), before)
    assert not len(montage.marked)


def test_marking_reads_the_page_no_second_time(montage, monkeypatch):
    montage.frame((0,))
    monkeypatch.setattr(PatchLibrary, "patches", lambda *_: pytest.fail("the library was read"))
    montage.toggle(3)
    montage.frame((0,))


def test_a_library_that_is_gone_gives_empty_pages(montage, library, tmp_path):
    path = tmp_path / "gone.h5"
    path.write_bytes(library.path.read_bytes())
    gone = Montage(PatchLibrary.open(path), "signal", montage.ranking)
    path.unlink()
    assert np.isnan(gone.frame((0,))).all()


def test_the_images_of_a_patch_stand_side_by_side(tmp_path):
    from napari_unveil.harvest import Cutting
    from napari_unveil.harvest.library import writing_library

    patches = np.random.default_rng(0).random((30, 4, 8, 8)).astype(np.float32)
    about = {"unit": "photons", "photon_energy_keV": None, "provenance": {}}
    with writing_library(tmp_path / "p.h5", patch=8, recipe="any", shelves={"parts": 4}, **about) as shelves:
        for patch in patches:
            shelves["parts"].append(Cutting(patch, (0, 0), 0.0), frame=0)
    ranking = Ranking(np.arange(30), np.linspace(9, 1, 30))
    montage = Montage(PatchLibrary.open(tmp_path / "p.h5"), "parts", ranking)
    width = 4 * 8 + 3
    assert montage.shape == (2, 8 * 8 + 7 * 2, 3 * width + 2 * 2), "as many images beside one another as of one each"
    page = montage.frame((0,))
    for channel in range(4):
        square = page[10:18, width + 2 + 9 * channel : width + 2 + 9 * channel + 8]
        np.testing.assert_array_equal(square, patches[4, channel])
    assert np.isnan(page[:, 8]).all(), "a seam between the images"
    assert montage.place_at(0, 12, width + 2 + 20) == 4
    assert montage.place_at(1, 0, 0) == 24
    montage.toggle(4)
    marked = montage.frame((0,))
    for channel in range(4):
        left = width + 2 + 9 * channel
        assert np.isnan(marked[10:18, left : left + 8]).any(), "each of its images is hatched"
    assert not np.isnan(marked[:8, :8]).any()
