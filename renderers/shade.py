"""What shading reads and the functions of one point: ray against triangle, texture, shadows, mirrored sky."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from renderers.fill import FAST, inlined, mip_level
from renderers.openness import OpenSky
from renderers.sky import MIRRORED, roofline, sky_radiance
from renderers.sky_maps import SkyMap, mirrored_sky
from scenes.compiled import compiled

F4 = NDArray[np.float32]
I4 = NDArray[np.int32]


class Triangles(NamedTuple):
    """World geometry of one moment, flat."""

    world: F4  # (V, 3) m
    camera: F4  # (V, 3) m
    normals: F4  # (V, 3) world
    uvs: F4  # (V, 2)
    colours: F4  # (V, 3)
    corners: I4  # (T, 3)
    material: I4  # (T,)
    instance: NDArray[np.uint16]  # (T,)
    kind: NDArray[np.uint8]  # (T,)


class Materials(NamedTuple):
    """Material table and the texels of its textures."""

    colour: F4  # (M, 3)
    emission: F4  # (M, 3)
    gloss: F4  # (M, 3): roughness, metallic, reflectance
    clear: F4  # (M, 3) share of the light that panes let through
    texture: I4  # (M,) -1 = none
    texels: NDArray[np.uint32]  # (N,) red + green << 8 + blue << 16, square root of linear light, level after level
    offset: NDArray[np.int64]  # (K, 12) first texel of each level
    size: I4  # (K,) edge of level 0
    last: I4  # (K,) number of the one-texel level


class Lamps(NamedTuple):
    """Lamps near the camera; see `renderers.lamps`."""

    place: F4  # (L, 3) m
    power: F4  # (L, 3) irradiance at 1 m in the middle of the lobe
    axis: F4  # (L, 3) unit
    sort: I4  # (L,) renderers.lamps.LANTERN or LOW_BEAM


class Environment(NamedTuple):
    """Light that reaches the scene."""

    sun: F4  # (3,) towards the sun
    sun_colour: F4  # (3,)
    zenith: F4  # (3,)
    horizon: F4  # (3,)
    ground: F4  # (3,) light that the ground throws back
    clouds: float
    haze: float  # 1/m
    seed: int  # of clouds and skyline
    open_sky: OpenSky
    snow: float  # share of the ground that snow lies on
    lamps: Lamps
    sky: SkyMap  # of a pack; without one zenith, horizon and clouds make the sky


class DepthMap(NamedTuple):
    """An orthographic map seen from the sun or the zenith."""

    height: F4  # (S, S) m
    texel_from_world: F4  # (3, 4)
    texel: float  # m


class Cascade(NamedTuple):
    """What the sun sees: sharp near what the camera looks at, coarser farther away (Engel 2006; Dimitrov 2007)."""

    near: DepthMap
    far: DepthMap


class Lens(NamedTuple):
    """The camera as shading needs it."""

    rotation: F4  # (3, 3) camera_from_world
    eye: F4  # (3,) world
    focal: float
    centre_x: float
    centre_y: float


@inlined
def plane_of(t, tri):  # type: ignore[no-untyped-def]
    """What all rays that meet triangle t need: its plane and its weights in the camera's frame.

    Returns:
        Normal n (3), n times corner a, weights of b and of c as linear forms of a point (4 and 4), lowest and highest
        depth, length of n (the doubled area).
    """
    # unsigned: numba then leaves out its wrap-around of negative indices
    t = np.uint64(t)
    a, b, c = np.uint64(tri.corners[t, 0]), np.uint64(tri.corners[t, 1]), np.uint64(tri.corners[t, 2])
    ax, ay, az = np.float64(tri.camera[a, 0]), np.float64(tri.camera[a, 1]), np.float64(tri.camera[a, 2])
    ux, uy, uz = tri.camera[b, 0] - ax, tri.camera[b, 1] - ay, tri.camera[b, 2] - az
    vx, vy, vz = tri.camera[c, 0] - ax, tri.camera[c, 1] - ay, tri.camera[c, 2] - az
    nx, ny, nz = uy * vz - uz * vy, uz * vx - ux * vz, ux * vy - uy * vx
    square = nx * nx + ny * ny + nz * nz + 1e-30
    inverse = 1.0 / square
    bx, by, bz = (vy * nz - vz * ny) * inverse, (vz * nx - vx * nz) * inverse, (vx * ny - vy * nx) * inverse
    cx, cy, cz = (ny * uz - nz * uy) * inverse, (nz * ux - nx * uz) * inverse, (nx * uy - ny * ux) * inverse
    low = min(az, min(az + uz, az + vz))
    high = max(az, max(az + uz, az + vz))
    return (
        nx, ny, nz, nx * ax + ny * ay + nz * az, bx, by, bz, bx * ax + by * ay + bz * az,
        cx, cy, cz, cx * ax + cy * ay + cz * az, low, high, math.sqrt(square),
    )  # fmt: skip


@inlined
def meet(rx, ry, focal, plane):  # type: ignore[no-untyped-def]
    """Meet the ray (rx, ry, 1) with a triangle's plane, from `plane_of`.

    Returns:
        Depth (m along the optical axis), weights of corners b and c, and the pixel's area on the surface divided by
        the doubled area of the triangle.
    """
    nx, ny, nz, na, bx, by, bz, ba, cx, cy, cz, ca, low, high, area = plane
    facing = nx * rx + ny * ry + nz
    z = na / facing if abs(facing) > 1e-14 else low
    z = min(max(z, low), high)
    wb = min(max((bx * rx + by * ry + bz) * z - ba, 0.0), 1.0)
    wc = min(max((cx * rx + cy * ry + cz) * z - ca, 0.0), 1.0 - wb)
    slant = min(area * math.sqrt(rx * rx + ry * ry + 1.0) / max(abs(facing), 1e-30), 1.0 / 0.06)
    return z, wb, wc, (z / focal) ** 2 * slant / area


@inlined
def surface_at(x, y, t, tri, lens):  # type: ignore[no-untyped-def]
    """Meet the ray through pixel position (x, y) with the plane of triangle t; see `meet`."""
    rx, ry = (x - lens.centre_x) / lens.focal, (y - lens.centre_y) / lens.focal
    return meet(rx, ry, lens.focal, plane_of(t, tri))


@inlined
def channel(texel, shift):  # type: ignore[no-untyped-def]
    """One byte of a texel; by way of a signed number, which a CPU converts faster."""
    return np.float32(np.int32((texel >> np.uint32(shift)) & np.uint32(255)))


@inlined
def texture_at(k, u, v, footprint2, mat):  # type: ignore[no-untyped-def]
    """Bilinear sample of texture k; `footprint2` is the pixel's area in texture repeats squared."""
    size = mat.size[k]
    level = mip_level(footprint2 * size * size, mat.last[k])
    base = mat.offset[k, level]
    edge = np.int64(size) >> level
    gx, gy = u * np.float32(edge) - np.float32(0.5), v * np.float32(edge) - np.float32(0.5)
    fx, fy = np.floor(gx), np.floor(gy)
    ax, ay = gx - fx, gy - fy
    mask = edge - 1
    x0, y0 = np.int64(fx) & mask, np.int64(fy) & mask
    x1, y1 = (x0 + 1) & mask, (y0 + 1) & mask
    top, bottom = base + y0 * edge, base + y1 * edge
    i00, i01, i10, i11 = np.uint64(top + x0), np.uint64(top + x1), np.uint64(bottom + x0), np.uint64(bottom + x1)
    one = np.float32(1.0)
    w00, w01, w10, w11 = (one - ax) * (one - ay), ax * (one - ay), (one - ax) * ay, ax * ay
    t00, t01, t10, t11 = mat.texels[i00], mat.texels[i01], mat.texels[i10], mat.texels[i11]
    scale = np.float32(1.0 / 255.0)
    r = (channel(t00, 0) * w00 + channel(t01, 0) * w01 + channel(t10, 0) * w10 + channel(t11, 0) * w11) * scale
    g = (channel(t00, 8) * w00 + channel(t01, 8) * w01 + channel(t10, 8) * w10 + channel(t11, 8) * w11) * scale
    b = (channel(t00, 16) * w00 + channel(t01, 16) * w01 + channel(t10, 16) * w10 + channel(t11, 16) * w11) * scale
    return r * r, g * g, b * b


