"""Oriented boxes that touch: separating axes."""

from __future__ import annotations

import math

import numpy as np
from numba import njit


@njit(cache=True, error_model="numpy")
def touch(x, y, turn, length, width, px, py, pturn, plength, pwidth):  # type: ignore[no-untyped-def]
    """Whether two boxes overlap (separating axis theorem; Gottschalk, Lin, Manocha 1996).

    Args:
        x: middle, m.
        y: m.
        turn: heading, rad.
        length: m.
        width: m.
        px: middle of the other box, m.
        py: m.
        pturn: rad.
        plength: m.
        pwidth: m.

    Returns:
        True when they share more than a border.
    """
    dx, dy = px - x, py - y
    reach = 0.5 * (math.sqrt(length * length + width * width) + math.sqrt(plength * plength + pwidth * pwidth))
    if dx * dx + dy * dy >= reach * reach:
        return False
    c, s = math.cos(turn), math.sin(turn)
    pc, ps = math.cos(pturn), math.sin(pturn)
    along, across = abs(c * pc + s * ps), abs(c * ps - s * pc)
    if abs(dx * c + dy * s) >= 0.5 * (length + plength * along + pwidth * across):
        return False
    if abs(-dx * s + dy * c) >= 0.5 * (width + plength * across + pwidth * along):
        return False
    if abs(dx * pc + dy * ps) >= 0.5 * (plength + length * along + width * across):
        return False
    return abs(-dx * ps + dy * pc) < np.float32(0.5) * (pwidth + length * across + width * along)
