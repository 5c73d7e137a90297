"""Runs as recordings for the Rerun viewer: streets, houses, everybody as a box, signals, and the ego's route."""

from __future__ import annotations

import math
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from scenes.kinds import COMPANIONS, PEOPLE, VEHICLES, Kind
from scenes.polygons import triangulate
from scenes.relief import raised
from scenes.types import Floats, Scene
from sim.world import State
from skidpad.takes import Run
from skidpad.topview import LAMPS, lit_signals
from skidpad.topview_actors import EGO
from skidpad.topview_ground import GROUND, PAVED
from skidpad.topview_paint import RGB, display

TIME = "time"  # name of the timeline: s of the simulation, as on films
PAINT = 0.003  # m that paint lies above the road
LIFT = 0.05  # m that lines lie above the road, so that they are seen
BEHIND, ABOVE = 22.0, 12.0  # m from the ego from where the viewer looks at it first
EDGE = 8.0  # m, longest edge of a triangle of ground that bends
COLOURS: dict[Kind, RGB] = {
    Kind.CAR: (86, 140, 214), Kind.VAN: (70, 170, 190), Kind.TRUCK: (176, 124, 62), Kind.BUS: (214, 168, 44),
    Kind.MOTORCYCLE: (150, 96, 190), Kind.BICYCLE: (110, 180, 80), Kind.PEDESTRIAN: (226, 98, 92),
    Kind.RIDER: (226, 98, 92), Kind.PRAM: (196, 130, 160), Kind.WHEELCHAIR: (196, 130, 160), Kind.DOG: (140, 110, 80),
}  # fmt: skip
LANES, WALLS = (235, 235, 120), (178, 170, 160)


def check_rerun(out: Path) -> None:
    """Refuse what cannot be written, before anything is simulated.

    Raises:
        RuntimeError: the library that writes it is not installed.
    """
    if find_spec("rerun") is None:
        raise RuntimeError(f"--rerun {out}: needs `pip install skidpad[rerun]`")


def write_rerun(out: Path, run: Run) -> None:
    """Write a run, whole or not at all.

    Args:
        out: .rrd file to make or replace.
        run: every state is a moment of the timeline.

    Raises:
        RuntimeError: see `check_rerun`.
    """
    check_rerun(out)
    import rerun as rr

    scene = run.scene
    name = f"{scene.name} {scene.sample}"
    partial = out.with_name(f".{out.name}.partial")
    stream = rr.RecordingStream("skidpad", recording_id=f"{scene.name}-{scene.sample}-{scene.seed}")
    try:
        stream.save(partial, default_blueprint=blueprint(run))
        stream.send_recording_name(name)
        log_ground(stream, scene)
        log_actors(stream, run)
        log_signals(stream, run)
        stream.flush()
        stream.disconnect()
        partial.replace(out)
    finally:
        stream.disconnect()
        partial.unlink(missing_ok=True)


def blueprint(run: Run) -> Any:
    """What the viewer shows first: the world, following the ego, and its speed below."""
    import rerun.blueprint as rrb

    look: dict[str, Any] = {"origin": "/world", "name": "world", "background": (196, 208, 220), "line_grid": False}
    panel = rrb.TimePanel(timeline=TIME, state="collapsed")
    if run.ego is None:
        return rrb.Blueprint(rrb.Spatial3DView(**look), panel, collapse_panels=True)
    number, heading = run.scene.actors[run.ego].id, float(run.states[0].heading[0, run.ego])
    middle = pose_of(run.scene, run.states[0], run.ego)[0]
    back = np.array([-BEHIND * math.cos(heading), -BEHIND * math.sin(heading), ABOVE])
    eye = rrb.EyeControls3D(position=middle + back, look_target=middle, tracking_entity=f"/world/actors/{number}")
    view = rrb.Spatial3DView(**look, eye_controls=eye)
    speed = rrb.TimeSeriesView(origin="/speed", contents=[f"/speed/{number}"], name=f"speed of {number}, m/s")
    return rrb.Blueprint(rrb.Vertical(view, speed, row_shares=[4, 1]), panel, collapse_panels=True)


