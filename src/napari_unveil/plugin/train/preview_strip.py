"""A held-out patch as four small pictures on one scale: what is seen, signal, noise, and what was to be found."""

from dataclasses import dataclass

import numpy as np
from napari.utils.colormaps import AVAILABLE_COLORMAPS
from numpy.typing import NDArray
from qtpy.QtCore import QSize, Qt
from qtpy.QtGui import QImage, QPixmap
from qtpy.QtWidgets import QGridLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from napari_unveil.display.scales import Scale, position
from napari_unveil.plugin.layers.look import COLORMAP, MISSING_COLOUR
from napari_unveil.plugin.train.words import Captions
from napari_unveil.training import Preview
from napari_unveil.types import Frame

Colours = NDArray[np.uint8]

NAMES = ("input", "signal", "noise", "truth")
TIPS = {"signal": "What the network takes for signal.", "noise": "What the network takes for noise."}
HIGH_PERCENTILE = 99.9
SIGNED = 0.2
"""Values with so much below zero, as a share of the upper end, are no counts: their scale is linear."""

LEAST_SIDE_PX = 64


@dataclass(frozen=True, slots=True)
class Span:
    """The common scale of the pictures."""

    low: float
    high: float
    scale: Scale


def span_of(image: Frame) -> Span:
    """The scale for an input: arcsinh from 0 to percentile 99.9, so that weak signal is seen beside hits.

    Values that are no counts, with much below zero, have a linear one from percentile 0.1.
    """
    finite = image[np.isfinite(image)]
    low, high = np.percentile(finite, (100 - HIGH_PERCENTILE, HIGH_PERCENTILE)) if finite.size else (0.0, 1.0)
    if low < -SIGNED * abs(high):
        return Span(float(low), float(high), Scale.LINEAR)
    return Span(0.0, float(high) if high > 0 else 1.0, Scale.ARCSINH)


def coloured(preview: Preview) -> tuple[list[Colours], Span]:
    """The four pictures, each (y, x, 3), and their common scale; NaN has a colour of its own."""
    images, span = (preview.input, preview.signal, preview.noise, preview.truth), span_of(preview.input)
    return [_coloured(image, span) for image in images], span


def _coloured(image: Frame, span: Span) -> Colours:
    missing = ~np.isfinite(image)
    shares = position(np.where(missing, span.low, image), scale=span.scale, low=span.low, high=span.high)
    table = (255 * np.asarray(AVAILABLE_COLORMAPS[COLORMAP].map(np.linspace(0, 1, 256)))[:, :3]).astype(np.uint8)
    colours: Colours = table[(255 * shares).astype(np.uint8)]
    colours[missing] = [round(255 * part) for part in MISSING_COLOUR[:3]]
    return colours


class PreviewStrip(QWidget):  # type: ignore[misc]  # Qt is not typed here
    """Shows the newest preview; hidden until there is one."""

    def __init__(self) -> None:
        super().__init__()
        self.pictures = {name: _Picture() for name in NAMES}
        self.names = {name: QLabel(name) for name in NAMES}
        self.caption = QLabel()
        self.caption.setWordWrap(True)
        grid, column = QGridLayout(), QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(4)
        for place, (name, picture) in enumerate(self.pictures.items()):
            picture.setToolTip(TIPS.get(name, ""))
            self.names[name].setAlignment(Qt.AlignmentFlag.AlignHCenter)
            grid.addWidget(picture, 0, place)
            grid.addWidget(self.names[name], 1, place)
        column.addLayout(grid)
        column.addWidget(self.caption)
        self.hide()

    def clear(self) -> None:
        """Take the pictures of an earlier run away."""
        self.hide()

    def draw(self, preview: Preview, *, epoch: float, captions: Captions) -> None:
        """Show ``preview``, made after so many epochs."""
        self._call(captions)
        pictures, span = coloured(preview)
        for picture, colours in zip(self.pictures.values(), pictures, strict=True):
            picture.show_colours(colours)
        self.caption.setText(
            f"Held-out patch after epoch {epoch:.1f}; {span.low:.3g} to {span.high:.3g} "
            f"{preview.unit or 'in the unit of the patches'}, {span.scale.value} scale"
        )
        self.show()

    def _call(self, captions: Captions) -> None:
        for name, words, tip in (
            ("input", captions.input, captions.input_tip),
            ("truth", captions.truth, captions.truth_tip),
        ):
            self.names[name].setText(words)
            self.pictures[name].setToolTip(tip)


class _Picture(QLabel):  # type: ignore[misc]  # Qt is not typed here
    """A square picture that takes the width it is given."""

    def __init__(self) -> None:
        super().__init__()
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.setMinimumWidth(LEAST_SIDE_PX)
        self.setScaledContents(True)

    def show_colours(self, colours: Colours) -> None:
        """Show ``colours`` (y, x, 3)."""
        rows = np.ascontiguousarray(colours)
        height, width, _ = rows.shape
        image = QImage(rows.data, width, height, rows.strides[0], QImage.Format.Format_RGB888)
        self.setPixmap(QPixmap.fromImage(image.copy()))
        self.setFixedHeight(max(LEAST_SIDE_PX, self.width()))

    def sizeHint(self) -> QSize:  # noqa: N802  # Qt's name
        """As small as it may be."""
        return QSize(LEAST_SIDE_PX, LEAST_SIDE_PX)

    def resizeEvent(self, event: object) -> None:  # noqa: N802  # Qt's name
        """Stay square."""
        super().resizeEvent(event)
        self.setFixedHeight(max(LEAST_SIDE_PX, self.width()))
