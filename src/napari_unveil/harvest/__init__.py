"""HARVEST: frames and a signal mask enter, a library of signal and noise patches and their mixtures leave."""

from napari_unveil.harvest.cutting import Cutting, cut, cut_turned, noise_cuttings, signal_cuttings
from napari_unveil.harvest.harvesting import HarvestReport, harvest
from napari_unveil.harvest.intensity import suggest_min_intensity
from napari_unveil.harvest.library import PatchLibrary
from napari_unveil.harvest.mixing import Batch, draw_batch
from napari_unveil.harvest.plan import HarvestPlan, check_harvest, plan_harvest
from napari_unveil.harvest.positions import free_positions, largest_patch
from napari_unveil.harvest.settings import HarvestSettings
from napari_unveil.harvest.splitting import split_by_frame
from napari_unveil.harvest.turning import Turn, turn

__all__ = [
    "Batch",
    "Cutting",
    "HarvestPlan",
    "HarvestReport",
    "HarvestSettings",
    "PatchLibrary",
    "Turn",
    "check_harvest",
    "cut",
    "cut_turned",
    "draw_batch",
    "free_positions",
    "harvest",
    "largest_patch",
    "noise_cuttings",
    "plan_harvest",
    "signal_cuttings",
    "split_by_frame",
    "suggest_min_intensity",
    "turn",
]
