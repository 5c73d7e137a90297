"""What the path tracer takes from the rasteriser: colours, glow and clear air of the surfaces in each pixel."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from renderers.fill import F4, FAST
from renderers.points import colour, locate
from renderers.snow import snowed
from scenes.compiled import compiled


class Surfaces(NamedTuple):
    """Means over the coverage samples of each pixel; what is no surface counts as white and clear."""

    albedo: F4  # (H, W, 3) with textures and snow
    plain: F4  # (H, W, 3) of the triangles on the whole, as the path tracer knows them
    glow: F4  # (H, W, 3) radiance that surfaces send out by themselves, beyond what the path tracer knows
    normal: F4  # (H, W, 3) world
    clear: F4  # (H, W) share of the light that the air lets through
    covered: F4  # (H, W) share of the pixel that shows surfaces


def make_surfaces(height: int, width: int) -> Surfaces:
    """Allocate for a picture."""

    def zeros(*more: int) -> F4:
        return np.zeros((height, width, *more), np.float32)

    return Surfaces(zeros(3), zeros(3), zeros(3), zeros(3), zeros(), zeros())


@compiled(fastmath=FAST)
def gather(index, plain, shine, pts, tri, mat, env, lens, out):  # type: ignore[no-untyped-def]
    """Fill `Surfaces`.

    Args:
        index: (2H, 2W) triangle indices on the sample grid, -1 where nothing is.
        plain: (T, 3) albedo of whole triangles.
        shine: (T, 3) radiance of whole triangles.
        pts: `Points` for at least 4 W points.
        tri: `Triangles`.
        mat: `Materials`.
        env: `Environment`.
        lens: `Lens` in units of whole pixels.
        out: `Surfaces` of zeros.
    """
    height, width = out.clear.shape
    for y in range(height):
        n = np.int64(0)  # a plain 0 would have all that it is given to compiled twice, for the literal first
        for x in range(width):
            for k in range(4):
                t = index[2 * y + (k >> 1), 2 * x + (k & 1)]
                if t < 0:
                    for q in range(3):
                        out.albedo[y, x, q] += 0.25
                        out.plain[y, x, q] += 0.25
                    out.clear[y, x] += 0.25
                    continue
                pts.x[n], pts.y[n] = x + 0.25 + 0.5 * (k & 1), y + 0.25 + 0.5 * (k >> 1)
                pts.triangle[n], pts.pixel[n] = t, x
                n += 1
        locate(n, pts, tri, lens)
        colour(n, pts, tri, mat)
        if env.snow > 0:
            snowed(n, pts, tri, env)
        for i in range(n):
            x, t = pts.pixel[i], np.uint64(pts.triangle[i])
            out.covered[y, x] += 0.25
            out.clear[y, x] += 0.25 * math.exp(-env.haze * pts.sight[i, 3])
            for q in range(3):
                out.albedo[y, x, q] += 0.25 * pts.albedo[i, q]
                out.plain[y, x, q] += 0.25 * plain[t, q]
                out.glow[y, x, q] += 0.25 * (pts.glow[i, q] - shine[t, q])
                out.normal[y, x, q] += 0.25 * pts.normal[i, q]


def whole_colours(tri, mat) -> tuple[NDArray[np.float32], NDArray[np.float32]]:  # type: ignore[no-untyped-def]
    """Albedo and radiance of triangles on the whole: mean texel times mean vertex colour times material.

    Args:
        tri: `Triangles`.
        mat: `Materials`.

    Returns:
        Two (T, 3).
    """
    texel = np.ones((len(mat.colour), 3), np.float32)
    worn = np.flatnonzero(mat.texture >= 0)
    rows = mat.texture[worn]
    words = mat.texels[mat.offset[rows, mat.last[rows]]]
    texel[worn] = np.stack([words >> shift & 255 for shift in (0, 8, 16)], -1) ** 2 / np.float32(255.0**2)
    base = tri.colours[tri.corners].mean(1) * texel[tri.material]
    return base * mat.colour[tri.material], base * mat.emission[tri.material]
