"""Plain per-agent functions of the simulation, float32."""

from __future__ import annotations

import math

import numpy as np
from numba import njit

from scenes.lanes import segment_at

F = np.float32
TWO_PI = F(2.0 * math.pi)
FRICTION = F(8.0)  # m/s2, most that dry tyres can do in any direction


@njit(cache=True, error_model="numpy")
def wrap(angle):  # type: ignore[no-untyped-def]
    """Wrap an angle to [-pi, pi)."""
    return F(angle - TWO_PI * F(math.floor((angle + F(math.pi)) / TWO_PI)))


@njit(cache=True, error_model="numpy")
def single_track(x, y, heading, speed, steering, acceleration, front, rear, dt):  # type: ignore[no-untyped-def]
    """One step of the kinematic single-track model about the middle of the vehicle.

    Rajamani 2012, eq. 2.4-2.7: slip angle beta = atan(rear tan(steering) / (front + rear)); integrated along the arc
    of constant yaw rate, so a steady turn stays on its circle.

    Args:
        x: m.
        y: m.
        heading: rad.
        speed: m/s, never negative after the step.
        steering: rad.
        acceleration: m/s2.
        front: m from the middle to the front axle.
        rear: m from the middle to the rear axle.
        dt: s.

    Returns:
        x, y, heading, speed, yaw rate, acceleration that took place.
    """
    after = max(speed + acceleration * dt, F(0.0))
    done = (after - speed) / dt
    # a vehicle that stops within the step stands still for the rest of it
    moving = dt if acceleration >= F(0.0) or speed + acceleration * dt > F(0.0) else speed / max(-acceleration, F(1e-6))
    way = F(0.5) * (speed + after) * moving
    slope = math.tan(steering)
    beta = F(math.atan(rear * slope / (front + rear)))
    curvature = F(math.cos(beta)) * slope / (front + rear)
    turn = F(way * curvature)
    half = F(0.5) * turn
    chord = way * (F(math.sin(half)) / half if abs(half) > F(1e-4) else F(1.0))
    course = heading + beta + half
    return (
        F(x + chord * F(math.cos(course))), F(y + chord * F(math.sin(course))), wrap(F(heading + turn)), F(after),
        F(after * curvature), F(done),
    )  # fmt: skip


@njit(cache=True, error_model="numpy")
def stride(stature, speed, cadence):  # type: ignore[no-untyped-def]
    """Length of a stride, m; the formula of `scenes.people.stride_length`."""
    moving = max(speed, F(0.05))
    adult = moving * math.sqrt(F(1.73) / stature)
    return F(stature * F(60.0 / 64.8) * math.pow(adult / F(1.73), F(0.43)) / cadence)


@njit(cache=True, error_model="numpy")
def path_point(points, along, first, last, s):  # type: ignore[no-untyped-def]
    """Point, height and heading of a path; its ends go on straight and level.

    Args:
        points: (P, 3) m.
        along: (P,) m.
        first: index of the first vertex.
        last: index after the last vertex.
        s: m.

    Returns:
        x, y, z (m), heading (rad).
    """
    if last - first < 2:
        return points[first, 0], points[first, 1], points[first, 2], F(0.0)
    k = segment_at(along, first, last, s)
    dx, dy = points[k + 1, 0] - points[k, 0], points[k + 1, 1] - points[k, 1]
    w = F((s - along[k]) / (along[k + 1] - along[k]))
    level = min(max(w, F(0.0)), F(1.0))
    z = points[k, 2] + level * (points[k + 1, 2] - points[k, 2])
    return F(points[k, 0] + w * dx), F(points[k, 1] + w * dy), F(z), F(math.atan2(dy, dx))


@njit(cache=True, error_model="numpy")
def plan_state(states, ends, cycle, offset, time):  # type: ignore[no-untyped-def]
    """State of a fixed-time plan and seconds until it changes.

    Args:
        states: (S,) numbers of states.
        ends: (S,) s, ascending.
        cycle: s.
        offset: s.
        time: s.

    Returns:
        State and remaining time, s.
    """
    local = time + offset
    local = F(local - cycle * F(math.floor(local / cycle)))
    for k in range(len(ends)):
        if local < ends[k]:
            return states[k], F(ends[k] - local)
    return states[len(ends) - 1], F(0.0)
