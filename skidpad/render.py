"""One sample of a scene file, simulated, drawn, labelled and developed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from renderers.assemble import StageBuilder
from renderers.camera_chain import develop, encode_jpeg
from renderers.extras import FLOW, extras_of
from renderers.flow import flow_between
from renderers.frame import Flow, Frame, LabelledFrame, View
from renderers.labels import label_frame
from renderers.lanes_seen import Traveller
from renderers.lidar import sweeps
from renderers.memory import give_back
from renderers.motion import vertices_at
from renderers.precipitation import falling
from renderers.raster import Drawn, RasterRenderer, Renderer
from renderers.stage import Stage
from renderers.warp import draw_behind_lens, flow_behind_lens
from scenes.catalogue import Pack
from scenes.equip import equipped
from scenes.files import SceneTemplate
from scenes.kinds import VEHICLES
from scenes.seeds import rng_for
from scenes.types import Camera, Scene
from sim.rollout import DT, rollout
from sim.world import State, between_states
from skidpad.compiling import compile_together
from skidpad.drivers import cast
from skidpad.shutter import Exposed, expose

NOTHING: frozenset[str] = frozenset()


def _gl() -> Renderer:
    from renderers.gl import GlRenderer

    return GlRenderer()


def _bullet() -> Renderer:
    from renderers.tiny import TinyRenderer

    return TinyRenderer()


def _path(*samples: int) -> Renderer:
    from renderers.path import PathRenderer

    return PathRenderer(*samples)


RENDERERS: dict[str, Callable[[], Renderer]] = {"raster": RasterRenderer, "gl": _gl, "path": _path, "bullet": _bullet}
MOST_PATHS = 65536  # through a pixel


@lru_cache(maxsize=len(RENDERERS))
def renderer(name: str) -> Renderer:
    """The one renderer of a name in this process.

    Args:
        name: row of RENDERERS, or path:N with the number of paths through each pixel.

    Raises:
        RuntimeError: what it needs is not installed, or does not work here.
    """
    base, _, paths = name.partition(":")
    return _path(int(paths)) if paths else RENDERERS[base]()


def chosen_renderer(name: str) -> str:
    """Name of the renderer that a user means, tried out.

    Args:
        name: as `renderer` takes it, or auto: gl where there is a graphics card, else raster.

    Returns:
        As `renderer` takes it.

    Raises:
        ValueError: unknown name, or a number of paths outside its limits.
        RuntimeError: it does not work here.
    """
    if name == "auto":
        from renderers.gl_device import graphics_card

        return "gl" if graphics_card() else "raster"
    base, colon, paths = name.partition(":")
    if base == "path" and colon:
        if not (paths.isascii() and paths.isdigit() and 1 <= int(paths) <= MOST_PATHS):
            raise ValueError(f"renderer {name!r}: {paths!r} paths through a pixel are not in [1, {MOST_PATHS}]")
        name = f"path:{int(paths)}"
    elif name not in RENDERERS:
        raise ValueError(f"renderer {name!r} is not one of auto, {', '.join(RENDERERS)}")
    renderer(name)
    return name


def render_sample(
    template: SceneTemplate, k: int, seed: int, frames: int = 1, fps: float = 10.0, randomise: bool = True,
    packs: Mapping[str, Pack] | None = None, wanted: frozenset[str] = NOTHING, by: str = "raster", lidars: bool = True,
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
        wanted: labels on request, of `renderers.extras.REQUESTS`.
        by: name of the renderer.
        lidars: whether they look, too.

    Returns:
        Frame by frame, camera by camera.

    Raises:
        LidarError: there are lidars, and Embree is not installed.
    """
    if by == "raster":
        compile_together()
    scene = equipped(template.sample(k, seed=seed, randomise=randomise), packs or {})
    finished = render_scene(scene if lidars else replace(scene, lidars=()), frames, fps, wanted, by)
    give_back()
    return finished


def render_scene(
    scene: Scene, frames: int = 1, fps: float = 10.0, wanted: frozenset[str] = NOTHING, by: str = "raster"
) -> list[LabelledFrame]:
    """Make all pictures of a concrete scene.

    Args:
        scene: without randomness.
        frames: pictures per camera.
        fps: pictures per second.
        wanted: labels on request, of `renderers.extras.REQUESTS`.
        by: name of the renderer.

    Returns:
        Frame by frame, camera by camera.
    """
    if wanted & FLOW and any(camera.readout > 0.0 for camera in scene.cameras):
        raise ValueError(f"{scene.name}: no optical flow with a rolling shutter (`readout`); ask for other labels")
    times = [scene.start_time + index / fps for index in range(frames)]
    states = moments_of(scene, times)
    builder = StageBuilder(scene)
    finished: list[LabelledFrame] = []
    before: dict[int, tuple[int, Shot]] = {}  # by camera id: the picture before, its number in `finished`
    for index, (state, *later) in enumerate(states):
        details: list[dict[int, int]] = []
        for camera in scene.cameras:
            shot = shoot(builder, camera, state, index, by, later)
            details.append(shot.details)
            metadata: dict[str, object] = {
                "scene": scene.name,
                "light": {key: value for key, value in asdict(scene.light).items() if value != ""},
                "chain": asdict(camera.chain),
                "values": scene.values,
                **shutter_entry(camera, shot),
            }
            looking, drawn = traveller_of(scene, camera, shot.state), shot.drawn
            finished.append(
                LabelledFrame(
                    scene.sample, index, camera.id, encode_jpeg(shot.picture, camera.chain.jpeg_quality), drawn.frame,
                    label_frame(drawn, shot.subjects, shot.moments), metadata,
                    extras_of(drawn, shot.subjects, scene.roads, looking, wanted, shot.moments),
                )
            )  # fmt: skip
            if wanted & FLOW:
                if camera.id in before:
                    place, old = before[camera.id]
                    there, back = flows(builder, camera, old, shot)
                    finished[place] = replace(finished[place], extras=replace(finished[place].extras, flow=there))
                    finished[-1] = replace(finished[-1], extras=replace(finished[-1].extras, flow_back=back))
                before[camera.id] = len(finished) - 1, shot
        if scene.lidars:
            swept = sweeps(builder, moving((state, *later)), index, details)
            finished[-len(details) :] = [replace(frame, sweeps=swept) for frame in finished[-len(details) :]]
    return finished


