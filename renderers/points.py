"""Staged shading: a row of points goes through short loops, which a CPU runs several times faster than one long one."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from renderers.fill import FAST, helper
from renderers.lamps import lamplight
from renderers.openness import open_share
from renderers.shade import ggx, meet, plane_of, reflected, sky_seen, sunlit, texture_at
from renderers.sky_maps import skylight
from renderers.snow import snowed
from scenes.compiled import compiled

F4 = NDArray[np.float32]
LIFT = 2.2  # texels off a surface along the sun's light, so that it does not shade itself
FACADE_LIFT = 1.6  # m off a wall: the open sky of a facade is that of the street before it


class Points(NamedTuple):
    """Scratch for up to N points: what is asked, what is known in between, what comes out."""

    x: F4  # (N,) px
    y: F4  # (N,) px
    triangle: NDArray[np.int32]  # (N,)
    pixel: NDArray[np.int32]  # (N,) column that the point belongs to
    weight: F4  # (N,)
    depth: F4  # (N,) m
    bary: F4  # (N, 3): weights of corners b and c, pixel area over doubled triangle area
    place: F4  # (N, 3) world, m
    normal: F4  # (N, 3) world, facing the camera
    sight: F4  # (N, 4): unit vector to the camera, distance in m
    albedo: F4  # (N, 3)
    glow: F4  # (N, 3)
    light: F4  # (N, 3): sun (cosine times visible share), share of the sky that near things and that houses leave open
    rgb: F4  # (N, 3) radiance


def make_points(count: int) -> Points:
    """Allocate scratch for `count` points."""

    def floats(*columns: int) -> F4:
        return np.empty((count, *columns), np.float32)

    return Points(
        x=floats(), y=floats(), triangle=np.empty(count, np.int32), pixel=np.empty(count, np.int32), weight=floats(),
        depth=floats(), bary=floats(3), place=floats(3), normal=floats(3), sight=floats(4), albedo=floats(3),
        glow=floats(3), light=floats(3), rgb=floats(3),
    )  # fmt: skip


@helper
def locate(n, pts, tri, lens):  # type: ignore[no-untyped-def]
    """Meet the rays of n points with their triangles: depth, weights, place, normal, line of sight."""
    if n == 0:
        return
    one = np.float32(1.0)
    last = pts.triangle[0]  # neighbours often lie on one triangle
    plane = plane_of(last, tri)
    for i in range(n):
        if pts.triangle[i] != last:
            last = pts.triangle[i]
            plane = plane_of(last, tri)
        rx, ry = (pts.x[i] - lens.centre_x) / lens.focal, (pts.y[i] - lens.centre_y) / lens.focal
        z, wb, wc, area = meet(rx, ry, lens.focal, plane)
        pts.depth[i] = z
        pts.bary[i, 0], pts.bary[i, 1], pts.bary[i, 2] = wb, wc, area
    for i in range(n):
        t = np.uint64(pts.triangle[i])
        a, b, c = np.uint64(tri.corners[t, 0]), np.uint64(tri.corners[t, 1]), np.uint64(tri.corners[t, 2])
        wb, wc = pts.bary[i, 0], pts.bary[i, 1]
        wa = one - wb - wc
        px = tri.world[a, 0] * wa + tri.world[b, 0] * wb + tri.world[c, 0] * wc
        py = tri.world[a, 1] * wa + tri.world[b, 1] * wb + tri.world[c, 1] * wc
        pz = tri.world[a, 2] * wa + tri.world[b, 2] * wb + tri.world[c, 2] * wc
        nx = tri.normals[a, 0] * wa + tri.normals[b, 0] * wb + tri.normals[c, 0] * wc
        ny = tri.normals[a, 1] * wa + tri.normals[b, 1] * wb + tri.normals[c, 1] * wc
        nz = tri.normals[a, 2] * wa + tri.normals[b, 2] * wb + tri.normals[c, 2] * wc
        vx, vy, vz = lens.eye[0] - px, lens.eye[1] - py, lens.eye[2] - pz
        distance = math.sqrt(vx * vx + vy * vy + vz * vz + np.float32(1e-12))
        scale = one / math.sqrt(nx * nx + ny * ny + nz * nz + np.float32(1e-20))
        if nx * vx + ny * vy + nz * vz < 0:
            scale = -scale
        pts.place[i, 0], pts.place[i, 1], pts.place[i, 2] = px, py, pz
        pts.normal[i, 0], pts.normal[i, 1], pts.normal[i, 2] = nx * scale, ny * scale, nz * scale
        towards = one / distance
        pts.sight[i, 0], pts.sight[i, 1], pts.sight[i, 2] = vx * towards, vy * towards, vz * towards
        pts.sight[i, 3] = distance


@compiled(fastmath=FAST)
def colour(n, pts, tri, mat):  # type: ignore[no-untyped-def]
    """Albedo and emission of n points: material times vertex colour times texture."""
    one = np.float32(1.0)
    for i in range(n):
        t = np.uint64(pts.triangle[i])
        a, b, c = np.uint64(tri.corners[t, 0]), np.uint64(tri.corners[t, 1]), np.uint64(tri.corners[t, 2])
        m = np.uint64(tri.material[t])
        wb, wc = pts.bary[i, 0], pts.bary[i, 1]
        wa = one - wb - wc
        r = tri.colours[a, 0] * wa + tri.colours[b, 0] * wb + tri.colours[c, 0] * wc
        g = tri.colours[a, 1] * wa + tri.colours[b, 1] * wb + tri.colours[c, 1] * wc
        bl = tri.colours[a, 2] * wa + tri.colours[b, 2] * wb + tri.colours[c, 2] * wc
        k = mat.texture[m]
        if k >= 0:
            ua, va = tri.uvs[a, 0], tri.uvs[a, 1]
            ub, vb = tri.uvs[b, 0] - ua, tri.uvs[b, 1] - va
            uc, vc = tri.uvs[c, 0] - ua, tri.uvs[c, 1] - va
            # area of the slanted pixel in the texture: one isotropic level, between its long and short side
            footprint2 = abs(ub * vc - uc * vb) * pts.bary[i, 2]
            tr, tg, tb = texture_at(np.uint64(k), ua + ub * wb + uc * wc, va + vb * wb + vc * wc, footprint2, mat)
            r, g, bl = r * tr, g * tg, bl * tb
        pts.albedo[i, 0] = r * mat.colour[m, 0]
        pts.albedo[i, 1] = g * mat.colour[m, 1]
        pts.albedo[i, 2] = bl * mat.colour[m, 2]
        pts.glow[i, 0] = r * mat.emission[m, 0]
        pts.glow[i, 1] = g * mat.emission[m, 1]
        pts.glow[i, 2] = bl * mat.emission[m, 2]


@helper
def open_to_the_sky(n, pts, open_sky):  # type: ignore[no-untyped-def]
    """Share of the sky that houses leave open above n points."""
    factor, rows = open_sky.factor, open_sky.cell_from_world
    off = np.float32(FACADE_LIFT)
    for i in range(n):  # height above the ground
        x, y, z = pts.place[i, 0], pts.place[i, 1], pts.place[i, 2]
        pts.light[i, 2] = rows[2, 0] * x + rows[2, 1] * y + rows[2, 2] * z + rows[2, 3]
    for i in range(n):
        pts.light[i, 2] = open_share(
            pts.place[i, 0] + off * pts.normal[i, 0], pts.place[i, 1] + off * pts.normal[i, 1], pts.light[i, 2],
            factor, rows,
        )  # fmt: skip


@helper
def shadow(n, pts, env, cascade, sky_map):  # type: ignore[no-untyped-def]
    """Sun and sky that reach n points; points are lifted off their surface by what the map's texels would hide."""
    one, zero = np.float32(1.0), np.float32(0.0)
    near, far = np.float32(LIFT * cascade.near.texel), np.float32(LIFT * cascade.far.texel)
    lit = env.sun_colour[1] > 0
    for i in range(n):
        nx, ny, nz = pts.normal[i, 0], pts.normal[i, 1], pts.normal[i, 2]
        nl = nx * env.sun[0] + ny * env.sun[1] + nz * env.sun[2]
        pts.light[i, 0] = zero
        if lit and nl > 0:
            x, y, z = pts.place[i, 0], pts.place[i, 1], pts.place[i, 2]
            slope = math.sqrt(max(zero, one - nl * nl))
            lift = near * slope
            seen = sunlit(x + lift * nx, y + lift * ny, z + lift * nz, cascade.near)
            if seen < zero:
                lift = far * slope
                seen = abs(sunlit(x + lift * nx, y + lift * ny, z + lift * nz, cascade.far))
            pts.light[i, 0] = nl * seen
    if env.open_sky.factor.shape[1] < 2:
        pts.light[:n, 2] = one
    else:
        open_to_the_sky(n, pts, env.open_sky)
    if sky_map.height.shape[0] < 16:
        pts.light[:n, 1] = one
        return
    lift = np.float32(0.05)
    for i in range(n):
        nx, ny, nz = pts.normal[i, 0], pts.normal[i, 1], pts.normal[i, 2]
        pts.light[i, 1] = sky_seen(
            pts.place[i, 0] + lift * nx, pts.place[i, 1] + lift * ny, pts.place[i, 2] + lift * nz, sky_map
        )  # fmt: skip


