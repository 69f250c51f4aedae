"""The displays of a viewer's image layers: requests enter; colormap, gamma and contrast limits of the layers follow.

Scales follow what happens in napari's own controls: other contrast limits need another table, and another colormap
is the base of the scale from then on.
"""

import time
import weakref
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from napari.layers import Image, Layer
from psygnal import Signal

from napari_unveil.display.limits import Limits, limits_of
from napari_unveil.display.scales import Scale
from napari_unveil.plugin import layers
from napari_unveil.plugin.display import job
from napari_unveil.plugin.layers.canvas import hold_canvas
from napari_unveil.plugin.layers.display import Display, display_of, remember
from napari_unveil.plugin.layers.look import Look, look_of, scaled_colormap, scaled_name, shown_pixels
from napari_unveil.plugin.session import Session, session_of

GAMMAS = (0.2, 2.0)
"""Ends of napari's slider, which forces a layer's gamma between them."""

LONG_S = 0.5
"""Changes of many layers that take longer say how far they are."""

LIMITS, LOOK = "limits", "look"

_displays: weakref.WeakKeyDictionary[Session, "Displays"] = weakref.WeakKeyDictionary()


def displays_of(viewer: Any) -> "Displays":
    """The displays of ``viewer``; made, and following its layers from then on, at the first call."""
    session = session_of(viewer)
    if session not in _displays:
        _displays[session] = Displays(session)
    return _displays[session]


