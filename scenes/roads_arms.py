"""Arms that meet, at right angles or at a missing arm: their ground, pavements, lanes and who gives way."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from scenes.compiled import compiled
from scenes.kinds import Kind
from scenes.lanes import arc_lengths, offset_line
from scenes.roads_frame import Frame, rectangle
from scenes.roads_parts import (
    BEYOND,
    INFLOW,
    KERB_STONE,
    Place,
    Route,
    Section,
    Strip,
    Walk,
    anticlockwise,
    pavement_pieces,
)
from scenes.schema import RoadSpec
from scenes.surroundings import SurfaceLook
from scenes.types import Floats, Lane, StopLine, Surface

SLOTS = 4  # directions that arms may have, 90 degrees apart
CLEAR = 1.2  # m between stop line and crossing
SAGITTA = 0.01  # m that a chord may be off its arc
LATE = 3.1  # m that the arc of a turn to the near side begins late and ends early
LATE_ACROSS = 5.5  # m, of a turn across the oncoming lane
APART = 2.6  # m between the middles of two lanes that do not conflict


def arc_points(x: float, y: float, radius: float, start: float, end: float) -> Floats:
    """(N, 2) points of an arc around (x, y) from angle `start` to `end` (rad), at most SAGITTA off it."""
    step = 2.0 * math.acos(1.0 - min(SAGITTA / radius, 1.0))
    angles = np.linspace(start, end, max(2, math.ceil(abs(end - start) / step) + 1))
    return np.stack([x + radius * np.cos(angles), y + radius * np.sin(angles)], -1)


@dataclass(frozen=True, eq=False)
class Quarter:
    """What lies between the directions of two neighbouring slots, seen in the frame of the first, m.

    The lines lead from the first slot inward and out along the second.
    """

    frame: Frame
    kerb: Floats  # (N, 2)
    back: Floats  # (M, 2) back of the pavement
    walk: Floats  # (L, 2) middle of the band that people walk on


@dataclass(frozen=True)
class Arms:
    """Arms of one section around the origin."""

    section: Section
    slots: tuple[int, ...]  # directions that have an arm, in the order of the arms
    half: float  # m from the middle to the end of the buildings
    reach: float  # m from the middle where the arms' straight pavements begin
    crossing: float | None  # m from the middle to the middle of the crossings
    crossing_width: float
    stop: float  # m from the middle to the stop lines
    hand: float  # side of the coming lane, seen outward: +1 in right-hand traffic

    @property
    def far(self) -> float:
        """Distance (m) at which lanes begin and end."""
        return self.half + INFLOW

    @property
    def frames(self) -> list[Frame]:
        """Frames of the arms, outward."""
        return [Frame(0.0, 0.0, slot * math.pi / 2) for slot in self.slots]


def arms_of(spec: RoadSpec, slots: tuple[int, ...], inner: float) -> Arms:
    """Arms with pavements that begin `inner` metres from the middle.

    Args:
        spec: with plain values.
        slots: directions that have an arm.
        inner: m.

    Returns:
        The arms.
    """
    back = spec.lane_width + spec.pavement
    section = Section(spec.lane_width, spec.lane_width, back, back + spec.verge, max(spec.kerb, 0.02))
    reach = max(inner, back) + 0.5
    crossing = None if spec.crossing == "none" else reach + 0.4 + spec.crossing_width / 2
    stop = reach + 1.0 if crossing is None else crossing + spec.crossing_width / 2 + CLEAR
    hand = 1.0 if spec.traffic == "right" else -1.0
    return Arms(section, slots, spec.length / 2, reach, crossing, spec.crossing_width, stop, hand)


def corner_quarters(arms: Arms, radius: float) -> list[Quarter]:
    """Quarters with rounded corners between arms, straight ones beside a missing arm.

    Args:
        arms: at right angles.
        radius: of the kerbs at the corners, m.

    Returns:
        One for each slot.
    """
    section, built = arms.section, []
    middle = sum(section.walk) / 2
    for slot in range(SLOTS):
        here, there = slot in arms.slots, (slot + 1) % SLOTS in arms.slots
        frame = Frame(0.0, 0.0, slot * math.pi / 2)
        if here and there:
            lines = [corner(arms, radius, distance) for distance in (section.kerb, section.back, middle)]
        elif here:
            lines = [np.array([[arms.reach, d], [0.0, d]]) for d in (section.kerb, section.back, middle)]
        else:
            lines = [np.array([[d, 0.0], [d, arms.reach]]) for d in (section.kerb, section.back, middle)]
        built.append(Quarter(frame, *lines))
    return built


def corner(arms: Arms, radius: float, distance: float) -> Floats:
    """(N, 2) line around a corner at a distance (m) from both axes, beside a kerb that is rounded with a radius (m)."""
    c = arms.section.kerb + radius
    bend = np.array([[distance, distance]])
    if c - distance > 0.3:
        bend = arc_points(c, c, c - distance, -math.pi / 2, -math.pi)
    return np.concatenate([[[arms.reach, distance]], bend, [[distance, arms.reach]]])


def corner_start(section: Section, radius: float) -> float:
    """Distance (m) from the middle from where on houses keep off a rounded corner's pavement."""
    inner = section.kerb + radius - section.back
    beside = max(section.kerb + radius - section.front, 0.0)
    return max(section.front, section.kerb + radius - math.sqrt(max(inner**2 - beside**2, 0.0)) if inner > 0 else 0.0)


