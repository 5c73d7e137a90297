"""Drawing what rigid bodies do: wheels on springs, limp people, boxes that turn with the body."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from renderers.mesh import Ints, Mesh
from renderers.people_form import SkinnedMesh
from renderers.vehicles import vehicle_mesh
from renderers.vehicles_wheels import Gear
from scenes.catalogue import axles
from scenes.geometry import posed, triple, world_from_model
from scenes.people import WORN, PersonLook
from scenes.vehicles import VehicleLook
from sim.people_rotate import turn_y
from sim.people_skeleton import PELVIS

Floats = NDArray[np.float64]
Triple = tuple[float, float, float]
MARK = 0.01  # m, by which wheels are lifted to find them


@dataclass(frozen=True, eq=False)
class Rig:
    """A vehicle's mesh whose wheels can be moved."""

    mesh: Mesh  # level, wheels straight
    wheels: tuple[Ints, ...]  # vertices of each wheel: front left, front right, rear left, rear right
    hubs: Floats  # (4, 3) m


@lru_cache(maxsize=256)
def vehicle_rig(look: VehicleLook, detail: int, lamps_on: bool, braking: bool) -> Rig:
    """Build a vehicle and find its wheels: they are what rises when wheels are lifted.

    Args:
        look: the vehicle.
        detail: 0 finest .. 2 coarsest.
        lamps_on: head and tail lamps glow.
        braking: brake lamps glow.

    Returns:
        The rig.
    """
    mesh = vehicle_mesh(look, detail, lamps_on, braking)
    marked = vehicle_mesh(look, detail, lamps_on, braking, Gear(0.0, (MARK, 2 * MARK, 3 * MARK, 4 * MARK)))
    number = np.rint((marked.positions[:, 2] - mesh.positions[:, 2]) / MARK).astype(np.int32)
    wheels = tuple(np.flatnonzero(number == k).astype(np.int32) for k in (1, 2, 3, 4))
    front, rear = axles(look)
    sides = [mesh.positions[wheel, 1] for wheel in wheels]
    hubs = [
        (front if k < 2 else -rear, float(y.min() + y.max()) / 2, look.wheel_radius) for k, y in enumerate(sides)
    ]  # fmt: skip
    return Rig(mesh, wheels, np.array(hubs))


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
    for k, (wheel, hub) in enumerate(zip(rig.wheels, rig.hubs, strict=True)):
        turn = world_from_model(np.zeros(3), steering if k < 2 else 0.0)[:3, :3] @ turn_y(float(joints[4 + k]))
        points[wheel] = (points[wheel] - hub) @ turn.T + hub + np.array([0.0, 0.0, float(joints[k])])
        normals[wheel] = normals[wheel] @ turn.T
    return replace(rig.mesh, positions=points, normals=normals)


def empty_handed(look: PersonLook) -> PersonLook:
    """The same person, who lost every bag that is not worn on the back."""
    return look if look.bag.style in WORN else replace(look, bag=replace(look.bag, style="none"))


def limp_pose(person: SkinnedMesh, pelvis: NDArray[np.floating], orientation: NDArray[np.floating]) -> Floats:
    """World_from_model (4, 4) of somebody with `limp_moves`, from the place of the pelvis (3,) in m."""
    pose = posed(pelvis, orientation)
    pose[:3, 3] -= pose[:3, :3] @ person.skeleton.joints[PELVIS]
    return pose


def box_of(mesh: Mesh, pose: Floats) -> tuple[Triple, Triple]:
    """Smallest box around a mesh along the axes of its model frame: middle (world, m) and size (m)."""
    low, high = mesh.positions.min(0).astype(np.float64), mesh.positions.max(0).astype(np.float64)
    return triple(pose[:3, :3] @ ((low + high) / 2) + pose[:3, 3]), triple(high - low)
