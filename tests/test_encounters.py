"""Encounters as worlds: logs are followed exactly, others react, variants are valid and the same for the same seed."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache
from itertools import pairwise
from pathlib import Path

import cv2
import numpy as np
import pytest

from agents.environments import Environments
from agents.likeness import likeness, start_of
from agents.measure import Rate, constant_actions, rule_actions
from agents.practice import ground, measure, scripted_driver, time_limit
from agents.scripted import STEP
from agents.variants import (
    LIMITS,
    Change,
    Setting,
    Variant,
    Variants,
    is_train,
    scene_of,
    setting_of,
    solved,
    tracks_of,
    variants,
)  # fmt: skip
from scenes.commonroad import read_encounter
from scenes.encounter_route import ego_route
from scenes.encounters import Encounter
from scenes.errors import SceneError
from scenes.kinds import Kind
from scenes.lanes import arc_lengths, within
from sim.kernels import drive
from tests.encounter_files import (
    LANES,
    NONE_HERE,
    RECORDED,
    REGION,
    UNTIL,
    lanelet,
    problem,
    road,
    straight,
    two_lanes,
    vehicle,
)  # fmt: skip

pytestmark = pytest.mark.untraced  # many samples: see CONTRIBUTING.md

Write = Callable[..., Path]
WITH_EGO = [file for file in RECORDED if "Starnberg" not in file.stem]
recorded = pytest.mark.skipif(not WITH_EGO, reason=NONE_HERE)


@lru_cache(maxsize=16)
def read(file: Path) -> Encounter:
    return read_encounter(file)


def slow_leader(write: Write) -> Encounter:
    """An ego at 10 m/s behind a car at 4 m/s, a lorry beside it that leaves early, a car that comes into view late."""
    cars = vehicle(7, "car", straight(24.0, 4.0, 61), (4.5, 1.8))
    cars += vehicle(8, "truck", straight(-12.0, 9.0, 21, 3.5), (9.0, 2.5))
    late = [(step, x, 3.5, 7.0) for step, x, _, _ in straight(-30.0, 7.0, 61)[20:]]
    cars += vehicle(9, "car", late, (4.2, 1.7))
    return read_encounter(write(road(LANES + cars + problem(0, 0, 10, REGION + UNTIL)), "slow.xml"))


def untouched(setting: Setting) -> Change:
    """The change that changes nothing."""
    count, encounter = len(setting.encounter.kinds), setting.encounter
    none = np.zeros(count)
    return Change(none, none + 1, none, encounter.kinds, encounter.sizes, setting.start.speed)


def as_recorded(encounter: Encounter, others: str) -> tuple[Environments, Variants]:
    setting = setting_of(encounter)
    change = untouched(setting)
    solution = solved(setting, 0, change, *tracks_of(setting, change))
    variant = Variant(0, change, 1.0, solution.solution if solution else None)  # type: ignore[arg-type]
    found = Variants(setting, 0, (variant,), 0, {})
    worlds = Environments(ground(found, [variant], others), 1, time_limit=60.0, autoreset=False)
    worlds.reset(seed=3)
    return worlds, found


def overlap(p: np.ndarray, size: np.ndarray, q: np.ndarray, other: np.ndarray) -> float:
    """Area (m2) that two boxes share, by clipping polygons."""

    def corners(at: np.ndarray, box: np.ndarray) -> np.ndarray:
        c, s = math.cos(at[2]), math.sin(at[2])
        square = np.array([[1, 1], [-1, 1], [-1, -1], [1, -1]]) * box[:2] / 2
        return (square @ np.array([[c, s], [-s, c]]) + at[:2] - p[:2]).astype(np.float32)

    if np.hypot(*(p[:2] - q[:2])) > (size[:2].sum() + other[:2].sum()) / 2:
        return 0.0
    return float(cv2.intersectConvexConvex(corners(p, size), corners(q, other))[0])


def follows_its_log(encounter: Encounter) -> None:
    worlds, _ = as_recorded(encounter, "replay")
    nobody = np.zeros((1, 1, 2), np.float32)
    for step in range(encounter.steps):
        state = worlds.state(0)
        assert (state.alive[0, 1:] == encounter.valid[:, step]).all()
        there = encounter.valid[:, step]
        logged = encounter.states[there, step]
        assert np.abs(state.position[0, 1:, :2][there] - logged[:, :2]).max(initial=0) < 1e-4
        turn = (state.heading[0, 1:][there] - logged[:, 2] + math.pi) % (2 * math.pi) - math.pi
        assert np.abs(turn).max(initial=0) < 1e-4
        assert np.abs(state.speed[0, 1:][there] - logged[:, 3]).max(initial=0) < 1e-4
        worlds.step(nobody)


def test_others_follow_their_log(write_scene: Write) -> None:
    encounter = slow_leader(write_scene)
    assert encounter.valid.sum(1).tolist() == [61, 21, 41]
    follows_its_log(encounter)


@recorded
@pytest.mark.parametrize("file", WITH_EGO, ids=lambda file: file.stem)
def test_recorded_others_follow_their_log(file: Path) -> None:
    follows_its_log(read(file))


def test_who_reacts_brakes_for_an_ego_that_stands(write_scene: Write) -> None:
    follower = vehicle(7, "car", straight(-25.0, 8.0, 61), (4.5, 1.8))
    encounter = read_encounter(write_scene(road(LANES + follower + problem(0, 0, 3, UNTIL)), "a.xml"))
    brake = np.array([[[-1.0, 0.0]]], np.float32)
    ends = {}
    for others in ("replay", "react"):
        worlds, _ = as_recorded(encounter, others)
        outcomes = [int(worlds.step(brake).outcome[0, 0]) for _ in range(60)]
        ends[others] = (max(outcomes), float(worlds.state(0).position[0, 1, 0]))
    assert ends["replay"][0] == 3 and ends["replay"][1] == pytest.approx(23.0, abs=1e-3)
    assert ends["react"][0] == 0 and -20.0 < ends["react"][1] < -4.0


def test_who_reacts_keeps_to_the_log_where_nobody_is_in_the_way(write_scene: Write) -> None:
    speeds = [8.0, *(8.0 - 0.2 * k for k in range(30)), *(2.0 + 0.1 * k for k in range(30))]
    xs = np.cumsum([0.0, *((a + b) * 0.05 for a, b in pairwise(speeds))])
    track = [(k, float(x), 3.5, v) for k, (x, v) in enumerate(zip(xs, speeds, strict=True))]
    car = vehicle(7, "car", track, (4.5, 1.8))
    encounter = read_encounter(write_scene(road(LANES + car + problem(0, 0, 8, UNTIL)), "a.xml"))
    worlds, _ = as_recorded(encounter, "react")
    for step in range(1, encounter.steps):
        worlds.step(np.zeros((1, 1, 2), np.float32))
        assert worlds.state(0).position[0, 1, 0] == pytest.approx(encounter.states[0, step, 0], abs=0.3)


def digest(found: Variants) -> str:
    text = hashlib.sha256()
    for variant in found.members:
        change = variant.change
        for part in (change.delay, change.pace, change.shift, change.sizes, variant.solution.track):
            text.update(np.ascontiguousarray(part).tobytes())
        text.update(f"{change.kinds} {change.speed} {variant.goal}".encode())
    return text.hexdigest()


def test_variants_depend_on_seed_and_number_alone(write_scene: Write) -> None:
    encounter = slow_leader(write_scene)
    many, few = variants(encounter, 8, seed=5), variants(encounter, 3, seed=5, first=4)
    again = Variants(many.setting, 5, many.members[4:7], 0, {})
    assert digest(again) == digest(few) and digest(many) != digest(variants(encounter, 8, seed=6))
    assert [variant.number for variant in few.members] == [4, 5, 6]


def test_the_split_is_a_hash_of_the_number() -> None:
    shares = [is_train(number) for number in range(4000)]
    assert sum(shares) / 4000 == pytest.approx(0.75, abs=0.03)
    assert shares[:8] == [is_train(number) for number in range(8)]


def valid(found: Variants) -> None:
    """Brute force: no overlap at the start or, but for pairs of the log, later; accelerations; the plan re-driven."""
    setting, encounter = found.setting, found.setting.encounter
    window = max(1, min(round(1 / encounter.dt), encounter.steps - 1))
    for variant in found.members:
        change = variant.change
        states, alive = tracks_of(setting, change)
        for step in (0, encounter.steps // 2, encounter.steps - 1):
            for a in np.flatnonzero(alive[:, step]):
                for j in np.flatnonzero(alive[:a, step]):
                    shared = overlap(states[a, step], change.sizes[a], states[j, step], change.sizes[j])
                    assert shared < 1e-4 or setting.overlap[a, j]
        for a, kind in enumerate(change.kinds):
            pair = alive[a, window:] & alive[a, :-window]
            push = (states[a, window:, 3] - states[a, :-window, 3])[pair] / (window * encounter.dt)
            if kind is not encounter.kinds[a]:
                assert push.max(initial=0) <= LIMITS[kind][0] + 1e-6 and -push.min(initial=0) <= LIMITS[kind][1] + 1e-6
        redrive(setting, variant, states, alive)


def redrive(setting: Setting, variant: Variant, states: np.ndarray, alive: np.ndarray) -> None:
    """Integrate the planner's controls again; nobody is touched, no corner leaves the road."""
    start, track = setting.start, variant.solution.track
    x, y, heading, v, steer = start.x, start.y, start.heading, variant.change.speed, 0.0
    roads = [s.outline for s in setting.encounter.roads.surfaces if s.kind is Kind.ROAD]
    box, base = np.array([start.length, start.width]), float(setting.tables.base[0, 0])
    for k, row in enumerate(track):
        assert (x, y, v) == pytest.approx((row[0], row[1], row[3]), abs=1e-3)
        assert math.cos(heading - row[2]) == pytest.approx(1.0, abs=1e-6)
        step = k * STEP / setting.encounter.dt
        if abs(step - round(step)) < 1e-6:
            for a in np.flatnonzero(alive[:, round(step)]):
                assert overlap(row, box, states[a, round(step)], variant.change.sizes[a]) < 1e-4
        c, s = math.cos(heading), math.sin(heading)
        for fx, fy in ((0.5, 0.5), (0.5, -0.5), (-0.5, 0.5), (-0.5, -0.5)):
            corner = np.array([x, y]) + np.array([[c, -s], [s, c]]) @ (box * (fx, fy))
            assert any(within(corner, outline) for outline in roads)
        x, y, heading, v, steer, _, _ = drive(x, y, heading, v, steer, row[4], row[5], base, STEP)
    assert variant.goal <= variant.solution.way


