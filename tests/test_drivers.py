"""Rule-based drivers of the batched core: distances, waves, priority, and who may go first."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from agents.drivers import DISTANCE, HEADWAY
from agents.environments import Environments
from agents.episodes import Randomisation
from agents.judging import COLLIDED, HIT
from benchmarks.ring import LATE, ring, waves
from scenes.files import load
from scenes.types import Actor, Scene
from sim.world import path_stops
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
    late = Randomisation(reaction=(LATE, LATE))
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


def directions(actor: Actor) -> tuple[float, float]:
    """Heading at the start of a path, and how far it turns to the left, rad."""
    first, last = actor.path[1] - actor.path[0], actor.path[-1] - actor.path[-2]
    turn = math.atan2(first[0] * last[1] - first[1] * last[0], first @ last)
    return math.atan2(first[1], first[0]), float(turn)


def turning_left(oncoming: float | None) -> Scene:
    """A car that turns left behind a green light, and one that comes towards it, so many metres before its line."""
    for k in range(20):
        scene = load("junction-practice").sample(k)
        drivers = [a for a in scene.actors if len(a.path) > 1 and a.behaviour == "drive"]
        ways = {a.id: directions(a) for a in drivers}
        for one in (a for a in drivers if ways[a.id][1] > 1.0):
            facing = [
                a for a in drivers if math.cos(ways[a.id][0] - ways[one.id][0]) < -0.9 and abs(ways[a.id][1]) < 0.3
            ]
            if facing:
                line = min(s for s, *_ in path_stops(one, scene.roads))
                theirs = min(s for s, *_ in path_stops(facing[0], scene.roads))
                actors = [replace(one, id=1, start=line - 8.0, speed=4.0)]
                if oncoming is not None:
                    actors.append(replace(facing[0], id=2, start=theirs - oncoming, speed=9.0, desired_speed=9.0))
                green = tuple(replace(s, plan=(("green", 1000.0),), offset=0.0) for s in scene.signals)
                return replace(scene, actors=tuple(actors), signals=green, cameras=(), ego=1)
    raise AssertionError("nobody turns left")


def turns_at(oncoming: float | None) -> tuple[float, float, set[int]]:
    """Steps until the first car has turned by half, and until the other one is over its crossing; all outcomes."""
    scene = turning_left(oncoming)
    core = Environments([scene], 1, controlled="cars", consequence="remove", autoreset=False)
    core.reset(0)
    turned, gone, outcomes = math.inf, math.inf, set()
    start = directions(scene.actors[0])[0]
    for k in range(500):
        outcomes |= set(core.step(None).outcome[0].tolist())
        bodies = core.batch.bodies
        if math.cos(bodies.heading[0, 0] - start) < 0.7:
            turned = min(turned, k)
        if oncoming is not None and bodies.travelled[0, 1] - scene.actors[1].start > oncoming + 16.0:
            gone = min(gone, k)
    return turned, gone, outcomes


@pytest.mark.parametrize("away", [4.0, 14.0, 24.0, 34.0])
def test_a_permissive_left_turn_waits_for_who_comes_towards_it(away: float) -> None:
    free, (turned, gone, outcomes) = turns_at(None)[0], turns_at(away)
    assert not outcomes & {COLLIDED, HIT}
    assert math.isfinite(free) and math.isfinite(turned) and math.isfinite(gone)
    assert turned > gone - 15 if away < 20.0 else turned >= free


def test_who_must_give_way_at_a_roundabout_does() -> None:
    core = Environments("roundabout", 16, controlled="cars", pool=8, time_limit=120.0)
    core.reset(3)
    outcomes = np.zeros(8, int)
    for _ in range(900):
        step = core.step(None)
        outcomes += np.bincount(step.outcome[step.active], minlength=8)
    assert outcomes[1] > 20 and outcomes[COLLIDED] <= 0.1 * outcomes[1]
