"""Error bars held against patches of known truth: a model and a library enter, scale and correlation leave.

The scale is that of single pixels. The correlation is such that, of all sums over whole patches, 68.27 % lie within one
standard error: a quantile, so that a few bright patches do not decide. See docs/decisions/0010.
"""

from collections.abc import Iterator
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from napari_unveil.errors import Refused
from napari_unveil.harvest import Batch, Mixing, PatchLibrary, draw_batch
from napari_unveil.network.card import FORMAT, HEADER_KEY
from napari_unveil.network.error_bars import ErrorBars
from napari_unveil.network.model_file import save_tensors
from napari_unveil.recipes.losses import LEAST_VARIANCE
from napari_unveil.recipes.mixing import mixing_of
from napari_unveil.recipes.model import model_from_file
from napari_unveil.recipes.photons import one_photon
from napari_unveil.recipes.separation import Separator
from napari_unveil.types import Frames, Indices

COVERED = 0.6827
"""Share of a Gaussian within one standard deviation."""

LARGEST_PULL = 3.0
"""A pixel that is farther off counts as if it were so far off."""

LEAST_CELLS = 20
"""So many sums at least; where there are fewer patches, they are over quarters of them, and then nothing is said."""

LEAST_SPREAD = 2.0
"""A sum counts whose errors, were they all alike, would add up to the root of this more than independent ones."""

PIXELS, PIXELS_AT_ONCE = 2**21, 2**18
MOST_PATCHES = 512
LEAST_CAMPAIGNS = 8


