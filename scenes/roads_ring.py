"""Lines of a roundabout: the circulating lane, ways in and out, kerbs, and the splitter islands between them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from scenes.lanes import arc_lengths, offset_line
from scenes.roads_arms import SLOTS, Arms, Quarter, arc_points, arms_of
from scenes.roads_frame import Frame
from scenes.roads_parts import Route
from scenes.schema import RoadSpec
from scenes.types import Floats, Lane

LANE = (
    6.0  # m, circulating width (UK CD 116 2023, 3.10: 1.0 to 1.2 times the widest entry, and what long vehicles sweep)
)
SPLIT = 1.8  # m, width of the splitter islands, so that people can stand there
CORNER = 11.0  # m, radius of the kerbs where an arm meets the ring
BEND = 11.0  # m, radius that vehicles turn in and out with
SIDEWAYS = 1.8  # m/s2 across that drivers take the ring with
EASE = 0.35  # m between a lane and a splitter island
TAIL = 4.0  # m that splitter islands reach beyond the crossing
NOSE = 0.6  # m between the ring and what stands or waits before it


@dataclass(frozen=True, eq=False)
class Ring:
    """Distances of a roundabout around the origin."""

    arms: Arms
    island: float  # m, radius of the middle
    lane_width: float  # m, of the lanes of the arms

    @property
    def outer(self) -> float:
        """Radius of the kerbs around the ring, m."""
        return self.island + LANE

    @property
    def middle(self) -> float:
        """Radius of the circulating lane's centre, m."""
        return self.island + LANE / 2

    @property
    def offset(self) -> float:
        """Distance of the arms' lanes from their axes, m."""
        return (SPLIT + self.lane_width) / 2

    @property
    def turn(self) -> float:
        """Angle from an arm at which its traffic joins the ring, rad."""
        return math.asin((self.offset + BEND) / (self.middle + BEND))


def ring_of(spec: RoadSpec) -> Ring:
    """Distances of a roundabout.

    Args:
        spec: with plain values.

    Returns:
        The ring; its arms have room for the splitter islands all along.
    """
    slots = (0, 1, 2, 3) if spec.arms == SLOTS else (0, 1, 2) if spec.stem == "left" else (2, 3, 0)
    wide = spec.model_copy(update={"lane_width": spec.lane_width + SPLIT / 2})
    kerb, outer = wide.lane_width, spec.island + LANE
    inner = math.sqrt((outer + CORNER) ** 2 - (kerb + CORNER) ** 2)
    if spec.pavement > CORNER - 0.3:
        inner = max(inner, math.sqrt((outer + spec.pavement) ** 2 - (kerb + spec.pavement) ** 2))
    return Ring(arms_of(wide, slots, inner), spec.island, spec.lane_width)


def ring_quarters(ring: Ring) -> list[Quarter]:
    """Kerbs and pavements between the arms, around the ring past a missing arm.

    Args:
        ring: of the layout.

    Returns:
        One for each slot.
    """
    section, built = ring.arms.section, []
    for slot in range(SLOTS):
        ends = slot in ring.arms.slots, (slot + 1) % SLOTS in ring.arms.slots
        lines = [rim(ring, d, ends) for d in (section.kerb, section.back, sum(section.walk) / 2)]
        built.append(Quarter(Frame(0.0, 0.0, slot * math.pi / 2), *lines))
    return built


def rim(ring: Ring, distance: float, ends: tuple[bool, bool]) -> Floats:
    """A line beside the kerb of a quarter, seen in the frame of its first slot.

    Args:
        ring: of the layout.
        distance: m from the axes of the arms.
        ends: whether there is an arm at its start and at its end.

    Returns:
        (N, 2) m.
    """
    beyond = distance - ring.arms.section.kerb
    radius, bend = ring.outer + beyond, CORNER - beyond
    if bend > 0.3:
        y = distance + bend
        x = math.sqrt((radius + bend) ** 2 - y * y)
        angle = math.atan2(y, x)
        curve = arc_points(x, y, bend, -math.pi / 2, angle - math.pi)
    else:
        angle = math.asin(distance / radius)
        curve = np.zeros((0, 2))
    mouth = np.concatenate([[[ring.arms.reach, distance]], curve])
    start, end = angle if ends[0] else 0.0, math.pi / 2 - (angle if ends[1] else 0.0)
    arc = arc_points(0.0, 0.0, radius, start, end)
    first = mouth if ends[0] else np.zeros((0, 2))
    last = mouth[::-1, ::-1] if ends[1] else np.zeros((0, 2))
    if len(curve):  # the arcs touch
        arc = arc[int(ends[0]) : len(arc) - int(ends[1])]
    return np.concatenate([first, arc, last])


def way_in(ring: Ring, slot: int) -> Floats:
    """(N, 2) world, m: the way from the end of an arm's coming lane into the ring."""
    y = ring.offset + BEND
    x = math.sqrt((ring.middle + BEND) ** 2 - y * y)
    curve = arc_points(x, y, BEND, -math.pi / 2, ring.turn - math.pi)
    line = np.concatenate([[[ring.arms.reach, ring.offset]], curve])
    return Frame(0.0, 0.0, slot * math.pi / 2).points([(s, ring.arms.hand * t) for s, t in line.tolist()])


