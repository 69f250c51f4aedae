"""What a model may give beside signal and noise, as fields that are offered when it does."""

from collections.abc import Callable

from qtpy.QtWidgets import QCheckBox

from napari_unveil.errors import UnveilError
from napari_unveil.workflow.request import DenoisingRequest, gives_errors, gives_map

ERROR_TIP = (
    "How uncertain the model is of the signal in each pixel, as one standard error in the unit of the frames: a third "
    "layer, hidden at first. It is written to exported files too, and Inspect carries it into profiles and sums."
)
MAP_TIP = (
    "A veil where the frames are unlike what the model was trained on, in windows of up to 40 x 40 pixels: in "
    "intensity, share of pixels with photons, or differences between neighbours, and so also in the unit. Do not rely "
    "on results there. Exported files hold it too."
)
NO_MAP_TIP = "The chosen model does not say what its training data were like from place to place."
NO_ERROR_TIP = "The chosen model gives no standard error; one that was trained with an error bar does."


class BesideSignal:
    """Two ticks: the standard error of the signal, and the map of where frames are unlike the training data."""

    def __init__(self) -> None:
        self.errors = QCheckBox("of the signal, as a layer")
        self.errors.setChecked(True)
        self.warnings = QCheckBox("where unlike training, as a layer")

    def offer(self, model: str) -> None:
        """Offer what ``model`` gives."""
        wanted = DenoisingRequest(model=model, errors=True, warning_map=True)
        _offer(self.errors, gives_errors, wanted, ERROR_TIP, NO_ERROR_TIP)
        _offer(self.warnings, gives_map, wanted, MAP_TIP, NO_MAP_TIP)


def _offer(
    field: QCheckBox, gives: Callable[[DenoisingRequest], bool], wanted: DenoisingRequest, tip: str, why_not: str
) -> None:
    try:
        offered = gives(wanted)
    except UnveilError:
        offered = False
    field.setEnabled(offered)
    field.setToolTip(tip if offered else why_not)
