"""Pictures of the sky alone: behind what other renderers draw, and as light around a scene."""

from __future__ import annotations

import math

import cv2
import numpy as np
from numpy.typing import NDArray

from renderers.fill import F4
from renderers.frame import View
from renderers.materials import MaterialTable
from renderers.pixels import shade_plain
from renderers.points import make_points
from renderers.raster import NO_MAP, NO_SHADOWS, empty_maps, environment, lens_of
from renderers.shade import Triangles
from scenes.types import Light

EDGE = 768  # px, of the six pictures that a panorama is made of
UP = np.array([0.0, 0.0, 1.0])


def sky_picture(light: Light, seed: int, view: View) -> tuple[F4, NDArray[np.uint8]]:
    """Draw the sky, and the distant roofs before it.

    Args:
        light: of the stage.
        seed: of the stage.
        view: resolved camera.

    Returns:
        (H, W, 3) linear radiance and (H, W) kinds.
    """
    shape = (view.height, view.width)
    rgb, (depth, kinds, numbers, normal) = np.empty((*shape, 3), np.float32), empty_maps(view)
    shade_plain(
        np.full(shape, -1, np.int32), make_points(view.width), NO_TRIANGLES, MaterialTable().packed(),
        environment(light, seed), NO_SHADOWS, NO_MAP, lens_of(view), rgb, depth, kinds, numbers, normal,
    )  # fmt: skip
    return rgb, kinds


def panorama(light: Light, seed: int, width: int) -> F4:
    """Draw the sky all around.

    Args:
        light: of the stage.
        seed: of the stage.
        width: px, of the whole turn.

    Returns:
        (width / 2, width, 3) linear radiance: rows from the zenith down, columns clockwise from +y (+x at a quarter).
    """
    rows, columns = np.mgrid[0 : width // 2, 0:width]
    azimuth, polar = math.pi / 2 - (columns + 0.5) * 2.0 * math.pi / width, (rows + 0.5) * 2.0 * math.pi / width
    towards = np.stack([np.sin(polar) * np.cos(azimuth), np.sin(polar) * np.sin(azimuth), np.cos(polar)], -1)
    found = np.zeros(towards.shape, np.float32)
    for axis in range(3):
        for sign in (-1.0, 1.0):
            forward = sign * np.eye(3)[axis]
            right = np.cross(forward, UP) if axis < 2 else np.array([1.0, 0.0, 0.0])
            pose = np.eye(4)
            pose[:3, :3] = right, np.cross(forward, right), forward
            face, _ = sky_picture(light, seed, View(EDGE, EDGE, EDGE / 2.0, pose))
            local = towards @ pose[:3, :3].T
            ahead = np.maximum(local[..., 2], 1e-6)
            there = (np.abs(local[..., 2]) >= np.abs(local).max(-1)) & (local[..., 2] > 0.0)
            x, y = ((local[..., k] / ahead + 1.0) * EDGE / 2.0 - 0.5 for k in (0, 1))
            across, down = (np.where(there, part, 0.0).astype(np.float32) for part in (x, y))
            seen = cv2.remap(face, across, down, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
            found[there] = seen[there]
    return found


def _no_triangles() -> Triangles:
    floats, corners = np.empty((0, 3), np.float32), np.empty((0, 3), np.int32)
    return Triangles(
        floats, floats, floats, floats[:, :2], floats, corners, corners[:, 0].copy(), np.empty(0, np.uint16),
        np.empty(0, np.uint8),
    )  # fmt: skip


NO_TRIANGLES = _no_triangles()
