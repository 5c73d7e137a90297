"""OpenDRIVE 1.4 to 1.7: from the file to what it says. Broken files are errors, what is left out becomes a note."""

from __future__ import annotations

import math

from scenes.notes import Notes
from scenes.opendrive_lanes import read_sections
from scenes.opendrive_line import Cubics, Piece
from scenes.opendrive_model import Connection, Junction, Link, OpenDrive, Road
from scenes.opendrive_read import cubics, read_limit, text_of, value
from scenes.opendrive_things import read_things
from scenes.xmlfile import Element

GEOMETRIES = ("line", "arc", "spiral", "poly3", "paramPoly3")
LONGEST = 100_000.0  # m, of a piece of a reference line
MOST_TURNS = 100  # of a clothoid
GAP = 0.05  # m between two pieces of a reference line that is worth a note
READ = frozenset({
    "link", "type", "planView", "elevationProfile", "lateralProfile", "lanes", "objects", "signals", "userData",
    "surface", "include", "dataQuality",
})  # fmt: skip


def read_opendrive(root: Element, notes: Notes) -> OpenDrive:
    """Read a file.

    Args:
        root: of the file.
        notes: to be filled.

    Returns:
        Roads, junctions and controllers.

    Raises:
        SceneError: with line: no roads, a road without geometry or lanes, something that is no number, an id twice.
    """
    header = root.maybe("header")
    if header is not None and header.attributes.get("revMajor", "1").strip() != "1":
        raise header.error(f"revMajor {header.attributes['revMajor']!r} is not 1; OpenDRIVE 1.x is read")
    place = header.maybe("geoReference") if header is not None else None
    roads: dict[str, Road] = {}
    for element in root.all("road"):
        road = read_road(element, notes)
        if road.id in roads:
            raise element.error(f"id {road.id} stands twice, first in line {roads[road.id].element.line}")
        roads[road.id] = road
    if not roads:
        raise root.error("<road> is missing; a map needs one")
    junctions = {text_of(element, "id"): read_junction(element, roads, notes) for element in root.all("junction")}
    controllers = {}
    for element in root.all("controller"):
        controllers[text_of(element, "id")] = tuple(text_of(part, "signalId") for part in element.all("control"))
    for child in root.children:
        if child.tag not in ("header", "road", "junction", "controller", "userData", "junctionGroup", "dataQuality"):
            notes.add(f"<{child.tag}> is not read", child.attributes.get("id", ""))
    return OpenDrive(root.file, roads, junctions, controllers, "" if place is None else place.text)


def read_road(element: Element, notes: Notes) -> Road:
    """Read one road."""
    number = text_of(element, "id")
    junction = element.attributes.get("junction", "-1").strip()
    pieces = tuple(read_piece(part) for part in element.one("planView").all("geometry"))
    if not pieces:
        raise element.one("planView").error("<geometry> is missing")
    pieces = tuple(sorted(pieces, key=lambda piece: piece.start))
    length = value(element, "length", low=0.0)
    end = pieces[-1].start + pieces[-1].length
    if abs(length - end) > GAP:
        notes.add("road is not as long as its geometry, which counts", number)
        length = end
    for child in element.children:
        if child.tag not in READ or (child.tag == "surface" and child.children):
            notes.add(f"<{child.tag}> of a road is not read", number)
    types = tuple(read_type(part) for part in element.all("type"))
    elevation = read_profile(element, "elevationProfile", "elevation")
    roll = read_profile(element, "lateralProfile", "superelevation")
    shapes = read_shapes(element)
    if not elevation.flat or not roll.flat or shapes:
        notes.add("road is not flat, but drawn at height 0", number)
    lanes = element.one("lanes")
    left_hand = element.attributes.get("rule", "RHT").upper() == "LHT"
    link = element.maybe("link")
    lights, stops, crosswalks = read_things(element, notes)
    return Road(
        element, number, None if junction in ("-1", "") else junction, length, pieces, elevation, roll, shapes,
        cubics(list(lanes.all("laneOffset")), "s", 0.0), read_sections(lanes, length, types, notes, number), left_hand,
        read_link(link, "predecessor"), read_link(link, "successor"), types, lights, stops, crosswalks,
    )  # fmt: skip


