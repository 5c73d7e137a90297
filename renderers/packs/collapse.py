"""Fewer triangles for bodies of several surfaces: their common edges stay closed, their outlines stay straight.

Edges are collapsed onto one of their ends in the order of quadric errors (Garland and Heckbert 1997), so that what is
left are points of the source, with its texture places.
"""

from __future__ import annotations

import heapq
from collections.abc import Sequence

import numpy as np

from renderers.packs.levels import Array, Ints, Piece

WELD = 3  # decimals of a metre at which points of different surfaces become one
BORDER = 30.0  # weight of what surfaces end at, beside that of the faces
FLIP = 0.25  # cosine that a face's turn may not fall below
SHORT = 1e-7  # cost of a collapse's length: prefers short ones on plain sheets


def collapsed(pieces: Sequence[Piece], count: int, weights: Sequence[float]) -> list[Piece]:
    """Leave about `count` triangles of several surfaces together.

    Args:
        pieces: the surfaces, m.
        count: triangles; as many more remain as their outlines need.
        weights: of the errors of each surface.

    Returns:
        The surfaces with fewer triangles, in the same order; one may be empty.
    """
    points, corners, labels, uv_corners = _welded(pieces)
    errors = _quadrics(points, corners, labels, uv_corners, np.array(weights)[labels])
    body = _Body(points, corners, labels, uv_corners, errors)
    body.reduce(count)
    kept = np.array([k for k, face in enumerate(body.faces) if face is not None], np.int64)
    left = np.array([body.faces[k] for k in kept], np.int64).reshape(-1, 3)
    places = np.array([body.uvs[k] for k in kept], np.int64).reshape(-1, 3)
    offsets = np.cumsum([0, *(len(one.uvs) for one in pieces)])
    found = []
    for number, piece in enumerate(pieces):
        own = labels[kept] == number
        found.append(Piece(points, left[own], piece.uvs, places[own] - offsets[number]))
    return found


def _welded(pieces: Sequence[Piece]) -> tuple[Array, Ints, Ints, Ints]:
    """Points (V, 3) of all pieces, (T, 3) triangles, (T,) their pieces, (T, 3) texture places, counted through."""
    offsets = np.cumsum([0, *(len(one.points) for one in pieces)])
    uv_offsets = np.cumsum([0, *(len(one.uvs) for one in pieces)])
    every = np.concatenate([one.points for one in pieces])
    corners = np.concatenate([one.corners + offset for one, offset in zip(pieces, offsets[:-1], strict=True)])
    uvs = np.concatenate([one.uv_corners + offset for one, offset in zip(pieces, uv_offsets[:-1], strict=True)])
    labels = np.repeat(np.arange(len(pieces)), [len(one.corners) for one in pieces])
    _, first, index = np.unique(np.round(every, WELD), axis=0, return_index=True, return_inverse=True)
    corners = index.reshape(-1)[corners]
    whole = (corners != np.roll(corners, 1, axis=1)).all(1)
    return every[first], corners[whole], labels[whole], uvs[whole]