@dataclass(frozen=True, eq=False)
class Shot(Exposed):
    """A developed picture with what labels are made of."""

    picture: NDArray[np.uint8]  # (H, W, 3) sRGB


def shutter_entry(camera: Camera, shot: Shot) -> dict[str, object]:
    """When a picture was taken that took time, and the poses of its top and bottom rows; of others nothing."""
    if camera.exposure == camera.readout == 0.0:
        return {}
    ends = (shot.moments[0].frame, shot.moments[-1].frame) if shot.moments else (shot.drawn.frame,) * 2
    poses = [frame.view.camera_from_world for frame in ends]
    return {"shutter": {"exposure": camera.exposure, "readout": camera.readout, "camera_from_world": poses}}


def moments_of(scene: Scene, times: Sequence[float]) -> list[list[State]]:
    """For every time the state, and those one and two steps later where a shutter or a sweep takes time."""
    slow = any(camera.exposure + camera.readout > 0.0 for camera in scene.cameras)
    slow = slow or any(lidar.motion for lidar in scene.lidars)
    offsets = (0.0, DT, 2 * DT) if slow else (0.0,)
    everybody, others = cast(scene)
    wanted = sorted({time + offset for time in times for offset in offsets})
    states = dict(zip(wanted, rollout([scene], everybody, wanted, others), strict=True))
    return [[states[time + offset] for offset in offsets] for time in times]


def moving(states: Sequence[State]) -> Callable[[float], State]:
    """Where everything is some seconds after the first of states that are DT apart."""

    def state_at(time: float) -> State:
        if time == 0.0:
            return states[0]
        k = min(int(time / DT), len(states) - 2)
        return between_states(states[k], states[k + 1], time / DT - k)

    return state_at


def shoot(
    builder: StageBuilder, camera: Camera, state: State, index: int, by: str = "raster", later: Sequence[State] = ()
) -> Shot:
    """Take one picture.

    Args:
        builder: of the scene.
        camera: one of the scene's, or any other.
        state: where everything is.
        index: number of the frame, for the noise.
        by: name of the renderer.
        later: where everything is one and two steps of DT later, for a shutter that takes time; () = it takes none.

    Returns:
        The shot.
    """
    scene = builder.scene

    def draw(stage: Stage, view: View) -> Drawn:
        return draw_behind_lens(renderer(by), stage, view)

    still = camera if later else replace(camera, exposure=0.0, readout=0.0)
    taken = expose(builder, still, moving((state, *later)), draw)
    rgb = taken.drawn.frame.rgb
    if scene.light.rain > 0.0 or scene.light.snowfall > 0.0:
        drops = rng_for(scene.seed, scene.sample, "precipitation", camera.id, index)
        rgb = falling(taken.drawn.frame, scene.light, camera.mount is not None, drops)
    noise = rng_for(scene.seed, scene.sample, "camera", camera.id, index)
    pattern = rng_for(scene.seed, scene.sample, "sensor", camera.id)
    picture = develop(replace(taken.drawn.frame, rgb=rgb), scene.light, camera.chain, noise, pattern)
    return Shot(**vars(taken), picture=picture)


def flows(builder: StageBuilder, camera: Camera, first: Shot, second: Shot) -> tuple[Flow, Flow]:
    """Optical flow from one picture of a camera to the next, and back.

    Args:
        builder: of the scene.
        camera: that took both.
        first: picture.
        second: picture, later.

    Returns:
        The flow there, and the flow back.
    """
    found = []
    for here, there in ((first, second), (second, first)):
        # the levels of detail of the picture that the flow starts from, so that vertices correspond
        other, _ = builder.at(there.state, here.drawn.frame.view, camera.mount, dict(here.details))

        def between(drawn: Drawn, then: Frame, stage: Stage = here.stage, other: Stage = other) -> Flow:
            return flow_between(drawn, vertices_at(drawn.flat, stage, drawn.frame.view, other), then)

        found.append(flow_behind_lens(here.drawn, there.drawn, between))
    return found[0], found[1]


def traveller_of(scene: Scene, camera: Camera, state: State) -> Traveller:
    """Whom lanes are told by: the vehicle that carries the camera, or a camera beside the road."""
    if camera.mount is not None:
        k = next(i for i, actor in enumerate(scene.actors) if actor.id == camera.mount)
        position, heading = state.position[0, k].astype(np.float64), float(state.heading[0, k])
        if scene.actors[k].kind in VEHICLES:
            return Traveller(position, heading, scene.actors[k].path)
        return Traveller(position, heading + camera.heading)
    return Traveller(camera.position, camera.heading)
