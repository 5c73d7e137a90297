"""People: a skinned mesh for a look, and its pose for a gait."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from renderers.mesh import Mesh
from renderers.people_bags import bag_parts
from renderers.people_extras import collar_parts, drape_part
from renderers.people_fabric import palette
from renderers.people_form import Part, SkinnedMesh, join
from renderers.people_hair import covered, grown, hair_parts
from renderers.people_head import ear_parts, head_grid, head_part, neck_part
from renderers.people_limbs import arm_part, hand_parts, leg_part, shoe_part
from renderers.people_packed import packed_mesh
from renderers.people_sizes import ARMS, COLLARS, CURTAINS, HEADS, LEGS, SHOES, TRUNK
from renderers.people_skin import skinned
from renderers.people_torso import clearance, seat_part, top_part
from renderers.people_umbrella import umbrella_parts
from scenes.people import PersonLook
from sim.people_gait import Gait
from sim.people_pose import bone_moves, bone_pose
from sim.people_skeleton import SIDES, Skeleton

__all__ = ["Gait", "SkinnedMesh", "gait_moves", "person_mesh", "pose_person"]

EARLESS = ("bob", "long", "afro", "curly")


def person_mesh(look: PersonLook, detail: int) -> SkinnedMesh:
    """Build a person in the rest pose.

    Args:
        look: the person.
        detail: 0 finest (about 8,000 triangles), 1 medium, 2 coarse.

    Returns:
        The skinned mesh.

    Raises:
        ValueError: unknown detail.
    """
    if detail not in (0, 1, 2):
        raise ValueError(f"detail {detail} is not one of 0, 1, 2")
    if look.asset:
        return packed_mesh(look, detail)
    skeleton = Skeleton(look, clearance(look))
    parts = [top_part(skeleton, *TRUNK[detail])]
    seat = seat_part(skeleton, *TRUNK[min(2, detail + 1)])
    if seat is not None:
        parts.append(seat)
    for side in SIDES:
        parts.append(arm_part(skeleton, side, *ARMS[detail]))
        parts.extend(hand_parts(skeleton, side, detail == 0))
        parts.append(leg_part(skeleton, side, *LEGS[detail]))
        parts.append(shoe_part(skeleton, side, *SHOES[detail]))
    parts.extend(head_parts(skeleton, detail))
    parts.extend(collar_parts(skeleton, COLLARS[detail]))
    parts.extend(bag_parts(skeleton, detail))
    parts.extend(umbrella_parts(skeleton, detail))
    return join(parts, palette(), skeleton)


def head_parts(skeleton: Skeleton, detail: int) -> list[Part]:
    """Head, neck, ears, hair and headwear."""
    look = skeleton.look
    head = covered(grown(head_grid(skeleton, *HEADS[detail])))
    parts = [head_part(head), neck_part(skeleton, COLLARS[detail] // 2, (6, 4, 3)[detail])]
    parts.extend(hair_parts(head, *CURTAINS[detail]))
    wrapped = look.head.headwear in ("hood", "headscarf")
    if wrapped:
        parts.append(drape_part(skeleton, COLLARS[detail]))
    if detail < 2 and not wrapped and look.head.headwear != "beanie" and look.head.hair_style not in EARLESS:
        parts.extend(ear_parts(skeleton))
    return parts


def gait_moves(skeleton: Skeleton, gait: Gait) -> NDArray[np.float64]:
    """(19, 3, 4) posed_from_rest of the bones in a gait."""
    return bone_moves(skeleton, *bone_pose(skeleton, gait))


def pose_person(person: SkinnedMesh, gait: Gait) -> Mesh:
    """Pose a person.

    Args:
        person: the rest pose.
        gait: phase, speed and behaviour. In a walk the stance foot rests on the ground while the model frame advances
            by `stride_length(look, speed)` along +x for each unit of phase.

    Returns:
        The posed mesh in the model frame, feet on z = 0.
    """
    return skinned(person, gait_moves(person.skeleton, gait))
