"""Gymnasium faces of the batched core: one environment, and a vector of them without a loop."""

from __future__ import annotations

from typing import Any

import gymnasium
import numpy as np
from gymnasium.vector import AutoresetMode, VectorEnv
from gymnasium.vector.utils import batch_space
from numpy.typing import NDArray

from agents.environments import Environments, Step
from agents.episodes import Pool
from agents.judging import OUTCOMES
from agents.rewards import TERMS

Array = NDArray[Any]


class DriveEnv(gymnasium.Env[Array, Array]):
    """One world with one driver. Every term of the reward and the outcome are in `info`."""

    metadata: dict[str, Any] = {"render_modes": [], "render_fps": 10}  # noqa: RUF012  # gymnasium's type

    def __init__(self, scene: str | Pool, render_mode: str | None = None, **options: Any) -> None:
        """See `agents.environments.Environments` for the options.

        Args:
            scene: scene file, name of a library scene, or a pool of scenes.
            render_mode: none is there; `skidpad play` makes films.
            **options: of the core.
        """
        self.render_mode = render_mode
        self.core = Environments(scene, 1, autoreset=False, **options)
        if self.core.rows != 1:
            raise ValueError("controlled: one environment hands over one vehicle; use make_vec, SB3 or PettingZoo")
        self.action_space = self.core.single_action_space
        self.observation_space = self.core.single_observation_space

    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None) -> tuple[Array, dict[str, Any]]:
        """Begin an episode; without a seed the next one."""
        super().reset(seed=seed)
        return self.core.reset(seed)[0, 0].copy(), {}

    def step(self, action: Array) -> tuple[Array, float, bool, bool, dict[str, Any]]:
        """Advance by 0.1 s."""
        step = self.core.step(np.asarray(action)[None, None])
        ended = bool(step.terminated[0, 0] or step.truncated[0, 0])
        seen = step.final if ended else step.observations
        info: dict[str, Any] = {name: float(value) for name, value in zip(TERMS, step.terms[0, 0], strict=True)}
        info["outcome"] = OUTCOMES[step.outcome[0, 0]]
        return (
            seen[0, 0].copy(), float(step.rewards[0, 0]), bool(step.terminated[0, 0]), bool(step.truncated[0, 0]), info,
        )  # fmt: skip


class DriveVectorEnv(VectorEnv[Array, Array, Array]):
    """Many worlds with one driver each, advanced by one kernel call.

    An episode that ends begins anew in the same step; its last observation is `info["final_obs"]`.
    """

    metadata: dict[str, Any] = {"render_modes": [], "render_fps": 10, "autoreset_mode": AutoresetMode.SAME_STEP}  # noqa: RUF012

    def __init__(self, num_envs: int, scene: str | Pool, render_mode: str | None = None, **options: Any) -> None:
        """See `agents.environments.Environments` for the options.

        Args:
            num_envs: number of worlds.
            scene: scene file, name of a library scene, or a pool of scenes.
            render_mode: none is there.
            **options: of the core.
        """
        self.core = Environments(scene, num_envs, **options)
        if self.core.rows != 1:
            raise ValueError("controlled: a vector environment hands over one vehicle a world; use agents.sb3")
        self.num_envs, self.render_mode = num_envs, render_mode
        self.single_action_space = self.core.single_action_space
        self.single_observation_space = self.core.single_observation_space
        self.action_space = batch_space(self.single_action_space, num_envs)
        self.observation_space = batch_space(self.single_observation_space, num_envs)

    def reset(
        self, *, seed: int | list[int | None] | None = None, options: dict[str, Any] | None = None
    ) -> tuple[Array, dict[str, Any]]:
        """Begin new episodes everywhere; one seed serves all, worlds have addresses of their own."""
        if isinstance(seed, list):
            raise ValueError("seed: one number for all worlds; each draws from its own address")
        return self.core.reset(seed)[:, 0].copy(), {}

    def step(self, actions: Array) -> tuple[Array, Array, Array, Array, dict[str, Any]]:
        """Advance all worlds by 0.1 s."""
        step = self.core.step(np.asarray(actions)[:, None])
        return (
            step.observations[:, 0].copy(), step.rewards[:, 0].astype(np.float64), step.terminated[:, 0].copy(),
            step.truncated[:, 0].copy(), infos_of(step),
        )  # fmt: skip


def infos_of(step: Step) -> dict[str, Any]:
    """Arrays of terms and outcomes; where episodes ended, their last observations and infos."""
    infos: dict[str, Any] = {name: step.terms[:, 0, k].copy() for k, name in enumerate(TERMS)}
    infos["outcome"] = step.outcome[:, 0].copy()
    ended = (step.terminated | step.truncated)[:, 0]
    if ended.any():
        last = np.full(len(ended), None, dtype=object)
        for e in np.flatnonzero(ended):
            last[e] = step.final[e, 0].copy()
        final = {name: np.where(ended, values, 0) for name, values in infos.items()}
        final |= {f"_{name}": ended for name in final}
        infos |= {"final_obs": last, "_final_obs": ended, "final_info": final, "_final_info": ended}
    return infos
