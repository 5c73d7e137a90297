"""From an OpenDRIVE file to the one road network."""

from __future__ import annotations

import numpy as np

from scenes.map_ground import bar, distinct, field_around, zebra
from scenes.map_lanes import stops_before
from scenes.notes import Notes
from scenes.opendrive import read_opendrive
from scenes.opendrive_check import mismatches
from scenes.opendrive_ground import paint, surfaces
from scenes.opendrive_lights import Lanes, lights
from scenes.opendrive_links import Key, followers, name_of, ties
from scenes.opendrive_model import DRIVEN, OpenDrive, Road
from scenes.opendrive_shape import Shape, shapes
from scenes.opendrive_walks import crossings, walks
from scenes.road_map import RoadMap
from scenes.types import Floats, Lane, RoadNetwork
from scenes.xmlfile import Element

# m/s, by type of the road where the file states no limit (German StVO, section 3)
LIMITS = {"motorway": 130 / 3.6, "rural": 100 / 3.6, "lowSpeed": 30 / 3.6, "pedestrian": 7 / 3.6, "bicycle": 25 / 3.6}
URBAN = 50 / 3.6  # m/s
NARROW = 1.8  # m; nobody drives on lanes that are less wide somewhere
THIN = 0.5  # m; lanes that are nowhere wider are nobody's


def opendrive_map(root: Element, digest: str) -> RoadMap:
    """Build the map of an OpenDRIVE file.

    Args:
        root: of the file.
        digest: of the file.

    Raises:
        SceneError: the file is broken, or has no driving lane.
    """
    notes = Notes()
    drive = read_opendrive(root, notes)
    sampled = shapes(drive)
    pairs = ties(drive, notes)
    table = driving_lanes(drive, sampled, followers(drive, pairs, notes), notes)
    if not table.lanes:
        raise root.error("has no driving lane")
    lanes = list(table.lanes.values())
    bands = crossings(drive, lanes, notes)
    heads, groups, stops = lights(drive, table, notes)
    lines, width = walks(drive, sampled, pairs)
    ground = surfaces(drive, sampled)
    marks = paint(sampled.values())
    for band in bands:
        marks += zebra(band.start, band.end, band.width)
    marks += [bar(table.lanes[stop.lane], stop.s) for stop in stops]
    network = RoadNetwork(
        lanes=tuple(lanes), crossings=tuple(bands), sidewalks=tuple(lines), sidewalk_width=width,
        stop_lines=(*stops, *stops_before(bands, lanes)),
        surfaces=(*ground, field_around(lane.centre for lane in lanes)), markings=tuple(marks),
    )  # fmt: skip
    for problem in mismatches(drive, table, pairs):
        notes.add(*problem)
    inside = frozenset(n for key, n in table.ids.items() if drive.roads[key[0]].junction is not None)
    return RoadMap(
        root.file, "OpenDRIVE", digest, np.zeros(2), network, {n: name_of(key) for key, n in table.ids.items()}, inside,
        any(road.left_hand for road in drive.roads.values()), tuple(heads), tuple(groups), notes.lines(),
        avoided=frozenset(n for key, n in table.ids.items() if sampled[key[:2]].width(key[2]).min() < NARROW),
        details={"projection": drive.place} if drive.place else {},
    )  # fmt: skip


def driving_lanes(
    drive: OpenDrive, sampled: dict[tuple[str, int], Shape], follow: dict[Key, tuple[Key, ...]], notes: Notes
) -> Lanes:
    """All lanes that vehicles drive on, numbered in the order of the file."""
    lines: dict[Key, Floats] = {}
    for (road, number), shape in sampled.items():
        for lane in sorted(shape.section.lanes.values(), key=lambda one: one.id):
            if lane.kind not in DRIVEN or lane.id == 0:
                continue
            line = distinct(shape.centre(lane))
            if float(shape.width(lane.id).max()) < THIN or len(line) < 2:
                notes.add("driving lane without width or length is left out", name_of((road, number, lane.id)))
                continue
            lines[road, number, lane.id] = line
    ids = {key: n for n, key in enumerate(lines)}
    lanes = {}
    for key, n in ids.items():
        shape = sampled[key[0], key[1]]
        after = tuple(ids[other] for other in follow.get(key, ()) if other in ids)
        left, right = (ids.get(other) if other else None for other in beside(shape, key))
        width, limit = float(np.median(shape.width(key[2]))), limit_of(shape.road, shape, key[2])
        lanes[n] = Lane(n, lines[key], max(width, THIN), limit, after, left, right)
    return Lanes(ids, lanes, sampled)


def limit_of(road: Road, shape: Shape, lane: int) -> float:
    """Speed limit of a lane, m/s: its own, else its road's, else what is usual on such roads."""
    middle = (shape.section.start + shape.section.end) / 2
    own = [limit for s, limit in shape.section.lanes[lane].limits if s <= middle]
    if own:
        return own[-1]
    kinds = [(kind, limit) for s, kind, limit in sorted(road.types, key=lambda entry: entry[0]) if s <= middle]
    kind, limit = kinds[-1] if kinds else ("town", None)
    return limit if limit is not None else LIMITS.get(kind, URBAN)


def beside(shape: Shape, key: Key) -> tuple[Key | None, Key | None]:
    """Lanes to the left and to the right, seen in driving direction, that one may change to."""
    section, road = shape.section, shape.road
    lane, found = section.lanes[key[2]], list[Key | None]()
    for step in (1, -1) if road.forward(section.lanes[key[2]]) else (-1, 1):
        other = section.lanes.get(lane.id + step)
        if other is None or other.kind not in DRIVEN or other.id == 0 or road.forward(other) != road.forward(lane):
            found.append(None)
            continue
        marks = min(lane, other, key=lambda one: abs(one.id)).marks  # the outer mark of the inner one is between them
        change = marks[0].change if marks else None
        out = "increase" if other.id > lane.id else "decrease"
        found.append((key[0], key[1], other.id) if change in (None, "both", out) else None)
    return found[0], found[1]
