"""Where the rays of a lidar go, and when."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from scenes.types import Lidar

PRISMS = (7294.0 / 60.0, -4664.0 / 60.0)  # Hz, turns of the two prisms of a Livox Mid-40, one against the other

Rays = tuple[NDArray[np.float64], NDArray[np.uint16], NDArray[np.float64]]


def rays_of(lidar: Lidar, time: float) -> Rays:
    """All rays of a sweep, in the order in which they are sent out.

    Args:
        lidar: the sensor.
        time: s, at which the sweep begins; a rosette goes on where the sweep before ended, and never repeats.

    Returns:
        (N, 3) unit directions in the lidar's frame, (N,) rows, and (N,) s from the first ray.
    """
    if lidar.pattern == "rosette":
        return rosette(lidar, time)
    rows, columns = len(lidar.elevations), lidar.columns
    across = lidar.fov * (0.5 - (np.arange(columns) + 0.5) / columns)  # clockwise, from the left or from behind
    if lidar.pattern == "spinning":  # all rows at once
        azimuth, ring = np.repeat(across, rows), np.tile(np.arange(rows), columns)
        turn = lidar.fov / (2.0 * math.pi) / lidar.rate  # s in the field of view
        offset = np.repeat(np.arange(columns) / columns, rows) * turn
    else:  # row by row, from the top
        azimuth, ring = np.tile(across, rows), np.repeat(np.arange(rows)[::-1], columns)
        offset = np.arange(rows * columns) / (rows * columns * lidar.rate)
    return towards(azimuth, lidar.elevations[ring]), ring.astype(np.uint16), offset


def rosette(lidar: Lidar, time: float) -> Rays:
    """Two prisms that turn against each other each bend the beam by a quarter of the field of view."""
    offset = np.arange(lidar.columns) / (lidar.columns * lidar.rate)
    turns = [2.0 * math.pi * frequency * (time + offset) for frequency in PRISMS]
    right, up = (sum(part(turn) for turn in turns) / 2.0 for part in (np.cos, np.sin))
    low, high = lidar.elevations
    elevation = 0.5 * (low + high) + 0.5 * (high - low) * up
    ring = np.zeros(lidar.columns, np.uint16)
    return towards(-0.5 * lidar.fov * np.asarray(right), np.asarray(elevation)), ring, offset


def towards(azimuth: NDArray[np.float64], elevation: NDArray[np.float64]) -> NDArray[np.float64]:
    """(N, 3) unit directions of angles (N,) in rad: azimuth anticlockwise from x, elevation from the horizon."""
    flat = np.cos(elevation)
    return np.stack([flat * np.cos(azimuth), flat * np.sin(azimuth), np.sin(elevation)], -1)
