"""All-way stops: who stops first goes first, right goes before left, and nobody waits on."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from agents.environments import DT, Environments
from agents.judging import COLLIDED
from scenes.errors import SceneError
from scenes.files import load
from scenes.types import Actor, Lane, RoadNetwork, Scene, StopLine
from sim.inspection import inspect
from tests.scene_contacts import drive
from tests.test_sim import car, make

FAR, NEAR, ASIDE = 120.0, 9.0, 1.75  # m, ends of the arms, stop lines, and middle of the lanes
WAYS = ((1.0, 0.0), (0.0, 1.0), (-1.0, 0.0), (0.0, -1.0))  # to the east, north, west, south


def line(way: tuple[float, float], *along: float) -> np.ndarray:
    """Points on the right side of an axis, (N, 2) m."""
    x, y = way
    return np.array([[s * x + ASIDE * y, s * y - ASIDE * x] for s in along])


def junction(starts: dict[int, float]) -> Scene:
    """Cars that go straight on over a junction with four stop signs: number of the way -> m before the line."""
    lanes = [Lane(n, line(way, -FAR, -NEAR), 3.4, 13.0, (4 + n,)) for n, way in enumerate(WAYS)]
    lanes += [Lane(4 + n, line(way, -NEAR, 0.0, NEAR), 3.4, 13.0) for n, way in enumerate(WAYS)]
    stops = tuple(StopLine(4 + n, 0.3, yields=(4 + (n + 1) % 4, 4 + (n + 3) % 4), halt=True) for n in range(4))
    actors: list[Actor] = []
    for k, (n, away) in enumerate(starts.items()):
        made = car(k + 1, FAR - NEAR - away, 8.0, 10.0, line(WAYS[n], -FAR, -NEAR, NEAR, FAR))
        actors.append(replace(made, size=(4.4, 1.8, 1.5), lane=n))
    plain = make(tuple(actors))
    roads = RoadNetwork(tuple(lanes), (), (), 2.0, stops, plain.roads.surfaces, ())
    return replace(plain, roads=roads)


def passed(starts: dict[int, float], seconds: float = 60.0, tied: bool = False) -> list[tuple[float, int]]:
    """When each car was in the middle of the junction (s), first ones first, and its way; tied: all halt at once."""
    scene = junction(starts)
    core = Environments([scene], 1, controlled="cars", consequence="remove", autoreset=False, time_limit=300.0)
    core.reset(0)
    found: dict[int, float] = {}
    for step in range(round(seconds / DT)):
        if tied and not found:
            core.batch.since[:] = core.batch.since.max()
        outcome = core.step(None).outcome[0]
        assert not (outcome == COLLIDED).any()
        for a, n in enumerate(starts):
            if core.batch.bodies.travelled[0, a] > FAR:
                found.setdefault(n, step * DT)
    assert len(found) == len(starts)
    return sorted((time, n) for n, time in found.items())


@pytest.mark.parametrize("order", [(0, 1, 2, 3), (3, 1, 0, 2), (2, 3, 1, 0)])
def test_who_stops_first_goes_first(order: tuple[int, ...]) -> None:
    times = passed({n: 25.0 + 12.0 * k for k, n in enumerate(order)})
    ranks = {n: k for k, (_, n) in enumerate(times)}
    for first, second in pairwise(order):
        if (first - second) % 2:  # their ways cross
            assert ranks[first] < ranks[second]


@pytest.mark.parametrize("n", range(4))
def test_who_comes_from_the_right_goes_before_who_stops_at_the_same_time(n: int) -> None:
    right = (n + 1) % 4  # who drives north comes from the right of who drives east
    assert [way for _, way in passed({n: 30.0, right: 30.0})] == [right, n]


def test_a_later_car_does_not_go_before_its_turn_though_the_first_one_stands_long() -> None:
    times = passed({0: 15.0, 1: 22.0})
    assert [way for _, way in times] == [0, 1] and times[1][0] > times[0][0] + 1.0


def test_four_at_once_do_not_wait_for_each_other() -> None:
    alike, tied = (passed({n: 30.0 for n in range(4)}, tied=tied) for tied in (False, True))
    assert alike[-1][0] < 25.0 and tied[-1][0] < 32.0
    assert [n for _, n in tied] == [0, 1, 2, 3]  # the first in the order of actors breaks the tie


ALONE = """format: 1
roads: {layout: junction, priority: all-way-stop, crossing: none, traffic: %s, length: 140}
vehicles: {moving: false}
people: {density: 0}
cameras: [{kind: fixed}]
"""


@pytest.mark.parametrize("traffic", ["right", "left"])
def test_in_scene_files_who_stops_first_goes_first(tmp_path: Path, traffic: str) -> None:
    """Cars on all arms, of the scene simulation and of the batched core, that come to the line one after the other."""
    file = tmp_path / "stop.yaml"
    file.write_text(ALONE % traffic, encoding="utf-8")
    plain = load(file).sample(0)
    assert sum(prop.look.model == "sign-stop" for prop in plain.props) == 4
    straight = {lane.id: lane for lane in plain.roads.lanes if lane.id < 4}
    ahead = [line for line in plain.roads.stop_lines if line.halt]
    assert len(ahead) == 12 and all(line.yields for line in ahead)  # three ways from each arm, and each meets others
    order, actors = (2, 3, 0, 1), []  # the ways of each and the next cross
    for k, arm in enumerate(order):
        coming, leaving = straight[arm].centre, plain.roads.lanes[4 + (arm + 2) % 4].centre
        made = car(k + 1, 110.0 - 13.0 * k, 8.0, 9.0, np.concatenate([coming, leaving]))
        actors.append(replace(made, size=(4.4, 1.8, 1.5), lane=arm))
    scene = replace(plain, actors=tuple(actors))
    states, contacts = drive([scene], 60.0)
    assert contacts == []
    travelled = np.array([state.travelled[0] for state in states])
    core = Environments([scene], 1, controlled="cars", consequence="remove", autoreset=False, time_limit=300.0)
    core.reset(0)
    batched = []
    for _ in range(600):
        core.step(None)
        batched.append(core.batch.bodies.travelled[0].copy())
    for ways in (travelled, np.array(batched)):
        lines = [float(np.ptp(straight[n].centre, axis=0).max()) for n in order]
        entered = [int(np.argmax(ways[:, a] > lines[a] + 3.0)) for a in range(4)]
        assert entered == sorted(entered) and entered[0] > 0


def test_library_junctions_with_stop_signs_neither_block_nor_touch() -> None:
    template = load("all-way-stop")
    for k in range(6):
        scene = template.sample(k)
        assert inspect(scene) == []
        states, contacts = drive([scene], 45.0)
        assert [one for one in contacts if "vehicle" in one.what] == []
        cars = [n for n, actor in enumerate(scene.actors) if actor.behaviour == "drive"]
        travelled = np.array([state.travelled[0, cars] for state in states])
        assert (travelled[-1] - travelled[len(states) // 2]).max() > 5.0  # the second half does not stand


@pytest.mark.parametrize(
    ("roads", "message"),
    [
        ("{layout: street, priority: all-way-stop, crossing: none}", "an all-way stop needs `layout: junction`"),
        ("{layout: junction, priority: all-way-stop, crossing: signals}", "an all-way stop needs `layout: junction`"),
        ("{layout: junction, priority: stop}", "stop signs need `layout: tjunction` without signals"),
        ("{layout: junction, priority: all-way-stop, crossing: none, turn_lanes: true}", "has no turn lanes"),
    ],
)
def test_where_there_is_no_all_way_stop_is_told(tmp_path: Path, roads: str, message: str) -> None:
    file = tmp_path / "scene.yaml"
    file.write_text(f"format: 1\nroads: {roads}\ncameras: [{{kind: fixed}}]\n", encoding="utf-8")
    with pytest.raises(SceneError, match=message):
        load(file)
