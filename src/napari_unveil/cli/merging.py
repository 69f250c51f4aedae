"""The verb merge: part files of one result put together."""

import argparse
from argparse import Namespace
from pathlib import Path

from napari_unveil.cli.printing import Printer
from napari_unveil.types import Progress


def add_merge(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> argparse.ArgumentParser:
    """Add the words of merge."""
    verb = commands.add_parser("merge", help="one file for the parts that denoise --part wrote")
    verb.add_argument("parts", nargs="+", type=Path, metavar="PART.h5", help="all parts, in any order")
    verb.add_argument("-o", "--output", type=Path, required=True, metavar="out.h5")
    verb.add_argument(
        "--copy",
        action="store_true",
        help="copy the frames; otherwise the file points to the parts, which are to stay where they are beside it",
    )
    verb.set_defaults(verb=merge)
    return verb


def merge(request: Namespace, printer: Printer) -> None:
    """One file for all parts of a result."""
    from napari_unveil.frames.merging import merge_by_copying, merge_virtually
    from napari_unveil.frames.parts import plan_merge

    plan = plan_merge(request.parts, request.output)
    how = merge_by_copying if request.copy else merge_virtually
    printer.follow("frames" if request.copy else "parts", how(plan), _as_it_is)
    rows = plan.rows
    kind = "copies of" if request.copy else "pointing to"
    printer.result(
        f"{request.output}: {len(rows)} shots, {kind} {len(plan.parts)} parts",
        {
            "result": str(request.output),
            "parts": [str(part.path) for part in plan.parts],
            "input_range": [rows.start, rows.stop, rows.step],
            "copied": request.copy,
        },
    )


def _as_it_is(progress: Progress) -> Progress:
    return progress
