"""Pictures as observations: a small dash camera that environments look through."""

from __future__ import annotations

import math
from collections import OrderedDict

import numpy as np
from gymnasium import spaces
from numpy.typing import NDArray

from renderers.assemble import StageBuilder
from renderers.camera_chain import automatic_exposure
from renderers.raster import RasterOptions, RasterRenderer
from renderers.views import resolve_camera
from scenes.cameras import DASH, focal_of
from scenes.types import Camera, CameraChain, Scene
from sim.world import State

FAST = RasterOptions(samples=1, shadow_size=0, sky_size=0, cabins=False)
SPEEDOMETER = 20.0  # m/s at its right end
BUILDERS = 64  # scenes whose meshes are kept, some 6 MB each


class DashCamera:
    """An `agents.environments.Observer`: (H, W, 3) sRGB pictures from behind the windscreen of the ego.

    The bottom row is a speedometer: white from the left up to the own speed. Meshes that do not move are built once per
    scene and kept; use one camera per process, for the renderer under it keeps buffers between pictures.
    """

    def __init__(
        self, width: int = 64, height: int = 48, fov: float = 70.0, grey: bool = False, options: RasterOptions = FAST
    ) -> None:
        """Choose the camera.

        Args:
            width: px.
            height: px.
            fov: horizontal, degrees.
            grey: one channel instead of three.
            options: quality against speed.

        Raises:
            ValueError: a number is out of range.
        """
        if not (16 <= width <= 512 and 16 <= height <= 512 and 20.0 <= fov <= 120.0):
            raise ValueError(f"camera: {width}x{height} px, {fov:g} degrees is outside 16..512 px, 20..120 degrees")
        self.width, self.height, self.focal, self.grey = width, height, focal_of(width, fov), grey
        self.space: spaces.Box = spaces.Box(0, 255, (height, width, 1 if grey else 3), np.uint8)
        self._renderer = RasterRenderer(options)
        self._builders: OrderedDict[int, StageBuilder] = OrderedDict()  # by identity of the scene, which they hold

    def observe(self, scene: Scene, state: State, ego: int) -> NDArray[np.uint8]:
        """Take a picture.

        Args:
            scene: that is played.
            state: its only world.
            ego: position of the actor that carries the camera.

        Returns:
            (H, W, 3) sRGB, or (H, W, 1).
        """
        mount = scene.actors[ego].id
        position = np.array([DASH, 0.0, 1.35])
        camera = Camera(
            0, self.width, self.height, self.focal, position, 0.0, math.radians(-4.0), 0.0, CameraChain(), mount
        )  # fmt: skip
        view = resolve_camera(camera, scene, state)
        stage, _ = self._builder(scene).at(state, view, hidden=mount)
        light = self._renderer.render(stage, view).rgb
        light = np.clip(light * np.float32(automatic_exposure(light)), 0.0, 1.0)
        picture = np.asarray(255.0 * light ** np.float32(1 / 2.2) + 0.5, np.uint8)
        if self.grey:
            picture = np.asarray(picture @ np.array([0.2126, 0.7152, 0.0722], np.float32), np.uint8)[..., None]
        lit = round(self.width * min(float(state.speed[0, ego]) / SPEEDOMETER, 1.0))
        picture[-1, :lit], picture[-1, lit:] = 255, 0
        return picture

    def _builder(self, scene: Scene) -> StageBuilder:
        """Builder of a scene's stages, the least recently used ones dropped."""
        key = id(scene)
        if key not in self._builders:
            self._builders[key] = StageBuilder(scene, coarse=True)
        self._builders.move_to_end(key)
        while len(self._builders) > BUILDERS:
            self._builders.popitem(last=False)
        return self._builders[key]
