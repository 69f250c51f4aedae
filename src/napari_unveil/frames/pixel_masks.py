"""The mask of a result: signals in, the pixels that have no value in any of them out, where NeXus keeps a mask."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import h5py
import numpy as np
from numpy.typing import NDArray

from napari_unveil.frames.hdf5_file import opened_hdf5
from napari_unveil.frames.hdf5_tree import Group, look_up
from napari_unveil.types import Frame, Mask

PIXEL_MASK = "/entry/instrument/detector/pixel_mask"
MASKED = np.uint32(1 << 8)
"""The bit of NXdetector's pixel_mask for pixels that were left out by a mask."""

SIGNAL = "signal"


class FrameWriter(Protocol):
    """An open file or folder of a result."""

    def write(self, name: str, index: int, frame: Frame | Mask) -> None:
        """Write frame ``index``, in C order over the leading axes, of one dataset."""
        ...

    def correlate_errors(self, correlation: float) -> None:
        """Say how standard errors add up."""
        ...


@dataclass(frozen=True, slots=True)
class MaskingWriter:
    """An open result that remembers which pixels (y, x) of each of ``modules`` have no value in any frame."""

    result: FrameWriter
    modules: int
    missing: dict[int, Mask] = field(default_factory=dict)

    def write(self, name: str, index: int, frame: Frame | Mask) -> None:
        """Write one frame; that of the signal, NaN where there is no value, counts."""
        self.result.write(name, index, frame)
        if name == SIGNAL:
            module = index % self.modules
            self.missing[module] = np.isnan(frame) & self.missing.get(module, np.True_)

    def correlate_errors(self, correlation: float) -> None:
        """As the result does."""
        self.result.correlate_errors(correlation)

    def mask(self) -> NDArray[np.uint32]:
        """Shape (y, x), or (module, y, x) where there are several."""
        masks = np.stack([self.missing[module] for module in range(self.modules)])
        return np.where(masks if self.modules > 1 else masks[0], MASKED, np.uint32(0))


def write_pixel_mask(file: Group, mask: NDArray[np.uint32]) -> None:
    """Write a mask into an open file that has an ``/entry``."""
    instrument = file["entry"].create_group("instrument")
    instrument.attrs["NX_class"] = "NXinstrument"
    detector = instrument.create_group("detector")
    detector.attrs["NX_class"] = "NXdetector"
    detector.create_dataset("pixel_mask", data=mask, compression="gzip", compression_opts=1, shuffle=True)


def common_pixel_mask(paths: Sequence[Path]) -> NDArray[np.uint32] | None:
    """The mask of results together: what all of them mask; None where one has none."""
    masks = []
    for path in paths:
        with opened_hdf5(path) as file:
            found = look_up(file, PIXEL_MASK)
            if not isinstance(found, h5py.Dataset):
                return None
            masks.append(found[()])
    return np.asarray(np.bitwise_and.reduce(masks))
