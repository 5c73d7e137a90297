"""Did you mean: the nearest known name."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


def suggestion(name: object, names: Iterable[str]) -> str:
    """A hint to append to a message about an unknown name.

    Args:
        name: what was found.
        names: what is known.

    Returns:
        `; did you mean "x"?`, or nothing when no known name is near.
    """
    near = get_close_matches(str(name), list(names), n=1, cutoff=0.6)
    return f'; did you mean "{near[0]}"?' if near else ""
