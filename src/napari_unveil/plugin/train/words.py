"""A run in sentences."""

from napari_unveil.training import TrainingReport

ENDS = {
    "": "the run goes on",
    "epochs": "all epochs are done",
    "minutes": "the time is over",
    "patience": "ended early, as the validation loss no longer fell",
    "stopped": "stopped",
}


def report_in_words(report: TrainingReport, *, paused: bool) -> str:
    """How far a run is and how fast, or that it waits."""
    if paused:
        return f"paused after epoch {report.epoch:.1f}; its state is on disk, and the time does not count"
    return (
        f"epoch {report.epoch:.1f}, {report.patches_per_second:.0f} patches per second, "
        f"{time_in_words(report.left_s)} left; validation loss {report.validation_loss:.4g}"
    )


def time_in_words(seconds: float) -> str:
    """Seconds, minutes or hours."""
    if seconds < 100:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 100 * 60 else f"{seconds / 3600:.1f} h"
