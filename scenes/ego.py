"""The vehicle that an environment hands to the agent: where it starts, and its route to its goal."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from scenes.cameras import Ego
from scenes.lanes import arc_lengths, line_at
from scenes.population_vehicles import BRAKING
from scenes.roads_parts import Layout
from scenes.schema import EgoSpec
from scenes.types import Actor, Floats, Lane, RoadNetwork


def start_of(spec: EgoSpec, network: RoadNetwork) -> Ego:
    """Lane of the ego and the place of its front at time 0.

    Args:
        spec: with plain values.
        network: of the scene.

    Returns:
        Place `before` metres before the first stop line of its lane, or before the middle of a lane without one.
    """
    stops = [stop.s for stop in network.stop_lines if stop.lane == spec.lane]
    lane = next(lane for lane in network.lanes if lane.id == spec.lane)
    mark = min(stops, default=float(arc_lengths(lane.centre)[-1]) / 2)
    return Ego(spec.lane, max(6.0, mark - spec.before))


def on_turn_lane(spec: EgoSpec, layout: Layout, traffic: str) -> EgoSpec:
    """An ego that turns across the oncoming traffic comes on the turn lane of its arm, where there is one.

    Args:
        spec: with plain values; its lane names the arm.
        layout: of the scene.
        traffic: side that vehicles drive on, left or right.

    Returns:
        The same, with the lane where it comes on.
    """
    lanes = {straight.lane: turn.lane for straight, turn in zip(layout.approaches, layout.across, strict=False)}
    if spec.turn in ("straight", traffic):
        return spec
    return spec.model_copy(update={"lane": lanes.get(spec.lane, spec.lane)})


def drive_route(spec: EgoSpec, actor: Actor, network: RoadNetwork) -> Actor:
    """Put a vehicle on the ego's route, which ends at its goal.

    Args:
        spec: with plain values.
        actor: the vehicle at the ego's start.
        network: of the scene.

    Returns:
        The ego. Its speed lets it stop at a stop line.
    """
    line = cut(route(network, spec.lane, spec.turn, actor.start + spec.distance), actor.start + spec.distance)
    _, _, heading = line_at(line, actor.start)
    ways = [stop.s - actor.start - actor.size[0] / 2 - 1.0 for stop in network.stop_lines if stop.lane == spec.lane]
    allowed = min([math.sqrt(2 * BRAKING * way) for way in ways if way > 0], default=math.inf)
    return replace(
        actor, path=line, speed=min(spec.speed, allowed), desired_speed=spec.speed, heading=heading, lane=spec.lane
    )


def route(network: RoadNetwork, lane: int, turn: str, length: float = math.inf) -> Floats:
    """(N, 2) centre line from a lane over its successors, m.

    Args:
        network: of the scene.
        lane: to start on.
        turn: straight, left or right, taken where a lane has several successors.
        length: m; no lane is added where the route is longer. Lanes of a map may lead round and round.

    Returns:
        The route to the last lane's end.
    """
    lanes = {entry.id: entry for entry in network.lanes}
    chain, done = [lanes[lane]], float(arc_lengths(lanes[lane].centre)[-1])
    while chain[-1].successors and done <= length:
        chain.append(min((lanes[k] for k in chain[-1].successors), key=lambda after: misfit(after, turn)))
        done += float(arc_lengths(chain[-1].centre)[-1])
    joints = [chain[0].centre, *(entry.centre[1:] for entry in chain[1:])]
    return np.concatenate(joints)


def misfit(lane: Lane, turn: str) -> float:
    """How far a lane's change of direction is from a turn of 90 degrees or from going straight, rad."""
    first, last = lane.centre[1] - lane.centre[0], lane.centre[-1] - lane.centre[-2]
    change = math.atan2(first[0] * last[1] - first[1] * last[0], float(first @ last))
    return abs(change - {"straight": 0.0, "left": math.pi / 2, "right": -math.pi / 2}[turn])


def cut(line: Floats, length: float) -> Floats:
    """The first `length` metres of a polyline."""
    along = arc_lengths(line)
    if length >= along[-1]:
        return line
    x, y, _ = line_at(line, length)
    return np.concatenate([line[along < length - 0.01], [[x, y]]])
