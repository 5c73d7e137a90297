"""Skies of packs as shading reads them: turned to the scene's sun, as bright as its sky, in pixels, mirrors, on bodies.

Maps are seen from below in stereographic projection: a direction (x, y, z) is at (x, y) / (1 + z), the horizon is the
unit circle.
"""

from __future__ import annotations

import io
import math
from functools import lru_cache
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from renderers.fill import FAST, inlined
from renderers.packed import checked
from scenes.catalogue import asset
from scenes.compiled import compiled
from scenes.types import Light

F4 = NDArray[np.float32]
F8 = NDArray[np.float64]

STEP = 0.16  # between the roughnesses of mirrors
ROUGHNESS = tuple(round(STEP * k, 2) for k in range(1, 6))  # of the mirrors in a pack
SHARP, DULL = 320, 64  # edges of the maps of the sky and of its mirrors
MARGIN = 0.97  # radius of the horizon, in halves of an edge
BALANCE = 0.5  # of the difference in colour to the built-in sky is taken back, as cameras that balance white do
LUMA = np.array([0.2126, 0.7152, 0.0722])  # ITU-R BT.709
LOW = math.radians(8.0)  # up to here is the horizon that hazy distance fades into
# spherical harmonics up to order 2 (Ramamoorthi and Hanrahan 2001): constants of the polynomials in `bases`, squared,
# times what a Lambertian surface keeps of each order, over pi
KEPT = np.array([
    1 / (4 * math.pi), *[2 / 3 * 3 / (4 * math.pi)] * 3, *[1 / 4 * 15 / (4 * math.pi)] * 3,
    1 / 4 * 5 / (16 * math.pi), 1 / 4 * 15 / (16 * math.pi),
])  # fmt: skip


class SkyMap(NamedTuple):
    """A sky of a pack over one scene."""

    sharp: F4  # (N, N, 3) radiance, y then x; N = 1: none
    dull: F4  # (5, M, M, 3) as mirrors of ROUGHNESS show it
    light: F4  # (9, 3) of `bases`: radiance of a white body in the open, by the light of the sky alone


NO_SKY = SkyMap(np.zeros((1, 1, 3), np.float32), np.zeros((5, 1, 1, 3), np.float32), np.zeros((9, 3), np.float32))


@lru_cache(maxsize=32)
def stored(name: str) -> tuple[F8, F8]:
    """Read a sky of a pack: (R, C, 3) the upper half of a panorama, (5, R', C', 3) the same in mirrors.

    Raises:
        AssetError: the asset is not installed, or its file is not the one that was built.
    """
    with np.load(io.BytesIO(checked(name).read_bytes())) as content:
        return content["sky"].astype(np.float64), content["glossy"].astype(np.float64)


@lru_cache(maxsize=4)
def sky_map(light: Light, mirrored: bool) -> SkyMap:
    """Put the sky of a pack over a scene.

    Args:
        light: with a sky.
        mirrored: swap left and right of the sun: another sky at no cost.

    Returns:
        The map; level white ground in the open has the luminance that it has under the built-in sky.

    Raises:
        AssetError: see `stored`.
    """
    sky, mirrors = stored(light.sky)
    sun = asset(light.sky).details.get("sun_elevation")
    bend = (light.sun_elevation, float(sun)) if sun is not None and light.condition == "day" else (1.0, 1.0)
    turn = light.sun_azimuth
    sharp = projected(sky, SHARP, turn, mirrored, bend)
    dull = np.stack([projected(one, DULL, turn, mirrored, bend) for one in mirrors])
    white = harmonics(sharp)
    wanted, found = 0.5 * (np.array(light.zenith) + np.array(light.horizon)), bases(np.array([0.0, 0.0, 1.0])) @ white
    balance = (wanted / found) ** BALANCE
    scale = balance * (wanted @ LUMA) / (balance * found @ LUMA)
    return SkyMap(*((part * scale).astype(np.float32) for part in (sharp, dull, white)))


def projected(panorama: F8, edge: int, turn: float, mirrored: bool, bend: tuple[float, float]) -> F8:
    """Look at a panorama from below.

    Args:
        panorama: (R, C, 3) upper half, rows from the zenith, columns anticlockwise from 0 rad.
        edge: of the map.
        turn: rad, where column 0 comes to lie.
        mirrored: columns go clockwise.
        bend: rad, an elevation and the one in the panorama that goes there; those between are stretched evenly.

    Returns:
        (edge, edge, 3); around the horizon's circle is the horizon.
    """
    towards = grid(edge)
    around = np.arctan2(towards[..., 1], towards[..., 0]) - turn
    up = np.interp(np.arcsin(towards[..., 2]), [0.0, bend[0], math.pi / 2], [0.0, bend[1], math.pi / 2])
    rows, columns = panorama.shape[:2]
    ring = np.concatenate([panorama[:, -1:], panorama, panorama[:, :1]], 1).astype(np.float32)
    x = np.mod(-around if mirrored else around, 2.0 * math.pi) / (2.0 * math.pi) * columns + 0.5
    y = (1.0 - up / (math.pi / 2)) * rows - 0.5
    return np.asarray(
        cv2.remap(ring, x.astype(np.float32), y.astype(np.float32), cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE),
        np.float64,
    )


