"""`World`: what never changes in a run, as arrays. `State`: what does. Batch first, padded to the largest scene."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scenes.cycles import CycleLook
from scenes.kinds import VEHICLES, Kind
from scenes.people import PersonLook
from scenes.types import Actor, RoadNetwork, Scene
from sim.gaps import bare_ways
from sim.lights import COLUMNS, Lights, begin_all, compile_lights
from sim.priority import Priority, compile_priority, leads_over

F4 = NDArray[np.float32]
I4 = NDArray[np.int32]
NO_GROUP = -1
CAR_BASE = 2.7  # m, wheel base that agents.rules folds into its steering
STOP_SNAP = 1.2  # m, how far from a path a stop line's point may lie and still belong to it
CYCLE_SNAP = 3.4  # m, the same of a bicycle, which rides beside the middle of the lane or in a cycle lane


@dataclass(frozen=True, eq=False)
class World:
    """B scenes with up to A actors each."""

    scenes: tuple[Scene, ...]
    exists: NDArray[np.bool_]  # (B, A)
    vehicle: NDArray[np.bool_]  # (B, A)
    size: F4  # (B, A, 3) length, width, height, m
    wheel_base: F4  # (B, A) m, 0 for people
    desired_speed: F4  # (B, A) m/s
    points: F4  # (P, 2) world, m, all paths one after the other
    arc: F4  # (P,) m along the own path
    first: I4  # (B, A) first point of the path
    count: I4  # (B, A) number of its points
    stop_at: F4  # (B, A, K) m along the path, inf where unused
    stop_group: I4  # (B, A, K) signal group, -1 = none
    stop_crossing: I4  # (B, A, K) index of the crossing, -1 = none
    halt: NDArray[np.bool_]  # (B, A, K) whether everybody halts there, see `sim.halts`
    crossing: F4  # (B, C, 6) start x, y, end x, y, width, `Crossing.watch`; width 0 where unused
    outline: F4  # (Q, 2) raised surfaces, all outlines one after the other
    raised: F4  # (S, 4) world, first point, number of points, height in m
    priority: Priority  # who gives way to whom
    lights: Lights  # controllers of traffic lights
    bare: F4  # (B, A, 7) where people cross away from crossings, see `sim.gaps.bare_ways`
    fold: F4  # (B, A) who starts on a curved lane: wheel base by that of a car, which drivers have in mind; else 0


@dataclass(frozen=True, eq=False)
class RigidState:
    """What an engine with rigid bodies knows besides; the heading in `State` follows from the orientation here."""

    orientation: F4  # (B, A, 4) quaternion x, y, z, w, world_from_model; of limp people that of the pelvis
    velocity: F4  # (B, A, 3) m/s
    joints: F4  # (B, A, J) limp people: sim.people_joints.HINGES, rad; vehicles: sim.bullet_car.VEHICLE_JOINTS
    limp: NDArray[np.bool_]  # (B, A) people who were knocked over; `State.position` is their pelvis
    props: F4  # (B, P, 7) position (m) and orientation of all props of the scene


@dataclass(frozen=True, eq=False)
class State:
    """Where everything is at one time."""

    time: F4  # (B,) s
    position: F4  # (B, A, 3) world, m; vehicles: middle of the footprint
    heading: F4  # (B, A) rad
    speed: F4  # (B, A) m/s
    acceleration: F4  # (B, A) m/s2
    yaw_rate: F4  # (B, A) rad/s
    steering: F4  # (B, A) rad, front wheels
    travelled: F4  # (B, A) m along the path
    gait_phase: F4  # (B, A) in [0, 1), fraction of a stride
    alive: NDArray[np.bool_]  # (B, A) still on its path
    rigid: RigidState | None = None  # engines with rigid bodies
    halted: F4 | None = None  # (B, A, 2) m along the path of the last stop sign that was heeded, s when; None: no signs
    control: F4 | None = (
        None  # (B, COLUMNS) traffic lights, see `sim.lights.Lights`; None where no scene has a controller
    )

    @property
    def velocity(self) -> F4:
        """(B, A, 2) m/s."""
        if self.rigid is not None:
            return self.rigid.velocity[..., :2]
        return np.stack([self.speed * np.cos(self.heading), self.speed * np.sin(self.heading)], -1)


def between_states(first: State, second: State, share: float) -> State:
    """State at a moment between two that follow each other closely; who is alive, and lights, are as in the first."""

    def mix(a: F4, b: F4) -> F4:
        return np.asarray(a + np.float32(share) * (b - a), np.float32)

    def turned(a: F4, b: F4, whole: float) -> F4:
        return np.asarray(a + np.float32(share) * (np.mod(b - a + 0.5 * whole, whole) - 0.5 * whole), np.float32)

    def rotated(a: F4, b: F4) -> F4:
        near = np.where((a * b).sum(-1, keepdims=True) < 0.0, -b, b)
        mixed = mix(a, near)
        return np.asarray(mixed / np.maximum(np.linalg.norm(mixed, axis=-1, keepdims=True), 1e-9), np.float32)

    plain = ("time", "position", "speed", "acceleration", "yaw_rate", "steering", "travelled")
    values: dict[str, Any] = {name: mix(getattr(first, name), getattr(second, name)) for name in plain}
    rigid, later = first.rigid, second.rigid
    if rigid is not None and later is not None:
        props = np.concatenate([
            mix(rigid.props[..., :3], later.props[..., :3]), rotated(rigid.props[..., 3:], later.props[..., 3:])
        ], -1)  # fmt: skip
        rigid = RigidState(
            rotated(rigid.orientation, later.orientation), mix(rigid.velocity, later.velocity),
            mix(rigid.joints, later.joints), rigid.limp, props,
        )  # fmt: skip
    return replace(
        first, **values, rigid=rigid, heading=turned(first.heading, second.heading, 2 * math.pi),
        gait_phase=np.mod(turned(first.gait_phase, second.gait_phase, 1.0), np.float32(1.0)),
    )  # fmt: skip


def compile_world(scenes: Sequence[Scene]) -> World:
    """Turn scenes into arrays.

    Args:
        scenes: at least one.

    Returns:
        The world; actor a of scene b is row (b, a).
    """
    batch, most = len(scenes), max(1, *(len(s.actors) for s in scenes))
    stops = [[path_stops(a, s.roads) for a in s.actors] for s in scenes]
    k = max(1, *(len(rows) for scene in stops for rows in scene)) if any(stops) else 1
    exists, vehicle = np.zeros((batch, most), bool), np.zeros((batch, most), bool)
    size, base = np.ones((batch, most, 3), np.float32), np.zeros((batch, most), np.float32)
    desired = np.zeros((batch, most), np.float32)
    first, count = np.zeros((batch, most), np.int32), np.ones((batch, most), np.int32)
    stop_at = np.full((batch, most, k), np.inf, np.float32)
    stop_group, stop_crossing = np.full((batch, most, k), -1, np.int32), np.full((batch, most, k), -1, np.int32)
    halt = np.zeros((batch, most, k), np.bool_)
    points, arc, total = [np.zeros((1, 2))], [np.zeros(1)], 1
    for b, scene in enumerate(scenes):
        for a, actor in enumerate(scene.actors):
            exists[b, a], vehicle[b, a] = True, actor.kind in VEHICLES
            size[b, a], desired[b, a] = actor.size, actor.desired_speed
            base[b, a] = 0.0 if isinstance(actor.look, PersonLook) else actor.look.wheel_base
            first[b, a], count[b, a] = total, len(actor.path)
            points.append(actor.path)
            arc.append(arc_length(actor.path))
            total += len(actor.path)
            for j, (s, group, crossing, number) in enumerate(stops[b][a]):
                stop_at[b, a, j], stop_group[b, a, j], stop_crossing[b, a, j] = s, group, crossing
                halt[b, a, j] = scene.roads.stop_lines[number].halt
    outline, raised = raised_surfaces(scenes)
    return World(
        tuple(scenes), exists, vehicle, size, base, desired, np.concatenate(points).astype(np.float32),
        np.concatenate(arc).astype(np.float32), first, count, stop_at, stop_group, stop_crossing, halt,
        crossing_rows(scenes), outline, raised, compile_priority(scenes, stops, k), compile_lights(scenes),
        bare_ways(scenes, most), wheel_fold(scenes, base),
    )  # fmt: skip


def wheel_fold(scenes: Sequence[Scene], base: F4) -> F4:
    """`World.fold`."""
    fold = np.zeros_like(base)
    for b, scene in enumerate(scenes):
        curved = {lane.id for lane in scene.roads.lanes if lane.curved}
        for a, actor in enumerate(scene.actors):
            if actor.lane in curved or isinstance(actor.look, CycleLook):
                fold[b, a] = base[b, a] / CAR_BASE
    return fold


def arc_length(path: NDArray[np.float64]) -> NDArray[np.float64]:
    """(N,) distance along a polyline, m."""
    return np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(path, axis=0), axis=1))])


def path_stops(actor: Actor, roads: RoadNetwork) -> list[tuple[float, int, int, int]]:
    """Find the stop lines on a vehicle's path.

    Args:
        actor: a vehicle; people have none.
        roads: lanes and stop lines.

    Returns:
        (m along the path, signal group or -1, crossing index or -1, number) of each stop line.
    """
    if actor.kind not in VEHICLES or len(actor.path) < 2:
        return []
    lanes = {lane.id: lane for lane in roads.lanes}
    crossings = {c.id: i for i, c in enumerate(roads.crossings)}
    snap = CYCLE_SNAP if actor.kind is Kind.BICYCLE and isinstance(actor.look, CycleLook) else STOP_SNAP
    found = []
    for number, line in enumerate(roads.stop_lines):
        lane = lanes[line.lane]
        arc = arc_length(lane.centre)
        spot = np.array([np.interp(line.s, arc, lane.centre[:, k]) for k in (0, 1)])
        ahead = np.array([np.interp(line.s + 0.5, arc, lane.centre[:, k]) for k in (0, 1)]) - spot
        s, distance, along = project(actor.path, spot)
        if distance < snap and float(along @ ahead) > 0:
            if (line.yields or line.halt) and not leads_over(actor.path, lane.centre):
                continue
            group = NO_GROUP if line.signal_group is None else line.signal_group
            found.append((s, group, -1 if line.crossing is None else crossings[line.crossing], number))
    return sorted(found)


def project(path: NDArray[np.float64], spot: NDArray[np.float64]) -> tuple[float, float, NDArray[np.float64]]:
    """Nearest place on a polyline: (m along it, distance in m, unit direction there)."""
    step = np.diff(path, axis=0)
    length = np.maximum(np.linalg.norm(step, axis=1), 1e-9)
    share = np.clip(((spot - path[:-1]) * step).sum(1) / length**2, 0.0, 1.0)
    gaps = np.linalg.norm(path[:-1] + share[:, None] * step - spot, axis=1)
    k = int(gaps.argmin())
    return float(length[:k].sum() + share[k] * length[k]), float(gaps[k]), step[k] / length[k]


def crossing_rows(scenes: Sequence[Scene]) -> F4:
    """(B, C, 6) ends, width and watch of the crossings of each scene."""
    most = max(1, *(len(s.roads.crossings) for s in scenes))
    rows = np.zeros((len(scenes), most, 6), np.float32)
    for b, scene in enumerate(scenes):
        for c, crossing in enumerate(scene.roads.crossings):
            rows[b, c] = (*crossing.start, *crossing.end, crossing.width, crossing.watch)
    return rows


def raised_surfaces(scenes: Sequence[Scene]) -> tuple[F4, F4]:
    """Outlines of everything that people may step up to, (Q, 2) and (S, 4)."""
    outlines, rows, total = [np.zeros((1, 2))], [(-1.0, 0.0, 0.0, 0.0)], 1
    for b, scene in enumerate(scenes):
        for surface in scene.roads.surfaces:
            if surface.kind is not Kind.ROAD and abs(surface.z) > 1e-6:
                outlines.append(surface.outline)
                rows.append((float(b), float(total), float(len(surface.outline)), surface.z))
                total += len(surface.outline)
    return np.concatenate(outlines).astype(np.float32), np.array(rows, np.float32)


def initial_state(world: World) -> State:
    """Everything where its scene puts it at time 0."""
    from sim.kernels import ground_height, point_at

    batch, most = world.exists.shape
    zeros = [np.zeros((batch, most), np.float32) for _ in range(7)]
    heading, speed, acceleration, yaw_rate, steering, travelled, phase = zeros
    position = np.zeros((batch, most, 3), np.float32)
    for b, scene in enumerate(world.scenes):
        for a, actor in enumerate(scene.actors):
            x, y, along = point_at(world.points, world.arc, world.first[b, a], world.count[b, a], actor.start)
            heading[b, a] = along if len(actor.path) > 1 else actor.heading
            z = 0.0
            if isinstance(actor.look, PersonLook):
                z = ground_height(x, y, heading[b, a], b, world.outline, world.raised)
            position[b, a] = (x, y, z)
            speed[b, a], travelled[b, a], phase[b, a] = actor.speed, actor.start, actor.gait_phase
    time, control = np.zeros(batch, np.float32), None
    if world.lights.rows[:, 1].any():
        control = np.zeros((batch, COLUMNS), np.float32)
        begin_all(world.lights, control)
    return State(
        time, position, heading, speed, acceleration, yaw_rate, steering, travelled, phase, world.exists.copy(),
        halted=np.zeros((batch, most, 2), np.float32) if world.halt.any() else None, control=control,
    )  # fmt: skip
