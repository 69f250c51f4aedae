"""All sums of one method over the shots of one campaign: estimates and exposures enter one by one, rows leave."""

from dataclasses import dataclass, field

from napari_unveil.benchmark.exposures import Beamtime, Estimate, Exposure
from napari_unveil.benchmark.rows_injection import FitSums
from napari_unveil.benchmark.rows_pixels import HitFreeSums, LikenessSums, NullSums, largest_relative_sum_error
from napari_unveil.benchmark.rows_profile import PullSums, RingSums, profile_of
from napari_unveil.inspection import LIMITS_KEV, ScoreSums, Truth
from napari_unveil.inspection.binning import Profile
from napari_unveil.types import Frame, Separation


@dataclass(slots=True)
class Stopwatch:
    """Seconds of all calls but the first, in which libraries are loaded and the faster precision is looked for."""

    calls: int = 0
    seconds: float = 0.0

    def add(self, seconds: float) -> None:
        """Take in one call."""
        self.seconds += seconds if self.calls else 0
        self.calls += 1

    @property
    def mean(self) -> float | None:
        """Seconds per call; None where there were not two."""
        return self.seconds / (self.calls - 1) if self.calls > 1 else None


@dataclass(slots=True)
class MethodSums:
    """What the rows of one method in one campaign are made of; holds no frame.

    Parameters
    ----------
    beamtime
        Where the shots come from.
    """

    beamtime: Beamtime
    scores: ScoreSums = field(default_factory=ScoreSums)
    rings: RingSums | None = None
    pulls: PullSums = field(default_factory=PullSums)
    null: NullSums = field(default_factory=NullSums)
    hit_free: HitFreeSums = field(default_factory=HitFreeSums)
    likeness: LikenessSums = field(default_factory=LikenessSums)
    fits: FitSums = field(default_factory=FitSums)
    largest_sum_error: float = 0.0
    images: int = 0
    stopwatch: Stopwatch = field(default_factory=Stopwatch)

    def add(self, estimate: Estimate, exposure: Exposure) -> None:
        """Take in one shot."""
        self.images += 1
        self.add_profile(profile_of(estimate, exposure), exposure)
        self.hit_free += HitFreeSums.of(estimate, exposure)
        self.likeness += LikenessSums.of(estimate, exposure)
        self.largest_sum_error = max(self.largest_sum_error, largest_relative_sum_error(estimate, exposure))
        self.scores += ScoreSums.of(
            exposure.frame,
            Separation(estimate.signal, estimate.taken_from(exposure.frame)),
            Truth(exposure.signal, exposure.expected),
            limits=LIMITS_KEV.divided_by(self.beamtime.photon),
        )

    def add_profile(self, profile: Profile, exposure: Exposure) -> None:
        """Take in the I(q) of one shot."""
        sums = RingSums.of(profile, exposure)
        self.rings = sums if self.rings is None else self.rings + sums
        self.pulls += PullSums.of(profile, exposure)

    def add_null(self, estimate: Estimate, exposure: Exposure) -> None:
        """Take in a shot without signal."""
        self.null += NullSums.of(estimate, exposure)

    def add_injection(self, estimate: Estimate, exposure: Exposure, *, background: Frame) -> None:
        """Take in a shot with weak streaks; ``background`` (y, x) is the expectation without them."""
        self.fits += FitSums.of(estimate, exposure, background=background)
