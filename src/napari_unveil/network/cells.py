"""Cells of 2 x 2 pixels as one field of C4: a quarter of the positions, nothing lost, nothing learned.

The four pixels of a cell, counted around it against the clock, are its places. Turning an image by a quarter moves each
cell and moves its pixels on by one place, just as any field of :mod:`napari_unveil.network.p4` does.
"""

import torch

from napari_unveil.tensors import FieldBatch, ImageBatch

CELL_PX = 2
PLACES = ((0, 0), (1, 0), (1, 1), (0, 1))
"""Row and column in the cell of each place."""


def gathered(images: ImageBatch) -> FieldBatch:
    """Fields (batch, 4 channel, y / 2, x / 2) of images (batch, channel, y, x) with even sides."""
    places = [images[..., row::CELL_PX, column::CELL_PX] for row, column in PLACES]
    return torch.stack(places, dim=2).flatten(1, 2)


def scattered(fields: FieldBatch) -> ImageBatch:
    """The way back from :func:`gathered`."""
    batch, channels, y, x = fields.shape
    images = fields.new_empty(batch, channels // len(PLACES), CELL_PX * y, CELL_PX * x)
    for place, (row, column) in enumerate(PLACES):
        images[..., row::CELL_PX, column::CELL_PX] = fields[:, place :: len(PLACES)]
    return images
