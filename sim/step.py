"""Advance a state by one time step."""

from __future__ import annotations

import math

import numpy as np

from scenes.compiled import compiled
from scenes.people import PersonLook, stride_length
from sim.halts import note_halts
from sim.kernels import drive, ground_height, point_at
from sim.lights import run_all
from sim.world import F4, State, World

STRIDE_SPEEDS = np.linspace(0.0, 6.0, 61)


def stride_table(world: World) -> F4:
    """(B, A, 61) stride in m at speeds of 0, 0.1 .. 6 m/s; 1 where it does not matter."""
    table = np.ones((*world.exists.shape, len(STRIDE_SPEEDS)), np.float32)
    for b, scene in enumerate(world.scenes):
        for a, actor in enumerate(scene.actors):
            if isinstance(actor.look, PersonLook):
                table[b, a] = [max(stride_length(actor.look, v), 0.1) for v in STRIDE_SPEEDS]
    return table


@compiled()
def advance(  # type: ignore[no-untyped-def]
    dt, controls, exists, vehicle, base, points, arc, first, count, outline, raised, strides,
    position, heading, speed, acceleration, yaw_rate, steering, travelled, phase, alive,
):  # fmt: skip
    """Advance every agent in place; agents do not see each other here, so their order does not matter."""
    for b in range(exists.shape[0]):
        for a in range(exists.shape[1]):
            if not alive[b, a] or count[b, a] < 2:
                continue
            x, y, turn = position[b, a, 0], position[b, a, 1], heading[b, a]
            push, wish = controls[b, a, 0], controls[b, a, 1]
            if vehicle[b, a]:
                x, y, turn, v, steer, rate, distance = drive(
                    x, y, turn, speed[b, a], steering[b, a], push, wish, base[b, a], dt
                )
                acceleration[b, a] = (v - speed[b, a]) / dt
                steering[b, a], yaw_rate[b, a], speed[b, a] = steer, rate, v
                travelled[b, a] += distance
                position[b, a, 0], position[b, a, 1] = x, y
                heading[b, a] = (turn + math.pi) % (2.0 * math.pi) - math.pi
            else:
                v = max(0.0, speed[b, a] + push * dt)
                distance = 0.5 * (v + speed[b, a]) * dt
                speed[b, a] = v
                travelled[b, a] += distance
                x, y, along = point_at(points, arc, first[b, a], count[b, a], travelled[b, a])
                k = min(v * 10.0, 59.999)
                share = k - math.floor(k)
                low = int(k)
                stride = strides[b, a, low] * (1.0 - share) + strides[b, a, low + 1] * share
                phase[b, a] = (phase[b, a] + distance / stride) % 1.0
                heading[b, a] = along
                position[b, a, 0], position[b, a, 1] = x, y
                position[b, a, 2] = ground_height(x, y, along, b, outline, raised)
            if travelled[b, a] >= arc[first[b, a] + count[b, a] - 1]:
                alive[b, a] = False


def step(world: World, state: State, controls: F4, dt: float, strides: F4 | None = None) -> State:
    """Advance all worlds.

    Args:
        world: compiled scenes.
        state: where everything is; not changed.
        controls: (B, A, 2) acceleration in m/s2 and, for vehicles, wanted front wheel angle in rad.
        dt: s.
        strides: from `stride_table`, to save its computation.

    Returns:
        The next state. Agents whose path ends are not alive any more.
    """
    table = stride_table(world) if strides is None else strides
    names = ("position", "heading", "speed", "acceleration", "yaw_rate", "steering", "travelled", "gait_phase", "alive")
    new = {name: getattr(state, name).copy() for name in names}
    advance(
        np.float32(dt), controls.astype(np.float32), world.exists, world.vehicle, world.wheel_base, world.points,
        world.arc, world.first, world.count, world.outline, world.raised, table,
        *(new[name] for name in names),
    )  # fmt: skip
    return State(
        time=(state.time + np.float32(dt)).astype(np.float32), **new,
        halted=next_halted(world, state, new["speed"], new["travelled"], dt), control=next_control(world, state, dt),
    )  # fmt: skip


def next_halted(world: World, state: State, speed: F4, travelled: F4, dt: float) -> F4 | None:
    """`State.halted` dt s after a state, where all have come to (B, A) speeds and ways; None without signs."""
    if state.halted is None:
        return None
    halted, time = state.halted.copy(), state.time + np.float32(dt)
    note_halts(world.halt, world.stop_at, world.size, speed, travelled, time, halted[..., 0], halted[..., 1])
    return halted


def next_control(world: World, state: State, dt: float) -> F4 | None:
    """(B, COLUMNS) control of the traffic lights, dt seconds after a state; None without controllers."""
    if state.control is None:
        return None
    control = state.control.copy()
    run_all(
        world.lights, world.stop_at, world.stop_group, world.crossing, world.size, world.vehicle, world.desired_speed,
        state.position, state.heading, state.travelled, state.alive, np.float32(dt), control,
    )  # fmt: skip
    return control
