"""Ground plan of a street, straight or with a bend: lanes of both directions, parking, cycle lanes, one crossing."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from scenes.draws import Draws
from scenes.kinds import Kind
from scenes.lanes import offset_line, project_on
from scenes.roads_frame import Frame, rectangle
from scenes.roads_markings import Painter
from scenes.roads_parts import (
    BEYOND,
    BUS_BAY,
    INFLOW,
    PARKING,
    ROOMY,
    Approach,
    BusStop,
    Layout,
    Place,
    Route,
    Section,
    Strip,
    anticlockwise,
    pavement_pieces,
    strip_walk,
)
from scenes.roads_stops import bus_stops, without
from scenes.roads_street_paint import CYCLE, paint_street
from scenes.schema import RoadSpec
from scenes.surroundings import SurfaceLook
from scenes.types import Crossing, CycleLane, Floats, Lane, RoadNetwork, StopLine, Surface

DEPTHS = {"parallel": PARKING, "angled": 5.4, "perpendicular": 5.2}  # m, of parking bays
SIDEWAYS = 1.8  # m/s2 across that drivers take a bend with


@dataclass(frozen=True)
class Street:
    """Distances that all of one street shares."""

    axis: Frame
    half: float  # m
    width: float  # m, of a lane
    counts: tuple[int, int]  # lanes along and against the axis
    hand: float  # side of the lanes along the axis: -1 right, +1 left
    middle: float  # t of the line between the directions, m; of a one-way street of its inner edge
    sides: dict[int, Section]

    @property
    def ends(self) -> tuple[float, float]:
        """Where the pavements end, s in m."""
        return -self.half - 8.0, self.half + 8.0

    @property
    def offsets(self) -> list[tuple[int, float]]:
        """(direction, t) of every lane: along the axis from the kerb inward, then against it from the kerb inward."""
        found = []
        for way, count in zip((1, -1), self.counts, strict=True):
            for k in range(count):
                found.append((way, self.middle + way * self.hand * self.width * (count - k - 0.5)))
        return found


def street_of(spec: RoadSpec) -> Street:
    """Cross-section and axis of a street.

    Args:
        spec: with plain values.

    Returns:
        The street.
    """
    axis = Frame(0.0, 0.0, 0.0)
    if spec.layout == "curve":
        turn = math.radians(spec.angle)
        axis = Frame(0.0, 0.0, 0.0, math.copysign(1.0 / spec.radius, turn), spec.radius * abs(turn) / 2)
    along, against = spec.lanes
    hand = -1.0 if spec.traffic == "right" else 1.0
    middle = -hand * along * spec.lane_width / 2 if against == 0 else 0.0
    sides = {}
    for side, name in ((1, "left"), (-1, "right")):
        count = along if side == hand else against
        lanes = count * spec.lane_width + side * middle
        lanes += CYCLE if spec.cycle_lane in (name, "both") else 0.0
        parked = DEPTHS[spec.bays] if spec.parking in (name, "both") else 0.0
        if parked and spec.bus_stop in (name, "both"):
            parked = max(parked, BUS_BAY)
        kerb = lanes + parked
        back = kerb + spec.pavement
        sides[side] = Section(lanes, kerb, back, back + spec.verge, max(spec.kerb, 0.02))
    return Street(axis, spec.length / 2, spec.lane_width, (along, against), hand, middle, sides)


def street(spec: RoadSpec, limit: float, looks: dict[str, SurfaceLook], draws: Draws) -> Layout:
    """A street along +x, straight or bent, with one crossing or none."""
    plan = street_of(spec)
    place = crossing_place(plan, spec)
    halts = bus_stops(plan, spec, place, draws)
    cuts = [(place.s, place.crossing.width)] if place else []
    strips = [Strip(plan.axis, -plan.half, plan.half, side, section) for side, section in plan.sides.items()]
    surfaces = street_ground(plan, looks)
    for strip in strips:
        surfaces += pavement_pieces(strip, cuts, looks, plan.ends)
        surfaces.append(street_terrain(plan, strip, looks["verge"]))
    lanes, routes = street_lanes(plan, limit)
    stops = street_stops(plan, lanes, place) if place else ()
    painter = Painter(plan.axis, spec.wear, draws.rng("roads", "markings"))
    paint_street(painter, spec, plan, place, halts)
    walks = tuple(strip_walk(strip, (-plan.half - 6.0, plan.half + 6.0)) for strip in strips)
    network = RoadNetwork(
        lanes=lanes,
        crossings=(place.crossing,) if place else (),
        sidewalks=tuple(walk.line for walk in walks),
        sidewalk_width=min(walk.width for walk in walks),
        stop_lines=stops,
        surfaces=tuple(surfaces),
        markings=tuple(painter.marks),
        cycle_lanes=cycle_lanes(spec, plan, lanes),
    )
    approaches = street_approaches(plan, lanes, stops, spec, place)
    places = (place,) if place else ()
    rows = (*strips, *closing_rows(plan))
    return Layout(
        network, rows, parking_strips(plan, strips, place, spec, halts), walks, places, routes, approaches, plan.axis,
        plan.sides[1], bays=spec.bays, stops=halts,
    )  # fmt: skip


def crossing_place(plan: Street, spec: RoadSpec) -> Place | None:
    """The crossing over the street, if it has one."""
    if spec.crossing == "none":
        return None
    start, end = (plan.axis.at(spec.crossing_at, side * plan.sides[side].kerb) for side in (-1, 1))
    group = 0 if spec.crossing == "signals" else None
    plain = is_plain(plan)
    watch = 0.0 if plain else sum(plan.sides[1].walk) / 2 - plan.sides[1].kerb
    crossing = Crossing(0, start, end, spec.crossing_width, group, watch)
    return Place(crossing, plan.axis, spec.crossing_at, plan.sides[1], slot=0.75 if plain else ROOMY)


def is_plain(plan: Street) -> bool:
    """Whether this is the straight street of two lanes."""
    return plan.axis.bend == 0.0 and plan.counts == (1, 1)


def parking_strips(
    plan: Street, strips: list[Strip], place: Place | None, spec: RoadSpec, halts: tuple[BusStop, ...]
) -> tuple[Strip, ...]:
    """Where vehicles park: not around a crossing, and not at a bus stop."""
    gap = spec.crossing_width / 2 + 8.0
    parking = []
    for strip in strips:
        if strip.section.kerb <= strip.section.lanes or spec.parking not in (
            "both",
            {1: "left", -1: "right"}[strip.side],
        ):
            continue
        free = [(-plan.half, plan.half)] if not place else [(-plan.half, place.s - gap), (place.s + gap, plan.half)]
        free = without(free, halts, strip.side)
        parking += [replace(strip, start=s0, end=s1) for s0, s1 in free if s1 - s0 > 6.0]
    return tuple(parking)


def street_ground(plan: Street, looks: dict[str, SurfaceLook]) -> list[Surface]:
    """Carriageway, and the ground beyond both ends of the street."""
    axis, ends, sides = plan.axis, plan.ends, plan.sides
    between = (-sides[-1].kerb, sides[1].kerb)
    pieces = []
    for piece in axis.pieces(*ends):
        heading = axis.heading_at(sum(piece) / 2)
        pieces.append(Surface(rectangle(axis, piece, between), 0.0, Kind.ROAD, looks["road"], heading=heading))
    for low, high in ((ends[0] - BEYOND, ends[0]), (ends[1], ends[1] + BEYOND)):
        for t in ((sides[1].kerb, reach_of(plan, 1)), (-reach_of(plan, -1), -sides[-1].kerb)):
            pieces.append(Surface(rectangle(axis, (low, high), t), 0.0, Kind.TERRAIN, looks["verge"]))
        heading = axis.heading_at(high)
        pieces.append(Surface(rectangle(axis, (low, high), between), 0.0, Kind.ROAD, looks["road"], heading=heading))
    if axis.bend != 0.0:  # the wedge between both ends, inside the bend
        far = math.copysign(reach_of(plan, 1 if axis.bend > 0 else -1), axis.bend)
        wedge = axis.points([(ends[1], far), (ends[1] + BEYOND, far), (ends[0] - BEYOND, far), (ends[0], far)])
        pieces.append(Surface(anticlockwise(wedge), 0.0, Kind.TERRAIN, looks["verge"]))
    return pieces


def reach_of(plan: Street, side: int) -> float:
    """How far (m) to a side the ground reaches at the ends; inside a bend no further than the other end's."""
    if plan.axis.bend * side <= 0.0:
        return BEYOND
    end = plan.ends[1]
    x, _ = plan.axis.at(end, 0.0)
    return min(BEYOND, float(x) / abs(math.sin(plan.axis.heading_at(end))) - 0.01)


