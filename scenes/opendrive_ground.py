"""Ground and road marks of an OpenDRIVE file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby

import numpy as np

from scenes.map_ground import COLOURS, dashes, piece, strip, stroke
from scenes.opendrive_model import DRIVEN, PAVED, PAVEMENTS, Junction, OpenDrive
from scenes.opendrive_shape import Shape
from scenes.types import Floats, Marking, Surface

TOUCH = 2.0  # m between a corner of an arm and the end of an edge that leads to it
Shapes = dict[tuple[str, int], Shape]


def ground_of(kind: str) -> str:
    """What a lane type is made of: road, pavement, grass; empty = nothing."""
    if kind in DRIVEN or kind in PAVED:
        return "road"
    return "" if kind not in PAVEMENTS else ("grass" if kind == "median" else "pavement")


def runs(shape: Shape) -> Iterator[tuple[str, Floats, Floats]]:
    """Lanes beside each other of the same ground: what it is, left and right edge (N,) t in m."""
    order = sorted((lane for lane in shape.section.lanes.values() if lane.id), key=lambda lane: -lane.id)
    for ground, group in groupby(order, key=lambda lane: ground_of(lane.kind)):
        lanes = [lane.id for lane in group]
        left = shape.edges[lanes[0]] if lanes[0] > 0 else shape.inner(lanes[0])
        right = shape.inner(lanes[-1]) if lanes[-1] > 0 else shape.edges[lanes[-1]]
        if ground and float((left - right).max()) > 0.02:
            yield ground, left, right


def surfaces(drive: OpenDrive, shapes: Shapes) -> list[Surface]:
    """Ground of all lanes, and of what junctions leave open between their roads."""
    found = []
    for shape in shapes.values():
        for ground, left, right in runs(shape):
            found += strip(shape.line(left), shape.line(right), ground)
    for junction in drive.junctions.values():
        outline = junction_outline(drive, junction, shapes)
        filled = piece(outline, "road") if outline is not None else None
        if filled is not None:
            found.append(filled)
    return found


def road_edges(shape: Shape) -> tuple[Floats, Floats] | None:
    """Leftmost and rightmost edge of the carriageway, (N, 2) m; None where there is none."""
    sides = [(left, right) for ground, left, right in runs(shape) if ground == "road"]
    if not sides:
        return None
    left, right = np.max([side[0] for side in sides], axis=0), np.min([side[1] for side in sides], axis=0)
    return shape.line(left), shape.line(right)


def junction_outline(drive: OpenDrive, junction: Junction, shapes: Shapes) -> Floats | None:
    """Outline of the carriageway of a junction: the mouths of its arms, joined by edges of its connecting roads.

    Args:
        drive: the file.
        junction: of it.
        shapes: of all lane sections.

    Returns:
        (N, 2) m; None where the arms do not enclose a simple polygon.
    """
    arms = []
    for road in drive.roads.values():
        for link, number, at in ((road.before, 0, 0), (road.after, len(road.sections) - 1, -1)):
            here = link is not None and (link.kind, link.id) == ("junction", junction.id)
            edges = road_edges(shapes[road.id, number]) if here else None
            if edges is not None:
                left, right = edges[0][at], edges[1][at]
                arms.append((right, left) if at == 0 else (left, right))  # seen from the junction: right, left
    if len(arms) < 2 or junction.kind != "default":
        return None
    middle = np.mean([(a + b) / 2 for a, b in arms], axis=0)
    arms.sort(key=lambda arm: float(np.arctan2(*((arm[0] + arm[1]) / 2 - middle)[::-1])))
    ways = []
    for name in dict.fromkeys(connection.connecting for connection in junction.connections):
        parts = [road_edges(shapes[name, k]) for k in range(len(drive.roads[name].sections))]
        for side in (0, 1):
            ways.append(np.concatenate([part[side] for part in parts if part is not None] or [np.zeros((0, 2))]))
    outline = []
    for k, (right, left) in enumerate(arms):
        after = arms[(k + 1) % len(arms)][0]
        outline += [right[None], left[None], way_between(left, after, [way for way in ways if len(way)])]
    whole = np.concatenate(outline)
    keep = np.linalg.norm(whole - np.roll(whole, 1, axis=0), axis=1) > 0.02
    return whole[keep] if keep.sum() > 2 and simple(whole[keep]) else None


def way_between(start: Floats, end: Floats, ways: list[Floats]) -> Floats:
    """The edge that leads from one corner to another, (N, 2) m; no points where a straight line has to do."""
    best, miss = np.zeros((0, 2)), TOUCH
    for way in ways:
        for line in (way, way[::-1]):
            off = max(float(np.linalg.norm(line[0] - start)), float(np.linalg.norm(line[-1] - end)))
            if off < miss:
                best, miss = line, off
    return best


def simple(outline: Floats) -> bool:
    """Whether no two edges of a polygon cross."""
    a, b = outline, np.roll(outline, -1, axis=0)

    def side(p: Floats, q: Floats, r: Floats) -> Floats:
        u, v = q[:, None] - p[:, None], r[None] - p[:, None]
        return np.asarray(u[..., 0] * v[..., 1] - u[..., 1] * v[..., 0])

    apart = side(a, b, a) * side(a, b, b) < -1e-9
    return not bool((apart & apart.T).any())


def paint(shapes: Iterable[Shape]) -> list[Marking]:
    """All road marks."""
    found: list[Marking] = []
    for shape in shapes:
        for lane in shape.section.lanes.values():
            ends = [*(mark.start for mark in lane.marks[1:]), shape.section.end]
            for mark, end in zip(lane.marks, ends, strict=False):
                rows = (shape.s >= mark.start - 1e-3) & (shape.s <= end + 1e-3)
                if not mark.strokes or rows.sum() < 2:
                    continue
                t = shape.edges[lane.id]
                colour = COLOURS.get(mark.colour, COLOURS["standard"])
                for one in mark.strokes:
                    line = shape.line(t + one.offset)[rows]
                    found += (
                        dashes(line, one.width, colour, one.length, one.space, one.start)
                        if one.space
                        else stroke(line, one.width, colour)
                    )
    return found