def log_ground(stream: Any, scene: Scene) -> None:
    """What never moves: ground by kind, paint, middles of lanes, houses."""
    import rerun as rr

    stream.log("world", rr.ViewCoordinates.RIGHT_HAND_Z_UP, static=True)
    sorts: dict[str, list[tuple[Floats, float, RGB]]] = {}
    for surface in scene.roads.surfaces:
        asphalt = surface.kind is Kind.PAVEMENT and surface.look.style.startswith("asphalt")
        colour = PAVED if asphalt else GROUND[surface.look.style]
        sorts.setdefault(surface.kind.label, []).append((surface.outline, surface.z, colour))
    for marking in scene.roads.markings:
        sorts.setdefault("marking", []).append((marking.outline, PAINT, display(marking.colour)))
    for sort, pieces in sorts.items():
        points, triangles, colours = mesh_of(pieces, scene)
        stream.log(f"world/ground/{sort}", rr.Mesh3D(
            vertex_positions=points, triangle_indices=triangles, vertex_colors=colours,
            vertex_normals=np.broadcast_to([0.0, 0.0, 1.0], points.shape),
        ), static=True)  # fmt: skip
    lines = [on_ground(lane.centre, LIFT, scene) for lane in scene.roads.lanes]
    if lines:
        labels = [f"lane {lane.id}" for lane in scene.roads.lanes]
        stream.log("world/lanes", rr.LineStrips3D(
            lines, colors=[LANES] * len(lines), radii=[0.05] * len(lines), labels=labels, show_labels=False
        ), static=True)  # fmt: skip
    if scene.buildings:
        half = np.array([np.array(house.size)[[1, 0, 2]] / 2.0 for house in scene.buildings])
        places = raised(np.array([house.position for house in scene.buildings]), scene.roads.relief)
        turns = [upright(house.heading) for house in scene.buildings]
        stream.log("world/buildings", rr.Boxes3D(
            half_sizes=half, centers=places + half * [0.0, 0.0, 1.0], quaternions=turns,
            colors=[WALLS] * len(half), fill_mode="solid",
        ), static=True)  # fmt: skip


def log_actors(stream: Any, run: Run) -> None:
    """Everybody as a box with id and speed, and the way that the ego is to go."""
    import rerun as rr

    context = [(int(kind), kind.label, COLOURS[kind]) for kind in sorted(VEHICLES | PEOPLE | COMPANIONS)]
    stream.log("world", rr.AnnotationContext(context), static=True)
    times = [rr.TimeColumn(TIME, duration=[float(state.time[0]) for state in run.states])]
    for k, actor in enumerate(run.scene.actors):
        there = [bool(state.alive[0, k]) for state in run.states]
        seen = [state for state, alive in zip(run.states, there, strict=True) if alive]
        if not seen:
            continue
        centres, turns = (np.array(part) for part in zip(*(pose_of(run.scene, s, k) for s in seen), strict=True))
        speeds = [float(state.speed[0, k]) for state in seen]
        half = np.array(actor.size) / 2.0
        parts: dict[str, Any] = {"class_ids": np.full(len(seen), int(actor.kind))}
        if k == run.ego:
            parts["colors"] = np.full((len(seen), 3), EGO, np.uint8)
        boxes = rr.Boxes3D.columns(
            centers=centres, half_sizes=np.tile(half, (len(seen), 1)), quaternions=turns,
            fill_mode=["solid"] * len(seen), show_labels=[k == run.ego] * len(seen),
            labels=[f"{actor.id} {actor.kind.label} {v:.1f} m/s" for v in speeds], **parts,
        )  # fmt: skip
        stream.send_columns(f"world/actors/{actor.id}", indexes=times, columns=boxes.partition(there))
        stream.send_columns(
            f"speed/{actor.id}", indexes=times, columns=rr.Scalars.columns(scalars=speeds).partition(there)
        )
    if run.ego is not None and len(run.scene.actors[run.ego].path) > 1:
        way = on_ground(run.scene.actors[run.ego].path, 2 * LIFT, run.scene)
        stream.log("world/route", rr.LineStrips3D([way], colors=[EGO], radii=[0.12]), static=True)