def street_terrain(plan: Street, strip: Strip, look: SurfaceLook) -> Surface:
    """Ground behind a pavement, as high as it."""
    axis, ends, side = plan.axis, plan.ends, strip.side
    far = side * reach_of(plan, side)
    if axis.bend * side > 0.0:
        line = axis.line(*ends, side * strip.section.back)
        outline = anticlockwise(np.concatenate([line, axis.points([(ends[1], far), (ends[0], far)])]))
    else:
        outline = rectangle(axis, ends, (side * strip.section.back, far))
    return Surface(outline, strip.section.kerb_height, Kind.TERRAIN, look, 0.0)


def closing_rows(plan: Street) -> list[Strip]:
    """Rows of buildings across both ends, so that a street does not end in nothing; the road goes on between them."""
    sides, rows = plan.sides, []
    straight = plan.axis.bend == 0.0
    section = Section(0.0, 0.0, 0.0, plan.half + 10.0 if straight else 10.0, 0.0)
    for end in (1, -1):
        x, y = (0.0, 0.0) if straight else plan.axis.at(end * plan.half, 0.0)
        across = Frame(float(x), float(y), plan.axis.heading_at(end * plan.half) + np.pi / 2)
        side = end if straight else -end
        rows.append(Strip(across, sides[1].kerb + 1.5, sides[1].front + 16.0, side, section, closed=True))
        rows.append(Strip(across, -sides[-1].front - 16.0, -sides[-1].kerb - 1.5, side, section, closed=True))
    return rows


