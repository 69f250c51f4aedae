"""Looking hard at what was taken away: profiles, residuals and scores of frames and their separations."""

from napari_unveil.inspection.beam import beam_centre
from napari_unveil.inspection.binning import Profile
from napari_unveil.inspection.cells import CELL_PX, cell_means
from napari_unveil.inspection.limits import LIMITS_KEV, Limits, limits_of
from napari_unveil.inspection.peaks import Peak, fit_peak
from napari_unveil.inspection.pixel_errors import PixelErrors
from napari_unveil.inspection.profiles import line_profile, radial_profile
from napari_unveil.inspection.reach import Reach
from napari_unveil.inspection.residuals import PairNumbers, PairSums, pair_numbers
from napari_unveil.inspection.scores import Scores, ScoreSums, Truth, nothing_removed, score
from napari_unveil.inspection.summary import Case, Pictures, Summary, summarise
from napari_unveil.inspection.tables import json_values, pair_rows, plain, score_rows

__all__ = [
    "CELL_PX",
    "LIMITS_KEV",
    "Case",
    "Limits",
    "PairNumbers",
    "PairSums",
    "Peak",
    "Pictures",
    "PixelErrors",
    "Profile",
    "Reach",
    "ScoreSums",
    "Scores",
    "Summary",
    "Truth",
    "beam_centre",
    "cell_means",
    "fit_peak",
    "json_values",
    "limits_of",
    "line_profile",
    "nothing_removed",
    "pair_numbers",
    "pair_rows",
    "plain",
    "radial_profile",
    "score",
    "score_rows",
    "summarise",
]
