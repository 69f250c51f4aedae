import numpy as np
import pytest

from napari_unveil.harvest import rank_patches


def ranked(library):
    work = rank_patches(library)
    while True:
        try:
            next(work)
        except StopIteration as end:
            return end.value


@pytest.mark.parametrize("kind", ["signal", "noise"])
def test_the_brightest_patch_comes_first(library, kind):
    ranking = ranked(library)[kind]
    patches = library.patches(kind, np.arange(library.count(kind)))
    sums = np.nansum(patches.astype(float), axis=(1, 2))
    assert sorted(ranking.indices) == list(range(library.count(kind)))
    np.testing.assert_allclose(ranking.intensities, sums[ranking.indices], rtol=1e-6)
    assert (np.diff(ranking.intensities) <= 0).all()
    assert np.ptp(ranking.intensities) > 0, "test invalid"


def test_a_ranking_without_patches_is_the_ranking_of_the_library_without_them(library):
    ranking = ranked(library)["noise"]
    removed = np.array([0, 7, 8, 39])
    left = ranking.without(removed)
    stays = np.setdiff1d(np.arange(40), removed)
    patches = library.patches("noise", np.arange(40))[stays]
    sums = np.nansum(patches.astype(float), axis=(1, 2))
    np.testing.assert_array_equal(left.indices, np.argsort(-sums, kind="stable"))
    np.testing.assert_allclose(left.intensities, np.sort(sums)[::-1], rtol=1e-6)
