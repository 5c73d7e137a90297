"""When vehicles signal that they turn or pull out, decided by the way that lies ahead of them."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from scenes.lanes import arc_lengths, line_at
from scenes.types import Actor, Floats, RoadNetwork

LEAD = 30.0  # m before a turn from where on drivers signal it
LEAD_RING = 12.0  # m, the same before the way out of a roundabout
TURN = 0.6  # rad, smaller bends of a way are none that is signalled
TIGHT = 30.0  # m, mean radius of a turn; wider bends are the road's own
CIRCLE = 0.4  # rad that somebody drives around a roundabout before the way out is a turn of its own
EASY = 1.0 / 80.0  # rad/m, a way that bends less is straight
WINDOW = 3  # m to either side, over which the bend of a way is measured
FLASH = 1.5  # Hz, ECE R6 asks for 1 to 2
DWELL = 20.0  # s that a bus stands at a stop from time 0
WARNING = 4.0  # s that it signals before it leaves
PULLED_OUT = 12.0  # m that it has driven when it stops signalling


@dataclass(frozen=True)
class Turning:
    """A stretch of a path that is signalled."""

    start: float  # m along the path, from where on the front of a vehicle signals
    end: float  # m, where its middle has turned
    side: str  # left, right


def turnings(actor: Actor, roads: RoadNetwork) -> tuple[Turning, ...]:
    """Find the turns on a vehicle's path: bends too tight to be the road's own, and the way out of a roundabout.

    Args:
        actor: a vehicle.
        roads: whose lanes it drives on.

    Returns:
        The turns, in order.
    """
    found = bends(actor.path)
    if any(lane.curved for lane in roads.lanes if lane.id == actor.lane):
        return ring_turns(found)
    tight = [(a, b, angle) for a, b, angle in found if abs(angle) > TURN and b - a < TIGHT * abs(angle)]
    return tuple(Turning(a - LEAD, b, side_of(angle)) for a, b, angle in tight)


def ring_turns(found: list[tuple[float, float, float]]) -> tuple[Turning, ...]:
    """The turn out of a roundabout; who takes the first way out signals from before the way in."""
    if len(found) < 2:
        return ()
    (start, _, _), (_, _, around), (last, end, out) = found[0], found[-2], found[-1]
    if around * out > 0.0:  # a road that winds
        return ()
    if abs(around) > CIRCLE:
        return (Turning(last - LEAD_RING, end, side_of(out)),)
    return (Turning(start - LEAD, end, side_of(out)),)


def bends(path: Floats) -> list[tuple[float, float, float]]:
    """Stretches of a path (N, 2) that bend to one side: start and end in m, and the angle in rad, left positive."""
    if len(path) < 2:
        return []
    along = arc_lengths(path)
    s = np.arange(0.0, along[-1], 1.0)
    if len(s) < 2 * WINDOW + 2:
        return []
    points = np.stack([np.interp(s, along, path[:, k]) for k in (0, 1)], -1)
    heading = np.unwrap(np.arctan2(*np.diff(points, axis=0).T[::-1]))
    padded = np.pad(heading, WINDOW, mode="edge")
    rate = (padded[2 * WINDOW :] - padded[: -2 * WINDOW]) / (2 * WINDOW)
    way = np.where(np.abs(rate) > EASY, np.sign(rate), 0.0)
    edges = np.flatnonzero(np.diff(way, prepend=0.0, append=0.0))
    runs = [(a, b) for a, b in pairwise(edges.tolist()) if way[a] != 0.0]
    return [(float(s[a]), float(s[b - 1]), float(rate[a:b].sum())) for a, b in runs]


def side_of(angle: float) -> str:
    """Name of the side that an angle turns to."""
    return "left" if angle > 0.0 else "right"


def turn_signal(actor: Actor, roads: RoadNetwork, ahead: tuple[Turning, ...], travelled: float, time: float) -> str:
    """What a vehicle signals at one moment.

    Args:
        actor: the vehicle.
        roads: whose lanes it drives on.
        ahead: from `turnings`.
        travelled: m along its path.
        time: s.

    Returns:
        off, left or right.
    """
    nose = travelled + actor.size[0] / 2
    for turning in ahead:
        if turning.start < nose and travelled < turning.end:
            return turning.side
    leaving = time > DWELL - WARNING and travelled - actor.start < PULLED_OUT
    return away_from_kerb(actor, roads) if actor.driver == "bus" and leaving else "off"


def away_from_kerb(actor: Actor, roads: RoadNetwork) -> str:
    """The side of a vehicle that is not that of the nearest pavement; off where there is none."""
    if not roads.sidewalks:
        return "off"
    x, y, heading = line_at(actor.path, actor.start)
    away = np.concatenate(roads.sidewalks) - np.array([x, y])
    offsets = away @ np.array([-np.sin(heading), np.cos(heading)])
    ahead = np.abs(away @ np.array([np.cos(heading), np.sin(heading)])) < 0.5 * actor.size[0] + 30.0
    near = offsets[ahead] if ahead.any() else offsets
    return side_of(-float(near[np.abs(near).argmin()]))


def flashes(number: int, time: float) -> bool:
    """Whether turn lamps glow now: half of each period, with a phase of the vehicle's own.

    Args:
        number: id of the vehicle.
        time: s.
    """
    return (time * FLASH + 0.381966 * number) % 1.0 < 0.5
