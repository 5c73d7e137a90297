"""Arms: swinging, carrying, in pockets, at the ear, folded."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.people_gait import Gait, running
from sim.people_rotate import aligned, turn_y, turn_z, two_bones
from sim.people_skeleton import ARM, CHEST, SIDES, Skeleton
from sim.people_umbrella import Hoist, held_up, hoist

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Swing:
    """A hanging arm."""

    forward: float  # rad at the shoulder
    elbow: float  # rad
    inward: float  # rad, turn of the forearm about the upper arm


@dataclass(frozen=True, eq=False)
class Reach:
    """An arm whose wrist is held somewhere."""

    wrist: Array  # (3,) rest frame, moves with the chest, m
    pole: Array  # (3,) direction of the elbow
    hand: Array  # (3,) direction of the fingers


@dataclass(frozen=True, eq=False)
class Hold:
    """An arm whose hand holds something that does not move with the chest."""

    grip: Array  # (3,) model frame, m


ArmPlan = dict[int, Swing | Reach | Hold | Hoist]
PALM = 0.055  # of the stature, from the wrist to what the hand holds


def plan_arms(skeleton: Skeleton, gait: Gait, standing: bool) -> ArmPlan:
    """Decide what both arms do.

    Args:
        skeleton: rest pose and manner.
        gait: phase and speed.
        standing: not walking.

    Returns:
        A plan for each side.
    """
    look = skeleton.look
    action = look.manner.stance if standing else look.manner.carry
    plan: ArmPlan = {}
    umbrella = look.umbrella
    carried = [look.bag.side] if look.bag.style in ("shopping", "handbag") else []
    carried += [umbrella.side] if umbrella is not None else []
    for side in SIDES:
        grip = gait.left if side > 0 else gait.right
        if grip is not None:
            plan[side] = Hold(np.array(grip))
            continue
        if umbrella is not None and umbrella.opened and side == umbrella.side:
            plan[side] = hoist(skeleton, standing)
            continue
        loaded = side in carried
        holds = None if loaded else reach_for(skeleton, action, side)
        plan[side] = holds or (resting(skeleton, side, loaded) if standing else swinging(skeleton, gait, side, loaded))
    return plan


def swinging(skeleton: Skeleton, gait: Gait, side: int, loaded: bool) -> Swing:
    """An arm against the leg of its side (Murray et al. 1967: shoulder and elbow swing grow with speed)."""
    manner = skeleton.look.manner
    beat = -side * math.cos(2.0 * math.pi * (gait.phase - 0.02))
    reach = 0.30 * manner.arm_swing * min(1.3, 0.35 + 0.5 * gait.speed) * (0.15 if loaded else 1.0)
    run = 0.0 if loaded else running(skeleton.look, gait.speed)
    reach = reach * (1.0 + 0.45 * run)
    bent = (0.06 if loaded else 0.14 + 0.08 * manner.arm_swing * min(gait.speed, 2.0)) + 1.15 * run
    inward = (0.12 if loaded else 0.3) + 0.25 * run
    return Swing(0.02 + reach * beat - 0.28 * run, bent + 0.35 * reach * (1.0 + beat), inward)


def resting(skeleton: Skeleton, side: int, loaded: bool) -> Swing:
    """An arm that hangs, a little different on both sides."""
    bits = skeleton.look.seed >> (9 if side > 0 else 12) & 7
    return Swing(0.03 * (bits - 3), 0.05 if loaded else 0.12 + 0.05 * bits, 0.35)


def reach_for(skeleton: Skeleton, action: str, side: int) -> Reach | None:
    """Where a wrist is held, None where the arm hangs.

    Args:
        skeleton: measures.
        action: stance or carry of the manner.
        side: 1 left, -1 right.

    Returns:
        The held wrist.
    """
    tall, body, top = skeleton.height, skeleton.look.body, skeleton.look.top
    free = -skeleton.look.bag.side
    if action in ("pocket", "phone", "texting", "hip") and side != free:
        return None
    if action == "strap" and side == free:
        return None
    out = float(side)
    # depth of the clothed chest and belly in front of the middle
    front = (0.072 + 0.02 * body.weight + 0.018 * body.bust) * tall + top.ease
    belly = (0.064 + 0.05 * body.belly) * tall + top.ease
    flank = skeleton.clearance - 0.035 * tall
    level = skeleton.level
    ear, chest = skeleton.chin - 0.035 * tall, level(0.53 + 0.05 * out)
    # wrist, where the elbow points, where the fingers point
    table: dict[str, tuple[tuple[float, ...], tuple[float, ...], tuple[float, ...]]] = {
        "pocket": (
            (0.030 * tall, out * (flank + 0.012 * tall), level(0.06)),
            (-1.0, 0.6 * out, 0.0),
            (0.35, -0.3 * out, -1.0),
        ),
        "crossed": ((front + 0.030 * tall, -out * 0.030 * tall, chest), (-0.25, out, -0.5), (-0.1, -out, 0.15)),
        "phone": ((0.035 * tall, out * 0.088 * tall, ear), (0.35, 0.6 * out, -1.0), (-0.25, -0.22 * out, 1.0)),
        "texting": (
            (belly + 0.10 * tall, out * 0.035 * tall, level(0.72)),
            (-0.4, 0.5 * out, -1.0),
            (0.5, -0.4 * out, 0.7),
        ),
        "strap": ((front + 0.025 * tall, out * 0.085 * tall, level(0.82)), (-0.2, out, -1.0), (-0.2, -0.5 * out, 0.8)),
        "clasped": ((belly + 0.030 * tall, out * 0.018 * tall, level(0.16)), (-0.5, out, 0.0), (0.1, -0.8 * out, -0.6)),
        "camera": (
            (0.095 * tall, out * 0.060 * tall, skeleton.chin + 0.010 * tall),
            (0.2, 0.7 * out, -1.0),
            (0.2, -0.5 * out, 0.8),
        ),
        "hip": ((0.010 * tall, out * (flank + 0.035 * tall), level(0.28)), (-0.5, out, 0.0), (0.6, -0.5 * out, -0.5)),
        "behind": ((-0.088 * tall - top.ease, out * 0.02 * tall, level(0.12)), (-0.5, out, 0.0), (0.0, -out, -0.4)),
    }
    row = table.get("pocket" if action == "pockets" else action)
    return None if row is None else Reach(np.array(row[0]), np.array(row[1]), np.array(row[2]))


def arm_moves(skeleton: Skeleton, plan: ArmPlan, rotation: Array, position: Array) -> None:
    """Place arm, forearm and hand. Writes into `rotation` (19, 3, 3) and `position` (19, 3)."""
    joints, chest = skeleton.joints, rotation[CHEST]
    for side in SIDES:
        arm, task = ARM[side], plan[side]
        shoulder = position[CHEST] + chest @ (joints[arm] - joints[CHEST])
        if isinstance(task, Swing):
            yaw = 0.8 * math.atan2(chest[1, 0], chest[0, 0])
            rotation[arm] = turn_z(yaw) @ turn_y(-task.forward)
            rotation[arm + 1] = rotation[arm] @ turn_z(-side * task.inward) @ turn_y(-task.elbow)
            rotation[arm + 2] = rotation[arm + 1]
            elbow = shoulder + rotation[arm] @ (joints[arm + 1] - joints[arm])
            wrist = elbow + rotation[arm + 1] @ (joints[arm + 2] - joints[arm + 1])
        else:
            pole, hand = np.array([-0.6, 0.5 * side, -1.0]), None
            if isinstance(task, Hoist):
                target = held_up(skeleton, task, rotation, position, side)
            elif isinstance(task, Hold):
                hand = (task.grip - shoulder) / max(float(np.linalg.norm(task.grip - shoulder)), 1e-9)
                target, pole = task.grip - PALM * skeleton.height * hand, np.array([-0.8, 0.5 * side, -0.4])
            else:
                target, pole, hand = position[CHEST] + chest @ (task.wrist - joints[CHEST]), task.pole, task.hand
            elbow, wrist = two_bones(shoulder, target, joints[arm : arm + 3], pole)
            # the inside of a bent elbow faces away from it
            inside = (shoulder + wrist) / 2.0 - elbow
            rotation[arm] = aligned(joints[arm + 1] - joints[arm], elbow - shoulder, inside)
            rotation[arm + 1] = aligned(joints[arm + 2] - joints[arm + 1], wrist - elbow, inside)
            if hand is not None:
                rotation[arm + 2] = aligned(joints[arm + 2] - joints[arm + 1], hand, inside)
        position[arm : arm + 3] = shoulder, elbow, wrist
