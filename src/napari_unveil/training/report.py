"""What a run tells on its way: losses and speed, and how a held-out patch is taken apart by now."""

from dataclasses import dataclass, field, fields
from typing import Any

from napari_unveil.types import Frame


@dataclass(frozen=True, slots=True, eq=False)
class Preview:
    """A patch that is held out, taken apart by the network as it is now.

    Parameters
    ----------
    input, signal, noise, truth
        Shape (y, x), in the unit of the library: what the network sees, what it makes of it, and the signal that
        it should have found; NaN where excluded.
    unit
        Of all four; empty when unknown.
    step
        Steps done so far.
    """

    input: Frame
    signal: Frame
    noise: Frame
    truth: Frame
    unit: str
    step: int


@dataclass(frozen=True, slots=True)
class TrainingReport:
    """One line of a run's progress; the run can be resumed from each.

    Parameters
    ----------
    step, epoch
        Steps done, and epochs they make (a fraction).
    training_loss, validation_loss
        Mean loss since the last report, and on the held-out patches as last measured.
    patches_per_second
        Since the last report.
    elapsed_s, left_s
        Time spent in the run, resumed parts included and pauses not, and a guess of what is left.
    ended
        "" while it runs; then why it ended: "epochs", "minutes", "patience" or "stopped".
    validated_step
        Steps that were done when the validation loss was measured.
    preview
        A held-out patch, now and then where somebody asks for it; not kept in files.
    """

    step: int
    epoch: float
    training_loss: float
    validation_loss: float
    patches_per_second: float
    elapsed_s: float
    left_s: float
    ended: str = ""
    validated_step: int = 0
    preview: Preview | None = field(default=None, compare=False, repr=False)

    def as_values(self) -> dict[str, Any]:
        """Plain values for a header, the preview left out."""
        return {entry.name: getattr(self, entry.name) for entry in fields(self) if entry.name != "preview"}
