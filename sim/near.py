"""Who is near whom: a grid over each world, sorted by cells, and for every actor the others within REACH.

Cells are at least REACH wide, so that an actor's others lie in nine of them, three runs of the sorted order; where a
map is large for few actors cells are larger, so that there are about as many cells as actors. The cost is that of a
counting sort (Green 2010, Particle Simulation using CUDA): it grows with the actors and with those near each other.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.kernels import inner, kernel
from sim.world import F4, I4

PLANES = 32  # half planes of one person in `Near.plane`
REACH: float = np.float32(60.0)  # type: ignore[assignment]  # m, how far others are seen; single precision in kernels


class Near(NamedTuple):
    """Room for one world at a time, used again and again; filled by `find_near`."""

    start: I4  # (C + 1,) where cells begin in the sorted order
    column: I4  # (A,) of the cell of an actor
    row: I4  # (A,) -1 where an actor is not alive
    order: I4  # (A,) actors, cell by cell
    x: F4  # (A,) m, in that order
    y: F4  # (A,) m
    first: NDArray[np.uint64]  # (A + 1,) where the others of an actor begin in the following
    other: I4  # (A * A,) actors within REACH
    square: F4  # (A * A,) m2, squares of their distances
    chosen: I4  # (A,) while the nearest of them are chosen: who
    far: F4  # (A,) and how far they are, m2
    plane: F4  # (2 PLANES, 4) half planes of `sim.orca`


def empty_near(cells: I4, actors: int) -> Near:
    """Room for any of the worlds of some tables.

    Args:
        cells: `Tables.cells`.
        actors: A.
    """
    most = int(cells.prod(1).max())
    return Near(
        start=np.zeros(most + 1, np.int32), column=np.zeros(actors, np.int32), row=np.zeros(actors, np.int32),
        order=np.zeros(actors, np.int32), x=np.zeros(actors, np.float32), y=np.zeros(actors, np.float32),
        first=np.zeros(actors + 1, np.uint64), other=np.zeros(actors * actors, np.int32),
        square=np.zeros(actors * actors, np.float32), chosen=np.zeros(actors + 1, np.int32),
        far=np.zeros(actors + 1, np.float32), plane=np.zeros((2 * PLANES, 4), np.float32),
    )  # fmt: skip


def lay_cells(spots: NDArray[np.floating], actors: int) -> tuple[tuple[float, float, float], tuple[int, int]]:
    """The grid over the places that actors come to.

    Args:
        spots: (N, 2) m. Who leaves their bounding box counts as in the nearest cell.
        actors: number of them.

    Returns:
        Lowest x and y (m), and cells per metre; columns and rows.
    """
    low, extent = spots.min(0), np.maximum(np.ptp(spots, axis=0), 1.0)
    edge = max(float(REACH), math.sqrt(float(extent[0] * extent[1]) / max(actors, 1)))
    columns, rows = (int(extent[k] / edge) + 1 for k in (0, 1))
    return (float(low[0]), float(low[1]), 1.0 / edge), (columns, rows)


@kernel
def find_near(p, e, tables, bodies, near):  # type: ignore[no-untyped-def]
    """Find for every actor of a world the others within REACH.

    Args:
        p: scene.
        e: row of the bodies.
        tables: `Tables`.
        bodies: `Bodies`.
        near: to be filled.
    """
    columns, rows, actors = tables.cells[p, 0], tables.cells[p, 1], tables.exists.shape[1]
    sort_cells(p, e, columns, rows, tables, bodies, near)
    n, most = np.uint64(0), REACH * REACH
    for a in range(actors):
        near.first[a] = n
        if near.row[a] < 0:
            continue
        x, y = bodies.position[e, a, 0], bodies.position[e, a, 1]
        left, right = max(near.column[a] - 1, 0), min(near.column[a] + 1, columns - 1)
        for row in range(max(near.row[a] - 1, 0), min(near.row[a] + 2, rows)):
            low, high = near.start[row * columns + left], near.start[row * columns + right + 1]
            for k in range(np.uint64(low), np.uint64(high)):  # without a sign: no test for places from the end
                dx, dy, j = near.x[k] - x, near.y[k] - y, near.order[k]
                square = dx * dx + dy * dy
                near.other[n], near.square[n] = j, square  # the next one takes its place unless it counts
                n += np.uint64((square < most) & (j != a))
    near.first[actors] = n


@inner
def sort_cells(p, e, columns, rows, tables, bodies, near):  # type: ignore[no-untyped-def]
    """Counting sort of the living actors of a world by cells; see `find_near`."""
    start, actors = near.start, tables.exists.shape[1]
    low_x, low_y, per = tables.field[p, 0], tables.field[p, 1], tables.field[p, 2]
    for c in range(columns * rows + 1):
        start[c] = 0
    for a in range(actors):
        near.row[a] = -1
        if bodies.alive[e, a]:
            near.column[a] = min(max(int((bodies.position[e, a, 0] - low_x) * per), 0), columns - 1)
            near.row[a] = min(max(int((bodies.position[e, a, 1] - low_y) * per), 0), rows - 1)
            start[near.row[a] * columns + near.column[a]] += 1
    for c in range(columns * rows):
        start[c + 1] += start[c]
    for a in range(actors - 1, -1, -1):
        if near.row[a] >= 0:
            c = near.row[a] * columns + near.column[a]
            start[c] -= 1
            near.order[start[c]], near.x[start[c]], near.y[start[c]] = (
                a, bodies.position[e, a, 0], bodies.position[e, a, 1],
            )  # fmt: skip


@inner
def choose(n, most, j, square, near):  # type: ignore[no-untyped-def]
    """Put an actor at its place among the chosen ones, nearest first.

    Args:
        n: how many are chosen; unsigned, as loops over actors are fastest.
        most: how many may be; the farthest one goes.
        j: actor.
        square: of its distance, m2.
        near: whose `chosen` and `far` have room for `most` + 1.

    Returns:
        How many there are now.
    """
    k = n
    while k > np.uint64(0) and near.far[k - np.uint64(1)] > square:
        near.chosen[k], near.far[k] = near.chosen[k - np.uint64(1)], near.far[k - np.uint64(1)]
        k -= np.uint64(1)
    near.chosen[k], near.far[k] = j, square
    return min(n + np.uint64(1), most)
