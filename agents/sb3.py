"""Stable-baselines3 face of the batched core."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from stable_baselines3.common.vec_env import VecEnv

from agents.environments import Environments
from agents.judging import OUTCOMES, TIMEOUT
from agents.rewards import TERMS

Array = NDArray[Any]


class DriveVecEnv(VecEnv):
    """All controlled vehicles of all worlds as one batch: row e * N + n is vehicle n of world e.

    With `controlled="cars"` every row is a valid transition of a car: where an episode ends, the vehicle enters again
    somewhere on its route, and the observation that comes back is the first of its next episode. Finished rows carry
    `terminal_observation`, `TimeLimit.truncated`, `outcome`, and the sums of reward (`episode`) and terms (`terms`).
    """

    def __init__(self, core: Environments) -> None:
        """Wrap a core.

        Args:
            core: with `autoreset`.

        Raises:
            ValueError: rows could be without a vehicle.
        """
        if not core.batch.play.autoreset or (core.rows > 1 and not core.batch.play.respawn):
            raise ValueError("VecEnv: needs autoreset, and respawn where several vehicles are controlled")
        self.core, self.render_mode = core, None
        super().__init__(core.num_envs * core.rows, core.single_observation_space, core.single_action_space)
        self._actions: Array = np.zeros((self.num_envs, 2), np.float32)
        self._sums = np.zeros((self.num_envs, len(TERMS)))
        self._steps = np.zeros(self.num_envs, np.int64)
        self._start = time.perf_counter()

    def reset(self) -> Array:
        """Begin new episodes; with the seed of `seed` from number 0."""
        seed = next((entry for entry in self._seeds if entry is not None), None)
        self._reset_seeds()
        self._sums[:], self._steps[:] = 0.0, 0
        return self._flat(self.core.reset(seed)).copy()

    def step_async(self, actions: Array) -> None:
        """Keep the actions for `step_wait`."""
        self._actions = actions

    def step_wait(self) -> tuple[Array, Array, Array, list[dict[str, Any]]]:
        """Advance all worlds by 0.1 s."""
        step = self.core.step(self._actions)
        terms, outcome = self._flat(step.terms), self._flat(step.outcome)
        done = self._flat(step.terminated | step.truncated).copy()
        self._sums += terms
        self._steps += 1
        infos: list[dict[str, Any]] = [{} for _ in range(self.num_envs)]
        final = self._flat(step.final)
        for i in np.flatnonzero(done):
            sums = self._sums[i]
            infos[i] = {
                "terminal_observation": final[i].copy(),
                "TimeLimit.truncated": bool(outcome[i] == TIMEOUT),
                "outcome": OUTCOMES[outcome[i]],
                "terms": {name: float(value) for name, value in zip(TERMS, sums, strict=True)},
                "episode": {
                    "r": float(sums.sum()), "l": int(self._steps[i]), "t": time.perf_counter() - self._start,
                },
            }  # fmt: skip
        self._sums[done], self._steps[done] = 0.0, 0
        return self._flat(step.observations).copy(), self._flat(step.rewards).copy(), done, infos

    def _flat(self, rows: Array) -> Array:
        """(E, N, ...) as (E * N, ...)."""
        return rows.reshape(self.num_envs, *rows.shape[2:])

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
        return [getattr(self.core, method_name)(*method_args, **method_kwargs)] * len(self._indices(indices))

    def env_is_wrapped(self, wrapper_class: Any, indices: Any = None) -> list[bool]:
        """No wrapper is around a world."""
        return [False] * len(self._indices(indices))
