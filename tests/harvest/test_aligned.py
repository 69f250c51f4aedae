import dataclasses

import numpy as np
import pytest

from napari_unveil.errors import Failed, Refused
from napari_unveil.frames import stack_from_array
from napari_unveil.harvest import (
    AlignedSettings,
    PairedFrames,
    PatchLibrary,
    harvest_aligned,
    plan_aligned,
    split_frames,
)
from napari_unveil.harvest.aligned_cutting import aligned_cuttings

SHAPE_YX = (48, 64)
FRAMES, PARTS = 6, 4
SETTINGS = AlignedSettings(patch=16, patches=50, seed=3)


def numbered(frames=FRAMES, offset=0.0):
    """Frames whose pixels tell where they are, shape (frame, y, x)."""
    frame, y, x = np.indices((frames, *SHAPE_YX))
    return (frame * 10000 + y * 100 + x + 1 + offset).astype(np.float32)


@pytest.fixture
def low():
    return stack_from_array(numbered(), name="low.h5", unit="counts")


@pytest.fixture
def high():
    return stack_from_array(20 * numbered(), name="high.h5", unit="counts")


@pytest.fixture
def split():
    """A measurement whose part k is 100000 k more than the first."""
    stack = stack_from_array(numbered(), name="scan.h5")
    steps = 1e5 * np.arange(PARTS, dtype=np.float32)[:, None, None]
    return dataclasses.replace(stack, parts=lambda index: stack.read(index) + steps)


def harvested(frames, path, settings=SETTINGS, **options):
    plan = plan_aligned(frames, settings, recipe="paired", kind="pairs", **options)
    return list(harvest_aligned(plan, path)), PatchLibrary.open(path)


def all_patches(library, kind="pairs"):
    return library.patches(kind, np.arange(library.count(kind)))


# the library


def test_a_patch_holds_low_and_high_counts_of_the_same_place(low, high, tmp_path):
    reports, library = harvested(PairedFrames(low, high), tmp_path / "pairs.h5", about={"exposure_ratio": 20.0})
    assert (library.recipe, library.kinds, library.unit) == ("paired", ("pairs",), "counts")
    assert library.provenance["exposure_ratio"] == 20.0
    assert (library.provenance["low"], library.provenance["high"]) == ("low.h5", "high.h5")
    patches = all_patches(library)
    assert patches.shape == (50, 2, 16, 16)
    np.testing.assert_array_equal(patches[:, 1], 20 * patches[:, 0])
    last = reports[-1]
    assert (last.frames_read, last.counts, last.wanted) == (FRAMES, {"pairs": 50}, {"pairs": 50})


