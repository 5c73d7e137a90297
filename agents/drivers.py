"""Rule-based drivers inside kernels: the rules of `agents.rules.RuleDriver`, with curves, gaps and people added."""

from __future__ import annotations

import math

import numpy as np

from sim.ahead import HALF, next_crossing, next_signal
from sim.counter import uniform
from sim.egoview import GAP, PACE, WAIT
from sim.halts import goes_first, must_halt
from sim.kernels import inner, kernel, wrap
from sim.near import REACH
from sim.priority import bars
from sim.signals import RED, YELLOW

# Treiber, Hennecke, Helbing (2000); headway as in city traffic, Treiber and Kesting (2013), table 11.2.
HEADWAY, ACCELERATION, BRAKING, DISTANCE = 1.0, 1.4, 2.0, 2.0  # s, m/s2, m/s2, m
LIMIT = 7.0  # m/s2, hardest braking
YELLOW_BRAKING = 3.0  # m/s2; harder braking than this and yellow is driven through
SIDEWAYS = 1.6  # m/s2 across that is felt as comfortable in a curve
HARD = 4.0  # m/s2; a driver who would have to brake harder for somebody with priority goes on
LOOKS = 16  # purpose of random numbers, see `agents.resetting`
TEMPER, REACTION, AWAY = range(3)  # columns of `Batch.traits`: what differs between drivers
# What temper changes, from the calmest (-1) to the most aggressive (1): time headway by -/+ 40 %, acceleration and the
# pace of curves by 40 and 20 %, wished speed by 10 %; Kesting and Treiber (2013), Traffic Flow Dynamics, table 11.2
# and section 12.3, where headways from 0.8 to 2 s and accelerations from 1 to 2 m/s2 stand for calm to urgent drivers.
HASTE, VIGOUR, PACE_UP, BENDS = 0.4, 0.4, 0.1, 0.2


@kernel
def held_back(speed, gap, lead, temper):  # type: ignore[no-untyped-def]
    """(s* / s)^2 of the intelligent driver model: how much something ahead holds back."""
    closing = speed * (speed - lead) * np.float32(0.5 / math.sqrt(ACCELERATION * BRAKING))
    headway = np.float32(HEADWAY) * (np.float32(1.0) - np.float32(HASTE) * temper)
    wanted = np.float32(DISTANCE) + max(np.float32(0.0), speed * headway + closing)
    share = wanted / max(gap, np.float32(0.1))
    return share * share


@kernel
def push_of(speed, wish, hold, temper):  # type: ignore[no-untyped-def]
    """Acceleration (m/s2) of the intelligent driver model, from speed and wished speed (m/s) and `held_back`."""
    one = np.float32(1.0)
    ratio, most = speed / wish, np.float32(ACCELERATION) * (one + np.float32(VIGOUR) * temper)
    push = most * (one - min(ratio * ratio * ratio * ratio, np.float32(3.0)) - hold)
    return min(max(push, np.float32(-LIMIT)), most)


@inner
def curve_speed(p, a, s, desired, sideways, tables):  # type: ignore[no-untyped-def]
    """Speed (m/s) that the curves of the next 24 m allow now, where `sideways` (m/s2) are felt."""
    r, slowest = tables.path[p, a], desired * desired
    first, last = tables.rows[r, 0], tables.rows[r, 1] - 2
    here = int(s)
    before = tables.line[first + min(max(here, 0), last), 2]
    for k in range(1, 7):
        along = tables.line[first + min(max(here + 4 * k, 0), last), 2]
        bend = abs(wrap(along - before)) * np.float32(0.25)
        if bend > np.float32(0.01):
            ahead = max(np.float32(4 * (k - 1) - 2), np.float32(0.0))
            slowest = min(slowest, sideways / bend + np.float32(3.0) * ahead)
        before = along
    return math.sqrt(slowest)


@inner
def stop_needed(p, e, a, s, wait, since, tables, bodies, sight):  # type: ignore[no-untyped-def]
    """Distance (m) from the front to where a vehicle must stop now: red lights, people, oncoming traffic (`wait`)."""
    v, nose, stop = bodies.speed[e, a], s + HALF * tables.size[p, a, 0], wait
    free, group = next_signal(p, a, nose, tables)
    if free < REACH:
        shown, free = sight.shown[group], max(free, np.float32(0.0))
        if shown == RED or (shown == YELLOW and v * v < np.float32(2.0 * YELLOW_BRAKING) * max(free, np.float32(0.01))):
            stop = min(stop, free)
    k = next_yield(p, a, nose, tables)
    if k >= 0:
        free = tables.stop_at[p, a, k] - nose
        held = must_halt(p, e, a, k, tables.halt, tables.stop_at, bodies.halted)
        held = held or barred(p, e, a, k, since, tables, bodies, sight)
        if v * v < np.float32(2.0 * HARD) * max(free, HALF) and held:
            stop = min(stop, max(free, np.float32(0.0)))
    m, occupied, approached = next_crossing(p, e, a, nose, tables, bodies, sight)
    if occupied or approached:
        stop = min(stop, max(tables.way[p, a, m, 0] - np.float32(1.2) - nose, np.float32(0.0)))
    return stop


