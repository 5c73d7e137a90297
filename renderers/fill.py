"""Triangle filling: exact integer coverage, so that meshes that share edges leave no pinholes.

Vertices are snapped to 1/256 px and edges are evaluated in 64-bit integers (Pineda 1988): two triangles
with a common edge compute the same edge values, whatever their order. Depth is a value that is linear on the
screen and grows towards the viewer: inverse depth for cameras, height towards the sun for shadow maps.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from scenes.compiled import compiled
from sim.kernels import within

SUBPIXELS = 256
LIMIT = 2.0**22  # px; snapped coordinates beyond are clamped, 2^22 * 256 fits 32 bits
NEAR = 0.05  # m
FAST = {"contract", "arcp", "nsz", "afn", "reassoc"}  # no assumptions on nan and inf
inlined = within(fastmath=FAST, forceinline=True)
helper = within(fastmath=FAST)
NEVER = np.bool_(False)  # a plain False or 0 would have all that it is given to compiled a second time
WIDE = 10  # px; wider triangles find their spans by division instead of testing each pixel

F4 = NDArray[np.float32]
I4 = NDArray[np.int32]


class Screen(NamedTuple):
    """Vertices on the sample grid of a view."""

    focal: float  # samples
    centre_x: float  # principal point, samples
    centre_y: float
    snapped: I4  # (V, 2) 1/256 sample
    nearness: F4  # (V,) inverse depth, 1/m; -1 in front of NEAR


class Gate(NamedTuple):
    """What may be filled behind panes."""

    limit: F4  # (H, W) depth value that is filled up to: that of the pane; 0 where none is
    within: I4  # (H, W) number of the thing whose inside shows through the pane, 0 = none
    side: I4  # (T,) of the triangles: see `renderers.geometry.Flat`


@compiled(fastmath=FAST)
def to_camera(camera_from_world, world, camera):  # type: ignore[no-untyped-def]
    """Transform (V, 3) world points, m, into (V, 3) camera points, m."""
    m = camera_from_world
    for i in range(len(world)):
        x, y, z = world[i, 0], world[i, 1], world[i, 2]
        camera[i, 0] = m[0, 0] * x + m[0, 1] * y + m[0, 2] * z + m[0, 3]
        camera[i, 1] = m[1, 0] * x + m[1, 1] * y + m[1, 2] * z + m[1, 3]
        camera[i, 2] = m[2, 0] * x + m[2, 1] * y + m[2, 2] * z + m[2, 3]


@compiled(fastmath=FAST)
def place(world_from_model, positions, normals, world, world_normals):  # type: ignore[no-untyped-def]
    """Put (V, 3) model points and normals into the world; a fixed order of sums, unlike a matrix library's."""
    m = world_from_model
    for i in range(len(positions)):
        for k in range(3):
            x, y, z = positions[i, 0], positions[i, 1], positions[i, 2]
            world[i, k] = m[k, 0] * x + m[k, 1] * y + m[k, 2] * z + m[k, 3]
            x, y, z = normals[i, 0], normals[i, 1], normals[i, 2]
            world_normals[i, k] = m[k, 0] * x + m[k, 1] * y + m[k, 2] * z


@helper
def snap(value):  # type: ignore[no-untyped-def]
    """Round a pixel coordinate to 1/256 px."""
    return np.int64(np.floor(min(max(value, -LIMIT), LIMIT) * SUBPIXELS + 0.5))


@compiled(fastmath=FAST)
def project(camera, focal, centre_x, centre_y, snapped, nearness):  # type: ignore[no-untyped-def]
    """Project (V, 3) camera points to (V, 2) snapped pixels and (V,) inverse depth, 1/m; -1 in front of NEAR."""
    for i in range(len(camera)):
        z = camera[i, 2]
        if z < NEAR:
            nearness[i] = -1.0
            continue
        inverse = 1.0 / z
        nearness[i] = inverse
        snapped[i, 0] = snap(camera[i, 0] * inverse * focal + centre_x)
        snapped[i, 1] = snap(camera[i, 1] * inverse * focal + centre_y)


@inlined
def mip_level(texels, last):  # type: ignore[no-untyped-def]
    """Mip level, at most `last`, for a sample that is `texels` texels of level 0 large."""
    exponent = (np.float32(texels).view(np.int32) >> np.int32(23)) - np.int32(127)  # of 2: floor(log2(texels))
    return min(np.int64(max(exponent + np.int32(1), np.int32(0)) >> np.int32(1)), np.int64(last))


