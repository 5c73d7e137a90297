"""Paint on roads: lines, bars, bays and hatching as polygons in a frame along the street."""

from __future__ import annotations

import math
from collections.abc import Iterable
from itertools import pairwise

import numpy as np

from scenes.roads_frame import Frame, rectangle
from scenes.roads_parts import Section, anticlockwise
from scenes.seeds import clamp
from scenes.types import Floats, Marking

WHITE = (0.72, 0.72, 0.70)
YELLOW = (0.62, 0.42, 0.04)
LINE = 0.1  # m, usual width of a line


class Painter:
    """Collects markings of one road; wear varies from mark to mark."""

    def __init__(self, frame: Frame, wear: float, rng: np.random.Generator) -> None:
        self.frame, self._wear, self._rng = frame, wear, rng
        self.marks: list[Marking] = []

    def _add(self, outline: Floats, colour: tuple[float, float, float]) -> None:
        wear = clamp(self._wear + self._rng.normal(0.0, 0.08), 0.0, 0.95)
        self.marks.append(Marking(outline, colour, wear))

    def bar(self, s: tuple[float, float], t: tuple[float, float], colour: tuple[float, float, float] = WHITE) -> None:
        """Paint a rectangle."""
        self._add(rectangle(self.frame, s, t), colour)

    def line(
        self, s: tuple[float, float], t: float, width: float = LINE, colour: tuple[float, float, float] = WHITE
    ) -> None:
        """Paint a solid line along the road."""
        self.bar(s, (t - width / 2, t + width / 2), colour)

    def dashes(self, s: tuple[float, float], t: float, dash: float, gap: float, width: float = LINE) -> None:
        """Paint a broken line along the road."""
        place = s[0]
        while place + dash <= s[1]:
            self.line((place, place + dash), t, width)
            place += dash + gap

    def polygon(self, local: list[tuple[float, float]], colour: tuple[float, float, float] = WHITE) -> None:
        """Paint any simple polygon of (s, t) points."""
        self._add(anticlockwise(self.frame.points(local)), colour)

    def centre(self, style: str, s: tuple[float, float]) -> None:
        """Paint the middle of the road: none, dashed, solid or hatched."""
        if style == "dashed":
            self.dashes(s, 0.0, 3.0, 4.5)
        elif style == "solid":
            self.line(s, 0.0)
        elif style == "hatched":
            for t in (-0.45, 0.45):
                self.dashes(s, t, 4.0, 1.5)
            place = s[0] + 1.0
            while place + 1.2 < s[1]:
                self.polygon([(place, -0.4), (place + 0.25, -0.4), (place + 1.05, 0.4), (place + 0.8, 0.4)])
                place += 3.0

    def edges(self, style: str, s: tuple[float, float], t: float) -> None:
        """Paint the edge at the kerb: none, white, yellow or double-yellow."""
        inward = -0.25 if t > 0 else 0.25
        colour = WHITE if style == "white" else YELLOW
        if style != "none":
            self.line(s, t + inward, 0.08, colour)
        if style == "double-yellow":
            self.line(s, t + 1.9 * inward, 0.08, colour)

    def zebra(self, s: float, width: float, half: float, middle: float = 0.0) -> None:
        """Paint a zebra crossing: bars along the road, 0.5 m wide with equal gaps."""
        count = int((2 * half - 0.4) / 1.0)
        first = middle - count / 2 + 0.25
        for k in range(count):
            self.bar((s - width / 2, s + width / 2), (first + k, first + k + 0.5))

    def studs(self, s: float, width: float, half: float, middle: float = 0.0) -> None:
        """Paint the two broken lines of a signalised crossing."""
        for edge in (s - width / 2, s + width / 2):
            t = middle - half + 0.2
            while t + 0.3 < middle + half:
                self.bar((edge - 0.1, edge + 0.1), (t, t + 0.3))
                t += 0.75

    def zigzag(self, s: tuple[float, float], t: float) -> None:
        """Paint a zig-zag line beside a crossing, 2 m a leg."""
        place, out = s[0], 1.0
        while place + 2.0 <= s[1]:
            a, b = t + 0.13 * out, t - 0.13 * out
            self.polygon([(place, a - 0.05), (place + 2.0, b - 0.05), (place + 2.0, b + 0.05), (place, a + 0.05)])
            place, out = place + 2.0, -out

    def give_way(self, s: float, lane: float, hand: float, triangle: bool) -> None:
        """Paint a broken give-way line across a lane from the axis to `lane` m, with a triangle or not."""
        t = 0.1
        while t + 0.5 < abs(lane):
            self.bar((s, s + 0.3), (hand * t, hand * (t + 0.5)))
            t += 0.8
        middle = lane / 2
        if triangle:
            self.polygon([(s + 2.0, middle - 0.5), (s + 2.0, middle + 0.5), (s + 4.2, middle)])

    def bays(self, s: tuple[float, float], section: Section, side: int, length: float = 5.6) -> None:
        """Paint the corners of parking bays and the line beside them."""
        place = s[0]
        while place <= s[1]:
            self.bar((place - 0.05, place + 0.05), (side * section.lanes, side * (section.lanes + 0.9)))
            place += length
        self.dashes(s, side * section.lanes, 0.6, 0.6, 0.08)

    def slots(self, s: tuple[float, float], section: Section, side: int, angle: float, pitch: float) -> None:
        """Paint the lines between bays that stand at an angle (rad) to the street."""
        depth = section.kerb - section.lanes
        lean = depth / math.tan(angle)
        place = math.ceil(s[0] / pitch) * pitch
        while place + lean <= s[1]:
            a, b, w = side * section.lanes, side * (section.kerb - 0.05), 0.05 / math.sin(angle)
            self.polygon([(place - w, a), (place + w, a), (place + lean + w, b), (place + lean - w, b)])
            place += pitch

    def bicycle(self, s: float, t: float, ahead: float) -> None:
        """Paint a bicycle, 1.7 m long, seen by who rides along (+1) or against (-1) the frame."""
        for centre in (0.0, 1.1):
            ring = [(math.cos(a), math.sin(a)) for a in np.linspace(0.0, 2 * math.pi, 13)]
            for (c0, d0), (c1, d1) in pairwise(ring):
                quad = [(0.3, c0, d0), (0.3, c1, d1), (0.24, c1, d1), (0.24, c0, d0)]
                self.polygon([(s + ahead * r * d, t + ahead * (0.55 - centre + r * c)) for r, c, d in quad])
        for (x0, y0), (x1, y1) in pairwise([(0.55, 0.0), (0.3, 0.62), (-0.25, 0.55), (0.1, 0.0), (0.3, 0.62)]):
            u, v = x1 - x0, y1 - y0
            w = 0.03 / math.hypot(u, v)
            a, b = v * w, u * w
            bar = [(x0 - a, y0 + b), (x1 - a, y1 + b), (x1 + a, y1 - b), (x0 + a, y0 - b)]
            self.polygon([(s + ahead * y, t + ahead * x) for x, y in bar])

    def arrow(self, s: float, t: float, ahead: int) -> None:
        """Paint a straight-on arrow, 3 m long, pointing along (+1) or against (-1) the frame."""
        shaft = (s, s + 1.9 * ahead)
        self.bar(shaft, (t - 0.08, t + 0.08))
        tip = s + 3.0 * ahead
        self.polygon([(s + 1.9 * ahead, t - 0.3), (tip, t), (s + 1.9 * ahead, t + 0.3)])

    def turn_arrow(self, s: float, t: float, ahead: int, left: float) -> None:
        """Paint an arrow that turns left (+1) or right (-1) of who drives along (+1) or against (-1) the frame."""
        side = -ahead * left  # that the tip points to, against t
        self.bar((s, s + 1.9 * ahead), (t - 0.08, t + 0.08))
        place = s + 1.75 * ahead
        self.bar((place - 0.15 * ahead, place + 0.15 * ahead), (t, t - 0.45 * side))
        self.polygon(
            [(place - 0.5 * ahead, t - 0.4 * side), (place, t - 1.1 * side), (place + 0.5 * ahead, t - 0.4 * side)]
        )


def all_marks(painters: Iterable[Painter]) -> tuple[Marking, ...]:
    """Marks of several painters."""
    return tuple(mark for painter in painters for mark in painter.marks)
