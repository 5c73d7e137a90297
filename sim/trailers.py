"""Trailers inside kernels: actors that hang on the rear axle of another one.

Kinematic single-track model with one on-axle trailer (KST); see `sim.tracks.kst_rate`, here with the way of a step.
"""

from __future__ import annotations

import math

import numpy as np

from sim.kernels import inner, wrap
from sim.tracks import MOST_HITCH

HALF: float = np.float32(0.5)  # type: ignore[assignment]


@inner
def hang(p, e, t, heading, tables, bodies):  # type: ignore[no-untyped-def]
    """Put trailer t behind its tractor, with a heading (rad)."""
    a = tables.tow[p, t, 0]
    back, hitch = HALF * tables.base[p, a], tables.bar[p, t, 0]
    x = bodies.position[e, a, 0] - back * math.cos(bodies.heading[e, a])
    y = bodies.position[e, a, 1] - back * math.sin(bodies.heading[e, a])
    bodies.position[e, t, 0], bodies.position[e, t, 1] = x - hitch * math.cos(heading), y - hitch * math.sin(heading)
    bodies.heading[e, t], bodies.speed[e, t], bodies.alive[e, t] = wrap(heading), bodies.speed[e, a], bodies.alive[e, a]
    bodies.acceleration[e, t] = bodies.acceleration[e, a]


@inner
def hang_all(p, e, tables, bodies):  # type: ignore[no-untyped-def]
    """Put all trailers of a world straight behind their tractors."""
    for t in range(tables.exists.shape[1]):
        if tables.tow[p, t, 0] >= 0:
            hang(p, e, t, bodies.heading[e, tables.tow[p, t, 0]], tables, bodies)


@inner
def pull(p, e, t, dt, tables, bodies):  # type: ignore[no-untyped-def]
    """Move trailer t after its tractor moved by dt (s): midpoint rule, angle against the tractor within MOST_HITCH."""
    a = tables.tow[p, t, 0]
    before, slope = bodies.heading[e, t], HALF * math.tan(bodies.steering[e, a])
    way = (bodies.speed[e, a] - HALF * bodies.acceleration[e, a] * dt) * dt / math.sqrt(np.float32(1.0) + slope * slope)
    middle, share = bodies.heading[e, a] - HALF * bodies.yaw_rate[e, a] * dt, way / tables.bar[p, t, 1]
    half = before + HALF * share * math.sin(middle - before)
    after = before + share * math.sin(middle - half)
    bent = wrap(wrap(after - bodies.heading[e, a]))
    most = np.float32(MOST_HITCH)
    hang(p, e, t, bodies.heading[e, a] + min(max(bent, -most), most), tables, bodies)
    bodies.yaw_rate[e, t] = wrap(bodies.heading[e, t] - before) / dt
