"""Sky, clouds and a distant skyline as functions of direction, for pixels and for reflections."""

from __future__ import annotations

import math

import numpy as np

from renderers.fill import inlined
from renderers.sky_maps import MARGIN

MIRRORED, SEEN = np.int64(0), np.int64(1)  # details of `sky_radiance`; see `renderers.fill.NEVER`
BEND = 1.3  # texels by which noise bends what a pack's sky shows


@inlined
def lattice(x, y, seed):  # type: ignore[no-untyped-def]
    """Hash an integer lattice point to [0, 1)."""
    h = np.uint32(x * 374761393 + y * 668265263 + seed * 2246822519)
    h = np.uint32((h ^ (h >> np.uint32(13))) * np.uint32(1274126177))
    h = np.uint32((h ^ (h >> np.uint32(16))) * np.uint32(2654435761))
    return np.float32((h >> np.uint32(8)) * np.float32(1.0 / 16777216.0))


@inlined
def value_noise(x, y, seed):  # type: ignore[no-untyped-def]
    """Smooth noise in [0, 1) with unit lattice."""
    fx, fy = math.floor(x), math.floor(y)
    ix, iy = np.int64(fx), np.int64(fy)
    ax, ay = x - fx, y - fy
    ax, ay = ax * ax * (3 - 2 * ax), ay * ay * (3 - 2 * ay)
    top = lattice(ix, iy, seed) * (1 - ax) + lattice(ix + 1, iy, seed) * ax
    bottom = lattice(ix, iy + 1, seed) * (1 - ax) + lattice(ix + 1, iy + 1, seed) * ax
    return top * (1 - ay) + bottom * ay


@inlined
def roofline(dx, dy, seed):  # type: ignore[no-untyped-def]
    """Smooth elevation (tangent) of the houses around, for reflections."""
    return 0.06 + 0.32 * value_noise(math.atan2(dy, dx) * 2.0, 0.5, seed)


@inlined
def skyline(dx, dy, seed):  # type: ignore[no-untyped-def]
    """Elevation (tangent) of distant roofs and trees in a direction."""
    azimuth = math.atan2(dy, dx) * 10.0
    blocks = lattice(np.int64(math.floor(azimuth * 2.3)), np.int64(1), seed)
    return (
        0.015
        + 0.05 * value_noise(azimuth, 0.5, seed)
        + 0.035 * blocks * blocks
        + 0.012 * value_noise(azimuth * 14, 3.5, seed)
    )


@inlined
def sky_radiance(dx, dy, dz, env, detail):  # type: ignore[no-untyped-def]
    """Radiance of the sky in a unit direction.

    Args:
        dx: unit direction in the world.
        dy: unit direction in the world.
        dz: unit direction in the world.
        env: `Environment`.
        detail: MIRRORED (no clouds) or SEEN.

    Returns:
        Linear RGB.
    """
    up = max(dz, 0.0)
    k = math.sqrt(up)
    r = env.horizon[0] * (1 - k) + env.zenith[0] * k
    g = env.horizon[1] * (1 - k) + env.zenith[1] * k
    b = env.horizon[2] * (1 - k) + env.zenith[2] * k
    if detail == SEEN and env.clouds > 0:
        sx, sy = dx / (up + 0.12), dy / (up + 0.12)
        n = 0.5 * value_noise(sx * 1.7, sy * 1.7, env.seed) + 0.3 * value_noise(sx * 4.1, sy * 4.1, env.seed + 1)
        n += 0.2 * value_noise(sx * 9.7, sy * 9.7, env.seed + 2)
        cover = min(1.0, max(0.0, (n - 0.75 + 0.62 * env.clouds) * 3.5)) * min(1.0, up * 8 + 0.2)
        white = 1.15 * max(env.horizon[0], max(env.horizon[1], env.horizon[2])) + 0.08 * env.sun_colour[1]
        shade = white * (0.72 + 0.5 * n)
        cover *= 0.85
        r, g, b = r + (shade - r) * cover, g + (shade - g) * cover, b + (shade * 1.02 - b) * cover
    towards = dx * env.sun[0] + dy * env.sun[1] + dz * env.sun[2]
    if towards > 0:
        glow = 0.35 * towards**24 + 0.12 * towards**5
        r, g, b = (
            r + glow * env.sun_colour[0] * 0.4,
            g + glow * env.sun_colour[1] * 0.4,
            b + glow * env.sun_colour[2] * 0.36,
        )
    return r, g, b


@inlined
def backdrop(dx, dy, dz, env):  # type: ignore[no-untyped-def]
    """Radiance of a pack's sky in a unit direction above the horizon, for pixels.

    A texel covers several pixels: quadratic B-splines leave no creases, and noise that bends the lookup gives edges of
    clouds the detail that the map lacks; where the sky is even nothing changes.

    Args:
        dx: unit direction in the world.
        dy: unit direction in the world.
        dz: unit direction in the world.
        env: `Environment` with a sky.

    Returns:
        Linear RGB.
    """
    level = env.sky.sharp
    edge = level.shape[0]
    scale = 0.5 * MARGIN * edge / (1.0 + max(dz, 0.0))
    gx, gy = dx * scale + 0.5 * edge, dy * scale + 0.5 * edge
    gx, gy = (
        gx + BEND * bent(gx, gy, env.seed + 20),
        gy + BEND * bent(gx, gy, env.seed + 30),
    )
    ix, iy = np.int64(gx), np.int64(gy)
    ax, ay = np.float32(gx - ix), np.float32(gy - iy)
    one, half = np.float32(1.0), np.float32(0.5)
    r, g, b = np.float32(0.0), np.float32(0.0), np.float32(0.0)
    for q in range(3):
        wy = half * (one - ay) ** 2 if q == 0 else (half * ay * ay if q == 2 else half + ay * (one - ay))
        for p in range(3):
            wx = half * (one - ax) ** 2 if p == 0 else (half * ax * ax if p == 2 else half + ax * (one - ax))
            y, x = min(max(iy + q - 1, 0), edge - 1), min(max(ix + p - 1, 0), edge - 1)
            r += wx * wy * level[y, x, 0]
            g += wx * wy * level[y, x, 1]
            b += wx * wy * level[y, x, 2]
    return r, g, b


@inlined
def bent(x, y, seed):  # type: ignore[no-untyped-def]
    """Rugged noise around 0, in texels of a sky map."""
    coarse = value_noise(x * 0.45, y * 0.45, seed) + 0.6 * value_noise(x * 1.1, y * 1.1, seed + 1)
    return (
        coarse + 0.35 * value_noise(x * 2.6, y * 2.6, seed + 2) + 0.2 * value_noise(x * 6.1, y * 6.1, seed + 3) - 1.075
    )
