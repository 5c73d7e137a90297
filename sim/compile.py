"""Turns scenes into padded arrays."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from scenes.catalogue import axles
from scenes.lanes import arc_lengths, line_at, project_on
from scenes.people import PersonLook
from scenes.types import Actor, RoadNetwork, Scene, Signal

STAND_BACK = 1.0  # m between a stopping vehicle's front bumper and the crossing or stop line
LANE_TOLERANCE = 1.2  # m, a stop line counts for paths that pass this close to it
FIELDS_2D: dict[str, Any] = {
    "is_person": np.bool_, "desired_speed": np.float32, "stature": np.float32, "cadence": np.float32, "first": np.int32,
    "last": np.int32, "start": np.float32, "speed": np.float32, "heading": np.float32, "phase": np.float32,
}  # fmt: skip
Stop = tuple[float, int, int]  # s of the front bumper, signal group, crossing


def compile_arrays(scenes: Sequence[Scene], states: tuple[str, ...]) -> dict[str, Any]:
    """Arrays of `World` by name.

    Args:
        scenes: the batch.
        states: names of signal states, in the order of their numbers.

    Returns:
        Field name -> array.
    """
    batch, most = len(scenes), max(1, *(len(scene.actors) for scene in scenes))
    stops = [[stops_of(actor, scene.roads) for actor in scene.actors] for scene in scenes]
    deepest = max([1, *(len(entry) for scene in stops for entry in scene)])
    out: dict[str, Any] = {name: np.zeros((batch, most), kind) for name, kind in FIELDS_2D.items()}
    out |= {
        "count": np.array([len(scene.actors) for scene in scenes], np.int32),
        "size": np.ones((batch, most, 3), np.float32),
        "axles": np.ones((batch, most, 2), np.float32),
        "stop_s": np.full((batch, most, deepest), np.inf, np.float32),
        "stop_group": np.full((batch, most, deepest), -1, np.int32),
        "stop_crossing": np.full((batch, most, deepest), -1, np.int32),
    }
    out["cadence"][:] = 1.0
    points, along = [np.zeros((1, 3))], [np.zeros(1)]
    total = 1  # vertex 0 is the path of padding
    out["last"][:] = 1
    for b, scene in enumerate(scenes):
        for a, actor in enumerate(scene.actors):
            fill_actor(out, b, a, actor)
            height = np.zeros(len(actor.path)) if actor.path_z is None else actor.path_z
            points.append(np.column_stack([actor.path, height]))
            along.append(arc_lengths(actor.path))
            out["first"][b, a], out["last"][b, a] = total, total + len(actor.path)
            total += len(actor.path)
            for k, (s, group, crossing) in enumerate(stops[b][a]):
                out["stop_s"][b, a, k], out["stop_group"][b, a, k] = s, group
                out["stop_crossing"][b, a, k] = crossing
    out["points"] = np.concatenate(points).astype(np.float32)
    out["along"] = np.concatenate(along).astype(np.float32)
    return out | crossing_arrays(scenes) | plan_arrays(scenes, states)


def fill_actor(out: dict[str, Any], b: int, a: int, actor: Actor) -> None:
    """Write the values of one actor."""
    person = isinstance(actor.look, PersonLook)
    out["is_person"][b, a] = person
    out["size"][b, a] = actor.size
    out["desired_speed"][b, a] = actor.desired_speed
    out["start"][b, a] = actor.start if len(actor.path) > 1 else 0.0
    out["speed"][b, a] = actor.speed
    out["heading"][b, a] = actor.heading
    out["phase"][b, a] = actor.gait_phase
    if isinstance(actor.look, PersonLook):
        out["stature"][b, a], out["cadence"][b, a] = actor.look.height, actor.look.manner.cadence
    else:
        out["axles"][b, a] = axles(actor.look)


def stops_of(actor: Actor, roads: RoadNetwork) -> list[Stop]:
    """Places along an actor's path where it may have to stop.

    Args:
        actor: anybody.
        roads: with stop lines and crossings.

    Returns:
        For vehicles the stop lines and zebras on the path, for people the kerbs of signalised crossings.
    """
    if len(actor.path) < 2:
        return []
    if isinstance(actor.look, PersonLook):
        return kerbs_of(actor, roads)
    lanes = {lane.id: lane for lane in roads.lanes}
    found: list[Stop] = []
    for line in roads.stop_lines:
        x, y, heading = line_at(lanes[line.lane].centre, line.s)
        s, d = project_on(actor.path, np.array([x, y]))
        _, _, own = line_at(actor.path, s)
        if abs(d) < LANE_TOLERANCE and math.cos(own - heading) > 0.8:
            crossing = -1 if line.crossing is None else line.crossing
            found.append((s - STAND_BACK, -1 if line.signal_group is None else line.signal_group, crossing))
    lined = {crossing for _, _, crossing in found}
    for place in roads.crossings:
        middle = (place.start + place.end) / 2
        s, _ = project_on(actor.path, middle)
        x, y, _ = line_at(actor.path, s)
        span = place.end - place.start
        share = float((np.array([x, y]) - place.start) @ span / (span @ span))
        off = abs(float((np.array([x, y]) - place.start) @ np.array([-span[1], span[0]]))) / float(np.hypot(*span))
        if 0.0 < share < 1.0 and off < 1.0 and place.id not in lined:
            found.append((s - place.width / 2 - STAND_BACK, -1, place.id))
    return sorted(found)


def kerbs_of(actor: Actor, roads: RoadNetwork) -> list[Stop]:
    """Where a walker waits for the lights of a crossing, m along the path."""
    found: list[Stop] = []
    for place in roads.crossings:
        if place.signal_group is None:
            continue
        for end, other in ((place.start, place.end), (place.end, place.start)):
            s, d = project_on(actor.path, end)
            t, e = project_on(actor.path, other)
            if s < t and abs(d) < place.width / 2 and abs(e) < place.width / 2:
                found.append((s - 0.35, place.signal_group, place.id))
    return sorted(found)


def crossing_arrays(scenes: Sequence[Scene]) -> dict[str, Any]:
    """Bands of the crossings."""
    most = max(1, *(len(scene.roads.crossings) for scene in scenes)) if scenes else 1
    bands = np.full((len(scenes), most, 5), 1e9, np.float32)
    for b, scene in enumerate(scenes):
        for place in scene.roads.crossings:
            middle, span = (place.start + place.end) / 2, place.end - place.start
            half = float(np.hypot(*span)) / 2
            bands[b, place.id] = (middle[0], middle[1], math.atan2(span[1], span[0]), half, place.width / 2)
    return {"crossing": bands}


def plan_arrays(scenes: Sequence[Scene], states: tuple[str, ...]) -> dict[str, Any]:
    """Signal plans by group."""
    plans: list[dict[int, Signal]] = []
    for scene in scenes:
        groups: dict[int, Signal] = {}
        for signal in scene.signals:
            groups.setdefault(signal.group, signal)
        plans.append(groups)
    most = max(1, *(max([1, *(group + 1 for group in plan)]) for plan in plans))
    parts = max(1, *(max([1, *(len(signal.plan) for signal in plan.values())]) for plan in plans))
    shape = (len(scenes), most)
    out: dict[str, Any] = {
        "plan_state": np.full((*shape, parts), states.index("off"), np.int32),
        "plan_end": np.ones((*shape, parts), np.float32),
        "plan_cycle": np.ones(shape, np.float32),
        "plan_offset": np.zeros(shape, np.float32),
    }
    for b, plan in enumerate(plans):
        for group, signal in plan.items():
            ends = np.cumsum([duration for _, duration in signal.plan])
            out["plan_end"][b, group] = ends[-1]
            out["plan_end"][b, group, : len(ends)] = ends
            out["plan_state"][b, group] = states.index(signal.plan[-1][0])
            out["plan_state"][b, group, : len(ends)] = [states.index(state) for state, _ in signal.plan]
            out["plan_cycle"][b, group], out["plan_offset"][b, group] = ends[-1], signal.offset
    return out
