"""What touches what, and which rules of the road are broken: kernels for one actor or one pair."""

from __future__ import annotations

import math

import numpy as np

from sim.ground import on_road
from sim.kernels import inner, kernel
from sim.places import COSINE, SINE, X, Y, cell_at
from sim.signals import RED
from sim.tables import CLEAR, CLEAR_ALONG

ASTRAY = 1.6  # m off the own route, half a lane, from where on the direction of other lanes counts
BEND = 0.1  # m that a lane which counts as straight may bend away over half a vehicle's length
LOOKED = 60  # points of lanes that are looked through for the nearest
NARROW = 10  # times that the part of a step is narrowed in which a point is closest to a box
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


@inner
def both_ways(end, move, reach, low, high):  # type: ignore[no-untyped-def]
    """Part of a step in which two things overlap along one axis.

    Args:
        end: m between their middles at the end of the step, along the axis.
        move: m that this changed in the step.
        reach: m, sum of their half extents.
        low: start of the part that is left, share of the step.
        high: its end.

    Returns:
        What is left of it; nothing where low >= high.
    """
    if abs(move) < np.float32(1e-6):
        return (low, high) if abs(end) < reach else (np.float32(1.0), np.float32(0.0))
    start, per = end - move, np.float32(1.0) / move
    first, second = (-reach - start) * per, (reach - start) * per
    return max(low, min(first, second)), min(high, max(first, second))


@kernel
def boxes_meet(dx, dy, mx, my, c, s, half_length, half_width, other_c, other_s, other_length, other_width):  # type: ignore[no-untyped-def]
    """Whether two oriented boxes overlap at any time of a step in which they move straight on.

    Separating axes of moving boxes (Gottschalk, Lin, Manocha 1996; Eberly 2001, Intersection of convex objects: the
    method of separating axes): on each axis they overlap in one part of the step, and they meet where all parts do.

    Args:
        dx: m from the middle of the first to that of the second at the end of the step, along x.
        dy: m, along y.
        mx: m that this changed in the step, along x.
        my: m, along y.
        c: cosine of the first one's heading.
        s: sine of the first one's heading.
        half_length: m, of the first.
        half_width: m, of the first.
        other_c: cosine of the second one's heading.
        other_s: sine of the second one's heading.
        other_length: m, half, of the second.
        other_width: m, half, of the second.

    Returns:
        True when they do; without motion the same as `boxes_touch`.
    """
    along, across = abs(c * other_c + s * other_s), abs(c * other_s - s * other_c)
    low, high = np.float32(0.0), np.float32(1.0)
    reach = half_length + other_length * along + other_width * across
    low, high = both_ways(dx * c + dy * s, mx * c + my * s, reach, low, high)
    reach = half_width + other_length * across + other_width * along
    low, high = both_ways(dy * c - dx * s, my * c - mx * s, reach, low, high)
    if low >= high:
        return False
    reach = other_length + half_length * along + half_width * across
    low, high = both_ways(dx * other_c + dy * other_s, mx * other_c + my * other_s, reach, low, high)
    reach = other_width + half_length * across + half_width * along
    low, high = both_ways(dy * other_c - dx * other_s, my * other_c - mx * other_s, reach, low, high)
    return low < high


@kernel
def gap_to_box(dx, dy, c, s, half_length, half_width):  # type: ignore[no-untyped-def]
    """Distance (m) from a point to an oriented box around the origin; 0 inside."""
    along = max(abs(dx * c + dy * s) - half_length, 0.0)
    across = max(abs(dy * c - dx * s) - half_width, 0.0)
    return math.sqrt(along * along + across * across)


@kernel
def closest_to_box(dx, dy, mx, my, c, s, half_length, half_width):  # type: ignore[no-untyped-def]
    """Smallest distance (m) from a box to a point that moves straight on in a step; see `boxes_meet`.

    The distance to a convex shape is a convex function of the place on a line, so halving finds its least value.
    """
    low, high = np.float32(0.0), np.float32(1.0)  # share of the step that is still to come
    if mx * mx + my * my < np.float32(1e-4):
        return gap_to_box(dx, dy, c, s, half_length, half_width)
    for _ in range(NARROW):
        third = (high - low) * np.float32(1.0 / 3.0)
        early, late = high - third, low + third
        if gap_to_box(dx - early * mx, dy - early * my, c, s, half_length, half_width) < gap_to_box(
            dx - late * mx, dy - late * my, c, s, half_length, half_width
        ):
            low = late
        else:
            high = early
    middle = np.float32(0.5) * (low + high)
    there = gap_to_box(dx - middle * mx, dy - middle * my, c, s, half_length, half_width)
    return min(there, gap_to_box(dx, dy, c, s, half_length, half_width))


