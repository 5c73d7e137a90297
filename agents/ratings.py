"""Ratings of a league: Elo numbers from a table of games, with fixed anchors."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

SCALE = 400.0 / np.log(10.0)  # rating points per unit of log odds (Elo 1978)
PRIOR = 0.5  # half a win and half a loss against everyone met: ratings stay finite after clean sweeps


def elo(score: NDArray[np.float64], anchors: Mapping[int, float], rounds: int = 200) -> NDArray[np.float64]:
    """Ratings that make a table of games most likely (Bradley and Terry 1952), by Newton's method.

    Args:
        score: (N, N) points of the row player against the column player, a draw is half a point each; the diagonal
            does not count.
        anchors: fixed ratings by player; at least one.
        rounds: of Newton's method, at most.

    Returns:
        (N,) ratings; 400 points are ten to one.

    Raises:
        ValueError: no anchor, or one out of range.
    """
    n = len(score)
    if not anchors or not all(0 <= k < n for k in anchors):
        raise ValueError(f"anchors: {dict(anchors)} must name at least one player in 0 .. {n - 1}")
    points = np.where((score + score.T) > 0, score + PRIOR, 0.0)
    np.fill_diagonal(points, 0.0)
    games = points + points.T
    free = np.array([k for k in range(n) if k not in anchors], np.intp)
    theta = np.zeros(n)
    theta[list(anchors)] = np.array(list(anchors.values())) / SCALE
    theta[free] = np.mean(theta[list(anchors)])
    for _ in range(rounds):
        expected = 1.0 / (1.0 + np.exp(theta[None, :] - theta[:, None]))
        slope = (points - games * expected).sum(1)[free]
        spread = games * expected * (1.0 - expected)
        curve = np.diag(spread.sum(1)) - spread
        step = np.linalg.lstsq(curve[np.ix_(free, free)], slope, rcond=None)[0]
        theta[free] += np.clip(step, -1.0, 1.0)
        if np.abs(step).max(initial=0.0) < 1e-10:
            break
    return np.asarray(theta * SCALE)
