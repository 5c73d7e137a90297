"""Bus stops: free of parked vehicles, furnished, with people who wait and a bus that stands and goes on."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import pytest

from scenes.errors import SceneError
from scenes.files import load
from scenes.kinds import VEHICLES, Kind
from scenes.lanes import place_of
from scenes.roads_markings import YELLOW
from scenes.roads_stops import WIDE
from scenes.types import Scene
from sim.rollout import rollout
from skidpad.drivers import cast

pytestmark = pytest.mark.untraced  # many samples: see CONTRIBUTING.md

SAMPLES = 30


@cache
def sample(k: int) -> Scene:
    return load("bus-stop").sample(k)


def written(folder: Path, roads: str, extra: str = "") -> Scene:
    (folder / "stop.yaml").write_text(
        f"format: 1\nroads: {{length: 160, pavement: 4, edge_line: none, {roads}}}\npeople: {{density: 12}}\n"
        "cameras: [{kind: fixed, position: [0, 0]}]\n" + extra,
        encoding="utf-8",
    )
    return load(str(folder / "stop.yaml")).sample(0)


def box(scene: Scene) -> tuple[float, float, float, float]:
    """Extent of the yellow paint of a scene's only stop: lowest x, highest x, lowest y, highest y, m."""
    points = np.concatenate([mark.outline for mark in scene.roads.markings if mark.colour == YELLOW])
    return (*np.sort([points[:, 0].min(), points[:, 0].max()]), points[:, 1].min(), points[:, 1].max())


def test_buses_stand_at_stops_in_a_share_of_the_samples_and_people_wait() -> None:
    standing = [
        [a for a in sample(k).actors if a.kind is Kind.BUS and (a.driver == "bus" or a.behaviour == "parked")]
        for k in range(SAMPLES)
    ]
    assert 0.5 * SAMPLES < sum(bool(buses) for buses in standing) < SAMPLES
    assert any(a.driver == "bus" for buses in standing for a in buses)
    assert any(a.behaviour == "parked" for buses in standing for a in buses)
    shelters = [sum(prop.look.model == "bus-shelter" for prop in sample(k).props) for k in range(SAMPLES)]
    assert np.mean(np.array(shelters) > 0) > 0.8


@pytest.mark.parametrize("traffic", ["left", "right"])
@pytest.mark.parametrize("parking", ["none", "both"])
def test_the_bus_stands_in_the_box_and_nothing_else_does(tmp_path: Path, traffic: str, parking: str) -> None:
    for side, sign in (("left", 1.0), ("right", -1.0)):
        scene = written(
            tmp_path, f"traffic: {traffic}, parking: {parking}, bus_stop: {side}", "vehicles: {at_stops: 1}"
        )
        x0, x1, y0, y1 = box(scene)
        assert 18.0 < x1 - x0 < 20.0 and y1 - y0 < WIDE + 0.3
        bus = next(a for a in scene.actors if a.kind is Kind.BUS and (a.driver == "bus" or a.behaviour == "parked"))
        assert (bus.driver == "bus") == (parking == "none")
        x, y, _ = place_of(bus)
        assert x0 < x - bus.size[0] / 2 and x + bus.size[0] / 2 < x1
        assert np.sign(y) == sign
        ahead = np.cos(place_of(bus)[2])
        assert np.sign(ahead) == (1.0 if (traffic == "left") == (side == "left") else -1.0)
        for actor in scene.actors:
            if actor.kind in VEHICLES and actor.behaviour == "parked" and actor is not bus:
                there = place_of(actor)
                assert np.sign(there[1]) != sign or not x0 < there[0] < x1
        waiting = [a for a in scene.actors if a.kind is Kind.PEDESTRIAN and a.behaviour == "stand"]
        assert any(
            x0 - 1.0 < np.array(place_of(a)[:2])[0] < x1 + 1.0 and np.sign(np.array(place_of(a)[:2])[1]) == sign
            for a in waiting
        )


def test_a_bus_in_the_lane_goes_on_after_a_while(tmp_path: Path) -> None:
    scene = written(tmp_path, "parking: none, bus_stop: right", "vehicles: {at_stops: 1}")
    (number,) = [n for n, actor in enumerate(scene.actors) if actor.driver == "bus"]
    policy, others = cast(scene)
    before, after, later = rollout([scene], policy, [1.0, 19.5, 40.0], others)
    assert before.speed[0, number] == after.speed[0, number] == 0.0
    assert np.hypot(*(after.position - before.position)[0, number, :2]) < 1e-3
    assert later.travelled[0, number] > scene.actors[number].start + 25.0


@pytest.mark.parametrize(
    ("roads", "message"),
    [
        ("bus_stop: left, layout: curve", "roads.bus_stop: bus stops need `layout: street`"),
        ("bus_stop: both, cycle_lane: left", "roads.bus_stop: the left side cannot have a bus stop and a cycle lane"),
        ("bus_stop: middle", "roads.bus_stop: middle is none of none, left, right, both"),
    ],
)
def test_what_a_bus_stop_cannot_have_is_one_clear_line(tmp_path: Path, roads: str, message: str) -> None:
    with pytest.raises(SceneError) as error:
        written(tmp_path, roads)
    assert message in str(error.value)
    assert "\n" not in str(error.value)
