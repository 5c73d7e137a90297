"""Label equivalence: how many real labels per class the real-only control needs to match an arm."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

MORE = ">all"  # real-only never gets there with all the labels that there are


def isotonic(values: Sequence[float]) -> NDArray[np.float64]:
    """Non-decreasing sequence nearest to `values` (pool adjacent violators; Barlow et al. 1972)."""
    blocks: list[list[float]] = []  # sum, count
    for value in values:
        blocks.append([float(value), 1.0])
        while len(blocks) > 1 and blocks[-2][0] / blocks[-2][1] > blocks[-1][0] / blocks[-1][1]:
            total, count = blocks.pop()
            blocks[-1][0] += total
            blocks[-1][1] += count
    return np.concatenate([np.full(int(count), total / count) for total, count in blocks])


def labels_to_match(counts: Sequence[float], accuracies: Sequence[float], goal: float) -> float:
    """Real labels per class at which the real-only curve reaches `goal`.

    The curve is made non-decreasing and interpolated linearly over log n.

    Args:
        counts: labels per class of the real-only arms, rising.
        accuracies: their balanced accuracies.
        goal: the arm's balanced accuracy.

    Returns:
        Labels per class; the smallest count where even that suffices; infinity where the whole curve stays below.
    """
    curve = isotonic(accuracies)
    reached = np.flatnonzero(curve >= goal - 1e-9)
    if not len(reached):
        return math.inf
    first = int(reached[0])
    if first == 0:
        return float(counts[0])
    low, high = curve[first - 1], curve[first]
    share = (goal - low) / (high - low) if high > low else 1.0
    return float(math.exp(math.log(counts[first - 1]) * (1 - share) + math.log(counts[first]) * share))


def written(count: float) -> float | str:
    """Return `>all` for infinity, else the count to one decimal."""
    return MORE if math.isinf(count) else round(count, 1)
