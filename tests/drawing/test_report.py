import base64
import re
from html.parser import HTMLParser

import numpy as np
import pytest
from matplotlib.image import imread

from napari_unveil.drawing import write_report
from napari_unveil.errors import Refused
from napari_unveil.inspection import Case, Truth, pair_rows, score_rows
from napari_unveil.types import Separation

PROVENANCE = {
    "File": "full.h5::/entry/data/data",
    "Model": "<default> & co",
    "Denoised": "2024-05-01 12:00 UTC",
}


class Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.cells: list[str] = []
        self.sources: list[str] = []

    def handle_starttag(self, tag, attrs):
        if tag == "img":
            self.sources.append(dict(attrs)["src"])
        elif tag != "meta":
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if self.open and self.open[-1] in ("td", "th"):
            self.cells.append(data)


def read(path) -> Page:
    page = Page()
    page.feed(path.read_text(encoding="utf-8"))
    page.close()
    assert page.open == []
    return page


def written(path, cases):
    return write_report(path, iter(cases), unit="keV", title="Result", provenance=PROVENANCE)


@pytest.fixture(scope="module")
def report(cases, tmp_path_factory):
    """A page in a folder of its own, and the numbers that were returned."""
    path = tmp_path_factory.mktemp("report") / "report.html"
    return path, written(path, cases)


def test_the_page_needs_nothing_but_itself(report):
    path, _ = report
    assert [file.name for file in path.parent.iterdir()] == ["report.html"]
    text = path.read_text(encoding="utf-8")
    assert not re.search(r"https?:|<script|<link|url\(", text)
    sources = read(path).sources
    assert len(sources) == 3
    for source in sources:
        head, content = source.split(",")
        assert head == "data:image/png;base64"
        assert base64.b64decode(content).startswith(b"\x89PNG")


def test_the_page_holds_provenance_and_the_numbers_that_are_returned(report):
    path, summary = report
    cells = read(path).cells
    for name, value in PROVENANCE.items():
        assert cells[cells.index(name) + 1] == value
    _, *pairs = pair_rows([("all", summary.pooled), *summary.per_frame], unit="keV")
    _, *scores = score_rows({"input": summary.scores_before, "signal": summary.scores}, unit="keV")
    for row in (*pairs, *scores):
        start = cells.index(row[0])
        assert cells[start : start + len(row)] == row


def test_without_truth_the_page_claims_no_score(tmp_path, cases):
    path = tmp_path / "report.htm"
    written(path, (Case(case.name, case.frame, case.separation) for case in cases))
    text = path.read_text(encoding="utf-8")
    assert "truth" not in text
    assert len(read(path).sources) == 3


@pytest.mark.parametrize("suffix", ["html", "png"])
@pytest.mark.parametrize("value", [np.nan, 0.0, -1.0])
def test_frames_without_any_intensity_are_reported_too(tmp_path, suffix, value):
    flat = np.full((16, 24), value, np.float32)
    path = tmp_path / f"report.{suffix}"
    case = Case("flat", flat, Separation(flat, flat - flat), Truth(flat, flat))
    summary = write_report(path, [case], unit="", title="flat", provenance={})
    assert summary.pooled.pixels == np.isfinite(flat).sum()
    assert path.stat().st_size > 1000


def test_many_frames_are_folded_and_none_is_lost(tmp_path, many_cases):
    path = tmp_path / "report.html"
    written(path, many_cases)
    assert "5 more frames" in path.read_text(encoding="utf-8")
    cells = read(path).cells
    assert all(f"shot {index}" in cells for index in range(25))


def test_a_picture_holds_the_same_report(tmp_path, cases):
    path = tmp_path / "report.PNG"
    summary = written(path, cases)
    assert summary.pooled.pixels == sum(numbers.pixels for _, numbers in summary.per_frame)
    height, width, _ = imread(path).shape
    assert height > width


def test_another_suffix_is_refused_before_a_frame_is_read(tmp_path):
    def untouchable():
        pytest.fail("a frame was read")
        yield

    with pytest.raises(Refused, match=r"ends in \.pdf") as refusal:
        write_report(tmp_path / "report.pdf", untouchable(), unit="", title="", provenance={})
    assert "report.html" in str(refusal.value)


def test_nothing_is_left_behind_when_a_frame_cannot_be_read(tmp_path, cases):
    def broken():
        yield cases[0]
        raise Refused(found="a", needed="b", remedy="c")

    with pytest.raises(Refused, match="a; needed: b; c"):
        write_report(tmp_path / "report.html", broken(), unit="", title="", provenance={})
    assert not list(tmp_path.iterdir())