@kernel
def body_radius(tables, p, a):  # type: ignore[no-untyped-def]
    """Radius (m) of the circle that stands for a person: the trunk, without swinging arms and feet."""
    return np.float32(BODY) * max(tables.size[p, a, 0], tables.size[p, a, 1])


@inner
def touches(p, e, a, b, tables, bodies, sight):  # type: ignore[no-untyped-def]
    """Whether vehicle a touched actor b in the last step: box against box, or box against a person's circle."""
    dx = bodies.position[e, b, 0] - bodies.position[e, a, 0]
    dy = bodies.position[e, b, 1] - bodies.position[e, a, 1]
    mx, my = sight.dx[b] - sight.dx[a], sight.dy[b] - sight.dy[a]
    la, wa = np.float32(0.5) * tables.size[p, a, 0], np.float32(0.5) * tables.size[p, a, 1]
    lb, wb = np.float32(0.5) * tables.size[p, b, 0], np.float32(0.5) * tables.size[p, b, 1]
    reach = la + wa + lb + wb + abs(mx) + abs(my)
    if dx * dx + dy * dy > reach * reach:
        return False
    c, s = sight.cosine[a], sight.sine[a]
    if tables.vehicle[p, b]:
        return boxes_meet(dx, dy, mx, my, c, s, la, wa, sight.cosine[b], sight.sine[b], lb, wb)
    return closest_to_box(dx, dy, mx, my, c, s, la, wa) < body_radius(tables, p, b)


@inner
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
    half_length, half_width = np.float32(0.5) * tables.size[p, a, 0], np.float32(0.5) * tables.size[p, a, 1]
    r = tables.path[p, a]
    if r >= 0 and half_length < np.float32(CLEAR_ALONG):
        k = min(max(int(bodies.travelled[e, a]), 0), tables.rows[r, 1] - 1)
        # the sine of an angle is smaller than the angle
        beside = abs(offset) + half_length * abs(error) + half_width + np.float32(BEND)
        if beside < tables.rim[tables.rows[r, 0] + k, CLEAR]:
            return False
    c, s = sight.cosine[a], sight.sine[a]
    lx, ly, wx, wy = half_length * c, half_length * s, -half_width * s, half_width * c
    x, y = bodies.position[e, a, 0], bodies.position[e, a, 1]
    return not (
        on_road(tables.ground, p, x + lx + wx, y + ly + wy)
        and on_road(tables.ground, p, x + lx - wx, y + ly - wy)
        and on_road(tables.ground, p, x - lx + wx, y - ly + wy)
        and on_road(tables.ground, p, x - lx - wx, y - ly - wy)
    )


@kernel
def wrong_way(p, e, a, offset, tables, bodies, sight):  # type: ignore[no-untyped-def]
    """Whether a vehicle is off its own route by half a lane and heads against the nearest lane by over 90 degrees."""
    if abs(offset) < np.float32(ASTRAY):
        return False
    x, y, places = bodies.position[e, a, 0], bodies.position[e, a, 1], tables.places
    best, along = np.float32(1e30), np.float32(0.0)
    cell = cell_at(places, p, x, y)
    for m in range(places.start[cell], min(places.start[cell] + LOOKED, places.start[cell + 1])):
        i = places.nearest[m]
        dx, dy = places.point[i, X] - x, places.point[i, Y] - y
        gap = dx * dx + dy * dy
        if gap < best:
            best = gap
            along = places.point[i, COSINE] * sight.cosine[a] + places.point[i, SINE] * sight.sine[a]
    return along < np.float32(0.0)


@inner
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
        if stop > now:
            break
        if group >= 0 and before < stop and sight.shown[group] == RED:
            return True
    return False
