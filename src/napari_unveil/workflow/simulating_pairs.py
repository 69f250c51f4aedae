"""Simulated pairs of exposures as files: settings in, the published layout, its truth and reports out."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from napari_unveil.frames import writing_nxdata
from napari_unveil.saving import make_folder
from napari_unveil.simulate import Crystal, PairSettings, draw_crystals, exposure_pairs, hot_pixels
from napari_unveil.types import Progress
from napari_unveil.workflow.simulated_files import PAIRS_FILE, TRUTH_FILE, refuse_other_kind, writing_counts

LOW, HIGH = "low_count/data", "high_count/data"
TRUTHS = ("expected_low", "expected_high")
LAST_AXIS = 2


def simulate_pairs(folder: Path, settings: PairSettings, *, count: int, seed: int) -> Iterator[Progress]:
    """Write pairs.h5 with a short and a long exposure of each scene, and truth.h5 with what is expected of them.

    ``pairs.h5`` has the layout of the published data, ``low_count/data`` and ``high_count/data`` (y, x, frame).
    ``truth.h5`` is NXdata: ``expected_low`` and ``expected_high`` (frame, y, x), and along the frames the satellite's
    place (pixels, 0 is the middle of the first one), width (pixels), counts in the short exposure, the temperature and
    the exposure ratio.

    Parameters
    ----------
    folder
        Made when it is absent.
    settings
        What the pairs share.
    count
        How many pairs.
    seed
        Of what changes from pair to pair.

    Raises
    ------
    Refused
        When ``count`` is below one, the folder cannot be written to, or it holds measurements of another kind.
    """
    crystals = draw_crystals(settings, count=count, rng=np.random.default_rng([seed, 0]))
    pairs = exposure_pairs(crystals, settings, rng=np.random.default_rng([seed, 1]))
    refuse_other_kind(folder, "pairs")
    make_folder(folder)
    process = {
        "method": "simulate",
        "parameters": asdict(settings),
        "seed": seed,
        "hot_pixels_yx": np.argwhere(hot_pixels(settings)),
    }
    with (
        writing_counts(folder / PAIRS_FILE, process=process) as counts,
        writing_nxdata(
            folder / TRUTH_FILE,
            stack_shape=(count, *settings.shape),
            names=TRUTHS,
            unit="counts",
            coordinates=_along_frames(crystals),
            process=process,
        ) as truth,
    ):
        for name in (LOW, HIGH):
            counts.create(name, (*settings.shape, count), frame_axis=LAST_AXIS)
        for index, pair in enumerate(pairs):
            counts.write(LOW, (..., index), pair.low)
            counts.write(HIGH, (..., index), pair.high)
            truth.write("expected_low", index, pair.expected_low)
            truth.write("expected_high", index, pair.expected_high)
            yield Progress(index + 1, count, PAIRS_FILE)


def _along_frames(crystals: Sequence[Crystal]) -> dict[str, NDArray[np.float64] | NDArray[np.int64]]:
    satellites = [crystal.satellite for crystal in crystals]
    return {
        "pair": np.arange(len(crystals)),
        "satellite_y": np.array([peak.centre_yx[0] for peak in satellites]),
        "satellite_x": np.array([peak.centre_yx[1] for peak in satellites]),
        "satellite_width": np.array([peak.width_px for peak in satellites]),
        "satellite_counts": np.array([peak.counts for peak in satellites]),
        "temperature": np.array([crystal.temperature for crystal in crystals]),
        "exposure_ratio": np.array([crystal.exposure_ratio for crystal in crystals]),
    }
