"""A model put to work on frames: (y, x) in, signal and noise (y, x) out, in the frame's unit, NaN where masked."""

import copy
import time
from collections.abc import Callable
from dataclasses import dataclass
from math import prod
from typing import Literal

import numpy as np
import torch

from napari_unveil.denoising.core_unet import CoreUNet
from napari_unveil.denoising.gaps import filled
from napari_unveil.denoising.merge import merged
from napari_unveil.denoising.tiles import Tiling, halo_tiling, published_tilings
from napari_unveil.errors import Failed, Refused
from napari_unveil.frames import FrameStack
from napari_unveil.network.device import (
    REDUCED_TOLERANCE,
    free_memory,
    is_out_of_memory,
    may_be_faster_reduced,
)
from napari_unveil.network.unet import UNet
from napari_unveil.recipes.local_range import LocalRange
from napari_unveil.recipes.model import RecipeModel
from napari_unveil.recipes.unlike import unlike_training
from napari_unveil.tensors import Tensor
from napari_unveil.types import Frame, Frames, Mask, Separation

Precision = Literal["auto", "float32"]

PIXELS_AT_ONCE = {"cpu": 2**18, "cuda": 2**22, "mps": 2**20}
"""Pixels of a batch of tiles to begin with; halved when memory runs out. On a CPU, what stays in its caches."""

FEWEST_PIXELS = 2**14

LARGE_HALO_PX, HALOS_A_TILE = 256, 4
"""With a larger halo a frame is taken as a whole, by a network that has its own way with borders, unless it is many
halos wide; a tile is so many halos wide at least, since all but its core is thrown away."""

MATRIX = 2
"""Axes of a single image."""

Tell = Callable[[str], None]
Between = Callable[[], None]


def going_on() -> None:
    """Nothing happens between two batches of tiles."""


def nobody(message: str) -> None:
    """Messages go nowhere."""
    del message


@dataclass(frozen=True, slots=True)
class DenoisingSettings:
    """How a model is applied.

    Parameters
    ----------
    photon
        One photon in the unit of the frames.
    passes
        4: the published grids and merge; 1: one pass, with a halo where the model's scaling allows it.
    precision
        ``float32``, or ``auto``: bfloat16 where it is faster and within 1 % on the first frame.
    known
        What the training data were like from place to place, where a map of what is unlike them is wanted.
    """

    photon: float
    passes: int
    precision: Precision = "auto"
    known: LocalRange | None = None

    def __post_init__(self) -> None:
        if self.passes not in (1, 4):
            raise Refused(found=f"{self.passes} passes", needed="1 or 4", remedy="choose one of them")


def default_passes(model: RecipeModel) -> int:
    """Four for the published scaling, one where tiles with a halo equal the whole frame."""
    return 1 if model.local else 4


