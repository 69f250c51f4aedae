"""The simulated tomography of a foam as files: settings in, Data Exchange, the true volume and reports out."""

from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import numpy as np

from napari_unveil.frames import writing_nxdata
from napari_unveil.saving import make_folder
from napari_unveil.simulate import (
    FoamSettings,
    attenuation_slice,
    dark_frames,
    draw_foam,
    flat_frames,
    projection_angles,
    projections,
)
from napari_unveil.types import Progress
from napari_unveil.workflow.simulated_files import (
    FOAM_FILE,
    TRUTH_FILE,
    CountsWriter,
    refuse_other_kind,
    writing_counts,
)

DATA, FLATS, DARKS, THETA = "exchange/data", "exchange/data_white", "exchange/data_dark", "exchange/theta"
AXES = {DATA: "theta:y:x", FLATS: "theta_white:y:x", DARKS: "theta_dark:y:x"}
TRUTH = "attenuation"


def simulate_foam(folder: Path, settings: FoamSettings, *, seed: int) -> Iterator[Progress]:
    """Write foam.h5 with the projections of a foam, flats and darks, and truth.h5 with its volume.

    ``foam.h5`` has the layout Data Exchange: ``exchange/data`` (angle, z, x), ``data_white``, ``data_dark`` and
    ``theta`` in degrees. ``truth.h5`` is NXdata: ``attenuation`` (z, y, x) per pixel. How both belong together: the
    point (y, x) of a slice, from its middle, is seen ``x cos(theta) - y sin(theta)`` from the axis of rotation, whose
    column is ``axis_px`` in ``/entry/process``; there are the bubbles, too (z, y, x, radius).

    Parameters
    ----------
    folder
        Made when it is absent.
    settings
        Of the foam and of its tomography.
    seed
        Of the places of the bubbles and of the counts.

    Raises
    ------
    Refused
        When the folder cannot be written to, or holds measurements of another kind.
    """
    refuse_other_kind(folder, "foam")
    make_folder(folder)
    foam = draw_foam(settings, rng=np.random.default_rng([seed, 0]))
    rng = np.random.default_rng([seed, 1])
    process = {"method": "simulate", "parameters": asdict(settings), "seed": seed, "axis_px": settings.axis_px}
    total = settings.slices + settings.angles
    with (
        writing_counts(folder / FOAM_FILE, process=process) as counts,
        writing_nxdata(
            folder / TRUTH_FILE,
            stack_shape=(settings.slices, settings.width, settings.width),
            names=(TRUTH,),
            unit="1/pixel",
            process={**process, "bubbles": foam.bubbles},
        ) as truth,
    ):
        for index in range(settings.slices):
            truth.write(TRUTH, index, attenuation_slice(foam, index))
            yield Progress(index + 1, total, TRUTH_FILE)
        _begin(counts, settings)
        counts.write(FLATS, slice(None), flat_frames(settings, rng=rng))
        counts.write(DARKS, slice(None), dark_frames(settings, rng=rng))
        for index, projection in enumerate(projections(foam, rng=rng)):
            counts.write(DATA, index, projection)
            yield Progress(settings.slices + index + 1, total, FOAM_FILE)


def _begin(counts: CountsWriter, settings: FoamSettings) -> None:
    """Make the datasets of a tomography."""
    counts.file["implements"] = "exchange"
    for name, frames in ((DATA, settings.angles), (FLATS, settings.flats), (DARKS, settings.darks)):
        counts.create(name, (frames, settings.slices, settings.width), frame_axis=0)
        counts.file[name].attrs["axes"] = AXES[name]
    counts.file[THETA] = projection_angles(settings)
    counts.file[THETA].attrs["units"] = "degrees"
