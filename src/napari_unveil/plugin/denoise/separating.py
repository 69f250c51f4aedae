"""One layer being denoised: its request, its finished frames, and the layers that show them."""

import statistics
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from napari.layers import Image

from napari_unveil import __version__
from napari_unveil.denoising.separated_stack import SeparatedStack
from napari_unveil.display.limits import FirstLook, first_look
from napari_unveil.errors import UnveilError
from napari_unveil.frames import FrameStack
from napari_unveil.plugin import layers
from napari_unveil.plugin.layers import ERROR, NOISE, SIGNAL, WARNING
from napari_unveil.plugin.session import Session, Trio
from napari_unveil.workflow.denoising import denoiser_for
from napari_unveil.workflow.models import model_path
from napari_unveil.workflow.request import DenoisingRequest, cautions, gives_errors, gives_map

if TYPE_CHECKING:
    from napari_unveil.denoising.denoiser import Denoiser

TIMED_FRAMES = 20
"""The last so many frames say how long one takes."""

PARTS = (SIGNAL, NOISE, ERROR, WARNING)

Tell = Callable[[str], None]
Between = Callable[[], None]


@dataclass(frozen=True, slots=True, eq=False)
class DenoiseRequest:
    """What is to be denoised, and how.

    Parameters
    ----------
    layer, stack
        The frames.
    how
        Model, photon energy, passes and device, and whether the standard error and a warning map are wanted.
    """

    layer: Image
    stack: FrameStack
    how: DenoisingRequest


