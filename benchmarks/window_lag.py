"""How late a 10 ms timer in the window is while a network trains on the CPU, and how many reports reach the window.

Under a display (or xvfb-run): python benchmarks/window_lag.py
"""

import itertools
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import napari
import numpy as np
from qtpy.QtCore import Qt, QTimer

from napari_unveil.frames import open_frames, parse_address
from napari_unveil.harvest import HarvestSettings, harvest, plan_harvest
from napari_unveil.plugin.samples import full
from napari_unveil.plugin.session import session_of
from napari_unveil.plugin.train import job as train_job
from napari_unveil.plugin.workbench import Workbench
from napari_unveil.simulate import Campaign
from napari_unveil.training import PRESETS
from napari_unveil.workflow.masking import mask_from_reference
from napari_unveil.workflow.simulating import FULL_FILE, XRAY_FILE, simulate

INTERVAL_MS = 10
SETTLE_S, WATCH_S = 10, 30


def library(folder: Path) -> Path:
    for _ in simulate(folder, Campaign(), xray_only=4, shots=4, seed=0):
        pass
    signal, noise = (open_frames(parse_address(folder / name)) for name in (XRAY_FILE, FULL_FILE))
    mask = mask_from_reference(signal.iterate()).mask
    settings = HarvestSettings(signals=200, noises=200)
    for _ in harvest(plan_harvest(signal, noise, mask, settings), folder / "patches.h5"):
        pass
    return folder / "patches.h5"


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        patches = library(Path(folder))
        viewer = napari.Viewer()
        data, arguments, _ = full()[0]
        viewer.add_image(data, **arguments)
        viewer.window.add_dock_widget(Workbench(viewer), area="right")
        session, ticks, reports = session_of(viewer), [], []
        session.task("train").reported.connect(lambda _: reports.append(time.perf_counter()))
        timer = QTimer()
        timer.setTimerType(Qt.TimerType.PreciseTimer)
        timer.timeout.connect(lambda: ticks.append(time.perf_counter()))
        timer.start(INTERVAL_MS)
        settings = replace(PRESETS["default"], minutes=10.0, epochs=None, device="cpu")
        request = train_job.TrainRequest(patches, settings, "", Path(folder) / "m.safetensors")
        began = time.perf_counter()
        train_job.start(session, request)
        QTimer.singleShot(1000 * (SETTLE_S + WATCH_S), viewer.close)
        napari.run()
        ended = began + SETTLE_S + WATCH_S
        watched = [tick for tick in ticks if began + SETTLE_S <= tick <= ended]
        late_ms = [1000 * (after - before) - INTERVAL_MS for before, after in itertools.pairwise(watched)]
        print(
            f"timer late by: median {np.median(late_ms):.1f} ms, 99 % {np.percentile(late_ms, 99):.1f} ms, "
            f"maximum {max(late_ms):.1f} ms"
        )
        print(f"reports per second: {len([r for r in reports if r > began + SETTLE_S]) / WATCH_S:.1f}")


if __name__ == "__main__":
    main()
