"""Lanes and drivable areas in a picture: what the road network has where the ground shows."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import IntFlag

import numpy as np
from numpy.typing import NDArray

from renderers.frame import Frame
from renderers.places import points_of
from scenes.compiled import compiled
from scenes.kinds import Kind
from scenes.lanes import arc_lengths, line_at, project, project_on
from scenes.types import Floats, Lane, RoadNetwork

BESIDE = 1.0  # m from a path within which it follows a lane
SPACING = 3.0  # m between the places of a lane that are compared with a path
FOLLOWED = 0.6  # share of them that lie on the path of a lane that is followed
AGAINST = -0.5  # cosine of the angle to the ego's way; lanes beyond are opposite
NEARBY = 60.0  # m from a camera that stands still within which lanes are compared with its direction


class Area(IntFlag):
    """Bits of lane maps; lanes overlap where they cross."""

    EGO = 1  # the lane that the camera's vehicle is on, and those that it goes on to
    OTHER = 2  # lanes along the ego's way, and those that cross it
    OPPOSITE = 4
    CYCLE = 8
    CROSSING = 16  # for people
    PAVEMENT = 32
    DRIVABLE = 64  # carriageway: lanes, junctions, bays; not cycle lanes


@dataclass(frozen=True, eq=False)
class Traveller:
    """Whom ego, other and opposite refer to."""

    position: NDArray[np.floating]  # (2 or more,) world, m
    heading: float  # rad
    path: Floats | None = None  # (N, 2) world, m, where the vehicle goes; None = a camera beside the road


def lane_areas(frame: Frame, roads: RoadNetwork, traveller: Traveller) -> NDArray[np.uint8]:
    """Find the areas of the ground that shows.

    Args:
        frame: the picture.
        roads: lanes are as wide as they say; carriageway and pavement are where the picture has them.
        traveller: who looks.

    Returns:
        (H, W) sum of `Area`; 0 off the ground, and where something stands before it.
    """
    bare = frame.instance == 0
    road = bare & ((frame.semantic == Kind.ROAD) | (frame.semantic == Kind.MARKING))
    areas = np.zeros(frame.semantic.shape, np.uint8)
    areas[bare & (frame.semantic == Kind.PAVEMENT)] = Area.PAVEMENT
    areas[road] = areas_at(points_of(frame, road)[:, :2], roads, traveller)
    return areas


def areas_at(points: Floats, roads: RoadNetwork, traveller: Traveller) -> NDArray[np.uint8]:
    """Areas of places (N, 2), m, on the carriageway: (N,) sum of `Area`."""
    bits = np.zeros(len(points), np.uint8)
    if len(points) == 0:
        return bits
    points = np.ascontiguousarray(points)
    low, high = points.min(0), points.max(0)
    for strip in roads.cycle_lanes:
        mark(points, strip.centre, strip.width, low, high, int(Area.CYCLE), bits)
    cycle = bits > 0
    for crossing in roads.crossings:
        band = np.stack([crossing.start, crossing.end])
        mark(points, band, crossing.width, low, high, int(Area.CROSSING), bits)
    followed = lanes_followed(roads, traveller)
    for lane in roads.lanes:
        bit = Area.EGO if lane.id in followed else Area.OPPOSITE if opposes(lane, traveller) else Area.OTHER
        mark(points, lane.centre, lane.width, low, high, int(bit), bits)
    driving = (bits & int(Area.EGO | Area.OTHER | Area.OPPOSITE)) > 0
    bits[~cycle | driving] |= int(Area.DRIVABLE)
    return bits


def mark(
    points: Floats, line: Floats, width: float, low: Floats, high: Floats, bit: int, bits: NDArray[np.uint8]
) -> None:
    """Set a bit where places lie on a band around a line; `low` and `high` are the corners of all places."""
    if len(line) < 2 or (line.max(0) + width < low).any() or (line.min(0) - width > high).any():
        return
    line = np.ascontiguousarray(line, np.float64)
    mark_band(points, line, arc_lengths(line), 0.5 * width, bit, bits)


@compiled()
def mark_band(points, line, along, half, bit, bits):  # type: ignore[no-untyped-def]
    """Kernel of `mark`.

    Args:
        points: (N, 2) m.
        line: (P, 2) m.
        along: (P,) its lengths, m.
        half: half the width, m.
        bit: what to set.
        bits: (N,) is written.
    """
    x0, y0, x1, y1 = np.inf, np.inf, -np.inf, -np.inf
    for k in range(len(line)):
        x0, y0 = min(x0, line[k, 0] - half), min(y0, line[k, 1] - half)
        x1, y1 = max(x1, line[k, 0] + half), max(y1, line[k, 1] + half)
    end = along[-1]
    for i in range(len(points)):
        x, y = points[i, 0], points[i, 1]
        if x < x0 or x > x1 or y < y0 or y > y1:
            continue
        s, d = project(line, along, 0, len(line), x, y, 0.0, end)
        if s >= 0.0 and s <= end and abs(d) <= half:
            bits[i] |= bit


def lanes_followed(roads: RoadNetwork, traveller: Traveller) -> set[int]:
    """Ids of the lane that somebody drives on, and of those that the path follows; none of a camera beside the road."""
    if traveller.path is None:
        return set()
    found = {lane.id for lane in roads.lanes if len(traveller.path) > 1 and follows(traveller.path, lane)}
    here = [(abs(d), lane.id) for lane in roads.lanes for d in (_aside(lane, traveller),) if abs(d) <= lane.width / 2]
    if here and not found & {number for _, number in here}:
        found.add(min(here)[1])
    return found


def _aside(lane: Lane, traveller: Traveller) -> float:
    """Distance of a traveller from the middle of a lane, m; infinity beyond its ends or against it."""
    s, d = project_on(lane.centre, traveller.position[:2])
    inside = 0.0 <= s <= arc_lengths(lane.centre)[-1]
    along = math.cos(line_at(lane.centre, s)[2] - traveller.heading) > 0.0
    return d if inside and along else math.inf


def places_on(lane: Lane) -> list[tuple[float, float, float]]:
    """Places along a lane: x, y (m) and heading (rad)."""
    length = float(arc_lengths(lane.centre)[-1])
    return [line_at(lane.centre, s) for s in np.linspace(0.0, length, max(3, math.ceil(length / SPACING)))]


def follows(path: Floats, lane: Lane) -> bool:
    """Whether a path runs along most of a lane."""
    end, count, places = float(arc_lengths(path)[-1]), 0, places_on(lane)
    for x, y, heading in places:
        s, d = project_on(path, np.array([x, y]))
        if abs(d) <= BESIDE and 0.0 <= s <= end:
            count += math.cos(line_at(path, s)[2] - heading) > 0.7
    return count >= FOLLOWED * len(places)


def opposes(lane: Lane, traveller: Traveller) -> bool:
    """Whether a lane leads against the ego's way where that is nearest, or towards a camera beside the road."""
    path, cosines = traveller.path, []
    for x, y, heading in places_on(lane):
        if path is not None and len(path) > 1:
            s, _ = project_on(path, np.array([x, y]))
            cosines.append(math.cos(line_at(path, s)[2] - heading))
        elif math.hypot(x - traveller.position[0], y - traveller.position[1]) < NEARBY:
            cosines.append(math.cos(traveller.heading - heading))
    if not cosines:
        return False
    return float(np.mean(cosines)) < (AGAINST if path is not None else 0.0)
