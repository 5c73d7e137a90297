"""Bones and measures of a person in the rest pose: upright, arms hanging, feet flat."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from scenes.people import PersonLook
from sim.people_landmarks import Landmarks

Array = NDArray[np.float64]

BONES = (
    "pelvis", "spine", "chest", "neck", "head",
    "arm_l", "forearm_l", "hand_l", "arm_r", "forearm_r", "hand_r",
    "thigh_l", "shin_l", "foot_l", "toes_l", "thigh_r", "shin_r", "foot_r", "toes_r",
)  # fmt: skip
PELVIS, SPINE, CHEST, NECK, HEAD = range(5)
ARM = {1: 5, -1: 8}  # side (1 left, -1 right) to the first of arm, forearm, hand
LEG = {1: 11, -1: 15}  # to the first of thigh, shin, foot, toes
SIDES = (1, -1)
# shares of the head's height: eyes and ears above the chin and beside the middle, nose above the chin
EYES, EYE_SIDE = 0.475, 0.145
EARS, EAR_SIDE = 0.42, 0.325
NOSE = 0.32
# m per m of stature over shoulder, elbow, wrist, hip, knee and ankle. Of limbs what 9 in 10 people have there with
# their clothes; of shoulders and hips so much of the trunk that the far ones are seen to 55 degrees from the front.
FLESH = (0.110, 0.042, 0.030, 0.110, 0.062, 0.045)
FACE_FLESH = (0.12, 0.07, 0.07, 0.14, 0.14)  # heights of the head, over nose, eyes and ears, which lie on steep skin


@dataclass(frozen=True, eq=False)
class Skeleton:
    """Joint positions (model frame, m) and the measures that everything else hangs on.

    Shares of the stature follow Drillis and Contini 1966; heads of children are larger by a straight line
    through .225 m at 1.75 m and .20 m at 1.1 m.
    """

    look: PersonLook
    clearance: float  # m, half-width of the clothed hips that the arms must clear

    @property
    def height(self) -> float:
        """Stature with shoes, m."""
        return self.look.body.height

    @property
    def head_height(self) -> float:
        """Chin to vertex, m."""
        return 0.155 + 0.037 * self.height

    @property
    def chin(self) -> float:
        """Height of the chin, m."""
        return self.height - self.head_height

    @property
    def shoulder(self) -> float:
        """Height of the shoulder joint, m."""
        return self.chin - 0.066 * self.height

    @property
    def hip(self) -> float:
        """Height of the hip joint, m."""
        return self.height * (0.485 + 0.04 * min(1.0, max(0.0, (self.height - 1.0) / 0.6)))

    @property
    def knee(self) -> float:
        """Height of the knee, m."""
        return 0.535 * self.hip

    @property
    def ankle(self) -> float:
        """Height of the ankle joint, m."""
        return 0.046 * self.height

    @property
    def foot(self) -> tuple[float, float, float]:
        """Heel, ball and tip of the shoe relative to the ankle, m along x."""
        length = 0.152 * self.height + 0.022
        return (-0.27 * length, 0.42 * length, 0.73 * length)

    @property
    def arm_lengths(self) -> tuple[float, float, float]:
        """Upper arm, forearm, hand, m."""
        return (0.176 * self.height, 0.146 * self.height, 0.104 * self.height)

    @cached_property
    def joints(self) -> Array:
        """(19, 3) joint at the root of each bone."""
        tall, look = self.height, self.look
        points = np.zeros((len(BONES), 3))
        points[PELVIS] = (0.0, 0.0, self.hip + 0.02 * tall)
        points[SPINE] = (-0.01 * tall, 0.0, self.level(0.25))
        points[CHEST] = (-0.012 * tall, 0.0, self.level(0.55))
        points[NECK] = (-0.006 * tall, 0.0, self.level(1.16))
        points[HEAD] = (0.002 * tall, 0.0, self.chin + 0.16 * self.head_height)
        for side in SIDES:
            first = ARM[side]
            points[first] = (-0.004 * tall, side * 0.1035 * look.body.shoulders * tall, self.shoulder)
            direction = self.arm_direction(side)
            for k, length in enumerate(self.arm_lengths[:2]):
                points[first + k + 1] = points[first + k] + direction * length
            y = side * 0.050 * look.body.hips * tall
            leg = LEG[side]
            points[leg] = (0.0, y, self.hip)
            points[leg + 1] = (0.006 * tall, 0.95 * y, self.knee)
            points[leg + 2] = (-0.012 * tall, 0.9 * y, self.ankle)
            points[leg + 3] = (-0.012 * tall + self.foot[1], 0.9 * y, 0.0)
        return points

    @property
    def head_centre(self) -> Array:
        """(3,) on the vertical through the ears, height of the ears, m."""
        return np.array([0.012 * self.height, 0.0, self.chin + 0.45 * self.head_height])

    @property
    def face(self) -> Array:
        """(5, 3) nose, eyes and ears in the rest pose, m.

        They are those of the head's mesh, which has its measures from here too, and lie up to 14 mm below the skin, so
        that they do not stand on the outline of a profile. Skeletons of other meshes bring their own.
        """
        nose = 0.445 if self.look.body.age_group == "child" else 0.47
        shares = [(nose, 0.0, NOSE)] + [
            (x, side * y, z) for x, y, z in ((0.32, EYE_SIDE, EYES), (-0.02, EAR_SIDE, EARS)) for side in SIDES
        ]  # fmt: skip
        return np.asarray(np.array(shares) * self.head_height + (self.head_centre[0], 0.0, self.chin))

    @cached_property
    def landmarks(self) -> Landmarks:
        """The keypoints of COCO in the rest pose: the face and the joints."""
        joints = [first[side] + k for first in (ARM, LEG) for k in range(3) for side in SIDES]
        return Landmarks(
            np.concatenate([self.face, self.joints[joints]]),
            np.array([HEAD] * 5 + joints),
            np.concatenate([np.array(FACE_FLESH) * self.head_height, np.repeat(FLESH, 2) * self.height]),
        )

    def arm_direction(self, side: int) -> Array:
        """(3,) unit vector from the shoulder down the hanging arm: just clear of the clothed hips."""
        reach = sum(self.arm_lengths[:2])
        outward = self.clearance - 0.1035 * self.look.body.shoulders * self.height
        angle = min(0.42, max(0.06, math.asin(max(-0.9, min(0.9, outward / reach)))))
        return np.array([0.035, side * math.sin(angle), -math.cos(angle)]) / math.hypot(1.0, 0.035)

    def level(self, share: float) -> float:
        """Height of a share of the trunk: 0 hip joint, 1 shoulder joint; m."""
        return self.hip + share * (self.shoulder - self.hip)

    def share(self, z: Array) -> Array:
        """Inverse of `level`, elementwise."""
        return np.asarray((z - self.hip) / (self.shoulder - self.hip))
