"""What can go wrong, in words for the person who asked.

No class here is a ``RuntimeError``: napari's generator workers swallow those without a signal, and torch raises
them for out-of-memory and for wrong shapes.
"""

from functools import partial


class UnveilError(Exception):
    """Root of every error that this project raises on purpose."""


class Refused(UnveilError):
    """A request that cannot be served as asked; nothing was written (exit status 2).

    Parameters
    ----------
    found
        What is there, with values.
    needed
        What the request needs instead.
    remedy
        What the user can do.
    """

    def __init__(self, *, found: str, needed: str, remedy: str) -> None:
        super().__init__(found, needed, remedy)
        self.found, self.needed, self.remedy = found, needed, remedy

    def __str__(self) -> str:
        return f"{self.found}; needed: {self.needed}; {self.remedy}."

    def __reduce__(self) -> tuple[partial["Refused"], tuple[()]]:
        """Survive the way back from another process."""
        return partial(type(self), found=self.found, needed=self.needed, remedy=self.remedy), ()


class Failed(UnveilError):
    """A job that broke half-way (exit status 1).

    Parameters
    ----------
    found
        What broke, with values.
    kept
        What was saved before, and where.
    remedy
        What the user can do.
    """

    def __init__(self, *, found: str, kept: str, remedy: str) -> None:
        super().__init__(found, kept, remedy)
        self.found, self.kept, self.remedy = found, kept, remedy

    def __str__(self) -> str:
        return f"{self.found}; {self.kept}; {self.remedy}."

    def __reduce__(self) -> tuple[partial["Failed"], tuple[()]]:
        """Survive the way back from another process."""
        return partial(type(self), found=self.found, kept=self.kept, remedy=self.remedy), ()
