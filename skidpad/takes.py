"""Runs that are shown, recorded and measured: samples of scenes, episodes of trained drivers, and recordings."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np

from agents.environments import DT, Environments
from agents.episodes import Controlled
from agents.measure import EPISODE_SEED, HELD_OUT
from agents.recording import (
    Recording,
    RecordingError,
    Sample,
    Setup,
    read_recording,
    record,
    replay,
    sample_hash,
    text_hash,
)
from agents.runs import RUN, read_json
from agents.watching import Metrics, Watch, metrics_of_states
from scenes.catalogue import Pack
from scenes.equip import equipped
from scenes.files import load
from scenes.types import Scene
from sim.rollout import DT as STEP
from sim.rollout import decision, step_at, steps_of
from sim.world import F4, State, World, compile_world
from skidpad import drivers
from skidpad.seeing import driver_of
from skidpad.topview import ego_of

SECONDS = 10.0  # of a film, where nothing else is asked for
EVERY = 2  # steps of a sample between two states that are measured: 0.1 s


@dataclass(frozen=True, eq=False)
class Run:
    """A run of one scene with what is looked at."""

    world: World
    states: list[State]  # one for every frame
    ego: int | None  # number of the actor that is highlighted, in its scene
    chase: bool  # the camera flies behind the ego, else it is the scene's first
    near: bool  # the map follows the ego, else it shows everybody
    measure: Callable[[], Metrics]  # what the drives of the whole run were like
    recording: Recording | None = None

    @property
    def scene(self) -> Scene:
        """The one scene."""
        return self.world.scenes[0]


def simulate(
    scene: Scene, seconds: float, fps: float, follow: str | None, driver: str | None, setup: Sample | None = None
) -> Run:
    """Roll a scene out, from its start time on as for a dataset.

    Args:
        scene: without randomness.
        seconds: length.
        fps: states per second.
        follow: see `skidpad.playback.play`.
        driver: see `skidpad.playback.play`.
        setup: which sample the scene is, to record it.

    Returns:
        The run.

    Raises:
        ValueError: nobody to follow, or an unknown driver.
    """
    world, kept = compile_world([scene]), drivers.learners(scene, driver)
    decide, controls = decision(world, *drivers.cast(scene, driver)), []

    def noted(state: State) -> F4:
        wanted = decide(state)
        controls.append(wanted[:, kept])
        return wanted

    times = [scene.start_time + k / fps for k in range(max(1, round(seconds * fps)))]
    every = list(islice(steps_of(world, noted), step_at(times[-1]) + 1))
    recording = None
    if setup is not None:
        actions = np.stack([np.zeros((1, len(kept), 2)), *controls])[1:].astype(np.float32)
        hashes = np.array([sample_hash(state) for state in every], np.uint64)
        recording = Recording(setup, 0, text_hash(setup.scene), "", actions, hashes)
    return shown(world, every, times, follow, recording)


def shown(world: World, every: list[State], times: list[float], follow: str | None, recording: Recording | None) -> Run:
    """A run of a sample.

    Args:
        world: of the sample alone.
        every: states from time 0 on, STEP apart.
        times: s, of the frames.
        follow: see `skidpad.playback.play`.
        recording: of the run.

    Raises:
        ValueError: nobody to follow.
    """
    scene = world.scenes[0]
    ego = ego_of(scene) if follow in (None, "ego", "all") else index_of(scene, str(follow))
    if ego is None and follow == "ego":
        raise ValueError(f"--follow ego: sample {scene.sample} of {scene.name} has no vehicle that drives")
    chase = follow not in (None, "all") or not scene.cameras
    measured = every[step_at(times[0]) :: EVERY]

    def measure() -> Metrics:
        return metrics_of_states(scene, measured, EVERY * STEP)

    return Run(
        world, [every[step_at(time)] for time in times], ego, chase and ego is not None,
        follow != "all" and ego is not None, measure, recording,
    )  # fmt: skip


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


class Filmed:
    """Keeps what is shown of a core, the first episode of one of its worlds, and what is measured, all of it."""

    def __init__(self, number: int = 0) -> None:
        self.number, self.states = number, list[State]()
        self.scene: Scene | None = None
        self.ego = 0

    def __call__(self, core: Environments, step: int) -> None:
        """Keep the state after a step, 0 the start."""
        if step == 0:
            self._watch, self._goes_on = Watch(core), True
            self.scene, self.ego = core.scene(self.number), core.egos(self.number)[0]
            self._episode = int(core.batch.play.episode[self.number])
        else:
            self._watch(core)
        same = core.batch.play.episode[self.number] == self._episode
        if self._goes_on and same:
            self.states.append(core.state(self.number))
        self._goes_on = self._goes_on and same and bool(core.batch.play.active[self.number, 0])

    def run(self, count: int | None, *, everybody: bool, recording: Recording) -> Run:
        """What is shown: `count` states, None all of them."""
        assert self.scene is not None
        states = self.states[:count]
        states[-1].alive[0, self.ego] = True  # the environment takes away who has finished
        return Run(
            compile_world([self.scene]), states, self.ego, True, not everybody, self._watch.metrics, recording
        )  # fmt: skip


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
    act, recipe = driver_of(folder), read_json(folder / RUN, "run folder")
    cars: Controlled = "cars" if recipe.get("cars") == "cars" or "league" in recipe else "ego"
    home = str(recipe.get("beside", recipe["scene"]))  # of who has practised: where it was trained before
    setup = Setup(
        home, controlled=cars, pool=64, scene_seed=HELD_OUT, autoreset=False, consequence="remove", first=number
    )
    film = Filmed()
    made = record(setup, EPISODE_SEED, int(seconds / DT), act, on_step=film, alone=True)
    return film.run(None, everybody=everybody, recording=made)


def replayed(
    file: Path, number: int, seconds: float | None, fps: float, follow: str | None, packs: dict[str, Pack]
) -> Run:
    """Play a recording again, all of it, and compare every state with what it was.

    Args:
        file: recording.
        number: of a core the world that is shown.
        seconds: that are shown; None = all.
        fps: of a sample, states per second.
        follow: see `skidpad.playback.play`; of a core `ego` or `all`.
        packs: that a sample is shown with.

    Returns:
        The run.

    Raises:
        ValueError: the file or a state is not what it was, or there is no such world.
        SceneError: its scene is not there any more.
    """
    recording = read_recording(file)
    setup = recording.setup
    try:
        if isinstance(setup, Sample):
            if number:
                raise ValueError(f"--sample {number}: it is a recording of sample {setup.sample}, which is played")
            world, every = replayed_sample(recording, setup, packs)
            start, last = world.scenes[0].start_time, len(every) - 1
            most = math.ceil(((last + 0.5) * STEP - start) * fps)
            count = most if seconds is None else min(most, max(1, round(seconds * fps)))
            return shown(world, every, [start + k / fps for k in range(count)], follow, recording)
        if number >= setup.num_envs or follow not in (None, "ego", "all"):
            worlds = f"it has {setup.num_envs} worlds, whose first controlled actors are followed"
            raise ValueError(f"--sample {number}, --follow {follow}: {worlds}")
        film = Filmed(number)
        replay(recording, film)
    except RecordingError as error:
        raise RecordingError(f"{file}: {error}") from None
    return film.run(
        None if seconds is None else 1 + int(seconds / DT), everybody=follow == "all", recording=recording
    )  # fmt: skip


def replayed_sample(recording: Recording, setup: Sample, packs: dict[str, Pack]) -> tuple[World, list[State]]:
    """Play the recording of a sample again; see `replayed`.

    Returns:
        Its world, and all states.
    """
    recording.check_text()
    scene = equipped(load(setup.scene).sample(setup.sample, seed=setup.seed), packs)
    world, kept = compile_world([scene]), drivers.learners(scene, setup.driver)
    decide, told = decision(world, *drivers.cast(scene, setup.driver, learned=False)), iter(recording.actions)

    def again(state: State) -> F4:
        wanted = decide(state)
        wanted[:, kept] = next(told)
        return wanted

    def checked() -> Iterator[State]:
        for k, state in enumerate(islice(steps_of(world, again), len(recording.states))):
            recording.check(k, sample_hash(state))
            yield state

    return world, list(checked())
