"""Ground plan of T junctions, where a road ends at another one, and of all-way stops."""

from __future__ import annotations

import math

from scenes.draws import Draws
from scenes.roads_arms import (
    Arms,
    Link,
    arms_ground,
    arms_of,
    arms_walks,
    corner_quarters,
    corner_start,
    exit_stops,
    gives_way,
    links_of,
    meetings,
    network_lanes,
    routes_of,
)
from scenes.roads_frame import Frame
from scenes.roads_markings import Painter, all_marks
from scenes.roads_parts import (
    NIMBLE,
    ROOMY,
    Approach,
    Layout,
    Strip,
    arm_crossings,
    arm_lanes,
    rows_across,
)
from scenes.schema import RoadSpec
from scenes.surroundings import SurfaceLook
from scenes.types import RoadNetwork, StopLine

RADIUS = 8.0  # m, of the kerbs at the corners
WAIT = 0.3  # m along a link where those wait who give way
STEM = 1  # number of the arm that ends


def tee(spec: RoadSpec, limit: float, looks: dict[str, SurfaceLook], draws: Draws) -> Layout:
    """Arms along +x, to one side (of a junction to both), and along -x.

    The road along x has priority unless lights order who goes, or all arms have stop signs.
    """
    slots = (0, 1, 2, 3) if spec.layout == "junction" else (0, 1, 2) if spec.stem == "left" else (2, 3, 0)
    arms = arms_of(spec, slots, spec.lane_width + RADIUS)
    signals = spec.crossing == "signals"
    quarters = corner_quarters(arms, RADIUS)
    groups = [slot % 2 if signals else None for slot in slots]
    watch = sum(arms.section.walk) / 2 - arms.section.kerb
    places = arm_crossings(arms.frames, arms.crossing, arms.section, arms.crossing_width, groups, watch, ROOMY)
    coming, leaving = arm_lanes(arms.frames, arms.reach, arms.far, arms.hand * spec.lane_width / 2)
    links = links_of(arms, coming, leaving)
    stops = tee_stops(arms, links, signals, spec.priority)
    walks = arms_walks(arms, quarters)
    cuts = [] if arms.crossing is None else [(arms.crossing, arms.crossing_width)]
    network = RoadNetwork(
        lanes=network_lanes(coming, leaving, links, spec.lane_width, limit),
        crossings=tuple(place.crossing for place in places),
        sidewalks=tuple(walk.line for walk in walks),
        sidewalk_width=min(walk.width for walk in walks),
        stop_lines=(*stops, *exit_stops(arms, places)),
        surfaces=tuple(arms_ground(arms, quarters, looks, cuts)),
        markings=all_marks(paint_arm(arms, arm, spec, draws) for arm in range(len(slots))),
    )
    approaches = tuple(approach(arms, arm) for arm in range(len(slots))) if signals else ()
    routes = tuple(sorted(routes_of(arms, coming, leaving, links), key=lambda route: arms.slots[route.arm] != 2))
    return Layout(
        network, tee_strips(arms), (), walks, places, routes, approaches, Frame(0.0, 0.0, 0.0), arms.section,
        nimble=NIMBLE,
    )  # fmt: skip


def tee_strips(arms: Arms) -> tuple[Strip, ...]:
    """Frontages of all arms, and rows of houses across their ends."""
    section, strips = arms.section, []
    missing = next((slot for slot in range(4) if slot not in arms.slots), None)
    for slot, frame in zip(arms.slots, arms.frames, strict=True):
        for side in (1, -1):
            beside = (slot + side) % 4 == missing
            # the corner plot belongs to the strip on the right of its arm, so that houses of two arms do not collide
            start = 0.0 if beside else corner_start(section, RADIUS) + (16.0 if side > 0 else 0.0)
            if arms.half - start > 6.0:
                strips.append(Strip(frame, start, arms.half, side, section))
    strips.sort(key=lambda strip: abs(strip.frame.heading) > 0.1)  # cameras on foot stand along +x
    return (*strips, *rows_across(arms.frames, section, arms.half))


def tee_stops(arms: Arms, links: list[Link], signals: bool, priority: str) -> list[StopLine]:
    """Lines before the crossings or lights, and on the links where their traffic gives way."""
    count, stops = len(arms.slots), []
    for arm, slot in enumerate(arms.slots):
        if arms.crossing is not None:
            stops.append(StopLine(arm, arms.far - arms.stop, slot % 2 if signals else None, arm))
    everybody = priority == "all-way-stop"
    crosses = [link.turn == arms.hand for link in links]  # the turn against the oncoming traffic
    ranks = [float(over) + (2.0 if link.start == STEM else 0.0) for link, over in zip(links, crosses, strict=True)]
    for n, first in enumerate(meetings(links) if everybody else gives_way(links, ranks)):
        if signals:  # lights keep the others apart
            first = tuple(m for m in first if (links[m].start == STEM) == (links[n].start == STEM))
        if first:
            halts = everybody or (priority == "stop" and links[n].start == STEM)
            stops.append(StopLine(2 * count + n, WAIT, yields=tuple(2 * count + m for m in first), halt=halts))
    return stops


def paint_arm(arms: Arms, arm: int, spec: RoadSpec, draws: Draws) -> Painter:
    """Paint one arm: stop or give-way line, centre line, edges, crossing."""
    frame, end = arms.frames[arm], arms.half + 8.0
    painter = Painter(frame, spec.wear, draws.rng("roads", "markings", arm))
    lane, ends_here = arms.hand * spec.lane_width, arm == STEM or spec.priority == "all-way-stop"
    start = arms.stop if arms.crossing is not None or ends_here else arms.reach
    if arms.crossing is not None:
        draw = painter.zebra if spec.crossing == "zebra" else painter.studs
        draw(arms.crossing, spec.crossing_width, arms.section.kerb)
        painter.bar((arms.stop, arms.stop + 0.3), (0.08 * arms.hand, lane))
    if ends_here and spec.priority != "give-way":
        painter.bar((arms.reach - WAIT, arms.reach - WAIT + 0.4), (0.08 * arms.hand, lane))
    elif ends_here and spec.crossing != "signals":
        painter.give_way(arms.reach - WAIT, lane, arms.hand, triangle=arms.crossing is None)
    painter.centre(spec.centre_line, (start + 0.4, end))
    for side in (1, -1):
        painter.edges(spec.edge_line, (start, end), side * arms.section.kerb)
    if not ends_here and spec.crossing == "none" and spec.centre_line != "none":
        painter.dashes((0.0, arms.reach), 0.0, 1.5, 1.5)
    return painter


def approach(arms: Arms, arm: int) -> Approach:
    """Where the lights of one arm face coming traffic; those of the stem look at it from the far pavement, too."""
    frame, kerb = arms.frames[arm], arms.section.kerb
    t = arms.hand * kerb / 2
    origin = frame.at(arms.stop, t)
    inward = Frame(float(origin[0]), float(origin[1]), frame.heading + math.pi)
    far = arms.stop + kerb if arm == STEM else 2 * arms.stop - 0.8
    return Approach(inward, arm, arms.slots[arm] % 2, (kerb + t, -(kerb - t)), far)
