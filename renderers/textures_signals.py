"""Textures of signal lenses: a bright symbol of dots or glass on black, 128 texels, one picture each."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from renderers.mesh import Texture
from renderers.textures import encode

EDGE = 128
Flags = NDArray[np.bool_]


def _grid() -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Texel centres: x to the right, y up, -1..1 across the lens."""
    y, x = np.mgrid[0:EDGE, 0:EDGE] + 0.5
    return x / EDGE * 2.0 - 1.0, 1.0 - y / EDGE * 2.0


def _towards(
    symbol: str, x: NDArray[np.float64], y: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Coordinates along the direction of an arrow and across it."""
    if symbol.endswith("left"):
        return -x, y
    if symbol.endswith("right"):
        return x, y
    return y, x


def symbol_mask(symbol: str) -> Flags:
    """Where the symbol shines.

    Args:
        symbol: a name of scenes.signals.SYMBOLS.

    Returns:
        (128, 128) mask; row 0 is the top.
    """
    x, y = _grid()
    if symbol == "ball":
        return np.hypot(x, y) < 0.97
    along, across = _towards(symbol, x, y)
    side = np.abs(across)
    if symbol.startswith("chevron"):
        return (np.abs(along + side * 1.0 - 0.45) < 0.24) & (side < 0.72)
    shaft = (np.abs(across) < 0.13) & (along > -0.75) & (along < 0.55)
    head = (np.abs(along + side * 0.95 - 0.66) < 0.18) & (side < 0.62)
    return shaft | head


@lru_cache(maxsize=128)
def lens_texture(symbol: str, led: bool, rings: int) -> Texture:
    """The pattern of a lens, as a factor on its light and on its dark tint.

    Args:
        symbol: a name of scenes.signals.SYMBOLS.
        led: dots in rings, else ribbed glass.
        rings: number of rings of dots.

    Returns:
        The texture, black outside the symbol.
    """
    x, y = _grid()
    radius, angle = np.hypot(x, y), np.arctan2(y, x)
    mask = symbol_mask(symbol)
    if led:
        ring = np.round(radius * rings)
        count = np.maximum(1.0, np.round(2.0 * np.pi * ring))
        off = (angle / (2.0 * np.pi) * count + 0.5) % 1.0 - 0.5
        offset = np.hypot(radius * rings - ring, off * 2.0 * np.pi * np.maximum(ring, 0.2) / count)
        light = 0.32 + 0.68 * np.clip(1.35 - 2.2 * offset, 0.0, 1.0)
    else:
        light = 0.84 + 0.08 * np.cos(x * 42.0) * np.cos(y * 42.0) + 0.08 * (1.0 - radius)
    # stray light: the dark part of the lens is not quite black
    level = np.where(mask, light, 0.012)
    picture = 255.0 * np.clip(level, 0.0, 1.0) ** (1 / 2.2)
    return encode(f"lens-{symbol}-{led}-{rings}", np.repeat(picture[..., None], 3, axis=2))