def test_variants_are_valid(write_scene: Write) -> None:
    found = variants(slow_leader(write_scene), 20)
    kinds = {kind for variant in found.members for kind in variant.change.kinds}
    assert len(kinds) > 2 and len({variant.change.speed for variant in found.members}) == 20
    valid(found)


@recorded
@pytest.mark.parametrize("file", WITH_EGO, ids=lambda file: file.stem)
def test_variants_of_recorded_files_are_valid(file: Path) -> None:
    valid(variants(read(file), 5))


def test_drivers_are_measured(write_scene: Write) -> None:
    found = variants(slow_leader(write_scene), 12)
    assert time_limit(found) == pytest.approx(6.0)
    results = {
        name: measure(driver, found, found.members)
        for name, driver in (
            ("scripted", scripted_driver(found.members)), ("constant", constant_actions), ("rule", rule_actions),
        )
    }  # fmt: skip
    assert results["scripted"].failures.count == 0
    assert results["constant"].rate("collision").count > 6
    assert results["rule"].failures.count < results["constant"].failures.count
    alone = measure(constant_actions, found, found.members[3:5])
    assert alone.outcomes == results["constant"].outcomes[3:5]
    with pytest.raises(ValueError, match="others: 'ghosts' is unknown; choose from replay, react"):
        measure(rule_actions, found, found.members, "ghosts")


