"""Textures of signal lenses: a bright symbol of dots or glass on black, 128 texels, one picture each."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from renderers.mesh import Texture
from renderers.textures import encode

EDGE = 128
Flags = NDArray[np.bool_]
Strokes = tuple[tuple[float, float, float, float, float], ...]  # from x, y to x, y with a radius

# figures of lights for people
FIGURES: dict[str, Strokes] = {
    "man-standing": (
        (0.0, 0.68, 0.0, 0.68, 0.15), (0.0, 0.34, 0.0, -0.06, 0.17), (-0.22, 0.36, -0.25, -0.12, 0.065),
        (0.22, 0.36, 0.25, -0.12, 0.065), (-0.1, -0.1, -0.1, -0.78, 0.085), (0.1, -0.1, 0.1, -0.78, 0.085),
    ),
    "man-walking": (
        (0.06, 0.68, 0.06, 0.68, 0.15), (0.02, 0.34, -0.02, -0.06, 0.15), (0.02, 0.4, 0.34, 0.1, 0.065),
        (0.02, 0.4, -0.3, 0.06, 0.065), (0.34, 0.1, 0.36, -0.04, 0.06), (-0.02, -0.1, 0.26, -0.42, 0.085),
        (0.26, -0.42, 0.3, -0.78, 0.075), (-0.02, -0.1, -0.14, -0.46, 0.085), (-0.14, -0.46, -0.42, -0.76, 0.075),
    ),
    "walker": (
        (0.1, 0.7, 0.1, 0.7, 0.14), (0.04, 0.4, -0.02, -0.02, 0.13), (0.04, 0.44, 0.36, 0.2, 0.06),
        (0.04, 0.44, -0.28, 0.14, 0.06), (-0.02, -0.06, 0.24, -0.4, 0.08), (0.24, -0.4, 0.22, -0.8, 0.075),
        (-0.02, -0.06, -0.16, -0.46, 0.08), (-0.16, -0.46, -0.46, -0.74, 0.075),
    ),
    "hand": (
        (0.0, -0.28, 0.0, -0.2, 0.38), (-0.27, 0.0, -0.3, 0.5, 0.085), (-0.09, 0.05, -0.1, 0.7, 0.085),
        (0.1, 0.05, 0.12, 0.66, 0.085), (0.28, 0.0, 0.33, 0.46, 0.08), (-0.32, -0.3, -0.58, 0.06, 0.085),
        (0.0, -0.5, 0.0, -0.74, 0.2),
    ),
}  # fmt: skip


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
    if symbol in FIGURES:
        return _figure(FIGURES[symbol], x, y)
    along, across = _towards(symbol, x, y)
    side = np.abs(across)
    if symbol.startswith("chevron"):
        return (np.abs(along + side * 1.0 - 0.45) < 0.24) & (side < 0.72)
    shaft = (np.abs(across) < 0.13) & (along > -0.75) & (along < 0.55)
    head = (np.abs(along + side * 0.95 - 0.66) < 0.18) & (side < 0.62)
    return shaft | head


def _figure(strokes: Strokes, x: NDArray[np.float64], y: NDArray[np.float64]) -> Flags:
    """Union of thick lines with round ends."""
    mask = np.zeros(x.shape, np.bool_)
    for x0, y0, x1, y1, radius in strokes:
        length = (x1 - x0) ** 2 + (y1 - y0) ** 2
        share = np.clip(((x - x0) * (x1 - x0) + (y - y0) * (y1 - y0)) / max(length, 1e-9), 0.0, 1.0)
        mask |= np.hypot(x - x0 - share * (x1 - x0), y - y0 - share * (y1 - y0)) < radius
    return mask


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
