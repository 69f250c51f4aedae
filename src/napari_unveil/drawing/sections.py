"""The parts of a report, whatever its form: a Report goes in; rows of text and filled figures come out."""

from collections.abc import Mapping
from dataclasses import dataclass

from matplotlib.figure import Figure, SubFigure

from napari_unveil.drawing.centre import Centre
from napari_unveil.drawing.curves import (
    draw_noise_histogram,
    draw_profile_ratios,
    draw_radial_profiles,
    radial_profiles,
)
from napari_unveil.drawing.pictures import (
    draw_cells,
    draw_cells_against_cells,
    draw_residual_cells,
    draw_triptych,
)
from napari_unveil.inspection import Summary, pair_rows, score_rows
from napari_unveil.inspection.tables import Rows


@dataclass(frozen=True, slots=True)
class Report:
    """What a report tells: the ``summary`` of frames in ``unit``, and where they are from."""

    title: str
    unit: str
    provenance: Mapping[str, object]
    centre: Centre
    summary: Summary

    @property
    def header(self) -> list[tuple[str, str]]:
        """Names and values for the top of the page."""
        frame = self.summary.example.frame
        own = [
            ("Frames", f"{len(self.summary.per_frame)} of {frame.shape[0]} × {frame.shape[1]} pixels"),
            ("Unit", f"{self.unit} per pixel" if self.unit else "that of the file"),
            ("Beam centre", str(self.centre)),
            (
                "Pictures",
                f"{self.summary.example.name}; masked pixels are grey, the cross is the beam centre",
            ),
        ]
        if self.summary.means.signal_error is not None:
            own.append(("Error of the signal", "from the scatter of the pixels, with that of the separation"))
        return [*((name, str(value)) for name, value in self.provenance.items()), *own]


def pair_table(report: Report, *, most: int | None = None) -> Rows:
    """Numbers of the pair: pooled first, then frame by frame (the first ``most``)."""
    summary = report.summary
    frames = [("all", summary.pooled), *summary.per_frame[:most]]
    return pair_rows(frames, unit=report.unit, limits=summary.limits)


def score_table(report: Report) -> Rows | None:
    """Scores of the input as it was and of the signal, or None without truth."""
    summary = report.summary
    if summary.scores is None or summary.scores_before is None:
        return None
    columns = {"input": summary.scores_before, "signal": summary.scores}
    return score_rows(columns, unit=report.unit, limits=summary.limits)


def fill_example(figure: Figure | SubFigure, report: Report) -> None:
    """Input, signal and noise of the first frame."""
    example = report.summary.example
    draw_triptych(figure, example.frame, example.separation, unit=report.unit, centre_yx=report.centre.yx)


def fill_profiles(figure: Figure | SubFigure, report: Report) -> None:
    """I(r) of the mean frames on the left; ratios above the histogram of the noise on the right."""
    summary = report.summary
    layout = figure.subplot_mosaic([["profile", "ratio"], ["profile", "histogram"]], width_ratios=(1.2, 1))
    profiles = radial_profiles(summary.means, centre_yx=report.centre.yx)
    draw_radial_profiles(layout["profile"], profiles, unit=report.unit)
    layout["profile"].set_title("Azimuthal mean and its standard error, mean of all frames", fontsize=10)
    draw_profile_ratios(layout["ratio"], profiles)
    layout["ratio"].set_title("Ratio of azimuthal means", fontsize=10)
    draw_noise_histogram(layout["histogram"], summary.noise_histogram, summary.true_noise_histogram, unit=report.unit)
    layout["histogram"].set_title("What was taken from the pixels of all frames", fontsize=10)


def fill_residuals(figure: Figure | SubFigure, report: Report) -> None:
    """Mean noise in cells; beside it the error of the mean signal, or noise against signal without truth."""
    means = report.summary.means
    left, right = figure.subplots(1, 2)
    draw_cells(left, means.noise, unit=report.unit)
    left.set_title("Mean noise in 8×8 cells: structure of the signal must not show", fontsize=10)
    if means.true_signal is None:
        draw_cells_against_cells(right, means.signal, means.noise, unit=report.unit)
        right.set_title("Noise against signal in 8×8 cells", fontsize=10)
    else:
        draw_residual_cells(right, means.signal - means.true_signal, unit=report.unit)
        right.set_title("Mean signal minus true signal in 8×8 cells", fontsize=10)
