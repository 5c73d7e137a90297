"""The one home of conventions: frames, units, angles and transforms.

World: x east, y north, z up; metres, seconds, radians, m/s. Heading is anticlockwise from +x.
Model: x forward, y left, z up, origin on the ground below the middle of the thing.
Camera: x right, y down, z forward (OpenCV). The centre of the top-left pixel is (0.5, 0.5).
Transforms are 4x4 matrices named `to_from_from`: `points_camera = transform(camera_from_world, points_world)`.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

# Rotates the camera axes (x right, y down, z forward) into a body frame (x forward, y left, z up).
BODY_FROM_CAMERA: Array = np.array([[0.0, 0.0, 1.0], [-1.0, 0.0, 0.0], [0.0, -1.0, 0.0]])


def wrap_angle(angle: float) -> float:
    """Wrap an angle to [-pi, pi).

    Args:
        angle: radians.

    Returns:
        The same direction in [-pi, pi), radians.
    """
    return (angle + math.pi) % (2.0 * math.pi) - math.pi


def transform(to_from_from: NDArray[np.floating], points: NDArray[np.floating]) -> Array:
    """Apply a rigid or affine 4x4 transform to points.

    Args:
        to_from_from: (4, 4) matrix.
        points: (..., 3) points in the `from` frame, m.

    Returns:
        (..., 3) points in the `to` frame, m, float64.
    """
    return np.asarray(points @ to_from_from[:3, :3].T + to_from_from[:3, 3], dtype=np.float64)


def world_from_model(position: NDArray[np.floating], heading: float, pitch: float = 0.0, roll: float = 0.0) -> Array:
    """Build the pose of a thing in the world.

    Args:
        position: (3,) world position of the model origin, m.
        heading: anticlockwise from +x, rad.
        pitch: nose up positive, rad.
        roll: left side up positive, rad.

    Returns:
        (4, 4) matrix world_from_model.
    """
    ch, sh = math.cos(heading), math.sin(heading)
    cp, sp = math.cos(pitch), math.sin(pitch)
    cr, sr = math.cos(roll), math.sin(roll)
    yaw = np.array([[ch, -sh, 0.0], [sh, ch, 0.0], [0.0, 0.0, 1.0]])
    nose = np.array([[cp, 0.0, -sp], [0.0, 1.0, 0.0], [sp, 0.0, cp]])
    bank = np.array([[1.0, 0.0, 0.0], [0.0, cr, -sr], [0.0, sr, cr]])
    pose = np.eye(4)
    pose[:3, :3] = yaw @ nose @ bank
    pose[:3, 3] = position
    return pose


def camera_from_world(position: NDArray[np.floating], heading: float, pitch: float, roll: float) -> Array:
    """Build the extrinsics of a camera that looks along `heading`.

    Args:
        position: (3,) optical centre in the world, m.
        heading: direction of the optical axis, anticlockwise from +x, rad.
        pitch: up positive, rad.
        roll: anticlockwise seen from behind positive, rad.

    Returns:
        (4, 4) matrix camera_from_world.
    """
    world_from_body = world_from_model(position, heading, pitch, -roll)
    rotation = world_from_body[:3, :3] @ BODY_FROM_CAMERA
    pose = np.eye(4)
    pose[:3, :3] = rotation.T
    pose[:3, 3] = -rotation.T @ np.asarray(position, dtype=np.float64)
    return pose