class _Body:
    """Faces while edges are collapsed."""

    def __init__(self, points: Array, corners: Ints, labels: Ints, uv_corners: Ints, errors: Array) -> None:
        self.points: list[tuple[float, float, float]] = [(float(x), float(y), float(z)) for x, y, z in points]
        self.faces: list[list[int] | None] = corners.tolist()
        self.uvs: list[list[int]] = uv_corners.tolist()
        self.labels: list[int] = labels.tolist()
        self.around: list[set[int]] = [set() for _ in self.points]
        for number, face in enumerate(corners.tolist()):
            for point in face:
                self.around[point].add(number)
        self.errors: list[list[float]] = errors.tolist()
        self.stamps = [0] * len(self.points)

    def reduce(self, count: int) -> None:
        """Collapse the cheapest edges until `count` faces are left."""
        left = len(self.faces)
        edges = {(a, b) for face in self.faces if face for a in face for b in face if a != b}
        heap = [self._entry(a, b) for a, b in edges]
        heapq.heapify(heap)
        while heap and left > count:
            _, a, b, first, second = heapq.heappop(heap)
            if self.stamps[a] != first or self.stamps[b] != second or not self._may(a, b):
                continue
            left -= self._collapse(a, b)
            near = {point for number in self.around[b] for point in self.faces[number] or ()} - {b}
            for point in near:
                heapq.heappush(heap, self._entry(b, point))
                heapq.heappush(heap, self._entry(point, b))

    def _entry(self, a: int, b: int) -> tuple[float, int, int, int, int]:
        """A collapse of point a onto point b with its cost."""
        x, y, z = self.points[b]
        xx, xy, xz, xd, yy, yz, yd, zz, zd, dd = (
            one + other for one, other in zip(self.errors[a], self.errors[b], strict=True)
        )
        cost = xx * x * x + yy * y * y + zz * z * z + dd
        cost += 2.0 * (xy * x * y + xz * x * z + yz * y * z + xd * x + yd * y + zd * z)
        p, q, r = self.points[a]
        cost = max(cost, 0.0) + SHORT * ((p - x) ** 2 + (q - y) ** 2 + (r - z) ** 2)
        return cost, a, b, self.stamps[a], self.stamps[b]

    def _may(self, a: int, b: int) -> bool:
        """Whether the surface stays whole, and no face is turned over."""
        shared = self.around[a] & self.around[b]
        if not shared:
            return False
        neighbours = [{point for n in self.around[one] for point in self.faces[n] or ()} for one in (a, b)]
        if len((neighbours[0] & neighbours[1]) - {a, b}) > len(shared):
            return False
        for number in self.around[a] - shared:
            face = self.faces[number] or []
            before = _normal([self.points[point] for point in face])
            after = _normal([self.points[b if point == a else point] for point in face])
            size = (sum(v * v for v in before) * sum(v * v for v in after)) ** 0.5
            if sum(v * w for v, w in zip(before, after, strict=True)) < FLIP * size or size < 1e-18:
                return False
        return True

    def _collapse(self, a: int, b: int) -> int:
        """Move point a onto point b; how many faces that takes away."""
        shared = self.around[a] & self.around[b]
        places = {}
        for number in shared:
            face = self.faces[number] or []
            places[self.labels[number]] = self.uvs[number][face.index(b)]
            for point in face:
                self.around[point].discard(number)
            self.faces[number] = None
        for number in self.around[a]:
            face = self.faces[number] or []
            corner = face.index(a)
            face[corner] = b
            self.uvs[number][corner] = places.get(self.labels[number], self.uvs[number][corner])
            self.around[b].add(number)
        self.around[a] = set()
        self.errors[b] = [one + other for one, other in zip(self.errors[a], self.errors[b], strict=True)]
        self.stamps[a] += 1
        self.stamps[b] += 1
        return len(shared)


def _normal(corner: list[tuple[float, float, float]]) -> tuple[float, float, float]:
    """Twice the area of a triangle along its normal."""
    (ax, ay, az), (bx, by, bz), (cx, cy, cz) = corner
    ux, uy, uz, vx, vy, vz = bx - ax, by - ay, bz - az, cx - ax, cy - ay, cz - az
    return uy * vz - uz * vy, uz * vx - ux * vz, ux * vy - uy * vx


def _quadrics(points: Array, corners: Ints, labels: Ints, uv_corners: Ints, heavy: Array) -> Array:
    """(V, 10) error of each point: planes of its faces by area and weight (T,), and planes upright on borders."""
    errors = np.zeros((len(points), 10))
    corner = points[corners]
    faces = np.cross(corner[:, 1] - corner[:, 0], corner[:, 2] - corner[:, 0])
    area = np.linalg.norm(faces, axis=1) / 2.0
    unit = faces / np.maximum(2.0 * area[:, None], 1e-18)
    for k in range(3):
        _add(errors, corners[:, k], unit, corner[:, 0], heavy * area / 3.0)
    starts, ends = corners.reshape(-1), np.roll(corners, -1, axis=1).reshape(-1)
    own = np.repeat(np.arange(len(corners)), 3)
    marks = np.column_stack([uv_corners.reshape(-1), np.roll(uv_corners, -1, axis=1).reshape(-1)])
    flipped = starts > ends
    marks[flipped] = marks[flipped][:, ::-1]
    lines = np.column_stack([np.minimum(starts, ends), np.maximum(starts, ends)])
    _, line, members = np.unique(lines, axis=0, return_inverse=True, return_counts=True)
    full = np.column_stack([lines, labels[own], marks])
    _, kind, alike = np.unique(full, axis=0, return_inverse=True, return_counts=True)
    border = (members[line.reshape(-1)] != 2) | (alike[kind.reshape(-1)] != members[line.reshape(-1)])
    along = points[ends] - points[starts]
    upright = np.cross(along, unit[own])
    upright /= np.maximum(np.linalg.norm(upright, axis=1, keepdims=True), 1e-18)
    weight = np.where(border, BORDER * heavy[own] * (along * along).sum(1), 0.0)
    for point in (starts, ends):
        _add(errors, point, upright, points[starts], weight)
    return errors


def _add(errors: Array, at: Ints, normals: Array, through: Array, weights: Array) -> None:
    """Add planes to the errors of points."""
    plane = np.column_stack([normals, -(normals * through).sum(1)])
    rows, columns = np.triu_indices(4)
    for k, (i, j) in enumerate(zip(rows, columns, strict=True)):
        errors[:, k] += np.bincount(at, weights * plane[:, i] * plane[:, j], len(errors))
