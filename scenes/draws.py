"""Drawing the random values of a scene: each has its own address, so that one never shifts another."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import cast

import numpy as np

from scenes.distributions import Constant, Distribution, Scalar
from scenes.seeds import rng_for

FROZEN = "fixed"  # first part of the addresses that do not depend on the sample


@dataclass
class Draws:
    """The source of randomness of one sample, and the record of what was drawn."""

    seed: int
    sample: int
    randomise: bool = True
    values: dict[str, Scalar] = field(default_factory=dict)  # by path

    def rng(self, *address: int | str) -> np.random.Generator:
        """Generator of one place; without randomisation the same for every sample and seed."""
        if not self.randomise:
            return rng_for(0, FROZEN, *address)
        return rng_for(self.seed, self.sample, *address)

    @property
    def fleet(self) -> int:
        """Seed of the fleet that vehicles come from."""
        return self.seed if self.randomise else 0

    def scalar(self, distribution: Distribution, path: str, rng: np.random.Generator) -> Scalar:
        """Draw and record a value of one thing.

        Args:
            distribution: what to draw from.
            path: place in the scene file, with the number of the thing.
            rng: of the thing.

        Returns:
            The value; the centre when randomisation is off.
        """
        if isinstance(distribution, Constant):
            return distribution.value
        value = distribution.sample(rng) if self.randomise else distribution.centre()
        self.values[path] = value
        return value

    def number(self, distribution: Distribution, path: str, rng: np.random.Generator) -> float:
        """Draw a number for one thing; see `scalar`."""
        return float(cast(float, self.scalar(distribution, path, rng)))

    def name(self, distribution: Distribution, path: str, rng: np.random.Generator) -> str:
        """Draw a name for one thing; see `scalar`."""
        return str(self.scalar(distribution, path, rng))
