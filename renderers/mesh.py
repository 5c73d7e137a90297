"""Triangle meshes, materials and textures: what every builder makes and every renderer draws."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache

import numpy as np
from numpy.typing import NDArray

from renderers.normals import vertex_normals
from scenes.kinds import Kind

Floats = NDArray[np.float32]
Ints = NDArray[np.int32]
RGB = tuple[float, float, float]
WHITE: RGB = (1.0, 1.0, 1.0)
OPAQUE: RGB = (0.0, 0.0, 0.0)
# of a box from -1 to 1: normals of its six faces, and which way is up and right on them, each (6, 3)
BOX_NORMALS = np.kron(np.eye(3), np.array([[-1.0], [1.0]]))
BOX_UP = np.array([[0.0, 0.0, 1.0]] * 4 + [[1.0, 0.0, 0.0]] * 2)
BOX_RIGHT = np.cross(BOX_UP, BOX_NORMALS)
BOX_CORNERS = np.stack(
    [BOX_NORMALS + a * BOX_RIGHT + b * BOX_UP for a, b in ((-1, -1), (1, -1), (1, 1), (-1, 1))], 1
).reshape(-1, 3)
BOX_TRIANGLES = (4 * np.arange(6)[:, None, None] + np.array([[0, 1, 2], [0, 2, 3]])).reshape(-1, 3)


@dataclass(frozen=True, eq=False)
class Texture:
    """A square, tileable picture. Equal keys mean equal pixels and alpha: renderers cache by key.

    With `alpha` whatever wears the texture has holes: in the picture, in all label maps and in its shadow. Glass is
    `Material.clear`.
    """

    key: str
    pixels: NDArray[np.uint8]  # (N, N, 3) sRGB, N a power of two; row 0 is v = 0, and v grows downwards in the array
    alpha: NDArray[np.uint8] | None = None  # (N, N) 255 opaque; less than half of that is a hole; None = no holes


@dataclass(frozen=True)
class Material:
    """A surface: texture times vertex colour times `colour`, GGX gloss on top."""

    colour: RGB = WHITE  # linear RGB albedo
    texture: Texture | None = None
    roughness: float = 0.9  # 0 mirror .. 1 matt (GGX alpha = roughness squared)
    metallic: float = 0.0
    reflectance: float = 0.04  # Fresnel F0 of the non-metallic part; 0.04 is common plastic, glass, paint
    emission: RGB = (0.0, 0.0, 0.0)  # linear RGB radiance, added; a white wall in full sun reflects about 1
    kind: Kind | None = None  # semantic class where it differs from the instance's
    part: str = ""  # what it is of, where a vehicle's state or plate changes it
    # share of the light that goes through a pane of it; see `renderers.through`. A texture is what is seen behind it,
    # painted: a pane that has one is looked through only where its thing has an inside
    clear: RGB = OPAQUE


@dataclass(frozen=True, eq=False)
class Mesh:
    """Triangles in a model frame (x forward, y left, z up, metres)."""

    positions: Floats  # (V, 3) m
    normals: Floats  # (V, 3) unit, outward
    uvs: Floats  # (V, 2) in texture repeats
    colours: Floats  # (V, 3) linear RGB factor, usually 1
    triangles: Ints  # (T, 3) vertex indices, anticlockwise seen from outside
    materials: Ints  # (T,) index into `palette`
    palette: tuple[Material, ...]

    @cached_property
    def extent(self) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Lowest and highest corner, each (3,) m."""
        return self.positions.min(0), self.positions.max(0)


def make_mesh(
    positions: NDArray[np.floating],
    triangles: NDArray[np.integer],
    material: Material,
    uvs: NDArray[np.floating] | None = None,
    normals: NDArray[np.floating] | None = None,
    colours: NDArray[np.floating] | None = None,
) -> Mesh:
    """Build a one-material mesh; missing normals are area-weighted vertex normals, missing uvs are zero.

    Args:
        positions: (V, 3) m.
        triangles: (T, 3) indices, anticlockwise seen from outside.
        material: the material of every triangle.
        uvs: (V, 2) texture repeats.
        normals: (V, 3) unit vectors.
        colours: (V, 3) linear RGB factors.

    Returns:
        The mesh.
    """
    points = np.ascontiguousarray(positions, dtype=np.float32)
    faces = np.ascontiguousarray(triangles, dtype=np.int32).reshape(-1, 3)
    return Mesh(
        positions=points,
        normals=smooth_normals(points, faces) if normals is None else np.ascontiguousarray(normals, np.float32),
        uvs=np.zeros((len(points), 2), np.float32) if uvs is None else np.ascontiguousarray(uvs, np.float32),
        colours=np.ones((len(points), 3), np.float32) if colours is None else np.ascontiguousarray(colours, np.float32),
        triangles=faces,
        materials=np.zeros(len(faces), np.int32),
        palette=(material,),
    )


def smooth_normals(positions: Floats, triangles: Ints) -> Floats:
    """Area-weighted vertex normals.

    Args:
        positions: (V, 3) m.
        triangles: (T, 3) indices.

    Returns:
        (V, 3) unit vectors; (0, 0, 1) for vertices without area.
    """
    return np.asarray(
        vertex_normals(np.ascontiguousarray(positions, np.float32), np.ascontiguousarray(triangles, np.int32))
    )


