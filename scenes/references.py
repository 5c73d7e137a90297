"""Values of a scene file by their path, and the checks of those that refer to others."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Any, get_args, get_origin

from pydantic import BaseModel

from scenes.dependents import DEPENDENTS, Case, Expression, Given, ends, inner, leaves, paths_in, single_value
from scenes.distributions import INTERVALS, Constant, Quantiled, Scalar, shown
from scenes.expressions import ExpressionError, Formula
from scenes.fields import Field
from scenes.schema import SceneSpec
from scenes.suggest import suggestion

MOST_WHOLE = 1000  # whole numbers that are tried one by one


@dataclass(frozen=True)
class Place:
    """A field of a scene file."""

    path: str
    field: Field
    value: object  # plain, random or dependent


class Table:
    """All places of a scene file by their path."""

    def __init__(self, spec: SceneSpec) -> None:
        self.spec = spec

    @cached_property
    def places(self) -> Mapping[str, Place]:
        """Path -> place, in the order of the schema."""
        return {place.path: place for place in places_of(self.spec, SceneSpec, "")}

    @cached_property
    def redrawn(self) -> frozenset[str]:
        """Paths of the values that decide about the constraints."""
        found: set[str] = set()
        todo = [path for condition in self.spec.constraints for path in condition.paths]
        while todo:
            path = todo.pop()
            if path not in found:
                found.add(path)
                todo += paths_in(self.places[path].value)
                todo += [other for copula in self.spec.copulas if path in copula.of for other in copula.of]
        return frozenset(found)


def places_of(value: object, annotation: Any, path: str) -> Iterator[Place]:
    """Fields below a part of a scene file.

    Args:
        value: the part.
        annotation: its type.
        path: of the part.

    Yields:
        Every field with a rule.
    """
    children: list[tuple[str, object, Any, tuple[Any, ...]]] = []
    if isinstance(value, BaseModel):
        for name, info in type(value).model_fields.items():
            place = f"{path}.{name}" if path else name
            children.append((place, getattr(value, name), info.annotation, tuple(info.metadata)))
    elif isinstance(value, tuple):
        kinds = [annotation, *get_args(annotation)]
        items = get_args(next((kind for kind in kinds if get_origin(kind) is tuple), None))
        for index, item in enumerate(value if items else ()):  # what has no such type has a rule of its own
            kind = items[0] if len(items) < 2 or items[1] is Ellipsis else items[index]
            base = get_args(kind)[0] if hasattr(kind, "__metadata__") else kind
            children.append((f"{path}[{index}]", item, base, getattr(kind, "__metadata__", ())))
    for place, child, kind, marks in children:
        field = next((mark for mark in marks if isinstance(mark, Field)), None)
        if field is not None:
            yield Place(place, field, child)
        else:
            yield from places_of(child, kind, place)


def dependent(table: Table) -> bool:
    """Whether a scene file can only be judged as a whole once it is drawn."""
    values = (place.value for place in table.places.values())
    return bool(table.spec.constraints) or any(isinstance(value, DEPENDENTS) for value in values)


def check_references(table: Table) -> Iterator[tuple[str, str]]:
    """Problems of values that refer to others.

    Args:
        table: of a file whose fields are fine one by one.

    Yields:
        Path and message.
    """
    for place in table.places.values():
        for part in inner(place.value):
            if isinstance(part, Given):
                yield from ((place.path, problem) for problem in _given_problems(part, table))
            elif isinstance(part, Expression):
                wanted = place.field.kind
                yield from ((place.path, problem) for problem in _formula_problems(part.formula, wanted, table))
    for index, condition in enumerate(table.spec.constraints):
        path = f"constraints[{index}]"
        yield from ((path, problem) for problem in _formula_problems(condition, "flag", table))
    yield from _copula_problems(table)
    yield from _cycles(table)


def referred(path: str, table: Table) -> Place:
    """The place that a path means.

    Args:
        path: that a value refers to.
        table: all places.

    Returns:
        The place.

    Raises:
        ExpressionError: there is none, or it has no single value in a sample.
    """
    place = table.places.get(path)
    if place is None:
        raise ExpressionError(f"{path[:60]} is no value of a scene file{suggestion(path, table.places)}")
    if place.field.each and not single_value(place.value):
        raise ExpressionError(
            f"{path} is drawn for every thing and has no single value; `once: ...` there draws it once per sample"
        )
    return place


def _given_problems(given: Given, table: Table) -> Iterator[str]:
    try:
        place = referred(given.path, table)
    except ExpressionError as error:
        yield f"given: {error}"
        return
    for case, _ in given.branches:
        if case.kind != place.field.kind:
            yield f"given: {case.text} is no {place.field.kind}, but {given.path} is"
            return
        if isinstance(case.value, str):
            try:
                place.field.scalar(case.value)
            except ValueError as error:
                yield f"given: {given.path}: {error}"
                return
    if given.otherwise is None:
        cases = tuple(case for case, _ in given.branches)
        for value in _possible(place, cases):
            if not any(case.fits(value) for case in cases):
                text = str(value).lower() if isinstance(value, bool) else shown(value)
                yield f"given: nothing is said for {given.path} {text}; add it, or `else`"
                return


def _possible(place: Place, cases: tuple[Case, ...]) -> Sequence[Scalar]:
    """Values that show whether cases cover a place: of an interval its ends, the cases' ends, and some between."""
    if place.field.kind != "number" or not any(
        isinstance(leaf, (Expression, *INTERVALS)) for leaf in leaves(place.value)
    ):
        return ends(place.value)
    low, high = (edge(float(end) for end in ends(place.value)) for edge in (min, max))
    if getattr(place.field, "integer", False) and high - low < MOST_WHOLE:
        return range(math.ceil(low), math.floor(high) + 1)
    bounds = {bound for case in cases for bound in (case.low, case.high, case.value) if isinstance(bound, float)}
    marks = sorted({low, high, *(bound for bound in bounds if low < bound < high)})
    return [*marks, *((a + b) / 2 for a, b in pairwise(marks))]