def test_labels_say_where_a_patch_was_cut(low, high, tmp_path):
    _, library = harvested(PairedFrames(low, high), tmp_path / "pairs.h5")
    frames = library.labels["pairs"].frames
    corner = all_patches(library)[:, 0, 0, 0] - 1
    np.testing.assert_array_equal(corner // 10000, frames)
    assert set(np.bincount(frames)) <= {8, 9}, "every frame contributes its share"


def test_patches_of_a_split_measurement_hold_all_its_parts(split, tmp_path):
    plan = plan_aligned(split_frames(split), SETTINGS, recipe="noise2inverse", kind="parts")
    list(harvest_aligned(plan, tmp_path / "parts.h5"))
    library = PatchLibrary.open(tmp_path / "parts.h5")
    patches = all_patches(library, "parts")
    assert patches.shape == (50, PARTS, 16, 16)
    np.testing.assert_allclose(np.diff(patches, axis=1), 1e5)


def test_modules_of_a_shot_are_told_apart_and_have_masks_of_their_own(tmp_path):
    def in_modules(frames):
        return frames.reshape(3, 2, *SHAPE_YX)

    low, high = (stack_from_array(in_modules(factor * numbered()), name=f"{factor}.h5") for factor in (1, 20))
    mask = np.zeros((2, *SHAPE_YX), bool)
    mask[1, :, 30:] = True
    _, library = harvested(PairedFrames(low, high), tmp_path / "pairs.h5", mask=mask)
    corner = all_patches(library)[:, 0, 0, 0] - 1
    labels = library.labels["pairs"]
    np.testing.assert_array_equal(corner // 10000, 2 * labels.frames + labels.modules)
    x = corner % 100
    assert x[labels.modules == 1].max() <= 14
    assert x[labels.modules == 0].max() > 30


def test_the_same_seed_gives_the_same_patches_and_another_seed_others(low, high, tmp_path):
    one, again, other = (
        all_patches(harvested(PairedFrames(low, high), tmp_path / f"{n}.h5", SETTINGS if n < 2 else changed)[1])
        for n, changed in enumerate([None, None, dataclasses.replace(SETTINGS, seed=4)])
    )
    np.testing.assert_array_equal(one, again)
    assert not np.array_equal(one, other)


def test_barren_pairs_are_made_up_for_by_others(tmp_path):
    frames = numbered()
    frames[[0, 4]] = np.nan
    pairs = PairedFrames(stack_from_array(frames, name="low.h5"), stack_from_array(numbered(), name="high.h5"))
    reports, library = harvested(pairs, tmp_path / "pairs.h5")
    assert reports[-1].counts == {"pairs": 50}
    assert not set(library.labels["pairs"].frames) & {0, 4}


def test_unreadable_frames_are_listed_and_left_out(low, high, tmp_path, monkeypatch):
    read = type(high).read

    def broken(self, index):
        if self is high and index == 2:
            raise Failed(found="frame 2 is broken", kept="the others", remedy="copy it again")
        return read(self, index)

    monkeypatch.setattr(type(high), "read", broken)
    plan = plan_aligned(PairedFrames(low, high), SETTINGS, recipe="paired", kind="pairs")
    with pytest.raises(Failed, match="frames could not be read"):
        list(harvest_aligned(plan, tmp_path / "pairs.h5"))
    library = PatchLibrary.open(tmp_path / "pairs.h5")
    assert library.count("pairs") == 50
    assert 2 not in library.labels["pairs"].frames


def test_a_harvest_that_is_closed_leaves_no_file(low, high, tmp_path):
    plan = plan_aligned(PairedFrames(low, high), SETTINGS, recipe="paired", kind="pairs")
    running = harvest_aligned(plan, tmp_path / "pairs.h5")
    next(running)
    running.close()
    assert list(tmp_path.iterdir()) == []


def test_the_size_of_the_file_is_known_before(low, high, tmp_path):
    plan = plan_aligned(
        PairedFrames(low, high), dataclasses.replace(SETTINGS, patches=600), recipe="paired", kind="pairs"
    )
    list(harvest_aligned(plan, tmp_path / "pairs.h5"))
    assert plan.file_bytes == pytest.approx((tmp_path / "pairs.h5").stat().st_size, rel=0.05)


# places


def cuttings(images, mask=None, *, count=None, max_excluded=0.0, seed=0):
    mask = np.zeros(images.shape[1:], bool) if mask is None else mask
    made = aligned_cuttings(images, mask, patch=16, max_excluded=max_excluded, rng=np.random.default_rng(seed))
    return [cutting for _, cutting in zip(range(count or 10**6), made, strict=False)]


def test_a_pixel_that_is_missing_in_one_image_is_missing_in_all():
    images = np.stack([numbered(1)[0], numbered(1)[0] * 20])
    images[0, 10, 10], images[1, 30, 40] = np.nan, np.nan
    mask = np.zeros(SHAPE_YX, bool)
    mask[20, 20] = True
    found = cuttings(images, mask, max_excluded=0.05)
    missing = np.array([np.isnan(cutting.pixels) for cutting in found])
    np.testing.assert_array_equal(missing[:, 0], missing[:, 1])
    for y, x in ((10, 10), (30, 40), (20, 20)):
        hit = [m[0, y - c.corner[0], x - c.corner[1]] for c, m in zip(found, missing, strict=True) if _holds(c, y, x)]
        assert hit
        assert all(hit)


def _holds(cutting, y, x):
    return all(0 <= place - corner < 16 for place, corner in zip((y, x), cutting.corner, strict=True))


def test_patches_with_too_many_excluded_pixels_are_left_out():
    images = np.stack([numbered(1)[0]] * 2)
    images[1, :, 30:34] = np.nan
    assert all(
        cutting.corner[1] + 16 <= 30 or cutting.corner[1] >= 34 for cutting in cuttings(images, max_excluded=0.0)
    )
    assert max(np.isnan(c.pixels[0]).mean() for c in cuttings(images, max_excluded=0.1)) == pytest.approx(1 / 16)


def test_every_free_place_is_used_once_and_no_more():
    found = cuttings(np.stack([numbered(1)[0]] * 3))
    corners = [cutting.corner for cutting in found]
    assert len(corners) == len(set(corners)) == (48 - 15) * (64 - 15)


def bright_spot(height):
    images = np.full((2, 200, 300), 0.01, np.float32)
    images[0, 150, 40] = height
    return images


def test_half_of_the_places_are_where_the_signal_is():
    """One spot holds nearly all counts; of places drawn evenly 0.5 % would meet it."""
    found = cuttings(bright_spot(1e5), count=40)
    assert 15 <= sum(_holds(cutting, 150, 40) for cutting in found) <= 25


def test_the_other_half_is_spread_over_the_frame():
    found = [cutting.corner for cutting in cuttings(bright_spot(1e5), count=100)]
    elsewhere = np.array([corner for corner in found if not (134 < corner[0] <= 150 and 24 < corner[1] <= 40)])
    assert len(elsewhere) >= 40
    np.testing.assert_allclose(elsewhere.mean(axis=0), (92, 142), atol=30)


def test_places_do_not_depend_on_the_target():
    """Patches chosen for the noise of the high counts would teach that it is signal."""
    images = bright_spot(1e5)
    other = images.copy()
    other[1] = np.random.default_rng(0).poisson(1, images[1].shape)
    assert [c.corner for c in cuttings(images, count=30)] == [c.corner for c in cuttings(other, count=30)]


@pytest.mark.parametrize("value", [0.0, -1.0])
def test_frames_without_intensity_are_cut_evenly(value):
    images = np.full((2, 20, 24), value, np.float32)
    assert len(cuttings(images)) == 5 * 9


# what is refused


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"patch": 20}, "patch is 20"),
        ({"patch": 56}, "patch is 56 x 56 pixels"),
        ({"patches": 0}, "patches is 0"),
        ({"max_excluded": 1.0}, "max_excluded is 1"),
        ({"seed": -1}, "seed is -1"),
    ],
)
def test_numbers_out_of_range_are_refused(low, high, changes, sentence):
    with pytest.raises(Refused, match=sentence):
        plan_aligned(PairedFrames(low, high), dataclasses.replace(SETTINGS, **changes), recipe="paired", kind="pairs")


def test_pairs_of_unequal_length_and_what_is_not_split_are_refused(low, split):
    with pytest.raises(Refused, match="6 low-count and 5 high-count frames"):
        PairedFrames(low, stack_from_array(numbered(5), name="high.h5", unit="counts"))
    with pytest.raises(Refused, match=r"low\.h5 is not split"):
        split_frames(low)
    alone = dataclasses.replace(split, parts=lambda index: split.read(index)[None])
    with pytest.raises(Refused, match="split into 1 part"):
        split_frames(alone)


def test_no_place_at_all_is_refused_and_nothing_stays(low, high, tmp_path):
    with pytest.raises(Refused, match=r"none of the 6 frames of low\.h5 and high\.h5 gave a patch"):
        harvested(PairedFrames(low, high), tmp_path / "pairs.h5", mask=np.ones(SHAPE_YX, bool))
    assert list(tmp_path.iterdir()) == []
