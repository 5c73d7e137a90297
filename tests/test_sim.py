"""Motion against closed formulas; worlds alone and in a batch."""

from __future__ import annotations

import hashlib
import math
from dataclasses import replace

import numpy as np
import pytest

from agents import POLICIES, RuleDriver
from scenes.kinds import Kind
from scenes.people import sample_person, stride_length
from scenes.seeds import rng_for
from scenes.surroundings import SignalLook, sample_signal, sample_surface
from scenes.types import Actor, Crossing, Lane, Light, RoadNetwork, Scene, Signal, StopLine, Surface
from scenes.vehicles import sample_vehicle
from sim.kernels import drive
from sim.observe import observe
from sim.rollout import rollout
from sim.step import step
from sim.world import State, compile_world, initial_state

LIGHT = Light("day", 1.0, 0.7, (2, 2, 2), (0.3, 0.4, 0.6), (0.6, 0.7, 0.8), 0.2, 0.002)
LANE = np.stack([np.linspace(0, 400, 81), np.zeros(81)], -1)


def car(number: int, start: float, speed: float, desired: float, path: np.ndarray = LANE) -> Actor:
    look = sample_vehicle(rng_for(1, number), Kind.CAR)
    return Actor(number, Kind.CAR, look, look.size, path, start, speed, desired, 0.0, behaviour="drive", lane=0)


def walker(number: int, path: np.ndarray, speed: float) -> Actor:
    look = sample_person(rng_for(1, "person", number))
    return Actor(number, Kind.PEDESTRIAN, look, look.size, path, 0.0, speed, speed, 0.0)


def make(actors: tuple[Actor, ...], signals: tuple[Signal, ...] = (), stops: tuple[StopLine, ...] = ()) -> Scene:
    square = np.array([[0.0, 3.0], [100.0, 3.0], [100.0, 8.0], [0.0, 8.0]])
    pavement = Surface(square, 0.12, Kind.PAVEMENT, sample_surface(rng_for(1, "s"), "slabs"), 0.0)
    crossing = Crossing(7, np.array([200.0, -3.0]), np.array([200.0, 3.0]), 3.0)
    roads = RoadNetwork((Lane(0, LANE, 3.2, 13.0),), (crossing,), (), 2.0, stops, (pavement,), ())
    return Scene("test", 0, 0, 0.0, roads, actors, signals, (), (), LIGHT, ())


def digest(states: list[State], world: int, actors: int) -> str:
    text = hashlib.sha256()
    for state in states:
        for name in ("position", "heading", "speed", "steering", "gait_phase", "alive"):
            text.update(np.ascontiguousarray(getattr(state, name)[world, :actors]).tobytes())
    return text.hexdigest()


@pytest.mark.parametrize(("speed", "braking"), [(5.0, 2.0), (13.9, 4.0), (27.0, 8.0)])
def test_stopping_distance(speed: float, braking: float) -> None:
    x, v = 0.0, speed
    for _ in range(400):
        x, _, _, v, _, _, _ = drive(x, 0.0, 0.0, v, 0.0, -braking, 0.0, 2.7, 0.05)
    assert v == 0.0 and x == pytest.approx(speed**2 / (2 * braking), rel=1e-6)


def test_steady_turn_has_the_radius_of_the_single_track_model() -> None:
    x = y = turn = 0.0
    steer, base, track = 0.2, 2.7, []
    for _ in range(4000):
        x, y, turn, _, _, rate, _ = drive(x, y, turn, 5.0, steer, 0.0, steer, base, 0.01)
        track.append((x, y))
    beta = math.atan(0.5 * math.tan(steer))
    radius = base / (math.cos(beta) * math.tan(steer))
    points = np.array(track)
    around = points[: int(2 * math.pi * radius / 0.05)]
    centre = 0.5 * (around.max(0) + around.min(0))
    assert np.abs(np.linalg.norm(around - centre, axis=1) - radius).max() < 0.01
    assert rate == pytest.approx(5.0 / radius, rel=1e-6)


