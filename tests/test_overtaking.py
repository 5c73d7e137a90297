"""Overtaking cyclists over the oncoming lane: room beside them, nobody who comes along, side roads, groups."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from agents.environments import DT, Environments
from agents.episodes import VARIED_DRIVERS
from agents.judging import COLLIDED, HIT, LEFT
from agents.overtaking import FRONT, SIDE
from scenes.files import load
from scenes.kinds import Kind
from scenes.lanes import offset_line
from scenes.types import Lane, Scene
from sim.abreast import NOW, PASSES, compile_changes
from sim.tables import compile_tables
from tests.test_lane_changes import core_of, with_cars

TEXT = """format: 1
roads: {layout: street, lanes: [1, 1], length: 400, crossing: none, lane_width: 3.4, traffic: %s}
vehicles: {moving: true}
"""
BICYCLE = (1.8, 0.6, 1.7)  # m
ASIDE = 1.1  # m from the middle of the lane to the kerb that cyclists ride
Car = tuple[int, float, float, float]  # number of the lane, m along it, speed and wished speed in m/s


@cache
def street(folder: str, traffic: str) -> Scene:
    file = f"{folder}/{traffic}.yaml"
    with open(file, "w", encoding="utf-8") as text:
        text.write(TEXT % traffic)
    return load(file).sample(0)


def scene_of(plain: Scene, cars: list[Car], riders: list[tuple[float, ...]]) -> Scene:
    """Cars, and cyclists at the edge of lane 0: m along it and m/s of each, m to the kerb where it is not ASIDE."""
    scene = with_cars(plain, *cars)
    own, other = (lane_of(plain, k).centre for k in (0, 1))
    kerb = float(np.sign(own[0, 1] - other[0, 1]))
    cyclists = [
        replace(
            scene.actors[0], id=len(cars) + k + 1, kind=Kind.BICYCLE, size=BICYCLE, start=start, speed=speed,
            desired_speed=speed, path=offset_line(own, kerb * (aside[0] if aside else ASIDE)),
        )
        for k, (start, speed, *aside) in enumerate(riders)
    ]  # fmt: skip
    return replace(scene, actors=(*scene.actors, *cyclists))


def lane_of(scene: Scene, number: int) -> Lane:
    return next(lane for lane in scene.roads.lanes if lane.id == number)


def on_lanes(scene: Scene, *lanes: Lane) -> Scene:
    return replace(scene, roads=replace(scene.roads, lanes=lanes))


class Drive:
    """What a run was like: (T, A) m along the paths, m to the left of them, m/s; who was overtaking; outcomes."""

    def __init__(self, scene: Scene, steps: int) -> None:
        core = core_of(scene)
        along, aside, speed, spots, passes, self.outcomes = [], [], [], [], [], set[int]()
        for _ in range(steps):
            self.outcomes |= set(core.step(None).outcome[0].tolist())
            bodies = core.batch.bodies
            along.append(bodies.travelled[0].copy())
            aside.append(core.batch.place[0, :, 0].copy())
            speed.append(bodies.speed[0].copy())
            spots.append(bodies.position[0, :, :2].copy())
            passes.append(core.batch.changes.state[0, :, PASSES] > 0.0)
        self.along, self.aside, self.speed = np.array(along), np.array(aside), np.array(speed)
        self.spots, self.passes = np.array(spots), np.array(passes)
        assert not self.outcomes & {COLLIDED, HIT, LEFT}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(tmp_path_factory.mktemp("streets"))


@pytest.mark.parametrize("traffic", ["right", "left"])
def test_a_cyclist_is_overtaken_with_room_beside_and_before(folder: str, traffic: str) -> None:
    drive = Drive(scene_of(street(folder, traffic), [(0, 80.0, 9.0, 12.0)], [(120.0, 4.5)]), 320)
    car, rider = drive.spots[:, 0], drive.spots[:, 1]
    assert drive.along[-1, 0] > drive.along[-1, 1] + 50.0 and abs(drive.aside[-1, 0]) < 0.1
    beside = np.abs(car[:, 0] - rider[:, 0]) < (4.4 + 1.8) / 2
    assert beside.any()
    room = np.abs(car[beside, 1] - rider[beside, 1]) - 0.9 - 0.3
    assert room.min() > SIDE - 0.1
    back = np.abs(drive.aside[:, 0]) < 0.4 * np.abs(drive.aside[:, 0]).max()
    first = np.flatnonzero(back & (drive.along[:, 0] > drive.along[:, 1]))[0]
    assert drive.along[first, 0] - drive.along[first, 1] - (4.4 + 1.8) / 2 > FRONT - 0.5
    assert np.abs(np.diff(drive.aside[:, 0], 2)).max() / DT**2 < 2.0  # m/s2 across
    assert drive.speed[:, 1].min() > 4.0  # the cyclist goes on as before


@pytest.mark.parametrize("ahead", [60.0, 110.0, 160.0, 210.0, 260.0, 320.0])
def test_nobody_who_comes_along_has_to_brake(folder: str, ahead: float) -> None:
    """A car comes along from a distance: it is let pass first, or is still away 2 s when the other one is back."""
    plain = street(folder, "right")
    length = float(
        np.linalg.norm(np.diff(next(one for one in plain.roads.lanes if one.id == 1).centre, axis=0), axis=1).sum()
    )
    cars: list[Car] = [(0, 100.0, 5.0, 12.0), (1, length - 110.0 - ahead, 12.0, 12.0)]
    drive = Drive(scene_of(plain, cars, [(112.0, 4.5)]), 450)
    out = np.abs(drive.aside[:, 0]) > 0.3
    assert out.any() and drive.along[-1, 0] > drive.along[-1, 2] + 10.0
    assert drive.speed[: np.flatnonzero(out)[-1], 1].min() > 11.5
    gap = drive.spots[:, 1, 0] - drive.spots[:, 0, 0]  # ahead of the one who overtakes
    assert not (out & (gap > 0.0) & (gap < 30.0)).any()


def test_cyclists_who_ride_close_together_are_overtaken_at_once(folder: str) -> None:
    plain = street(folder, "right")
    drive = Drive(scene_of(plain, [(0, 80.0, 9.0, 12.0)], [(120.0, 4.2), (127.0, 4.3), (134.0, 4.4)]), 320)
    assert int((np.diff(drive.passes[:, 0].astype(int)) == 1).sum()) == 1
    assert drive.along[-1, 0] > drive.along[-1, 3] + 20.0


@pytest.mark.parametrize(
    "riders",
    [[(115.0, 4.2), (128.0, 4.2), (122.0, 4.2, 0.2)], [(110.0, 4.2), (135.0, 4.2, 0.2)]],
    ids=["a group in another order than on the road", "one after the other"],
)
def test_each_cyclist_gets_room_wherever_he_rides(folder: str, riders: list[tuple[float, ...]]) -> None:
    drive = Drive(scene_of(street(folder, "right"), [(0, 80.0, 9.0, 12.0)], riders), 400)
    car = drive.spots[:, 0]
    for k in range(1, 1 + len(riders)):
        rider = drive.spots[:, k]
        beside = np.abs(car[:, 0] - rider[:, 0]) < (4.4 + 1.8) / 2
        assert beside.any()
        assert (np.abs(car[beside, 1] - rider[beside, 1]) - 0.9 - 0.3).min() > SIDE - 0.15


def test_nobody_overtakes_before_a_bend_that_hides_who_comes_along(tmp_path: Path) -> None:
    file = tmp_path / "curve.yaml"
    text = TEXT.replace("layout: street", "layout: curve, radius: 30, angle: 90") % "right"
    file.write_text(text, encoding="utf-8")
    plain = load(file).sample(0)
    scene = with_cars(plain, (0, 110.0, 5.0, 13.0), (0, 124.0, 4.0, 4.0))
    slow = replace(scene.actors[1], kind=Kind.BICYCLE, size=BICYCLE)
    drive = Drive(replace(scene, actors=(scene.actors[0], slow)), 100)
    bend = 0.5 * float(np.linalg.norm(np.diff(scene.actors[0].path, axis=0), axis=1).sum())
    assert drive.along[:, 0].max() < bend and not drive.passes.any()


def test_short_ways_are_compiled(folder: str) -> None:
    scene = scene_of(street(folder, "right"), [(0, 5.0, 5.0, 9.0)], [])
    short = replace(scene.actors[0], path=scene.actors[0].path[0] + np.array([[0.0, 0.0], [20.0, 0.0]]))
    scene = replace(scene, actors=(short,))
    changes = compile_changes([scene], compile_tables([scene]), 1)
    assert changes.able.all() and (changes.over != 0.0).any()


def test_nobody_overtakes_where_a_lane_crosses_or_none_comes_along(folder: str) -> None:
    plain = street(folder, "right")
    cars: list[Car] = [(0, 80.0, 9.0, 12.0)]
    side = Lane(9, np.array([[-60.0, -60.0], [-60.0, 60.0]]), 3.0, 10.0)
    drive = Drive(on_lanes(scene_of(plain, cars, [(150.0, 4.5)]), *plain.roads.lanes, side), 260)
    assert (np.abs(drive.spots[drive.passes[:, 0], 0, 0] + 60.0) > 14.0).all()
    alone = on_lanes(scene_of(plain, cars, [(120.0, 4.5)]), lane_of(plain, 0))
    assert not Drive(alone, 150).passes.any()


def test_slow_cars_are_not_overtaken_over_the_oncoming_lane(folder: str) -> None:
    drive = Drive(scene_of(street(folder, "right"), [(0, 80.0, 9.0, 12.0), (0, 120.0, 4.5, 4.5)], []), 200)
    assert not drive.passes.any() and drive.along[-1, 0] < drive.along[-1, 1]


def test_streets_with_cyclists_stay_free_of_contacts_and_are_overtaken() -> None:
    options = {"controlled": "cars", "consequence": "remove", "pool": 12, "randomise": VARIED_DRIVERS}
    core = Environments("cyclists", 12, time_limit=60.0, lanes="mobil", **options)  # type: ignore[arg-type]
    core.reset(0)
    passed = False
    for _ in range(600):
        found = core.step(None)
        assert not np.isin(found.outcome, (COLLIDED, HIT, LEFT)).any()
        row = core.batch.changes.state
        passed = passed or bool(((row[..., PASSES] > 0.0) & (np.abs(row[..., NOW]) > 1.0)).any())
    assert passed
