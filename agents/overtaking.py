"""Overtaking cyclists over the oncoming lane, and what vehicles beside the middle of their lane decide.

Who follows a slow two-wheeler looks whether all of the way that overtaking takes is free: no stop line, crossing, side
road or bend on it, the oncoming lane there, and nobody who would come along before one is back. The way is worked out
from speeds as a driver might: pull at PULL up to the wished speed, move back with FRONT metres to spare.
"""

from __future__ import annotations

import math

import numpy as np

from agents.changing import (
    ALONGSIDE,
    CLOSE,
    EVERY,
    PASSED,
    ROOM,
    apart,
    around,
    choose_lane,
    clear_ahead,
    keep_beside,
    lasts_of,
    let_in,
    pace_along,
    place_beside,
    pushed_by,
    reach_of,
    safe,
)
from agents.drivers import PACE_UP, TEMPER
from sim.abreast import LANE, LEFT, NOW, PASSES, REST, TO, least_way, set_off
from sim.ahead import HALF
from sim.egoview import GAP, PACE
from sim.kernels import inner

NARROW = 1.2  # m wide at most are those who are overtaken, cyclists
SIDE = 1.5  # m between a vehicle and a cyclist; German road traffic regulations, section 5 (4), within towns
CRAWLS = 1.0  # m/s that who is overtaken rides at least: others stop
SLOWER = 0.7  # of the wished speed at most, that who is overtaken rides
WITHIN = 25.0  # m to a cyclist from where on one thinks about it
PULL = 1.0  # m/s2 with which one speeds up, less than at the start of the intelligent driver model
FRONT = 6.0  # m between a cyclist and the rear of who moves back
SPARE = 2.0  # s that are left until somebody comes along
FAST = 14.0  # m/s that somebody may come along at who is not seen yet
SIDEWAYS = 15.0  # m beside the way within which who comes from a side road counts
STRAIGHT = 0.94  # cosine of what the road may bend on the way
LONGEST = 20.0  # s that overtaking may take
EDGE = 0.2  # m to the far edge of the oncoming lane
AGAINST = -0.7  # cosine between headings of those who come along
ASTRAY = 2.0  # m beside the way within which people must not be
GROUP = 6  # cyclists that are overtaken at once, at most


@inner
def rides(p, e, a, j, tables, bodies, sight):  # type: ignore[no-untyped-def]
    """Whether actor j is a two-wheeler that vehicle a may overtake, should it be slow enough."""
    narrow = tables.vehicle[p, j] and tables.size[p, j, 1] <= np.float32(NARROW)
    return narrow and pace_along(e, a, j, bodies, sight) >= np.float32(CRAWLS)


@apart
def group_ahead(p, e, a, lead, wish, side, tables, bodies, sight, near):  # type: ignore[no-untyped-def]
    """The cyclists one would overtake at once: as long as there is no room to move back between two of them.

    Args:
        p: scene.
        e: row of the bodies.
        a: vehicle.
        lead: the first of them.
        wish: m/s that the vehicle would drive.
        side: 1 = to the left, -1 = to the right of them.
        tables: `Tables`.
        bodies: `Bodies`.
        sight: `Sight` of the world.
        near: `Near` of the world.

    Returns:
        m along the path where the front of the last one is, m to the left of it where a vehicle passes all of them, and
        speed of the fastest, m/s; whether there is room before the last one.
    """
    half, own = HALF * tables.size[p, a, 0], HALF * tables.size[p, a, 1]
    end, target, pace = np.float32(0.0), np.float32(0.0), np.float32(0.0)
    j, room = np.int64(lead), False
    for _ in range(GROUP):
        at, off = place_beside(p, e, a, j, tables, bodies, sight)
        along, wide = reach_of(p, j, a, tables, sight)
        end, pace = max(end, at + along), max(pace, pace_along(e, a, j, bodies, sight))
        target = side * max(side * target, side * off + wide + np.float32(SIDE) + own)
        need, nearest, j = end + np.float32(FRONT) + half + half + pace, np.float32(1e9), np.int64(-1)
        for m in range(near.first[a], near.first[a + 1]):
            other = np.int64(near.other[m])
            at, off = place_beside(p, e, a, other, tables, bodies, sight)
            along, wide = reach_of(p, other, a, tables, sight)
            if at <= end or at - along > need or abs(off) > own + wide + np.float32(CLOSE):
                continue
            if pace_along(e, a, other, bodies, sight) >= np.float32(SLOWER) * wish:
                continue
            if not rides(p, e, a, other, tables, bodies, sight):
                return end, target, pace, False
            if at < nearest:
                nearest, j = at, other
        if j < 0:
            room = True
            break
    return end, target, pace, room


