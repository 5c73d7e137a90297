"""What lies ahead on the route of a vehicle: the next thing, signal and crossing, and oncoming traffic."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from sim.gaps import stop_for
from sim.kernels import inner, wrap
from sim.near import REACH
from sim.signals import YELLOW
from sim.tables import COSINE, LEFT, RIGHT, SINE, slide_on

HALF: float = np.float32(0.5)  # type: ignore[assignment]
TURN_AHEAD = 25  # m before a turn from where on oncoming traffic matters
STRAIGHT: float = np.float32(math.cos(0.5))  # type: ignore[assignment]  # cosine of a change of heading that is none
STRAIGHT_WITHIN: float = np.float32(0.5)  # type: ignore[assignment]  # m that a straight path may sweep at most
ACROSS: float = np.float32(0.75)  # type: ignore[assignment]  # cosine between headings; less and ways cross
NEARBY: float = np.float32(35.0)  # type: ignore[assignment]  # m within which crossing vehicles matter
CLEARANCE = 2.6  # m between the ways of two vehicles that do not conflict


@inner
def lead_on_route(p, e, a, s, way, tables, bodies, sight, near):  # type: ignore[no-untyped-def]
    """Gap (m) from the front of a vehicle to the next thing on its route within REACH, and its speed along it (m/s).

    Args:
        p: scene.
        e: row of the bodies.
        a: vehicle.
        s: m along its path.
        way: where it leads beside the path, see `sim.abreast.way_of`.
        tables: `Tables`.
        bodies: `Bodies`.
        sight: `Sight` of the world.
        near: `Near` of the world.

    Returns:
        REACH and 0 where nothing is ahead.
    """
    r, cosine, sine = tables.path[p, a], sight.cosine[a], sight.sine[a]
    x, y = bodies.position[e, a, 0], bodies.position[e, a, 1]
    nose, wide = s + HALF * tables.size[p, a, 0], HALF * tables.size[p, a, 1] + np.float32(0.3)
    gap, gap_speed = REACH, np.float32(0.0)
    here = np.uint64(tables.rows[r, 0] + min(max(int(s), 0), tables.rows[r, 1] - 1))
    offset = (y - tables.line[here, 1]) * tables.rim[here, COSINE] - (x - tables.line[here, 0]) * tables.rim[here, SINE]
    beside, _, _, back, changes = way
    start = s - nose - max(abs(offset), abs(beside)) - np.float32(1.0)
    looked = wide + abs(beside)
    for m in range(near.first[a], near.first[a + 1]):
        j = near.other[m]
        px, py = bodies.position[e, j, 0], bodies.position[e, j, 1]
        if (px - x) * cosine + (py - y) * sine < np.float32(0.0):
            continue
        half = HALF * (max(tables.size[p, j, 0], tables.size[p, j, 1]) + np.float32(0.4))
        reach, away = wide + half, math.sqrt(near.square[m])
        # the way along the path is no shorter than the straight one, so this cannot be nearer than what was found
        if start + away - reach - half > gap:
            continue
        guess, possible = bodies.travelled[e, j], True
        if tables.path[p, j] != r:
            guess, possible = guess_ahead(p, j, r, here, s, away, looked, half, px, py, tables, sight)
        if not possible:
            continue
        sj, off = slide_on(tables, r, px, py, guess)
        fade = max(np.float32(1.0) - (sj - nose) * back, np.float32(0.0))
        off -= beside + (offset - beside) * fade
        if changes:  # all that lies between here and the other lane is in the way
            over = (beside - offset) * min(fade, np.float32(1.0))
            off -= min(max(off, min(over, np.float32(0.0))), max(over, np.float32(0.0)))
        if sj <= s + np.float32(0.05) or abs(off) > reach or sj - half - nose >= gap:
            continue
        k = here
        if tables.rim[here, LEFT] - tables.rim[here, RIGHT] > STRAIGHT_WITHIN:
            k = np.uint64(tables.rows[r, 0] + min(max(int(sj), 0), tables.rows[r, 1] - 1))
        same = sight.cosine[j] * tables.rim[k, COSINE] + sight.sine[j] * tables.rim[k, SINE]
        across = abs(sight.sine[j] * tables.rim[k, COSINE] - sight.cosine[j] * tables.rim[k, SINE])
        waits = sight.on[j] and bodies.speed[e, j] < np.float32(0.1)  # beside the way, on a crossing: lets it pass
        if waits and abs(off) > HALF * tables.size[p, a, 1] + np.float32(0.3):
            continue
        if abs(off) > wide + HALF * (across * tables.size[p, j, 0] + abs(same) * tables.size[p, j, 1]):
            continue
        free = sj - HALF * (abs(same) * tables.size[p, j, 0] + across * tables.size[p, j, 1]) - nose
        if free < gap:
            gap, gap_speed = free, bodies.speed[e, j] * same
    return gap, gap_speed


@inner
def guess_ahead(p, j, r, here, s, away, wide, half, x, y, tables, sight):  # type: ignore[no-untyped-def]
    """About where on the path ahead an actor is, and whether it can be on it at all.

    Args:
        p: scene.
        j: the actor.
        r: the path.
        here: number of its point from where one looks.
        s: m along it.
        away: m to the actor.
        wide: m beside the path that are taken.
        half: m, half of the actor's longest side and a little more.
        x: m, of the actor.
        y: m.
        tables: `Tables`.
        sight: `Sight` of the world.

    Returns:
        Length along the path, to within 2 m where the actor is on it, and whether it can be.
    """
    c, d, left, right = (
        tables.rim[here, COSINE], tables.rim[here, SINE], tables.rim[here, LEFT], tables.rim[here, RIGHT],
    )  # fmt: skip
    dx, dy = x - tables.line[here, 0], y - tables.line[here, 1]
    aside, reach = dy * c - dx * d, wide + half
    beside = max(aside - left, right - aside) - np.float32(0.1)
    # most things lie beside all of the path ahead
    if beside > np.float32(0.0) and beside * beside > reach * reach + np.float32(4.1):
        return s, False
    if left - right <= STRAIGHT_WITHIN:  # the path is as good as straight
        same, across = abs(sight.cosine[j] * c + sight.sine[j] * d), abs(sight.sine[j] * c - sight.cosine[j] * d)
        taken = HALF * (across * tables.size[p, j, 0] + same * tables.size[p, j, 1])
        return s + dx * c + dy * d, beside <= wide + taken + HALF
    guess, closest = nearest_ahead(tables, r, s, away, reach, x, y)
    return guess, closest <= reach * reach + np.float32(4.1)


@inner
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
    best, at = np.float32(1e30), 0
    low = max(int(s + distance - aside) - 2, int(s), 0)
    high = min(int(s + np.float32(1.3) * distance + aside) + 2, count - 1)
    for k in range(low, high + 1, 4):
        i = np.uint64(first + k)
        dx, dy = tables.line[i, 0] - x, tables.line[i, 1] - y
        gap = dx * dx + dy * dy
        if gap < best:
            best, at = gap, k
    return np.float32(at), best


@inner
def in_the_way(p, e, j, a, m, tables, bodies, sight):  # type: ignore[no-untyped-def]
    """Whether person j, who is on or heads to the m-th crossing of vehicle a, has not passed the vehicle's way yet.

    Who stands on it beside the way of a vehicle whose front is there already lets it pass: else both would wait on.
    """
    along = tables.way[p, a, m, 4]
    c, s = math.cos(along), math.sin(along)
    dx, dy = bodies.position[e, j, 0] - tables.way[p, a, m, 2], bodies.position[e, j, 1] - tables.way[p, a, m, 3]
    aside, pace = dy * c - dx * s, sight.sine[j] * c - sight.cosine[j] * s
    nose = bodies.travelled[e, a] + HALF * tables.size[p, a, 0]
    if bodies.speed[e, j] < np.float32(0.1) and sight.on[j] and nose > tables.way[p, a, m, 0] - np.float32(1.3):
        return abs(aside) < HALF * tables.size[p, a, 1] + np.float32(0.35)
    return abs(aside) < 0.5 * tables.size[p, a, 1] + 0.7 or aside * pace < 0.0


@inner
def next_crossing(p, e, a, nose, tables, bodies, sight):  # type: ignore[no-untyped-def]
    """The next crossing of a vehicle: its number on the path (-1 = none), and whether it is occupied, approached."""
    for m in range(tables.way_crossing.shape[2]):
        c = tables.way_crossing[p, a, m]
        if c < 0:
            break
        if nose > tables.way[p, a, m, 0] + HALF or tables.way[p, a, m, 0] - nose > REACH:
            continue
        occupied, approached = False, False
        for j in range(tables.exists.shape[1]):
            if sight.crossing[j] == c and bodies.alive[e, j] and in_the_way(p, e, j, a, m, tables, bodies, sight):
                occupied |= sight.on[j]
                approached |= not sight.on[j]
        return m, occupied, approached
    return -1, False, False


@inner
def next_signal(p, a, nose, tables):  # type: ignore[no-untyped-def]
    """The next stop line with a signal: m from the front (inf = none), and the group."""
    for k in range(tables.stop_at.shape[2]):
        if tables.stop_group[p, a, k] >= 0 and tables.stop_at[p, a, k] > nose - HALF:
            return tables.stop_at[p, a, k] - nose, tables.stop_group[p, a, k]
    return np.float32(np.inf), np.int32(-1)


@inner
def oncoming(p, e, a, s, nose, tables, bodies, sight, near):  # type: ignore[no-untyped-def]
    """Distance (m) to where a vehicle must wait for others whose ways cross its own; REACH = it need not.

    Who is about to turn waits for oncoming traffic; everybody waits for who is on the way across, such as the last ones
    of the phase before, and will be there first, and for people who cross the road away from crossings.
    """
    first, last = tables.rows[tables.path[p, a], 0], tables.rows[tables.path[p, a], 1] - 1
    here = first + min(max(int(s), 0), last)
    there = first + min(max(int(s) + TURN_AHEAD, 0), last)
    turn = tables.rim[here, COSINE] * tables.rim[there, COSINE] + tables.rim[here, SINE] * tables.rim[there, SINE]
    wait: Any = REACH
    for m in range(near.first[a], near.first[a + 1]):
        j = near.other[m]
        if not tables.vehicle[p, j]:
            if tables.bare[p, j, 1] > np.float32(0.0):
                free = stop_for(
                    p, e, j, a, tables.bare, tables.size, bodies.position, bodies.heading, bodies.speed,
                    bodies.travelled,
                )  # fmt: skip
                wait = min(wait, np.float32(free))
            continue
        facing = sight.cosine[a] * sight.cosine[j] + sight.sine[a] * sight.sine[j]
        if facing > ACROSS or bodies.speed[e, j] < HALF or tables.path[p, j] < 0:
            continue
        turns = turn <= STRAIGHT and facing <= np.float32(-0.2)
        if not turns and (near.square[m] > NEARBY * NEARBY or facing < -ACROSS):
            continue
        if not stopped_by_red(p, e, j, tables, bodies, sight):
            wait = min(wait, conflict(p, e, a, j, int(s), nose, turns, tables, bodies))
    return wait


@inner
def stopped_by_red(p, e, j, tables, bodies, sight):  # type: ignore[no-untyped-def]
    """Whether a vehicle has a red light ahead that it can stop for."""
    v, nose = bodies.speed[e, j], bodies.travelled[e, j] + HALF * tables.size[p, j, 0]
    free, group = next_signal(p, j, nose, tables)
    return free < REACH and sight.shown[group] >= YELLOW and v * v < np.float32(8.0) * max(free, HALF)


@inner
def conflict(p, e, a, j, here, nose, yields, tables, bodies):  # type: ignore[no-untyped-def]
    """Distance (m) to stop before the ways of two vehicles meet, if they would be there at about the same time.

    Args:
        p: scene.
        e: row of the bodies.
        a: vehicle that looks.
        j: the other one.
        here: m along the path of the first.
        nose: m along its path, its front.
        yields: whether it gives way; else the other one must be there before it.
        tables: `Tables`.
        bodies: `Bodies`.

    Returns:
        REACH where it need not stop.
    """
    own, other, sj = tables.path[p, a], tables.path[p, j], bodies.travelled[e, j]
    first, last = tables.rows[own, 0], tables.rows[own, 1] - 1
    k = tables.rows[other, 0] + min(max(int(sj), 0), tables.rows[other, 1] - 1)
    from_x, from_y, c, d = tables.line[k, 0], tables.line[k, 1], tables.rim[k, COSINE], tables.rim[k, SINE]
    right, left = tables.rim[k, RIGHT] - np.float32(CLEARANCE), tables.rim[k, LEFT] + np.float32(CLEARANCE)
    for i in range(max(here, 0) + 1, min(here + TURN_AHEAD, last)):
        x, y = tables.line[first + i, 0], tables.line[first + i, 1]
        beside = (y - from_y) * c - (x - from_x) * d
        if beside < right or beside > left:
            continue  # the other's path ahead does not come here
        dx, dy = bodies.position[e, j, 0] - x, bodies.position[e, j, 1] - y
        guess, closest = nearest_ahead(tables, other, sj, math.sqrt(dx * dx + dy * dy), np.float32(CLEARANCE), x, y)
        if closest > np.float32(CLEARANCE * CLEARANCE + 4.1):
            continue
        at, aside = slide_on(tables, other, x, y, guess)
        if abs(aside) > np.float32(CLEARANCE) or at <= sj + HALF:
            continue
        if i == here + 1 and abs(wrap(tables.line[first + i, 2] - tables.line[first + here, 2])) < np.float32(0.1):
            return REACH  # already side by side
        free, v, theirs = np.float32(i) - nose, bodies.speed[e, a], max(bodies.speed[e, j], np.float32(2.0))
        if free < np.float32(0.0) and v > np.float32(1.0):
            return REACH  # too late to give way
        free = max(free, np.float32(0.0))
        length = HALF * (tables.size[p, j, 0] + tables.size[p, a, 0]) + np.float32(2.0)
        come, gone = (at - sj) / theirs, (at - sj + length) / theirs
        mine = free / max(v, np.float32(2.5))
        done = (free + tables.size[p, a, 0] + np.float32(4.0)) / max(v, np.float32(3.5))
        blocked = come < done + np.float32(1.0) and gone > mine - HALF
        if not yields:  # front to front, until where the ways are too close
            first_me = free / max(v, np.float32(2.0))
            first_them = (at - sj - np.float32(CLEARANCE) - HALF * tables.size[p, j, 0]) / theirs
            if first_them > first_me or (first_them == first_me and j > a):
                return REACH
        return max(free - np.float32(1.0), np.float32(0.0)) if blocked else REACH
    return REACH
