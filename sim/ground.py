"""Where vehicles may drive: polygons of the road, with a grid that answers most questions at once."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from scenes.compiled import compiled
from scenes.kinds import Kind
from scenes.types import Floats, Scene
from sim.kernels import inner, inside, kernel

CELL = 2.0  # m, edge of a cell of the grid
OFF, ON, MIXED = 0, 1, 2  # what a cell is


class Ground(NamedTuple):
    """Roads of B scenes. A scene without road surfaces has no rows: there, everything may be driven on."""

    outline: NDArray[np.float32]  # (Q, 2) world, m, all polygons one after the other
    polygon: NDArray[np.int32]  # (S, 3) first point, number of points, 1 = road, 0 = what lies on it
    box: NDArray[np.float32]  # (S, 4) lowest x, y, highest x, y of each polygon, m
    rows: NDArray[np.int32]  # (B, 2) first polygon and number of polygons
    corner: NDArray[np.float32]  # (B, 2) world, m, of the grid
    shape: NDArray[np.int32]  # (B, 3) cells along x and y, and the first cell
    cells: NDArray[np.int32]  # (N,) OFF, ON, or MIXED and more: the number of its list, x slowest
    first: NDArray[np.int32]  # (M + 1,) where the list of a mixed cell begins in the following
    listed: NDArray[np.int32]  # (T,) polygons whose boxes overlap the cell


def compile_ground(scenes: Sequence[Scene]) -> Ground:
    """Turn the road surfaces of scenes into arrays.

    Args:
        scenes: at least one. Surfaces of other kinds lie on top of a road where they overlap it,
            but for those that are lower than 0.

    Returns:
        The ground.
    """
    outlines, polygons, boxes = [np.zeros((1, 2))], [(0, 0, 0)], [np.zeros(4)]
    rows, corners, shapes, cells, total = [], [], [], [np.zeros(1, np.uint8)], 1
    for scene in scenes:
        roads = [surface for surface in scene.roads.surfaces if surface.kind is Kind.ROAD]
        chosen = [surface for surface in scene.roads.surfaces if surface.z >= 0.0] if roads else []
        rows.append((len(polygons), len(chosen)))
        for surface in chosen:
            polygons.append((total, len(surface.outline), int(surface.kind is Kind.ROAD)))
            boxes.append(np.concatenate([surface.outline.min(0), surface.outline.max(0)]))
            outlines.append(surface.outline)
            total += len(surface.outline)
        low = np.min([road.outline.min(0) for road in roads], axis=0) - CELL if roads else np.zeros(2)
        high = np.max([road.outline.max(0) for road in roads], axis=0) + CELL if roads else np.zeros(2)
        size = np.ceil((high - low) / CELL).astype(int)
        corners.append(low)
        shapes.append((*size, sum(len(part) for part in cells)))
        cells.append(touched([surface.outline for surface in chosen], low, size))
    whole = np.concatenate(cells).astype(np.int32)
    first, listed = list_polygons(whole, np.array(rows), np.array(boxes), np.array(corners), np.array(shapes))
    ground = Ground(
        np.concatenate(outlines).astype(np.float32), np.array(polygons, np.int32), np.array(boxes, np.float32),
        np.array(rows, np.int32), np.array(corners, np.float32), np.array(shapes, np.int32), whole, first, listed,
    )  # fmt: skip
    fill_cells(ground, len(scenes))
    return ground


def list_polygons(
    cells: NDArray[np.int32], rows: NDArray[np.int_], boxes: Floats, corners: Floats, shapes: NDArray[np.int_]
) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Number the mixed cells and list the polygons of each: `Ground.first` and `Ground.listed`."""
    mixed = np.flatnonzero(cells == MIXED)
    cells[mixed] = MIXED + np.arange(len(mixed))
    first = np.zeros(len(mixed) + 1, np.int32)
    visit_cells(cells, rows, boxes, corners, shapes, first[1:], None)  # how long the lists are
    np.cumsum(first, out=first)
    listed = np.zeros(int(first[-1]), np.int32)
    visit_cells(cells, rows, boxes, corners, shapes, first[:-1].copy(), listed)
    return first, listed


@compiled()
def visit_cells(cells, rows, boxes, corners, shapes, place, listed):  # type: ignore[no-untyped-def]
    """Count the polygons of each mixed cell, or list them.

    Args:
        cells: (N,), mixed ones numbered.
        rows: (B, 2) first polygon and number of polygons of each scene.
        boxes: (S, 4) m, of the polygons.
        corners: (B, 2) m, of the grids.
        shapes: (B, 3) as in `Ground`.
        place: (M,) of each mixed cell, counted up for each of its polygons: where the next one is put.
        listed: (T,) to be written; None only counts.
    """
    for b in range(len(rows)):
        columns, high, base = shapes[b]
        for k in range(rows[b, 0], rows[b, 0] + rows[b, 1]):
            left, low = (boxes[k, 0] - corners[b, 0]) / CELL - 0.1, (boxes[k, 1] - corners[b, 1]) / CELL - 0.1
            right, top = (boxes[k, 2] - corners[b, 0]) / CELL + 0.1, (boxes[k, 3] - corners[b, 1]) / CELL + 0.1
            for i in range(max(math.floor(left), 0), min(math.floor(right) + 1, columns)):
                for j in range(max(math.floor(low), 0), min(math.floor(top) + 1, high)):
                    cell = cells[base + i * high + j] - MIXED
                    if cell >= 0:
                        if listed is not None:
                            listed[place[cell]] = k
                        place[cell] += 1


