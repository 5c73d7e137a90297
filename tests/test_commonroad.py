"""CommonRoad files: what is read, what is refused and where, and what is told of the rest."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from scenes.commonroad import read_encounter
from scenes.errors import SceneError
from scenes.kinds import Kind
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

Write = Callable[..., Path]
recorded = pytest.mark.skipif(not RECORDED, reason=NONE_HERE)
GOAL = REGION + UNTIL


def test_tracks_map_and_ego_are_read(write_scene: Write) -> None:
    found = read_encounter(write_scene(two_lanes(), "a.xml"))
    assert found.dt == 0.1 and found.steps == 41 and found.duration == pytest.approx(4.0)
    assert found.ids.tolist() == [7, 8] and found.kinds == (Kind.CAR, Kind.TRUCK)
    assert found.valid.sum(1).tolist() == [41, 21] and (found.states[1, 21:] == 0).all()
    assert found.states[0, 10] == pytest.approx([33.0, 0.0, 0.0, 8.0])
    lanes = {lane.id: lane for lane in found.roads.lanes}
    assert lanes[1].successors == (2,) and lanes[1].left == 3 and lanes[3].right == 1 and lanes[1].right is None
    assert lanes[2].width == pytest.approx(3.5) and lanes[2].centre.tolist() == [[80, 0], [150, 0], [200, 0]]
    assert found.ego is not None and found.ego.speed == 10.0 and found.ego.recorded is None
    assert found.ego.goals[0].steps == (30, 40)
    assert sorted(map(tuple, found.ego.goals[0].outlines[0].tolist())) == [
        (58, -1.5),
        (58, 1.5),
        (62, -1.5),
        (62, 1.5),
    ]
    assert found.notes == ()


def test_the_older_version_and_standing_obstacles(write_scene: Write) -> None:
    body = vehicle(7, "car", straight(25.0, 8.0, 31), (4.5, 1.8)).replace("dynamicObstacle", "obstacle")
    body = body.replace("<type>", "<role>dynamic</role><type>")
    parked = vehicle(8, "parkedVehicle", [(0, 60.0, -4.0, 0.0)], (4.0, 1.7)).replace("dynamicObstacle", "obstacle")
    parked = parked.replace("<type>", "<role>static</role><type>")
    found = read_encounter(write_scene(road(LANES + body + parked + problem(0, 0, 9, GOAL), "2018b"), "a.xml"))
    assert found.steps == 31 and found.valid.all()
    assert (found.states[1] == [60.0, -4.0, 0.0, 0.0]).all() and found.notes == ()


def test_a_recorded_vehicle_that_starts_where_the_ego_does_is_the_ego(write_scene: Write) -> None:
    cars = vehicle(7, "car", straight(0.1, 10.0, 41), (4.2, 1.7)) + vehicle(8, "car", straight(20, 8, 41), (4.5, 1.8))
    found = read_encounter(write_scene(road(LANES + cars + problem(0, 0, 10, GOAL)), "a.xml"))
    assert found.ids.tolist() == [8] and found.ego is not None and found.ego.size == (4.2, 1.7)
    assert found.ego.recorded is not None and found.ego.recorded[-1, 0] == pytest.approx(40.1)


def test_far_maps_are_moved_by_whole_metres(write_scene: Write) -> None:
    near = read_encounter(write_scene(two_lanes(), "a.xml"))
    text = two_lanes()
    for tag in ("x", "y"):
        parts = text.split(f"<{tag}>")
        text = parts[0] + "".join(
            f"<{tag}>{float(part.split('<')[0]) + 5_000_000!r}<" + part.split("<", 1)[1] for part in parts[1:]
        )
    far = read_encounter(write_scene(text, "b.xml"))
    assert (far.origin - near.origin).tolist() == [5_000_000, 5_000_000]
    assert far.states == pytest.approx(near.states, abs=1e-6)
    assert far.ego is not None and near.ego is not None
    assert far.ego.goals[0].outlines[0] == pytest.approx(near.ego.goals[0].outlines[0], abs=1e-6)


def test_a_planning_problem_that_starts_later_sets_step_0(write_scene: Write) -> None:
    cars = vehicle(7, "car", straight(25.0, 8.0, 41), (4.5, 1.8)) + vehicle(8, "car", straight(60, 8, 3), (4.5, 1.8))
    found = read_encounter(write_scene(road(LANES + cars + problem(0, 0, 9, GOAL, step=10)), "a.xml"))
    assert found.ids.tolist() == [7] and found.steps == 31 and found.states[0, 0, 0] == pytest.approx(33.0)
    assert found.ego is not None and found.ego.goals[0].steps == (20, 30)
    assert found.notes == ("obstacle 8: recorded only before the ego's first step: left out",)


def test_goals_as_lanelets_and_as_a_time_alone(write_scene: Write) -> None:
    lanes = read_encounter(write_scene(two_lanes('<position><lanelet ref="2"/></position>' + UNTIL), "a.xml")).ego
    alone = read_encounter(write_scene(two_lanes(UNTIL), "b.xml")).ego
    assert lanes is not None and lanes.goals[0].lanes == (2,) and lanes.goals[0].outlines[0][:, 0].min() == 80
    assert alone is not None and alone.goals[0].outlines == () and alone.goals[0].speed is None


def test_intervals_and_regions_are_taken_at_their_middle_and_told(write_scene: Write) -> None:
    car = vehicle(7, "car", straight(25.0, 8.0, 41), (4.5, 1.8))
    between = "<intervalStart>7</intervalStart><intervalEnd>8</intervalEnd>"
    car = car.replace("<velocity><exact>8.0</exact>", f"<velocity>{between}", 3)
    square = "<rectangle><length>2</length><width>1</width><center><x>26</x><y>0.2</y></center></rectangle>"
    car = car.replace("<point><x>25.8</x><y>0.0</y></point>", square)
    found = read_encounter(write_scene(road(LANES + car + problem(0, 0, 9, GOAL)), "a.xml"))
    assert found.states[0, 1] == pytest.approx([26.0, 0.2, 0.0, 7.5])
    assert found.notes == ("obstacle 7: uncertain values are taken at their middle",)


def test_missing_speeds_and_headings_follow_from_the_motion(write_scene: Write) -> None:
    car = vehicle(7, "car", straight(25.0, 8.0, 41), (4.5, 1.8))
    head, tail = car.split("<trajectory>")
    tail = tail.replace("<velocity><exact>8.0</exact></velocity>", "").replace(
        "<orientation><exact>0.0</exact></orientation>", ""
    )
    found = read_encounter(write_scene(road(LANES + head + "<trajectory>" + tail + problem(0, 0, 9, GOAL)), "a.xml"))
    assert found.states[0, 1:, 2:] == pytest.approx(np.tile([0.0, 8.0], (40, 1)), abs=1e-6)


def test_what_is_not_supported_is_told_with_ids(write_scene: Write) -> None:
    sets = vehicle(8, "car", [(0, 30, 3.5, 8)], (4.5, 1.8)).replace(
        "</dynamicObstacle>", "<occupancySet></occupancySet></dynamicObstacle>"
    )
    body = LANES + sets + sets.replace('id="8"', 'id="9"') + vehicle(10, "train", [(0, 0, 9, 8)], (20, 3))
    body += vehicle(11, "car", [(0, 30, 3.5, 8)], (4.5, 1.8))
    body += '<environmentObstacle id="12"><type>building</type></environmentObstacle>'
    found = read_encounter(write_scene(road(body + problem(0, 0, 9, GOAL)), "a.xml"))
    assert found.ids.tolist() == [11]
    assert found.notes == (
        "obstacles 8, 9: occupancy sets are not supported: left out",
        "obstacle 10: train is no road user: left out",
        "obstacle 11: has no trajectory: seen at its first step only",
        "obstacle 12: environmentObstacle is not supported: left out",
    )


CAR = vehicle(7, "car", straight(25.0, 8.0, 3), (4.5, 1.8))
TASK = problem(0, 0, 9, GOAL)
WRONG = [
    (road(CAR + TASK), ":2 commonRoad: <lanelet> is missing; an encounter needs a map"),
    (road(LANES + CAR + TASK, "2017a"),
     ":2 commonRoad: commonRoadVersion '2017a' is not read; it must be 2018b or 2020a"),
    (road(LANES).replace(' timeStepSize="0.1"', ""), ":2 commonRoad: attribute timeStepSize is missing"),
    (road(LANES).replace("0.1", "-1"), ":2 commonRoad: timeStepSize -1 s is outside [0.001, 10] s"),
    (road(LANES + "\n" + CAR.replace("<type>car</type>", "")), ":4 dynamicObstacle 7: <type> is missing"),
    (road(LANES + "\n" + CAR.replace("car<", "caar<")),
     ":4 type: 'caar' is no type of obstacle; did you mean \"car\"?"),
    (road(LANES + CAR.replace("<length>4.5", "\n<length>450")), ":4 length: 450 m is outside [0.01, 100] m"),
    (road(LANES + CAR.replace("<exact>8.0", "\n<exact>fast", 1)), ":4 exact: 'fast' is not a number"),
    (road(LANES + CAR.replace("<exact>8.0", "\n<exact>nan", 1)), ":4 exact: nan m/s is outside [-150, 150] m/s"),
    (road(LANES + CAR.replace("<time><exact>1</exact></time>", "")), ":3 state: <time> is missing"),
    (road(LANES + CAR.replace("<time><exact>1<", "<time><exact>1.5<")), ":3 time: 1.5..1.5 are not whole time steps"),
    (road(LANES + CAR.replace("<time><exact>1<", "<time><exact>2<")),
     ":3 state: time step 2 of obstacle 7 stands twice"),
    (road(LANES + CAR + "\n" + CAR), ":4 dynamicObstacle 7: id 7 stands twice, first in line 3"),
    (road(LANES.replace('successor ref="2"', 'successor ref="5"')), ":3 successor: ref 5 is no lanelet of this file"),
    (road(LANES + lanelet(1, (0, 9), 9)), ":3 lanelet 1: id 1 stands twice, first in line 3"),
    (road(LANES + lanelet(4, (9, 9), 9)), ":3 lanelet 4: has no length: all points of its centre line are one"),
    (road(LANES + CAR + problem(0, 0, 9, "\n" + REGION)), ":3 goalState: <time> is missing"),
    (road(LANES + CAR + problem(0, 0, 9, '<position><lanelet ref="8"/></position>' + UNTIL)),
     ":3 lanelet: ref 8 is no lanelet of this file"),
    (road(LANES + CAR + TASK.replace("<velocity><exact>9</exact></velocity>", "")),
     ":3 initialState: <velocity> is missing"),
    (road(LANES + CAR + TASK.replace("<goalState>", "<goal>").replace("</goalState>", "</goal>")),
     ":3 planningProblem 99: <goalState> is missing"),
    (road(LANES + CAR + "<open>"), ":4: XML: mismatched tag"),
    ("<scene/>", ":1 scene: is not a CommonRoad file: its first element is not <commonRoad>"),
    ('<?xml version="1.0"?>\n<!DOCTYPE a [<!ENTITY b "bbbb">]><a>&b;</a>',
     ":2 DOCTYPE: a document type declaration is not read: entities can be hostile"),
    ("<a>" * 50, ":1 a: is nested too deeply"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "message"), WRONG, ids=[str(k) for k in range(len(WRONG))])
def test_what_is_wrong_is_told_with_its_line(write_scene: Write, text: str, message: str) -> None:
    with pytest.raises(SceneError) as error:
        read_encounter(write_scene(text, "a.xml"))
    assert str(error.value) == f"a.xml{message}"


def test_files_that_are_not_there(tmp_path: Path) -> None:
    with pytest.raises(SceneError, match=r"none\.xml: no such file"):
        read_encounter(tmp_path / "none.xml")


def test_lights_become_signals_and_stop_lines(write_scene: Write) -> None:
    cycle = "".join(
        f"<cycleElement><duration>{n}</duration><color>{c}</color></cycleElement>"
        for n, c in ((50, "red"), (10, "redYellow"), (40, "green"))
    )
    light = f'<trafficLight id="5"><cycle>{cycle}<timeOffset>20</timeOffset></cycle></trafficLight>'
    lanes = LANES.replace('<successor ref="2"/>', '<trafficLightRef ref="5"/><successor ref="2"/>')
    found = read_encounter(write_scene(road(lanes + light), "a.xml"))
    (signal,) = found.signals
    shown = [signal.state_at(t) for t in (0.0, 1.9, 2.1, 7.9, 8.1, 11.9)]
    assert shown == ["green", "green", "red", "red", "green", "green"]
    assert [(stop.lane, stop.s, stop.signal_group) for stop in found.roads.stop_lines] == [(1, 109.5, 0)]


@recorded
@pytest.mark.parametrize("file", RECORDED, ids=lambda file: file.stem)
def test_recorded_files_are_read(file: Path) -> None:
    found = read_encounter(file)
    assert found.roads.lanes and np.isfinite(found.states).all() and np.abs(found.states[..., :2]).max(initial=0) < 1e3
    moving = found.valid[:, 1:] & found.valid[:, :-1]
    jumps = np.linalg.norm(np.diff(found.states[..., :2], axis=1), axis=-1)[moving]
    assert jumps.max(initial=0.0) < 50 * found.dt


@recorded
@pytest.mark.parametrize("file", RECORDED, ids=lambda file: file.stem)
def test_recorded_files_agree_with_the_reader_of_their_authors(file: Path) -> None:
    reader = pytest.importorskip("commonroad.common.file_reader", reason="commonroad-io is not installed")
    theirs, problems = reader.CommonRoadFileReader(file).open()
    ours = read_encounter(file)
    assert ours.dt == theirs.dt
    lanes = {lane.id: lane for lane in ours.roads.lanes}
    for other in theirs.lanelet_network.lanelets:
        if other.lanelet_id in lanes:
            mine = lanes[other.lanelet_id]
            assert set(mine.successors) <= set(other.successor)
            assert mine.centre[[0, -1]] + ours.origin == pytest.approx(other.center_vertices[[0, -1]], abs=1e-9)
            assert mine.left == (other.adj_left if other.adj_left_same_direction else None)
    obstacles = {obstacle.obstacle_id: obstacle for obstacle in theirs.obstacles}
    ego = ours.ego
    assert len(obstacles) == len(ours.ids) + (ego is not None and ego.recorded is not None)
    for a, number in enumerate(ours.ids):
        shape = obstacles[int(number)].obstacle_shape
        sides = (shape.length, shape.width) if hasattr(shape, "length") else (2 * shape.radius, 2 * shape.radius)
        assert tuple(ours.sizes[a]) == pytest.approx(sides)
        for step in range(ours.steps):
            state = obstacles[int(number)].state_at_time(step)
            assert (state is not None) == ours.valid[a, step]
            if state is not None:
                where = [*(state.position - ours.origin), state.orientation, state.velocity]
                assert ours.states[a, step] == pytest.approx(where, abs=1e-9)
    lights = {light.traffic_light_id: light for light in theirs.lanelet_network.traffic_lights}
    if len(lights) == len(ours.signals):
        for light, signal in zip(lights.values(), ours.signals, strict=True):
            for step in range(0, 2000, 7):
                shown = light.get_state_at_time_step(step).value.replace("redYellow", "red")
                assert signal.state_at((step + 1e-6) * ours.dt) == shown
    for task in problems.planning_problem_dict.values():
        assert ego is not None and ego.position + ours.origin == pytest.approx(task.initial_state.position)
        assert (ego.heading, ego.speed) == (task.initial_state.orientation, task.initial_state.velocity)
