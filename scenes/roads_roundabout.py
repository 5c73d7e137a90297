"""Ground plan of a roundabout: three or four arms at right angles and one circulating lane that has priority."""

from __future__ import annotations

import math

import numpy as np

from scenes.draws import Draws
from scenes.kinds import Kind
from scenes.roads_arms import arms_ground, arms_walks, exit_stops, stones
from scenes.roads_frame import Frame
from scenes.roads_markings import Painter, all_marks
from scenes.roads_parts import (
    KERB_STONE,
    NIMBLE,
    ROOMY,
    Green,
    Layout,
    Section,
    Strip,
    arm_crossings,
    arm_lanes,
    rows_across,
)
from scenes.roads_ring import SPLIT, TAIL, Ring, give_way_at, ring_lanes, ring_of, ring_quarters, splitters
from scenes.schema import RoadSpec
from scenes.surroundings import SurfaceLook
from scenes.types import Floats, Lane, RoadNetwork, StopLine, Surface

RIM = 96  # corners of the island in the middle
PLOT = 16.0  # m of a corner plot that belongs to the strip on the right of its arm
POST = 0.9  # m from the end of a splitter island to its bollard
HATCH = 12.0  # m of hatching before a splitter island


def roundabout(spec: RoadSpec, limit: float, looks: dict[str, SurfaceLook], draws: Draws) -> Layout:
    """Arms along +x, +y, -x, -y, one of those along y missing where there are three; who comes in gives way."""
    ring = ring_of(spec)
    arms = ring.arms
    quarters = ring_quarters(ring)
    watch = sum(arms.section.walk) / 2 - arms.section.kerb
    groups = [None] * len(arms.slots)
    places = arm_crossings(arms.frames, arms.crossing, arms.section, arms.crossing_width, groups, watch, ROOMY)
    coming, leaving = arm_lanes(arms.frames, arms.reach, arms.far, arms.hand * ring.offset)
    lanes, routes = ring_lanes(ring, coming, leaving, limit)
    walks = arms_walks(arms, quarters)
    cuts = [] if arms.crossing is None else [(arms.crossing, arms.crossing_width)]
    network = RoadNetwork(
        lanes=lanes,
        crossings=tuple(place.crossing for place in places),
        sidewalks=tuple(walk.line for walk in walks),
        sidewalk_width=min(walk.width for walk in walks),
        stop_lines=(*ring_stops(ring, lanes), *exit_stops(arms, places)),
        surfaces=(*arms_ground(arms, quarters, looks, cuts), *islands(ring, looks)),
        markings=all_marks(paint_arm(ring, arm, spec, draws) for arm in range(len(arms.slots))),
    )
    return Layout(
        network, ring_strips(ring), (), walks, places, routes, (), Frame(0.0, 0.0, 0.0), arms.section, nimble=NIMBLE,
        green=Green(ring.island - KERB_STONE, arms.section.kerb_height, posts(ring)),
    )  # fmt: skip


def ring_stops(ring: Ring, lanes: tuple[Lane, ...]) -> list[StopLine]:
    """Lines before the crossings, and before the ring, where those who circulate go first."""
    arms, count, stops = ring.arms, len(ring.arms.slots), []
    for arm in range(count):
        if arms.crossing is not None:
            stops.append(StopLine(arm, arms.far - arms.stop, None, arm))
        into = 2 * count + arm
        stops.append(StopLine(into, give_way_at(ring, lanes[into].centre), yields=(4 * count + arm,)))
    return stops


def islands(ring: Ring, looks: dict[str, SurfaceLook]) -> list[Surface]:
    """The planted middle within its kerb, and the splitter islands."""
    z, origin = ring.arms.section.kerb_height, Frame(0.0, 0.0, 0.0)
    edge, bed = circle(ring.island), circle(ring.island - KERB_STONE)
    pieces = [Surface(bed[:-1], z, Kind.TERRAIN, looks["verge"], 0.0), *stones(origin, edge, bed, z, looks)]
    for frame in ring.arms.frames:
        for outline in splitters(ring):
            outline = frame.points([tuple(p) for p in outline.tolist()])
            pieces.append(Surface(outline, z, Kind.PAVEMENT, looks["kerb"], 0.0, frame.heading))
    return pieces


def posts(ring: Ring) -> tuple[tuple[float, float, float], ...]:
    """Where bollards stand on the splitter islands, at the end that traffic comes to."""
    found = []
    for frame in ring.arms.frames:
        for outline in splitters(ring):
            x, y = frame.at(float(outline[:, 0].max()) - POST, 0.0)
            found.append((float(x), float(y), frame.heading))
    return tuple(found)


