"""Recordings for kernels: where actors were, step by step, and how they are put there."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from scenes.lanes import arc_lengths, project
from scenes.types import Floats, Scene
from sim.kernels import inner, kernel
from sim.world import F4, I4

RULES, REPLAY, REACT = 0, 1, 2  # who decides about the others: rules, their log, or their log and who is in the way
OTHERS = {"replay": REPLAY, "react": REACT}


class Log(NamedTuple):
    """Where the actors of P scenes were; actors whose rows are never valid are not in the log."""

    mode: I4  # (P,) RULES, REPLAY or REACT
    dt: F4  # (P,) s between steps
    states: F4  # (P, A, T, 4) x, y (m), heading (rad), speed (m/s)
    valid: NDArray[np.bool_]  # (P, A, T)
    way: F4  # (P, A, T) m along the actor's path
    top: F4  # (P, A) m/s, highest recorded speed
    goal: F4  # (P,) m along its path that the ego must have come when the recording ends; inf = nothing is asked


def empty_log(scenes: int) -> Log:
    """A log without records: rules decide in all scenes."""
    none = np.zeros((scenes, 0, 0), np.float32)
    return Log(
        np.zeros(scenes, np.int32), np.ones(scenes, np.float32), none[..., None].repeat(4, -1), none.astype(bool), none,
        np.zeros((scenes, 0), np.float32), np.full(scenes, np.inf, np.float32),
    )  # fmt: skip


def log_of(
    scenes: Sequence[Scene], states: Floats, valid: NDArray[np.bool_], dt: float, mode: int, goal: Floats | None = None
) -> Log:
    """A log of P scenes.

    Args:
        scenes: whose actors have recorded paths.
        states: (P, A, T, 4) x, y (m), heading (rad), speed (m/s) of actor a of scene p, step by step.
        valid: (P, A, T) false where it is not recorded.
        dt: s between steps.
        mode: REPLAY or REACT.
        goal: (P,) m along its path that the ego must have come when the recording ends; None = nothing is asked.

    Returns:
        The log.
    """
    way = np.zeros(valid.shape, np.float32)
    for p, scene in enumerate(scenes):
        for a, actor in enumerate(scene.actors):
            if len(actor.path) > 1 and valid[p, a].any():
                way_along(actor.path, arc_lengths(actor.path), states[p, a], valid[p, a], way[p, a])
    top = np.where(valid, states[..., 3], 0.0).max(-1, initial=0.0)
    return Log(
        np.full(len(scenes), mode, np.int32), np.full(len(scenes), dt, np.float32), states.astype(np.float32),
        valid, way, top.astype(np.float32),
        np.full(len(scenes), np.inf, np.float32) if goal is None else np.asarray(goal, np.float32),
    )  # fmt: skip


@kernel
def way_along(path, along, states, valid, way):  # type: ignore[no-untyped-def]
    """Fill how far along its path (N, 2) an actor was at each step, m; it never goes back."""
    s = 0.0
    for t in range(len(states)):
        if valid[t]:
            here, _ = project(path, along, 0, len(along), states[t, 0], states[t, 1], s, s + 10.0)
            s = max(s, here)
        way[t] = s


@inner
def at_time(log, p, a, time):  # type: ignore[no-untyped-def]
    """The step at or before a time (s), the one after it, the share between them, and whether the log is valid."""
    u = time / log.dt[p]
    last = log.valid.shape[2] - 1
    nearest = np.floor(u + 0.5)
    if abs(u - nearest) < 1e-3:
        u = nearest
    low = min(max(int(u), 0), last)
    share = np.float32(min(max(u - low, 0.0), 1.0))
    high = min(low + 1, last)
    there = log.valid[p, a, low] and (share == 0.0 or log.valid[p, a, high]) and u <= last
    return low, high, share, there


@inner
def put(log, p, e, a, time, dt, bodies):  # type: ignore[no-untyped-def]
    """Put an actor where its log has it at a time; it is not alive where the log has nothing.

    Args:
        log: `Log`.
        p: scene.
        e: row of the bodies.
        a: actor.
        time: s.
        dt: s since the bodies' last state.
        bodies: `Bodies`, changed.
    """
    low, high, share, there = at_time(log, p, a, time)
    bodies.alive[e, a] = there
    if not there:
        return
    q, r = log.states[p, a, low], log.states[p, a, high]
    turn = (r[2] - q[2] + np.float32(math.pi)) % np.float32(2.0 * math.pi) - np.float32(math.pi)
    heading, speed = q[2] + share * turn, q[3] + share * (r[3] - q[3])
    change = (heading - bodies.heading[e, a] + np.float32(math.pi)) % np.float32(2.0 * math.pi) - np.float32(math.pi)
    bodies.acceleration[e, a] = (speed - bodies.speed[e, a]) / dt
    bodies.yaw_rate[e, a] = change / dt
    bodies.position[e, a, 0] = q[0] + share * (r[0] - q[0])
    bodies.position[e, a, 1] = q[1] + share * (r[1] - q[1])
    bodies.heading[e, a], bodies.speed[e, a] = heading, speed
    bodies.travelled[e, a] = log.way[p, a, low] + share * (log.way[p, a, high] - log.way[p, a, low])
