"""What a driver knows: eight numbers, version 1."""

from __future__ import annotations

import math

import numpy as np

from scenes.compiled import compiled
from sim.gaps import hold_back
from sim.kernels import nearest_on_path, point_at
from sim.lights import CALL, show_all, toward
from sim.priority import give_way
from sim.signals import RED, YELLOW, group_count
from sim.world import CAR_BASE, F4, State, World

VERSION = 1
FIELDS = (
    "vehicle",  # 1 for vehicles, 0 for people
    "speed",  # m/s
    "desired_speed",  # m/s
    "gap",  # m, bumper to the next thing on the own path, at most 80
    "gap_speed",  # m/s, its speed along the own path
    "stop",  # m, bumper to the stop line that must be heeded, at most 80
    "aim_x",  # m, point to steer for, ahead in the own frame
    "aim_y",  # m, to the left in the own frame; times `World.fold` where that is not 0
)
HORIZON: float = np.float32(80.0)  # type: ignore[assignment]  # m, single precision in the kernels
KERB = 0.8  # m before a crossing where people wait, out of the way of broad vehicles
TRUST = 4.0  # m/s2 of braking that people trust vehicles with, who wait to cross
LATE = -1.3  # m behind the line before a crossing where drivers still stop for people
YELLOW_BRAKING = 3.0  # m/s2; harder braking than this and yellow is driven through


@compiled()
def leader(b, a, s, vehicle, size, points, arc, first, count, position, heading, speed, alive):  # type: ignore[no-untyped-def]
    """Gap (m) to the next thing on the path of agent a, and its speed along it (m/s)."""
    x, y, own = position[b, a, 0], position[b, a, 1], heading[b, a]
    nose = s + 0.5 * size[b, a, 0]
    reach = HORIZON if vehicle[b, a] else np.float32(6.0)
    margin = 0.3 if vehicle[b, a] else 0.1
    gap, gap_speed = HORIZON, 0.0
    for j in range(vehicle.shape[1]):
        if j == a or not alive[b, j] or (vehicle[b, j] and not vehicle[b, a]):
            continue
        px, py = position[b, j, 0], position[b, j, 1]
        dx, dy = px - x, py - y
        if dx * math.cos(own) + dy * math.sin(own) < 0 or dx * dx + dy * dy > reach * reach:
            continue
        sj, off = nearest_on_path(points, arc, first[b, a], count[b, a], s, s + reach, px, py)
        _, _, turn = point_at(points, arc, first[b, a], count[b, a], sj)
        sine, cosine = abs(math.sin(heading[b, j] - turn)), math.cos(heading[b, j] - turn)
        across = sine * size[b, j, 0] + abs(cosine) * size[b, j, 1]
        along = abs(cosine) * size[b, j, 0] + sine * size[b, j, 1]
        beside = off > 0.5 * (size[b, a, 1] + across) + margin or sj <= s + 0.05
        if not beside and sj - 0.5 * along - nose < gap:
            gap, gap_speed = sj - 0.5 * along - nose, speed[b, j] * cosine
    return gap, gap_speed


@compiled()
def stop_ahead(b, a, nose, speed, closed, occupied, barred, watch, stop_at, stop_group, stop_crossing):  # type: ignore[no-untyped-def]
    """Distance (m) to the nearest stop line that agent a must heed now."""
    stop: float = HORIZON
    for k in range(stop_at.shape[2]):
        free = stop_at[b, a, k] - nose
        group, crossing = stop_group[b, a, k], stop_crossing[b, a, k]
        late = LATE if crossing >= 0 and watch[b, crossing, 5] > 0.0 else -0.5
        if free < late or free > HORIZON:
            continue
        shown = closed[b, group] if group >= 0 else 0
        yellow = shown == 1 and speed * speed < 2 * YELLOW_BRAKING * max(free, 0.01)
        if shown == 2 or yellow or (crossing >= 0 and occupied[b, crossing]) or barred[b, a, k]:
            stop = min(stop, max(free, 0.0))
    return stop