@pytest.mark.parametrize(("count", "of", "low", "high"), [(0, 300, 0.0, 0.01264), (8, 10, 0.49016, 0.94333)])
def test_intervals_are_wilsons(count: int, of: int, low: float, high: float) -> None:
    assert Rate(count, of).interval == pytest.approx((low, high), abs=1e-4)


def test_the_way_goes_over_lanes_to_the_goal(write_scene: Write) -> None:
    left = '<position><lanelet ref="3"/></position>' + UNTIL
    line, goal = ego_route(read_encounter(write_scene(road(LANES + problem(0, 0.4, 10, left)), "a.xml")))
    assert line[0] == pytest.approx([0, 0.4]) and line[-1] == pytest.approx([80, 3.5], abs=0.01)
    assert 1.0 < goal < 40.0 and np.hypot(*np.diff(line, axis=0).T).min() > 1e-3
    ahead, far = ego_route(read_encounter(write_scene(two_lanes(), "b.xml")))
    assert far == pytest.approx(58.0, abs=0.3) and ahead[-1] == pytest.approx([200, 0])
    assert arc_lengths(ahead)[-1] == pytest.approx(200, abs=0.1)


def test_a_scene_has_the_ego_first_and_looks_of_recorded_sizes(write_scene: Write) -> None:
    found = variants(slow_leader(write_scene), 1)
    scene = scene_of(found, found.members[0])
    assert scene.ego == scene.actors[0].id and [actor.id for actor in scene.actors] == [1, 2, 3, 4]
    for actor, size in zip(scene.actors[1:], found.members[0].change.sizes, strict=True):
        assert actor.size[:2] == pytest.approx(tuple(size))
    lorry = scene.actors[2]
    assert lorry.kind is Kind.TRUCK and lorry.look.size[:2] == pytest.approx(lorry.size[:2], abs=1e-3)


