"""Rays against the triangles of a stage, with Embree; through holes they go on."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from renderers.cutouts import alpha_at
from renderers.fill import mip_level
from renderers.geometry import Flat
from scenes.compiled import compiled

F4 = NDArray[np.float32]
I4 = NDArray[np.int32]
BEAM = 0.003  # rad, how wide a beam opens: 3 mrad, Velodyne HDL-64E S2 manual
PAST = 0.0005  # m behind a hole from where on a ray looks again
MOST_LAYERS = 64  # holes one behind the other, after which a ray is given up


class LidarError(RuntimeError):
    """Lidars do not work here; the message is one line that says what to do."""


@dataclass(frozen=True, eq=False)
class Hits:
    """What N rays meet first."""

    triangle: I4  # (N,) number in the flat arrays, -1 = nothing
    distance: F4  # (N,) m
    u: F4  # (N,) weight of the second corner
    v: F4  # (N,) weight of the third corner
    cosine: F4  # (N,) of the angle between ray and surface normal, 0..1


def embree() -> tuple[Any, Any]:
    """Classes of a scene and of a mesh.

    Raises:
        LidarError: embreex is not installed, or does not load.
    """
    try:
        from embreex.mesh_construction import TriangleMesh
        from embreex.rtcore_scene import EmbreeScene
    except ImportError as error:
        raise LidarError(f"lidars: {error}; pip install 'skidpad[lidar]', or leave out `lidars`") from None
    return EmbreeScene, TriangleMesh


def cast(flat: Flat, origin: NDArray[np.float64], directions: F4) -> Hits:
    """Send rays out from one place.

    Args:
        flat: world arrays.
        origin: (3,) world, m. Coordinates are counted from here, so that they stay exact.
        directions: (N, 3) unit, world.

    Returns:
        The first surfaces that are no holes; rays pass panes.
    """
    make_scene, make_mesh = embree()
    scene = make_scene(robust=True)
    local = np.ascontiguousarray(flat.world - origin, np.float32)
    make_mesh(scene, local, np.ascontiguousarray(flat.opaque))
    sheet = np.full(flat.outside, -1, np.int32)
    sheet[flat.cutouts.triangle] = flat.cutouts.sheet
    count = len(directions)
    hits = Hits(np.full(count, -1, np.int32), *(np.zeros(count, np.float32) for _ in range(4)))
    going, gone, starts = np.arange(count), np.zeros(count, np.float32), np.zeros((count, 3), np.float32)
    for _ in range(MOST_LAYERS):
        if len(going) == 0:
            break
        ways = directions[going]
        found = scene.run(starts, ways, output=1)
        triangle, u, v = found["primID"], found["u"], found["v"]
        distance = gone + found["tfar"]
        met = triangle >= 0
        hole = np.zeros(len(going), np.bool_)
        holes(triangle, u, v, distance, sheet, flat.corners, flat.uvs, local, flat.alphas, hole)
        kept = going[met & ~hole]
        for goal, value in ((hits.triangle, triangle), (hits.distance, distance), (hits.u, u), (hits.v, v)):
            goal[kept] = value[met & ~hole]
        normal = found["Ng"][met & ~hole]
        length = np.maximum(np.linalg.norm(normal, axis=1), np.float32(1e-20))
        hits.cosine[kept] = np.abs((normal * ways[met & ~hole]).sum(1)) / length
        going, gone = going[met & hole], distance[met & hole] + np.float32(PAST)
        starts = directions[going] * gone[:, None]
    return hits


@compiled()
def holes(triangle, u, v, distance, sheet, corners, uvs, local, alphas, found):  # type: ignore[no-untyped-def]
    """Mark the rays that meet holes; alpha is looked up as the rasteriser does, a beam is a pixel.

    Args:
        triangle: (N,) that is met, -1 = none.
        u: (N,) weight of the second corner.
        v: (N,) weight of the third corner.
        distance: (N,) m from the sensor.
        sheet: (T,) row of the alphas, -1 = no holes.
        corners: (T, 3) vertex indices.
        uvs: (V, 2) texture repeats.
        local: (V, 3) m.
        alphas: `renderers.cutouts.Alphas`.
        found: (N,) bool, set where there is a hole.
    """
    for n in range(len(triangle)):
        t = triangle[n]
        if t < 0 or sheet[t] < 0:
            continue
        a, b, c = corners[t, 0], corners[t, 1], corners[t, 2]
        ub, vb = uvs[b, 0] - uvs[a, 0], uvs[b, 1] - uvs[a, 1]
        uc, vc = uvs[c, 0] - uvs[a, 0], uvs[c, 1] - uvs[a, 1]
        bx, by, bz = local[b, 0] - local[a, 0], local[b, 1] - local[a, 1], local[b, 2] - local[a, 2]
        cx, cy, cz = local[c, 0] - local[a, 0], local[c, 1] - local[a, 1], local[c, 2] - local[a, 2]
        nx, ny, nz = by * cz - bz * cy, bz * cx - bx * cz, bx * cy - by * cx
        area = math.sqrt(nx * nx + ny * ny + nz * nz) + 1e-12
        k = sheet[t]
        size = np.float64(alphas.size[k])
        wide = BEAM * distance[n]
        texels = wide * wide * abs(ub * vc - uc * vb) / area * size * size
        level = mip_level(texels, alphas.last[k])
        base, edge = alphas.offset[k, level], np.int64(alphas.size[k]) >> level
        x, y = uvs[a, 0] + ub * u[n] + uc * v[n], uvs[a, 1] + vb * u[n] + vc * v[n]
        found[n] = alpha_at(x, y, base, edge, alphas.texels) < alphas.least[k, level]
