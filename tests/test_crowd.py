"""People who walk freely: lanes, speeds, kerbs, pairs that give way to each other, exact repetition."""

from __future__ import annotations

import hashlib
import math

import numpy as np
import pytest

from agents.environments import Environments
from agents.episodes import make_pool
from benchmarks.people_flow import LIGHT, Corridor, mean_speed, order_of_lanes, weidmann
from scenes.kinds import Kind
from scenes.people import sample_person
from scenes.seeds import rng_for
from scenes.types import Actor, Lane, RoadNetwork, Scene
from sim.contacts import body_radius
from sim.ground import on_road
from tests.test_sim import car

MODELS = ("social-force", "orca")
FAR = np.array([[-20.0, 500.0], [20000.0, 500.0]])


def square(routes: list[np.ndarray], wish: float = 1.3) -> Environments:
    """People on routes over an open square; the car that somebody must drive is far away."""
    people = []
    for k, route in enumerate(routes):
        look = sample_person(rng_for(1, "square", 0), age_group="adult")
        turn = math.atan2(*(route[1] - route[0])[::-1])
        people.append(Actor(k + 2, Kind.PEDESTRIAN, look, look.size, route, 0.0, wish, wish, turn))
    roads = RoadNetwork((Lane(0, FAR, 3.2, 13.0),), (), (), 2.0, (), (), ())
    scene = Scene("square", 0, 0, 0.0, roads, (car(1, 0.0, 0.0, 0.5, FAR), *people), (), (), (), LIGHT, ())
    return Environments(make_pool([scene], "ego"), 1, people="orca", time_limit=600.0, autoreset=False)


def put_at_start(core: Environments, routes: list[np.ndarray]) -> None:
    """Episodes begin with people a little off their places: exactly there instead."""
    core.reset(0)
    bodies = core.batch.bodies
    bodies.position[0, 1:, :2] = [route[0] for route in routes]
    bodies.travelled[0, 1:] = 0.0
    core.batch.stroll.push[:] = 0.0


def test_nobody_collides_on_the_way_across_a_circle_with_orca() -> None:
    turns = np.linspace(0.0, 2.0 * math.pi, 13)[:-1]
    ends = 6.0 * np.stack([np.cos(turns), np.sin(turns)], -1)
    # as the authors' own example does: in exact symmetry everybody stops in the middle
    rng = rng_for(0, "circle")
    routes = [np.stack([end, -end]) + rng.uniform(-0.2, 0.2, 2) for end in ends]
    core = square(routes)
    put_at_start(core, routes)
    bodies, least = core.batch.bodies, 1e9
    for _ in range(400):
        core.step(None)
        alive = np.flatnonzero(bodies.alive[0, 1:]) + 1
        spots = bodies.position[0, alive, :2]
        gaps = np.linalg.norm(spots[:, None] - spots[None], axis=2) + 1e9 * np.eye(len(alive))
        least = min(least, float(gaps.min())) if len(alive) > 1 else least
    assert not bodies.alive[0, 1:].any()  # everybody arrived
    assert least > 2.0 * body_radius(core.pool.tables, 0, 1) - 0.01


def test_two_who_meet_head_on_with_orca_do_the_same() -> None:
    routes = [np.array([[-5.0, 0.1], [9.0, 0.1]]), np.array([[5.0, -0.1], [-9.0, -0.1]])]
    core = square(routes)
    put_at_start(core, routes)
    aside = 0.0
    for _ in range(60):
        core.step(None)
        one, other = core.batch.bodies.position[0, 1:3, :2]
        assert one == pytest.approx(-other, abs=2e-3)  # each takes half
        aside = max(aside, abs(float(one[1])))
    assert one[0] > 2.0 and aside > 0.15


@pytest.mark.parametrize("density", [0.5, 1.5, 3.0])
def test_people_walk_as_fast_as_weidmann_found(density: float) -> None:
    assert mean_speed(density, "social-force", 40.0) == pytest.approx(weidmann(density), rel=0.15)


def test_lanes_form_in_counter_flow() -> None:
    corridor = Corridor(84, "social-force", counter=True)
    before = order_of_lanes(corridor)
    found = []
    for k in range(900):
        corridor.step()
        if k >= 600:
            found.append(order_of_lanes(corridor))
    assert np.mean(found) > before + 0.3
    assert float((corridor.velocities[:, 0] * corridor.way).mean()) > 0.8


@pytest.mark.parametrize("people", MODELS)
def test_people_leave_the_pavement_for_crossings_alone(people: str) -> None:
    core = Environments("street", 2, pool=2, time_limit=40.0, people=people, autoreset=False)
    core.reset(0)
    tables, bodies = core.pool.tables, core.batch.bodies
    off = checked = 0
    for _ in range(300):
        core.step(None)
        for e, p in enumerate(core.batch.play.scene):
            for a in np.flatnonzero(bodies.alive[e] & ~tables.vehicle[p] & (tables.path[p] >= 0)):
                x, y = bodies.position[e, a, :2]
                s, ways = bodies.travelled[e, a], tables.way[p, a][tables.way_crossing[p, a] >= 0]
                crossing = any(low - 1.0 < s < high + 1.0 for low, high, *_ in ways)
                off += bool(on_road(tables.ground, p, x, y)) and not crossing
                checked += not crossing
    assert checked > 1000 and off == 0


@pytest.mark.parametrize("people", MODELS)
def test_a_world_of_people_is_the_same_alone_in_a_batch_and_with_two_threads(people: str) -> None:
    found = []
    for count, first, threads in ((64, 0, 1), (64, 0, 2), (1, 5, 1)):
        core = Environments("street", count, pool=2, time_limit=8.0, people=people, first=first, threads=threads)
        core.reset(1)
        for _ in range(120):
            core.step(None)
        bodies = core.batch.bodies
        found.append([hashlib.sha256(b"".join(part[e].tobytes() for part in bodies)).hexdigest() for e in range(count)])
    assert found[0] == found[1] and found[2][0] == found[0][5]


def test_unknown_ways_to_walk_are_named() -> None:
    with pytest.raises(ValueError, match="people: 'swim' is none of paths, social-force, orca"):
        Environments("street", 1, pool=1, people="swim")
