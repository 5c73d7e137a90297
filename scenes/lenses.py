"""Lens models: from directions before the camera to places on the image plane, and back.

Image planes have focal length 1: a pixel is `focal * place + centre`. Directions have x right, y down, z forward.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

MODELS = ("pinhole", "brown-conrady", "fisheye")
WIDEST = math.radians(85.0)  # from the axis; beyond, no lens of ours sees: depths along the axis stay positive
STEPS = 2048  # of the table in which a solution starts
TURNS = 10  # of Newton's method; 5 suffice from the table


@dataclass(frozen=True)
class Lens:
    """A lens without its focal length; coefficients are OpenCV's.

    `brown-conrady` is the rational model with tangential terms (Brown 1971; OpenCV's `projectPoints` with 8
    coefficients), `fisheye` that of Kannala and Brandt 2006 with 4 coefficients (OpenCV's `fisheye`).
    """

    model: str = "pinhole"
    k: tuple[float, ...] = (0.0, 0.0, 0.0, 0.0, 0.0, 0.0)  # k1..k6; a fisheye has k1..k4
    p: tuple[float, float] = (0.0, 0.0)  # p1, p2; of brown-conrady

    @property
    def straight(self) -> bool:
        """Whether straight lines stay straight."""
        return self.model == "pinhole"

    @property
    def coefficients(self) -> tuple[float, ...]:
        """In OpenCV's order: k1, k2, p1, p2, k3, k4, k5, k6, or k1..k4 of a fisheye; none of a pinhole."""
        if self.model == "brown-conrady":
            return (*self.k[:2], *self.p, *self.k[2:])
        return self.k[:4] if self.model == "fisheye" else ()

    def radius(self, angle: Array | float) -> Array:
        """Distance from the middle of the image plane at an angle from the axis, rad, without tangential terms."""
        angle = np.asarray(angle, np.float64)
        if self.model == "fisheye":
            square = angle * angle
            k1, k2, k3, k4 = self.k[:4]
            return np.asarray(angle * (1 + square * (k1 + square * (k2 + square * (k3 + square * k4)))))
        r = np.tan(angle)
        return r if self.straight else np.asarray(r * self._ratio(r * r)[0])

    def _ratio(self, s: Array) -> tuple[Array, Array]:
        """Radial factor of squared radii, and its derivative."""
        k1, k2, k3, k4, k5, k6 = self.k
        over, under = 1 + s * (k1 + s * (k2 + s * k3)), 1 + s * (k4 + s * (k5 + s * k6))
        over_s, under_s = k1 + s * (2 * k2 + s * 3 * k3), k4 + s * (2 * k5 + s * 3 * k6)
        return over / under, (over_s * under - over * under_s) / (under * under)

    @cached_property
    def limit(self) -> float:
        """Angle from the axis, rad, up to which radii grow; at most WIDEST."""
        return float(self._table[0][-1])

    @cached_property
    def _table(self) -> tuple[Array, Array]:
        """Angles and their radii, as far as these grow."""
        angles = np.linspace(0.0, WIDEST, STEPS)
        radii = self.radius(angles)
        grows = np.isfinite(radii[1:]) & (np.diff(radii) > 0.0)
        end = STEPS if grows.all() else 1 + int(np.argmin(grows))
        return angles[:end], radii[:end]

    def project(self, rays: Array) -> Array:
        """Where directions meet the image plane.

        Args:
            rays: (N, 3) of any length; what is farther from the axis than `limit` is taken to lie on it.

        Returns:
            (N, 2) places on the image plane.
        """
        flat = np.hypot(rays[:, 0], rays[:, 1])
        angle = np.minimum(np.arctan2(flat, rays[:, 2]), self.limit)
        way = rays[:, :2] / np.maximum(flat, 1e-300)[:, None]
        if self.model == "fisheye":
            return np.asarray(way * self.radius(angle)[:, None])
        plane = way * np.tan(angle)[:, None]
        return plane if self.straight else self.bend(plane)

    def bend(self, plane: Array) -> Array:
        """What a brown-conrady lens makes of places (N, 2) on the image plane of a pinhole."""
        x, y = plane.T
        s = x * x + y * y
        ratio, (p1, p2) = self._ratio(s)[0], self.p
        return np.stack(
            [x * ratio + 2 * p1 * x * y + p2 * (s + 2 * x * x), y * ratio + p1 * (s + 2 * y * y) + 2 * p2 * x * y], -1
        )

    def slopes(self, plane: Array) -> Array:
        """Derivatives (N, 2, 2) of `bend`."""
        x, y = plane.T
        (ratio, ratio_s), (p1, p2) = self._ratio(x * x + y * y), self.p
        cross = 2 * x * y * ratio_s + 2 * p1 * x + 2 * p2 * y
        along = ratio + 2 * x * x * ratio_s + 2 * p1 * y + 6 * p2 * x
        down = ratio + 2 * y * y * ratio_s + 6 * p1 * y + 2 * p2 * x
        return np.stack([np.stack([along, cross], -1), np.stack([cross, down], -1)], -2)

    def unproject(self, plane: Array) -> tuple[Array, NDArray[np.bool_]]:
        """Directions that meet the image plane at given places.

        Args:
            plane: (N, 2) places on the image plane.

        Returns:
            (N, 3) directions with z = 1, and (N,) whether there is one within `limit`; else some direction.
        """
        if self.straight:
            return np.concatenate([plane, np.ones((len(plane), 1))], 1), np.ones(len(plane), np.bool_)
        angles, radii = self._table
        far = np.hypot(plane[:, 0], plane[:, 1])
        angle = np.interp(far, radii, angles)
        way = plane / np.maximum(far, 1e-300)[:, None]
        if self.model == "fisheye":
            angle = self._angle(angle, far)
            found = way * np.tan(angle)[:, None]
            inside = far <= radii[-1]
        else:
            found = self._straightened(way * np.tan(angle)[:, None], plane)
            inside = np.abs(self.bend(found) - plane).max(1) < 1e-7
            inside &= np.hypot(found[:, 0], found[:, 1]) <= math.tan(self.limit)
        return np.concatenate([found, np.ones((len(plane), 1))], 1), inside

    def _angle(self, angle: Array, far: Array) -> Array:
        """Angles at radii, by Newton's method from a guess."""
        for _ in range(TURNS):
            s = angle * angle
            k1, k2, k3, k4 = self.k[:4]
            slope = 1 + s * (3 * k1 + s * (5 * k2 + s * (7 * k3 + s * 9 * k4)))
            step = (self.radius(angle) - far) / np.where(np.abs(slope) > 1e-9, slope, 1.0)
            angle = np.clip(angle - step, 0.0, self.limit)
        return angle

    def _straightened(self, guess: Array, plane: Array) -> Array:
        """Places on the image plane of a pinhole whose `bend` is given, by Newton's method from a guess."""
        most, found = math.tan(self.limit), guess
        for _ in range(TURNS):
            (a, b), (c, d) = self.slopes(found).transpose(1, 2, 0)
            off, size = self.bend(found) - plane, a * d - b * c
            size = np.where(np.abs(size) > 1e-9, size, 1.0)
            found = found - np.stack([d * off[:, 0] - b * off[:, 1], a * off[:, 1] - c * off[:, 0]], -1) / size[:, None]
            found = found * np.minimum(1.0, most / np.maximum(np.hypot(*found.T), 1e-300))[:, None]
        return found

    def folds(self, half_width: float, half_height: float) -> bool:
        """Whether two directions within WIDEST meet at one place of the picture.

        Args:
            half_width: of the picture on the image plane.
            half_height: of the picture on the image plane.
        """
        if self.straight:
            return False
        if self.model == "fisheye":
            return self.limit < WIDEST and float(self._table[1][-1]) < math.hypot(half_width, half_height)
        turns, angles = np.linspace(0.0, 2 * math.pi, 64, endpoint=False), np.linspace(0.0, WIDEST, 512)
        ways = np.stack([np.cos(turns), np.sin(turns)], -1)
        plane = (ways[:, None] * np.tan(angles)[None, :, None]).reshape(-1, 2)
        (a, b), (c, d) = self.slopes(plane).transpose(1, 2, 0)
        bad = ~(a * d - b * c > 0.0).reshape(len(turns), -1)
        first = np.argmax(bad, 1)
        edge = self.bend(plane).reshape(len(turns), -1, 2)[np.arange(len(turns)), np.maximum(first - 1, 0)]
        inside = (np.abs(edge) < (half_width, half_height)).all(1)
        return bool((bad.any(1) & inside).any())


PINHOLE = Lens()


def lens_of(model: str, coefficients: Sequence[float]) -> Lens:
    """A lens from its coefficients in OpenCV's order; see `Lens.coefficients`."""
    if model == "brown-conrady":
        k1, k2, p1, p2, *more = coefficients
        return Lens(model, (k1, k2, *more), (p1, p2))
    return Lens(model, (*coefficients, 0.0, 0.0)) if model == "fisheye" else PINHOLE
