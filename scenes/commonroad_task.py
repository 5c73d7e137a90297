"""The planning problem of a CommonRoad file: the ego and its goals."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from scenes.commonroad_map import Lanelet
from scenes.commonroad_state import maybe_span, read_state, read_step, shape_corners
from scenes.encounters import Ego, Goal
from scenes.types import Floats
from scenes.xmlfile import Element

EGO_SIZE = (4.508, 1.610)  # m, BMW 320i: vehicle 2 of Althoff & Würsching, CommonRoad: vehicle models (2020)
SAME_SPOT, SAME_HEADING = 0.5, 0.3  # m, rad: a recorded vehicle that starts this near to the ego is the ego
Recorded = tuple[Floats, NDArray[np.bool_], tuple[float, float]]  # states (T, 4), validity (T,), size


def read_ego(
    root: Element, lanelets: dict[int, Lanelet], origin: Floats, first: int, tracks: list[Recorded]
) -> tuple[Ego, int | None]:
    """The ego of the first planning problem.

    Args:
        root: of the file, with a planning problem.
        lanelets: all.
        origin: (2,) m, taken off.
        first: step 0.
        tracks: all obstacles; one that starts at the ego's place is the recorded ego.

    Returns:
        The ego and the row of its recording, if any.

    Raises:
        SceneError: something is missing or out of its limits.
    """
    problem = root.one("planningProblem")
    element = problem.one("initialState")
    start = read_state(element, origin, initial=True)
    if start is None or start.uncertain:
        raise element.error("the ego's position, heading and speed must be exact")
    if start.heading is None or start.speed is None:
        raise element.error("<velocity> is missing")
    goals = tuple(read_goal(goal, lanelets, origin, first) for goal in problem.all("goalState"))
    if not goals:
        raise problem.error("<goalState> is missing")
    row = same_vehicle(start.position, start.heading, tracks)
    states, seen, size = tracks[row] if row is not None else (None, None, EGO_SIZE)
    return Ego(start.position, start.heading, start.speed, size, goals, states, seen), row


def same_vehicle(position: Floats, heading: float, tracks: list[Recorded]) -> int | None:
    """Row of the recorded vehicle that starts at a place, or None."""
    for row, (states, valid, _) in enumerate(tracks):
        turn = abs((states[0, 2] - heading + np.pi) % (2 * np.pi) - np.pi)
        if valid[0] and np.linalg.norm(states[0, :2] - position) < SAME_SPOT and turn < SAME_HEADING:
            return row
    return None


def read_goal(element: Element, lanelets: dict[int, Lanelet], origin: Floats, first: int) -> Goal:
    """One goal state.

    Raises:
        SceneError: something is missing or out of its limits.
    """
    steps = read_step(element)
    place = element.maybe("position")
    lanes: tuple[int, ...] = ()
    outlines: tuple[Floats, ...] = ()
    if place is not None:
        for reference in place.all("lanelet"):
            if reference.integer("ref") not in lanelets:
                raise reference.error(f"ref {reference.integer('ref')} is no lanelet of this file")
        lanes = tuple(reference.integer("ref") for reference in place.all("lanelet"))
        regions = [shape_corners(part) - origin for part in place.all("rectangle", "circle", "polygon")]
        outlines = (*(lanelets[lane].outline for lane in lanes), *regions)
        if not outlines:
            raise place.error("<rectangle>, <circle>, <polygon> or <lanelet> is missing")
    heading, speed = maybe_span(element, "orientation"), maybe_span(element, "velocity")
    return Goal(
        outlines, lanes, (steps.low - first, steps.high - first),
        None if heading is None else (heading.low, heading.high), None if speed is None else (speed.low, speed.high),
    )  # fmt: skip
