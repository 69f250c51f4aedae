"""Pearson's correlation, gathered piece by piece: pairs of numbers go in, one number comes out."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Covariation:
    """Count, means and central second moments of the pairs (a, b) seen so far; ``+`` joins two sets of pairs.

    Joining follows Chan, Golub and LeVeque, "Updating formulae and a pairwise algorithm for computing sample
    variances" (1979), which stays exact where sums of squares would cancel.
    """

    count: int = 0
    mean_a: float = 0.0
    mean_b: float = 0.0
    squares_a: float = 0.0
    squares_b: float = 0.0
    products: float = 0.0

    @classmethod
    def of(cls, a: NDArray[np.floating], b: NDArray[np.floating]) -> "Covariation":
        """Gather two arrays of one shape; pairs in which either is not finite are left out."""
        valid = np.isfinite(a) & np.isfinite(b)
        if not valid.any():
            return cls()
        if not valid.all():
            a, b = a[valid], b[valid]
        a64, b64 = a.ravel().astype(np.float64, copy=False), b.ravel().astype(np.float64, copy=False)
        mean_a, mean_b = float(a64.mean()), float(b64.mean())
        a64, b64 = a64 - mean_a, b64 - mean_b
        squares_a, squares_b, products = (_product(*two) for two in ((a64, a64), (b64, b64), (a64, b64)))
        return cls(a64.size, mean_a, mean_b, squares_a, squares_b, products)

    def __add__(self, other: "Covariation") -> "Covariation":
        count = self.count + other.count
        if count == 0:
            return self
        step_a, step_b = other.mean_a - self.mean_a, other.mean_b - self.mean_b
        share = other.count / count
        weight = self.count * share
        return Covariation(
            count=count,
            mean_a=self.mean_a + share * step_a,
            mean_b=self.mean_b + share * step_b,
            squares_a=self.squares_a + other.squares_a + weight * step_a**2,
            squares_b=self.squares_b + other.squares_b + weight * step_b**2,
            products=self.products + other.products + weight * step_a * step_b,
        )

    @property
    def pearson(self) -> float | None:
        """Correlation in [-1, 1]; None where one of the two does not vary."""
        if self.squares_a <= 0 or self.squares_b <= 0:
            return None
        correlation = self.products / math.sqrt(self.squares_a) / math.sqrt(self.squares_b)
        return max(-1.0, min(1.0, correlation))


def _product(a: NDArray[np.float64], b: NDArray[np.float64]) -> float:
    """Scalar product in the calling thread alone: the threads of ``@`` would wait for each other on busy machines."""
    return float(np.einsum("i,i->", a, b))
