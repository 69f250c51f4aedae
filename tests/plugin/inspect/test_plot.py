import numpy as np

from napari_unveil.inspection.plots import Axis, Curve, Plot
from napari_unveil.plugin.inspect.plot import FoundPlot


def plot_up_to(height: float) -> Plot:
    x = np.linspace(0, 10, 50)
    return Plot(Axis("distance", "px"), Axis("mean intensity", "keV"), {"input": Curve(x, np.linspace(1, height, 50))})


def test_axes_span_new_curves_before_anything_is_drawn(qtbot):
    shown = FoundPlot(log_x=False, log_y=False)
    qtbot.addWidget(shown)
    shown.show_plot(plot_up_to(5))
    shown.show_plot(plot_up_to(500))
    (_, right), (_, top) = shown.canvas.getPlotItem().viewRange()
    assert right >= 10
    assert 500 <= top < 600
