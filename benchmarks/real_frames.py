"""What a model does to real frames that need no denoising, and to real hits: a table in Markdown.

python benchmarks/real_frames.py DATA, where DATA holds detector frames of public repositories; files that are not
there are left out. Frames without hits should come back as they were: `moved` is the share of all photons that goes to
the noise, `changed` the share of pixels that lose more than half a photon, `I` the change of the mean intensity in
rings around the beam (median and largest, rings with at least 500 photons).
"""

import argparse
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from napari_unveil.denoising.denoiser import Denoiser, DenoisingSettings, default_passes
from napari_unveil.errors import Refused
from napari_unveil.frames import open_frames, parse_address
from napari_unveil.inspection.beam import beam_centre
from napari_unveil.types import Frame
from napari_unveil.workflow.models import open_model

RING_PX = 8
LEAST_PHOTONS = 500
FRAMES = 2
SATURATED = 30_000.0


@dataclass(frozen=True)
class Kind:
    """Frames of one file; ``photon`` is the value of one photon, None: it is estimated from the frames."""

    words: str
    path: str
    photon: float | None = 1.0


KINDS = (
    Kind("Pilatus 1M, static SAXS", "musclex/P40_1_3_00000.tif"),
    Kind("Pilatus 1M, protein SAXS", "autosaxs/ihs27_sample.tif"),
    Kind("Pilatus 100k series", "aps_nexus/nexus-example.hdf5"),
    Kind("Pilatus, silver behenate", "aps_nexus/AgBehenate_228.hdf5"),
    Kind("Lambda, PETRA III", "petra_lambda/testasapo1_1009_00002_m1_part00000.nxs"),
    Kind("Eiger2 9M", "bioxtas/vac_007_data_000001.h5"),
    Kind("Jungfrau, protein crystal", "jungfrau_psi/mod5_conv_f32_00-05.npz"),
    Kind("CCD dark, 9 hit clusters", "gsas_saxs_ccd/Dark_5s_003.tif", None),
    Kind("CCD SAXS, about 100 clusters", "gsas_saxs_ccd/Sa1_40s_067.tif", None),
)


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("data", type=Path)
    words.add_argument("--model", default="default")
    request = words.parse_args()
    separator, _ = open_model(request.model)
    print("| Frames | photons per pixel | moved | changed | I, median | I, largest |")
    print("|---|---|---|---|---|---|")
    for kind in KINDS:
        path = request.data / kind.path
        if path.exists():
            frames = list(in_photons(path, kind.photon))
            denoiser = Denoiser(separator, torch.device("cpu"), DenoisingSettings(1.0, default_passes(separator)))
            pairs = [(frame, denoiser.separate(frame).signal) for frame in frames]
            print(f"| {kind.words} | {row(pairs)} |", flush=True)


def in_photons(path: Path, photon: float | None) -> Iterator[Frame]:
    """The first frames of a file, photons per pixel."""
    if path.suffix == ".npz":
        stack = np.load(path)["conv"][:FRAMES]
        frames = (np.where(np.abs(frame) < SATURATED, frame, np.nan) for frame in stack)
    else:
        opened = open_frames(parse_address(path))
        frames = (opened.read(index) for index in range(min(FRAMES, opened.frame_count)))
    for frame in frames:
        offset, scale = (0.0, photon) if photon is not None else ccd_scale(frame)
        yield np.asarray((frame - offset) / scale, np.float32)


def ccd_scale(frame: Frame) -> tuple[float, float]:
    """Offset and value of one photon of an integrating detector, as if neighbours differed by a tenth of a photon.

    The files name neither; the offset is the median of the darkest tenth, the noise that of neighbours in its rows.
    """
    dark = frame <= np.nanpercentile(frame, 10)
    offset = float(np.median(frame[dark]))
    differences = np.abs(np.diff(frame, axis=1))[dark[:, 1:] & dark[:, :-1]]
    sigma = max(float(differences.mean()) * np.sqrt(np.pi) / 2, 0.5)
    return offset, 10 * sigma


def row(pairs: list[tuple[Frame, Frame]]) -> str:
    """Cells of the table."""
    frame, signal = (np.stack(one) for one in zip(*pairs, strict=True))
    valid = np.isfinite(frame)
    total = float(frame[valid].sum(dtype=np.float64))
    moved = float((frame - signal)[valid].sum(dtype=np.float64)) / total
    changed = float((np.abs(frame - signal)[valid] > 0.5).mean())
    changes = ring_changes(frame, signal)
    rings = f"{np.median(changes):.2%} | {changes[np.argmax(np.abs(changes))]:.1%}" if changes.size else "- | -"
    return f"{total / valid.sum():.3g} | {moved:.2%} | {changed:.3%} | {rings}"


def ring_changes(frames: np.ndarray, signals: np.ndarray) -> np.ndarray:
    """Relative change of the intensity in each ring that has enough photons."""
    try:
        centre = beam_centre(frames[0])
    except Refused:
        centre = tuple(side / 2 for side in frames.shape[1:])
    y, x = np.indices(frames.shape[1:])
    ring = np.broadcast_to((np.hypot(y - centre[0], x - centre[1]) / RING_PX).astype(int), frames.shape)
    valid = np.isfinite(frames)
    before, after = (np.bincount(ring[valid], weights=one[valid].astype(float)) for one in (frames, signals))
    return after[before >= LEAST_PHOTONS] / before[before >= LEAST_PHOTONS] - 1


if __name__ == "__main__":
    main()
