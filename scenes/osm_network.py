"""From an OpenStreetMap extract to the one road network: lanes beside the ways, turns where ways meet."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from scenes.geometry import wrap_angle
from scenes.lanes import arc_lengths, line_at, offset_line
from scenes.map_ground import COLOURS, bar, dashes, distinct, field_around, part_of, piece, strip, stroke, zebra
from scenes.map_lanes import heading_near, length_of, stops_before
from scenes.notes import Notes
from scenes.osm import Extract, Way, read_extract
from scenes.road_map import Head, RoadMap, SignalGroup
from scenes.types import Crossing, Floats, Lane, Marking, RoadNetwork, StopLine, Surface
from scenes.xmlfile import Element

KERB = 4.0  # m, radius of the kerbs at corners
SIDEWALK = 2.0  # m
BACK = math.radians(150.0)  # whoever turns more than this turns round
ROUND = 12  # pieces of a turn
LINE = 0.12  # m
BAND = 3.0  # m, width of a crossing


@dataclass(frozen=True, eq=False)
class Arm:
    """One end of a way at a junction."""

    way: Way
    start: bool  # of the way
    heading: float  # rad, away from the junction
    half: float  # m, half of the width of the carriageway


@dataclass(frozen=True, eq=False)
class Stub:
    """A lane of a way, cut off at the junctions."""

    way: Way
    along: bool  # the way
    rank: int  # 0 beside the middle of the road
    line: Floats  # (N, 2) m, driving direction


def osm_map(root: Element, digest: str) -> RoadMap:
    """Build the map of an OpenStreetMap extract; traffic keeps to the right.

    Args:
        root: of the file.
        digest: of the file.

    Raises:
        SceneError: the file is broken, or holds no road.
    """
    notes = Notes()
    extract = read_extract(root, notes)
    arms = arms_of(extract)
    cuts = {node: setback(ends) for node, ends in arms.items()}
    stubs, ground, marks = [], list[Surface](), list[Marking]()
    walks = [line for line in extract.footways if len(line) > 1]
    for way in extract.ways:
        middle = shortened(way, cuts)
        if middle is None:
            notes.add("way is shorter than its junctions and is left out", way.id)
            continue
        stubs += stubs_of(way, middle)
        more, lines = ground_of(way, middle)
        ground += more
        walks += lines
        marks += paint(way, middle)
    if not stubs:
        raise root.error("all roads are shorter than their junctions")
    lanes, inside = connect(stubs, arms)
    ground += [part for line in extract.footways for part in band_of(line)]
    for ends, cut in ((arms[node], cuts[node]) for node in arms if len(arms[node]) > 1):
        area, bands = mouth(ends, cut)
        ground += area
        for band in bands:
            ground += strip(*band, "pavement")
            walks.append((band[0] + band[1]) / 2)
    zebras = crossings(extract, lanes)
    heads, groups, stops = lights(extract, lanes, stubs, arms)
    for one in zebras:
        marks += zebra(one.start, one.end, one.width)
    network = RoadNetwork(
        lanes=tuple(lanes), crossings=tuple(zebras), sidewalks=tuple(walks), sidewalk_width=SIDEWALK,
        stop_lines=(*stops, *stops_before(zebras, lanes)),
        surfaces=(*ground, field_around(lane.centre for lane in lanes)),
        markings=(*marks, *(bar(lanes[stop.lane], stop.s) for stop in stops)),
    )  # fmt: skip
    notes.add("heights, kerbs and turns between lanes are guessed: OpenStreetMap does not say")
    names = {n: f"{stub.way.id}{'+' if stub.along else '-'}{stub.rank}" for n, stub in enumerate(stubs)}
    place = {"latitude": f"{extract.centre[0]:.9f}", "longitude": f"{extract.centre[1]:.9f}"}
    return RoadMap(
        root.file, "OpenStreetMap", digest, np.zeros(2), network, names | {n: f"turn {n}" for n in inside}, inside,
        heads=tuple(heads), groups=tuple(groups), notes=notes.lines(), details=place,
    )  # fmt: skip


def arms_of(extract: Extract) -> dict[str, list[Arm]]:
    """Ends of ways by the node that they meet at."""
    found: dict[str, list[Arm]] = {}
    for way in extract.ways:
        half = way.width * (way.forward + way.backward) / 2
        first, last = way.line[1] - way.line[0], way.line[-2] - way.line[-1]
        found.setdefault(way.nodes[0], []).append(Arm(way, True, math.atan2(first[1], first[0]), half))
        found.setdefault(way.nodes[-1], []).append(Arm(way, False, math.atan2(last[1], last[0]), half))
    return found


def setback(arms: list[Arm]) -> float:
    """How far from a node (m) lanes end: so far that the carriageways have parted and corners have room."""
    if len(arms) < 2:
        return 0.0
    need = 0.0
    for k, one in enumerate(arms):
        for other in arms[k + 1 :]:
            angle = abs(float(wrap_angle(one.heading - other.heading)))
            if angle > math.radians(165.0):
                continue  # straight on
            reach = (one.half + other.half) / 2 + KERB
            need = max(need, min(25.0, reach / max(math.tan(angle / 2), 0.3)))
    return max(need, 0.5 if len(arms) == 2 else max(arm.half for arm in arms))


def shortened(way: Way, cuts: dict[str, float]) -> Floats | None:
    """Middle of a way between its junctions, (N, 2) m; None where nothing is left."""
    along = arc_lengths(way.line)
    first, last = cuts[way.nodes[0]], float(along[-1]) - cuts[way.nodes[-1]]
    return part_of(way.line, along, first, last) if last - first > 2.0 else None


def stubs_of(way: Way, middle: Floats) -> list[Stub]:
    """Lanes of a way; of a one-way road they lie around its middle."""
    found = []
    shift = 0.0 if way.forward and way.backward else way.width * max(way.forward, way.backward) / 2
    shift += way.width * (way.backward - way.forward) / 2 if way.forward and way.backward else 0.0
    for count, along in ((way.forward, True), (way.backward, False)):
        line = middle if along else np.ascontiguousarray(middle[::-1])
        side = shift if along else -shift
        if not (way.forward and way.backward):
            side = shift
        for rank in range(count):
            found.append(Stub(way, along, rank, offset_line(line, side - (rank + 0.5) * way.width)))
    return found


def ground_of(way: Way, middle: Floats) -> tuple[list[Surface], list[Floats]]:
    """Carriageway and sidewalks of a way, and the middles of the sidewalks."""
    half = way.width * (way.forward + way.backward) / 2
    found, lines = strip(offset_line(middle, half), offset_line(middle, -half), "road"), []
    for there, side in zip(way.sidewalks, (1.0, -1.0), strict=True):
        if there:
            near, far = offset_line(middle, side * half), offset_line(middle, side * (half + SIDEWALK))
            found += strip(far, near, "pavement")
            lines.append(offset_line(middle, side * (half + SIDEWALK / 2)))
    return found, lines


def band_of(line: Floats) -> list[Surface]:
    """Ground of a footway."""
    return strip(offset_line(line, SIDEWALK / 2), offset_line(line, -SIDEWALK / 2), "pavement")


def paint(way: Way, middle: Floats) -> list[Marking]:
    """Broken lines between lanes, an unbroken one between the directions of wide roads."""
    total, half = way.forward + way.backward, way.width * (way.forward + way.backward) / 2
    marks: list[Marking] = []
    for k in range(1, total):
        line = offset_line(middle, half - k * way.width)
        solid = k == way.backward and way.forward and total > 2
        marks += stroke(line, LINE, COLOURS["white"]) if solid else dashes(line, LINE, COLOURS["white"], 3.0, 6.0)
    return marks


def connect(stubs: list[Stub], arms: dict[str, list[Arm]]) -> tuple[list[Lane], frozenset[int]]:
    """Lanes with turns at junctions: kerb lanes turn to the kerb, inner ones to the other side, all go straight on."""
    ends: dict[str, list[int]] = {}
    starts: dict[str, list[int]] = {}
    for n, stub in enumerate(stubs):
        ends.setdefault(stub.way.nodes[-1 if stub.along else 0], []).append(n)
        starts.setdefault(stub.way.nodes[0 if stub.along else -1], []).append(n)
    after: dict[int, list[int]] = {}
    turns: list[tuple[int, int, Floats]] = []
    for node, coming in ends.items():
        leaving = starts.get(node, [])
        for n in coming:
            for m in leaving:
                if allowed(stubs, n, m, coming, leaving, len(arms[node]) == 1):
                    after.setdefault(n, []).append(len(stubs) + len(turns))
                    turns.append((n, m, turn(stubs[n].line, stubs[m].line)))
    ids = {(stub.way.id, stub.along, stub.rank): n for n, stub in enumerate(stubs)}
    lanes = []
    for n, stub in enumerate(stubs):
        left, right = (ids.get((stub.way.id, stub.along, stub.rank + step)) for step in (-1, 1))
        lanes.append(Lane(n, stub.line, stub.way.width, stub.way.speed, tuple(after.get(n, ())), left, right))
    for k, (n, m, line) in enumerate(turns):
        speed = min(stubs[n].way.speed, stubs[m].way.speed)
        lanes.append(Lane(len(stubs) + k, line, stubs[n].way.width, speed, (m,)))
    return lanes, frozenset(range(len(stubs), len(lanes)))


def allowed(stubs: list[Stub], n: int, m: int, coming: list[int], leaving: list[int], dead_end: bool) -> bool:
    """Whether one may go from a lane to a lane at a junction; nobody turns round."""
    one, other = stubs[n], stubs[m]
    if one.way.id == other.way.id and one.along != other.along:
        return False
    angle = angle_of(one.line, other.line)
    if abs(angle) > BACK or dead_end:
        return False
    mine = [k for k in coming if (stubs[k].way.id, stubs[k].along) == (one.way.id, one.along)]
    theirs = [k for k in leaving if (stubs[k].way.id, stubs[k].along) == (other.way.id, other.along)]
    if abs(angle) < math.radians(35.0):  # straight on, rank by rank from the kerb; the innermost fan out
        from_kerb, to_kerb = len(mine) - 1 - one.rank, len(theirs) - 1 - other.rank
        return (
            from_kerb == to_kerb or (to_kerb > from_kerb == len(mine) - 1) or (from_kerb > to_kerb == len(theirs) - 1)
        )
    if angle < 0.0:
        return one.rank == len(mine) - 1 and other.rank == len(theirs) - 1
    return one.rank == 0 and other.rank == 0


def angle_of(one: Floats, other: Floats) -> float:
    """Change of direction from the end of a line to the start of another one, rad, left positive."""
    end = line_at(one, float(arc_lengths(one)[-1]))[2]
    return float(wrap_angle(line_at(other, 0.0)[2] - end))


def turn(before: Floats, after: Floats) -> Floats:
    """(N, 2) m, a smooth way (cubic Bezier curve) from the end of a lane to the start of another one."""
    start, end = before[-1], after[0]
    u, v = (step / np.linalg.norm(step) for step in (before[-1] - before[-2], after[1] - after[0]))
    reach = float(np.linalg.norm(end - start)) * 0.39
    w = np.linspace(0.0, 1.0, ROUND + 1)[:, None]
    a, b = start + reach * u, end - reach * v
    return distinct((1 - w) ** 3 * start + 3 * w * (1 - w) ** 2 * a + 3 * w * w * (1 - w) * b + w**3 * end)


def mouth(arms: list[Arm], cut: float) -> tuple[list[Surface], list[tuple[Floats, Floats]]]:
    """Carriageway of a junction, through the corners of all arms with round kerbs, and the sidewalks at its corners.

    Args:
        arms: at least two.
        cut: m, how far from the node they end.

    Returns:
        Ground, and outer and inner edge (N, 2) m of each sidewalk.
    """
    corners = []
    for arm in sorted(arms, key=lambda arm: arm.heading):
        line = arm.way.line if arm.start else arm.way.line[::-1]
        x, y, heading = line_at(line, min(cut, float(arc_lengths(line)[-1])))
        left = np.array([-math.sin(heading), math.cos(heading)])
        beside = arm.way.sidewalks if arm.start else arm.way.sidewalks[::-1]
        corners.append((np.array([x, y]), left, arm.half, heading, beside))
    outline, bands = [], []
    for k, (spot, left, half, heading, beside) in enumerate(corners):
        after, aside, wide, other, next_beside = corners[(k + 1) % len(corners)]
        kerb = round_off(spot + half * left, heading, after - wide * aside, other)
        outline += [(spot - half * left)[None], kerb]
        if beside[0] and next_beside[1]:
            reach = SIDEWALK
            outer = round_off(spot + (half + reach) * left, heading, after - (wide + reach) * aside, other)
            bands.append((outer, kerb))
    area = piece(np.concatenate(outline), "road")
    return ([] if area is None else [area]), bands


def round_off(start: Floats, heading: float, end: Floats, other: float) -> Floats:
    """(N, 2) m from one corner to the next, bent towards the middle of the junction."""
    reach = 0.45 * float(np.linalg.norm(end - start))
    a = start - reach * np.array([math.cos(heading), math.sin(heading)])
    b = end - reach * np.array([math.cos(other), math.sin(other)])
    w = np.linspace(0.0, 1.0, 8)[:, None]
    return np.asarray((1 - w) ** 3 * start + 3 * w * (1 - w) ** 2 * a + 3 * w * w * (1 - w) * b + w**3 * end)


def crossings(extract: Extract, lanes: list[Lane]) -> list[Crossing]:
    """Bands at nodes of roads that are tagged as crossings."""
    found: list[Crossing] = []
    widths = {node: way.width * (way.forward + way.backward) for way in extract.ways for node in way.nodes}
    for node, tags in extract.tags.items():
        if tags.get("highway") == "crossing" and node in widths and tags.get("crossing") != "unmarked":
            heading = heading_near(lanes, extract.nodes[node])
            across = np.array([-math.sin(heading or 0.0), math.cos(heading or 0.0)]) * widths[node] / 2
            found.append(Crossing(len(found), extract.nodes[node] - across, extract.nodes[node] + across, BAND))
    return found


def lights(
    extract: Extract, lanes: list[Lane], stubs: list[Stub], arms: dict[str, list[Arm]]
) -> tuple[list[Head], list[SignalGroup], list[StopLine]]:
    """A head at the kerb for every road that comes to a junction with lights; they are green one after the other."""
    heads, groups, stops = list[Head](), list[SignalGroup](), list[StopLine]()
    order: dict[tuple[str, str, bool], int] = {}
    for n, stub in enumerate(stubs):
        node = stub.way.nodes[-1 if stub.along else 0]
        if extract.tags.get(node, {}).get("highway") != "traffic_signals" or len(arms[node]) < 3:
            continue
        key = (node, stub.way.id, stub.along)
        length = length_of(lanes[n])
        stops.append(StopLine(n, max(0.2, length - 1.0), order.setdefault(key, len(order))))
        if len(groups) < len(order):
            groups.append(SignalGroup(order[key], f"node {node}"))
        if lanes[n].right is None:
            x, y, heading = line_at(lanes[n].centre, length)
            side = -(stub.way.width / 2 + 0.9)
            spot = np.array([x - side * math.sin(heading), y + side * math.cos(heading), 3.2])
            heads.append(Head(spot, heading + math.pi, order[key]))
    return heads, groups, stops
