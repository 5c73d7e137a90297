"""Values that may be random: the distributions of scene files that depend on nothing but chance, and their centres."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from statistics import NormalDist
from typing import Protocol, runtime_checkable

import numpy as np

from scenes.seeds import rising

Scalar = str | int | float | bool
STANDARD = NormalDist()


class Distribution(Protocol):
    """A value that is drawn once per sample, or once per thing."""

    def sample(self, rng: np.random.Generator) -> Scalar:
        """Draw a value."""
        ...

    def centre(self) -> Scalar:
        """Value that stands for the distribution when randomisation is off."""
        ...


@runtime_checkable
class Quantiled(Distribution, Protocol):
    """A distribution of numbers that a copula can join to others."""

    def quantile(self, share: float) -> float:
        """The value below which a share of all draws lies."""
        ...


@dataclass(frozen=True)
class Constant:
    """Always the same value."""

    value: Scalar

    def sample(self, rng: np.random.Generator) -> Scalar:
        """Return the value; draws nothing."""
        return self.value

    def centre(self) -> Scalar:
        """Return the value."""
        return self.value


@dataclass(frozen=True)
class Uniform:
    """Equally likely everywhere in [low, high)."""

    low: float
    high: float

    def sample(self, rng: np.random.Generator) -> float:
        """Draw a value."""
        return float(rng.uniform(self.low, self.high))

    def centre(self) -> float:
        """Middle of the range."""
        return 0.5 * (self.low + self.high)

    def quantile(self, share: float) -> float:
        """The value below which a share of all draws lies."""
        return self.low + share * (self.high - self.low)


@dataclass(frozen=True)
class LogUniform:
    """Its logarithm is equally likely everywhere; 0 < low <= high."""

    low: float
    high: float

    def sample(self, rng: np.random.Generator) -> float:
        """Draw a value."""
        return self.quantile(float(rng.random()))

    def centre(self) -> float:
        """Geometric mean of the limits."""
        return math.sqrt(self.low) * math.sqrt(self.high)

    def quantile(self, share: float) -> float:
        """The value below which a share of all draws lies."""
        value = math.exp(math.log(self.low) + share * math.log(self.high / self.low))
        return min(max(value, self.low), self.high)


@dataclass(frozen=True)
class Normal:
    """Normal, cut off at the limits of its field by drawing again."""

    mean: float
    deviation: float
    low: float
    high: float

    def sample(self, rng: np.random.Generator) -> float:
        """Draw a value inside the limits."""
        for _ in range(64):
            value = float(rng.normal(self.mean, self.deviation))
            if self.low <= value <= self.high:
                return value
        return self.mean

    def centre(self) -> float:
        """The mean."""
        return self.mean

    def quantile(self, share: float) -> float:
        """The value below which a share of all draws lies."""
        return truncated_quantile(self.mean, self.deviation, self.low, self.high, share)


@dataclass(frozen=True)
class TruncatedNormal:
    """Normal, under the condition that it is in [low, high]; the mean may be outside."""

    mean: float
    deviation: float
    low: float
    high: float

    def sample(self, rng: np.random.Generator) -> float:
        """Draw a value."""
        return self.quantile(float(rng.random()))

    def centre(self) -> float:
        """The likeliest value."""
        return min(max(self.mean, self.low), self.high)

    def quantile(self, share: float) -> float:
        """The value below which a share of all draws lies."""
        return truncated_quantile(self.mean, self.deviation, self.low, self.high, share)


@dataclass(frozen=True)
class Integers:
    """Whole numbers from low to high, both included."""

    low: int
    high: int

    def sample(self, rng: np.random.Generator) -> int:
        """Draw a value."""
        return int(rng.integers(self.low, self.high + 1))

    def centre(self) -> int:
        """Middle of the range, rounded down."""
        return (self.low + self.high) // 2

    def quantile(self, share: float) -> int:
        """The value below which a share of all draws lies."""
        return min(self.low + int(share * (self.high - self.low + 1)), self.high)


@dataclass(frozen=True)
class Choice:
    """One of several values, each with its weight."""

    values: tuple[Scalar, ...]
    weights: tuple[float, ...]

    def sample(self, rng: np.random.Generator) -> Scalar:
        """Draw a value."""
        return self.values[bisect_right(rising(self.weights), rng.random())]

    def centre(self) -> Scalar:
        """The heaviest value; the first of equals."""
        return self.values[int(np.argmax(self.weights))]


DISTRIBUTIONS = (Choice, Integers, LogUniform, Normal, TruncatedNormal, Uniform)  # all that are random
INTERVALS = (Integers, LogUniform, Normal, TruncatedNormal, Uniform)  # those with limits


def truncated_quantile(mean: float, deviation: float, low: float, high: float, share: float) -> float:
    """Quantile of a normal distribution that is cut to [low, high].

    Args:
        mean: of the whole distribution.
        deviation: of the whole distribution, >= 0.
        low: lower limit.
        high: upper limit.
        share: in (0, 1).

    Returns:
        The value, inside the limits.
    """
    if deviation == 0.0 or low == high:
        return min(max(mean, low), high)
    a, b = (low - mean) / deviation, (high - mean) / deviation
    if a > 0.0:  # the upper tail has no digits left next to 1: look at it in a mirror
        return -truncated_quantile(-mean, deviation, -high, -low, 1.0 - share)
    below, above = normal_share(a), normal_share(b)
    inside = min(max(below + share * (above - below), 1e-300), 1.0 - 1e-16)
    return min(max(mean + deviation * STANDARD.inv_cdf(inside), low), high)


def normal_share(z: float) -> float:
    """Share of a standard normal distribution below z, exact in the lower tail."""
    return 0.5 * math.erfc(-z / math.sqrt(2.0))


def shown(value: object) -> str:
    """A short form of a value for a message."""
    if isinstance(value, float) and math.isfinite(value):
        return f"{value:g}"
    if isinstance(value, Hashable):
        text = "nothing" if value is None else str(value)
    else:
        text = "a mapping" if isinstance(value, Mapping) else "a list" if isinstance(value, list) else "this value"
    return text if len(text) <= 40 else text[:37] + "..."