def way_out(ring: Ring, slot: int) -> Floats:
    """(N, 2) world, m: the way from the ring to the start of an arm's leaving lane."""
    angle = slot * math.pi / 2
    mirror = np.array([[math.cos(2 * angle), math.sin(2 * angle)], [math.sin(2 * angle), -math.cos(2 * angle)]])
    return np.ascontiguousarray((way_in(ring, slot) @ mirror)[::-1])


def around(ring: Ring, start: float, end: float) -> Floats:
    """(N, 2) world, m: the circulating lane from one angle on by `end - start` in driving direction, rad."""
    hand = ring.arms.hand
    return arc_points(0.0, 0.0, ring.middle, start, start + hand * ((hand * (end - start)) % (2 * math.pi)))


def ring_lanes(
    ring: Ring, coming: Sequence[Floats], leaving: Sequence[Floats], limit: float
) -> tuple[tuple[Lane, ...], tuple[Route, ...]]:
    """All lanes, and a route from every arm to every other one.

    Args:
        ring: of the layout.
        coming: of each arm.
        leaving: of each arm.
        limit: m/s.

    Returns:
        Lanes in blocks of one for each arm: coming, leaving, in, out, past the arm, on to the next arm; and routes.
    """
    arms = ring.arms
    count, hand = len(arms.slots), arms.hand
    angles = [slot * math.pi / 2 for slot in arms.slots]
    after = [(a + int(hand)) % count for a in range(count)]  # arms are in anticlockwise order
    ways = [(a - hand * ring.turn, a + hand * ring.turn) for a in angles]  # where traffic leaves and joins the ring
    lines: list[Sequence[Floats]] = [
        coming,
        leaving,
        [way_in(ring, slot) for slot in arms.slots],
        [way_out(ring, slot) for slot in arms.slots],
        [around(ring, *way) for way in ways],
        [around(ring, ways[a][1], ways[after[a]][0]) for a in range(count)],
    ]
    into, out, past, on = (count * k for k in (2, 3, 4, 5))
    following: list[list[tuple[int, ...]]] = [
        [(into + a,) for a in range(count)],
        [() for _ in range(count)],
        [(on + a,) for a in range(count)],
        [(count + a,) for a in range(count)],
        [(on + a,) for a in range(count)],
        [(out + b, past + b) for b in after],
    ]
    lanes = []
    for block, (group, nexts) in enumerate(zip(lines, following, strict=True)):
        for a, line in enumerate(group):
            width = LANE if block > 3 else ring.lane_width
            lanes.append(Lane(block * count + a, line, width, limit, nexts[a], curved=True))
    routes = []
    for a in range(count):
        ids, b = [a, into + a, on + a], after[a]
        while b != a:
            whole = [*ids, out + b, count + b]
            joints = [lanes[whole[0]].centre, *(lanes[k].centre[1:] for k in whole[1:])]
            straight = (arms.slots[b] - arms.slots[a]) % SLOTS == SLOTS // 2
            pace = math.sqrt(SIDEWAYS * ring.middle)
            routes.append(Route(tuple(whole), np.concatenate(joints), (-arms.far, arms.far), a, not straight, pace))
            ids, b = [*ids, past + b, on + b], after[b]
    routes.sort(key=lambda route: arms.slots[route.arm] != SLOTS // 2)  # cameras look for the way along +x first
    return tuple(lanes), tuple(routes)


def give_way_at(ring: Ring, line: Floats) -> float:
    """Place along a way into the ring (N, 2) where vehicles wait, m."""
    along = arc_lengths(line)
    fine = np.arange(0.0, along[-1], 0.05)
    spots = np.stack([np.interp(fine, along, line[:, k]) for k in (0, 1)], -1)
    return float(fine[np.hypot(*spots.T) > ring.outer + NOSE][-1])


def splitters(ring: Ring) -> list[Floats]:
    """Outlines of the splitter islands of an arm in its frame, cut where people cross.

    Args:
        ring: of the layout.

    Returns:
        One or two (N, 2), m, anticlockwise.
    """
    arms = ring.arms
    edge = offset_line(way_in(ring, 0), arms.hand * (ring.lane_width / 2 + EASE))
    edge[:, 1] = np.abs(edge[:, 1])
    edge = edge[np.hypot(*edge.T) > ring.outer + NOSE]
    half = float(edge[0, 1])
    if arms.crossing is None:
        return [closed(np.concatenate([edge[::-1], nose(arms.reach + TAIL, half)]))]
    near, far = (arms.crossing + way * (arms.crossing_width / 2 + 0.15) for way in (-1.0, 1.0))
    inner = np.concatenate([edge[::-1], [[near, half]]])
    return [closed(inner), closed(np.concatenate([[[far, half]], nose(far + TAIL, half)]))]


def nose(s: float, half: float) -> Floats:
    """Upper half of a rounded end, m."""
    return arc_points(s - half, 0.0, half, math.pi / 2, 0.0)[:-1]


def closed(upper: Floats) -> Floats:
    """An outline from its upper half and the mirror image, anticlockwise, m."""
    lower = upper * np.array([1.0, -1.0])
    return np.concatenate([lower, upper[::-1]])
