"""How much of the sky a place in a street sees: houses and trees hide the rest (the sky view factor, Oke 1981)."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from renderers.fill import FAST, inlined
from scenes.compiled import compiled

F4 = NDArray[np.float32]
LEVELS = (1.0, 9.0)  # m above the ground; between and beyond them the factor is interpolated and clamped
TALL = 3.0  # m, what is lower throws contact shadows instead
DIRECTIONS = 12
STEPS = (1.5, 2.5, 4.0, 6.0, 9.0, 13.0, 19.0, 27.0)  # m at which the horizon is looked for
CELLS, CELL = 96, 1.0  # edge of the map in cells, and of a cell in m
LEAD = 28.0  # m ahead of the camera: the middle of the map


class OpenSky(NamedTuple):
    """A coarse map of sky view factors."""

    factor: F4  # (2, N, N): at each of LEVELS
    cell_from_world: F4  # (3, 4) rows cell x, cell y, height above the ground in m


EVERYWHERE = OpenSky(np.ones((2, 1, 1), np.float32), np.zeros((3, 4), np.float32))


def open_sky_of(height: F4, rows: F4) -> OpenSky:
    """The sky that is left open above a map of heights.

    Args:
        height: (CELLS, CELLS) m, of the highest surface in each cell.
        rows: (3, 4) cell x, cell y, height above the ground.
    """
    factor = sky_view_factors(height, CELL, np.array(LEVELS), np.array(STEPS), DIRECTIONS)
    return OpenSky(factor, rows)


@compiled(fastmath=FAST)
def sky_view_factors(height, cell, levels, steps, directions):  # type: ignore[no-untyped-def]
    """Sky view factor of level ground, from a map of heights.

    With the horizon at elevation e(a) in direction a, the factor of a horizontal surface is the mean of cos^2 e(a).

    Args:
        height: (N, N) m, of the highest surface in each cell.
        cell: edge of a cell, m.
        levels: (L,) m, heights at which the factor is wanted.
        steps: (S,) m, distances at which the horizon is looked for.
        directions: number of directions.

    Returns:
        (L, N, N) in [0, 1].
    """
    count = height.shape[0]
    factor = np.empty((len(levels), count, count), np.float32)
    for y in range(count):
        for x in range(count):
            for level in range(len(levels)):
                total = 0.0
                for k in range(directions):
                    angle = 2.0 * math.pi * (k + 0.5) / directions
                    dx, dy = math.cos(angle) / cell, math.sin(angle) / cell
                    slope = 0.0
                    for s in range(len(steps)):
                        qx, qy = int(x + 0.5 + dx * steps[s]), int(y + 0.5 + dy * steps[s])
                        if qx < 0 or qy < 0 or qx >= count or qy >= count:
                            break
                        top = height[qy, qx]
                        if top > TALL:
                            slope = max(slope, (top - levels[level]) / steps[s])
                    total += 1.0 / (1.0 + slope * slope)
                factor[level, y, x] = total / directions
    return factor


@inlined
def open_share(px, py, pz, factor, rows):  # type: ignore[no-untyped-def]
    """Sky view factor at a point pz above the ground: bilinear in the map, linear between the levels."""
    count = factor.shape[1]
    one = np.float32(1.0)
    if count < 2:
        return one
    gx = rows[0, 0] * px + rows[0, 1] * py + rows[0, 3] - np.float32(0.5)
    gy = rows[1, 0] * px + rows[1, 1] * py + rows[1, 3] - np.float32(0.5)
    gx = min(max(gx, np.float32(0.0)), np.float32(count - 1.001))
    gy = min(max(gy, np.float32(0.0)), np.float32(count - 1.001))
    x, y = np.uint64(gx), np.uint64(gy)
    ax, ay = gx - np.float32(x), gy - np.float32(y)
    right, below = x + np.uint64(1), y + np.uint64(1)
    rise = min(max((pz - np.float32(LEVELS[0])) * np.float32(1.0 / (LEVELS[1] - LEVELS[0])), np.float32(0.0)), one)
    low = (factor[0, y, x] * (one - ax) + factor[0, y, right] * ax) * (one - ay) + (
        factor[0, below, x] * (one - ax) + factor[0, below, right] * ax
    ) * ay
    high = (factor[1, y, x] * (one - ax) + factor[1, y, right] * ax) * (one - ay) + (
        factor[1, below, x] * (one - ax) + factor[1, below, right] * ax
    ) * ay
    return low + (high - low) * rise
