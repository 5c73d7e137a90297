"""Who decides: the protocol that rule-based, trained and recorded agents share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from sim.world import State, World


@dataclass(frozen=True, eq=False)
class Controls:
    """What all actors of a batch want to do in the next step."""

    acceleration: NDArray[np.float32]  # (B, A) m/s2
    steering: NDArray[np.float32]  # (B, A) rad, front wheels; ignored for people


@dataclass(frozen=True, eq=False)
class Observations:
    """Everything there is to know; policies that see less take their part of it."""

    world: World
    state: State


Memory = Any  # whatever a policy carries from step to step; None at the start
Keys = NDArray[np.uint64]  # (B,) one key per world for counter-based random numbers


class Policy(Protocol):
    """Decides for all actors; the same answer for world k alone or in a batch."""

    def act(self, observations: Observations, memory: Memory, keys: Keys) -> tuple[Controls, Memory]:
        """Choose controls.

        Args:
            observations: of the batch.
            memory: what the last call returned; None at the start.
            keys: (B,) random keys of the worlds at this step.

        Returns:
            Controls and memory.
        """
        ...
