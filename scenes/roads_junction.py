"""Ground plan of a four-way junction."""

from __future__ import annotations

import math

import numpy as np

from scenes.draws import Draws
from scenes.kinds import Kind
from scenes.roads_frame import Frame, rectangle
from scenes.roads_markings import Painter, all_marks
from scenes.roads_parts import (
    BEYOND,
    INFLOW,
    Approach,
    Layout,
    Route,
    Section,
    Strip,
    Walk,
    anticlockwise,
    arm_crossings,
    arm_lanes,
    corner_pieces,
    pavement_pieces,
    rows_across,
)
from scenes.schema import RoadSpec
from scenes.surroundings import SurfaceLook
from scenes.types import Floats, Lane, RoadNetwork, StopLine, Surface

RADIUS = 4.0  # m, of the kerbs at the corners
ARMS = 4
CLEAR = 1.2  # m between stop line and crossing


class Plan:
    """Distances that all arms of one junction share."""

    def __init__(self, spec: RoadSpec) -> None:
        kerb = spec.lane_width
        back = kerb + spec.pavement
        self.section = Section(spec.lane_width, kerb, back, back + spec.verge, max(spec.kerb, 0.02))
        self.half = spec.length / 2
        self.far = self.half + INFLOW
        self.reach = max(kerb + RADIUS, back) + 0.5  # where straight pavements begin
        self.crossing = None if spec.crossing == "none" else self.reach + 0.4 + spec.crossing_width / 2
        self.stop = self.reach + 1.0 if self.crossing is None else self.crossing + spec.crossing_width / 2 + CLEAR
        self.hand = 1.0 if spec.traffic == "right" else -1.0  # side of the coming lane, seen outward
        self.offset = spec.lane_width / 2
        self.frames = [Frame(0.0, 0.0, arm * math.pi / 2) for arm in range(ARMS)]


def junction(spec: RoadSpec, limit: float, looks: dict[str, SurfaceLook], draws: Draws) -> Layout:
    """Four arms along +x, +y, -x, -y with one lane each way; opposite arms share a signal group."""
    plan = Plan(spec)
    section = plan.section
    strips = [Strip(frame, section.front, plan.half, side, section) for frame in plan.frames for side in (1, -1)]
    groups = [arm % 2 if spec.crossing == "signals" else None for arm in range(ARMS)]
    places = arm_crossings(plan.frames, plan.crossing, section, spec.crossing_width, groups)
    lanes, routes = junction_lanes(plan, spec, limit)
    stops = tuple(
        StopLine(arm, plan.far - plan.stop, arm % 2, places[arm].crossing.id if places else None) for arm in range(ARMS)
    )
    walks = junction_walks(plan)
    network = RoadNetwork(
        lanes=lanes,
        crossings=tuple(place.crossing for place in places),
        sidewalks=tuple(walk.line for walk in walks),
        sidewalk_width=min(walk.width for walk in walks),
        stop_lines=stops,
        surfaces=tuple(junction_ground(plan, spec, looks)),
        markings=all_marks(paint_arm(plan, spec, frame, draws) for frame in plan.frames),
    )
    approaches = tuple(arm_approach(plan, arm) for arm in range(ARMS))
    frontages = (*corner_strips(strips), *rows_across(plan.frames, section, plan.half))
    return Layout(network, frontages, (), walks, places, routes, approaches, plan.frames[0], section)


def corner_strips(strips: list[Strip]) -> list[Strip]:
    """Leave the corner plot to the strip on the right of its arm, so that houses of two arms do not collide."""
    freed = []
    for strip in strips:
        start = strip.start + (16.0 if strip.side > 0 else 0.0)
        if strip.end - start > 6.0:
            freed.append(Strip(strip.frame, start, strip.end, strip.side, strip.section))
    return freed


def junction_ground(plan: Plan, spec: RoadSpec, looks: dict[str, SurfaceLook]) -> list[Surface]:
    """Carriageways, pavements with corners, and the plots behind them."""
    section, end = plan.section, plan.half + 8.0
    origin = plan.frames[0]
    box = rectangle(origin, (-plan.reach, plan.reach), (-plan.reach, plan.reach))
    pieces = [Surface(box, 0.0, Kind.ROAD, looks["road"])]
    cuts = [] if plan.crossing is None else [(plan.crossing, spec.crossing_width)]
    for quadrant, frame in enumerate(plan.frames):
        arm = rectangle(frame, (plan.reach, end), (-section.kerb, section.kerb))
        pieces.append(Surface(arm, 0.0, Kind.ROAD, looks["road"], heading=frame.heading))
        for side in (1, -1):
            strip = Strip(frame, plan.reach, end, side, section)
            pieces += pavement_pieces(strip, cuts, looks, (plan.reach, end))
        pieces += corner_pieces(section, RADIUS, plan.reach, quadrant, looks)
        plot = rectangle(frame, (section.back, end), (section.back, end))
        pieces.append(Surface(plot, section.kerb_height, Kind.TERRAIN, looks["verge"], 0.0))
        kerb, last = section.kerb, end + BEYOND
        pieces.append(Surface(rectangle(frame, (end, last), (-kerb, kerb)), 0.0, Kind.ROAD, looks["road"]))
        for side in (1, -1):
            beyond = frame.points([(end, side * kerb), (last, side * kerb), (last, side * last), (end, side * end)])
            pieces.append(Surface(anticlockwise(beyond), 0.0, Kind.TERRAIN, looks["verge"]))
    return pieces


