"""Vehicles in the batched core: the choice of their model, and trailers."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from agents.environments import Environments
from agents.judging import OUTCOMES
from scenes.kinds import Kind
from scenes.seeds import rng_for
from scenes.types import Actor, Scene, Trailer
from scenes.vehicles import sample_vehicle
from sim.tracks import PARAMETERS
from tests.test_sim import car, make

BASE, HITCH, AXLE = 3.6, 5.2, 8.1  # m, vehicle 4 of CommonRoad: hitch 12 m before the end of a trailer of 13.6 m
TURNS = np.linspace(0.0, 6 * math.pi, 6000)
RING = np.stack([25.0 * np.sin(TURNS), 25.0 - 25.0 * np.cos(TURNS)], -1)


def articulated(path: np.ndarray, speed: float) -> tuple[Actor, Actor]:
    look = replace(sample_vehicle(rng_for(1, "lorry"), Kind.TRUCK), wheel_base=BASE)
    tractor = Actor(1, Kind.TRUCK, look, (5.1, 2.55, 3.4), path, 0.0, speed, speed, 0.0, behaviour="drive", lane=0)
    trailer = replace(tractor, id=2, size=(13.6, 2.55, 3.4), path=path[:1], trailer=Trailer(-1, HITCH, AXLE))
    return tractor, trailer


def free(actors: tuple[Actor, ...]) -> Scene:
    """A scene without ground: nothing is off the road."""
    scene = make(actors)
    return replace(scene, roads=replace(scene.roads, crossings=()))


@pytest.mark.parametrize("dynamics", ["kinematic", "ks", "st"])
def test_cars_drive_a_junction_with_each_model(dynamics: str) -> None:
    core = Environments("junction-practice", 16, controlled="cars", pool=4, time_limit=90.0, dynamics=dynamics)
    core.reset(2)
    outcomes = np.zeros(len(OUTCOMES), int)
    aside = 0.0
    for _ in range(400):
        step = core.step(None)
        outcomes += np.bincount(step.outcome[step.active], minlength=len(OUTCOMES))
        aside = max(aside, float(np.abs(core.batch.place[..., 0]).max()))
    bodies = core.batch.bodies
    assert np.isfinite(bodies.position).all() and np.isfinite(core.batch.slip).all()
    assert outcomes[OUTCOMES.index("success")] > 20
    assert outcomes[OUTCOMES.index("off_road")] <= (0 if dynamics == "kinematic" else 8)  # long vans, slow wheels
    assert outcomes[OUTCOMES.index("person_hit")] == 0
    assert (np.abs(core.batch.slip).max() > 0.0) == (dynamics == "st")
    with pytest.raises(ValueError, match="dynamics: 'hover' is none of kinematic, ks, st"):
        Environments("junction-practice", 1, pool=1, dynamics="hover")


def test_the_wheels_turn_as_slowly_as_those_of_the_parameter_set() -> None:
    core = Environments([make((car(1, 60.0, 10.0, 10.0),))], 1, dynamics="ks", consequence="remove", autoreset=False)
    core.reset(0)
    core.step(np.full((1, 1, 2), (0.0, 1.0), np.float32))
    assert core.batch.bodies.steering[0, 0] == pytest.approx(0.1 * PARAMETERS[1].steer_rate)


@pytest.mark.parametrize("dynamics", ["kinematic", "ks", "st"])
def test_a_trailer_on_a_ring_takes_the_angle_of_the_formula(dynamics: str) -> None:
    """KST at rest: sin(hitch angle) = trailer's length / radius of the rear axle."""
    core = Environments(
        [free(articulated(RING, 6.0))], 1, controlled="cars", dynamics=dynamics, consequence="remove", autoreset=False
    )
    core.reset(0)
    bodies, angles, wanted = core.batch.bodies, [], []
    for _ in range(600):
        core.step(None)
        turn, own = bodies.heading[0, 1], bodies.heading[0, 0]
        hitch = bodies.position[0, 1, :2] + HITCH * np.array([math.cos(turn), math.sin(turn)])
        rear = bodies.position[0, 0, :2] - BASE / 2 * np.array([math.cos(own), math.sin(own)])
        assert np.hypot(*(hitch - rear)) < 0.01
        angles.append(math.sin(own - turn))
        wanted.append(AXLE / math.hypot(*(rear - (0, 25))))
    assert np.mean(angles[200:]) == pytest.approx(np.mean(wanted[200:]), rel=0.02)


def test_a_trailer_cuts_the_corner_and_touches_what_the_tractor_passed() -> None:
    inside = replace(car(3, 0.0, 0.0, 0.0, RING), path=np.array([[21.3, 21.3]]), heading=1.4)
    for others, expected in (((), "running"), ((inside,), "collision")):
        core = Environments(
            [free((*articulated(RING, 6.0), *others))], 1, controlled="cars", consequence="remove", autoreset=False
        )
        core.reset(0)
        found = "running"
        for _ in range(150):
            step = core.step(None)
            if step.outcome[0, 0] > 0:
                found = OUTCOMES[step.outcome[0, 0]]
                break
        assert found == expected
        assert core.batch.bodies.alive[0, 1] == (expected == "running")