@helper
def diffuse(n, pts, tri, mat, env):  # type: ignore[no-untyped-def]
    """Light that n points throw back evenly, and their own."""
    one, half = np.float32(1.0), np.float32(0.5)
    for i in range(n):
        m = np.uint64(tri.material[np.uint64(pts.triangle[i])])
        body = one - mat.gloss[m, 1]
        up = half + half * pts.normal[i, 2]
        seen = pts.light[i, 1]
        open_ = pts.light[i, 2]
        above = half * seen * up * open_
        # where no sky is there is street or facade, about as light as the ground and shaded by the same houses
        below = (one - up * open_) * (np.float32(0.3) + np.float32(0.7) * seen) * (half + half * open_)
        for k in range(3):
            light = (
                env.sun_colour[k] * pts.light[i, 0] + (env.zenith[k] + env.horizon[k]) * above + env.ground[k] * below
            )
            pts.rgb[i, k] = pts.glow[i, k] + pts.albedo[i, k] * body * light
    if env.sky.sharp.shape[0] < 2:
        return
    for i in range(n):  # under the sky of a pack: what it gives in place of zenith and horizon
        m = np.uint64(tri.material[np.uint64(pts.triangle[i])])
        body = one - mat.gloss[m, 1]
        x, y, z = pts.normal[i, 0], pts.normal[i, 1], pts.normal[i, 2]
        above = pts.light[i, 1] * pts.light[i, 2]
        built_in = half * (half + half * z)
        for k in range(3):
            more = skylight(k, x, y, z, env.sky.light) - (env.zenith[k] + env.horizon[k]) * built_in
            pts.rgb[i, k] += pts.albedo[i, k] * body * above * more


