"""How much tests walk through: enough for every change, or all that was ever looked at (`make thorough`)."""

from __future__ import annotations

import os
from typing import TypeVar

T = TypeVar("T")
THOROUGH = bool(os.environ.get("THOROUGH"))


def size(quick: T, thorough: T) -> T:
    """Choose how many samples, seconds or pixels a test takes; what it holds is the same in both sizes.

    Args:
        quick: enough to meet what the test is about.
        thorough: many, for where the environment variable THOROUGH is set.

    Returns:
        One of them.
    """
    return thorough if THOROUGH else quick
