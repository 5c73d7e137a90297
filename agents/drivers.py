"""Rule-based drivers inside kernels: the rules of `agents.rules.RuleDriver`, with curves, gaps and people added."""

from __future__ import annotations

import math

import numpy as np

from sim.ahead import REACH, lead_on_route, next_crossing, next_signal, oncoming
from sim.kernels import kernel, wrap
from sim.signals import RED, YELLOW
from sim.tables import place_on

# Treiber, Hennecke, Helbing (2000), table I, with headway and acceleration as in city traffic.
HEADWAY, ACCELERATION, BRAKING, DISTANCE = 1.2, 1.4, 2.0, 2.0  # s, m/s2, m/s2, m
LIMIT = 7.0  # m/s2, hardest braking
YELLOW_BRAKING = 3.0  # m/s2; harder braking than this and yellow is driven through
SIDEWAYS = 1.6  # m/s2 across that is felt as comfortable in a curve


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
