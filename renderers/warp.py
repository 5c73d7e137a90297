"""Pictures behind lenses: pinhole pictures are drawn and sampled, colours filtered, labels at the nearest pixel."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
from numpy.typing import NDArray

from renderers.frame import Flow, Frame, View
from renderers.raster import Drawn, Part, Renderer
from renderers.stage import Stage
from renderers.tiles import FINE, Tile, tiles_of
from scenes.kinds import Kind


def draw_behind_lens(renderer: Renderer, stage: Stage, view: View) -> Drawn:
    """Draw one picture with its maps through the lens of a view.

    Args:
        renderer: draws pinhole pictures.
        stage: meshes, light, time.
        view: resolved camera.

    Returns:
        The picture; where the lens sees nothing it is black and unlabelled, as far as the sky. Without a lens it is
        what the renderer draws.
    """
    if view.lens.straight:
        return renderer.draw(stage, view)
    tiles = tiles_of(view)
    drawn = [renderer.draw(stage, tile.view_of(view)) for tile in tiles]
    shape = (view.height, view.width)
    frame = Frame(
        np.zeros((*shape, 3), np.float32), np.full(shape, np.inf, np.float32),
        np.full(shape, Kind.UNLABELLED, np.uint8), np.zeros(shape, np.uint16), np.zeros((*shape, 3), np.float32),
        view, stage.time,
    )  # fmt: skip
    for tile, source in zip(tiles, drawn, strict=True):
        paste(tile, source.frame, frame)
    parts = tuple(Part(source, tile.area, tile.nearest) for tile, source in zip(tiles, drawn, strict=True))
    return Drawn(frame, drawn[0].flat, drawn[0].triangles, parts)


def paste(tile: Tile, source: Frame, frame: Frame) -> None:
    """Sample a pinhole picture of a tile into the picture."""
    x0, y0, x1, y1 = tile.area
    inside = tile.nearest >= 0
    fine = cv2.remap(source.rgb, tile.columns, tile.rows, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    colour = fine.reshape(y1 - y0, FINE, x1 - x0, FINE, 3).mean((1, 3), dtype=np.float32)
    frame.rgb[y0:y1, x0:x1] = np.where(inside[..., None], colour, np.float32(0.0))
    for name in ("semantic", "instance"):
        getattr(frame, name)[y0:y1, x0:x1][inside] = getattr(source, name).reshape(-1)[tile.nearest[inside]]
    frame.normal[y0:y1, x0:x1][inside] = source.normal.reshape(-1, 3)[tile.nearest[inside]]
    frame.depth[y0:y1, x0:x1][inside] = depth_of(tile, source)


def depth_of(tile: Tile, source: Frame) -> NDArray[np.float32]:
    """(N,) depth before the picture's camera of the pixels that the lens sees, m.

    A pixel's ray passes beside the middle of the nearest pixel of the pinhole picture, and meets the plane that touches
    the surface there.
    """
    inside = tile.nearest >= 0
    row, column = np.divmod(tile.nearest[inside], tile.width)
    normal = source.normal.reshape(-1, 3)[tile.nearest[inside]] @ source.view.camera_from_world[:3, :3].T
    there = np.stack([column + 0.5 - tile.width / 2, row + 0.5 - tile.height / 2], -1) / tile.focal
    before, here = ((normal[:, :2] * spot).sum(1) + normal[:, 2] for spot in (there, tile.plane[inside]))
    known = np.abs(here) > 1e-6
    ratio = np.where(known, before / np.where(known, here, 1.0), 1.0)
    depth = source.depth.reshape(-1)[tile.nearest[inside]] * np.clip(ratio, 0.5, 2.0)
    return np.asarray(depth * tile.axial[inside], np.float32)


def flow_behind_lens(
    drawn: Drawn, other: Drawn, between: Callable[[Drawn, Frame], Flow]
) -> Flow:  # fmt: skip
    """Optical flow between two pictures of one camera.

    Args:
        drawn: the picture.
        other: the other picture.
        between: flow between two pinhole pictures of one camera.

    Returns:
        The flow, along the lens. What moves from one tile to another is known, but not told to be seen.
    """
    if not drawn.parts:
        return between(drawn, other.frame)
    view = drawn.frame.view
    vectors = np.full((view.height, view.width, 2), np.nan, np.float32)
    seen = np.zeros((view.height, view.width), np.bool_)
    for tile, part, there in zip(tiles_of(view), drawn.parts, other.parts, strict=True):
        flow = between(part.drawn, there.drawn.frame)
        x0, y0, x1, y1 = tile.area
        inside = tile.nearest >= 0
        place = tile.nearest[inside]
        row, column = np.divmod(place, tile.width)
        start = np.stack([column + 0.5, row + 0.5], -1)
        moves = flow.vectors.reshape(-1, 2)[place].astype(np.float64)
        known = np.isfinite(moves[:, 0])
        end = start + np.where(known[:, None], moves, 0.0)
        here, then = (_in_picture(tile, spots, view) for spots in (start, end))
        found = np.where(known[:, None], then - here, np.nan).astype(np.float32)
        vectors[y0:y1, x0:x1][inside] = found
        rows, columns = np.nonzero(inside)
        target = np.stack([columns + x0 + 0.5, rows + y0 + 0.5], -1) + np.nan_to_num(found, nan=1e9)
        within = ((target >= 0.0) & (target < (view.width, view.height))).all(1)
        seen[y0:y1, x0:x1][inside] = flow.seen.reshape(-1)[place] & within
    return Flow(vectors, seen)


def _in_picture(tile: Tile, spots: NDArray[np.float64], view: View) -> NDArray[np.float64]:
    """Places (N, 2) of a tile's pinhole picture, px, in the picture, px."""
    plane = (spots - np.array([tile.width, tile.height]) / 2) / tile.focal
    rays = np.concatenate([plane, np.ones((len(plane), 1))], 1)
    return view.pixels_of(rays @ tile.turn)
