"""The values of a sample: in the order in which they need each other, correlated, and within the constraints."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import cast

import numpy as np
from pydantic import BaseModel

from scenes.check import check_together
from scenes.dependents import DEPENDENTS, Expression, Given, Listed, Once, single_value
from scenes.distributions import DISTRIBUTIONS, Constant, Quantiled, Scalar, normal_share
from scenes.draws import Draws
from scenes.expressions import ExpressionError
from scenes.lens_fields import lens_problems
from scenes.references import Table, dependent
from scenes.schema import SceneSpec
from scenes.seeds import rng_for

RANDOM = (*DISTRIBUTIONS, *DEPENDENTS)
ATTEMPTS = 1000  # at a sample that meets the constraints


class DrawError(ValueError):
    """A sample cannot be drawn."""

    def __init__(self, path: str, problem: str) -> None:
        """Say where.

        Args:
            path: place in the scene file.
            problem: what is wrong there.
        """
        super().__init__(f"{path}: {problem}")
        self.path, self.problem = path, problem


@dataclass
class Drawing:
    """One attempt at the values that are drawn once per sample; values may wait for others."""

    table: Table
    draws: Draws
    attempt: int
    done: dict[str, Scalar] = field(default_factory=dict)  # by path: all but plain values

    def value(self, path: str) -> Scalar:
        """Value at a path of a checked file."""
        if path not in self.done:
            value = self.table.places[path].value
            if not isinstance(value, RANDOM):
                return plain(value)
            self.done[path] = self.draw(value, path)
        return self.done[path]

    def draw(self, value: object, path: str) -> Scalar:
        """Draw a value, or work it out.

        Raises:
            DrawError: an expression has no value, or one outside the limits of its field.
        """
        while isinstance(value, Once | Listed | Given):
            value = value.value if isinstance(value, Once) else self.pick(value)
        if isinstance(value, Expression):
            return self._work_out(value, path)
        if not isinstance(value, DISTRIBUTIONS):
            return plain(value)
        # the moment is the one thing that still differs between samples when randomisation is off
        if not self.draws.randomise and path != "start_time":
            return value.centre()
        share = self.shares.get(path) if self.table.spec.copulas else None
        if share is not None and isinstance(value, Quantiled):
            return value.quantile(share)
        return value.sample(rng_for(self.draws.seed, self.draws.sample, path, *self._again(path)))

    def pick(self, value: Listed | Given) -> object:
        """The entry of a sequence or of a `given` table that counts in this sample."""
        if isinstance(value, Listed):
            return value.entries[self.draws.sample % len(value.entries) if self.draws.randomise else 0]
        return value.branch(self.value(value.path))

    def settle(self, value: object, path: str) -> object:
        """The distribution of a field that is drawn for every thing, as far as it depends on the sample."""
        if isinstance(value, DEPENDENTS) and single_value(value):
            return Constant(self.value(path))
        while isinstance(value, Listed | Given):
            value = self.pick(value)
        return Constant(self.draw(value, path)) if isinstance(value, Once | Expression) else value

    @cached_property
    def shares(self) -> dict[str, float]:
        """Shares in (0, 1) of the quantiles that copulas draw, by path."""
        found: dict[str, float] = {}
        for copula in self.table.spec.copulas:
            normal = [
                rng_for(self.draws.seed, self.draws.sample, "copula", path, *self._again(path)).standard_normal()
                for path in copula.of
            ]
            for path, z in zip(copula.of, np.linalg.cholesky(copula.matrix) @ np.array(normal), strict=True):
                found[path] = min(max(normal_share(float(z)), 1e-16), 1.0 - 1e-16)
        return found

    def _again(self, path: str) -> tuple[str | int, ...]:
        """End of the address: later attempts redraw what the constraints are about, and nothing else."""
        return ("attempt", self.attempt) if self.attempt and path in self.table.redrawn else ()

    def _work_out(self, value: Expression, path: str) -> Scalar:
        try:
            return value.field.scalar(value.formula.value(self.value))
        except ExpressionError as error:
            raise DrawError(path, str(error)) from None
        except ValueError as error:
            raise DrawError(path, f"{error}; it is {value.formula.text}") from None


def plain(value: object) -> Scalar:
    """The value of a constant, or the value itself."""
    return value.value if isinstance(value, Constant) else cast(Scalar, value)


def fix(table: Table, draws: Draws) -> SceneSpec:
    """Replace every distribution that is drawn once per sample by its value.

    Args:
        table: of a checked scene file.
        draws: source and record.

    Returns:
        The file with plain values; fields of type `Spread` keep distributions that depend on nothing.

    Raises:
        DrawError: no attempt meets the constraints, or an expression has no value inside the limits of its field.
    """
    drawing = _accepted(table, draws)
    fixed = cast(SceneSpec, _fix_part(table.spec, drawing, ""))
    for path, problem in check_together(fixed) if dependent(table) else lens_problems(fixed):
        raise DrawError(path, problem)
    draws.values.update(drawing.done)
    return fixed


def _accepted(table: Table, draws: Draws) -> Drawing:
    """The first attempt that meets all constraints."""
    constraints = table.spec.constraints
    rejected = [0] * len(constraints)
    for attempt in range(ATTEMPTS):
        drawing = Drawing(table, draws, attempt)
        kept = True
        for index, condition in enumerate(constraints):
            try:
                met = condition.value(drawing.value)
            except ExpressionError as error:
                raise DrawError(f"constraints[{index}]", str(error)) from None
            rejected[index] += not met
            kept = kept and bool(met)
        if kept:
            return drawing
    worst = max(range(len(constraints)), key=lambda index: rejected[index])
    counts = [f"{constraints[index].text} rejected {rejected[index]}" for index in range(len(constraints))]
    others = [count for index, count in enumerate(counts) if index != worst]
    raise DrawError(
        f"constraints[{worst}]",
        f"infeasible: of {ATTEMPTS} attempts at sample {draws.sample} {'; '.join([counts[worst], *others])}",
    )


def _fix_part(part: BaseModel, drawing: Drawing, path: str) -> BaseModel:
    changes: dict[str, object] = {}
    for name, info in type(part).model_fields.items():
        value, place = getattr(part, name), f"{path}.{name}" if path else name
        each = any(getattr(mark, "each", False) for mark in info.metadata)
        fixed = drawing.settle(value, place) if each else _fix_value(value, drawing, place)
        if fixed is not value:
            changes[name] = fixed
    return part.model_copy(update=changes) if changes else part


def _fix_value(value: object, drawing: Drawing, path: str) -> object:
    if isinstance(value, RANDOM):
        return drawing.value(path)
    if isinstance(value, BaseModel):
        return _fix_part(value, drawing, path)
    if isinstance(value, tuple):
        return tuple(_fix_value(item, drawing, f"{path}[{index}]") for index, item in enumerate(value))
    return value
