"""Labelled things drawn alone, in the picture as the lens shows it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from renderers.fill import FAST, NEAR
from renderers.frame import View
from renderers.raster import Drawn
from renderers.visible import fill_range, screen_of
from scenes.compiled import compiled


class Alone:
    """Draws one thing after the other; keeps its canvases."""

    def __init__(self, drawn: Drawn) -> None:
        """Take a picture with its geometry."""
        self.drawn = drawn
        self.parts = drawn.pieces
        self._screens = [screen_of(part.drawn.triangles.camera, part.drawn.frame.view, 1) for part in self.parts]
        self._canvases = [np.zeros(part.drawn.frame.depth.shape, np.float32) for part in self.parts]

    def extent_of(self, number: int) -> tuple[int, NDArray[np.int64]]:
        """Pixels of a thing inside the picture, and their extent x0, y0, x1, y1 (4,) in pixel edges."""
        total, whole = 0, np.zeros(4, np.int64)
        for k, part in enumerate(self.parts):
            self._fill(k, number)
            if not self.drawn.parts:
                return clear_extent(self._canvases[k])  # type: ignore[no-any-return]
            count, extent = sampled_extent(self._canvases[k].reshape(-1), part.nearest, part.area[0], part.area[1])
            self._canvases[k].fill(0.0)
            if count:
                low, high = (extent[:2], extent[2:]) if total == 0 else (
                    np.minimum(whole[:2], extent[:2]), np.maximum(whole[2:], extent[2:]))  # fmt: skip
                whole = np.concatenate([low, high])
            total += count
        return total, whole

    def nearness_of(self, number: int) -> NDArray[np.float32]:
        """(H, W) inverse depth, 1/m, of a thing behind a lens; 0 beside it."""
        view = self.drawn.frame.view
        found = np.zeros((view.height, view.width), np.float32)
        for k, part in enumerate(self.parts):
            self._fill(k, number)
            x0, y0, x1, y1 = part.area
            inside = part.nearest >= 0
            found[y0:y1, x0:x1][inside] = self._canvases[k].reshape(-1)[part.nearest[inside]]
            self._canvases[k].fill(0.0)
        return found

    def projected_extent(self, number: int) -> NDArray[np.float64]:
        """(4,) extent x0, y0, x1, y1 of the projected triangles, px, not clipped by the image."""
        view, flat = self.drawn.frame.view, self.drawn.flat
        first, last = flat.ranges[number]
        if view.lens.straight:
            return projected_extent(self.drawn.triangles.camera, flat.corners, first, last, view)
        own = flat.world[np.unique(flat.corners[first:last])].astype(np.float64)
        pose = view.camera_from_world
        pixels = view.pixels_of(own @ pose[:3, :3].T + pose[:3, 3])
        return np.concatenate([pixels.min(0), pixels.max(0)])

    def _fill(self, k: int, number: int) -> None:
        flat, camera = self.parts[k].drawn.flat, self.parts[k].drawn.triangles.camera
        first, last = flat.ranges[number]
        fill_range(flat, camera, self._screens[k], first, last, self._canvases[k], None)


@compiled(fastmath=FAST)
def sampled_extent(canvas, nearest, x0, y0):  # type: ignore[no-untyped-def]
    """Count the pixels of a part that show something of a canvas, and find their extent.

    Args:
        canvas: (N,) inverse depths of a pinhole picture, 0 where nothing is.
        nearest: (h, w) its pixels, -1 for none.
        x0: of the part in the picture, px.
        y0: of the part in the picture, px.

    Returns:
        Their number and the extent in pixel edges of the picture.
    """
    height, width = nearest.shape
    count = 0
    extent = np.zeros(4, np.int64)
    for y in range(height):
        for x in range(width):
            place = nearest[y, x]
            if place >= 0 and canvas[place] > 0:
                if count == 0:
                    extent[0], extent[1], extent[2] = x0 + x, y0 + y, x0 + x + 1
                count += 1
                extent[0] = min(extent[0], x0 + x)
                extent[2] = max(extent[2], x0 + x + 1)
                extent[3] = y0 + y + 1
    return count, extent


@compiled(fastmath=FAST)
def clear_extent(canvas):  # type: ignore[no-untyped-def]
    """Count the filled pixels of a canvas, find their extent and empty it again."""
    height, width = canvas.shape
    count = 0
    extent = np.zeros(4, np.int64)
    for y in range(height):
        for x in range(width):
            if canvas[y, x] > 0:
                if count == 0:
                    extent[0], extent[1], extent[2] = x, y, x + 1
                count += 1
                extent[0] = min(extent[0], x)
                extent[2] = max(extent[2], x + 1)
                extent[3] = y + 1
                canvas[y, x] = 0
    return count, extent


@compiled(fastmath=FAST)
def near_extent(camera, corners, first, last, near, focal, out):  # type: ignore[no-untyped-def]
    """Extent of triangles on the image plane, clipped at the near plane; principal point at the origin, px."""
    out[0] = out[1] = 1e30
    out[2] = out[3] = -1e30
    for t in range(first, last):
        for k in range(3):
            i, j = corners[t, k], corners[t, (k + 1) % 3]
            zi, zj = camera[i, 2], camera[j, 2]
            for step in range(2):
                if step == 0 and zi >= near:
                    x, y, z = camera[i, 0], camera[i, 1], zi
                elif step == 1 and (zi >= near) != (zj >= near):
                    s = (near - zi) / (zj - zi)
                    x = camera[i, 0] + s * (camera[j, 0] - camera[i, 0])
                    y = camera[i, 1] + s * (camera[j, 1] - camera[i, 1])
                    z = near
                else:
                    continue
                u, v = x / z * focal, y / z * focal
                out[0], out[1] = min(out[0], u), min(out[1], v)
                out[2], out[3] = max(out[2], u), max(out[3], v)


def projected_extent(
    camera: NDArray[np.float32], corners: NDArray[np.int32], first: int, last: int, view: View
) -> NDArray[np.float64]:
    """(4,) extent x0, y0, x1, y1 of the projected triangles, px, not clipped by the image."""
    out = np.empty(4)
    near_extent(camera, corners, first, last, NEAR, view.focal, out)
    return out + np.array([view.width, view.height, view.width, view.height]) / 2.0
