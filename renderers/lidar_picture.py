"""Points of a lidar for people: over a picture, and from above."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from renderers.frame import Sweep, View
from renderers.overlay import Picture
from scenes.geometry import transform
from scenes.kinds import Kind

TONES = {  # display colours of classes
    Kind.ROAD: (128, 64, 128), Kind.MARKING: (235, 235, 235), Kind.PAVEMENT: (244, 35, 232),
    Kind.TERRAIN: (152, 251, 152), Kind.BUILDING: (176, 130, 100), Kind.WALL: (102, 102, 156),
    Kind.FENCE: (190, 153, 153), Kind.POLE: (200, 200, 160), Kind.SIGN: (255, 255, 0), Kind.SIGNAL: (250, 170, 30),
    Kind.VEGETATION: (107, 142, 35), Kind.FURNITURE: (0, 170, 170), Kind.CAR: (60, 130, 255), Kind.VAN: (40, 200, 255),
    Kind.TRUCK: (60, 60, 220), Kind.BUS: (0, 200, 180), Kind.MOTORCYCLE: (120, 120, 255), Kind.BICYCLE: (200, 120, 255),
    Kind.PEDESTRIAN: (255, 60, 60), Kind.RIDER: (255, 110, 0), Kind.PRAM: (255, 160, 120),
    Kind.WHEELCHAIR: (255, 120, 160), Kind.DOG: (200, 110, 60),
}  # fmt: skip
TABLE = np.full((256, 3), 255, np.uint8)
for _kind, _tone in TONES.items():
    TABLE[_kind] = _tone
DIM = 0.45  # brightness of the picture under the points
RING = 10.0  # m between two circles
LOW, HIGH = -2.0, 1.0  # m above the lidar, from dark to bright


def over_picture(picture: Picture, view: View, sweep: Sweep) -> Picture:
    """Draw the points of a sweep over a picture of the same moment, coloured by class, near ones larger.

    Args:
        picture: (H, W, 3) sRGB.
        view: of its camera.
        sweep: of any lidar.

    Returns:
        (2H, 2W, 3) annotated copy. A lidar elsewhere than the camera sees behind some things.
    """
    dimmed = (DIM * picture).astype(np.uint8)
    out = np.asarray(cv2.resize(dimmed, None, fx=2, fy=2, interpolation=cv2.INTER_LINEAR), np.uint8)
    at = transform(view.camera_from_world @ sweep.world_from_lidar, sweep.points)
    order = np.argsort(-at[:, 2], kind="stable")
    order = order[(at[order, 2] > 0.1) & view.sees(at[order])]
    spots = 2.0 * view.pixels_of(at[order])
    inside = ((spots >= 0.0) & (spots < [2 * view.width, 2 * view.height])).all(1)
    for (x, y), number in zip(spots[inside].astype(int).tolist(), order[inside].tolist(), strict=True):
        tone = tuple(int(part) for part in TABLE[sweep.semantic[number]])
        cv2.circle(out, (x, y), 2 if at[number, 2] < 12.0 else 1, tone, -1)
    return out


def from_above(sweep: Sweep, size: tuple[int, int], reach: float = 36.0) -> Picture:
    """Draw the points of a sweep from above, x of the lidar upwards, coloured by class, brighter the higher.

    Args:
        sweep: of a lidar.
        size: width and height of the picture, px.
        reach: m from the lidar to the nearer edge of the picture.

    Returns:
        (H, W, 3) sRGB.
    """
    width, height = size
    scale = 0.5 * min(size) / reach
    out = np.full((height, width, 3), 12, np.uint8)
    middle = (width // 2, height // 2)
    for ring in range(1, int(0.5 * float(np.hypot(*size)) / scale / RING) + 1):
        cv2.circle(out, middle, round(ring * RING * scale), (45, 45, 45), 1, cv2.LINE_AA)
    order = np.argsort(sweep.points[:, 2], kind="stable")
    x = np.floor(width / 2.0 - sweep.points[order, 1] * scale).astype(int)
    y = np.floor(height / 2.0 - sweep.points[order, 0] * scale).astype(int)
    good = (x >= 0) & (y >= 0) & (x < width - 1) & (y < height - 1)
    for i, j in ((0, 0), (1, 0), (0, 1), (1, 1)):
        out[y[good] + i, x[good] + j] = lit(sweep, order[good])
    cv2.drawMarker(out, middle, (255, 255, 255), cv2.MARKER_TRIANGLE_UP, 10, 1, cv2.LINE_AA)
    return out


def lit(sweep: Sweep, which: NDArray[np.integer]) -> NDArray[np.uint8]:
    """(M, 3) display colours of points by number (M,)."""
    height = (sweep.points[which, 2] - LOW) / (HIGH - LOW)
    bright = 0.5 + 0.5 * np.clip(height, 0.0, 1.0)
    return np.asarray(TABLE[sweep.semantic[which]] * bright[:, None], np.uint8)
