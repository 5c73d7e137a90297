"""The outer skin of a body in one closed sheet: what coarse levels of detail are made from.

Drawings of many thin layers let what lies below show through when they are thinned out. Here a grid of rays from an
axis along the vehicle, fanned out at its ends, takes the outermost points, and for each cell the material that shows
most.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from renderers.mesh import box, grid_triangles
from renderers.packs.levels import Array, Ints, Piece
from renderers.packs.vehicles_split import LAMP_ROLES, Chosen, Part

ROWS, COLUMNS = 72, 48  # cells along and around
FAN = 14  # rows of each end
SPACING = 0.02  # m between the points that are looked at
AXIS = 0.5  # height of the axis as a share of the vehicle's
OUTSIDE = 1.015  # times half the width: mirrors begin there
GLOWING = 0.3  # share of a cell from which on a lamp shows


def skinned(body: Sequence[Part], width: float) -> list[Part]:
    """One closed sheet, parted by material, and a box for each mirror.

    Args:
        body: what is seen of a vehicle, m.
        width: without mirrors, m.

    Returns:
        Parts; lenses and panes keep their texture places.
    """
    points, owner = _sampled(body)
    uvs = np.concatenate([_spread(one.piece.uvs, one.piece.uv_corners, one.piece) for one in body])
    beside = np.abs(points[:, 1]) > OUTSIDE * width / 2
    mirrors = _mirrors(body, points[beside], owner[beside])
    points, owner, uvs = points[~beside], owner[~beside], uvs[~beside]
    reach, height = float(np.abs(points[:, 0]).max()), float(points[:, 2].max())
    middle, end = AXIS * height, reach - 0.5 * height
    row, column, radius = _cells(points, middle, end)
    cell = row * COLUMNS + column
    far = np.full(ROWS * COLUMNS, -1.0)
    np.maximum.at(far, cell, radius)
    outer = radius > far[cell] - 0.03
    votes = np.zeros((ROWS * COLUMNS, len(body)))
    np.add.at(votes, (cell[outer], owner[outer]), 1.0)
    lit = np.array([one.role in LAMP_ROLES for one in body])
    share = votes / np.maximum(votes.sum(1, keepdims=True), 1.0)
    votes += np.where(lit & (share > GLOWING), 1e6, 0.0)
    labels = _filled_labels(votes, far.reshape(ROWS, COLUMNS) > 0)
    sheet = _sheet(_filled(far.reshape(ROWS, COLUMNS)), middle, end)
    order = np.argsort(radius, kind="stable")
    sheet[cell[order]] = points[order]  # the outermost point of each cell comes last
    triangles = grid_triangles(ROWS, COLUMNS, closed=True)[:, ::-1].astype(np.int64)
    # both halves of a cell take its material
    worn = np.tile(labels[: ROWS - 1].reshape(-1), 2)
    return _parted(body, sheet, triangles, worn, (points, owner, uvs)) + mirrors


def _sampled(body: Sequence[Part]) -> tuple[Array, Ints]:
    """(N, 3) points of all surfaces and the part that each belongs to."""
    spots = [_spread(one.piece.points, one.piece.corners, one.piece) for one in body]
    return np.concatenate(spots), np.repeat(np.arange(len(body)), [len(one) for one in spots])


def _spread(values: Array, corners: Ints, piece: Piece) -> Array:
    """Values between the corners of the triangles of a piece, at places SPACING apart."""
    corner = piece.points[piece.corners]
    size = np.linalg.norm(corner - np.roll(corner, 1, axis=1), axis=2).max(1)
    steps = np.clip(np.ceil(size / SPACING), 1, 100).astype(int)
    found = []
    for step in np.unique(steps):
        a, b = np.meshgrid(np.arange(step + 1), np.arange(step + 1), indexing="ij")
        inside = a + b <= step
        shares = np.stack([a[inside], b[inside], step - a[inside] - b[inside]], -1) / step
        found.append(np.einsum("sk,tkd->tsd", shares, values[corners[steps == step]]).reshape(-1, values.shape[1]))
    return np.concatenate(found)


def _cells(points: Array, middle: float, end: float) -> tuple[Ints, Ints, Array]:
    """Row and column of each point in the grid of rays, and its distance (m) from the axis."""
    ahead = np.clip(points[:, 0], -end, end)
    off = points - np.column_stack([ahead, np.zeros(len(points)), np.full(len(points), middle)])
    radius = np.linalg.norm(off, axis=1)
    tilt = np.arcsin(np.clip(off[:, 0] / np.maximum(radius, 1e-9), -1.0, 1.0))
    rows = ROWS - 2 * FAN
    along = np.where(
        np.abs(points[:, 0]) <= end,
        FAN + (ahead + end) / (2 * end) * rows,
        np.where(tilt < 0, FAN + tilt / (math.pi / 2) * FAN, ROWS - FAN + tilt / (math.pi / 2) * FAN),
    )
    around = (np.arctan2(off[:, 2], off[:, 1]) / (2 * math.pi) % 1.0) * COLUMNS
    row = np.clip(along.astype(np.int64), 0, ROWS - 1)
    return row, np.clip(around.astype(np.int64), 0, COLUMNS - 1), radius


def _filled(far: Array) -> Array:
    """Radii where no point was, from their neighbours around and along."""
    full = far.copy()
    places = np.arange(3 * COLUMNS)
    for k, ring in enumerate(far):
        known = ring > 0
        if known.any():
            full[k] = np.interp(places, places[np.tile(known, 3)], np.tile(ring[known], 3))[COLUMNS : 2 * COLUMNS]
    there = (far > 0).any(1)
    for bare in np.flatnonzero(~there):
        full[bare] = full[np.flatnonzero(there)[np.abs(np.flatnonzero(there) - bare).argmin()]]
    return full


def _filled_labels(votes: Array, known: Chosen) -> Ints:
    """(ROWS, COLUMNS) part of each cell; cells without points take that of the cell beside them in their row."""
    best = votes.argmax(1).reshape(ROWS, COLUMNS)
    for k in range(ROWS):
        own = np.flatnonzero(known[k])
        if len(own):
            away = np.abs(np.arange(COLUMNS)[:, None] - own[None])
            best[k] = best[k, own[np.minimum(away, COLUMNS - away).argmin(1)]]
    return np.asarray(best)


def _sheet(radius: Array, middle: float, end: float) -> Array:
    """(ROWS * COLUMNS, 3) points of the sheet, at the middles of the cells."""
    rows = ROWS - 2 * FAN
    k = np.arange(ROWS) + 0.5
    tilt = np.where(k < FAN, (k - FAN) / FAN, np.where(k > ROWS - FAN, (k - ROWS + FAN) / FAN, 0.0)) * math.pi / 2
    tilt[0], tilt[-1] = -math.pi / 2, math.pi / 2
    ahead = np.clip((k - FAN) / rows * 2 * end - end, -end, end)
    angle = (np.arange(COLUMNS) + 0.5) / COLUMNS * 2 * math.pi
    across = np.cos(tilt)[:, None] * radius
    x = ahead[:, None] + np.sin(tilt)[:, None] * radius
    points = np.stack([x, across * np.cos(angle), middle + across * np.sin(angle)], -1).reshape(-1, 3)
    return np.asarray(points)


def _parted(
    body: Sequence[Part], sheet: Array, triangles: Ints, worn: Ints, samples: tuple[Array, Ints, Array]
) -> list[Part]:
    """The sheet parted by material, with the texture places of the nearest points of each."""
    from scipy.spatial import cKDTree

    points, owner, uvs = samples
    found = []
    for number in np.unique(worn):
        chosen = triangles[worn == number]
        own = owner == number
        used, corners = np.unique(chosen, return_inverse=True)
        nearest = cKDTree(points[own]).query(sheet[used])[1]
        corners = corners.reshape(-1, 3)
        found.append(replace(body[number], piece=Piece(sheet[used], corners, uvs[own][nearest], corners)))
    return found


def _mirrors(body: Sequence[Part], points: Array, owner: Ints) -> list[Part]:
    """A box around what stands out on either side."""
    found = []
    for sign in (1.0, -1.0):
        own = points[:, 1] * sign > 0
        if not own.any():
            continue
        low, high = points[own].min(0), points[own].max(0)
        part = body[int(np.bincount(owner[own]).argmax())]
        mesh = box((high - low).tolist(), ((high + low) / 2).tolist(), part.material)
        corners = mesh.triangles.astype(np.int64)
        uvs = np.zeros((len(mesh.positions), 2))
        found.append(replace(part, piece=Piece(mesh.positions.astype(np.float64), corners, uvs, corners)))
    return found
