"""How soon the window answers, and how late it is beside jobs: medians and maxima in ms, as a table in Markdown.

Under a display (or xvfb-run): python benchmarks/window_latency.py. Frames of 512 x 1024 pixels; what a row measures
ends when the canvas, or the plot, is drawn.
"""

import os
import platform
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import napari
from qtpy.QtWidgets import QApplication
from watch import Draws, Watch, row, settle, until

from napari_unveil.display.scales import Scale
from napari_unveil.frames import open_frames, parse_address
from napari_unveil.harvest import HarvestSettings, check_harvest, frame_series
from napari_unveil.plugin.commands import add_frames
from napari_unveil.plugin.denoise.view import DenoiseView
from napari_unveil.plugin.harvest import job as harvest_job
from napari_unveil.plugin.inspect.view import InspectView
from napari_unveil.plugin.layers import mask_of
from napari_unveil.plugin.layers.shapes import add_regions
from napari_unveil.plugin.mask.view import MaskView
from napari_unveil.plugin.session import session_of
from napari_unveil.plugin.train import job as train_job
from napari_unveil.plugin.workbench import Workbench
from napari_unveil.simulate import Campaign
from napari_unveil.training import preset
from napari_unveil.workflow.simulating import FULL_FILE, XRAY_FILE, simulate

SHOTS = 4
REPEATS = 20
WATCH_S = 20
NO_ANSWER_S = 2


class Bench:
    """A window with a simulated beamtime in it."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.viewer, self.watch = folder, napari.Viewer(), Watch()
        for _ in simulate(folder, Campaign(), xray_only=SHOTS, shots=SHOTS, seed=0):
            pass
        for name in (XRAY_FILE, FULL_FILE):
            add_frames(self.viewer, str(folder / name), mask_bits=0)
        self.workbench = Workbench(self.viewer)
        self.viewer.window.add_dock_widget(self.workbench, name="Unveil", area="right")
        self.viewer.window._qt_window.showMaximized()
        self.session, self.draws = session_of(self.viewer), Draws(self.viewer)
        settle(1)

    def answers(self, words: str, changes: Iterator[Callable[[], Any]], answered: Callable[[], Any]) -> None:
        """Time from each change to when ``answered`` gives another value, and is drawn; some change nothing."""
        taken = []
        for change in changes:
            settle(0.2)
            began, before = time.perf_counter(), answered()
            change()
            until(lambda before=before: answered() != before, NO_ANSWER_S)
            QApplication.processEvents()
            if answered() != before:
                taken.append(1000 * (time.perf_counter() - began))
        row(f"{words} ({len(taken)} x)", taken)

    def lag(self, words: str, began: float) -> None:
        """How late the timer was since ``began``."""
        row(words, self.watch.late_ms(began))

    def steps(self) -> Iterator[Callable[[], Any]]:
        """One frame on, many times."""
        for number in range(1, REPEATS + 1):
            yield lambda number=number: self.viewer.dims.set_current_step(0, number % SHOTS)


def display(bench: Bench) -> None:
    bar, scales = bench.workbench.display, list(Scale)
    clicks = (bar.scales[scales[number % len(scales)]].click for number in range(REPEATS))
    bench.answers("display: another scale", clicks, lambda: bench.draws.count)
    bar.scales[Scale.ARCSINH].click()


def mask_preview(bench: Bench) -> None:
    view: MaskView = bench.workbench.open_step(MaskView)
    view.reference.live.click()
    until(lambda: view.reference.prepared is not None)
    levels = iter(range(300, 300 + 5 * REPEATS, 5))
    slides = (lambda level=level: view.reference.level_slider.setValue(level) for level in levels)
    bench.answers("mask: preview of another threshold", slides, lambda: bench.draws.count)
    margins = (lambda px=px: view.reference.grow.setValue(px) for px in range(9, 9 + REPEATS))
    bench.answers("mask: preview of another margin", margins, lambda: bench.draws.count)
    view.reference.grow.setValue(8)
    view.reference.threshold.setValue(0)
    view.press()
    until(lambda: not view.task.running)


def scrub(bench: Bench) -> None:
    view: DenoiseView = bench.workbench.open_step(DenoiseView)
    view.frames.choose(bench.viewer.layers["full"])
    settle(1)
    view.press()
    until(lambda: not view.task.running)
    bench.answers("scrub: input and denoised layers", bench.steps(), lambda: bench.draws.count)


def inspect(bench: Bench) -> None:
    view: InspectView = bench.workbench.open_step(InspectView)
    settle(1)
    regions = add_regions(bench.viewer, like=bench.viewer.layers["full"])
    view.regions.layer.choose(regions)
    seen: list[object] = []
    bench.session.inspected.connect(lambda: seen.append(None))
    for place in range(view.pages.count()):
        view.pages.setCurrentIndex(place)
        settle(1)
        bench.answers(f"inspect: {view.pages.tabText(place)} after a step", bench.steps(), lambda: len(seen))
    view.pages.setCurrentIndex(0)
    settle(1)
    moves = (lambda x=x: view.profile.centre_x.setValue(x) for x in range(400, 400 + REPEATS))
    bench.answers("inspect: Profile after moving the centre", moves, lambda: len(seen))


def beside_harvest(bench: Bench) -> Path:
    path = bench.folder / "patches.h5"
    signal, noise = (open_frames(parse_address(str(bench.folder / name))) for name in (XRAY_FILE, FULL_FILE))
    series = frame_series([signal], role="X-ray only"), frame_series([noise], role="full shot")
    mask, settings = mask_of(bench.viewer.layers["signal mask"]), HarvestSettings(signals=2000, noises=2000)
    check_harvest(*series, mask, settings)
    began, task = time.perf_counter(), bench.session.task("harvest")
    harvest_job.start(bench.session, harvest_job.HarvestRequest(*series, mask, settings, path))
    until(lambda: not task.running)
    bench.lag("timer beside a harvest from HDF5, lateness", began)
    return path


def beside_training(bench: Bench, library: Path) -> None:
    settings = replace(preset("default"), minutes=10.0, epochs=None, device="cpu")
    task = bench.session.task("train")
    train_job.start(bench.session, train_job.TrainRequest(library, settings, "", bench.folder / "m.safetensors"))
    until(lambda: isinstance(task.last_report, train_job.RunNews))
    began = time.perf_counter()
    settle(WATCH_S)
    bench.lag("timer beside a training on the CPU, lateness", began)
    bench.answers("scrub beside a training", bench.steps(), lambda: bench.draws.count)
    task.cancel()
    until(lambda: not task.running)


def main() -> None:
    print(f"{os.cpu_count()} cores ({platform.machine()}), load average {os.getloadavg()[0]:.1f}\n")
    print(f"| {'ms':58} | {'median':>7} | {'maximum':>7} |\n|{'-' * 60}|{'-' * 8}:|{'-' * 8}:|")
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(Path(folder))
        for part in (display, mask_preview, scrub, inspect):
            part(bench)
        beside_training(bench, beside_harvest(bench))
        bench.viewer.close()


if __name__ == "__main__":
    main()
