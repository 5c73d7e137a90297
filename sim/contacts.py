"""What touches what, and which rules of the road are broken: kernels for one actor or one pair."""

from __future__ import annotations

import math

import numpy as np

from sim.ground import on_road
from sim.kernels import kernel
from sim.signals import RED
from sim.tables import CLEAR_ALONG

BEND = 0.1  # m that a lane which counts as straight may bend away over half a vehicle's length
BODY = 0.4  # of the larger of a person's length and width: radius of the circle that stands for the person


@kernel
def boxes_touch(dx, dy, c, s, half_length, half_width, other_c, other_s, other_length, other_width):  # type: ignore[no-untyped-def]
    """Whether two oriented boxes overlap (separating axes; Gottschalk, Lin, Manocha 1996).

    Args:
        dx: m from the middle of the first to that of the second, along x.
        dy: m, along y.
        c: cosine of the first one's heading.
        s: sine of the first one's heading.
        half_length: m, of the first.
        half_width: m, of the first.
        other_c: cosine of the second one's heading.
        other_s: sine of the second one's heading.
        other_length: m, half, of the second.
        other_width: m, half, of the second.

    Returns:
        True when they overlap.
    """
    along, across = abs(c * other_c + s * other_s), abs(c * other_s - s * other_c)
    return (
        abs(dx * c + dy * s) < half_length + other_length * along + other_width * across
        and abs(dy * c - dx * s) < half_width + other_length * across + other_width * along
        and abs(dx * other_c + dy * other_s) < other_length + half_length * along + half_width * across
        and abs(dy * other_c - dx * other_s) < other_width + half_length * across + half_width * along
    )


@kernel
def gap_to_box(dx, dy, c, s, half_length, half_width):  # type: ignore[no-untyped-def]
    """Distance (m) from a point to an oriented box around the origin; 0 inside."""
    along = max(abs(dx * c + dy * s) - half_length, 0.0)
    across = max(abs(dy * c - dx * s) - half_width, 0.0)
    return math.sqrt(along * along + across * across)


@kernel
def body_radius(tables, p, a):  # type: ignore[no-untyped-def]
    """Radius (m) of the circle that stands for a person: the trunk, without swinging arms and feet."""
    return BODY * max(tables.size[p, a, 0], tables.size[p, a, 1])


@kernel
def touches(p, e, a, b, tables, bodies, sight):  # type: ignore[no-untyped-def]
    """Whether vehicle a touches actor b: box against box, or box against a person's circle."""
    dx = bodies.position[e, b, 0] - bodies.position[e, a, 0]
    dy = bodies.position[e, b, 1] - bodies.position[e, a, 1]
    la, wa = np.float32(0.5) * tables.size[p, a, 0], np.float32(0.5) * tables.size[p, a, 1]
    lb, wb = np.float32(0.5) * tables.size[p, b, 0], np.float32(0.5) * tables.size[p, b, 1]
    reach = la + wa + lb + wb
    if dx * dx + dy * dy > reach * reach:
        return False
    if tables.vehicle[p, b]:
        return boxes_touch(dx, dy, sight.cosine[a], sight.sine[a], la, wa, sight.cosine[b], sight.sine[b], lb, wb)
    return gap_to_box(dx, dy, sight.cosine[a], sight.sine[a], la, wa) < body_radius(tables, p, b)


@kernel
def off_road(p, e, a, offset, error, tables, bodies, sight):  # type: ignore[no-untyped-def]
    """Whether a corner of a vehicle's footprint is off the road.

    Args:
        p: scene.
        e: row of the bodies.
        a: vehicle.
        offset: m to the left of its path.
        error: rad, heading against its path.
        tables: `Tables`.
        bodies: `Bodies`.
        sight: `Sight` of the world.

    Returns:
        True when at least one corner is.
    """
    half_length, half_width = 0.5 * tables.size[p, a, 0], 0.5 * tables.size[p, a, 1]
    r = tables.path[p, a]
    if r >= 0 and half_length < CLEAR_ALONG:
        k = min(max(int(bodies.travelled[e, a]), 0), tables.rows[r, 1] - 1)
        if abs(offset) + half_length * abs(math.sin(error)) + half_width + BEND < tables.clear[tables.rows[r, 0] + k]:
            return False
    c, s = sight.cosine[a], sight.sine[a]
    for i in (-1.0, 1.0):
        for j in (-1.0, 1.0):
            x = bodies.position[e, a, 0] + i * half_length * c - j * half_width * s
            y = bodies.position[e, a, 1] + i * half_length * s + j * half_width * c
            if not on_road(tables.ground, p, x, y):
                return True
    return False


@kernel
def wrong_way(p, e, a, offset, tables, bodies, sight):  # type: ignore[no-untyped-def]
    """Whether a vehicle is off its own route by half a lane and heads against the nearest lane by over 90 degrees."""
    first, count = tables.lane_rows[p, 0], tables.lane_rows[p, 1]
    if count == 0 or abs(offset) < 1.6:
        return False
    x, y = bodies.position[e, a, 0], bodies.position[e, a, 1]
    best, along = 1e30, 0.0
    for k in range(first, first + count):
        dx, dy = tables.lane_line[k, 0] - x, tables.lane_line[k, 1] - y
        gap = dx * dx + dy * dy
        if gap < best:
            best, along = gap, tables.lane_line[k, 2]
    return math.cos(along) * sight.cosine[a] + math.sin(along) * sight.sine[a] < 0.0


@kernel
def ran_red(p, a, before, now, tables, sight):  # type: ignore[no-untyped-def]
    """Whether the front of a vehicle passed a stop line on its path while the signal was red.

    Args:
        p: scene.
        a: vehicle.
        before: m along its path, front, a step ago.
        now: m along its path, front.
        tables: `Tables`.
        sight: `Sight` of the world.

    Returns:
        True when it did.
    """
    for k in range(tables.stop_at.shape[2]):
        stop, group = tables.stop_at[p, a, k], tables.stop_group[p, a, k]
        if group >= 0 and before < stop <= now and sight.shown[group] == RED:
            return True
    return False
