"""From a crop to a network input: window, augmentation, resize. The same for rendered and real crops.

View 0 of a crop is the crop itself. View k > 0 is drawn from an address made of the crop's content and k, so every
arm, the real-only control included, sees the same views, and they can be cached.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from scenes.seeds import rng_for
from transfer.pictures import Image
from transfer.tasks import Task

VERSION = 1  # part of every cache key: raise it when a view would look different
GREY = (127, 127, 127)


def windowed(image: Image, task: Task) -> Image:
    """Return the part of a crop that the task looks at."""
    if task.window is None:
        return image
    height, width = image.shape[:2]
    x0, y0, x1, y1 = task.window
    left, top = int(x0 * width), int(y0 * height)
    return image[top : max(top + 2, round(y1 * height)), left : max(left + 2, round(x1 * width))]


def plain_view(image: Image, task: Task) -> Image:
    """Return the un-augmented input: (H, W, 3) uint8 with the task's input size."""
    return _warp(windowed(image, task), task, np.zeros(2), 1.0, 0.0, False)


def view(image: Image, digest: str, number: int, task: Task) -> Image:
    """Return view `number` of a crop (0 = plain); `digest` names its content."""
    if number == 0:
        return plain_view(image, task)
    return augmented_view(image, task, rng_for(VERSION, "view", digest, number))


def augmented_view(image: Image, task: Task, rng: np.random.Generator) -> Image:
    """Draw one augmented input: resolution, place, light, colour, noise, occlusion."""
    part = windowed(image, task)
    if rng.random() < 0.3:  # a smaller picture scaled up again
        share = rng.uniform(0.4, 0.9)
        height, width = part.shape[:2]
        small = (max(4, int(width * share)), max(4, int(height * share)))
        part = np.asarray(cv2.resize(part, small, interpolation=cv2.INTER_AREA), dtype=np.uint8)
    flip = task.mirror and bool(rng.random() < 0.5)
    shift = rng.uniform(-0.08, 0.08, 2)
    picture = _warp(part, task, shift, float(rng.uniform(0.88, 1.15)), float(rng.normal(0, 4)), flip)
    if rng.random() < 0.3:
        picture = np.asarray(cv2.GaussianBlur(picture, (0, 0), float(rng.uniform(0.4, 2.0))), dtype=np.uint8)
    values = picture.astype(np.float32) / 255
    values = values ** np.float32(np.exp(rng.normal(0, 0.25)))
    values = values * rng.normal(1, 0.06, 3).astype(np.float32) * np.float32(rng.uniform(0.8, 1.2))
    if rng.random() < 0.3:
        grey = values.mean(axis=2, keepdims=True)
        values = grey + (values - grey) * np.float32(rng.uniform(0.4, 1.3))
    values = values + rng.normal(0, rng.uniform(0, 0.03), values.shape).astype(np.float32)
    result: Image = (np.clip(values, 0, 1) * 255 + 0.5).astype(np.uint8)
    if rng.random() < 0.25:
        _cut_out(result, rng)
    return result


def _cut_out(picture: Image, rng: np.random.Generator) -> None:
    height, width = picture.shape[:2]
    wide, high = int(width * rng.uniform(0.1, 0.3)), int(height * rng.uniform(0.1, 0.3))
    left, top = int(rng.integers(0, width - wide)), int(rng.integers(0, height - high))
    picture[top : top + high, left : left + wide] = rng.integers(0, 256, 3)


def _warp(image: Image, task: Task, shift: NDArray[np.float64], scale: float, angle: float, flip: bool) -> Image:
    """Fit to the input size, moved by `shift` (share of the input), scaled, turned (degrees) and flipped."""
    width, height = task.input_size
    rows, columns = image.shape[:2]
    across, down = width / columns, height / rows
    if task.fit == "pad":
        across = down = min(across, down)
    shrink = min(across, down)
    if shrink < 0.7:  # average over pixels first: a warp alone would alias
        size = (max(1, round(columns * across)), max(1, round(rows * down)))
        image = np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)
        rows, columns = image.shape[:2]
        across, down = across * width / (columns * across), down * height / (rows * down)
        if task.fit == "pad":
            across = down = min(width / columns, height / rows)
    turn, mirror = np.deg2rad(angle), -1.0 if flip else 1.0
    rotation = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]]) * scale
    linear = rotation @ np.diag([across * mirror, down])
    centre = np.array([columns - 1, rows - 1]) / 2
    target = np.array([width - 1, height - 1]) / 2 + shift * (width, height)
    matrix = np.column_stack([linear, target - linear @ centre])
    border = cv2.BORDER_CONSTANT if task.fit == "pad" else cv2.BORDER_REPLICATE
    warped = cv2.warpAffine(image, matrix, (width, height), flags=cv2.INTER_LINEAR, borderMode=border, borderValue=GREY)
    return np.asarray(warped, dtype=np.uint8)
