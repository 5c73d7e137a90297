"""Values of scene files that depend on other values or on the number of the sample."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import ClassVar, Protocol

from scenes.distributions import INTERVALS, Choice, Constant, Distribution, Scalar
from scenes.expressions import Formula


class Field(Protocol):
    """What a dependent value must know about the field that it stands in."""

    kind: ClassVar[str]  # number, name or flag

    def scalar(self, raw: object) -> Scalar:
        """Check a value; ValueError with the value and the limits."""
        ...

    def limits(self) -> tuple[Scalar, ...]:
        """Values between which, or out of which, the field takes one."""
        ...


@dataclass(frozen=True)
class Listed:
    """`sequence`: sample k takes entry k modulo their number."""

    entries: tuple[Value, ...]


@dataclass(frozen=True)
class Once:
    """`once`: drawn once per sample where the field alone would draw for every thing."""

    value: Value


@dataclass(frozen=True)
class Expression:
    """`expression`: worked out from other values; checked against the field when it is drawn."""

    formula: Formula
    field: Field

    def results(self) -> tuple[Scalar, ...]:
        """Limits of its field; of names those in quotes that the field takes."""
        if self.field.kind != "name":
            return self.field.limits()
        found = []
        for literal in self.formula.literals:
            with suppress(ValueError):
                found.append(self.field.scalar(literal))
        return tuple(found)


@dataclass(frozen=True)
class Case:
    """A key of a `given` table: a name, a truth value, a number or an interval of numbers."""

    text: str
    value: Scalar | None = None  # None: the interval
    low: float = -float("inf")
    high: float = float("inf")
    low_open: bool = False
    high_open: bool = False

    def fits(self, value: Scalar) -> bool:
        """Whether a value belongs to this key."""
        if self.value is not None:
            return self.value == value and isinstance(value, bool) == isinstance(self.value, bool)
        if isinstance(value, str | bool):
            return False
        above = self.low < value if self.low_open else self.low <= value
        return above and (value < self.high if self.high_open else value <= self.high)

    @property
    def kind(self) -> str:
        """Kind of the values that fit."""
        return "flag" if isinstance(self.value, bool) else "name" if isinstance(self.value, str) else "number"


@dataclass(frozen=True)
class Given:
    """`given`: which value it is depends on another; the first key that fits counts."""

    path: str  # of the other
    branches: tuple[tuple[Case, Value], ...]
    otherwise: Value | None = None  # key `else`

    @property
    def values(self) -> tuple[Value, ...]:
        """What stands at the keys."""
        return (*(value for _, value in self.branches), *(() if self.otherwise is None else (self.otherwise,)))

    def branch(self, value: Scalar) -> Value | None:
        """What holds for a value of the other."""
        return next((branch for case, branch in self.branches if case.fits(value)), self.otherwise)


Dependent = Listed | Once | Expression | Given
Value = Scalar | Distribution | Dependent
DEPENDENTS = (Listed, Once, Expression, Given)

NUMBER = r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d{1,3})?"
HALF_LINE = re.compile(rf"(<=|>=|<|>)\s*({NUMBER})")
INTERVAL = re.compile(rf"({NUMBER})\s*\.\.\s*({NUMBER})")


def read_case(key: object) -> Case:
    """Read a key of a `given` table.

    Args:
        key: a name, a truth value, a number, or one of `<a`, `<=a`, `>a`, `>=a`, `a..b` (both included).

    Returns:
        The case.

    Raises:
        ValueError: an interval that is empty, or a key of another type.
    """
    if isinstance(key, bool):
        return Case(str(key).lower(), key)
    if isinstance(key, int | float):
        return Case(f"{key:g}", float(key))
    text = "none" if key is None else str(key).strip()
    if half := HALF_LINE.fullmatch(text):
        sign, bound = half[1], float(half[2])
        if sign[0] == "<":
            return Case(text, high=bound, high_open=sign == "<")
        return Case(text, low=bound, low_open=sign == ">")
    if both := INTERVAL.fullmatch(text):
        low, high = float(both[1]), float(both[2])
        if low > high:
            raise ValueError(f"given: the interval {text} is empty")
        return Case(text, low=low, high=high)
    return Case(text, text)


def inner(value: object) -> Iterator[object]:
    """A value and everything that stands inside it."""
    yield value
    below: tuple[object, ...] = ()
    if isinstance(value, Listed):
        below = value.entries
    elif isinstance(value, Once):
        below = (value.value,)
    elif isinstance(value, Given):
        below = value.values
    for part in below:
        yield from inner(part)


def paths_in(value: object) -> tuple[str, ...]:
    """Paths of the other values that a value refers to, each once."""
    found: dict[str, None] = {}
    for part in inner(value):
        if isinstance(part, Given):
            found[part.path] = None
        elif isinstance(part, Expression):
            found |= dict.fromkeys(part.formula.paths)
    return tuple(found)


def leaves(value: object) -> tuple[object, ...]:
    """The plain values, distributions and expressions that a value may come down to."""
    return tuple(part for part in inner(value) if not isinstance(part, Listed | Once | Given))


def ends(value: object) -> tuple[Scalar, ...]:
    """Values that decide whether a field stays inside limits: of numbers the least and greatest, else all.

    Args:
        value: plain, random or dependent.

    Returns:
        The ends of all that it may come down to.
    """
    found: list[Scalar] = []
    for leaf in leaves(value):
        if isinstance(leaf, Expression):
            found += leaf.results()
        elif isinstance(leaf, INTERVALS):
            found += [leaf.low, leaf.high]
        elif isinstance(leaf, Choice):
            found += leaf.values
        else:
            found.append(leaf.value if isinstance(leaf, Constant) else leaf)  # type: ignore[arg-type]
    return tuple(found)


def possible(value: object, name: str) -> bool:
    """Whether a field may take a name."""
    return name in ends(value)


def single_value(value: object) -> bool:
    """Whether a field that is drawn for every thing still has one value per sample."""
    if isinstance(value, Once | Expression | Constant):
        return True
    if isinstance(value, Given):
        return all(single_value(branch) for branch in value.values)
    return isinstance(value, Listed) and all(single_value(entry) for entry in value.entries)
