"""Bus stops of a straight street: where they lie, and their paint."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scenes.draws import Draws
from scenes.roads_markings import YELLOW, Painter
from scenes.roads_parts import BUS_BAY, BusStop, Place
from scenes.schema import RoadSpec

if TYPE_CHECKING:
    from scenes.roads_street import Street

BOX = 19.0  # m, length of the painted box: the longest bus, and room to pull in and out
APART = 12.0  # m between a crossing and a bus stop, so that the bus hides nobody who is about to cross
END = 12.0  # m between the end of the street and a bus stop
FRONT = 1.0  # m from the front of the box to that of the bus
WIDE = 2.7  # m, width of the box
STROKES = {  # letters as bars in units of their width and height: x of the left, right, y of the bottom, top
    "B": ((0.0, 0.24, 0.0, 1.0), (0.24, 0.8, 0.0, 0.14), (0.24, 0.8, 0.43, 0.57), (0.24, 0.8, 0.86, 1.0),
          (0.76, 1.0, 0.1, 0.46), (0.76, 1.0, 0.54, 0.9)),
    "U": ((0.0, 0.24, 0.06, 1.0), (0.76, 1.0, 0.06, 1.0), (0.1, 0.9, 0.0, 0.14)),
    "S": ((0.1, 0.9, 0.0, 0.14), (0.76, 1.0, 0.1, 0.46), (0.1, 0.9, 0.43, 0.57), (0.0, 0.24, 0.54, 0.9),
          (0.1, 0.9, 0.86, 1.0)),
}  # fmt: skip
LETTER = (0.5, 1.5)  # m, width and length of a letter


def bus_stops(plan: Street, spec: RoadSpec, place: Place | None, draws: Draws) -> tuple[BusStop, ...]:
    """Choose where buses stop.

    Args:
        plan: of the street.
        spec: with plain values.
        place: the crossing, if there is one.
        draws: source of randomness.

    Returns:
        At most one on each side; none where there is no room, or where the lane at the kerb leads the wrong way.
    """
    found = []
    for side, name in ((1, "left"), (-1, "right")):
        along = side == plan.hand
        if spec.bus_stop not in (name, "both") or plan.counts[0 if along else 1] == 0:
            continue
        low, high = -plan.half + END + BOX / 2, plan.half - END - BOX / 2
        spans = [(low, high)]
        if place is not None:
            gap = place.crossing.width / 2 + APART + BOX / 2
            spans = [(low, min(place.s - gap, high)), (max(place.s + gap, low), high)]
        spans = [span for span in spans if span[1] > span[0]]
        if not spans:
            continue
        rng = draws.rng("roads", "bus stop", side)
        start, end = spans[int(rng.integers(len(spans)))]
        middle, way = float(rng.uniform(start, end)), 1 if along else -1
        section = plan.sides[side]
        front = middle + way * (BOX / 2 - FRONT)
        lane = 0 if along else plan.counts[0]
        bay = section.kerb - section.lanes >= BUS_BAY - 1e-9
        ends = middle - BOX / 2, middle + BOX / 2
        found.append(BusStop(plan.axis, *ends, side, section, way=way, front=front, lane=lane, bay=bay))
    return tuple(found)


def paint_stop(painter: Painter, stop: BusStop) -> None:
    """Paint a broken yellow box at the kerb and the word BUS in it, to be read by who drives into it."""
    outer = stop.section.kerb - 0.15
    inner = max(outer - WIDE, stop.section.lanes + 0.05) if stop.bay else outer - WIDE
    s0, s1 = stop.start, stop.end
    for edge in (inner, outer):
        place = s0
        while place + 1.0 <= s1 + 1e-6:
            painter.line((place, place + 1.0), stop.side * edge, 0.15, YELLOW)
            place += 2.0
    for end in (s0, s1):
        painter.bar((end - 0.075, end + 0.075), (stop.side * inner, stop.side * outer), YELLOW)
    width, height = LETTER
    middle, pitch = (inner + outer) / 2, width * 1.5
    first = (s0 + s1) / 2 - stop.way * height / 2
    for k, letter in enumerate("BUS"):
        for x0, x1, y0, y1 in STROKES[letter]:
            # to the right of who drives there is where t falls with the way
            t = [stop.side * middle - stop.way * ((k - 1) * pitch + (x - 0.5) * width) for x in (x0, x1)]
            s = [first + stop.way * y * height for y in (y0, y1)]
            painter.bar((s[0], s[1]), (t[0], t[1]), YELLOW)


def without(spans: list[tuple[float, float]], stops: tuple[BusStop, ...], side: int) -> list[tuple[float, float]]:
    """Spans along a side of the street without its bus stops, m."""
    for stop in stops:
        if stop.side == side:
            spans = [part for low, high in spans for part in ((low, min(high, stop.start)), (max(low, stop.end), high))]
    return [span for span in spans if span[1] > span[0]]
