"""Drawing what rigid bodies do: limp people, boxes that turn with the body."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from renderers.mesh import Mesh
from renderers.people_form import SkinnedMesh
from scenes.geometry import posed, triple
from scenes.people import WORN, PersonLook
from sim.people_skeleton import PELVIS

Floats = NDArray[np.float64]
Triple = tuple[float, float, float]


def empty_handed(look: PersonLook) -> PersonLook:
    """The same person, who lost the umbrella and every bag that is not worn on the back."""
    bag = look.bag if look.bag.style in WORN else replace(look.bag, style="none")
    return replace(look, bag=bag, umbrella=None)


def limp_pose(person: SkinnedMesh, pelvis: NDArray[np.floating], orientation: NDArray[np.floating]) -> Floats:
    """World_from_model (4, 4) of somebody with `limp_moves`, from the place of the pelvis (3,) in m."""
    pose = posed(pelvis, orientation)
    pose[:3, 3] -= pose[:3, :3] @ person.skeleton.joints[PELVIS]
    return pose


def box_of(mesh: Mesh, pose: Floats) -> tuple[Triple, Triple]:
    """Smallest box around a mesh along the axes of its model frame: middle (world, m) and size (m)."""
    low, high = mesh.positions.min(0).astype(np.float64), mesh.positions.max(0).astype(np.float64)
    return triple(pose[:3, :3] @ ((low + high) / 2) + pose[:3, 3]), triple(high - low)
