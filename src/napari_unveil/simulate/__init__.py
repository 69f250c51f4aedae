"""A beamtime with known truth: X-ray-only and full shots of a Jungfrau module, in all their parts."""

from napari_unveil.simulate.beamtime import Shot, full_shots, xray_only_shots
from napari_unveil.simulate.bremsstrahlung import Electrons, draw_hits, illumination
from napari_unveil.simulate.campaign import Campaign
from napari_unveil.simulate.detector import bad_pixels, double_pixels, fold, sensor_shape
from napari_unveil.simulate.diffraction import Diffraction
from napari_unveil.simulate.photons import draw_photons, shared_expectation
from napari_unveil.simulate.scene import Scene, beam_centre, draw_scene, expected_photons
from napari_unveil.simulate.tracks import Deposits, follow, track_image

__all__ = [
    "Campaign",
    "Deposits",
    "Diffraction",
    "Electrons",
    "Scene",
    "Shot",
    "bad_pixels",
    "beam_centre",
    "double_pixels",
    "draw_hits",
    "draw_photons",
    "draw_scene",
    "expected_photons",
    "fold",
    "follow",
    "full_shots",
    "illumination",
    "sensor_shape",
    "shared_expectation",
    "track_image",
    "xray_only_shots",
]
