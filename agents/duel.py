"""The duel: two cars, one passage. A game ends with the first car that passes, crashes or leaves the road."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from agents.environments import Environments
from agents.judging import COLLIDED, HIT, REACHED, RUNNING, TIMEOUT
from agents.network import Network
from agents.rewards import Weights
from scenes.errors import SceneError
from scenes.seeds import rng_for

SCENE = "duel"
TIME_LIMIT = 25.0  # s
WIN, LOSS, CRASH = 0.8, -0.4, -1.0  # added to the reward at the end of a game; nobody wins a crash
SHAPING = Weights(success=0.0, collision=0.0, person_hit=0.0, off_road=0.0)  # worth what stands above
F4 = NDArray[np.float32]
Player = Network | str  # a network, or one of PLAYERS
PLAYERS = ("rule", "constant", "random")


@dataclass(frozen=True, eq=False)
class Round:
    """What a step brought to E games."""

    observations: F4  # (E, 2, F) of the next step; games that ended have begun anew
    rewards: F4  # (E, 2)
    ended: NDArray[np.bool_]  # (E,)
    cut: NDArray[np.bool_]  # (E,) by the time limit
    points: F4  # (E, 2) of the games that ended: 1 won, 0.5 drawn, 0 lost
    final: F4  # (E, 2, F) last observations of the games that ended


class Duels:
    """E games at once, on the batched core."""

    def __init__(self, games: int, *, scene: str = SCENE, scene_seed: int = 0, pool: int = 64) -> None:
        """Compile the scenes.

        Args:
            games: at once.
            scene: with two moving vehicles.
            scene_seed: of the scenes.
            pool: number of scenes.

        Raises:
            SceneError: a sample has another number of moving vehicles than two.
        """
        self.core = Environments(
            scene, games, controlled="cars", respawn=False, autoreset=False, scene_seed=scene_seed, pool=pool,
            time_limit=TIME_LIMIT, weights=SHAPING,
        )  # fmt: skip
        if self.core.rows != 2:
            raise SceneError(scene, f"a duel needs two moving vehicles, not {self.core.rows}")
        self.games = games

    def reset(self, seed: int) -> F4:
        """Begin all games anew; (E, 2, F)."""
        return np.array(self.core.reset(seed))

    def step(self, actions: F4) -> Round:
        """Play a step; games that end begin anew at once."""
        now = self.core.step(actions)
        outcome, rewards = now.outcome, now.rewards.copy()
        ended = (outcome != RUNNING).any(1)
        points, gain = score(outcome)
        rewards[ended] += gain[ended]
        cut = ended & (outcome == TIMEOUT).all(1)
        final = np.where((outcome != RUNNING)[..., None], now.final, now.observations)
        if ended.any():
            self.core.reset(only=np.flatnonzero(ended))
        return Round(np.array(self.core.observations), rewards, ended, cut, points, final)


def score(outcome: NDArray[np.int8]) -> tuple[F4, F4]:
    """Points and rewards of games that ended.

    Args:
        outcome: (E, 2) index in `agents.judging.OUTCOMES`.

    Returns:
        (E, 2) points and (E, 2) rewards. Who passes first has won; who leaves the road, runs over a person or into a
        parked car alone has lost; both in a crash, or both still waiting when time is up, is a draw.
    """
    passed = outcome == REACHED
    failed = (outcome != REACHED) & (outcome != RUNNING) & (outcome != TIMEOUT)
    other_passed, other_failed = passed[:, ::-1], failed[:, ::-1]
    won = (passed & ~other_passed) | (other_failed & ~failed & ~passed)
    lost = won[:, ::-1]
    points = np.where(won, 1.0, np.where(lost, 0.0, 0.5)).astype(np.float32)
    crash = failed & ((outcome == COLLIDED) | (outcome == HIT) | other_failed)
    gain = np.where(passed, WIN, np.where(failed, CRASH, LOSS))
    gain = np.where(crash, CRASH, np.where(won & ~passed, 0.0, gain))
    return points, gain.astype(np.float32)


def decide(player: Player, views: F4, rng: np.random.Generator) -> F4:
    """(N, 2) actions of a player who sees (N, F) views; rule-based players are asked for all rows by `moves`."""
    if isinstance(player, Network):
        return player.sample(views, rng)
    if player == "random":
        return rng.uniform(-1.0, 1.0, (len(views), 2)).astype(np.float32)
    return np.zeros((len(views), 2), np.float32)


def moves(players: tuple[Player, Player], views: F4, duels: Duels, rng: np.random.Generator) -> F4:
    """(E, 2, 2) actions of the players of the two sides."""
    actions = np.zeros((*views.shape[:2], 2), np.float32)
    rules = duels.core.rule_actions() if "rule" in players else actions
    for side, player in enumerate(players):
        actions[:, side] = rules[:, side] if player == "rule" else decide(player, views[:, side], rng)
    return actions


def match(first: Player, second: Player, games: int, seed: int, duels: Duels) -> tuple[float, float, float]:
    """Play games, half of them with sides swapped.

    Args:
        first: a player.
        second: the other.
        games: in all; even.
        seed: of the games; both halves begin alike.
        duels: to play in; games / 2 at once.

    Returns:
        Games that the first won, that were drawn, and that the first lost.
    """
    if games != 2 * duels.games:
        raise ValueError(f"games: {games} is not twice {duels.games}")
    table = np.zeros(3)
    for swapped in (False, True):
        players = (second, first) if swapped else (first, second)
        rng = rng_for(seed, "match")
        views, open_games = duels.reset(seed), np.ones(duels.games, bool)
        while open_games.any():
            now = duels.step(moves(players, views, duels, rng))
            views = now.observations
            done = now.ended & open_games
            points = now.points[done, int(swapped)]
            table += [(points == 1.0).sum(), (points == 0.5).sum(), (points == 0.0).sum()]
            open_games &= ~done
    return float(table[0]), float(table[1]), float(table[2])
