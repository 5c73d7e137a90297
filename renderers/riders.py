"""Bicycles and motorcycles with who rides them: two things with boxes and masks of their own."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from renderers.kept import kept
from renderers.keypoints import body_of
from renderers.labels import Subject
from renderers.mesh import Material, Mesh, merge, moved
from renderers.people import SkinnedMesh, person_mesh
from renderers.people_skin import skinned
from renderers.props_kit import surface
from renderers.stage import Instance
from renderers.vehicles_cycles import CycleParts, bicycle_parts
from renderers.vehicles_motorcycles import motorcycle_parts
from renderers.vehicles_paint import Signs
from scenes.cycles import CycleLook
from scenes.geometry import quadruple, quaternion_of, triple, world_from_model
from scenes.kinds import Kind
from scenes.types import Actor
from sim.people_pose import bone_moves
from sim.people_ride import Ride, ball_of, crank_angle, lean_of, riding_pose, steered
from sim.people_rotate import turn_x, turn_y
from sim.people_skeleton import HEAD, SIDES, Skeleton

Floats = NDArray[np.float64]
VISOR = Material((0.012, 0.012, 0.014), roughness=0.12, reflectance=0.06)
SHELL = Material(roughness=0.28, reflectance=0.06)
FOAM = (0.02, 0.02, 0.022)


def ridden(
    actor: Actor,
    look: CycleLook,
    ride: Ride,
    place: tuple[Floats, float],
    detail: int,
    known: tuple[Signs, dict[str, str]],
) -> list[tuple[Instance, Subject | None]]:
    """A machine and its rider.

    Args:
        actor: the machine; its `rider` is the instance id of who rides it.
        look: its look.
        ride: how it rolls.
        place: (3,) world, m, and heading, rad.
        detail: 0 finest .. 2 coarsest.
        known: which lamps glow, and what its label says of them.

    Returns:
        The machine, then the rider.
    """
    pose = world_from_model(*place)
    pose[:3, :3] = pose[:3, :3] @ turn_x(-lean_of(look, ride))
    turn = quadruple(quaternion_of(pose[:3, :3]))
    skeleton = rested(look, detail)[0].skeleton
    moves = bone_moves(skeleton, *riding_pose(skeleton, look, ride))
    machine, person = machine_mesh(look, ride, detail, known[0]), rider_mesh(look, moves, detail)
    body = body_of(skeleton.landmarks, moves, pose)
    rider = 0 if actor.rider is None else actor.rider
    found: list[tuple[Instance, Subject | None]] = []
    for number, kind, mesh, who, attributes in (
        (actor.id, actor.kind, machine, None,
         {"model": look.model, "behaviour": actor.behaviour, "rider": str(rider), **known[1]}),
        (rider, Kind.RIDER, person, body, {
            "age_group": look.rider.age_group, "behaviour": "ride", "vehicle": str(actor.id),
            "helmet": "yes" if look.helmet else "no",
        }),
    ):  # fmt: skip
        low, high = (corner.astype(np.float64) for corner in mesh.extent)
        centre = triple(pose[:3, :3] @ (0.5 * (low + high)) + pose[:3, 3])
        subject = Subject(number, kind, centre, triple(high - low), place[1], turn, attributes=attributes, body=who)
        found.append((Instance(mesh, pose, kind, number), subject))
    return found


def machine_mesh(look: CycleLook, ride: Ride, detail: int, signs: Signs) -> Mesh:
    """A machine in its model frame: wheels turned by the distance travelled, bar by the steering."""
    parts = parts_of(look, detail, signs)
    own = look.measures
    spin = turn_y((ride.travelled / own.wheel_radius) % (2.0 * np.pi))
    rear = np.array([-own.wheel_base / 2, 0.0, own.wheel_radius])
    front = turned(parts.wheels[0], spin, rear * (-1, 1, 1))
    bar = merge([parts.fork, front])
    points = steered(look, bar.positions.astype(np.float64), ride.steering)
    normals = steered(look, bar.normals.astype(np.float64), ride.steering) - steered(look, np.zeros(3), ride.steering)
    bar = replace(bar, positions=points.astype(np.float32), normals=normals.astype(np.float32))
    meshes = [parts.frame, bar, turned(parts.wheels[1], spin, rear)]
    if parts.cranks is not None and parts.pedal is not None:
        crank = np.array([look.crank[0], 0.0, look.crank[1]])
        meshes.append(turned(parts.cranks, turn_y(crank_angle(look, ride)), crank))
        for side in SIDES:
            ball, toes = ball_of(look, ride, side)
            meshes.append(turned(parts.pedal, turn_y(toes), ball - np.array([0.0, 0.0, 0.012])))
    return merge(meshes)


def parts_of(look: CycleLook, detail: int, signs: Signs) -> CycleParts:
    """Parts of a bicycle or of a motorcycle."""
    if look.kind is Kind.BICYCLE:
        return bicycle_parts(look, detail, signs.lamps)
    return motorcycle_parts(look, detail, signs)


def turned(mesh: Mesh, rotation: Floats, to: Floats) -> Mesh:
    """Rotate a mesh about the origin, then shift it."""
    pose = np.eye(4)
    pose[:3, :3], pose[:3, 3] = rotation, to
    return moved(mesh, pose)


@kept
def rested(look: CycleLook, detail: int) -> tuple[SkinnedMesh, Mesh | None]:
    """The rider in the rest pose, and the helmet."""
    rest = person_mesh(look.rider, detail)
    return rest, helmet_mesh(rest.skeleton, look, detail) if look.helmet else None


def rider_mesh(look: CycleLook, moves: Floats, detail: int) -> Mesh:
    """The rider in the machine's model frame; `moves` are (19, 3, 4) posed_from_rest of the bones."""
    rest, helmet = rested(look, detail)
    mesh = skinned(rest, moves)
    if helmet is None:
        return mesh
    return merge([mesh, moved(helmet, np.vstack([moves[HEAD], [0.0, 0.0, 0.0, 1.0]]))])


