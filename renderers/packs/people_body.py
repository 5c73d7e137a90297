"""Bodies of `anny` (Apache-2.0, data CC0): vertices, joints and bone weights of a phenotype, in our frame and bones."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scenes.cache import cache_folder
from sim.people_skeleton import BONES

Array = NDArray[np.float64]
Ints = NDArray[np.int64]

MODEL_FROM_ANNY = np.array([[0.0, -1.0, 0.0], [1.0, 0.0, 0.0], [0.0, 0.0, 1.0]])  # anny faces -y, left is +x

# beginnings of anny's bone names -> our bone; {s} is the side
GROUPS = (
    (("root", "pelvis", "spine05"), "pelvis"), (("spine04", "spine03"), "spine"),
    (("spine02", "spine01", "clavicle", "shoulder"), "chest"), (("neck",), "neck"), (("head", "eye"), "head"),
    (("upperarm",), "arm_{s}"), (("lowerarm",), "forearm_{s}"), (("wrist", "finger", "metacarpal"), "hand_{s}"),
    (("upperleg",), "thigh_{s}"), (("lowerleg",), "shin_{s}"), (("foot",), "foot_{s}"), (("toe",), "toes_{s}"),
)  # fmt: skip
# our bone -> anny's bone whose head is its joint
JOINTS = {
    "pelvis": "root", "spine": "spine04", "chest": "spine02", "neck": "neck01", "head": "head", "arm": "upperarm01",
    "forearm": "lowerarm01", "hand": "wrist", "thigh": "upperleg01", "shin": "lowerleg01", "foot": "foot",
    "toes": "toe2-1",
}  # fmt: skip


@dataclass(frozen=True, eq=False)
class Body:
    """A body in anny's rest pose: arms and legs spread."""

    points: Array  # (19158, 3) m, x forward, y left, z up
    joints: Array  # (19, 3) m, of BONES


@dataclass(frozen=True, eq=False)
class Topology:
    """What all bodies share."""

    weights: Array  # (19158, 19), rows sum to 1
    corners: Ints  # (T, 3) vertices of the skin's triangles
    uv_corners: Ints  # (T, 3) into `uvs`
    uvs: Array  # (U, 2), v grows downwards


@lru_cache(maxsize=1)
def model(*folders: Path) -> Any:
    """The parametric model. Its first use on a machine takes minutes; then its own cache helps.

    Args:
        folders: that hold the packages anny and roma.
    """
    sys.path[:0] = [str(folder) for folder in folders if str(folder) not in sys.path]
    os.environ["ANNY_CACHE_DIR"] = str(cache_folder("anny"))
    import torch

    torch.set_num_threads(1)
    import anny

    return anny.Anny(topology="makehuman-full", phenotypes="all", skinning_method="lbs")


def body_of(anny_model: Any, phenotype: Mapping[str, float]) -> Body:
    """Shape a body.

    Args:
        anny_model: from `model`.
        phenotype: values of its phenotypes, .5 where they are missing.

    Returns:
        The body.
    """
    import torch

    values = {name: torch.full((1,), float(phenotype.get(name, 0.5))) for name in anny_model.phenotype_labels}
    pose = torch.eye(4)[None, None].repeat(1, anny_model.bone_count, 1, 1)
    with torch.no_grad():
        found = anny_model(pose_parameters=pose, phenotype_kwargs=values)
    points = found["vertices"][0].double().numpy() @ MODEL_FROM_ANNY.T
    heads = found["bone_poses"][0, :, :3, 3].double().numpy() @ MODEL_FROM_ANNY.T
    labels = list(anny_model.bone_labels)
    joints = np.array([heads[labels.index(_source(bone))] for bone in BONES])
    return Body(points, joints)


def _source(bone: str) -> str:
    name, _, side = bone.partition("_")
    return JOINTS[name] + (f".{side.upper()}" if side else "")


def topology(anny_model: Any, folder: Path) -> Topology:
    """Weights on our bones, and the skin's triangles with their texture coordinates.

    Args:
        anny_model: from `model`.
        folder: that holds the package anny.

    Returns:
        The topology.
    """
    dense = anny_model.dense_vertex_bone_weights
    dense = (dense() if callable(dense) else dense).double().numpy()
    weights = np.zeros((len(dense), len(BONES)))
    for k, label in enumerate(anny_model.bone_labels):
        weights[:, _group(label)] += dense[:, k]
    weights /= weights.sum(1, keepdims=True)
    return Topology(weights, *_skin(folder / "anny/data/mpfb2/3dobjs/base.obj"))


def _group(label: str) -> int:
    name, _, side = label.partition(".")
    for starts, bone in GROUPS:
        if name.startswith(starts):
            return BONES.index(bone.format(s=side.lower()))
    raise ValueError(f"anny's bone {label} belongs to none of ours")


def _skin(file: Path) -> tuple[Ints, Ints, Array]:
    """Triangles of the group `body` of the base mesh."""
    uvs: list[tuple[float, float]] = []
    corners: list[list[int]] = []
    places: list[list[int]] = []
    group = ""
    for line in file.read_text(encoding="utf-8").splitlines():
        word, *rest = line.split() or [""]
        if word == "g":
            group = rest[0]
        elif word == "vt":
            uvs.append((float(rest[0]), 1.0 - float(rest[1])))
        elif word == "f" and group == "body":
            pairs = [[int(part) - 1 for part in corner.split("/")[:2]] for corner in rest]
            for k in range(1, len(pairs) - 1):
                corners.append([pairs[0][0], pairs[k][0], pairs[k + 1][0]])
                places.append([pairs[0][1], pairs[k][1], pairs[k + 1][1]])
    return np.array(corners), np.array(places), np.array(uvs)
