"""What one sees through glass: rooms behind windows and goods behind shop windows, as atlases of tiles."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from renderers.mesh import Texture
from renderers.textures import Array, encode, generator, noise

ROOMS = 8  # tiles of the window atlas: 4 x 2
_WIDE, _TALL = 128, 256


def room_uvs(tile: int) -> NDArray[np.float64]:
    """Corners of a tile of the window atlas, from the bottom left one anticlockwise; (4, 2)."""
    column, row = tile % 4, (tile // 4) % 2
    left, right = (column + 0.02) / 4, (column + 0.98) / 4
    top, bottom = (row + 0.01) / 2, (row + 0.99) / 2
    return np.array([[left, bottom], [right, bottom], [right, top], [left, top]])


def _room(rng: np.random.Generator, tile: int) -> Array:
    """One window: a dim room, with curtains, blinds, nets or a reflection of the sky."""
    y, x = np.mgrid[0:_TALL, 0:_WIDE].astype(np.float32)
    picture = np.full((_TALL, _WIDE, 3), 26.0, np.float32) + rng.uniform(-6, 10)
    picture += (18.0 * (1.0 - y / _TALL))[..., None]
    for _ in range(5):
        cx, cy = int(rng.integers(0, _WIDE - 20)), int(rng.integers(80, _TALL - 30))
        size = rng.integers(10, 60, 2)
        picture[cy : cy + size[0], cx : cx + size[1]] += rng.normal(6, 14, 3).astype(np.float32)
    folds = 1.0 + 0.16 * np.sin(x * 0.5 + 2.0 * np.sin(x * 0.13))
    cloth = np.array([[150, 138, 118], [120, 112, 108], [165, 158, 148], [110, 70, 62]], np.float32)[tile % 4]
    if tile in {1, 2, 5}:
        side = float(rng.uniform(0.14, 0.3)) * _WIDE
        curtain = (x < side) | (x > _WIDE - side)
        picture[curtain] = (cloth * folds[..., None])[curtain]
    if tile in {3, 6}:
        lines = 1.0 - 0.35 * ((y % 8) < 2)
        down = y < _TALL * (0.95 if tile == 3 else 0.45)
        picture[down] = (np.array([168, 164, 154], np.float32) * lines[..., None])[down]
    if tile == 7:
        net = y > _TALL * 0.05
        picture[net] = (0.35 * picture + 0.65 * np.array([150, 150, 148], np.float32) * folds[..., None])[net]
    if tile == 4:
        branches = (noise(rng, 1.2, 2, 60, edge=256)[:, :_WIDE] > 0.3)[..., None]
        sky = np.array([128, 138, 150], np.float32) * (1.15 - 0.5 * y / _TALL)[..., None]
        picture = np.where(branches, picture + 22.0, 0.35 * picture + 0.65 * sky)
    return np.asarray(picture, dtype=np.float32)


@lru_cache(maxsize=4)
def rooms(variant: int) -> Texture:
    """Eight windows side by side: 4 columns, 2 rows; variants 0-2 by day, 3-5 the same rooms with their lights on."""
    rng = generator("rooms", variant % 3)
    tiles = [_room(rng, tile) for tile in range(ROOMS)]
    picture = np.vstack([np.hstack(tiles[:4]), np.hstack(tiles[4:])])
    if variant >= 3:
        picture = (70.0 + 0.95 * picture) * np.array([1.05, 0.95, 0.78], np.float32)
    return encode(f"rooms-{variant}", picture)


def _goods(rng: np.random.Generator) -> Array:
    """One display: back wall, shelves with wares, posters, a dark lower edge, sometimes lit from above."""
    edge = 256
    picture = np.empty((edge, edge, 3), np.float32)
    picture[:] = rng.uniform(28, 105) * np.array([1.04, 1.0, 0.93], np.float32)
    fall = np.linspace(1.25, 0.65, edge, dtype=np.float32)[:, None, None]
    kind = int(rng.integers(4))
    if kind < 2:
        for shelf in range(60, edge, int(rng.integers(34, 56))):
            x = 4
            while x < edge - 16:
                wide, high = int(rng.integers(4, 22)), int(rng.integers(8, 32))
                if rng.random() < 0.85:
                    picture[shelf - high : shelf, x : x + wide] = rng.uniform(25, 190) * rng.uniform(0.7, 1.15, 3)
                x += wide + int(rng.integers(1, 7))
            picture[shelf : shelf + 4] = rng.uniform(60, 150)
    elif kind == 2:
        for _ in range(int(rng.integers(2, 6))):
            x, wide = int(rng.integers(10, edge - 50)), int(rng.integers(16, 36))
            top = int(rng.integers(50, 100))
            cloth = rng.uniform(20, 170) * rng.uniform(0.75, 1.15, 3)
            picture[top + 20 : top + 90, x : x + wide] = cloth
            picture[top + 90 : top + 170, x + 3 : x + wide - 3] = cloth * rng.uniform(0.3, 0.8)
            picture[top : top + 18, x + wide // 2 - 7 : x + wide // 2 + 7] = 165.0
    else:
        for _ in range(9):
            x, y = rng.integers(0, edge - 40, 2)
            wide, high = rng.integers(14, 70, 2)
            picture[y : y + high, x : x + wide] = rng.uniform(40, 210) * rng.uniform(0.8, 1.1, 3)
    picture *= fall
    for _ in range(int(rng.integers(0, 4))):
        x, y = int(rng.integers(0, edge - 60)), int(rng.integers(110, edge - 70))
        wide, high = int(rng.integers(24, 52)), int(rng.integers(30, 62))
        picture[y : y + high, x : x + wide] = rng.uniform(120, 225) * rng.uniform(0.8, 1.05, 3)
        for line in range(y + 6, y + high - 5, 7):
            picture[line : line + 3, x + 5 : x + wide - 5] *= 0.55
    picture[-26:] *= 0.55
    return np.asarray(picture * (1.0 + 0.05 * noise(rng, 0.6, 4, edge=edge))[..., None], dtype=np.float32)


@lru_cache(maxsize=8)
def display(variant: int) -> Texture:
    """Four shop windows: 2 x 2 tiles."""
    rng = generator("display", variant)
    tiles = [_goods(rng) for _ in range(4)]
    return encode(f"display-{variant}", np.vstack([np.hstack(tiles[:2]), np.hstack(tiles[2:])]))


def display_uvs(tile: int) -> NDArray[np.float64]:
    """Corners of a tile of the display atlas, from the bottom left one anticlockwise; (4, 2)."""
    left, top = 0.5 * (tile % 2) + 0.01, 0.5 * ((tile // 2) % 2) + 0.01
    return np.array([[left, top + 0.48], [left + 0.48, top + 0.48], [left + 0.48, top], [left, top]])
