"""The report that goes with a result: cases go in one by one, one HTML or PNG file comes out."""

from collections.abc import Iterable, Mapping
from pathlib import Path

from napari_unveil.drawing.centre import centre_of
from napari_unveil.drawing.html import page
from napari_unveil.drawing.pages import save_png
from napari_unveil.drawing.poster import poster
from napari_unveil.drawing.sections import Report
from napari_unveil.errors import Refused
from napari_unveil.inspection import LIMITS_KEV, Case, Limits, Summary, summarise
from napari_unveil.saving import replacing

HTML_SUFFIXES = (".html", ".htm")


def write_report(
    path: Path,
    cases: Iterable[Case],
    *,
    unit: str,
    title: str,
    provenance: Mapping[str, object],
    centre_yx: tuple[float, float] | None = None,
    limits: Limits = LIMITS_KEV,
) -> Summary:
    """Look at every case and write what was found; the suffix of ``path``, html or png, decides on the form.

    Parameters
    ----------
    cases
        Read once, one at a time: wrap them to show progress.
    unit
        Unit of the frames, "" where unknown.
    provenance
        What the reader has to know about the result (file, model, dates), in the order in which it is shown.
    centre_yx
        Where the beam goes, in pixels; suggested from the mean signal when absent.
    limits
        In the unit of the frames.

    Returns
    -------
    What the report says, as numbers.

    Raises
    ------
    Refused
        When the suffix is another one (before any case is read), there is no case, shapes differ, or the file
        cannot be written.
    """
    suffix = path.suffix.lower()
    if suffix not in (*HTML_SUFFIXES, ".png"):
        raise Refused(
            found=f"{path.name} ends in {suffix or 'nothing'}",
            needed="a report ends in .html or .png",
            remedy=f"name it {path.stem}.html",
        )
    summary = summarise(cases, limits=limits)
    centre = centre_of(summary.means.signal, centre_yx)
    report = Report(title=title, unit=unit, provenance=provenance, centre=centre, summary=summary)
    if suffix == ".png":
        save_png(path, poster(report))
    else:
        text = page(report)
        with replacing(path) as partial:
            partial.write_text(text, encoding="utf-8")
    return summary