@inner
def there(p, a, s, way, sees, target, over, tables):  # type: ignore[no-untyped-def]
    """Whether the oncoming lane lies beside the road along a way (m), and it is straight as far as one must see (m)."""
    r = tables.path[p, a]
    first, count = tables.rows[r, 0], tables.rows[r, 1]
    here, last = max(int(s), 0), int(s + way)
    if last >= count:
        return False
    along, most = tables.line[first + here, 2], abs(target) + HALF * tables.size[p, a, 1] + np.float32(EDGE)
    for k in range(first + here, first + min(int(s + sees), count)):
        if k < first + last and (over[k] * target <= np.float32(0.0) or abs(over[k]) < most):
            return False
        if math.cos(tables.line[k, 2] - along) < np.float32(STRAIGHT):
            return False
    return True


@apart
def nobody_comes(p, e, a, way, time, target, state, tables, bodies, sight):  # type: ignore[no-untyped-def]
    """Whether nobody is or will be where vehicle a overtakes.

    Args:
        p: scene.
        e: row of the bodies.
        a: vehicle.
        way: m that overtaking takes.
        time: s that it takes.
        target: m to the left of the path where it passes.
        state: (A, 9) of `Changes.state`.
        tables: `Tables`.
        bodies: `Bodies`.
        sight: `Sight` of the world.
    """
    s, half, own = bodies.travelled[e, a], HALF * tables.size[p, a, 0], HALF * tables.size[p, a, 1]
    zero, one = np.float32(0.0), np.float32(1.0)
    side = one if target > zero else -one
    outer, inner_edge = side * target + own + np.float32(CLOSE), side * target - own - np.float32(CLOSE)
    for j in range(tables.exists.shape[1]):
        if j == a or not bodies.alive[e, j]:
            continue
        at, off = place_beside(p, e, a, j, tables, bodies, sight)
        along, wide = reach_of(p, j, a, tables, sight)
        ahead = at - along - s - half
        if at + along < s - half:  # behind; who follows is asked by `safe`
            continue
        facing = sight.cosine[a] * sight.cosine[j] + sight.sine[a] * sight.sine[j]
        goes = (state[j, TO] - state[j, NOW]) * (one if facing > zero else -one)
        near_edge = side * off + min(side * goes, zero) - wide
        if not tables.vehicle[p, j]:
            if ahead < way and near_edge < outer + np.float32(ASTRAY) and side * off + wide > -own - np.float32(ROOM):
                return False
        elif facing < np.float32(AGAINST):
            closing = max(bodies.speed[e, j], tables.desired[p, j] if tables.path[p, j] >= 0 else np.float32(0.0))
            if near_edge < outer and side * off + wide > -own and ahead < way + closing * (time + np.float32(SPARE)):
                return False
        elif facing < np.float32(ALONGSIDE):
            moves = bodies.speed[e, j] > np.float32(0.1)
            if ahead < way and abs(off) < (np.float32(SIDEWAYS) if moves else outer + wide):
                return False
        elif side * off + wide > inner_edge and near_edge < outer and ahead < way:
            return False  # who goes the same way there
    return True


@apart
def may_pass(p, e, a, lead, out, state, over, temper, tables, bodies, sight, near):  # type: ignore[no-untyped-def]
    """Whether vehicle a may overtake who is ahead of it.

    Args:
        p: scene.
        e: row of the bodies.
        a: vehicle.
        lead: who.
        out: whether it is on the oncoming lane already.
        state: (A, 9) of `Changes.state`.
        over: `Changes.over`.
        temper: of the driver.
        tables: `Tables`.
        bodies: `Bodies`.
        sight: `Sight` of the world.
        near: `Near` of the world.

    Returns:
        m to the left of the path where it would pass, 0 = it may not.
    """
    none, one = np.float32(0.0), np.float32(1.0)
    s, v, half = bodies.travelled[e, a], bodies.speed[e, a], HALF * tables.size[p, a, 0]
    lasts = lasts_of(temper)
    k = tables.rows[tables.path[p, a], 0] + min(max(int(s), 0), tables.rows[tables.path[p, a], 1] - 1)
    if over[k] == none:
        return none
    wish, side = tables.desired[p, a] * (one + np.float32(PACE_UP) * temper), one if over[k] > none else -one
    end, target, pace, room = group_ahead(p, e, a, lead, wish, side, tables, bodies, sight, near)
    if not room or pace >= np.float32(SLOWER) * wish:
        return none
    gain, farther = wish - pace, max(end + np.float32(FRONT) + half - s, none)
    ramp = gain / np.float32(PULL)
    time = math.sqrt(np.float32(2.0) * farther / np.float32(PULL))
    if time > ramp:
        time = ramp + (farther - HALF * gain * ramp) / gain
    begin = none if out else max(lasts, least_way(tables.size[p, a, 0]) / max(v, one))
    way = max(v, pace) * begin + pace * time + farther + np.float32(PASSED) * lasts * wish
    time += begin + np.float32(PASSED) * lasts
    if time > np.float32(LONGEST) or not clear_ahead(p, a, s, way, tables):
        return none
    sees = way + max(wish, np.float32(FAST)) * (time + np.float32(SPARE))
    if not there(p, a, s, way, sees, target, over, tables):
        return none
    if not nobody_comes(p, e, a, way, time, target, state, tables, bodies, sight):
        return none
    return target


