"""Keypoints of people in a picture, decided from depth and instances, and which way people face."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from renderers.fill import NEAR
from renderers.frame import Frame, Keypoints
from scenes.geometry import transform
from sim.people_landmarks import Landmarks
from sim.people_skeleton import CHEST, HEAD

Array = NDArray[np.float64]
DIGITS = 2  # decimals of keypoints, px


@dataclass(frozen=True, eq=False)
class Body:
    """A posed person in the world, as far as labels need it."""

    points: Array  # (17, 3) keypoints in the order of KEYPOINTS, m
    flesh: Array  # (17,) m, as in `Landmarks`
    trunk: float  # rad, heading of the chest
    head: float  # rad, heading of the head


def body_of(landmarks: Landmarks, moves: Array, world_from_model: Array) -> Body:
    """Put a posed person into the world.

    Args:
        landmarks: of the skeleton.
        moves: (B, 3, 4) posed_from_rest of the bones.
        world_from_model: (4, 4), with the shear of a slope where there is one.

    Returns:
        The body.
    """
    turn = world_from_model[:3, :3]
    return Body(
        transform(world_from_model, landmarks.posed(moves)),
        landmarks.flesh,
        heading_of(turn @ moves[CHEST, :, :3]),
        heading_of(turn @ moves[HEAD, :, :3]),
    )


def heading_of(rotation: Array) -> float:
    """The turn about the vertical in a rotation (3, 3), rad.

    Its twist: who bends, leans or lies down keeps the heading (swing-twist decomposition, Dobrowolski 2015).
    """
    return math.atan2(rotation[1, 0] - rotation[0, 1], rotation[0, 0] + rotation[1, 1])


def keypoints_of(body: Body, number: int, frame: Frame) -> Keypoints:
    """Find the keypoints of a person in a picture.

    Args:
        body: the person.
        number: its instance id.
        frame: the picture with its maps.

    Returns:
        (x, y, v) of each keypoint: px in pixel edges, and COCO's v: 0 outside the image (x and y are 0 too), 1 hidden
        by something else or by another part of the own body, 2 seen: the pixel shows the person, and no farther
        before the keypoint than the flesh over it and the size of a pixel there.
    """
    view = frame.view
    camera = transform(view.camera_from_world, body.points)
    deep = camera[:, 2]
    scale = view.focal / np.maximum(deep, NEAR)
    before = np.where((deep > NEAR)[:, None], camera, (0.0, 0.0, 1.0))
    x, y = np.round(view.pixels_of(before), DIGITS).T
    inside = (deep > NEAR) & view.sees(camera) & (x >= 0.0) & (x < view.width) & (y >= 0.0) & (y < view.height)
    column, row = np.where(inside, x, 0.0).astype(np.int64), np.where(inside, y, 0.0).astype(np.int64)
    own = frame.instance[row, column] == number
    seen = own & (frame.depth[row, column] >= deep - body.flesh - 1.0 / scale)
    v = np.where(inside, 1 + seen, 0)
    return tuple(
        (px, py, flag) if flag else (0.0, 0.0, 0)
        for px, py, flag in zip(x.tolist(), y.tolist(), v.tolist(), strict=True)
    )