def arms_ground(
    arms: Arms, quarters: Sequence[Quarter], looks: dict[str, SurfaceLook], cuts: list[tuple[float, float]]
) -> list[Surface]:
    """Carriageways, pavements, the plots behind them, and the ground beyond.

    Args:
        arms: of the layout.
        quarters: one for each slot.
        looks: by name.
        cuts: (s, width) of the crossings on every arm.

    Returns:
        The surfaces; what is raised lies on the road in the middle.
    """
    section, end, last = arms.section, arms.half + 8.0, arms.half + 8.0 + BEYOND
    box = rectangle(Frame(0.0, 0.0, 0.0), (-arms.reach, arms.reach), (-arms.reach, arms.reach))
    pieces = [Surface(box, 0.0, Kind.ROAD, looks["road"])]
    for slot, quarter in enumerate(quarters):
        frame, here, there = quarter.frame, slot in arms.slots, (slot + 1) % SLOTS in arms.slots
        pieces += quarter_pavement(quarter, section, looks)
        edges = [[(end, section.back if here else 0.0)], [(section.back if there else 0.0, end), (end, end)]]
        plot = frame.points([*edges[0], *map(tuple, quarter.back.tolist()), *edges[1]])
        pieces.append(Surface(anticlockwise(plot), section.kerb_height, Kind.TERRAIN, looks["verge"], 0.0))
        if not here:
            behind = frame.points([(end, -end), (last, -last), (last, last), (end, end)])
            pieces.append(Surface(anticlockwise(behind), 0.0, Kind.TERRAIN, looks["verge"]))
            continue
        for low, high in ((arms.reach, end), (end, last)):
            road = rectangle(frame, (low, high), (-section.kerb, section.kerb))
            pieces.append(Surface(road, 0.0, Kind.ROAD, looks["road"], heading=frame.heading))
        for side in (1, -1):
            strip = Strip(frame, arms.reach, end, side, section)
            pieces += pavement_pieces(strip, cuts, looks, (arms.reach, end))
            kerb = side * section.kerb
            beyond = frame.points([(end, kerb), (last, kerb), (last, side * last), (end, side * end)])
            pieces.append(Surface(anticlockwise(beyond), 0.0, Kind.TERRAIN, looks["verge"]))
    return pieces


def quarter_pavement(quarter: Quarter, section: Section, looks: dict[str, SurfaceLook]) -> list[Surface]:
    """Pavement and kerb stones of a quarter."""
    frame, z = quarter.frame, section.kerb_height
    rim, edge = quarter.kerb, offset_line(quarter.kerb, -KERB_STONE)
    body = anticlockwise(frame.points([tuple(p) for p in np.concatenate([edge, quarter.back[::-1]]).tolist()]))
    return [Surface(body, z, Kind.PAVEMENT, looks["pavement"], 0.0, frame.heading), *stones(frame, rim, edge, z, looks)]


def stones(frame: Frame, rim: Floats, edge: Floats, z: float, looks: dict[str, SurfaceLook]) -> list[Surface]:
    """Kerb stones between two lines (N, 2) in a frame, m."""
    pieces = []
    for k in range(len(rim) - 1):
        quad = frame.points([tuple(p) for p in (rim[k], rim[k + 1], edge[k + 1], edge[k])])
        pieces.append(Surface(anticlockwise(quad), z, Kind.PAVEMENT, looks["kerb"], 0.0, frame.heading))
    return pieces


def arms_walks(arms: Arms, quarters: Sequence[Quarter]) -> tuple[Walk, ...]:
    """Walks around the corners, joined past missing arms."""
    near, far = arms.section.walk
    middle, end = (near + far) / 2, arms.half + 6.0
    walks: list[Walk] = []
    pending: list[Floats] = []
    order = [(arms.slots[0] + k) % SLOTS for k in range(SLOTS)]
    for slot in order:
        quarter, there = quarters[slot], (slot + 1) % SLOTS in arms.slots
        points = [tuple(p) for p in quarter.walk.tolist()]
        if slot in arms.slots:
            points = [(end, middle), *points]
        if there:
            points = [*points, (middle, end)]
        line = quarter.frame.points(points)
        pending.append(line[1:] if pending else line)
        if there:
            walks.append(Walk(tidy(np.concatenate(pending)), far - near, arms.section.kerb_height))
            pending = []
    return tuple(walks)


def tidy(line: Floats) -> Floats:
    """A polyline (N, 2) without points that lie on the straight line between their neighbours."""
    steps = np.diff(line, axis=0)
    turns = np.abs(steps[:-1, 0] * steps[1:, 1] - steps[:-1, 1] * steps[1:, 0])
    return np.concatenate([line[:1], line[1:-1][turns > 1e-9], line[-1:]])


