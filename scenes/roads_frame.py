"""Axes that roads are laid out along: straight ones, and straight ones with a bend in the middle."""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from scenes.types import Floats

SAGITTA = 0.01  # m that a chord may be off its arc
BESIDE = 15.0  # m beside the axis where that still holds
PIECE = 7.0  # m, longest piece of paving that is laid in one direction in a bend


@dataclass(frozen=True)
class Frame:
    """An axis in the world: s along it, t to its left; between s = -arc and s = arc it may bend."""

    x: float
    y: float
    heading: float  # rad, at s = 0
    bend: float = 0.0  # 1/m, curvature of the arc, left positive
    arc: float = 0.0  # m, half its length

    def at(self, s: float, t: float) -> Floats:
        """(2,) world point, m."""
        if self.bend != 0.0:
            return np.asarray(self.points([(s, t)])[0])
        c, d = math.cos(self.heading), math.sin(self.heading)
        return np.array([self.x + s * c - t * d, self.y + s * d + t * c])

    def points(self, local: list[tuple[float, float]]) -> Floats:
        """(N, 2) world points of (s, t) pairs, m."""
        c, d = math.cos(self.heading), math.sin(self.heading)
        if self.bend == 0.0:  # without numpy, which takes longer for the four corners of a line
            return np.array([(self.x + s * c - t * d, self.y + s * d + t * c) for s, t in local], dtype=np.float64)
        st = np.asarray(local, dtype=np.float64)
        inner = np.clip(st[:, 0], -self.arc, self.arc)
        turn, rest, left = self.bend * inner, st[:, 0] - inner, st[:, 1]
        cosine, sine = np.cos(turn), np.sin(turn)
        s, t = sine / self.bend + rest * cosine - left * sine, (1.0 - cosine) / self.bend + rest * sine + left * cosine
        world = np.empty_like(st)
        world[:, 0], world[:, 1] = self.x + s * c - t * d, self.y + s * d + t * c
        return world

    def heading_at(self, s: float) -> float:
        """Direction of the axis at s, rad."""
        return self.heading + self.bend * min(max(s, -self.arc), self.arc) if self.bend else self.heading

    def stretch(self, s: float, t: float) -> float:
        """Length at t per length along the axis at s."""
        return max(1.0 - self.bend * t, 0.15) if self.bend and abs(s) < self.arc else 1.0

    def places(self, start: float, end: float) -> list[float]:
        """Places along the axis, start < end included, whose chords are hardly off the arc; the same for all lines."""
        if self.bend == 0.0:
            return [start, end]
        return [start, *(s for s in chords(self.bend, self.arc) if start + 1e-6 < s < end - 1e-6), end]

    def line(self, start: float, end: float, t: float) -> Floats:
        """(N, 2) world points from one place along the axis to another at t, m."""
        line = self.points([(s, t) for s in self.places(min(start, end), max(start, end))])
        return line if start < end else np.ascontiguousarray(line[::-1])

    def pieces(self, start: float, end: float) -> list[tuple[float, float]]:
        """Cut a span where it bends, so that paving can turn with it."""
        if self.bend == 0.0 or start >= self.arc or end <= -self.arc:
            return [(start, end)]
        low, high = max(start, -self.arc), min(end, self.arc)
        cuts = np.linspace(low, high, math.ceil((high - low) / PIECE) + 1)
        grid = np.array(self.places(-self.arc, self.arc))  # pieces and what lies beside them share their corners
        snapped = sorted({float(grid[np.abs(grid - s).argmin()]) for s in cuts})
        edges = [start, *(s for s in snapped if start + 0.3 < s < end - 0.3), end]
        return list(itertools.pairwise(edges))


@lru_cache(maxsize=64)
def chords(bend: float, arc: float) -> list[float]:
    """Places along an axis where the chords of its bend begin and end, m."""
    step = 2.0 * math.acos(1.0 - SAGITTA / (1.0 / abs(bend) + BESIDE)) / abs(bend)
    return [float(s) for s in np.linspace(-arc, arc, math.ceil(2.0 * arc / step) + 1)]


def rectangle(frame: Frame, s: tuple[float, float], t: tuple[float, float]) -> Floats:
    """(N, 2) anticlockwise world outline of a rectangle in a frame, m; four points where the frame is straight."""
    s0, s1 = min(s), max(s)
    t0, t1 = min(t), max(t)
    along = frame.places(s0, s1)
    return frame.points([*((s, t0) for s in along), *((s, t1) for s in along[::-1])])
