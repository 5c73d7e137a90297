"""The analytic surface of a vehicle body: a side profile swept across the width, and two side panels.

The top sheet is addressed by (t, q): t in metres along the profile from the front bottom over the roof to the rear
bottom, q from +1 (left edge) to -1 (right edge). A side panel is addressed by (x, z).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from renderers.vehicles_surface import Body, points_at

Array = NDArray[np.float64]
LIFT = (0.005, 0.012, 0.02)  # m that patches stand off the body, per detail: more where the body grid is coarser


@dataclass(frozen=True)
class Knot:
    """A corner of the side profile and what the sheet is like from here to the next corner."""

    name: str
    x: float  # m
    z: float  # m
    fillet: float = 0.05  # m cut off the corner along each side
    crown: float = 0.03  # m, how much lower the sheet is at its side edges, along its normal
    edge: float = 0.02  # m, rounding of the side edges
    bulge: float = 0.0  # m, how far the middle of the segment stands out


@dataclass(frozen=True)
class Section:
    """How the sides run: plan view, waist line, lean, sill and wheel arches."""

    half_width: float  # m
    sill: float  # m, lower edge of the panels
    belt: tuple[float, float]  # m, height of the waist line at the front and at the rear end
    tumble: float  # m per m, lean of the glasshouse
    bulge: float  # 1 car door, 0 flat wall
    taper: tuple[float, float]  # m of half-width lost at the front and rear end
    bow: tuple[float, float]  # m that the front and rear corners lie behind the middle
    arches: tuple[tuple[float, float, float], ...]  # x, z, radius, m
    flare: float = 0.012  # m


class Form:
    """Body surface. Immutable after construction."""

    def __init__(self, knots: Sequence[Knot], section: Section, detail: int) -> None:
        """Sample the profile.

        Args:
            knots: corners from the front bottom to the rear bottom.
            section: the sides.
            detail: 0 finest .. 2 coarsest; affects only `stations`.
        """
        self.section, self.detail = section, detail
        self.front, self.rear = max(k.x for k in knots), min(k.x for k in knots)
        points, values, marks, keep = _fillet(knots)
        steps = np.hypot(*np.diff(points, axis=0).T)
        self.t = np.concatenate([[0.0], np.cumsum(steps)])
        self._x, self._z = points.T
        tangent = np.gradient(points, self.t, axis=0)
        tangent /= np.linalg.norm(tangent, axis=1, keepdims=True)
        self._at = {knot.name: float(self.t[mark]) for knot, mark in zip(knots, marks, strict=True)}
        profile = np.column_stack([points, tangent[:, 1], -tangent[:, 0], values, np.ones(len(points))])
        self.body = body_of(section, self.front, self.rear, self.t, profile)
        edges = self.top(self.t, np.ones(len(self.t)))
        self.edge_x, self.edge_z = edges[:, 0], edges[:, 2]
        self._width = profile[:, 6] = self.half_width(self.edge_x, self.edge_z)
        self.keep = keep[detail]

    def at(self, name: str) -> float:
        """Station t (m) of a named corner."""
        return self._at[name]

    def __contains__(self, name: str) -> bool:
        return name in self._at

    def x_of(self, name: str) -> float:
        """Position x (m) of a named corner at the middle of the vehicle."""
        return float(np.interp(self._at[name], self.t, self._x))

    def z_of(self, name: str) -> float:
        """Height (m) of a named corner."""
        return float(np.interp(self._at[name], self.t, self._z))

    def belt(self, x: Array | float) -> Array:
        """Height of the waist line at x, m."""
        low, high = self.section.belt
        return np.asarray(high + (low - high) * (np.asarray(x) - self.rear) / (self.front - self.rear))

    def bottom(self, x: Array) -> Array:
        """Lower edge of the side panels at x, m, with the wheel arches cut out."""
        z = np.full(np.shape(x), self.section.sill)
        for centre, height, radius in self.section.arches:
            rise = height + np.sqrt(np.maximum(radius**2 - (x - centre) ** 2, 0.0))
            z = np.where(np.abs(x - centre) < radius, np.maximum(z, rise), z)
        return z

    def half_width(self, x: Array, z: Array) -> Array:
        """Distance (N,) of the side panel from the middle plane at (N,) x and z, m."""
        return self.side(x, z, 1.0)[:, 1]

    def side(self, x: Array, z: Array, sign: float) -> Array:
        """Points (N, 3) of the left (sign 1) or right (-1) panel."""
        return np.asarray(points_at(self.body, False, sign, np.ascontiguousarray(x), np.ascontiguousarray(z)))

    def top(self, t: Array, q: Array) -> Array:
        """Points (N, 3) of the top sheet."""
        return np.asarray(points_at(self.body, True, 1.0, np.ascontiguousarray(t), np.ascontiguousarray(q)))

    def station(self, z: float, rear: bool) -> float:
        """Station t (m) of a height on the front face (up to the first bonnet point) or the rear face."""
        middle = int(np.argmax(self._z))
        if rear:
            return float(np.interp(-z, -self._z[middle:], self.t[middle:]))
        return float(np.interp(z, self._z[: middle + 1], self.t[: middle + 1]))

    def lateral(self, t: float, y: float) -> float:
        """Coordinate q of the point y m left of the middle at station t."""
        return float(y / np.interp(t, self.t, self._width))

    @cached_property
    def nodes(self) -> Array:
        """Stations (N,) where the rows of panels on the top sheet lie."""
        return np.ascontiguousarray((self.t, self.stations(), self.t[self.keep])[self.detail])

    def stations(self) -> Array:
        """Stations (N,) of the body grid, with the ends of the wheel arches."""
        count = (9, 5, 3)[self.detail]
        wanted = [centre + radius * np.cos(np.linspace(0.0, np.pi, count)) for centre, _, radius in self.section.arches]
        wanted += [
            np.array([centre - radius - 0.004, centre + radius + 0.004]) for centre, _, radius in self.section.arches
        ]
        run = np.minimum.accumulate(self.edge_x) - 1e-9 * np.arange(len(self.edge_x))
        extra = np.interp(-np.concatenate(wanted), -run, self.t) if wanted else np.zeros(0)
        return np.unique(np.concatenate([self.t[self.keep], extra]).round(5))


def body_of(section: Section, front: float, rear: float, times: Array, profile: Array) -> Body:
    """The numbers of a body as compiled functions read them."""
    arches = np.array(section.arches, float).reshape(-1, 3)
    return Body(
        times, profile, arches, front, rear, section.half_width, section.sill, *section.belt, section.tumble,
        float(section.bulge), *section.taper, *section.bow, section.flare,
    )  # fmt: skip


def _fillet(knots: Sequence[Knot]) -> tuple[Array, Array, list[int], list[NDArray[np.bool_]]]:
    """Round the corners and subdivide the segments.

    Returns:
        Points (N, 2), crown and edge (N, 2), index of each corner, and per detail which points the body grid uses.
    """
    corners = np.array([[k.x, k.z] for k in knots])
    points: list[Array] = []
    values: list[Array] = []
    level: list[int] = []  # coarsest detail that keeps the point
    marks: list[int] = []

    def add(point: Array, value: Array, keep: int) -> None:
        points.append(point)
        values.append(value)
        level.append(keep)

    for i, knot in enumerate(knots):
        own = np.array([knot.crown, knot.edge])
        before = np.array([knots[i - 1].crown, knots[i - 1].edge]) if i else own
        if 0 < i < len(knots) - 1:
            back, ahead = corners[i - 1] - corners[i], corners[i + 1] - corners[i]
            cut_back = min(knot.fillet, 0.4 * float(np.hypot(*back)))
            cut_ahead = min(knot.fillet, 0.4 * float(np.hypot(*ahead)))
            start = corners[i] + back / np.hypot(*back) * cut_back
            stop = corners[i] + ahead / np.hypot(*ahead) * cut_ahead
            for k, s in enumerate(np.linspace(0.0, 1.0, 5)):
                bend = (1 - s) ** 2 * start + 2 * s * (1 - s) * corners[i] + s**2 * stop
                add(bend, before + (own - before) * s, (0, 1, 2, 1, 0)[k])
                if k == 2:
                    marks.append(len(points) - 1)
        else:
            add(corners[i], own, 2)
            marks.append(len(points) - 1)
            stop = corners[i]
        if i == len(knots) - 1:
            break
        ahead = corners[i + 1] - corners[i]
        cut = min(knots[i + 1].fillet, 0.4 * float(np.hypot(*ahead))) if i + 1 < len(knots) - 1 else 0.0
        end = corners[i + 1] - ahead / np.hypot(*ahead) * cut
        span = float(np.hypot(*(end - stop)))
        out = np.array([ahead[1], -ahead[0]]) / np.hypot(*ahead)
        count = min(12, max(2, round(span / 0.22)))
        for j in range(1, count):
            s = j / count
            keep = 1 if j * 4 % count < 4 and count > 4 else 0
            add(stop + (end - stop) * s + out * knot.bulge * 4 * s * (1 - s), own, keep)
    levels = np.array(level)
    return np.array(points), np.array(values), marks, [levels >= d for d in range(3)]
