"""Advancing a batch of worlds."""

from __future__ import annotations

import math

import numpy as np
from numba import njit, prange

from scenes.lanes import project
from sim.kernels import F, path_point, plan_state, single_track, stride
from sim.policy import Controls
from sim.world import State, World

REVERSE = F(-1.0)  # m that a vehicle may seem to have gone backwards when it is projected onto its path
STEER_LIMIT = F(0.62)  # rad, of the front wheels
STEER_RATE = F(0.8)  # rad/s


@njit(cache=True, error_model="numpy", parallel=True)
def advance(  # type: ignore[no-untyped-def]
    is_person, count, axles, stature, cadence, first, last, points, along, plans, ends, cycles, offsets,
    time, position, heading, velocity, speed, acceleration, yaw_rate, steering, s, phase, signals, alive,
    want_acceleration, want_steering, dt,
):  # fmt: skip
    """Advance all arrays of a state in place; see `step`."""
    for b in prange(position.shape[0]):
        time[b] += dt
        for g in range(signals.shape[1]):
            signals[b, g], _ = plan_state(plans[b, g], ends[b, g], cycles[b, g], offsets[b, g], time[b])
        for a in range(count[b]):
            i, j = first[b, a], last[b, a]
            if j - i < 2:
                continue
            a0 = want_acceleration[b, a]
            if is_person[b, a] or s[b, a] < F(0.0):
                after = max(speed[b, a] + a0 * dt, F(0.0))
                way = F(0.5) * (speed[b, a] + after) * dt
                acceleration[b, a] = (after - speed[b, a]) / dt
                speed[b, a] = after
                s[b, a] += way
                x, y, z, h = path_point(points, along, i, j, s[b, a])
                heading[b, a], position[b, a, 0], position[b, a, 1], position[b, a, 2] = h, x, y, z
                if is_person[b, a]:
                    p = phase[b, a] + way / stride(stature[b, a], after, cadence[b, a])
                    phase[b, a] = F(p - F(math.floor(p)))
            else:
                change = min(max(want_steering[b, a] - steering[b, a], -STEER_RATE * dt), STEER_RATE * dt)
                steer = min(max(F(steering[b, a] + change), -STEER_LIMIT), STEER_LIMIT)
                x, y, h, v, rate, done = single_track(
                    position[b, a, 0], position[b, a, 1], heading[b, a], speed[b, a], steer, a0, axles[b, a, 0],
                    axles[b, a, 1], dt,
                )  # fmt: skip
                place, _ = project(points, along, i, j, x, y, s[b, a] + REVERSE, s[b, a] + v * dt + F(2.0))
                s[b, a] = place
                _, _, z, _ = path_point(points, along, i, j, F(place))
                heading[b, a], position[b, a, 0], position[b, a, 1], position[b, a, 2] = h, x, y, z
                speed[b, a], steering[b, a], yaw_rate[b, a], acceleration[b, a] = v, steer, rate, done
            velocity[b, a, 0] = speed[b, a] * F(math.cos(heading[b, a]))
            velocity[b, a, 1] = speed[b, a] * F(math.sin(heading[b, a]))
            alive[b, a] = s[b, a] >= F(0.0) and s[b, a] <= along[j - 1]


def initial_state(world: World) -> State:
    """State at time 0.

    Args:
        world: compiled scenes.

    Returns:
        The state; actors whose start is negative are not alive yet.
    """
    batch, actors = world.shape
    groups = world.plan_cycle.shape[1]
    position = np.zeros((batch, actors, 3), np.float32)
    heading = world.heading.copy()
    alive = np.zeros((batch, actors), np.bool_)
    signals = np.zeros((batch, groups), np.int32)
    for b in range(batch):
        for a in range(int(world.count[b])):
            i, j = int(world.first[b, a]), int(world.last[b, a])
            x, y, z, along = path_point(world.points, world.along, i, j, world.start[b, a])
            position[b, a] = (x, y, z)
            if j - i > 1:
                heading[b, a] = along
            alive[b, a] = 0.0 <= world.start[b, a] <= world.along[j - 1]
        for g in range(groups):
            signals[b, g], _ = plan_state(
                world.plan_state[b, g], world.plan_end[b, g], world.plan_cycle[b, g], world.plan_offset[b, g], F(0.0)
            )  # fmt: skip
    zeros = np.zeros((batch, actors), np.float32)
    velocity = world.speed[..., None] * np.stack([np.cos(heading), np.sin(heading)], -1)
    return State(
        time=np.zeros(batch, np.float32), position=position, heading=heading, velocity=velocity.astype(np.float32),
        speed=world.speed.copy(), acceleration=zeros.copy(), yaw_rate=zeros.copy(), steering=zeros.copy(),
        s=world.start.copy(), gait_phase=world.phase.copy(), signal_state=signals, alive=alive,
    )  # fmt: skip


def step(world: World, state: State, controls: Controls, dt: float) -> State:
    """Advance all worlds by one step.

    Vehicles follow the kinematic single-track model; people, and vehicles that have not entered yet, move along their
    paths, gait phases with the distance walked. Every world is computed alone, so results depend neither on the batch
    nor on the number of threads.

    Args:
        world: compiled scenes.
        state: before; it is not changed.
        controls: of all actors.
        dt: s, above 0.

    Returns:
        The state after.
    """
    if not dt > 0.0:
        raise ValueError(f"dt {dt} s is not above 0")
    after = State(**{name: value.copy() for name, value in vars(state).items()})
    advance(
        world.is_person, world.count, world.axles, world.stature, world.cadence, world.first, world.last, world.points,
        world.along, world.plan_state, world.plan_end, world.plan_cycle, world.plan_offset, after.time, after.position,
        after.heading, after.velocity, after.speed, after.acceleration, after.yaw_rate, after.steering, after.s,
        after.gait_phase, after.signal_state, after.alive, controls.acceleration, controls.steering, np.float32(dt),
    )  # fmt: skip
    return after
