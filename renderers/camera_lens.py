"""What a lens does to linear light: depth of field, fringes, vignette, flare, veil, blur and shake."""

from __future__ import annotations

import math
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from renderers.frame import Frame
from renderers.stage import sun_vector
from scenes.compiled import compiled
from scenes.types import CameraChain, Light

F4 = NDArray[np.float32]
SUN_RADIUS = math.radians(0.2665)  # of its disc
DISC = math.pi * SUN_RADIUS**2  # sr
LAMPS = 2.0  # light above which a lens flares, against white
GLARE = ((0.5, 1 / 220), (0.3, 1 / 60), (0.2, 1 / 15))  # share, and standard deviation against the picture's width
# pictures of the lamps between two surfaces of glass: size about the middle of the picture (negative: upside down),
# radius of the disc against the picture's width, colour that the coating leaves
GHOSTS = (
    (-0.35, 0.030, (0.6, 1.0, 0.8)),
    (-0.80, 0.026, (1.0, 0.7, 0.5)),
    (-1.25, 0.060, (0.5, 0.8, 1.0)),
    (0.45, 0.024, (0.9, 0.6, 1.0)),
)
GHOSTLY = 0.2  # share of the flare that is in ghosts
CIRCLE = 16  # px, largest radius of a circle of confusion; larger ones are drawn so
TILE = 16  # px
STEPS = 16  # of radii to a px in the table of areas


def through_lens(light: F4, frame: Frame, sky: Light, gain: float, chain: CameraChain) -> F4:
    """Let light through the lens.

    Args:
        light: (H, W, 3) linear light, exposed.
        frame: depth and view.
        sky: for the sun, which pictures do not hold.
        gain: exposure, from radiance to light.
        chain: concrete parameters.

    Returns:
        (H, W, 3) linear light on the sensor.
    """
    if chain.aperture > 0:
        light = defocused(light, frame, chain.aperture, chain.focus)
    if chain.red_fringe != 0 or chain.blue_fringe != 0:
        light = fringed(light, chain.red_fringe, chain.blue_fringe)
    if chain.vignette > 0:
        fall = fall_of(frame.view.width, frame.view.height, frame.view.focal)
        light = light * (np.float32(1.0 - chain.vignette) + np.float32(chain.vignette) * fall)
    if chain.flare > 0:
        light = flared(light, frame, sky, gain, chain.flare)
    if chain.veil > 0:
        small = cv2.resize(np.minimum(light, 24.0), None, fx=0.25, fy=0.25, interpolation=cv2.INTER_AREA)
        wide = cv2.GaussianBlur(small, (0, 0), light.shape[1] / 60.0) + cv2.GaussianBlur(small, (0, 0), 1.2)
        glow = cv2.resize(0.5 * wide, (light.shape[1], light.shape[0]), interpolation=cv2.INTER_LINEAR)
        light = light * np.float32(1.0 - chain.veil) + glow * np.float32(chain.veil)
    if chain.blur > 0.2:
        light = np.asarray(cv2.GaussianBlur(light, (0, 0), chain.blur), np.float32)
    if math.hypot(*chain.motion) > 1.0:
        light = np.asarray(cv2.filter2D(light, -1, motion_kernel(chain.motion)), np.float32)
    return light


def motion_kernel(motion: tuple[float, float]) -> F4:
    """Line of the given length and direction, sum 1.

    Args:
        motion: smear vector, px.

    Returns:
        (N, N) kernel, N odd.
    """
    edge = 2 * int(np.ceil(max(abs(motion[0]), abs(motion[1])) / 2)) + 1
    kernel = np.zeros((edge, edge), np.float32)
    middle = edge // 2
    for s in np.linspace(-0.5, 0.5, 4 * edge):
        kernel[round(middle + s * motion[1]), round(middle + s * motion[0])] += 1.0
    return np.asarray(kernel / kernel.sum(), np.float32)


@lru_cache(maxsize=2)
def fall_of(width: int, height: int, focal: float) -> F4:
    """Natural vignetting: cos^4 of the field angle of each pixel.

    Args:
        width: px.
        height: px.
        focal: px.

    Returns:
        (H, W, 1) factors, 1 in the middle.
    """
    x, y = np.arange(width) + 0.5 - width / 2, np.arange(height) + 0.5 - height / 2
    square = (x * x + (y * y)[:, None]) / focal**2
    return np.asarray((1.0 / (1.0 + square) ** 2)[..., None], np.float32)


