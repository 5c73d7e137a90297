"""Sidewalks and crosswalks of an OpenDRIVE file."""

from __future__ import annotations

import math

import numpy as np

from scenes.map_ground import distinct
from scenes.map_lanes import heading_near
from scenes.notes import Notes
from scenes.opendrive_line import reference
from scenes.opendrive_links import End, Key
from scenes.opendrive_model import WALKED, OpenDrive, Road
from scenes.opendrive_read import value
from scenes.opendrive_shape import Shape
from scenes.types import Crossing, Floats, Lane
from scenes.xmlfile import Element

SHORTEST = 1.0  # m, of a walk and of a crossing


def walks(
    drive: OpenDrive, shapes: dict[tuple[str, int], Shape], pairs: list[tuple[End, End]]
) -> tuple[list[Floats], float]:
    """Middle lines of sidewalks, those that are linked joined to one.

    Args:
        drive: the file.
        shapes: of its lane sections.
        pairs: lane ends that are tied together.

    Returns:
        (N, 2) m each, and their usual width, m.
    """
    lines: dict[Key, Floats] = {}
    widths = []
    for (road, number), shape in shapes.items():
        for lane in shape.section.lanes.values():
            if lane.kind in WALKED and float(shape.width(lane.id).min()) > 0.3:
                lines[road, number, lane.id] = shape.line((shape.edges[lane.id] + shape.inner(lane.id)) / 2)
                widths.append(float(np.median(shape.width(lane.id))))
    partner: dict[End, End] = {}
    for one, two in pairs:
        if one[0] in lines and two[0] in lines and one not in partner and two not in partner:
            partner[one], partner[two] = two, one
    return joined(lines, partner), float(np.median(widths)) if widths else 2.0


def joined(lines: dict[Key, Floats], partner: dict[End, End]) -> list[Floats]:
    """Chains of lines (N, 2) m whose ends are partners."""
    found: list[Floats] = []
    left = dict.fromkeys(lines)
    while left:
        first = next(
            (key for key in left if (key, "start") not in partner or (key, "end") not in partner), next(iter(left))
        )
        chain = [np.zeros((0, 2))]
        end: End | None = (first, "end" if (first, "start") not in partner else "start")
        while end is not None and end[0] in left:
            del left[end[0]]
            line = lines[end[0]]
            chain.append(line if end[1] == "end" else line[::-1])
            into = partner.get(end)
            end = None if into is None else (into[0], "end" if into[1] == "start" else "start")
        whole = distinct(np.concatenate(chain))
        if len(whole) > 1 and np.linalg.norm(np.diff(whole, axis=0), axis=1).sum() > SHORTEST:
            found.append(whole)
    return found


def crossings(drive: OpenDrive, lanes: list[Lane], notes: Notes) -> list[Crossing]:
    """Crosswalk objects as bands between two kerbs."""
    found: list[Crossing] = []
    for road in drive.roads.values():
        for element in road.crosswalks:
            band = crosswalk(element, road, lanes)
            if band is None:
                notes.add("crosswalk has no size and is left out", f"{road.id}/{element.attributes.get('id', '')}")
                continue
            found.append(Crossing(len(found), *band))
    return found


def crosswalk(element: Element, road: Road, lanes: list[Lane]) -> tuple[Floats, Floats, float] | None:
    """Ends and width of a crosswalk, m; None where it has no size."""
    corners = outline(element, road)
    middle = (corners.min(0) + corners.max(0)) / 2
    along = heading_near(lanes, middle)
    if along is None:
        along = float(reference(road.pieces, np.array([value(element, "s", 0.0)]))[0, 2])
    edges = np.roll(corners, -1, axis=0) - corners
    angles = np.arctan2(edges[:, 1], edges[:, 0])
    # people walk along the edges of the band: those that lie most across the lanes
    lengths = np.hypot(edges[:, 0], edges[:, 1])
    if lengths.max() < 1e-3:
        return None
    across = max(range(len(edges)), key=lambda k: lengths[k] * abs(math.sin(angles[k] - along)))
    unit = np.array([math.cos(angles[across]), math.sin(angles[across])])
    normal = np.array([-unit[1], unit[0]])
    reach, wide = (corners - middle) @ unit, (corners - middle) @ normal
    width = float(np.ptp(wide))
    if width < 0.3:  # a line with a wide marking
        marks = [value(m, "width", 0.0) for group in element.all("markings") for m in group.all("marking")]
        width = max([*marks, value(element, "width", 0.0)])
    if np.ptp(reach) < SHORTEST or width < 0.3:
        return None
    start = middle + unit * reach.min() + normal * (wide.min() + wide.max()) / 2
    end = middle + unit * reach.max() + normal * (wide.min() + wide.max()) / 2
    return start, end, min(width, 12.0)


def outline(element: Element, road: Road) -> Floats:
    """(N, 2) m corners of an object: of its outline, else of its box."""
    holder = element.maybe("outlines") or element
    shape = holder.maybe("outline")
    s, t = value(element, "s"), value(element, "t", 0.0)
    x, y, heading = reference(road.pieces, np.array([s]))[0]
    origin = np.array([x - t * math.sin(heading), y + t * math.cos(heading)])
    turn = heading + value(element, "hdg", 0.0)
    c, d = math.cos(turn), math.sin(turn)
    found: list[tuple[float, float]] = []
    for corner in shape.children if shape is not None else ():
        if corner.tag == "cornerRoad":
            cx, cy, along = reference(road.pieces, np.array([value(corner, "s")]))[0]
            off = value(corner, "t")
            found.append((cx - off * math.sin(along), cy + off * math.cos(along)))
        elif corner.tag == "cornerLocal":
            u, v = value(corner, "u"), value(corner, "v")
            found.append((origin[0] + c * u - d * v, origin[1] + d * u + c * v))
    if len(found) < 2:
        l, w = value(element, "length", 0.0) / 2, value(element, "width", 0.0) / 2  # noqa: E741
        local = [(l, w), (-l, w), (-l, -w), (l, -w)]
        found = [(origin[0] + c * u - d * v, origin[1] + d * u + c * v) for u, v in local]
    return np.array(found)
