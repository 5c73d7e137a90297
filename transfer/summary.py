"""Figures of an evaluation: accuracies with intervals, paired comparisons, label equivalence."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from transfer.arms import Arm
from transfer.bootstrap import Interval, Resamples, interval
from transfer.equivalence import labels_to_match, written
from transfer.runs import Job, Result
from transfer.tuning import Tuning

EQUIVALENCE_DRAWS = 300
Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class ArmFigures:
    """All seeds of one arm with one tuning, measured on one picture set."""

    arm: Arm
    tuning: Tuning
    results: tuple[Result, ...]  # one per seed
    probabilities: Floats  # (S, N, C)
    point: float
    drawn: Floats  # (B,) balanced accuracy in each resample
    recalls: tuple[Interval, ...]  # per class

    @property
    def key(self) -> str:
        """Name that is unique in a report."""
        return f"{self.arm.name}/{self.tuning}"

    @property
    def labels_per_class(self) -> float:
        """Real labels per class, averaged over classes: smaller classes cap it."""
        return float(np.mean(list(self.results[0].real_per_class.values())))

    @property
    def predicted(self) -> NDArray[np.int64]:
        """(S, N) class indices."""
        return np.asarray(np.argmax(self.probabilities, axis=2), np.int64)

    def entry(self, classes: Sequence[str]) -> dict[str, Any]:
        """Row of `report.json`."""
        first = self.results[0]
        return {
            "arm": self.key, "data": self.arm.name, "tuning": self.tuning,
            "n_real_per_class": max(first.real_per_class.values()), "real_per_class": first.real_per_class,
            "n_synthetic": first.rendered, "seeds": len(self.results),
            "balanced_accuracy": asdict(interval(self.point, self.drawn)),
            "recall": {name: asdict(recall) for name, recall in zip(classes, self.recalls, strict=True)},
            "decays": [result.decay for result in self.results],
        }  # fmt: skip


def figures_of(
    results: Sequence[tuple[Job, Result]],
    targets: NDArray[np.int64],
    groups: NDArray[np.str_],
    classes: int,
    test: str = "test",
) -> list[ArmFigures]:
    """Gather runs by arm and tuning, in the order in which they come.

    Args:
        results: runs; those that did not classify the set `test` are left out.
        targets: (N,) true classes of that set.
        groups: (N,) groups that the bootstrap draws.
        classes: number of classes.
        test: name of the picture set.
    """  # fmt: skip
    gathered: dict[tuple[Tuning, Arm], list[Result]] = {}
    for job, result in results:
        if test in result.probabilities:
            gathered.setdefault((job.tuning, job.arm), []).append(result)
    if not gathered:
        return []
    resamples = Resamples.draw(targets, groups, classes, len(next(iter(gathered.values()))))
    found = []
    for (tuning, arm), runs in gathered.items():
        probabilities = np.stack([run.probabilities[test] for run in runs])
        point, drawn = resamples.recalls(np.argmax(probabilities, axis=2).astype(np.int64))
        recalls = tuple(interval(point[c], drawn[:, c]) for c in range(classes))
        found.append(
            ArmFigures(arm, tuning, tuple(runs), probabilities, float(point.mean()), drawn.mean(axis=1), recalls)
        )
    return found


def compare(first: ArmFigures, second: ArmFigures) -> dict[str, Any]:
    """Paired difference of two arms, first minus second."""
    difference = interval(first.point - second.point, first.drawn - second.drawn)
    return {"first": first.key, "second": second.key, "difference": asdict(difference)}


def comparisons(figures: Sequence[ArmFigures]) -> list[dict[str, Any]]:
    """Compare: rendered + n with real n; rendered only with real n and with no randomisation; tuned with frozen."""
    table = {(item.arm.name, item.tuning): item for item in figures}
    found = []
    for tuning in dict.fromkeys(item.tuning for item in figures):
        alone = table.get(("synthetic", tuning))
        for item in [item for item in figures if item.tuning == tuning]:
            if item.arm.rendered == "none" and alone is not None:
                found.append(compare(alone, item))
                mixed = table.get((f"synthetic+{item.arm.real}", tuning))
                if mixed is not None:
                    found.append(compare(mixed, item))
            if item.arm.rendered in ("fixed", "matched") and alone is not None:
                found.append(compare(alone, item))
        frozen = table.get(("synthetic", "frozen"))
        if alone is not None and frozen is not None and tuning != "frozen":
            found.append(compare(alone, frozen))
    return found


def equivalences(figures: Sequence[ArmFigures]) -> dict[str, dict[str, float | str]]:
    """Real labels per class that real-only needs to match each arm with rendered data, same tuning.

    Returns:
        Arm key -> {labels, low, high}; the interval is over the bootstrap's draws of both the arm and the curve.
    """
    found: dict[str, dict[str, float | str]] = {}
    for tuning in dict.fromkeys(item.tuning for item in figures):
        curve = [item for item in figures if item.tuning == tuning and item.arm.rendered == "none"]
        if len(curve) < 2:
            continue  # one point is no curve
        counts = [item.labels_per_class for item in curve]
        drawn = np.stack([item.drawn[:EQUIVALENCE_DRAWS] for item in curve], axis=1)  # (B, arms)
        for item in figures:
            if item.tuning != tuning or item.arm.rendered == "none":
                continue
            point = labels_to_match(counts, [other.point for other in curve], item.point)
            each = [labels_to_match(counts, row, goal) for row, goal in zip(drawn, item.drawn, strict=False)]
            low, high = _quantiles(each)
            found[item.key] = {"labels": written(point), "low": written(low), "high": written(high)}
    return found


def _quantiles(values: Sequence[float]) -> tuple[float, float]:
    """2.5 % and 97.5 % order statistics; infinities allowed."""
    ordered = sorted(values)
    last = len(ordered) - 1
    return ordered[math.floor(0.025 * last)], ordered[math.ceil(0.975 * last)]
