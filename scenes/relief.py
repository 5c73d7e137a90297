"""How high the ground lies: a street may climb and have a hump or a dip.

A scene is laid out and simulated flat: every z in it is a height above the relief. The world that is drawn is sheared
upwards by it, z_world = z + height(x, y).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

HUMP = 40.0  # m, standard deviation of the bell that a crest is; 6 m high it bends with a radius of 267 m


@dataclass(frozen=True)
class Relief:
    """Height of the ground: an even slope along +x, and a bell across the middle."""

    slope: float  # rise along +x, m/m
    crest: float  # m, height of the bell at x = 0; negative = a dip

    def height(self, points: NDArray[np.floating]) -> Floats:
        """Height (...) in m at points (..., 2 or 3) in m; z of points is not used."""
        x = np.asarray(points, np.float64)[..., 0]
        return np.asarray(self.slope * x + self.crest * np.exp(-0.5 * (x / HUMP) ** 2))

    def gradient(self, points: NDArray[np.floating]) -> Floats:
        """Rise (..., 2) in m/m along x and y at points (..., 2 or 3) in m."""
        x = np.asarray(points, np.float64)[..., 0]
        along = self.slope - self.crest * x / HUMP**2 * np.exp(-0.5 * (x / HUMP) ** 2)
        return np.stack([along, np.zeros_like(along)], -1)

    @property
    def bend(self) -> float:
        """Largest curvature, 1/m."""
        return abs(self.crest) / HUMP**2


def relief_of(slope: float, crest: float) -> Relief | None:
    """Relief of a slope in % and a crest in m; None where the ground is flat."""
    return None if slope == 0.0 and crest == 0.0 else Relief(slope / 100.0, crest)


def raised(points: NDArray[np.floating], relief: Relief | None) -> Floats:
    """Points (..., 3) in m above the ground to points (..., 3) in the world, m."""
    world = np.array(points, np.float64)
    if relief is not None:
        world[..., 2] += relief.height(world)
    return world
