"""Rotations and two-bone inverse kinematics."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def turn_x(angle: float) -> Array:
    """Rotation about x."""
    c, s = math.cos(angle), math.sin(angle)
    return np.array([[1.0, 0.0, 0.0], [0.0, c, -s], [0.0, s, c]])


def turn_y(angle: float) -> Array:
    """Rotation about y; positive leans forward."""
    c, s = math.cos(angle), math.sin(angle)
    return np.array([[c, 0.0, s], [0.0, 1.0, 0.0], [-s, 0.0, c]])


def turn_z(angle: float) -> Array:
    """Rotation about z."""
    c, s = math.cos(angle), math.sin(angle)
    return np.array([[c, -s, 0.0], [s, c, 0.0], [0.0, 0.0, 1.0]])


def two_bones(root: Array, target: Array, rest: Array, pole: Array) -> tuple[Array, Array]:
    """Bend a chain of two bones so that its end meets a target.

    Args:
        root: (3,) first joint, m.
        target: (3,) where the end should be, m.
        rest: (3, 3) the three joints in the rest pose, for the lengths.
        pole: (3,) direction that the middle joint moves to.

    Returns:
        Middle and end, each (3,); the end falls short of targets out of reach.
    """
    a, b = float(np.linalg.norm(rest[1] - rest[0])), float(np.linalg.norm(rest[2] - rest[1]))
    line = target - root
    distance = float(np.linalg.norm(line))
    reach = min(max(distance, abs(a - b) + 1e-3), (a + b) * 0.9995)
    axis = line / max(distance, 1e-9)
    side = pole - axis * float(pole @ axis)
    side /= max(float(np.linalg.norm(side)), 1e-9)
    along = (a * a - b * b + reach * reach) / (2.0 * reach)
    off = math.sqrt(max(a * a - along * along, 0.0))
    return root + axis * along + side * off, root + axis * reach


def aligned(rest: Array, posed: Array, pole: Array) -> Array:
    """Rotation that takes the direction `rest` to `posed` and keeps the front (rest +x) towards `pole`."""
    return frame(posed, pole) @ frame(rest, np.array([1.0, 0.0, 0.0])).T


def frame(axis: Array, pole: Array) -> Array:
    """(3, 3) orthonormal columns: along the bone, towards the pole, across."""
    first = axis / np.linalg.norm(axis)
    second = pole - first * float(pole @ first)
    second /= max(float(np.linalg.norm(second)), 1e-9)
    third = np.array([
        first[1] * second[2] - first[2] * second[1],
        first[2] * second[0] - first[0] * second[2],
        first[0] * second[1] - first[1] * second[0],
    ])  # fmt: skip
    return np.stack([first, second, third], 1)
