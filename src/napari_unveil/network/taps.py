"""Sums over the nine taps of a dilated 3 x 3 filter at the end of a matrix product, and their adjoint.

Instead of nine shifted copies of many channels entering a product, the product gives nine values a pixel, one per tap,
and those few are shifted and added. Borders are mirrored about the outermost pixel.
"""

from typing import NamedTuple

from napari_unveil.tensors import Tensor

TAPS = 9
MIDDLE = 4


class DilatedTaps:
    """Nine values a pixel: ``taps[i, j, y, x]`` counts at pixel ``(y - (i - 1) dilation, x - (j - 1) dilation)``.

    Parameters
    ----------
    taps
        Shape (9, batch * y * x), row by row of the filter: room that both directions overwrite.
    shape
        (batch, y, x); both sides are larger than ``dilation``.
    dilation
        Distance between neighbouring taps, in pixels.
    """

    def __init__(self, taps: Tensor, shape: tuple[int, int, int], dilation: int) -> None:
        grid = taps.view(3, 3, *shape)
        self.taps = taps
        self.middle = taps[MIDDLE]
        rows = [_Shift.along(-2, grid[1], grid[1 + side], side * dilation) for side in (-1, 1)]
        columns = [_Shift.along(-1, grid[1, 1], grid[1, 1 + side], side * dilation) for side in (-1, 1)]
        self._shifts = (*rows, *columns)

    def gather(self) -> Tensor:
        """Sum over taps at each pixel, shape (batch * y * x): a row of ``taps``; the others are spoilt.

        ``z[y, x]`` is the sum over i and j of ``taps[i, j, y + (i - 1) dilation, x + (j - 1) dilation]``.
        """
        for shift in self._shifts:
            shift.add()
        return self.middle

    def spread(self) -> None:
        """Fill all taps from the middle one, the gradient of ``z``: the adjoint of :meth:`gather`."""
        for shift in reversed(self._shifts):
            shift.give_back()


class _Shift(NamedTuple):
    """``total[u] += values[mirrored(u + step)]`` along one axis, as views that are made once.

    ``near`` are pixels whose neighbour is inside, ``edge`` those whose neighbour is not, ``beyond`` the values that no
    pixel inside has as its neighbour.
    """

    total_near: Tensor
    values_near: Tensor
    total_edge: Tensor
    values_edge: Tensor
    beyond: Tensor
    axis: int

    @classmethod
    def along(cls, axis: int, total: Tensor, values: Tensor, step: int) -> "_Shift":
        side, length = total.shape[axis], abs(step)
        inside, forward = side - length, step > 0
        return cls(
            total_near=total.narrow(axis, 0 if forward else length, inside),
            values_near=values.narrow(axis, length if forward else 0, inside),
            total_edge=total.narrow(axis, inside if forward else 0, length),
            values_edge=values.narrow(axis, inside - 1 if forward else 1, length),
            beyond=values.narrow(axis, 0 if forward else inside, length),
            axis=axis,
        )

    def add(self) -> None:
        self.total_near.add_(self.values_near)
        self.total_edge.add_(self.values_edge.flip(self.axis))

    def give_back(self) -> None:
        self.values_near.copy_(self.total_near)
        self.beyond.zero_()
        self.values_edge.add_(self.total_edge.flip(self.axis))
