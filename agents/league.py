"""Self-play: one network drives both cars of a duel, against itself and a pool of what it was.

Prioritised fictitious self-play with gated promotion, after Silver et al. 2017 and Vinyals et al. 2019: learners meet
themselves in half of the duels and snapshots of the pool in the others, those more often that still win; a learner that
beats the latest snapshot clearly enough joins the pool. The same network also drives every car of ordinary traffic, so
that it does not forget how.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from agents.checkpoint import network_of
from agents.duel import Duels, Player, match
from agents.environments import Environments
from agents.network import Network
from agents.runs import FORMAT, network_arrays, network_from, read_arrays, read_json, write_arrays, write_json
from agents.sb3 import BatchVecEnv, part_of
from agents.snapshot import core_state, put_core_state
from agents.training import Progress, Settings, make_model, train
from scenes.seeds import rng_for

GATES = "gates.json"
TRAFFIC = "junction-practice"
KEPT = ("chance", "rival", "game", "clock", "views")
F4 = NDArray[np.float32]


@dataclass(frozen=True)
class LeagueSettings:
    """Of the league; those of PPO stand in `agents.training.Settings`."""

    duels: int = 128  # at once, half of them against the pool
    traffic: int = 8  # worlds of ordinary traffic, every car a learner
    gate_every: int = 6  # rollouts between two gates
    gate_games: int = 200
    gate: float = 0.55  # share of points against the latest snapshot that promotes
    games: int = 400  # of each pair of the final round robin


class LeagueEnv(BatchVecEnv):
    """Rows of one learner: both cars of some duels, one car of the others, all cars of ordinary traffic."""

    def __init__(self, settings: LeagueSettings, seed: int) -> None:
        """Make the worlds.

        Args:
            settings: of the league.
            seed: of scenes, episodes and opponents.
        """
        self.settings, self.run_seed = settings, seed
        self.duels = Duels(settings.duels, scene_seed=seed)
        self.traffic = Environments(TRAFFIC, settings.traffic, controlled="cars", scene_seed=seed, pool=32)
        half = settings.duels // 2
        self.learns = np.ones((settings.duels, 2), bool)
        self.guests = np.arange(half, settings.duels)  # duels with a snapshot in one car
        self.learns[self.guests, self.guests % 2] = False
        self.pool: list[Network] = []
        self.chance = np.ones(0)  # of each snapshot to be met
        self.rival = np.zeros(settings.duels, np.int64)
        self.game = np.zeros(settings.duels, np.int64)
        self.clock = np.zeros(1, np.int64)  # steps made
        self.views = np.zeros((settings.duels, 2, 1), np.float32)
        core = self.duels.core
        rows = int(self.learns.sum()) + settings.traffic * self.traffic.rows
        super().__init__(rows, core.single_observation_space, core.single_action_space)

    def add(self, network: Network) -> None:
        """Take a snapshot into the pool."""
        self.pool.append(network)
        self.chance = np.append(self.chance, 1.0)

    def reset(self) -> F4:
        """Begin everywhere anew."""
        self.game[:] = 0
        self.views = self.duels.reset(self.run_seed)
        for e in self.guests.tolist():
            self._invite(e)
        self._returns[:], self._lengths[:] = 0.0, 0
        return self._rows(self.views, np.array(self.traffic.reset(self.run_seed)))

    def step_wait(self) -> tuple[F4, F4, NDArray[np.bool_], list[dict[str, Any]]]:
        """Advance all worlds; see `VecEnv`."""
        count = int(self.learns.sum())
        wanted = np.zeros((*self.learns.shape, 2), np.float32)
        wanted[self.learns] = self._actions[:count]
        noise = rng_for(self.run_seed, "noise", int(self.clock[0]))
        self.clock += 1
        for k, network in enumerate(self.pool):
            rows = self.guests[self.rival[self.guests] == k]
            if len(rows):
                wanted[rows, rows % 2] = network.sample(self.views[rows, rows % 2], noise)
        duel = self.duels.step(wanted)
        street = self.traffic.step(self._actions[count:])
        self.views = duel.observations
        for e in np.flatnonzero(duel.ended).tolist():
            self.game[e] += 1
            if not self.learns[e].all():
                self._invite(e)
        pair = np.repeat(duel.ended[:, None], 2, 1)
        cut = np.repeat(duel.cut[:, None], 2, 1)
        done = self._rows(pair, street.terminated | street.truncated)
        late = self._rows(cut, street.truncated)
        rewards = self._rows(duel.rewards, street.rewards)
        final = self._rows(duel.final, street.final)
        won = self._rows(duel.points == 1.0, street.outcome == 1)
        infos = self.episodes(rewards, done, late, won, final, lambda row: {})
        return self._rows(self.views, street.observations), rewards, done, infos

    def _rows(self, duel: NDArray[Any], street: NDArray[Any]) -> NDArray[Any]:
        """Learners' rows of (E, 2, ...) and (T, N, ...) arrays, one after the other."""
        return np.concatenate([duel[self.learns], street.reshape(-1, *street.shape[2:])])

    def _invite(self, e: int) -> None:
        """Choose the snapshot that drives in the next game of duel e."""
        rng = rng_for(self.run_seed, "rival", e, int(self.game[e]))
        self.rival[e] = rng.choice(len(self.pool), p=self.chance / self.chance.sum())

    def get_state(self) -> dict[str, NDArray[Any]]:
        """Everything that a later step depends on, the pool included."""
        state = super().get_state() | {name: getattr(self, name) for name in KEPT}
        state["entered"] = self.duels.entered
        state |= {f"duels.{name}": value for name, value in core_state(self.duels.core).items()}
        state |= {f"traffic.{name}": value for name, value in core_state(self.traffic).items()}
        for k, network in enumerate(self.pool):
            state |= {f"pool.{k}/{name}": value for name, value in network_arrays(network).items()}
        return {name: np.array(value) for name, value in state.items()}

    def set_state(self, state: dict[str, NDArray[Any]]) -> None:
        """Put back what `get_state` gave."""
        super().set_state(state)
        for name in KEPT:
            setattr(self, name, state[name].copy())
        for part, core in (("duels.", self.duels.core), ("traffic.", self.traffic)):
            put_core_state(core, part_of(state, part))
        self.duels.entered = state["entered"].copy()
        self.pool = []
        while f"pool.{len(self.pool)}/actor.deviation" in state:
            start = f"pool.{len(self.pool)}/"
            self.pool.append(network_from(part_of(state, start), Path(start)))


