"""Limits of what a simulation describes: settings enter, a sentence leaves where one lies outside."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from napari_unveil.errors import Refused

LARGEST_SEED = 2**63 - 1


def refuse_outside(
    settings: Any, *, numbers: Mapping[str, tuple[float, float]], counts: Mapping[str, tuple[int, int]]
) -> None:
    """Refuse a dataclass of settings when one of them is no number, or lies outside of its limits.

    Parameters
    ----------
    settings
        Dataclass whose fields have defaults; the sentence names the default.
    numbers, counts
        Least and largest value by the name of the field; counts are whole numbers.

    Raises
    ------
    Refused
        With the name and the value of the first that lies outside.
    """
    for name, (low, high) in {**numbers, **counts}.items():
        value, whole = getattr(settings, name), name in counts
        if not low <= value <= high or (whole and not isinstance(value, int | np.integer)):
            raise Refused(
                found=f"{name} is {value}",
                needed=f"a {'whole ' if whole else ''}number from {low:g} to {high:g}",
                remedy=f"the default is {settings.__dataclass_fields__[name].default:g}",
            )


def refuse_shape(shape: tuple[int, ...], *, smallest: int, largest: int, example: str) -> None:
    """Refuse a frame shape that is not two whole numbers within the limits.

    Parameters
    ----------
    shape
        Rows and columns.
    smallest, largest
        Limits of both.
    example
        What the sentence ends with.
    """
    two_integers = len(shape) == 2 and all(isinstance(side, int | np.integer) for side in shape)
    if not (two_integers and all(smallest <= side <= largest for side in shape)):
        raise Refused(
            found=f"the frame shape is {shape}",
            needed=f"two whole numbers, rows and columns, each from {smallest} to {largest}",
            remedy=example,
        )
