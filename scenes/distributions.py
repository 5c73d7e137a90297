"""Values that may be random: the distributions of scene files, their limits and their centres."""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from pydantic_core import core_schema

from scenes.suggest import suggestion

Scalar = str | int | float | bool
LARGEST = 1e12  # numbers beyond are taken for mistakes even where a field has no limits of its own


class Distribution(Protocol):
    """A value that is drawn once per sample, or once per thing."""

    def sample(self, rng: np.random.Generator) -> Scalar:
        """Draw a value."""
        ...

    def centre(self) -> Scalar:
        """Value that stands for the distribution when randomisation is off."""
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


@dataclass(frozen=True)
class Choice:
    """One of several values, each with its weight."""

    values: tuple[Scalar, ...]
    weights: tuple[float, ...]

    def sample(self, rng: np.random.Generator) -> Scalar:
        """Draw a value."""
        shares = np.asarray(self.weights) / sum(self.weights)
        return self.values[int(rng.choice(len(self.values), p=shares))]

    def centre(self) -> Scalar:
        """The heaviest value; the first of equals."""
        return self.values[int(np.argmax(self.weights))]


@dataclass(frozen=True)
class Range:
    """Limits of a number in a scene file; `each` = drawn for every thing instead of once per sample."""

    low: float = -LARGEST
    high: float = LARGEST
    unit: str = ""
    integer: bool = False
    each: bool = False

    def __get_pydantic_core_schema__(self, source: object, handler: object) -> core_schema.CoreSchema:
        """Let pydantic check fields annotated with this."""
        return core_schema.no_info_plain_validator_function(self.read)

    def read(self, raw: object) -> Any:
        """Read a number or a distribution of numbers.

        Args:
            raw: what the file says.

        Returns:
            A number, or a distribution; with `each` always a distribution.

        Raises:
            ValueError: with the value and the limits.
        """
        if isinstance(raw, Mapping):
            return self._distribution(raw)
        value = self._number(raw)
        return Constant(value) if self.each else value

    def _number(self, raw: object) -> float | int:
        noun = "a whole number" if self.integer else "a number"
        if isinstance(raw, bool) or not isinstance(raw, int | float):
            raise ValueError(f"{shown(raw)} is not {noun}{' in ' + self.unit if self.unit else ''}")
        if isinstance(raw, float) and not math.isfinite(raw):
            raise ValueError(f"{raw} is not {noun}")
        if self.integer and raw != int(raw):
            raise ValueError(f"{shown(raw)} is not {noun}")
        if not self.low <= raw <= self.high:
            raise ValueError(f"{self._quantity(raw)} is outside [{self.low:g}, {self.high:g}]{self._suffix()}")
        return int(raw) if self.integer else float(raw)

    def _suffix(self) -> str:
        return f" {self.unit}" if self.unit else ""

    def _quantity(self, raw: float | int) -> str:
        return f"{shown(raw)}{self._suffix()}"

    def _distribution(self, raw: Mapping[Any, object]) -> Distribution:
        name, body = single(raw, ("uniform", "normal", "integers", "choice"))
        if name == "choice":
            return read_choice(body, self._number)
        first, second = pair(name, body)
        if name == "normal":
            mean, deviation = self._number(first), Range(0.0, LARGEST, self.unit)._number(second)
            return Normal(float(mean), float(deviation), self.low, self.high)
        if name == "integers" or self.integer:
            whole = Range(self.low, self.high, self.unit, integer=True)
            low, high = whole._number(first), whole._number(second)
        else:
            low, high = self._number(first), self._number(second)
        if low > high:
            raise ValueError(f"{name}: the first limit {shown(first)} is above the second {shown(second)}")
        return Integers(int(low), int(high)) if name == "integers" or self.integer else Uniform(float(low), float(high))


