"""Batched environments on the simulation core: many worlds at once, one kernel call a step."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Protocol

import numba
import numpy as np
from gymnasium import spaces
from numpy.typing import NDArray

from agents.actions import BRAKE, PUSH, WALK_PUSH
from agents.changing import KEEP, LANES
from agents.episodes import MAX_DELAY, Controlled, Pool, Randomisation, make_pool, pool_of
from agents.judging import Verdicts
from agents.resetting import CONSEQUENCES, Play
from agents.rewards import TERMS, Weights
from agents.stepping import Batch, rule_range, sort_by_scene, step_range
from agents.strolling import PATHS, PEOPLE, Stroll
from scenes.types import Scene
from sim.abreast import compile_changes, no_changes
from sim.bodies import FIELDS, Sight, empty_bodies
from sim.egoview import VIEWS
from sim.kernels import ground_height
from sim.near import empty_near
from sim.tracks import DYNAMICS
from sim.walks import compile_walks, no_walks
from sim.world import F4, State, raised_surfaces

DT = 0.1  # s
LAG = 0.25  # s, for wheels of `ks` and `st`, which turn by 0.4 rad/s
CHUNK = 32  # environments that are worth a thread


class Observer(Protocol):
    """Turns worlds into observations other than the ego's view, for instance pictures."""

    space: spaces.Box

    def observe(self, scene: Scene, state: State, ego: int) -> NDArray[Any]:
        """Observe one world.

        Args:
            scene: that is played.
            state: its only world.
            ego: position of the controlled actor in the scene.

        Returns:
            An element of `space`.
        """
        ...


@dataclass(frozen=True, eq=False)
class Step:
    """What a step brought. The arrays are reused by the next step: copy what must last.

    E environments with N controlled actors each; rows whose `active` is False took no part.
    """

    observations: NDArray[Any]  # (E, N, F), or (E, N, ...) of the observer
    rewards: F4  # (E, N)
    terms: F4  # (E, N, T) in the order of `agents.rewards.TERMS`
    terminated: NDArray[np.bool_]  # (E, N) success, contact, off the road, red light
    truncated: NDArray[np.bool_]  # (E, N) cut by the time limit
    outcome: NDArray[np.int8]  # (E, N) index in `agents.judging.OUTCOMES`
    active: NDArray[np.bool_]  # (E, N)
    final: NDArray[Any]  # (E, N, F) last observations where terminated or truncated, else what was there before