@dataclass(frozen=True, eq=False)
class Link:
    """A connection from one arm to another."""

    start: int  # arm
    end: int
    line: Floats  # (N, 2) m
    turn: int  # +1 left, 0 straight, -1 right


def turned(before: Floats, after: Floats, late: float) -> Floats:
    """The turn from the end of one line to the start of another at a right angle, equally far from their corner.

    Args:
        before: (N, 2) m.
        after: (M, 2) m.
        late: m that the arc begins late and ends early.

    Returns:
        (K, 2) m, an arc between two straight pieces: whoever steers for a point ahead of him starts to turn early.
    """
    start, end = before[-1], after[0]
    u = (before[-1] - before[-2]) / np.hypot(*(before[-1] - before[-2]))
    across = float(u[0] * (end - start)[1] - u[1] * (end - start)[0])
    late = min(late, 0.45 * abs(across))
    radius, side = abs(across) - late, math.copysign(1.0, across)
    normal = side * np.array([-u[1], u[0]])
    centre = start + late * u + radius * normal
    angle = math.atan2(-normal[1], -normal[0])
    bend = arc_points(float(centre[0]), float(centre[1]), radius, angle, angle + side * math.pi / 2)
    return np.concatenate([start[None], bend, end[None]])


def links_of(arms: Arms, coming: Sequence[Floats], leaving: Sequence[Floats]) -> list[Link]:
    """Connections between all arms: straight on, left and right."""
    links = []
    for start, slot in enumerate(arms.slots):
        for end, other in enumerate(arms.slots):
            if start == end:
                continue
            turn = {1: -1, 2: 0, 3: 1}[(other - slot) % SLOTS]  # the next arm anticlockwise lies to the right
            if turn == 0:
                line = np.linspace(coming[start][-1], leaving[end][0], 4)
            else:
                line = turned(coming[start], leaving[end], LATE_ACROSS if turn == arms.hand else LATE)
            links.append(Link(start, end, line, turn))
    return links


def network_lanes(
    coming: Sequence[Floats], leaving: Sequence[Floats], links: Sequence[Link], width: float, limit: float
) -> tuple[Lane, ...]:
    """Lanes: coming ones first, then the leaving ones, then the links."""
    count = len(coming)
    lanes = []
    for arm, line in enumerate(coming):
        after = tuple(2 * count + n for n, link in enumerate(links) if link.start == arm)
        lanes.append(Lane(arm, line, width, limit, after))
    lanes += [Lane(count + arm, line, width, limit) for arm, line in enumerate(leaving)]
    lanes += [Lane(2 * count + n, link.line, width, limit, (count + link.end,)) for n, link in enumerate(links)]
    return tuple(lanes)


def routes_of(
    arms: Arms, coming: Sequence[Floats], leaving: Sequence[Floats], links: Sequence[Link]
) -> tuple[Route, ...]:
    """A route over every link."""
    count, built = len(coming), []
    for n, link in enumerate(links):
        whole = np.concatenate([coming[link.start], link.line[1:-1], leaving[link.end]])
        ids = (link.start, 2 * count + n, count + link.end)
        built.append(Route(ids, whole, (-arms.far, arms.far), link.start, link.turn != 0))
    return tuple(built)


def gives_way(links: Sequence[Link], ranks: Sequence[float]) -> list[tuple[int, ...]]:
    """Links that go before each link: those of a lower rank from other arms whose ways come near."""
    met = meetings(links)
    return [tuple(n for n in met[m] if ranks[n] < rank) for m, rank in enumerate(ranks)]


def meetings(links: Sequence[Link]) -> list[list[int]]:
    """For each link those from other arms whose ways come nearer than APART, looked at every quarter of a metre."""
    spots = [evenly(link.line, 0.25) for link in links]
    met: list[list[int]] = [[] for _ in links]
    for n, link in enumerate(links):
        for m in range(n):
            if links[m].start != link.start and come_near(spots[m], spots[n], APART):
                met[m].append(n)
                met[n].append(m)
    return [sorted(others) for others in met]


@compiled()
def come_near(first, second, distance):  # type: ignore[no-untyped-def]
    """Whether any of some points (N, 2) is nearer than a distance to any of others (M, 2), m."""
    for a in range(len(first)):
        for b in range(len(second)):
            dx, dy = first[a, 0] - second[b, 0], first[a, 1] - second[b, 1]
            if dx * dx + dy * dy < distance * distance:
                return True
    return False


def evenly(line: Floats, step: float) -> Floats:
    """Points of a polyline about every `step` metres, (N, 2)."""
    along = arc_lengths(line)
    places = np.linspace(0.0, along[-1], max(2, int(along[-1] / step) + 1))
    return np.stack([np.interp(places, along, line[:, k]) for k in (0, 1)], -1)


def exit_stops(arms: Arms, places: Sequence[Place]) -> list[StopLine]:
    """Where those who leave wait for people on the crossing of their arm."""
    if arms.crossing is None:
        return []
    count, before = len(arms.slots), arms.crossing - arms.crossing_width / 2 - 0.3 - arms.reach
    return [StopLine(count + arm, max(before, 0.0), None, place.crossing.id) for arm, place in enumerate(places)]
