"""Ground and paint of imported maps: strips along lanes cut into small simple polygons, lines along edges."""

from __future__ import annotations

import math
from collections.abc import Iterable
from itertools import pairwise

import numpy as np

from scenes.compiled import compiled
from scenes.kinds import Kind
from scenes.lanes import arc_lengths, line_at, offset_line
from scenes.polygons import signed_area
from scenes.surroundings import SurfaceLook
from scenes.types import Floats, Lane, Marking, Surface

ASPHALT = SurfaceLook("asphalt-old")
SLABS = SurfaceLook("slabs", roughness=0.9)
GRASS = SurfaceLook("grass", roughness=0.95)
LOOKS = {"road": ASPHALT, "pavement": SLABS, "island": SLABS, "grass": GRASS}
KINDS = {"road": Kind.ROAD, "pavement": Kind.PAVEMENT, "island": Kind.PAVEMENT, "grass": Kind.TERRAIN}
HEIGHTS = {"road": 0.0, "pavement": -0.01, "island": 0.005, "grass": -0.02}  # m; the highest is what one sees
AROUND = 120.0  # m of grass around the map
FIELD = -0.05  # m, height of it
LONGEST, SHORTEST = 50_000.0, 0.2  # m: no line is broken that is longer, nor into shorter pieces
SAME = 1e-3  # m: points that are no farther apart are one
MOST = 12  # points of one edge of a piece
COLOURS = {
    "standard": (0.72, 0.72, 0.70), "white": (0.72, 0.72, 0.70), "yellow": (0.62, 0.42, 0.04),
    "red": (0.45, 0.05, 0.04), "blue": (0.05, 0.12, 0.42), "green": (0.06, 0.3, 0.1), "orange": (0.6, 0.22, 0.02),
    "violet": (0.25, 0.08, 0.35), "black": (0.02, 0.02, 0.02),
}  # fmt: skip


def distinct(line: Floats) -> Floats:
    """Drop points that repeat the one before (closer than 1 mm)."""
    return np.asarray(thinned(line, SAME, False))


@compiled()
def thinned(line, least, ring):  # type: ignore[no-untyped-def]
    """A polyline (N, 2) without points that are `least` m or less from the one before; in a ring the last precedes."""
    keep = np.ones(len(line), np.bool_)
    for k in range(0 if ring else 1, len(line)):
        dx, dy = line[k, 0] - line[k - 1, 0], line[k, 1] - line[k - 1, 1]
        keep[k] = math.sqrt(dx * dx + dy * dy) > least
    return line[keep]


def piece(outline: Floats, ground: str) -> Surface | None:
    """A polygon of ground, None where it has no area.

    Args:
        outline: (N, 2) m, either way round.
        ground: road, pavement, island (pavement on a road) or grass.
    """
    area = signed_area(outline)
    if abs(area) < 0.01:
        return None
    points = thinned(outline if area > 0 else np.ascontiguousarray(outline[::-1]), SAME, True)
    return Surface(points, HEIGHTS[ground], KINDS[ground], LOOKS[ground]) if len(points) > 2 else None


