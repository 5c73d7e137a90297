"""Tuning the network itself: the last blocks on cached activations, or all layers on fresh views.

Both start from the arm's own frozen head, take the same number of steps in every arm, draw each batch half real and
half rendered with balanced classes, and keep BatchNorm's statistics frozen.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from scenes.seeds import rng_for
from transfer import augment, backbone
from transfer.linear import Floats, Linear, balanced_log_loss, softmax
from transfer.pictures import Image
from transfer.tasks import Task
from transfer.training import DEFAULT_DECAY, TrainingSet, fit_frozen, folds_of, heads

Tuning = Literal["frozen", "last", "full"]
TUNINGS: tuple[Tuning, ...] = ("frozen", "last", "full")
BATCH = 32
RATE = {"last": 1e-3, "full": 1e-3}  # AdamW's learning rate at its height, cosine to 0
NETWORK_DECAYS = (0.01, 0.5)  # AdamW's decoupled decay; the second pulls hard
DEFAULT_NETWORK_DECAY = 0.01
SEARCH_SHARE = 0.25  # of the steps, for each decay that is compared
SMOOTHING = 0.05
DROPOUT = 0.2
WARM_UP = 0.1  # share of the steps with a rising rate


@dataclass(frozen=True, eq=False)
class Outcome:
    """A trained classifier's answers."""

    probabilities: tuple[Floats, ...]  # per picture set: (N, C)
    decay: float


@dataclass(frozen=True, eq=False)
class Predictable:
    """Inputs of pictures that are to be classified."""

    pooled: NDArray[np.float16]  # (N, 1280) of the plain view
    deep: NDArray[np.float16]  # (N, C, h, w)
    images: tuple[Image, ...]  # N crops, for the fully tuned network


def train_and_predict(
    data: TrainingSet, tunings: Sequence[Tuning], seed: int, asked: Sequence[Predictable]
) -> dict[Tuning, Outcome]:
    """Train one arm with one seed and classify the asked pictures.

    Args:
        data: the arm's training data.
        tunings: what to train; all of them start from one frozen head.
        seed: decides initialisation, order and folds.
        asked: inputs of each picture set that is to be classified.

    Returns:
        Answers per tuning.
    """
    import torch

    torch.set_num_threads(1)  # one thread per process: more only spin against each other
    head, decay = fit_frozen(data, seed)
    found: dict[Tuning, Outcome] = {}
    for tuning in tunings:
        if tuning == "frozen":
            found[tuning] = Outcome(tuple(softmax(head.logits(part.pooled)) for part in asked), decay)
            continue
        best = _network_decay(data, tuning, seed)
        classify = _fit_network(data, head, tuning, seed, best, data.task.steps)
        found[tuning] = Outcome(tuple(softmax(classify(part)) for part in asked), best)
    return found


def _network_decay(data: TrainingSet, tuning: Tuning, seed: int) -> float:
    """Choose AdamW's decay on one grouped fold, with a share of the steps."""
    folds = folds_of(data, seed)
    if not folds:
        return DEFAULT_NETWORK_DECAY
    fold = folds[0]
    head = heads(fold.training, 1, (DEFAULT_DECAY,))[0]  # no search: only a start
    held = Predictable(fold.held.features.pooled[:, 0], fold.held.features.deep[:, 0], fold.held.pictures.images)
    targets = fold.held.pictures.targets(data.task.classes)
    losses = []
    for decay in NETWORK_DECAYS:
        classify = _fit_network(fold.training, head, tuning, seed, decay, round(SEARCH_SHARE * data.task.steps))
        losses.append(balanced_log_loss(classify(held), targets))
    return NETWORK_DECAYS[int(np.argmin(losses))]


def _fit_network(
    data: TrainingSet, head: Linear, tuning: Tuning, seed: int, decay: float, steps: int
) -> Callable[[Predictable], Floats]:
    """Train, and return a function from inputs to logits (N, C)."""
    import torch

    torch.manual_seed(int(rng_for(seed, tuning).integers(2**31)))
    cut = data.task.cut if tuning == "last" else 0
    network: Any = backbone.load_backbone()
    network.requires_grad_(False)
    parts = backbone.upper_parts(network, cut) if tuning == "last" else network
    final = torch.nn.Linear(backbone.FEATURES, len(data.task.classes))
    with torch.no_grad():
        final.weight.copy_(torch.from_numpy(head.weight.T))
        final.bias.copy_(torch.from_numpy(head.bias))
    trained = [*parts.requires_grad_(True).parameters(), *final.parameters()]
    groups = [
        {"params": [p for p in trained if p.ndim > 1], "weight_decay": decay},
        {"params": [p for p in trained if p.ndim == 1], "weight_decay": 0.0},
    ]
    optimiser = torch.optim.AdamW(groups, lr=RATE[tuning])
    schedule = torch.optim.lr_scheduler.LambdaLR(optimiser, lambda step: _rate(step, steps))
    batch_at, targets = _batches(data, tuning), data.targets
    rng = rng_for(seed, "batches")
    chance = data.weights.astype(np.float64)
    chance /= chance.sum()
    for _ in range(steps):
        picked = rng.choice(len(targets), BATCH, p=chance)
        below = batch_at(picked, rng)
        if tuning == "full":
            below = backbone.lower(network, below, cut)
        pooled = torch.nn.functional.dropout(backbone.upper(network, below, cut), DROPOUT)
        goal = torch.from_numpy(targets[picked])
        loss = torch.nn.functional.cross_entropy(final(pooled), goal, label_smoothing=SMOOTHING)
        optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimiser.step()
        schedule.step()
    return lambda part: _logits(network, final, part, data.task, tuning)


def _rate(step: int, steps: int) -> float:
    warm = max(1, int(WARM_UP * steps))
    if step < warm:
        return (step + 1) / warm
    return 0.5 * (1 + math.cos(math.pi * (step - warm) / max(1, steps - warm)))


def _batches(data: TrainingSet, tuning: Tuning) -> Callable[[NDArray[np.intp], np.random.Generator], Any]:
    import torch

    if tuning == "full":
        images, task = data.images, data.task

        def fresh(picked: NDArray[np.intp], rng: np.random.Generator) -> torch.Tensor:
            return backbone.to_tensor([augment.augmented_view(images[int(i)], task, rng) for i in picked])

        return fresh
    deep = data.deep()

    def cached(picked: NDArray[np.intp], rng: np.random.Generator) -> torch.Tensor:
        views = rng.integers(0, deep.shape[1], len(picked))
        batch = torch.from_numpy(deep[picked, views].astype(np.float32))
        return batch.contiguous(memory_format=torch.channels_last)

    return cached


def _logits(network: Any, final: Any, part: Predictable, task: Task, tuning: Tuning) -> Floats:
    import torch

    found = []
    with torch.inference_mode():
        for start in range(0, len(part.images), 64):
            rows = slice(start, start + 64)
            if tuning == "full":
                inputs = backbone.to_tensor([augment.plain_view(image, task) for image in part.images[rows]])
                pooled = backbone.upper(network, backbone.lower(network, inputs, 0), 0)
            else:
                below = torch.from_numpy(part.deep[rows].astype(np.float32))
                pooled = backbone.upper(network, below, task.cut)
            found.append(final(pooled).numpy())
    return np.concatenate(found)