def helmet_mesh(skeleton: Skeleton, look: CycleLook, detail: int) -> Mesh:
    """A helmet on the head of the rest pose: a vented shell for cyclists, a closed one with a visor for the others."""
    tall = skeleton.head_height
    closed = look.kind is Kind.MOTORCYCLE
    centre = np.array([0.004 * skeleton.height, 0.0, skeleton.chin + (0.52 if closed else 0.60) * tall])
    radii = np.array([0.62, 0.50, 0.60] if closed else [0.59, 0.46, 0.50]) * tall
    columns, rows = (33, 21, 13)[detail], (14, 10, 7)[detail]
    angle = np.linspace(-np.pi, np.pi, columns)[None, :]
    front = 0.5 * (1.0 + np.cos(angle))
    end = 2.55 - 0.25 * front if closed else 1.83 - 0.42 * front
    polar = np.linspace(0.001, 1.0, rows)[:, None] * end
    ridge = 0.0 * angle if closed else 0.035 * np.cos(9.0 * angle) * np.sin(polar) ** 2 * (detail == 0)
    out = np.stack(np.broadcast_arrays(
        np.sin(polar) * np.cos(angle), np.sin(polar) * np.sin(angle), np.cos(polar) + 0.0 * angle), -1)  # fmt: skip
    shell = centre + radii * out * (1.0 + ridge)[..., None]
    colours = np.broadcast_to(np.array(look.helmet_colour), shell.shape).copy()
    if not closed:  # vents along the head, foam at the rim
        vents = (np.cos(9.0 * angle) < -0.55) & (polar > 0.35) & (polar < 0.92 * end)
        colours[np.broadcast_to(vents, shell.shape[:2])] = FOAM
        colours[-2:] = FOAM
    inner = centre + 0.9 * radii * out
    lining = np.stack([shell[-1], inner[-1], inner[-2]])
    parts = [surface(shell, SHELL, colours), surface(lining, SHELL, FOAM)]
    if closed:
        rows_, cols = np.linspace(1.25, 1.85, 5)[:, None], np.linspace(-1.15, 1.15, (13, 9, 7)[detail])[None, :]
        glass = np.stack(np.broadcast_arrays(
            np.sin(rows_) * np.cos(cols), np.sin(rows_) * np.sin(cols), np.cos(rows_) + 0.0 * cols), -1)  # fmt: skip
        parts.append(surface(centre + 1.012 * radii * glass, VISOR))
    return merge(parts)
