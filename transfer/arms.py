"""Data arms: what each classifier is trained on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from scenes.seeds import rng_for
from transfer.pictures import Pictures
from transfer.tasks import Task

Count = int | Literal["all"]
COUNTS: tuple[Count, ...] = (1, 2, 5, 10, 20, 50, "all")
SYNTHETIC_SHARE = 0.9  # of the rendered samples, drawn by each seed, so that intervals know of the renders' luck


@dataclass(frozen=True)
class Arm:
    """A recipe for training data."""

    name: str
    real: Count = 0  # real pictures per class
    rendered: Literal["none", "randomised", "fixed", "matched"] = "none"

    @property
    def uses_real(self) -> bool:
        """Whether a real label is used."""
        return self.real != 0


def arms_for(
    real_train: Pictures, task: Task, counts: Sequence[Count] = COUNTS, *, fixed: bool = False, matched: bool = False
) -> tuple[Arm, ...]:
    """List the arms of an evaluation.

    A count that every class reaches is kept; one that is above the largest class would repeat "all" and is left out.

    Raises:
        ValueError: a count is below 0 or neither a whole number nor "all".
    """
    for count in counts:
        if count != "all" and (isinstance(count, bool) or not isinstance(count, int) or count < 0):
            raise ValueError(f"counts: {count!r} is neither a whole number from 0 on nor 'all'")
    most = max(real_train.counts(task.classes).values())
    numbers = sorted({count for count in counts if count != "all" and 0 < count < most})
    kept: list[Count] = [*numbers]
    if "all" in counts:
        kept.append("all")
    arms = [Arm(f"real-{count}", count) for count in kept]
    arms.append(Arm("synthetic", 0, "randomised"))
    arms += [Arm(f"synthetic+{count}", count, "randomised") for count in kept]
    if fixed:
        arms.append(Arm("synthetic-fixed", 0, "fixed"))
    if matched:
        arms.append(Arm("synthetic-matched", 0, "matched"))
    return tuple(arms)


def draw_real(pool: Pictures, task: Task, count: Count, seed: int) -> NDArray[np.intp]:
    """Draw `count` pictures per class out of a pool, fewer where a class is smaller.

    The draws are nested: with one seed, the first 5 are among the first 10. Arms with the same count and seed see the
    same pictures, which is what makes their comparison paired.
    """
    drawn = []
    for label in task.classes:
        places = np.flatnonzero(pool.labels == label)
        order = rng_for(seed, "real", label).permutation(len(places))
        drawn.append(places[order[: len(places) if count == "all" else count]])
    return np.sort(np.concatenate(drawn))


def draw_rendered(pool: Pictures, seed: int, share: float = SYNTHETIC_SHARE) -> NDArray[np.intp]:
    """Draw a share of the rendered samples (all crops of a sample stay together); all of them where few."""
    groups = np.unique(pool.groups)
    if len(groups) < 10:
        return np.arange(len(pool))
    kept = rng_for(seed, "rendered").permutation(groups)[: round(share * len(groups))]
    return np.flatnonzero(np.isin(pool.groups, kept))


def grouped_folds(
    labels: NDArray[np.int64], groups: NDArray[np.str_], folds: int, seed: int
) -> NDArray[np.int64] | None:
    """Deal groups to folds so that classes stay balanced.

    Groups are taken largest first (ties in random order) and each goes to the fold that lacks its classes most.

    Returns:
        (N,) fold of each picture, or None when some class has fewer than two groups: nothing can be held out.
    """
    names, index = np.unique(groups, return_inverse=True)
    classes = np.unique(labels)
    table = np.stack([np.bincount(index[labels == label], minlength=len(names)) for label in classes], axis=1)
    smallest = int((table > 0).sum(axis=0).min())
    if smallest < 2:
        return None
    folds = min(folds, smallest)
    share = table / table.sum(axis=0)
    order = rng_for(seed, "folds").permutation(len(names))
    order = order[np.argsort(-share[order].max(axis=1), kind="stable")]
    load = np.zeros((folds, len(classes)))
    fold_of = np.zeros(len(names), dtype=np.int64)
    for group in order:
        has = share[group] > 0
        fold = int(np.argmin(load[:, has].sum(axis=1)))
        fold_of[group] = fold
        load[fold] += share[group]
    return fold_of[index]
