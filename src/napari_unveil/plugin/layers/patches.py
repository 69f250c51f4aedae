"""Image layers with patches to look at: pages of a montage enter, a layer leaves."""

from typing import Any

import numpy as np
from napari.layers import Image

from napari_unveil.frames.stack import LazyFrames
from napari_unveil.harvest import Montage
from napari_unveil.plugin.layers.frames import METADATA, PROVENANCE, UNIT
from napari_unveil.plugin.layers.look import frame_look
from napari_unveil.plugin.layers.removing import remove
from napari_unveil.types import Frames

AXES = ("page", "y", "x")


def show_patches(viewer: Any, montage: Montage, *, name: str, sample: Frames) -> Image:
    """Show the pages of a montage as a layer, in place of an earlier one of the same kind.

    Parameters
    ----------
    name
        Of the layer.
    sample
        Patches (n, y, x) by which colours and contrast are chosen.
    """
    for earlier in [layer for layer in viewer.layers if _kind_of(layer) == montage.kind]:
        remove(viewer, earlier)
    look = frame_look(np.concatenate(list(sample)))
    facts = {
        UNIT: montage.library.unit,
        PROVENANCE: {**montage.library.provenance, "library": str(montage.library.path), "patches": montage.kind},
    }
    metadata = {**look.pop("metadata"), METADATA: facts}
    pages = LazyFrames(montage, montage.shape)  # read in the main thread: dask's threads take longer than the page
    return viewer.add_image(pages, name=name, rgb=False, multiscale=False, axis_labels=AXES, metadata=metadata, **look)


def _kind_of(layer: Any) -> str | None:
    """Which patches of a library a layer shows; None when it shows something else."""
    kind = layer.metadata.get(METADATA, {}).get(PROVENANCE, {}).get("patches")
    return None if kind is None else str(kind)
