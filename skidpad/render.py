"""One sample of a scene file, simulated, drawn, labelled and developed."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from renderers.assemble import StageBuilder, resolve_camera
from renderers.camera_chain import NIGHT_GAIN, develop, encode_jpeg
from renderers.frame import LabelledFrame
from renderers.labels import Subject, label_frame
from renderers.precipitation import falling
from renderers.raster import Drawn, RasterRenderer, Renderer
from scenes.catalogue import Pack
from scenes.equip import equipped
from scenes.files import SceneTemplate
from scenes.seeds import rng_for
from scenes.types import Camera, Scene
from sim.rollout import rollout
from sim.world import State
from skidpad.drivers import cast


def _gl() -> Renderer:
    from renderers.gl import GlRenderer

    return GlRenderer()


def _bullet() -> Renderer:
    from renderers.tiny import TinyRenderer

    return TinyRenderer()


RENDERERS: dict[str, Callable[[], Renderer]] = {"raster": RasterRenderer, "gl": _gl, "bullet": _bullet}


@lru_cache(maxsize=len(RENDERERS))
def renderer(name: str = "raster") -> Renderer:
    """The one renderer of a name in this process.

    Raises:
        RuntimeError: what it needs is not installed, or does not work here.
    """
    return RENDERERS[name]()


def chosen_renderer(name: str) -> str:
    """Name of the renderer that a user means, tried out.

    Args:
        name: row of RENDERERS, or auto: gl where there is a graphics card, else raster.

    Returns:
        Row of RENDERERS.

    Raises:
        ValueError: unknown name.
        RuntimeError: it does not work here.
    """
    if name == "auto":
        from renderers.gl_device import graphics_card

        return "gl" if graphics_card() else "raster"
    if name not in RENDERERS:
        raise ValueError(f"renderer {name!r} is not one of auto, {', '.join(RENDERERS)}")
    renderer(name)
    return name


def render_sample(
    template: SceneTemplate, k: int, seed: int, frames: int = 1, fps: float = 10.0, randomise: bool = True,
    packs: Mapping[str, Pack] | None = None, by: str = "raster",
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
        by: name of the renderer.

    Returns:
        Frame by frame, camera by camera.
    """
    scene = equipped(template.sample(k, seed=seed, randomise=randomise), packs or {})
    return render_scene(scene, frames, fps, by)


def render_scene(scene: Scene, frames: int = 1, fps: float = 10.0, by: str = "raster") -> list[LabelledFrame]:
    """Make all pictures of a concrete scene.

    Args:
        scene: without randomness.
        frames: pictures per camera.
        fps: pictures per second.
        by: name of the renderer.

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
            shot = shoot(builder, camera, state, index, by)
            metadata: dict[str, object] = {
                "scene": scene.name,
                "light": asdict(scene.light),
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


def shoot(builder: StageBuilder, camera: Camera, state: State, index: int, by: str = "raster") -> Shot:
    """Take one picture.

    Args:
        builder: of the scene.
        camera: one of the scene's, or any other.
        state: where everything is.
        index: number of the frame, for the noise.
        by: name of the renderer.

    Returns:
        The shot.
    """
    scene = builder.scene
    view = resolve_camera(camera, scene, state)
    stage, subjects = builder.at(state, view, hidden=camera.mount)
    drawn = renderer(by).draw(stage, view)
    rgb = drawn.frame.rgb
    if scene.light.rain > 0.0 or scene.light.snowfall > 0.0:
        drops = rng_for(scene.seed, scene.sample, "precipitation", camera.id, index)
        rgb = falling(drawn.frame, scene.light, camera.mount is not None, drops)
    noise = rng_for(scene.seed, scene.sample, "camera", camera.id, index)
    most_gain = NIGHT_GAIN if scene.light.condition == "night" else math.inf
    return Shot(develop(rgb, camera.chain, noise, most_gain), drawn, subjects)
