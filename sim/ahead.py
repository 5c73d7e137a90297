"""What lies ahead on the route of a vehicle: the next thing, signal and crossing, and oncoming traffic."""

from __future__ import annotations

import math

import numpy as np

from sim.kernels import kernel, wrap
from sim.signals import YELLOW
from sim.tables import place_on, project_on

REACH = 60.0  # m, how far others are seen
TURN_AHEAD = 25.0  # m before a turn from where on oncoming traffic matters
CLEARANCE = 2.6  # m between the ways of two vehicles that do not conflict


@kernel
def lead_on_route(p, e, a, s, reach, tables, bodies, sight):  # type: ignore[no-untyped-def]
    """Gap (m) from the front of a vehicle to the next thing on its route, and its speed along it (m/s)."""
    x, y, r = bodies.position[e, a, 0], bodies.position[e, a, 1], tables.path[p, a]
    nose, wide = s + np.float32(0.5) * tables.size[p, a, 0], np.float32(0.5) * tables.size[p, a, 1] + np.float32(0.3)
    gap, gap_speed = np.float32(reach), np.float32(0.0)
    on_x, on_y, _ = place_on(tables, r, s)
    start = s - math.hypot(x - on_x, y - on_y) - nose
    k = tables.rows[r, 0] + min(max(int(s), 0), tables.rows[r, 1] - 1)
    from_x, from_y, right, left = tables.line[k, 0], tables.line[k, 1], tables.sweep[k, 0], tables.sweep[k, 1]
    c, d = math.cos(tables.line[k, 2]), math.sin(tables.line[k, 2])
    for j in range(tables.exists.shape[1]):
        if j == a or not bodies.alive[e, j]:
            continue
        px, py = bodies.position[e, j, 0], bodies.position[e, j, 1]
        dx, dy = px - x, py - y
        square = dx * dx + dy * dy
        if square > reach * reach or dx * sight.cosine[a] + dy * sight.sine[a] < 0:
            continue
        half = np.float32(0.5) * (max(tables.size[p, j, 0], tables.size[p, j, 1]) + np.float32(0.4))
        # the way along the path is no shorter than the straight one, so this cannot be nearer than what was found
        if start + math.sqrt(square) - wide - half - half > gap + np.float32(0.1):
            continue
        if tables.path[p, j] == r:
            guess = bodies.travelled[e, j]
        else:
            # most things lie beside all of the path ahead
            aside = (py - from_y) * c - (px - from_x) * d
            beside = max(aside - left, right - aside) - np.float32(0.1)
            if beside > 0 and beside * beside > (wide + half) * (wide + half) + np.float32(4.1):
                continue
            guess, near = nearest_ahead(tables, r, s, math.sqrt(square), wide + half, px, py)
            if near > (wide + half) * (wide + half) + np.float32(4.1):
                continue
        sj, off = project_on(tables, r, px, py, guess - np.float32(3.0), guess + np.float32(3.0))
        if sj <= s + np.float32(0.05) or abs(off) > wide + half or sj - half - nose >= gap:
            continue
        _, _, along = place_on(tables, r, sj)
        cosine = sight.cosine[j] * math.cos(along) + sight.sine[j] * math.sin(along)
        sine = abs(sight.sine[j] * math.cos(along) - sight.cosine[j] * math.sin(along))
        if abs(off) > wide + np.float32(0.5) * (sine * tables.size[p, j, 0] + abs(cosine) * tables.size[p, j, 1]):
            continue
        free = sj - np.float32(0.5) * (abs(cosine) * tables.size[p, j, 0] + sine * tables.size[p, j, 1]) - nose
        if free < gap:
            gap, gap_speed = free, bodies.speed[e, j] * cosine
    return gap, gap_speed


@kernel
def nearest_ahead(tables, r, s, distance, aside, x, y):  # type: ignore[no-untyped-def]
    """Point of path r nearest to something ahead: m along it, to within 2 m, and the square of the distance.

    Args:
        tables: `Tables`.
        r: path.
        s: m along the path, where the distance is measured from.
        distance: m to the thing. If it lies on the path, its length from s is between this and 1.3 times this.
        aside: m that the thing may lie beside the path to be found.
        x: m.
        y: m.

    Returns:
        Length and square of the distance; a large square where the thing is not on the path.
    """
    first, count = tables.rows[r, 0], tables.rows[r, 1]
    best, at = np.float32(1e30), np.float32(s)
    low = max(int(s + distance - aside) - 2, int(s), 0)
    high = min(int(s + 1.3 * distance + aside) + 2, count - 1)
    for k in range(low, high + 1, 4):
        dx, dy = tables.line[first + k, 0] - x, tables.line[first + k, 1] - y
        gap = dx * dx + dy * dy
        if gap < best:
            best, at = gap, np.float32(k)
    return at, best


