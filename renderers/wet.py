"""Wet ground mirrors what stands on it: rays are followed through the picture itself (McGuire and Mara 2014)."""

from __future__ import annotations

import math

import numpy as np

from renderers.fill import FAST, inlined
from renderers.shade import reflected
from renderers.sky import lattice
from scenes.compiled import compiled
from scenes.kinds import Kind

GROUND = np.zeros(256, np.bool_)
GROUND[[Kind.ROAD, Kind.MARKING, Kind.PAVEMENT, Kind.TERRAIN]] = True
LEVEL = 0.9  # upright part of the normal of ground that is no kerb
ROUGH = 0.6  # rougher ground shows nothing
RAYS, STEPS = 3, 26
FIRST, GROWTH = 0.15, 1.24  # m of the first step, factor to the next
SOLID = 0.25  # m, how deep things are thought to be, and as a share of the way


@inlined
def met(cx, cy, cz, dx, dy, dz, depth, semantic, lens):  # type: ignore[no-untyped-def]
    """Pixel that a ray from a point (camera frame, m) in a direction meets.

    Returns:
        Column, row, and how far to believe it: 0 when it meets nothing in the picture, less than 1 near its edge.
    """
    height, width = depth.shape
    t = FIRST
    for _ in range(STEPS):
        qx, qy, qz = cx + dx * t, cy + dy * t, cz + dz * t
        if qz < 0.1:
            break
        u, v = int(lens.focal * qx / qz + lens.centre_x), int(lens.focal * qy / qz + lens.centre_y)
        if u < 0 or v < 0 or u >= width or v >= height:
            break
        behind = qz - depth[v, u]
        if behind > 0.0 and behind < SOLID * (1.0 + t) and not GROUND[semantic[v, u]]:
            return u, v, min(1.0, min(min(u, width - 1 - u), v) / (0.08 * width))
        t *= GROWTH
    return 0, 0, 0.0


@compiled(fastmath=FAST)
def mirror_ground(rgb, index, depth, semantic, normal, tilted, tri, mat, env, lens, out):  # type: ignore[no-untyped-def]
    """Replace the mirrored sky of wet ground by what the picture shows there.

    Args:
        rgb: (H, W, 3) radiance.
        index: (H, W) triangle of each pixel.
        depth: (H, W) m along the optical axis.
        semantic: (H, W) kinds.
        normal: (H, W, 3) unit, world.
        tilted: whether the ground slopes as `normal` says; else it is level.
        tri: `Triangles`.
        mat: `Materials`.
        env: `Environment`.
        lens: `Lens`.
        out: (H, W, 3) radiance.
    """
    height, width = index.shape
    r = lens.rotation
    for y in range(height):
        for x in range(width):
            for k in range(3):
                out[y, x, k] = rgb[y, x, k]
            if index[y, x] < 0 or not GROUND[semantic[y, x]]:
                continue
            m = np.uint64(tri.material[np.uint64(index[y, x])])
            rough, f0 = mat.gloss[m, 0], mat.gloss[m, 2]
            if rough >= ROUGH:
                continue
            z = depth[y, x]
            cx, cy = (x + 0.5 - lens.centre_x) / lens.focal * z, (y + 0.5 - lens.centre_y) / lens.focal * z
            long = 1.0 / math.sqrt(cx * cx + cy * cy + z * z)
            # towards the camera, in the world; kerbs count as ground that is level
            vx = -(r[0, 0] * cx + r[1, 0] * cy + r[2, 0] * z) * long
            vy = -(r[0, 1] * cx + r[1, 1] * cy + r[2, 1] * z) * long
            vz = -(r[0, 2] * cx + r[1, 2] * cy + r[2, 2] * z) * long
            nx, ny, nz = np.float32(0.0), np.float32(0.0), np.float32(1.0)
            if tilted and normal[y, x, 2] > LEVEL:
                nx, ny, nz = normal[y, x, 0], normal[y, x, 1], normal[y, x, 2]
            vn = nx * vx + ny * vy + nz * vz
            share = f0 + (1.0 - f0) * (1.0 - max(vn, 1e-3)) ** 5 * (1.0 - rough) ** 2
            sky = reflected(nx, ny, nz, vx, vy, vz, rough, env, 1.0)
            for ray in range(RAYS):
                # a rough mirror smears upright: rays leave at other slopes
                slope = 1.0 + 2.2 * rough * (lattice(x, y, env.seed + 11 + ray) + ray - 0.5 * RAYS) / RAYS
                up = vn * max(slope, 0.05)
                wx, wy, wz = vn * nx - vx + nx * up, vn * ny - vy + ny * up, vn * nz - vz + nz * up
                dx = r[0, 0] * wx + r[0, 1] * wy + r[0, 2] * wz
                dy = r[1, 0] * wx + r[1, 1] * wy + r[1, 2] * wz
                dz = r[2, 0] * wx + r[2, 1] * wy + r[2, 2] * wz
                u, v, edge = met(cx, cy, z, dx, dy, dz, depth, semantic, lens)
                for k in range(3):
                    out[y, x, k] += share * edge / RAYS * (rgb[v, u, k] - sky[k])
            for k in range(3):
                out[y, x, k] = max(out[y, x, k], 0.0)
