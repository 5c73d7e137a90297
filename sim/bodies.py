"""What moves, for kernels: the arrays of `State`, and what a kernel works out once per world and step."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from scenes.compiled import compiled
from sim.kernels import inner
from sim.lights import COLUMNS, shown_in
from sim.signals import GREEN, YELLOW, shown_at
from sim.world import F4, State

HEADING_TO = 2.5  # m before a crossing from where on a walker heads to it
FIELDS = (
    "time", "position", "heading", "speed", "acceleration", "yaw_rate", "steering", "travelled", "gait_phase", "alive",
    "halted", "control",
)  # fmt: skip


class Bodies(NamedTuple):
    """The arrays of `sim.world.State`, batch first; see there."""

    time: F4
    position: F4
    heading: F4
    speed: F4
    acceleration: F4
    yaw_rate: F4
    steering: F4
    travelled: F4
    gait_phase: F4
    alive: NDArray[np.bool_]
    halted: F4  # (B, A), zeros without stop signs
    control: F4  # (B, COLUMNS), zeros without controllers


class Sight(NamedTuple):
    """What holds for one world at one time; filled by `look_around`."""

    cosine: F4  # (A,) of the heading
    sine: F4  # (A,)
    dx: F4  # (A,) m that an actor moved in the step before; filled by who moves it
    dy: F4  # (A,) m
    crossing: NDArray[np.int32]  # (A,) crossing that a person is on or heads to, -1 = none
    on: NDArray[np.bool_]  # (A,) whether the person is on it
    shown: NDArray[np.int32]  # (G,) what signal groups show, index in `sim.signals.STATES`
    left: F4  # (G,) s that they go on showing it


def bodies_of(state: State) -> Bodies:
    """The arrays of a state; nothing but halts is copied."""
    control = np.zeros((len(state.time), COLUMNS), np.float32) if state.control is None else state.control
    halted = np.zeros_like(state.speed) if state.halted is None else np.ascontiguousarray(state.halted[..., 0])
    known = {name: getattr(state, name) for name in FIELDS if name not in ("halted", "control")}
    return Bodies(**known, halted=halted, control=control)


def empty_bodies(batch: int, actors: int) -> Bodies:
    """Zeros for B worlds with A actors."""
    shape = (batch, actors)
    parts: dict[str, Any] = {name: np.zeros(shape, np.float32) for name in FIELDS}
    parts |= {"time": np.zeros(batch, np.float32), "position": np.zeros((*shape, 3), np.float32)}
    parts |= {"alive": np.zeros(shape, bool), "control": np.zeros((batch, COLUMNS), np.float32)}
    return Bodies(**parts)


@compiled()
def empty_sight(actors, groups):  # type: ignore[no-untyped-def]
    """A `Sight` to be filled, for A actors and G signal groups."""
    return Sight(
        np.zeros(actors, np.float32), np.zeros(actors, np.float32), np.zeros(actors, np.float32),
        np.zeros(actors, np.float32), np.full(actors, -1, np.int32), np.zeros(actors, np.bool_),
        np.zeros(groups, np.int32), np.zeros(groups, np.float32),
    )  # fmt: skip


@inner
def look_around(p, e, tables, bodies, sight):  # type: ignore[no-untyped-def]
    """Fill the sight of one world.

    People who wait for the lights of a signalised crossing do not head to it.

    Args:
        p: scene.
        e: row of the bodies.
        tables: `Tables`.
        bodies: `Bodies`.
        sight: to be filled.
    """
    if tables.lights.rows[p, 1] > 0:
        for g in range(tables.lights.shown.shape[1]):
            sight.shown[g], sight.left[g] = shown_in(tables.lights, p, bodies.control[e], g)
    else:
        for g in range(tables.plans.rows.shape[1]):
            sight.shown[g], sight.left[g] = shown_at(tables.plans, p, g, bodies.time[e])
    for a in range(tables.exists.shape[1]):
        sight.crossing[a], sight.on[a] = -1, False
        if not bodies.alive[e, a]:
            continue
        sight.cosine[a], sight.sine[a] = math.cos(bodies.heading[e, a]), math.sin(bodies.heading[e, a])
        if tables.vehicle[p, a] or tables.path[p, a] < 0:
            continue
        s = bodies.travelled[e, a]
        for m in range(tables.way_crossing.shape[2]):
            c = tables.way_crossing[p, a, m]
            if c < 0:
                break
            low, high = tables.way[p, a, m, 0], tables.way[p, a, m, 1]
            if low <= s <= high:
                sight.crossing[a], sight.on[a] = c, True
            elif low - HEADING_TO < s < low:
                group = tables.crossing_group[p, c]
                shown = sight.shown[group] if group >= 0 else 0
                if shown not in (GREEN, YELLOW):
                    sight.crossing[a] = c
