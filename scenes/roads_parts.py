"""Pieces that ground plans are made of: sections, strips, places, pavements."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from scenes.compiled import compiled
from scenes.kinds import Kind
from scenes.lanes import arc_lengths
from scenes.polygons import signed_area
from scenes.roads_frame import Frame, rectangle
from scenes.surroundings import SurfaceLook
from scenes.types import Crossing, Floats, RoadNetwork, Surface

KERB_STONE = 0.15  # m, width of the stones along a kerb
PARKING = 2.1  # m, width of a parking strip (UK Manual for Streets 2007, 8.3.48: 2.0 m and more)
BAY_ANGLES = {"angled": math.radians(60.0), "perpendicular": math.pi / 2}  # between a bay and the street
PITCHES = {"angled": 2.6 / math.sin(math.radians(60.0)), "perpendicular": 2.6}  # m along the street
BUS_BAY = 2.95  # m, depth of a bay that a bus stands in beside the lane
RAMP = 1.0  # m, length of the ramp of a dropped kerb
RAMP_STEPS = 8  # flat pieces that a ramp is built of; each step is under 2 cm
ROOMY = 0.95  # m between two who cross, so that those who meet do not stop each other
NIMBLE = 3.3  # m, longest wheel base that gets round an 8 m corner beside other vehicles
BEYOND = 90.0  # m, ground beyond the last building
INFLOW = 80.0  # m of road beyond the last building, where vehicles come from and go to


@dataclass(frozen=True)
class Section:
    """Cross-section of one side of a road, distances from its axis, m."""

    lanes: float  # outer edge of the lanes
    kerb: float  # kerb face
    back: float  # back of the pavement
    front: float  # building line
    kerb_height: float

    @property
    def furniture(self) -> float:
        """Middle of the strip at the kerb where street furniture stands."""
        return self.kerb + KERB_STONE + 0.3

    @property
    def walk(self) -> tuple[float, float]:
        """Edges of the strip that people walk on."""
        width = self.back - self.kerb
        return self.kerb + min(0.85, 0.3 * width), self.back - (0.55 if width > 2.4 else 0.35)


@dataclass(frozen=True)
class Strip:
    """A strip beside a road, seen from the road."""

    frame: Frame  # s runs along the strip
    start: float  # s, m
    end: float
    side: int  # +1 left, -1 right of the frame's axis
    section: Section
    closed: bool = False  # a row of buildings across the end of a street

    def facing(self, s: float) -> float:
        """Heading from the strip towards the road, rad."""
        return self.frame.heading_at(s) - self.side * math.pi / 2

    def stretch(self, s: float, distance: float) -> float:
        """Length at a distance from the axis per length along it."""
        return self.frame.stretch(s, self.side * distance)

    def at(self, s: float, distance: float) -> Floats:
        """(2,) world point at a distance from the axis, m."""
        return self.frame.at(s, self.side * distance)


@dataclass(frozen=True, eq=False)
class Walk:
    """A band that people walk along."""

    line: Floats  # (N, 2) world, m, middle of the band
    width: float  # m
    z: float  # m


@dataclass(frozen=True, eq=False)
class Place:
    """A crossing with what surrounds it."""

    crossing: Crossing
    frame: Frame  # s along the road
    s: float  # of the middle of the band
    section: Section
    legs: tuple[int, ...] = (-1, 1)  # ways along the road that people come from and go to
    slot: float = 0.75  # m between two who cross


@dataclass(frozen=True, eq=False)
class Route:
    """A path over connected lanes."""

    lanes: tuple[int, ...]
    line: Floats  # (N, 2) world, m
    frame_s: tuple[float, float]  # s of its ends along the street axis, for cameras
    arm: int  # of the junction that it comes from; of a street 0 along, 1 against the axis
    turns: bool = False
    pace: float = math.inf  # m/s that its bends allow


@dataclass(frozen=True, eq=False)
class Approach:
    """Where a traffic light faces coming traffic."""

    frame: Frame  # origin at the stop line in the middle of the approaching lane, s along the driving direction
    lane: int
    group: int
    near: tuple[float, float]  # t of the kerbs to the left and to the right of the lane at the stop line
    far: float  # s of the far side of the junction or crossing


@dataclass(frozen=True)
class Green:
    """A round bed that is planted, around the origin, and the islands before it."""

    radius: float  # m
    z: float  # m
    posts: tuple[tuple[float, float, float], ...]  # x, y in m and heading in rad of bollards that face who comes


@dataclass(frozen=True)
class BusStop(Strip):
    """Where buses stop, from the start to the end of the painted box."""

    way: int = 1  # of the buses: +1 along, -1 against the axis
    front: float = 0.0  # s of the front of a bus
    lane: int = 0  # at the kerb
    bay: bool = False  # buses stand beside the lane


@dataclass(frozen=True, eq=False)
class Layout:
    """A ground plan, with the places where things may stand, drive and walk."""

    network: RoadNetwork
    strips: tuple[Strip, ...]  # frontage, pavement and kerb of every straight piece
    parking: tuple[Strip, ...]
    walks: tuple[Walk, ...]
    places: tuple[Place, ...]
    routes: tuple[Route, ...]
    approaches: tuple[Approach, ...]
    frame: Frame  # axis that cameras are placed along
    section: Section
    bays: str = "parallel"  # how vehicles park: parallel, angled, perpendicular
    nimble: float = math.inf  # m, longest wheel base of a vehicle that turns
    green: Green | None = None
    stops: tuple[BusStop, ...] = ()
    across: tuple[Approach, ...] = ()  # approaches of turn lanes, beside `approaches` in the same order


def anticlockwise(outline: Floats) -> Floats:
    """The outline with positive area."""
    return outline if signed_area(outline) > 0.0 else np.ascontiguousarray(outline[::-1])


def pavement_pieces(
    strip: Strip, cuts: list[tuple[float, float]], looks: dict[str, SurfaceLook], ends: tuple[float, float]
) -> list[Surface]:
    """Pavement, kerb stones and dropped kerbs of one strip.

    Args:
        strip: where.
        cuts: (s, width) of the crossings, where the kerb is dropped.
        looks: of `pavement` and `kerb`.
        ends: s range of the pavement.

    Returns:
        Surfaces that touch but do not overlap.
    """
    section, z = strip.section, strip.section.kerb_height
    pieces: list[Surface] = []

    def add(s: tuple[float, float], near: float, far: float, height: float, look: str) -> None:
        for piece in strip.frame.pieces(*s):
            outline = rectangle(strip.frame, piece, (strip.side * near, strip.side * far))
            heading = strip.frame.heading_at(sum(piece) / 2)
            pieces.append(Surface(outline, height, Kind.PAVEMENT, looks[look], 0.0, heading))

    place = ends[0]
    for s, width in sorted(cuts):
        low, high = s - width / 2 - 0.2, s + width / 2 + 0.2
        add((place, low), section.kerb + KERB_STONE, section.back, z, "pavement")
        add((place, low), section.kerb, section.kerb + KERB_STONE, z, "kerb")
        add((low, high), section.kerb + RAMP, section.back, z, "pavement")
        for step in range(RAMP_STEPS):
            near = section.kerb + RAMP * step / RAMP_STEPS
            add((low, high), near, near + RAMP / RAMP_STEPS, z * (step + 0.5) / RAMP_STEPS, "ramp")
        place = high
    add((place, ends[1]), section.kerb + KERB_STONE, section.back, z, "pavement")
    add((place, ends[1]), section.kerb, section.kerb + KERB_STONE, z, "kerb")
    return pieces


def strip_walk(strip: Strip, ends: tuple[float, float]) -> Walk:
    """Where people walk on a strip."""
    near, far = strip.section.walk
    return Walk(strip.frame.line(*ends, strip.side * (near + far) / 2), far - near, strip.section.kerb_height)


def corner_pieces(
    section: Section, radius: float, reach: float, quadrant: int, looks: dict[str, SurfaceLook]
) -> list[Surface]:
    """Rounded pavement corner of a four-way junction.

    Args:
        section: of all arms.
        radius: of the kerb, m.
        reach: distance from the junction's middle where the arms' straight pavements begin, m.
        quadrant: 0..3, anticlockwise from the +x +y one.
        looks: of `pavement` and `kerb`.

    Returns:
        The corner's surfaces.
    """
    frame = Frame(0.0, 0.0, quadrant * math.pi / 2)
    c, middle, z = section.kerb, section.kerb + radius, section.kerb_height
    angles = np.linspace(-math.pi / 2, -math.pi, 9)

    def arc(r: float) -> list[tuple[float, float]]:
        return [(middle + r * math.cos(a), middle + r * math.sin(a)) for a in angles]

    outer, inner = arc(radius), arc(radius - KERB_STONE)
    body = [(reach, c + KERB_STONE), *inner, (c + KERB_STONE, reach)]
    body += [(section.back, reach), (section.back, section.back), (reach, section.back)]
    pieces = [Surface(anticlockwise(frame.points(body)), z, Kind.PAVEMENT, looks["pavement"], 0.0, frame.heading)]
    rim = [(reach, c), *outer, (c, reach)]
    edge = [(reach, c + KERB_STONE), *inner, (c + KERB_STONE, reach)]
    for k in range(len(rim) - 1):
        quad = frame.points([rim[k], rim[k + 1], edge[k + 1], edge[k]])
        pieces.append(Surface(anticlockwise(quad), z, Kind.PAVEMENT, looks["kerb"], 0.0, frame.heading))
    return pieces


def arm_crossings(
    frames: Sequence[Frame], s: float | None, section: Section, width: float, groups: Sequence[int | None],
    watch: float = 0.0, slot: float = 0.75,
) -> tuple[Place, ...]:  # fmt: skip
    """A crossing on every arm of a junction.

    Args:
        frames: of the arms, outward.
        s: of the middle of the bands, m; None = there are none.
        section: of all arms.
        width: of the bands, m.
        groups: signal group of each arm's crossing.
        watch: see `Crossing`.
        slot: see `Place`.

    Returns:
        The crossings, with ids 0, 1, 2 ..
    """
    if s is None:
        return ()
    built = []
    for arm, (frame, group) in enumerate(zip(frames, groups, strict=True)):
        crossing = Crossing(arm, frame.at(s, -section.kerb), frame.at(s, section.kerb), width, group, watch)
        built.append(Place(crossing, frame, s, section, (1,), slot))
    return tuple(built)


def arm_lanes(frames: Sequence[Frame], mouth: float, far: float, offset: float) -> tuple[list[Floats], list[Floats]]:
    """Centre lines of the coming and of the leaving lane of every arm of a junction.

    Args:
        frames: of the arms, outward.
        mouth: s where the lanes meet the junction, m.
        far: s where they come from and go to, m.
        offset: t of the coming lanes, m.

    Returns:
        Two lists of (N, 2) m, in driving direction.
    """
    s = np.linspace(mouth, far, max(3, int(far / 10)))
    coming = [frame.points([(float(v), offset) for v in s[::-1]]) for frame in frames]
    leaving = [frame.points([(float(v), -offset) for v in s]) for frame in frames]
    return coming, leaving


def rows_across(frames: Sequence[Frame], section: Section, half: float) -> list[Strip]:
    """Rows of houses across the ends of a junction's arms, `half` m from its middle, on both sides of the road."""
    behind, rows = Section(0.0, 0.0, 0.0, half + 10.0, 0.0), []
    for frame in frames:
        across = Frame(0.0, 0.0, frame.heading + math.pi / 2)
        rows.append(Strip(across, section.kerb + 1.5, section.front + 14.0, -1, behind, closed=True))
        rows.append(Strip(across, -section.front - 14.0, -section.kerb - 1.5, -1, behind, closed=True))
    return rows


