"""Vehicles whose wheels can be moved."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from renderers.fill import place
from renderers.mesh import Mesh
from scenes.geometry import world_from_model
from sim.people_rotate import turn_y

WHEELS = 4  # that the simulation knows; further ones turn with the rear ones of their side


@dataclass(frozen=True, eq=False)
class Rig:
    """A vehicle's mesh whose wheels can be moved."""

    mesh: Mesh  # level, wheels straight, lamps dark; the last vertices are those of the wheels
    spans: tuple[int, ...]  # (W + 1,) first vertex of each wheel, then one past the last
    hubs: NDArray[np.float64]  # (W, 3) m; front left, front right, rear left, rear right, further ones left, right


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
    for k, hub in enumerate(rig.hubs):
        joint = k if k < WHEELS else 2 + k % 2
        pose = world_from_model(hub + np.array([0.0, 0.0, float(joints[joint])]), steering if k < 2 else 0.0)
        pose[:3, :3] = pose[:3, :3] @ turn_y(float(joints[WHEELS + joint]))
        pose[:3, 3] -= pose[:3, :3] @ hub
        part = slice(rig.spans[k], rig.spans[k + 1])
        place(pose, rig.mesh.positions[part], rig.mesh.normals[part], points[part], normals[part])
    return replace(rig.mesh, positions=points, normals=normals)