def touched(
    outlines: Sequence[NDArray[np.float64]], low: NDArray[np.float64], size: NDArray[np.int_]
) -> NDArray[np.uint8]:
    """Cells that an edge of a polygon comes near, as MIXED; (N,), x slowest."""
    cells = np.zeros((int(size[0]), int(size[1])), np.uint8)
    if not outlines:
        return cells.ravel()
    ends = np.cumsum([len(outline) for outline in outlines])
    mark_edges(np.concatenate(outlines), ends, low, cells)
    return cells.ravel()


@compiled()
def mark_edges(corners, ends, low, cells):  # type: ignore[no-untyped-def]
    """Mark the cells that an edge of a polygon comes near as MIXED.

    Args:
        corners: (Q, 2) m, of all polygons.
        ends: (S,) where the corners of each polygon end.
        low: (2,) m, corner of the grid.
        cells: (I, J), to be written.
    """
    margin = 0.2 * CELL
    for k in range(len(ends)):
        first = ends[k - 1] if k else 0
        for i in range(first, ends[k]):
            j = i + 1 if i + 1 < ends[k] else first
            dx, dy = corners[j, 0] - corners[i, 0], corners[j, 1] - corners[i, 1]
            count = 2 + int(math.hypot(dx, dy) / margin)
            for n in range(count):
                share = n / (count - 1)
                x, y = corners[i, 0] + dx * share - low[0], corners[i, 1] + dy * share - low[1]
                for a in (x - margin, x + margin):
                    for b in (y - margin, y + margin):
                        column, row = math.floor(a / CELL), math.floor(b / CELL)
                        if 0 <= column < cells.shape[0] and 0 <= row < cells.shape[1]:
                            cells[column, row] = MIXED


@compiled()
def fill_cells(ground, scenes):  # type: ignore[no-untyped-def]
    """Mark the cells that no edge comes near as ON or OFF, in place."""
    for b in range(scenes):
        for i in range(ground.shape[b, 0]):
            for j in range(ground.shape[b, 1]):
                k = ground.shape[b, 2] + i * ground.shape[b, 1] + j
                if ground.cells[k] >= MIXED:
                    continue
                if j > 0 and ground.cells[k - 1] < MIXED:
                    ground.cells[k] = ground.cells[k - 1]  # no edge lies between two that are not mixed
                else:
                    x, y = ground.corner[b, 0] + (i + 0.5) * CELL, ground.corner[b, 1] + (j + 0.5) * CELL
                    ground.cells[k] = ON if on_polygons(ground, b, x, y) else OFF


@inner
def covers(ground, k, x, y):  # type: ignore[no-untyped-def]
    """Whether polygon k lies below a point."""
    if x < ground.box[k, 0] or y < ground.box[k, 1] or x > ground.box[k, 2] or y > ground.box[k, 3]:
        return False
    return inside(x, y, ground.outline, ground.polygon[k, 0], ground.polygon[k, 1])


@kernel
def on_polygons(ground, b, x, y):  # type: ignore[no-untyped-def]
    """Whether a point lies on a road polygon of scene b and under no other surface."""
    found = False
    for k in range(ground.rows[b, 0], ground.rows[b, 0] + ground.rows[b, 1]):
        if covers(ground, k, x, y):
            if ground.polygon[k, 2] == 0:
                return False
            found = True
    return found


@inner
def on_listed(ground, cell, x, y):  # type: ignore[no-untyped-def]
    """The same as `on_polygons` for a point in a mixed cell, by the polygons of its list."""
    found = False
    for m in range(ground.first[cell - MIXED], ground.first[cell - MIXED + 1]):
        k = ground.listed[m]
        if covers(ground, k, x, y):
            if ground.polygon[k, 2] == 0:
                return False
            found = True
    return found


@kernel
def on_road(ground, b, x, y):  # type: ignore[no-untyped-def]
    """Whether a point (m) lies on the road of scene b; always where a scene has no road surfaces."""
    if ground.rows[b, 1] == 0:
        return True
    i = int(np.floor((x - ground.corner[b, 0]) * np.float32(1.0 / CELL)))
    j = int(np.floor((y - ground.corner[b, 1]) * np.float32(1.0 / CELL)))
    if i < 0 or j < 0 or i >= ground.shape[b, 0] or j >= ground.shape[b, 1]:
        return False
    cell = ground.cells[ground.shape[b, 2] + i * ground.shape[b, 1] + j]
    return cell == ON or (cell >= MIXED and on_listed(ground, cell, x, y))
