"""Measurements with known truth: a beamtime's shots in all their parts, pairs of exposures, a foam's tomography."""

from napari_unveil.simulate.beamtime import Shot, full_shots, xray_only_shots
from napari_unveil.simulate.bremsstrahlung import Electrons, draw_hits, illumination
from napari_unveil.simulate.campaign import Campaign
from napari_unveil.simulate.crystal import Crystal, PairSettings, Peak
from napari_unveil.simulate.detector import bad_pixels, double_pixels, fold, sensor_shape
from napari_unveil.simulate.diffraction import Diffraction
from napari_unveil.simulate.foam import Foam, FoamSettings, attenuation_slice, draw_foam
from napari_unveil.simulate.pairs import ExposurePair, draw_crystals, exposure_pairs, hot_pixels
from napari_unveil.simulate.photons import draw_photons, shared_expectation
from napari_unveil.simulate.scene import Scene, beam_centre, draw_scene, expected_photons
from napari_unveil.simulate.tomography import dark_frames, flat_frames, line_integrals, projection_angles, projections
from napari_unveil.simulate.tracks import Deposits, follow, track_image

__all__ = [
    "Campaign",
    "Crystal",
    "Deposits",
    "Diffraction",
    "Electrons",
    "ExposurePair",
    "Foam",
    "FoamSettings",
    "PairSettings",
    "Peak",
    "Scene",
    "Shot",
    "attenuation_slice",
    "bad_pixels",
    "beam_centre",
    "dark_frames",
    "double_pixels",
    "draw_crystals",
    "draw_foam",
    "draw_hits",
    "draw_photons",
    "draw_scene",
    "expected_photons",
    "exposure_pairs",
    "flat_frames",
    "fold",
    "follow",
    "full_shots",
    "hot_pixels",
    "illumination",
    "line_integrals",
    "projection_angles",
    "projections",
    "sensor_shape",
    "shared_expectation",
    "track_image",
    "xray_only_shots",
]