def _formula_problems(formula: Formula, wanted: str, table: Table) -> Iterator[str]:
    try:
        kind = formula.kind(lambda path: referred(path, table).field.kind)
    except ExpressionError as error:
        yield f"{formula.text}: {error}"
        return
    if kind != wanted:
        what = {"flag": "true or false", "name": "a name", "number": "a number"}
        yield f"{formula.text} gives {what[kind]}, but {what[wanted]} is needed"


def _copula_problems(table: Table) -> Iterator[tuple[str, str]]:
    seen: set[str] = set()
    for index, copula in enumerate(table.spec.copulas):
        for number, path in enumerate(copula.of):
            where = f"copulas[{index}].of[{number}]"
            try:
                place = referred(path, table)
            except ExpressionError as error:
                yield where, str(error)
                continue
            parts = [leaf for leaf in leaves(place.value) if not isinstance(leaf, Scalar | Constant)]
            if path in seen:
                yield where, f"{path} is in a copula already"
            elif not parts or not all(isinstance(leaf, Quantiled) for leaf in parts):
                forms = "uniform, log_uniform, normal, truncated_normal or integers"
                yield where, f"{path} is not drawn from {forms}, so it cannot be correlated"
            seen.add(path)


def _cycles(table: Table) -> Iterator[tuple[str, str]]:
    """The first circle of values that wait for each other."""
    finished: set[str] = set()

    def visit(path: str, way: tuple[str, ...]) -> tuple[str, ...] | None:
        if path in way:
            return (*way[way.index(path) :], path)
        if path in finished or path not in table.places:
            return None
        for other in paths_in(table.places[path].value):
            if (circle := visit(other, (*way, path))) is not None:
                return circle
        finished.add(path)
        return None

    for path, place in table.places.items():
        if isinstance(place.value, DEPENDENTS) and (circle := visit(path, ())) is not None:
            yield circle[0], f"depends on itself: {' -> '.join(circle)}"
            return
