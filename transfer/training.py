"""How an arm's classifier is trained and its weight decay chosen: the same protocol for every arm.

The decay is chosen inside the arm's own training data: with real labels, by grouped folds over them (the rendered
part is always trained on); without, by grouped folds over rendered samples. One label per class leaves nothing to
hold out: then `linear.DECAYS` is compared on held-out renders, or the default stands where there are none.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from transfer.arms import grouped_folds
from transfer.features import Features
from transfer.linear import DECAYS, Floats, Linear, balanced_log_loss, class_balanced, fit_path
from transfer.pictures import Image, Pictures
from transfer.tasks import Task

FOLDS = 3
DEFAULT_DECAY = 0.1  # where nothing can be held out
VIEWS = 4  # the plain picture and three augmented ones


@dataclass(frozen=True, eq=False)
class Source:
    """Training data of one origin, real or rendered."""

    pictures: Pictures
    features: Features  # rows match the pictures

    def select(self, indices: NDArray[np.intp]) -> Source:
        """Return the rows of some pictures."""
        return Source(self.pictures.select(indices), self.features.select(indices))


@dataclass(frozen=True, eq=False)
class TrainingSet:
    """What an arm trains on; real and rendered weigh the same when both are there."""

    task: Task
    real: Source | None
    rendered: Source | None

    @property
    def sources(self) -> tuple[Source, ...]:
        """The origins that are there."""
        return tuple(source for source in (self.real, self.rendered) if source is not None and len(source.pictures))

    @property
    def targets(self) -> NDArray[np.int64]:
        """(N,) class indices, in the order of `sources`."""
        return np.concatenate([source.pictures.targets(self.task.classes) for source in self.sources])

    @property
    def weights(self) -> Floats:
        """(N,) importance: half real, half rendered, classes balanced within each; sums to 1."""
        count = len(self.task.classes)
        parts = [class_balanced(source.pictures.targets(self.task.classes), count) for source in self.sources]
        return np.concatenate(parts) / np.float32(len(parts))

    @property
    def images(self) -> list[Image]:
        """N pictures, in the order of `sources`."""
        return [image for source in self.sources for image in source.pictures.images]

    @property
    def digests(self) -> list[str]:
        """N digests, in the order of `sources`."""
        return [digest for source in self.sources for digest in source.pictures.digests]

    def pooled(self) -> NDArray[np.float16]:
        """(N, V, 1280) features, in the order of `sources`."""
        return np.concatenate([source.features.pooled for source in self.sources])

    def deep(self) -> NDArray[np.float16]:
        """(N, V, C, h, w) activations, in the order of `sources`."""
        return np.concatenate([source.features.deep for source in self.sources])


@dataclass(frozen=True, eq=False)
class Fold:
    """One division of an arm's data: what is trained on, and what the decay is judged by."""

    training: TrainingSet
    held: Source


def folds_of(data: TrainingSet, seed: int, folds: int = FOLDS) -> list[Fold]:
    """Divide an arm's data; empty where nothing can be held out."""
    judged = data.real if data.real is not None else data.rendered
    if judged is None:
        return []
    dealt = grouped_folds(judged.pictures.targets(data.task.classes), judged.pictures.groups, folds, seed)
    if dealt is None and data.real is not None and data.rendered is not None:
        judged = data.rendered
        dealt = grouped_folds(judged.pictures.targets(data.task.classes), judged.pictures.groups, folds, seed)
    if dealt is None:
        return []
    result = []
    for fold in range(int(dealt.max()) + 1):
        kept, held = judged.select(np.flatnonzero(dealt != fold)), judged.select(np.flatnonzero(dealt == fold))
        if judged is data.real:
            result.append(Fold(TrainingSet(data.task, kept, data.rendered), held))
        else:
            result.append(Fold(TrainingSet(data.task, data.real, kept), held))
    return result


def fit_frozen(data: TrainingSet, seed: int) -> tuple[Linear, float]:
    """Fit the linear head with the decay that held-out data prefers.

    Returns:
        The head, and its decay.
    """
    folds = folds_of(data, seed)
    if folds:
        losses = np.array([[_held_loss(head, fold) for head in heads(fold.training, 1)] for fold in folds])
        best = int(np.argmin(losses.mean(axis=0)))
    else:
        best = DECAYS.index(DEFAULT_DECAY)
    return heads(data, data.pooled().shape[1], DECAYS[: best + 1])[-1], DECAYS[best]


def heads(data: TrainingSet, views: int, decays: tuple[float, ...] = DECAYS) -> list[Linear]:
    """Fit linear heads on the first `views` views of each picture, one per decay."""
    pooled = data.pooled()[:, :views]
    targets, weights = np.repeat(data.targets, views), np.repeat(data.weights, views) / np.float32(views)
    return fit_path(pooled.reshape(len(targets), -1), targets, weights, len(data.task.classes), decays)


def _held_loss(head: Linear, fold: Fold) -> float:
    logits = head.logits(fold.held.features.pooled[:, 0])
    return balanced_log_loss(logits, fold.held.pictures.targets(fold.training.task.classes))
