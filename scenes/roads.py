"""Ground plans: a street, a square; the four-way junction is in `scenes.roads_junction`."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from scenes.draws import Draws
from scenes.kinds import Kind
from scenes.roads_junction import junction
from scenes.roads_markings import Painter
from scenes.roads_parts import (
    BEYOND,
    INFLOW,
    PARKING,
    Approach,
    Frame,
    Layout,
    Place,
    Route,
    Section,
    Strip,
    Walk,
    pavement_pieces,
    rectangle,
)
from scenes.roads_tee import tee
from scenes.schema import RoadSpec
from scenes.surroundings import SurfaceLook, sample_surface
from scenes.types import Crossing, Floats, Lane, RoadNetwork, StopLine, Surface

AXIS = Frame(0.0, 0.0, 0.0)
BACKWARD = 3.141592653589793


def lay_out(spec: RoadSpec, limit: float, draws: Draws) -> Layout:
    """Build the ground plan of a scene.

    Args:
        spec: with plain values.
        limit: speed limit, m/s.
        draws: source of randomness for the looks.

    Returns:
        The layout.
    """
    looks = surface_looks(spec, draws)
    if spec.layout == "square":
        return square(spec, looks)
    if spec.layout == "tjunction":
        return tee(spec, limit, looks, draws)
    if spec.layout == "junction":
        return junction(spec, limit, looks, draws)
    return street(spec, limit, looks, draws)


def surface_looks(spec: RoadSpec, draws: Draws) -> dict[str, SurfaceLook]:
    """Looks of the ground; one weather wets all of it."""
    rng = draws.rng("roads", "surfaces")
    looks = {
        "road": sample_surface(rng, spec.surface),
        "pavement": sample_surface(rng, spec.pavement_surface),
        "verge": sample_surface(rng, spec.verge_surface),
        "kerb": sample_surface(rng, "concrete-paving"),
        "ramp": sample_surface(rng, "concrete-paving"),
    }
    wet = looks["road"].wetness
    return {name: replace(look, wetness=wet) for name, look in looks.items()}


def sections(spec: RoadSpec) -> tuple[Section, Section]:
    """Cross-sections of the left and the right side of a street."""
    built = []
    for side in ("left", "right"):
        parked = spec.parking in (side, "both")
        kerb = spec.lane_width + (PARKING if parked else 0.0)
        back = kerb + spec.pavement
        built.append(Section(spec.lane_width, kerb, back, back + spec.verge, max(spec.kerb, 0.02)))
    return built[0], built[1]


def street(spec: RoadSpec, limit: float, looks: dict[str, SurfaceLook], draws: Draws) -> Layout:
    """A straight two-lane street along +x, with one crossing or none."""
    half = spec.length / 2
    sides = dict(zip((1, -1), sections(spec), strict=True))
    ends = (-half - 8.0, half + 8.0)
    place = None
    if spec.crossing != "none":
        start, end = AXIS.at(spec.crossing_at, -sides[-1].kerb), AXIS.at(spec.crossing_at, sides[1].kerb)
        group = 0 if spec.crossing == "signals" else None
        crossing = Crossing(0, start, end, spec.crossing_width, group)
        place = Place(crossing, AXIS, spec.crossing_at, sides[1])
    cuts = [(place.s, place.crossing.width)] if place else []
    strips = [Strip(AXIS, -half, half, side, section) for side, section in sides.items()]
    surfaces = [street_ground(sides, ends, looks)]
    for strip in strips:
        surfaces.append(pavement_pieces(strip, cuts, looks, ends))
        surfaces.append([terrain(AXIS, ends, strip, looks["verge"])])
    lanes, stops, routes = street_lanes(spec, limit, half, place)
    painter = Painter(AXIS, spec.wear, draws.rng("roads", "markings"))
    paint_street(painter, spec, sides, half, place)
    gap = spec.crossing_width / 2 + 8.0
    parking = []
    for strip in strips:
        if strip.section.kerb > strip.section.lanes:
            free = [(-half, half)] if not place else [(-half, place.s - gap), (place.s + gap, half)]
            parking += [replace(strip, start=s0, end=s1) for s0, s1 in free if s1 - s0 > 6.0]
    walks = tuple(strip_walk(strip, (-half - 6.0, half + 6.0)) for strip in strips)
    network = RoadNetwork(
        lanes=lanes,
        crossings=(place.crossing,) if place else (),
        sidewalks=tuple(walk.line for walk in walks),
        sidewalk_width=min(walk.width for walk in walks),
        stop_lines=stops,
        surfaces=tuple(surface for group in surfaces for surface in group),
        markings=tuple(painter.marks),
    )
    approaches = street_approaches(lanes, stops, sides, spec, place)
    closing = closing_rows(half + 10.0, sides)
    places = (place,) if place else ()
    return Layout(network, (*strips, *closing), tuple(parking), walks, places, routes, approaches, AXIS, sides[1])


def street_ground(sides: dict[int, Section], ends: tuple[float, float], looks: dict[str, SurfaceLook]) -> list[Surface]:
    """Carriageway, and the ground beyond both ends of the street."""
    road = rectangle(AXIS, ends, (-sides[-1].kerb, sides[1].kerb))
    pieces = [Surface(road, 0.0, Kind.ROAD, looks["road"])]
    for low, high in ((ends[0] - BEYOND, ends[0]), (ends[1], ends[1] + BEYOND)):
        pieces.append(Surface(rectangle(AXIS, (low, high), (sides[1].kerb, BEYOND)), 0.0, Kind.TERRAIN, looks["verge"]))
        pieces.append(
            Surface(rectangle(AXIS, (low, high), (-BEYOND, -sides[-1].kerb)), 0.0, Kind.TERRAIN, looks["verge"])
        )
        between = rectangle(AXIS, (low, high), (-sides[-1].kerb, sides[1].kerb))
        pieces.append(Surface(between, 0.0, Kind.ROAD, looks["road"]))
    return pieces


def terrain(frame: Frame, ends: tuple[float, float], strip: Strip, look: SurfaceLook) -> Surface:
    """Ground behind a pavement, as high as it."""
    outline = rectangle(frame, ends, (strip.side * strip.section.back, strip.side * BEYOND))
    return Surface(outline, strip.section.kerb_height, Kind.TERRAIN, look, 0.0)


def strip_walk(strip: Strip, ends: tuple[float, float]) -> Walk:
    """Where people walk on a strip."""
    near, far = strip.section.walk
    middle = (near + far) / 2
    line = np.stack([strip.at(ends[0], middle), strip.at(ends[1], middle)])
    return Walk(line, far - near, strip.section.kerb_height)


def closing_rows(distance: float, sides: dict[int, Section]) -> list[Strip]:
    """Rows of buildings across both ends, so that a street does not end in nothing."""
    section = Section(0.0, 0.0, 0.0, distance, 0.0)
    across = Frame(0.0, 0.0, np.pi / 2)
    rows = []
    for end in (1, -1):
        if sides[1].lanes == 0.0:
            rows.append(Strip(across, -sides[-1].front - 14.0, sides[1].front + 14.0, end, section, closed=True))
            continue
        # the road goes on between them
        rows.append(Strip(across, sides[1].kerb + 1.5, sides[1].front + 16.0, end, section, closed=True))
        rows.append(Strip(across, -sides[-1].front - 16.0, -sides[-1].kerb - 1.5, end, section, closed=True))
    return rows


def street_lanes(
    spec: RoadSpec, limit: float, half: float, place: Place | None
) -> tuple[tuple[Lane, ...], tuple[StopLine, ...], tuple[Route, ...]]:
    """One lane along and one against the axis."""
    hand = -1.0 if spec.traffic == "right" else 1.0
    offset = hand * spec.lane_width / 2
    half += INFLOW
    count = max(2, int(half / 5))
    s = np.linspace(-half, half, count + 1)
    along = AXIS.points([(float(v), offset) for v in s])
    against = AXIS.points([(float(-v), -offset) for v in s])
    lanes = (Lane(0, along, spec.lane_width, limit), Lane(1, against, spec.lane_width, limit))
    stops: list[StopLine] = []
    if place:
        before = place.crossing.width / 2 + 1.3
        group = place.crossing.signal_group
        stops = [
            StopLine(0, place.s - before + half, group, place.crossing.id),
            StopLine(1, half - place.s - before, group, place.crossing.id),
        ]
    routes = (Route((0,), along, (-half, half), 0), Route((1,), against, (half, -half), 1))
    return lanes, tuple(stops), routes


def paint_street(painter: Painter, spec: RoadSpec, sides: dict[int, Section], half: float, place: Place | None) -> None:
    """Paint centre line, edges, bays and the crossing."""
    reach = half + 8.0
    spans = [(-reach, reach)]
    if place:
        gap = place.crossing.width / 2 + 2.0
        spans = [(-reach, place.s - gap), (place.s + gap, reach)]
        painter_crossing(painter, spec, sides, place)
    for span in spans:
        painter.centre(spec.centre_line, span)
        for side, section in sides.items():
            if section.kerb > section.lanes:
                painter.bays(span, section, side)
            else:
                painter.edges(spec.edge_line, span, side * section.kerb)


def painter_crossing(painter: Painter, spec: RoadSpec, sides: dict[int, Section], place: Place) -> None:
    """Paint a crossing, its stop lines and zig-zags."""
    half = min(section.kerb for section in sides.values())
    if spec.crossing == "zebra":
        painter.zebra(place.s, place.crossing.width, half)
    else:
        painter.studs(place.s, place.crossing.width, half)
    before = place.crossing.width / 2 + 1.0
    hand = -1.0 if spec.traffic == "right" else 1.0
    for way in (1.0, -1.0):
        edge = place.s - way * before
        t = (way * hand * 0.1, way * hand * spec.lane_width)
        painter.bar((edge - 0.15, edge + 0.15), t)
        if spec.zigzag:
            span = (min(edge - way * 10.0, edge), max(edge - way * 10.0, edge))
            for side in (1, -1):
                painter.zigzag(span, side * (spec.lane_width - 0.3))


def street_approaches(
    lanes: tuple[Lane, ...], stops: tuple[StopLine, ...], sides: dict[int, Section], spec: RoadSpec, place: Place | None
) -> tuple[Approach, ...]:
    """Where the lights of a signalised crossing face traffic."""
    if place is None or place.crossing.signal_group is None:
        return ()
    built = []
    for stop in stops:
        heading = 0.0 if stop.lane == 0 else BACKWARD
        x = lanes[stop.lane].centre[0, 0] + (stop.s if stop.lane == 0 else -stop.s)
        y = float(lanes[stop.lane].centre[0, 1])
        left, right = (sides[1].kerb, sides[-1].kerb) if stop.lane == 0 else (sides[-1].kerb, sides[1].kerb)
        shift = y if stop.lane == 0 else -y
        far = spec.crossing_width + 2.6
        built.append(Approach(Frame(float(x), y, heading), stop.lane, 0, (left - shift, -right - shift), far))
    return tuple(built)


def square(spec: RoadSpec, looks: dict[str, SurfaceLook]) -> Layout:
    """A pedestrian zone, square or park along +x, without lanes and kerbs."""
    half, wide = spec.length / 2, spec.pavement
    section = Section(0.0, 0.0, wide, wide + spec.verge, 0.0)
    strips = [Strip(AXIS, -half, half, side, section) for side in (1, -1)]
    ground = rectangle(AXIS, (-half - 8.0, half + 8.0), (-wide, wide))
    surfaces = [Surface(ground, 0.0, Kind.PAVEMENT, looks["pavement"])]
    surfaces += [
        Surface(rectangle(AXIS, (low, high), (-BEYOND, BEYOND)), 0.0, Kind.TERRAIN, looks["verge"])
        for low, high in ((-half - 8.0 - BEYOND, -half - 8.0), (half + 8.0, half + 8.0 + BEYOND))
    ]
    surfaces += [terrain(AXIS, (-half - 8.0, half + 8.0), strip, looks["verge"]) for strip in strips]
    line: Floats = np.stack([AXIS.at(-half, 0.0), AXIS.at(half, 0.0)])
    walk = Walk(line, 2 * wide - 1.0, 0.0)
    network = RoadNetwork((), (), (line,), walk.width, (), tuple(surfaces), ())
    closing = closing_rows(half + 6.0, {1: section, -1: section})
    return Layout(network, (*strips, *closing), (), (walk,), (), (), (), AXIS, section)
