"""Cameras resolved to matrices."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from renderers.frame import View
from renderers.relief import actor_pose
from scenes.geometry import camera_from_world, camera_looking, posed, world_from_model
from scenes.relief import raised
from scenes.types import Actor, Camera, Lidar, Scene
from sim.world import State


def resolve_camera(camera: Camera, scene: Scene, state: State | None) -> View:
    """Place a camera at one moment.

    Args:
        camera: intrinsics and mount.
        scene: the scene, for the index of the mount.
        state: where the mount is; None = where it starts.

    Returns:
        The view.
    """
    return View(camera.width, camera.height, camera.focal, resolve_mount(camera, scene, state), camera.lens)


def resolve_mount(camera: Camera | Lidar, scene: Scene, state: State | None) -> NDArray[np.float64]:
    """(4, 4) camera_from_world of a camera, or of one that looks along x of a lidar; see `resolve_camera`."""
    position, heading, relief = np.asarray(camera.position, np.float64), camera.heading, scene.roads.relief
    if camera.mount is not None:
        k = next(i for i, actor in enumerate(scene.actors) if actor.id == camera.mount)
        origin, turn = start_pose(scene.actors[k])
        if state is not None and state.rigid is not None:
            mount = posed(state.position[0, k].astype(np.float64), state.rigid.orientation[0, k])
            body = mount @ world_from_model(position, heading, camera.pitch, -camera.roll)
            return camera_looking(body)
        if state is not None:
            origin, turn = state.position[0, k].astype(np.float64), float(state.heading[0, k])
        if relief is not None:
            mount = actor_pose(scene.actors[k], origin, turn, relief)
            body = mount @ world_from_model(position, heading, camera.pitch, -camera.roll)
            return camera_looking(body)
        position = world_from_model(origin, turn)[:3, :3] @ position + origin
        heading += turn
    else:
        position = raised(position, relief)
    return camera_from_world(position, heading, camera.pitch, camera.roll)


def start_pose(actor: Actor) -> tuple[NDArray[np.float64], float]:
    """Roughly where an actor starts: good enough for levels of detail."""
    return np.array([*actor.path[0], 0.0]), actor.heading
