"""Glass: what is behind the panes of a picture is added to what they mirror.

Labels are those of the nearest surface, panes included. Where that is a pane, the nearest triangle behind it is looked
for, and behind that one if it is a pane, too: depth peeling (Everitt 2001), only where there is glass. With the share

    T = clear * (1 - F),    F = f0 + (1 - f0) (1 - cos)^5 (1 - roughness)^2  (Schlick 1994)

of each pane the radiance of a sample is

    L = L1 + T1 (L2 - a1 + T2 (L3 - a2 + ...)),

where L1, L2 ... are the surfaces as they would look without anything before them, in the haze between them and the
camera, and a1, a2 ... is the haze's own light up to each pane, which must not count twice.

Panes of things with an inside (`Instance.inside`) are painted on a closed body. Behind them the body is left out and
the inside is there; what they mirror on their inner faces is left out, too.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from renderers.fill import F4, FAST, I4, SUBPIXELS, Gate
from renderers.frame import View
from renderers.geometry import OPEN, Flat
from renderers.pixels import beyond
from renderers.points import Points, locate, shade_points
from renderers.shade import Cascade, DepthMap, Environment, Lens, Materials, Triangles
from renderers.visible import fill_range, screen_of
from scenes.compiled import compiled

MOST = 6  # panes one behind the other that are looked through
GAP = 2e-4  # of the distance, that something must be behind a pane to be seen through it
TILE = 8  # samples along an edge of the tiles in which panes are looked for
AIR = 0.85  # of the horizon's radiance, as in `renderers.points.haze`


class Surroundings(NamedTuple):
    """What shading reads apart from triangles."""

    materials: Materials
    env: Environment
    cascade: Cascade
    sky_map: DepthMap
    lens: Lens


class Passed(NamedTuple):
    """What is left of the light of each sample behind the panes so far."""

    share: F4  # (h, w, 3) 0 where there is no pane
    air: F4  # (h, w) share of the haze's light that is known already
    limit: F4  # (h, w) inverse depth of the last pane, 1/m; 0 where none is
    within: I4  # (h, w) number of the thing that is looked into, 0 = none


def look_through(
    rgb: F4, index: I4, flat: Flat, triangles: Triangles, view: View, points: Points, around: Surroundings
) -> None:
    """Add what is seen through panes to a picture.

    Args:
        rgb: (H, W, 3) radiance of the nearest surfaces; updated.
        index: (H * s, W * s) nearest triangle of each sample, -1 where nothing is, s samples along an edge of a pixel.
        flat: world geometry.
        triangles: the same, as the camera sees it.
        view: resolved camera.
        points: scratch, for at least s * s * W points.
        around: light and materials.
    """
    x0, y0, x1, y1 = panes_in(index, flat.pane)
    if x1 <= x0:
        return
    scale = index.shape[0] // view.height
    x0, y0, x1, y1 = x0 // scale * scale, y0 // scale * scale, -(-x1 // scale) * scale, -(-y1 // scale) * scale
    screen = screen_of(triangles.camera, view, scale)
    screen.snapped[:] -= np.array([x0, y0], np.int32) * SUBPIXELS
    screen = screen._replace(centre_x=screen.centre_x - x0, centre_y=screen.centre_y - y0)
    shape = (y1 - y0, x1 - x0)
    passed = Passed(
        np.ones((*shape, 3), np.float32), np.zeros(shape, np.float32), np.zeros(shape, np.float32),
        np.zeros(shape, np.int32),
    )  # fmt: skip
    front = np.ascontiguousarray(index[y0:y1, x0:x1])
    near = flat
    for layer in range(MOST):
        if pass_panes(front, x0, y0, scale, flat.pane, points, triangles, around, passed) == 0:
            break
        if layer == 0:
            corners = flat.corners.copy()
            drop_beside(passed.limit, screen.snapped, screen.nearness, corners)
            near = replace(flat, corners=corners)
        depth = np.where(passed.limit > 0.0, np.float32(0.0), np.float32(np.inf))  # where no pane is, nothing is filled
        front = np.full(shape, -1, np.int32)
        gate = Gate(passed.limit, passed.within, flat.side)
        fill_range(near, triangles.camera, screen, 0, len(corners), depth, front, gate)
        shade_behind(front, x0, y0, scale, flat.pane, points, triangles, around, passed, rgb)


@compiled(fastmath=FAST)
def panes_in(index, pane):  # type: ignore[no-untyped-def]
    """Extent x0, y0, x1, y1 of the samples whose triangle is a pane; empty where there is none."""
    height, width = index.shape
    x0, y0, x1, y1 = width, height, 0, 0
    for y in range(height):
        for x in range(width):
            t = index[y, x]
            if t >= 0 and pane[t] > 0:
                x0, x1 = min(x0, x), max(x1, x + 1)
                y0, y1 = min(y0, y), y + 1
    return x0, y0, x1, y1


@compiled(fastmath=FAST)
def drop_beside(limit, snapped, nearness, corners):  # type: ignore[no-untyped-def]
    """Make points of the triangles that no pane is before, which costs less than to fill them layer after layer.

    Args:
        limit: (h, w) as in `Passed`.
        snapped: (V, 2) 1/256 sample.
        nearness: (V,) inverse depth, 1/m; -1 in front of the near plane.
        corners: (T, 3) vertex indices; updated.
    """
    height, width = limit.shape
    rows, columns = (height - 1) // TILE + 1, (width - 1) // TILE + 1
    sums = np.zeros((rows + 1, columns + 1), np.int32)  # of tiles with panes, above and left (Crow 1984)
    for y in range(height):
        for x in range(width):
            if limit[y, x] > 0.0:
                sums[y // TILE + 1, x // TILE + 1] = 1
    for v in range(1, rows + 1):
        for u in range(1, columns + 1):
            sums[v, u] += sums[v - 1, u] + sums[v, u - 1] - sums[v - 1, u - 1]
    for t in range(len(corners)):
        a, b, c = corners[t, 0], corners[t, 1], corners[t, 2]
        least, most = min(nearness[a], nearness[b], nearness[c]), max(nearness[a], nearness[b], nearness[c])
        seen = most > 0.0
        if least > 0.0:
            x0, x1 = min(snapped[a, 0], snapped[b, 0], snapped[c, 0]), max(snapped[a, 0], snapped[b, 0], snapped[c, 0])
            y0, y1 = min(snapped[a, 1], snapped[b, 1], snapped[c, 1]), max(snapped[a, 1], snapped[b, 1], snapped[c, 1])
            left, right = max(x0 // SUBPIXELS, 0) // TILE, min(x1 // SUBPIXELS, width - 1) // TILE + 1
            top, bottom = max(y0 // SUBPIXELS, 0) // TILE, min(y1 // SUBPIXELS, height - 1) // TILE + 1
            seen = right > left and bottom > top
            if seen:
                seen = sums[bottom, right] - sums[top, right] - sums[bottom, left] + sums[top, left] > 0
        if not seen:
            corners[t, 0] = corners[t, 1] = corners[t, 2] = 0


@compiled(fastmath=FAST)
def pass_panes(front, x0, y0, scale, pane, pts, tri, around, passed):  # type: ignore[no-untyped-def]
    """Go through the panes of a layer.

    Args:
        front: (h, w) triangle of each sample.
        x0: column of the first sample.
        y0: row of the first sample.
        scale: samples along an edge of a pixel.
        pane: (T,) see `Flat`.
        pts: `Points` for at least w points.
        tri: `Triangles`.
        around: `Surroundings`.
        passed: `Passed`; updated.

    Returns:
        Number of samples that show a pane.
    """
    height, width = front.shape
    share, air, limit, within = passed
    lens, haze, material = around.lens, around.env.haze, tri.material
    gloss, clear = around.materials.gloss, around.materials.clear
    found = np.int64(0)
    for y in range(height):
        n = np.int64(0)
        for x in range(width):
            t = front[y, x]
            if t < 0 or pane[t] == 0:
                limit[y, x] = 0.0
                continue
            pts.x[n], pts.y[n] = (x0 + x + 0.5) / scale, (y0 + y + 0.5) / scale
            pts.triangle[n], pts.pixel[n] = t, x
            n += 1
        locate(n, pts, tri, lens)
        for i in range(n):
            x, t = pts.pixel[i], np.uint64(pts.triangle[i])
            m = np.uint64(material[t])
            nx, ny, nz = pts.normal[i, 0], pts.normal[i, 1], pts.normal[i, 2]
            facing = max(nx * pts.sight[i, 0] + ny * pts.sight[i, 1] + nz * pts.sight[i, 2], 1e-3)
            rough, f0 = gloss[m, 0], gloss[m, 2]
            mirrored = f0 + (1.0 - f0) * (1.0 - facing) ** 5 * (1.0 - rough) ** 2
            for k in range(3):
                share[y, x, k] *= clear[m, k] * (1.0 - mirrored)
            if within[y, x] != pane[t]:
                air[y, x] = 1.0 - math.exp(-haze * pts.sight[i, 3])
            within[y, x] = pane[t] if pane[t] > OPEN else 0
            limit[y, x] = (1.0 - GAP) / pts.depth[i]
        found += n
    return found


@compiled(fastmath=FAST)
def shade_behind(front, x0, y0, scale, pane, pts, tri, around, passed, rgb):  # type: ignore[no-untyped-def]  # noqa: C901, PLR0912
    """Add the radiance of a layer behind panes; each triangle in a pixel is shaded once.

    Args:
        front: (h, w) triangle of each sample, -1 where nothing is.
        x0: column of the first sample.
        y0: row of the first sample.
        scale: samples along an edge of a pixel.
        pane: (T,) see `Flat`.
        pts: `Points` for at least s * w points.
        tri: `Triangles`.
        around: `Surroundings`.
        passed: `Passed`.
        rgb: (H, W, 3) radiance; updated.
    """
    height, width = front.shape
    mat, env, cascade, sky_map, lens = around
    weight = np.empty((scale * width, 3), np.float32)
    known = np.empty((scale * width, 3), np.float32)  # light of the haze that counts already
    ids = np.empty(scale * scale, np.int64)
    part = 1.0 / (scale * scale)
    for row in range(height // scale):
        y = y0 // scale + row
        n = np.int64(0)
        for column in range(width // scale):
            for k in range(scale * scale):
                v, u = row * scale + k // scale, column * scale + k % scale
                ids[k] = front[v, u] if passed.limit[v, u] > 0.0 else -2
                if ids[k] >= 0 and pane[ids[k]] > OPEN and pane[ids[k]] == passed.within[v, u]:
                    ids[k] = -2  # the inner face of a pane
            x = x0 // scale + column
            for k in range(scale * scale):
                t = ids[k]
                if t == -2:
                    continue
                count, sx, sy = 0, 0.0, 0.0
                for q in range(3):
                    weight[n, q] = known[n, q] = 0.0
                for j in range(k, scale * scale):
                    if ids[j] == t:
                        v, u = row * scale + j // scale, column * scale + j % scale
                        count, sx, sy = count + 1, sx + (j % scale + 0.5) / scale, sy + (j // scale + 0.5) / scale
                        ids[j] = -2
                        for q in range(3):
                            share = part * passed.share[v, u, q]
                            weight[n, q] += share
                            known[n, q] += share * passed.air[v, u] * env.horizon[q] * AIR
                px, py = x + sx / count, y + sy / count
                if t < 0:
                    r, g, b, _ = beyond(px, py, env, lens)
                    rgb[y, x, 0] += max(weight[n, 0] * r - known[n, 0], 0.0)
                    rgb[y, x, 1] += max(weight[n, 1] * g - known[n, 1], 0.0)
                    rgb[y, x, 2] += max(weight[n, 2] * b - known[n, 2], 0.0)
                else:
                    pts.x[n], pts.y[n], pts.triangle[n], pts.pixel[n] = px, py, t, x
                    n += 1
        shade_points(n, pts, tri, mat, env, cascade, sky_map, lens)
        for i in range(n):
            x = pts.pixel[i]
            for q in range(3):
                rgb[y, x, q] += max(weight[i, q] * pts.rgb[i, q] - known[i, q], 0.0)
