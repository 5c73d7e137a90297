"""Practice grounds: variants of an encounter as worlds of the environments, and how often a driver fails in them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from agents.actions import pushing
from agents.checkpoint import network_of
from agents.environments import DT, Environments
from agents.episodes import Pool, make_pool
from agents.judging import OUTCOMES
from agents.measure import Act, Rate, play_out
from agents.network import Network
from agents.training import Progress, Settings, train
from agents.variants import Variant, Variants, scene_of, tracks_of
from agents.watching import Metrics, Watch
from scenes.types import Floats
from sim.logs import OTHERS, log_of
from sim.world import F4

FAILURES = ("collision", "person_hit", "off_road", "red_light", "timeout")


@dataclass(frozen=True, eq=False)
class Measured:
    """How a driver fared in some variants, each driven once."""

    # names of `agents.judging.OUTCOMES`: `success` is to get as far as the variant's goal by the end of the recording
    # without contact, off the road or over a red light; `timeout` is not to get that far
    outcomes: tuple[str, ...]
    times: Floats  # s until it ended
    metrics: Metrics  # of the same episodes

    @property
    def failures(self) -> Rate:
        """How often it did not reach the goal."""
        return Rate(sum(outcome != "success" for outcome in self.outcomes), len(self.outcomes))

    def rate(self, outcome: str) -> Rate:
        """How often episodes ended in one way."""
        return Rate(self.outcomes.count(outcome), len(self.outcomes))


def ground(found: Variants, members: Sequence[Variant], others: str = "replay") -> Pool:
    """Compile variants for the environments: episodes of `Environments(pool)` practise in them.

    Args:
        found: variants of an encounter.
        members: those of them to compile.
        others: `replay` the others follow their log, or `react` to whoever is in their way.

    Returns:
        The pool; scene p plays `members[p]`, and its first actor is the ego.

    Raises:
        ValueError: no variants, or `others` is unknown.
    """
    if others not in OTHERS:
        raise ValueError(f"others: {others!r} is unknown; choose from {', '.join(OTHERS)}")
    if not members:
        raise ValueError("no variants to practise in")
    scenes = [scene_of(found, variant) for variant in members]
    tracks = [tracks_of(found.setting, variant.change) for variant in members]
    states = np.stack([np.concatenate([np.zeros((1, *s.shape[1:])), s]) for s, _ in tracks])
    valid = np.stack([np.concatenate([np.zeros((1, alive.shape[1]), bool), alive]) for _, alive in tracks])
    goals = np.array([variant.goal for variant in members])
    log = log_of(scenes, states, valid, found.setting.encounter.dt, OTHERS[others], goals)
    return make_pool(scenes, "ego", log)


def time_limit(found: Variants) -> float:
    """Duration of an episode, s: that of the recording."""
    return math.floor(found.setting.encounter.duration / DT + 1e-6) * DT


def measure(driver: Act, found: Variants, members: Sequence[Variant], others: str = "replay") -> Measured:
    """Let a driver drive every variant once.

    Args:
        driver: actions for the egos of a batch of worlds.
        found: variants of an encounter.
        members: those of them to drive.
        others: see `ground`.

    Returns:
        How every episode ended.
    """
    worlds = worlds_of(found, members, others)
    watch = Watch(worlds)
    outcomes, steps, _ = play_out(worlds, driver, watch)
    ends = tuple(OUTCOMES[outcome] for outcome in outcomes[:, 0])
    return Measured(ends, steps[:, 0] * DT, watch.metrics())


def worlds_of(found: Variants, members: Sequence[Variant], others: str) -> Environments:
    """Worlds 0, 1, 2 .. that play a variant each, once, from its start."""
    pool = ground(found, members, others)
    worlds = Environments(pool, len(members), time_limit=time_limit(found), autoreset=False, each=True)
    worlds.reset(seed=0)
    return worlds


def practise(
    found: Variants,
    members: Sequence[Variant],
    others: str,
    folder: Path,
    steps: int,
    *,
    start: Path,
    beside: Environments,
    recipe: dict[str, Any],
    settings: Settings,
    seed: int = 0,
    on_progress: Progress | None = None,
) -> Network:
    """Let a trained driver practise in variants, or go on with the practice that the folder holds.

    Args:
        found: variants of an encounter.
        members: those of them to practise in.
        others: see `ground`.
        folder: run folder.
        steps: transitions in all.
        start: run folder of the driver.
        beside: worlds that it drives in at the same time, so that it does not forget what it could.
        recipe: see `agents.training.train`.
        settings: of PPO.
        seed: of everything random.
        on_progress: see `agents.training.train`.

    Returns:
        The driver after practice.

    Raises:
        RunError: a run folder is broken, or of other settings.
    """
    from agents.sb3 import DriveVecEnv

    core = Environments(ground(found, members, others), settings.envs, time_limit=time_limit(found))
    model = train(
        DriveVecEnv(core, beside), folder, steps, recipe=recipe, settings=settings, seed=seed, start=start,
        on_progress=on_progress,
    )  # fmt: skip
    return network_of(model)


def scripted_driver(members: Sequence[Variant]) -> Act:
    """Drives the planner's solutions: what a driver who knew the future could do.

    Args:
        members: variants that worlds 0, 1, 2 .. play.
    """
    pushes = [variant.solution.track[:, 4] for variant in members]

    def drive(worlds: Environments, step: int) -> F4:
        out = np.zeros((worlds.num_envs, worlds.rows, 2), np.float32)
        for e, push in enumerate(pushes):
            out[e, 0, 0] = pushing(float(push[min(step, len(push) - 1)]))
        return out

    return drive
