"""One frame looked at again and again: its images and a question go in, curves and numbers come out."""

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from napari_unveil.errors import Refused
from napari_unveil.inspection.beam import beam_centre
from napari_unveil.inspection.binning import Binning
from napari_unveil.inspection.geometry import Geometry, around, rings
from napari_unveil.inspection.histograms import even_bins, growing_bins
from napari_unveil.inspection.limits import limits_of
from napari_unveil.inspection.lines import along_line
from napari_unveil.inspection.peak_rows import peak_rows, peaks_in
from napari_unveil.inspection.pixel_errors import PixelErrors
from napari_unveil.inspection.plots import Axis, Curve, Plot, Table
from napari_unveil.inspection.poni import geometry_of
from napari_unveil.inspection.questions import YX, Along, Around, InRegions, Question, Values, WhatIsLeft
from napari_unveil.inspection.regions import region_of, region_sums
from napari_unveil.inspection.residuals import pair_numbers
from napari_unveil.inspection.told import Told, plain_values, region_rows, told_pair
from napari_unveil.recipes.photons import COUNTING_UNITS, one_photon
from napari_unveil.types import Frame, Separation

KEPT = TypeVar("KEPT")


@dataclass(frozen=True, slots=True, eq=False)
class Images:
    """One frame, and what it was separated into.

    Parameters
    ----------
    by_name
        Shape (y, x) each: ``input`` and, where they are there, ``signal`` and ``noise``.
    unit
        Of all three; "" where unknown.
    photon_energy_keV
        None where unknown.
    error
        Standard error of the signal in each pixel (y, x), where the separation gives one.
    """

    by_name: Mapping[str, Frame]
    unit: str
    photon_energy_keV: float | None
    error: PixelErrors | None = None

    def error_of(self, name: str) -> PixelErrors | None:
        """The standard error of one of the images."""
        return self.error if name == "signal" else None

    @property
    def shape(self) -> tuple[int, int]:
        """Of the frame (y, x)."""
        rows, columns = self.by_name["input"].shape
        return rows, columns


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """The answer to a question.

    Parameters
    ----------
    plot
        Curves of input, signal and noise; None where there are none to draw.
    table
        All numbers, exactly, for a file.
    told
        Numbers in words, with an explanation each.
    centre_yx
        Around which the profile is, in pixels; None where there is no centre.
    """

    plot: Plot | None
    table: Table
    told: tuple[Told, ...] = ()
    centre_yx: YX | None = None


class Inspector:
    """Answers questions and keeps what the next one will need again: geometry, bins and regions, one of each."""

    def __init__(self) -> None:
        self._kept: dict[str, tuple[Hashable, Any]] = {}

    def look(self, images: Images, question: Question) -> Found:
        """Answer ``question``.

        Raises
        ------
        Refused
            When it cannot be asked of these images.
        """
        match question:
            case Around():
                return self._around(question, images)
            case Along():
                return self._along(question, images)
            case InRegions():
                return self._in_regions(question, images)
            case Values():
                return _values(question, images)
            case WhatIsLeft():
                return _what_is_left(images)

    def _around(self, question: Around, images: Images) -> Found:
        geometry = self._geometry(question, images)
        key = (geometry, question.bin_px, question.sector)
        binning = self._once("rings", key, lambda: rings(geometry, bin_px=question.bin_px, sector=question.sector))
        return _profiles(images, binning, Axis(geometry.name, geometry.unit), geometry.centre_yx)

    def _along(self, question: Along, images: Images) -> Found:
        binning = self._once(
            "line",
            (images.shape, question),
            lambda: along_line(
                images.shape, start_yx=question.start_yx, stop_yx=question.stop_yx, width_px=question.width_px
            ),
        )
        return _profiles(images, binning, Axis("distance along the line", "px"), None)

    def _in_regions(self, question: InRegions, images: Images) -> Found:
        if not question.polygons:
            raise Refused(
                found="no region is drawn",
                needed="a rectangle or a polygon",
                remedy="press New regions and draw one on the frame",
            )
        regions = self._once(
            "regions",
            (images.shape, tuple((corners.shape, corners.tobytes()) for corners in question.polygons)),
            lambda: [region_of(corners, images.shape) for corners in question.polygons],
        )
        photon = _one_photon_if_known(images)
        sums = [region_sums(images.by_name, region, one_photon=photon, error=images.error) for region in regions]
        table, told = region_rows(sums, unit=images.unit)
        if not question.with_peaks:
            return Found(None, table, told)
        peaks, of_peaks = peak_rows([peaks_in(images.by_name, region) for region in regions], unit=images.unit)
        return Found(None, Table({**table.columns, **peaks.columns}), (*told, *of_peaks))

    def _geometry(self, question: Around, images: Images) -> Geometry:
        if question.poni is not None:
            path = question.poni
            key = (images.shape, path, _changed_at(path))
            return self._once("poni", key, lambda: geometry_of(path, images.shape))
        centre = question.centre_yx or suggested_centre(images.by_name.get("signal", images.by_name["input"]))
        return self._once("centre", (images.shape, centre), lambda: around(images.shape, centre))

    def _once(self, name: str, key: Hashable, make: Callable[[], KEPT]) -> KEPT:
        if name not in self._kept or self._kept[name][0] != key:
            self._kept[name] = (key, make())
        kept: KEPT = self._kept[name][1]
        return kept


