"""How long a denoised frame is waited for, how late the window is meanwhile, and what a stack of 100 GB takes.

Under a display (or xvfb-run): python benchmarks/denoising_latency.py
"""

import argparse
import os
import resource
import time
from pathlib import Path

import napari
import numpy as np
from qtpy.QtWidgets import QApplication
from watch import Watch, settle, until

from napari_unveil.frames import Address, FrameStack, lazy_stack
from napari_unveil.frames.stack import axes_of
from napari_unveil.plugin.denoise.view import PREPARE_AFTER_MS, DenoiseView
from napari_unveil.plugin.reader import stack_layer
from napari_unveil.plugin.samples import FRAMES, full

HUGE_FRAMES = 47_700
"""Of 512 x 1024 pixels in float32: 100 GB."""


class HugeFrames:
    """Frames of 100 GB, each made when it is read."""

    shape = (HUGE_FRAMES, 512, 1024)

    def frame(self, position: tuple[int, ...]) -> np.ndarray:
        """Half a photon a pixel."""
        counts = np.random.default_rng(position).poisson(0.5, self.shape[1:])
        return counts.astype(np.float32) * 8


def is_shown(view: DenoiseView, name: str):
    """Whether the frame that the viewer shows is separated, and seen."""

    def shown() -> bool:
        made = [one for one in view.session.separation.all if one.request.layer.name == name]
        looked_at = made and made[0].result.has(made[0].looked_at(view.session))
        return bool(looked_at and made[0].trio and np.isfinite(made[0].trio.signal._data_view).any())

    return shown


def row(words: str, seconds: float, worst_ms: float) -> None:
    print(f"{words:48} {1000 * seconds:8.0f} ms   window late by at most {worst_ms:5.0f} ms", flush=True)


def memory_gb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20


def wait_for_small_stack(viewer: napari.Viewer, view: DenoiseView, watch: Watch, *, cold: bool) -> None:
    data, arguments, _ = full()[0]
    settle(0.5)
    began = time.perf_counter()
    view.frames.choose(viewer.add_image(data, **{**arguments, "name": "shots"}))
    if not cold:
        added = time.perf_counter() - began
        settle(PREPARE_AFTER_MS / 2000)
        row("first frames added as a layer", added, watch.worst_ms(began))
        until(lambda: view.session.task("prepare").running)
        began = time.perf_counter()
        waited = until(lambda: not view.session.task("prepare").running)
        row("torch loaded beside the window", waited, watch.worst_ms(began))
    for words in ("first frame", "first frame of another request"):
        view.device.setCurrentIndex(1 - view.device.currentIndex())
        began = time.perf_counter()
        view.press()
        row(words, until(is_shown(view, "shots")), watch.worst_ms(began))
    began = time.perf_counter()
    row("the rest", until(lambda: not view.task.running), watch.worst_ms(began))
    taken, began = [], time.perf_counter()
    for step in range(20):
        start = time.perf_counter()
        viewer.dims.set_current_step(0, step % FRAMES)
        QApplication.processEvents()
        taken.append(time.perf_counter() - start)
    row("scrub onto a finished frame, median of 20", float(np.median(taken)), watch.worst_ms(began))


def wait_for_huge_stack(viewer: napari.Viewer, view: DenoiseView, watch: Watch) -> None:
    before, began = memory_gb(), time.perf_counter()
    data = lazy_stack(HugeFrames())
    stack = FrameStack(data, axes_of(3), "keV", 8.0, Address(Path("huge")), {})
    data, arguments, _ = stack_layer(stack, name="huge")
    view.frames.choose(viewer.add_image(data, **arguments))
    row("100 GB opened, added and chosen", time.perf_counter() - began, watch.worst_ms(began))
    began = time.perf_counter()
    view.press()
    row("its first frame", until(is_shown(view, "huge")), watch.worst_ms(began))
    for step in (HUGE_FRAMES // 4, HUGE_FRAMES - 1):
        began = time.perf_counter()
        viewer.dims.set_current_step(0, step)
        row(f"scrub onto missing frame {step}", until(is_shown(view, "huge")), watch.worst_ms(began))
    view.end()
    until(lambda: not view.task.running)
    print(f"largest memory of the process {memory_gb():.2f} GB, {before:.2f} GB before the 100 GB")


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--cold", action="store_true", help="press at once, before torch is loaded")
    request = words.parse_args()
    print(f"{os.cpu_count()} cores, load average {os.getloadavg()[0]:.1f}")
    viewer = napari.Viewer()
    watch, view = Watch(), DenoiseView(viewer)
    viewer.window.add_dock_widget(view, name="Denoise")
    settle(1)
    wait_for_small_stack(viewer, view, watch, cold=request.cold)
    wait_for_huge_stack(viewer, view, watch)
    viewer.close()


if __name__ == "__main__":
    main()