@inlined
def lets_in(gate, x, y, z, t):  # type: ignore[no-untyped-def]
    """Whether triangle t with a depth value may be filled at a sample; always, without a gate."""
    if gate is None:
        return True
    side, within = gate.side[t], gate.within[y, x]
    return z < gate.limit[y, x] and (side == 0 or (side > 0 and within != side) or within == -side)


@inlined
def pixel_span(a, b, c, count):  # type: ignore[no-untyped-def]
    """First and last of `count` pixels whose centres lie between three coordinates in 1/256 px."""
    half = SUBPIXELS // 2
    first = max(np.int64(0), (min(a, min(b, c)) - half + SUBPIXELS - 1) >> 8)
    return first, min(np.int64(count - 1), (max(a, max(b, c)) - half) >> 8)


@inlined
def edges(ax, ay, bx, by, cx, cy, x0, y0):  # type: ignore[no-untyped-def]
    """Edge values opposite corners a, b and c at the centre of pixel (x0, y0), and their steps along x and y."""
    px, py = x0 * SUBPIXELS + SUBPIXELS // 2, y0 * SUBPIXELS + SUBPIXELS // 2
    ea = (cx - bx) * (py - by) - (cy - by) * (px - bx)
    eb = (ax - cx) * (py - cy) - (ay - cy) * (px - cx)
    ec = (bx - ax) * (py - ay) - (by - ay) * (px - ax)
    ea_x, eb_x, ec_x = (by - cy) * SUBPIXELS, (cy - ay) * SUBPIXELS, (ay - by) * SUBPIXELS
    ea_y, eb_y, ec_y = (cx - bx) * SUBPIXELS, (ax - cx) * SUBPIXELS, (bx - ax) * SUBPIXELS
    return ea, eb, ec, ea_x, eb_x, ec_x, ea_y, eb_y, ec_y


