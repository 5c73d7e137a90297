"""Lanes side by side: how far beside its own route a vehicle may drive, and how it moves over there."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from scenes.compiled import compiled
from scenes.kinds import VEHICLES, Kind
from scenes.lanes import arc_lengths, point_at, project
from scenes.types import Lane, RoadNetwork, Scene, StopLine
from sim.kernels import inner, steep
from sim.tables import SPACING, Tables
from sim.world import F4

FROM, TO, LEFT, LASTS, NOW, SLOPE, REST, LANE, PASSES = range(9)  # columns of `Changes.state`
SIDES = (-2, -1, 1, 2)  # lanes to the left of the own one: columns of `Changes.beside`
ALIGNED = 0.98  # cosine between the headings of a path and of a lane that it follows
FOLLOWS = 0.6  # m from the middle of a lane that a path which follows it may lie
OVER = 0.5  # m beyond the ends of a lane that still count as on it
NEXT = (2.2, 4.8)  # m between the middles of neighbours
SAME_LINE = 2.0  # m along the road between the stop lines of neighbours that belong together
BEFORE_LINE = 25.0  # m before a stop line that holds one lane alone, or a junction, by when one is back
JUNCTION = 40.0  # m behind a stop line within which lanes that end do so at the junction
LENGTHS = 4.5  # of the vehicle that a change of lanes is long at least, so that no corner leaves the new lane
PAUSE = 2.0  # s between two changes
ACROSS = 0.9  # cosine between headings; less and a lane crosses a path
MEETS = 2.5  # m from a path within which such a lane does
CROSSED = 15  # points of a path before and behind such a place where nobody overtakes
BACK: float = np.float32(1.0 / 12.0)  # type: ignore[assignment]  # 1/m, a vehicle beside its way is back after 12 m


class Changes(NamedTuple):
    """Where vehicles may change lanes, and how far they are with it; without any, arrays of nothing."""

    able: NDArray[np.bool_]  # (B, A) vehicles that follow lanes which have neighbours, oncoming ones included
    beside: F4  # (Q, 4, 2) for each point of `Tables.line` and side of SIDES: m to the left of it that the middle of
    # that lane lies, 0 = there is none; m along the path up to where one may stay there, inf = to the end
    over: F4  # (Q,) m to the left of each point that the far edge of the oncoming lane lies over which one may
    # overtake, 0 = there is none
    state: F4  # (E, A, 9) m to the left of the path where a change began and where it leads; share that is left; s that
    # it lasts; m to the left of the path where the vehicle is to be now; slope of its way against the path; s until
    # the next decision; lanes to the left of the own one; whether it overtakes over the oncoming lane


def no_changes() -> Changes:
    """Nobody changes lanes."""
    beside, over = np.zeros((0, 4, 2), np.float32), np.zeros(0, np.float32)
    return Changes(np.zeros((0, 0), bool), beside, over, np.zeros((0, 0, 9), np.float32))


def compile_changes(scenes: Sequence[Scene], tables: Tables, count: int) -> Changes:
    """Where the vehicles of scenes may change lanes.

    Args:
        scenes: B of them.
        tables: the same, compiled.
        count: E, environments.

    Returns:
        What holds for them; nobody changes yet.
    """
    able = np.zeros(tables.exists.shape, bool)
    beside, over = np.zeros((len(tables.line), 4, 2), np.float32), np.zeros(len(tables.line), np.float32)
    done: dict[int, bool] = {}
    for b, scene in enumerate(scenes):
        roads = Roads(scene.roads)
        for a, actor in enumerate(scene.actors):
            r, drives = int(tables.path[b, a]), actor.kind in VEHICLES and actor.kind is not Kind.BICYCLE
            if r < 0 or not drives or actor.lane is None or tables.tow[b, a].max() >= 0:
                continue
            if r not in done:
                first, number = tables.rows[r]
                stops = tables.stop_at[b, a][np.isfinite(tables.stop_at[b, a])].astype(np.float64)
                part = slice(first, first + number)
                wide = roads.fill(tables.line[part], float(tables.length[r]), stops, beside[part])
                done[r] = roads.fill_over(tables.line[part], over[part]) or wide
            able[b, a] = done[r]
    return Changes(able, beside, over, np.zeros((count, len(able[0]), 9), np.float32))


class Roads:
    """The lanes of a scene that have neighbours."""

    def __init__(self, roads: RoadNetwork) -> None:
        self.lanes = {lane.id: lane for lane in roads.lanes}
        self.along = {lane.id: arc_lengths(lane.centre) for lane in roads.lanes}
        self.lines: dict[int, list[StopLine]] = {}
        for line in roads.stop_lines:
            self.lines.setdefault(line.lane, []).append(line)
        self.wide = [lane for lane in roads.lanes if lane.left is not None or lane.right is not None]

    def fill(self, line: Any, length: float, stops: NDArray[np.float64], beside: F4) -> bool:
        """Fill `Changes.beside` of one path.

        Args:
            line: (N, 3) x, y in m and heading in rad, of its points.
            length: m, of the path.
            stops: m along it, of its stop lines.
            beside: (N, 4, 2), zeros.

        Returns:
            Whether there is any lane beside it.
        """
        for lane in about(self.wide, line):
            near = np.flatnonzero(np.abs(self.asides(lane, line)) < FOLLOWS)
            if not len(near):
                continue
            for k, side in enumerate(SIDES):
                other = self.neighbour(lane, side)
                if other is not None:
                    self.put(lane, other, abs(side), line, near, beside[:, k, 0])
        for k in range(len(SIDES)):
            limit(beside[:, k, 0], beside[:, k, 1], length, stops)
        return bool((beside[:, :, 0] != 0.0).any())

    def fill_over(self, line: F4, over: F4) -> bool:
        """Fill `Changes.over` of one path.

        Args:
            line: (N, 3) x, y in m and heading in rad, of its points.
            over: (N,), zeros.

        Returns:
            Whether there is an oncoming lane beside it.
        """
        crossed = np.zeros(len(line), bool)
        for lane in about(self.lanes.values(), line):
            aside, cosine = asides_of(lane.centre, self.along[lane.id], line).T
            comes = (cosine < -ALIGNED) & (np.abs(aside) > NEXT[0]) & (np.abs(aside) < NEXT[1])
            over[comes] = aside[comes] + np.copysign(lane.width / 2, aside[comes])
            crossed |= (np.abs(cosine) < ACROSS) & (np.abs(aside) < MEETS)
        near = np.convolve(crossed, np.ones(2 * CROSSED + 1))[CROSSED : CROSSED + len(line)]
        over[near > 0] = 0.0
        return bool(over.any())

    def asides(self, lane: Lane, line: F4) -> NDArray[np.float64]:
        """(N,) m that the middle of a lane lies to the left of points with a heading, inf where it leads elsewhere."""
        aside, cosine = asides_of(lane.centre, self.along[lane.id], line).T
        return np.where(cosine > ALIGNED, aside, np.inf)

    def neighbour(self, lane: Lane, side: int) -> Lane | None:
        """The lane so many places to the left of another one."""
        found: Lane | None = lane
        for _ in range(abs(side)):
            n = None if found is None else found.left if side > 0 else found.right
            found = self.lanes.get(n) if n is not None else None
        return found

    def put(self, lane: Lane, other: Lane, far: int, line: F4, near: NDArray[np.int_], out: F4) -> None:
        """Put where another lane lies into (N,) `out`, where it may be driven on instead of the path's own one."""
        asides = self.asides(other, line[near])
        fits = (np.abs(asides) > NEXT[0] * far) & (np.abs(asides) < NEXT[1] * far)
        centre, along = other.centre, self.along[other.id]
        for stop in self.lines.get(lane.id, ()):
            spot = np.array([np.interp(stop.s, self.along[lane.id], lane.centre[:, k]) for k in (0, 1)])
            s, _ = project(centre, along, 0, len(along), float(spot[0]), float(spot[1]), 0.0, float(along[-1]))
            if not any(alike(stop, one) and abs(one.s - s) < SAME_LINE for one in self.lines.get(other.id, ())):
                fits &= np.hypot(*(line[near, :2] - spot).T) > BEFORE_LINE
        out[near[fits]] = asides[fits]


