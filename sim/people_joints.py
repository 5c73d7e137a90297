"""The joints of a limp person: parts, hinges with their limits, and the way to and from the bones of a skeleton."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.people_pose import bone_moves
from sim.people_rotate import aligned, turn_x, turn_y, turn_z
from sim.people_skeleton import ARM, BONES, CHEST, HEAD, LEG, NECK, PELVIS, SPINE, Skeleton

Array = NDArray[np.float64]
Hinges = tuple[tuple[str, float, float], ...]  # axis and limits in degrees
DOWN: Array = np.array([0.0, 0.0, -1.0])
FRONT: Array = np.array([1.0, 0.0, 0.0])


@dataclass(frozen=True)
class Part:
    """A rigid piece of a person."""

    name: str
    segment: str  # row of `sim.masses.SEGMENT_SHARES`
    parent: int  # part that it hangs on, -1 for the pelvis
    bones: tuple[int, ...]  # that it carries; it turns about the joint of the first one
    lead: int  # bone whose rotation it takes over from a gait
    hinges: Hinges  # from the parent outwards


# Limits: American Academy of Orthopaedic Surgeons (1965), Joint Motion. About y a limb swings back and the trunk bends
# forward, about x (of the left side) it spreads, about z it turns.
_WAIST: Hinges = (("y", -25.0, 80.0), ("x", -35.0, 35.0), ("z", -45.0, 45.0))
_NECK: Hinges = (("y", -45.0, 45.0), ("x", -45.0, 45.0), ("z", -60.0, 60.0))
_SHOULDER: Hinges = (("y", -175.0, 60.0), ("x", -30.0, 85.0), ("z", -70.0, 90.0))
_HIP: Hinges = (("y", -120.0, 30.0), ("x", -30.0, 45.0), ("z", -45.0, 45.0))


def _mirrored(hinges: Hinges, side: int) -> Hinges:
    return hinges if side > 0 else tuple((a, low, high) if a == "y" else (a, -high, -low) for a, low, high in hinges)


def _arm(side: int, number: int) -> tuple[Part, ...]:
    arm, end = ARM[side], "_l" if side > 0 else "_r"
    return (
        Part("arm" + end, "arm", 1, (arm,), arm, _mirrored(_SHOULDER, side)),
        Part("forearm" + end, "forearm", number, (arm + 1, arm + 2), arm + 1, (("y", -150.0, 0.0),)),
    )


def _leg(side: int, number: int) -> tuple[Part, ...]:
    leg, end = LEG[side], "_l" if side > 0 else "_r"
    return (
        Part("thigh" + end, "thigh", 0, (leg,), leg, _mirrored(_HIP, side)),
        Part("shin" + end, "shin", number, (leg + 1,), leg + 1, (("y", 0.0, 135.0),)),
        Part("foot" + end, "foot", number + 1, (leg + 2, leg + 3), leg + 2, (("y", -20.0, 50.0),)),
    )


PARTS: tuple[Part, ...] = (  # depth first, the way PyBullet numbers links
    Part("pelvis", "pelvis", -1, (PELVIS,), PELVIS, ()),
    Part("torso", "torso", 0, (SPINE, CHEST), CHEST, _WAIST),
    Part("head", "head", 1, (NECK, HEAD), HEAD, _NECK),
    *_arm(1, 3),
    *_arm(-1, 5),
    *_leg(1, 7),
    *_leg(-1, 10),
)
HINGES: tuple[tuple[int, str, float, float], ...] = tuple(  # part, axis, limits in rad
    (number, axis, math.radians(low), math.radians(high))
    for number, part in enumerate(PARTS)
    for axis, low, high in part.hinges
)
HINGE_NAMES = tuple(f"{PARTS[number].name}.{axis}" for number, axis, _, _ in HINGES)
_TURNS = {"x": turn_x, "y": turn_y, "z": turn_z}


def rest_turn(skeleton: Skeleton, side: int) -> Array:
    """(3, 3) rotation that lets the arm of the rest pose hang straight down, the way arms hang at zero angles."""
    return aligned(skeleton.arm_direction(side), DOWN, FRONT)


def anchors(skeleton: Skeleton) -> Array:
    """(13, 3) joint of every part at zero angles: the rest pose with straight arms; model frame, m."""
    joints = skeleton.joints.copy()
    for side in ARM:
        arm, (upper, _, _) = ARM[side], skeleton.arm_lengths
        joints[arm + 1] = joints[arm] + upper * DOWN
    return np.stack([joints[part.bones[0]] for part in PARTS])


def angles_of(skeleton: Skeleton, rotation: Array) -> Array:
    """Hinge angles of a posed skeleton, inside the limits.

    Args:
        skeleton: rest pose.
        rotation: (19, 3, 3) of the bones, model frame.

    Returns:
        (24,) rad, in the order of HINGES. What the hinges cannot follow is left out.
    """
    turns = np.stack([rotation[part.lead] for part in PARTS])
    for side, first in ((1, 3), (-1, 5)):
        straight = rest_turn(skeleton, side).T
        turns[first : first + 2] = turns[first : first + 2] @ straight
    angles: list[float] = []
    for number, part in enumerate(PARTS[1:], 1):
        local = turns[part.parent].T @ turns[number]
        if len(part.hinges) == 1:
            angles.append(math.atan2(local[0, 2] - local[2, 0], local[0, 0] + local[2, 2]))
            continue
        angles.append(math.atan2(local[0, 2], local[2, 2]))
        angles.append(-math.asin(max(-1.0, min(1.0, local[1, 2]))))
        angles.append(math.atan2(local[1, 0], local[1, 1]))
    limits = np.array([(low, high) for _, _, low, high in HINGES])
    return np.asarray(np.clip(np.array(angles), limits[:, 0], limits[:, 1]))


def part_turns(angles: NDArray[np.floating]) -> Array:
    """(13, 3, 3) rotation of every part in the frame of the pelvis, from (24,) hinge angles in rad."""
    turns, at = np.empty((len(PARTS), 3, 3)), 0
    turns[0] = np.eye(3)
    for number, part in enumerate(PARTS[1:], 1):
        turn = turns[part.parent]
        for axis, _, _ in part.hinges:
            turn = turn @ _TURNS[axis](float(angles[at]))
            at += 1
        turns[number] = turn
    return turns


def limp_moves(skeleton: Skeleton, angles: NDArray[np.floating]) -> Array:
    """Transforms of all bones of a limp person.

    Args:
        skeleton: rest pose.
        angles: (24,) rad, in the order of HINGES.

    Returns:
        (19, 3, 4) posed_from_rest, in the frame of the pelvis (its rest pose).
    """
    turns, joints = part_turns(angles), skeleton.joints
    rotation, position = np.empty((len(BONES), 3, 3)), np.empty((len(BONES), 3))
    position[PELVIS] = joints[PELVIS]
    straight = {side: rest_turn(skeleton, side) for side in ARM}
    for number, part in enumerate(PARTS):
        side = (1 if part.name.endswith("_l") else -1) if part.segment in ("arm", "forearm") else 0
        for bone in part.bones:
            rotation[bone] = turns[number] @ straight[side] if side else turns[number]
    for bone, parent in _PARENTS:
        position[bone] = position[parent] + rotation[parent] @ (joints[bone] - joints[parent])
    return bone_moves(skeleton, rotation, position)


_PARENTS: tuple[tuple[int, int], ...] = (
    (SPINE, PELVIS), (CHEST, SPINE), (NECK, CHEST), (HEAD, NECK),
    *((ARM[s] + k, CHEST if k == 0 else ARM[s] + k - 1) for s in (1, -1) for k in range(3)),
    *((LEG[s] + k, PELVIS if k == 0 else LEG[s] + k - 1) for s in (1, -1) for k in range(4)),
)  # fmt: skip