def read_piece(element: Element) -> Piece:
    """Read one geometry.

    Raises:
        SceneError: none of the five kinds, or something that is no number.
    """
    shape = next((child for child in element.children if child.tag in GEOMETRIES), None)
    if shape is None:
        raise element.error(f"holds none of {', '.join(GEOMETRIES)}")
    length = value(element, "length", low=1e-9, high=LONGEST)
    numbers: tuple[float, ...] = ()
    if shape.tag == "arc":
        numbers = (value(shape, "curvature", low=-100.0, high=100.0),)
    elif shape.tag == "spiral":
        numbers = tuple(value(shape, name, low=-100.0, high=100.0) for name in ("curvStart", "curvEnd"))
        if max(map(abs, numbers)) * length > MOST_TURNS * 2 * math.pi:
            raise shape.error(f"winds more than {MOST_TURNS} times")
    elif shape.tag == "poly3":
        numbers = tuple(value(shape, name) for name in "abcd")
    elif shape.tag == "paramPoly3":
        numbers = tuple(value(shape, name) for name in ("aU", "bU", "cU", "dU", "aV", "bV", "cV", "dV"))
        reach = shape.attributes.get("pRange", "normalized")
        if reach not in ("arcLength", "normalized"):
            raise shape.error(f"pRange {reach!r} is neither arcLength nor normalized")
        numbers = (*numbers, length if reach == "arcLength" else 1.0)
        if not any(numbers[1:4]) and not any(numbers[5:8]):
            raise shape.error("has no length: all factors are 0")
    place = (value(element, "s", low=0.0), value(element, "x"), value(element, "y"), value(element, "hdg"))
    return Piece(*place, length, shape.tag, numbers)


def read_profile(element: Element, group: str, tag: str) -> Cubics:
    """A function of s from the records of a profile; 0 where the file has none."""
    profile = element.maybe(group)
    return cubics(list(profile.all(tag)) if profile is not None else [], "s", 0.0)


def read_shapes(element: Element) -> tuple[tuple[float, float, tuple[float, float, float, float]], ...]:
    """Lateral shapes that are not level."""
    profile = element.maybe("lateralProfile")
    found = []
    for part in profile.all("shape") if profile is not None else ():
        a, b, c, d = (value(part, name) for name in "abcd")
        if any((a, b, c, d)):
            found.append((value(part, "s"), value(part, "t"), (a, b, c, d)))
    return tuple(found)


def read_type(element: Element) -> tuple[float, str, float | None]:
    """Type of a road from a station on, and its speed limit."""
    speed = element.maybe("speed")
    limit = read_limit(speed) if speed is not None else None
    return value(element, "s", 0.0), element.attributes.get("type", "unknown"), limit


def read_link(link: Element | None, tag: str) -> Link | None:
    """What follows at one end of a road."""
    found = link.maybe(tag) if link is not None else None
    if found is None or not found.attributes.get("elementId"):
        return None
    kind = found.attributes.get("elementType", "road")
    return Link(kind, found.attributes["elementId"], found.attributes.get("contactPoint"))


def read_junction(element: Element, roads: dict[str, Road], notes: Notes) -> Junction:
    """Read one junction; connections with unknown roads are left out with a note."""
    number, kind = text_of(element, "id"), element.attributes.get("type", "default")
    connections = []
    for part in element.all("connection"):
        place = f"{number}/{part.attributes.get('id', part.line)}"
        other = part.attributes.get("connectingRoad", part.attributes.get("linkedRoad"))
        incoming = part.attributes.get("incomingRoad")
        if incoming not in roads or other not in roads:
            notes.add("connection of a junction names no road of this file", place)
            continue
        pairs = tuple((link.integer("from"), link.integer("to")) for link in part.all("laneLink"))
        if not pairs:
            notes.add("connection of a junction links no lanes", place)
        contact = part.attributes.get("contactPoint", "start")
        connections.append(Connection(incoming, other, contact, pairs))
    if kind == "virtual":
        notes.add("virtual junction: traffic does not turn at it", number)
    for child in element.children:
        if child.tag not in ("connection", "controller", "userData"):
            notes.add(f"<{child.tag}> of a junction is not read", number)
    controllers = sorted(element.all("controller"), key=lambda part: value(part, "sequence", 0.0))
    return Junction(number, kind, tuple(connections), tuple(text_of(part, "id") for part in controllers))
