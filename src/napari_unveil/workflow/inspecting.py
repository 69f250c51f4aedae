"""A result file in, a report out; with the truth of simulated frames it has scores."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from napari_unveil.drawing import write_report
from napari_unveil.errors import Refused, UnveilError
from napari_unveil.frames import (
    FrameStack,
    load_calibration,
    open_frames,
    open_layers,
    parse_address,
    read_process,
)
from napari_unveil.frames.results import read_error_correlation
from napari_unveil.inspection import (
    Case,
    Limits,
    Summary,
    Truth,
    json_values,
    limits_of,
    pair_rows,
    plain,
    score_rows,
)
from napari_unveil.saving import refuse_inputs, refuse_unwritable
from napari_unveil.types import Separation
from napari_unveil.workflow.denoising import SIGNAL_ERRORS

NO_TRUTH: Mapping[str, FrameStack] = {}


@dataclass(frozen=True, slots=True)
class Inspection:
    """What was found: the path of the report, its tables as text, and its numbers for machines."""

    path: Path
    text: str
    values: dict[str, Any]


@dataclass(frozen=True, slots=True)
class _Result:
    """A result file opened again; ``error`` with its ``correlation`` and ``source``, its input, where there are any."""

    signal: FrameStack
    noise: FrameStack
    error: FrameStack | None
    correlation: float
    source: FrameStack | None
    rows: range
    process: dict[str, Any]

    def numbers(self) -> Iterator[tuple[int, int]]:
        """Frame numbers (in the result, in its input), in C order."""
        a_row = self.signal.frame_count // len(self.rows)
        for place, row in enumerate(self.rows):
            for frame in range(a_row):
                yield place * a_row + frame, row * a_row + frame


def inspect(
    result: str, *, path: Path, truth: str | None = None, centre_yx: tuple[float, float] | None = None
) -> Inspection:
    """Write a report on a result file to ``path`` (html or png).

    The input is read again from where the result says it came from; where that is gone, it is signal + noise.

    Raises
    ------
    Refused
        When the file is not a result, the truth is of other frames, or the report cannot be written.
    """
    opened = _open_result(result)
    refuse_inputs(path, *(parse_address(read).path for read in (result, truth) if read is not None))
    refuse_unwritable(path)
    known = _open_truth(opened, truth) if truth is not None else NO_TRUTH
    limits = limits_of(opened.signal.unit, opened.signal.photon_energy_keV)
    unit = opened.signal.unit
    provenance = {"result": result, **({"truth": truth} if truth else {}), **opened.process}
    if opened.source is None:
        provenance["input"] = f"{opened.process.get('input', 'unknown')} (not found: signal + noise stands in for it)"
    summary = write_report(
        path,
        _cases(opened, known),
        unit=unit,
        title=Path(result).name,
        provenance=provenance,
        centre_yx=centre_yx,
        limits=limits,
    )
    return Inspection(path, _text(summary, unit, limits), _values(path, summary))


def _open_result(result: str) -> _Result:
    address = parse_address(result)
    layers = dict(open_layers(address))
    if not {"signal", "noise"} <= set(layers):
        raise Refused(
            found=f"{result} holds {', '.join(layers)}",
            needed="signal and noise, as `unveil denoise` writes them",
            remedy="denoise frames first, then inspect the result",
        )
    process = read_process(address)
    signal, noise = layers["signal"], layers["noise"]
    rows = range(*process["input_range"]) if "input_range" in process else range(signal.data.shape[0])
    error = layers.get(SIGNAL_ERRORS)
    correlation = 0.0 if error is None else read_error_correlation(error.address)
    return _Result(signal, noise, error, correlation, _open_source(signal, process), rows, process)


def _open_source(signal: FrameStack, process: Mapping[str, Any]) -> FrameStack | None:
    constants = process.get("calibration")
    try:
        calibration = load_calibration(*constants) if constants else None
        source = open_frames(parse_address(process["input"]), calibration=calibration)
    except (UnveilError, KeyError):
        return None
    fits = (source.data.shape[1:], source.unit) == (signal.data.shape[1:], signal.unit)
    return source if fits else None


def _open_truth(result: _Result, truth: str) -> Mapping[str, FrameStack]:
    known = dict(open_layers(parse_address(truth)))
    last = max(number for _, number in result.numbers())
    shape, unit = result.signal.frame_shape, result.signal.unit
    if "signal" not in known or (known["signal"].frame_shape, known["signal"].unit) != (shape, unit):
        held = (f"{name} {stack.data.shape} {stack.unit}".rstrip() for name, stack in known.items())
        raise Refused(
            found=f"{truth} holds {', '.join(held)}",
            needed=f"the true signal of frames of shape {shape} in {unit or 'the same unit'}",
            remedy="choose the truth.h5 that `unveil simulate` wrote with these frames",
        )
    if known["signal"].frame_count <= last:
        raise Refused(
            found=f"{truth} holds the truth of {known['signal'].frame_count} frames",
            needed=f"that of frame {last} too",
            remedy="choose the truth.h5 that `unveil simulate` wrote with these frames",
        )
    return known


def _cases(result: _Result, known: Mapping[str, FrameStack]) -> Iterator[Case]:
    for here, there in result.numbers():
        error = None if result.error is None else result.error.read(here)
        pair = Separation(result.signal.read(here), result.noise.read(here), error, correlation=result.correlation)
        frame = pair.signal + pair.noise
        if result.source is not None:
            frame = result.source.read_or_missing(there, [])
        truth = None
        if known:
            expected = known["expected"].read(there) if "expected" in known else None
            truth = Truth(known["signal"].read(there), expected)
        yield Case(f"frame {there}", frame, pair, truth)


def _text(summary: Summary, unit: str, limits: Limits) -> str:
    tables = [plain(pair_rows([*summary.per_frame, ("all", summary.pooled)], unit=unit, limits=limits))]
    if summary.scores is not None and summary.scores_before is not None:
        columns = {"input": summary.scores_before, "signal": summary.scores}
        tables.append(plain(score_rows(columns, unit=unit, limits=limits)))
    return "\n\n".join(tables)


def _values(path: Path, summary: Summary) -> dict[str, Any]:
    values: dict[str, Any] = {
        "report": str(path),
        "pooled": json_values(summary.pooled),
        "frames": {name: json_values(numbers) for name, numbers in summary.per_frame},
    }
    for name, scores in (("scores", summary.scores), ("scores_before", summary.scores_before)):
        if scores is not None:
            values[name] = json_values(scores)
    return values
