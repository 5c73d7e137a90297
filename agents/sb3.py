"""Stable-baselines3 face of the batched core."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from gymnasium import spaces
from numpy.typing import NDArray
from stable_baselines3.common.vec_env import VecEnv

from agents.environments import Environments, Step
from agents.judging import OUTCOMES, REACHED, TIMEOUT
from agents.resetting import RESPAWN
from agents.rewards import TERMS
from agents.snapshot import core_state, put_core_state

Array = NDArray[Any]


class BatchVecEnv(VecEnv):
    """Rows that advance together; none of them is an environment object of its own."""

    def __init__(self, rows: int, space: spaces.Space[Any], actions: spaces.Space[Any]) -> None:
        """Start counting the rows' episodes."""
        self.render_mode = None
        super().__init__(rows, space, actions)
        self._actions: Array = np.zeros((rows, 2), np.float32)
        self._returns, self._lengths = np.zeros(rows), np.zeros(rows, np.int64)
        self._start = time.perf_counter()

    def step_async(self, actions: Array) -> None:
        """Keep the actions for `step_wait`."""
        self._actions = np.asarray(actions, np.float32)

    def episodes(
        self,
        rewards: Array,
        done: Array,
        late: Array,
        success: Array,
        final: Array,
        more: Callable[[int], dict[str, Any]],
    ) -> list[dict[str, Any]]:
        """What stable-baselines3 wants to know of the episodes that a step ended.

        Args:
            rewards: (R,) of the step.
            done: (R,) whether the episode ended.
            late: (R,) whether the time limit ended it.
            success: (R,)
            final: (R, F) last observations of the episodes that ended.
            more: gives further entries for a row whose episode ended.

        Returns:
            A dictionary a row, empty where nothing ended.
        """
        self._returns += rewards
        self._lengths += 1
        infos: list[dict[str, Any]] = [{} for _ in range(self.num_envs)]
        for i in np.flatnonzero(done).tolist():
            infos[i] = {
                "terminal_observation": final[i].copy(),
                "TimeLimit.truncated": bool(late[i]),
                "is_success": bool(success[i]),
                "episode": {
                    "r": float(self._returns[i]), "l": int(self._lengths[i]), "t": time.perf_counter() - self._start,
                },
                **more(i),
            }  # fmt: skip
        self._returns[done], self._lengths[done] = 0.0, 0
        return infos

    def get_state(self) -> dict[str, Array]:
        """Everything that a later step depends on."""
        return {"returns": self._returns.copy(), "lengths": self._lengths.copy()}

    def set_state(self, state: dict[str, Array]) -> None:
        """Put back what `get_state` gave."""
        self._returns, self._lengths = state["returns"].copy(), state["lengths"].copy()

    def close(self) -> None:
        """Nothing to release."""

    def _indices(self, indices: Any) -> Sequence[int]:
        return list(self._get_indices(indices))

    def get_attr(self, attr_name: str, indices: Any = None) -> list[Any]:
        """The attribute of the batch, once for every index."""
        return [getattr(self, attr_name)] * len(self._indices(indices))

    def set_attr(self, attr_name: str, value: Any, indices: Any = None) -> None:
        """Set an attribute of the batch."""
        setattr(self, attr_name, value)

    def env_method(self, method_name: str, *method_args: Any, indices: Any = None, **method_kwargs: Any) -> list[Any]:
        """Call a method of the batch once; every index gets its answer."""
        return [getattr(self, method_name)(*method_args, **method_kwargs)] * len(self._indices(indices))

    def env_is_wrapped(self, wrapper_class: Any, indices: Any = None) -> list[bool]:
        """No wrapper is around a row."""
        return [False] * len(self._indices(indices))


class DriveVecEnv(BatchVecEnv):
    """All controlled vehicles of all worlds as one batch: row e * N + n is vehicle n of world e; core after core.

    With `controlled="cars"` every row is a valid transition of a car: where an episode ends, the vehicle enters again
    somewhere on its route, and the observation that comes back is the first of its next episode. Finished rows carry
    `terminal_observation`, `TimeLimit.truncated`, `outcome`, and the sums of reward (`episode`) and terms (`terms`).
    """

    def __init__(self, *cores: Environments) -> None:
        """Wrap cores.

        Args:
            *cores: with `autoreset`; several where a driver learns several things at once.

        Raises:
            ValueError: rows could be without a vehicle.
        """
        for core in cores:
            if not core.batch.play.autoreset or (core.rows > 1 and core.batch.play.consequence != RESPAWN):
                raise ValueError("VecEnv: needs autoreset, and respawn where several vehicles are controlled")
        self.cores, counts = cores, [core.num_envs * core.rows for core in cores]
        self._edges = np.cumsum(counts)[:-1]
        super().__init__(sum(counts), cores[0].single_observation_space, cores[0].single_action_space)
        self._sums = np.zeros((self.num_envs, len(TERMS)))

    def reset(self) -> Array:
        """Begin new episodes; with the seed of `seed` from number 0."""
        seed = next((entry for entry in self._seeds if entry is not None), None)
        self._reset_seeds()
        self._sums[:], self._returns[:], self._lengths[:] = 0.0, 0.0, 0
        return rows_of([core.reset(seed) for core in self.cores])

    def step_wait(self) -> tuple[Array, Array, Array, list[dict[str, Any]]]:
        """Advance all worlds by 0.1 s."""
        parts = zip(self.cores, np.split(self._actions, self._edges), strict=True)
        steps: list[Step] = [core.step(actions) for core, actions in parts]
        outcome, rewards = rows_of([step.outcome for step in steps]), rows_of([step.rewards for step in steps])
        done = rows_of([step.terminated | step.truncated for step in steps])
        self._sums += rows_of([step.terms for step in steps])
        infos = self.episodes(
            rewards, done, outcome == TIMEOUT, outcome == REACHED, rows_of([step.final for step in steps]),
            lambda i: {
                "outcome": OUTCOMES[outcome[i]],
                "terms": {name: float(value) for name, value in zip(TERMS, self._sums[i], strict=True)},
            },
        )  # fmt: skip
        self._sums[done] = 0.0
        return rows_of([step.observations for step in steps]), rewards, done, infos

    def get_state(self) -> dict[str, Array]:
        """Everything that a later step depends on."""
        state = super().get_state() | {"sums": self._sums.copy()}
        for k, core in enumerate(self.cores):
            state |= {f"{k}.{name}": value for name, value in core_state(core).items()}
        return state

    def set_state(self, state: dict[str, Array]) -> None:
        """Put back what `get_state` gave."""
        super().set_state(state)
        self._sums = state["sums"].copy()
        for k, core in enumerate(self.cores):
            put_core_state(core, part_of(state, f"{k}."))


def rows_of(parts: Sequence[Array]) -> Array:
    """A copy of (E, N, ...) arrays as one (R, ...) array."""
    return np.concatenate([part.reshape(-1, *part.shape[2:]) for part in parts])


def part_of(state: dict[str, Array], start: str) -> dict[str, Array]:
    """The arrays whose names begin with `start`, without it."""
    return {name.removeprefix(start): value for name, value in state.items() if name.startswith(start)}
