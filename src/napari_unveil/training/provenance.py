"""The card of the model that a run leaves: what it learned, from what, and which weights it holds."""

from dataclasses import asdict
from datetime import UTC, datetime

from napari_unveil import __version__
from napari_unveil.network.card import ModelCard
from napari_unveil.training.learner import Learner
from napari_unveil.training.plan import TrainingPlan
from napari_unveil.training.record import Best
from napari_unveil.training.report import TrainingReport


def card_of_run(plan: TrainingPlan, learner: Learner, last: TrainingReport, best: Best | None) -> ModelCard:
    """The card after the ``last`` report; ``best`` where the file holds the best weights instead of the last."""
    step, loss = (last.step, last.validation_loss) if best is None else (best.step, best.validation_loss)
    return ModelCard(
        recipe=plan.settings.recipe.recipe,
        settings=learner.settings(),
        unit=plan.library.unit,
        photon_energy_keV=plan.photon_energy_keV,
        training={
            "library_sha256": plan.library_sha256,
            "library": plan.library.provenance,
            "patches_seen": last.step * plan.settings.batch,
            "run": {name: value for name, value in asdict(plan.settings).items() if name != "recipe"},
            "last_report": last.as_values(),
            **learner.described(),
            "weights": {"kept": "last" if best is None else "best", "epoch": step / plan.steps_per_epoch},
            "parent": None if plan.parent is None else plan.parent.as_values(),
        },
        scores={"validation_loss": loss},
        version=__version__,
        created=datetime.now(UTC).isoformat(timespec="seconds"),
    )
