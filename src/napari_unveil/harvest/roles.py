"""What frames are to a recipe: the name of a layer or a file enters, a role leaves."""

import re
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Role:
    """One kind of frames that a recipe learns from.

    Parameters
    ----------
    name, title
        For the program, and for the user.
    explanation
        A sentence for the user.
    certain, likely
        Regular expressions for words of a name, lower case: those that speak for the role, and those that do when
        none speaks for another one. Empty: none.
    """

    name: str
    title: str
    explanation: str
    certain: str = ""
    likely: str = ""


def suggest_role(name: str, *, roles: Sequence[Role]) -> Role | None:
    """The role that the words of ``name`` speak for, the first of several; None when there is none.

    ``X-ray only`` and ``laser_reference`` are X-ray-only frames, ``full shots`` and ``X-ray + laser`` are full shots.
    """
    words = " ".join(re.findall(r"[a-z]+", name.lower()))
    for patterns in ([role.certain for role in roles], [role.likely for role in roles]):
        for role, pattern in zip(roles, patterns, strict=True):
            if pattern and re.search(rf"\b(?:{pattern})\b", words):
                return role
    return None