def street_lanes(plan: Street, limit: float) -> tuple[tuple[Lane, ...], tuple[Route, ...]]:
    """All lanes with their neighbours, and a route along each."""
    half = plan.half + INFLOW
    axis = plan.axis
    grid = [float(v) for v in np.linspace(-half, half, max(2, int(half / 5)) + 1)]
    if axis.bend != 0.0:
        grid = sorted({*(s for s in grid if abs(s) > axis.arc + 1.0), *axis.places(-axis.arc, axis.arc)})
    pace = math.sqrt(SIDEWAYS / abs(axis.bend)) if axis.bend else math.inf
    lanes: list[Lane] = []
    routes: list[Route] = []
    for number, (way, t) in enumerate(plan.offsets):
        line: Floats = axis.points([(way * s, t) for s in grid])
        first = 0 if way > 0 else plan.counts[0]
        last = plan.counts[0] - 1 if way > 0 else sum(plan.counts) - 1
        inner = number + 1 if number < last else None
        outer = number - 1 if number > first else None
        left, right = (inner, outer) if plan.hand < 0 else (outer, inner)
        lanes.append(Lane(number, line, plan.width, limit, left=left, right=right, curved=axis.bend != 0.0))
        span = (-half, half) if way > 0 else (half, -half)
        routes.append(Route((number,), line, span, int(way < 0), pace=pace))
    return tuple(lanes), tuple(routes)


def cycle_lanes(spec: RoadSpec, plan: Street, lanes: tuple[Lane, ...]) -> tuple[CycleLane, ...]:
    """The cycle lanes, beside the outermost driving lane of their side."""
    found = []
    for side, name in ((1, "left"), (-1, "right")):
        if spec.cycle_lane in (name, "both"):
            one_way = plan.counts[1] == 0
            outermost = 0 if side == plan.hand else plan.counts[0] - 1 if one_way else plan.counts[0]
            way, t = plan.offsets[outermost]
            middle = side * (plan.sides[side].lanes - CYCLE / 2)
            found.append(CycleLane(offset_line(lanes[outermost].centre, way * (middle - t)), CYCLE))
    return tuple(found)


def street_stops(plan: Street, lanes: tuple[Lane, ...], place: Place) -> tuple[StopLine, ...]:
    """A stop line of every lane before the crossing."""
    before = place.crossing.width / 2 + 1.3
    stops = []
    for lane, (way, t) in zip(lanes, plan.offsets, strict=True):
        if plan.axis.bend == 0.0:
            half = plan.half + INFLOW
            s = place.s - before + half if way > 0 else half - place.s - before
        else:
            s, _ = project_on(lane.centre, plan.axis.at(place.s - way * before, t))
        stops.append(StopLine(lane.id, s, place.crossing.signal_group, place.crossing.id))
    return tuple(stops)


def street_approaches(
    plan: Street, lanes: tuple[Lane, ...], stops: tuple[StopLine, ...], spec: RoadSpec, place: Place | None
) -> tuple[Approach, ...]:
    """Where the lights of a signalised crossing face traffic, once for each direction."""
    if place is None or place.crossing.signal_group is None:
        return ()
    built = []
    for stop, (way, t) in zip(stops, plan.offsets, strict=True):
        if stop.lane not in (0, plan.counts[0]):
            continue
        line = lanes[stop.lane].centre
        if plan.axis.bend == 0.0:
            x = line[0, 0] + way * stop.s
            y, heading = float(line[0, 1]), 0.0 if way > 0 else math.pi
        else:
            s = place.s - way * (place.crossing.width / 2 + 1.3)
            x, y = (float(v) for v in plan.axis.at(s, t))
            heading = plan.axis.heading_at(s) + (0.0 if way > 0 else math.pi)
        left, right = plan.sides[way].kerb, plan.sides[-way].kerb
        far = spec.crossing_width + 2.6
        built.append(Approach(Frame(float(x), y, heading), stop.lane, 0, (left - way * t, -right - way * t), far))
    return tuple(built)
