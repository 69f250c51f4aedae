"""A measurement enters, the same in independent parts leaves, with what was done and what is doubtful about it."""

from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from typing import Any

from napari_unveil.errors import Refused
from napari_unveil.frames import Address, FrameStack, Projections, looks_like_projections, open_projections
from napari_unveil.network.card import read_card
from napari_unveil.recipes.noise2inverse_settings import Noise2InverseSettings
from napari_unveil.recipes.registry import settings_of_model
from napari_unveil.splitting import Form, SplitSettings, axis_of, doubts, split, suggest_axis
from napari_unveil.workflow.models import model_path


@dataclass(frozen=True, slots=True, eq=False)
class SplitMeasurement:
    """A measurement in independent parts.

    Parameters
    ----------
    stack
        The plain result, with ``parts``.
    settings
        How it was split, with the column of the axis that was really used.
    said
        Warnings, and doubts on whether the parts are independent, each once; best: none.
    """

    stack: FrameStack
    settings: SplitSettings
    said: tuple[str, ...]

    @property
    def provenance(self) -> dict[str, Any]:
        """What a library or a result is to remember of the split, plain JSON values."""
        return {"split": asdict(self.settings)}


def open_measurement(
    address: Address, *, form: Form | None, open_stack: Callable[[], FrameStack]
) -> FrameStack | Projections:
    """Projections where ``address`` holds those of a tomography, else the stack that ``open_stack`` gives.

    Parameters
    ----------
    form
        How it is to be split (None: as suits what is there).

    Raises
    ------
    Refused
        When a tomography is asked for or found that lacks flats, angles or projections.
    """
    if form == "tomography" or (form is None and looks_like_projections(address)):
        return open_projections(address)
    return open_stack()


def form_of(measurement: FrameStack | Projections) -> Form:
    """The form that suits: ``tomography`` for projections, ``frames`` for several frames, else ``thinning``."""
    if isinstance(measurement, Projections):
        return "tomography"
    return "frames" if measurement.data.ndim > 2 and measurement.data.shape[0] > 1 else "thinning"


def split_for(measurement: FrameStack | Projections, settings: SplitSettings) -> SplitMeasurement:
    """Split a measurement, and look whether its parts are independent; reads some rows, or the frames of a series.

    Parameters
    ----------
    measurement, settings
        What is split, and how; without a column of the axis of a tomography, the one suggested by the data is
        taken, or the middle of the detector where they say nothing.

    Raises
    ------
    Refused
        When it cannot be split like this.
    """
    used, on_axis = _with_axis(measurement, settings)
    stack = split(measurement, used)
    return SplitMeasurement(stack, used, tuple(dict.fromkeys((*stack.warnings, *on_axis, *doubts(measurement, used)))))


def split_of_model(model: str) -> SplitSettings | None:
    """How a model wants a measurement to be split, by its card; None where it takes frames as they are.

    Raises
    ------
    Refused
        When there is no such model.
    """
    path = model_path(model)
    recipe = settings_of_model(path, read_card(path))
    return SplitSettings(**recipe.split) if isinstance(recipe, Noise2InverseSettings) else None


def _with_axis(measurement: FrameStack | Projections, settings: SplitSettings) -> tuple[SplitSettings, tuple[str, ...]]:
    """Settings with the column of the axis, and where it comes from, in words."""
    if not isinstance(measurement, Projections):
        return settings, ()
    if settings.axis_px is not None:
        return settings, ()
    try:
        column, why = suggest_axis(measurement), "suggested by the data"
    except Refused as error:
        column, why = axis_of(measurement, settings), f"the middle of the detector, since {error.found}"
    return replace(settings, axis_px=column), (f"axis of rotation: column {column:.2f}, {why}",)
