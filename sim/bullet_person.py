"""People of PyBullet: thirteen parts on 24 limited hinges, led along the path until something knocks them over."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scenes.geometry import quaternion_of, triple
from scenes.people import WORN, PersonLook
from sim import masses
from sim.bullet_client import ORIGIN, Client, Link, Quaternion, Triple, box, build
from sim.people_gait import Gait
from sim.people_joints import DOWN, HINGES, PARTS, anchors, angles_of
from sim.people_pose import bone_pose
from sim.people_skeleton import PELVIS, Skeleton

Floats = NDArray[np.float64]
TONE = 0.03  # N m per kg of body mass, friction of the large joints: nobody is quite limp
FASTEST = 40.0  # rad/s and m/s, bound on all velocities: keeps bodies together that are crushed
SLACK = math.radians(5.0)  # by which joints may go beyond their limits
WEAK = {"head": 0.4, "arm": 0.4, "forearm": 0.3, "shin": 0.6, "foot": 0.2}  # share of it that other joints have


@dataclass(frozen=True)
class Ragdoll:
    """A person who has a body."""

    body: int
    skeleton: Skeleton
    links: tuple[int, ...]  # one for every hinge, in the order of HINGES


@dataclass(frozen=True, eq=False)
class Posture:
    """How a person who was not touched holds the body at one moment."""

    pelvis: Floats  # (3,) joint of the pelvis, world, m
    orientation: Floats  # (4,) of the pelvis, x, y, z, w
    angles: Floats  # (24,) rad


def skeleton_of(look: PersonLook) -> Skeleton:
    """Skeleton for the physics: hips as wide as the build says, without looking at the clothes' cut."""
    return Skeleton(look, look.height * (0.135 + 0.01 * look.body.weight) + look.top.ease)


def part_shapes(client: Client, skeleton: Skeleton) -> list[tuple[int, Triple]]:
    """Shape and centre of mass of every part, from the part's joint.

    Sizes are shares of the stature, measured on the drawn people of average build, thicker for heavier ones.
    """
    tall, spots = skeleton.height, anchors(skeleton)
    thick = tall * (0.85 + 0.35 * skeleton.look.body.weight)
    ease = skeleton.look.top.ease
    pack = 0.5 * skeleton.look.bag_room[0] if skeleton.look.bag.style in WORN else 0.0  # on the back
    upper, fore, hand = skeleton.arm_lengths
    heel, _, tip = skeleton.foot
    trunk, rise = float(spots[2][2] - spots[1][2]) / 2, skeleton.ankle / 2
    face = (0.01 * tall, 0.0, tall - float(spots[2][2]) - 0.5 * skeleton.head_height)
    shapes = []
    for number, part in enumerate(PARTS):
        match part.segment:
            case "pelvis":
                shapes.append(
                    block(client, (0.078 * thick + ease, 0.100 * thick + ease, 0.058 * tall), (0.0, 0.0, -0.018 * tall))
                )
            case "torso":
                half = (0.072 * thick + ease + pack, 0.100 * thick + ease, trunk)
                shapes.append(block(client, half, (0.014 * tall - pack, 0.0, trunk)))
            case "head":
                shapes.append((ball(client, 0.48 * skeleton.head_height, face), face))
            case "foot":
                shapes.append(block(client, ((tip - heel) / 2, 0.024 * tall, rise), ((tip + heel) / 2, 0.0, -rise)))
            case "arm":
                shapes.append(rod(client, 0.035 * thick, upper * DOWN))
            case "forearm":
                shapes.append(rod(client, 0.029 * thick, (fore + 0.7 * hand) * DOWN))
            case limb:
                radius = (0.063 if limb == "thigh" else 0.040) * thick
                shapes.append(rod(client, radius, spots[number + 1] - spots[number]))
    return shapes


def block(client: Client, half: Triple, centre: Triple) -> tuple[int, Triple]:
    """A box of half sizes (m) and its centre."""
    return box(client, half, centre), centre


def ball(client: Client, radius: float, centre: Triple) -> int:
    """Shape: a sphere, m."""
    return int(client.createCollisionShape(client.GEOM_SPHERE, radius=radius, collisionFramePosition=centre))


def rod(client: Client, radius: float, end: Floats) -> tuple[int, Triple]:
    """A capsule from the joint to `end` (m) and its centre; it ends half a radius short of both."""
    length = float(np.linalg.norm(end))
    x, y, z = end / length if end[2] >= 0 else -end / length
    turn = np.array([-y, x, 0.0, 1.0 + z])  # half way between the z axis and the rod
    centre = (float(end[0]) / 2, float(end[1]) / 2, float(end[2]) / 2)
    shape = client.createCollisionShape(
        client.GEOM_CAPSULE, radius=radius, height=max(length - radius, 0.02), collisionFramePosition=centre,
        collisionFrameOrientation=(turn / np.linalg.norm(turn)).tolist(),
    )  # fmt: skip
    return int(shape), centre