@inlined
def sunlit(px, py, pz, sun_map):  # type: ignore[no-untyped-def]
    """Share of the sun that reaches a point, -1 beyond the map.

    4x4 taps weighted to a smooth 3x3 box (percentage-closer filtering).
    """
    m = sun_map.texel_from_world
    size = sun_map.height.shape[0]
    sx = m[0, 0] * px + m[0, 1] * py + m[0, 2] * pz + m[0, 3] - 0.5
    sy = m[1, 0] * px + m[1, 1] * py + m[1, 2] * pz + m[1, 3] - 0.5
    one = np.float32(1.0)
    if not (sx >= 2.0 and sy >= 2.0 and sx < size - 3.0 and sy < size - 3.0):
        return -one
    ix, iy = np.uint64(sx), np.uint64(sy)
    own = np.float32(m[2, 0] * px + m[2, 1] * py + m[2, 2] * pz + m[2, 3] + 0.006)
    ax, ay = np.float32(sx - math.floor(sx)), np.float32(sy - math.floor(sy))
    lit = np.float32(0.0)
    for q in range(4):
        wy = one - ay if q == 0 else (ay if q == 3 else one)
        row = np.float32(0.0)
        for p in range(4):
            wx = one - ax if p == 0 else (ax if p == 3 else one)
            if sun_map.height[iy + np.uint64(q) - np.uint64(1), ix + np.uint64(p) - np.uint64(1)] <= own:
                row += wx
        lit += row * wy
    return lit * np.float32(1.0 / 9.0)


