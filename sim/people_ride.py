"""The pose of somebody who rides: hands on the grips, feet on the pedals, one foot down where the machine stands."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scenes.cycles import CRANK, RAKE, CycleLook
from scenes.kinds import Kind
from sim.people_rotate import aligned, turn_x, turn_y, turn_z, two_bones
from sim.people_skeleton import ARM, BONES, CHEST, HEAD, LEG, NECK, PELVIS, SIDES, SPINE, Skeleton

Array = NDArray[np.float64]
GRAVITY = 9.81  # m/s2
STEEPEST = 0.5  # rad, lean
PROPPED = 0.08  # rad, lean to the foot that is on the ground
ROLLING = 0.9  # m/s, slower riders put a foot down
TREAD = {Kind.BICYCLE: 0.105, Kind.MOTORCYCLE: 0.19}  # m from the middle to a foot
PEDAL = 0.012  # m, half its height
PALM = 0.42  # share of the hand between wrist and grip
BEND = 0.92  # of the arm between shoulder and grip


@dataclass(frozen=True)
class Ride:
    """How a machine stands and rolls."""

    travelled: float  # m
    speed: float = 5.0  # m/s
    steering: float = 0.0  # rad, left positive
    yaw_rate: float = 0.0  # rad/s
    pedalled: float | None = None  # m that the cranks were turned for; None = all the way

    @property
    def lean(self) -> float:
        """Of machine and rider, rad, left positive: gravity and centrifugal force pull along the frame."""
        lean = math.atan(self.speed * self.yaw_rate / GRAVITY)
        return max(-STEEPEST, min(STEEPEST, lean))

    @property
    def standing(self) -> float:
        """0 rolling .. 1 standing with a foot on the ground."""
        share = max(0.0, min(1.0, 1.0 - self.speed / ROLLING))
        return share * share * (3.0 - 2.0 * share)


def lean_of(look: CycleLook, ride: Ride) -> float:
    """Lean of the machine, left positive, rad: into the curve, and to the propped foot where it stands."""
    return ride.lean + ride.standing * PROPPED * prop_side(look)


def prop_side(look: CycleLook) -> int:
    """Side of the foot that goes down, 1 left, -1 right."""
    return 1 if look.rider.seed & 1 else -1


def crank_angle(look: CycleLook, ride: Ride) -> float:
    """Turn of the cranks, rad; 0 has the left one in front."""
    return 2.0 * math.pi * (ride.travelled if ride.pedalled is None else ride.pedalled) / look.measures.gear


def steered(look: CycleLook, points: Array, angle: float) -> Array:
    """Turn points (..., 3) of fork, front wheel and bar about the steering axis, m."""
    foot = np.array([look.steering_x(0.0), 0.0, 0.0])
    tilt = turn_y(RAKE - math.pi / 2)
    turn = tilt @ turn_z(angle) @ tilt.T
    return np.asarray((points - foot) @ turn.T + foot)


def ball_of(look: CycleLook, ride: Ride, side: int) -> tuple[Array, float]:
    """Where the ball of a foot rests (3,), m, model frame, and how far the toes point down, rad."""
    tread = TREAD[look.kind]
    x, z = look.crank
    if look.kind is Kind.MOTORCYCLE:
        return np.array([x + 0.05, side * tread, z]), 0.0 if look.model == "scooter" else -0.05
    angle = crank_angle(look, ride) + (0.0 if side > 0 else math.pi)
    ahead, down = math.cos(angle), math.sin(angle)
    # heel up behind and at the bottom, as cyclists' ankles do (Cavanagh and Sanderson 1986)
    toes = 0.22 - 0.16 * ahead + 0.05 * down
    return np.array([x + CRANK * ahead, side * tread, z - CRANK * down + PEDAL]), toes


def riding_pose(skeleton: Skeleton, look: CycleLook, ride: Ride) -> tuple[Array, Array]:
    """Where all bones are.

    Args:
        skeleton: of the rider, rest pose.
        look: the machine.
        ride: how it rolls.

    Returns:
        (19, 3, 3) rotations and (19, 3) joints, model frame of the machine, m. The frame leans with the machine.
    """
    rotation, position = np.zeros((len(BONES), 3, 3)), np.zeros((len(BONES), 3))
    x, z = look.saddle
    hips = np.array([x - 0.015, 0.0, z + look.seat_height])
    feet = {side: foothold(skeleton, look, ride, side, hips) for side in SIDES}
    hips = hips + settled(skeleton, look, ride, feet, hips)
    grips = {side: steered(look, np.array(look.grip) * (1, side, 1), ride.steering) for side in SIDES}
    place_torso(skeleton, hips, bent_to(skeleton, hips, grips[1]), rotation, position)
    for side in SIDES:
        place_leg(skeleton, side, feet[side], rotation, position)
        place_arm(skeleton, side, grips[side], rotation, position)
    return rotation, position


Foot = tuple[Array, float, float]  # ankle (3,), m; how far foot and toes point down, rad


def foothold(skeleton: Skeleton, look: CycleLook, ride: Ride, side: int, hips: Array) -> Foot:
    """Ankle and attitude of a foot, on its pedal or on the ground."""
    ball, toes = ball_of(look, ride, side)
    down = ride.standing if side == prop_side(look) else 0.0
    if down > 0.0:
        lean = lean_of(look, ride)
        ground = np.array([hips[0] + 0.22, side * 0.24, 0.0]) @ turn_x(-lean)  # into the leaning frame
        tip = 0.55 if look.kind is Kind.BICYCLE else 0.12
        ball, toes = (1.0 - down) * ball + down * ground, (1.0 - down) * toes + down * tip
    return ball + turn_y(toes) @ np.array([-skeleton.foot[1], 0.0, skeleton.ankle]), toes, (1.0 - down) * toes


def settled(skeleton: Skeleton, look: CycleLook, ride: Ride, feet: dict[int, Foot], hips: Array) -> Array:
    """(3,) m that the hips slide off the saddle so that the propped foot reaches the ground."""
    if ride.standing == 0.0:
        return np.zeros(3)
    side = prop_side(look)
    thigh = LEG[side]
    joints = skeleton.joints
    leg = sum(float(np.linalg.norm(joints[thigh + k + 1] - joints[thigh + k])) for k in (0, 1))
    hip = hips + np.array([0.0, joints[thigh][1], 0.0])
    way = feet[side][0] - hip
    missing = max(0.0, float(np.linalg.norm(way)) - 0.985 * leg)
    return np.asarray(way / np.linalg.norm(way) * missing)


def place_torso(skeleton: Skeleton, hips: Array, bend: float, rotation: Array, position: Array) -> None:
    """Pelvis to head, bent forward by an angle, eyes on the road. Writes into `rotation` and `position`."""
    joints, middle = skeleton.joints, 0.5 * (skeleton.joints[LEG[1]] + skeleton.joints[LEG[-1]])
    for bone, share in ((PELVIS, 0.55), (SPINE, 0.9), (CHEST, 1.15), (NECK, 0.75), (HEAD, 0.12)):
        rotation[bone] = turn_y(share * bend)
    position[PELVIS] = hips + rotation[PELVIS] @ (joints[PELVIS] - middle)
    for bone, parent in ((SPINE, PELVIS), (CHEST, SPINE), (NECK, CHEST), (HEAD, NECK)):
        position[bone] = position[parent] + rotation[parent] @ (joints[bone] - joints[parent])


def bent_to(skeleton: Skeleton, hips: Array, grip: Array) -> float:
    """Bend of the trunk that brings the hands to the grips with slightly bent arms, rad."""
    rotation, position = np.zeros((len(BONES), 3, 3)), np.zeros((len(BONES), 3))
    upper, fore, hand = skeleton.arm_lengths
    wanted, low, high = BEND * (upper + fore + PALM * hand), 0.0, 1.25
    for _ in range(12):
        bend = 0.5 * (low + high)
        place_torso(skeleton, hips, bend, rotation, position)
        shoulder = position[CHEST] + rotation[CHEST] @ (skeleton.joints[ARM[1]] - skeleton.joints[CHEST])
        if float(np.linalg.norm(grip - shoulder)) > wanted:
            low = bend
        else:
            high = bend
    return 0.5 * (low + high)


def place_leg(skeleton: Skeleton, side: int, foot: Foot, rotation: Array, position: Array) -> None:
    """Thigh to toes. Writes into `rotation` and `position`."""
    joints, thigh = skeleton.joints, LEG[side]
    ankle, toes, tips = foot
    hip = position[PELVIS] + rotation[PELVIS] @ (joints[thigh] - joints[PELVIS])
    bend = np.array([1.0, 0.10 * side, 0.35])
    knee, ankle = two_bones(hip, ankle, joints[thigh : thigh + 3], bend)
    position[thigh : thigh + 3] = hip, knee, ankle
    rotation[thigh] = aligned(joints[thigh + 1] - joints[thigh], knee - hip, bend)
    rotation[thigh + 1] = aligned(joints[thigh + 2] - joints[thigh + 1], ankle - knee, bend)
    rotation[thigh + 2], rotation[thigh + 3] = turn_y(toes), turn_y(tips)
    position[thigh + 3] = ankle + rotation[thigh + 2] @ (joints[thigh + 3] - joints[thigh + 2])


def place_arm(skeleton: Skeleton, side: int, grip: Array, rotation: Array, position: Array) -> None:
    """Arm, forearm and hand. Writes into `rotation` and `position`."""
    joints, arm = skeleton.joints, ARM[side]
    shoulder = position[CHEST] + rotation[CHEST] @ (joints[arm] - joints[CHEST])
    fingers = np.array([1.0, -0.25 * side, -0.45])
    fingers /= np.linalg.norm(fingers)
    target = grip - PALM * skeleton.arm_lengths[2] * fingers + np.array([0.0, 0.0, 0.018])
    elbow, wrist = two_bones(shoulder, target, joints[arm : arm + 3], np.array([-0.25, 0.75 * side, -1.0]))
    inside = (shoulder + wrist) / 2.0 - elbow
    along = joints[arm + 2] - joints[arm + 1]
    rotation[arm] = aligned(joints[arm + 1] - joints[arm], elbow - shoulder, inside)
    rotation[arm + 1] = aligned(along, wrist - elbow, inside)
    rotation[arm + 2] = aligned(along, fingers, np.array([0.0, -1.0 * side, -0.3]))
    position[arm : arm + 3] = shoulder, elbow, wrist
