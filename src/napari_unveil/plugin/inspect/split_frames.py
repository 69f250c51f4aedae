"""Two stacks as one: left of a column the one, right of it the other. Nothing is copied but what is looked at."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from napari_unveil.frames.stack import one_key_per_axis


@dataclass(slots=True, eq=False)
class SplitFrames:
    """An array-like of the shape of both.

    Parameters
    ----------
    left, right
        Array-likes (leading axes, y, x) of one shape.
    column
        The first column of the right one.
    """

    left: Any
    right: Any
    column: float

    @property
    def shape(self) -> tuple[int, ...]:
        """Leading axes, y, x."""
        return tuple(int(side) for side in self.left.shape)

    @property
    def ndim(self) -> int:
        """Number of axes."""
        return len(self.shape)

    @property
    def dtype(self) -> np.dtype[np.float32]:
        """Always float32."""
        return np.dtype(np.float32)

    def __getitem__(self, key: Any) -> NDArray[np.float32]:
        columns = np.arange(self.shape[-1])[one_key_per_axis(key, self.ndim)[-1]]
        return np.where(columns < self.column, np.asarray(self.left[key]), np.asarray(self.right[key])).astype(
            np.float32
        )

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> NDArray[Any]:
        del copy
        return self[...].astype(dtype or self.dtype)
