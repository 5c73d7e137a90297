"""Who decides for whom: each actor of a scene has its own driver."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from agents import POLICIES
from scenes.types import Scene
from sim.policy import Policy
from sim.world import F4


@dataclass(frozen=True, eq=False)
class Cast:
    """Policies side by side; every actor takes the controls of its own."""

    policies: tuple[Policy, ...]
    part: NDArray[np.int64]  # (A,) number of the policy of each actor

    def act(self, observations: F4, memory: F4 | None) -> tuple[F4, F4 | None]:
        """Decide; see `sim.policy.Policy`. The policies here keep no memory."""
        controls = np.stack([policy.act(observations, None)[0] for policy in self.policies])
        return np.ascontiguousarray(controls[self.part, :, np.arange(len(self.part))].swapaxes(0, 1)), memory


def policy_for(scene: Scene) -> Policy:
    """One policy that drives everybody as the scene says.

    Args:
        scene: whose actors name their drivers.

    Returns:
        The policy of all, or a cast of several.
    """
    names = sorted({actor.driver for actor in scene.actors} or {"rule"})
    if len(names) == 1:
        return POLICIES[names[0]]()
    return Cast(tuple(POLICIES[name]() for name in names), np.array([names.index(a.driver) for a in scene.actors]))
