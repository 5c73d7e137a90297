"""Where the vertices of one moment are at another moment: people bend, wheels turn, doors stay where they are."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from renderers.fill import place
from renderers.frame import View
from renderers.geometry import Flat, needed
from renderers.mesh import Mesh
from renderers.stage import Instance, Stage


def vertices_at(flat: Flat, stage: Stage, view: View, other: Stage) -> NDArray[np.float32]:
    """Follow every vertex of a stage to another moment.

    Args:
        flat: the stage as it was flattened for the view.
        stage: one moment.
        view: the camera that it was flattened for.
        other: the same scene at another moment, with the same levels of detail.

    Returns:
        (V, 3) world, m; nan for things that are not there then, or have other triangles.
    """
    there = {name_of(item): item for item in other.instances}
    world = flat.world.copy()
    end = 0
    for item in needed(stage, view):
        start, end = end, end + len(item.mesh.positions)
        if not name_of(item):
            continue
        twin = there.get(name_of(item))
        if twin is None or not alike(item.mesh, twin.mesh):
            world[start:end] = np.nan
        elif twin.mesh is not item.mesh or not np.array_equal(twin.world_from_model, item.world_from_model):
            scratch = np.empty((end - start, 3), np.float32)
            place(twin.world_from_model, twin.mesh.positions, twin.mesh.normals, world[start:end], scratch)
    return world


def name_of(item: Instance) -> str:
    """What tells a thing that may move; empty for what stands still."""
    return str(item.id) if item.id else item.track


def alike(mesh: Mesh, other: Mesh) -> bool:
    """Whether vertices of two meshes correspond: the same triangles in the same order."""
    if mesh.triangles is other.triangles:
        return True
    return len(mesh.positions) == len(other.positions) and np.array_equal(mesh.triangles, other.triangles)
