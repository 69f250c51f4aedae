"""Which frame of a stack, in words."""

import numpy as np

from napari_unveil.frames import FrameStack

TRAIN_ID = "trainId"


def place_in_words(stack: FrameStack, index: int) -> str:
    """The place of frame ``index`` along the leading axes, such as ``train 3 (id 1234567), module 1``."""
    position = [int(number) for number in np.unravel_index(index, stack.data.shape[:-2])]
    words = [
        f"{axis}{' at' if axis[-1:].isdigit() else ''} {number}"
        for axis, number in zip(stack.axes, position, strict=False)
    ]
    if not words:
        return "the only frame"
    identities = stack.coordinates.get(TRAIN_ID)
    if identities is not None and len(identities) > position[0]:
        words[0] = f"{words[0]} (id {int(identities[position[0]])})"
    return ", ".join(words)
