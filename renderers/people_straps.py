"""Straps of bags that lie on the clothed trunk."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from renderers.people_fabric import SHINY
from renderers.people_form import Part, grid, section, smooth
from renderers.people_torso import TOP_END, garment, trunk_weights
from sim.people_skeleton import Skeleton

Array = NDArray[np.float64]


class Surface:
    """The clothed trunk as a function of height and angle."""

    def __init__(self, skeleton: Skeleton) -> None:
        self.skeleton = skeleton
        z = np.linspace(skeleton.level(TOP_END), skeleton.level(-0.25), 48)
        hull, power = garment(skeleton, z)
        self._rows = np.stack([z, hull.front, hull.back, hull.half, power])[:, ::-1]

    def rows(self, z: Array) -> tuple[Array, Array, Array, Array]:
        """Front, back, half-width and power at heights `z`, each like `z`."""
        heights = self._rows[0]
        return (
            np.interp(z, heights, self._rows[1]), np.interp(z, heights, self._rows[2]),
            np.interp(z, heights, self._rows[3]), np.interp(z, heights, self._rows[4]),
        )  # fmt: skip

    def at(self, angle: Array, z: Array) -> Array:
        """(K, 3) points, m."""
        front, back, half, power = (row[:, None] for row in self.rows(z))
        x, y = section(angle[:, None], front, back, half, power)
        return np.concatenate([x, y, z[:, None]], 1)

    def outward(self, points: Array) -> Array:
        """(K, 3) unit normals, roughly."""
        front, back, half, _ = self.rows(points[:, 2])
        depth = np.where(points[:, 0] > 0.0, front, back)
        slope = 1.6 * smooth((self.skeleton.share(points[:, 2]) - 0.97) / 0.12)
        normals = np.stack([points[:, 0] / depth, points[:, 1] / half, slope], 1)
        return np.asarray(normals / np.linalg.norm(normals, axis=1, keepdims=True))


def ribbon(surface: Surface, path: Array, half: float, lift: float, colour: Array) -> Part:
    """Lay a band along a path on the trunk.

    Args:
        surface: the trunk.
        path: (K, 3) m.
        half: half-width, m.
        lift: distance from the surface, m.
        colour: (3,).

    Returns:
        The part.
    """
    outward = surface.outward(path)
    along = np.gradient(path, axis=0)
    across = np.cross(along, outward)
    across *= half / np.maximum(np.linalg.norm(across, axis=1, keepdims=True), 1e-9)
    middle = path + lift * outward
    points = np.stack([middle - across - 0.5 * lift * outward, middle, middle + across - 0.5 * lift * outward], 1)
    weights = trunk_weights(surface.skeleton, points[..., 2], points[..., 1], 0.8)
    return grid(points, colour, weights, SHINY, closed=False)


def worn_straps(skeleton: Skeleton, count: int) -> list[Part]:
    """Straps over shoulders and chest.

    Args:
        skeleton: measures and look.
        count: points along a strap.

    Returns:
        Two for a rucksack, one for a satchel, none for other bags.
    """
    look, tall = skeleton.look, skeleton.height
    bag = look.bag
    surface, lift = Surface(skeleton), 0.008 + 0.30 * look.top.ease
    colour = np.array(bag.second if bag.style == "satchel" and look.seed & 4 else bag.colour) * 0.9
    if bag.style in ("rucksack", "daypack"):
        paths = [shoulder_path(surface, side * 0.070 * tall, count) for side in (1.0, -1.0)]
        return [ribbon(surface, path, 0.0165 * tall, lift, colour) for path in paths]
    if bag.style == "satchel":
        return [ribbon(surface, chest_path(surface, float(bag.side), count), 0.0125 * tall, lift, colour)]
    return []


def shoulder_path(surface: Surface, y: float, count: int) -> Array:
    """Up the chest at a distance `y` from the middle, over the shoulder and down the shoulder blade: (K, 3) m."""
    skeleton = surface.skeleton
    z = np.linspace(skeleton.level(1.20), skeleton.level(0.7), 60)
    _, _, half, _ = surface.rows(z)
    ridge = float(z[np.argmax(half > 1.03 * abs(y))])
    low = skeleton.level(0.36)
    # denser towards the ridge, where the path bends
    share = np.sin(np.linspace(0.0, 0.5 * np.pi, count // 2))
    up = low + share * (ridge - low)
    down = ridge - (1.0 - share[::-1]) * (ridge - skeleton.level(0.80))
    z = np.concatenate([up, down[1:]])
    sign = np.concatenate([np.ones(len(up)), -np.ones(len(down) - 1)])
    front, back, half, power = surface.rows(z)
    depth = np.where(sign > 0, front, back)
    x = sign * depth * np.maximum(1.0 - np.minimum(abs(y) / half, 1.0) ** power, 0.0) ** (1.0 / power)
    side = 1.0 if y > 0 else -1.0
    start = np.arctan2(abs(y) * 0.9, x[0])
    flank = surface.at(side * np.linspace(2.9, start + 0.25, 6), np.linspace(skeleton.level(0.30), low, 6))
    return np.concatenate([flank, np.stack([x, np.full(len(z), y), z], 1)])


def chest_path(surface: Surface, side: float, count: int) -> Array:
    """Around the trunk from the far shoulder to the hip of the bag's side: (K, 3) m, closed."""
    skeleton, tall = surface.skeleton, surface.skeleton.height
    y0, z0 = -side * 0.072 * tall, skeleton.level(1.10)
    y1, z1 = side * 0.115 * tall, skeleton.level(0.14)
    angle = np.linspace(-np.pi, np.pi, count)
    z = np.full(count, skeleton.level(0.6))
    for _ in range(12):
        y = surface.at(angle, z)[:, 1]
        goal = np.clip(z0 + (y - y0) * (z1 - z0) / (y1 - y0), skeleton.level(0.05), skeleton.level(1.115))
        z = 0.5 * (z + goal)
    return surface.at(angle, z)
