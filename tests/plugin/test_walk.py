"""The whole work, done with mouse and buttons alone: mask, harvest, train, denoise, inspect, export.

``pytest tests/plugin/test_walk.py --walk-pictures DIR`` walks at full size (frames of 512 x 1024 pixels, 60 s of
training) and writes a picture of the window after each step; otherwise everything is tiny.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from qtpy.QtCore import QEvent, QPoint, QPointF, Qt
from qtpy.QtGui import QMouseEvent
from qtpy.QtWidgets import QApplication, QFileDialog, QPushButton, QScrollArea

from napari_unveil.frames import open_layers, parse_address
from napari_unveil.plugin.commands import add_frames
from napari_unveil.plugin.denoise.view import DenoiseView
from napari_unveil.plugin.harvest.view import HarvestView
from napari_unveil.plugin.inspect.comparison import OFF, SPLIT
from napari_unveil.plugin.inspect.view import InspectView
from napari_unveil.plugin.mask.view import MaskView
from napari_unveil.plugin.train.view import TrainView
from napari_unveil.plugin.widgets.section import Section
from napari_unveil.plugin.workbench import Workbench
from napari_unveil.simulate import Campaign
from napari_unveil.workflow.simulating import FULL_FILE, XRAY_FILE, simulate

YX = tuple[float, float]


@dataclass(frozen=True)
class Size:
    """How large a walk is: frames, patches, and minutes of training (None: two epochs)."""

    shape: tuple[int, int]
    shots: int
    patch: int
    patches: int
    minutes: float | None
    wait_ms: int


TINY = Size((96, 96), 4, 16, 48, None, 30_000)
FULL = Size((512, 1024), 12, 128, 400, 1.0, 200_000)


class Walker:
    """Hands on the window: they press buttons and drag the mouse, and wait for what they see."""

    def __init__(self, viewer: Any, workbench: Workbench, qtbot: Any, *, pictures: Path | None, wait_ms: int) -> None:
        self.viewer, self.workbench, self._qtbot = viewer, workbench, qtbot
        self._pictures, self._wait_ms, self._taken = pictures, wait_ms, 0

    def press(self, button: QPushButton) -> None:
        self.until(lambda: button.isEnabled() and self._is_seen(button))
        self._qtbot.mouseClick(button, Qt.MouseButton.LeftButton)

    def press_word(self, view: Any, word: str) -> None:
        self.press(next(button for button in view.findChildren(QPushButton) if button.text() == word))

    def unfold(self, view: Any, title: str) -> None:
        section = next(section for section in view.findChildren(Section) if section.text() == title)
        self.press(section.toggleButton())

    def until(self, holds: Callable[[], Any]) -> None:
        self._qtbot.waitUntil(lambda: bool(holds()), timeout=self._wait_ms)

    def until_done(self, view: Any) -> None:
        self.until(lambda: view.task.running)
        self.until(lambda: not view.task.running)
        assert view.task.sentence == "", view.task.sentence

    def drag(self, start: YX, stop: YX) -> None:
        """Drag on the canvas from one pixel of the frames to another."""
        canvas = self.viewer.window._qt_viewer.canvas.native
        first, last = (self._on_canvas(pixel, canvas) for pixel in (start, stop))
        nothing, left = Qt.MouseButton.NoButton, Qt.MouseButton.LeftButton
        for kind, point, button, held in (
            (QEvent.Type.MouseMove, first, nothing, nothing),
            (QEvent.Type.MouseButtonPress, first, left, left),
            (QEvent.Type.MouseMove, (first + last) / 2, nothing, left),
            (QEvent.Type.MouseMove, last, nothing, left),
            (QEvent.Type.MouseButtonRelease, last, left, nothing),
        ):
            place = QPointF(point)
            event = QMouseEvent(kind, place, canvas.mapToGlobal(place), button, held, Qt.KeyboardModifier.NoModifier)
            QApplication.sendEvent(canvas, event)
            QApplication.processEvents()

    def picture(self, name: str) -> None:
        self._taken += 1
        if self._pictures is not None:
            path = self._pictures / f"{self._taken}-{name}.png"
            self.viewer.screenshot(str(path), canvas_only=False, flash=False)

    def _is_seen(self, button: QPushButton) -> bool:
        """Scroll to a button; whether it is there to be clicked."""
        area = button.parentWidget()
        while area is not None and not isinstance(area, QScrollArea):
            area = area.parentWidget()
        if area is not None:
            area.ensureWidgetVisible(button)
        return button.visibleRegion().contains(button.rect().center())

    def _on_canvas(self, pixel: YX, canvas: Any) -> QPoint:
        camera = self.viewer.scene.camera if hasattr(self.viewer, "scene") else self.viewer.camera
        centre = np.array([canvas.height() / 2, canvas.width() / 2])
        y, x = centre + (np.array(pixel) - np.array(camera.center[-2:])) * camera.zoom
        return QPoint(round(x), round(y))


@pytest.fixture
def pictures(request: pytest.FixtureRequest) -> Path | None:
    folder = request.config.getoption("--walk-pictures")
    if folder is None:
        return None
    Path(folder).mkdir(parents=True, exist_ok=True)
    return Path(folder)


@pytest.fixture
def walker(viewer_with_window: Any, qtbot: Any, pictures: Path | None) -> Walker:
    window = viewer_with_window.window
    window._qt_window.resize(1366, 768)
    window._qt_window.show()
    workbench = Workbench(viewer_with_window)
    window.add_dock_widget(workbench, name="Unveil", area="right")
    size = TINY if pictures is None else FULL
    return Walker(viewer_with_window, workbench, qtbot, pictures=pictures, wait_ms=size.wait_ms)


def test_from_painting_a_mask_to_an_exported_file(
    walker: Walker, tmp_path: Path, pictures: Path | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    size = TINY if pictures is None else FULL
    for _ in simulate(Path(), Campaign(shape=size.shape, seed=3), xray_only=size.shots, shots=size.shots, seed=3):
        pass
    for name in (XRAY_FILE, FULL_FILE):
        add_frames(walker.viewer, name, mask_bits=0)

    paint_mask(walker, size)
    harvest(walker, size, Path("patches.h5"))
    train(walker, size, Path("model.safetensors"))
    denoise(walker, Path("model.safetensors"))
    inspect(walker, Path("profile.csv"), monkeypatch)
    export(walker, Path("denoised.h5"), monkeypatch)

    before = set(walker.viewer.layers)
    add_frames(walker.viewer, "denoised.h5", mask_bits=0)
    opened = [layer.name for layer in walker.viewer.layers if layer not in before]
    assert opened == ["denoised signal", "denoised noise", "denoised signal_errors"]
    made = dict(open_layers(parse_address("denoised.h5")))
    measured = dict(open_layers(parse_address(FULL_FILE)))["full"]
    for number in range(measured.frame_count):
        parts = made["signal"].read(number) + made["noise"].read(number)
        np.testing.assert_allclose(parts, measured.read(number), rtol=1e-5, atol=1e-3)
    assert Path("profile.csv").stat().st_size > 0


def paint_mask(walker: Walker, size: Size) -> None:
    mask: MaskView = walker.workbench.open_step(MaskView)
    mask.frames.choose(walker.viewer.layers[0])
    walker.unfold(mask, "Paint")
    walker.press(mask.paint.buttons["Rectangle"])
    height, width = size.shape
    walker.drag((0.25 * height, 0.25 * width), (0.75 * height, 0.75 * width))
    walker.until(lambda: mask.mask.layer() is not None and mask.mask.layer().data.any())
    share = (np.asarray(mask.mask.layer().data) != 0).mean()
    assert share == pytest.approx(0.25, abs=0.03)
    walker.press(mask.paint.buttons["Pencil"])
    walker.drag((0.8 * height, 0.2 * width), (0.8 * height, 0.8 * width))
    assert (np.asarray(mask.mask.layer().data) != 0).mean() > share
    walker.press(mask.paint.buttons["Move"])
    walker.picture("mask")
    mask.mask.layer().visible = False


def harvest(walker: Walker, size: Size, path: Path) -> None:
    view: HarvestView = walker.workbench.open_step(HarvestView)
    view.patch.setValue(size.patch)
    view.signals.setValue(size.patches)
    view.noises.setValue(size.patches)
    view.output.set_path(path)
    walker.press(view.button)
    walker.until_done(view)
    walker.picture("harvest")
    assert path.is_file()


def train(walker: Walker, size: Size, path: Path) -> None:
    view: TrainView = walker.workbench.open_step(TrainView)
    assert view.library.path() == path.with_name("patches.h5")
    view.preset.choose("fast")
    view.limit.choose("epochs" if size.minutes is None else "minutes")
    view.epochs.setValue(2)
    view.minutes.setValue(size.minutes or 1)
    view.output.set_path(path)
    walker.press(view.button)
    walker.until_done(view)
    walker.picture("train")
    assert path.is_file()


def denoise(walker: Walker, model: Path) -> None:
    view: DenoiseView = walker.workbench.open_step(DenoiseView)
    assert view.model.value() == str(model)
    view.frames.choose(walker.viewer.layers["full"])
    walker.press(view.button)
    walker.until_done(view)
    walker.picture("denoise")
    assert {"full signal", "full noise"} <= {layer.name for layer in walker.viewer.layers}


def inspect(walker: Walker, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    view: InspectView = walker.workbench.open_step(InspectView)
    walker.until(lambda: walker.workbench.session.inspection is not None)
    walker.until(lambda: walker.workbench.session.inspection.is_denoised)
    answer_dialog_with(path, monkeypatch)
    walker.press_word(view, "Export …")
    walker.until(path.is_file)
    view.compare.mode.choose(SPLIT)
    walker.picture("inspect")
    view.compare.mode.choose(OFF)


def export(walker: Walker, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    view: DenoiseView = walker.workbench.open_step(DenoiseView)
    answer_dialog_with(path, monkeypatch)
    walker.press_word(view, "Export…")
    walker.until(path.is_file)
    walker.until(lambda: not view.task.running)
    walker.picture("export")


def answer_dialog_with(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The system's own window for files is not driven: it answers at once."""
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_, **__: (str(path), ""))
