"""The demonstration: a simulated full shot, opened and denoised, signal and noise beside it."""

from napari.viewer import Viewer

from napari_unveil.plugin.denoise.view import DenoiseView
from napari_unveil.plugin.inspect.comparison import GRID
from napari_unveil.plugin.inspect.view import InspectView
from napari_unveil.plugin.samples import FULL_NAME, sample_layer
from napari_unveil.plugin.session import session_of
from napari_unveil.plugin.workbench import Workbench
from napari_unveil.simulate import full_shots

SHOTS = 3


def open_demo(seed: int) -> None:
    """Open a viewer with ``SHOTS`` simulated full shots and denoise them; returns when the viewer is closed."""
    import napari

    show_demo(napari.Viewer(title="napari-unveil"), seed=seed)
    napari.run()


def show_demo(viewer: Viewer, *, seed: int, model: str | None = None) -> Workbench:
    """Fill ``viewer`` with the demonstration; ``model`` is a name or path (None: the shipped one)."""
    data, arguments, _ = sample_layer(full_shots, FULL_NAME, seed=seed, count=SHOTS)
    layer = viewer.add_image(data, **arguments)
    workbench = Workbench(viewer)
    viewer.window.add_dock_widget(workbench, name="Unveil", area="right")
    denoise: DenoiseView = workbench.open_step(DenoiseView)
    denoise.frames.choose(layer)
    if model is not None:
        denoise.model.insertItem(0, model, model)
        denoise.model.choose(model)
    session = session_of(viewer)
    session.trio_changed.connect(lambda _: _show_result(workbench), max_args=1)
    denoise.press()
    return workbench


def _show_result(workbench: Workbench) -> None:
    inspect: InspectView = workbench.open_step(InspectView)
    inspect.compare.mode.choose(GRID)
