"""Kinds of patches for the user."""

from collections.abc import Mapping

NOUNS = {"pairs": ("pair", "pairs"), "parts": ("patch in parts", "patches in parts")}
"""What one and several of a kind are called; of all others they are patches of the kind."""


def in_words(counts: Mapping[str, str]) -> str:
    """So many of each kind, such as ``20 of 20 signal and 30 of 30 noise patches`` or ``512 of 1000 pairs``."""
    if set(counts) <= set(NOUNS):
        return " and ".join(f"{count} {NOUNS[kind][1]}" for kind, count in counts.items())
    return f"{' and '.join(f'{count} {kind}' for kind, count in counts.items())} patches"


def one_in_words(kind: str) -> str:
    """One patch of a kind."""
    return NOUNS[kind][0] if kind in NOUNS else f"{kind} patch"
