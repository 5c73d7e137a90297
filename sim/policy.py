"""Whoever decides: rule-based, trained or recorded agents are all policies."""

from __future__ import annotations

from typing import Protocol

from sim.world import F4


class Policy(Protocol):
    """Controls from observations; the same answer for a world alone or in a batch."""

    @property
    def view(self) -> str:
        """What it sees: a key of `sim.views.VIEWS`."""
        ...

    def act(self, observations: F4, memory: F4 | None) -> tuple[F4, F4 | None]:
        """Decide.

        Args:
            observations: (B, A, F), what its view makes of the state.
            memory: what the policy returned last time; None at the start.

        Returns:
            (B, A, 2) acceleration in m/s2 and front wheel angle in rad, and memory.
        """
        ...
