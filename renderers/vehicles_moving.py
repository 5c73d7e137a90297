"""Vehicles of one moment: wheels that roll and steer, lamps that glow; built once for each look."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from renderers.fill import place
from renderers.mesh import Mesh
from renderers.vehicles import vehicle_mesh
from renderers.vehicles_paint import Signs, painted
from renderers.vehicles_plates import plate_size
from renderers.vehicles_wheels import TYRE
from scenes.catalogue import axles
from scenes.geometry import world_from_model
from scenes.plates import NATIONS, Plate
from scenes.vehicles import VehicleLook
from sim.people_rotate import turn_y

WHEELS = 4


@dataclass(frozen=True, eq=False)
class Rig:
    """A vehicle's mesh whose wheels can be moved."""

    mesh: Mesh  # level, wheels straight, lamps dark; the last vertices are those of the wheels
    first: int  # vertex of the wheels
    hubs: NDArray[np.float64]  # (4, 3) m; front left, front right, rear left, rear right


def vehicle_rig(look: VehicleLook, detail: int) -> Rig:
    """The vehicle of a look; looks that differ in what their plates say share one.

    Args:
        look: the vehicle.
        detail: 0 finest .. 2 coarsest.

    Returns:
        The rig.
    """
    sizes = [plate_size(look.plate, face) for face in ("front", "rear")]
    alike = next(n for n in NATIONS if [plate_size(Plate(n, ""), face) for face in ("front", "rear")] == sizes)
    return _rig(replace(look, plate=Plate(alike, "0")), detail)


@lru_cache(maxsize=512)
def _rig(look: VehicleLook, detail: int) -> Rig:
    mesh = vehicle_mesh(look, detail)
    first = int(mesh.triangles[mesh.materials == mesh.palette.index(TYRE)].min())
    front, rear = axles(look)
    wheels = mesh.positions[first:].reshape(WHEELS, -1, 3)
    places = [(front if k < 2 else -rear, 0.5 * float(y.min() + y.max())) for k, y in enumerate(wheels[..., 1])]
    return Rig(mesh, first, np.array([(x, y, look.wheel_radius) for x, y in places]))


def rolling(rig: Rig, steering: float, joints: NDArray[np.floating]) -> Mesh:
    """Move the wheels of a vehicle.

    Args:
        rig: the vehicle.
        steering: angle of the front wheels, left positive, rad.
        joints: (8,) as in `sim.bullet_car.VEHICLE_JOINTS`: lift of the wheels in m, their turn in rad.

    Returns:
        The mesh; only positions and normals are new.
    """
    points, normals = rig.mesh.positions.copy(), rig.mesh.normals.copy()
    each = (len(points) - rig.first) // WHEELS
    for k, hub in enumerate(rig.hubs):
        pose = world_from_model(hub + np.array([0.0, 0.0, float(joints[k])]), steering if k < 2 else 0.0)
        pose[:3, :3] = pose[:3, :3] @ turn_y(float(joints[4 + k]))
        pose[:3, 3] -= pose[:3, :3] @ hub
        part = slice(rig.first + k * each, rig.first + (k + 1) * each)
        place(pose, rig.mesh.positions[part], rig.mesh.normals[part], points[part], normals[part])
    return replace(rig.mesh, positions=points, normals=normals)


def vehicle(look: VehicleLook, detail: int, signs: Signs, steering: float, turn: float) -> Mesh:
    """A vehicle of a moment.

    Args:
        look: the vehicle.
        detail: 0 finest .. 2 coarsest; then wheels do not show how they turn, and steering is rounded.
        signs: which lamps glow.
        steering: angle of the front wheels, left positive, rad.
        turn: of all wheels about their axles since time 0, forward positive, rad.

    Returns:
        The mesh.
    """
    if detail == 2 or steering == turn == 0.0:
        return _kept(look, detail, signs, round(steering, 2))
    joints = np.repeat([0.0, turn % (2.0 * np.pi)], WHEELS)
    return painted(rolling(vehicle_rig(look, detail), steering, joints), look, signs)


@lru_cache(maxsize=1024)
def _kept(look: VehicleLook, detail: int, signs: Signs, steering: float) -> Mesh:
    """Keep what stands still or is far away; all share the vertices of their rig where they are straight."""
    rig = vehicle_rig(look, detail)
    return painted(rolling(rig, steering, np.zeros(2 * WHEELS)) if steering else rig.mesh, look, signs)
