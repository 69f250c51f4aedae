"""HARVEST: frames and a signal mask enter, a library of signal and noise patches and their mixtures leave."""

from napari_unveil.harvest.aligned import AlignedPlan, AlignedSettings, harvest_aligned, plan_aligned
from napari_unveil.harvest.aligned_frames import AlignedFrames, PairedFrames, SplitFrames, split_frames
from napari_unveil.harvest.collecting import HarvestReport
from napari_unveil.harvest.cutting import Cutting, cut, cut_turned, noise_cuttings, signal_cuttings
from napari_unveil.harvest.estimate import HarvestEstimate, estimate_harvest, refuse_unfitting
from napari_unveil.harvest.harvesting import harvest
from napari_unveil.harvest.holding_out import split_by_frame
from napari_unveil.harvest.intensity import suggest_min_intensity
from napari_unveil.harvest.library import PatchLibrary
from napari_unveil.harvest.mixing import Batch, Mixing, draw_batch, readout_noise
from napari_unveil.harvest.montage import Montage
from napari_unveil.harvest.pairs import PairReport, check_pairs, refuse_no_pairs
from napari_unveil.harvest.plan import HarvestPlan, check_harvest, plan_harvest
from napari_unveil.harvest.positions import free_positions, largest_patch
from napari_unveil.harvest.ranking import Ranking, rank_patches
from napari_unveil.harvest.removing import RemovalReport, remove_patches
from napari_unveil.harvest.roles import Role, suggest_role
from napari_unveil.harvest.series import FrameSeries, frame_series
from napari_unveil.harvest.settings import HarvestSettings
from napari_unveil.harvest.turning import Turn, turn

__all__ = [
    "AlignedFrames",
    "AlignedPlan",
    "AlignedSettings",
    "Batch",
    "Cutting",
    "FrameSeries",
    "HarvestEstimate",
    "HarvestPlan",
    "HarvestReport",
    "HarvestSettings",
    "Mixing",
    "Montage",
    "PairReport",
    "PairedFrames",
    "PatchLibrary",
    "Ranking",
    "RemovalReport",
    "Role",
    "SplitFrames",
    "Turn",
    "check_harvest",
    "check_pairs",
    "cut",
    "cut_turned",
    "draw_batch",
    "estimate_harvest",
    "frame_series",
    "free_positions",
    "harvest",
    "harvest_aligned",
    "largest_patch",
    "noise_cuttings",
    "plan_aligned",
    "plan_harvest",
    "rank_patches",
    "readout_noise",
    "refuse_no_pairs",
    "refuse_unfitting",
    "remove_patches",
    "signal_cuttings",
    "split_by_frame",
    "split_frames",
    "suggest_min_intensity",
    "suggest_role",
    "turn",
]
