"""A run of a scene to look at: from above, through a camera, or both; as a film or in a window."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from renderers.assemble import StageBuilder
from scenes.cameras import focal_of
from scenes.catalogue import choose_packs
from scenes.equip import equipped
from scenes.files import load
from scenes.types import Camera, CameraChain, Scene
from sim.rollout import rollout
from sim.world import State, World, compile_world
from skidpad import drivers
from skidpad.film import check_film, counted, write_film
from skidpad.render import shoot
from skidpad.topview import around, draw_top, ego_of
from skidpad.topview_paint import Picture, Viewport, fit

if TYPE_CHECKING:
    from agents.episodes import Controlled

Draw = Callable[[int], Picture]  # picture of a frame number


@dataclass(frozen=True, eq=False)
class Run:
    """A rollout of one scene with what is looked at."""

    world: World
    states: list[State]  # one for every frame
    ego: int | None  # number of the actor that is highlighted, in its scene
    chase: bool  # the camera flies behind the ego, else it is the scene's first
    near: bool  # the map follows the ego, else it shows everybody

    @property
    def scene(self) -> Scene:
        """The one scene."""
        return self.world.scenes[0]


def play(
    file: str | Path,
    out: str | Path | None = None,
    *,
    view: str = "top",
    seconds: float = 10.0,
    fps: float = 10.0,
    sample: int = 0,
    seed: int = 0,
    follow: str | None = None,
    driver: str | None = None,
    assets: str = "auto",
    on_progress: Callable[[int, int], None] | None = None,
) -> None:
    """Simulate a sample of a scene and show it.

    Args:
        file: scene file or library name, or the run folder of a training: its driver plays episode `sample` of the
            held-out scenes that `skidpad train` measures it in; every picture is a step of 0.1 s.
        out: film to write, .mp4 or .gif; None shows a window.
        view: `top`, `camera` or `both`.
        seconds: length of the film.
        fps: pictures per second.
        sample: number of the sample.
        seed: any integer.
        follow: id of an actor, `ego`, or `all`; None is the ego where there is one, and the scene's own camera.
        driver: of all moving vehicles, see `skidpad.drivers`; None = as the scene says.
        assets: see `scenes.catalogue.choose_packs`.
        on_progress: called with (pictures, all).

    Raises:
        SceneError: the scene file is wrong.
        ValueError: an argument is wrong.
        RuntimeError: a library or a display is missing.
    """
    if out is not None:
        check_film(Path(out), fps)
    else:
        from skidpad.window import check_display, show

        check_display()
    if Path(file).is_dir():
        if driver is not None or follow not in (None, "ego", "all"):
            raise ValueError(f"--driver, --follow: {file} is a run folder; its own driver plays, and is followed")
        run = episode(Path(file), sample, seconds, everybody=follow == "all")
    else:
        scene = equipped(load(file).sample(sample, seed=seed), choose_packs(assets))
        run = simulate(scene, seconds, fps, follow, driver)
    if out is not None:
        draw = VIEWS[view](run)
        count = len(run.states)
        write_film(out, counted(map(draw, range(count)), count, on_progress), fps)
    else:
        show(f"skidpad play {file}", {name: make(run) for name, make in VIEWS.items()}, view, len(run.states), fps)


def simulate(scene: Scene, seconds: float, fps: float, follow: str | None, driver: str | None) -> Run:
    """Roll a scene out, from its start time on as for a dataset.

    Args:
        scene: without randomness.
        seconds: length.
        fps: states per second.
        follow: see `play`.
        driver: see `play`.

    Returns:
        The run.

    Raises:
        ValueError: nobody to follow, or an unknown driver.
    """
    everybody, others = drivers.cast(scene, driver)
    ego = ego_of(scene) if follow in (None, "ego", "all") else index_of(scene, str(follow))
    if ego is None and follow == "ego":
        raise ValueError(f"--follow ego: sample {scene.sample} of {scene.name} has no vehicle that drives")
    times = [scene.start_time + k / fps for k in range(max(1, round(seconds * fps)))]
    states = rollout([scene], everybody, times, others)
    chase = follow not in (None, "all") or not scene.cameras
    return Run(compile_world([scene]), states, ego, chase and ego is not None, follow != "all" and ego is not None)


def episode(folder: Path, number: int, seconds: float, *, everybody: bool = False) -> Run:
    """Let the driver of a run folder play an episode of the environment that it was trained in.

    Args:
        folder: run folder.
        number: of the episode, as in its evaluation.
        seconds: at most.
        everybody: show the whole scene instead of the ego's surroundings.

    Returns:
        The run.

    Raises:
        RunError: the folder is missing or broken.
        SceneError: its scene is not there any more.
    """
    from agents.environments import DT, Environments
    from agents.measure import EPISODE_SEED, HELD_OUT
    from agents.runs import RUN, read_json
    from skidpad.seeing import driver_of

    act, recipe = driver_of(folder), read_json(folder / RUN, "run folder")
    cars: Controlled = "cars" if recipe.get("cars") == "cars" or "league" in recipe else "ego"
    home = str(recipe.get("beside", recipe["scene"]))  # of who has practised: where it was trained before
    core = Environments(home, controlled=cars, scene_seed=HELD_OUT, autoreset=False, consequence="remove", first=number)
    core.reset(EPISODE_SEED)
    states = [core.state(0)]
    while core.batch.play.active[0, 0] and len(states) <= seconds / DT:
        core.step(act(core, len(states) - 1))
        states.append(core.state(0))
    scene, ego = core.scene(0), core.egos(0)[0]
    states[-1].alive[0, ego] = True  # the environment takes away who has finished
    return Run(compile_world([scene]), states, ego, chase=True, near=not everybody)


def index_of(scene: Scene, text: str) -> int:
    """Number of the actor with an id, as typed.

    Raises:
        ValueError: there is none.
    """
    ids = [str(actor.id) for actor in scene.actors]
    if text not in ids:
        known = f"ids are {ids[0]} to {ids[-1]}" if ids else "it has no actors"
        raise ValueError(
            f"--follow: {text!r} is no actor of sample {scene.sample} of {scene.name}; {known}; or ego, all"
        )
    return ids.index(text)


def top_view(run: Run, width: int = 640, height: int = 480) -> Draw:
    """Draw frames from above."""
    track = np.array([state.position[0, :, :2] for state in run.states], np.float64)  # (frames, A, 2)
    alive = np.array([state.alive[0] for state in run.states])
    everybody = fit(track[alive] if alive.any() else np.zeros((1, 2)), width, height)

    def draw(k: int) -> Picture:
        state, ego = run.states[k], run.ego
        view: Viewport = around(state, 0, ego, width, height) if run.near and ego is not None else everybody
        trail = None if ego is None else track[: k + 1, ego]
        return draw_top(run.world, state, 0, view=view, ego=ego, trail=trail)

    return draw


def camera_view(run: Run) -> Draw:
    """Draw frames through the scene's first camera, as `skidpad generate` does, or from behind the ego."""
    builder = StageBuilder(run.scene)

    def draw(k: int) -> Picture:
        return shoot(builder, camera_at(run, k), run.states[k], k).picture

    return draw


def both_views(run: Run) -> Draw:
    """Draw both, the map on the left as large as the camera's picture."""
    through, camera = camera_view(run), camera_at(run, 0)
    above = top_view(run, camera.width, camera.height)
    return lambda k: np.asarray(np.concatenate([above(k), through(k)], axis=1), np.uint8)


VIEWS: dict[str, Callable[[Run], Draw]] = {"top": top_view, "camera": camera_view, "both": both_views}


def camera_at(run: Run, k: int, width: int = 480, height: int = 360) -> Camera:
    """The scene's first camera, or a clean one behind and above the ego in frame k."""
    if not run.chase or run.ego is None:
        return run.scene.cameras[0]
    state, (length, _, tall) = run.states[k], run.scene.actors[run.ego].size
    heading, back = float(state.heading[0, run.ego]), 4.0 + 0.9 * length
    offset = np.array([-back * math.cos(heading), -back * math.sin(heading), tall + 1.4])
    place = state.position[0, run.ego].astype(np.float64) + offset
    return Camera(-1, width, height, focal_of(width, 62.0), place, heading, -0.2, 0.0, CameraChain())