class Separating:
    """A separation of a layer, made frame by frame in a job's thread and shown in the main one."""

    def __init__(self, request: DenoiseRequest, *, capacity_bytes: int) -> None:
        self.request = request
        self._of = _what_is_denoised(request)
        self.has_errors, self.has_map = gives_errors(request.how), gives_map(request.how)
        self.result = SeparatedStack(
            tuple(request.stack.data.shape),
            capacity_bytes=capacity_bytes,
            with_errors=self.has_errors,
            with_maps=self.has_map,
        )
        self.provenance: dict[str, Any] = {}
        self.cautions: tuple[str, ...] = ()
        self._unreadable: list[str] = []
        self.trio: Trio | None = None
        self._shown_layers: dict[str, Image] = {}
        """Those that are there already while the trio is not complete."""
        self._denoiser: Denoiser | None = None
        self._looks: dict[str, FirstLook] = {}
        """How new layers begin: found beside the window, since percentiles take a while."""
        self._seconds: deque[float] = deque(maxlen=TIMED_FRAMES)
        self._shown: int | None = None
        """The frame that the layers show finished; None while it is missing."""

    def serves(self, request: DenoiseRequest) -> bool:
        """Whether frames of this separation are what ``request`` asks for: same pixels, same model, same settings."""
        return self._of == _what_is_denoised(request)

    # in the job's thread

    def denoiser(self, tell: Tell) -> "tuple[Denoiser, dict[str, Any]]":
        """What separates frames, loaded at the first call, and its provenance."""
        if self._denoiser is None:
            self._denoiser, process = denoiser_for(self.request.stack, self.request.how, tell=tell)
            self.provenance = {
                "program": f"napari-unveil {__version__}",
                "date": datetime.now(UTC).isoformat(timespec="seconds"),
                **process,
            }
        return self._denoiser, self.provenance

    def separate(self, index: int, *, tell: Tell, between: Between) -> None:
        """Separate frame ``index``; one that cannot be read is noted and stays empty."""
        denoiser, _ = self.denoiser(tell)
        began = time.perf_counter()
        try:
            frame = denoiser.read(self.request.stack, index)
        except (UnveilError, OSError) as error:
            self._unreadable.append(str(error).rstrip("."))
            self.result.put_missing(index)
            return
        separation = denoiser.separate(frame, between=between)
        self._seconds.append(time.perf_counter() - began)
        if "cautions" not in self.provenance:
            self.cautions = cautions(self.request.stack, self.request.how, frame)
            self.provenance["cautions"] = list(self.cautions)
        if not self._looks:
            parts = {NOISE: separation.noise, ERROR: separation.error}
            self._looks = {name: first_look(part) for name, part in parts.items() if part is not None}
        self.result.put(index, separation)

    def take_unreadable(self) -> list[str]:
        """Sentences on frames that could not be read since they were taken last."""
        taken, self._unreadable = self._unreadable, []
        return taken

    @property
    def device(self) -> Any:
        """Where the frames are separated; None before the first one."""
        return None if self._denoiser is None else self._denoiser.device

    # in the main thread

    @property
    def seconds_per_frame(self) -> float | None:
        """Median of the last frames; None before the first one."""
        taken = list(self._seconds)
        return statistics.median(taken) if taken else None

    @property
    def timed_frames(self) -> int:
        """How many frames :attr:`seconds_per_frame` rests on."""
        return len(self._seconds)

    def lost(self, session: Session) -> str:
        """A sentence when the input was removed or replaced, or all results removed; else empty."""
        shown, name = session.viewer.layers, self.request.layer.name
        if self.request.layer not in shown:
            return f"'{name}' was removed: its denoising has ended"
        if layers.stack_of(self.request.layer).data is not self.request.stack.data:
            return f"the frames of '{name}' were replaced: their denoising has ended"
        if self.trio is not None and not any(layer in shown for layer in self.trio.results):
            return f"signal and noise of '{name}' were removed: its denoising has ended"
        return ""

    def show(self, session: Session) -> None:
        """Bring the layers up to date with the shown frame; adds them when the first frame is finished."""
        index = self.looked_at(session)
        found = self.result.get(index)
        if self.trio is None and self.result.done_count and not self._shown_layers:
            session.turns.ask({(self, SIGNAL): lambda: self._show_signal(session)})
        if self.trio is None or found is None or self._shown == index:
            return
        self._shown = index
        for layer in self.trio.results:
            if layer in session.viewer.layers:
                layer.refresh()

    def follow(self, session: Session) -> bool:
        """The viewer shows another frame: whether it is missing, and so to be separated next."""
        index = self.looked_at(session)
        self._shown = None
        if self.result.has(index):
            self.show(session)
            return False
        self.result.want(index)
        return True

    def show_again(self) -> None:
        """Layers that were removed come back with the next report."""
        self.trio, self._shown_layers, self._shown = None, {}, None

    def looked_at(self, session: Session) -> int:
        """The frame of the input that the viewer shows."""
        return layers.shown_frame(self.request.layer, session.viewer.dims.current_step)

    def _show_signal(self, session: Session) -> None:
        """The signal is seen before noise and error are added, each of which takes napari as long again."""
        if self.lost(session):
            return
        self._shown_layers[SIGNAL] = layers.show_signal(
            session.viewer, self.request.layer, self.result.signal, provenance=self.provenance
        )
        session.turns.ask({(self, NOISE): lambda: self._show_noise(session)})

    def _show_noise(self, session: Session) -> None:
        if self.lost(session):
            return
        self._shown_layers[NOISE] = layers.show_noise(
            session.viewer,
            self.request.layer,
            self.result.noise,
            provenance=self.provenance,
            noise_frame=self._looks.get(NOISE),
        )
        session.turns.ask({(self, ERROR): lambda: self._show_error(session)})

    def _show_error(self, session: Session) -> None:
        """An error or a warning map that an earlier separation left goes where this one gives none."""
        if self.lost(session):
            return
        if self.has_errors:
            self._shown_layers[ERROR] = layers.show_error(
                session.viewer,
                self.request.layer,
                self.result.error,
                provenance=self.provenance,
                error_frame=self._looks.get(ERROR),
                correlation=0.0 if self._denoiser is None else self._denoiser.error_correlation,
            )
        else:
            layers.remove_part(session.viewer, self.request.layer, ERROR)
        if self.has_map:
            session.turns.ask({(self, WARNING): lambda: self._show_warning(session)})
            return
        layers.remove_part(session.viewer, self.request.layer, WARNING)
        self._complete(session)

    def _show_warning(self, session: Session) -> None:
        if self.lost(session):
            return
        self._shown_layers[WARNING] = layers.show_warning(
            session.viewer, self.request.layer, self.result.unlike, provenance=self.provenance
        )
        self._complete(session)

    def _complete(self, session: Session) -> None:
        self.trio = Trio(self.request.layer, **self._shown_layers)
        self.show(session)
        session.announce_trio(self.trio)


def _what_is_denoised(request: DenoiseRequest) -> tuple[Any, ...]:
    model = model_path(request.how.model)
    return (
        id(request.layer),
        id(request.stack.data),
        request.stack.unit,
        request.how,
        model.stat().st_mtime_ns if model.is_file() else 0,
    )
