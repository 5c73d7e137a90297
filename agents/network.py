"""A small policy network, evaluated one agent at a time: the same bits for a world alone or in a batch."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scenes.compiled import compiled

F4 = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Network:
    """A multilayer perceptron with tanh between its layers; float32."""

    weights: tuple[F4, ...]  # each (outputs, inputs)
    biases: tuple[F4, ...]  # each (outputs,)
    deviation: F4  # (outputs,) standard deviation of the actions that it was trained with

    def __call__(self, inputs: F4) -> F4:
        """Evaluate.

        Args:
            inputs: (..., inputs of the first layer).

        Returns:
            (..., outputs of the last layer), not squashed.
        """
        rows = np.ascontiguousarray(inputs, np.float32).reshape(-1, inputs.shape[-1])
        for k, (weight, bias) in enumerate(zip(self.weights, self.biases, strict=True)):
            out = np.empty((len(rows), len(bias)), np.float32)
            layer(rows, np.ascontiguousarray(weight.T), bias, k + 1 < len(self.weights), out)
            rows = out
        return rows.reshape(*inputs.shape[:-1], -1)

    def sample(self, inputs: F4, rng: np.random.Generator) -> F4:
        """Outputs with the noise of training added."""
        mean = self(inputs)
        return mean + self.deviation * rng.standard_normal(mean.shape, np.float32)

    @property
    def sizes(self) -> tuple[int, ...]:
        """Width of every layer, inputs first."""
        return (self.weights[0].shape[1], *(len(bias) for bias in self.biases))


@compiled()
def layer(rows, weight, bias, squash, out):  # type: ignore[no-untyped-def]
    """One layer, row by row, sums in a fixed order; BLAS would sum differently for other batch sizes.

    Args:
        rows: (N, inputs).
        weight: (inputs, outputs), so that the inner loop runs over outputs and vectorises.
        bias: (outputs,).
        squash: whether tanh follows.
        out: (N, outputs), filled.
    """
    for n in range(rows.shape[0]):
        for o in range(weight.shape[1]):
            out[n, o] = bias[o]
        for i in range(weight.shape[0]):
            value = rows[n, i]
            for o in range(weight.shape[1]):
                out[n, o] += weight[i, o] * value
        if squash:
            for o in range(weight.shape[1]):
                out[n, o] = math.tanh(out[n, o])
