"""Metrics of drives: of environments, of samples, and as figures with intervals."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from agents import POLICIES
from agents.environments import Environments
from agents.judging import OUTCOMES, RUNNING
from agents.measure import constant_actions, measure, play_out, rule_actions
from agents.watching import METRICS, Metrics, Watch, metrics_of_states
from scenes.files import load
from sim.metrics import SOON
from sim.rollout import rollout
from sim.world import State
from transfer.drives import FIGURES, lines_of, medians, rows_of, summary_of


def test_drives_are_judged_as_the_core_judged_them() -> None:
    found = measure("crossing-practice", "constant", episodes=60, pool=6)
    values, outcome = found.metrics.values, found.metrics.outcome
    assert len(outcome) == found.episodes == 60 and (outcome != RUNNING).all()
    for name, rate in found.rates.items():
        assert (outcome == OUTCOMES.index(name)).sum() == rate.count
    assert values["collision"].sum() == found.rates["collision"].count + found.rates["person_hit"].count > 0
    assert values["off_road"].sum() == found.rates["off_road"].count
    assert values["red_light"].sum() == found.rates["red_light"].count
    hit = values["collision"] > 0
    assert (values["to_collision"][hit] == 0).all() and (values["encroachment"][hit] == 0).all()
    assert (values["pdm"][hit] == 0).all() and (values["share"][outcome == OUTCOMES.index("success")] == 1).all()
    assert set(found.metrics.group) <= set(range(6))
    rule = measure("crossing-practice", "rule", episodes=60, pool=6).metrics.values
    assert rule["collision"].mean() < values["collision"].mean() and rule["pdm"].mean() > values["pdm"].mean()
    assert ((rule["pdm"] >= 0) & (rule["pdm"] <= 1)).all() and (rule["wrong_way"] == 0).all()


def test_metrics_of_a_world_are_those_of_it_alone() -> None:
    def metrics(count: int, first: int) -> Metrics:
        core = Environments("crossing-practice", count, pool=3, autoreset=False, first=first)
        core.reset(4)
        watch = Watch(core)
        play_out(core, constant_actions, watch)
        return watch.metrics()

    together = metrics(3, 0)
    for k in range(3):
        alone = metrics(1, k)
        for name in METRICS:
            assert alone.values[name][0] == together.values[name][k]


def test_every_life_of_a_car_is_a_drive() -> None:
    core = Environments("junction-practice", 2, controlled="cars", pool=2, time_limit=20.0)
    core.reset(0)
    watch, ended = Watch(core), 0
    for k in range(300):
        step = core.step(rule_actions(core, k))
        ended += int((step.terminated | step.truncated).sum())
        watch(core)
    found = watch.metrics()
    going = int(core.batch.play.active.sum())
    assert ended > 1.5 * going and len(found.outcome) == ended + going
    assert (found.outcome == RUNNING).sum() == going
    assert (found.values["progress"] < 20.0 * 25).all()  # nobody jumps from one life to the next


def moved(state: State, a: int, x: float, y: float) -> State:
    position = state.position.copy()
    position[0, a, :2] += (x, y)
    return replace(state, position=position)


def test_drives_of_a_sample_are_judged_by_their_tracks() -> None:
    scene = load("junction-practice").sample(1)
    times = [scene.start_time + 0.1 * k for k in range(31)]
    states = rollout([scene], POLICIES["rule"](), times)
    driving = [k for k, actor in enumerate(scene.actors) if actor.behaviour == "drive"]
    plain = metrics_of_states(scene, states, 0.1)
    assert len(plain.outcome) == len(driving) and (plain.outcome == RUNNING).all()
    assert not any(plain.values[name].any() for name in ("collision", "off_road", "red_light", "wrong_way"))
    travelled = [float(states[-1].travelled[0, k] - states[0].travelled[0, k]) for k in driving]
    assert plain.values["progress"] == pytest.approx(travelled, abs=1e-3)
    a, b = driving[:2]
    away = metrics_of_states(scene, [moved(state, a, 0.0, 400.0) for state in states], 0.1)
    assert away.values["off_road"].tolist() == [1.0] + [0.0] * (len(driving) - 1)
    gaps = [state.position[0, b, :2] - state.position[0, a, :2] for state in states]
    together = [moved(state, a, *gap) for state, gap in zip(states, gaps, strict=True)]
    hit = metrics_of_states(scene, together, 0.1).values
    assert hit["to_collision"][:2].tolist() == [0.0, 0.0] and (hit["pdm"][:2] == 0).any()
    parked = replace(scene, actors=tuple(replace(actor, behaviour="parked") for actor in scene.actors))
    with pytest.raises(ValueError, match="nobody drives"):
        metrics_of_states(parked, states, 0.1)


def made(pdm: list[float], soonest: list[float], group: list[int]) -> Metrics:
    values = {name: np.zeros(len(pdm), np.float32) for name in METRICS}
    values |= {"pdm": np.array(pdm, np.float32), "to_collision": np.array(soonest, np.float32)}
    return Metrics(values, np.ones(len(pdm), np.int64), np.array(group))


def test_figures_and_their_intervals() -> None:
    apart = summary_of(made([0.0, 1.0] * 200, [0.5, np.inf] * 200, list(range(400))))
    pdm = apart["figures"]["pdm"]
    assert pdm["value"] == 0.5 and pdm["low"] == pytest.approx(0.451, abs=0.01)  # 1.96 sqrt(0.25 / 400)
    assert pdm["high"] == pytest.approx(0.549, abs=0.01)
    assert apart["figures"]["close"]["value"] == 0.5 and SOON == 1.0
    assert apart["figures"]["collision"] == {"value": 0.0, "low": 0.0, "high": pytest.approx(0.0095, abs=1e-4)}
    in_scenes = summary_of(made([0.0, 1.0] * 200, [0.5, np.inf] * 200, [k % 8 for k in range(400)]))
    wide = in_scenes["figures"]["pdm"]
    assert wide["high"] - wide["low"] > 4 * (pdm["high"] - pdm["low"])  # eight scenes tell less than 400
    never = summary_of(made([1.0, 1.0, 0.5], [np.inf, np.inf, 2.0], [0, 1, 2]))["figures"]["to_collision"]
    assert never == {"value": None, "low": 2.0, "high": None}
    single = summary_of(made([1.0, 0.5], [3.0, 4.0], [5, 5]))
    assert single["figures"]["pdm"] == {"value": 0.75, "low": None, "high": None}
    rows = rows_of({"a": apart, "b": single})
    assert rows[0] == ["", "a", "b"] and len(rows) == 2 + len(FIGURES) and rows[-1][0] == "PDM score"
    assert rows[-1][1].startswith("0.50 [0.4") and rows[-1][2] == "0.75"
    assert lines_of({"a": apart})[1] == "|---|---|"
    assert medians(np.array([3.0, 1.0, np.inf]), np.array([[1.0, 1.0, 1.0], [0.0, 0.0, 1.0]])).tolist() == [3.0, np.inf]
