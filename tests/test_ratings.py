"""Elo from tables of games."""

import numpy as np
import pytest

from agents.ratings import elo


def test_ratings_that_made_the_games_are_found() -> None:
    true = np.array([1000.0, 1120.0, 900.0, 1400.0])
    chance = 1.0 / (1.0 + 10.0 ** ((true[None, :] - true[:, None]) / 400.0))
    found = elo(100_000.0 * chance, {0: 1000.0})
    assert np.allclose(found, true, atol=0.5)


def test_ten_to_one_is_400_points_and_anchors_stay() -> None:
    score = np.array([[0.0, 1e6], [1e7, 0.0]])
    assert elo(score, {0: 1200.0}) == pytest.approx([1200.0, 1600.0], abs=0.01)
    assert elo(score, {0: 0.0, 1: 50.0}) == pytest.approx([0.0, 50.0])


def test_a_clean_sweep_stays_finite() -> None:
    found = elo(np.array([[0.0, 400.0], [0.0, 0.0]]), {1: 1000.0})
    assert 2000.0 < found[0] < 2300.0


def test_an_anchor_is_needed() -> None:
    with pytest.raises(ValueError, match="anchors"):
        elo(np.zeros((2, 2)), {})
    with pytest.raises(ValueError, match=r"0 \.\. 1"):
        elo(np.zeros((2, 2)), {2: 0.0})
