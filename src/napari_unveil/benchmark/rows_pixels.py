"""Rows about pixels: shots without signal, pixels without hits, likeness of images. Photons per pixel, (y, x)."""

from dataclasses import dataclass

import numpy as np

from napari_unveil.benchmark.exposures import Estimate, Exposure
from napari_unveil.inspection.sums import ratio

MEGAPIXEL = 1e6
SIGMAS = 3.0
FEWEST_HIT_FREE = 100


@dataclass(frozen=True, slots=True)
class NullSums:
    """Sums over shots without signal; ``+`` pools.

    Parameters
    ----------
    false
        sum max(e - s, 0) over the pixels, with estimate e and a true signal s that is readout noise alone; photons.
    noise
        sum n of the hits, photons.
    pixels
        Valid pixels.
    """

    false: float = 0.0
    noise: float = 0.0
    pixels: int = 0

    @classmethod
    def of(cls, estimate: Estimate, exposure: Exposure) -> "NullSums":
        """Sum over one shot."""
        valid = np.isfinite(estimate.signal)
        excess = estimate.signal[valid].astype(np.float64) - exposure.signal[valid]
        return cls(
            false=float(np.clip(excess, 0, None).sum()),
            noise=float(exposure.noise[valid].sum(dtype=np.float64)),
            pixels=int(np.count_nonzero(valid)),
        )

    def __add__(self, other: "NullSums") -> "NullSums":
        return NullSums(self.false + other.false, self.noise + other.noise, self.pixels + other.pixels)

    @property
    def false_per_megapixel(self) -> float | None:
        """False photons per million pixels."""
        return ratio(MEGAPIXEL * self.false, self.pixels)

    @property
    def false_share(self) -> float | None:
        """False photons over the noise energy that was there."""
        return ratio(self.false, self.noise)


@dataclass(frozen=True, slots=True)
class HitFreeSums:
    """How many pixels without any hit there are, and how many of them were changed; ``+`` pools."""

    pixels: int = 0
    changed: int = 0

    @classmethod
    def of(cls, estimate: Estimate, exposure: Exposure) -> "HitFreeSums":
        """Count pixels with n = 0 and, of them, those with abs(e - x) > 3 standard deviations of the readout."""
        free = np.isfinite(estimate.signal) & (exposure.noise == 0)
        moved = np.abs(estimate.signal[free].astype(np.float64) - exposure.frame[free])
        limit = SIGMAS * exposure.beamtime.readout
        return cls(int(np.count_nonzero(free)), int(np.count_nonzero(moved > limit)))

    def __add__(self, other: "HitFreeSums") -> "HitFreeSums":
        return HitFreeSums(self.pixels + other.pixels, self.changed + other.changed)

    @property
    def changed_share(self) -> float | None:
        """Share of changed pixels; None where fewer than 100 had no hit."""
        return self.changed / self.pixels if self.pixels >= FEWEST_HIT_FREE else None


def largest_relative_sum_error(estimate: Estimate, exposure: Exposure) -> float:
    """Largest abs(s + n - x) / max(abs(x), 1 photon) of one shot; 0 for a method without a noise image of its own."""
    if estimate.noise is None:
        return 0.0
    valid = np.isfinite(estimate.signal)
    s, n, x = (image[valid].astype(np.float64) for image in (estimate.signal, estimate.noise, exposure.frame))
    return float((np.abs(s + n - x) / np.maximum(np.abs(x), 1)).max(initial=0.0))


@dataclass(frozen=True, slots=True)
class LikenessSums:
    """Peak signal-to-noise ratio and structural similarity of log(1 + photons), summed over shots; ``+`` pools."""

    shots: int = 0
    psnr_db: float = 0.0
    ssim: float = 0.0

    @classmethod
    def of(cls, estimate: Estimate, exposure: Exposure) -> "LikenessSums":
        """Compare one shot with its own true signal; negative values count as 0, and so do bad pixels."""
        from skimage.metrics import peak_signal_noise_ratio, structural_similarity

        valid = np.isfinite(estimate.signal)
        seen, true = (
            np.log1p(np.where(valid, np.clip(image, 0, None), 0).astype(np.float64))
            for image in (estimate.signal, exposure.signal)
        )
        span = float(true.max()) or 1.0
        if np.array_equal(seen, true):
            return cls()
        return cls(
            shots=1,
            psnr_db=float(peak_signal_noise_ratio(true, seen, data_range=span)),
            ssim=float(structural_similarity(true, seen, data_range=span)),
        )

    def __add__(self, other: "LikenessSums") -> "LikenessSums":
        return LikenessSums(self.shots + other.shots, self.psnr_db + other.psnr_db, self.ssim + other.ssim)

    @property
    def mean_psnr_db(self) -> float | None:
        """Mean over the shots, dB."""
        return ratio(self.psnr_db, self.shots)

    @property
    def mean_ssim(self) -> float | None:
        """Mean over the shots."""
        return ratio(self.ssim, self.shots)
