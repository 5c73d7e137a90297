"""Changes of lanes by rules: MOBIL, for vehicles whose road has several lanes in their direction.

Kesting, Treiber, Helbing (2007), General lane-changing model MOBIL for car-following models, Transportation Research
Record 1999: who changes must gain by it more than a threshold, where what others lose counts a little, and nobody may
have to brake hard.
"""

from __future__ import annotations

import numpy as np

from agents.drivers import PACE_UP, TEMPER, held_back, push_of
from sim.abreast import LANE, NOW, SIDES, TO, least_way, set_off
from sim.ahead import HALF
from sim.egoview import GAP, PACE, WAIT
from sim.kernels import inner, within
from sim.near import REACH
from sim.tables import slide_on

LANES = ("keep", "mobil")  # whether vehicles stay in their lanes
KEEP, MOBIL = range(2)
# Kesting, Treiber, Helbing (2007): changing threshold, bias, hardest braking that others are put to, and politeness,
# here from 0 to 0.5, as calm drivers are the polite ones. The bias is towards the lane of the route.
THRESHOLD, BIAS, SAFE, POLITENESS = 0.1, 0.3, 4.0, 0.25  # m/s2, m/s2, m/s2, share
LASTS, HURRY = 4.0, 0.2  # s of a change, and the share by which temper changes it; Toledo and Zohar (2007): 4.6 s
EVERY = 5  # steps between two decisions
SLOWEST = 2.0  # m/s below which nobody leaves the own lane
ZONE = 15.0  # m before a stop line or crossing where changes have ended
BEHIND_LINE, BEHIND_CROSSING = 12.0, 2.0  # m behind them where changes may begin
STAY = 12.0  # s that one must be able to stay on a lane off the route
ROOM = 1.0  # m, least gap before and behind who changes
RETURN = 30.0  # m that one looks farther ahead than two changes are long, for where one must be back
DRIFT = 0.02  # m a step by which lanes may come nearer to each other
CLOSE = 0.3  # m beside a vehicle that belong to its way
PASSED = 0.6  # share of a change after which the old lane is free
ALONGSIDE = 0.7  # cosine between headings of those who go the same way

apart = within(_nrt=False)  # not inlined: what few worlds need should not make the step of all others larger


@inner
def place_beside(p, e, a, j, tables, bodies, sight):  # type: ignore[no-untyped-def]
    """Where actor j is along and beside the path of vehicle a, within REACH: m along it, m to the left of it."""
    r, s = tables.path[p, a], bodies.travelled[e, a]
    x, y = bodies.position[e, j, 0], bodies.position[e, j, 1]
    dx, dy = x - bodies.position[e, a, 0], y - bodies.position[e, a, 1]
    guess = bodies.travelled[e, j] if tables.path[p, j] == r else s + dx * sight.cosine[a] + dy * sight.sine[a]
    at, aside = guess, np.float32(0.0)
    for _ in range(3):  # on a bend one has to look again
        at, aside = slide_on(tables, r, x, y, guess)
        if abs(at - guess) < np.float32(4.0):
            break
        guess = at
    return at, aside


@inner
def reach_of(p, j, a, tables, sight):  # type: ignore[no-untyped-def]
    """Halves of what the box of actor j takes along and across the heading of vehicle a, m."""
    same = abs(sight.cosine[a] * sight.cosine[j] + sight.sine[a] * sight.sine[j])
    across = abs(sight.cosine[a] * sight.sine[j] - sight.sine[a] * sight.cosine[j])
    length, width = tables.size[p, j, 0], tables.size[p, j, 1]
    return HALF * (same * length + across * width), HALF * (same * width + across * length)


@inner
def lasts_of(temper):  # type: ignore[no-untyped-def]
    """Seconds that a change of lanes takes."""
    return np.float32(LASTS) * (np.float32(1.0) - np.float32(HURRY) * temper)


@apart
def around(p, e, a, aside, state, tables, bodies, sight, near):  # type: ignore[no-untyped-def]
    """Who is before and behind vehicle a, were it on the lane `aside` m to the left of its path.

    Who changes lanes is on the one it leaves as long as its box is, and on the one it goes to from the start.

    Returns:
        Numbers of both, -1 = nobody, and the gaps to them, m; a gap is below 0 where somebody is beside the vehicle.
    """
    s, half = bodies.travelled[e, a], HALF * tables.size[p, a, 0]
    none = np.int64(-1)
    lead, rear, gap, back = none, none, REACH, REACH
    for m in range(near.first[a], near.first[a + 1]):
        j = np.int64(near.other[m])
        at, off = place_beside(p, e, a, j, tables, bodies, sight)
        along, wide = reach_of(p, j, a, tables, sight)
        wide += HALF * tables.size[p, a, 1]
        goes = off + state[j, TO] - state[j, NOW]
        low, high = min(off, goes), max(off, goes)
        if aside > high + wide + np.float32(CLOSE) or aside < low - wide - np.float32(CLOSE):
            continue
        free = abs(at - s) - half - along
        if at > s and free < gap:
            lead, gap = j, free
        if at <= s and free < back:
            rear, back = j, free
    return lead, gap, rear, back


