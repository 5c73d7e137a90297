"""Lidars: sweeps over the same stages, and the same triangles, that cameras see."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache

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
from scenes.geometry import BODY_FROM_CAMERA
from scenes.seeds import rng_for
from scenes.types import Lidar, Scene
from sim.world import State


@lru_cache(maxsize=1)
def flattener() -> Flattener:
    """The one of all lidars of this process: it keeps materials and textures."""
    return Flattener()


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


def sweep(builder: StageBuilder, lidar: Lidar, state: State, index: int, details: dict[int, int]) -> Sweep:
    """Let a lidar look around once. Nothing moves meanwhile.

    Args:
        builder: of the scene.
        lidar: one of the scene's, or any other.
        state: where everything is.
        index: number of the frame, for noise and drop-outs.
        details: levels of detail of the pictures of this moment, see `StageBuilder.at`.

    Returns:
        The returns, in the order in which rays are sent out.

    Raises:
        LidarError: Embree is not installed.
    """
    scene, view = builder.scene, resolve_lidar(lidar, builder.scene, state)
    # the vehicle that carries the lidar is left out, as in the pictures of its cameras
    stage, _ = builder.at(state, view, lidar.mount, dict(details))
    flat = flattener().flatten(stage, view)
    world_from_lidar = np.asarray(np.linalg.inv(view.camera_from_world), np.float64)
    world_from_lidar[:3, :3] = world_from_lidar[:3, :3] @ BODY_FROM_CAMERA.T
    rays, ring, offset = rays_of(lidar, stage.time)
    ways = rays @ world_from_lidar[:3, :3].T
    found = cast(flat, view.position, np.ascontiguousarray(ways, np.float32))
    rng = rng_for(scene.seed, scene.sample, "lidar", lidar.id, index)
    noise, luck = rng.normal(0.0, 1.0, len(rays)) * lidar.noise, rng.random(len(rays))
    kept = np.flatnonzero((found.triangle >= 0) & (luck >= lidar.dropout))
    hits = chosen(found, kept)
    place = view.position + ways[kept] * hits.distance[:, None].astype(np.float64)
    intensity = intensities(hits, flat, flattener().materials, stage, view, place.astype(np.float32))
    good = seen(intensity, hits.distance, lidar)
    kept, hits, place = kept[good], chosen(hits, good), place[good]
    instance, motions = flat.instance[hits.triangle], motions_of(scene, state)
    own = motions.at(np.array([lidar.mount or 0]), view.position[None])
    speed = ((motions.at(instance, place) - own) * ways[kept]).sum(1)
    points = rays[kept] * (hits.distance + noise[kept])[:, None]
    return Sweep(
        scene.sample, index, lidar.id, lidar.model, stage.time, len(rays), world_from_lidar, points.astype(np.float32),
        intensity[good], offset[kept].astype(np.float32), ring[kept], instance, flat.kind[hits.triangle],
        speed.astype(np.float32),
    )  # fmt: skip


def sweeps(builder: StageBuilder, state: State, index: int, details: Sequence[dict[int, int]]) -> tuple[Sweep, ...]:
    """Let all lidars of a scene look around.

    Args:
        builder: of the scene.
        state: where everything is.
        index: number of the frame.
        details: levels of detail of each picture of this moment; lidars see the finest of each thing.

    Returns:
        A sweep of each.
    """
    finest: dict[int, int] = {}
    for one in details:
        for number, level in one.items():
            finest[number] = min(level, finest.get(number, level))
    return tuple(sweep(builder, lidar, state, index, finest) for lidar in builder.scene.lidars)


def chosen(hits: Hits, which: NDArray[np.generic]) -> Hits:
    """Some of the hits: (M,) numbers, or (N,) whether."""
    return Hits(hits.triangle[which], hits.distance[which], hits.u[which], hits.v[which], hits.cosine[which])
