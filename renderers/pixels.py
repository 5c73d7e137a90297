"""Loops over pixels: from triangle indices to radiance and label maps."""

from __future__ import annotations

import math

import numpy as np

from renderers.fill import FAST, helper, inlined
from renderers.points import locate, shade_points
from renderers.sky import SEEN, backdrop, lattice, sky_radiance, skyline, value_noise
from scenes.compiled import compiled
from scenes.kinds import Kind
from scenes.types import FOG

SKY = int(Kind.SKY)
FOG_HEIGHT = 90.0  # m
DISTANT = int(Kind.UNLABELLED)  # hazy roofs and trees on the horizon, painted on the sky


@inlined
def beyond(x, y, env, lens):  # type: ignore[no-untyped-def]
    """Radiance and class of a ray that meets nothing."""
    rx, ry = (x - lens.centre_x) / lens.focal, (y - lens.centre_y) / lens.focal
    r = lens.rotation
    dx = r[0, 0] * rx + r[1, 0] * ry + r[2, 0]
    dy = r[0, 1] * rx + r[1, 1] * ry + r[2, 1]
    dz = r[0, 2] * rx + r[1, 2] * ry + r[2, 2]
    inverse = 1.0 / math.sqrt(dx * dx + dy * dy + dz * dz)
    dx, dy, dz = dx * inverse, dy * inverse, dz * inverse
    if dz < skyline(dx, dy, env.seed):
        azimuth = math.atan2(dy, dx)
        tone = 0.25 + 0.5 * value_noise(azimuth * 60.0, dz * 160.0, env.seed + 3)
        block = lattice(np.int64(math.floor(azimuth * 23.0)), np.int64(1), env.seed)
        air = 0.35 + 0.4 * math.exp(-env.haze * 250.0)
        if env.haze > FOG:
            air *= math.exp((FOG - env.haze) * 300.0)
        red, green, blue = 0.9 + 0.3 * block, 1.0, 0.95 - 0.3 * block
        return (
            env.horizon[0] * (1 - air) * 0.85 + env.ground[0] * red * tone * air,
            env.horizon[1] * (1 - air) * 0.85 + env.ground[1] * green * tone * air,
            env.horizon[2] * (1 - air) * 0.85 + env.ground[2] * blue * tone * air,
            DISTANT,
        )
    if env.sky.sharp.shape[0] > 1:
        red, green, blue = backdrop(dx, dy, dz, env)
    else:
        red, green, blue = sky_radiance(dx, dy, dz, env, SEEN)
    if env.haze > FOG:
        clear = math.exp((FOG - env.haze) * FOG_HEIGHT / max(dz, 0.03))
        red = red * clear + env.horizon[0] * 0.85 * (1 - clear)
        green = green * clear + env.horizon[1] * 0.85 * (1 - clear)
        blue = blue * clear + env.horizon[2] * 0.85 * (1 - clear)
    return red, green, blue, SKY


@helper
def empty_pixel(y, x, kind, depth, semantic, instance, normal):  # type: ignore[no-untyped-def]
    """Maps of a pixel that sees nothing."""
    depth[y, x] = np.inf
    semantic[y, x] = kind
    instance[y, x] = 0
    normal[y, x, 0] = normal[y, x, 1] = normal[y, x, 2] = 0.0


@compiled(fastmath=FAST)
def shade_plain(index, pts, tri, mat, env, cascade, sky_map, lens, rgb, depth, semantic, instance, normal):  # type: ignore[no-untyped-def]
    """One ray through each pixel centre: the maps, and radiance unless `rgb` is None.

    Without radiance nothing of the shading is compiled.

    Args:
        index: (H, W) triangle of each pixel, -1 where nothing is.
        pts: `Points` for at least W points.
        tri: `Triangles`.
        mat: `Materials`.
        env: `Environment`.
        cascade: `Cascade` from the sun.
        sky_map: `DepthMap` from the zenith.
        lens: `Lens`.
        rgb: (H, W, 3) out, or None.
        depth: (H, W) out.
        semantic: (H, W) out.
        instance: (H, W) out.
        normal: (H, W, 3) out.
    """
    height, width = index.shape
    for y in range(height):
        n = np.int64(0)  # a plain 0 would have all that it is given to compiled twice, for the literal first
        for x in range(width):
            t = index[y, x]
            if t < 0:
                r, g, b, kind = beyond(x + 0.5, y + 0.5, env, lens)
                if rgb is not None:
                    rgb[y, x, 0], rgb[y, x, 1], rgb[y, x, 2] = r, g, b
                empty_pixel(y, x, kind, depth, semantic, instance, normal)
                continue
            pts.x[n], pts.y[n], pts.triangle[n], pts.pixel[n] = x + 0.5, y + 0.5, t, x
            n += 1
        if rgb is not None:
            shade_points(n, pts, tri, mat, env, cascade, sky_map, lens)
        else:
            locate(n, pts, tri, lens)
        for i in range(n):
            x, t = pts.pixel[i], np.uint64(pts.triangle[i])
            depth[y, x] = pts.depth[i]
            semantic[y, x] = tri.kind[t]
            instance[y, x] = tri.instance[t]
            for k in range(3):
                normal[y, x, k] = pts.normal[i, k]
                if rgb is not None:
                    rgb[y, x, k] = pts.rgb[i, k]


@compiled(fastmath=FAST)
def shade_smooth(index, pts, tri, mat, env, cascade, sky_map, lens, rgb):  # type: ignore[no-untyped-def]
    """Anti-aliased radiance: 2x2 coverage samples a pixel, each triangle in a pixel shaded once.

    Args:
        index: (2H, 2W) triangle indices on the sample grid.
        pts: `Points` for at least 4 W points.
        tri: `Triangles`.
        mat: `Materials`.
        env: `Environment`.
        cascade: `Cascade` from the sun.
        sky_map: `DepthMap` from the zenith.
        lens: `Lens` in units of whole pixels.
        rgb: (H, W, 3) out.
    """
    height, width = rgb.shape[0], rgb.shape[1]
    ids = np.empty(4, np.int64)
    rgb[:] = 0.0
    for y in range(height):
        n = np.int64(0)
        for x in range(width):
            for k in range(4):
                ids[k] = index[2 * y + (k >> 1), 2 * x + (k & 1)]
            for k in range(4):
                t = ids[k]
                if t == -2:
                    continue
                count, sx, sy = 0, 0.0, 0.0
                for j in range(k, 4):
                    if ids[j] == t:
                        count += 1
                        sx += 0.25 + 0.5 * (j & 1)
                        sy += 0.25 + 0.5 * (j >> 1)
                        ids[j] = -2
                px, py = x + sx / count, y + sy / count
                if t < 0:
                    r, g, b, _ = beyond(px, py, env, lens)
                    rgb[y, x, 0] += 0.25 * count * r
                    rgb[y, x, 1] += 0.25 * count * g
                    rgb[y, x, 2] += 0.25 * count * b
                else:
                    pts.x[n], pts.y[n], pts.triangle[n], pts.pixel[n] = px, py, t, x
                    pts.weight[n] = 0.25 * count
                    n += 1
        shade_points(n, pts, tri, mat, env, cascade, sky_map, lens)
        for i in range(n):
            x = pts.pixel[i]
            for k in range(3):
                rgb[y, x, k] += pts.weight[i] * pts.rgb[i, k]
