"""Scene language: what holds between values - correlations of numbers, and conditions that samples must meet."""

from __future__ import annotations

from typing import Annotated, Any

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, model_validator
from pydantic_core import core_schema

from scenes.distributions import shown
from scenes.expressions import Formula, parse

MOST_MEMBERS = 16  # of a copula
LARGEST_CORRELATION = 0.999


class Condition:
    """Rule of a field that holds an expression which is true or false."""

    def __get_pydantic_core_schema__(self, source: object, handler: object) -> core_schema.CoreSchema:
        """Let pydantic check fields annotated with this."""
        return core_schema.no_info_plain_validator_function(parse)


class Correlation:
    """Rule of a field that holds a number in (-1, 1) or a matrix of them."""

    def __get_pydantic_core_schema__(self, source: object, handler: object) -> core_schema.CoreSchema:
        """Let pydantic check fields annotated with this."""
        return core_schema.no_info_plain_validator_function(self.read)

    def read(self, raw: object) -> Any:
        """Read the number or the matrix; ValueError: it is neither, or a number is outside its limits."""
        if not isinstance(raw, list | tuple):
            return self._number(raw)
        if not all(isinstance(row, list | tuple) and len(row) == len(raw) for row in raw):
            raise ValueError("a matrix of correlations has as many rows as columns")
        rows = tuple(
            tuple(1.0 if i == j and entry == 1 else self._number(entry) for j, entry in enumerate(row))
            for i, row in enumerate(raw)
        )
        if any(rows[i][j] != rows[j][i] for i in range(len(rows)) for j in range(i)):
            raise ValueError("a matrix of correlations is symmetric")
        if any(row[i] != 1.0 for i, row in enumerate(rows)):
            raise ValueError("a matrix of correlations has ones on its diagonal")
        return rows

    def _number(self, raw: object) -> float:
        if isinstance(raw, bool) or not isinstance(raw, int | float):
            raise ValueError(f"{shown(raw)} is not a number")
        if not abs(raw) <= LARGEST_CORRELATION:
            raise ValueError(f"{shown(raw)} is outside [{-LARGEST_CORRELATION}, {LARGEST_CORRELATION}]")
        return float(raw)


class CopulaSpec(BaseModel):
    """Numbers that rise and fall together: a Gaussian copula, so that each keeps its own distribution."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    of: tuple[str, ...]
    correlation: Annotated[Any, Correlation()]  # of the normal numbers behind: one for all pairs, or a matrix

    @model_validator(mode="after")
    def _check(self) -> CopulaSpec:
        """Refuse what no joint distribution has; ValueError with the number at fault."""
        count = len(self.of)
        if not 2 <= count <= MOST_MEMBERS:
            raise ValueError(f"a copula joins 2 to {MOST_MEMBERS} values, not {count}")
        if len(set(self.of)) < count:
            raise ValueError("a copula names every value once")
        if isinstance(self.correlation, tuple) and len(self.correlation) != count:
            raise ValueError(f"{count} values need a {count} x {count} matrix of correlations")
        least = float(np.linalg.eigvalsh(self.matrix)[0])
        if least < 1e-6:
            raise ValueError(
                f"no {count} numbers have these correlations: the least eigenvalue {least:.3g} is not above 0"
            )
        return self

    @property
    def matrix(self) -> NDArray[np.float64]:
        """(N, N) correlations."""
        if isinstance(self.correlation, tuple):
            return np.array(self.correlation, np.float64)
        count = len(self.of)
        return np.full((count, count), float(self.correlation)) + (1.0 - float(self.correlation)) * np.eye(count)


Conditions = tuple[Annotated[Formula, Condition()], ...]