def fringed(light: F4, red: float, blue: float) -> F4:
    """Lateral chromatic aberration: red and blue pictures of other sizes than the green one.

    Args:
        light: (H, W, 3) linear light.
        red: px outwards at the corners.
        blue: px outwards at the corners.

    Returns:
        A new picture; green is untouched.
    """
    height, width = light.shape[:2]
    middle = np.array([(width - 1) / 2, (height - 1) / 2])
    found = light.copy()
    for channel, shift in ((0, red), (2, blue)):
        if shift != 0:
            size = 1.0 / (1.0 + shift / math.hypot(width / 2, height / 2))
            back = np.column_stack([np.eye(2) * size, middle * (1.0 - size)])
            flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
            plane = np.ascontiguousarray(light[..., channel])
            found[..., channel] = cv2.warpAffine(
                plane, back, (width, height), flags=flags, borderMode=cv2.BORDER_REPLICATE
            )
    return found


# ---------------------------------------------------------------- depth of field
def defocused(light: F4, frame: Frame, aperture: float, focus: float) -> F4:
    """Depth of field of a thin lens.

    A lens with pupil A that images the distance s sharply at v behind it shows a point at d as a circle of diameter
    A v |1/s - 1/d|; v is the focal length of the pinhole camera in px.

    Args:
        light: (H, W, 3) linear light.
        frame: depth and view.
        aperture: diameter of the pupil, m.
        focus: distance that is sharp, m along the optical axis.

    Returns:
        A new picture, or the same one where nothing is out of focus.
    """
    near = (1.0 / np.maximum(frame.depth, 1e-3)).astype(np.float32)
    radius = np.minimum(np.float32(0.5 * aperture * frame.view.focal) * np.abs(near - np.float32(1 / focus)), CIRCLE)
    if float(radius.max()) < 0.25:
        return light
    return np.asarray(gathered(light, near, radius, largest_of(radius), areas()), np.float32)


