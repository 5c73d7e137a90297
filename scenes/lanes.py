"""Polylines as flat arrays: the point at a length, the length of a point, and lines beside lines."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from scenes.compiled import compiled
from scenes.types import Actor, Floats


def arc_lengths(line: Floats) -> Floats:
    """(N,) distance of every vertex from the start along a polyline (N, 2), m."""
    return np.asarray(lengths(line))


@compiled()
def lengths(line):  # type: ignore[no-untyped-def]
    """Kernel of `arc_lengths`."""
    along = np.zeros(len(line))
    for k in range(1, len(line)):
        along[k] = along[k - 1] + math.hypot(line[k, 0] - line[k - 1, 0], line[k, 1] - line[k - 1, 1])
    return along


@compiled()
def segment_at(along, first, last, s):  # type: ignore[no-untyped-def]
    """Index of the segment that holds length s; the first or last one outside.

    Args:
        along: (P,) lengths of all vertices.
        first: index of the polyline's first vertex.
        last: index after its last vertex.
        s: m.

    Returns:
        Index of the segment's first vertex.
    """
    low, high = first, last - 2
    while low < high:
        middle = (low + high + 1) // 2
        if along[middle] <= s:
            low = middle
        else:
            high = middle - 1
    return low


@compiled()
def point_at(points, along, first, last, s):  # type: ignore[no-untyped-def]
    """Point and heading at a length; beyond the ends the first and last segments go on.

    Args:
        points: (P, 2 or more) vertices of all polylines, m.
        along: (P,) their lengths, m.
        first: index of the polyline's first vertex.
        last: index after its last vertex.
        s: m.

    Returns:
        x, y (m) and heading (rad).
    """
    if last - first < 2:
        return points[first, 0], points[first, 1], points[first, 0] * 0
    k = segment_at(along, first, last, s)
    dx, dy = points[k + 1, 0] - points[k, 0], points[k + 1, 1] - points[k, 1]
    w = (s - along[k]) / (along[k + 1] - along[k])
    return points[k, 0] + w * dx, points[k, 1] + w * dy, math.atan2(dy, dx)


@compiled()
def project(points, along, first, last, x, y, low, high):  # type: ignore[no-untyped-def]
    """Nearest place on a polyline among the segments that touch lengths [low, high].

    Args:
        points: (P, 2 or more) vertices of all polylines, m.
        along: (P,) their lengths, m.
        first: index of the polyline's first vertex.
        last: index after its last vertex.
        x: m.
        y: m.
        low: m, start of the window.
        high: m, end of the window.

    Returns:
        Length along the line (m; beyond the ends on the extended first and last segment) and the signed distance
        (m; left positive).
    """
    if last - first < 2:
        return along[first], x * 0
    begin = segment_at(along, first, last, low)
    end = segment_at(along, first, last, high)
    best, best_s, best_d = math.inf, along[first], x * 0
    for k in range(begin, end + 1):
        dx, dy = points[k + 1, 0] - points[k, 0], points[k + 1, 1] - points[k, 1]
        length = along[k + 1] - along[k]
        ux, uy = dx / length, dy / length
        ex, ey = x - points[k, 0], y - points[k, 1]
        s = ex * ux + ey * uy
        if s < 0 and k > first:
            s = s * 0
        if s > length and k < last - 2:
            s = length
        fx, fy = ex - s * ux, ey - s * uy
        distance = fx * fx + fy * fy
        if distance < best:
            best, best_s, best_d = distance, along[k] + s, ux * ey - uy * ex
    side = math.sqrt(best)
    return best_s, side if best_d >= 0 else -side


def line_at(line: Floats, s: float) -> tuple[float, float, float]:
    """Point and heading at a length of one polyline.

    Args:
        line: (N, 2) m.
        s: m.

    Returns:
        x, y (m) and heading (rad).
    """
    x, y, heading = place_on(line, float(s))
    return float(x), float(y), float(heading)


@compiled()
def place_on(line, s):  # type: ignore[no-untyped-def]
    """Kernel of `line_at`."""
    return point_at(line, lengths(line), 0, len(line), s)


def project_on(line: Floats, point: NDArray[np.floating]) -> tuple[float, float]:
    """Length along a polyline and signed distance (left positive) of a point, m.

    Args:
        line: (N, 2) m.
        point: (2,) m.

    Returns:
        s and d.
    """
    along = arc_lengths(line)
    s, d = project(line, along, 0, len(line), float(point[0]), float(point[1]), 0.0, float(along[-1]))
    return float(s), float(d)


def place_of(actor: Actor) -> tuple[float, float, float]:
    """Where an actor is at time 0: x, y (m) and heading (rad)."""
    if len(actor.path) == 1:
        return float(actor.path[0, 0]), float(actor.path[0, 1]), actor.heading
    return line_at(actor.path, actor.start)


def offset_line(line: Floats, shift: float) -> Floats:
    """A polyline beside another one, corners mitred.

    Args:
        line: (N, 2) m.
        shift: m, left positive.

    Returns:
        (N, 2) m.
    """
    return np.asarray(beside(np.ascontiguousarray(line, np.float64), float(shift)))


@compiled()
def beside(line, shift):  # type: ignore[no-untyped-def]
    """Kernel of `offset_line`."""
    last = len(line) - 1
    normals = np.empty((last, 2))
    for k in range(last):
        dx, dy = line[k + 1, 0] - line[k, 0], line[k + 1, 1] - line[k, 1]
        length = math.hypot(dx, dy)
        normals[k, 0], normals[k, 1] = -dy / length, dx / length
    moved = np.empty_like(line)
    for k in range(last + 1):
        a, b = max(k - 1, 0), min(k, last - 1)
        x, y = normals[a, 0] + normals[b, 0], normals[a, 1] + normals[b, 1]
        scale = max(x * normals[a, 0] + y * normals[a, 1], 0.2)
        moved[k, 0], moved[k, 1] = line[k, 0] + shift * (x / scale), line[k, 1] + shift * (y / scale)
    return moved


def within(spot: Floats, outline: Floats) -> bool:
    """Whether a point lies in a polygon (crossing number)."""
    a, b = outline, np.roll(outline, -1, axis=0)
    across = (a[:, 1] > spot[1]) != (b[:, 1] > spot[1])
    x = a[:, 0] + (b[:, 0] - a[:, 0]) * (spot[1] - a[:, 1]) / np.where(across, b[:, 1] - a[:, 1], 1.0)
    return bool((across & (spot[0] < x)).sum() % 2)
