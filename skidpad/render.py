"""One sample of a scene file, simulated, drawn, labelled and developed."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from renderers.assemble import StageBuilder, resolve_camera
from renderers.camera_chain import NIGHT_GAIN, develop, encode_jpeg
from renderers.frame import LabelledFrame
from renderers.labels import Subject, label_frame
from renderers.precipitation import falling
from renderers.raster import Drawn, RasterRenderer
from scenes.catalogue import Pack
from scenes.equip import equipped
from scenes.files import SceneTemplate
from scenes.seeds import rng_for
from scenes.types import Camera, Scene
from sim.rollout import rollout
from sim.world import State
from skidpad.drivers import cast


@lru_cache(maxsize=1)
def renderer() -> RasterRenderer:
    """The one renderer of this process."""
    return RasterRenderer()


def render_sample(
    template: SceneTemplate, k: int, seed: int, frames: int = 1, fps: float = 10.0, randomise: bool = True,
    packs: Mapping[str, Pack] | None = None,
) -> list[LabelledFrame]:  # fmt: skip
    """Make all pictures of sample k.

    Args:
        template: a loaded scene file.
        k: sample number.
        seed: of the dataset.
        frames: pictures per camera.
        fps: pictures per second.
        randomise: False collapses every distribution to its centre.
        packs: asset packs by name, which replace built-in assets.

    Returns:
        Frame by frame, camera by camera.
    """
    scene = equipped(template.sample(k, seed=seed, randomise=randomise), packs or {})
    return render_scene(scene, frames, fps)


def render_scene(scene: Scene, frames: int = 1, fps: float = 10.0) -> list[LabelledFrame]:
    """Make all pictures of a concrete scene.

    Args:
        scene: without randomness.
        frames: pictures per camera.
        fps: pictures per second.

    Returns:
        Frame by frame, camera by camera.
    """
    times = [scene.start_time + index / fps for index in range(frames)]
    everybody, others = cast(scene)
    states = rollout([scene], everybody, times, others)
    builder = StageBuilder(scene)
    finished = []
    for index, state in enumerate(states):
        for camera in scene.cameras:
            shot = shoot(builder, camera, state, index)
            metadata: dict[str, object] = {
                "scene": scene.name,
                "light": {key: value for key, value in asdict(scene.light).items() if value != ""},
                "chain": asdict(camera.chain),
                "values": scene.values,
            }
            finished.append(
                LabelledFrame(
                    scene.sample,
                    index,
                    camera.id,
                    encode_jpeg(shot.picture, camera.chain.jpeg_quality),
                    shot.drawn.frame,
                    label_frame(shot.drawn, shot.subjects),
                    metadata,
                )
            )
    return finished


@dataclass(frozen=True, eq=False)
class Shot:
    """A developed picture with what labels are made of."""

    picture: NDArray[np.uint8]  # (H, W, 3) sRGB
    drawn: Drawn
    subjects: list[Subject]


def shoot(builder: StageBuilder, camera: Camera, state: State, index: int) -> Shot:
    """Take one picture.

    Args:
        builder: of the scene.
        camera: one of the scene's, or any other.
        state: where everything is.
        index: number of the frame, for the noise.

    Returns:
        The shot.
    """
    scene = builder.scene
    view = resolve_camera(camera, scene, state)
    stage, subjects = builder.at(state, view, hidden=camera.mount)
    drawn = renderer().draw(stage, view)
    rgb = drawn.frame.rgb
    if scene.light.rain > 0.0 or scene.light.snowfall > 0.0:
        drops = rng_for(scene.seed, scene.sample, "precipitation", camera.id, index)
        rgb = falling(drawn.frame, scene.light, camera.mount is not None, drops)
    noise = rng_for(scene.seed, scene.sample, "camera", camera.id, index)
    most_gain = NIGHT_GAIN if scene.light.condition == "night" else math.inf
    return Shot(develop(rgb, camera.chain, noise, most_gain), drawn, subjects)
