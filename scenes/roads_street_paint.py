"""Markings of a street."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scenes.roads_markings import Painter
from scenes.roads_parts import BAY_ANGLES, PITCHES, BusStop, Place
from scenes.roads_stops import paint_stop, without
from scenes.schema import RoadSpec

if TYPE_CHECKING:
    from scenes.roads_street import Street

CYCLE = 1.6  # m, width of a cycle lane (UK LTN 1/20 2020, table 5-2: 1.5 m and more)


def paint_street(
    painter: Painter, spec: RoadSpec, plan: Street, place: Place | None, halts: tuple[BusStop, ...]
) -> None:
    """Paint lines between and beside lanes, bays and the crossing."""
    reach = plan.half + 8.0
    spans = [(-reach, reach)]
    if place:
        gap = place.crossing.width / 2 + 2.0
        spans = [(-reach, place.s - gap), (place.s + gap, reach)]
        paint_crossing(painter, spec, plan, place)
    for span in spans:
        paint_lanes(painter, spec, plan, span)
        for side, section in plan.sides.items():
            name = {1: "left", -1: "right"}[side]
            if spec.cycle_lane in (name, "both"):
                paint_cycles(painter, plan, side, span)
            for part in without([span], halts, side):
                if spec.parking in (name, "both"):
                    paint_bays(painter, spec, plan, side, part)
                elif section.kerb == section.lanes:
                    painter.edges(spec.edge_line, part, side * section.kerb)
    for halt in halts:
        paint_stop(painter, halt)


def paint_lanes(painter: Painter, spec: RoadSpec, plan: Street, span: tuple[float, float]) -> None:
    """Paint the line between the directions, and dashes between lanes of one direction."""
    if plan.counts[1] > 0:
        several = max(plan.counts) > 1
        painter.centre("solid" if several and spec.centre_line == "dashed" else spec.centre_line, span)
    for way, count in zip((1, -1), plan.counts, strict=True):
        for k in range(1, count):
            painter.dashes(span, plan.middle + way * plan.hand * k * plan.width, 2.0, 4.0)


def paint_bays(painter: Painter, spec: RoadSpec, plan: Street, side: int, span: tuple[float, float]) -> None:
    """Paint parking bays."""
    section = plan.sides[side]
    if spec.bays == "parallel":
        painter.bays(span, section, side)
    else:
        painter.slots(span, section, side, BAY_ANGLES[spec.bays], PITCHES[spec.bays])


def paint_cycles(painter: Painter, plan: Street, side: int, span: tuple[float, float]) -> None:
    """Paint the line beside a cycle lane, and bicycles on it."""
    outer = side * plan.sides[side].lanes
    painter.line(span, outer - side * CYCLE, 0.15)
    forward = 1.0 if side == plan.hand or plan.counts[1] == 0 else -1.0
    place = span[0] + 8.0
    while place < span[1] - 3.0:
        painter.bicycle(place, outer - side * CYCLE / 2, forward)
        place += 30.0


def paint_crossing(painter: Painter, spec: RoadSpec, plan: Street, place: Place) -> None:
    """Paint a crossing, its stop lines and zig-zags."""
    kerbs = [plan.sides[side].kerb for side in (1, -1)]
    half, middle = min(kerbs), 0.0
    if sum(plan.counts) != 2 or plan.counts[1] == 0:
        half, middle = sum(kerbs) / 2, (kerbs[0] - kerbs[1]) / 2
    draw = painter.zebra if spec.crossing == "zebra" else painter.studs
    draw(place.s, place.crossing.width, half, middle)
    before = place.crossing.width / 2 + 1.0
    for way, count in zip((1, -1), plan.counts, strict=True):
        if count == 0:
            continue
        edge = place.s - way * before
        hand = way * plan.hand
        across = (plan.middle + hand * 0.1, plan.middle + hand * count * plan.width)
        painter.bar((edge - 0.15, edge + 0.15), across)
        if spec.zigzag:
            span = (min(edge - way * 10.0, edge), max(edge - way * 10.0, edge))
            for side in (1, -1):
                lanes = plan.counts[0 if side == plan.hand else 1] * plan.width + side * plan.middle
                painter.zigzag(span, side * (lanes - 0.3))
