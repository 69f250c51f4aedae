"""Commands of napari's menus."""

from pathlib import Path

from magicgui.widgets import request_values
from napari.utils.notifications import show_error
from napari.viewer import Viewer

from napari_unveil.errors import UnveilError
from napari_unveil.frames import DEFAULT_MASK_BITS
from napari_unveil.plugin.denoise.view import DenoiseView
from napari_unveil.plugin.layers import source_of, stack_of
from napari_unveil.plugin.reader import layer_data

FRAME_FILES = "Detector frames (*.h5 *.hdf5 *.nxs *.cxi *.edf *.cbf *.tif *.tiff *.spe *.mccd *.img);;All files (*)"
PATH_TIP = "Where the frames lie"
DATASET_TIP = "Path inside an HDF5 file or run, such as /entry/data/data; empty: the best candidate"
BITS_TIP = "These pixels hold data, with other statistics than the rest; the file's mask says which they are"
OPTIONAL_BITS = {
    "double_size": ("Mask pixels of double size", 22),
    "interpolated": ("Mask interpolated pixels", 16),
}
"""Label, and bit of the European XFEL mask, of pixels that are shown unless the user has them masked."""
PLUGIN, DENOISE = "napari-unveil", "Denoise"


def denoise_selected_layer(viewer: Viewer) -> None:
    """Open the window Denoise and press its button for the selected layer, or for the one that it is a result of."""
    active = viewer.layers.selection.active
    active = (active and source_of(viewer, active)) or active
    try:
        stack_of(active)
    except UnveilError as refusal:
        show_error(str(refusal))
        return
    _, view = viewer.window.add_plugin_dock_widget(PLUGIN, DENOISE)
    if isinstance(view, DenoiseView):
        view.frames.choose(active)
        view.check()
        view.press()


def open_detector_frames(viewer: Viewer) -> None:
    """Ask for a file and open it with this plugin, whatever other readers claim it."""
    _ask_and_open(viewer, "Open detector frames", {"mode": "r", "filter": FRAME_FILES})


def open_run_folder(viewer: Viewer) -> None:
    """Ask for a European XFEL run folder and open it."""
    _ask_and_open(viewer, "Open a run folder", {"mode": "d"})


def add_frames(viewer: Viewer, address: str, *, mask_bits: int) -> None:
    """Open ``address`` as layers; a refusal is shown to the user."""
    try:
        layers = layer_data(address, mask_bits=mask_bits)
    except UnveilError as refusal:
        show_error(str(refusal))
        return
    for data, arguments, _ in layers:
        viewer.add_image(data, **arguments)


def _ask_and_open(viewer: Viewer, title: str, path_options: dict[str, str]) -> None:
    asked = request_values(
        title=title,
        values={
            "path": {"annotation": Path, "label": "Path", "options": {**path_options, "tooltip": PATH_TIP}},
            "dataset": {"annotation": str, "value": "", "label": "Dataset", "options": {"tooltip": DATASET_TIP}},
            **{
                name: {"annotation": bool, "value": False, "label": label, "options": {"tooltip": BITS_TIP}}
                for name, (label, _) in OPTIONAL_BITS.items()
            },
        },
    )
    if asked:
        chosen = sum(1 << bit for name, (_, bit) in OPTIONAL_BITS.items() if asked[name])
        address = f"{asked['path']}::{asked['dataset']}" if asked["dataset"] else str(asked["path"])
        add_frames(viewer, address, mask_bits=DEFAULT_MASK_BITS | chosen)
