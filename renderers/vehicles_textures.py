"""Pictures on vehicles: lettering, destination boards, grilles and lenses."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from renderers.kept import kept
from renderers.mesh import RGB, Texture

Pixels = NDArray[np.uint8]
SIZE = 128  # px, side of every picture here


def srgb(colour: RGB) -> tuple[int, int, int]:
    """Convert linear RGB to display bytes with the plain gamma of 2.2."""
    r, g, b = (round(255.0 * max(0.0, min(1.0, c)) ** (1.0 / 2.2)) for c in colour)
    return r, g, b


def _write(canvas: Pixels, text: str, area: tuple[int, int, int, int], colour: RGB, thickness: int) -> None:
    """Stretch a line of text into the area x0, y0, x1, y1 (px) of the canvas."""
    import cv2

    (width, height), _ = cv2.getTextSize(text, cv2.FONT_HERSHEY_SIMPLEX, 2.0, thickness)
    mask = np.zeros((height + 8, max(width, 1) + 8), np.uint8)
    cv2.putText(mask, text, (4, height + 4), cv2.FONT_HERSHEY_SIMPLEX, 2.0, 255, thickness, cv2.LINE_AA)
    x0, y0, x1, y1 = area
    share = cv2.resize(mask, (x1 - x0, y1 - y0), interpolation=cv2.INTER_AREA)[..., None] / 255.0
    part = canvas[y0:y1, x0:x1]
    part[:] = (part * (1.0 - share) + np.array(srgb(colour)) * share).astype(np.uint8)


def finished(canvas: Pixels, strips: int = 1) -> Pixels:
    """A canvas squeezed into the square of a texture, or into one of several strips of it."""
    import cv2

    return np.ascontiguousarray(cv2.resize(canvas, (SIZE, SIZE // strips), interpolation=cv2.INTER_AREA))


@kept
def lettering_texture(text: str, ground: RGB, ink: RGB) -> Texture:
    """Words on a plain ground with a thin underline, to be stretched about 4:1.

    Args:
        text: the words.
        ground: linear RGB.
        ink: linear RGB.

    Returns:
        The texture.
    """
    canvas = np.empty((128, 512, 3), np.uint8)
    canvas[:] = srgb(ground)
    _write(canvas, text, (16, 14, 496, 84), ink, 12)
    _write(
        canvas, f"0{len(text) * 1379 % 9000 + 1000} {len(text) * 77717 % 900000 + 99999}", (90, 96, 420, 120), ink, 6
    )
    return Texture(f"lettering/{text}/{ground}/{ink}", finished(canvas))


@kept
def board_texture(text: str) -> Texture:
    """Destination board: amber letters on black.

    Args:
        text: route and destination.

    Returns:
        The texture.
    """
    canvas = np.full((96, 512, 3), 12, np.uint8)
    _write(canvas, text, (20, 14, 492, 82), (0.9, 0.5, 0.05), 8)
    return Texture(f"board/{text}", finished(canvas))


@lru_cache(maxsize=4)
def mesh_texture(variant: str) -> Texture:
    """Grille: horizontal "bars", a fine "mesh", or one "slot".

    Args:
        variant: which.

    Returns:
        The texture, to be multiplied with the grille's colour.
    """
    rows, columns = np.mgrid[0:64, 0:64]
    tone = np.full((64, 64), 60.0)
    if variant == "bars":
        tone[rows % 16 < 5] = 190.0
    elif variant == "mesh":
        tone[((rows + columns) % 8 < 2) | ((rows - columns) % 8 < 2)] = 150.0
    else:
        tone[(rows > 22) & (rows < 40)] = 200.0
    return Texture(f"grille/{variant}", np.repeat(tone[..., None], 3, 2).astype(np.uint8))


@lru_cache(maxsize=4)
def lamp_texture(tail: bool) -> Texture:
    """Lamp under its lens: a bright bowl with a dark rim (head) or reflex ribs (tail).

    Args:
        tail: of a tail lamp.

    Returns:
        The texture, to be multiplied with the lamp's colour.
    """
    v, u = (np.mgrid[0:64, 0:64] + 0.5) / 64.0
    if tail:
        tone = 0.72 + 0.2 * (np.sin(v * 40) > 0) + 0.08 * np.sin(u * 55)
    else:
        bowl = np.minimum(np.hypot((u - 0.66) / 0.24, (v - 0.5) / 0.40), np.hypot((u - 0.24) / 0.18, (v - 0.54) / 0.32))
        tone = np.where(bowl < 0.3, 1.0, np.where(bowl < 1.0, 0.5 + 0.42 * (1.0 - v), 0.34 + 0.3 * v))
        tone = np.where((bowl > 0.92) & (bowl < 1.06), 0.30, tone)
    edge = np.minimum(np.minimum(u, 1 - u), np.minimum(v, 1 - v))
    tone = tone * np.clip(edge / 0.05, 0.35, 1.0)
    return Texture(f"lamp/{tail}", np.repeat((255 * np.clip(tone, 0, 1))[..., None], 3, 2).astype(np.uint8))
