"""CommonRoad XML (2018b, 2020a) to an `Encounter`.

Althoff, Koschi, Manzinger (2017), CommonRoad: composable benchmarks for motion planning on roads; format as in the
documentation of version 2020a. States are those of a shape's middle.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from scenes.commonroad_map import network, point, read_lanelets, read_lights
from scenes.commonroad_state import Shape, State, read_shape, read_state, read_step
from scenes.commonroad_task import read_ego
from scenes.encounters import Encounter
from scenes.errors import SceneError
from scenes.kinds import Kind
from scenes.suggest import suggestion
from scenes.types import Floats
from scenes.xmlfile import Element, read_xml

VERSIONS = ("2018b", "2020a")
KINDS: dict[str, Kind] = {
    "car": Kind.CAR, "taxi": Kind.CAR, "priorityVehicle": Kind.CAR, "parkedVehicle": Kind.CAR, "unknown": Kind.CAR,
    "truck": Kind.TRUCK, "bus": Kind.BUS, "motorcycle": Kind.MOTORCYCLE, "bicycle": Kind.BICYCLE,
    "pedestrian": Kind.PEDESTRIAN,
}  # fmt: skip
NO_USERS = ("constructionZone", "train", "roadBoundary", "building", "pillar", "median_strip")
MOST_STATES = 20_000_000  # obstacles times steps


@dataclass
class Notes:
    """What was left out or simplified: words -> ids of the obstacles that it was true of."""

    found: dict[str, list[int]] = field(default_factory=dict)

    def add(self, words: str, number: int) -> None:
        """Remember once per obstacle."""
        ids = self.found.setdefault(words, [])
        if number not in ids:
            ids.append(number)

    def lines(self) -> tuple[str, ...]:
        """One line per sort."""
        return tuple(
            f"obstacle{'s' if len(ids) > 1 else ''} {', '.join(map(str, ids))}: {words}"
            for words, ids in self.found.items()
        )


@dataclass(frozen=True, eq=False)
class Track:
    """One obstacle."""

    id: int
    kind: Kind
    shape: Shape
    states: dict[int, State]  # by time step of the file
    moves: bool  # False: it stands where it is for good


def read_commonroad(path: str | Path) -> Encounter:
    """Read a scenario.

    Args:
        path: XML file.

    Returns:
        The encounter. What could not be used is told in its notes.

    Raises:
        SceneError: one line with file, line, element, value and limits.
    """
    root = read_xml(Path(path))
    if root.tag != "commonRoad":
        raise root.error("is not a CommonRoad file: its first element is not <commonRoad>")
    version = root.attribute("commonRoadVersion")
    if version not in VERSIONS:
        raise root.error(f"commonRoadVersion {version!r} is not read; it must be {' or '.join(VERSIONS)}")
    dt = root.limited(root.attribute("timeStepSize"), 0.001, 10.0, "s", "timeStepSize")
    notes = Notes()
    origin = frame_origin(root)
    lanelets = read_lanelets(root, origin)
    tracks = read_tracks(root, notes, origin)
    problem = root.maybe("planningProblem")
    first = read_step(problem.one("initialState")).low if problem is not None else first_step(tracks)
    fastest = max((abs(s.speed) for t in tracks for s in t.states.values() if s.speed is not None), default=0.0)
    roads = network(root, lanelets, origin, fastest)
    count = steps_of(root, tracks, problem, first)
    states, valid = tables(tracks, first, count, dt)
    ego, row = read_ego(root, lanelets, origin, first, tracks_at(tracks, states, valid)) if problem else (None, None)
    keep = [k for k in range(len(tracks)) if k != row and valid[k].any()]
    for k in set(range(len(tracks))) - set(keep) - {row}:
        notes.add("recorded only before the ego's first step: left out", tracks[k].id)
    lines = notes.lines() + leftovers(root)
    return Encounter(
        name=Path(path).stem, dt=dt, origin=origin, roads=roads,
        signals=read_lights(root, lanelets, origin, dt, first), ids=np.array([tracks[k].id for k in keep], np.int64),
        kinds=tuple(tracks[k].kind for k in keep),
        sizes=np.array([(tracks[k].shape.length, tracks[k].shape.width) for k in keep]).reshape(-1, 2),
        states=states[keep], valid=valid[keep], ego=ego, notes=lines,
    )  # fmt: skip


def leftovers(root: Element) -> tuple[str, ...]:
    """What else of the file is not used."""
    problems = [p.integer("id") for p in root.all("planningProblem")][1:]
    return (f"planning problems {', '.join(map(str, problems))}: only the first is used",) if problems else ()


def frame_origin(root: Element) -> Floats:
    """Middle of the map or the ego's start, whole metres: float32 has 4e-6 m near 50 m, but 0.5 m at 5e6 m."""
    problem = root.maybe("planningProblem")
    spot = problem.one("initialState").one("position").maybe("point") if problem is not None else None
    if spot is None:
        lanelet = root.one("lanelet")
        spot = next(lanelet.one("leftBound").all("point"), None)
        if spot is None:
            raise lanelet.error("leftBound has no points")
    return np.round(point(spot, np.zeros(2))) + 0.0


