"""The one home of conventions: frames, units, angles and transforms.

World: x east, y north, z up; metres, seconds, radians, m/s. Heading is anticlockwise from +x.
Model: x forward, y left, z up, origin on the ground below the middle of the thing.
Camera: x right, y down, z forward (OpenCV). The centre of the top-left pixel is (0.5, 0.5).
Transforms are 4x4 matrices named `to_from_from`: `points_camera = transform(camera_from_world, points_world)`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

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
    return camera_looking(world_from_model(position, heading, pitch, -roll))


def camera_looking(world_from_body: Array) -> Array:
    """Extrinsics camera_from_world (4, 4) of a camera that looks along x of a body, with z up in the picture."""
    rotation = world_from_body[:3, :3] @ BODY_FROM_CAMERA
    pose = np.eye(4)
    pose[:3, :3] = rotation.T
    pose[:3, 3] = -rotation.T @ world_from_body[:3, 3]
    return pose


def triple(point: NDArray[np.floating]) -> tuple[float, float, float]:
    """(3,) array to a tuple of plain numbers."""
    return (float(point[0]), float(point[1]), float(point[2]))


def quadruple(quaternion: NDArray[np.floating]) -> tuple[float, float, float, float]:
    """(4,) array to a tuple of plain numbers."""
    return (float(quaternion[0]), float(quaternion[1]), float(quaternion[2]), float(quaternion[3]))


def rotation_of(quaternion: NDArray[np.floating]) -> Array:
    """Rotation matrix (3, 3) of a quaternion x, y, z, w of any length but 0."""
    x, y, z, w = np.asarray(quaternion, np.float64) / np.linalg.norm(quaternion)
    return np.array([
        [1.0 - 2.0 * (y * y + z * z), 2.0 * (x * y - z * w), 2.0 * (x * z + y * w)],
        [2.0 * (x * y + z * w), 1.0 - 2.0 * (x * x + z * z), 2.0 * (y * z - x * w)],
        [2.0 * (x * z - y * w), 2.0 * (y * z + x * w), 1.0 - 2.0 * (x * x + y * y)],
    ])  # fmt: skip


def quaternion_of(rotation: Array) -> Array:
    """Unit quaternion (4,) x, y, z, w of a rotation matrix (Shepperd 1978): the largest component is found first."""
    r = rotation
    squares = np.array(
        [r[0, 0] - r[1, 1] - r[2, 2], r[1, 1] - r[0, 0] - r[2, 2], r[2, 2] - r[0, 0] - r[1, 1], np.trace(r)]
    )
    k = int(squares.argmax())
    if k == 3:
        turn = np.array([r[2, 1] - r[1, 2], r[0, 2] - r[2, 0], r[1, 0] - r[0, 1], 1.0 + squares[3]])
    else:
        i, j = (k + 1) % 3, (k + 2) % 3
        turn = np.empty(4)
        turn[k], turn[i], turn[j], turn[3] = 1.0 + squares[k], r[i, k] + r[k, i], r[j, k] + r[k, j], r[j, i] - r[i, j]
    return np.asarray(turn / np.linalg.norm(turn))


def turn_of(heading: float, orientation: Sequence[float] | None) -> Array:
    """World_from_model rotation (3, 3) of a box: of its quaternion, or upright at a heading (rad) where it has none."""
    if orientation is None:
        return world_from_model(np.zeros(3), heading)[:3, :3]
    return rotation_of(np.array(orientation))


def posed(position: NDArray[np.floating], orientation: NDArray[np.floating]) -> Array:
    """Pose world_from_model (4, 4) of a thing at a position (3,) in m, turned by a quaternion (4,) x, y, z, w."""
    pose = np.eye(4)
    pose[:3, :3], pose[:3, 3] = rotation_of(orientation), position
    return pose
