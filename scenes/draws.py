"""Drawing the random values of a scene: each has its own address, so that one never shifts another."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeVar, cast

import numpy as np
from pydantic import BaseModel

from scenes.distributions import Choice, Constant, Distribution, Integers, Normal, Scalar, Uniform
from scenes.seeds import rng_for

DISTRIBUTIONS = (Choice, Constant, Integers, Normal, Uniform)
FROZEN = "fixed"  # first part of the addresses that do not depend on the sample
Part = TypeVar("Part", bound=BaseModel)


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

    def scalar(
        self,
        distribution: Distribution,
        path: str,
        rng: np.random.Generator | None = None,
        *,
        collapse: bool | None = None,
    ) -> Scalar:
        """Draw and record a value.

        Args:
            distribution: what to draw from.
            path: place in the scene file.
            rng: of the thing that the value belongs to; None = the value has an address of its own.
            collapse: take the centre; None = when randomisation is off.

        Returns:
            The value.
        """
        if isinstance(distribution, Constant):
            return distribution.value
        if not self.randomise if collapse is None else collapse:
            value = distribution.centre()
        else:
            value = distribution.sample(rng_for(self.seed, self.sample, path) if rng is None else rng)
        self.values[path] = value
        return value

    def number(self, distribution: Distribution, path: str, rng: np.random.Generator) -> float:
        """Draw a number for one thing; see `scalar`."""
        return float(cast(float, self.scalar(distribution, path, rng)))

    def name(self, distribution: Distribution, path: str, rng: np.random.Generator) -> str:
        """Draw a name for one thing; see `scalar`."""
        return str(self.scalar(distribution, path, rng))


def fix(part: Part, draws: Draws, path: str = "") -> Part:
    """Replace every distribution that is drawn once per sample by its value.

    Args:
        part: a part of a checked scene file.
        draws: source and record.
        path: of the part.

    Returns:
        The part with plain values; fields of type `Spread` keep their distributions.
    """
    changes: dict[str, object] = {}
    for name, info in type(part).model_fields.items():
        value, place = getattr(part, name), f"{path}.{name}" if path else name
        if any(getattr(mark, "each", False) for mark in info.metadata):
            continue
        fixed = _fix_value(value, draws, place)
        if fixed is not value:
            changes[name] = fixed
    return part.model_copy(update=changes) if changes else part


def _fix_value(value: object, draws: Draws, path: str) -> object:
    if isinstance(value, DISTRIBUTIONS):
        # the moment is the one thing that still differs between samples when randomisation is off
        return draws.scalar(value, path, collapse=False if path == "start_time" else None)
    if isinstance(value, BaseModel):
        return fix(value, draws, path)
    if isinstance(value, tuple):
        return tuple(_fix_value(item, draws, f"{path}[{index}]") for index, item in enumerate(value))
    return value
