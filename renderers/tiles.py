"""How a picture behind a lens is put together from pinhole pictures: tiles, each with a camera of its own."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from renderers.frame import View
from scenes.lenses import Lens

WIDEST = math.radians(124.0)  # of a tile; wider pictures are cut into several
SHARP = 1.25  # pixels of a tile for each pixel of the picture, where the lens shows things largest
MARGIN = 3  # px around what a tile needs
FINE = 2  # samples of a pixel along each axis

F4 = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Tile:
    """A rectangle of a picture, and the pinhole camera that draws it."""

    area: tuple[int, int, int, int]  # x0, y0, x1, y1 in px of the picture
    width: int  # px, of the pinhole picture
    height: int  # px
    focal: float  # px
    turn: NDArray[np.float64]  # (3, 3) tile_from_camera
    columns: F4  # (FINE h, FINE w) where samples of the pixels lie in the pinhole picture, px, pixel centres
    rows: F4  # (FINE h, FINE w)
    nearest: NDArray[np.int32]  # (h, w) pixel of the pinhole picture, row by row; -1 where the lens sees nothing
    plane: F4  # (h, w, 2) where the pixels' rays meet the tile's image plane of focal length 1
    axial: F4  # (h, w) depth before the picture's camera for each metre before the tile's

    def view_of(self, view: View) -> View:
        """The pinhole camera of the tile."""
        pose = view.camera_from_world.copy()
        pose[:3] = self.turn @ pose[:3]
        return View(self.width, self.height, self.focal, pose)


def tiles_of(view: View) -> tuple[Tile, ...]:
    """The tiles of a view, left to right and top to bottom; together they cover the picture."""
    return _tiles(view.width, view.height, view.focal, view.lens)


@lru_cache(maxsize=8)
def _tiles(width: int, height: int, focal: float, lens: Lens) -> tuple[Tile, ...]:
    view = View(width, height, focal, np.eye(4), lens)
    across, down = (math.ceil(2 * math.atan(tangent) / WIDEST) for tangent in view.spread)
    xs = [round(width * k / across) for k in range(across + 1)]
    ys = [round(height * k / down) for k in range(down + 1)]
    areas = [(xs[i], ys[j], xs[i + 1], ys[j + 1]) for j in range(down) for i in range(across)]
    return tuple(_tile(view, area) for area in areas)


def _tile(view: View, area: tuple[int, int, int, int]) -> Tile:
    x0, y0, x1, y1 = area
    wide, high = x1 - x0, y1 - y0
    alone = (wide, high) == (view.width, view.height)
    ahead = np.array([0.0, 0.0, 1.0]) if alone else view.rays_of(np.array([[(x0 + x1) / 2, (y0 + y1) / 2]]))[0][0]
    turn = looking(ahead)
    whole, middle = _rays(view, area, 1)
    fine, inside = _rays(view, area, FINE)
    plane = np.where(inside[..., None], fine @ turn.T, (0.0, 0.0, 1.0))
    plane = plane[..., :2] / plane[..., 2:]
    steps = [np.hypot(*np.moveaxis(np.diff(plane, axis=k), -1, 0)) for k in (0, 1)]
    both = (inside[1:] & inside[:-1], inside[:, 1:] & inside[:, :-1])
    step = FINE * min(float(step[mask].min(initial=1.0)) for step, mask in zip(steps, both, strict=True))
    focal = SHARP / step
    reach = np.abs(plane[inside]).max(0, initial=0.0) * focal
    size = 2 * (np.ceil(reach).astype(int) + MARGIN)
    spots = plane * focal + size / 2 - 0.5
    rays = np.where(middle[..., None], whole @ turn.T, (0.0, 0.0, 1.0))
    flat = rays[..., :2] / rays[..., 2:]
    column, row = np.clip(np.floor(flat * focal + size / 2), 0, size - 1).astype(np.int64).transpose(2, 0, 1)
    return Tile(
        area, int(size[0]), int(size[1]), focal, turn, spots[..., 0].astype(np.float32),
        spots[..., 1].astype(np.float32), np.where(middle, row * size[0] + column, -1).astype(np.int32),
        flat.astype(np.float32), (1.0 / rays[..., 2]).astype(np.float32),
    )  # fmt: skip


def _rays(view: View, area: tuple[int, int, int, int], fine: int) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Directions (h, w, 3) of a grid of samples, `fine` a pixel, and (h, w) whether the lens sees there."""
    x0, y0, x1, y1 = area
    x = x0 + (np.arange((x1 - x0) * fine) + 0.5) / fine
    y = y0 + (np.arange((y1 - y0) * fine) + 0.5) / fine
    grid = np.stack(np.meshgrid(x, y), -1)
    rays, inside = view.rays_of(grid.reshape(-1, 2))
    return rays.reshape(*grid.shape[:2], 3), inside.reshape(grid.shape[:2])


def looking(ahead: NDArray[np.float64]) -> NDArray[np.float64]:
    """(3, 3) rotation from a camera's frame to that of one which looks along `ahead`, its x axis level in the first."""
    forward = ahead / np.linalg.norm(ahead)
    right = np.cross([0.0, 1.0, 0.0], forward)
    right /= np.linalg.norm(right)
    return np.stack([right, np.cross(forward, right), forward])
