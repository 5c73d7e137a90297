"""Traffic lights of an OpenDRIVE file: where they hang, whom they stop, and which ones change together."""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass

import numpy as np

from scenes.lanes import line_at, project_on
from scenes.map_lanes import before_of, waiting
from scenes.notes import Notes
from scenes.opendrive_line import reference
from scenes.opendrive_links import Key
from scenes.opendrive_model import Light, OpenDrive, Road
from scenes.opendrive_shape import Shape
from scenes.road_map import Head, SignalGroup
from scenes.types import Lane, StopLine

FROM_LINE = 15.0  # m, within which a stop line belongs to a light
MOUTH = 12.0  # m, a light that far into a junction stops vehicles before it
BEFORE = 0.8  # m between a light and where vehicles wait
Stops = dict[tuple[int, str], float]  # (lane, light) -> m along the lane


@dataclass(frozen=True, eq=False)
class Lanes:
    """Driving lanes of a file under both their names."""

    ids: dict[Key, int]
    lanes: dict[int, Lane]
    shapes: dict[tuple[str, int], Shape]

    @property
    def keys(self) -> dict[int, Key]:
        """Names by id."""
        return {number: key for key, number in self.ids.items()}


def lights(drive: OpenDrive, table: Lanes, notes: Notes) -> tuple[list[Head], list[SignalGroup], list[StopLine]]:
    """All traffic lights for vehicles.

    Args:
        drive: the file.
        table: its driving lanes.
        notes: to be filled.

    Returns:
        Heads, their groups, and the stop lines of the lanes that obey them.
    """
    places = {light.id: (road, light) for road in drive.roads.values() for light in road.lights if not light.reference}
    stops = obeyed_at(drive, table, places)
    obeyed: dict[str, list[int]] = defaultdict(list)
    for lane, number in stops:
        obeyed[number].append(lane)
    for number in places:
        if number not in obeyed:
            notes.add("light is for no driving lane", f"{places[number][0].id}/{number}")
    names = group_names(drive, table, obeyed, list(places))
    order = {name: k for k, name in enumerate(dict.fromkeys(names.values()))}
    groups = [SignalGroup(k, junction) for (junction, _), k in order.items()]
    heads = []
    for number, (road, light) in places.items():
        first = obeyed[number][0] if obeyed[number] else None
        heading = None if first is None else line_at(table.lanes[first].centre, stops[first, number])[2]
        heads.append(head(road, light, heading, order[names[number]]))
    lines: dict[int, tuple[float, int]] = {}
    for (lane, number), s in stops.items():
        lines[lane] = min((s, order[names[number]]), lines.get(lane, (math.inf, 0)))
    return heads, groups, [StopLine(lane, s, group) for lane, (s, group) in lines.items()]


def obeyed_at(drive: OpenDrive, table: Lanes, places: dict[str, tuple[Road, Light]]) -> Stops:
    """Where lanes wait for lights; a light may stand on one road and be referred to on others."""
    stops: Stops = {}
    before = before_of(table.lanes.values())
    for road in drive.roads.values():
        for light in road.lights:
            for lane, s in stopped(road, light, table, before).items() if light.id in places else ():
                stops[lane, light.id] = min(s, stops.get((lane, light.id), math.inf))
    return stops


def head(road: Road, light: Light, along: float | None, group: int) -> Head:
    """A light with its place; it looks at whom it stops, whatever its orientation says."""
    x, y, heading = reference(road.pieces, np.array([light.s]))[0]
    spot = np.array([x - light.t * math.sin(heading), y + light.t * math.cos(heading), light.height])
    if along is None:
        return Head(spot, heading + light.turn + (0.0 if light.orientation == "-" else math.pi), group)
    turn = math.remainder(light.turn, 2 * math.pi)
    return Head(spot, along + math.pi + (turn if abs(turn) < 1.0 else 0.0), group)


def stopped(road: Road, light: Light, table: Lanes, before: dict[int, list[int]]) -> dict[int, float]:
    """Lanes that a light or a reference to one is for, and where vehicles wait on them, m along the lane."""
    number = next((k for k, part in enumerate(road.sections) if light.s <= part.end + 1e-6), len(road.sections) - 1)
    shape, found = table.shapes[road.id, number], {}
    lines = [s for s, orientation in road.stops if orientation in (light.orientation, "none")]
    near = min((s for s in lines if abs(s - light.s) < FROM_LINE), key=lambda s: abs(s - light.s), default=None)
    at = light.s if near is None else near
    for lane in shape.section.lanes.values():
        key = (road.id, number, lane.id)
        if key not in table.ids:
            continue
        if light.lanes:
            if not any(min(pair) <= lane.id <= max(pair) for pair in light.lanes):
                continue
        elif light.orientation in "+-" and (light.orientation == "+") != road.forward(lane):
            continue
        line = table.lanes[table.ids[key]].centre
        spot = reference(road.pieces, np.array([at]))[0]
        beside = np.interp(at, shape.s, (shape.edges[lane.id] + shape.inner(lane.id)) / 2)
        spot = spot[:2] + beside * np.array([-math.sin(spot[2]), math.cos(spot[2])])
        s = project_on(line, spot)[0] - BEFORE
        inside = road.junction is not None and s < MOUTH
        for other, place in waiting(table.ids[key], -0.1 if inside else s, table.lanes, before):
            found[other] = place
    return found


def group_names(
    drive: OpenDrive, table: Lanes, obeyed: dict[str, list[int]], ids: list[str]
) -> dict[str, tuple[str, str]]:
    """Junction and group of every light: its controller where it has one of its own, else its approach."""
    masters = defaultdict(list)
    for name, members in drive.controllers.items():
        for member in members:
            masters[member].append(name)
    homes = {name: junction.id for junction in drive.junctions.values() for name in junction.controllers}
    keys, names = table.keys, {}
    for number in ids:
        lanes = [keys[lane] for lane in obeyed[number]]
        road = lanes[0][0] if lanes else number
        junction = junction_ahead(drive, lanes[0]) if lanes else ""
        if len(masters[number]) == 1:
            controller = masters[number][0]
            names[number] = (homes.get(controller, junction), f"controller {controller}")
        else:
            side = drive.roads[road].forward(drive.roads[road].sections[lanes[0][1]].lanes[lanes[0][2]]) if lanes else 0
            names[number] = (junction, f"road {road} {side}")
    return names


def junction_ahead(drive: OpenDrive, key: Key) -> str:
    """Junction that the road of a lane leads to in its driving direction; the road itself where there is none."""
    road = drive.roads[key[0]]
    link = road.after if road.forward(road.sections[key[1]].lanes[key[2]]) else road.before
    if road.junction is not None:
        return road.junction
    return link.id if link is not None and link.kind == "junction" else f"road {road.id}"
