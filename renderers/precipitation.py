"""Rain and snow in the air, and drops on the glass: they cover the picture, labels see through them."""

from __future__ import annotations

import math

import cv2
import numpy as np
from numpy.typing import NDArray

from renderers.frame import Frame
from scenes.types import Light

F4 = NDArray[np.float32]
NEAR, DEEP = 0.6, 6.5  # m before the camera between which drops are drawn one by one; farther ones are haze
EXPOSURE = 1.0 / 60.0  # s
MOST = 9000  # drops or flakes in a picture
SHIFT = 4  # bits of the subpixel coordinates of OpenCV's lines


def falling(frame: Frame, light: Light, on_glass: bool, rng: np.random.Generator) -> F4:
    """Draw what falls.

    Args:
        frame: linear radiance, depth and view.
        light: how much falls.
        on_glass: drops stick to a windscreen before the lens, too.
        rng: where they are.

    Returns:
        (H, W, 3) linear radiance.
    """
    rgb = frame.rgb
    # numbers in a m3: Marshall and Palmer 1948 give some 60 drops over 1.5 mm at 5 mm/h; flakes are as frequent
    if light.rain > 0.0:
        rgb = streaks(frame, rgb, 22.0 * light.rain**0.6, (5.5, 9.0), (0.9e-3, 2.6e-3), 0.8, rng)
    if light.snowfall > 0.0:
        rgb = streaks(frame, rgb, 45.0 * light.snowfall**0.6, (0.8, 1.6), (3e-3, 9e-3), 0.85, rng)
    if on_glass and light.rain > 0.2:
        rgb = drops_on_glass(rgb, int(14.0 * light.rain**0.5), rng)
    return rgb


def streaks(
    frame: Frame, rgb: F4, density: float, speeds: tuple[float, float], sizes: tuple[float, float], opacity: float,
    rng: np.random.Generator,
) -> F4:  # fmt: skip
    """Smear drops over the exposure time.

    Args:
        frame: depth hides what falls behind things.
        rgb: (H, W, 3) picture to draw on.
        density: drops in a m3.
        speeds: slowest and fastest fall, m/s.
        sizes: smallest and largest diameter, m.
        opacity: share of the light behind a drop that it replaces by that of its surroundings.
        rng: source of randomness.

    Returns:
        A new picture.
    """
    view, (height, width) = frame.view, rgb.shape[:2]
    spread = (width / view.focal, height / view.focal)  # a lens that bends is taken to be straight here
    count = min(MOST, int(density * spread[0] * spread[1] * (DEEP**3 - NEAR**3) / 3.0))
    depth = np.cbrt(rng.uniform(NEAR**3, DEEP**3, count))
    x, y = rng.uniform(0.0, width, count), rng.uniform(0.0, height, count)
    size, speed = rng.uniform(*sizes, count), rng.uniform(*speeds, count)
    drift = rng.normal(0.0, 0.25) + rng.normal(0.0, 0.08, count)  # wind, as a share of the fall
    down = view.camera_from_world[:3, :3] @ np.array([0.0, 0.0, -1.0])
    length = speed * EXPOSURE * view.focal / depth
    dx, dy = (down[0] + drift) * length, down[1] * length
    across = size * view.focal / depth  # px
    # a thin, fast drop covers a pixel for a part of the time only
    cover = opacity * np.minimum(across, 1.0) * np.minimum(1.0, across / np.maximum(np.hypot(dx, dy), 1e-3) + 0.25)
    hidden = frame.depth[y.astype(int), x.astype(int)] < depth
    alpha = np.zeros((height, width), np.uint8)
    scale = 1 << SHIFT
    for i in np.flatnonzero(~hidden & (cover > 0.004)).tolist():
        start = (round(float(x[i] * scale)), round(float(y[i] * scale)))
        end = (round(float((x[i] + dx[i]) * scale)), round(float((y[i] + dy[i]) * scale)))
        cv2.line(alpha, start, end, int(255 * cover[i]), max(1, round(float(across[i]))), cv2.LINE_AA, SHIFT)
    share = (alpha.astype(np.float32) / np.float32(255.0))[..., None]
    # a drop shows a wide piece of what is around it upside down: about its mean, a little lighter for the sky above
    around = cv2.GaussianBlur(rgb, (0, 0), width / 14.0) * np.float32(1.25)
    return np.asarray(rgb * (1 - share) + around * share, np.float32)


def drops_on_glass(rgb: F4, count: int, rng: np.random.Generator) -> F4:
    """Let drops on the glass bend the picture: each shows it small, blurred and upside down (Halimeh and Roser 2009).

    Args:
        rgb: (H, W, 3) linear radiance.
        count: drops.
        rng: where and how large.

    Returns:
        A new picture.
    """
    height, width = rgb.shape[:2]
    soft = cv2.GaussianBlur(rgb, (0, 0), width / 260.0)
    share = np.zeros((height, width), np.float32)
    map_y, map_x = np.mgrid[0:height, 0:width].astype(np.float32)
    for _ in range(count):
        cx, cy = rng.uniform(0, width), rng.uniform(0, height)
        radius = width * float(np.clip(rng.lognormal(math.log(0.011), 0.5), 0.004, 0.04))
        squeeze, angle = rng.uniform(0.75, 1.0), rng.uniform(0.0, math.pi)
        x0, x1 = max(0, int(cx - radius)), min(width, int(cx + radius) + 1)
        y0, y1 = max(0, int(cy - radius)), min(height, int(cy + radius) + 1)
        y, x = np.mgrid[y0:y1, x0:x1].astype(np.float32)
        u, v = (x - cx) / radius, (y - cy) / radius
        along, across = u * math.cos(angle) + v * math.sin(angle), v * math.cos(angle) - u * math.sin(angle)
        r = np.sqrt(along**2 + (across / squeeze) ** 2)
        inside = np.clip((1.0 - r) * 4.0, 0.0, 1.0)
        bend = 9.0 * radius * (0.35 + r)
        taken = inside > share[y0:y1, x0:x1]
        share[y0:y1, x0:x1][taken] = inside[taken]
        map_x[y0:y1, x0:x1][taken] = np.clip(cx - u * bend, 0, width - 1)[taken]
        map_y[y0:y1, x0:x1][taken] = np.clip(cy - v * bend, 0, height - 1)[taken]
    bent = cv2.remap(soft, map_x, map_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    keep = (share * np.float32(0.8))[..., None]
    return np.asarray(rgb * (1 - keep) + bent * keep, np.float32)
