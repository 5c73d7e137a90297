"""Recorded road users who react to whoever is in their way, inside kernels.

Who reacts keeps to the recorded path and the recorded pace: it drives at the recorded speed, makes up for delays, and
the intelligent driver model (Treiber, Hennecke, Helbing 2000) holds it back behind whatever is ahead on its path.
"""

from __future__ import annotations

import math

import numpy as np

from sim.kernels import inner
from sim.logs import at_time, put
from sim.near import REACH

HEADWAY, ACCELERATION, BRAKING, DISTANCE = 0.6, 2.5, 3.0, 1.0  # s, m/s2, m/s2, m: as close as recorded traffic drives
LIMIT = 7.0  # m/s2, hardest braking
CATCH_UP = 0.5  # 1/s, share of a delay that is made up for per second
TOO_FAST = 1.3  # times the recorded top speed: what catching up may come to


@inner
def reaction(log, p, e, a, time, gap, lead, tables, bodies):  # type: ignore[no-untyped-def]
    """Acceleration (m/s2) of a recorded road user at a time (s), who reacts to what is `gap` m ahead at `lead` m/s."""
    low, high, share, there = at_time(log, p, a, time)
    v, s = bodies.speed[e, a], bodies.travelled[e, a]
    wish, rise = log.states[p, a, low, 3], np.float32(0.0)
    if there:
        if log.valid[p, a, high]:
            rise = (log.states[p, a, high, 3] - wish) / log.dt[p]
        wish += share * (log.states[p, a, high, 3] - wish)
        wish += np.float32(CATCH_UP) * (log.way[p, a, low] + share * (log.way[p, a, high] - log.way[p, a, low]) - s)
    wish = min(max(wish, np.float32(0.0)), np.float32(TOO_FAST) * log.top[p, a])
    push = rise + (wish - v) / np.float32(0.4)
    if gap < REACH and tables.path[p, a] >= 0 and tables.vehicle[p, a]:
        closing = v * (v - lead) / (2.0 * math.sqrt(ACCELERATION * BRAKING))
        wanted = DISTANCE + max(0.0, v * HEADWAY + closing)
        push = min(push, ACCELERATION * (1.0 - (wanted / max(gap, 0.1)) ** 2))
    return np.float32(min(max(push, -LIMIT), ACCELERATION))


@inner
def place_at(log, p, a, s):  # type: ignore[no-untyped-def]
    """x, y (m) and heading (rad) of the recording where the actor had come s metres; straight on beyond its end."""
    low, high = 0, log.valid.shape[2] - 1
    while low < high and not log.valid[p, a, low]:
        low += 1
    while high > low and not log.valid[p, a, high]:
        high -= 1
    if s >= log.way[p, a, high]:
        q, more = log.states[p, a, high], s - log.way[p, a, high]
        return q[0] + more * math.cos(q[2]), q[1] + more * math.sin(q[2]), q[2]
    while high - low > 1:
        middle = (low + high) // 2
        if log.way[p, a, middle] <= s:
            low = middle
        else:
            high = middle
    q, r = log.states[p, a, low], log.states[p, a, high]
    share = min(max((s - log.way[p, a, low]) / max(log.way[p, a, high] - log.way[p, a, low], 1e-6), 0.0), 1.0)
    turn = (r[2] - q[2] + math.pi) % (2.0 * math.pi) - math.pi
    return q[0] + share * (r[0] - q[0]), q[1] + share * (r[1] - q[1]), q[2] + share * turn


@inner
def follow(log, p, e, a, push, time, dt, bodies):  # type: ignore[no-untyped-def]
    """Advance an actor that reacts by dt to a time (s); it comes into view when its log begins and goes at its end.

    Args:
        log: `Log`.
        p: scene.
        e: row of the bodies.
        a: actor.
        push: m/s2, from `reaction`.
        time: s, after the step.
        dt: s.
        bodies: `Bodies`, changed.
    """
    if not bodies.alive[e, a]:
        _, _, _, there = at_time(log, p, a, time)
        _, _, _, before = at_time(log, p, a, time - dt)
        if there and not before:
            put(log, p, e, a, time, dt, bodies)
        return
    v, last = bodies.speed[e, a], log.valid.shape[2] - 1
    after = max(v + push * dt, np.float32(0.0))
    s = bodies.travelled[e, a] + np.float32(0.5) * (v + after) * dt
    gone = s >= log.way[p, a, last] and not log.valid[p, a, last]
    x, y, heading = place_at(log, p, a, s)
    change = (heading - bodies.heading[e, a] + math.pi) % (2.0 * math.pi) - math.pi
    bodies.position[e, a, 0], bodies.position[e, a, 1], bodies.heading[e, a] = x, y, heading
    bodies.speed[e, a], bodies.acceleration[e, a], bodies.yaw_rate[e, a] = after, (after - v) / dt, change / dt
    bodies.travelled[e, a], bodies.alive[e, a] = s, not gone