@helper
def gloss(n, pts, tri, mat, env):  # type: ignore[no-untyped-def]
    """Mirrored surroundings and the sun's highlight on n points, where the material is smooth enough to show them."""
    for i in range(n):
        m = np.uint64(tri.material[np.uint64(pts.triangle[i])])
        rough = mat.gloss[m, 0]
        if rough >= 0.8:
            continue
        metal, f0 = mat.gloss[m, 1], mat.gloss[m, 2]
        nx, ny, nz = pts.normal[i, 0], pts.normal[i, 1], pts.normal[i, 2]
        vx, vy, vz = pts.sight[i, 0], pts.sight[i, 1], pts.sight[i, 2]
        nv = max(nx * vx + ny * vy + nz * vz, 1e-3)
        mirror = reflected(nx, ny, nz, vx, vy, vz, rough, env, pts.light[i, 1])
        grazing = (1.0 - nv) ** 5 * (1.0 - rough) ** 2
        lobe, fresnel = 0.0, 0.0
        if pts.light[i, 0] > 0:
            nl = max(nx * env.sun[0] + ny * env.sun[1] + nz * env.sun[2], 1e-3)
            lobe, fresnel = ggx(nx, ny, nz, vx, vy, vz, env.sun[0], env.sun[1], env.sun[2], nv, nl, rough)
            lobe *= pts.light[i, 0]
        for q in range(3):
            base = f0 + (pts.albedo[i, q] - f0) * metal
            shine = mirror[q] * (base + (1.0 - base) * grazing)
            pts.rgb[i, q] += shine + env.sun_colour[q] * lobe * (base + (1.0 - base) * fresnel)


@helper
def haze(n, pts, env):  # type: ignore[no-untyped-def]
    """Light lost to and gained from the air between n points and the camera."""
    one = np.float32(1.0)
    rate = np.float32(-env.haze)
    for i in range(n):
        clear = np.float32(math.exp(rate * pts.sight[i, 3]))
        for k in range(3):
            pts.rgb[i, k] = pts.rgb[i, k] * clear + env.horizon[k] * np.float32(0.85) * (one - clear)


@helper
def shade_points(n, pts, tri, mat, env, cascade, sky_map, lens):  # type: ignore[no-untyped-def]
    """Fill depth, normal and rgb of n points.

    Args:
        n: number of points.
        pts: `Points`; x, y and triangle are given.
        tri: `Triangles`.
        mat: `Materials`.
        env: `Environment`.
        cascade: `Cascade` from the sun.
        sky_map: `DepthMap` from the zenith.
        lens: `Lens`.
    """
    locate(n, pts, tri, lens)
    colour(n, pts, tri, mat)
    if env.snow > 0:
        snowed(n, pts, tri, env)
    shadow(n, pts, env, cascade, sky_map)
    diffuse(n, pts, tri, mat, env)
    gloss(n, pts, tri, mat, env)
    if env.lamps.place.shape[0] > 0:
        lamplight(n, pts, tri, mat, env)
    haze(n, pts, env)