class Denoiser:
    """A model ready for inference on one device; shrinks its batches when memory runs out, and says so."""

    def __init__(
        self, model: RecipeModel, device: torch.device, settings: DenoisingSettings, tell: Tell = nobody
    ) -> None:
        self.settings = settings
        self.device = device
        self._halo_px = model.settings.network.halo_px if settings.passes == 1 and model.local else 0
        network = model.network
        if isinstance(network, UNet):
            network = CoreUNet(network, self._halo_px)
        self._model = model.with_network(self._ready(network, torch.float32))
        self._tell = tell
        self._pixels_at_once = PIXELS_AT_ONCE[device.type]
        self._precision_chosen = settings.precision == "float32" or not may_be_faster_reduced(device)

    @property
    def precision(self) -> str:
        """Type of the convolutions: ``float32`` or ``bfloat16``."""
        return str(self._model.precision).removeprefix("torch.")

    def separate(self, frame: Frame, *, between: Between = going_on) -> Separation:
        """Signal and noise of ``frame``, each (y, x) float32, NaN where the frame is, and what is known beside them.

        Parameters
        ----------
        frame
            As :meth:`read` gives it: shape (y, x), in the unit that the settings' photon is in, or independent parts
            (part, y, x) whose mean is the frame.
        between
            Called between two batches of tiles; what it raises ends the work on this frame.

        Raises
        ------
        Failed
            When not even the smallest batch fits into memory.
        """
        plain = np.asarray(frame if frame.ndim == MATRIX else frame.mean(axis=0), np.float32)
        gaps = ~np.isfinite(plain)
        if gaps.all():
            empty = np.full(plain.shape, np.nan, np.float32)
            error = empty if self.gives_errors else None
            return Separation(empty, empty, error, self._unlike(plain), self.error_correlation)
        whole = filled(plain)
        seen = [filled(np.asarray(image, np.float32)) for image in self._model.inputs_of(frame)]
        each = [self._merged_passes(image, between) for image in seen]
        signal, noise, *variance = (np.mean(part, axis=0, dtype=np.float32) for part in zip(*each, strict=True))
        if self._model.exact:
            noise = whole - signal if self._model.takes_parts else noise
            signal = whole - noise  # merging rounds; the sum stays exact
        errors = [np.sqrt(one) for one in variance]
        signal, noise, *errors = (np.where(gaps, np.float32(np.nan), part) for part in (signal, noise, *errors))
        error = errors[0] if errors else None
        return Separation(signal, noise, error, self._unlike(plain), self.error_correlation)

    def read(self, stack: FrameStack, index: int) -> Frame | Frames:
        """Frame ``index`` of ``stack`` as this model needs it: (y, x), or its independent parts (part, y, x)."""
        if self._model.takes_parts and stack.parts is not None:
            return stack.parts(index)
        return stack.read(index)

    @property
    def gives_errors(self) -> bool:
        """Whether separations come with a standard error."""
        return self._model.gives_errors

    @property
    def error_correlation(self) -> float:
        """Effective correlation of the errors of two pixels, 0 to 1."""
        return self._model.errors.correlation

    def _unlike(self, frame: Frame) -> Mask | None:
        known = self.settings.known
        return None if known is None else unlike_training(frame, known, self.settings.photon).pixels

    def _merged_passes(self, frame: Frame, between: Between) -> list[Frame]:
        while True:
            try:
                photon = self._model.scale_of(frame, self.settings.photon)
                self._choose_precision(frame, photon)
                passes = [self._one_pass(frame, photon, tiling, between) for tiling in self._tilings(frame.shape)]
            except (RuntimeError, MemoryError) as error:
                if not is_out_of_memory(error):
                    raise
                self._shrink(error)
            else:
                return [merged(np.stack(part)) for part in zip(*passes, strict=True)]

    def _tilings(self, shape: tuple[int, ...]) -> tuple[Tiling, ...]:
        settings, size = self._model.settings, (shape[0], shape[1])
        if self._halo_px:
            stride, worth_it = settings.network.stride_px, (HALOS_A_TILE * self._halo_px) ** 2
            if self._halo_px > LARGE_HALO_PX and prod(size) <= worth_it:
                return (Tiling(size, size),)
            limit = max(self._pixels_at_once, worth_it)
            return (halo_tiling(size, halo_px=self._halo_px, stride_px=stride, limit_px=limit),)
        return published_tilings(size, patch_px=settings.patch_px, passes=self.settings.passes)

    def _one_pass(self, frame: Frame, photon: float, tiling: Tiling, between: Between) -> list[Frame]:
        tiles = tiling.cut(frame)
        batch = max(1, self._pixels_at_once // prod(tiling.side_px))
        parts = []
        for first in range(0, len(tiles), batch):
            between()
            parts.append(self._separate_tiles(tiles[first : first + batch], photon))
        wholes = (np.concatenate([tiling.core_of(tile) for tile in part]) for part in zip(*parts, strict=True))
        return [tiling.stitch(whole) for whole in wholes]

    def _separate_tiles(self, tiles: Frames, photon: float, model: RecipeModel | None = None) -> list[Frames]:
        with torch.inference_mode():
            batch = torch.from_numpy(tiles).unsqueeze(1).to(self.device)
            batch = batch.contiguous(memory_format=torch.channels_last)
            parts = (model or self._model)(batch, photon)
            return [_array(part) for part in parts if part is not None]

    def _choose_precision(self, frame: Frame, photon: float) -> None:
        """Take bfloat16 when, on a piece of the first frame with counts, it is faster and within tolerance."""
        if self._precision_chosen or not frame.any():
            return
        piece = _brightest_piece(frame, self._model.settings.patch_px, self._halo_px)
        reduced = self._model.with_network(self._ready(self._model.network, torch.bfloat16))
        reduced.precision = torch.bfloat16
        exact_parts, exact_s = self._timed(self._model, piece, photon)
        reduced_parts, reduced_s = self._timed(reduced, piece, photon)
        deviations = [_deviation(*parts) for parts in zip(reduced_parts[:2], exact_parts[:2], strict=True)]
        if reduced_s < exact_s and max(deviations) < REDUCED_TOLERANCE:
            self._model = reduced
        self._precision_chosen = True

    def _timed(self, model: RecipeModel, piece: Frames, photon: float) -> tuple[list[Frames], float]:
        self._separate_tiles(piece, photon, model)
        start = time.perf_counter()
        return self._separate_tiles(piece, photon, model), time.perf_counter() - start

    def _ready(self, network: torch.nn.Module, dtype: torch.dtype) -> torch.nn.Module:
        return copy.deepcopy(network).to(device=self.device, dtype=dtype, memory_format=torch.channels_last)  # type: ignore[call-overload, no-any-return]

    def _shrink(self, error: BaseException) -> None:
        free_memory(self.device)
        if self._pixels_at_once <= FEWEST_PIXELS:
            raise Failed(
                found=f"memory ran out on {self.device} with batches of {self._pixels_at_once} pixels",
                kept="nothing was kept of this frame",
                remedy="use a smaller model or another device",
            ) from error
        self._pixels_at_once //= 2
        self._tell(f"memory ran out on {self.device}: going on with batches of {self._pixels_at_once} pixels")


def _deviation(reduced: Frames, exact: Frames) -> float:
    """Relative L1 difference."""
    return float(np.abs(reduced - exact).sum() / max(np.abs(exact).sum(), np.finfo(np.float32).tiny))


def _brightest_piece(frame: Frame, side_px: int, halo_px: int) -> Frames:
    tiling = Tiling((frame.shape[0], frame.shape[1]), (side_px, side_px), halo_px)
    tiles = tiling.cut(frame)
    return tiles[[int(tiles.sum(axis=(1, 2)).argmax())]]


def _array(batch: Tensor) -> Frames:
    array: Frames = batch.squeeze(1).float().cpu().numpy()
    return array
