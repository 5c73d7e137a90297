"""Tubes, their skin weights, and joining them into one skinned mesh."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from renderers.mesh import Floats, Ints, Material, Mesh, grid_triangles, smooth_normals
from scenes.people import PersonLook
from sim.people_skeleton import BONES, Skeleton

Array = NDArray[np.float64]
INFLUENCES = 4


@dataclass(frozen=True, eq=False)
class Part:
    """A piece of a person in the rest pose."""

    points: Array  # (V, 3) m
    triangles: Ints  # (T, 3)
    colours: Array  # (V, 3) linear RGB
    weights: Array  # (V, 19) share of each bone, rows sum to 1
    uvs: Array  # (V, 2) texture repeats
    fabric: Ints  # (T,) row of the fabric table


@dataclass(frozen=True, eq=False)
class SkinnedMesh:
    """A person in the rest pose with the bones that move each vertex."""

    mesh: Mesh  # rest pose
    bones: Ints  # (V, 4)
    weights: Floats  # (V, 4), rows sum to 1
    skeleton: Skeleton
    look: PersonLook


def smooth(x: NDArray[np.floating] | float) -> Array:
    """Cubic step from 0 at 0 to 1 at 1."""
    t = np.minimum(np.maximum(x, 0.0), 1.0)  # np.clip takes three times as long on short arrays
    return np.asarray(t * t * (3.0 - 2.0 * t))


def curve(x: NDArray[np.floating], keys: tuple[float, ...], values: tuple[float, ...] | Array) -> Array:
    """Rounded polyline through (keys, values): the polyline averaged over a short window."""
    return np.asarray(np.interp(x, *rounded(keys, tuple(values))))


@lru_cache(maxsize=256)
def rounded(keys: tuple[float, ...], values: tuple[float, ...]) -> tuple[Array, Array]:
    """Where a rounded polyline is sampled, and its values there; each (161,)."""
    fine = np.linspace(keys[0], keys[-1], 161)
    line = np.interp(fine, keys, values)
    padded = np.concatenate([np.full(4, line[0]), line, np.full(4, line[-1])])
    return fine, np.convolve(padded, np.full(9, 1.0 / 9.0), "valid")


def section(angle: Array, front: Array, back: Array, half: Array, power: float | Array = 2.2) -> tuple[Array, Array]:
    """Points of superellipses, anticlockwise from the front.

    Args:
        angle: (..., N) rad, 0 = front, positive to the left.
        front: (..., 1) m.
        back: (..., 1) m.
        half: (..., 1) half-width, m.
        power: 2 ellipse, larger is boxier; one value or (..., 1).

    Returns:
        x and y, each (..., N) m.
    """
    c, s = np.cos(angle), np.sin(angle)
    x = np.sign(c) * np.abs(c) ** (2.0 / power) * np.where(c > 0, front, back)
    y = np.sign(s) * np.abs(s) ** (2.0 / power) * half
    return x, y


def around(columns: int, focus: float = 1.0) -> Array:
    """(columns,) angles in [-pi, pi), denser at the front for focus > 1."""
    s = np.arange(columns) * 2.0 / columns - 1.0
    return np.asarray(np.pi * np.sign(s) * np.abs(s) ** focus)


def grid(
    points: Array, colours: Array, weights: Array, fabric: int | Ints = 0, repeats: float = 1.7, closed: bool = True,
    flip: bool = False,
) -> Part:  # fmt: skip
    """Skin a grid of rings.

    Args:
        points: (R, N, 3) m; rings run anticlockwise seen against the direction of the rows (rows go down).
        colours: (R, N, 3), broadcastable.
        weights: (R, N, 19), broadcastable.
        fabric: row of the fabric table, or one per vertex (R, N).
        repeats: texture repeats per metre.
        closed: join the last column to the first.
        flip: turn the faces.

    Returns:
        The part.
    """
    rows, columns = points.shape[:2]
    triangles = grid_triangles(rows, columns, closed)
    if flip:
        triangles = np.ascontiguousarray(triangles[:, ::-1])
    along, across = np.zeros(rows), np.zeros(columns)
    np.cumsum(lengths(points[1:] - points[:-1]).mean(1), out=along[1:])
    np.cumsum(lengths(points[:, 1:] - points[:, :-1]).mean(0), out=across[1:])
    # mirrored left and right, so that the texture meets itself at the back
    uvs = np.empty((rows, columns, 2))
    uvs[..., 0] = np.abs(across - across[columns // 2]) * repeats
    uvs[..., 1] = along[:, None] * repeats
    colour_of, weight_of = np.empty((rows, columns, 3)), np.empty((rows, columns, len(BONES)))
    table = np.empty((rows, columns), np.int32)
    colour_of[:], weight_of[:], table[:] = colours, weights, fabric
    return Part(
        points.reshape(-1, 3),
        triangles,
        colour_of.reshape(-1, 3),
        weight_of.reshape(-1, len(BONES)),
        uvs.reshape(-1, 2),
        table.reshape(-1)[triangles[:, 0]],
    )


def lengths(vectors: Array) -> Array:
    """(...,) lengths of (..., 3) vectors."""
    return np.asarray(np.sqrt(np.add.reduce(vectors * vectors, axis=-1)))


def only(*shares: tuple[int, float]) -> Array:
    """(19,) weights from (bone, share) pairs."""
    weights = np.zeros(len(BONES))
    for bone, share in shares:
        weights[bone] += share
    return weights


def chain(position: Array, bones: tuple[int, ...], bends: tuple[tuple[float, float], ...]) -> Array:
    """Weights along a limb.

    Args:
        position: (...,) distance along the limb.
        bones: B bones in order.
        bends: B - 1 pairs (middle, width) of the passage from one bone to the next, same unit as `position`.

    Returns:
        (..., 19).
    """
    weights = np.zeros((*position.shape, len(BONES)))
    left = np.ones_like(position)
    for bone, (middle, width) in zip(bones, bends, strict=False):
        passed = smooth((position - middle) / width + 0.5)
        weights[..., bone] += left * (1.0 - passed)
        left = left * passed
    weights[..., bones[-1]] += left
    return weights


def ellipsoid(
    centre: Array, radii: tuple[float, float, float], colour: Array, weights: Array, fabric: int, size: tuple[int, int],
    power: float = 2.0,
) -> Part:  # fmt: skip
    """A closed superellipsoid.

    Args:
        centre: (3,) m.
        radii: along x, y, z, m.
        colour: (3,) or (rows, columns, 3).
        weights: (19,) or (rows, columns, 19).
        fabric: row of the fabric table.
        size: rows and columns.
        power: 2 ellipsoid, larger is boxier.

    Returns:
        The part.
    """
    rows, columns = size
    polar = np.linspace(0.02, np.pi - 0.02, rows)[:, None]
    ring = np.abs(np.sin(polar)) ** (2.0 / power)
    z = np.sign(np.cos(polar)) * np.abs(np.cos(polar)) ** (2.0 / power)
    x, y = section(around(columns)[None, :], radii[0] * ring, radii[0] * ring, radii[1] * ring, power)
    points = np.stack([x, y, np.broadcast_to(z * radii[2], x.shape)], -1) + centre
    return grid(points, colour, weights, fabric)


def join(parts: list[Part], palette: tuple[Material, ...], skeleton: Skeleton) -> SkinnedMesh:
    """Join parts and keep the four strongest bones of each vertex.

    Args:
        parts: at least one.
        palette: the fabric table.
        skeleton: the bones.

    Returns:
        The mesh, ready to be posed.
    """
    offsets = np.cumsum([0, *(len(p.points) for p in parts)])
    points = np.concatenate([p.points for p in parts]).astype(np.float32)
    triangles = np.concatenate([p.triangles + o for p, o in zip(parts, offsets[:-1], strict=True)]).astype(np.int32)
    dense = np.concatenate([p.weights for p in parts])
    bones = np.argsort(-dense, axis=1, kind="stable")[:, :INFLUENCES].astype(np.int32)
    weights = np.take_along_axis(dense, bones, 1)
    weights /= weights.sum(1, keepdims=True)
    mesh = Mesh(
        positions=points,
        normals=smooth_normals(points, triangles),
        uvs=np.concatenate([p.uvs for p in parts]).astype(np.float32),
        colours=np.concatenate([p.colours for p in parts]).astype(np.float32),
        triangles=triangles,
        materials=np.concatenate([p.fabric for p in parts]).astype(np.int32),
        palette=palette,
    )
    return SkinnedMesh(mesh, bones, weights.astype(np.float32), skeleton, skeleton.look)
