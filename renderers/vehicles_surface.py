"""The surface of vehicle bodies point by point, and panels that lie on it, compiled: a vehicle has some 60 panels."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from renderers.fill import FAST, helper
from renderers.normals import vertex_normals
from scenes.compiled import compiled
from sim.kernels import part_of

# Half-width lost (m) over the height from sill (0) to belt (1) of a car door, and how it bulges in between.
DOOR_HEIGHT = (0.0, 0.10, 0.25, 0.45, 0.60, 0.72, 0.88, 1.0)
DOOR_INSET = (0.060, 0.034, 0.014, 0.002, 0.0, 0.004, 0.016, 0.034)


class Body(NamedTuple):
    """The numbers of a body; see `renderers.vehicles_form.Form` for what they mean."""

    times: NDArray[np.float64]  # (M,) stations, m
    profile: NDArray[np.float64]  # (M, 7): x, z, its normal, crown, edge, half-width at the edge, m
    arches: NDArray[np.float64]  # (K, 3) x, z, radius, m
    front: float  # x, m
    rear: float
    half_width: float  # m
    sill: float
    belt_front: float
    belt_rear: float
    tumble: float
    bulge: float
    taper_front: float
    taper_rear: float
    bow_front: float
    bow_rear: float
    flare: float


@helper
def width_at(body, x, z):  # type: ignore[no-untyped-def]
    """Half-width (m) of a side panel at x, z."""
    belt = body.belt_rear + (body.belt_front - body.belt_rear) * (x - body.rear) / (body.front - body.rear)
    share = min(max((z - body.sill) / (belt - body.sill), 0.0), 1.0)
    k = 1
    while k < 7 and share > DOOR_HEIGHT[k]:
        k += 1
    along = (share - DOOR_HEIGHT[k - 1]) / (DOOR_HEIGHT[k] - DOOR_HEIGHT[k - 1])
    inset = body.bulge * (DOOR_INSET[k - 1] + along * (DOOR_INSET[k] - DOOR_INSET[k - 1]))
    inset += body.tumble * max(z - belt, 0.0)
    reach = 0.30 * (body.front - body.rear)
    ahead = min(max((x - body.front) / reach + 1.0, 0.0), 1.0)
    behind = min(max((body.rear - x) / reach + 1.0, 0.0), 1.0)
    width = body.half_width - inset - body.taper_front * ahead**2.2 - body.taper_rear * behind**2.2
    for k in range(len(body.arches)):
        if z < belt:
            gap = np.hypot(x - body.arches[k, 0], max(z - body.arches[k, 1], 0.0)) - body.arches[k, 2]
            width += body.flare * min(max(1.0 - gap / 0.10, 0.0), 1.0)
    return min(width, body.half_width)


@helper
def segment_of(times, t):  # type: ignore[no-untyped-def]
    """Number of the part of the profile that a station lies in, and where in it (0..1)."""
    low = part_of(times, 0, len(times) - 1, t)
    return low, min(max((t - times[low]) / (times[low + 1] - times[low]), 0.0), 1.0)


@helper
def point_at(body, top, sign, a, b, out):  # type: ignore[no-untyped-def]
    """Put the point of sheet coordinates a, b into (3,) `out`, m."""
    if not top:
        out[0], out[1], out[2] = a, sign * width_at(body, a, b), b
        return
    k, share = segment_of(body.times, a)
    low, high = body.profile[k], body.profile[k + 1]
    x, z = low[0] + (high[0] - low[0]) * share, low[1] + (high[1] - low[1]) * share
    nx, nz = low[2] + (high[2] - low[2]) * share, low[3] + (high[3] - low[3]) * share
    size = abs(b)
    drop = (low[4] + (high[4] - low[4]) * share) * size**2
    drop += (low[5] + (high[5] - low[5]) * share) * size**10
    ahead = min(max(1.0 - (body.front - x) / 1.1, 0.0), 1.0) ** 2 * body.bow_front
    behind = min(max(1.0 - (x - body.rear) / 0.9, 0.0), 1.0) ** 2 * body.bow_rear
    out[0] = x - nx * drop + (behind - ahead) * size**2.6
    out[1] = b * (low[6] + (high[6] - low[6]) * share)
    out[2] = z - nz * drop


@compiled(fastmath=FAST)
def points_at(body, top, sign, first, second):  # type: ignore[no-untyped-def]
    """Points (N, 3), m, of sheet coordinates (N,) and (N,)."""
    out = np.empty((len(first), 3))
    for i in range(len(first)):
        point_at(body, top, sign, first[i], second[i], out[i])
    return out


@helper
def length_of(body, top, sign, first, between, last, corners):  # type: ignore[no-untyped-def]
    """Length (m) on the body of a curve from `first` over the points `between` to `last`; corners (2, 3): scratch."""
    point_at(body, top, sign, first[0], first[1], corners[0])
    total = 0.0
    for i in range(len(between) + 1):
        place = between[i] if i < len(between) else last
        point_at(body, top, sign, place[0], place[1], corners[(i + 1) % 2])
        x, y, z = corners[0, 0] - corners[1, 0], corners[0, 1] - corners[1, 1], corners[0, 2] - corners[1, 2]
        total += np.sqrt(x * x + y * y + z * z)
    return total


@helper
def cuts_between(nodes, start, stop, margin):  # type: ignore[no-untyped-def]
    """Where sorted nodes lie between two values (0..1), ascending, with 0 and 1."""
    cuts, count = np.empty(len(nodes) + 2), 1
    cuts[0] = 0.0
    rising = (nodes[len(nodes) - 1] > nodes[0]) == (stop > start)
    for i in range(len(nodes)):
        share = (nodes[i if rising else len(nodes) - 1 - i] - start) / (stop - start)
        if margin < share < 1.0 - margin and share > cuts[count - 1]:
            cuts[count] = share
            count += 1
    cuts[count] = 1.0
    return cuts[: count + 1]


@compiled(fastmath=FAST)
def panel(body, top, sign, low, high, step, stations, across, lift, frame, shades):  # type: ignore[no-untyped-def]
    """Lay a panel on a body between two curves, as `renderers.vehicles_parts.patch` describes it.

    Args:
        body: the body.
        top: on its top sheet, or on the side panel of `sign`.
        sign: 1 left, -1 right.
        low: (N, 2) sheet coordinates.
        high: (N, 2) sheet coordinates.
        step: longest edge, m.
        stations: sorted stations of the body grid, which panels of the top sheet follow.
        across: coordinates q of the body grid.
        lift: m that the panel stands off.
        frame: (4,) sheet coordinates of texture corners; nan: along the curves.
        shades: (2,) brightness at the lower and the upper curve.

    Returns:
        Points (V, 3), normals (V, 3), uvs (V, 2) and colours (V, 3), float32, and triangles (T, 3) int32.
    """
    n = len(low)
    where, steps = grid_of(body, top, sign, low, high, step, stations, across)
    rows, columns = len(steps), len(where)
    plane, points = np.empty((rows * columns, 2)), np.empty((rows * columns, 3))
    uvs, colours = np.empty((rows * columns, 2), np.float32), np.empty((rows * columns, 3), np.float32)
    for j in range(columns):
        k = min(int(where[j]), n - 2)
        share = where[j] - k
        for i in range(rows):
            v = i * columns + j
            for axis in range(2):
                start = low[k, axis] + (low[k + 1, axis] - low[k, axis]) * share
                stop = high[k, axis] + (high[k + 1, axis] - high[k, axis]) * share
                plane[v, axis] = start + (stop - start) * steps[i]
            point_at(body, top, sign, plane[v, 0], plane[v, 1], points[v])
            colours[v] = shades[0] + (shades[1] - shades[0]) * steps[i]
            uvs[v, 0], uvs[v, 1] = where[j] / (n - 1.0), 1.0 - steps[i]
            if not np.isnan(frame[0]):
                for axis in range(2):
                    uvs[v, axis] = (plane[v, axis] - frame[axis]) / (frame[axis + 2] - frame[axis])
    flat = points.astype(np.float32)
    triangles = faces_of(rows, columns)
    if facing(body, top, sign, plane, points, triangles) < 0.0:
        triangles = triangles[:, ::-1].copy()
    normals = vertex_normals(flat, triangles)
    for v in range(len(flat)):
        for axis in range(3):
            flat[v, axis] = points[v, axis] + normals[v, axis] * lift
    return flat, normals, uvs, colours, triangles


@helper
def grid_of(body, top, sign, low, high, step, stations, across):  # type: ignore[no-untyped-def]
    """Where along its curves (0 .. N - 1) the columns of a panel lie, and where between them (0..1) its rows."""
    n, corners = len(low), np.empty((2, 3))
    wide = max(
        length_of(body, top, sign, low[0], low[1 : n - 1], low[n - 1], corners),
        length_of(body, top, sign, high[0], high[1 : n - 1], high[n - 1], corners),
    )
    tall = length_of(body, top, sign, low[n // 2], low[:0], high[n // 2], corners)
    rows, columns = 2 + min(8, int(tall / (1.5 * step))), max(n, 2 + min(24, int(wide / step)))
    where, steps = np.linspace(0.0, n - 1.0, columns), np.linspace(0.0, 1.0, rows)
    if top and n == 2 and abs(low[1, 1] - low[0, 1]) >= 0.2:
        where = cuts_between(across, low[0, 1], low[1, 1], 0.01)
    if top and abs(high[0, 0] - low[0, 0]) >= 1e-6:
        steps = cuts_between(stations, low[0, 0], high[0, 0], 0.02)
    return where, steps


@helper
def faces_of(rows, columns):  # type: ignore[no-untyped-def]
    """Triangles of a grid of vertices, in the order of `renderers.mesh.grid_triangles`."""
    cells = (rows - 1) * (columns - 1)
    triangles = np.empty((2 * cells, 3), np.int32)
    for i in range(rows - 1):
        for j in range(columns - 1):
            a, f = i * columns + j, i * (columns - 1) + j
            triangles[f, 0], triangles[f, 1], triangles[f, 2] = a, a + columns, a + 1
            triangles[cells + f, 0], triangles[cells + f, 1], triangles[cells + f, 2] = (
                a + 1,
                a + columns,
                a + columns + 1,
            )
    return triangles


@helper
def facing(body, top, sign, plane, points, triangles):  # type: ignore[no-untyped-def]
    """Positive where the triangles of a panel look outward, by the body's normal in its middle."""
    x = y = z = 0.0
    for i in range(len(triangles)):
        u = points[triangles[i, 1]] - points[triangles[i, 0]]
        v = points[triangles[i, 2]] - points[triangles[i, 0]]
        x += u[1] * v[2] - u[2] * v[1]
        y += u[2] * v[0] - u[0] * v[2]
        z += u[0] * v[1] - u[1] * v[0]
    if not top:
        return y * sign
    middle = 0.0
    for i in range(len(plane)):
        middle += plane[i, 0] / len(plane)
    k, share = segment_of(body.times, middle)
    low, high = body.profile[k], body.profile[k + 1]
    return x * (low[2] + (high[2] - low[2]) * share) + z * (low[3] + (high[3] - low[3]) * share)
