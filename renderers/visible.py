"""Which triangle each sample of a picture shows."""

from __future__ import annotations

import numpy as np

from renderers.cutouts import fill_cutouts_view, nearest_first
from renderers.fill import F4, I4, Gate, Screen, fill_view, project
from renderers.frame import View
from renderers.geometry import Flat

NO_INDEX = np.empty((1, 1), np.int32)  # never written


def screen_of(camera: F4, view: View, scale: int) -> Screen:
    """Project (V, 3) camera points, m, onto the sample grid of a view, `scale` samples per pixel along each axis."""
    snapped, nearness = np.empty((len(camera), 2), np.int32), np.empty(len(camera), np.float32)
    screen = Screen(view.focal * scale, view.width * scale / 2, view.height * scale / 2, snapped, nearness)
    project(camera, *screen)
    return screen


def fill_range(
    flat: Flat,
    camera: F4,
    screen: Screen,
    first: int,
    last: int,
    depth: F4,
    index: I4 | None,
    gate: Gate | None = None,
) -> None:
    """Fill triangles `first`..`last` - 1, with holes where their textures have them.

    Args:
        flat: world geometry.
        camera: (V, 3) its vertices as the camera sees them, m.
        screen: from `screen_of`.
        first: first triangle.
        last: one past the last triangle.
        depth: (H, W) inverse depth, 1/m, 0 where empty; updated.
        index: (H, W) triangle index; updated.
        gate: what is let in; None = everything.
    """
    keep, written = index is not None, NO_INDEX if index is None else index
    fill_view(camera, flat.solid, first, last, *screen, depth, written, keep, gate)
    cutouts = flat.cutouts_in(first, last)
    if len(cutouts.triangle):
        cutouts = nearest_first(cutouts, flat.corners, screen.nearness)
        fill_cutouts_view(camera, flat.corners, flat.uvs, cutouts, flat.alphas, screen, depth, written, keep, gate)


def visible_triangles(flat: Flat, camera: F4, view: View, scale: int) -> I4:
    """Find the nearest triangle of each sample.

    Args:
        flat: world geometry.
        camera: (V, 3) its vertices as the camera sees them, m.
        view: resolved camera.
        scale: samples per pixel along each axis.

    Returns:
        (H * scale, W * scale) triangle index, -1 where nothing is.
    """
    shape = (view.height * scale, view.width * scale)
    index = np.full(shape, -1, np.int32)
    screen, depth = screen_of(camera, view, scale), np.zeros(shape, np.float32)
    fill_range(flat, camera, screen, 0, flat.outside, depth, index)
    return index
