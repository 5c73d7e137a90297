"""Pictures of number plates."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from renderers.kept import kept
from renderers.mesh import RGB, Texture
from renderers.vehicles_textures import finished, srgb
from scenes.plates import NATIONS, Nation, Plate

Pixels = NDArray[np.uint8]
WIDE = 512  # px that a plate is drawn with before it is squeezed into a square
BLUE: RGB = (0.01, 0.04, 0.35)
STARS: RGB = (0.75, 0.6, 0.05)
PALE: RGB = (0.72, 0.72, 0.70)
BAND = 0.085  # of the width
ADVANCE = {" ": 0.5, "-": 0.62}  # of a letter's width
NARROW = 0.62  # a letter's width by its height


def plate_size(plate: Plate, face: str) -> tuple[float, float]:
    """Width and height, m.

    Args:
        plate: of the vehicle.
        face: front, rear, or folded, of two lines.

    Returns:
        The size.
    """
    row = NATIONS[plate.nation]
    if face == "folded":
        return row.folded_size
    return row.front_size or row.size if face == "front" else row.size


def strips(size: tuple[float, float]) -> int:
    """How often a plate stands in its texture, one below the other, so that texels are about as wide as high.

    Args:
        size: of the plate, m; its v runs from 0 to 1 / strips.
    """
    return 4 if size[0] > 3.0 * size[1] else 2 if size[0] > 1.5 * size[1] else 1


@kept
def plate_texture(plate: Plate, face: str) -> Texture:
    """A plate across the picture, `strips` times; stretch each to `plate_size`.

    Args:
        plate: what it says.
        face: front, rear, or folded, of two lines.

    Returns:
        The texture.
    """
    row, (width, height) = NATIONS[plate.nation], plate_size(plate, face)
    ground = row.front if face == "front" else row.rear
    tall = round(WIDE * height / width)
    canvas = np.empty((tall, WIDE, 3), np.uint8)
    canvas[:] = srgb(row.ink)
    rim = 3 if width > 0.4 else 6
    canvas[rim:-rim, rim:-rim] = srgb(ground)
    left, right = 0.02 * WIDE, 0.98 * WIDE
    if face != "folded":
        left, right = banded(canvas, row)
    low, high = 0.14 * tall, 0.86 * tall
    if row.title:
        low = 0.30 * tall
        line(canvas, row.title, (0.25 * WIDE, 0.07 * tall, 0.75 * WIDE, 0.24 * tall), row.ink, False)
    lines = folded(plate.text) if face == "folded" and not row.title else [plate.text]
    for k, text in enumerate(lines):
        step = (high - low) / len(lines)
        area = left, low + (k + 0.04 * (len(lines) - 1)) * step, right, low + (k + 1 - 0.04 * (len(lines) - 1)) * step
        line(canvas, text, area, row.ink, row.seals and face != "folded")
    key = f"plate/{plate.nation}/{plate.text}/{ground}/{width}x{height}"
    return Texture(key, np.tile(finished(canvas, strips((width, height))), (strips((width, height)), 1, 1)))


def folded(text: str) -> list[str]:
    """Two lines of a text that is parted by spaces or hyphens."""
    groups = text.replace("-", " ").split(" ")
    half = 1 if len(groups) < 3 or len(groups[0] + groups[1]) > len("".join(groups[2:])) + 2 else 2
    return [" ".join(groups[:half]), " ".join(groups[half:])]


def banded(canvas: Pixels, row: Nation) -> tuple[float, float]:
    """Paint the blue bands; the first and the last column (px) that stay free for the text."""
    import cv2

    tall, band = len(canvas), round(BAND * WIDE)
    if row.band:
        canvas[:, :band] = srgb(BLUE)
        for angle in np.arange(12) * np.pi / 6:
            spot = (int(band / 2 + 0.30 * band * np.cos(angle)), int(0.30 * tall + 0.30 * band * np.sin(angle)))
            cv2.circle(canvas, spot, 2, srgb(STARS), -1)
        line(canvas, row.band, (0.1 * band, 0.58 * tall, 0.9 * band, 0.9 * tall), PALE, False)
    if row.second_band:
        canvas[:, -band:] = srgb(BLUE)
        cv2.circle(canvas, (WIDE - band // 2, round(0.3 * tall)), band // 5, srgb(STARS), -1)
    return band + 0.02 * WIDE if row.band else 0.03 * WIDE, WIDE - (band if row.second_band else 0) - 0.02 * WIDE


def line(canvas: Pixels, text: str, area: tuple[float, float, float, float], ink: RGB, seals: bool) -> None:
    """Write letters of one width into the middle of the area x0, y0, x1, y1 (px); seals stand in the first gap."""
    import cv2

    x0, y0, x1, y1 = area
    advance = [ADVANCE.get(sign, 1.0) for sign in text]
    if seals and " " in text:
        advance[text.index(" ")] = 1.0
    high = int(y1 - y0)
    step = min((x1 - x0) / sum(advance), NARROW * high * 1.14)
    x = (x0 + x1 - step * sum(advance)) / 2
    for sign, share in zip(text, advance, strict=True):
        wide = step * share
        if sign != " ":
            mask = glyph(sign)
            cell = cv2.resize(mask, (max(2, int(wide * 0.9)), high), interpolation=cv2.INTER_AREA)[..., None] / 255.0
            column = int(x + 0.05 * wide)
            part = canvas[int(y0) : int(y0) + high, column : column + cell.shape[1]]
            part[:] = (part * (1.0 - cell) + np.array(srgb(ink)) * cell).astype(np.uint8)
        elif seals:
            for share_down, colour in ((0.27, (0.30, 0.30, 0.28)), (0.75, (0.08, 0.20, 0.32))):
                spot = (int(x + wide / 2), int(y0 + share_down * high))
                cv2.circle(canvas, spot, int(0.19 * high), srgb(colour), -1)
            seals = False
        x += wide


@lru_cache(maxsize=64)
def glyph(sign: str) -> NDArray[np.uint8]:
    """(88, 60) coverage of one letter or digit, in the middle of its cell."""
    import cv2

    (width, _), _ = cv2.getTextSize(sign, cv2.FONT_HERSHEY_SIMPLEX, 3.0, 10)
    mask = np.zeros((88, 84), np.uint8)
    # most letters are about 60 wide and 66 high; wider ones are squeezed, narrow ones keep their shape
    cv2.putText(mask, sign, ((84 - width) // 2, 77), cv2.FONT_HERSHEY_SIMPLEX, 3.0, 255, 10, cv2.LINE_AA)
    ink = np.flatnonzero(mask.any(0))
    first, last = int(ink[0]), int(ink[-1]) + 1
    wide = min(last - first, 58)
    cell = np.zeros((88, 60), np.uint8)
    start = (60 - wide) // 2
    cell[:, start : start + wide] = cv2.resize(mask[:, first:last], (wide, 88), interpolation=cv2.INTER_AREA)
    rows = np.flatnonzero(cell.any(1))
    if sign == "-":
        return cell
    return np.asarray(cv2.resize(cell[rows[0] : rows[-1] + 1], (60, 88), interpolation=cv2.INTER_AREA), np.uint8)
