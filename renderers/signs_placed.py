"""Traffic signs of packs as labelled things: their plates have instance ids, their posts have none."""

from __future__ import annotations

import numpy as np

from renderers.labels import Subject
from renderers.mesh import moved
from renderers.props_packed import sign_plate
from renderers.relief import prop_pose
from renderers.stage import Instance
from scenes.catalogue import asset
from scenes.geometry import triple
from scenes.kinds import Kind
from scenes.types import Scene


def sign_ids(scene: Scene) -> dict[int, int]:
    """Instance ids of the signs whose meaning is known, after those of actors and signals; by place in `props`."""
    signs = [k for k, prop in enumerate(scene.props) if prop.look.asset and asset(prop.look.asset).sort == "sign"]
    taken = [0, *(actor.id for actor in scene.actors), *(signal.id for signal in scene.signals)]
    taken += [actor.rider for actor in scene.actors if actor.rider is not None]
    taken += [actor.companion.id for actor in scene.actors if actor.companion is not None]
    return {k: max(taken) + number for number, k in enumerate(signs, 1)}


def placed_sign(scene: Scene, k: int, number: int) -> tuple[Instance, Subject]:
    """A sign's plate and what is known of it.

    Args:
        scene: of the sign.
        k: its place in `scene.props`.
        number: its instance id.

    Returns:
        The plate without its post, and the subject; attribute `sign` is its class.
    """
    prop = scene.props[k]
    pose, slant = prop_pose(prop, scene.roads.relief)
    mesh = moved(sign_plate(prop.look), slant)
    low, high = (corner.astype(np.float64) for corner in mesh.extent)
    centre = triple(pose[:3, :3] @ ((low + high) / 2) + pose[:3, 3])
    found = asset(prop.look.asset)
    attributes = {"sign": str(found.details["class"]), "shape": str(found.details["shape"])}
    subject = Subject(number, Kind.SIGN, centre, triple(high - low), prop.heading, attributes=attributes)
    return Instance(mesh, pose, Kind.SIGN, number), subject
