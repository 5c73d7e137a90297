"""How somebody holds an open umbrella: upright above the own head, whatever the trunk does."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from scenes.people_look import PersonLook, Umbrella
from sim.people_rotate import aligned, turn_x, turn_y
from sim.people_skeleton import ARM, HEAD, Skeleton

Array = NDArray[np.float64]
DEEP = 0.50  # depth of the dome over its radius
BEND = 1.12  # rad that the ribs bend by from the top to the rim
GAP = 0.055  # m between what is below the canopy and the cloth
FOLD = 0.115  # of the stature, the wrist comes no nearer to the shoulder
INWARD = 0.12  # rad that the shaft leans to the middle
UPRIGHT = 0.3  # share of the tilt that is left when somebody stands
ABREAST = 0.68  # m to who walks below it too
FIST: Array = np.array([0.85, -0.28, 0.30])  # direction of the hand around the shaft, of the left one; not unit


@dataclass(frozen=True, eq=False)
class Hoist:
    """An arm whose hand holds something upright over the head."""

    grip: Array  # (3,) rest frame, moves with the head but does not turn with it, m
    hand: Array  # (3, 3) posed_from_rest rotation of the hand


def drop(share: Array | float) -> Array:
    """How far the canopy lies below its top, in radii, at a share of the radius."""
    angle = np.arcsin(np.minimum(np.asarray(share) * math.sin(BEND), 1.0))
    return np.asarray(DEEP * (1.0 - np.cos(angle)) / (1.0 - math.cos(BEND)))


def fist(skeleton: Skeleton, side: int) -> Array:
    """(3,) from the wrist to the middle of the closed hand in the rest pose, m."""
    joints, hand = skeleton.joints, ARM[side] + 2
    along = joints[hand] - joints[hand - 1]
    return np.asarray(along / np.linalg.norm(along) * 0.05 * skeleton.height + np.array([0.004, -0.012 * side, 0.0]))


def grasp(skeleton: Skeleton, side: int) -> Array:
    """(3, 3) posed_from_rest rotation of a hand around an upright shaft."""
    joints, hand = skeleton.joints, ARM[side] + 2
    way = FIST * (1.0, side, 1.0)
    return aligned(joints[hand] - joints[hand - 1], way, np.array([0.0, 0.0, 1.0]))


def leaning(umbrella: Umbrella, standing: bool) -> Array:
    """(3, 3) turn of the shaft from the vertical."""
    inward = 0.0 if umbrella.beside > 0.0 else INWARD
    return turn_y((UPRIGHT if standing else 1.0) * umbrella.tilt) @ turn_x(umbrella.side * inward)


@lru_cache(maxsize=512)
def hoist(skeleton: Skeleton, standing: bool) -> Hoist:
    """Where the hand holds the open umbrella: as low as the head below the canopy allows.

    Args:
        skeleton: of a look with an open umbrella.
        standing: not walking.

    Returns:
        The hand, in the rest pose of the head.
    """
    umbrella, tall, joints = skeleton.look.umbrella, skeleton.height, skeleton.joints
    assert umbrella is not None
    side, turn = umbrella.side, leaning(umbrella, standing)
    hand = turn @ grasp(skeleton, side)
    aside = 0.30 if umbrella.beside > 0.0 else 0.11 * tall
    top = skeleton.look.size[2]
    grip = np.array([0.10 * tall, side * aside, top - umbrella.shaft])
    heads = [(0.03, 0.0, top), (-0.46 * skeleton.head_height, 0.0, top - 0.05)]
    if umbrella.beside > 0.0:
        heads += [(0.03, side * ABREAST, umbrella.beside), (-0.09, side * ABREAST, umbrella.beside - 0.05)]
    shoulder, middle = joints[ARM[side]], fist(skeleton, side)
    for _ in range(2):
        grip[2] += lift(np.array(heads), grip, turn[:, 2], umbrella)
        wrist = grip - hand @ middle
        off = wrist - shoulder
        short = (FOLD * tall) ** 2 - off[1] ** 2 - off[2] ** 2
        grip[0] += max(0.0, math.sqrt(max(short, 0.0)) - off[0])
    return Hoist(grip, hand)


def lift(heads: Array, grip: Array, axis: Array, umbrella: Umbrella) -> float:
    """How much higher (m, may be negative) the hand must be for points (N, 3) to be just below the canopy."""
    off = heads - (grip + umbrella.shaft * axis)
    along = off @ axis
    away = np.linalg.norm(off - along[:, None] * axis, axis=1) / umbrella.radius
    return float(np.max(along + umbrella.radius * drop(away) + GAP)) / float(axis[2])


def canopy_box(look: PersonLook) -> tuple[Array, Array]:
    """Corners of the box around an open canopy of somebody who walks upright, model frame, m."""
    umbrella = look.umbrella
    assert umbrella is not None
    held, turn = hoist(Skeleton(look, 0.17 * 0.5 * look.height), False), leaning(umbrella, False)
    top = held.grip + umbrella.shaft * turn[:, 2]
    angle = np.arange(24) * np.pi / 12.0
    rim = np.stack([np.cos(angle), np.sin(angle), np.full(24, -DEEP)], -1) * umbrella.radius @ turn.T + top
    points = np.concatenate([rim, top[None] + (0.0, 0.0, 0.03)])
    return points.min(0), points.max(0)


def held_up(skeleton: Skeleton, task: Hoist, rotation: Array, position: Array, side: int) -> Array:
    """(3,) where the wrist belongs while the head is where it is; turns the hand. Writes into `rotation` (19, 3, 3)."""
    hand = ARM[side] + 2
    rotation[hand] = task.hand
    grip = position[HEAD] + (task.grip - skeleton.joints[HEAD])
    return np.asarray(grip - task.hand @ fist(skeleton, side))
