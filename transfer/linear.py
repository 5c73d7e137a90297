"""Multinomial logistic regression on features: the `frozen` classifier and the first head of the tuned ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
DECAYS = (10.0, 1.0, 0.1, 0.01)  # strength of 1/2 |W|^2 against the mean log loss, on standardised features
STEPS = 20  # L-BFGS iterations per decay, the same for every arm


@dataclass(frozen=True, eq=False)
class Linear:
    """A linear classifier on raw features."""

    weight: Floats  # (D, C)
    bias: Floats  # (C,)

    def logits(self, features: NDArray[np.floating]) -> Floats:
        """(N, D) features -> (N, C) logits."""
        return np.asarray(features, dtype=np.float32) @ self.weight + self.bias


def class_balanced(targets: NDArray[np.int64], classes: int) -> Floats:
    """(N,) weights that sum to 1 and give every class that occurs the same share."""
    counts = np.bincount(targets, minlength=classes)
    weights = 1.0 / counts[targets]
    return np.asarray(weights / weights.sum(), dtype=np.float32)


def fit_path(
    features: NDArray[np.floating],
    targets: NDArray[np.int64],
    weights: Floats,
    classes: int,
    decays: Sequence[float] = DECAYS,
) -> list[Linear]:
    """Fit one classifier per decay, from strong to weak, each starting from the one before.

    Args:
        features: (N, D).
        targets: (N,) class indices below `classes`.
        weights: (N,) importance, sums to 1.
        classes: C.
        decays: weight decays, strongest first.

    Returns:
        Classifiers in the order of `decays`.
    """  # fmt: skip
    import torch

    values = np.asarray(features, dtype=np.float32)
    mean = weights @ values
    deviation = np.sqrt(weights @ (values - mean) ** 2) + 1e-3
    inputs = torch.from_numpy((values - mean) / deviation)
    goal, importance = torch.from_numpy(targets), torch.from_numpy(weights)
    weight = torch.zeros(values.shape[1], classes, requires_grad=True)
    bias = torch.zeros(classes, requires_grad=True)
    found = []
    for decay in decays:
        optimiser = torch.optim.LBFGS(
            [weight, bias], max_iter=STEPS, history_size=8, line_search_fn="strong_wolfe", tolerance_grad=1e-5,
            tolerance_change=1e-7,
        )  # fmt: skip

        def loss(decay: float = decay, optimiser: torch.optim.Optimizer = optimiser) -> torch.Tensor:
            optimiser.zero_grad()
            each = torch.nn.functional.cross_entropy(inputs @ weight + bias, goal, reduction="none")
            value = (importance * each).sum() + decay / 2 * (weight**2).sum()
            value.backward()  # type: ignore[no-untyped-call]
            return value

        optimiser.step(loss)  # type: ignore[no-untyped-call]
        scaled = weight.detach().numpy() / deviation[:, None]
        found.append(Linear(scaled.astype(np.float32), (bias.detach().numpy() - mean @ scaled).astype(np.float32)))
    return found


def softmax(logits: NDArray[np.floating]) -> Floats:
    """(N, C) logits -> probabilities."""
    shifted = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.asarray(shifted / shifted.sum(axis=1, keepdims=True), dtype=np.float32)


def balanced_log_loss(logits: NDArray[np.floating], targets: NDArray[np.int64]) -> float:
    """Mean over classes of the mean log loss: a smoother guide than accuracy where few pictures are held out."""
    chosen = -np.log(softmax(logits)[np.arange(len(targets)), targets] + 1e-9)
    return float(np.mean([chosen[targets == label].mean() for label in np.unique(targets)]))