@kernel
def in_the_way(p, e, j, a, m, tables, bodies, sight):  # type: ignore[no-untyped-def]
    """Whether person j, who is on or heads to the m-th crossing of vehicle a, has not passed the vehicle's way yet."""
    along = tables.way[p, a, m, 4]
    c, s = math.cos(along), math.sin(along)
    dx, dy = bodies.position[e, j, 0] - tables.way[p, a, m, 2], bodies.position[e, j, 1] - tables.way[p, a, m, 3]
    aside, pace = dy * c - dx * s, sight.sine[j] * c - sight.cosine[j] * s
    return abs(aside) < 0.5 * tables.size[p, a, 1] + 0.7 or aside * pace < 0.0


@kernel
def next_crossing(p, e, a, nose, tables, bodies, sight):  # type: ignore[no-untyped-def]
    """The next crossing of a vehicle: its number on the path (-1 = none), and whether it is occupied, approached."""
    for m in range(tables.way_crossing.shape[2]):
        c = tables.way_crossing[p, a, m]
        if c < 0:
            break
        if nose > tables.way[p, a, m, 0] + 0.5 or tables.way[p, a, m, 0] - nose > REACH:
            continue
        occupied, approached = False, False
        for j in range(tables.exists.shape[1]):
            if sight.crossing[j] == c and bodies.alive[e, j] and in_the_way(p, e, j, a, m, tables, bodies, sight):
                occupied |= sight.on[j]
                approached |= not sight.on[j]
        return m, occupied, approached
    return -1, False, False


@kernel
def next_signal(p, a, nose, tables):  # type: ignore[no-untyped-def]
    """The next stop line with a signal: m from the front (inf = none), and the group."""
    for k in range(tables.stop_at.shape[2]):
        if tables.stop_group[p, a, k] >= 0 and tables.stop_at[p, a, k] > nose - 0.5:
            return tables.stop_at[p, a, k] - nose, tables.stop_group[p, a, k]
    return np.float32(np.inf), np.int32(-1)


@kernel
def oncoming(p, e, a, s, nose, tables, bodies, sight):  # type: ignore[no-untyped-def]
    """Distance (m) to where a vehicle that is about to turn must wait for oncoming traffic; REACH = it need not."""
    r = tables.path[p, a]
    _, _, here = place_on(tables, r, s)
    _, _, there = place_on(tables, r, s + TURN_AHEAD)
    if abs(wrap(there - here)) < 0.5:
        return REACH
    wait = REACH
    for j in range(tables.exists.shape[1]):
        if j == a or not bodies.alive[e, j] or not tables.vehicle[p, j] or tables.path[p, j] < 0:
            continue
        facing = sight.cosine[a] * sight.cosine[j] + sight.sine[a] * sight.sine[j]
        if facing > -0.2 or bodies.speed[e, j] < 0.5 or stopped_by_red(p, e, j, tables, bodies, sight):
            continue
        dx, dy = (
            bodies.position[e, j, 0] - bodies.position[e, a, 0],
            bodies.position[e, j, 1] - bodies.position[e, a, 1],
        )
        if dx * dx + dy * dy < REACH * REACH:
            wait = min(wait, conflict(p, e, a, j, s, nose, tables, bodies))
    return wait


@kernel
def stopped_by_red(p, e, j, tables, bodies, sight):  # type: ignore[no-untyped-def]
    """Whether a vehicle has a red light ahead that it can stop for."""
    v, nose = bodies.speed[e, j], bodies.travelled[e, j] + 0.5 * tables.size[p, j, 0]
    free, group = next_signal(p, j, nose, tables)
    return free < REACH and sight.shown[group] >= YELLOW and v * v < 2.0 * 4.0 * max(free, 0.5)


@kernel
def conflict(p, e, a, j, s, nose, tables, bodies):  # type: ignore[no-untyped-def]
    """Distance (m) to stop before the ways of two vehicles meet, if they would be there at about the same time."""
    own, other, sj = tables.path[p, a], tables.path[p, j], bodies.travelled[e, j]
    _, _, start = place_on(tables, own, s)
    for k in range(1, int(TURN_AHEAD)):
        x, y, along = place_on(tables, own, s + k)
        away = math.hypot(bodies.position[e, j, 0] - x, bodies.position[e, j, 1] - y)
        guess, _ = nearest_ahead(tables, other, sj, away, CLEARANCE, x, y)
        at, aside = project_on(tables, other, x, y, guess - 4.0, guess + 4.0)
        if abs(aside) > CLEARANCE or at <= sj + 0.5:
            continue
        if abs(wrap(along - start)) < 0.1 and k < 2:
            return REACH  # already side by side
        free = s + k - nose
        if free < 0.0 and bodies.speed[e, a] > 1.0:
            return REACH  # too late to give way
        length = 0.5 * (tables.size[p, j, 0] + tables.size[p, a, 0])
        theirs = (at - sj) / max(bodies.speed[e, j], 2.0)
        passed = (at - sj + length + 2.0) / max(bodies.speed[e, j], 2.0)
        mine = max(free, 0.0) / max(bodies.speed[e, a], 2.5)
        done = (max(free, 0.0) + tables.size[p, a, 0] + 4.0) / max(bodies.speed[e, a], 3.5)
        return max(free - 1.0, 0.0) if theirs < done + 1.0 and passed > mine - 0.5 else REACH
    return REACH
