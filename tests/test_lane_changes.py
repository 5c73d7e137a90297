"""Changes of lanes by MOBIL: the formula, overtaking, who is not cut off, and that nobody touches anybody."""

from __future__ import annotations

import math
from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from agents.changing import BIAS, LASTS, POLITENESS, SAFE, THRESHOLD, gain_of
from agents.drivers import ACCELERATION, BRAKING, DISTANCE, HEADWAY
from agents.environments import DT, Environments
from agents.episodes import VARIED_DRIVERS
from agents.judging import COLLIDED, HIT, LEFT
from agents.recording import Setup, record, replay, state_hash
from scenes.files import SceneTemplate, load
from scenes.types import Actor, Scene
from sim.abreast import LANE, TO
from tests.test_sim import car

TEXT = """format: 1
roads: {layout: street, lanes: [%d, 0], length: 400, crossing: none, lane_width: 3.4}
vehicles: {moving: true}
"""
SIZE = (4.4, 1.8, 1.5)  # m


@cache
def street(folder: str, lanes: int) -> Scene:
    with open(f"{folder}/street.yaml", "w", encoding="utf-8") as file:
        file.write(TEXT % lanes)
    template: SceneTemplate = load(f"{folder}/street.yaml")
    return template.sample(0)


def with_cars(scene: Scene, *cars: tuple[int, float, float, float]) -> Scene:
    """The street with cars alone: number of the lane, m along it, speed and wished speed in m/s."""
    lanes = {lane.id: lane for lane in scene.roads.lanes}
    actors: list[Actor] = []
    for n, (lane, start, speed, wish) in enumerate(cars):
        made = car(n + 1, start, speed, wish, lanes[lane].centre)
        actors.append(replace(made, size=SIZE, lane=lane))
    return replace(scene, actors=tuple(actors), cameras=(), ego=1, signals=())


def core_of(scene: Scene, lanes: str = "mobil") -> Environments:
    core = Environments(
        [scene], 1, controlled="cars", consequence="remove", autoreset=False, time_limit=300.0, lanes=lanes
    )
    core.reset(0)
    core.batch.bodies.speed[0, : len(scene.actors)] = [actor.speed for actor in scene.actors]
    return core


def test_the_incentive_is_that_of_the_paper() -> None:
    """0.5 m/s2 more for oneself, 1 less for the new follower, 0.4 more for the old one, who count by a quarter."""
    gain = gain_of.py_func(-0.5, 0.0, 0.2, -0.8, -0.4, 0.0, 0.25, -0.2)
    assert gain == pytest.approx(0.5 + 0.25 * (-1.0 + 0.4) - 0.1 - 0.2)


def push(speed: float, wish: float, gap: float, lead: float) -> float:
    """Treiber, Hennecke, Helbing (2000), equations 3 and 4."""
    wanted = DISTANCE + max(0.0, speed * HEADWAY + speed * (speed - lead) / (2 * math.sqrt(ACCELERATION * BRAKING)))
    return ACCELERATION * (1 - (speed / wish) ** 4 - (wanted / gap) ** 2)


@pytest.mark.parametrize("lead", [4.0, 6.0, 8.0, 9.0, 10.0])
@pytest.mark.parametrize("behind", [8.0, 14.0, 30.0])
def test_who_changes_gains_by_it_and_cuts_nobody_off(
    tmp_path_factory: pytest.TempPathFactory, lead: float, behind: float
) -> None:
    """The decision of the core beside one worked out from the formulas with double precision."""
    folder = str(tmp_path_factory.getbasetemp())
    v, wish, ahead = 10.0, 12.0, 30.0
    scene = with_cars(
        street(folder, 2), (0, 200.0, v, wish), (0, 200.0 + ahead + 4.4, lead, lead), (1, 200.0 - behind - 4.4, v, wish)
    )
    core = core_of(scene)
    before = push(v, wish, ahead, lead)
    free = ACCELERATION * (1 - (v / wish) ** 4)
    cut = push(v, wish, behind, v)
    gain = free - before + POLITENESS * (cut - free) - THRESHOLD - BIAS
    wanted = gain > 0.0 and cut >= -SAFE
    if abs(gain) > 0.05 and abs(cut + SAFE) > 0.05:
        core.batch.play.step[0] = 4  # so that the first car decides in the next step
        core.step(None)
        assert bool(core.batch.changes.state[0, 0, LANE] != 0.0) == wanted


def played(scene: Scene, lanes: str, steps: int) -> tuple[np.ndarray, np.ndarray, set[int]]:
    """(T, A, 2) places m along and to the left of the paths, (T, A) m/s, and all outcomes."""
    core, places, speeds, outcomes = core_of(scene, lanes), [], [], set()
    for _ in range(steps):
        outcomes |= set(core.step(None).outcome[0].tolist())
        body, aside = core.batch.bodies, core.batch.place
        places.append(np.stack([body.travelled[0], aside[0, :, 0]], -1))
        speeds.append(body.speed[0].copy())
    return np.array(places), np.array(speeds), outcomes


