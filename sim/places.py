"""The points of all lanes, and for every cell of a grid those that are nearest to it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from scenes.compiled import compiled
from scenes.lanes import arc_lengths, point_at
from scenes.types import Floats, RoadNetwork, Scene
from sim.kernels import inner

APART = 2.0  # m between the points of a lane
EDGE = 10.0  # m of a cell; larger on maps with more than CELLS of these
CELLS = 6000
AROUND = 80.0  # m from the middle of a cell within which there are points
MOST = 200  # points of a cell
PLACE = ("x", "y", "cosine", "sine", "half_width", "limit", "present")  # of a point in a view
FARTHEST: float = np.float32(1 / (AROUND + EDGE))  # type: ignore[assignment]
WIDEST: float = np.float32(1 / 5.0)  # type: ignore[assignment]
FASTEST: float = np.float32(1 / 40.0)  # type: ignore[assignment]
X, Y, COSINE, SINE, HALF_WIDTH, LIMIT = range(6)  # columns of `Places.point`


class Places(NamedTuple):
    """Points of the lanes of B scenes; scenes on the same roads share them."""

    point: NDArray[np.float32]  # (L, 6) x, y in m, cosine and sine of the heading, half width in m, limit in m/s
    field: NDArray[np.float32]  # (B, 3) lowest x, y (m) of the grid, and its cells per metre
    shape: NDArray[np.int32]  # (B, 3) columns and rows, and the first cell
    start: NDArray[np.int32]  # (C + 1,) where a cell's points begin in the following
    nearest: NDArray[np.int32]  # (N,) points within AROUND, nearest to the middle of the cell first, at most MOST


def compile_places(scenes: Sequence[Scene]) -> Places:
    """Turn the lanes of scenes into arrays.

    Args:
        scenes: at least one.

    Returns:
        The places.
    """
    known: dict[int, tuple[tuple[float, float, float], tuple[int, int, int]]] = {}
    points: list[Floats] = [np.zeros((1, 6))]
    counts: list[NDArray[np.int32]] = []
    lists: list[NDArray[np.int32]] = []
    total, cells = 1, 0
    for scene in scenes:
        if id(scene.roads) in known:
            continue
        found = lane_points(scene.roads)
        field, columns, rows = grid_over(found)
        count, nearest = nearest_points(found, field[0], field[1], 1.0 / field[2], columns, rows)
        known[id(scene.roads)] = field, (columns, rows, cells)
        points.append(found)
        counts.append(count)
        lists.append(nearest + np.int32(total))
        total += len(found)
        cells += len(count)
    start = np.concatenate([[0], np.cumsum(np.concatenate(counts))])
    return Places(
        np.concatenate(points).astype(np.float32), np.array([known[id(s.roads)][0] for s in scenes], np.float32),
        np.array([known[id(s.roads)][1] for s in scenes], np.int32), start.astype(np.int32), np.concatenate(lists),
    )  # fmt: skip


def lane_points(roads: RoadNetwork) -> Floats:
    """(L, 6) points of all lanes, APART metres from each other; see `Places.point`."""
    lines: list[Floats] = [np.zeros((0, 6))]
    for lane in roads.lanes:
        along = arc_lengths(lane.centre)
        spots = np.array([point_at(lane.centre, along, 0, len(along), s) for s in np.arange(0.0, along[-1], APART)])
        wide = np.full(len(spots), lane.width / 2)
        limit = np.full(len(spots), lane.speed_limit)
        lines.append(np.column_stack([spots[:, :2], np.cos(spots[:, 2]), np.sin(spots[:, 2]), wide, limit]))
    return np.concatenate(lines)


def grid_over(points: Floats) -> tuple[tuple[float, float, float], int, int]:
    """Grid over points and AROUND them: lowest x, y (m), cells per metre; columns; rows."""
    if not len(points):
        return (0.0, 0.0, 1.0 / EDGE), 1, 1
    low, extent = points[:, :2].min(0) - AROUND / 2, np.ptp(points[:, :2], axis=0) + AROUND
    edge = max(EDGE, math.sqrt(float(extent[0] * extent[1]) / CELLS))
    columns, rows = (int(extent[k] / edge) + 1 for k in (0, 1))
    return (float(low[0]), float(low[1]), 1.0 / edge), columns, rows


@compiled()
def nearest_points(points, low_x, low_y, edge, columns, rows):  # type: ignore[no-untyped-def]
    """Points of each cell of a grid: how many, and their numbers, cell by cell; see `Places`."""
    counts = np.zeros(columns * rows, np.int32)
    found = np.empty(columns * rows * min(MOST, len(points)), np.int32)
    near, square, total = np.empty(len(points), np.int32), np.empty(len(points)), 0
    for row in range(rows):
        for column in range(columns):
            x, y, n = low_x + (column + 0.5) * edge, low_y + (row + 0.5) * edge, 0
            for k in range(len(points)):
                dx, dy = points[k, 0] - x, points[k, 1] - y
                if dx * dx + dy * dy < AROUND * AROUND:
                    near[n], square[n] = k, dx * dx + dy * dy
                    n += 1
            order = np.argsort(square[:n], kind="mergesort")
            kept = min(n, MOST)
            counts[row * columns + column] = kept
            for m in range(kept):
                found[total + m] = near[order[m]]
            total += kept
    return counts, found[:total].copy()


@inner
def cell_at(places, p, x, y):  # type: ignore[no-untyped-def]
    """Number of the cell of scene p that a point (m) is in; the nearest one outside of the grid."""
    columns, rows = places.shape[p, 0], places.shape[p, 1]
    i = min(max(int((x - places.field[p, 0]) * places.field[p, 2]), 0), columns - 1)
    j = min(max(int((y - places.field[p, 1]) * places.field[p, 2]), 0), rows - 1)
    return places.shape[p, 2] + j * columns + i


@inner
def see_places(p, e, a, tables, bodies, sight, first, out):  # type: ignore[no-untyped-def]
    """Fill the points of the lanes around an actor, MOST times PLACE, into its view from number `first` on."""
    x, y, c, d = bodies.position[e, a, 0], bodies.position[e, a, 1], sight.cosine[a], sight.sine[a]
    places = tables.places
    cell, k = cell_at(places, p, x, y), first
    for m in range(places.start[cell], places.start[cell + 1]):
        i = places.nearest[m]
        dx, dy = (places.point[i, X] - x) * FARTHEST, (places.point[i, Y] - y) * FARTHEST
        cosine, sine = places.point[i, COSINE], places.point[i, SINE]
        ahead, aside = dx * c + dy * d, dy * c - dx * d
        out[k] = min(max(ahead, np.float32(-1.0)), np.float32(1.0))
        out[k + 1] = min(max(aside, np.float32(-1.0)), np.float32(1.0))
        out[k + 2], out[k + 3] = c * cosine + d * sine, c * sine - d * cosine
        out[k + 4], out[k + 5] = places.point[i, HALF_WIDTH] * WIDEST, places.point[i, LIMIT] * FASTEST
        out[k + 6] = np.float32(1.0)
        k += len(PLACE)
    for rest in range(k, out.shape[0]):
        out[rest] = np.float32(0.0)
