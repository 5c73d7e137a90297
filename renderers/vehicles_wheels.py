"""Wheels: tyre, rim, spokes or cover."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from renderers.mesh import Material, Mesh, grid_triangles, make_mesh, merge, moved
from renderers.vehicles_paint import Paints
from scenes.geometry import world_from_model
from scenes.vehicles import VehicleLook

TYRE = Material((0.014, 0.014, 0.015), roughness=0.9, reflectance=0.03)
GAP = Material((0.008, 0.008, 0.008), roughness=0.9, reflectance=0.02)


@dataclass(frozen=True)
class Gear:
    """How the wheels of a vehicle stand."""

    steering: float = 0.0  # road-wheel angle of the first axle, left positive, rad
    lift: tuple[float, float, float, float] = (0.0, 0.0, 0.0, 0.0)  # m; front left, front right, rear left, rear right


LEVEL = Gear()


def lathe(profile: Sequence[tuple[float, float]], sides: int, material: Material) -> Mesh:
    """Turn a profile around the y axis.

    Args:
        profile: (y, radius) in metres, from the outer (+y) middle over the tread to the inside.
        sides: vertices around.
        material: of all faces.

    Returns:
        The mesh with flat rows between profile points kept smooth.
    """
    y, radius = np.asarray(profile, float).T
    angle = np.arange(sides) * 2.0 * np.pi / sides
    points = np.stack(
        [
            radius[:, None] * np.cos(angle),
            np.broadcast_to(y[:, None], (len(y), sides)),
            radius[:, None] * np.sin(angle),
        ],
        -1,
    ).reshape(-1, 3)
    triangles = grid_triangles(len(y), sides, closed=True)[:, ::-1]
    corners = points[triangles]
    area = np.linalg.norm(np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]), axis=1)
    return make_mesh(points, triangles[area > 1e-9], material)


def wheel_mesh(look: VehicleLook, paints: Paints, detail: int, width: float, turn: float = 0.0) -> Mesh:
    """One left-hand wheel about the origin of its hub, outer face towards +y.

    Args:
        look: the vehicle.
        paints: its materials.
        detail: 0 finest .. 2 coarsest.
        width: of the tyre, m.
        turn: rotation about the axle, rad.

    Returns:
        The mesh.
    """
    radius, half = look.wheel_radius, width / 2.0
    sides = (20, 16, 8)[detail]  # where wheels are seen to roll none leaves the ground by more than 1 cm
    rim = radius * (0.66 if look.wheel_style in ("spokes", "multi") else 0.62)
    if detail == 2:
        grey = 0.5 * look.wheel_colour[0]  # rim and dark gaps seen as one
        blurred = (grey, grey, grey)
        tyre = lathe([(half, rim), (half * 0.9, radius), (-half, radius)], sides, TYRE)
        return merge([tyre, lathe([(half, 0.0), (half, rim)], sides, replace(paints.rim, colour=blurred))])
    shoulder = [(half, rim), (half * 1.02, radius * 0.8), (half * 0.92, radius * 0.95), (half * 0.7, radius)]
    inner = [(-y, r) for y, r in reversed(shoulder[2:])] + [(-half, rim)]
    parts = [lathe(shoulder + inner, sides, TYRE), lathe([(-half * 0.6, 0.0), (-half, rim)], sides, GAP)]
    parts[1] = _turned_over(parts[1])
    if look.wheel_style in ("spokes", "multi"):
        parts.append(lathe([(half * 0.45, 0.0), (half * 0.45, rim * 0.93)], sides, GAP))
        parts.append(
            lathe([(half * 0.45, rim * 0.9), (half * 0.97, rim * 0.97), (half * 1.02, rim)], sides, paints.rim)
        )
        parts += _spokes(look.wheel_spokes, rim, half, paints.rim, wide=look.wheel_style == "spokes")
        parts.append(
            lathe([(half * 0.8, 0.0), (half * 0.78, rim * 0.2), (half * 0.5, rim * 0.24)], sides // 2, paints.rim)
        )
    else:
        dome = 0.85 if look.wheel_style == "cover" else 0.45
        face = [(half * dome, 0.0), (half * dome, rim * 0.35), (half * 0.72, rim * 0.62), (half * 0.95, rim * 0.94)]
        parts.append(lathe([*face, (half * 1.02, rim)], sides, paints.rim))
        parts += _holes(look.wheel_spokes, rim, half)
        if look.wheel_style == "steel":
            cap = [(half * 0.75, 0.0), (half * 0.72, rim * 0.26), (half * 0.4, rim * 0.28)]
            parts.append(lathe(cap, sides // 2, paints.metal))
    spin = np.eye(4)
    spin[[0, 0, 2, 2], [0, 2, 0, 2]] = math.cos(turn), math.sin(turn), -math.sin(turn), math.cos(turn)
    return moved(merge(parts), spin)


def _turned_over(mesh: Mesh) -> Mesh:
    """Let a disc face the other way."""
    return make_mesh(mesh.positions, mesh.triangles[:, ::-1], mesh.palette[0])


def _fan_of(count: int, quad: np.ndarray[tuple[int, int], np.dtype[np.float64]], material: Material) -> Mesh:
    """Repeat a quad (4, 3), anticlockwise from +y, around the axle."""
    angle = np.arange(count) * 2.0 * np.pi / count
    c, s = np.cos(angle)[:, None], np.sin(angle)[:, None]
    x, y, z = quad.T
    points = np.stack([c * x - s * z, np.broadcast_to(y, (count, 4)), s * x + c * z], -1).reshape(-1, 3)
    faces = (np.array([[0, 1, 2], [0, 2, 3]]) + 4 * np.arange(count)[:, None, None]).reshape(-1, 3)
    return make_mesh(points, faces, material)


def _spokes(count: int, rim: float, half: float, material: Material, wide: bool) -> list[Mesh]:
    """Flat spokes from hub to rim."""
    root, tip = (0.15, 0.11) if wide else (0.07, 0.05)
    inner, outer = 0.18 * rim, 0.95 * rim
    quad = np.array(
        [[inner, half * 0.78, -root * rim], [inner, half * 0.78, root * rim], [outer, half * 0.92, tip * rim],
         [outer, half * 0.92, -tip * rim]]
    )  # fmt: skip
    return [_fan_of(count, quad, material)]


def _holes(count: int, rim: float, half: float) -> list[Mesh]:
    """Dark openings of a cover or steel wheel."""
    inner, outer, side = 0.66 * rim, 0.86 * rim, 0.30 * 5.0 / count * rim
    quad = np.array(
        [
            [inner, half * 0.79, -side],
            [inner, half * 0.79, side],
            [outer, half * 0.93, side],
            [outer, half * 0.93, -side],
        ]
    )
    return [_fan_of(count, quad, GAP)]


def wheels(look: VehicleLook, paints: Paints, detail: int, axles: Sequence[tuple[float, float]], gear: Gear) -> Mesh:
    """All wheels in the model frame; the first axle steers.

    Args:
        look: the vehicle.
        paints: its materials.
        detail: 0 finest .. 2 coarsest.
        axles: (x, y of the outer wheel face) of each axle, m.
        gear: how they stand.

    Returns:
        The mesh; level tyres touch z = 0.
    """
    width = 0.62 * look.wheel_radius if look.wheel_radius < 0.40 else 0.30
    parts = []
    for number, (x, y) in enumerate(axles):
        twin = 1.9 if number and look.wheel_radius >= 0.40 else 1.0
        wheel = wheel_mesh(look, paints, detail, width * twin)
        for sign in (1.0, -1.0):
            angle = gear.steering if number == 0 else 0.0
            rise = look.wheel_radius + gear.lift[2 * number + (sign < 0)]
            pose = world_from_model(np.array([x, sign * (y - width * twin / 2.0), rise]), angle)
            parts.append(moved(wheel, pose @ np.diag([1.0, sign, 1.0, 1.0])))
    return merge(parts)