@inner
def next_yield(p, a, nose, tables):  # type: ignore[no-untyped-def]
    """The next stop line within REACH with a sign, to give way or to stop: its place in the path's row, -1 = none."""
    rows = tables.priority.rows
    for k in range(rows.shape[2]):
        free = tables.stop_at[p, a, k] - nose
        if free > REACH:
            return -1
        if free > -HALF and (rows[p, a, k, 1] > 0 or tables.halt[p, a, k]):
            return k
    return -1


@inner
def barred(p, e, a, k, since, tables, bodies, sight):  # type: ignore[no-untyped-def]
    """Whether somebody bars the k-th stop line of a vehicle; see `sim.priority.bars` and `sim.halts.goes_first`."""
    first, count = tables.priority.rows[p, a, k, 0], tables.priority.rows[p, a, k, 1]
    for n in range(first, first + count):
        if tables.priority.turn[n] >= 0:
            if goes_first(
                tables.priority, n, e, p, a, bodies.time[e], tables.size, tables.stop_at, bodies.travelled,
                bodies.alive, bodies.heading, bodies.halted, since,
            ):  # fmt: skip
                return True
            continue
        closed = sight.shown[tables.priority.gate_group[n]] >= YELLOW
        if bars(tables.priority, n, e, p, closed, tables.size, bodies.speed, bodies.travelled, bodies.alive):
            return True
    return False


@inner
def attends(e, a, batch):  # type: ignore[no-untyped-def]
    """Whether a driver decides anew in this step; else he keeps his acceleration.

    Action points: a driver who needs the reaction time T' to notice and act changes the acceleration every T' seconds
    alone (Treiber and Kesting 2013, Traffic Flow Dynamics, chapter 12; EIDM of Salles, Kaufmann, Reuss 2020, Extending
    the Intelligent Driver Model in SUMO). Who looks away does not for a whole second.
    """
    play, traits = batch.play, batch.traits[e, a]
    if traits[REACTION] > np.float32(1.5) * play.dt:
        every = int(traits[REACTION] / play.dt + HALF)
        if (play.step[e] + a) % every != 0:
            return False
    if traits[AWAY] <= np.float32(0.0):
        return True
    second = play.episode[e] * 4096 + int(batch.bodies.time[e])
    return uniform(play.seed, play.first + e, a, second, LOOKS) >= traits[AWAY]


@inner
def rule_acceleration(p, e, a, ahead, temper, lag, since, tables, bodies, sight):  # type: ignore[no-untyped-def]
    """Acceleration (m/s2) of the rule-based driver of vehicle a.

    Args:
        p: scene.
        e: row of the bodies.
        a: vehicle.
        ahead: what `sim.egoview.look_ahead` filled.
        temper: from -1, calm, to 1, aggressive.
        lag: s that one looks farther ahead for curves, for wheels that turn slowly; they are taken slower, too.
        since: (A,) s, when vehicles came to their last halt at a stop sign; read at all-way stops alone.
        tables: `Tables`.
        bodies: `Bodies`.
        sight: `Sight` of the world.
    """
    v, s, one = bodies.speed[e, a], bodies.travelled[e, a], np.float32(1.0)
    sideways = np.float32(SIDEWAYS) * (one + np.float32(BENDS) * temper) / (one + np.float32(4.0) * lag)
    desired = tables.desired[p, a] * (one + np.float32(PACE_UP) * temper)
    wish = max(curve_speed(p, a, s, desired, sideways, tables), np.float32(0.1))
    stop = stop_needed(p, e, a, s, ahead[WAIT], since, tables, bodies, sight)
    hold = held_back(v, ahead[GAP], ahead[PACE], temper) if ahead[GAP] < REACH else np.float32(0.0)
    if stop < REACH:
        hold = max(hold, held_back(v, stop + np.float32(1.2), np.float32(0.0), temper))
    return push_of(v, wish, hold, temper)