def ground_height(network: RoadNetwork, points: Floats) -> Floats:
    """Height of the highest surface under each point.

    Args:
        network: with its surfaces.
        points: (N, 2) world, m.

    Returns:
        (N,) m; 0 where there is no surface.
    """
    height = np.zeros(len(points))
    if network.surfaces:
        highest(points, *network.polygons, height)
    return height


def ground_along(network: RoadNetwork, line: Floats, z: Floats) -> tuple[Floats, Floats, Floats]:
    """Compare a path with the ground about every half metre, ends included.

    Args:
        network: with its surfaces.
        line: (N, 2) world, m.
        z: (N,) heights of the path, m.

    Returns:
        (M, 2) places; (M,) heights of the ground there and of the path, m.
    """
    along = arc_lengths(line)
    places = np.linspace(0.0, along[-1], max(12, int(2.0 * along[-1])))
    spots = np.stack([np.interp(places, along, line[:, k]) for k in (0, 1)], -1)
    return spots, ground_height(network, spots), np.interp(places, along, z)


@compiled()
def highest(points, corners, ends, z, height):  # type: ignore[no-untyped-def]
    """Height of the highest polygon under each point, by crossing number; `height` keeps its value where there is none.

    Args:
        points: (N, 2) m.
        corners: (Q, 2) m, of all polygons.
        ends: (S,) where the corners of each polygon end.
        z: (S,) m.
        height: (N,) m, to be written.
    """
    found = np.zeros(len(points), np.bool_)
    for k in range(len(ends)):
        first = ends[k - 1] if k else 0
        low, high = np.inf, -np.inf
        for i in range(first, ends[k]):
            low, high = min(low, corners[i, 1]), max(high, corners[i, 1])
        for n in range(len(points)):
            x, y = points[n]
            if not low <= y <= high or (found[n] and z[k] <= height[n]):
                continue
            odd, j = False, ends[k] - 1
            for i in range(first, ends[k]):
                if (corners[j, 1] > y) != (corners[i, 1] > y):
                    rise = corners[i, 1] - corners[j, 1]
                    odd ^= x < corners[j, 0] + (y - corners[j, 1]) * (corners[i, 0] - corners[j, 0]) / rise
                j = i
            if odd:
                height[n], found[n] = z[k], True
