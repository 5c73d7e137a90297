"""Duels are scored fairly, a league goes on to the bit, its page says who beats whom."""

import hashlib
from pathlib import Path

import numpy as np
import pytest

from agents.duel import CRASH, LOSS, WIN, Duels, match, score
from agents.judging import COLLIDED, HIT, LEFT, REACHED, RUNNING, TIMEOUT
from agents.league import (
    Gate,
    LeagueSettings,
    hunger,
    read_gates,
    read_pool,
    round_robin,
    train_league,
)
from agents.runs import POLICY, RunError
from agents.training import Settings
from skidpad.league_report import Standings, write_report

TINY = LeagueSettings(duels=4, traffic=1, gate_every=1, gate_games=4, gate=0.0, games=4)


NEVER = (np.inf, np.inf)


@pytest.mark.parametrize(
    ("first", "second", "entered", "points", "gain"),
    [
        (REACHED, RUNNING, (30.0, np.inf), (1.0, 0.0), (WIN, LOSS)),
        (RUNNING, REACHED, (50.0, 30.0), (0.0, 1.0), (LOSS, WIN)),
        (REACHED, REACHED, (30.0, 30.0), (0.5, 0.5), (WIN, WIN)),
        (COLLIDED, COLLIDED, (30.0, 30.5), (1.0, 0.0), (0.0, CRASH)),  # the second had to wait
        (COLLIDED, COLLIDED, (np.inf, 30.0), (0.0, 1.0), (CRASH, 0.0)),
        (COLLIDED, COLLIDED, NEVER, (0.5, 0.5), (CRASH, CRASH)),
        (COLLIDED, RUNNING, (20.0, 30.0), (0.0, 1.0), (CRASH, 0.0)),  # into a parked car
        (RUNNING, LEFT, NEVER, (1.0, 0.0), (0.0, CRASH)),
        (HIT, RUNNING, NEVER, (0.0, 1.0), (CRASH, 0.0)),
        (TIMEOUT, TIMEOUT, (30.0, np.inf), (0.5, 0.5), (LOSS, LOSS)),
        (TIMEOUT, TIMEOUT, (30.0, 25.0), (0.0, 1.0), (LOSS, 0.0)),  # face to face
    ],
)
def test_games_are_scored(
    first: int, second: int, entered: tuple[float, float], points: tuple[float, ...], gain: tuple[float, ...]
) -> None:
    found, reward = score(np.array([[first, second]], np.int8), np.array([entered]))
    assert found[0].tolist() == list(points)
    assert reward[0] == pytest.approx(gain)


def test_rule_drivers_let_pass_who_was_first(duels: Duels) -> None:
    duels.reset(4)
    points, crashed = np.zeros((20, 2)), np.zeros(20, bool)
    open_games = np.ones(20, bool)
    for _ in range(251):
        now = duels.step(duels.rule_actions())
        done = now.ended & open_games
        points[done] = now.points[done]
        crashed |= done & (now.rewards.min(1) < 0.9 * CRASH)
        open_games &= ~done
    assert not crashed.any()
    assert ((points == 1.0).sum(1) == 1).all()  # everyone who was there first has passed


@pytest.fixture(scope="module")
def duels() -> Duels:
    return Duels(20, pool=4)


def test_a_match_is_the_mirror_of_itself(duels: Duels) -> None:
    won, drawn, lost = match("rule", "random", 40, 5, duels)
    assert won + drawn + lost == 40
    assert won > lost  # who keeps to the road beats who does not
    assert match("random", "rule", 40, 5, duels) == (lost, drawn, won)
    with pytest.raises(ValueError, match="games: 30 is not twice 20"):
        match("rule", "random", 30, 5, duels)


def test_the_rule_driver_passes_when_nobody_comes() -> None:
    duels = Duels(20, pool=4)
    duels.reset(3)
    core = duels.core
    for e in range(20):
        p = core.batch.play.scene[e]
        core.batch.bodies.alive[e, core.pool.slots[p, 1]] = False
        core.batch.play.active[e, 1] = False
    passed = np.zeros(20, bool)
    for _ in range(240):
        step = core.step(core.rule_actions())
        passed |= step.outcome[:, 0] == REACHED
    assert passed.all()


def test_snapshots_that_still_win_are_met_more_often() -> None:
    chance = hunger(np.array([1.0, 0.9, 0.5, 0.1]))
    assert (np.diff(chance) > 0).sum() == 2 and chance[0] == chance[1] > 0
    assert hunger(np.ones(3)).min() > 0


def test_a_league_goes_on_to_the_bit_and_its_page_says_who_beats_whom(tmp_path: Path) -> None:
    settings = Settings(rollout=8, batch=64, epochs=1, hidden=(8,))

    def run(folder: Path, rollouts: int) -> list[Gate]:
        return train_league(folder, rollouts * 8 * rows, recipe={}, settings=settings, league=TINY, seed=2)

    from agents.league import LeagueEnv

    rows = LeagueEnv(TINY, 2).num_envs
    straight, halves = tmp_path / "straight", tmp_path / "halves"
    gates = run(straight, 4)
    run(halves, 2)
    assert run(halves, 4) == gates == read_gates(straight)
    first, second = ((folder / POLICY).read_bytes() for folder in (straight, halves))
    assert hashlib.sha256(first).hexdigest() == hashlib.sha256(second).hexdigest()
    assert len(gates) == 3 and all(gate.promoted for gate in gates)  # the gate stands open
    pool = read_pool(halves)
    assert len(pool) == 4
    table = round_robin([*pool[:2], "rule"], 4, 1, Duels(2, pool=2))
    assert (table.sum(-1) == 4.0 * (1 - np.eye(3))).all()
    assert np.array_equal(table[0, 1], table[1, 0][::-1])
    ratings = np.array([900.0, 950.0, 1000.0])
    standings = Standings(("000", "001", "rule"), 2, table, ratings, {"rule": 1000.0}, {"rule": 0.1})
    page = write_report(straight, standings, gates, "skidpad train --league").read_text()
    assert "rule = 1000" in page and "promoted" in page and "<svg" in page and page.count("<tr>") == 4 + 4
    kept = (straight / "pool" / "000.safetensors").read_bytes()
    with pytest.raises(RunError, match="seed: the run there has 2, not 5"):
        train_league(straight, 4 * 8 * rows, recipe={}, settings=settings, league=TINY, seed=5)
    assert (straight / "pool" / "000.safetensors").read_bytes() == kept