def log_signals(stream: Any, run: Run) -> None:
    """Signals as points in the colour that is lit, with the name of the colour."""
    import rerun as rr

    lit = [lit_signals(run.scene, state, 0) for state in run.states]
    times = [rr.TimeColumn(TIME, duration=[float(state.time[0]) for state in run.states])]
    for k, signal in enumerate(run.scene.signals):
        place = raised(signal.position, run.scene.roads.relief)
        names = [row[k] for row in lit]
        points = rr.Points3D.columns(
            positions=np.tile(place, (len(lit), 1)), colors=[LAMPS[name] for name in names],
            radii=np.full(len(lit), 0.25), labels=names, show_labels=[False] * len(lit),
        )  # fmt: skip
        stream.send_columns(f"world/signals/{signal.id}", indexes=times, columns=points)


def pose_of(scene: Scene, state: State, k: int) -> tuple[Floats, Floats]:
    """Middle (3,) in the world and quaternion (x, y, z, w) of an actor's box; who lies has it around the pelvis."""
    place = raised(state.position[0, k], scene.roads.relief)
    up = np.array([0.0, 0.0, scene.actors[k].size[2] / 2.0])
    if state.rigid is not None and (scene.actors[k].kind in VEHICLES or state.rigid.limp[0, k]):
        turn = state.rigid.orientation[0, k].astype(np.float64)
        return place + (0.0 if state.rigid.limp[0, k] else turned(turn, up)), turn
    return place + up, upright(float(state.heading[0, k]))


def upright(heading: float) -> Floats:
    """Quaternion (x, y, z, w) of a heading, rad."""
    return np.array([0.0, 0.0, math.sin(heading / 2.0), math.cos(heading / 2.0)])


def turned(quaternion: Floats, vector: Floats) -> Floats:
    """A vector (3,) turned by a unit quaternion (x, y, z, w)."""
    axis, share = quaternion[:3], quaternion[3]
    across = 2.0 * np.cross(axis, vector)
    return np.asarray(vector + share * across + np.cross(axis, across))


def on_ground(line: Floats, z: float, scene: Scene) -> Floats:
    """(N, 3) points of a line (N, 2) at a height above the ground, m."""
    return raised(np.column_stack([line, np.full(len(line), z)]), scene.roads.relief)


def mesh_of(pieces: Sequence[tuple[Floats, float, RGB]], scene: Scene) -> tuple[Floats, Floats, Floats]:
    """One mesh of flat polygons, which follow the relief.

    Args:
        pieces: outline (N, 2) m, height in m and colour of each.
        scene: that they belong to.

    Returns:
        (V, 3) points, (T, 3) triangles and (V, 3) colours.
    """
    points, triangles, colours, total = [], [], [], 0
    for outline, z, colour in pieces:
        corners = outline[triangulate(outline)].reshape(-1, 3, 2)
        while scene.roads.relief is not None and (wide := longest(corners) > EDGE).any():
            corners = np.concatenate([corners[~wide], *halves(corners[wide])])
        flat = corners.reshape(-1, 2)
        points.append(on_ground(flat, z, scene))
        triangles.append(np.arange(len(flat)).reshape(-1, 3) + total)
        colours.append(np.tile(np.array(colour, np.uint8), (len(flat), 1)))
        total += len(flat)
    return np.concatenate(points), np.concatenate(triangles), np.concatenate(colours)


def longest(corners: Floats) -> Floats:
    """(T,) m, longest edges of triangles (T, 3, 2)."""
    return np.asarray(np.linalg.norm(corners - np.roll(corners, -1, 1), axis=-1).max(1))


def halves(corners: Floats) -> tuple[Floats, Floats]:
    """Triangles (T, 3, 2) cut in two across their longest edges."""
    first = np.linalg.norm(corners - np.roll(corners, -1, 1), axis=-1).argmax(1)
    a, b, c = (corners[np.arange(len(corners)), (first + k) % 3] for k in range(3))
    middle = 0.5 * (a + b)
    return np.stack([a, middle, c], 1), np.stack([middle, b, c], 1)