def alike(one: StopLine, other: StopLine) -> bool:
    """Whether stop lines of two lanes hold for the same reason."""
    same = (one.signal_group, one.crossing, one.halt) == (other.signal_group, other.crossing, other.halt)
    return same and one.yields == other.yields


def about(lanes: Iterable[Lane], line: F4) -> list[Lane]:
    """The lanes whose bounding boxes come as near to a path's points (N, 3) as neighbours do."""
    low, high = line[:, :2].min(0) - NEXT[1], line[:, :2].max(0) + NEXT[1]
    return [lane for lane in lanes if (lane.centre.min(0) <= high).all() and (lane.centre.max(0) >= low).all()]


@compiled()
def asides_of(centre, along, line):  # type: ignore[no-untyped-def]
    """Where the middle of a lane lies, seen from points with a heading.

    Args:
        centre: (M, 2) m, of the lane.
        along: (M,) m, its arc lengths.
        line: (N, 3) x, y in m and heading in rad.

    Returns:
        (N, 2) m to the left, inf beyond the ends of the lane, and the cosine between both headings.
    """
    found = np.empty((len(line), 2))
    for i in range(len(line)):
        x, y, heading = line[i, 0], line[i, 1], line[i, 2]
        s, aside = project(centre, along, 0, len(along), x, y, 0.0, along[-1])
        cosine = math.cos(point_at(centre, along, 0, len(along), s)[2] - heading)
        found[i, 0], found[i, 1] = -math.copysign(aside, aside * cosine), cosine
        if not -OVER < s < along[-1] + OVER:
            found[i, 0] = np.inf
    return found