def hunger(points: NDArray[np.float64]) -> NDArray[np.float64]:
    """How often snapshots are met: by (1 - share of points against them)^2, never rarer than a twentieth of evenly.

    Vinyals et al. 2019, supplement: prioritised fictitious self-play, the variance of hard opponents.
    """
    weight = (1.0 - points) ** 2
    return np.asarray(np.maximum(weight, 0.05 * max(float(weight.max()), 1e-3)))


def round_robin(players: list[Player], games: int, seed: int, duels: Duels) -> NDArray[np.float64]:
    """Let everybody play everybody.

    Args:
        players: two or more.
        games: of each pair, half of them with sides swapped.
        seed: of the games.
        duels: games / 2 at once.

    Returns:
        (N, N, 3) games that the row player won, drew and lost against the column player.
    """
    table = np.zeros((len(players), len(players), 3))
    for i in range(len(players)):
        for j in range(i + 1, len(players)):
            won, drawn, lost = match(players[i], players[j], games, seed, duels)
            table[i, j], table[j, i] = (won, drawn, lost), (lost, drawn, won)
    return table


@dataclass(frozen=True)
class Gate:
    """A gate that the learner stood before."""

    steps: int
    rival: str  # latest snapshot
    won: float
    drawn: float
    lost: float
    promoted: bool


def train_league(
    folder: Path,
    steps: int,
    *,
    recipe: dict[str, Any],
    settings: Settings,
    league: LeagueSettings | None = None,
    seed: int = 0,
    on_progress: Progress | None = None,
) -> list[Gate]:
    """Train by self-play, or go on with the league that the folder holds.

    Args:
        folder: of the run; snapshots go to its folder `pool`.
        steps: transitions of learners in all.
        recipe: see `agents.training.train`.
        settings: of PPO.
        league: of the league.
        seed: of everything random.
        on_progress: see `agents.training.train`.

    Returns:
        All gates so far.
    """
    league = league or LeagueSettings()
    env, judges = LeagueEnv(league, seed), Duels(league.gate_games // 2, scene_seed=seed + 1)
    gates = read_gates(folder)

    def stand(model: Any, rollouts: int) -> None:
        if rollouts == 0:
            write_snapshot(folder, 0, env.pool[0])
        if rollouts == 0 or rollouts % league.gate_every:
            return
        network = network_of(model)
        gates[:] = [gate for gate in gates if gate.steps < model.num_timesteps]
        points = []
        for rival in env.pool:
            won, drawn, lost = match(network, rival, league.gate_games, seed + rollouts, judges)
            points.append((won + 0.5 * drawn) / league.gate_games)
        passed = points[-1] >= league.gate
        gates.append(Gate(model.num_timesteps, snapshot_name(len(env.pool) - 1), won, drawn, lost, passed))
        env.chance = hunger(np.array(points))
        if passed:
            env.add(network)
            write_snapshot(folder, len(env.pool) - 1, network)
        write_gates(folder, gates)

    # the untrained network, which training begins with, is the first rival
    env.add(network_of(make_model(env, settings, seed)))
    full = {**recipe, "league": asdict(league)}
    train(env, folder, steps, recipe=full, settings=settings, seed=seed, on_rollout=stand, on_progress=on_progress)
    return gates


def snapshot_name(k: int) -> str:
    """Name of the k-th snapshot; 0 is the untrained network."""
    return f"{k:03d}"


def write_snapshot(folder: Path, k: int, network: Network) -> None:
    """Keep a snapshot as safetensors."""
    (folder / "pool").mkdir(parents=True, exist_ok=True)
    write_arrays(folder / "pool" / f"{snapshot_name(k)}.safetensors", network_arrays(network))


def read_pool(folder: Path) -> list[Network]:
    """Snapshots of a league's folder, oldest first."""
    files = sorted((folder / "pool").glob("*.safetensors"))
    return [network_from(read_arrays(path, "league"), path) for path in files]


def read_gates(folder: Path) -> list[Gate]:
    """Gates of earlier calls."""
    if not (folder / GATES).exists():
        return []
    return [Gate(**row) for row in read_json(folder / GATES, "league")["gates"]]


def write_gates(folder: Path, gates: list[Gate]) -> None:
    """Keep the gates."""
    write_json(folder / GATES, {"format": FORMAT, "gates": [asdict(gate) for gate in gates]})
