"""A simulated beamtime as files: a campaign in, NXdata files and reports out."""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path

import numpy as np

from napari_unveil.frames import writing_nxdata
from napari_unveil.saving import make_folder
from napari_unveil.simulate import Campaign, Shot, full_shots, xray_only_shots
from napari_unveil.types import Progress
from napari_unveil.workflow.simulated_files import FULL_FILE, TRUTH_FILE, XRAY_FILE, refuse_other_kind

TRUTHS = ("signal", "noise", "expected")


def simulate(folder: Path, campaign: Campaign, *, xray_only: int, shots: int, seed: int) -> Iterator[Progress]:
    """Write xray.h5 with X-ray-only shots, full.h5 with full shots, and truth.h5 with what these are made of.

    Parameters
    ----------
    folder
        Made when it is absent.
    campaign
        What the two kinds of shots share.
    xray_only, shots
        How many of each.
    seed
        Of what changes from shot to shot.

    Raises
    ------
    Refused
        When a number is below one, the folder cannot be written to, or it holds measurements of another kind.
    """
    refuse_other_kind(folder, "beamtime")
    quiet = xray_only_shots(campaign, count=xray_only, rng=np.random.default_rng([seed, 0]))
    loud = full_shots(campaign, count=shots, rng=np.random.default_rng([seed, 1]))
    make_folder(folder)
    total = xray_only + shots
    for done in _write(quiet, campaign, count=xray_only, frames=folder / XRAY_FILE):
        yield Progress(done, total, XRAY_FILE)
    for done in _write(loud, campaign, count=shots, frames=folder / FULL_FILE, truth=folder / TRUTH_FILE):
        yield Progress(xray_only + done, total, FULL_FILE)


def _write(
    shots: Iterator[Shot], campaign: Campaign, *, count: int, frames: Path, truth: Path | None = None
) -> Iterator[int]:
    targets = {("data",): frames} | ({} if truth is None else {TRUTHS: truth})
    with ExitStack() as files:
        writers = {
            names: files.enter_context(
                writing_nxdata(
                    path,
                    stack_shape=(count, *campaign.shape),
                    names=names,
                    unit="keV",
                    photon_energy_keV=campaign.photon_energy_keV,
                    process={"method": "simulate", "parameters": asdict(campaign)},
                )
            )
            for names, path in targets.items()
        }
        for index, shot in enumerate(shots):
            for names, writer in writers.items():
                for name in names:
                    writer.write(name, index, shot.frame if name == "data" else getattr(shot, name))
            yield index + 1