@inlined
def sky_seen(px, py, pz, sky_map):  # type: ignore[no-untyped-def]
    """Share of the sky above a point, from a coarse map seen from the zenith: contact shadows under an overcast sky."""
    size = sky_map.height.shape[0]
    if size < 16:
        return np.float32(1.0)
    m = sky_map.texel_from_world
    ix = np.int64(m[0, 0] * px + m[0, 1] * py + m[0, 3])
    iy = np.int64(m[1, 0] * px + m[1, 1] * py + m[1, 3])
    if ix < 7 or iy < 7 or ix >= size - 7 or iy >= size - 7:
        return np.float32(1.0)
    blocked, total = np.float32(0.0), np.float32(0.0)
    for q in range(-6, 7, 3):
        for p in range(-6, 7, 3):
            weight = np.float32(1.0 / (1.0 + 0.10 * (q * q + p * p)))
            total += weight
            rise = sky_map.height[np.uint64(iy + q), np.uint64(ix + p)] - pz - 0.05
            if rise > 0:
                # a surface close above hides more of the sky than one high up: elevation of its edge
                reach = math.sqrt(float(q * q + p * p)) * sky_map.texel + 0.25
                blocked += weight * np.float32(min(1.0, rise / reach) / (1.0 + 0.12 * rise))
    return np.float32(1.0) - np.float32(0.9) * blocked / total


@compiled(fastmath=FAST, forceinline=True)
def ggx(nx, ny, nz, vx, vy, vz, lx, ly, lz, nv, nl, rough):  # type: ignore[no-untyped-def]
    """Highlight of a light in unit direction l: GGX with the Smith-Schlick shadowing term.

    Walter et al. 2007; Karis 2013; pi is in the light's units.

    Returns:
        Lobe, and the share by which the reflectance rises towards 1.
    """
    hx, hy, hz = vx + lx, vy + ly, vz + lz
    scale = 1.0 / math.sqrt(hx * hx + hy * hy + hz * hz + 1e-12)
    nh = max(0.0, (nx * hx + ny * hy + nz * hz) * scale)
    vh = max(0.0, (vx * hx + vy * hy + vz * hz) * scale)
    alpha2 = max(rough, 0.08) ** 4
    denominator = nh * nh * (alpha2 - 1.0) + 1.0
    k = 0.5 * rough * rough
    lobe = alpha2 / (denominator * denominator)
    lobe /= 4.0 * (nl * (1 - k) + k) * (nv * (1 - k) + k)
    return lobe, (1.0 - vh) ** 5


@compiled(fastmath=FAST, forceinline=True)
def reflected(nx, ny, nz, vx, vy, vz, rough, env, seen):  # type: ignore[no-untyped-def]
    """Radiance that a glossy surface mirrors: sky above a jagged line of roofs, dark street below."""
    d = 2.0 * (nx * vx + ny * vy + nz * vz)
    rx, ry, rz = d * nx - vx, d * ny - vy, d * nz - vz
    if env.sky.sharp.shape[0] > 1:
        r, g, b = mirrored_sky(rx, ry, max(rz, 0.0), rough, env.sky)
    else:
        r, g, b = sky_radiance(rx, ry, max(rz, 0.02), env, MIRRORED)
    edge = roofline(rx, ry, env.seed + 7)
    soft = 0.06 + 0.6 * rough
    k = min(1.0, max(0.0, (rz - edge) / soft + 0.5))
    dim = (0.22 + 0.10 * min(1.0, max(0.0, rz + 0.4))) * (0.4 + 0.6 * seen)
    return (
        r * k + env.ground[0] * dim * (1 - k),
        g * k + env.ground[1] * dim * (1 - k),
        b * k + env.ground[2] * dim * (1 - k),
    )
