"""Reports as lines or as a bar on stderr, results as text or JSON on stdout."""

import json
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, TypeVar

from napari_unveil.types import Progress

BAR_WIDTH = 30
LINE_EVERY_S = 5.0
REDRAW_EVERY_S = 0.1

Report = TypeVar("Report")


class Printer:
    """Where a command's words go; stdout holds the result alone."""

    def __init__(self, *, as_json: bool) -> None:
        self._as_json = as_json
        self._on_terminal = sys.stderr.isatty()
        self._every_s = REDRAW_EVERY_S if self._on_terminal else LINE_EVERY_S

    def follow(self, title: str, reports: Iterable[Report], describe: Callable[[Report], Progress]) -> Report | None:
        """Print the progress of ``reports`` and give the last one."""
        last: Report | None = None
        for report, shown in _now_and_then(reports, self._every_s):
            last = report
            if shown:
                self._progress(title, describe(report))
        if self._on_terminal:
            print(file=sys.stderr)
        return last

    def passing(self, title: str, items: Iterable[Report], *, total: int) -> Iterator[Report]:
        """Pass ``items`` on one by one, printing how many of ``total`` have passed."""
        for number, (item, shown) in enumerate(_now_and_then(items, self._every_s), start=1):
            if shown:
                self._progress(title, Progress(min(number, total), total))
            if number <= total:
                yield item
        if self._on_terminal:
            print(file=sys.stderr)

    def say(self, message: str) -> None:
        """A line on stderr."""
        print(message, file=sys.stderr, flush=True)

    def error(self, message: str) -> None:
        """The one line of a command that did not succeed."""
        if self._on_terminal:
            print(file=sys.stderr)
        self.say(f"unveil: {message}")

    def result(self, text: str, values: Mapping[str, Any] | list[Any]) -> None:
        """The result: ``text`` for people, ``values`` for machines."""
        print(json.dumps(values, indent=2, default=str) if self._as_json else text, flush=True)

    def _progress(self, title: str, progress: Progress) -> None:
        share = min(1.0, progress.done / max(progress.total, 1))
        words = f"{title} {progress.done}/{progress.total} {progress.message}".rstrip()
        if self._on_terminal:
            bar = "#" * round(share * BAR_WIDTH)
            print(f"\r\033[K[{bar:<{BAR_WIDTH}}] {words}", end="", file=sys.stderr, flush=True)
        else:
            self.say(words)


def _now_and_then(reports: Iterable[Report], every_s: float) -> Iterator[tuple[Report, bool]]:
    """Each report, with whether to show it: the first, one in ``every_s``, and once more the last if it was not."""
    shown_at, last = float("-inf"), None
    for report in reports:
        due = time.monotonic() - shown_at >= every_s
        shown_at = time.monotonic() if due else shown_at
        last = None if due else report
        yield report, due
    if last is not None:
        yield last, True
