"""Large images taken piece by piece, so that what is worked out in between stays in the processor's cache."""

from collections.abc import Iterator

PIXELS_AT_ONCE = 1 << 16


def pieces(count: int, *, size: int = PIXELS_AT_ONCE) -> Iterator[slice]:
    """Cut ``count`` things that lie in a row into pieces of ``size``; the last one may be shorter."""
    for start in range(0, count, size):
        yield slice(start, min(start + size, count))