def read_tracks(root: Element, notes: Notes, origin: Floats) -> list[Track]:
    """Every obstacle that can be used; the others are told in the notes."""
    tracks: list[Track] = []
    lines: dict[int, int] = {}
    for element in root.all("obstacle", "dynamicObstacle", "staticObstacle"):
        number = element.integer("id")
        if number in lines:
            raise element.error(f"id {number} stands twice, first in line {lines[number]}")
        lines[number] = element.line
        track = read_track(element, notes, origin)
        if track is not None:
            tracks.append(track)
    for element in root.all("environmentObstacle", "phantomObstacle"):
        notes.add(f"{element.tag} is not supported: left out", element.integer("id"))
    return tracks


def read_track(element: Element, notes: Notes, origin: Floats) -> Track | None:
    """One obstacle, or None where it is of a sort that is not supported."""
    number, kind = element.integer("id"), element.one("type")
    role = element.one("role").text if element.tag == "obstacle" else element.tag.removesuffix("Obstacle")
    if role not in ("static", "dynamic"):
        raise element.one("role").error(f"{role!r} is neither static nor dynamic")
    if kind.text not in KINDS and kind.text not in NO_USERS:
        raise kind.error(f"{kind.text!r} is no type of obstacle{suggestion(kind.text, (*KINDS, *NO_USERS))}")
    if kind.text in NO_USERS or element.maybe("occupancySet") is not None:
        what = f"{kind.text} is no road user" if kind.text in NO_USERS else "occupancy sets are not supported"
        notes.add(f"{what}: left out", number)
        return None
    shape, states = read_shape(element.one("shape")), read_states(element, role, origin)
    if states is None:
        notes.add("positions given as lanelets are not supported: left out", number)
        return None
    if shape.simplified:
        notes.add(f"{shape.simplified} is simplified to the box around it", number)
    if role == "dynamic" and element.maybe("trajectory") is None:
        notes.add("has no trajectory: seen at its first step only", number)
    if any(state.uncertain for state in states.values()):
        notes.add("uncertain values are taken at their middle", number)
    return Track(number, KINDS[kind.text], shape, states, role == "dynamic")


def read_states(element: Element, role: str, origin: Floats) -> dict[int, State] | None:
    """States of an obstacle by time step; None where a place is given as a lanelet."""
    found = [read_state(element.one("initialState"), origin, initial=True)]
    trajectory = element.maybe("trajectory") if role == "dynamic" else None
    found += [] if trajectory is None else [read_state(state, origin) for state in trajectory.all("state")]
    states: dict[int, State] = {}
    for state in found:
        if state is None:
            return None
        if state.step in states:
            raise state.element.error(f"time step {state.step} of obstacle {element.integer('id')} stands twice")
        states[state.step] = state
    return states


def first_step(tracks: list[Track]) -> int:
    """Earliest recorded step."""
    return min((step for track in tracks for step in track.states), default=0)


def steps_of(root: Element, tracks: list[Track], problem: Element | None, first: int) -> int:
    """Number of steps from `first` on: to the last record, or without moving obstacles to the end of the goal's time.

    Raises:
        SceneError: the recording ends before it starts, or is too long.
    """
    last = max((step for track in tracks if track.moves for step in track.states), default=None)
    if last is None:
        goals = [] if problem is None else list(problem.all("goalState"))
        last = max((read_step(goal).high for goal in goals), default=first)
    if last < first:
        raise root.error(f"the recording ends at step {last}, before the planning problem starts at step {first}")
    if (last - first + 1) * max(1, len(tracks)) > MOST_STATES:
        raise root.error(f"{len(tracks)} obstacles times {last - first + 1} steps are more than {MOST_STATES}")
    return last - first + 1


def tables(tracks: list[Track], first: int, count: int, dt: float) -> tuple[Floats, NDArray[np.bool_]]:
    """States (A, T, 4) and their validity (A, T); missing headings and speeds follow from the motion."""
    states, valid = np.zeros((len(tracks), count, 4)), np.zeros((len(tracks), count), bool)
    for a, track in enumerate(tracks):
        steps = np.array([s for s in sorted(track.states) if first <= s < first + count or not track.moves], np.int64)
        if not len(steps):
            continue
        found = [track.states[int(step)] for step in steps]
        spots = np.array([state.position for state in found])
        motion = np.gradient(spots, steps * dt, axis=0) if len(steps) > 1 else np.zeros_like(spots)
        along = np.unwrap(np.arctan2(motion[:, 1], motion[:, 0]))
        heading = [along[k] if s.heading is None else s.heading for k, s in enumerate(found)]
        speed = [float(np.hypot(*motion[k])) if s.speed is None else s.speed for k, s in enumerate(found)]
        rows = np.column_stack([spots, heading, speed])
        if track.moves:
            states[a, steps - first], valid[a, steps - first] = rows, True
        else:
            states[a], valid[a] = rows[0] * (1.0, 1.0, 1.0, 0.0), True
    return states, valid


def tracks_at(
    tracks: list[Track], states: Floats, valid: NDArray[np.bool_]
) -> list[tuple[Floats, NDArray[np.bool_], tuple[float, float]]]:
    """States, validity and size of every track; standing ones, which cannot be the ego, are never valid here."""
    return [
        (states[k], valid[k] & track.moves, (track.shape.length, track.shape.width)) for k, track in enumerate(tracks)
    ]


def read_encounter(path: str | Path) -> Encounter:
    """Read a recording by the name of its file.

    Args:
        path: a CommonRoad XML file.

    Returns:
        The encounter.

    Raises:
        SceneError: no such file, or something in it is wrong.
    """
    file = Path(path)
    if file.suffix.lower() != ".xml" or not file.is_file():
        raise SceneError(str(path), "no such file" if not file.exists() else "is not an .xml file (CommonRoad)")
    return read_commonroad(file)
