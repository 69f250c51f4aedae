"""Standard errors of the pixels of a signal (y, x), with what is needed to know those of sums."""

from dataclasses import dataclass

from napari_unveil.types import Frame


@dataclass(frozen=True, slots=True, eq=False)
class PixelErrors:
    """The error that a separation makes, in the unit of the signal.

    Parameters
    ----------
    independent
        Shape (y, x): standard error of each pixel as if all errors were independent; NaN where masked.
    correlation
        Effective correlation of the errors of two pixels, 0 to 1; see
        :func:`~napari_unveil.network.error_bars.variance_of_sum`.
    common
        Shape (y, x): the same as if all errors were alike. None: they are the same, as they are in one frame.
    """

    independent: Frame
    correlation: float = 0.0
    common: Frame | None = None

    @property
    def alike(self) -> Frame:
        """Shape (y, x): standard error of each pixel as if all errors were alike."""
        return self.independent if self.common is None else self.common
