"""The ego's way through an encounter: its recorded path, or lanes from its start to its goal."""

from __future__ import annotations

import heapq
import math
from itertools import pairwise

import numpy as np

from scenes.encounters import Ego, Encounter
from scenes.geometry import wrap_angle
from scenes.lanes import arc_lengths, line_at, project_on, within
from scenes.types import Floats, Lane

CHANGE = 20.0  # m, what a lane change costs beside the way itself
SETTLE = 2.0  # s, to come from the start to the middle of the lane
CROSS_OVER = 3.0  # s, duration of a lane change
SHORTEST = 15.0  # m, of either
BEYOND = 80.0  # m, how far a route goes on after the goal, where the lanes do
DOUBT = 1.5  # m of misfit, within which several lanes may be the one that the ego is on
SPACING = 0.5  # m, between the points of a recorded path that are kept


def ego_route(encounter: Encounter) -> tuple[Floats, float]:
    """Way of the ego.

    Args:
        encounter: with an ego.

    Returns:
        (N, 2) m, starts at the ego; and how far along it the goal begins, m: inf where there is no place to reach, it
        does not lie on the way, or the ego starts in it.
    """
    assert encounter.ego is not None
    ego, lanes = encounter.ego, {lane.id: lane for lane in encounter.roads.lanes}
    if ego.recorded is not None and ego.seen is not None:
        line = thinned(ego.recorded[ego.seen][:, :2])
        if len(line) > 1:
            x, y, heading = line_at(line, float(arc_lengths(line)[-1]))
            ends = misfits(np.array([x, y]), heading, lanes)
            line = joined(line, onwards([min(ends, key=lambda n: ends[n])], lanes), SHORTEST)
            return line, goal_along(line, ego)
    chain = lane_path(lanes, misfits(ego.position, ego.heading, lanes), goal_lanes(ego, lanes))
    line = along_lanes(chain, lanes, ego)
    return line, goal_along(line, ego)


def goal_along(line: Floats, ego: Ego) -> float:
    """How far along a line it first enters a goal, m; inf where it never does or starts in it."""
    for s in np.arange(0.0, arc_lengths(line)[-1], 0.25):
        x, y, _ = line_at(line, float(s))
        if any(within(np.array([x, y]), outline) for goal in ego.goals for outline in goal.outlines):
            return float(s) if s > 0 else math.inf
    return math.inf


def thinned(line: Floats) -> Floats:
    """Drop points that are nearer than SPACING to the last one kept: a standing vehicle's jitter is no path."""
    kept = [line[0]]
    for spot in line[1:]:
        if np.hypot(*(spot - kept[-1])) >= SPACING:
            kept.append(spot)
    return np.array(kept)


def misfits(position: Floats, heading: float, lanes: dict[int, Lane]) -> dict[int, float]:
    """How badly each lane fits a place (m) and a direction, m."""
    costs = {}
    for lane in lanes.values():
        s, _ = project_on(lane.centre, position)
        x, y, along = line_at(lane.centre, min(max(s, 0.0), float(arc_lengths(lane.centre)[-1])))
        aside = math.hypot(x - position[0], y - position[1])
        costs[lane.id] = aside + 4.0 * abs(wrap_angle(along - heading))
    return costs


def goal_lanes(ego: Ego, lanes: dict[int, Lane]) -> set[int]:
    """Ids of the lanes that lead into a goal; empty where no goal has a place."""
    found: set[int] = set()
    for goal in ego.goals:
        found |= set(goal.lanes) & set(lanes)
        if not goal.lanes and goal.outlines:
            middle = np.concatenate(goal.outlines).mean(0)
            near = [lane for lane in lanes.values() if abs(project_on(lane.centre, middle)[1]) < lane.width / 2 + 0.5]
            found |= {
                lane.id for lane in near if 0 <= project_on(lane.centre, middle)[0] <= arc_lengths(lane.centre)[-1]
            }
    return found


