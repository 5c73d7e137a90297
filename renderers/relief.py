"""Things on a slope: the ground is sheared, people and furniture stand upright, vehicles stand on their wheels."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from renderers.labels import Subject
from renderers.mesh import Mesh
from renderers.stage import Instance
from scenes.geometry import transform, triple, world_from_model
from scenes.population_buildings import footprint
from scenes.relief import HUMP, Relief, raised
from scenes.types import Actor, Building, Prop
from scenes.vehicles import VehicleLook

Array = NDArray[np.float64]

STEP = 2.0  # m between the lines x = const at which ground that bends has edges; off by 2 mm at the most
TREAD = 0.12  # m from the sides of a vehicle to the middle of its tyres
FITS = 5  # steps until a vehicle stands on its wheels
# stiff things with faces that must not lean; all else follows the ground, its upright lines stay upright
STIFF = (
    "sign-round", "sign-triangle", "sign-rectangle", "sign-direction", "sign-stop", "sign-post", "post-box",
    "phone-box", "cabinet", "litter-bin", "wheelie-bin", "skip", "billboard", "parking-meter", "planter", "a-board",
    "trolleys",
)  # fmt: skip


def shear(gradient: NDArray[np.floating]) -> Array:
    """Affine (4, 4) that raises a model by a gradient (2,) in m/m of its own frame."""
    matrix = np.eye(4)
    matrix[2, :2] = gradient
    return matrix


def shear_at(position: NDArray[np.floating], heading: float, relief: Relief) -> Array:
    """Affine (4, 4) of the model frame that lays a thing at a place (2 or 3,), m, onto the slope there."""
    gx, gy = relief.gradient(position)
    c, s = math.cos(heading), math.sin(heading)
    return shear(np.array([c * gx + s * gy, c * gy - s * gx]))


def ground_on(mesh: Mesh, relief: Relief | None) -> Mesh:
    """The flat ground (world frame) laid onto the relief, cut where it bends so that all layers bend alike."""
    if relief is None:
        return mesh
    if relief.crest != 0.0:
        mesh = cut(mesh, np.arange(-4.0 * HUMP, 4.0 * HUMP + 0.5 * STEP, STEP))
    normals = mesh.normals.astype(np.float64)
    normals[:, :2] -= relief.gradient(mesh.positions) * normals[:, 2:]
    normals /= np.linalg.norm(normals, axis=1, keepdims=True)
    positions = raised(mesh.positions, relief)
    return replace(mesh, positions=positions.astype(np.float32), normals=normals.astype(np.float32))


def cut(mesh: Mesh, lines: Array) -> Mesh:
    """Cut triangles at the planes x = lines (N,), in m, so that none of them crosses one."""
    vertices = np.hstack([mesh.positions, mesh.normals, mesh.uvs, mesh.colours]).astype(np.float64)
    corners, materials = mesh.triangles.astype(np.int64), mesh.materials
    for line in lines:
        side = np.where(np.abs(vertices[:, 0] - line) < 1e-4, 0, np.sign(vertices[:, 0] - line))[corners]
        crossing = (side.min(1) < 0) & (side.max(1) > 0)
        if not crossing.any():
            continue
        own, sides = corners[crossing], side[crossing]
        # turn each so that its first corner is alone on its side; a corner on the line counts to the larger group
        alone = np.where((sides > 0).sum(1) == 1, (sides > 0).argmax(1), (sides < 0).argmax(1))
        a, b, c = (np.take_along_axis(own, ((alone + k) % 3)[:, None], 1)[:, 0] for k in range(3))
        first = len(vertices)
        p, q = np.arange(first, first + len(a)), np.arange(first + len(a), first + 2 * len(a))
        fresh = [_between(vertices[a], vertices[end], float(line)) for end in (b, c)]
        vertices = np.concatenate([vertices, *fresh])
        parts = np.concatenate([np.stack([a, p, q], -1), np.stack([p, b, c], -1), np.stack([p, c, q], -1)])
        flat = vertices[parts, :3]
        area = np.linalg.norm(np.cross(flat[:, 1] - flat[:, 0], flat[:, 2] - flat[:, 0]), axis=1)
        corners = np.concatenate([corners[~crossing], parts[area > 1e-9]])
        materials = np.concatenate([materials[~crossing], np.tile(materials[crossing], 3)[area > 1e-9]])
    rows = vertices.astype(np.float32)
    return replace(
        mesh, positions=rows[:, :3].copy(), normals=rows[:, 3:6].copy(), uvs=rows[:, 6:8].copy(),
        colours=rows[:, 8:].copy(), triangles=corners.astype(np.int32), materials=materials.astype(np.int32),
    )  # fmt: skip


def _between(start: Array, end: Array, line: float) -> Array:
    """Vertices (N, 11) at x = line on the edges from start to end; an end on the line is met there."""
    share = np.clip((line - start[:, :1]) / (end[:, :1] - start[:, :1]), 0.0, 1.0)
    return start + share * (end - start)


def actor_pose(actor: Actor, position: NDArray[np.floating], heading: float, relief: Relief | None) -> Array:
    """Pose world_from_model (4, 4) of an actor: vehicles stand on their wheels, people upright.

    Args:
        actor: for its size and axles.
        position: (3,) m, z above the ground.
        heading: rad.
        relief: of the ground.

    Returns:
        The pose; x and y are those given.
    """
    place = raised(position, relief)
    if relief is None or not isinstance(actor.look, VehicleLook):
        return world_from_model(place, heading)
    contacts, pitch, roll = wheels_of(actor.look), 0.0, 0.0
    base, track = contacts[0, 0] - contacts[2, 0], contacts[0, 1] - contacts[1, 1]
    for _ in range(FITS):
        wheels = transform(world_from_model(place, heading, pitch, roll), contacts)
        short = relief.height(wheels) + position[2] - wheels[:, 2]
        place[2] += short.mean()
        pitch += float(short[:2].mean() - short[2:].mean()) / base
        roll += float(short[0::2].mean() - short[1::2].mean()) / track
    return world_from_model(place, heading, pitch, roll)


def wheels_of(look: VehicleLook) -> Array:
    """Where the wheels of a vehicle touch the ground, (4, 3) model frame, m: front left, front right, rear."""
    front, side = 0.5 * look.length - look.overhang, 0.5 * look.width - TREAD
    rear = front - look.wheel_base
    return np.array([(front, side, 0.0), (front, -side, 0.0), (rear, side, 0.0), (rear, -side, 0.0)])


def prop_pose(prop: Prop, relief: Relief | None) -> tuple[Array, Array]:
    """Pose world_from_model (4, 4) of a prop, and what its mesh must be moved by before, (4, 4) in its own frame."""
    if relief is None:
        return world_from_model(prop.position, prop.heading), np.eye(4)
    pose = world_from_model(raised(prop.position, relief), prop.heading)
    if prop.look.model not in STIFF:
        return pose, shear_at(prop.position, prop.heading, relief)
    length, width = footprint(prop.look)
    corners = 0.5 * np.array([(i * length, j * width, 0.0) for i in (-1, 1) for j in (-1, 1)])
    pose[2, 3] = prop.position[2] + relief.height(transform(pose, corners)).min()
    return pose, np.eye(4)


def laid(mesh: Mesh, pose: Array, relief: Relief | None) -> Mesh:
    """A mesh with a flat pose (4, 4), every point of it raised as the ground below it is."""
    if relief is None:
        return mesh
    world = raised(transform(pose, mesh.positions), relief)
    return replace(mesh, positions=transform(np.linalg.inv(pose), world).astype(np.float32))


def on_relief(
    found: list[tuple[Instance, Subject | None]], relief: Relief | None
) -> list[tuple[Instance, Subject | None]]:
    """Things with flat poses, and what is labelled of them, raised as the ground below them is."""
    if relief is None:
        return found
    return [
        (
            replace(instance, mesh=laid(instance.mesh, instance.world_from_model, relief)),
            subject
            and replace(
                subject,
                centre=triple(raised(np.array(subject.centre), relief)),
                body=subject.body and replace(subject.body, points=raised(subject.body.points, relief)),
            ),
        )
        for instance, subject in found
    ]


def house_on(mesh: Mesh, building: Building, relief: Relief | None) -> tuple[Mesh, Array]:
    """A house on the relief: level from the first floor up, its foot follows the ground as old shop fronts do.

    Args:
        mesh: in its own frame.
        building: place, size, storeys.
        relief: of the ground.

    Returns:
        The mesh with the ground floor bent, and its pose (4, 4).
    """
    flat = world_from_model(building.position, building.heading)
    if relief is None:
        return mesh, flat
    width, depth, eaves = building.size
    front = transform(flat, np.array([0.5 * depth, 0.0, 0.0]))
    level = float(relief.height(front))
    points = mesh.positions.astype(np.float64)
    sag = relief.bend * max(width, depth) ** 2 / 8.0  # straight feet of long walls do not bend with the ground
    drop = relief.height(transform(flat, points)) - level - sag
    share = np.clip(1.0 - points[:, 2] / (eaves / max(building.look.storeys, 1)), 0.0, 1.0)
    points[:, 2] += share * drop
    pose = flat.copy()
    pose[2, 3] += level
    return replace(mesh, positions=points.astype(np.float32)), pose