def grid(edge: int) -> F8:
    """(edge, edge, 3) unit vectors of the texels of a map; those beyond the horizon lie on it."""
    line = ((np.arange(edge) + 0.5) * 2.0 / edge - 1.0) / MARGIN
    x, y = np.meshgrid(line, line)
    radius = np.hypot(x, y)
    inside = np.minimum(radius, 1.0)
    flat = 2.0 * inside / (1.0 + inside * inside)
    up = (1.0 - inside * inside) / (1.0 + inside * inside)
    return np.stack([flat * x / radius, flat * y / radius, up], -1)


def bases(towards: F8) -> F8:
    """(..., 9) polynomials of (..., 3) unit vectors: spherical harmonics up to order 2 without their constants."""
    x, y, z = towards[..., 0], towards[..., 1], towards[..., 2]
    return np.stack([np.ones_like(x), x, y, z, x * y, y * z, x * z, 3.0 * z * z - 1.0, x * x - y * y], -1)


def harmonics(sharp: F8) -> F8:
    """Light of a sky on a body: (9, 3) factors of `bases` of the normal, radiance of a white surface."""
    edge = len(sharp)
    line = ((np.arange(edge) + 0.5) * 2.0 / edge - 1.0) / MARGIN
    square = line[:, None] ** 2 + line**2
    area = np.where(square < 1.0, 4.0 / (1.0 + square) ** 2 * (2.0 / edge / MARGIN) ** 2, 0.0)
    area *= 2.0 * math.pi / area.sum()
    return np.asarray(KEPT[:, None] * np.einsum("yx,yxk,yxc->kc", area, bases(grid(edge)), sharp), np.float64)


def horizon_of(sky: SkyMap) -> F8:
    """(3,) mean radiance of a sky near the horizon."""
    up = grid(len(sky.sharp))[..., 2]
    return np.asarray(sky.sharp[(up > 0.0) & (up < math.sin(LOW))].mean(0), np.float64)


@compiled(fastmath=FAST, forceinline=True)
def map_at(level, dx, dy, dz):  # type: ignore[no-untyped-def]
    """Bilinear radiance of an (N, N, 3) map in a unit direction, dz >= 0."""
    edge = level.shape[0]
    scale = 0.5 * MARGIN * edge / (1.0 + dz)
    gx, gy = dx * scale + (0.5 * edge - 0.5), dy * scale + (0.5 * edge - 0.5)
    ix, iy = np.uint64(gx), np.uint64(gy)
    ax, ay = np.float32(gx - ix), np.float32(gy - iy)
    right, below = ix + np.uint64(1), iy + np.uint64(1)
    one = np.float32(1.0)
    w00, w01, w10, w11 = (one - ax) * (one - ay), ax * (one - ay), (one - ax) * ay, ax * ay
    r = level[iy, ix, 0] * w00 + level[iy, right, 0] * w01 + level[below, ix, 0] * w10 + level[below, right, 0] * w11
    g = level[iy, ix, 1] * w00 + level[iy, right, 1] * w01 + level[below, ix, 1] * w10 + level[below, right, 1] * w11
    b = level[iy, ix, 2] * w00 + level[iy, right, 2] * w01 + level[below, ix, 2] * w10 + level[below, right, 2] * w11
    return r, g, b


@inlined
def mirrored_sky(dx, dy, dz, rough, sky):  # type: ignore[no-untyped-def]
    """Radiance that a mirror of a roughness shows in a unit direction, dz >= 0."""
    place = min(rough / STEP, 4.999)
    level = int(place)
    share = place - level
    r1, g1, b1 = map_at(sky.dull[level], dx, dy, dz)
    if level == 0:
        r0, g0, b0 = map_at(sky.sharp, dx, dy, dz)
    else:
        r0, g0, b0 = map_at(sky.dull[level - 1], dx, dy, dz)
    return r0 + (r1 - r0) * share, g0 + (g1 - g0) * share, b0 + (b1 - b0) * share


@inlined
def skylight(k, x, y, z, light):  # type: ignore[no-untyped-def]
    """Channel k of the radiance of a white surface with a unit normal; see `bases`."""
    return max(
        light[0, k] + light[1, k] * x + light[2, k] * y + light[3, k] * z + light[4, k] * (x * y)
        + light[5, k] * (y * z) + light[6, k] * (x * z) + light[7, k] * (np.float32(3.0) * z * z - np.float32(1.0))
        + light[8, k] * (x * x - y * y), np.float32(0.0),
    )  # fmt: skip
