"""Rule-based drivers inside kernels: the rules of `agents.rules.RuleDriver`, with curves, gaps and people added."""

from __future__ import annotations

import math

import numpy as np

from sim.ahead import HALF, next_crossing, next_signal
from sim.egoview import GAP, PACE, WAIT
from sim.kernels import kernel, wrap
from sim.near import REACH
from sim.signals import RED, YELLOW

# Treiber, Hennecke, Helbing (2000), table I, with headway and acceleration as in city traffic.
HEADWAY, ACCELERATION, BRAKING, DISTANCE = 1.2, 1.4, 2.0, 2.0  # s, m/s2, m/s2, m
LIMIT = 7.0  # m/s2, hardest braking
YELLOW_BRAKING = 3.0  # m/s2; harder braking than this and yellow is driven through
SIDEWAYS = 1.6  # m/s2 across that is felt as comfortable in a curve


@kernel
def held_back(speed, gap, lead):  # type: ignore[no-untyped-def]
    """(s* / s)^2 of the intelligent driver model: how much something ahead holds back."""
    closing = speed * (speed - lead) * np.float32(0.5 / math.sqrt(ACCELERATION * BRAKING))
    wanted = np.float32(DISTANCE) + max(np.float32(0.0), speed * np.float32(HEADWAY) + closing)
    share = wanted / max(gap, np.float32(0.1))
    return share * share


@kernel
def curve_speed(p, a, s, desired, tables):  # type: ignore[no-untyped-def]
    """Speed (m/s) that the curves of the next 24 m allow now."""
    r, slowest = tables.path[p, a], desired * desired
    first, last = tables.rows[r, 0], tables.rows[r, 1] - 2
    here = int(s)
    before = tables.line[first + min(max(here, 0), last), 2]
    for k in range(1, 7):
        along = tables.line[first + min(max(here + 4 * k, 0), last), 2]
        bend = abs(wrap(along - before)) * np.float32(0.25)
        if bend > np.float32(0.01):
            ahead = max(np.float32(4 * (k - 1) - 2), np.float32(0.0))
            slowest = min(slowest, np.float32(SIDEWAYS) / bend + np.float32(3.0) * ahead)
        before = along
    return math.sqrt(slowest)


@kernel
def stop_needed(p, e, a, s, wait, tables, bodies, sight):  # type: ignore[no-untyped-def]
    """Distance (m) from the front to where a vehicle must stop now: red lights, people, oncoming traffic (`wait`)."""
    v, nose, stop = bodies.speed[e, a], s + HALF * tables.size[p, a, 0], wait
    free, group = next_signal(p, a, nose, tables)
    if free < REACH:
        shown, free = sight.shown[group], max(free, np.float32(0.0))
        if shown == RED or (shown == YELLOW and v * v < np.float32(2.0 * YELLOW_BRAKING) * max(free, np.float32(0.01))):
            stop = min(stop, free)
    m, occupied, approached = next_crossing(p, e, a, nose, tables, bodies, sight)
    if occupied or approached:
        stop = min(stop, max(tables.way[p, a, m, 0] - np.float32(1.2) - nose, np.float32(0.0)))
    return stop


@kernel
def rule_acceleration(p, e, a, ahead, tables, bodies, sight):  # type: ignore[no-untyped-def]
    """Acceleration (m/s2) of the rule-based driver of vehicle a, for which `sim.egoview.look_ahead` filled `ahead`."""
    v, s = bodies.speed[e, a], bodies.travelled[e, a]
    wish = max(curve_speed(p, a, s, tables.desired[p, a], tables), np.float32(0.1))
    stop = stop_needed(p, e, a, s, ahead[WAIT], tables, bodies, sight)
    hold = held_back(v, ahead[GAP], ahead[PACE]) if ahead[GAP] < REACH else np.float32(0.0)
    if stop < REACH:
        hold = max(hold, held_back(v, stop + np.float32(1.2), np.float32(0.0)))
    ratio = v / wish
    push = np.float32(ACCELERATION) * (np.float32(1.0) - min(ratio * ratio * ratio * ratio, np.float32(3.0)) - hold)
    return min(max(push, np.float32(-LIMIT)), np.float32(ACCELERATION))
