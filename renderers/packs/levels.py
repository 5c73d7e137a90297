"""Levels of detail: fewer triangles, with texture coordinates and bone weights of the surface that they stand for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from renderers.mesh import smooth_normals

Array = NDArray[np.float64]
Ints = NDArray[np.int64]

SAMPLES = np.array([[a, b, 6 - a - b] for a in range(7) for b in range(7 - a)]) / 6.0  # points on each triangle
TURNED = 0.03  # m that a normal which points the other way counts in the search for the surface: cloth has two sides


@dataclass(frozen=True, eq=False)
class Piece:
    """A surface with one texture."""

    points: Array  # (V, 3) m
    corners: Ints  # (T, 3)
    uvs: Array  # (U, 2)
    uv_corners: Ints  # (T, 3) into `uvs`
    weights: Array | None = None  # (V, B) bone weights

    @property
    def used(self) -> Array:
        """(N, 3) points that triangles have as corners."""
        return self.points[np.unique(self.corners)]

    def part(self, chosen: NDArray[np.bool_]) -> Piece:
        """Only the (T,) chosen triangles."""
        return Piece(self.points, self.corners[chosen], self.uvs, self.uv_corners[chosen], self.weights)


@dataclass(frozen=True, eq=False)
class Skin:
    """A piece as it is drawn: one texture coordinate per vertex."""

    points: Array  # (V, 3)
    normals: Array  # (V, 3)
    uvs: Array  # (V, 2)
    weights: Array | None  # (V, B)
    triangles: Ints  # (T, 3)


def components(corners: Ints) -> Ints:
    """(T,) number of the connected component of each triangle, by shared corners."""
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    size = int(corners.max()) + 1
    starts = np.concatenate([corners[:, 0], corners[:, 1]])
    ends = np.concatenate([corners[:, 1], corners[:, 2]])
    graph = coo_matrix((np.ones(len(starts)), (starts, ends)), shape=(size, size))
    return np.asarray(connected_components(graph, directed=False)[1][corners[:, 0]])


def simplified(piece: Piece, count: int) -> Skin:
    """Draw a piece with about `count` triangles, or all of its own if they are no more.

    Args:
        piece: the piece.
        count: triangles.

    Returns:
        The drawable piece.
    """
    used, corners = np.unique(piece.corners, return_inverse=True)
    points = piece.points[used]
    corners = corners.reshape(-1, 3)
    if len(corners) <= count:
        normals = smooth_normals(points.astype(np.float32), corners.astype(np.int32))
        pairs = np.stack([corners, piece.uv_corners], -1).reshape(-1, 2)
        unique, triangles = np.unique(pairs, axis=0, return_inverse=True)
        weights = None if piece.weights is None else piece.weights[used][unique[:, 0]]
        return Skin(
            points[unique[:, 0]], normals[unique[:, 0]], piece.uvs[unique[:, 1]], weights, triangles.reshape(-1, 3)
        )
    import fast_simplification

    fewer, faces = fast_simplification.simplify(
        points.astype(np.float32), corners.astype(np.int32), target_reduction=1.0 - count / len(corners)
    )
    return _dressed(np.asarray(fewer, np.float64), np.asarray(faces, np.int64), piece)


def _dressed(points: Array, faces: Ints, piece: Piece) -> Skin:
    """Give a simplified surface what the nearest surface has; each face keeps to one island of the texture."""
    from scipy.spatial import cKDTree

    islands = components(piece.uv_corners)
    triangles = piece.points[piece.corners]
    spots = np.einsum("sk,tkd->tsd", SAMPLES, triangles)
    facing = np.cross(triangles[:, 1] - triangles[:, 0], triangles[:, 2] - triangles[:, 0])
    facing /= np.maximum(np.linalg.norm(facing, axis=1, keepdims=True), 1e-12)
    keys = np.concatenate([spots, np.broadcast_to(facing[:, None] * TURNED, spots.shape)], -1)
    flat, own = keys.reshape(-1, 6), np.repeat(np.arange(len(triangles)), len(SAMPLES))

    corners = points[faces]
    normal = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    normal /= np.maximum(np.linalg.norm(normal, axis=1, keepdims=True), 1e-12)
    middle = np.concatenate([corners.mean(1), normal * TURNED], -1)
    island = islands[own[cKDTree(flat).query(middle)[1]]]

    pairs = np.stack([faces, np.broadcast_to(island[:, None], faces.shape)], -1).reshape(-1, 2)
    unique, index = np.unique(pairs, axis=0, return_inverse=True)
    vertex_normals = smooth_normals(points.astype(np.float32), faces.astype(np.int32)).astype(np.float64)
    places, normals = points[unique[:, 0]], vertex_normals[unique[:, 0]]
    source = np.empty(len(unique), np.int64)
    for number in np.unique(unique[:, 1]):
        here, there = unique[:, 1] == number, islands[own] == number
        wanted = np.concatenate([places[here], normals[here] * TURNED], -1)
        source[here] = own[there][cKDTree(flat[there]).query(wanted)[1]]
    shares = _barycentric(places, triangles[source])
    uvs = np.einsum("vk,vkd->vd", shares, piece.uvs[piece.uv_corners[source]])
    weights = None
    if piece.weights is not None:
        weights = np.einsum("vk,vkb->vb", shares, piece.weights[piece.corners[source]])
    return Skin(places, normals, uvs, weights, index.reshape(-1, 3))


def _barycentric(points: Array, triangles: Array) -> Array:
    """(V, 3) shares of the corners at the projections of points onto their triangles, kept inside."""
    a, u, v = triangles[:, 0], triangles[:, 1] - triangles[:, 0], triangles[:, 2] - triangles[:, 0]
    w = points - a
    uu, vv, uv = (u * u).sum(1), (v * v).sum(1), (u * v).sum(1)
    wu, wv = (w * u).sum(1), (w * v).sum(1)
    area = np.maximum(uu * vv - uv * uv, 1e-18)
    b, c = np.clip((vv * wu - uv * wv) / area, 0.0, 1.0), np.clip((uu * wv - uv * wu) / area, 0.0, 1.0)
    over = np.maximum(b + c, 1.0)
    b, c = b / over, c / over
    return np.column_stack([1.0 - b - c, b, c])


def strongest(weights: Any, count: int = 4) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
    """The strongest bones of each vertex.

    Args:
        weights: (V, B) shares.
        count: that are kept.

    Returns:
        (V, count) bones and (V, count) weights that sum to 1.
    """
    bones = np.argsort(-weights, axis=1, kind="stable")[:, :count].astype(np.int32)
    kept = np.take_along_axis(weights, bones, 1)
    return bones, (kept / kept.sum(1, keepdims=True)).astype(np.float32)
