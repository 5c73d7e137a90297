"""Lamps of the night: street lanterns and low beams, as light that shading adds without shadows of their own."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from renderers.fill import FAST, helper
from renderers.shade import Lamps, ggx
from scenes.compiled import compiled

RGB = tuple[float, float, float]
LANTERN, LOW_BEAM = 0, 1
REACH = (34.0, 75.0)  # m beyond which a lantern and a low beam light nothing
NEARBY = 90.0  # m from the camera within which lamps are lit
MOST = 40  # lamps that one picture may have; the nearest are taken
LANTERN_POWER = 20.0  # radiant intensity of a lantern 7 m up; lower ones are weaker, so that streets are lit alike
BEAM_POWER = 55.0


@dataclass(frozen=True)
class Lamp:
    """A point that shines."""

    place: tuple[float, float, float]  # world, m
    power: RGB  # irradiance at 1 m in the middle of its lobe, relative as `scenes.types.Light`
    axis: tuple[float, float, float]  # unit; of a low beam: x and y of a level unit vector, and its rise in m/m
    sort: int = LANTERN


def lamps_near(lamps: Sequence[Lamp], eye: NDArray[np.floating]) -> Lamps:
    """The lamps that may matter for a picture.

    Args:
        lamps: of the stage.
        eye: (3,) optical centre, m.

    Returns:
        The nearest ones.
    """
    place = np.array([lamp.place for lamp in lamps], np.float32).reshape(-1, 3)
    distance = np.linalg.norm(place - np.asarray(eye, np.float32), axis=1)
    order = np.argsort(distance, kind="stable")[:MOST]
    order = order[distance[order] < NEARBY]
    return Lamps(
        place[order],
        np.array([lamp.power for lamp in lamps], np.float32).reshape(-1, 3)[order],
        np.array([lamp.axis for lamp in lamps], np.float32).reshape(-1, 3)[order],
        np.array([lamp.sort for lamp in lamps], np.int32)[order],
    )


@compiled(fastmath=FAST, forceinline=True)
def lobe_of(sort, ax, ay, grade, dx, dy, dz):  # type: ignore[no-untyped-def]
    """Share of its power that a lamp sends into a unit direction.

    A lantern spreads its light to the sides, as street lights do to reach the next one; a low beam lies below a sharp
    cut-off, flat and wide, with a weak share above (UNECE R112 in outline).
    """
    if sort == LANTERN:
        down = max(-dz, 0.0)
        return 0.03 + 0.97 * min(1.0, down * 4.0) * (0.35 + 0.65 * (1.0 - down))
    ahead = dx * ax + dy * ay
    if ahead <= 0.05:
        return 0.0
    side = (dx * ay - dy * ax) / ahead
    rise = dz / ahead - grade + 0.012
    far = math.exp(-side * side * 14.0 - min(rise, 0.0) ** 2 * 220.0)
    near = 0.14 * math.exp(-side * side * 2.2 - min(rise, 0.0) ** 2 * 12.0)
    cut = 1.0 / (1.0 + math.exp(min(rise * 260.0, 30.0)))
    return (far + near) * (0.025 + 0.975 * cut)


@helper
def lamplight(n, pts, tri, mat, env):  # type: ignore[no-untyped-def]
    """Add the light of lamps to n points: thrown back evenly, and mirrored where the surface is smooth or wet."""
    lamps = env.lamps
    for i in range(n):
        m = np.uint64(tri.material[np.uint64(pts.triangle[i])])
        rough, metal, f0 = mat.gloss[m, 0], mat.gloss[m, 1], mat.gloss[m, 2]
        nx, ny, nz = pts.normal[i, 0], pts.normal[i, 1], pts.normal[i, 2]
        vx, vy, vz = pts.sight[i, 0], pts.sight[i, 1], pts.sight[i, 2]
        nv = max(nx * vx + ny * vy + nz * vz, 1e-3)
        for k in range(lamps.place.shape[0]):
            lx = lamps.place[k, 0] - pts.place[i, 0]
            ly = lamps.place[k, 1] - pts.place[i, 1]
            lz = lamps.place[k, 2] - pts.place[i, 2]
            square = lx * lx + ly * ly + lz * lz
            reach = REACH[lamps.sort[k]]
            if square > reach * reach:
                continue
            inverse = 1.0 / math.sqrt(square + 1e-6)
            lx, ly, lz = lx * inverse, ly * inverse, lz * inverse
            nl = nx * lx + ny * ly + nz * lz
            if nl <= 0.0:
                continue
            fade = 1.0 - square / (reach * reach)
            light = lobe_of(lamps.sort[k], lamps.axis[k, 0], lamps.axis[k, 1], lamps.axis[k, 2], -lx, -ly, -lz)
            light *= nl * fade / max(square, 0.4)
            if lamps.sort[k] == LANTERN:
                light *= pts.light[i, 1]  # what hides the zenith hides the lantern above
            lobe, fresnel = 0.0, 0.0
            if rough < 0.8:
                lobe, fresnel = ggx(nx, ny, nz, vx, vy, vz, lx, ly, lz, nv, max(nl, 1e-3), rough)
            for q in range(3):
                base = f0 + (pts.albedo[i, q] - f0) * metal
                answer = pts.albedo[i, q] * (1.0 - metal) + lobe * (base + (1.0 - base) * fresnel)
                pts.rgb[i, q] += lamps.power[k, q] * light * answer
