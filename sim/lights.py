"""Traffic lights with a controller: stages as arrays, who calls and extends them, and what they show.

A controller skips stages that nobody wants, stays green while vehicles come, for at most `Stage.most` from when others
wait, and else rests (NEMA TS 2: passage time, minimum and maximum green). A fixed programme runs through all stages.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from scenes.compiled import compiled
from scenes.types import Scene, Signal, SignalState
from sim.kernels import inner
from sim.signals import RED, STATES, YELLOW

F4 = NDArray[np.float32]
STAGE, STEP, ELAPSED, EMPTY, WAITED, NEXT, LEAST = range(7)  # columns of `State.control`, see `Lights`
COLUMNS = 7
ON, CHANGING, CLEARING = range(3)  # values of STEP: stage, yellow, all red
CALL = 2.5  # m before a crossing from where on people call for their stage
ONSET = 1.0  # s from the beginning of a stage for people in which everybody may begin to cross, however slow


class Lights(NamedTuple):
    """Controllers of B scenes; scenes without one have no stages.

    A row of `State.control` (and of `start`) holds the stage, what it does now, for how long (s), for how long nobody
    has come (s), for how long others have waited (s), the next stage, and the least duration of this one (s).
    """

    rows: NDArray[np.int32]  # (B, 2) first stage and number of stages
    shown: NDArray[np.int32]  # (S, G) index in STATES
    serves: NDArray[np.bool_]  # (S, G) whether vehicles of a group call for the stage
    times: F4  # (S, 3) `Stage.least`, `most` and `walk`, s
    clock: F4  # (B, 5) `Controller.yellow`, `all_red`, `passage`, s; `detector`, m; 1 where actuated
    crossing_group: NDArray[np.int32]  # (B, C) signal group of a crossing, -1 = none
    offset: F4  # (B,) s into the programme at time 0


def compile_lights(scenes: Sequence[Scene]) -> Lights:
    """Turn controllers into arrays.

    Args:
        scenes: at least one.

    Returns:
        The arrays.
    """
    stages = [(scene, stage) for scene in scenes if scene.controller for stage in scene.controller.stages]
    groups = max([len(stage.shown) for _, stage in stages], default=0)
    rows, clock = np.zeros((len(scenes), 2), np.int32), np.zeros((len(scenes), 5), np.float32)
    offset = np.zeros(len(scenes), np.float32)
    shown, serves = np.zeros((len(stages), groups), np.int32), np.zeros((len(stages), groups), np.bool_)
    times = np.array([(stage.least, stage.most, stage.walk) for _, stage in stages], np.float32).reshape(-1, 3)
    most = max(1, *(len(scene.roads.crossings) for scene in scenes))
    crossing = np.full((len(scenes), most), -1, np.int32)
    total = 0
    for b, scene in enumerate(scenes):
        for c, place in enumerate(scene.roads.crossings):
            crossing[b, c] = -1 if place.signal_group is None else place.signal_group
        if scene.controller is None:
            continue
        one = scene.controller
        rows[b], offset[b] = (total, len(one.stages)), one.offset
        clock[b] = one.yellow, one.all_red, one.passage, one.detector, one.actuated
        for k, stage in enumerate(one.stages):
            for g, state in enumerate(stage.shown):
                always = all(other.shown[g] != "green" for other in one.stages)
                shown[total + k, g] = STATES.index(state)
                serves[total + k, g] = state == "green" or (state == "flashing-yellow" and always)
        total += len(one.stages)
    return Lights(rows, shown, serves, times, clock, crossing, offset)


@inner
def set_out(lights, b, time, row):  # type: ignore[no-untyped-def]
    """Fill a row of `State.control` for a time (s) of the programme that nobody has influenced."""
    first, count = lights.rows[b, 0], lights.rows[b, 1]
    row[:] = 0.0
    if count == 0:
        return
    between = lights.clock[b, 0] + lights.clock[b, 1]
    cycle = between * count
    for k in range(first, first + count):
        cycle += lights.times[k, 1]
    left = (time + lights.offset[b]) % cycle
    for k in range(count):
        most = lights.times[first + k, 1]
        if left < most + between or k == count - 1:
            row[STAGE], row[NEXT] = k, (k + 1) % count
            row[LEAST] = lights.times[first + k, 0] if lights.clock[b, 4] > 0.0 else most
            if left < most:
                row[STEP], row[ELAPSED] = ON, left
            elif left < most + lights.clock[b, 0]:
                row[STEP], row[ELAPSED] = CHANGING, left - most
            else:
                row[STEP], row[ELAPSED] = CLEARING, left - most - lights.clock[b, 0]
            return
        left -= most + between


@inner
def shown_in(lights, b, row, g):  # type: ignore[no-untyped-def]
    """What a group shows, index in STATES, and for how long (s) at least if it is red in a stage."""
    first = lights.rows[b, 0]
    now = lights.shown[first + int(row[STAGE]), g]
    if row[STEP] == ON:
        least, walk = row[LEAST] - row[ELAPSED], lights.times[first + int(row[STAGE]), 2]
        if walk > 0.0 and least > walk - ONSET:
            return now, np.float32(1e3)
        return now, max(least, np.float32(0.0)) + lights.clock[b, 0] + lights.clock[b, 1]
    if now == lights.shown[first + int(row[NEXT]), g]:
        return now, np.float32(0.0)
    if now != RED and row[STEP] == CHANGING:
        return YELLOW, np.float32(0.0)
    return RED, np.float32(0.0)


@inner
def comes(b, e, k, lights, stop_at, stop_group, size, vehicle, travelled, alive):  # type: ignore[no-untyped-def]
    """Whether a vehicle that stage k serves is between its detector and its stop line."""
    reach = lights.clock[b, 3]
    for a in range(stop_at.shape[1]):
        if not alive[e, a] or not vehicle[b, a]:
            continue
        half = 0.5 * size[b, a, 0]
        for m in range(stop_at.shape[2]):
            g = stop_group[b, a, m]
            if g < 0:
                continue
            free = stop_at[b, a, m] - travelled[e, a] - half
            if -1.0 < free < reach and lights.serves[k, g]:
                return True
    return False


@inner
def toward(b, e, a, c, crossing, position, heading):  # type: ignore[no-untyped-def]
    """Distance (m) of a person to the nearer kerb of a crossing that he faces from outside; inf = he does not."""
    dx, dy = crossing[b, c, 2] - crossing[b, c, 0], crossing[b, c, 3] - crossing[b, c, 1]
    length = math.sqrt(dx * dx + dy * dy)
    ex, ey = position[e, a, 0] - crossing[b, c, 0], position[e, a, 1] - crossing[b, c, 1]
    along, aside = (ex * dx + ey * dy) / length, abs(-ex * dy + ey * dx) / length
    facing = (math.cos(heading[e, a]) * dx + math.sin(heading[e, a]) * dy) / length
    away = max(-along, along - length)
    if away < 0.0 or aside > 0.5 * crossing[b, c, 4] + 0.5 or (facing if along < 0.0 else -facing) < 0.8:
        return np.inf
    return away


@inner
def calls(b, e, k, lights, crossing, vehicle, desired, position, heading, alive):  # type: ignore[no-untyped-def]
    """Whether somebody waits for stage k to cross, or is about to."""
    if lights.times[k, 2] <= 0.0:
        return False
    for c in range(crossing.shape[1]):
        g = lights.crossing_group[b, c]
        if g < 0 or lights.shown[k, g] != RED or crossing[b, c, 4] <= 0.0:
            continue
        for a in range(vehicle.shape[1]):
            walks = alive[e, a] and not vehicle[b, a] and desired[b, a] > 0.0
            if walks and toward(b, e, a, c, crossing, position, heading) < CALL:
                return True
    return False


@inner
def run_stage(  # type: ignore[no-untyped-def]
    b, e, lights, stop_at, stop_group, crossing, size, vehicle, desired, position, heading, travelled, alive, dt, row,
):  # fmt: skip
    """Advance an actuated controller while a stage is on; see `run_lights`."""
    first, count, stage = lights.rows[b, 0], lights.rows[b, 1], int(row[STAGE])
    here = comes(b, e, first + stage, lights, stop_at, stop_group, size, vehicle, travelled, alive)
    row[EMPTY] = 0.0 if here else row[EMPTY] + dt
    wanted = -1
    for n in range(1, count):
        k = first + (stage + n) % count
        if comes(b, e, k, lights, stop_at, stop_group, size, vehicle, travelled, alive) or calls(
            b, e, k, lights, crossing, vehicle, desired, position, heading, alive
        ):
            wanted = k - first
            break
    if wanted < 0:
        row[WAITED] = 0.0
        if row[ELAPSED] + lights.times[first + stage, 2] > row[LEAST] + ONSET and calls(
            b, e, first + stage, lights, crossing, vehicle, desired, position, heading, alive
        ):
            row[LEAST] = row[ELAPSED] + lights.times[first + stage, 2]
        return
    row[WAITED] += dt
    done = row[EMPTY] >= lights.clock[b, 2] or row[WAITED] >= lights.times[first + stage, 1]
    if done and row[ELAPSED] >= row[LEAST]:
        row[NEXT], row[STEP], row[ELAPSED] = wanted, CHANGING, 0.0


@inner
def run_lights(  # type: ignore[no-untyped-def]
    b, e, lights, stop_at, stop_group, crossing, size, vehicle, desired, position, heading, travelled, alive, dt, row,
):  # fmt: skip
    """Advance the controller of scene b, whose bodies are in row e, by dt (s).

    Args:
        b: scene.
        e: row of the bodies.
        lights: `Lights`.
        stop_at: (B, A, K) m along the paths.
        stop_group: (B, A, K).
        crossing: (B, C, 6), see `sim.world.World`.
        size: (B, A, 3) m.
        vehicle: (B, A).
        desired: (B, A) m/s.
        position: (E, A, 3) m.
        heading: (E, A) rad.
        travelled: (E, A) m.
        alive: (E, A).
        dt: s.
        row: of `State.control`, changed.
    """
    first, count = lights.rows[b, 0], lights.rows[b, 1]
    if count == 0:
        return
    stage, actuated = int(row[STAGE]), lights.clock[b, 4] > 0.0
    row[ELAPSED] += dt
    if row[STEP] == CHANGING:
        if row[ELAPSED] >= lights.clock[b, 0]:
            row[STEP], row[ELAPSED] = CLEARING, 0.0
        return
    if row[STEP] == CLEARING:
        if row[ELAPSED] >= lights.clock[b, 1]:
            k = first + int(row[NEXT])
            row[STAGE], row[STEP], row[ELAPSED], row[EMPTY], row[WAITED] = row[NEXT], ON, 0.0, 0.0, 0.0
            row[LEAST] = lights.times[k, 0] if actuated else lights.times[k, 1]
            if calls(b, e, k, lights, crossing, vehicle, desired, position, heading, alive):
                row[LEAST] = max(row[LEAST], lights.times[k, 2])
        return
    if actuated:
        run_stage(
            b, e, lights, stop_at, stop_group, crossing, size, vehicle, desired, position, heading, travelled, alive,
            dt, row,
        )  # fmt: skip
        return
    row[NEXT] = (stage + 1) % count
    if row[ELAPSED] >= lights.times[first + stage, 1]:
        row[STEP], row[ELAPSED] = CHANGING, 0.0


@compiled()
def begin_all(lights, control):  # type: ignore[no-untyped-def]
    """Fill (B, COLUMNS) control at time 0."""
    for b in range(control.shape[0]):
        set_out(lights, b, np.float32(0.0), control[b])


@compiled()
def run_all(  # type: ignore[no-untyped-def]
    lights, stop_at, stop_group, crossing, size, vehicle, desired, position, heading, travelled, alive, dt, control,
):  # fmt: skip
    """Advance (B, COLUMNS) control in place; see `run_lights`."""
    for b in range(control.shape[0]):
        run_lights(
            b, b, lights, stop_at, stop_group, crossing, size, vehicle, desired, position, heading, travelled, alive,
            dt, control[b],
        )  # fmt: skip


@compiled()
def show_all(lights, control, shown, left):  # type: ignore[no-untyped-def]
    """Fill (B, G) what groups show, index in STATES, and for how long at least (s), of scenes with a controller."""
    for b in range(control.shape[0]):
        if lights.rows[b, 1] > 0:
            for g in range(lights.shown.shape[1]):
                shown[b, g], left[b, g] = shown_in(lights, b, control[b], g)


def state_of(scene: Scene, signal: Signal, time: float, row: F4 | None) -> SignalState:
    """What a signal shows.

    Args:
        scene: that it belongs to.
        signal: whose state is wanted.
        time: s.
        row: (COLUMNS,) of `State.control`, None without a controller.

    Returns:
        The state.
    """
    if scene.controller is None or row is None:
        return signal.state_at(time)
    stages, step = scene.controller.stages, int(row[STEP])
    now, after = (stages[int(row[k])].shown[signal.group] for k in (STAGE, NEXT))
    if signal.clearance > 0.0:  # people set out in a stage of theirs alone
        between = scene.controller.yellow + scene.controller.all_red
        walks = step == ON and stages[int(row[STAGE])].walk > 0.0
        return signal.for_people(
            now if step == ON else "red", float(row[LEAST] - row[ELAPSED]) + between if walks else 0.0
        )
    if step == ON or now == after:
        return now
    return "yellow" if now != "red" and step == CHANGING else "red"