def suggested_centre(image: Frame) -> YX:
    """Centre (y, x) of the brightest pixels, to a tenth of a pixel; the middle where nothing stands out."""
    try:
        y, x = beam_centre(image)
    except Refused:
        y, x = (image.shape[0] - 1) / 2, (image.shape[1] - 1) / 2
    return round(y, 1), round(x, 1)


def _profiles(images: Images, binning: Binning, x: Axis, centre_yx: YX | None) -> Found:
    profiles = {name: binning.profile(image, error=images.error_of(name)) for name, image in images.by_name.items()}
    y = Axis("mean intensity", f"{images.unit} per pixel" if images.unit else "")
    curves = {name: Curve(found.position, found.mean, found.error) for name, found in profiles.items()}
    columns: dict[str, Any] = {x.label: binning.position}
    for name, found in profiles.items():
        per_pixel = f" ({y.unit})" if y.unit else ""
        columns[f"{name} mean{per_pixel}"] = found.mean
        columns[f"{name} standard error{per_pixel}"] = found.standard_error
        if found.separation_error is not None:
            columns[f"{name} separation error{per_pixel}"] = found.separation_error
        columns[f"{name} pixels"] = found.pixels
    return Found(Plot(x, y, curves), Table(columns), centre_yx=centre_yx)


def _values(question: Values, images: Images) -> Found:
    shown, unit = dict(images.by_name), images.unit
    if question.in_photons:
        photon = one_photon(images.unit, images.photon_energy_keV)
        shown, unit = {name: image / np.float32(photon) for name, image in shown.items()}, "photons"
    bins = (growing_bins if question.growing else even_bins)(list(shown.values()))
    middle = np.sqrt(bins.edges[1:] * bins.edges[:-1]) if question.growing else (bins.edges[1:] + bins.edges[:-1]) / 2
    counts = {name: bins.count(image) for name, image in shown.items()}
    curves = {name: Curve(middle, count.astype(np.float64)) for name, count in counts.items()}
    ends = {f"{end} edge{f' ({unit})' if unit else ''}": edges for end, edges in bins.ends().items()}
    plot = Plot(Axis("value of a pixel", unit), Axis("pixels in the bin", ""), curves)
    return Found(plot, Table({**ends, **{f"{name} (pixels)": count for name, count in counts.items()}}))


def _what_is_left(images: Images) -> Found:
    if not {"signal", "noise"} <= set(images.by_name):
        return Found(None, Table({}))
    limits = limits_of(images.unit, images.photon_energy_keV)
    pair = Separation(images.by_name["signal"], images.by_name["noise"])
    numbers = pair_numbers(images.by_name["input"], pair, limits=limits)
    told = told_pair(numbers, unit=images.unit, limits=limits)
    return Found(None, Table({"number": [line.name for line in told], "value": plain_values(numbers)}), told)


def _one_photon_if_known(images: Images) -> float | None:
    if images.unit in COUNTING_UNITS or (images.unit == "keV" and images.photon_energy_keV):
        return one_photon(images.unit, images.photon_energy_keV)
    return None


def _changed_at(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:
        return 0.0
