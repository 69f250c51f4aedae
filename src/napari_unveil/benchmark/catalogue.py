"""Which methods there are: names enter, methods leave, and one sentence for each that cannot be had here."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from importlib.util import find_spec

from napari_unveil.benchmark.classical import (
    CLIP_SIGMAS,
    MEDIAN_PX,
    Clip,
    Constant,
    Input,
    LACosmic,
    Median,
    NearOracle,
    Oracle,
)
from napari_unveil.benchmark.exposures import Integrator, Method
from napari_unveil.benchmark.posterior import PosteriorOracle
from napari_unveil.benchmark.variants import Variant, variants
from napari_unveil.errors import Refused

SHIPPED = "shipped"
WITHOUT_TRAINING = {
    "input": "the frame as it is",
    "constant": "the mean of a signal-free region of the frame, subtracted everywhere",
    "median": f"the median of {MEDIAN_PX} x {MEDIAN_PX} pixels",
    "clip": f"pixels {CLIP_SIGMAS:g} standard deviations above the median of their neighbourhood become that median",
    "lacosmic": "L.A.Cosmic (van Dokkum 2001) by astroscrappy, with its own parameters",
    "sigma-clip": "pyFAI's azimuthal mean without pixels beyond 5 standard deviations; it has a profile and no image",
    "ring-median": "pyFAI's azimuthal median; it has a profile and no image",
    "oracle": "knows the hit pixels and fills each with the mean of the others in its 8 x 8 cell: a bound, no method",
    "oracle-near": "knows the hit pixels and fills each with the mean of the nearest others: a bound, no method",
    "oracle-posterior": "knows the mean intensity of each pixel and the hits of the campaign, gives the mean of the "
    "signal for a pixel's value: what can be known of pixels one by one; a bound, no method",
    SHIPPED: "the model that comes with the program, as it is; it was trained for longer than the networks of this run",
}
"""What needs no training in the run, and what each is."""
LONG_ONLY = ("published-full-width",)
"""Left out unless they are asked for by name: one patch costs sixteen times as much."""
NEEDED: dict[str, tuple[str, str]] = {
    "lacosmic": ("astroscrappy", "benchmark"),
    "sigma-clip": ("pyFAI", "pyfai"),
    "ring-median": ("pyFAI", "pyfai"),
    "published-escnn": ("escnn", "escnn"),
}
"""Library and extra that a method needs."""


@dataclass(frozen=True, slots=True)
class Choice:
    """What is to be judged.

    Parameters
    ----------
    names
        In the order of the table.
    absent
        A sentence for each method that was left out because something is not installed.
    """

    names: tuple[str, ...]
    absent: tuple[str, ...]

    @property
    def variants(self) -> tuple[Variant, ...]:
        """The networks to train."""
        return tuple(one for one in variants() if any(name in self.names for name, _ in one.passes))

    @property
    def notes(self) -> dict[str, str]:
        """What each method is, in a sentence."""
        trained = {name: _of_passes(variant.words, passes) for variant in variants() for name, passes in variant.passes}
        return {name: (WITHOUT_TRAINING | trained)[name] for name in self.names}

    @property
    def has_networks(self) -> bool:
        """Whether any network is put to work."""
        return SHIPPED in self.names or bool(self.variants)


def all_names() -> tuple[str, ...]:
    """Every method, in the order of the table."""
    return (*WITHOUT_TRAINING, *(name for variant in variants() for name, _ in variant.passes))


def choose(names: Sequence[str] = ()) -> Choice:
    """The methods called ``names``; none named: all that are usual.

    Raises
    ------
    Refused
        When there is no method of a name, or one that was named needs what is not installed.
    """
    known = all_names()
    unknown = [name for name in names if name not in known]
    if unknown:
        raise Refused(
            found=f"no method is called {', '.join(unknown)}",
            needed=f"names out of {', '.join(known)}",
            remedy="correct the names",
        )
    missing = {name: _absence(name) for name in known if _absence(name)}
    if names and any(name in missing for name in names):
        raise Refused(
            found=next(missing[name] for name in names if name in missing),
            needed="the libraries of the methods that are named",
            remedy="install the extra, or name other methods",
        )
    wanted = [name for name in known if name in names] or [name for name in known if name not in LONG_ONLY]
    kept = tuple(name for name in wanted if name not in missing)
    return Choice(kept, tuple(sentence for name, sentence in missing.items() if name in wanted))


def without_training(names: Iterable[str], *, device: str = "auto") -> list[Method | Integrator]:
    """The methods among ``names`` that need no network of the run; the shipped model runs on ``device``."""
    return [_made(name, device) for name in names if name in WITHOUT_TRAINING]


def _of_passes(words: str, passes: int | None) -> str:
    return words if passes is None else f"{words}; put to work in {passes} passes that are merged"


def _absence(name: str) -> str:
    library, extra = NEEDED.get(name, ("", ""))
    if not library or find_spec(library) is not None:
        return ""
    return f"{name} is left out, for {library} is not installed (pip install 'napari-unveil[{extra}]')"


def _made(name: str, device: str) -> Method | Integrator:
    match name:
        case "lacosmic":
            from astroscrappy import detect_cosmics

            return LACosmic(detect_cosmics)
        case "sigma-clip" | "ring-median":
            from napari_unveil.benchmark.integrators import azimuthal_median, sigma_clipped

            return sigma_clipped() if name == "sigma-clip" else azimuthal_median()
        case _ if name == SHIPPED:
            from napari_unveil.benchmark.networks import NetworkMethod
            from napari_unveil.workflow.models import SHIPPED_MODEL, model_path

            return NetworkMethod.of(name, model_path(SHIPPED_MODEL), device=device)
        case _:
            plain: dict[str, Method] = {
                one.name: one
                for one in (Input(), Constant(), Median(), Clip(), Oracle(), NearOracle(), PosteriorOracle())
            }
            return plain[name]
