"""Images of any size for networks that ask for certain sides."""

from torch.nn import functional

from napari_unveil.tensors import Tensor


def extended(x: Tensor, sides: tuple[int, int]) -> Tensor:
    """``x``, shape (batch, channel, y, x), with its last row and column repeated until it has ``sides``."""
    missing = [side - present for side, present in zip(sides, x.shape[-2:], strict=True)]
    return functional.pad(x, (0, missing[1], 0, missing[0]), mode="replicate") if any(missing) else x
