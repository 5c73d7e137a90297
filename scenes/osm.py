"""OpenStreetMap extracts (.osm XML): ways with a `highway` tag as roads with lanes.

Lanes, widths and limits are as in https://wiki.openstreetmap.org/wiki/Key:lanes, Key:width and Key:maxspeed. What
the map does not say is what is usual. Places become metres around the middle of the extract.
"""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass

import numpy as np

from scenes.map_ground import distinct
from scenes.notes import Notes
from scenes.opendrive_read import text_of, value
from scenes.types import Floats
from scenes.xmlfile import Element

# m/s and lanes in all of the types that cars use (https://wiki.openstreetmap.org/wiki/Key:highway)
ROADS: dict[str, tuple[float, int]] = {
    "motorway": (36.1, 2), "motorway_link": (22.2, 1), "trunk": (27.8, 2), "trunk_link": (16.7, 1),
    "primary": (13.9, 2), "primary_link": (13.9, 1), "secondary": (13.9, 2), "secondary_link": (13.9, 1),
    "tertiary": (13.9, 2), "tertiary_link": (13.9, 1), "unclassified": (13.9, 2), "residential": (13.9, 2),
    "living_street": (2.8, 2), "service": (8.3, 2), "road": (13.9, 2),
}  # fmt: skip
WALKS = frozenset({"footway", "pedestrian", "path", "steps", "cycleway", "bridleway"})
LANE = 3.2  # m
WIDEST = 1.0  # degrees, of an extract
MPH = 0.44704  # m/s
SEMI_MAJOR, FLATTENING = 6378137.0, 1 / 298.257223563  # WGS 84, m


@dataclass(frozen=True, eq=False)
class Way:
    """A stretch of a road between two junctions."""

    id: str
    nodes: tuple[str, ...]
    line: Floats  # (N, 2) m, along the way
    forward: int  # lanes along the way
    backward: int
    width: float  # m of a lane
    speed: float  # m/s
    sidewalks: tuple[bool, bool]  # left, right
    circular: bool  # part of a roundabout


@dataclass(frozen=True, eq=False)
class Extract:
    """What is used of a file."""

    ways: tuple[Way, ...]
    footways: tuple[Floats, ...]  # (N, 2) m
    nodes: dict[str, Floats]  # (2,) m
    tags: dict[str, dict[str, str]]  # of nodes that have some
    centre: tuple[float, float]  # latitude and longitude of 0, degrees


def read_extract(root: Element, notes: Notes) -> Extract:
    """Read a file.

    Args:
        root: of the file.
        notes: to be filled.

    Raises:
        SceneError: no roads, a node twice or outside of the globe.
    """
    degrees: dict[str, tuple[float, float]] = {}
    tags: dict[str, dict[str, str]] = {}
    for node in root.all("node"):
        number = text_of(node, "id")
        if number in degrees:
            raise node.error(f"id {number} stands twice")
        degrees[number] = value(node, "lat", None, -85.0, 85.0), value(node, "lon", None, -180.0, 180.0)
        if node.children:
            tags[number] = tags_of(node)
    elements = [way for way in root.all("way") if "highway" in tags_of(way)]
    used = [reference for way in elements for reference in references(way) if reference in degrees]
    if not used:
        raise root.error("holds no way with a highway tag whose nodes are in the file")
    places = np.array([degrees[number] for number in used])
    if (np.ptp(places, axis=0) > WIDEST).any():
        raise root.error(
            f"its roads spread over {np.ptp(places, axis=0).max():.1f} degrees; at most {WIDEST:g} are read"
        )
    centre = tuple(float(v) for v in (places.min(0) + places.max(0)) / 2)
    nodes = {number: metres(place, (centre[0], centre[1])) for number, place in degrees.items()}
    count = Counter(used)
    ways: list[Way] = []
    footways: list[Floats] = []
    for way in elements:
        kind, known = tags_of(way)["highway"], [number for number in references(way) if number in nodes]
        if len(known) < len(references(way)):
            notes.add("way lacks nodes, as at the edge of an extract", text_of(way, "id"))
        if kind in ROADS and len(known) > 1:
            ways += stretches(way, known, nodes, count, notes)
        elif kind in WALKS and len(known) > 1:
            line = distinct(np.array([nodes[number] for number in known]))
            footways += [line] if len(line) > 1 else []
        else:
            notes.add(f"way of type {kind} is not read", text_of(way, "id"))
    if not ways:
        raise root.error(f"holds no road; roads are ways with highway = {', '.join(ROADS)}")
    return Extract(tuple(ways), tuple(footways), nodes, tags, (centre[0], centre[1]))