def test_what_cannot_be_practised_is_told(write_scene: Write) -> None:
    with pytest.raises(SceneError, match=r"^map\.xml planningProblem: is missing: there is no ego to practise with$"):
        variants(read_encounter(write_scene(road(LANES), "map.xml")), 1)
    there = vehicle(7, "car", straight(1.0, 3.0, 41), (4.5, 1.8))
    with pytest.raises(SceneError, match="obstacle 7 is where the ego starts"):
        variants(read_encounter(write_scene(road(LANES + there + problem(0, 0.6, 9, UNTIL)), "a.xml")), 1)
    wall = vehicle(7, "parkedVehicle", [(0, 8.0, 0.0, 0.0)], (4.5, 3.4)).replace("dynamicObstacle", "staticObstacle")
    text = road(lanelet(1, (-30, 80), 0.0) + wall + problem(0, 0, 20, REGION + UNTIL))
    with pytest.raises(SceneError, match=r"^b\.xml: variant 0: no plan of the ego solves any of 100 draws$"):
        variants(read_encounter(write_scene(text, "b.xml")), 1)


def test_drivers_are_compared_with_the_recording(write_scene: Write) -> None:
    encounter = slow_leader(write_scene)
    start = start_of(encounter)
    assert start is not None and len(start.scene.actors) == 2  # nobody who comes into view later
    found, again = likeness(encounter, rollouts=8), likeness(encounter, rollouts=8)
    assert found is not None and found == again and set(found) == {"constant", "rule", "react", "recording"}
    other = likeness(encounter, rollouts=8, seed=1)
    assert other is not None and other["rule"] != found["rule"] and other["react"] == found["react"]
    assert found["recording"]["all"] >= found["react"]["all"] > found["rule"]["all"]  # they go at an even pace
    assert likeness(replace(encounter, dt=0.04)) is None  # no multiple of the core's step
    assert likeness(replace(encounter, valid=np.zeros_like(encounter.valid))) is None  # nobody is there
