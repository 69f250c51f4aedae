"""Where tiles lie in a frame, cutting them out and laying them back. Plain integers and numpy."""

from dataclasses import dataclass

import numpy as np

from napari_unveil.types import Frame, Frames

PUBLISHED_OFFSETS = ((0, 0), (96, 32), (32, 96), (64, 64))
"""Grid offsets (y, x) in pixels of the published four passes, for patches of 128 pixels."""


@dataclass(frozen=True, slots=True)
class Tiling:
    """A frame covered by equal squares: ``core_px`` wide, read with ``halo_px`` around, first edge at ``offset``.

    Parameters
    ----------
    shape
        Of the frame, (y, x).
    core_px, halo_px
        Side of what is kept of each tile, and the margin that is only read.
    offset
        Grid offset (y, x); tiles that stick out of the frame see its mirror image.
    """

    shape: tuple[int, int]
    core_px: int
    halo_px: int = 0
    offset: tuple[int, int] = (0, 0)

    @property
    def side_px(self) -> int:
        """Side of a tile as read."""
        return self.core_px + 2 * self.halo_px

    @property
    def before(self) -> tuple[int, int]:
        """Pixels (y, x) that the first core lies before the frame."""
        y, x = (-offset % self.core_px for offset in self.offset)
        return y, x

    @property
    def count(self) -> tuple[int, int]:
        """Tiles along (y, x)."""
        y, x = (-(-(side + before) // self.core_px) for side, before in zip(self.shape, self.before, strict=True))
        return y, x

    def padded(self, frame: Frame) -> Frame:
        """``frame`` with its mirror image around it, as large as all tiles together."""
        widths = [
            (before + self.halo_px, count * self.core_px - before - side + self.halo_px)
            for side, before, count in zip(self.shape, self.before, self.count, strict=True)
        ]
        return np.pad(frame, widths, mode="reflect" if min(self.shape) > 1 else "edge")

    def cut(self, frame: Frame) -> Frames:
        """All tiles, shape (tile, side, side), row by row; a view where possible."""
        side = (self.side_px, self.side_px)
        windows = np.lib.stride_tricks.sliding_window_view(self.padded(frame), side, writeable=True)
        tiles = windows[:: self.core_px, :: self.core_px]
        return tiles.reshape(-1, *side)

    def stitch(self, cores: Frames) -> Frame:
        """The frame whose tiles have these ``cores``, shape (tile, core, core)."""
        rows, columns = self.count
        in_place = cores.reshape(rows, columns, self.core_px, self.core_px).swapaxes(1, 2)
        whole: Frame = in_place.reshape(rows * self.core_px, columns * self.core_px)
        (y, x), (height, width) = self.before, self.shape
        return whole[y : y + height, x : x + width]

    def core_of(self, tiles: Frames) -> Frames:
        """Tiles (tile, side, side) without their halo."""
        inner = slice(self.halo_px, self.halo_px + self.core_px)
        return tiles[:, inner, inner]


def halo_tiling(shape: tuple[int, int], *, halo_px: int, stride_px: int, limit_px: int) -> Tiling:
    """One pass with halo: the largest cores, multiples of ``stride_px``, whose tiles hold at most ``limit_px``."""
    room = int(limit_px**0.5) - 2 * halo_px
    needed = -(-max(shape) // stride_px) * stride_px
    core = max(stride_px, min(needed, room // stride_px * stride_px))
    return Tiling(shape, core, halo_px)


def published_tilings(shape: tuple[int, int], *, patch_px: int, passes: int) -> tuple[Tiling, ...]:
    """The first ``passes`` of the four published grids, their offsets scaled to ``patch_px``."""
    return tuple(
        Tiling(shape, patch_px, offset=(y * patch_px // 128, x * patch_px // 128))
        for y, x in PUBLISHED_OFFSETS[:passes]
    )