def fit_error_bars(errors: Frames, variances: Frames, *, least: float) -> ErrorBars | None:
    """The scale and correlation that errors show; None where too few are large enough to be of interest.

    Parameters
    ----------
    errors, variances
        Shape (n, y, x), y and x even: estimate less truth, and what the network took for its expected square; NaN where
        bad.
    least
        Variance of a pixel below which it is of no interest, and mean variance of a sum.
    """
    known = np.isfinite(errors) & np.isfinite(variances)
    error, variance = (np.where(known, one, 0).astype(np.float64) for one in (errors, variances))
    seen = variance > least
    if not error[seen].any():
        return None
    scale = float(np.minimum(error[seen] ** 2 / variance[seen], LARGEST_PULL**2).mean())
    for cell in (errors.shape[-1], errors.shape[-1] // 2):
        needed = _needed(error, variance, cell, scale=scale, least=least)
        if needed.size >= LEAST_CELLS:
            return ErrorBars(scale, float(np.clip(np.quantile(needed, COVERED), 0, 1)))
    return None


def error_bars_of(
    separator: Separator,
    library: PatchLibrary,
    held_out: tuple[Indices, Indices],
    *,
    mixing: Mixing,
    photon: float,
    seed: int,
) -> ErrorBars | None:
    """What mixtures of patches say of a separator's error bars; None where it gives none, or too few are told.

    Parameters
    ----------
    held_out
        Signal and noise patches that it was not trained on.
    mixing
        How they are put together.
    photon
        One photon in the unit of the library.
    """
    if separator.settings.network.outputs == 1:
        return None
    plain = Separator(separator.settings, separator.network).eval()
    found = [_looked_at(plain, pairs, photon) for pairs in _pairs(library, held_out, mixing, seed)]
    errors, variances = (np.concatenate(part) for part in zip(*found, strict=True))
    return fit_error_bars(errors, variances, least=LEAST_VARIANCE * photon**2)


def calibrate(path: Path, library: PatchLibrary, *, seed: int = 0) -> ErrorBars:
    """Hold the error bars of the model at ``path`` against a library it was not trained on, and write its card anew.

    Parameters
    ----------
    library
        Patches of other frames than those it was trained on; all are looked at.

    Raises
    ------
    Refused
        When the file is no model, gives no error bar, was trained on this library, or too little is told.
    """
    separator, file = model_from_file(path)
    if not isinstance(separator, Separator):
        raise Refused(
            found=f"{path} is a model of the recipe {file.card.recipe!r}",
            needed="a model of the recipe 'separation', which alone gives error bars",
            remedy="choose another model",
        )
    _refuse_unfit(path, separator, library, trained_on=file.card.training.get("library_sha256"))
    everything = (np.arange(library.count("signal")), np.arange(library.count("noise")))
    mixing = mixing_of(library, everything[1], separator.settings)
    energy = library.photon_energy_keV or file.card.photon_energy_keV
    photon = one_photon(library.unit, energy) if separator.settings.counts else 1.0
    found = error_bars_of(separator, library, everything, mixing=mixing, photon=photon, seed=seed)
    if found is None:
        raise Refused(
            found=f"nothing to be learned of the errors of {path} from {library.path}",
            needed=f"a model with an error bar, and at least {LEAST_CELLS} patches from which it takes something",
            remedy="choose another library",
        )
    card = replace(file.card, errors=asdict(found))
    save_tensors(path, HEADER_KEY, {"format": FORMAT, **asdict(card)}, file.tensors)
    return found


@torch.no_grad()
def _looked_at(separator: Separator, pairs: Batch, photon: float) -> tuple[Frames, Frames]:
    """Errors of the signal and their predicted variances, each (n, y, x)."""
    mixed = pairs.signal + pairs.noise
    device = next(separator.parameters()).device
    at_once = max(1, PIXELS_AT_ONCE // mixed[0].size)
    errors, variances = np.empty_like(mixed), np.empty_like(mixed)
    for first in range(0, len(mixed), at_once):
        part = np.s_[first : first + at_once]
        parts = separator(torch.from_numpy(np.nan_to_num(mixed[part])).unsqueeze(1).to(device), photon)
        errors[part] = parts.signal[:, 0].cpu().numpy() - pairs.signal[part]
        variances[part] = parts.variance[:, 0].cpu().numpy()
    return np.where(np.isfinite(mixed), errors, np.float32(np.nan)), variances


def _pairs(library: PatchLibrary, held_out: tuple[Indices, Indices], mixing: Mixing, seed: int) -> Iterator[Batch]:
    """Mixtures of some hundred signal patches, as many of each simulated beamtime where these are known apart."""
    rng = np.random.default_rng([seed, 4])
    groups = _belonging_together(library, *held_out)
    each = -(-min(MOST_PATCHES, max(1, PIXELS // library.patch**2)) // len(groups))
    for signal, noise in groups:
        chosen = rng.permutation(signal)[:each]
        yield draw_batch(library, chosen, noise, batch=len(chosen), mixing=mixing, rng=rng)


def _belonging_together(library: PatchLibrary, signal: Indices, noise: Indices) -> list[tuple[Indices, Indices]]:
    """Signal and noise of one simulated beamtime have its number for a frame number; others are one group."""
    if "campaigns" in library.provenance:
        numbers = np.intersect1d(library.labels["signal"].frames[signal], library.labels["noise"].frames[noise])
        if len(numbers) >= LEAST_CAMPAIGNS:
            of_signal, of_noise = library.labels["signal"].frames[signal], library.labels["noise"].frames[noise]
            return [(signal[of_signal == number], noise[of_noise == number]) for number in numbers]
    return [(signal, noise)]


def _needed(
    errors: NDArray[np.float64], variances: NDArray[np.float64], cell: int, *, scale: float, least: float
) -> NDArray[np.float64]:
    """The correlation with which the error of each sum over cells (cell x cell pixels) is one standard error."""
    error, squares, total = (_sums(one, cell) for one in (errors, variances, np.sqrt(variances)))
    counted = (squares > least * cell**2) & (total**2 > LEAST_SPREAD * squares)
    error, squares, total = (one[counted] for one in (error, squares, total))
    return (error**2 / scale - squares) / (total**2 - squares)


def _sums(patches: NDArray[np.float64], cell: int) -> NDArray[np.float64]:
    count, rows, columns = patches.shape
    return np.asarray(patches.reshape(count, rows // cell, cell, columns // cell, cell).sum(axis=(2, 4)).ravel())


def _refuse_unfit(path: Path, separator: Separator, library: PatchLibrary, *, trained_on: object) -> None:
    stride_px = separator.settings.network.stride_px
    if library.patch % stride_px:
        raise Refused(
            found=f"patches of {library.patch} pixels",
            needed=f"a multiple of {stride_px}, by which the network pools",
            remedy="choose a library of other patches",
        )
    if library.sha256 == trained_on:
        raise Refused(
            found=f"{path} was trained on {library.path}",
            needed="patches that it has not seen",
            remedy="choose a library of other frames",
        )