def merge(meshes: Iterable[Mesh]) -> Mesh:
    """Join meshes of one model frame into one; equal materials share a palette entry.

    Args:
        meshes: at least one mesh.

    Returns:
        The joined mesh.
    """
    parts = list(meshes)
    palette: dict[Material, int] = {}
    triangles, materials, offset = [], [], 0
    for part in parts:
        index = np.array([palette.setdefault(m, len(palette)) for m in part.palette], np.int32)
        triangles.append(part.triangles + offset)
        materials.append(index[part.materials])
        offset += len(part.positions)
    return Mesh(
        positions=np.concatenate([p.positions for p in parts]),
        normals=np.concatenate([p.normals for p in parts]),
        uvs=np.concatenate([p.uvs for p in parts]),
        colours=np.concatenate([p.colours for p in parts]),
        triangles=np.concatenate(triangles).astype(np.int32),
        materials=np.concatenate(materials).astype(np.int32),
        palette=tuple(palette),
    )


def moved(mesh: Mesh, to_from_model: NDArray[np.floating]) -> Mesh:
    """Apply an affine transform; mirroring transforms keep triangles facing outward.

    Args:
        mesh: the mesh.
        to_from_model: (4, 4) matrix.

    Returns:
        The mesh in the new frame.
    """
    linear = np.asarray(to_from_model[:3, :3], dtype=np.float64)
    normals = mesh.normals @ np.linalg.inv(linear)
    normals /= np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-12)
    flip = np.linalg.det(linear) < 0
    return replace(
        mesh,
        positions=(mesh.positions @ linear.T + to_from_model[:3, 3]).astype(np.float32),
        normals=normals.astype(np.float32),
        triangles=np.ascontiguousarray(mesh.triangles[:, ::-1]) if flip else mesh.triangles,
    )


@lru_cache(maxsize=512)
def grid_triangles(rows: int, columns: int, closed: bool = False) -> Ints:
    """Triangles of a (rows x columns) grid of vertices stored row by row.

    Args:
        rows: number of vertex rows.
        columns: number of vertices in a row.
        closed: join the last column to the first.

    Returns:
        (T, 3) indices, read-only; faces look along (row direction) x (column direction).
    """
    i, j = np.meshgrid(np.arange(rows - 1), np.arange(columns if closed else columns - 1), indexing="ij")
    k = (j + 1) % columns
    a, b, c, d = i * columns + j, i * columns + k, (i + 1) * columns + j, (i + 1) * columns + k
    first, second = np.stack([a, c, b], -1).reshape(-1, 3), np.stack([b, c, d], -1).reshape(-1, 3)
    triangles = np.concatenate([first, second]).astype(np.int32)
    triangles.flags.writeable = False
    return triangles


def box(size: Sequence[float], centre: Sequence[float], material: Material, repeats_per_metre: float = 1.0) -> Mesh:
    """An axis-aligned box with flat normals.

    Args:
        size: x, y, z extent, m.
        centre: (3,) m.
        material: of all faces.
        repeats_per_metre: texture scale.

    Returns:
        The mesh: 24 vertices, 12 triangles.
    """
    half = np.asarray(size, dtype=np.float64) / 2.0
    wide, high = 2.0 * np.abs(BOX_RIGHT @ half), 2.0 * np.abs(BOX_UP @ half)
    uvs = np.stack([np.outer(wide, (0, 1, 1, 0)), np.outer(high, (1, 1, 0, 0))], -1).reshape(-1, 2) * repeats_per_metre
    points = BOX_CORNERS * half + np.asarray(centre)
    return make_mesh(points, BOX_TRIANGLES, material, uvs, np.repeat(BOX_NORMALS, 4, axis=0))


def loft(rings: NDArray[np.floating], material: Material, caps: bool = True, uvs: Floats | None = None) -> Mesh:
    """Skin closed rings of points into a tube with smooth normals.

    Args:
        rings: (R, N, 3) m; each ring runs anticlockwise seen from the end that the rings advance to.
        material: of all faces.
        caps: close both ends with fans.
        uvs: (R, N, 2) texture repeats.

    Returns:
        The mesh.
    """
    count, around = rings.shape[:2]
    points = rings.reshape(-1, 3)
    flat_uvs = None if uvs is None else uvs.reshape(-1, 2)
    body = make_mesh(points, grid_triangles(count, around, closed=True)[:, ::-1], material, flat_uvs)
    if not caps:
        return body
    fan = np.array([[0, k, k + 1] for k in range(1, around - 1)])
    ends = [
        make_mesh(rings[0], fan[:, ::-1], material, None if uvs is None else uvs[0]),
        make_mesh(rings[-1], fan, material, None if uvs is None else uvs[-1]),
    ]
    return merge([body, *ends])


def tube(
    start: Sequence[float],
    end: Sequence[float],
    radius: float | tuple[float, float],
    material: Material,
    sides: int = 8,
) -> Mesh:
    """A straight round bar or cone.

    Args:
        start: (3,) m.
        end: (3,) m.
        radius: m, one value or (at start, at end).
        material: of all faces.
        sides: vertices around.

    Returns:
        The mesh, ends closed.
    """
    first, last = np.asarray(start, float), np.asarray(end, float)
    along = (last - first) / np.linalg.norm(last - first)
    helper = np.array([1.0, 0.0, 0.0]) if abs(along[0]) < 0.9 else np.array([0.0, 1.0, 0.0])
    across = np.cross(along, helper)
    across /= np.linalg.norm(across)
    other = np.cross(along, across)
    angle = np.arange(sides) * 2.0 * np.pi / sides
    ring = np.cos(angle)[:, None] * across + np.sin(angle)[:, None] * other
    r0, r1 = radius if isinstance(radius, tuple) else (radius, radius)
    return loft(np.stack([first + r0 * ring, last + r1 * ring]), material)