class Environments:
    """E worlds that play episodes of a pool of scenes.

    It keeps the state of all worlds; `reset` and `step` change it. World e answers the same alone or in a batch:
    `Environments(scene, 1, first=e)` is world e of `Environments(scene, 256)`.
    """

    def __init__(
        self,
        scene: str | Sequence[Scene] | Pool,
        num_envs: int = 1,
        *,
        controlled: Controlled = "ego",
        pool: int = 64,
        scene_seed: int = 0,
        time_limit: float = 60.0,
        weights: Weights | None = None,
        randomise: Randomisation | None = None,
        autoreset: bool = True,
        consequence: str | None = None,
        view: str = "ego",
        dynamics: str = "kinematic",
        people: str = "paths",
        lanes: str = "keep",
        observer: Observer | None = None,
        first: int = 0,
        each: bool = False,
        threads: int | None = None,
    ) -> None:
        """Draw and compile the scenes.

        Args:
            scene: scene file, name of a library scene, scenes, or a pool of them.
            num_envs: number of worlds.
            controlled: `ego` the ego alone, `cars` every moving vehicle, `all` people, too.
            pool: number of scenes that episodes are drawn from.
            scene_seed: of the scenes: other seeds are other scenes, for evaluation.
            time_limit: s until an episode is truncated.
            weights: of the reward's terms.
            randomise: what differs between episodes besides scene, clock and places of people; None = nothing.
            autoreset: begin the next episode in the step in which one ends.
            consequence: what becomes of an actor whose episode ended before that of its world: `remove`, `stop` (who
                failed stands where it is, in the way) or `respawn` (back on its route in the same step); default
                `respawn` for `cars`, else `remove`.
            view: numbers that are observed, a key of `sim.egoview.VIEWS`: the `ego` view, or `wide` with 31
                neighbours and 200 points of the lanes around besides.
            dynamics: how vehicles move, one of `sim.tracks.DYNAMICS`: `kinematic` (see `sim.kernels.drive`), or with
                parameters and limits of CommonRoad's vehicles the kinematic (`ks`) or dynamic (`st`) single-track
                model.
            people: how those walk who are not controlled: on their `paths`, or freely by `social-force` or `orca`,
                see docs/simulation.md.
            lanes: whether vehicles that rules drive change lanes: they `keep` to that of their route, or decide by
                `mobil`, see docs/simulation.md. Who is driven by actions keeps to the route.
            observer: makes other observations than a view.
            first: address of world 0.
            each: world e plays scene e, again and again, instead of any.
            threads: default NUMBA_NUM_THREADS.

        Raises:
            SceneError: the scene file is wrong or has nobody to control.
            ValueError: an argument is out of range.
        """
        if isinstance(scene, str) and not scene:
            raise ValueError('scene: give a scene file or the name of a library scene, as in scene="street.yaml"')
        if num_envs < 1 or pool < 1 or not 0.0 < time_limit <= 3600.0:
            raise ValueError(f"num_envs={num_envs}, pool={pool}, time_limit={time_limit}: out of range")
        if isinstance(scene, str):
            self.pool: Pool = pool_of(scene, pool, scene_seed, controlled)
        else:
            self.pool = scene if isinstance(scene, Pool) else make_pool(scene, controlled)
        self.num_envs, self.rows = num_envs, self.pool.slots.shape[1]
        self.controlled, self.observer = controlled, observer
        self.threads = min(threads or numba.config.NUMBA_NUM_THREADS, max(1, num_envs // CHUNK))
        self._near = [empty_near(self.pool.tables.cells, self.pool.tables.exists.shape[1]) for _ in range(self.threads)]
        self._start, self._order = np.zeros(len(self.pool.scenes) + 1, np.int64), np.zeros(num_envs, np.int64)
        self._threads = ThreadPoolExecutor(self.threads) if self.threads > 1 else None
        options = randomise or Randomisation()
        play = _play(self.pool, num_envs, options, weights or Weights(), round(time_limit / DT), first)
        wanted = consequence or ("respawn" if controlled == "cars" else "remove")
        choice_of("view", view, VIEWS)
        play = play._replace(
            autoreset=autoreset, each=each, lag=np.float32(0.0 if dynamics == "kinematic" else LAG),
            consequence=choice_of("consequence", wanted, CONSEQUENCES),
            dynamics=choice_of("dynamics", dynamics, DYNAMICS), people=choice_of("people", people, PEOPLE),
            lanes=choice_of("lanes", lanes, LANES),
        )  # fmt: skip
        self.batch = _batch(self.pool, num_envs, play, VIEWS[view])
        self.single_action_space = spaces.Box(-1.0, 1.0, (2,), np.float32)
        self.single_observation_space = (
            observer.space if observer else spaces.Box(-1.0, 1.0, (VIEWS[view],), np.float32)
        )
        shape = (num_envs, self.rows, *self.single_observation_space.shape)
        self._pictures = np.zeros(shape, self.single_observation_space.dtype) if observer else None
        self._last_pictures = self._pictures.copy() if self._pictures is not None else None

    def reset(self, seed: int | None = None, only: NDArray[np.int_] | None = None) -> NDArray[Any]:
        """Begin new episodes.

        Args:
            seed: of the episodes, which start again from number 0; None goes on.
            only: environments to reset; default all.

        Returns:
            (E, N, F) observations.
        """
        if seed is not None:
            self.batch = self.batch._replace(play=self.batch.play._replace(seed=np.int64(seed % 2**63)))
            self.batch.play.episode[:] = -1
        chosen = np.arange(self.num_envs) if only is None else np.asarray(only, np.int64)
        none = np.zeros((self.num_envs, 0, 2), np.float32)
        step_range(self.batch, self._near[0], chosen, none, True, 0, len(chosen))
        for e in chosen.tolist():
            self._look(e)
        return self.observations

    def step(self, actions: NDArray[Any] | None) -> Step:
        """Advance every world by DT.

        Args:
            actions: (E, N, 2) in [-1, 1], see `agents.actions`; values outside are clipped. None: rules decide for
                everybody, as in `rule_actions`.

        Returns:
            What it brought.
        """
        rows = self.rows if actions is not None else 0
        wanted = np.ascontiguousarray(np.empty(0) if actions is None else actions, np.float32)
        wanted = wanted.reshape(self.num_envs, rows, 2)
        sort_by_scene(self.batch.play.scene, self._start, self._order)
        self._spread(lambda k, low, high: step_range(self.batch, self._near[k], self._order, wanted, False, low, high))
        v = self.batch.verdicts
        final: NDArray[Any] = self.batch.final
        if self._pictures is not None and self._last_pictures is not None:
            if self.batch.play.autoreset:  # the world has moved on: the picture before is the last one
                ended = (v.terminated | v.truncated).any(1)
                self._last_pictures[ended] = self._pictures[ended]
            for e in range(self.num_envs):
                self._look(e)
            final = self._last_pictures if self.batch.play.autoreset else self._pictures
        return Step(
            self.observations, v.reward, v.terms, v.terminated, v.truncated, v.outcome, v.active, final
        )  # fmt: skip

    @property
    def observations(self) -> NDArray[Any]:
        """(E, N, F) what is seen now."""
        return self.batch.views if self._pictures is None else self._pictures

    def rule_actions(self) -> F4:
        """(E, N, 2) what the rule-based drivers and walkers would do now, as actions."""
        out = np.zeros((self.num_envs, self.rows, 2), np.float32)
        self._spread(lambda _, low, high: rule_range(self.batch, out, low, high))
        push = out[..., 0]
        vehicles = self._of_rows(self.pool.tables.vehicle)
        out[..., 0] = np.where(vehicles, push / np.where(push > 0, PUSH, BRAKE), push / WALK_PUSH)
        out[..., 1] = 0.0
        return out

    def scene(self, e: int) -> Scene:
        """Scene that environment e plays."""
        return self.pool.scenes[int(self.batch.play.scene[e])]

    def egos(self, e: int) -> list[int]:
        """Positions of the controlled actors in the scene of environment e."""
        return [int(a) for a in self.pool.slots[self.batch.play.scene[e]] if a >= 0]

    def state(self, e: int) -> State:
        """A copy of the state of environment e, with people at the height of the ground; for pictures and films."""
        scene = self.scene(e)
        count = len(scene.actors)
        parts = {name: getattr(self.batch.bodies, name)[e : e + 1].copy() for name in FIELDS}
        parts = {name: part if name in ("time", "control") else part[:, :count] for name, part in parts.items()}
        outline, raised = raised_surfaces([scene])
        for a in np.flatnonzero(~self.pool.tables.vehicle[self.batch.play.scene[e], :count]):
            x, y, _ = parts["position"][0, a]
            parts["position"][0, a, 2] = ground_height(x, y, parts["heading"][0, a], 0, outline, raised)
        return State(**parts)

    def _look(self, e: int) -> None:
        """Let the observer observe environment e."""
        if self.observer is not None and self._pictures is not None:
            for n, seen in enumerate(self.seen(e, self.observer)):
                self._pictures[e, n] = seen

    def seen(self, e: int, observer: Observer) -> list[NDArray[Any]]:
        """What an observer observes of environment e now, one entry for every controlled actor."""
        state, scene = self.state(e), self.scene(e)
        return [observer.observe(scene, state, ego) for ego in self.egos(e)]

    def _of_rows(self, table: NDArray[Any]) -> NDArray[Any]:
        """(E, N) entries of a (P, A) table for the controlled actors."""
        scene = self.batch.play.scene
        return np.asarray(table[scene[:, None], np.maximum(self.pool.slots[scene], 0)])

    def _spread(self, work: Callable[[int, int, int], None]) -> None:
        """Do something for all environments, in threads; the result does not depend on their number."""
        if self._threads is None:
            work(0, 0, self.num_envs)
            return
        edges = np.linspace(0, self.num_envs, self.threads + 1).astype(int).tolist()
        for job in [self._threads.submit(work, k, *edge) for k, edge in enumerate(pairwise(edges))]:
            job.result()


def _play(pool: Pool, count: int, options: Randomisation, weights: Weights, limit: int, first: int) -> Play:
    """Rules and progress of environments that have not begun."""
    rows = pool.slots.shape[1]
    return Play(
        np.int64(0), np.int64(first), np.float32(DT), np.int64(limit), True, np.int64(0), options.table, weights.row,
        pool.slots, pool.row_of, pool.spare, np.zeros(count, np.int64), np.full(count, -1, np.int64),
        np.zeros(count, np.int64),
        np.zeros(count, np.int64), np.zeros((count, rows), bool), np.zeros((count, rows, MAX_DELAY + 1, 2), np.float32),
        np.ones((count, 4), np.float32), np.zeros(count, np.int32), np.zeros(count, np.float32),
    )  # fmt: skip


def _batch(pool: Pool, count: int, play: Play, size: int) -> Batch:
    """Everything that kernels read and write."""
    actors, groups, rows = pool.tables.exists.shape[1], pool.tables.plans.rows.shape[1], pool.slots.shape[1]
    zeros = [np.zeros((count, actors), np.float32) for _ in range(4)]
    sights = Sight(
        zeros[0], zeros[1], zeros[2], zeros[3], np.full((count, actors), -1, np.int32),
        np.zeros((count, actors), bool), np.zeros((count, groups), np.int32), np.zeros((count, groups), np.float32),
    )  # fmt: skip
    verdicts = Verdicts(
        np.zeros((count, rows), np.float32), np.zeros((count, rows, len(TERMS)), np.float32),
        np.zeros((count, rows), bool), np.zeros((count, rows), bool), np.zeros((count, rows), np.int8),
        np.zeros((count, rows), bool), np.zeros((count, rows, 2), np.float32),
    )  # fmt: skip
    views = np.zeros((count, rows, size), np.float32)
    return Batch(
        pool.tables, empty_bodies(count, actors), sights, play, verdicts, views, views.copy(),
        np.zeros((count, actors, 2), np.float32), np.zeros((count, actors, 4), np.float32),
        np.zeros((count, actors, 2), np.float32), np.zeros((count, actors), np.float32),
        np.zeros((count, actors, 3), np.float32), pool.log, _stroll(pool, count if play.people != PATHS else 0),
        no_changes() if play.lanes == KEEP else compile_changes(pool.scenes, pool.tables, count),
        np.zeros((count, actors), np.float32),
    )  # fmt: skip


def choice_of(option: str, value: str, choices: Iterable[str]) -> np.int64:
    """Place of an option's value among its choices.

    Raises:
        ValueError: it is none of them.
    """
    names = list(choices)
    if value not in names:
        raise ValueError(f"{option}: {value!r} is none of {', '.join(names)}")
    return np.int64(names.index(value))


def _stroll(pool: Pool, count: int) -> Stroll:
    """People who walk freely in `count` environments."""
    actors = pool.tables.exists.shape[1]
    walks = compile_walks(pool.scenes, pool.tables) if count else no_walks()
    return Stroll(walks, np.zeros((count, actors, 2), np.float32), np.zeros((count, actors, 2), np.float32))
