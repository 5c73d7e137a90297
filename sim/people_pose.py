"""Poses: from a gait to one transform for each bone."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.people_arms import ArmPlan, arm_moves, plan_arms
from sim.people_gait import STILL, Gait, Leg, Step, hip_height, rhythm, step_at
from sim.people_rotate import aligned, turn_x, turn_y, turn_z, two_bones
from sim.people_skeleton import BONES, CHEST, HEAD, LEG, NECK, PELVIS, SIDES, SPINE, Skeleton

Array = NDArray[np.float64]
TURNED = 1.25  # rad, the most that heads are turned with the help of the trunk
FOLLOWS = 0.15  # share of a turn of the head that the shoulders follow


@dataclass
class Trunk:
    """Attitude of the trunk, rad and m."""

    shift: float = 0.0  # m, sideways
    hip: float = 0.0  # m, height of the hip joints
    yaw: float = 0.0
    roll: float = 0.0
    twist: float = 0.0  # of the shoulders against the walking direction
    tilt: float = 0.0  # of the shoulders, left up
    lean: float = 0.0
    nod: float = 0.0
    turn: float = 0.0  # of the head


def leg_of(skeleton: Skeleton) -> Leg:
    """Measures for the gait."""
    thigh, shin = skeleton.joints[LEG[1] + 1], skeleton.joints[LEG[1] + 2]
    hip = skeleton.joints[LEG[1]]
    length = float(np.linalg.norm(thigh - hip) + np.linalg.norm(shin - thigh))
    return Leg(length, skeleton.ankle, *skeleton.foot)


def bone_moves(skeleton: Skeleton, rotation: Array, position: Array) -> Array:
    """Transforms of all bones from where they are.

    Args:
        skeleton: rest pose.
        rotation: (19, 3, 3) of the bones.
        position: (19, 3) of their joints, m.

    Returns:
        (19, 3, 4) posed_from_rest.
    """
    moves = np.empty((len(BONES), 3, 4))
    moves[:, :, :3] = rotation
    moves[:, :, 3] = position - np.einsum("bij,bj->bi", rotation, skeleton.joints)
    return moves


def bone_pose(skeleton: Skeleton, gait: Gait) -> tuple[Array, Array]:
    """Where all bones are.

    Args:
        skeleton: rest pose.
        gait: what the person does.

    Returns:
        (19, 3, 3) rotations and (19, 3) joints, model frame, m.

    Raises:
        ValueError: unknown behaviour.
    """
    if gait.behaviour not in ("walk", "stand", "sit"):
        raise ValueError(f"behaviour {gait.behaviour!r} is not one of walk, stand, sit")
    sitting = gait.behaviour == "sit"
    standing = sitting or gait.behaviour == "stand" or gait.speed < STILL
    trunk, steps, widths = (sit if sitting else stand if standing else walk)(skeleton, gait)
    rotation, position = np.zeros((len(BONES), 3, 3)), np.zeros((len(BONES), 3))
    place_trunk(skeleton, trunk, rotation, position)
    for side in SIDES:
        place_leg(skeleton, side, steps[side], widths[side], rotation, position, 2.0 if sitting else 0.0)
    plan: ArmPlan = plan_arms(skeleton, gait, standing)
    arm_moves(skeleton, plan, rotation, position)
    return rotation, position


def walk(skeleton: Skeleton, gait: Gait) -> tuple[Trunk, dict[int, Step], dict[int, float]]:
    """Trunk and feet of a walking person."""
    manner, leg = skeleton.look.manner, leg_of(skeleton)
    pace = rhythm(skeleton.look, gait.speed)
    phase = gait.phase % 1.0
    steps = {1: step_at(phase, pace, leg), -1: step_at((phase + 0.5) % 1.0, pace, leg)}
    effort = min(1.4, pace.stride / (0.82 * skeleton.height)) * manner.sway
    beat = math.cos(2.0 * math.pi * phase)
    stance = math.cos(2.0 * math.pi * (phase - 0.5 * pace.duty))
    lean = manner.stoop + gait.lean + 0.02 * gait.speed + 0.06 * pace.run
    trunk = Trunk(
        shift=0.010 * skeleton.height * stance * manner.sway,
        hip=hip_height(phase, pace, leg),
        yaw=-0.10 * effort * beat,
        roll=0.035 * effort * stance,
        twist=(0.11 + 0.05 * pace.run) * effort * beat,
        tilt=-0.02 * effort * stance,
        lean=lean,
        nod=0.35 if manner.carry == "texting" else 0.5 * manner.stoop,
        turn=(0.0 if manner.carry == "texting" else 0.35) * manner.head_turn + gait.head_turn,
    )
    half = max(0.5 * manner.step_width, 0.031 * skeleton.height)
    return trunk, steps, {1: half, -1: -half}


def stand(skeleton: Skeleton, gait: Gait) -> tuple[Trunk, dict[int, Step], dict[int, float]]:
    """Trunk and feet of a standing person: weight on both legs or mostly on one."""
    look, leg = skeleton.look, leg_of(skeleton)
    manner, tall = look.manner, skeleton.height
    loaded = 1 if look.seed & 1 else -1
    uneven = 1.0 if manner.stance == "one_leg" else 0.2 + 0.1 * (look.seed >> 1 & 3)
    spread = tall * (0.045 + 0.006 * (look.seed >> 3 & 7))
    free = tall * (0.010 * (look.seed >> 6 & 7) - 0.015)
    steps = {
        loaded: Step(-0.010 * tall, 0.0, leg.ankle, 0.0, 0.0),
        -loaded: Step(free * uneven, 0.0, leg.ankle, 0.0, 0.0),
    }
    share = {"texting": 0.2, "camera": 0.0}.get(manner.stance, 1.0)  # who looks at a thing in the hands looks ahead
    turn = max(-TURNED, min(TURNED, share * manner.head_turn + gait.head_turn))
    nod = {"texting": 0.45, "phone": 0.05}.get(manner.stance, 0.6 * manner.stoop)
    trunk = Trunk(
        shift=loaded * 0.018 * tall * uneven,
        hip=leg.ankle + leg.length * 0.988,
        yaw=-loaded * 0.06 * uneven,
        roll=loaded * 0.07 * uneven,
        twist=loaded * 0.05 * uneven + FOLLOWS * turn,
        tilt=-loaded * 0.045 * uneven,
        lean=manner.stoop + gait.lean,
        nod=nod,
        turn=turn,
    )
    return trunk, steps, {1: spread, -1: -spread}


def sit(skeleton: Skeleton, gait: Gait) -> tuple[Trunk, dict[int, Step], dict[int, float]]:
    """Trunk and feet of somebody who sits upright with the hips over the origin."""
    leg, tall = leg_of(skeleton), skeleton.height
    hip = gait.seat + 0.052 * tall  # flesh and trousers below the joint
    thigh = skeleton.hip - skeleton.knee
    feet = Step(1.06 * thigh - float(skeleton.joints[LEG[1] + 2][0]), 0.0, gait.foot + leg.ankle, 0.0, 0.0)
    trunk = Trunk(hip=hip, lean=gait.lean - 0.05, nod=0.06, turn=0.5 * skeleton.look.manner.head_turn + gait.head_turn)
    return trunk, {1: feet, -1: feet}, {1: 0.055 * tall, -1: -0.055 * tall}


def place_trunk(skeleton: Skeleton, trunk: Trunk, rotation: Array, position: Array) -> None:
    """Pelvis to head. Writes into `rotation` (19, 3, 3) and `position` (19, 3)."""
    joints = skeleton.joints
    rotation[PELVIS] = turn_z(trunk.yaw) @ turn_x(trunk.roll) @ turn_y(0.15 * trunk.lean)
    rotation[SPINE] = turn_z(0.3 * trunk.twist) @ turn_x(0.4 * trunk.tilt) @ turn_y(0.6 * trunk.lean)
    rotation[CHEST] = turn_z(trunk.twist) @ turn_x(trunk.tilt) @ turn_y(1.1 * trunk.lean)
    rotation[NECK] = turn_z(0.4 * trunk.turn) @ turn_y(1.2 * trunk.lean + 0.3 * trunk.nod)
    rotation[HEAD] = turn_z(trunk.turn) @ turn_y(trunk.nod)
    rise = trunk.hip - skeleton.hip
    position[PELVIS] = joints[PELVIS] + np.array([0.0, trunk.shift, rise])
    for bone, parent in ((SPINE, PELVIS), (CHEST, SPINE), (NECK, CHEST), (HEAD, NECK)):
        position[bone] = position[parent] + rotation[parent] @ (joints[bone] - joints[parent])


def place_leg(
    skeleton: Skeleton, side: int, step: Step, width: float, rotation: Array, position: Array, raised: float = 0.0
) -> None:
    """Thigh to toes: two-bone inverse kinematics to the ankle. Writes into `rotation` and `position`.

    `raised` turns the front of the knee up: 0 of legs below the body, 2 of somebody who sits.
    """
    joints, thigh = skeleton.joints, LEG[side]
    yaw = side * skeleton.look.manner.toe_out
    forward = np.array([math.cos(yaw), math.sin(yaw), 0.0])
    hip = position[PELVIS] + rotation[PELVIS] @ (joints[thigh] - joints[PELVIS])
    ankle = np.array([step.x, width, step.up]) + step.along * forward
    ankle[0] += joints[thigh + 2][0]
    bend = forward + np.array([0.0, 0.15 * side, raised])
    knee, ankle = two_bones(hip, ankle, joints[thigh : thigh + 3], bend)
    position[thigh : thigh + 3] = hip, knee, ankle
    rotation[thigh] = aligned(joints[thigh + 1] - joints[thigh], knee - hip, bend)
    rotation[thigh + 1] = aligned(joints[thigh + 2] - joints[thigh + 1], ankle - knee, bend)
    rotation[thigh + 2] = turn_z(yaw) @ turn_y(-step.pitch)
    rotation[thigh + 3] = turn_z(yaw) @ turn_y(-step.toes)
    position[thigh + 3] = ankle + rotation[thigh + 2] @ (joints[thigh + 3] - joints[thigh + 2])
