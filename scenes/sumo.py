"""SUMO networks (.net.xml): edges with lanes, connections, junctions, crossings, walking areas, light programs.

Format: https://sumo.dlr.de/docs/Networks/SUMO_Road_Networks.html, versions 0.13 to 1.20.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from scenes.lanes import offset_line
from scenes.map_ground import COLOURS, bar, dashes, distinct, field_around, piece, strip, stroke, zebra
from scenes.map_lanes import stops_before
from scenes.notes import Notes
from scenes.opendrive_read import text_of, value
from scenes.road_map import RoadMap
from scenes.sumo_lights import Link, lights
from scenes.types import Crossing, Floats, Lane, Marking, RoadNetwork, Surface
from scenes.xmlfile import Element

WIDTH = 3.2  # m, of lanes (SUMO_const_laneWidth)
WALK, CYCLE, CAR = "pedestrian", "bicycle", "passenger"
LINE = 0.12  # m
GAP = 0.1  # m that SUMO 0.x leaves between lanes; part of the road
STEP = 0.3  # m between linked lanes that is worth a note


@dataclass(frozen=True, eq=False)
class Track:
    """One lane of a file."""

    id: str
    edge: str
    index: int
    line: Floats  # (N, 2) m
    width: float  # m
    speed: float  # m/s
    use: str  # car, walk or other
    function: str  # of the edge: normal, internal, crossing, walkingarea
    element: Element


def sumo_map(root: Element, digest: str) -> RoadMap:
    """Build the map of a SUMO network.

    Args:
        root: of the file.
        digest: of the file.

    Raises:
        SceneError: the file is broken, or has no lane that cars may drive on.
    """
    notes = Notes()
    left_hand = root.attributes.get("lefthand") in ("true", "1")
    tracks = read_tracks(root, notes)
    driven = [track for track in tracks.values() if track.use == "car" and track.function in ("normal", "internal")]
    if not driven:
        raise root.error("has no lane that cars may drive on")
    ids = {track.id: n for n, track in enumerate(driven)}
    links = read_links(root, tracks, notes)
    links = [link for link in links if {link.before, link.after} <= ids.keys() and meets(link, tracks, notes)]
    lanes = [lane_of(track, ids, links, left_hand) for track in driven]
    bands = [
        Crossing(n, track.line[0], track.line[-1], track.width)
        for n, track in enumerate(t for t in tracks.values() if t.function == "crossing")
    ]
    found = lights(root, links, {track.id: lanes[ids[track.id]] for track in driven}, left_hand, notes)
    walks = [track for track in tracks.values() if track.use == "walk" and track.function == "normal"]
    marks = paint(driven, left_hand) + [bar(lanes[stop.lane], stop.s) for stop in found.stops]
    for band in bands:
        marks += zebra(band.start, band.end, band.width)
    network = RoadNetwork(
        lanes=tuple(lanes), crossings=tuple(bands), sidewalks=tuple(track.line for track in walks),
        sidewalk_width=float(np.median([track.width for track in walks])) if walks else 2.0,
        stop_lines=(*found.stops, *stops_before(bands, lanes)),
        surfaces=(*ground(root, tracks), field_around(lane.centre for lane in lanes)), markings=tuple(marks),
    )  # fmt: skip
    place = root.maybe("location")
    return RoadMap(
        root.file, "SUMO", digest, np.zeros(2), network, {n: name for name, n in ids.items()},
        frozenset(ids[track.id] for track in driven if track.function == "internal"), left_hand, found.heads,
        found.groups, notes.lines(), avoided=found.yielding,
        details={} if place is None else {"projection": place.attributes.get("projParameter", "!")},
    )  # fmt: skip


def read_tracks(root: Element, notes: Notes) -> dict[str, Track]:
    """All lanes by id.

    Raises:
        SceneError: an id twice, a lane without shape.
    """
    found: dict[str, Track] = {}
    for edge in root.all("edge"):
        function = edge.attributes.get("function", "normal")
        for lane in edge.all("lane"):
            number = text_of(lane, "id")
            if number in found:
                raise lane.error(f"id {number} stands twice, first in line {found[number].element.line}")
            line = read_shape(lane, 3 if function == "walkingarea" else 2)
            if len(distinct(line)) < 2:
                if function != "internal":  # such lanes are points at which edges meet
                    notes.add("lane has no length and is left out", number)
                continue
            line = line if function == "walkingarea" else distinct(line)
            use = use_of(lane)
            if use == "other" and function == "normal":
                notes.add("lane is not for cars or people on foot: ground only", number)
            found[number] = Track(
                number, text_of(edge, "id"), lane.integer("index"), line, value(lane, "width", WIDTH, 0.1, 50.0),
                value(lane, "speed", 13.89, 0.0, 200.0), use, function, lane,
            )  # fmt: skip
    return found


def read_shape(element: Element, least: int) -> Floats:
    """(N, 2) m of the attribute shape, heights left out.

    Raises:
        SceneError: fewer points than `least`, or something that is no number.
    """
    spots = []
    for part in element.attribute("shape").split():
        numbers = [element.limited(text, -1e7, 1e7, "m", "shape") for text in part.split(",")]
        if len(numbers) not in (2, 3):
            raise element.error(f"shape: {part!r} is not x,y or x,y,z")
        spots.append(numbers[:2])
    if len(spots) < least:
        raise element.error(f"shape has {len(spots)} points; there must be at least {least}")
    return np.array(spots)


def use_of(lane: Element) -> str:
    """Who uses a lane: car, walk or other."""
    allow, disallow = (set(lane.attributes.get(name, "").split()) for name in ("allow", "disallow"))

    def may(kind: str) -> bool:
        return bool(allow & {kind, "all"}) if allow else not disallow & {kind, "all"}

    if may(CAR):
        return "car"
    return "walk" if may(WALK) else "other"


def read_links(root: Element, tracks: dict[str, Track], notes: Notes) -> list[Link]:
    """Connections between lanes that cars use: each to the lane through the junction where there is one."""
    found = []
    for element in root.all("connection"):
        first = f"{text_of(element, 'from')}_{element.attribute('fromLane')}"
        last = f"{text_of(element, 'to')}_{element.attribute('toLane')}"
        via = element.attributes.get("via", last)
        into = via if via in tracks else last
        if first.startswith(":") and first not in tracks:
            continue
        if first not in tracks or last not in tracks:
            notes.add("connection names a lane that is not there", f"{first} to {last}")
            continue
        if all(tracks[name].use == "car" for name in (first, into)):
            light = element.attributes.get("tl")
            index = element.integer("linkIndex") if light is not None else -1
            found.append(Link(first, into, light, index, element.attributes.get("dir") == "t"))
    return found


def meets(link: Link, tracks: dict[str, Track], notes: Notes) -> bool:
    """Whether a lane can be driven on from the end of another one; a step to the side becomes a note."""
    before, after = tracks[link.before].line, tracks[link.after].line
    ahead, gap = before[-1] - before[-2], after[0] - before[-1]
    aside = abs(float(ahead[0] * gap[1] - ahead[1] * gap[0])) / float(np.linalg.norm(ahead))
    if np.linalg.norm(gap) > STEP:
        notes.add("linked lanes do not touch", f"{link.before} to {link.after} ({np.linalg.norm(gap):.2f} m)")
    if aside > STEP and float(ahead @ gap) / float(np.linalg.norm(ahead)) < aside:
        notes.add("link leads to a lane beside and is left out", f"{link.before} to {link.after}")
        return False
    return True


def lane_of(track: Track, ids: dict[str, int], links: list[Link], left_hand: bool) -> Lane:
    """A lane with its successors and neighbours; in SUMO lane 0 is the one at the kerb."""
    after = dict.fromkeys(ids[link.after] for link in links if link.before == track.id and link.after in ids)
    inner, outer = (ids.get(f"{track.edge}_{track.index + step}") for step in (1, -1))
    left, right = (outer, inner) if left_hand else (inner, outer)
    if track.function == "internal":
        left = right = None
    return Lane(ids[track.id], track.line, track.width, max(track.speed, 0.5), tuple(after), left, right)


def sides(track: Track, more: float = 0.0) -> tuple[Floats, Floats]:
    """Left and right edge of a lane, (N, 2) m each, or lines that many metres beyond them."""
    half = track.width / 2 + more
    return offset_line(track.line, half), offset_line(track.line, -half)


def ground(root: Element, tracks: dict[str, Track]) -> list[Surface]:
    """Ground of lanes, junctions and walking areas."""
    found: list[Surface] = []
    for track in tracks.values():
        if track.function == "walkingarea":
            area = piece(track.line, "island")
            found += [area] if area is not None else []
        else:
            walked = track.use == "walk" and track.function != "crossing"
            found += strip(*sides(track, GAP / 2), "pavement" if walked else "road")
    for junction in root.all("junction"):
        if len(junction.attributes.get("shape", "").split()) > 2 and junction.attributes.get("type") != "internal":
            area = piece(read_shape(junction, 3), "road")
            found += [area] if area is not None else []
    return found


def paint(driven: list[Track], left_hand: bool) -> list[Marking]:
    """Broken lines between lanes of one edge, thin ones along its edges; the files know no paint."""
    marks: list[Marking] = []
    names = {track.id for track in driven}
    for track in driven:
        if track.function != "normal":
            continue
        left, right = sides(track)
        inner, outer = (right, left) if left_hand else (left, right)
        beside = f"{track.edge}_{track.index + 1}" in names
        marks += dashes(inner, LINE, COLOURS["white"], 3.0, 6.0) if beside else stroke(inner, LINE, COLOURS["white"])
        if f"{track.edge}_{track.index - 1}" not in names:
            marks += stroke(outer, LINE, COLOURS["white"])
    return marks
