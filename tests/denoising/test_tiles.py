import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from napari_unveil.denoising.tiles import PUBLISHED_OFFSETS, Tiling, halo_tiling, published_tilings

sides = st.integers(1, 70)


@given(
    shape=st.tuples(sides, sides),
    core=st.sampled_from([8, 16, 32]),
    halo=st.sampled_from([0, 8, 24]),
    offset=st.tuples(st.integers(0, 31), st.integers(0, 31)),
)
def test_cutting_and_stitching_is_the_identity(shape, core, halo, offset):
    frame = np.random.default_rng(0).normal(size=shape).astype(np.float32)
    tiling = Tiling(shape, (core, core), halo, offset)
    tiles = tiling.cut(frame)
    assert tiles.shape == (np.prod(tiling.count), *tiling.side_px)
    np.testing.assert_array_equal(tiling.stitch(tiling.core_of(tiles)), frame)


def test_a_tile_sees_its_neighbours_in_its_halo_and_mirrors_at_the_edge():
    frame = np.arange(64.0, dtype=np.float32).reshape(1, 64).repeat(64, 0)
    tiles = Tiling((64, 64), (32, 32), halo_px=8).cut(frame)
    np.testing.assert_array_equal(tiles[0, 0], [*range(8, 0, -1), *range(40)])
    np.testing.assert_array_equal(tiles[1, 0], [*range(24, 64), *range(62, 54, -1)])


@pytest.mark.parametrize("offset", PUBLISHED_OFFSETS)
def test_published_grids_cut_where_the_paper_says(offset):
    tiling = published_tilings((512, 1024), patch_px=128, passes=4)[PUBLISHED_OFFSETS.index(offset)]
    edges = {-before % 128 for before in (tiling.before[0], tiling.before[1])}
    assert edges == set(offset)
    frame = np.zeros((512, 1024), np.float32)
    frame[offset] = 1
    corner = next(tile for tile in tiling.cut(frame) if tile[0, 0] == 1)
    assert corner.sum() >= 1


def test_tiles_with_halo_stay_within_the_pixels_allowed():
    tiling = halo_tiling((4096, 4096), halo_px=48, stride_px=8, limit_px=2**19)
    assert np.prod(tiling.side_px) <= 2**19
    assert [side % 8 for side in tiling.core_px] == [0, 0]
    assert np.prod(tiling.count) <= 100


def test_a_small_frame_gets_one_tile():
    assert halo_tiling((60, 100), halo_px=48, stride_px=8, limit_px=2**19).count == (1, 1)


def test_one_wide_tile_covers_a_module():
    tiling = halo_tiling((512, 1024), halo_px=48, stride_px=8, limit_px=3 * 2**18)
    assert tiling.count == (1, 1)
    assert tiling.side_px == (608, 1120)