def junction_walks(plan: Plan) -> tuple[Walk, ...]:
    """An L-shaped walk around every corner."""
    near, far = plan.section.walk
    middle, end = (near + far) / 2, plan.half + 6.0
    lines = [frame.points([(end, middle), (middle, middle), (middle, end)]) for frame in plan.frames]
    return tuple(Walk(line, far - near, plan.section.kerb_height) for line in lines)


def junction_lanes(plan: Plan, spec: RoadSpec, limit: float) -> tuple[tuple[Lane, ...], tuple[Route, ...]]:
    """Coming lanes 0-3, leaving lanes 4-7, and connections straight on, left and right."""
    coming, leaving = arm_lanes(plan.frames, plan.reach, plan.far, plan.hand * plan.offset)
    connections: list[tuple[int, int, Floats]] = []
    for arm in range(ARMS):
        for turn in (1, 2, 3):
            target = (arm + turn) % ARMS
            connections.append((arm, target, connect(coming[arm], leaving[target], straight=turn == 2)))
    lanes = []
    width = spec.lane_width
    for arm in range(ARMS):
        after = tuple(8 + index for index, entry in enumerate(connections) if entry[0] == arm)
        lanes.append(Lane(arm, coming[arm], width, limit, after))
    lanes += [Lane(4 + arm, leaving[arm], width, limit) for arm in range(ARMS)]
    lanes += [Lane(8 + index, line, width, limit, (4 + to,)) for index, (_, to, line) in enumerate(connections)]
    routes = []
    near = 1 if plan.hand > 0 else 3  # the turn that crosses nobody: anticlockwise neighbour in right-hand traffic
    for index, (arm, to, line) in enumerate(connections):
        turn = (to - arm) % ARMS
        if turn in (2, near):
            whole = np.concatenate([coming[arm], line[1:-1], leaving[to]])
            routes.append(Route((arm, 8 + index, 4 + to), whole, (-plan.far, plan.far), arm, turn != 2))
    return tuple(lanes), tuple(routes)


def connect(before: Floats, after: Floats, straight: bool) -> Floats:
    """A line or quadratic Bezier curve from the end of one lane to the start of another.

    Args:
        before: (N, 2) m.
        after: (M, 2) m.
        straight: they lie on one line.

    Returns:
        (K, 2) m, both ends included.
    """
    start, end = before[-1], after[0]
    if straight:
        return np.linspace(start, end, 4)
    u, v = before[-1] - before[-2], after[1] - after[0]
    matrix = np.stack([u, -v], axis=1)
    corner = start + u * float(np.linalg.solve(matrix, end - start)[0])
    w = np.linspace(0.0, 1.0, 13)[:, None]
    return np.asarray((1 - w) ** 2 * start + 2 * w * (1 - w) * corner + w * w * end)


def paint_arm(plan: Plan, spec: RoadSpec, frame: Frame, draws: Draws) -> Painter:
    """Paint one arm: stop line, centre line, edges, crossing."""
    painter = Painter(frame, spec.wear, draws.rng("roads", "markings", f"{frame.heading:.3f}"))
    lane = plan.hand * spec.lane_width
    painter.bar((plan.stop, plan.stop + 0.3), (0.08 * plan.hand, lane))
    painter.centre(spec.centre_line, (plan.stop + 0.4, plan.half + 8.0))
    for side in (1, -1):
        painter.edges(spec.edge_line, (plan.stop, plan.half + 8.0), side * plan.section.kerb)
    if plan.crossing is not None:
        draw = painter.zebra if spec.crossing == "zebra" else painter.studs
        draw(plan.crossing, spec.crossing_width, plan.section.kerb)
    painter.arrow(plan.stop + 6.0, lane / 2, -1)
    return painter


def arm_approach(plan: Plan, arm: int) -> Approach:
    """Where the lights of one arm face coming traffic."""
    frame = plan.frames[arm]
    t = plan.hand * plan.offset
    origin = frame.at(plan.stop, t)
    kerb = plan.section.kerb
    inward = Frame(float(origin[0]), float(origin[1]), frame.heading + math.pi)
    # driving inward the frame's left is on the right
    return Approach(inward, arm, arm % 2, (kerb + t, -(kerb - t)), 2 * plan.stop - 0.8)
