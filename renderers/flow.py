"""Optical flow between two pictures of one camera, from the motion of vertices; no picture is looked at."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from renderers.fill import FAST, NEAR, helper, to_camera
from renderers.frame import Flow, Frame
from renderers.raster import Drawn, lens_of
from renderers.shade import surface_at
from renderers.visible import visible_triangles
from scenes.compiled import compiled

SKIN = 0.02  # m that a surface may lie off what the other picture shows in its place
SLOPE = 1.0  # the same, px of the other picture


def flow_between(drawn: Drawn, moved: NDArray[np.float32], other: Frame) -> Flow:
    """Find each pixel of a picture in another one.

    Args:
        drawn: the picture with its geometry.
        moved: (V, 3) world, m, its vertices at the moment of the other picture; nan where unknown.
        other: the other picture of the same camera.

    Returns:
        The flow from the picture to the other one. The sky follows the camera's rotation.
    """
    view, there = drawn.frame.view, other.view
    camera = np.empty_like(moved)
    to_camera(there.camera_from_world.astype(np.float64), moved, camera)
    index = visible_triangles(drawn.flat, drawn.triangles.camera, view, 1)
    turn = there.camera_from_world[:3, :3] @ view.camera_from_world[:3, :3].T
    vectors = np.full((view.height, view.width, 2), np.nan, np.float32)
    seen = np.zeros((view.height, view.width), np.bool_)
    here, then = lens_of(view), lens_of(there)
    follow(index, drawn.triangles, here, camera, then, turn, other.depth, other.instance, vectors, seen)
    return Flow(vectors, seen)


@compiled(fastmath=FAST)
def follow(index, tri, lens, moved, there, turn, depth, instance, vectors, seen):  # type: ignore[no-untyped-def]
    """Kernel of `flow_between`.

    Args:
        index: (H, W) triangle of each pixel, -1 where the sky is.
        tri: `Triangles`.
        lens: `Lens` of the picture.
        moved: (V, 3) vertices in the frame of the other camera, m.
        there: `Lens` of the other picture.
        turn: (3, 3) rotation from the picture's camera to the other one.
        depth: (H, W) of the other picture, m.
        instance: (H, W) of the other picture.
        vectors: (H, W, 2) out, px; left where nothing is known.
        seen: (H, W) out.
    """
    height, width = index.shape
    point, before = np.empty(3), np.empty(3)
    for y in range(height):
        for x in range(width):
            t = index[y, x]
            rx, ry = (x + 0.5 - lens.centre_x) / lens.focal, (y + 0.5 - lens.centre_y) / lens.focal
            z = 1.0
            if t < 0:
                for k in range(3):
                    point[k] = turn[k, 0] * rx + turn[k, 1] * ry + turn[k, 2]
                before[0], before[1], before[2] = rx, ry, 1.0
            else:
                z, wb, wc, _ = surface_at(x + 0.5, y + 0.5, t, tri, lens)
                a, b, c = tri.corners[t, 0], tri.corners[t, 1], tri.corners[t, 2]
                wa = 1.0 - wb - wc
                for k in range(3):
                    point[k] = wa * moved[a, k] + wb * moved[b, k] + wc * moved[c, k]
                    before[k] = wa * tri.camera[a, k] + wb * tri.camera[b, k] + wc * tri.camera[c, k]
            if not (point[2] >= NEAR and before[2] > 0.0):  # nan, too
                continue
            # weights are clamped to the triangle: what is followed may lie a little beside the ray of a sliver's pixel
            u = point[0] / point[2] * there.focal + there.centre_x - (before[0] / before[2] - rx) * lens.focal
            v = point[1] / point[2] * there.focal + there.centre_y - (before[1] / before[2] - ry) * lens.focal
            vectors[y, x, 0], vectors[y, x, 1] = u - (x + 0.5), v - (y + 0.5)
            if not (u >= 0.0 and u < width and v >= 0.0 and v < height):
                continue
            column, row = np.int64(u), np.int64(v)
            shown = depth[row, column]
            if t < 0:
                seen[y, x] = math.isinf(shown)
            elif instance[row, column] == tri.instance[t]:
                deep = point[2] + z - before[2]
                slack = SKIN + SLOPE * deep / there.focal
                if abs(shown - deep) <= slack:
                    seen[y, x] = True
                else:  # the plane of the triangle at the pixel's centre: ground far away falls by metres per pixel
                    plane = plane_depth(column + 0.5, row + 0.5, moved, tri.corners, t, there)
                    seen[y, x] = abs(shown - plane) <= slack


@helper
def plane_depth(x, y, camera, corners, t, lens):  # type: ignore[no-untyped-def]
    """Depth, m, at which the ray through (x, y) meets the plane of triangle t; -1 where it does not."""
    a, b, c = corners[t, 0], corners[t, 1], corners[t, 2]
    ax, ay, az = np.float64(camera[a, 0]), np.float64(camera[a, 1]), np.float64(camera[a, 2])
    ux, uy, uz = camera[b, 0] - ax, camera[b, 1] - ay, camera[b, 2] - az
    vx, vy, vz = camera[c, 0] - ax, camera[c, 1] - ay, camera[c, 2] - az
    nx, ny, nz = uy * vz - uz * vy, uz * vx - ux * vz, ux * vy - uy * vx
    facing = nx * (x - lens.centre_x) / lens.focal + ny * (y - lens.centre_y) / lens.focal + nz
    return (nx * ax + ny * ay + nz * az) / facing if abs(facing) > 1e-14 else -1.0
