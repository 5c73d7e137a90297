"""Ground plan of a four-way junction whose arms have a middle lane for the turn across the oncoming traffic."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from scenes.draws import Draws
from scenes.roads_arms import (
    CLEAR,
    LATE,
    LATE_ACROSS,
    SLOTS,
    Arms,
    Link,
    arms_ground,
    arms_walks,
    corner_quarters,
    corner_start,
    exit_stops,
    meetings,
    turned,
)
from scenes.roads_frame import Frame
from scenes.roads_markings import Painter, all_marks
from scenes.roads_parts import (
    NIMBLE,
    ROOMY,
    Approach,
    Layout,
    Place,
    Route,
    Section,
    Strip,
    arm_crossings,
    arm_lanes,
    rows_across,
)
from scenes.schema import RoadSpec
from scenes.surroundings import SurfaceLook
from scenes.types import Floats, Lane, RoadNetwork, StopLine

GUTTER = 0.3  # m between the outer lanes and the kerb
RADIUS = 7.0  # m, of the kerbs at the corners
WAIT = 7.0  # m along a link where those wait who turn: clear of the crossing behind and of the lanes ahead
TURNS, LINKS = 2 * SLOTS, 3 * SLOTS  # ids of the first turn lane, of the first link
TURN_GROUP, WALK_GROUP = 2, 4  # signal groups of turn lanes, of crossings; opposite arms share one


def turn_junction(spec: RoadSpec, limit: float, looks: dict[str, SurfaceLook], draws: Draws) -> Layout:
    """Four arms with a coming, a turn and a leaving lane each; opposite arms share signal groups."""
    arms = turn_arms(spec)
    section, frames = arms.section, arms.frames
    quarters = corner_quarters(arms, RADIUS)
    groups = [WALK_GROUP + slot % 2 if spec.crossing == "signals" else None for slot in arms.slots]
    watch = sum(section.walk) / 2 - section.kerb
    places = arm_crossings(frames, arms.crossing, section, arms.crossing_width, groups, watch, ROOMY)
    coming, leaving = arm_lanes(frames, arms.reach, arms.far, arms.hand * spec.lane_width)
    turning, _ = arm_lanes(frames, arms.reach, arms.far, 0.0)
    links = turn_links(arms, coming, turning, leaving)
    cuts = [] if arms.crossing is None else [(arms.crossing, arms.crossing_width)]
    walks = arms_walks(arms, quarters)
    width = spec.lane_width
    lanes = [Lane(a, line, width, limit, after(arms, links, a, False)) for a, line in enumerate(coming)]
    lanes += [Lane(SLOTS + a, line, width, limit) for a, line in enumerate(leaving)]
    lanes += [Lane(TURNS + a, line, width, limit, after(arms, links, a, True)) for a, line in enumerate(turning)]
    lanes += [Lane(LINKS + n, link.line, width, limit, (SLOTS + link.end,)) for n, link in enumerate(links)]
    network = RoadNetwork(
        lanes=tuple(lanes),
        crossings=tuple(place.crossing for place in places),
        sidewalks=tuple(walk.line for walk in walks),
        sidewalk_width=min(walk.width for walk in walks),
        stop_lines=(*turn_stops(arms, links, places), *exit_stops(arms, places)),
        surfaces=tuple(arms_ground(arms, quarters, looks, cuts)),
        markings=all_marks(paint_arm(arms, arm, spec, draws) for arm in range(SLOTS)),
    )
    routes = turn_routes(arms, links, coming, turning, leaving)
    approaches = tuple(approach(arms, arm, False) for arm in range(SLOTS))
    across = tuple(approach(arms, arm, True) for arm in range(SLOTS))
    return Layout(
        network, turn_strips(arms), (), walks, places, routes, approaches, frames[0], section, nimble=NIMBLE,
        across=across,
    )  # fmt: skip


def turn_arms(spec: RoadSpec) -> Arms:
    """Arms three lanes wide."""
    kerb = 1.5 * spec.lane_width + GUTTER
    back = kerb + spec.pavement
    section = Section(1.5 * spec.lane_width, kerb, back, back + spec.verge, max(spec.kerb, 0.02))
    reach = max(kerb + RADIUS, back) + 0.5
    crossing = None if spec.crossing == "none" else reach + 0.4 + spec.crossing_width / 2
    stop = reach + 1.0 if crossing is None else crossing + spec.crossing_width / 2 + CLEAR
    hand = 1.0 if spec.traffic == "right" else -1.0
    return Arms(section, tuple(range(SLOTS)), spec.length / 2, reach, crossing, spec.crossing_width, stop, hand)


def turn_links(
    arms: Arms, coming: Sequence[Floats], turning: Sequence[Floats], leaving: Sequence[Floats]
) -> list[Link]:
    """Connections between all arms; the turn across the oncoming traffic starts on the turn lane."""
    links = []
    for start in range(SLOTS):
        for step, turn in ((1, -1), (2, 0), (3, 1)):  # the next arm anticlockwise lies to the right
            end = (start + step) % SLOTS
            across = turn == arms.hand
            if turn == 0:
                line = np.linspace(coming[start][-1], leaving[end][0], 4)
            elif across:
                # a lane farther from the corner: straight on by so much more
                begin, onward = turning[start][-1], turning[start][-1] - turning[start][-2]
                closer = begin + onward / np.hypot(*onward) * arms.section.lanes / 1.5
                line = turned(np.array([begin, closer]), leaving[end], LATE_ACROSS)
                line = np.concatenate([begin[None], line])
            else:
                line = turned(coming[start], leaving[end], LATE)
            links.append(Link(start, end, line, turn))
    return links


def after(arms: Arms, links: Sequence[Link], arm: int, across: bool) -> tuple[int, ...]:
    """Ids of the links that follow the turn lane of an arm, or its other coming lane."""
    mine = [(n, link) for n, link in enumerate(links) if link.start == arm]
    return tuple(LINKS + n for n, link in mine if (link.turn == arms.hand) == across)


def turn_routes(
    arms: Arms, links: Sequence[Link], coming: Sequence[Floats], turning: Sequence[Floats], leaving: Sequence[Floats]
) -> tuple[Route, ...]:
    """A route over every link, straight ones first."""
    built = []
    for n, link in enumerate(links):
        across = link.turn == arms.hand
        first = TURNS + link.start if across else link.start
        whole = np.concatenate([(turning if across else coming)[link.start], link.line[1:-1], leaving[link.end]])
        ids = (first, LINKS + n, SLOTS + link.end)
        built.append(Route(ids, whole, (-arms.far, arms.far), link.start, link.turn != 0))
    return tuple(sorted(built, key=lambda route: route.turns))


def turn_stops(arms: Arms, links: Sequence[Link], places: Sequence[Place]) -> list[StopLine]:
    """Lines at the lights, and on the links of those who turn across, who let the others and people pass."""
    stops, met = [], meetings(links)
    for arm in range(SLOTS):
        crossing = places[arm].crossing.id if places else None
        ways = [n for n, link in enumerate(links) if link.start == arm and link.turn != arms.hand]
        late = {LINKS + m for n in ways for m in met[n] if (links[m].start - arm) % 2 == 1}
        stops.append(StopLine(arm, arms.far - arms.stop, arm % 2, crossing, clears=tuple(sorted(late))))
        turn = next(n for n, link in enumerate(links) if link.start == arm and link.turn == arms.hand)
        late = {LINKS + m for m in met[turn] if (links[m].start - arm) % 2 == 1} | {LINKS + turn}
        stops.append(
            StopLine(TURNS + arm, arms.far - arms.stop, TURN_GROUP + arm % 2, crossing, clears=tuple(sorted(late)))
        )
        first = tuple(LINKS + m for m in met[turn] if links[m].turn != arms.hand)
        over = places[links[turn].end].crossing.id if places else None
        stops.append(StopLine(LINKS + turn, WAIT, None, over, yields=first, heeds=True))
    return stops


def turn_strips(arms: Arms) -> tuple[Strip, ...]:
    """Frontages of all arms, and rows of houses across their ends."""
    strips = []
    for frame in arms.frames:
        for side in (1, -1):
            # the corner plot belongs to the strip on the right of its arm, so that houses of two arms do not collide
            start = corner_start(arms.section, RADIUS) + (16.0 if side > 0 else 0.0)
            if arms.half - start > 6.0:
                strips.append(Strip(frame, start, arms.half, side, arms.section))
    return (*strips, *rows_across(arms.frames, arms.section, arms.half))


def paint_arm(arms: Arms, arm: int, spec: RoadSpec, draws: Draws) -> Painter:
    """Paint one arm: stop lines, the edges of the turn lane, edges, crossing, arrows."""
    frame, end, hand, width = arms.frames[arm], arms.half + 8.0, arms.hand, spec.lane_width
    painter = Painter(frame, spec.wear, draws.rng("roads", "markings", arm))
    start = arms.stop + 0.4
    painter.bar((arms.stop, arms.stop + 0.3), (-0.42 * hand * width, 1.47 * hand * width))
    painter.line((start, end), -0.5 * hand * width)
    painter.line((start, start + 25.0), 0.5 * hand * width)
    painter.dashes((start + 27.0, end), 0.5 * hand * width, 3.0, 4.5)
    for side in (1, -1):
        painter.edges(spec.edge_line, (arms.stop, end), side * arms.section.kerb)
    if arms.crossing is not None:
        draw = painter.zebra if spec.crossing == "zebra" else painter.studs
        draw(arms.crossing, arms.crossing_width, arms.section.kerb)
    for s in (arms.stop + 7.0, arms.stop + 22.0):
        painter.arrow(s, hand * width, -1)
        painter.turn_arrow(s, 0.0, -1, hand)
    return painter


def approach(arms: Arms, arm: int, across: bool) -> Approach:
    """Where the lights of one arm face coming traffic, or those of its turn lane."""
    frame, kerb = arms.frames[arm], arms.section.kerb
    t = 0.0 if across else arms.hand * arms.section.lanes / 1.5
    origin = frame.at(arms.stop, t)
    inward = Frame(float(origin[0]), float(origin[1]), frame.heading + math.pi)
    lane, group = (TURNS + arm, TURN_GROUP + arm % 2) if across else (arm, arm % 2)
    return Approach(inward, lane, group, (kerb + t, -(kerb - t)), 2 * arms.stop - 0.8)