def tags_of(element: Element) -> dict[str, str]:
    """Tags of a node or way."""
    return {tag.attribute("k"): tag.attribute("v").strip() for tag in element.all("tag")}


def references(way: Element) -> list[str]:
    """Nodes of a way."""
    return [text_of(part, "ref") for part in way.all("nd")]


def metres(place: tuple[float, float], centre: tuple[float, float]) -> Floats:
    """(2,) metres east and north of a centre, with the radii of the ellipsoid there.

    Right to 1 in 10,000 within 10 km; float64 throughout.
    """
    latitude = math.radians(centre[0])
    square = FLATTENING * (2.0 - FLATTENING)
    bend = 1.0 - square * math.sin(latitude) ** 2
    east = SEMI_MAJOR / math.sqrt(bend) * math.cos(latitude)
    north = SEMI_MAJOR * (1.0 - square) / bend**1.5
    return np.array([math.radians(place[1] - centre[1]) * east, math.radians(place[0] - centre[0]) * north])


def stretches(way: Element, known: list[str], nodes: dict[str, Floats], count: Counter[str], notes: Notes) -> list[Way]:
    """A way cut where it meets others."""
    tags, number = tags_of(way), text_of(way, "id")
    forward, backward = lanes_of(tags, number, notes)
    usual, total = ROADS[tags["highway"]][0], forward + backward
    width = LANE
    stated = metres_in(tags.get("width", ""))
    if stated is not None and total:
        width = min(max(stated / total, 2.2), 6.0)
    speed = speed_of(tags, usual, number, notes)
    side = tags.get("sidewalk", tags.get("sidewalk:both", "no"))
    left = side in ("both", "left", "yes") or tags.get("sidewalk:left") == "yes"
    right = side in ("both", "right", "yes") or tags.get("sidewalk:right") == "yes"
    circular = tags.get("junction") in ("roundabout", "circular")
    found: list[Way] = []
    start = 0
    for k in range(1, len(known)):
        if k == len(known) - 1 or count[known[k]] > 1:
            part = known[start : k + 1]
            line = distinct(np.array([nodes[name] for name in part]))
            if len(line) > 1:
                name = f"{number}.{len(found)}"
                found.append(Way(name, tuple(part), line, forward, backward, width, speed, (left, right), circular))
            start = k
    return found


def lanes_of(tags: dict[str, str], number: str, notes: Notes) -> tuple[int, int]:
    """Lanes along and against a way."""
    kind = tags["highway"]
    one_way = tags.get("oneway", "yes" if kind == "motorway" or "junction" in tags else "no")
    usual = ROADS[kind][1]
    total = whole(tags.get("lanes"), usual if one_way == "no" else max(1, usual - (kind not in ("motorway", "trunk"))))
    if "lanes" not in tags:
        notes.add("way states no lanes; the usual number is taken", number)
    if one_way in ("yes", "true", "1"):
        return total, 0
    if one_way == "-1":
        return 0, total
    forward = whole(tags.get("lanes:forward"), (total + 1) // 2)
    return forward, whole(tags.get("lanes:backward"), max(1, total - forward))


def whole(text: str | None, usual: int) -> int:
    """A number of lanes, 1 to 8."""
    try:
        return min(8, max(1, round(float(text)))) if text else usual
    except (ValueError, OverflowError):
        return usual


def metres_in(text: str) -> float | None:
    """A width in metres; None where it is in other words."""
    try:
        return float(text.removesuffix("m").strip())
    except ValueError:
        return None


def speed_of(tags: dict[str, str], usual: float, number: str, notes: Notes) -> float:
    """Speed limit, m/s."""
    text = tags.get("maxspeed", "")
    if text in ("", "none", "signals", "variable"):
        return usual
    if text == "walk":
        return 7 / 3.6
    figure, unit = text.split()[0], text.split()[-1] if " " in text else "km/h"
    try:
        speed = float(figure) * {"mph": MPH, "km/h": 1 / 3.6, "knots": 0.514444}[unit]
    except (ValueError, KeyError):
        notes.add(f"maxspeed {text!r} is not understood; the usual limit is taken", number)
        return usual
    return min(max(speed, 1.0), 60.0)
