"""From lane sections to polylines in the plane: stations that keep every edge exact, and the edges at them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np

from scenes.opendrive_line import reference
from scenes.opendrive_model import LaneRecord, OpenDrive, Road, Section
from scenes.types import Floats

SAGITTA = 0.02  # m that a polyline may be off the curve
DENSE = 1.0  # m between the stations at which curvature is measured
LONGEST = 25.0  # m between two stations
CLOSEST = 0.1  # m


@dataclass(frozen=True, eq=False)
class Shape:
    """A lane section in the plane."""

    road: Road
    index: int  # of the section in its road
    s: Floats  # (N,) m
    frame: Floats  # (N, 3) x, y, heading of the reference line, m and rad
    edges: dict[int, Floats]  # lane -> (N,) t of its outer edge, m; 0 = the centre lane

    @property
    def section(self) -> Section:
        """What the file says."""
        return self.road.sections[self.index]

    @cached_property
    def left(self) -> Floats:
        """(N, 2) unit vectors to the left of the reference line."""
        heading = self.frame[:, 2]
        return np.stack([-np.sin(heading), np.cos(heading)], -1)

    def line(self, t: Floats) -> Floats:
        """(N, 2) points beside the reference line, m."""
        return np.asarray(self.frame[:, :2] + t[:, None] * self.left)

    def inner(self, lane: int) -> Floats:
        """(N,) t of the edge of a lane that is nearer to the centre lane, m."""
        return self.edges[lane - (1 if lane > 0 else -1)]

    def centre(self, lane: LaneRecord) -> Floats:
        """(N, 2) middle of a lane in driving direction, m."""
        line = self.line((self.edges[lane.id] + self.inner(lane.id)) / 2)
        return line if self.road.forward(lane) else np.ascontiguousarray(line[::-1])

    def width(self, lane: int) -> Floats:
        """(N,) m, along s."""
        return np.abs(self.edges[lane] - self.inner(lane))


def shapes(drive: OpenDrive) -> dict[tuple[str, int], Shape]:
    """All lane sections of a file by road and number."""
    return {(road.id, k): shape_of(road, k) for road in drive.roads.values() for k in range(len(road.sections))}


def shape_of(road: Road, index: int) -> Shape:
    """Sample one lane section."""
    section = road.sections[index]
    s = stations(road, section)
    return Shape(road, index, s, reference(road.pieces, s), edges_at(road, section, s))


def edges_at(road: Road, section: Section, s: Floats) -> dict[int, Floats]:
    """Outer edge of every lane at stations.

    Args:
        road: with the offset of the centre lane.
        section: of the road.
        s: (N,) m.

    Returns:
        Lane -> (N,) t, m.
    """
    middle = road.offset.at(s)
    edges = {0: middle}
    for side in (1, -1):
        t = middle
        for number in range(side, max(section.lanes) + 1 if side > 0 else min(section.lanes) - 1, side):
            lane = section.lanes[number]
            if lane.width is not None:
                t = t + side * np.maximum(lane.width.at(s), 0.0)
            elif lane.border is not None:
                t = side * np.maximum(side * (middle + side * np.abs(lane.border.at(s))), side * t)
            edges[number] = t
    return edges


def stations(road: Road, section: Section) -> Floats:
    """Stations of a section such that a polyline through them is nowhere more than SAGITTA off any edge.

    Args:
        road: of the section.
        section: a stretch of it.

    Returns:
        (N,) m, at least two; wherever a record of the file begins there is one.
    """
    breaks = [section.start, section.end, *(piece.start for piece in road.pieces), *road.offset.starts.tolist()]
    for lane in section.lanes.values():
        breaks += [mark.start for mark in lane.marks]
        for function in (lane.width, lane.border):
            breaks += function.starts.tolist() if function is not None else []
    inside = np.array(sorted({min(max(s, section.start), section.end) for s in breaks}))
    inside = inside[np.concatenate([np.diff(inside) > 1e-3, [True]])]
    inside[0] = section.start
    if len(inside) == 1:
        inside = np.array([section.start, section.end])
    counts = np.maximum(2, np.ceil(np.diff(inside) / DENSE).astype(int) + 1)
    spans = zip(inside[:-1], inside[1:], counts, strict=True)
    s = np.concatenate([np.linspace(a, b, n)[:-1] for a, b, n in spans] + [inside[-1:]])
    need = steps_needed(road, section, s)
    total = np.concatenate([[0.0], np.cumsum((need[1:] + need[:-1]) / 2 * np.diff(s))])
    at = np.interp(inside, s, total)
    parts = []
    for a, b in pairwise(at):
        parts.append(np.linspace(a, b, max(1, int(np.ceil(b - a - 1e-9))) + 1)[:-1])
    return np.concatenate([np.interp(np.concatenate(parts), total, s), inside[-1:]])


def steps_needed(road: Road, section: Section, s: Floats) -> Floats:
    """(N,) steps per metre that keep all edges within SAGITTA: a step h on curvature k is off by k h^2 / 8."""
    frame = reference(road.pieces, s)
    sin, cos = np.sin(frame[:, 2]), np.cos(frame[:, 2])
    t = np.stack(list(edges_at(road, section, s).values()))
    need = np.full(len(s), 1.0 / LONGEST)
    if len(s) < 3:
        return need
    x, y = frame[:, 0] - t * sin, frame[:, 1] + t * cos
    dx, dy = np.gradient(x, s, axis=1), np.gradient(y, s, axis=1)
    turn = np.abs(dx * np.gradient(dy, s, axis=1) - dy * np.gradient(dx, s, axis=1))
    most = (turn / np.maximum(np.hypot(dx, dy), 0.05)).max(0)
    most = np.maximum(most, np.maximum(np.roll(most, 1), np.roll(most, -1)))  # a change of curvature lies between two
    return np.asarray(np.clip(np.sqrt(most / (8.0 * SAGITTA)), need, 1.0 / CLOSEST))