@inner
def pace_along(e, a, j, bodies, sight):  # type: ignore[no-untyped-def]
    """Speed (m/s) of actor j in the direction of vehicle a; nobody's is 0."""
    if j < 0:
        return np.float32(0.0)
    return bodies.speed[e, j] * (sight.cosine[a] * sight.cosine[j] + sight.sine[a] * sight.sine[j])


@inner
def pushed_by(p, e, a, gap, lead, temper, tables, bodies):  # type: ignore[no-untyped-def]
    """Acceleration (m/s2) of the intelligent driver model for vehicle a behind somebody; REACH = nobody is ahead."""
    hold = held_back(bodies.speed[e, a], gap, lead, temper) if gap < REACH else np.float32(0.0)
    wish = max(tables.desired[p, a] * (np.float32(1.0) + np.float32(PACE_UP) * temper), np.float32(0.1))
    return push_of(bodies.speed[e, a], wish, hold, temper)


@inner
def gain_of(own_before, own_after, new_before, new_after, old_before, old_after, politeness, bias):  # type: ignore[no-untyped-def]
    """Incentive (m/s2) to change beyond the threshold; Kesting, Treiber, Helbing (2007), section 2.

    Args:
        own_before: m/s2, acceleration of who may change, on the lane of now.
        own_after: on the other one.
        new_before: of the follower on the other lane, now.
        new_after: with the vehicle in front.
        old_before: of the follower on the lane of now.
        old_after: without the vehicle in front.
        politeness: share by which others count.
        bias: m/s2 in favour of the change.

    Returns:
        More than 0 where it is worth it.
    """
    others = new_after - new_before + old_after - old_before
    return own_after - own_before + politeness * others - np.float32(THRESHOLD) + bias


@inner
def let_in(p, e, a, state, ahead, tables, bodies, sight, near):  # type: ignore[no-untyped-def]
    """Let who drives on the lane that vehicle a changes to mind it before its box is there, as its indicator asks."""
    _, _, rear, back = around(p, e, a, state[a, TO], state, tables, bodies, sight, near)
    same = pace_along(e, a, rear, bodies, sight) > np.float32(ALONGSIDE) * bodies.speed[e, rear] if rear >= 0 else False
    if same and back < ahead[rear, GAP]:
        ahead[rear, GAP], ahead[rear, PACE] = max(back, np.float32(0.0)), bodies.speed[e, a]


@inner
def clear_ahead(p, a, s, way, tables):  # type: ignore[no-untyped-def]
    """Whether no stop line, crossing or end of the path lies within or just beyond a way (m) that begins at s (m)."""
    far = s + HALF * tables.size[p, a, 0] + way + np.float32(ZONE)
    if far > tables.length[tables.path[p, a]]:
        return False
    for k in range(tables.stop_at.shape[2]):
        if tables.stop_at[p, a, k] < far and s < tables.stop_at[p, a, k] + np.float32(BEHIND_LINE):
            return False
    for m in range(tables.way_crossing.shape[2]):
        there = tables.way_crossing[p, a, m] >= 0
        if there and tables.way[p, a, m, 0] < far and s < tables.way[p, a, m, 1] + np.float32(BEHIND_CROSSING):
            return False
    return True


@inner
def lane_beside(k, lane, beside):  # type: ignore[no-untyped-def]
    """Of the lane so many places to the left, at point k: m to the left of the path, m along it up to where it is."""
    if lane == 0:
        return np.float32(0.0), np.float32(np.inf)
    column = lane + 2 if lane < 0 else lane + 1
    return beside[k, column, 0], beside[k, column, 1]


@apart
def safe(p, e, a, gap, lead, rear, back, temper, tables, bodies, sight):  # type: ignore[no-untyped-def]
    """Whether there is room on another lane, and nobody would have to brake harder than SAFE.

    Args:
        p: scene.
        e: row of the bodies.
        a: vehicle that may change.
        gap: m to the next one there.
        lead: m/s, its speed.
        rear: the follower there, -1 = none.
        back: m to it.
        temper: (A, 3) traits of the drivers.
        tables: `Tables`.
        bodies: `Bodies`.
        sight: `Sight` of the world.
    """
    if gap < np.float32(ROOM) or back < np.float32(ROOM):
        return False
    if pushed_by(p, e, a, gap, lead, temper[a, TEMPER], tables, bodies) < np.float32(-SAFE):
        return False
    if rear < 0 or not tables.vehicle[p, rear]:
        return True
    pace = bodies.speed[e, a]
    return pushed_by(p, e, rear, back, pace, temper[rear, TEMPER], tables, bodies) >= np.float32(-SAFE)


