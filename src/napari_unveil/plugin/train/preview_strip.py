"""A held-out patch as four small pictures: input, signal, noise and truth on one scale."""

import numpy as np
from napari.utils.colormaps import AVAILABLE_COLORMAPS
from numpy.typing import NDArray
from qtpy.QtCore import QSize, Qt
from qtpy.QtGui import QImage, QPixmap
from qtpy.QtWidgets import QGridLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from napari_unveil.display.scales import Scale, position
from napari_unveil.plugin.layers.look import COLORMAP, MISSING_COLOUR
from napari_unveil.training import Preview
from napari_unveil.types import Frame

Colours = NDArray[np.uint8]

NAMES = ("input", "signal", "noise", "truth")
TIPS = {
    "input": "A patch that is not trained on: truth plus noise of another shot.",
    "signal": "What the network takes for signal.",
    "noise": "What the network takes for noise.",
    "truth": "The signal that it should have found.",
}
HIGH_PERCENTILE = 99.9

LEAST_SIDE_PX = 64


def coloured(preview: Preview) -> tuple[list[Colours], float]:
    """The four pictures, each (y, x, 3), and the upper end of their common scale.

    The scale is arcsinh, from 0 to percentile 99.9 of the input, so that weak signal is seen beside hits; NaN has a
    colour of its own.
    """
    images = (preview.input, preview.signal, preview.noise, preview.truth)
    finite = preview.input[np.isfinite(preview.input)]
    high = float(np.percentile(finite, HIGH_PERCENTILE)) if finite.size else 1.0
    high = high if high > 0 else 1.0
    return [_coloured(image, high) for image in images], high


def _coloured(image: Frame, high: float) -> Colours:
    missing = ~np.isfinite(image)
    shares = position(np.where(missing, 0, image), scale=Scale.ARCSINH, low=0.0, high=high)
    table = (255 * np.asarray(AVAILABLE_COLORMAPS[COLORMAP].map(np.linspace(0, 1, 256)))[:, :3]).astype(np.uint8)
    colours: Colours = table[(255 * shares).astype(np.uint8)]
    colours[missing] = [round(255 * part) for part in MISSING_COLOUR[:3]]
    return colours


class PreviewStrip(QWidget):  # type: ignore[misc]  # Qt is not typed here
    """Shows the newest preview; hidden until there is one."""

    def __init__(self) -> None:
        super().__init__()
        self.pictures = {name: _Picture() for name in NAMES}
        self.caption = QLabel()
        self.caption.setWordWrap(True)
        grid, column = QGridLayout(), QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(4)
        for place, (name, picture) in enumerate(self.pictures.items()):
            picture.setToolTip(TIPS[name])
            label = QLabel(name)
            label.setAlignment(Qt.AlignmentFlag.AlignHCenter)
            grid.addWidget(picture, 0, place)
            grid.addWidget(label, 1, place)
        column.addLayout(grid)
        column.addWidget(self.caption)
        self.hide()

    def clear(self) -> None:
        """Take the pictures of an earlier run away."""
        self.hide()

    def draw(self, preview: Preview, *, epoch: float) -> None:
        """Show ``preview``, made after so many epochs."""
        pictures, high = coloured(preview)
        for picture, colours in zip(self.pictures.values(), pictures, strict=True):
            picture.show_colours(colours)
        self.caption.setText(
            f"Held-out patch after epoch {epoch:.1f}; 0 to {high:.3g} {preview.unit or 'in the unit of the patches'}, "
            "arcsinh scale"
        )
        self.show()


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
