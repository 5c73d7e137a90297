"""The duel: two cars, one passage. A game ends with the first car that passes, crashes or leaves the road.

Who drives into the passage first has the right of way: of two cars that crash into each other, or that stand face to
face when time is up, the one that came later has lost.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from agents.actions import BRAKE, PUSH
from agents.drivers import ACCELERATION, held_back
from agents.environments import DT, Environments
from agents.episodes import Pool
from agents.judging import REACHED, RUNNING, TIMEOUT
from agents.network import Network
from agents.rewards import Weights
from scenes.errors import SceneError
from scenes.seeds import rng_for
from sim.tables import SPACING

SCENE = "duel"
TIME_LIMIT = 25.0  # s
WIN, LOSS, CRASH = 0.8, -0.4, -1.2  # added to the reward at the end of a game; nobody wins a crash
# what stands above takes the place of most terms; a duel is a race, and who gives way waits
SHAPING = Weights(success=0.0, collision=0.0, person_hit=0.0, off_road=0.0, speeding=-0.01, waiting=0.0)
APART = 0.4  # m between two cars side by side
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
            scene, games, controlled="cars", consequence="remove", autoreset=False, scene_seed=scene_seed, pool=pool,
            time_limit=TIME_LIMIT, weights=SHAPING,
        )  # fmt: skip
        if self.core.rows != 2:
            raise SceneError(scene, f"a duel needs two moving vehicles, not {self.core.rows}")
        self.games = games
        self._entrance = entrances(self.core.pool)
        self.entered = np.full((games, 2), np.inf)  # steps until a car's front was in the passage

    def reset(self, seed: int) -> F4:
        """Begin all games anew; (E, 2, F)."""
        self.entered[:] = np.inf
        return np.array(self.core.reset(seed))

    def step(self, actions: F4) -> Round:
        """Play a step; games that end begin anew at once."""
        now = self.core.step(actions)
        outcome, rewards = now.outcome, now.rewards.copy()
        ended = (outcome != RUNNING).any(1)
        inside, steps = -self.before_passage, self.core.batch.play.step[:, None]
        since = inside / np.maximum(self._speed, 0.1) / DT
        self.entered = np.where((inside > 0) & np.isinf(self.entered), steps - since, self.entered)
        points, gain = score(outcome, self.entered)
        rewards[ended] += gain[ended]
        cut = ended & (outcome == TIMEOUT).all(1)
        final = np.where((outcome != RUNNING)[..., None], now.final, now.observations)
        if ended.any():
            self.core.reset(only=np.flatnonzero(ended))
            self.entered[ended] = np.inf
        return Round(np.array(self.core.observations), rewards, ended, cut, points, final)

    @property
    def before_passage(self) -> NDArray[np.float64]:
        """(E, 2) m from the front of each car to where the passage begins; negative inside it."""
        tables, scene = self.core.pool.tables, self.core.batch.play.scene
        half = 0.5 * self._of_cars(tables.size[scene, :, 0])
        return np.asarray(self._entrance[scene] - self._of_cars(self.core.batch.bodies.travelled) - half, np.float64)

    @property
    def _speed(self) -> NDArray[Any]:
        """(E, 2) m/s."""
        return self._of_cars(self.core.batch.bodies.speed)

    def _of_cars(self, values: NDArray[Any]) -> NDArray[Any]:
        """(E, 2) values of the two cars, out of (E, A)."""
        return np.take_along_axis(values, self.core.pool.slots[self.core.batch.play.scene], 1)

    def rule_actions(self) -> F4:
        """(E, 2, 2) actions of rule-based drivers, who wait before the passage while another is inside."""
        actions, free = self.core.rule_actions(), np.maximum(self.before_passage - 1.0, 0.1)
        tables, scene, speed = self.core.pool.tables, self.core.batch.play.scene, self._speed
        wished = self._of_cars(tables.desired[scene])
        wait = np.isfinite(self.entered[:, ::-1]) & np.isinf(self.entered)
        hold = np.vectorize(held_back)(speed, free, 0.0, 0.0)
        push = np.clip(ACCELERATION * (1.0 - (speed / wished) ** 4 - hold), -BRAKE, ACCELERATION)
        slower = np.minimum(actions[..., 0], np.where(push > 0, push / PUSH, push / BRAKE))
        actions[..., 0] = np.where(wait, slower, actions[..., 0])
        return actions


def entrances(pool: Pool) -> NDArray[np.float64]:
    """(P, 2) m along each car's path to where two cars do not fit beside each other; the end where they always do."""
    tables, found = pool.tables, np.zeros((len(pool.scenes), 2))
    for p, slots in enumerate(pool.slots):
        narrow = tables.size[p, slots, 1].mean() + APART
        first, second = (tables.line[row : row + count, :2] for row, count in tables.rows[tables.path[p, slots]])
        close = np.hypot(*np.moveaxis(first[:, None] - second, -1, 0)) < narrow
        for side, meets in enumerate((close.any(1), close.any(0))):
            found[p, side] = SPACING * (np.argmax(meets) if meets.any() else len(meets))
    return found


def score(outcome: NDArray[np.int8], entered: NDArray[np.float64]) -> tuple[F4, F4]:
    """Points and rewards of games that ended.

    Args:
        outcome: (E, 2) index in `agents.judging.OUTCOMES`.
        entered: (E, 2) steps until each car was in the passage, inf = it never was.

    Returns:
        (E, 2) points and (E, 2) rewards. Who passes first has won; who leaves the road, runs over a person or into a
        parked car alone has lost. When both crash, or both still stand there when time is up, the one that came into
        the passage later has lost, where the other's way was blocked; else it is a draw.
    """
    passed, late = outcome == REACHED, (outcome == TIMEOUT).all(1, keepdims=True)
    failed = ~passed & (outcome != RUNNING) & (outcome != TIMEOUT)
    both = failed.all(1, keepdims=True)
    face_to_face = late & np.isfinite(entered).all(1, keepdims=True)
    prior = entered < entered[:, ::-1]
    won = (passed & ~passed[:, ::-1]) | (failed[:, ::-1] & ~failed & ~passed) | ((both | face_to_face) & prior)
    lost = won[:, ::-1]
    points = np.where(won, 1.0, np.where(lost, 0.0, 0.5)).astype(np.float32)
    gain = np.where(passed, WIN, np.where(won, 0.0, np.where(failed, CRASH, LOSS)))
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
    rules = duels.rule_actions() if "rule" in players else actions
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
