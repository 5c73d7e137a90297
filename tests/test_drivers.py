"""Rule-based drivers of the batched core: distances, waves, priority, and who may go first."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from agents.drivers import ACCELERATION, DISTANCE, HEADWAY
from agents.environments import Environments
from agents.episodes import Randomisation
from agents.judging import COLLIDED, HIT
from benchmarks.ring import ring, waves
from scenes.files import load
from scenes.types import Scene
from tests.test_sim import car, make


@pytest.mark.parametrize("speed", [3.0, 8.0, 12.0])
def test_the_gap_behind_a_steady_leader_is_that_of_the_model(speed: float) -> None:
    """Treiber, Hennecke, Helbing (2000), equation 5: s = (s0 + v T) / sqrt(1 - (v / v0)^4)."""
    road = np.stack([np.linspace(0, 4000, 801), np.zeros(801)], -1)
    scene = make((car(1, 60.0, speed, speed, road), car(2, 0.0, speed, 14.0, road)))
    scene = replace(scene, roads=replace(scene.roads, crossings=()))
    core = Environments([scene], 1, controlled="cars", consequence="remove", autoreset=False, time_limit=400.0)
    core.reset(0)
    bodies, size = core.batch.bodies, core.pool.tables.size
    bodies.speed[0] = speed
    for _ in range(2600):
        core.step(None)
        if bodies.position[0, 0, 0] > 3600.0:
            break
    pace = float(bodies.speed[0, 1])
    gap = bodies.position[0, 0, 0] - bodies.position[0, 1, 0] - 0.5 * (size[0, 0, 0] + size[0, 1, 0])
    assert pace == pytest.approx(float(bodies.speed[0, 0]), rel=0.02)
    assert gap == pytest.approx((DISTANCE + pace * HEADWAY) / math.sqrt(1 - (pace / 14.0) ** 4), rel=0.02)


def test_waves_appear_where_drivers_react_late_in_dense_traffic_alone() -> None:
    late = Randomisation(reaction=(1.0, 1.0))
    assert waves(ring(22), late).spread > 1.0  # of Sugiyama et al. (2008): 22 cars on 230 m
    assert waves(ring(22), Randomisation()).spread < 0.2
    assert waves(ring(8), late).spread < 0.2


def test_drivers_differ_and_repeat_themselves() -> None:
    options = Randomisation(temper=(-1.0, 1.0), reaction=(0.1, 0.8), away=(0.0, 0.1))
    cores = [
        Environments("junction-practice", n, controlled="cars", pool=2, randomise=options, first=3 - n) for n in (3, 1)
    ]
    for core in cores:
        core.reset(5)
        for _ in range(60):
            core.step(None)
    many, alone = (core.batch for core in cores)
    assert np.array_equal(many.traits[2], alone.traits[0]) and np.array_equal(
        many.bodies.speed[2], alone.bodies.speed[0]
    )
    assert many.traits[..., 0].std() > 0.3 and many.traits[..., 1].min() >= 0.1


def turning_left(oncoming: float | None) -> tuple[Scene, int, int]:
    """A car before a green light that turns left, and one that comes towards it, so many metres before its line."""
    scene = load("junction-practice").sample(0)
    moving = [actor for actor in scene.actors if len(actor.path) > 1 and actor.behaviour == "drive"]

    def bend(actor: object) -> float:
        path = actor.path  # type: ignore[attr-defined]
        first, last = path[1] - path[0], path[-1] - path[-2]
        return float(math.atan2(first[0] * last[1] - first[1] * last[0], first @ last))

    def along(actor: object) -> float:
        step = actor.path[1] - actor.path[0]  # type: ignore[attr-defined]
        return float(math.atan2(step[1], step[0]))

    side = 1 if True else -1
    for one in moving:
        for other in moving:
            facing = math.cos(along(one) - along(other))
            if abs(bend(one)) > 1.0 and abs(bend(other)) < 0.3 and facing < -0.9 and bend(one) * side > 0:
                pair = (one, other)
                break
        else:
            continue
        break
    else:
        raise AssertionError("no such pair")
    stop = 118.0
    first = replace(pair[0], id=1, start=stop - 6.0, speed=3.0)
    actors = [first]
    if oncoming is not None:
        actors.append(replace(pair[1], id=2, start=stop - oncoming, speed=9.0, desired_speed=9.0))
    green = tuple(replace(s, plan=(("green", 1000.0),), offset=0.0) for s in scene.signals)
    return replace(scene, actors=tuple(actors), signals=green, cameras=(), ego=1), 0, 1


@pytest.mark.parametrize("away", [4.0, 14.0, 24.0, 34.0])
def test_a_permissive_left_turn_waits_for_who_comes_towards_it(away: float) -> None:
    def times(oncoming: float | None) -> tuple[float, float, set[int]]:
        scene, turner, other = turning_left(oncoming)
        core = Environments([scene], 1, controlled="cars", consequence="remove", autoreset=False, time_limit=60.0)
        core.reset(0)
        left = gone = math.inf
        outcomes: set[int] = set()
        for k in range(500):
            outcomes |= set(core.step(None).outcome[0].tolist())
            heading = core.batch.bodies.heading[0]
            turned = math.cos(heading[turner] - math.atan2(*(scene.actors[0].path[1] - scene.actors[0].path[0])[::-1]))
            left = min(left, k if turned < 0.5 else math.inf)
            if oncoming is not None and core.batch.bodies.travelled[0, other] > 150.0:
                gone = min(gone, k)
        return left, gone, outcomes

    free, _, _ = times(None)
    left, gone, outcomes = times(away)
    assert not outcomes & {COLLIDED, HIT}
    assert math.isfinite(free) and math.isfinite(left) and math.isfinite(gone)
    if away < 30.0:
        assert left > free + 5 and left > gone - 25  # it waits until the other one is as good as through


def test_who_must_give_way_at_a_roundabout_does() -> None:
    core = Environments("roundabout", 16, controlled="cars", pool=8, time_limit=120.0)
    core.reset(3)
    outcomes = np.zeros(8, int)
    for _ in range(900):
        step = core.step(None)
        outcomes += np.bincount(step.outcome[step.active], minlength=8)
    assert outcomes[1] > 20 and outcomes[COLLIDED] <= 0.1 * outcomes[1]
    assert ACCELERATION == 1.4
