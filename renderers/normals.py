"""Vertex normals, compiled."""

from __future__ import annotations

import numpy as np

from renderers.fill import FAST
from scenes.compiled import compiled


@compiled(fastmath=FAST)
def vertex_normals(points, triangles):  # type: ignore[no-untyped-def]
    """Area-weighted normals (V, 3) float32 of points (V, 3) float32, m, and triangles (T, 3) int32.

    Vertices without area get (0, 0, 1).
    """
    sums = np.zeros((len(points), 3))
    u, v = np.empty(3), np.empty(3)
    for i in range(len(triangles)):
        a, b, c = triangles[i, 0], triangles[i, 1], triangles[i, 2]
        for k in range(3):
            start = np.float64(points[a, k])
            u[k], v[k] = np.float64(points[b, k]) - start, np.float64(points[c, k]) - start
        for k in range(3):
            area = u[(k + 1) % 3] * v[(k + 2) % 3] - u[(k + 2) % 3] * v[(k + 1) % 3]
            sums[a, k] += area
            sums[b, k] += area
            sums[c, k] += area
    normals = np.empty((len(points), 3), np.float32)
    for i in range(len(points)):
        length = np.sqrt(sums[i, 0] ** 2 + sums[i, 1] ** 2 + sums[i, 2] ** 2)
        if length > 1e-12:
            for k in range(3):
                normals[i, k] = sums[i, k] / length
        else:
            normals[i, 0], normals[i, 1], normals[i, 2] = 0.0, 0.0, 1.0
    return normals
