"""What importers ask of lanes: where they cross a band, where one waits before it, which one is nearest."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

import numpy as np

from scenes.lanes import arc_lengths, line_at, project_on
from scenes.road_map import RoadMap
from scenes.types import Crossing, Floats, Lane, StopLine

CLEAR = 1.0  # m between a stop line and a crossing
NEAREST = 1.0  # m, stop lines are no nearer to the start of a lane


def length_of(lane: Lane) -> float:
    """Length of a lane, m."""
    return float(arc_lengths(lane.centre)[-1])


def summary(found: RoadMap) -> str:
    """One line about a map: its format and how much of everything it has."""
    roads = found.network
    counts = {
        "lanes": len(roads.lanes), "links": sum(len(lane.successors) for lane in roads.lanes),
        "sidewalks": len(roads.sidewalks), "crossings": len(roads.crossings), "lights": len(found.heads),
    }  # fmt: skip
    length = sum(length_of(lane) for lane in roads.lanes) / 1000.0
    return f"{found.format}, {length:.2f} km of lanes: " + ", ".join(f"{n} {name}" for name, n in counts.items())


def before_of(lanes: Iterable[Lane]) -> dict[int, list[int]]:
    """Predecessors of every lane that has some."""
    found: dict[int, list[int]] = {}
    for lane in lanes:
        for after in lane.successors:
            found.setdefault(after, []).append(lane.id)
    return found


def waiting(lane: int, s: float, lanes: dict[int, Lane], before: dict[int, list[int]]) -> list[tuple[int, float]]:
    """Where vehicles wait that must not go beyond a place: on the lane, or on those before it.

    Args:
        lane: id.
        s: m along it; may be negative.
        lanes: all by id.
        before: from `before_of`.

    Returns:
        Lanes and lengths along them, m.
    """
    if s >= NEAREST:
        return [(lane, min(s, length_of(lanes[lane]) - 0.1))]
    ends = [(other, length_of(lanes[other]) + min(s, 0.0) - 0.5) for other in before.get(lane, [])]
    return [(other, max(NEAREST, place)) for other, place in ends if place > 0.0] or [(lane, max(s, 0.2))]


def entry(line: Floats, crossing: Crossing) -> float | None:
    """Length along a lane's middle (N, 2) at which it enters the band of a crossing, m; None where it does not."""
    across = crossing.end - crossing.start
    length = float(np.linalg.norm(across))
    unit = across / max(length, 1e-6)
    middle = (crossing.start + crossing.end) / 2
    if np.linalg.norm(line - middle, axis=1).min() > length + 60.0:
        return None
    along = arc_lengths(line)
    s = np.unique(np.concatenate([np.arange(0.0, along[-1], 0.25), along]))
    spots = np.stack([np.interp(s, along, line[:, k]) for k in (0, 1)], -1) - middle
    inside = (np.abs(spots @ unit) < length / 2 + 0.1) & (
        np.abs(spots @ np.array([-unit[1], unit[0]])) < crossing.width / 2
    )
    return float(s[int(np.argmax(inside))]) if inside.any() else None


def stops_before(crossings: Sequence[Crossing], lanes: Sequence[Lane]) -> list[StopLine]:
    """Stop lines of all lanes that run over crossings."""
    by_id, before = {lane.id: lane for lane in lanes}, before_of(lanes)
    found: dict[tuple[int, int], float] = {}
    for crossing in crossings:
        for lane in lanes:
            s = entry(lane.centre, crossing)
            for other, place in waiting(lane.id, s - CLEAR, by_id, before) if s is not None else ():
                key = (other, crossing.id)
                found[key] = min(place, found.get(key, math.inf))
    groups = {crossing.id: crossing.signal_group for crossing in crossings}
    return [StopLine(lane, s, groups[crossing], crossing) for (lane, crossing), s in found.items()]


def heading_near(lanes: Iterable[Lane], spot: Floats) -> float | None:
    """Direction of the lane whose middle is nearest to a place (2,), rad; None without lanes."""
    near = min(lanes, key=lambda lane: float(np.linalg.norm(lane.centre - spot, axis=1).min()), default=None)
    best, nearest = None, math.inf
    for lane in lanes if near is not None else ():
        if float(np.linalg.norm(lane.centre - spot, axis=1).min()) < 60.0 or lane is near:
            s, _ = project_on(lane.centre, spot)
            s = min(max(s, 0.0), length_of(lane))
            x, y, along = line_at(lane.centre, s)
            off = math.hypot(x - spot[0], y - spot[1])
            if off < nearest:
                best, nearest = along, off
    return best
