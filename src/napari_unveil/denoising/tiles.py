"""Where tiles lie in a frame, cutting them out and laying them back. Plain integers and numpy."""

from dataclasses import dataclass
from math import prod

import numpy as np

from napari_unveil.types import Frame, Frames

PUBLISHED_OFFSETS = ((0, 0), (96, 32), (32, 96), (64, 64))
"""Grid offsets (y, x) in pixels of the published four passes, for patches of 128 pixels."""


@dataclass(frozen=True, slots=True)
class Tiling:
    """A frame covered by equal tiles of ``core_px``, read with ``halo_px`` around them, first edge at ``offset``.

    Parameters
    ----------
    shape
        Of the frame, (y, x).
    core_px, halo_px
        Sides (y, x) of what is kept of each tile, and the margin that is only read.
    offset
        Grid offset (y, x); tiles that stick out of the frame see its mirror image.
    """

    shape: tuple[int, int]
    core_px: tuple[int, int]
    halo_px: int = 0
    offset: tuple[int, int] = (0, 0)

    @property
    def side_px(self) -> tuple[int, int]:
        """Sides (y, x) of a tile as read."""
        y, x = self.core_px
        return y + 2 * self.halo_px, x + 2 * self.halo_px

    @property
    def before(self) -> tuple[int, int]:
        """Pixels (y, x) that the first core lies before the frame."""
        y, x = (-offset % core for offset, core in zip(self.offset, self.core_px, strict=True))
        return y, x

    @property
    def count(self) -> tuple[int, int]:
        """Tiles along (y, x)."""
        sides = zip(self.shape, self.before, self.core_px, strict=True)
        y, x = (-(-(side + before) // core) for side, before, core in sides)
        return y, x

    def padded(self, frame: Frame) -> Frame:
        """``frame`` with its mirror image around it, as large as all tiles together."""
        sides = zip(self.shape, self.before, self.count, self.core_px, strict=True)
        widths = [
            (before + self.halo_px, count * core - before - side + self.halo_px) for side, before, count, core in sides
        ]
        return np.pad(frame, widths, mode="reflect" if min(self.shape) > 1 else "edge")

    def cut(self, frame: Frame) -> Frames:
        """All tiles, shape (tile, y, x), row by row; a view where possible."""
        windows = np.lib.stride_tricks.sliding_window_view(self.padded(frame), self.side_px, writeable=True)
        tiles = windows[:: self.core_px[0], :: self.core_px[1]]
        return tiles.reshape(-1, *self.side_px)

    def stitch(self, cores: Frames) -> Frame:
        """The frame whose tiles have these ``cores``, shape (tile, y, x)."""
        rows, columns = self.count
        height, width = self.core_px
        in_place = cores.reshape(rows, columns, height, width).swapaxes(1, 2)
        whole: Frame = in_place.reshape(rows * height, columns * width)
        (y, x), (height, width) = self.before, self.shape
        return whole[y : y + height, x : x + width]

    def core_of(self, tiles: Frames) -> Frames:
        """Tiles (tile, side, side) without their halo."""
        y, x = (slice(self.halo_px, self.halo_px + core) for core in self.core_px)
        return tiles[:, y, x]


def halo_tiling(shape: tuple[int, int], *, halo_px: int, stride_px: int, limit_px: int) -> Tiling:
    """One pass with halo: the fewest cuts, at multiples of ``stride_px``, that leave at most ``limit_px`` a tile."""
    cuts = [1, 1]
    while True:
        core = tuple(-(-side // (cut * stride_px)) * stride_px for side, cut in zip(shape, cuts, strict=True))
        tiling = Tiling(shape, (core[0], core[1]), halo_px)
        if prod(tiling.side_px) <= limit_px or max(core) <= stride_px:
            return tiling
        cuts[core.index(max(core))] += 1


def published_tilings(shape: tuple[int, int], *, patch_px: int, passes: int) -> tuple[Tiling, ...]:
    """The first ``passes`` of the four published grids, their offsets scaled to ``patch_px``."""
    return tuple(
        Tiling(shape, (patch_px, patch_px), offset=(y * patch_px // 128, x * patch_px // 128))
        for y, x in PUBLISHED_OFFSETS[:passes]
    )