def circle(radius: float) -> Floats:
    """(RIM + 1, 2) points around the origin, the last one the first, m."""
    angles = np.linspace(0.0, 2 * math.pi, RIM + 1)
    return radius * np.stack([np.cos(angles), np.sin(angles)], -1)


def ring_strips(ring: Ring) -> tuple[Strip, ...]:
    """Frontages of all arms, a row past a missing arm, and rows of houses across the ends."""
    arms, section, strips = ring.arms, ring.arms.section, []
    back = ring.outer + section.front - section.kerb
    start = max(arms.reach, math.sqrt(max(back**2 - section.front**2, 0.0)))
    for frame in arms.frames:
        for side in (1, -1):
            first = start + (PLOT if side > 0 else 0.0)
            if arms.half - first > 6.0:
                strips.append(Strip(frame, first, arms.half, side, section))
    strips.sort(key=lambda strip: abs(math.sin(strip.frame.heading)) > 0.1)  # cameras on foot stand along +x
    for slot in {0, 1, 2, 3} - set(arms.slots):
        across = Frame(0.0, 0.0, (slot - 1) * math.pi / 2)
        behind = Section(0.0, 0.0, 0.0, back + 0.5, section.kerb_height)
        strips.append(Strip(across, -start, start, 1, behind, closed=True))
    return (*strips, *rows_across(arms.frames, section, arms.half))


def paint_arm(ring: Ring, arm: int, spec: RoadSpec, draws: Draws) -> Painter:
    """Paint one arm: give-way line along the ring, crossing, hatching before the splitter island, middle, edges."""
    arms, end = ring.arms, ring.arms.half + 8.0
    painter = Painter(arms.frames[arm], spec.wear, draws.rng("roads", "markings", arm))
    give_way(painter, ring)
    tail = arms.reach + TAIL
    if arms.crossing is not None:
        for side in (1.0, -1.0):
            painter.zebra(arms.crossing, spec.crossing_width, ring.lane_width / 2 + 0.3, side * ring.offset)
        lane = (SPLIT / 2, SPLIT / 2 + ring.lane_width)
        painter.bar((arms.stop, arms.stop + 0.3), (arms.hand * lane[0], arms.hand * lane[1]))
        tail = arms.crossing + spec.crossing_width / 2 + TAIL + 0.15
    else:
        middle = arms.hand * ring.offset
        painter.polygon([(tail, middle - 0.5), (tail, middle + 0.5), (tail + 2.2, middle)])
    hatch(painter, (tail + 0.3, min(tail + HATCH, end)))
    painter.centre(spec.centre_line, (tail + HATCH + 1.0, end))
    for side in (1, -1):
        painter.edges(spec.edge_line, (arms.reach, end), side * arms.section.kerb)
    return painter


def give_way(painter: Painter, ring: Ring) -> None:
    """Paint a broken line along the ring, from the splitter island to the kerb."""
    section, radius = ring.arms.section, ring.outer + 0.05
    place, last = math.asin((SPLIT / 2 + 0.3) / radius), math.asin(section.kerb / radius)
    while place + 0.5 / radius < last:
        arc = [place + k * 0.25 / radius for k in range(3)]
        outline = [(radius * math.cos(a), radius * math.sin(a)) for a in arc]
        outline += [((radius + 0.3) * math.cos(a), (radius + 0.3) * math.sin(a)) for a in arc[::-1]]
        painter.polygon([(s, ring.arms.hand * t) for s, t in outline])
        place += 0.8 / radius


def hatch(painter: Painter, s: tuple[float, float]) -> None:
    """Paint a wedge that opens towards a splitter island."""
    narrow = 0.1

    def half(place: float) -> float:
        return narrow + (SPLIT / 2 - narrow) * (s[1] - place) / (s[1] - s[0])

    for side in (1.0, -1.0):
        edge = [(place, side * half(place)) for place in s]
        painter.polygon([*edge, *((place, t - side * 0.1) for place, t in edge[::-1])])
    place = s[0] + 0.6
    while place + 0.4 < s[1] - 2.0:
        wide = half(place + 0.4) - 0.1
        lean = min(0.8 * wide, 0.6)
        low, high = place - lean, place + lean
        painter.polygon([(low, -wide), (low + 0.35, -wide), (high + 0.35, wide), (high, wide)])
        place += 1.8