@dataclass(frozen=True)
class OneOf:
    """A name out of a list, or a choice of such names."""

    names: tuple[str, ...]
    each: bool = False
    root: str = ""  # names below this folder will do, too

    def __get_pydantic_core_schema__(self, source: object, handler: object) -> core_schema.CoreSchema:
        """Let pydantic check fields annotated with this."""
        return core_schema.no_info_plain_validator_function(self.read)

    def read(self, raw: object) -> Any:
        """Read a name or a choice of names.

        Args:
            raw: what the file says.

        Returns:
            A name, or a distribution; with `each` always a distribution.

        Raises:
            ValueError: with the name and the list.
        """
        if isinstance(raw, Mapping):
            return read_choice(single(raw, ("choice",))[1], self._name)
        name = self._name(raw)
        return Constant(name) if self.each else name

    def _name(self, raw: object) -> str:
        if raw is None or raw is False:
            raw = "none"  # bare `none:` and `off` in YAML
        below = self.root and isinstance(raw, str) and raw.startswith(f"{self.root}/") and ".." not in raw.split("/")
        if not isinstance(raw, str) or not (raw in self.names or below):
            known = ", ".join([*self.names, *([f"{self.root}/NAME"] if self.root else [])])
            raise ValueError(f"{shown(raw)} is none of {known}{suggestion(raw, self.names)}")
        return raw


@dataclass(frozen=True)
class Flag:
    """true or false, or a choice of them."""

    def __get_pydantic_core_schema__(self, source: object, handler: object) -> core_schema.CoreSchema:
        """Let pydantic check fields annotated with this."""
        return core_schema.no_info_plain_validator_function(self.read)

    def read(self, raw: object) -> Any:
        """Read a truth value or a choice of truth values.

        Args:
            raw: what the file says.

        Returns:
            A bool or a distribution.

        Raises:
            ValueError: with the value.
        """
        if isinstance(raw, Mapping):
            return read_choice(single(raw, ("choice",))[1], self._flag)
        return self._flag(raw)

    def _flag(self, raw: object) -> bool:
        if not isinstance(raw, bool):
            raise ValueError(f"{shown(raw)} is neither true nor false")
        return raw


def single(raw: Mapping[Any, object], names: tuple[str, ...]) -> tuple[str, object]:
    """The one entry of a distribution.

    Args:
        raw: mapping of the file.
        names: distributions that the field accepts.

    Returns:
        Name and arguments.

    Raises:
        ValueError: not exactly one entry, or another name.
    """
    if len(raw) != 1:
        raise ValueError(f"a distribution has exactly one of {', '.join(names)}, not {len(raw)} entries")
    name, body = next(iter(raw.items()))
    if name not in names:
        raise ValueError(f"{shown(name)} is no distribution here; use {', '.join(names)}{suggestion(name, names)}")
    return str(name), body


def pair(name: str, body: object) -> tuple[object, object]:
    """Two arguments of a distribution.

    Args:
        name: of the distribution.
        body: its arguments.

    Returns:
        Both.

    Raises:
        ValueError: not a list of two.
    """
    if not isinstance(body, list | tuple) or len(body) != 2:
        raise ValueError(f"{name} needs a list of two numbers, not {shown(body)}")
    return body[0], body[1]


def read_choice(body: object, read: Any) -> Choice:
    """Read `{value: weight, ...}`.

    Args:
        body: arguments of `choice`.
        read: checks one value.

    Returns:
        The distribution.

    Raises:
        ValueError: a wrong value or weight.
    """
    if not isinstance(body, Mapping) or not body:
        raise ValueError(f"choice needs a mapping of values to weights, not {shown(body)}")
    weights = Range(0.0, LARGEST)
    values = tuple(read(value) for value in body)
    shares = tuple(float(weights._number(share)) for share in body.values())
    if sum(shares) <= 0.0:
        raise ValueError("choice needs at least one weight above 0")
    return Choice(values, shares)


def shown(value: object) -> str:
    """A short form of a value for a message."""
    if isinstance(value, float) and math.isfinite(value):
        return f"{value:g}"
    if isinstance(value, Hashable):
        text = "nothing" if value is None else str(value)
    else:
        text = "a mapping" if isinstance(value, Mapping) else "a list" if isinstance(value, list) else "this value"
    return text if len(text) <= 40 else text[:37] + "..."