def strip(left: Floats, right: Floats, ground: str) -> list[Surface]:
    """Ground between two edges.

    Args:
        left: (N, 2) m.
        right: (N, 2) m, beside it point by point.
        ground: road, pavement or grass.

    Returns:
        Pieces of a few points each: long polygons take long to cut into triangles, and bends may fold them.
    """
    count = max(1, -(-(len(left) - 1) // (MOST - 1)))
    bounds = np.linspace(0, len(left) - 1, count + 1).astype(int)
    found = []
    for a, b in pairwise(bounds):
        outline = np.concatenate([right[a : b + 1], left[a : b + 1][::-1]])
        found.append(piece(outline, ground))
    return [surface for surface in found if surface is not None]


def stroke(line: Floats, width: float, colour: tuple[float, float, float], wear: float = 0.2) -> list[Marking]:
    """An unbroken line of paint.

    Args:
        line: (N, 2) m, its middle.
        width: m.
        colour: linear RGB.
        wear: 0 fresh .. 1 gone.
    """
    line = distinct(line)
    if len(line) < 2:
        return []
    left, right = offset_line(line, width / 2), offset_line(line, -width / 2)
    count = max(1, -(-(len(line) - 1) // (MOST - 1)))
    bounds = np.linspace(0, len(line) - 1, count + 1).astype(int)
    outlines = [np.concatenate([right[a : b + 1], left[a : b + 1][::-1]]) for a, b in pairwise(bounds)]
    return [Marking(outline, colour, wear) for outline in outlines]


def part_of(line: Floats, along: Floats, start: float, end: float) -> Floats:
    """The part of a polyline (N, 2) between two lengths, m."""
    at = np.concatenate([[start], along[(along > start + 1e-3) & (along < end - 1e-3)], [end]])
    return np.stack([np.interp(at, along, line[:, k]) for k in (0, 1)], -1)


def apart(spots: Floats, others: Floats) -> Floats:
    """(N,) distance of numbers (N,) from the nearest of some others (M,), ascending."""
    if not len(others):
        return np.full(len(spots), np.inf)
    index = np.searchsorted(others, spots)
    low, high = others[np.maximum(index - 1, 0)], others[np.minimum(index, len(others) - 1)]
    return np.asarray(np.minimum(np.abs(spots - low), np.abs(spots - high)))


def dashes(
    line: Floats, width: float, colour: tuple[float, float, float], dash: float, space: float, first: float = 0.0
) -> list[Marking]:
    """A broken line of paint.

    Args:
        line: (N, 2) m, its middle.
        width: m.
        colour: linear RGB.
        dash: m.
        space: m between two dashes.
        first: m before the first dash.
    """
    line = distinct(line)
    if len(line) < 2:
        return []
    along = arc_lengths(line)
    if along[-1] > LONGEST or dash + space < SHORTEST:
        return stroke(line, width, colour)
    starts = np.arange(first, along[-1], dash + space)
    ends = np.minimum(starts + dash, along[-1])
    whole = ends - starts > min(0.3, 0.5 * dash)
    starts, ends = starts[whole], ends[whole]
    cuts = np.sort(np.concatenate([starts, ends]))
    at = np.unique(np.concatenate([cuts, along[apart(along, cuts) > 1e-3]]))
    if len(at) < 2:
        return []
    points = np.stack([np.interp(at, along, line[:, k]) for k in (0, 1)], -1)
    left, right = offset_line(points, width / 2), offset_line(points, -width / 2)
    firsts, lasts = np.searchsorted(at, starts), np.searchsorted(at, ends)
    outlines, places = bands(left, right, firsts, lasts), np.cumsum(2 * (lasts - firsts + 1)).tolist()
    return [Marking(outlines[a:b], colour, 0.2) for a, b in pairwise([0, *places])]


@compiled()
def bands(left, right, firsts, lasts):  # type: ignore[no-untyped-def]
    """Outlines of stretches between two edges, one after the other.

    Args:
        left: (N, 2) m.
        right: (N, 2) m, beside it point by point.
        firsts: (M,) index of the first point of each stretch.
        lasts: (M,) index of its last one.

    Returns:
        (K, 2) m: of each stretch the right edge, and the left one backwards.
    """
    outlines, n = np.empty((2 * (lasts - firsts + 1).sum(), 2)), 0
    for m in range(len(firsts)):
        for k in range(firsts[m], lasts[m] + 1):
            outlines[n], n = right[k], n + 1
        for k in range(lasts[m], firsts[m] - 1, -1):
            outlines[n], n = left[k], n + 1
    return outlines


def zebra(start: Floats, end: Floats, width: float) -> list[Marking]:
    """Bars of a zebra crossing, 0.5 m wide with equal gaps.

    Args:
        start: (2,) m, middle of the band at one kerb.
        end: (2,) m, at the other kerb.
        width: m, of the band.
    """
    length = float(np.linalg.norm(end - start))
    unit = (end - start) / max(length, 1e-6)
    normal = np.array([-unit[1], unit[0]]) * width / 2
    count = max(1, int(length - 0.4))
    marks = []
    for k in range(count):
        a = start + unit * (length / 2 - count / 2 + 0.25 + k)
        b = a + 0.5 * unit
        marks.append(Marking(np.array([a - normal, b - normal, b + normal, a + normal]), COLOURS["white"], 0.25))
    return marks


def bar(lane: Lane, s: float) -> Marking:
    """A stop line across a lane, 0.3 m wide, behind the place where vehicles wait."""
    x, y, heading = line_at(lane.centre, s)
    ahead = np.array([math.cos(heading), math.sin(heading)])
    aside, spot = np.array([-ahead[1], ahead[0]]) * (lane.width / 2 - 0.1), np.array([x, y]) + 0.15 * ahead
    corners = [spot - aside, spot - aside + 0.3 * ahead, spot + aside + 0.3 * ahead, spot + aside]
    return Marking(np.array(corners), COLOURS["white"], 0.25)


def field_around(points: Iterable[Floats]) -> Surface:
    """Grass around and below everything."""
    everything = np.concatenate(list(points))
    low, high = everything.min(0) - AROUND, everything.max(0) + AROUND
    outline = np.array([low, (high[0], low[1]), high, (low[0], high[1])])
    return Surface(outline, FIELD, Kind.TERRAIN, GRASS)
