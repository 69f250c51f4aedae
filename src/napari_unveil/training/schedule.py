"""How far a run is, how large its steps are, and when it is over. Plain numbers; steps and seconds count the whole run.

A run that had reached its limit and is given a larger one begins a new *leg* there. With the schedule ``constant``
that changes nothing: the steps are those of one longer run. With ``cosine`` the rate had come down to zero; the new
leg warms up and comes down once more, over the steps that were added (a warm restart, Loshchilov & Hutter, "SGDR",
ICLR 2017, arXiv 1608.03983). A run that is resumed before its limit has no new leg: given another limit, it takes the
rate that it would have had by now, had it begun with that limit.
"""

import math

from napari_unveil.training.record import Best, Leg
from napari_unveil.training.settings import TrainingSettings

WARM_UP_STEPS = 50


def progress(settings: TrainingSettings, steps_per_epoch: int, leg: Leg, *, step: int, elapsed_s: float) -> float:
    """Share of the leg that is done, 1 at its end."""
    shares = [0.0]
    if settings.epochs is not None:
        shares.append(_share(step - leg.step, settings.epochs * steps_per_epoch - leg.step))
    if settings.minutes is not None:
        shares.append(_share(elapsed_s - leg.elapsed_s, 60 * settings.minutes - leg.elapsed_s))
    return max(shares)


def learning_rate(settings: TrainingSettings, leg: Leg, *, step: int, progress: float) -> float:
    """AdamW's step size for the step after ``step``, at this ``progress`` of the leg."""
    if settings.schedule == "constant":
        return settings.learning_rate
    warm_up = min(1.0, (step - leg.step + 1) / WARM_UP_STEPS)
    return settings.learning_rate * warm_up * 0.5 * (1 + math.cos(math.pi * progress))


def seconds_left(leg: Leg, *, elapsed_s: float, progress: float) -> float:
    """What is left of the leg, if it goes on as fast as so far."""
    return max(0.0, (elapsed_s - leg.elapsed_s) * (1 - progress) / progress) if progress > 0 else math.inf


def why_over(
    settings: TrainingSettings, steps_per_epoch: int, best: Best | None, *, step: int, elapsed_s: float
) -> str:
    """Why the run is over by its settings: "epochs", "minutes", "patience"; "" while it is not."""
    if settings.epochs is not None and step >= settings.epochs * steps_per_epoch:
        return "epochs"
    if settings.minutes is not None and elapsed_s >= 60 * settings.minutes:
        return "minutes"
    if settings.patience_epochs is None or best is None or step < settings.least_epochs * steps_per_epoch:
        return ""
    return "patience" if step - best.step >= settings.patience_epochs * steps_per_epoch else ""


def _share(done: float, whole: float) -> float:
    return min(1.0, done / whole) if whole > 0 else 1.0