class Displays:
    """Shows image layers on scales and between limits.

    Signal: ``changed`` when what is remembered of a layer has changed.
    """

    changed = Signal()

    def __init__(self, session: Session) -> None:
        self._session = weakref.ref(session)
        self._followed: weakref.WeakSet[Layer] = weakref.WeakSet()
        self._setting = False
        self._waiting: set[tuple[str, Layer]] = set()
        self._asked, self._began, self._late = 0, 0.0, False
        events = session.viewer.layers.events
        events.inserted.connect(self._inserted)
        events.removed.connect(self._removed)
        for layer in session.viewer.layers:
            self._follow(layer)

    def targets(self) -> list[Image]:
        """The selected images, the active one last; without any, the topmost visible one."""
        viewer = self._viewer()
        images = [layer for layer in viewer.layers if is_displayed(layer)]
        chosen = [layer for layer in images if layer in viewer.layers.selection]
        if not chosen:
            chosen = [layer for layer in images if layer.visible][-1:]
        return sorted(chosen, key=lambda layer: layer is viewer.layers.selection.active)

    @property
    def busy(self) -> bool:
        """Whether layers wait to be changed."""
        return bool(self._waiting)

    def progress(self) -> str:
        """How many of the layers that were asked for are changed, in words; empty unless that takes long."""
        if not self._waiting or time.perf_counter() < self._began + LONG_S:
            return ""
        return f"{self._asked - len(self._waiting)} of {self._asked} layers"

    def show(self, chosen: Sequence[Image], scale: Scale) -> None:
        """Show layers on a scale; of many, some at once and the others little by little."""
        for layer in chosen:
            remember(layer, scale=scale)
        self._ask(LOOK, {layer: partial(self._renew, layer) for layer in chosen})
        self.changed.emit()

    def arrange(self, chosen: Sequence[Image], **changes: Any) -> None:
        """Remember how limits are to be found (see :class:`Display`); those of a frame are found at once."""
        displays = {layer: remember(layer, **changes) for layer in chosen}
        self._scale_to_frames([layer for layer, display in displays.items() if not display.whole_stack])
        self.changed.emit()

    def autoscale(self, chosen: Sequence[Image]) -> None:
        """Find limits for layers by what is remembered of each: at once for shown frames, in a job for stacks.

        Raises
        ------
        Refused
            When a layer's stack cannot be read frame by frame.
        """
        session = self._session()
        wanted, of_frames = [], []
        for layer in chosen:
            display = display_of(layer) or remember(layer)
            if display.whole_stack and layer.data.ndim > 2:
                wanted.append(job.Wanted(layer, layers.stack_of(layer), display.autoscale))
            else:
                of_frames.append(layer)
        self._scale_to_frames(of_frames)
        if wanted and session is not None:
            job.start(session, wanted, done=self._take)

    def _take(self, found: list[tuple[job.Wanted, Limits | None]]) -> None:
        """Limits of stacks, unless something else was asked for meanwhile."""
        viewer = self._viewer()
        there = [(one, limits) for one, limits in found if viewer is not None and one.layer in viewer.layers]
        self._ask(
            LIMITS,
            {
                one.layer: partial(setattr, one.layer, "contrast_limits", limits)
                for one, limits in there
                if limits is not None and job.is_wanted(one)
            },
        )

    def _scale_to_frames(self, chosen: Sequence[Image]) -> None:
        self._ask(LIMITS, {layer: partial(self._scale_to_frame, layer) for layer in chosen})

    # many layers, little by little

    def _ask(self, what: str, changes: Mapping[Image, Callable[[], None]]) -> None:
        session = self._session()
        if session is None:
            return
        steps = {(what, layer): partial(self._change, what, layer, change) for layer, change in changes.items()}
        if not self._waiting:
            self._asked, self._began = 0, time.perf_counter()
        self._asked += len(steps.keys() - self._waiting)
        self._waiting.update(steps)
        session.turns.ask(steps)
        if self._waiting and not self._late:
            self._late = True
            hold_canvas(session.viewer, True)  # drawing many layers anew for each few would take most of the time

    def _change(self, what: str, layer: Image, change: Callable[[], None]) -> None:
        try:
            change()
        finally:
            self._waiting.discard((what, layer))
            self._end_if_done()

    def _end_if_done(self) -> None:
        if self._late and not self._waiting:
            self._late = False
            hold_canvas(self._viewer(), False)
            self.changed.emit()

    def _scale_to_frame(self, layer: Image) -> None:
        pixels, display = shown_pixels(layer), display_of(layer) or Display()
        limits = None if pixels is None else limits_of(pixels, display.autoscale)
        if limits is not None and limits != tuple(layer.contrast_limits):
            layer.contrast_limits = limits

    def _renew(self, layer: Image) -> None:
        """Bring colormap and gamma of a layer up to its scale and limits."""
        display, look = display_of(layer), look_of(layer.colormap)
        if display is None or self._setting:
            return
        base = display.base or (look.base if look else layer.colormap)
        limits = (float(layer.contrast_limits[0]), float(layer.contrast_limits[1]))
        if look is not None and _is_up_to_date(look, display.scale, base, limits):
            return
        colormap, gamma = scaled_colormap(base, display.scale, limits)
        users = layer.gamma / (look.gamma if look else display.gamma)
        remember(layer, base=base, gamma=gamma)
        gamma = min(max(users * gamma, GAMMAS[0]), GAMMAS[1])
        self._setting = True
        try:
            if gamma != layer.gamma:
                layer.gamma = gamma
            layer.colormap = colormap
        finally:
            self._setting = False

    def _viewer(self) -> Any:
        session = self._session()
        return None if session is None else session.viewer

    # what happens to layers

    def _follow(self, layer: Layer) -> None:
        if not is_displayed(layer) or layer in self._followed:
            return
        self._followed.add(layer)
        layer.events.colormap.connect(self._coloured)
        layer.events.contrast_limits.connect(self._limited)
        layer.events.set_data.connect(self._sliced)
        self._adopt(layer)
        self._renew(layer)

    def _inserted(self, event: Any) -> None:
        self._follow(event.value)

    def _removed(self, event: Any) -> None:
        layer = event.value
        if layer in self._followed:
            self._followed.discard(layer)
            layer.events.colormap.disconnect(self._coloured)
            layer.events.contrast_limits.disconnect(self._limited)
            layer.events.set_data.disconnect(self._sliced)
        gone, session = {(LIMITS, layer), (LOOK, layer)}, self._session()
        if session is not None:
            session.turns.forget(*gone)
        self._waiting -= gone
        self._end_if_done()

    def _coloured(self, event: Any) -> None:
        if self._adopt(event.source) and not self._setting:
            self._renew(event.source)
            self.changed.emit()

    def _limited(self, event: Any) -> None:
        self._renew(event.source)

    def _sliced(self, event: Any) -> None:
        display = display_of(event.source)
        if display is not None and display.each_frame and not display.whole_stack:
            self._scale_to_frames([event.source])

    def _adopt(self, layer: Image) -> bool:
        """Remember what a layer's present colormap says, whoever chose it; False for a layer that is none of ours."""
        display, look = display_of(layer), look_of(layer.colormap)
        if look is not None:
            remember(layer, scale=look.scale, base=look.base, gamma=look.gamma)
        elif display is None:
            return False
        elif display.base is None or layer.colormap.name != scaled_name(display.base, display.scale):
            remember(layer, base=layer.colormap)
        return True


def is_displayed(layer: Layer) -> bool:
    """Whether a layer shows intensities that can be put on a scale."""
    return isinstance(layer, Image) and not layer.rgb


def _is_up_to_date(look: Look, scale: Scale, base: Any, limits: Limits) -> bool:
    same_table = scale is Scale.LINEAR or look.limits == limits
    return same_table and look.scale is scale and look.base.name == base.name
