"""Lidars: sweeps over the same stages, and the same triangles, that cameras see."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from renderers.assemble import StageBuilder
from renderers.frame import Around, Sweep
from renderers.geometry import Flattener
from renderers.lidar_cast import Hits, cast
from renderers.lidar_motion import motions_of
from renderers.lidar_patterns import rays_of
from renderers.lidar_returns import intensities, seen
from renderers.views import resolve_mount
from scenes.geometry import BODY_FROM_CAMERA, transform
from scenes.seeds import rng_for
from scenes.types import Lidar, Scene
from sim.world import State

SLICES = 10  # moments of a sweep that sees motion
StateAt = Callable[[float], State]
Floats = NDArray[np.float64]


@lru_cache(maxsize=1)
def flattener() -> Flattener:
    """The one of all lidars of this process: it keeps materials and textures."""
    return Flattener(cabins=False)


def resolve_lidar(lidar: Lidar, scene: Scene, state: State | None) -> Around:
    """Place a lidar at one moment.

    Args:
        lidar: sensor and mount.
        scene: the scene, for the index of the mount.
        state: where the mount is; None = where it starts.

    Returns:
        A view to all sides, whose axes are those of a camera that looks along x of the lidar. Its focal length is that
        of a picture with a pixel for each point of a row, for levels of detail.
    """
    focal = lidar.columns / lidar.fov if lidar.pattern != "rosette" else math.sqrt(lidar.columns) / lidar.fov
    return Around(2, 2, focal, resolve_mount(lidar, scene, state), reach=lidar.range)


def sweep(builder: StageBuilder, lidar: Lidar, state_at: StateAt, index: int, details: dict[int, int]) -> Sweep:
    """Let a lidar look around once.

    Args:
        builder: of the scene.
        lidar: one of the scene's, or any other. Without `motion` everything stays as it is at the begin.
        state_at: where everything is, s after the sweep begins.
        index: number of the frame, for noise and drop-outs.
        details: levels of detail of the pictures of this moment, see `StageBuilder.at`.

    Returns:
        The returns, in the order in which rays are sent out; points as they lie before the pose at the begin, which is
        how KITTI has them.

    Raises:
        LidarError: Embree is not installed.
    """
    scene, begin = builder.scene, state_at(0.0)
    time = float(begin.time[0])
    world_from_lidar = pose_of(resolve_lidar(lidar, scene, begin))
    rays, ring, offset = rays_of(lidar, time)
    rng = rng_for(scene.seed, scene.sample, "lidar", lidar.id, index)
    noise, luck = rng.normal(0.0, 1.0, len(rays)) * lidar.noise, rng.random(len(rays))
    looks = []
    for part in np.array_split(np.arange(len(rays)), SLICES if lidar.motion else 1):
        if len(part):
            moment = state_at(float(offset[part].mean())) if lidar.motion else begin
            looks.append(look(builder, lidar, moment, rays, noise, part[luck[part] >= lidar.dropout], details))
    ray, place, intensity, instance, kind, speed = (np.concatenate(column) for column in zip(*looks, strict=True))
    points = transform(np.linalg.inv(world_from_lidar), place)
    return Sweep(
        scene.sample, index, lidar.id, lidar.model, time, len(rays), world_from_lidar, points.astype(np.float32),
        intensity, offset[ray].astype(np.float32), ring[ray], instance, kind, speed.astype(np.float32),
    )  # fmt: skip


def look(
    builder: StageBuilder, lidar: Lidar, state: State, rays: Floats, noise: Floats, part: NDArray[np.intp],
    details: dict[int, int],
) -> tuple[NDArray[Any], ...]:  # fmt: skip
    """Send some rays of a sweep out at one moment.

    Args:
        builder: of the scene.
        lidar: the sensor.
        state: where everything is.
        rays: (N, 3) directions of all rays, lidar frame.
        noise: (N,) m, added to the distance.
        part: (M,) numbers of the rays.
        details: levels of detail.

    Returns:
        Of each return: number of the ray, (3,) place in the world, intensity, instance, class, velocity.
    """
    scene, view = builder.scene, resolve_lidar(lidar, builder.scene, state)
    # the vehicle that carries the lidar is left out, as in the pictures of its cameras
    stage, _ = builder.at(state, view, lidar.mount, dict(details))
    flat = flattener().flatten(stage, view)
    ways = rays[part] @ pose_of(view)[:3, :3].T
    found = cast(flat, view.position, np.ascontiguousarray(ways, np.float32))
    met = np.flatnonzero(found.triangle >= 0)
    hits = chosen(found, met)
    place = view.position + ways[met] * hits.distance[:, None].astype(np.float64)
    intensity = intensities(hits, flat, flattener().materials, stage, view, place.astype(np.float32))
    good = seen(intensity, hits.distance, lidar)
    met, hits, place = met[good], chosen(hits, good), place[good]
    instance, motions = flat.instance[hits.triangle], motions_of(scene, state)
    own = motions.at(np.array([lidar.mount or 0]), view.position[None])
    speed = ((motions.at(instance, place) - own) * ways[met]).sum(1)
    place += ways[met] * noise[part[met]][:, None]
    return part[met], place, intensity[good], instance, flat.kind[hits.triangle], speed


def pose_of(view: Around) -> Floats:
    """(4, 4) world_from_lidar."""
    pose = np.asarray(np.linalg.inv(view.camera_from_world), np.float64)
    pose[:3, :3] = pose[:3, :3] @ BODY_FROM_CAMERA.T
    return pose


def sweeps(
    builder: StageBuilder, state_at: StateAt, index: int, details: Sequence[dict[int, int]]
) -> tuple[Sweep, ...]:
    """Let all lidars of a scene look around.

    Args:
        builder: of the scene.
        state_at: where everything is, s after the begin.
        index: number of the frame.
        details: levels of detail of each picture of this moment; lidars see the finest of each thing.

    Returns:
        A sweep of each.
    """
    finest: dict[int, int] = {}
    for one in details:
        for number, level in one.items():
            finest[number] = min(level, finest.get(number, level))
    return tuple(sweep(builder, lidar, state_at, index, finest) for lidar in builder.scene.lidars)


def chosen(hits: Hits, which: NDArray[np.generic]) -> Hits:
    """Some of the hits: (M,) numbers, or (N,) whether."""
    return Hits(hits.triangle[which], hits.distance[which], hits.u[which], hits.v[which], hits.cosine[which])