def limit(aside: F4, until: F4, length: float, stops: NDArray[np.float64]) -> None:
    """Fill up to where one may stay on a lane beside a path: not to where it ends at a junction.

    Args:
        aside: (N,) m to the left, 0 = there is no lane; cleared where one must be back before.
        until: (N,) filled, m along the path.
        length: m, of the path.
        stops: m along it.
    """
    there = np.concatenate([[False], (aside != 0.0) & np.isfinite(aside), [False]])
    jumps = np.abs(np.diff(aside, prepend=aside[:1])) > 0.5
    edges = np.flatnonzero(np.diff(there.astype(int)) | np.concatenate([jumps, [False]]))
    for first, after in pairwise(edges.tolist()):
        if aside[first] == 0.0:
            continue
        end = (after - 1) * SPACING
        if end >= length - 3.0:
            until[first:after] = np.inf
            continue
        at = stops[(stops > first * SPACING) & (stops > end - JUNCTION) & (stops < end + BEFORE_LINE)]
        end = min([end, *(at - BEFORE_LINE)])
        until[first:after] = end
        aside[max(first, int(end / SPACING)) : after] = 0.0


@inner
def own_way():  # type: ignore[no-untyped-def]
    """The way of a vehicle that keeps to its path; see `way_of`."""
    zero = np.float32(0.0)
    return zero, zero, zero, BACK, False


@inner
def least_way(length):  # type: ignore[no-untyped-def]
    """Metres that a change of lanes is long at least, for a vehicle of a length (m)."""
    return np.float32(LENGTHS) * length


@inner
def way_of(row, speed, length):  # type: ignore[no-untyped-def]
    """The way of a vehicle beside its path.

    Args:
        row: of `Changes.state`.
        speed: m/s.
        length: m, of the vehicle.

    Returns:
        m to the left of the path where it leads; where the vehicle is to be now, m and rad against the path; 1/m, one
        over the length of what is left of it; whether the vehicle changes now.
    """
    rest = row[LEFT] * max(speed * row[LASTS], least_way(length))
    return row[TO], row[NOW], steep(row[SLOPE]), min(np.float32(1.0) / max(rest, np.float32(1.0)), BACK), row[LEFT] > 0


@inner
def set_off(row, target, lane, lasts):  # type: ignore[no-untyped-def]
    """Begin to change to a lane `target` m to the left of the path, within `lasts` s."""
    row[FROM], row[TO], row[LEFT], row[LASTS], row[LANE] = row[NOW], target, np.float32(1.0), lasts, lane


@inner
def move_over(row, distance, dt, length):  # type: ignore[no-untyped-def]
    """Go on with a change of lanes for a step.

    The way aside is the polynomial of least jerk (Flash and Hogan 1985): at most 5.8 / T^2 times the width is felt
    across. It takes T, or longer where the vehicle is slow or long.

    Args:
        row: of `Changes.state`, changed.
        distance: m in this step.
        dt: s.
        length: m, of the vehicle.
    """
    if row[LEFT] <= np.float32(0.0):
        row[REST] = max(row[REST] - dt, np.float32(0.0))
        return
    part = min(dt / row[LASTS], distance / least_way(length))
    row[LEFT] = max(row[LEFT] - part, np.float32(0.0))
    u = np.float32(1.0) - row[LEFT]
    wide, back = row[TO] - row[FROM], u * (np.float32(1.0) - u)
    row[NOW] = row[FROM] + wide * u * u * u * (np.float32(10.0) + u * (np.float32(6.0) * u - np.float32(15.0)))
    row[SLOPE] = wide * np.float32(30.0) * back * back * part / max(distance, np.float32(0.001))
    if row[LEFT] <= np.float32(0.0):
        row[NOW], row[SLOPE], row[REST] = row[TO], np.float32(0.0), np.float32(PAUSE)
