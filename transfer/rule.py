"""The rule by which labels count: rejected ones stay in the dataset, with the reason."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from renderers.frame import ActorLabel
from scenes.suggest import suggestion
from transfer.manifest import DatasetError

# What a rule may compare; sizes are those of the tight box, 0 of what is hidden.
MEASURES: dict[str, Callable[[ActorLabel], float]] = {
    "visibility": lambda label: label.visibility,
    "truncation": lambda label: label.truncation,
    "pixels": lambda label: float(label.visible_pixels),
    "width": lambda label: 0.0 if label.tight is None else label.tight[2] - label.tight[0],
    "height": lambda label: 0.0 if label.tight is None else label.tight[3] - label.tight[1],
    "distance": lambda label: label.distance,
}
CLAUSE = re.compile(r"\s*(\w+)\s*([<>])\s*([-+.\w]+)\s*")


@dataclass(frozen=True)
class Clause:
    """Rejects labels whose measure is below, or above, a limit."""

    measure: str  # of MEASURES
    below: bool
    limit: float

    def reason(self, label: ActorLabel) -> str | None:
        """Why a label is rejected; None when it is not."""
        value = MEASURES[self.measure](label)
        if not (value < self.limit if self.below else value > self.limit):
            return None
        return f"{self.measure} {value:.4g} {'<' if self.below else '>'} {self.limit:g}"


def parse_rule(text: str) -> tuple[Clause, ...]:
    """Read a rule such as `visibility<0.2, height<10, distance>80`; a label that any clause meets is rejected.

    Args:
        text: clauses with commas between; nothing rejects nothing.

    Raises:
        DatasetError: a clause cannot be read, or names no measure.
    """
    clauses = []
    for part in filter(str.strip, text.split(",")):
        found = CLAUSE.fullmatch(part)
        try:
            clause = found and Clause(found[1], found[2] == "<", float(found[3]))
        except ValueError:
            clause = None
        if not clause:
            raise DatasetError(f"reject: {part.strip()!r} is no clause such as visibility<0.2 or distance>80")
        if clause.measure not in MEASURES:
            hint = suggestion(clause.measure, MEASURES)
            raise DatasetError(f"reject: no measure {clause.measure!r}{hint} (there is {', '.join(MEASURES)})")
        clauses.append(clause)
    return tuple(clauses)


def judged(labels: Iterable[ActorLabel], rule: tuple[Clause, ...]) -> tuple[ActorLabel, ...]:
    """The same labels; those that the rule rejects carry the first reason."""
    reasons = ((label, next(filter(None, (clause.reason(label) for clause in rule)), None)) for label in labels)
    return tuple(replace(label, rejected=reason) if reason else label for label, reason in reasons)
