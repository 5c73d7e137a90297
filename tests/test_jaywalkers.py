"""People who cross the road away from crossings: where they walk, when they set out, and that nobody is hit."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from agents.environments import Environments
from agents.judging import COLLIDED, HIT
from scenes.compiled import compiled
from scenes.errors import SceneError
from scenes.files import load
from scenes.kinds import VEHICLES
from scenes.lanes import arc_lengths
from scenes.people import PersonLook
from scenes.population_jaywalkers import DASH
from scenes.roads_parts import ground_height
from scenes.types import Scene
from sim.gaps import BESIDE, EDGE, HEED, NOBODY, SAFE, bare_ways, stop_for, time_to
from sim.inspection import inspect
from sim.people_glances import head_turn
from sim.rollout import rollout
from skidpad.drivers import cast
from tests.scene_contacts import drive

pytestmark = pytest.mark.untraced  # many samples: see CONTRIBUTING.md

CAR = "{kind: car, position: [%g, -1.5], speed: 12, distance: 300}"
WALKER = "{kind: pedestrian, position: [0, -7.6], heading: 90, speed: 1.3, distance: 16, behaviour: %s}"
STREET = "roads: {length: 160, lane_width: 3, parking: none, crossing: none, pavement: 3}\npeople: {density: 0}\n"
EMPTY = "cameras: [{kind: fixed}]\nvehicles: {moving: false}\nfurniture: {density: 0, trees: 0, clutter: 0}\n"


@cache
def samples(count: int) -> list[Scene]:
    template = load("jaywalkers")
    return [template.sample(k) for k in range(count)]


def crossers(scene: Scene) -> list[int]:
    return [a for a, actor in enumerate(scene.actors) if actor.behaviour == "cross"]


def written(folder: Path, text: str, number: int = 0) -> Scene:
    file = folder / "scene.yaml"
    file.write_text("format: 1\n" + text)
    return load(file).sample(number)


def test_ways_lead_from_pavement_to_pavement_away_from_crossings() -> None:
    assert sum(len(crossers(scene)) for scene in samples(6)) > 8
    for scene in samples(6):
        assert inspect(scene) == []
        ways = bare_ways([scene], len(scene.actors))[0]
        for a in crossers(scene):
            actor, (begin, end, *_) = scene.actors[a], ways[a]
            assert actor.start < begin < end
            along = arc_lengths(actor.path)
            places = np.array([begin - 0.8, 0.5 * (begin + end), end + 0.8])
            spots = np.stack([np.interp(places, along, actor.path[:, k]) for k in (0, 1)], -1)
            heights = ground_height(scene.roads, spots)
            assert heights[1] == 0.0 and heights[0] > 0.05 and heights[2] > 0.05


def test_people_get_across_and_vehicles_hit_nobody() -> None:
    across = waited = 0
    for scene in samples(6):
        states, contacts = drive([scene], 25.0)
        assert [str(one) for one in contacts if one.what == "vehicle-person"] == []
        ways = bare_ways([scene], len(scene.actors))[0]
        for a in crossers(scene):
            travelled = np.array([state.travelled[0, a] for state in states])
            speed = np.array([state.speed[0, a] for state in states])
            across += bool((travelled > ways[a, 1]).any())
            waited += bool(((speed < 0.1) & (travelled < ways[a, 0])).any())
    assert across > 6 and waited > 2


@pytest.mark.parametrize(("x", "waits"), [(-75.0, True), (-80.0, True), (-150.0, False), (12.0, False)])
def test_who_crosses_waits_for_a_gap_and_who_walks_does_not(tmp_path: Path, x: float, waits: bool) -> None:
    for behaviour in ("cross", "walk"):
        scene = written(tmp_path, STREET + EMPTY + f"actors: [{WALKER % behaviour}, {CAR % x}]\n")
        everybody, others = cast(scene)
        states = rollout([scene], everybody, [0.1 * k for k in range(120)], others)
        speed = np.array([state.speed[0, 0] for state in states])
        assert bool((speed < 0.05).any()) == (waits and behaviour == "cross")


@pytest.mark.parametrize(("x", "waits"), [(-80.0, False), (-58.0, True)])
def test_who_darts_takes_gaps_that_others_leave(tmp_path: Path, x: float, waits: bool) -> None:
    scene = written(tmp_path, STREET + EMPTY + f"actors: [{WALKER % 'dart'}, {CAR % x}]\n")
    states, contacts = drive([scene], 12.0)
    speed = np.array([state.speed[0, 0] for state in states])
    assert bool((speed < 0.3).any()) == waits
    assert [one for one in contacts if one.what == "vehicle-person"] == []


def test_children_run_over_the_road_without_a_look() -> None:
    template, found = load("darting"), 0
    for k in range(6):
        scene = template.sample(k)
        assert inspect(scene) == []
        for actor in scene.actors:
            if actor.behaviour != "dart":
                continue
            found += 1
            assert isinstance(actor.look, PersonLook) and actor.look.body.age_group == "child"
            assert DASH[0] <= actor.speed <= DASH[1]
            spot = np.array([*actor.path[0], 0.0])
            turns = [head_turn(actor, (), spot, (0.0, actor.speed, s, 0.0)) for s in np.arange(0.0, 20.0, 0.3)]
            assert not any(turns)
    assert found > 15


@compiled()
def stops(bare, size, position, heading, speed, travelled):  # type: ignore[no-untyped-def]
    return stop_for(0, 0, 0, 1, bare, size, position, heading, speed, travelled)


def test_drivers_brake_for_who_is_over_the_kerb_and_not_for_who_will_be_gone(tmp_path: Path) -> None:
    """A walker of 1.3 m/s comes from the far kerb, 3 m before the lane of the car, which he leaves 4.9 s later."""
    scene = written(tmp_path, STREET + EMPTY + f"actors: [{WALKER % 'cross'}, {CAR % -75}]\n")
    bare = bare_ways([scene], 2)
    size = np.array([[[0.5, 0.5, 1.7], scene.actors[1].size]], np.float32)
    begin, end = float(bare[0, 0, 0]), float(bare[0, 0, 1])

    def free(travelled: float, x: float, speed: float) -> float:
        position, heading = np.array([[[0.0, 0.0], [x, 1.5]]]), np.array([[0.5 * np.pi, 0.0]])
        moves = np.array([[1.3, speed]])
        return float(stops(bare, size, position, heading, moves, np.array([[travelled, 0.0]])))

    front = 30.0 - size[0, 1, 0] / 2 - BESIDE
    assert free(begin + 0.5, -30.0, 10.0) == pytest.approx(front, abs=0.3)
    assert free(begin - 1.0, -30.0, 10.0) == NOBODY  # still on the pavement
    assert free(begin + 0.5, -90.0, 10.0) == NOBODY  # gone by then
    assert free(begin + 0.5, -5.0, 12.0) == NOBODY  # the vehicle is gone first
    assert free(end - 0.2, -30.0, 10.0) == NOBODY  # has left the lane
    assert free(begin + 0.5, 30.0, 10.0) == NOBODY  # behind the vehicle


def test_nobody_walks_into_the_side_of_a_vehicle(tmp_path: Path) -> None:
    car = "{kind: car, position: [0.5, 1.5], behaviour: parked}"
    scene = written(tmp_path, STREET + EMPTY + f"actors: [{WALKER % 'dart'}, {car}]\n")
    states, contacts = drive([scene], 12.0)
    assert contacts == [] and -0.5 < states[-1].position[0, 0, 1] < 0.4


def test_people_get_past_the_bumper_of_a_vehicle_that_stands(tmp_path: Path) -> None:
    car = "{kind: car, position: [2.85, 1.5], heading: 0, behaviour: parked}"
    scene = written(tmp_path, STREET + EMPTY + f"actors: [{WALKER % 'cross'}, {car}]\n")
    bumper = 2.85 - scene.actors[1].size[0] / 2
    moved = replace(scene.actors[1], path=scene.actors[1].path - np.array([bumper - 0.4, 0.0]))
    states, _ = drive([replace(scene, actors=(scene.actors[0], moved))], 12.0)
    assert states[-1].position[0, 0, 1] > 4.0


def test_people_cross_at_any_time_of_the_first_picture(tmp_path: Path) -> None:
    for start in (0, 60):
        text = f"extends: library/jaywalkers\npeople: {{jaywalkers: 5, darting: 5}}\nstart_time: {start}\n"
        found = [actor.behaviour for k in range(3) for actor in written(tmp_path, text, k).actors]
        assert found.count("cross") > 8 and found.count("dart") > 8


def test_how_long_a_vehicle_needs() -> None:
    assert time_to(30.0, 10.0, 10.0) == pytest.approx(3.0)
    assert time_to(5.0, 0.0, 10.0) == pytest.approx(2.0)  # 2.5 m/s2 from a standstill
    assert time_to(40.0, 0.0, 10.0) == pytest.approx(4.0 + 2.0)
    assert HEED > EDGE > 0.0 and SAFE > 0.0


@pytest.mark.parametrize("people", ["paths", "social-force"])
def test_the_batched_core_lets_people_cross_and_hits_nobody(people: str) -> None:
    core = Environments("jaywalkers", 6, controlled="cars", pool=6, autoreset=False, people=people, consequence="stop")
    core.reset(0)
    across: set[tuple[int, int]] = set()
    tables, bodies = core.batch.tables, core.batch.bodies
    for _ in range(250):
        result = core.step(None)
        assert not np.isin(result.outcome, (HIT, COLLIDED)).any()
        for e, p in enumerate(core.batch.play.scene):
            ends = tables.bare[p, :, 1]
            across |= {(e, int(a)) for a in np.flatnonzero((ends > 0.0) & (bodies.travelled[e] > ends))}
    assert len(across) > 5


def test_where_nobody_can_cross_is_told(tmp_path: Path) -> None:
    with pytest.raises(SceneError, match=r"scene.yaml:3 people.jaywalkers: need pavements on both sides of a road"):
        written(tmp_path, "roads: {layout: square}\npeople: {jaywalkers: 3}\ncameras: [{kind: fixed}]\n")
    with pytest.raises(SceneError, match="cross does not suit a car"):
        written(tmp_path, "actors: [{kind: car, position: [0, 0], behaviour: cross}]\n")
    assert all(scene.actors[a].kind not in VEHICLES for scene in samples(6) for a in crossers(scene))
