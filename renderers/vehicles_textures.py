"""Pictures on vehicles: lettering, destination boards and cabins seen through glass."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

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


def finished(canvas: Pixels) -> Pixels:
    """A canvas squeezed into the square of a texture."""
    import cv2

    return np.ascontiguousarray(cv2.resize(canvas, (SIZE, SIZE), interpolation=cv2.INTER_AREA))


@lru_cache(maxsize=256)
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


@lru_cache(maxsize=128)
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


@lru_cache(maxsize=64)
def cabin_texture(view: str, variant: int, driver: bool) -> Texture:
    """What is seen through the glass: seats, head rests, people, and daylight from the far windows.

    Args:
        view: "bus" (u along one pane), "screen" from ahead (u from the car's right to its left), "rear" from behind
            (u from left to right),
            or "side" (u from front to rear); v from the roof down.
        variant: changes brightness and places.
        driver: somebody sits on the right-hand front seat.

    Returns:
        The texture; albedo 0.005-0.25.
    """
    import cv2

    rng = np.random.Generator(np.random.PCG64(1000 + 17 * variant + len(view)))
    canvas = np.full((256, 256, 3), 30.0)
    canvas *= np.linspace(0.75, 1.15, 256)[:, None, None]
    light = np.array([1.0, 1.03, 1.05]) * rng.uniform(44, 78)
    far, dark, seat = tuple(light), (14, 14, 15), tuple(np.array([1.0, 1.0, 1.04]) * rng.uniform(18, 34))
    skin, coat = (64, 50, 43), tuple(rng.uniform(16, 34) * rng.uniform(0.85, 1.15, 3))
    near = 72 if view == "screen" else 184
    if view == "bus":
        cv2.rectangle(canvas, (10, 20), (246, 150), far, -1)
        for x in (40, 128, 216):
            cv2.ellipse(canvas, (x + int(rng.uniform(-8, 8)), 190), (22, 96), 6, 0, 360, seat, -1)
            if rng.random() < 0.35:
                cv2.ellipse(canvas, (x + 20, 96), (13, 24), 0, 0, 360, skin, -1)
                cv2.ellipse(canvas, (x + 22, 200), (24, 80), 0, 0, 360, coat, -1)
        cv2.line(canvas, (84, 0), (84, 255), dark, 4)
    elif view == "side":
        for x0, x1 in ((20, 108), (124, 196), (206, 246)):
            cv2.fillPoly(canvas, [np.array([[x0 + 12, 26], [x1, 26], [x1, 140], [x0, 140]])], far)
        for x in (92, 176):
            cv2.ellipse(canvas, (x, 76), (12, 24), 8, 0, 360, seat, -1)
            cv2.ellipse(canvas, (x + 6, 200), (26, 104), 6, 0, 360, seat, -1)
        if driver:
            cv2.ellipse(canvas, (76, 84), (14, 28), 0, 0, 360, skin, -1)
            cv2.ellipse(canvas, (80, 215), (32, 100), 0, 0, 360, coat, -1)
        cv2.line(canvas, (46, 150), (58, 230), dark, 6)
    else:
        cv2.fillPoly(canvas, [np.array([[62, 46], [194, 46], [214, 112], [42, 112]])], far)
        for x in (72, 184):
            cv2.ellipse(canvas, (x, 98), (17, 24), 0, 0, 360, seat, -1)
            cv2.ellipse(canvas, (x, 190), (36, 78), 0, 0, 360, seat, -1)
        if driver:
            cv2.ellipse(canvas, (near, 94), (15, 25), 0, 0, 360, skin if view == "screen" else dark, -1)
            cv2.ellipse(canvas, (near, 200), (42, 80), 0, 0, 360, coat, -1)
        cv2.rectangle(canvas, (116, 26), (142, 40), dark, -1)
        if view == "screen":
            cv2.ellipse(canvas, (near, 236), (34, 40), 0, 180, 360, dark, 7)
            canvas[236:] = np.linspace(44, 30, 20)[:, None, None]
    soft = cv2.GaussianBlur(canvas, (0, 0), 4.0)
    pixels = cv2.resize(soft, (64, 64), interpolation=cv2.INTER_AREA)
    return Texture(f"cabin/{view}/{variant}/{driver}", np.clip(pixels, 0, 255).astype(np.uint8))


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
