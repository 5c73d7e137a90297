"""A sketch pad for things made of flat faces and bars: collects them cheaply and builds one mesh at the end."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from renderers.mesh import RGB, WHITE, Floats, Ints, Material, Mesh, merge

Array = NDArray[np.float64]
Faces = str  # which faces of a box: letters of "xXyYzZ", lower case = the low side

_CORNERS = np.array([[x, y, z] for x in (-0.5, 0.5) for y in (-0.5, 0.5) for z in (-0.5, 0.5)])
# corners of each face, anticlockwise seen from outside, from the bottom left one
_FACES: dict[str, list[int]] = {
    "x": [2, 0, 1, 3],
    "X": [4, 6, 7, 5],
    "y": [0, 4, 5, 1],
    "Y": [6, 2, 3, 7],
    "z": [2, 6, 4, 0],
    "Z": [1, 5, 7, 3],
}
_TRIANGLES = np.array([[0, 1, 2], [0, 2, 3]], np.int32)


class Sketch:
    """Collects quads with flat normals and finished meshes. Mutable until `build`.

    Tints go into vertex colours, so that many things share few materials.
    """

    def __init__(self) -> None:
        self._quads: dict[Material, list[Sequence[Sequence[float]]]] = {}
        self._uvs: dict[Material, list[Array | Sequence[Sequence[float]]]] = {}
        self._colours: dict[Material, list[RGB]] = {}
        self._bars: dict[tuple[Material, int], list[Array]] = {}
        self._meshes: list[Mesh] = []

    def quad(
        self,
        corners: Array | Sequence[Sequence[float]],
        material: Material,
        colour: RGB = WHITE,
        uvs: Array | Sequence[Sequence[float]] | None = None,
        texel: float = 1.0,
    ) -> None:
        """Add a flat quadrilateral.

        Args:
            corners: (4, 3) m, anticlockwise seen from outside, from the bottom left one.
            material: its material.
            colour: linear RGB factor.
            uvs: (4, 2) texture repeats; None lays the texture out in metres.
            texel: metres per texture repeat where `uvs` is None.
        """
        points = corners.tolist() if isinstance(corners, np.ndarray) else corners
        if uvs is None:
            right, up = math.dist(points[1], points[0]) / texel, math.dist(points[3], points[0]) / texel
            # offset by the place, so that neighbours do not repeat each other
            u, v = (points[0][0] + points[0][1]) / texel, -points[0][2] / texel
            uvs = ((u, v), (u + right, v), (u + right, v - up), (u, v - up))
        self._quads.setdefault(material, []).append(points)
        self._uvs.setdefault(material, []).append(uvs)
        self._colours.setdefault(material, []).append(colour)

    def box(
        self,
        centre: Sequence[float],
        size: Sequence[float],
        material: Material,
        colour: RGB = WHITE,
        faces: Faces = "xXyYzZ",
        pose: Array | None = None,
        texel: float = 1.0,
    ) -> None:
        """Add faces of a box.

        Args:
            centre: (3,) m.
            size: x, y, z extent, m.
            material: of all faces.
            colour: linear RGB factor.
            faces: the faces to add, letters of "xXyYzZ".
            pose: (4, 4) applied afterwards.
            texel: metres per texture repeat.
        """
        corners = _CORNERS * np.asarray(size) + np.asarray(centre)
        if pose is not None:
            corners = corners @ pose[:3, :3].T + pose[:3, 3]
        for face in faces:
            self.quad(corners[_FACES[face]], material, colour, texel=texel)

    def bar(
        self,
        start: Sequence[float],
        end: Sequence[float],
        radius: float | tuple[float, float],
        material: Material,
        colour: RGB = WHITE,
        sides: int = 6,
    ) -> None:
        """Add a straight round bar, open ended.

        Args:
            start: (3,) m.
            end: (3,) m.
            radius: m, one value or (at start, at end).
            material: of all faces.
            colour: linear RGB factor.
            sides: faces around.
        """
        radii = radius if isinstance(radius, tuple) else (radius, radius)
        self._bars.setdefault((material, sides), []).append(np.array([(*start, *end, *radii, *colour)]))

    def path(
        self,
        points: ArrayLike,
        radius: float,
        material: Material,
        colour: RGB = WHITE,
        sides: int = 6,
        closed: bool = False,
    ) -> None:
        """Add a bent bar through points.

        Args:
            points: (N, 3) m.
            radius: m.
            material: of all faces.
            colour: linear RGB factor.
            sides: faces around.
            closed: join the last point to the first.
        """
        line = np.asarray(points, dtype=np.float64)
        ends = np.roll(line, -1, axis=0) if closed else line[1:]
        starts = line if closed else line[:-1]
        rest = np.tile(np.array((radius, radius, *colour)), (len(starts), 1))
        self._bars.setdefault((material, sides), []).append(np.concatenate([starts, ends, rest], 1))

    def turned(
        self,
        profile: ArrayLike,
        material: Material,
        colour: RGB = WHITE,
        sides: int = 10,
        centre: Sequence[float] = (0, 0, 0),
    ) -> None:
        """Add a body of revolution about a vertical axis.

        Args:
            profile: (N, 2) radius and height, from the bottom up, m.
            material: of all faces.
            colour: linear RGB factor.
            sides: faces around.
            centre: (3,) m, foot of the axis.
        """
        line = np.asarray(profile, dtype=np.float64)
        angle = np.arange(sides + 1) * 2.0 * np.pi / sides
        ring = np.stack([np.cos(angle), np.sin(angle)], -1)
        points = np.concatenate(
            [line[:, None, :1] * ring[None], np.broadcast_to(line[:, None, 1:], (len(line), sides + 1, 1))], -1
        )
        height = np.broadcast_to(-line[:, 1:], (len(line), sides + 1))
        around = np.broadcast_to(angle[None] / (2 * np.pi), height.shape)
        self.add(surface(points + np.asarray(centre), material, colour, np.stack([around, height], -1)))

    def add(self, mesh: Mesh) -> None:
        """Add a finished mesh."""
        self._meshes.append(mesh)

    def build(self) -> Mesh:
        """Join everything."""
        return merge([*(self._quad_mesh(m) for m in self._quads), *self._bar_meshes(), *self._meshes])

    def _bar_meshes(self) -> Iterator[Mesh]:
        for (material, sides), rows in self._bars.items():
            starts, ends, radii, colours = np.split(np.concatenate(rows), (3, 6, 8), axis=1)
            yield bars(starts, ends, radii, material, colours, sides)

    def _quad_mesh(self, material: Material) -> Mesh:
        corners = np.array(self._quads[material], np.float64)
        count = len(corners)
        normal = np.cross(corners[:, 2] - corners[:, 0], corners[:, 3] - corners[:, 1])
        normal /= np.maximum(np.linalg.norm(normal, axis=1, keepdims=True), 1e-12)
        colours = np.repeat(np.array(self._colours[material], np.float32), 4, axis=0)
        triangles = (4 * np.arange(count, dtype=np.int32)[:, None, None] + _TRIANGLES[None]).reshape(-1, 3)
        return Mesh(
            positions=corners.reshape(-1, 3).astype(np.float32),
            normals=np.repeat(normal, 4, axis=0).astype(np.float32),
            uvs=np.array(self._uvs[material], np.float64).reshape(-1, 2).astype(np.float32),
            colours=colours,
            triangles=triangles,
            materials=np.zeros(2 * count, np.int32),
            palette=(material,),
        )


def surface(points: Array, material: Material, colour: RGB | Array = WHITE, uvs: Array | None = None) -> Mesh:
    """Skin a grid of points with smooth normals that look along (column direction) x (row direction).

    Args:
        points: (R, N, 3) m.
        material: of all faces.
        colour: linear RGB factor, one or (R, N, 3).
        uvs: (R, N, 2) texture repeats.

    Returns:
        The mesh; a seam that repeats its first column is smooth when the points coincide.
    """
    rows, columns = points.shape[:2]
    i, j = np.meshgrid(np.arange(rows - 1), np.arange(columns - 1), indexing="ij")
    a, b = i * columns + j, i * columns + j + 1
    c, d = a + columns, b + columns
    triangles = np.concatenate([np.stack([a, b, d], -1).reshape(-1, 3), np.stack([a, d, c], -1).reshape(-1, 3)])
    flat = points.reshape(-1, 3)
    corner = flat[triangles]
    faces = np.cross(corner[:, 1] - corner[:, 0], corner[:, 2] - corner[:, 0])
    normals = np.zeros_like(flat)
    for k in range(3):
        np.add.at(normals, triangles[:, k], faces)
    grid = normals.reshape(points.shape)
    if np.allclose(points[:, 0], points[:, -1]):
        grid[:, 0] = grid[:, -1] = grid[:, 0] + grid[:, -1]
    length = np.linalg.norm(grid, axis=-1, keepdims=True)
    grid = np.where(length > 1e-12, grid / np.maximum(length, 1e-12), (0.0, 0.0, 1.0))
    colours = np.broadcast_to(np.asarray(colour, np.float32), points.shape)
    return Mesh(
        positions=flat.astype(np.float32),
        normals=grid.reshape(-1, 3).astype(np.float32),
        uvs=np.zeros((len(flat), 2), np.float32) if uvs is None else uvs.reshape(-1, 2).astype(np.float32),
        colours=np.ascontiguousarray(colours).reshape(-1, 3),
        triangles=triangles.astype(np.int32),
        materials=np.zeros(len(triangles), np.int32),
        palette=(material,),
    )


def bars(starts: Array, ends: Array, radii: Array, material: Material, colours: Array, sides: int) -> Mesh:
    """Many straight open bars at once.

    Args:
        starts: (N, 3) m.
        ends: (N, 3) m.
        radii: (N, 2) at start and end, m.
        material: of all faces.
        colours: (N, 3) linear RGB factors.
        sides: faces around.

    Returns:
        The mesh: N * 2 * sides triangles; texture u around, v along in metres.
    """
    along = ends - starts
    length = np.linalg.norm(along, axis=1, keepdims=True)
    along = along / np.maximum(length, 1e-9)
    helper = np.where(np.abs(along[:, :1]) < 0.9, np.array([[1.0, 0.0, 0.0]]), np.array([[0.0, 1.0, 0.0]]))
    across = np.cross(along, helper)
    across /= np.maximum(np.linalg.norm(across, axis=1, keepdims=True), 1e-9)
    other = np.cross(along, across)
    angle = np.arange(sides) * 2.0 * np.pi / sides
    ring = np.cos(angle)[None, :, None] * across[:, None] + np.sin(angle)[None, :, None] * other[:, None]
    low = starts[:, None] + radii[:, :1, None] * ring
    high = ends[:, None] + radii[:, 1:, None] * ring
    points = np.stack([low, high], 1).reshape(-1, 3)
    count = len(starts)
    j = np.arange(sides)
    k = (j + 1) % sides
    face = np.concatenate([np.stack([j, k, k + sides], -1), np.stack([j, k + sides, j + sides], -1)])
    triangles: Ints = (2 * sides * np.arange(count)[:, None, None] + face[None]).reshape(-1, 3).astype(np.int32)
    around = np.broadcast_to(j / sides, (count, 2, sides))
    up = np.stack([np.zeros((count, sides)), np.broadcast_to(length, (count, sides))], 1)
    uvs: Floats = np.stack([around, up], -1).reshape(-1, 2).astype(np.float32)
    return Mesh(
        positions=points.astype(np.float32),
        normals=np.repeat(ring[:, None], 2, axis=1).reshape(-1, 3).astype(np.float32),
        uvs=uvs,
        colours=np.repeat(colours, 2 * sides, axis=0).astype(np.float32),
        triangles=triangles,
        materials=np.zeros(len(triangles), np.int32),
        palette=(material,),
    )


def turn(angle: float, origin: Sequence[float] = (0.0, 0.0, 0.0), axis: int = 2) -> Array:
    """A pose: rotation about one axis, then translation.

    Args:
        angle: rad, anticlockwise looking against the axis.
        origin: (3,) m, where the model origin goes.
        axis: 0, 1 or 2.

    Returns:
        (4, 4) matrix.
    """
    c, s = np.cos(angle), np.sin(angle)
    pose = np.eye(4)
    i, j = [(1, 2), (2, 0), (0, 1)][axis]
    pose[i, i], pose[i, j], pose[j, i], pose[j, j] = c, -s, s, c
    pose[:3, 3] = origin
    return pose
