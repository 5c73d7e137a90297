"""Lidars of a concrete scene: what the file says, and the data sheet where it says nothing."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np

from scenes.schema import SceneSpec
from scenes.schema_lidar import SENSORS, TWO_BLOCKS, LidarSpec
from scenes.types import Floats, Lidar


def make_lidars(spec: SceneSpec, carriers: Mapping[int, int]) -> tuple[Lidar, ...]:
    """Place all lidars.

    Args:
        spec: with plain values.
        carriers: number of a dash camera in the file -> id of the actor that carries it.

    Returns:
        The lidars.
    """
    return tuple(lidar_of(number, lidar, carriers) for number, lidar in enumerate(spec.lidars))


def lidar_of(number: int, spec: LidarSpec, carriers: Mapping[int, int]) -> Lidar:
    """One lidar of a scene."""
    sheet = SENSORS[spec.model]
    pattern = sheet.pattern if spec.pattern is None else spec.pattern
    fov, low, high, step, rate, blind, most, dark, noise = (
        float(getattr(sheet if getattr(spec, name) is None else spec, name))
        for name in ("fov", "low", "high", "step", "rate", "blind", "range", "dark_range", "noise")
    )
    carried = spec.kind == "dash"
    rows = elevations(spec, low, high)
    columns = max(1, round(fov / step))
    if pattern == "rosette":
        columns, rows = int(sheet.points if spec.points is None else spec.points), np.radians([low, high])
    place = (spec.ahead, 0.0) if carried else spec.position
    return Lidar(
        id=number, model=spec.model, pattern=pattern, elevations=rows, columns=columns, fov=math.radians(fov),
        rate=rate, blind=blind, range=most, dark_range=dark, noise=noise, dropout=spec.dropout,
        position=np.array([*place, spec.rise]), heading=math.radians(spec.heading), pitch=math.radians(spec.pitch),
        roll=math.radians(spec.roll), mount=carriers[spec.camera] if carried else None, motion=spec.motion,
    )  # fmt: skip


def elevations(spec: LidarSpec, low: float, high: float) -> Floats:
    """(C,) elevations of the rows, rad, lowest first: evenly spaced, but for the two blocks of an HDL-64E as it is."""
    if spec.model == "hdl-64e" and spec.channels is None and spec.low is None and spec.high is None:
        return np.radians(TWO_BLOCKS)
    count = SENSORS[spec.model].channels if spec.channels is None else spec.channels
    return np.asarray(np.radians(np.linspace(low, high, count)))
