"""What a field of a scene file accepts: numbers within limits, names out of a list, truth values, or random ones."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import KW_ONLY, dataclass
from typing import Any, ClassVar

from pydantic_core import core_schema

from scenes.dependents import Expression, Given, Listed, Once, Value, read_case
from scenes.distributions import (
    Choice,
    Constant,
    Distribution,
    Integers,
    LogUniform,
    Normal,
    Scalar,
    TruncatedNormal,
    Uniform,
    normal_share,
    shown,
)
from scenes.expressions import parse
from scenes.suggest import suggestion
from scenes.units import read_quantity

LARGEST = 1e12  # numbers beyond are taken for mistakes even where a field has no limits of its own
ANYWHERE = ("choice", "sequence", "expression", "given", "once")  # `once` only where things are drawn one by one
NUMERIC = ("uniform", "log_uniform", "normal", "truncated_normal", "integers")
FORMS = (*NUMERIC, *ANYWHERE)  # all names of distributions


@dataclass(frozen=True)
class Field:
    """Base of the rules: one value, or what it is drawn from."""

    kind: ClassVar[str] = ""  # of the values: number, name or flag
    forms: ClassVar[tuple[str, ...]] = ANYWHERE
    _: KW_ONLY
    each: bool = False  # drawn for every thing instead of once per sample

    def __get_pydantic_core_schema__(self, source: object, handler: object) -> core_schema.CoreSchema:
        """Let pydantic check fields annotated with this."""
        return core_schema.no_info_plain_validator_function(self.read)

    def read(self, raw: object) -> Any:
        """Read a value or a distribution of values.

        Args:
            raw: what the file says.

        Returns:
            A value, a distribution, or a value that depends on others; with `each` no bare value but a `Constant`.

        Raises:
            ValueError: with the value and the limits.
        """
        if isinstance(raw, Mapping):
            return self._random(raw)
        value = self.scalar(raw)
        return Constant(value) if self.each else value

    def scalar(self, raw: object) -> Scalar:
        """Check a single value; ValueError with the value and the limits."""
        raise NotImplementedError

    def limits(self) -> tuple[Scalar, ...]:
        """Least and greatest number, or all names."""
        raise NotImplementedError

    def _random(self, raw: Mapping[Any, object]) -> Value:
        name, body = single(raw, self.forms if self.each else self.forms[:-1])
        return READERS[name](self, body) if name in READERS else self.numeric(name, body)

    def numeric(self, name: str, body: object) -> Distribution:
        """Read a distribution that only numbers have."""
        raise NotImplementedError


@dataclass(frozen=True)
class Range(Field):
    """Limits of a number in a scene file."""

    low: float = -LARGEST
    high: float = LARGEST
    unit: str = ""
    integer: bool = False
    kind: ClassVar[str] = "number"
    forms: ClassVar[tuple[str, ...]] = FORMS

    def scalar(self, raw: object) -> float | int:
        """Check a number; text may carry a unit."""
        noun = "a whole number" if self.integer else "a number"
        if isinstance(raw, str):
            wanted = f"{noun}{' in ' + self.unit if self.unit else ''}"
            value: float | int = read_quantity(raw, self.unit, wanted)
            text = f"{shown(raw)} = {self._quantity(value)}"
        elif isinstance(raw, bool) or not isinstance(raw, int | float):
            raise ValueError(f"{shown(raw)} is not {noun}{' in ' + self.unit if self.unit else ''}")
        else:
            value, text = raw, self._quantity(raw)
        if isinstance(value, float) and not math.isfinite(value):
            raise ValueError(f"{value} is not {noun}")
        if self.integer and value != int(value):
            raise ValueError(f"{shown(raw)} is not {noun}")
        if not self.low <= value <= self.high:
            raise ValueError(f"{text} is outside [{self.low:g}, {self.high:g}]{self._suffix()}")
        return int(value) if self.integer else float(value)

    def limits(self) -> tuple[Scalar, ...]:
        """Least and greatest number."""
        return self.low, self.high

    def _suffix(self) -> str:
        return f" {self.unit}" if self.unit else ""

    def _quantity(self, raw: float | int) -> str:
        return f"{shown(raw)}{self._suffix()}"

    def numeric(self, name: str, body: object) -> Distribution:
        """Read a distribution that only numbers have."""
        spread = Range(0.0, LARGEST, self.unit)
        if name == "normal":
            mean, deviation = numbers(name, body, 2)
            return Normal(float(self.scalar(mean)), float(spread.scalar(deviation)), self.low, self.high)
        if name == "truncated_normal":
            anywhere = Range(-LARGEST, LARGEST, self.unit)
            mean, deviation, *ends = numbers(name, body, 4)
            low, high = self._pair(name, ends)
            return _truncated(float(anywhere.scalar(mean)), float(spread.scalar(deviation)), float(low), float(high))
        whole = name == "integers" or (self.integer and name == "uniform")
        rule = Range(self.low, self.high, self.unit, integer=True) if whole else self
        low, high = rule._pair(name, numbers(name, body, 2))
        if whole:
            return Integers(int(low), int(high))
        if name == "uniform":
            return Uniform(float(low), float(high))
        if low <= 0.0:
            raise ValueError(f"log_uniform: the first limit {shown(low)} is not above 0")
        return LogUniform(float(low), float(high))

    def _pair(self, name: str, ends: list[object]) -> tuple[float | int, float | int]:
        low, high = self.scalar(ends[0]), self.scalar(ends[1])
        if low > high:
            raise ValueError(f"{name}: the first limit {shown(ends[0])} is above the second {shown(ends[1])}")
        return low, high

    def _random(self, raw: Mapping[Any, object]) -> Value:
        name = next(iter(raw), None)
        if self.integer and name in ("normal", "log_uniform", "truncated_normal"):
            others = ", ".join(form for form in self.forms if form not in ("normal", "log_uniform", "truncated_normal"))
            raise ValueError(f"{name} does not give whole numbers; use {others}")
        return super()._random(raw)


def _truncated(mean: float, deviation: float, low: float, high: float) -> TruncatedNormal:
    """Refuse limits so far out that floating point knows no number between them."""
    nearest = min(max(mean, low), high)
    if nearest != mean and (deviation == 0.0 or normal_share(-abs(nearest - mean) / deviation) < 1e-250):
        raise ValueError(f"truncated_normal: [{low:g}, {high:g}] is out of reach of {mean:g} +- {deviation:g}")
    return TruncatedNormal(mean, deviation, low, high)


@dataclass(frozen=True)
class OneOf(Field):
    """A name out of a list."""

    names: tuple[str, ...] = ()
    root: str = ""  # names below this folder will do, too
    kind: ClassVar[str] = "name"

    def scalar(self, raw: object) -> str:
        """Check a name."""
        if raw is None or raw is False:
            raw = "none"  # bare `none:` and `off` in YAML
        below = self.root and isinstance(raw, str) and raw.startswith(f"{self.root}/") and ".." not in raw.split("/")
        if not isinstance(raw, str) or not (raw in self.names or below):
            known = ", ".join([*self.names, *([f"{self.root}/NAME"] if self.root else [])])
            raise ValueError(f"{shown(raw)} is none of {known}{suggestion(raw, self.names)}")
        return raw

    def limits(self) -> tuple[Scalar, ...]:
        """All names."""
        return self.names


@dataclass(frozen=True)
class Flag(Field):
    """true or false."""

    kind: ClassVar[str] = "flag"

    def scalar(self, raw: object) -> bool:
        """Check a truth value."""
        if not isinstance(raw, bool):
            raise ValueError(f"{shown(raw)} is neither true nor false")
        return raw

    def limits(self) -> tuple[Scalar, ...]:
        """Both."""
        return False, True


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


def numbers(name: str, body: object, count: int) -> list[object]:
    """Arguments of a distribution.

    Args:
        name: of the distribution.
        body: its arguments.
        count: how many there must be.

    Returns:
        All of them.

    Raises:
        ValueError: not a list of so many.
    """
    if not isinstance(body, list | tuple) or len(body) != count:
        words = {2: "two", 4: "four"}
        raise ValueError(f"{name} needs a list of {words[count]} numbers, not {shown(body)}")
    return list(body)


def read_choice(field: Field, body: object) -> Choice:
    """Read `{value: weight, ...}`; ValueError: a wrong value or weight."""
    if not isinstance(body, Mapping) or not body:
        raise ValueError(f"choice needs a mapping of values to weights, not {shown(body)}")
    weights = Range(0.0, LARGEST)
    values = tuple(field.scalar(value) for value in body)
    shares = tuple(float(weights.scalar(share)) for share in body.values())
    if sum(shares) <= 0.0:
        raise ValueError("choice needs at least one weight above 0")
    return Choice(values, shares)


def read_sequence(field: Field, body: object) -> Listed:
    """Read `[value, ...]`; ValueError: no list, or a wrong value."""
    if not isinstance(body, list | tuple) or not body:
        raise ValueError(f"sequence needs a list of values, not {'an empty one' if body == [] else shown(body)}")
    return Listed(tuple(field.read(entry) for entry in body))


def read_expression(field: Field, body: object) -> Expression:
    """Read arithmetic; ValueError: it is wrong."""
    return Expression(parse(body), field)


def read_given(field: Field, body: object) -> Given:
    """Read `{path: {key: value, ...}}`; ValueError: a wrong key or value."""
    if not isinstance(body, Mapping) or len(body) != 1:
        raise ValueError("given needs a mapping of one path, such as light.condition, to a table")
    path, table = next(iter(body.items()))
    if not isinstance(path, str) or not isinstance(table, Mapping) or not table:
        raise ValueError(f"given: {shown(path)} needs a mapping of its values to values of this key")
    branches = tuple((read_case(key), field.read(value)) for key, value in table.items() if key != "else")
    return Given(path, branches, field.read(table["else"]) if "else" in table else None)


def read_once(field: Field, body: object) -> Once:
    """Read a distribution that counts for all things of a sample; ValueError: it is wrong."""
    return Once(field.read(body))


READERS: Mapping[str, Callable[[Any, object], Value]] = {
    "choice": read_choice, "sequence": read_sequence, "expression": read_expression, "given": read_given,
    "once": read_once,
}  # fmt: skip
