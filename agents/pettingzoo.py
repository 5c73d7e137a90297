"""One world as a PettingZoo `ParallelEnv`: every car and every person is an agent."""

from __future__ import annotations

from typing import Any

import numpy as np
from gymnasium import spaces
from numpy.typing import NDArray
from pettingzoo import ParallelEnv

from agents.environments import Environments
from agents.judging import OUTCOMES
from agents.rewards import TERMS
from scenes.kinds import VEHICLES

Array = NDArray[Any]


class StreetEnv(ParallelEnv):  # type: ignore[misc]
    """Agents `car_7`, `person_12` by the ids of the actors; those whose episode ended leave.

    Actions of people: acceleration along their path; the second number is ignored.
    """

    metadata: dict[str, Any] = {"name": "skidpad/Street-v0", "render_modes": [], "is_parallelizable": True}  # noqa: RUF012

    def __init__(self, scene: str = "junction-practice", **options: Any) -> None:
        """See `agents.environments.Environments` for the options.

        Args:
            scene: scene file or name of a library scene; one scene of its pool is played in all episodes by default.
            **options: of the core.
        """
        self.render_mode = None
        self.core = Environments(scene, 1, controlled="all", autoreset=False, **{"pool": 1, **options})
        names = {name for p in range(len(self.core.pool.scenes)) for name in self._names(p)}
        self.possible_agents = sorted(names)
        self.agents: list[str] = []
        self._rows: dict[str, int] = {}
        self._spaces = {
            name: (self.core.single_observation_space, self.core.single_action_space) for name in self.possible_agents
        }

    def _names(self, p: int) -> list[str]:
        """Names of the controlled actors of a scene, row by row."""
        scene = self.core.pool.scenes[p]
        actors = [scene.actors[a] for a in self.core.pool.slots[p] if a >= 0]
        return [f"{'car' if actor.kind in VEHICLES else 'person'}_{actor.id}" for actor in actors]

    def observation_space(self, agent: str) -> spaces.Box:
        """The ego's view."""
        return self._spaces[agent][0]

    def action_space(self, agent: str) -> spaces.Box:
        """Acceleration and steering, see `agents.actions`."""
        return self._spaces[agent][1]

    def reset(
        self, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[dict[str, Array], dict[str, dict[str, Any]]]:
        """Begin an episode; without a seed the next one."""
        seen = self.core.reset(seed)
        names = self._names(int(self.core.batch.play.scene[0]))
        self._rows = {name: n for n, name in enumerate(names)}
        self.agents = list(names)
        return {name: seen[0, n].copy() for name, n in self._rows.items()}, {name: {} for name in names}

    def step(
        self, actions: dict[str, Array]
    ) -> tuple[
        dict[str, Array], dict[str, float], dict[str, bool], dict[str, bool], dict[str, dict[str, Any]]
    ]:  # fmt: skip
        """Advance by 0.1 s."""
        wanted = np.zeros((1, self.core.rows, 2), np.float32)
        for name, action in actions.items():
            wanted[0, self._rows[name]] = action
        step = self.core.step(wanted)
        rows = {name: self._rows[name] for name in self.agents}
        ended = {name: bool(step.terminated[0, n] or step.truncated[0, n]) for name, n in rows.items()}
        seen = {name: (step.final if ended[name] else step.observations)[0, n].copy() for name, n in rows.items()}
        infos: dict[str, dict[str, Any]] = {
            name: dict(zip(TERMS, step.terms[0, n].tolist(), strict=True)) | {"outcome": OUTCOMES[step.outcome[0, n]]}
            for name, n in rows.items()
        }
        self.agents = [name for name in self.agents if not ended[name]]
        return (
            seen, {name: float(step.rewards[0, n]) for name, n in rows.items()},
            {name: bool(step.terminated[0, n]) for name, n in rows.items()},
            {name: bool(step.truncated[0, n]) for name, n in rows.items()}, infos,
        )  # fmt: skip
