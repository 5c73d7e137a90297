"""Drawing on a map: the part of the ground that is shown, anti-aliased polygons, text."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

Picture = NDArray[np.uint8]
Points = NDArray[np.floating]
RGB = tuple[int, int, int]
SHIFT = 4  # bits of a pixel's fraction that OpenCV draws with


@dataclass(frozen=True)
class Viewport:
    """The part of the ground that a picture shows; north is up."""

    width: int  # px
    height: int  # px
    scale: float  # px per m
    centre: tuple[float, float]  # world, m, in the middle of the picture

    def pixels(self, points: Points) -> NDArray[np.float64]:
        """Where points of the world are in the picture.

        Args:
            points: (..., 2) world, m.

        Returns:
            (..., 2) px to the right and down; the centre of the top-left pixel is (0.5, 0.5).
        """
        middle = np.array([self.width / 2, self.height / 2])
        return middle + (np.asarray(points, np.float64) - self.centre) * (self.scale, -self.scale)

    def sees(self, points: Points, margin: float) -> NDArray[np.bool_]:
        """Whether points (..., 2) are in the picture or within `margin` metres of it."""
        off = np.abs(np.asarray(points, np.float64) - self.centre)
        reach = np.array([self.width, self.height]) / (2.0 * self.scale) + margin
        return np.asarray((off <= reach).all(-1))


def fit(points: Points, width: int, height: int, margin: float = 8.0, closest: float = 14.0) -> Viewport:
    """Show all points.

    Args:
        points: (N, 2) world, m, at least one.
        width: of the picture, px.
        height: of the picture, px.
        margin: m around the points.
        closest: px per m that are never exceeded.

    Returns:
        The viewport.
    """
    low, high = np.asarray(points, np.float64).min(0) - margin, np.asarray(points, np.float64).max(0) + margin
    scale = min(width / (high[0] - low[0]), height / (high[1] - low[1]), closest)
    middle = (low + high) / 2
    return Viewport(width, height, float(scale), (float(middle[0]), float(middle[1])))


def fixed(pixels: Points) -> NDArray[np.int32]:
    """Pixel coordinates (..., 2) as the fixed-point numbers that OpenCV draws with `shift=SHIFT`."""
    return np.asarray(np.floor((np.asarray(pixels) - 0.5) * (1 << SHIFT) + 0.5), np.int32)


def fill(picture: Picture, pixels: Points, colour: RGB) -> None:
    """Fill a polygon of any shape.

    Args:
        picture: (H, W, 3), changed.
        pixels: (N, 2) px.
        colour: of the polygon.
    """
    cv2.fillPoly(picture, [fixed(pixels)], colour, cv2.LINE_AA, SHIFT)


def stroke(picture: Picture, pixels: Points, colour: RGB, width: float, closed: bool = False) -> None:
    """Draw a polyline of any width in px; OpenCV's own are whole pixels wide."""
    cv2.polylines(picture, [fixed(pixels)], closed, colour, max(1, round(width)), cv2.LINE_AA, SHIFT)


def disc(picture: Picture, pixel: Points, radius: float, colour: RGB) -> None:
    """Fill a circle at (2,) px."""
    x, y = (int(v) for v in fixed(pixel))
    cv2.circle(picture, (x, y), max(1, round(radius * (1 << SHIFT))), colour, -1, cv2.LINE_AA, SHIFT)


def blend(picture: Picture, layer: Picture, share: float) -> None:
    """Mix a layer into a picture of the same size, in place."""
    cv2.addWeighted(layer, share, picture, 1.0 - share, 0.0, dst=picture)


@lru_cache(maxsize=512)
def lettering(text: str, size: int) -> NDArray[np.float32]:
    """(H, W) coverage of a line of text; equal heights for equal sizes."""
    font = ImageFont.load_default(size)
    wide = int(font.getlength(text)) + 2
    image = Image.new("L", (wide, round(1.25 * size)), 0)
    ImageDraw.Draw(image).text((1, 0), text, 255, font)
    return np.asarray(image, np.float32) / np.float32(255.0)


def write(picture: Picture, text: str, corner: tuple[int, int], colour: RGB, size: int = 14) -> int:
    """Write a line of text.

    Args:
        picture: (H, W, 3), changed; text beyond its edges is cut off.
        text: one line.
        corner: (x, y) of the top-left corner, px, inside the picture.
        colour: of the letters.
        size: of the font, px.

    Returns:
        Width of the text, px.
    """
    cover = lettering(text, size)
    x, y = corner
    room = picture[y : y + cover.shape[0], x : x + cover.shape[1]]
    share = cover[: room.shape[0], : room.shape[1], None]
    room[:] = (room + share * (np.array(colour, np.float32) - room) + np.float32(0.5)).astype(np.uint8)
    return int(cover.shape[1])


def plate(picture: Picture, corner: tuple[int, int], size: tuple[int, int], share: float = 0.62) -> None:
    """Darken a rectangle with round corners, for light text on it.

    Args:
        picture: (H, W, 3), changed.
        corner: (x, y) of its top-left corner, px.
        size: width and height, px.
        share: 0 nothing .. 1 opaque.
    """
    x, y = corner
    room = picture[y : y + size[1], x : x + size[0]]
    layer = room.copy()
    fill(layer, rounded(*size, 5.0, (size[0] / 2, size[1] / 2)), (22, 26, 32))
    blend(room, layer, share)


def rounded(
    length: float, width: float, radius: float, at: tuple[float, float] = (0.0, 0.0), steps: int = 4
) -> NDArray[np.float64]:
    """(4 (steps + 1), 2) corners of a rectangle with round corners around a point, anticlockwise."""
    turns = np.linspace(0.0, np.pi / 2, steps + 1)
    arc = radius * np.stack([np.cos(turns), np.sin(turns)], -1)
    parts = []
    for k, (sx, sy) in enumerate(((1, 1), (-1, 1), (-1, -1), (1, -1))):
        c, s = np.cos(k * np.pi / 2), np.sin(k * np.pi / 2)
        parts.append(arc @ np.array([[c, s], [-s, c]]) + (sx * (length / 2 - radius), sy * (width / 2 - radius)))
    return np.asarray(np.concatenate(parts) + np.array(at))


@lru_cache(maxsize=4096)
def display(linear: tuple[float, float, float], lift: float = 0.0) -> RGB:
    """Linear RGB albedo as sRGB bytes (IEC 61966-2-1); `lift` moves it towards white, 0 to 1."""
    light = np.clip(np.asarray(linear, np.float64), 0.0, 1.0)
    tone = np.where(light <= 0.0031308, light * 12.92, 1.055 * light ** (1 / 2.4) - 0.055)
    red, green, blue = (round(255.0 * float(t + lift * (1.0 - t))) for t in tone)
    return red, green, blue
