"""Linear blend skinning."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from renderers.mesh import Mesh
from renderers.people_form import SkinnedMesh
from scenes.compiled import compiled


@compiled()
def blend(points, normals, bones, weights, moves, out, turned):  # type: ignore[no-untyped-def]
    """Move vertices by the weighted sum of bone transforms.

    Args:
        points: (V, 3) rest pose, m.
        normals: (V, 3).
        bones: (V, K).
        weights: (V, K).
        moves: (B, 3, 4) posed_from_rest of each bone.
        out: (V, 3) is written.
        turned: (V, 3) is written.
    """
    move = np.empty((3, 4), np.float32)
    for v in range(points.shape[0]):
        move[:] = 0.0
        for k in range(bones.shape[1]):
            share = weights[v, k]
            if share > 0.0:
                bone = bones[v, k]
                for i in range(3):
                    for j in range(4):
                        move[i, j] += share * moves[bone, i, j]
        square = np.float32(1e-20)
        for i in range(3):
            out[v, i] = move[i, 0] * points[v, 0] + move[i, 1] * points[v, 1] + move[i, 2] * points[v, 2] + move[i, 3]
            n = move[i, 0] * normals[v, 0] + move[i, 1] * normals[v, 1] + move[i, 2] * normals[v, 2]
            turned[v, i] = n
            square += n * n
        inverse = np.float32(1.0 / math.sqrt(square))
        for i in range(3):
            turned[v, i] *= inverse


def skinned(person: SkinnedMesh, moves: NDArray[np.floating]) -> Mesh:
    """Bring a person into a pose.

    Args:
        person: rest pose.
        moves: (19, 3, 4) posed_from_rest of each bone.

    Returns:
        The posed mesh; topology, colours and materials are shared with the rest pose.
    """
    rest = person.mesh
    points, normals = np.empty_like(rest.positions), np.empty_like(rest.normals)
    blend(rest.positions, rest.normals, person.bones, person.weights, moves.astype(np.float32), points, normals)
    return replace(rest, positions=points, normals=normals)
