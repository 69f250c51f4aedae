"""What frames are to a recipe: the name of a layer or a file enters, a role leaves.

A recipe that learns from other frames gets its row in ``ROLES``; the windows offer what stands there.
"""

import re
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
    """

    name: str
    title: str
    explanation: str


XRAY_ONLY = Role("signal", "X-ray only", "Shots of the X-ray laser alone: signal patches are cut from them.")
FULL_SHOT = Role(
    "noise", "full shot", "Shots with the optical laser: noise patches are cut from them, outside the signal mask."
)

ROLES: dict[str, tuple[Role, ...]] = {"separation": (XRAY_ONLY, FULL_SHOT)}
"""Roles of each recipe, by its name."""

HINTS: tuple[tuple[str, Role], ...] = (
    (r"only|alone|ref|reference", XRAY_ONLY),
    (r"full|laser|pump|pumped", FULL_SHOT),
    (r"x ?rays?", XRAY_ONLY),
)
"""Words of a name (lower case) and the role that they speak for; the first that fits counts."""


def suggest_role(name: str, *, recipe: str) -> Role | None:
    """The role that the words of ``name`` speak for, if it is one of ``recipe``'s; None when there is none.

    ``X-ray only`` and ``laser_reference`` are X-ray-only frames, ``full shots`` and ``X-ray + laser`` are full shots.
    """
    words = " ".join(re.findall(r"[a-z]+", name.lower()))
    for pattern, role in HINTS:
        if role in ROLES[recipe] and re.search(rf"\b(?:{pattern})\b", words):
            return role
    return None