@compiled()
def look_ahead(  # type: ignore[no-untyped-def]
    closed, occupied, barred, watch, fold, exists, vehicle, size, desired, points, arc, first, count, stop_at,
    stop_group, stop_crossing, position, heading, speed, travelled, alive, out,
):  # fmt: skip
    """Fill (B, A, 8) observations."""
    out[:] = 0.0
    for b in range(exists.shape[0]):
        for a in range(exists.shape[1]):
            if not alive[b, a] or count[b, a] < 2:
                continue
            s, x, y, turn = travelled[b, a], position[b, a, 0], position[b, a, 1], heading[b, a]
            if vehicle[b, a]:
                s, _ = nearest_on_path(points, arc, first[b, a], count[b, a], s - 3.0, s + 3.0, x, y)
            gap, gap_speed = leader(b, a, s, vehicle, size, points, arc, first, count, position, heading, speed, alive)
            nose = s + 0.5 * size[b, a, 0]
            stop = stop_ahead(
                b, a, nose, speed[b, a], closed, occupied, barred, watch, stop_at, stop_group, stop_crossing
            )
            reach = 2.5 + 0.7 * speed[b, a] + 0.4 * size[b, a, 0]
            tx, ty, _ = point_at(points, arc, first[b, a], count[b, a], s + reach)
            ex, ey = tx - x, ty - y
            out[b, a, 0], out[b, a, 1], out[b, a, 2] = vehicle[b, a], speed[b, a], desired[b, a]
            out[b, a, 3], out[b, a, 4], out[b, a, 5] = gap, gap_speed, stop
            out[b, a, 6] = ex * math.cos(turn) + ey * math.sin(turn)
            out[b, a, 7] = -ex * math.sin(turn) + ey * math.cos(turn)
            if fold[b, a] > 0.0:
                # the slip angle of a point between the axles turns the aim, too
                out[b, a, 7] *= fold[b, a] / (1.0 + CAR_BASE * fold[b, a] / reach)


@compiled()
def people_on(crossing, exists, vehicle, position, heading, speed, alive):  # type: ignore[no-untyped-def]
    """(B, C) whether a person is on a crossing, or within `Crossing.watch` of it and on the way."""
    out = np.zeros(crossing.shape[:2], np.bool_)
    for b in range(exists.shape[0]):
        for c in range(crossing.shape[1]):
            width = crossing[b, c, 4]
            if width <= 0:
                continue
            dx, dy = crossing[b, c, 2] - crossing[b, c, 0], crossing[b, c, 3] - crossing[b, c, 1]
            length = math.sqrt(dx * dx + dy * dy)
            for a in range(exists.shape[1]):
                if not alive[b, a] or vehicle[b, a]:
                    continue
                ex, ey = position[b, a, 0] - crossing[b, c, 0], position[b, a, 1] - crossing[b, c, 1]
                along, aside = (ex * dx + ey * dy) / length, abs(-ex * dy + ey * dx) / length
                near = 0.8 if crossing[b, c, 5] == 0.0 else 0.0
                if -near < along < length + near and aside < 0.5 * width + 0.5:
                    out[b, c] = True
                away = max(-along, along - length)
                if 0.0 < away < crossing[b, c, 5] and aside < 0.5 * width + 0.5 and speed[b, a] > 0.1:
                    toward = (math.cos(heading[b, a]) * dx + math.sin(heading[b, a]) * dy) / length
                    out[b, c] |= toward > 0.8 if along < 0.0 else toward < -0.8
    return out


def closed_groups(world: World, state: State) -> np.ndarray[tuple[int, ...], np.dtype[np.int32]]:
    """(B, G) 0 open, 1 yellow, 2 red for each signal group; flashing yellow and dark signals are open."""
    closed = np.zeros((len(world.scenes), group_count(world.scenes)), np.int32)
    for b, scene in enumerate(world.scenes):
        for signal in scene.signals if scene.controller is None else ():
            if signal.clearance > 0.0:
                continue
            shown = signal.state_at(float(state.time[b]))
            closed[b, signal.group] = {"red": 2, "yellow": 1}.get(shown, 0)
    return closed


