"""Intervals: how far a figure could move with other seeds and other test photographs.

Seeds and groups of test pictures (a photo, a run of frames) are drawn with replacement, both together. All arms use
the same draws, so a difference between two arms is a paired one.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scenes.seeds import rng_for

DRAWS = 2000
LEVEL = 0.95
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Interval:
    """A figure with its interval."""

    mean: float  # over seeds, on all test pictures
    low: float
    high: float


@dataclass(frozen=True, eq=False)
class Resamples:
    """Draws that all arms of one test set share."""

    targets: NDArray[np.int64]  # (N,) true class
    weights: Floats  # (B, N) how often each test picture is in each draw
    seeds: Floats  # (B, S) share of each seed in each draw
    classes: int

    @classmethod
    def draw(
        cls, targets: NDArray[np.int64], groups: NDArray[np.str_], classes: int, seeds: int, draws: int = DRAWS
    ) -> Resamples:
        """Draw groups and seeds with replacement; a draw that lost a class is drawn again.

        Raises:
            ValueError: a class has no test picture.
        """
        present = np.eye(classes)[targets]  # (N, C)
        if (present.sum(axis=0) == 0).any():
            raise ValueError("every class needs a test picture")
        names, index = np.unique(groups, return_inverse=True)
        rng = rng_for(0, "bootstrap", len(targets), seeds)
        size = len(names)
        times = rng.multinomial(size, np.full(size, 1 / size), draws)
        for _ in range(100):
            lost = ((times[:, index] @ present) == 0).any(axis=1)
            if not lost.any():
                break
            times[lost] = rng.multinomial(size, np.full(size, 1 / size), int(lost.sum()))
        else:
            times[lost] = 1  # a class sits in one rare group: keep the test set whole
        shares = rng.multinomial(seeds, np.full(seeds, 1 / seeds), draws) / seeds
        return cls(targets, times[:, index].astype(np.float64), shares, classes)

    def recalls(self, predicted: NDArray[np.int64]) -> tuple[Floats, Floats]:
        """Per-class recall of (S, N) predictions: the mean over seeds (C,), and each draw's (B, C)."""
        right = (predicted == self.targets).astype(np.float64)
        point, drawn = [], []
        for label in range(self.classes):
            here = self.targets == label
            point.append(right[:, here].mean())
            weights = self.weights[:, here]
            per_seed = weights @ right[:, here].T / weights.sum(axis=1, keepdims=True)  # (B, S)
            drawn.append((per_seed * self.seeds).sum(axis=1))
        return np.array(point), np.stack(drawn, axis=1)

    def balanced_accuracy(self, predicted: NDArray[np.int64]) -> tuple[float, Floats]:
        """Mean of the recalls of (S, N) predictions: the figure, and each draw's (B,)."""
        point, drawn = self.recalls(predicted)
        return float(point.mean()), drawn.mean(axis=1)


def interval(mean: float, drawn: Floats, level: float = LEVEL) -> Interval:
    """Percentile interval of the draws round a figure."""
    low, high = np.quantile(drawn, [(1 - level) / 2, (1 + level) / 2])
    return Interval(float(mean), float(low), float(high))
