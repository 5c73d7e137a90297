"""Meshes of distractors and backdrops."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from renderers.mesh import Material, Mesh, box, make_mesh, merge, moved
from renderers.packed import packed
from renderers.textures_random import pattern
from scenes.geometry import world_from_model
from scenes.kinds import Kind
from scenes.shapes import Shape, ShapeLook

Array = NDArray[np.float64]

SIDES = 32  # of round bodies
CORNERS = {"pyramid": 4}  # of bodies that are not round
# (radius, height) of the outlines of bodies of revolution in a box of edge 1; edges are sharp between outlines
OUTLINES: dict[str, list[list[tuple[float, float]]]] = {
    "cylinder": [[(0.0, -0.5), (0.5, -0.5)], [(0.5, -0.5), (0.5, 0.5)], [(0.5, 0.5), (0.0, 0.5)]],
    "cone": [[(0.0, -0.5), (0.5, -0.5)], [(0.5, -0.5), (0.0, 0.5)]],
    "pyramid": [[(0.0, -0.5), (0.5, -0.5)], [(0.5, -0.5), (0.0, 0.5)]],
    "sphere": [[(0.5 * np.sin(a), -0.5 * np.cos(a)) for a in np.linspace(0.0, np.pi, 17)]],
    "torus": [[(0.35 - 0.15 * np.cos(a), -0.15 * np.sin(a)) for a in np.linspace(0.0, 2 * np.pi, 17)]],
}


@lru_cache(maxsize=256)
def shape_mesh(look: ShapeLook) -> Mesh:
    """Build a body around its middle.

    Args:
        look: form, size, colour and pattern, or an asset.

    Returns:
        The mesh.

    Raises:
        AssetError: the asset is not installed.
    """
    if look.asset:
        return _model(look)
    texture = None if look.pattern is None else pattern(look.pattern)
    skin = Material(look.colour, texture, look.roughness, look.metallic, kind=Kind.UNLABELLED)
    parts = [box((1.0, 1.0, 1.0), (0.0, 0.0, 0.0), skin)] if look.form == "box" else _revolved(look.form, skin)
    mesh = merge(parts)
    size = np.array(look.size, np.float32)
    normals = mesh.normals / size
    normals /= np.linalg.norm(normals, axis=1, keepdims=True)
    repeats = np.float32(look.repeats)
    return Mesh(
        mesh.positions * size, normals.astype(np.float32), mesh.uvs * repeats, mesh.colours, mesh.triangles,
        mesh.materials, mesh.palette,
    )  # fmt: skip


def _model(look: ShapeLook) -> Mesh:
    """An asset, evenly scaled into the ball around the look's box; what may be painted has the look's colour."""
    model = packed(look.asset)
    mesh = model.levels[min(1, len(model.levels) - 1)].mesh
    low, high = (corner.astype(np.float64) for corner in mesh.extent)
    pose = np.diag([*np.full(3, np.linalg.norm(look.size) / np.linalg.norm(high - low)), 1.0])
    pose[:3, 3] = -pose[0, 0] * (low + high) / 2
    palette = tuple(
        replace(m, kind=Kind.UNLABELLED, colour=look.colour if role == "paint" else m.colour)
        for m, role in zip(mesh.palette, model.roles, strict=True)
    )
    return moved(replace(mesh, palette=palette), pose)


def shape_pose(shape: Shape) -> Array:
    """(4, 4) world_from_model."""
    return world_from_model(shape.position, shape.heading, shape.pitch, shape.roll)


def _revolved(form: str, skin: Material) -> list[Mesh]:
    sides = CORNERS.get(form, SIDES)
    angles = np.linspace(0.0, 2 * np.pi, sides + 1) + (np.pi / 4 if form in CORNERS else 0.0)
    parts = []
    for outline in OUTLINES[form]:
        if form not in CORNERS:
            parts.append(_grid(outline, angles, skin))
        else:  # flat sides
            parts += [_grid(outline, angles[k : k + 2], skin) for k in range(sides)]
    return parts


def _grid(outline: list[tuple[float, float]], angles: Array, skin: Material) -> Mesh:
    """An outline that is turned around z."""
    rows, columns = len(outline), len(angles)
    radius, height = np.array(outline).T
    points = np.stack(
        [np.outer(radius, np.cos(angles)), np.outer(radius, np.sin(angles)), np.outer(height, np.ones(columns))], -1
    )
    uvs = np.stack(np.broadcast_arrays(angles[None] / np.pi, np.linspace(0.0, 1.0, rows)[:, None]), -1)
    k = (np.arange(rows - 1)[:, None] * columns + np.arange(columns - 1)).ravel()
    quads = np.stack([k, k + 1, k + columns + 1, k, k + columns + 1, k + columns], -1).reshape(-1, 3)
    flat = points.reshape(-1, 3)
    corners = flat[quads]
    area = np.linalg.norm(np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]), axis=1)
    return make_mesh(flat, quads[area > 1e-9], skin, uvs.reshape(-1, 2))