@inlined
def row_span(ea, eb, ec, ea_x, eb_x, ec_x, last):  # type: ignore[no-untyped-def]
    """First and last of the pixels 0..`last` of a row in which no edge value is negative."""
    first = np.int64(0)
    for e, step in ((ea, ea_x), (eb, eb_x), (ec, ec_x)):
        if step > 0:
            first = max(first, -(e // step)) if e < 0 else first
        elif step < 0:
            last = min(last, e // -step) if e >= 0 else np.int64(-1)
        elif e < 0:
            last = np.int64(-1)
    return first, last


@inlined
def fill_one(ax, ay, az, bx, by, bz, cx, cy, cz, t, depth, index, keep, gate):  # type: ignore[no-untyped-def]  # noqa: C901, PLR0912
    """Fill one triangle: corners in 1/256 px with their depth values; the largest depth value wins."""
    height, width = depth.shape
    area = (bx - ax) * (cy - ay) - (cx - ax) * (by - ay)
    if area == 0:
        return
    if area < 0:
        bx, by, bz, cx, cy, cz = cx, cy, cz, bx, by, bz
        area = -area
    x0, x1 = pixel_span(ax, bx, cx, width)
    y0, y1 = pixel_span(ay, by, cy, height)
    if x0 > x1 or y0 > y1:
        return
    ea, eb, ec, ea_x, eb_x, ec_x, ea_y, eb_y, ec_y = edges(ax, ay, bx, by, cx, cy, x0, y0)
    inverse = 1.0 / np.float64(area)
    z_x = (ea_x * az + eb_x * bz + ec_x * cz) * inverse
    z_y = (ea_y * az + eb_y * bz + ec_y * cz) * inverse
    z_row = (ea * az + eb * bz + ec * cz) * inverse
    low, high = min(az, min(bz, cz)), max(az, max(bz, cz))
    wide = x1 - x0 >= WIDE
    for y in range(y0, y1 + 1):
        if wide:
            first, last = row_span(ea, eb, ec, ea_x, eb_x, ec_x, x1 - x0)
            for x in range(first, last + 1):
                z = np.float32(min(max(z_row + z_x * x, low), high))
                if z > depth[y, x0 + x] and lets_in(gate, x0 + x, y, z, t):
                    depth[y, x0 + x] = z
                    if keep:
                        index[y, x0 + x] = t
        else:
            fa, fb, fc = ea, eb, ec
            for x in range(x1 - x0 + 1):
                if (fa | fb | fc) >= 0:
                    z = np.float32(min(max(z_row + z_x * x, low), high))
                    if z > depth[y, x0 + x] and lets_in(gate, x0 + x, y, z, t):
                        depth[y, x0 + x] = z
                        if keep:
                            index[y, x0 + x] = t
                fa += ea_x
                fb += eb_x
                fc += ec_x
        ea += ea_y
        eb += eb_y
        ec += ec_y
        z_row += z_y


@helper
def fill_clipped(camera, a, b, c, focal, centre_x, centre_y, t, depth, index, keep, gate):  # type: ignore[no-untyped-def]
    """Clip one triangle at the near plane and fill what is left."""
    corners = (a, b, c)
    x = np.empty(4, np.int64)
    y = np.empty(4, np.int64)
    z = np.empty(4, np.float64)
    count = 0
    for k in range(3):
        i, j = corners[k], corners[(k + 1) % 3]
        zi, zj = camera[i, 2], camera[j, 2]
        if zi >= NEAR:
            z[count] = 1.0 / zi
            x[count] = snap(camera[i, 0] * z[count] * focal + centre_x)
            y[count] = snap(camera[i, 1] * z[count] * focal + centre_y)
            count += 1
        if (zi >= NEAR) != (zj >= NEAR):
            s = (NEAR - zi) / (zj - zi)
            z[count] = 1.0 / NEAR
            x[count] = snap((camera[i, 0] + s * (camera[j, 0] - camera[i, 0])) * z[count] * focal + centre_x)
            y[count] = snap((camera[i, 1] + s * (camera[j, 1] - camera[i, 1])) * z[count] * focal + centre_y)
            count += 1
    for k in range(1, count - 1):
        fill_one(
            x[0], y[0], z[0], x[k], y[k], z[k], x[k + 1], y[k + 1], z[k + 1], t, depth, index, keep, gate
        )  # fmt: skip


@compiled(fastmath=FAST)
def fill_view(camera, triangles, first, last, focal, centre_x, centre_y, snapped, nearness, depth, index, keep, gate):  # type: ignore[no-untyped-def]
    """Fill triangles `first`..`last` - 1 of a camera view.

    Args:
        camera: (V, 3) camera points, m.
        triangles: (T, 3) vertex indices.
        first: first triangle.
        last: one past the last triangle.
        focal: px.
        centre_x: principal point, px.
        centre_y: principal point, px.
        snapped: (V, 2) from `project`.
        nearness: (V,) from `project`.
        depth: (H, W) inverse depth, 1/m, 0 where empty; updated.
        index: (H, W) triangle index, updated when `keep`.
        keep: whether to write `index`.
        gate: `Gate`; None lets everything in.
    """
    for t in range(first, last):
        a, b, c = triangles[t, 0], triangles[t, 1], triangles[t, 2]
        za, zb, zc = nearness[a], nearness[b], nearness[c]
        if za > 0 and zb > 0 and zc > 0:
            fill_one(
                np.int64(snapped[a, 0]), np.int64(snapped[a, 1]), np.float64(za),
                np.int64(snapped[b, 0]), np.int64(snapped[b, 1]), np.float64(zb),
                np.int64(snapped[c, 0]), np.int64(snapped[c, 1]), np.float64(zc),
                t, depth, index, keep, gate,
            )  # fmt: skip
        elif za > 0 or zb > 0 or zc > 0:
            fill_clipped(camera, a, b, c, focal, centre_x, centre_y, t, depth, index, keep, gate)


@compiled(fastmath=FAST)
def fill_map(texel_from_world, world, triangles, snapped, height, depth, index):  # type: ignore[no-untyped-def]
    """Draw an orthographic depth map, for shadows and sky visibility.

    Args:
        texel_from_world: (3, 4) matrix; rows give texel x, texel y and height towards the light, m.
        world: (V, 3) points, m.
        triangles: (T, 3) vertex indices.
        snapped: (V, 2) scratch.
        height: (V,) scratch.
        depth: (S, S) height of the first surface that light meets; updated, start with -1e9.
        index: any (1, 1) array, not written.
    """
    m = texel_from_world
    for i in range(len(world)):
        x, y, z = world[i, 0], world[i, 1], world[i, 2]
        snapped[i, 0] = snap(m[0, 0] * x + m[0, 1] * y + m[0, 2] * z + m[0, 3])
        snapped[i, 1] = snap(m[1, 0] * x + m[1, 1] * y + m[1, 2] * z + m[1, 3])
        height[i] = m[2, 0] * x + m[2, 1] * y + m[2, 2] * z + m[2, 3]
    for t in range(len(triangles)):
        a, b, c = triangles[t, 0], triangles[t, 1], triangles[t, 2]
        fill_one(
            np.int64(snapped[a, 0]), np.int64(snapped[a, 1]), np.float64(height[a]),
            np.int64(snapped[b, 0]), np.int64(snapped[b, 1]), np.float64(height[b]),
            np.int64(snapped[c, 0]), np.int64(snapped[c, 1]), np.float64(height[c]),
            t, depth, index, NEVER, None,
        )  # fmt: skip
