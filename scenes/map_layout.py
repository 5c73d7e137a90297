"""The part of an imported map that a scene needs, as a `Layout`: what lies near its cameras and its ego."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from scenes.draws import Draws
from scenes.kinds import Kind
from scenes.lanes import arc_lengths
from scenes.map_ground import HEIGHTS
from scenes.road_map import RoadMap
from scenes.roads import surface_looks
from scenes.roads_frame import Frame
from scenes.roads_parts import Layout, Place, Section, Walk
from scenes.schema import RoadSpec
from scenes.types import Crossing, Floats, Lane, RoadNetwork

FRAME = Frame(0.0, 0.0, 0.0)
BEYOND_KERB = 2.5  # m of pavement at both ends of a crossing
NARROW = 0.9  # m, of a walk
STEP = 5.0  # m between the points of a walk that are looked at
PATTERNS = {Kind.ROAD: "road", Kind.PAVEMENT: "pavement", Kind.TERRAIN: "verge"}


@dataclass(frozen=True, eq=False)
class Area:
    """What is near enough to be there."""

    spots: Floats  # (V, 2) m
    radius: float  # m

    def holds(self, points: Floats) -> NDArray[np.bool_]:
        """Which points (N, 2) are inside."""
        if not len(self.spots):
            return np.zeros(len(points), bool)
        return np.asarray((np.linalg.norm(points[:, None] - self.spots[None], axis=2) < self.radius).any(1))

    def touches(self, line: Floats) -> bool:
        """Whether a polyline or polygon (N, 2) comes inside somewhere, to within a few metres."""
        low, high = self.spots - self.radius, self.spots + self.radius
        if not ((line.max(0) >= low) & (line.min(0) <= high)).all(1).any():
            return False
        return bool(self.holds(spaced(line, STEP)).any())


def spaced(line: Floats, step: float) -> Floats:
    """A polyline (N, 2) with further points, so that none are farther apart than `step` m."""
    along = arc_lengths(line)
    more = np.arange(0.0, along[-1], step) if len(line) > 1 else np.zeros(0)
    at = np.unique(np.concatenate([along, more]))
    return np.stack([np.interp(at, along, line[:, k]) for k in (0, 1)], -1)


def lay_map(found: RoadMap, spec: RoadSpec, area: Area, draws: Draws) -> Layout:
    """The layout of a scene on a map.

    Args:
        found: the map.
        spec: with plain values; looks of the ground.
        area: what is kept.
        draws: source of randomness for the looks.

    Returns:
        The layout, without frontage, parking and routes.
    """
    looks, roads = surface_looks(spec, draws), found.network
    lanes = {lane.id: lane for lane in roads.lanes if area.touches(lane.centre)}
    crossings = [one for one in roads.crossings if area.touches(np.stack([one.start, one.end]))]
    walks = [part for line in roads.sidewalks for part in inside_parts(line, area)]
    known = {crossing.id for crossing in crossings}
    network = RoadNetwork(
        lanes=tuple(linked(lane, lanes) for lane in lanes.values()),
        crossings=tuple(crossings),
        sidewalks=tuple(walks),
        sidewalk_width=roads.sidewalk_width,
        stop_lines=tuple(s for s in roads.stop_lines if s.lane in lanes and s.crossing in {None, *known}),
        surfaces=tuple(
            replace(surface, look=looks[PATTERNS[surface.kind]])
            for surface in roads.surfaces
            if surface is roads.surfaces[-1] or area.touches(surface.outline)
        ),
        markings=tuple(replace(m, wear=spec.wear) for m in roads.markings if area.touches(m.outline)),
    )
    near, far = Section(0.0, 0.0, roads.sidewalk_width, roads.sidewalk_width, 0.0).walk
    width = max(NARROW, far - near)  # what is left beside lamps at the kerb and boards at facades
    bands = tuple(Walk(line, width, HEIGHTS["pavement"]) for line in walks)
    section = Section(1.0, 1.0, 3.0, 3.0, 0.0)
    places = tuple(place_of(crossing) for crossing in crossings)
    return Layout(network, (), (), bands, places, (), (), FRAME, section)


def linked(lane: Lane, kept: dict[int, Lane]) -> Lane:
    """The lane without links to what is left out."""
    return replace(
        lane,
        successors=tuple(n for n in lane.successors if n in kept),
        left=lane.left if lane.left in kept else None,
        right=lane.right if lane.right in kept else None,
    )


def inside_parts(line: Floats, area: Area) -> list[Floats]:
    """Stretches of a walk inside an area, (N, 2) m each, longer than a few metres."""
    if not area.touches(line):
        return []
    points = spaced(line, STEP)
    held = np.concatenate([[False], area.holds(points), [False]])
    edges = np.flatnonzero(held[1:] != held[:-1])
    return [points[a:b] for a, b in zip(edges[::2], edges[1::2], strict=True) if b - a > 1]


def place_of(crossing: Crossing) -> Place:
    """A crossing with flat pavements at both ends."""
    across = crossing.end - crossing.start
    half = float(np.linalg.norm(across)) / 2
    x, y = (crossing.start + crossing.end) / 2
    frame = Frame(float(x), float(y), math.atan2(across[1], across[0]) - math.pi / 2)
    section = Section(half, half, half + BEYOND_KERB, half + BEYOND_KERB, 0.0)
    return Place(crossing, frame, 0.0, section, (0,))


def walk_boxes(walks: tuple[Walk, ...]) -> list[tuple[float, float, float, float, float]]:
    """Boxes that cover walks, see `lane_boxes`."""
    lanes = tuple(Lane(0, walk.line, walk.width, 1.0) for walk in walks)
    return lane_boxes(lanes)


def lane_boxes(lanes: tuple[Lane, ...]) -> list[tuple[float, float, float, float, float]]:
    """Boxes x, y, heading, length, width (m, rad) that cover lanes, for what must not stand on them."""
    boxes = []
    for lane in lanes:
        for a, b in pairwise(lane.centre):
            dx, dy = b - a
            x, y = (a + b) / 2
            boxes.append((float(x), float(y), math.atan2(dy, dx), math.hypot(dx, dy) + 0.5, lane.width))
    return boxes