def make_ragdoll(client: Client, look: PersonLook) -> Ragdoll:
    """Build a person at the origin; `lead` puts the body where it belongs.

    Args:
        client: its world.
        look: stature and build.

    Returns:
        The person.
    """
    skeleton = skeleton_of(look)
    mass, spots = masses.person_mass(look), anchors(skeleton)
    shapes = part_shapes(client, skeleton)
    links: list[Link] = []
    carrier = [-1]  # link that carries each part
    for number, part in enumerate(PARTS[1:], 1):
        at: Triple = triple(spots[number] - spots[part.parent])
        parent = carrier[part.parent]
        for axis, _, _ in part.hinges[:-1]:
            links.append(Link(parent, axis, at))
            at, parent = ORIGIN, len(links) - 1
        share = masses.segment_share(look, part.segment)
        links.append(Link(parent, part.hinges[-1][0], at, mass * share, *shapes[number]))
        carrier.append(len(links) - 1)
    share = masses.segment_share(look, "pelvis")
    body = build(
        client, mass * share, shapes[0][0], spots[0].tolist(), (0.0, 0.0, 0.0, 1.0), links,
        client.URDF_USE_SELF_COLLISION | client.URDF_USE_SELF_COLLISION_EXCLUDE_ALL_PARENTS,
    )  # fmt: skip
    client.changeDynamics(body, -1, lateralFriction=masses.CLOTH_FRICTION)
    for link, (number, _, low, high) in enumerate(HINGES):
        client.changeDynamics(body, link, lateralFriction=masses.CLOTH_FRICTION)
        client.changeDynamics(body, link, jointLowerLimit=low, jointUpperLimit=high)
        client.changeDynamics(body, link, maxJointVelocity=FASTEST)
        client.setJointMotorControl2(
            body, link, client.VELOCITY_CONTROL, targetVelocity=0.0,
            force=TONE * mass * WEAK.get(PARTS[number].segment, 1.0),
        )  # fmt: skip
    return Ragdoll(body, skeleton, tuple(range(len(links))))


def posture(skeleton: Skeleton, position: Sequence[float], heading: float, gait: Gait) -> Posture:
    """Body of a person who walks or stands.

    Args:
        skeleton: of the person.
        position: (3,) between the feet, world, m.
        heading: rad.
        gait: what the person does.

    Returns:
        The posture.
    """
    rotation, place = bone_pose(skeleton, gait)
    c, s = math.cos(heading), math.sin(heading)
    ahead = np.array([[c, -s, 0.0], [s, c, 0.0], [0.0, 0.0, 1.0]])
    pelvis = np.asarray(position, np.float64) + ahead @ place[PELVIS]
    return Posture(pelvis, quaternion_of(ahead @ rotation[PELVIS]), angles_of(skeleton, rotation))


def lead(client: Client, doll: Ragdoll, before: Posture, after: Posture, share: float, dt: float) -> None:
    """Hold a person who was not touched between two postures, moving from one to the other.

    Args:
        client: its world.
        doll: the person.
        before: posture at the start of a step of `dt` seconds.
        after: at its end.
        share: of the step that has passed, 0..1.
        dt: s.
    """
    end = after.orientation * (1.0 if before.orientation @ after.orientation >= 0 else -1.0)
    turn = before.orientation + share * (end - before.orientation)
    change = after.angles - before.angles
    client.resetBasePositionAndOrientation(
        doll.body, before.pelvis + share * (after.pelvis - before.pelvis), turn / np.linalg.norm(turn)
    )
    client.resetBaseVelocity(doll.body, ((after.pelvis - before.pelvis) / dt).tolist(), ORIGIN)
    client.resetJointStatesMultiDof(
        doll.body, doll.links, [[a] for a in before.angles + share * change], [[v] for v in change / dt]
    )


def hold_joints(client: Client, doll: Ragdoll) -> None:
    """Turn joints back that a blow has forced beyond their limits: the solver's own limits give way under wheels."""
    states = client.getJointStates(doll.body, doll.links)
    for link, (state, (_, _, low, high)) in enumerate(zip(states, HINGES, strict=True)):
        angle = min(max(state[0], low - SLACK), high + SLACK)
        if angle != state[0]:
            client.resetJointState(doll.body, link, angle, 0.0)


def read_ragdoll(client: Client, doll: Ragdoll) -> tuple[Floats, Quaternion, Triple, float, Floats]:
    """Where a person is.

    Args:
        client: its world.
        doll: the person.

    Returns:
        (3,) joint of the pelvis (m), orientation of the pelvis, velocity (m/s), yaw rate
        (rad/s), and (24,) hinge angles (rad).
    """
    place, orientation = client.getBasePositionAndOrientation(doll.body)
    velocity, spin = client.getBaseVelocity(doll.body)
    angles = np.array([state[0] for state in client.getJointStates(doll.body, doll.links)])
    return np.array(place), orientation, velocity, spin[2], angles