def test_a_slow_vehicle_is_overtaken_smoothly(tmp_path: object) -> None:
    scene = with_cars(street(str(tmp_path), 2), (0, 100.0, 10.0, 12.0), (0, 150.0, 4.0, 4.0))
    places, speeds, outcomes = played(scene, "mobil", 350)
    assert not outcomes & {COLLIDED, HIT, LEFT}
    assert places[-1, 0, 0] > places[-1, 1, 0] + 20.0
    aside = places[:, 0, 1]
    assert aside.max() == pytest.approx(3.4, abs=0.15) and abs(aside[-1]) < 0.15  # over, and back in the own lane
    moving = np.flatnonzero(np.abs(np.diff(aside)) > 0.01)
    first = moving[: int(np.argmax(np.diff(moving) > 5)) + 1]
    assert 0.6 * LASTS < len(first) * DT < 1.3 * LASTS
    assert np.abs(np.diff(aside, 2)).max() / DT**2 < 2.0  # m/s2 across
    assert speeds[:, 0].min() > 6.0
    kept, _, _ = played(scene, "keep", 350)
    assert kept[-1, 0, 0] < kept[-1, 1, 0]


def test_nobody_changes_in_front_of_who_would_have_to_brake_hard(tmp_path: object) -> None:
    scene = street(str(tmp_path), 2)
    fast = with_cars(scene, (0, 100.0, 6.0, 12.0), (0, 130.0, 4.0, 4.0), (1, 75.0, 14.0, 14.0))
    core, first = core_of(fast), None
    for _ in range(200):
        core.step(None)
        body = core.batch.bodies
        if first is None and core.batch.changes.state[0, 0, TO] > 0.0:
            first = body.travelled[0, 2] - body.travelled[0, 0]
        assert body.acceleration[0, 2] > -SAFE - 0.5
    assert first is not None and first > 0.0  # only behind it


def test_a_change_does_not_begin_before_a_stop_line(tmp_path: object) -> None:
    file = f"{tmp_path}/zebra.yaml"
    with open(file, "w", encoding="utf-8") as text:
        text.write(TEXT.replace("crossing: none", "crossing: zebra, crossing_at: 0") % 2)
    plain = load(file).sample(0)
    line = min(stop.s for stop in plain.roads.stop_lines if stop.lane == 0)
    scene = with_cars(plain, (0, line - 45.0, 8.0, 12.0), (0, line - 25.0, 4.0, 4.0))
    core = core_of(scene)
    for _ in range(250):
        core.step(None)
        if core.batch.changes.state[0, 0, TO] > 0.0:
            break
    assert core.batch.bodies.travelled[0, 0] > line + 5.0 and core.batch.changes.state[0, 0, TO] > 0.0


def test_many_drivers_change_lanes_without_touching_and_alone_as_in_a_batch() -> None:
    options = {"controlled": "cars", "consequence": "remove", "pool": 8, "randomise": VARIED_DRIVERS, "lanes": "mobil"}
    core = Environments("lanes", 16, time_limit=40.0, **options)  # type: ignore[arg-type]
    alone = Environments("lanes", 1, time_limit=40.0, first=5, **options)  # type: ignore[arg-type]
    core.reset(0)
    alone.reset(0)
    changed, spots = 0, {}
    for step in range(700):
        found = core.step(None)
        alone.step(None)
        for e, n in zip(*np.nonzero(np.isin(found.outcome, (COLLIDED, LEFT))), strict=True):
            spots[step, int(e), int(n)] = core.batch.play.episode[e]
        changed += int((core.batch.changes.state[..., LANE] != 0.0).any())
    assert changed > 100 and spots == {}
    for mine, theirs in zip(core.batch.bodies, alone.batch.bodies, strict=True):
        assert np.array_equal(mine[5], theirs[0])


def test_mixed_traffic_is_faster_with_changes(tmp_path: object) -> None:
    rng = np.random.default_rng(0)
    cars = [
        (lane, 30.0 + 26.0 * k + 6.0 * lane, 6.0, 4.0 if (k + lane) % 4 == 0 else float(rng.uniform(10.0, 13.0)))
        for lane in range(2) for k in range(10)
    ]  # fmt: skip
    scene = with_cars(street(str(tmp_path), 2), *cars)
    gone = {}
    for lanes in ("keep", "mobil"):
        places, _, outcomes = played(scene, lanes, 250)
        assert not outcomes & {COLLIDED, HIT, LEFT}
        gone[lanes] = float((places[-1, :, 0] - places[0, :, 0]).mean())
    assert gone["mobil"] > 1.1 * gone["keep"]


def test_a_recording_with_changes_plays_again() -> None:
    run = record(Setup("lanes", 8, "cars", pool=8, lanes="mobil"), seed=1, steps=150)
    changed: list[bool] = []
    last = replay(run, lambda core, _: changed.append(bool((core.batch.changes.state[..., LANE] != 0.0).any())))
    assert int(run.states[-1]) == state_hash(last) and any(changed)