@compiled()
def hold_people(  # type: ignore[no-untyped-def]
    lights, shown, left, crossing, exists, vehicle, size, desired, position, heading, speed, alive, out
):  # fmt: skip
    """Let people wait at the kerbs of crossings whose lights a controller switches, in the stop of (B, A, 8) views."""
    for b in range(exists.shape[0]):
        if lights.rows[b, 1] == 0:
            continue
        for c in range(crossing.shape[1]):
            g = lights.crossing_group[b, c]
            if g < 0 or crossing[b, c, 4] <= 0.0:
                continue
            dx, dy = crossing[b, c, 2] - crossing[b, c, 0], crossing[b, c, 3] - crossing[b, c, 1]
            length = math.sqrt(dx * dx + dy * dy)
            blocked = in_the_way(b, c, length, crossing, exists, vehicle, size, position, heading, speed, alive)
            for a in range(exists.shape[1]):
                if alive[b, a] and not vehicle[b, a] and desired[b, a] > 0.0:
                    away = toward(b, b, a, c, crossing, position, heading)
                    lasts = left[b, g] * desired[b, a] >= length + away
                    if away < CALL and (blocked or shown[b, g] != RED or not lasts):
                        out[b, a, 5] = min(out[b, a, 5], max(away - KERB, 0.0))


@compiled()
def in_the_way(b, c, length, crossing, exists, vehicle, size, position, heading, speed, alive):  # type: ignore[no-untyped-def]
    """Whether a vehicle is on a crossing, or comes to it and cannot stop any more."""
    ux, uy = (crossing[b, c, 2] - crossing[b, c, 0]) / length, (crossing[b, c, 3] - crossing[b, c, 1]) / length
    for j in range(exists.shape[1]):
        if not alive[b, j] or not vehicle[b, j]:
            continue
        ex, ey = position[b, j, 0] - crossing[b, c, 0], position[b, j, 1] - crossing[b, c, 1]
        along, across = ex * ux + ey * uy, ey * ux - ex * uy
        if along < -1.0 or along > length + 1.0:
            continue
        pace = speed[b, j] * (math.sin(heading[b, j]) * ux - math.cos(heading[b, j]) * uy)
        gap = abs(across) - 0.5 * crossing[b, c, 4] - 0.5 * size[b, j, 0]
        if gap < 0.3 or (across * pace < 0.0 and pace * pace > 2.0 * TRUST * max(gap - 0.5, 0.0)):
            return True
    return False


def observe(world: World, state: State) -> F4:
    """What every agent knows.

    Args:
        world: compiled scenes.
        state: where everything is.

    Returns:
        (B, A, 8) in the order of FIELDS; zero for agents that are gone or stand still for good.
    """
    out = np.empty((*world.exists.shape, len(FIELDS)), np.float32)
    occupied = people_on(
        world.crossing, world.exists, world.vehicle, state.position, state.heading, state.speed, state.alive
    )
    closed = closed_groups(world, state)
    controlled = state.control is not None
    if controlled:
        shown, left = np.zeros_like(closed), np.zeros(closed.shape, np.float32)
        show_all(world.lights, state.control, shown, left)
        ours = world.lights.rows[:, 1] > 0
        closed[ours] = np.where(shown == RED, 2, shown == YELLOW)[ours]
    halted = np.zeros((*state.speed.shape, 2), np.float32) if state.halted is None else state.halted
    barred = give_way(
        world.priority, closed, world.size, state.speed, state.travelled, state.alive, state.time, world.stop_at,
        state.heading, halted[..., 0], halted[..., 1],
    )  # fmt: skip
    barred |= world.halt & (halted[..., :1] < world.stop_at)
    look_ahead(
        closed, occupied, barred, world.crossing, world.fold, world.exists, world.vehicle,
        world.size, world.desired_speed, world.points, world.arc, world.first, world.count, world.stop_at,
        world.stop_group, world.stop_crossing, state.position, state.heading, state.speed, state.travelled,
        state.alive, out,
    )  # fmt: skip
    if world.bare[..., 1].any():
        hold_back(
            world.bare, world.vehicle, world.size, world.desired_speed, state.position, state.heading, state.speed,
            state.travelled, state.alive, out,
        )  # fmt: skip
    if controlled:
        hold_people(
            world.lights, shown, left, world.crossing, world.exists, world.vehicle, world.size, world.desired_speed,
            state.position, state.heading, state.speed, state.alive, out,
        )  # fmt: skip
    return out
