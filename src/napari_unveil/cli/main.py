"""From the words of a command to an exit status: 0 done, 2 refused, 1 broken half-way."""

import signal
import sys
from collections.abc import Sequence

from napari_unveil.cli import verbs
from napari_unveil.cli.parser import parser
from napari_unveil.cli.printing import Printer
from napari_unveil.errors import Refused, UnveilError

REFUSED, BROKEN = 2, 1


def main(words: Sequence[str] | None = None) -> int:
    """Run one command and give its exit status."""
    request = parser().parse_args(words)
    if request.verb is not verbs.demo:  # a window has a way of its own to end
        signal.signal(signal.SIGTERM, _interrupt)
    printer = Printer(as_json=request.json)
    try:
        request.verb(request, printer)
    except Refused as error:
        return _ended(printer, error, REFUSED)
    except UnveilError as error:
        return _ended(printer, error, BROKEN)
    except KeyboardInterrupt:
        printer.error(
            "interrupted; complete files were kept, half-written ones removed; train goes on with --resume, a "
            "benchmark when it is given again."
        )
        return BROKEN
    except BrokenPipeError:
        sys.stderr.close()
        return 0
    return 0


def _interrupt(*_: object) -> None:
    """A cluster ends a job with SIGTERM: leave as with Ctrl-C, so that nothing half-written stays."""
    raise KeyboardInterrupt


def _ended(printer: Printer, error: UnveilError, status: int) -> int:
    printer.error(str(error))
    return status