@apart
def changed_by(p, e, a, rear, back, gap, lead, temper, tables, bodies):  # type: ignore[no-untyped-def]
    """Acceleration (m/s2) of a follower behind vehicle a, and what it would be without: behind who is ahead of a.

    Args:
        p: scene.
        e: row of the bodies.
        a: vehicle.
        rear: the follower, -1 = none.
        back: m to it.
        gap: m to who is ahead, REACH = nobody.
        lead: m/s, his speed.
        temper: (A, 3) traits of the drivers.
        tables: `Tables`.
        bodies: `Bodies`.
    """
    if rear < 0 or not tables.vehicle[p, rear]:
        return np.float32(0.0), np.float32(0.0)
    far = gap + back + tables.size[p, a, 0] if gap < REACH else REACH
    held = pushed_by(p, e, rear, back, bodies.speed[e, a], temper[rear, TEMPER], tables, bodies)
    return held, pushed_by(p, e, rear, far, lead, temper[rear, TEMPER], tables, bodies)


@inner
def choose_lane(p, e, a, row, state, changes, traits, tables, bodies, sight, near):  # type: ignore[no-untyped-def]
    """Decide whether vehicle a changes to a lane beside its own, and begin to; see `change_lanes`."""
    s, v, one = bodies.travelled[e, a], bodies.speed[e, a], np.float32(1.0)
    r, temper, lane = tables.path[p, a], traits[a, TEMPER], int(row[LANE])
    k = tables.rows[r, 0] + min(max(int(s), 0), tables.rows[r, 1] - 1)
    lasts = lasts_of(temper)
    way = max(v * lasts, least_way(tables.size[p, a, 0]))
    must = lane_beside(k, lane, changes.beside)[1] - s < np.float32(2.0) * way + np.float32(RETURN)
    if not must and (v < np.float32(SLOWEST) or not clear_ahead(p, a, s, way, tables)):
        return
    lead, gap, rear, back = around(p, e, a, row[TO], state, tables, bodies, sight, near)
    pace = pace_along(e, a, lead, bodies, sight)
    passing = np.float32(PASSED) * max(lasts, way / max(v, one)) * (v - pace)
    if not must and lead >= 0 and gap - passing < np.float32(ROOM):
        return
    now = pushed_by(p, e, a, gap, pace, temper, tables, bodies)
    held, freed = changed_by(p, e, a, rear, back, gap, pace, traits, tables, bodies)
    best, chosen, target = np.float32(0.0), 0, np.float32(0.0)
    for side in (-1, 1):
        other = lane + side
        out = abs(other) > abs(lane)
        if abs(other) > SIDES[3] or (must and out):
            continue
        aside, until = lane_beside(k, other, changes.beside)
        stay = way + (np.float32(STAY) * max(v, HALF * tables.desired[p, a]) if out else np.float32(0.0))
        if (other != 0 and aside == np.float32(0.0)) or until - s < stay:
            continue
        after, free, follower, behind = around(p, e, a, aside, state, tables, bodies, sight, near)
        pace = pace_along(e, a, after, bodies, sight)
        if not safe(p, e, a, free, pace, follower, behind, traits, tables, bodies, sight):
            continue
        then = pushed_by(p, e, a, free, pace, temper, tables, bodies)
        cut, before = changed_by(p, e, a, follower, behind, free, pace, traits, tables, bodies)
        polite = np.float32(POLITENESS) * (one - temper)
        gain = gain_of(now, then, before, cut, held, freed, polite, np.float32(-BIAS if out else BIAS))
        if must or gain > best:
            best, chosen, target = max(gain, np.float32(0.001)), side, aside
    if chosen != 0:
        set_off(row, target, np.float32(lane + chosen), lasts)


@inner
def keep_beside(p, e, a, row, ahead, changes, tables, bodies):  # type: ignore[no-untyped-def]
    """Follow the lane beside the path that vehicle a is on, and stop before its end, however long that takes."""
    s, r, lane = bodies.travelled[e, a], tables.path[p, a], int(row[LANE])
    k = tables.rows[r, 0] + min(max(int(s), 0), tables.rows[r, 1] - 1)
    aside, until = lane_beside(k, lane, changes.beside)
    if aside != np.float32(0.0):
        row[TO] += min(max(aside - row[TO], np.float32(-DRIFT)), np.float32(DRIFT))
        row[NOW] = row[TO]
        free = until - least_way(tables.size[p, a, 0]) - s - HALF * tables.size[p, a, 0]
        ahead[WAIT] = min(ahead[WAIT], max(free, np.float32(0.0)))
