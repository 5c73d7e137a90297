"""Rule-based drivers inside kernels: the rules of `agents.rules.RuleDriver`, with curves, gaps and people added."""

from __future__ import annotations

import math

import numpy as np

from sim.egoview import REACH, lead_on_route, nearest_ahead, next_crossing, next_signal
from sim.kernels import kernel, wrap
from sim.signals import RED, YELLOW
from sim.tables import place_on, project_on

# Treiber, Hennecke, Helbing (2000), table I, with headway and acceleration as in city traffic.
HEADWAY, ACCELERATION, BRAKING, DISTANCE = 1.2, 1.4, 2.0, 2.0  # s, m/s2, m/s2, m
LIMIT = 7.0  # m/s2, hardest braking
YELLOW_BRAKING = 3.0  # m/s2; harder braking than this and yellow is driven through
SIDEWAYS = 1.6  # m/s2 across that is felt as comfortable in a curve
TURN_AHEAD = 25.0  # m before a turn from where on oncoming traffic matters
CLEARANCE = 2.6  # m between the ways of two vehicles that do not conflict


@kernel
def held_back(speed, gap, lead):  # type: ignore[no-untyped-def]
    """(s* / s)^2 of the intelligent driver model: how much something ahead holds back."""
    closing = speed * (speed - lead) / (2.0 * math.sqrt(ACCELERATION * BRAKING))
    wanted = DISTANCE + max(0.0, speed * HEADWAY + closing)
    return (wanted / max(gap, 0.1)) ** 2


@kernel
def curve_speed(p, a, s, desired, tables):  # type: ignore[no-untyped-def]
    """Speed (m/s) that the curves of the next 24 m allow now."""
    allowed, r = desired, tables.path[p, a]
    _, _, before = place_on(tables, r, s)
    for k in range(1, 7):
        _, _, along = place_on(tables, r, s + 4.0 * k)
        bend = abs(wrap(along - before)) / 4.0
        if bend > 0.01:
            ahead = max(4.0 * (k - 1) - 2.0, 0.0)
            allowed = min(allowed, math.sqrt(SIDEWAYS / bend + 2.0 * 1.5 * ahead))
        before = along
    return allowed


@kernel
def stop_needed(p, e, a, s, tables, bodies, sight):  # type: ignore[no-untyped-def]
    """Distance (m) from the front to where a vehicle must stop now: red lights, people, oncoming traffic."""
    v, nose, stop = bodies.speed[e, a], s + 0.5 * tables.size[p, a, 0], REACH
    free, group = next_signal(p, a, nose, tables)
    if free < REACH:
        shown = sight.shown[group]
        if shown == RED or (shown == YELLOW and v * v < 2.0 * YELLOW_BRAKING * max(free, 0.01)):
            stop = max(free, 0.0)
    m, occupied, approached = next_crossing(p, e, a, nose, tables, bodies, sight)
    if occupied or approached:
        stop = min(stop, max(tables.way[p, a, m, 0] - 1.2 - nose, 0.0))
    return min(stop, oncoming(p, e, a, s, nose, tables, bodies, sight))


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


@kernel
def rule_acceleration(p, e, a, s, tables, bodies, sight):  # type: ignore[no-untyped-def]
    """Acceleration (m/s2) of the rule-based driver of vehicle a, which is s metres along its path."""
    v = bodies.speed[e, a]
    wish = max(curve_speed(p, a, s, tables.desired[p, a], tables), 0.1)
    gap, lead = lead_on_route(p, e, a, s, REACH, tables, bodies, sight)
    stop = stop_needed(p, e, a, s, tables, bodies, sight)
    hold = held_back(v, gap, lead) if gap < REACH else 0.0
    if stop < REACH:
        hold = max(hold, held_back(v, stop + 1.2, 0.0))
    ratio = v / wish
    push = ACCELERATION * (1.0 - min(ratio * ratio * ratio * ratio, 3.0) - hold)
    return np.float32(min(max(push, -LIMIT), ACCELERATION))