def largest_of(radius: F4) -> F4:
    """(H / TILE, W / TILE) largest radius in each tile and those around it, from which circles reach it."""
    height, width = radius.shape
    padded = np.pad(radius, ((0, -height % TILE), (0, -width % TILE)))
    tiles = padded.reshape(padded.shape[0] // TILE, TILE, padded.shape[1] // TILE, TILE).max((1, 3))
    return np.asarray(cv2.dilate(tiles, np.ones((3, 3), np.uint8)), np.float32)


@lru_cache(maxsize=1)
def areas() -> F4:
    """What a circle of each radius covers of the pixels around, in steps of 1 / STEPS px, as `gathered` covers them."""
    x = np.arange(-CIRCLE - 1, CIRCLE + 2)
    away = np.hypot(x, x[:, None])
    radii = np.arange(CIRCLE * STEPS + 2) / STEPS
    return np.array([np.clip(r + 0.5 - away, 0.0, 1.0).sum() for r in radii], np.float32)


@compiled()
def gathered(light, near, radius, largest, area):  # type: ignore[no-untyped-def]
    """Collect for each pixel the circles of confusion that reach it.

    What lies before the pixel covers it by its share; the rest is the mean of the pixel and what lies behind, of
    which no circle is larger than the pixel's own: what is out of focus behind a sharp edge does not run over it.

    Args:
        light: (H, W, 3).
        near: (H, W) inverse depth, 1/m.
        radius: (H, W) of the circles, px.
        largest: (H / TILE, W / TILE) radius of circles that may reach a tile.
        area: of circles by radius.

    Returns:
        (H, W, 3).
    """
    height, width = near.shape
    found = np.empty_like(light)
    for y in range(height):
        for x in range(width):
            most = largest[y // TILE, x // TILE]
            if most < 0.25:
                for c in range(3):
                    found[y, x, c] = light[y, x, c]
                continue
            reach = int(most + 0.5)
            own, here = radius[y, x], near[y, x]
            over, rest = np.float32(0.0), np.float32(0.0)
            r0, g0, b0 = np.float32(0.0), np.float32(0.0), np.float32(0.0)
            r1, g1, b1 = np.float32(0.0), np.float32(0.0), np.float32(0.0)
            for v in range(max(y - reach, 0), min(y + reach + 1, height)):
                for u in range(max(x - reach, 0), min(x + reach + 1, width)):
                    before = near[v, u] > here
                    circle = radius[v, u] if before else min(radius[v, u], own)
                    away = np.float32((u - x) * (u - x) + (v - y) * (v - y))
                    if away >= (circle + np.float32(0.5)) ** 2:
                        continue
                    share = min(circle + np.float32(0.5) - math.sqrt(away), np.float32(1.0))
                    share /= area[int(circle * STEPS + np.float32(0.5))]
                    if before:
                        over += share
                        r0 += share * light[v, u, 0]
                        g0 += share * light[v, u, 1]
                        b0 += share * light[v, u, 2]
                    else:
                        rest += share
                        r1 += share * light[v, u, 0]
                        g1 += share * light[v, u, 1]
                        b1 += share * light[v, u, 2]
            front = np.float32(1.0) if over <= 1.0 else np.float32(1.0) / over
            behind = max(np.float32(1.0) - over, np.float32(0.0)) / rest
            found[y, x, 0] = front * r0 + behind * r1
            found[y, x, 1] = front * g0 + behind * g1
            found[y, x, 2] = front * b0 + behind * b1
    return found


# ---------------------------------------------------------------- flare
def flared(light: F4, frame: Frame, sky: Light, gain: float, share: float) -> F4:
    """Glare around lamps and the sun, and their ghosts: pictures of them mirrored about the middle.

    Args:
        light: (H, W, 3) linear light.
        frame: depth and view.
        sky: for the sun.
        gain: exposure.
        share: of the light of what is brighter than LAMPS that goes astray.

    Returns:
        A new picture, with the disc of the sun where it shows.
    """
    height, width = light.shape[:2]
    sun = sun_in(frame, sky)
    if sun is not None:
        light = light + sun[..., None] * np.array(sky.sun_colour, np.float32) * np.float32(gain / DISC)
    if float(light.max()) <= LAMPS:
        return light
    bright = cv2.resize(np.maximum(light - LAMPS, 0.0), None, fx=0.25, fy=0.25, interpolation=cv2.INTER_AREA)
    wide = bright.shape[1]
    stray = sum(part * (1.0 - GHOSTLY) * cv2.GaussianBlur(bright, (0, 0), wide * size) for part, size in GLARE)
    stray = stray + sum(GHOSTLY / len(GHOSTS) * ghost(bright, *one) for one in GHOSTS)
    stray = cv2.resize(np.asarray(stray, np.float32), (width, height), interpolation=cv2.INTER_LINEAR)
    return np.asarray(light + np.float32(share) * stray, np.float32)


def ghost(bright: F4, size: float, radius: float, colour: tuple[float, float, float]) -> F4:
    """One picture of the lamps, out of focus, with the light that it takes from them.

    Args:
        bright: (H, W, 3) the lamps alone.
        size: of the picture about its middle; negative: upside down.
        radius: of the disc that a point becomes, against the picture's width.
        colour: of the coating.

    Returns:
        (H, W, 3).
    """
    height, width = bright.shape[:2]
    wide = max(radius * width / abs(size), 1.0)
    x = np.arange(-math.ceil(wide), math.ceil(wide) + 1)
    away = np.hypot(x, x[:, None])
    disc = np.clip(wide + 0.5 - away, 0.0, 1.0) * (0.7 + 0.3 * (away / wide) ** 2)  # rims are a little brighter
    soft = cv2.filter2D(bright, -1, disc / disc.sum(), borderType=cv2.BORDER_CONSTANT)
    middle = np.array([(width - 1) / 2, (height - 1) / 2])
    there = np.column_stack([np.eye(2) * size, middle * (1.0 - size)])
    moved = cv2.warpAffine(soft, there, (width, height), flags=cv2.INTER_LINEAR)
    return np.asarray(moved * np.array(colour, np.float32) / np.float32(size * size), np.float32)


def sun_in(frame: Frame, sky: Light) -> F4 | None:
    """(H, W) share of each pixel that the sun's disc fills, or None where it does not show."""
    view = frame.view
    if max(sky.sun_colour) <= 0.0:
        return None
    towards = (view.camera_from_world[:3, :3] @ sun_vector(sky))[None]
    if towards[0, 2] <= 0.0 or not view.sees(towards)[0]:
        return None
    u, v = view.pixels_of(towards)[0].tolist()
    radius = view.focal * math.tan(SUN_RADIUS)
    if not (-radius < u < view.width + radius and -radius < v < view.height + radius):
        return None
    away = np.hypot(np.arange(view.width) + 0.5 - u, (np.arange(view.height) + 0.5 - v)[:, None])
    shown = np.asarray(np.clip(radius + 0.5 - away, 0.0, 1.0) * np.isinf(frame.depth), np.float32)
    return shown if shown.any() else None