def lane_path(lanes: dict[int, Lane], starts: dict[int, float], goals: set[int]) -> list[int]:
    """Shortest way over successors and neighbours (Dijkstra 1959).

    Args:
        lanes: by id.
        starts: how badly each fits the start, m; lanes that lie over each other are all tried.
        goals: lanes to reach.

    Returns:
        Lanes from start to goal; the lane that fits best alone where no goal can be reached.
    """
    start = min(starts, key=lambda n: starts[n])
    best = {n: 10.0 * (misfit - starts[start]) for n, misfit in starts.items() if misfit < starts[start] + DOUBT}
    before: dict[int, int] = {}
    queue = [(cost, n) for n, cost in best.items()]
    heapq.heapify(queue)
    while queue:
        cost, here = heapq.heappop(queue)
        if here in goals:
            chain = [here]
            while chain[-1] in before:
                chain.append(before[chain[-1]])
            return chain[::-1]
        lane = lanes[here]
        length = float(arc_lengths(lane.centre)[-1])
        steps = [(length, n) for n in lane.successors] + [(CHANGE, n) for n in (lane.left, lane.right) if n is not None]
        for more, after in steps:
            if after in lanes and cost + more < best.get(after, math.inf):
                best[after], before[after] = cost + more, here
                heapq.heappush(queue, (cost + more, after))
    return [start]


def along_lanes(chain: list[int], lanes: dict[int, Lane], ego: Ego) -> Floats:
    """The line along a chain of lanes from the ego on: smooth at the start and where lanes are changed."""
    runs = [[chain[0]]]
    for before, after in pairwise(chain):
        if after in lanes[before].successors:
            runs[-1].append(after)
        else:
            runs.append([after])
    line = np.stack([ego.position, ego.position + 0.1 * np.array([math.cos(ego.heading), math.sin(ego.heading)])])
    for k, run in enumerate(runs):
        centre = onwards(run, lanes) if k == len(runs) - 1 else centre_of(run, lanes)
        line = joined(line, centre, max(SHORTEST, (SETTLE if k == 0 else CROSS_OVER) * ego.speed))
        if k < len(runs) - 1:  # leave where the last lane of the run begins, or here if the ego is on it
            leave = project_on(line, lanes[run[-1]].centre[0])[0]
            line = first_part(line, max(leave, 1.0))
    return line


def centre_of(run: list[int], lanes: dict[int, Lane]) -> Floats:
    """Centre line of lanes one after the other."""
    line = np.concatenate([lanes[run[0]].centre, *(lanes[n].centre[1:] for n in run[1:])])
    keep = np.concatenate([[True], np.hypot(*np.diff(line, axis=0).T) > 1e-3])
    return np.asarray(line[keep])


def onwards(run: list[int], lanes: dict[int, Lane]) -> Floats:
    """Centre line of lanes and of their straightest successors, BEYOND metres more."""
    chain, length = list(run), 0.0
    while length < BEYOND:
        after = [n for n in lanes[chain[-1]].successors if n not in chain]
        if not after:
            break
        end = line_at(lanes[chain[-1]].centre, float(arc_lengths(lanes[chain[-1]].centre)[-1]))[2]
        chain.append(min(after, key=lambda n: abs(wrap_angle(line_at(lanes[n].centre, 0.0)[2] - end))))
        length += float(arc_lengths(lanes[chain[-1]].centre)[-1])
    return centre_of(chain, lanes)


def first_part(line: Floats, length: float) -> Floats:
    """The first metres of a line."""
    along = arc_lengths(line)
    x, y, _ = line_at(line, min(length, float(along[-1])))
    return np.concatenate([line[along < length - 0.01], [[x, y]]])


def joined(line: Floats, other: Floats, way: float) -> Floats:
    """A line that goes over to another one within some metres after its end.

    Args:
        line: (N, 2) m.
        other: (M, 2) m, runs on beside or after the end of the first one.
        way: m, in which the offset between them fades out.

    Returns:
        (K, 2) m; the line itself where the other one ends before it.
    """
    s, _ = project_on(other, line[-1])
    rest = float(arc_lengths(other)[-1]) - s
    if rest < 1.0:
        return line
    x, y, _ = line_at(other, s)
    offset = line[-1] - (x, y)
    ahead = np.arange(1.0, max(1.5, min(way, rest)), 1.0)
    share = np.clip(ahead / max(ahead[-1], 1e-9), 0.0, 1.0)
    fade = 1.0 - share * share * (3.0 - 2.0 * share)
    middle = np.array([line_at(other, s + float(m))[:2] for m in ahead]) + fade[:, None] * offset
    along = arc_lengths(other)
    return np.concatenate([line, middle, other[along > s + ahead[-1] + 0.5]])