@apart
def think_of_passing(p, e, a, row, state, over, traits, tables, bodies, sight, near):  # type: ignore[no-untyped-def]
    """Decide whether vehicle a, in its own lane, overtakes a cyclist ahead, and begin to; see `change_lanes`."""
    zero = np.float32(0.0)
    lead, gap, _, _ = around(p, e, a, zero, state, tables, bodies, sight, near)
    if lead < 0 or gap > np.float32(WITHIN) or gap < np.float32(ROOM):
        return
    if not rides(p, e, a, lead, tables, bodies, sight):
        return
    target = may_pass(p, e, a, lead, False, state, over, traits[a, TEMPER], tables, bodies, sight, near)
    if target == zero:
        return
    after, free, rear, back = around(p, e, a, target, state, tables, bodies, sight, near)
    pace = pace_along(e, a, after, bodies, sight)
    if safe(p, e, a, free, pace, rear, back, traits, tables, bodies, sight):
        set_off(row, target, zero, lasts_of(traits[a, TEMPER]))
        row[PASSES] = np.float32(1.0)


@apart
def go_on_passing(p, e, a, row, state, over, ahead, traits, tables, bodies, sight, near):  # type: ignore[no-untyped-def]
    """Move back in front of who was overtaken; behind him if it must be; else go on."""
    zero, temper = np.float32(0.0), traits[a, TEMPER]
    lead, gap, rear, back = around(p, e, a, zero, state, tables, bodies, sight, near)
    passes = lead >= 0 and gap < np.float32(WITHIN) and rides(p, e, a, lead, tables, bodies, sight)
    if passes:
        target = may_pass(p, e, a, lead, True, state, over, temper, tables, bodies, sight, near)
        if abs(target) > abs(row[TO]) + np.float32(CLOSE):  # the next one rides farther from the kerb
            set_off(row, target, zero, lasts_of(temper))
        if target != zero:
            return
    room = back > np.float32(HALF * FRONT) and gap > np.float32(ROOM)
    if room and rear >= 0 and tables.vehicle[p, rear]:
        room = pushed_by(p, e, rear, back, bodies.speed[e, a], traits[rear, TEMPER], tables, bodies) > np.float32(-2.0)
    if room:
        set_off(row, zero, zero, lasts_of(temper))
        row[PASSES] = zero
    elif passes and gap < ahead[GAP]:  # somebody comes: fall back behind the cyclist
        ahead[GAP], ahead[PACE] = max(gap, np.float32(0.1)), bodies.speed[e, lead]


@apart
def change_lanes(p, e, ruled, batch, sight, near):  # type: ignore[no-untyped-def]
    """Let the vehicles of a world that rules drive decide about the lane they are on, after everybody moved.

    Args:
        p: scene.
        e: environment.
        ruled: whether rules drive those, too, who have rows.
        batch: `agents.stepping.Batch`; changes of lanes and what lies ahead are changed.
        sight: `Sight` of the world.
        near: `Near` of the world.
    """
    tables, bodies, play, changes = batch.tables, batch.bodies, batch.play, batch.changes
    state, ahead, traits = changes.state[e], batch.ahead[e], batch.traits[e]
    for a in range(tables.exists.shape[1]):
        n = play.row_of[p, a]
        if not bodies.alive[e, a] or not changes.able[p, a] or (n >= 0 and not (ruled and play.active[e, n])):
            continue
        row = state[a]
        if row[LEFT] > np.float32(0.0):
            let_in(p, e, a, state, ahead, tables, bodies, sight, near)
            continue
        if row[PASSES] != np.float32(0.0):
            go_on_passing(
                p, e, a, row, state, changes.over, ahead[a], traits, tables, bodies, sight, near
            )  # fmt: skip
            continue
        if row[LANE] != np.float32(0.0):
            keep_beside(p, e, a, row, ahead[a], changes, tables, bodies)
        if row[REST] <= np.float32(0.0) and (play.step[e] + a) % EVERY == 0:
            choose_lane(p, e, a, row, state, changes, traits, tables, bodies, sight, near)
            if row[LEFT] <= np.float32(0.0) and row[LANE] == np.float32(0.0):
                think_of_passing(p, e, a, row, state, changes.over, traits, tables, bodies, sight, near)
