"""Triangles with holes: leaves, strips of hair, fences. A sample counts where the texture's alpha is high enough.

They are filled after all others, into the same depth map, so that what has no holes takes no part in their cost.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from renderers.fill import (
    FAST,
    NEAR,
    NEVER,
    SUBPIXELS,
    WIDE,
    edges,
    inlined,
    lets_in,
    mip_level,
    pixel_span,
    row_span,
    snap,
)
from scenes.compiled import compiled

I4 = NDArray[np.int32]
FIRST, SECOND, THIRD = np.int64(0), np.int64(1), np.int64(2)  # see `NEVER`


class Alphas(NamedTuple):
    """The alpha of every texture that has one, with mip levels."""

    texels: NDArray[np.uint8]  # (N,) 255 opaque, textures and levels one after the other
    offset: NDArray[np.int64]  # (K, LEVELS) first texel of each level
    size: I4  # (K,) edge of level 0
    last: I4  # (K,) coarsest level that still covers as much as level 0
    least: NDArray[np.float32]  # (K, LEVELS) what is less is a hole, 0..255


class Cutouts(NamedTuple):
    """Triangles with holes among those of one moment."""

    triangle: I4  # (C,)
    sheet: I4  # (C,) row of `Alphas`


def nearest_first(cutouts: Cutouts, corners: I4, value: NDArray[np.float32]) -> Cutouts:
    """Sort triangles, so that what others hide is not looked up in textures.

    Args:
        cutouts: one or more.
        corners: (T, 3) vertex indices.
        value: (V,) depth values, largest nearest.

    Returns:
        The same triangles, roughly nearest first.
    """
    own = value[corners[cutouts.triangle, 0]]
    high, span = own.max(), max(float(np.ptp(own)), 1e-6)
    key = ((high - own) * (65000.0 / span)).astype(np.uint16)  # numpy sorts these several times as fast as floats
    order = np.argsort(key, kind="stable")
    return Cutouts(cutouts.triangle[order], cutouts.sheet[order])


@inlined
def alpha_at(u, v, base, edge, texels):  # type: ignore[no-untyped-def]
    """Alpha, 0..255, of the level of `edge` texels that begins at `base`: bilinear."""
    gx, gy = u * edge - 0.5, v * edge - 0.5
    fx, fy = math.floor(gx), math.floor(gy)
    ax, ay = np.float32(gx - fx), np.float32(gy - fy)
    mask = edge - 1
    x0, y0 = np.int64(fx) & mask, np.int64(fy) & mask
    x1, y1 = (x0 + 1) & mask, (y0 + 1) & mask
    top, bottom = base + y0 * edge, base + y1 * edge
    a, b = np.float32(texels[np.uint64(top + x0)]), np.float32(texels[np.uint64(top + x1)])
    c, d = np.float32(texels[np.uint64(bottom + x0)]), np.float32(texels[np.uint64(bottom + x1)])
    above, below = a + (b - a) * ax, c + (d - c) * ax
    return above + (below - above) * ay


@inlined
def fill_holed(place, value, i, j, k, t, sheet, alphas, depth, index, keep, gate):  # type: ignore[no-untyped-def]
    """Fill one triangle except for its holes; the largest depth value wins.

    Args:
        place: (P, 2) points in 1/256 px.
        value: (P, 4) of the same points: depth value z, inverse depth q (1 in a map), u * q and v * q, all linear on
            the screen.
        i: point that is the first corner.
        j: point that is the second corner.
        k: point that is the third corner.
        t: number of the triangle.
        sheet: row of `alphas`.
        alphas: `Alphas`.
        depth: (H, W) depth values; updated.
        index: (H, W) triangle numbers, updated when `keep`.
        keep: whether to write `index`.
        gate: `renderers.fill.Gate`; None lets everything in.
    """
    height, width = depth.shape
    ax, ay, bx, by, cx, cy = place[i, 0], place[i, 1], place[j, 0], place[j, 1], place[k, 0], place[k, 1]
    area = (bx - ax) * (cy - ay) - (cx - ax) * (by - ay)
    if area == 0:
        return
    if area < 0:
        bx, by, cx, cy, j, k, area = cx, cy, bx, by, k, j, -area
    x0, x1 = pixel_span(ax, bx, cx, width)
    y0, y1 = pixel_span(ay, by, cy, height)
    if x0 > x1 or y0 > y1:
        return
    ea, eb, ec, ea_x, eb_x, ec_x, ea_y, eb_y, ec_y = edges(ax, ay, bx, by, cx, cy, x0, y0)
    inverse = 1.0 / np.float64(area)
    az, bz, cz, aq, bq, cq = value[i, 0], value[j, 0], value[k, 0], value[i, 1], value[j, 1], value[k, 1]
    au, bu, cu, av, bv, cv = value[i, 2], value[j, 2], value[k, 2], value[i, 3], value[j, 3], value[k, 3]
    z_x, low, high = (ea_x * az + eb_x * bz + ec_x * cz) * inverse, min(az, min(bz, cz)), max(az, max(bz, cz))
    # (u, v) = (U / q, V / q) with U, V, q linear on the screen: its Jacobian is this determinant over q cubed
    turned = au * (bv * cq - cv * bq) - av * (bu * cq - cu * bq) + aq * (bu * cv - cu * bv)
    texels = abs(turned) * inverse * SUBPIXELS**2 * np.float64(alphas.size[sheet]) ** 2
    fine = coarse = 0.0  # the level found last is right for samples between, in texels
    base, edge, least = np.int64(0), np.int64(1), np.float32(0.0)
    wide = x1 - x0 >= WIDE
    for y in range(y0, y1 + 1):
        first, last = np.int64(0), x1 - x0
        if wide:
            first, last = row_span(ea, eb, ec, ea_x, eb_x, ec_x, last)
        z_row = (ea * az + eb * bz + ec * cz) * inverse
        fa, fb, fc = ea + ea_x * first, eb + eb_x * first, ec + ec_x * first
        for x in range(first, last + 1):
            z = np.float32(min(max(z_row + z_x * x, low), high))
            if (fa | fb | fc) >= 0 and z > depth[y, x0 + x] and lets_in(gate, x0 + x, y, z, t):
                w = 1.0 / (fa * aq + fb * bq + fc * cq)
                here = texels * (w * area) ** 3
                if here < fine or here >= coarse:
                    level = mip_level(here, alphas.last[sheet])
                    middle = np.float64(np.int64(1) << 2 * level)
                    fine = 0.5 * middle if level > 0 else 0.0
                    coarse = 2.0 * middle if level < alphas.last[sheet] else np.inf
                    base, edge = alphas.offset[sheet, level], np.int64(alphas.size[sheet]) >> level
                    least = alphas.least[sheet, level]
                u, v = (fa * au + fb * bu + fc * cu) * w, (fa * av + fb * bv + fc * cv) * w
                if alpha_at(u, v, base, edge, alphas.texels) >= least:
                    depth[y, x0 + x] = z
                    if keep:
                        index[y, x0 + x] = t
            fa, fb, fc = fa + ea_x, fb + eb_x, fc + ec_x
        ea, eb, ec = ea + ea_y, eb + eb_y, ec + ec_y


@compiled(fastmath=FAST)
def fill_cutouts_view(camera, corners, uvs, cutouts, alphas, screen, depth, index, keep, gate):  # type: ignore[no-untyped-def]
    """Fill triangles with holes in a camera view, clipped at the near plane.

    Args:
        camera: (V, 3) camera points, m.
        corners: (T, 3) vertex indices.
        uvs: (V, 2) texture repeats.
        cutouts: `Cutouts`.
        alphas: `Alphas`.
        screen: `renderers.fill.Screen` of the same points.
        depth: (H, W) inverse depth, 1/m, 0 where empty; updated.
        index: (H, W) triangle index, updated when `keep`.
        keep: whether to write `index`.
        gate: `renderers.fill.Gate`; None lets everything in.
    """
    place, value = np.empty((4, 2), np.int64), np.empty((4, 4), np.float64)
    triangle, sheet, snapped, nearness = cutouts.triangle, cutouts.sheet, screen.snapped, screen.nearness
    for n in range(len(triangle)):
        t = triangle[n]
        count = 0
        for k in range(3):
            i, j = corners[t, k], corners[t, (k + 1) % 3]
            zi, zj = camera[i, 2], camera[j, 2]
            if zi >= NEAR:
                q = np.float64(nearness[i])
                place[count, 0], place[count, 1] = snapped[i, 0], snapped[i, 1]
                value[count, 0], value[count, 1] = q, q
                value[count, 2], value[count, 3] = uvs[i, 0] * q, uvs[i, 1] * q
                count += 1
            if (zi >= NEAR) != (zj >= NEAR):
                s, q = (NEAR - zi) / (zj - zi), np.float64(1.0 / NEAR)
                x, y = (
                    camera[i, 0] + s * (camera[j, 0] - camera[i, 0]),
                    camera[i, 1] + s * (camera[j, 1] - camera[i, 1]),
                )
                place[count, 0] = snap(x * q * screen.focal + screen.centre_x)
                place[count, 1] = snap(y * q * screen.focal + screen.centre_y)
                value[count, 0], value[count, 1] = q, q
                value[count, 2] = (uvs[i, 0] + s * (uvs[j, 0] - uvs[i, 0])) * q
                value[count, 3] = (uvs[i, 1] + s * (uvs[j, 1] - uvs[i, 1])) * q
                count += 1
        for k in range(1, count - 1):
            fill_holed(place, value, FIRST, k, k + 1, t, sheet[n], alphas, depth, index, keep, gate)


@compiled(fastmath=FAST)
def fill_cutouts_map(snapped, height, corners, uvs, cutouts, alphas, depth, index):  # type: ignore[no-untyped-def]
    """Fill triangles with holes in an orthographic map.

    Args:
        snapped: (V, 2) texels in 1/256, as `renderers.fill.fill_map` leaves them.
        height: (V,) m towards the light, likewise.
        corners: (T, 3) vertex indices.
        uvs: (V, 2) texture repeats.
        cutouts: `Cutouts`.
        alphas: `Alphas`.
        depth: (S, S) height of the first surface that light meets; updated.
        index: any (1, 1) array, not written.
    """
    place, value = np.empty((3, 2), np.int64), np.empty((3, 4), np.float64)
    for n in range(len(cutouts.triangle)):
        t = cutouts.triangle[n]
        for k in range(3):
            i = corners[t, k]
            place[k, 0], place[k, 1] = snapped[i, 0], snapped[i, 1]
            value[k, 0], value[k, 1], value[k, 2], value[k, 3] = height[i], 1.0, uvs[i, 0], uvs[i, 1]
        fill_holed(place, value, FIRST, SECOND, THIRD, t, cutouts.sheet[n], alphas, depth, index, NEVER, None)
