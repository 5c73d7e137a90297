"""Coarser forms of furniture and of foliage."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from renderers.mesh import RGB, Floats, Material, Mesh, make_mesh, merge, smooth_normals
from renderers.packs.levels import Array, Ints, Piece, components, simplified
from scenes.seeds import rng_for

CREASE = 0.77  # cosine of the angle between faces from which on an edge is sharp, 40 degrees
LOOSE = 40  # parts from which on a thing counts as loose
MANY = 6  # triangles that a leaf has on average from which on a rhombus stands for it
GROWN = 3.0  # times that a leaf becomes larger at most where it stands for many
KNEE = 0.3  # share of its height above which a thing stays as it is when it is set on the ground
CLEAR = 0.45  # opacity below which something is glass
GLASS: RGB = (0.05, 0.055, 0.055)
PALE: RGB = (0.6, 0.6, 0.58)  # glass of lamps
FOOT = 0.06  # share of its height that is the foot of a thing
WOOD = 0.25  # share of a tree's triangles that are trunk and branches, at most
SOFT = 0.75  # share of a leaf's normal that points away from the middle of the crown: crowns shade as bodies


def furniture(piece: Piece, count: int, material: Material) -> Mesh:
    """Draw a hard surface with about `count` triangles and sharp edges."""
    points, triangles, uvs = _thinned(piece, count)
    normals = creased(points, triangles).reshape(-1, 3)
    corner_uvs = np.round(uvs.reshape(-1, 2) * 4096.0).astype(np.int64)
    keys = np.column_stack([triangles.reshape(-1), corner_uvs, np.round(normals * 50.0).astype(np.int64)])
    unique, first, index = np.unique(keys, axis=0, return_index=True, return_inverse=True)
    return make_mesh(
        points[unique[:, 0]], index.reshape(-1, 3), material, uvs.reshape(-1, 2)[first], normals[first]
    )  # fmt: skip


def _thinned(piece: Piece, count: int) -> tuple[Array, Ints, Array]:
    """(V, 3) points, (T, 3) triangles and (T, 3, 2) texture places of about `count` triangles.

    Things of many loose parts, which edge collapses cannot join, are thinned by merging the points of a grid's cells
    (Rossignac and Borrel 1993).
    """
    if len(piece.corners) <= count or components(piece.corners).max() < LOOSE:
        skin = simplified(piece, count)
        triangles = skin.triangles.astype(np.int64)
        if len(triangles) <= 1.5 * count:
            return skin.points, triangles, skin.uvs[triangles]
    fine, coarse = 0.0, float(np.ptp(piece.points, axis=0).max())
    for _ in range(12):
        cell = (fine + coarse) / 2
        _, corners, whole = _merged(piece, cell)
        fine, coarse = (fine, cell) if whole.sum() <= count else (cell, coarse)
    points, corners, whole = _merged(piece, coarse)
    return points, corners[whole], piece.uvs[piece.uv_corners[whole]]


def _merged(piece: Piece, cell: float) -> tuple[Array, Ints, NDArray[np.bool_]]:
    """Points that lie in one cell become their mean: points, (T, 3) triangles and which of them are still triangles."""
    own = np.unique(np.floor(piece.points / cell).astype(np.int64), axis=0, return_inverse=True)[1].reshape(-1)
    points = np.column_stack([np.bincount(own, piece.points[:, k]) for k in range(3)])
    corners = own[piece.corners]
    whole = (corners != np.roll(corners, 1, axis=1)).all(1)
    return points / np.bincount(own)[:, None], corners, np.asarray(whole)


def creased(points: Array, triangles: Ints) -> Array:
    """Normals of corners: means of the faces around a point that are not beyond a sharp edge.

    Args:
        points: (V, 3) m; points at one place count as one.
        triangles: (T, 3).

    Returns:
        (T, 3, 3) unit vectors.
    """
    corner = points[triangles]
    faces = np.cross(corner[:, 1] - corner[:, 0], corner[:, 2] - corner[:, 0])
    size = np.linalg.norm(faces, axis=1, keepdims=True)
    unit = faces / np.maximum(size, 1e-18)
    place = np.unique(np.round(points, 5), axis=0, return_inverse=True)[1].reshape(-1)[triangles].reshape(-1)
    order = np.argsort(place, kind="stable")
    owner = order // 3
    starts = np.flatnonzero(np.r_[True, np.diff(place[order]) > 0])
    ends = np.r_[starts[1:], len(order)]
    normals = np.empty((len(order), 3))
    for start, end in zip(starts, ends, strict=True):
        around = owner[start:end]
        near = (unit[around] @ unit[around].T) > CREASE
        normals[order[start:end]] = near @ faces[around]
    normals /= np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-18)
    own = np.repeat(unit, 3, axis=0)
    return np.where(np.linalg.norm(normals, axis=1, keepdims=True) > 0.5, normals, own).reshape(-1, 3, 3)


def foliage(piece: Piece, count: int, material: Material, name: str) -> Mesh:
    """Draw leaves with about `count` triangles: fewer of them, larger in turn (Cook et al. 2007).

    Args:
        piece: of many small pieces.
        count: triangles.
        material: its material.
        name: decides which leaves stay; fewer are always some of more.

    Returns:
        The mesh.
    """
    wanted = _areas(piece.points[piece.corners]).sum()
    leaf = np.unique(components(piece.corners), return_inverse=True)[1].reshape(-1)
    if len(leaf) > MANY * (leaf.max() + 1):
        piece = _rhombi(piece, leaf)
        leaf = np.repeat(np.arange(leaf.max() + 1), 2)
    number, sizes = int(leaf.max()) + 1, np.bincount(leaf)
    order = rng_for(0, "asset", "leaves", name).permutation(number)
    kept = order[: max(1, int(np.searchsorted(np.cumsum(sizes[order]), count, side="right")))]
    chosen = np.isin(leaf, kept)
    pairs = np.stack([piece.corners[chosen], piece.uv_corners[chosen]], -1).reshape(-1, 2)
    unique, index = np.unique(pairs, axis=0, return_inverse=True)
    triangles = index.reshape(-1, 3)
    group = np.empty(len(unique), np.int64)
    group[triangles] = leaf[chosen][:, None]
    places = piece.points[unique[:, 0]]
    sums = np.column_stack([np.bincount(group, places[:, k], number) for k in range(3)])
    middles = (sums / np.maximum(np.bincount(group, minlength=number), 1)[:, None])[group]
    grow = min(GROWN, float(np.sqrt(wanted / max(_areas(places[triangles]).sum(), 1e-12))))
    places = middles + grow * (places - middles)
    away = middles - (piece.points.min(0) + piece.points.max(0)) / 2
    facing = smooth_normals(places.astype(np.float32), triangles.astype(np.int32))
    facing = np.where((facing * away).sum(1, keepdims=True) < 0, -facing, facing)
    normals = _unit(SOFT * _unit(away) + (1 - SOFT) * facing)
    return make_mesh(places, triangles, material, piece.uvs[unique[:, 1]], normals)


def _rhombi(piece: Piece, leaf: Ints) -> Piece:
    """A rhombus for each leaf, between the ends of its longer and its shorter axis, in the colour of its middle.

    What lies around a leaf in the picture belongs to no leaf.
    """
    number = int(leaf.max()) + 1
    point, owner = piece.corners.reshape(-1), np.repeat(leaf, 3)
    places = piece.points[point]
    share = np.bincount(owner, minlength=number)[:, None]
    middle = np.column_stack([np.bincount(owner, places[:, k], number) for k in range(3)]) / share
    off = places - middle[owner]
    spread = np.stack([np.bincount(owner, off[:, i] * off[:, j], number) for i in range(3) for j in range(3)], -1)
    axes = np.linalg.eigh(spread.reshape(number, 3, 3))[1]
    ends = []
    for axis in (2, 1):
        along = (off * axes[owner, :, axis]).sum(1)
        order = np.lexsort((along, owner))
        last = np.cumsum(np.bincount(owner, minlength=number))
        ends += [order[np.r_[0, last[:-1]]], order[last - 1]]
    low, high, left, right = ends
    quads = np.stack([np.stack([low, right, high], -1), np.stack([low, high, left], -1)], 1).reshape(-1, 3)
    largest = np.lexsort((-_areas(piece.points[piece.corners]), leaf))
    first = largest[np.r_[0, np.cumsum(np.bincount(leaf))[:-1]]]
    colours = piece.uvs[piece.uv_corners[first]].mean(1)
    return Piece(piece.points, point[quads], colours, np.repeat(np.arange(number), 6).reshape(-1, 3))


def _areas(corner: Array) -> Array:
    return np.asarray(np.linalg.norm(np.cross(corner[:, 1] - corner[:, 0], corner[:, 2] - corner[:, 0]), axis=1) / 2)


def _unit(vectors: Array) -> Array:
    return np.asarray(vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-18))


def shaped(
    name: str, pieces: Mapping[str, Piece], materials: Mapping[str, Material], leaves: Collection[str], count: int
) -> Mesh:
    """Draw a thing with about `count` triangles, its leaves as foliage.

    Args:
        name: decides which leaves stay.
        pieces: standing on the ground, by material.
        materials: of the pieces.
        leaves: materials that are leaves.
        count: triangles; leaves and the rest share them.

    Returns:
        The mesh.
    """
    shares = _shares(pieces, leaves, count)
    parts = []
    for key, piece in pieces.items():
        if key in leaves:
            parts.append(foliage(piece, shares[key], materials[key], f"{name}:{key}"))
        else:
            parts.append(furniture(piece, shares[key], materials[key]))
    return grounded(merge(parts))


def _shares(pieces: Mapping[str, Piece], leaves: Collection[str], count: int) -> dict[str, int]:
    """Triangles of each piece: in proportion to its own, but wood gets no more than its share of a tree."""
    sizes: dict[str, float] = {key: float(len(one.corners)) for key, one in pieces.items()}
    wood = sum(size for key, size in sizes.items() if key not in leaves)
    total = sum(sizes.values())
    if leaves and wood > WOOD * count:
        leaf = total - wood
        sizes = {key: size * ((1 - WOOD) / leaf if key in leaves else WOOD / wood) for key, size in sizes.items()}
        total = 1.0
    return {key: max(12, int(count * min(1.0, size / total))) for key, size in sizes.items()}


def grounded(mesh: Mesh) -> Mesh:
    """Stretch the lower part of a mesh to the ground, where thinning took its lowest points or leaves grew into it."""
    low, high = float(mesh.extent[0][2]), float(mesh.extent[1][2])
    knee = KNEE * high
    heights = mesh.positions[:, 2]
    places = mesh.positions.copy()
    places[:, 2] = np.where(heights < knee, (heights - low) * (knee / (knee - low)), heights)
    return replace(mesh, positions=places)


def extent(pieces: list[Piece]) -> tuple[Floats, Floats]:
    """Lowest and highest corner of all pieces."""
    used = np.concatenate([one.used for one in pieces])
    return used.min(0).astype(np.float32), used.max(0).astype(np.float32)
