"""Contacts and rules of the road against brute force and cases made by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest

from scenes.files import load
from scenes.seeds import rng_for
from sim.contacts import boxes_touch, gap_to_box
from sim.ground import compile_ground, on_polygons, on_road
from sim.signals import STATES, compile_plans, shown_at
from sim.tables import compile_tables


def corners(x: float, y: float, heading: float, length: float, width: float) -> np.ndarray:
    c, s = math.cos(heading), math.sin(heading)
    local = 0.5 * np.array([[length, width], [-length, width], [-length, -width], [length, -width]])
    return local @ np.array([[c, s], [-s, c]]) + (x, y)


def grid_in(box: np.ndarray, count: int = 60) -> np.ndarray:
    """Points all over a box, its edges included."""
    u = np.linspace(0.0, 1.0, count)
    a, b = box[1] - box[0], box[3] - box[0]
    return (box[0] + u[:, None, None] * a + u[None, :, None] * b).reshape(-1, 2)


def inside_box(points: np.ndarray, x: float, y: float, heading: float, length: float, width: float) -> np.ndarray:
    c, s = math.cos(heading), math.sin(heading)
    dx, dy = points[:, 0] - x, points[:, 1] - y
    return (np.abs(dx * c + dy * s) < length / 2) & (np.abs(dy * c - dx * s) < width / 2)


def touch(a: tuple[float, ...], b: tuple[float, ...]) -> bool:
    return bool(
        boxes_touch(
            b[0] - a[0], b[1] - a[1], math.cos(a[2]), math.sin(a[2]), a[3] / 2, a[4] / 2,
            math.cos(b[2]), math.sin(b[2]), b[3] / 2, b[4] / 2,
        )
    )  # fmt: skip


def test_boxes_touch_where_points_of_one_lie_in_the_other() -> None:
    rng = rng_for(0, "boxes")
    found = 0
    for _ in range(400):
        a = (0.0, 0.0, rng.uniform(-4, 4), 4.5, 1.8)
        b = (rng.uniform(-5, 5), rng.uniform(-5, 5), rng.uniform(-4, 4), rng.uniform(1, 9), rng.uniform(0.5, 2.5))
        expected = bool(inside_box(grid_in(corners(*a)), *b).any() or inside_box(grid_in(corners(*b)), *a).any())
        grown, shrunk = (*b[:3], b[3] + 0.3, b[4] + 0.3), (*b[:3], b[3] - 0.3, b[4] - 0.3)
        if touch(a, grown) == touch(a, shrunk):  # points cannot tell what overlaps by centimetres
            assert touch(a, b) == expected == touch(b, a)
            found += expected
    assert 100 < found < 350


@pytest.mark.parametrize(
    ("other", "expected"),
    [
        ((4.4, 0.0, 0.0, 4.5, 1.8), True),  # bumper to bumper
        ((4.6, 0.0, 0.0, 4.5, 1.8), False),
        ((0.0, 1.7, math.pi, 4.5, 1.8), True),  # side by side
        ((0.0, 1.9, math.pi, 4.5, 1.8), False),
        ((3.6, 2.4, math.pi / 4, 4.5, 0.1), True),  # a corner; along and across alone would not tell
        ((2.9, 2.9, 3 * math.pi / 4, 4.5, 0.1), False),
    ],
)
def test_boxes_by_hand(other: tuple[float, ...], expected: bool) -> None:
    assert touch((0.0, 0.0, 0.0, 4.5, 1.8), other) is expected


def test_distance_to_a_box() -> None:
    assert gap_to_box(3.0, 0.0, 1.0, 0.0, 2.0, 1.0) == pytest.approx(1.0)
    assert gap_to_box(5.0, 5.0, 1.0, 0.0, 2.0, 1.0) == pytest.approx(5.0)
    assert gap_to_box(0.0, 5.0, 0.0, 1.0, 2.0, 1.0) == pytest.approx(3.0)
    assert gap_to_box(1.0, 0.5, 1.0, 0.0, 2.0, 1.0) == 0.0


@pytest.mark.parametrize("name", ["junction-practice", "crossing-practice"])
def test_the_grid_of_the_road_says_what_its_polygons_say(name: str) -> None:
    scenes = [load(name).sample(k) for k in range(2)]
    ground = compile_ground(scenes)
    rng = rng_for(0, "ground", name)
    spots = rng.uniform(-70, 70, (4000, 2)) * (1.0, 1.0 if name == "junction-practice" else 0.2)
    for b in range(2):
        road = [on_polygons(ground, b, x, y) for x, y in spots]
        assert [on_road(ground, b, x, y) for x, y in spots] == road
        assert 0.05 < np.mean(road) < 0.9
        lanes = np.concatenate([lane.centre for lane in scenes[b].roads.lanes])
        assert all(on_road(ground, b, x, y) for x, y in lanes if abs(x) + abs(y) < 60.0)
        walks = np.concatenate(scenes[b].roads.sidewalks)
        assert not any(on_road(ground, b, x, y) for x, y in walks if abs(x) + abs(y) < 60.0)


def test_signal_programmes_in_kernels_are_those_of_the_scene() -> None:
    scenes = [load("junction").sample(k) for k in range(4)] + [load("street").sample(0)]
    plans = compile_plans(scenes)
    for b, scene in enumerate(scenes):
        for time in np.linspace(0.0, 90.0, 181).astype(np.float32):
            for signal in scene.signals:
                shown, left = shown_at(plans, b, signal.group, time)
                assert STATES[shown] == signal.state_at(float(time))
                assert left > 0.0
    assert shown_at(plans, 4, 0, 3.0)[0] == 0


def test_crossings_are_found_on_the_paths_of_people_and_vehicles() -> None:
    scene = load("junction-practice").sample(3)
    tables = compile_tables([scene])
    for a, actor in enumerate(scene.actors):
        for m, c in enumerate(tables.way_crossing[0, a]):
            if c >= 0:
                crossing, (low, high, x, y, _) = scene.roads.crossings[c], tables.way[0, a, m]
                assert math.hypot(*(crossing.start + crossing.end) / 2 - (x, y)) < 4.5
                wide = crossing.width if actor.behaviour == "drive" else math.hypot(*(crossing.end - crossing.start))
                assert high - low == pytest.approx(wide, abs=0.6)
    ego = scene.actors.index(next(actor for actor in scene.actors if actor.id == scene.ego))
    assert (tables.way_crossing[0, ego] >= 0).sum() == 2  # into the junction and out of it
