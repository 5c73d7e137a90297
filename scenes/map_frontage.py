"""What stands along the roads of an imported map: straight strips beside them for houses, trees and lamps."""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from scenes.kinds import Kind
from scenes.map_ground import FIELD
from scenes.map_layout import Area, spaced
from scenes.polygons import contains
from scenes.road_map import RoadMap
from scenes.roads_frame import Frame
from scenes.roads_parts import Section, Strip
from scenes.types import Building, Floats, Lane, Prop

CELL = 0.5  # m
WIDE = 1 << 20  # cells along y in the numbering of cells
OUT = 30.0  # m that is looked for the edge of what is paved
STRAIGHT = math.radians(2.0)  # between two pieces of a strip
SHORTEST = 14.0  # m
FAST = 17.0  # m/s; nobody lives beside faster roads
FRONT = 0.6, 4.0  # m from a pavement, and from a road without one, to a house
Cells = NDArray[np.int64]


def cells_of(points: Floats) -> Cells:
    """(N,) numbers of the cells that points (N, 2) lie in."""
    index = np.floor(points / CELL).astype(np.int64)
    return np.asarray(index[:, 0] * WIDE + index[:, 1])


@lru_cache(maxsize=8)
def paved(found: RoadMap) -> tuple[Cells, Cells]:
    """Cells of carriageways, and of all that is paved, ascending."""
    road, whole = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)]
    for surface in found.network.surfaces:
        if surface.kind is Kind.TERRAIN:
            continue
        low, high = surface.outline.min(0), surface.outline.max(0)
        axes = [np.arange(math.floor(a / CELL), math.ceil(b / CELL) + 1) for a, b in zip(low, high, strict=True)]
        middles = (np.stack(np.meshgrid(*axes, indexing="ij"), -1).reshape(-1, 2) + 0.5) * CELL
        cells = cells_of(middles[contains(surface.outline, middles)])
        whole.append(cells)
        if surface.kind is Kind.ROAD:
            road.append(cells)
    return np.unique(np.concatenate(road)), np.unique(np.concatenate(whole))


def among(cells: Cells, known: Cells) -> NDArray[np.bool_]:
    """Which cells are among some ascending ones."""
    index = np.minimum(np.searchsorted(known, cells), max(len(known) - 1, 0))
    return known[index] == cells if len(known) else np.zeros(len(cells), bool)


def frontage(found: RoadMap, area: Area) -> tuple[Strip, ...]:
    """Strips beside the outermost lanes of an area, seen from the road."""
    strips: list[Strip] = []
    for lane in found.network.lanes:
        kerb = lane.left if found.left_hand else lane.right
        if lane.id not in found.inside and kerb is None and lane.speed_limit < FAST and area.touches(lane.centre):
            strips += [one for run in straights(lane) if (one := strip_of(found, lane, run)) is not None]
    return tuple(strips)


def straights(lane: Lane) -> list[Floats]:
    """Straight stretches of a lane, (2, 2) m each."""
    steps = np.diff(lane.centre, axis=0)
    heading = np.arctan2(steps[:, 1], steps[:, 0])
    bends = np.flatnonzero(np.abs(np.angle(np.exp(1j * np.diff(heading)))) > STRAIGHT) + 1
    found, start = [], 0
    for end in [*bends, len(lane.centre) - 1]:
        # pieces of a gentle bend do not add up to more than a metre off the chord
        run = lane.centre[start : end + 1]
        chord = run[-1] - run[0]
        length = float(np.hypot(*chord))
        off = np.abs((run - run[0]) @ np.array([-chord[1], chord[0]])).max() / max(length, 1e-6)
        if length > SHORTEST and off < 1.0:
            found.append(run[[0, -1]])
        start = int(end)
    return found


def strip_of(found: RoadMap, lane: Lane, run: Floats) -> Strip | None:
    """The strip beside a straight stretch of a lane; None where nothing but road is beside it."""
    road, whole = paved(found)
    side = 1 if found.left_hand else -1
    x, y = run[1] - run[0]
    frame, length = Frame(float(run[0, 0]), float(run[0, 1]), math.atan2(y, x)), math.hypot(x, y)
    reach = np.arange(0.0, OUT, CELL / 2)
    near, far = list[float](), list[float]()
    for s in np.linspace(1.0, length - 1.0, max(3, int(length / 8.0))):
        spots = frame.points([(float(s), side * float(t)) for t in reach])
        for cells, ends in ((road, near), (whole, far)):
            off = np.flatnonzero(~among(cells_of(spots), cells))
            ends.append(float(reach[off[0]]) if len(off) else OUT)
    if max(far) >= OUT - 1.0 or not near:
        return None
    kerb, back = max(float(np.median(near)), 0.5), max(far)
    front = back + FRONT[0 if back - kerb > 1.0 else 1]
    return Strip(frame, 2.0, length - 2.0, side, Section(lane.width / 2, kerb, max(back, kerb + 0.1), front, FIELD))


def clear(buildings: list[Building], props: list[Prop], found: RoadMap) -> tuple[list[Building], list[Prop]]:
    """Those houses that stand on nothing paved, and those things that do not stand on a road."""
    road, whole = paved(found)
    kept = []
    for house in buildings:
        w, d = house.size[0] / 2, house.size[1] / 2
        c, s = math.cos(house.heading), math.sin(house.heading)
        ring = spaced(np.array([(d, w), (d, -w), (-d, -w), (-d, w), (d, w)]), CELL / 2)
        spots = house.position[:2] + ring @ np.array([[c, s], [-s, c]])
        if not among(cells_of(spots), whole).any():
            kept.append(house)
    free = [prop for prop in props if not among(cells_of(prop.position[None, :2]), road)[0]]
    return kept, free