def test_drivers_keep_the_equilibrium_gap_of_the_model() -> None:
    scene = make((car(1, 60.0, 8.0, 8.0), car(2, 20.0, 8.0, 14.0)))
    state = rollout([scene], RuleDriver(), [38.0])[0]
    driver = RuleDriver()
    gap = float(state.position[0, 0, 0] - state.position[0, 1, 0])
    gap -= 0.5 * (scene.actors[0].size[0] + scene.actors[1].size[0])
    wanted = (driver.distance + 8.0 * driver.headway) / math.sqrt(1 - (8.0 / 14.0) ** 4)
    assert float(state.speed[0, 1]) == pytest.approx(8.0, abs=0.05)
    assert gap == pytest.approx(wanted, rel=0.03)


def test_drivers_stop_for_red_and_go_on_green() -> None:
    look: SignalLook = sample_signal(rng_for(1, "signal"))
    plan = (("red", 30.0), ("green", 30.0))
    signal = Signal(9, np.array([110.0, 4.0, 5.0]), math.pi, look, plan, 0.0, 2)
    scene = make((car(1, 10.0, 10.0, 10.0),), (signal,), (StopLine(0, 100.0, signal_group=2),))
    red, green = rollout([scene], RuleDriver(), [28.0, 45.0])
    nose = float(red.position[0, 0, 0]) + scene.actors[0].size[0] / 2
    assert red.speed[0, 0] < 0.3 and 95.0 < nose < 100.2
    assert green.position[0, 0, 0] > 110.0


def test_drivers_wait_for_people_on_a_crossing() -> None:
    path = np.array([[200.0, -3.0], [200.0, 3.0]])
    scene = make((car(1, 150.0, 9.0, 9.0), walker(2, path, 0.4)), (), (StopLine(0, 197.0, crossing=7),))
    states = rollout([scene], RuleDriver(), [t * 0.5 for t in range(1, 60)])
    for state in states:
        if state.alive[0, 1]:
            assert state.position[0, 0, 0] + scene.actors[0].size[0] / 2 < 197.6
    assert states[-1].position[0, 0, 0] > 205.0


def test_people_step_up_kerbs_and_their_phase_follows_the_distance() -> None:
    scene = make((walker(1, np.array([[50.0, -4.0], [50.0, 7.0]]), 1.2),))
    early, late = rollout([scene], RuleDriver(), [2.0, 7.5])
    assert early.position[0, 0, 2] == 0.0 and late.position[0, 0, 2] == pytest.approx(0.12, abs=1e-6)
    look = scene.actors[0].look
    gone = float(late.travelled[0, 0] - early.travelled[0, 0])
    turned = gone / stride_length(look, 1.2)  # type: ignore[union-attr]
    assert (float(late.gait_phase[0, 0] - early.gait_phase[0, 0]) - turned) % 1.0 == pytest.approx(0.0, abs=2e-3) or (
        float(late.gait_phase[0, 0] - early.gait_phase[0, 0]) - turned
    ) % 1.0 == pytest.approx(1.0, abs=2e-3)


def test_a_world_alone_equals_the_world_in_a_batch() -> None:
    crowd = tuple(walker(k, np.array([[2.0 * k, 4.0], [2.0 * k + 30.0, 6.0]]), 1.0 + 0.1 * k) for k in range(1, 6))
    scenes = [make((car(1, 60.0, 8.0, 8.0), car(2, 20.0, 8.0, 14.0))), make(crowd), make((car(3, 5.0, 0.0, 9.0),))]
    times = [0.5, 3.0, 6.0]
    together = rollout(scenes, POLICIES["rule"](), times)
    for b, scene in enumerate(scenes):
        alone = rollout([scene], POLICIES["rule"](), times)
        assert digest(alone, 0, len(scene.actors)) == digest(together, b, len(scene.actors))


def test_constant_drivers_never_change_speed_and_steps_leave_the_state_alone() -> None:
    world = compile_world([make((car(1, 60.0, 3.0, 8.0), car(2, 20.0, 8.0, 8.0)))])
    state = initial_state(world)
    before = state.position.copy()
    controls, _ = POLICIES["constant"]().act(observe(world, state), None)
    after = step(world, state, controls, 0.05)
    assert (state.position == before).all() and (after.position != before).any()
    assert np.allclose(after.speed[0], [3.0, 8.0])


def test_an_agent_at_the_end_of_its_path_is_gone() -> None:
    short = np.array([[0.0, 0.0], [10.0, 0.0]])
    scene = make((replace(car(1, 0.0, 10.0, 10.0), path=short),))
    assert not rollout([scene], RuleDriver(), [3.0])[0].alive[0, 0]
