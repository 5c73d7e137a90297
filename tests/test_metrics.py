"""Metrics against cases worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest

from agents.environments import Environments
from scenes.files import load
from sim.metrics import (
    Tracks,
    collisions,
    comfort,
    lane_headings,
    nuplan_score,
    off_road,
    pdm_score,
    post_encroachment_times,
    progress,
    red_lights,
    times_to_collision,
    wrong_way,
)
from sim.realism import FEATURES, features, likelihoods, nearest_gaps, realism
from sim.rss import Rss, beside_distance, following_distance, meeting_distance, violations
from sim.signals import STATES
from sim.tables import compile_tables

SIZE = (4.0, 2.0)


def tracks(*actors: tuple[float, float, float, float], times: int = 41, dt: float = 0.1) -> Tracks:
    """One world of actors that go straight on from x, y (m) with heading (rad) and speed (m/s)."""
    start = np.array(actors, np.float32)[None, :, :, None]
    t = np.arange(times, dtype=np.float32) * dt
    x, y, heading, speed = (np.broadcast_to(start[:, :, k], (1, len(actors), times)) for k in range(4))
    way = speed * t
    return Tracks(
        (x + way * np.cos(heading)).astype(np.float32), (y + way * np.sin(heading)).astype(np.float32),
        heading.astype(np.float32), speed.astype(np.float32), np.ones(x.shape, bool),
        np.full((1, len(actors), 2), SIZE, np.float32), dt,
    )  # fmt: skip


def test_time_to_collision_by_hand() -> None:
    behind = tracks((0, 0, 0, 10), (24, 0, 0, 0))  # 20 m between the bumpers
    assert times_to_collision(behind)[0, :, 0] == pytest.approx([2.0, 2.0])
    assert times_to_collision(behind)[0, 0, 10] == pytest.approx(1.0)
    assert times_to_collision(behind)[0, 0, 20] == pytest.approx(0.0, abs=1e-4) and collisions(behind)[0, 0, 21]
    across = tracks((-13, 0, 0, 10), (0, -13, np.pi / 2, 10))  # both need 10 m to the common square
    assert times_to_collision(across)[0, 0, 0] == pytest.approx(1.0, rel=1e-5)
    assert np.isinf(times_to_collision(tracks((0, 0, 0, 10), (24, 2.1, 0, 0)))).all()
    assert np.isinf(times_to_collision(tracks((0, 0, 0, 5), (24, 0, 0, 9)))).all()
    gone = behind._replace(valid=np.array([[[True] * 41, [False] * 41]]))
    assert np.isinf(times_to_collision(gone)).all() and not collisions(gone).any()


def test_post_encroachment_time_by_hand() -> None:
    """The first one's rear is out of the way of the second after (13 + 3) / 10 s; the second comes a second later."""
    both = tracks((-13, 0, 0, 10), (0, -29, np.pi / 2, 10))
    found = post_encroachment_times(both)[0]
    assert found[0, 1] == pytest.approx(1.0, abs=0.11) and np.isinf(found[1, 0])
    assert np.isinf(post_encroachment_times(tracks((0, 0, 0, 10), (0, 5, 0, 10)))).all()
    crash = post_encroachment_times(tracks((-13, 0, 0, 10), (0, -13, np.pi / 2, 10)))[0]
    assert crash[0, 1] == crash[1, 0] == 0.0
    of = np.array([[True, False]])
    assert post_encroachment_times(both, of, within=5.0, angle=0.5)[0, 0, 1] == found[0, 1]
    assert np.isinf(post_encroachment_times(both, of, within=0.8)).all()
    column = tracks((0, 0, 0, 10), (-14, 0, 0, 10))  # 10 m behind: a second later
    assert post_encroachment_times(column)[0, 0, 1] == pytest.approx(1.0, abs=0.11)
    assert np.isinf(post_encroachment_times(column, angle=0.5)).all()


def test_rss_distances_by_hand() -> None:
    rss = Rss(response=1.0, push=2.0, brake=4.0, brake_most=8.0, brake_right=4.0)
    assert following_distance(10.0, 8.0, rss) == pytest.approx(10 + 1 + 144 / 8 - 64 / 16)
    assert following_distance(0.0, 30.0, rss) == 0.0
    assert meeting_distance(10.0, 6.0, rss) == pytest.approx(11 + 18 + 7 + 8)
    assert beside_distance(0.0, 0.0, rss) == pytest.approx(0.1 + 2 * (0.1 + 0.2**2 / 1.6))
    assert beside_distance(-2.0, 2.0, rss) == pytest.approx(0.1)  # they move apart
    assert following_distance(np.array([10.0, 0.0]), np.array([8.0, 30.0]), rss).shape == (2,)


def test_who_keeps_no_rss_distance() -> None:
    everybody = np.ones((1, 2), bool)

    def unsafe(*actors: tuple[float, float, float, float]) -> list[bool]:
        return violations(tracks(*actors, times=3), everybody, everybody)[0, :, 0].tolist()

    safe = float(following_distance(10.0, 10.0)) + SIZE[0]
    assert unsafe((0, 0, 0, 10), (safe - 0.1, 0, 0, 10)) == [True, False]  # who is in front has not to mind who follows
    assert unsafe((0, 0, 0, 10), (safe + 0.1, 0, 0, 10)) == [False, False]
    assert unsafe((0, 0, 0, 10), (safe - 0.1, 3.5, 0, 10)) == [False, False]  # in the lane beside
    meet = float(meeting_distance(5.0, 5.0)) + SIZE[0]
    assert unsafe((0, 0, 0, 5), (meet - 0.1, 0, np.pi, 5)) == [True, True]
    assert unsafe((0, 0, 0, 5), (meet - 0.1, 3.5, np.pi, 5)) == [False, False]
    assert unsafe((0, 0, 0, 10), (6.0, 0, np.pi / 2, 1)) == [False, False]  # crosses
    assert unsafe((0, 0, 0, 0), (5.0, 0, 0, 0)) == [False, False]  # stands in a queue


def test_comfort_by_hand() -> None:
    t = np.arange(101, dtype=np.float32) * 0.1
    ring = Tracks(
        (20 * np.sin(t / 4))[None, None], (20 - 20 * np.cos(t / 4))[None, None], (t / 4)[None, None],
        np.full((1, 1, 101), 5.0, np.float32), np.ones((1, 1, 101), bool), np.full((1, 1, 2), SIZE, np.float32), 0.1,
    )  # fmt: skip
    felt = comfort(ring)
    assert felt["across"][0, 0, 50] == pytest.approx(1.25, rel=1e-3) and felt["yaw"][0, 0, 50] == pytest.approx(0.25)
    assert felt["comfortable"][0, 0] == 1.0
    braking = ring._replace(speed=np.maximum(20 - 5 * t, 0)[None, None], heading=np.zeros_like(ring.heading))
    assert comfort(braking)["along"][0, 0, 20] == pytest.approx(-5.0, rel=1e-4)
    assert comfort(braking)["comfortable"][0, 0] == 0.0
    gone = ring._replace(valid=(t < 5.0)[None, None], speed=np.where(t < 5.0, ring.speed, np.float32(0.0)))
    assert comfort(gone)["comfortable"][0, 0] == 1.0 and (comfort(gone)["along"] == 0.0).all()


def test_scores_by_hand() -> None:
    assert pdm_score(1.0, 1.0, 1.0, 1.0, 1.0) == 1.0
    assert pdm_score(0.5, 1.0, 0.0, 1.0, 0.6) == pytest.approx(0.5 * (2 + 3) / 12)
    assert pdm_score(np.array([1.0, 1.0]), np.array([0.0, 1.0]), 1.0, 0.0, 0.5).tolist() == [0.0, 7.5 / 12]
    assert nuplan_score(np.array([1.0, 0.5, 1.0, 1.0]), 1.0, 1.0, 0.5, 0.0) == pytest.approx(0.5 * 12 / 16)


def test_rules_of_the_road_on_a_scene() -> None:
    scene = load("junction-practice").sample(1)
    tables, lane = compile_tables([scene]), scene.roads.lanes[0].centre
    turn = float(np.arctan2(*(lane[1] - lane[0])[::-1]))
    aside = 9.0 * np.array([-np.sin(turn), np.cos(turn)])
    spots = tracks((*(lane[0] + 3 * (lane[1] - lane[0]) / np.hypot(*(lane[1] - lane[0]))), turn, 1.0), times=3)
    assert not off_road(spots, tables, np.zeros(1, np.int64)).any()
    away = spots._replace(x=spots.x + np.float32(aside[0]), y=spots.y + np.float32(aside[1]))
    assert off_road(away, tables, np.zeros(1, np.int64)).all()
    along = np.full(spots.x.shape, turn, np.float32)
    everybody, none = np.ones((1, 1), bool), np.zeros(spots.x.shape, np.float32)
    path = tables._replace(path=np.full((1, 1), tables.path.max(), np.int32))
    beside = lane_headings(spots, none, path, np.zeros(1, np.int64), everybody)
    assert np.cos(beside - turn) == pytest.approx(np.ones(beside.shape), abs=1e-3)
    assert not wrong_way(spots, along).any() and wrong_way(spots._replace(heading=along + np.float32(3.0)), along).all()
    assert progress(np.array([[[3.0, 5.0, 9.0]]]), np.array([[[True, True, False]]]))[0, 0] == 2.0


def test_a_red_light_is_run_at_the_time_when_it_is_red() -> None:
    scene = load("junction-practice").sample(1)
    tables = compile_tables([scene])
    a = int(np.argmax((tables.stop_group[0] >= 0).any(-1)))
    k = int(np.argmax(tables.stop_group[0, a] >= 0))
    signal = next(s for s in scene.signals if s.group == tables.stop_group[0, a, k] and s.clearance == 0.0)
    size = np.broadcast_to(np.float32(SIZE), (1, len(scene.actors), 2))
    travelled = np.zeros((1, len(scene.actors), 3), np.float32)
    travelled[0, a] = tables.stop_at[0, a, k] - 2.0 + np.array([-1.0, -0.2, 0.6])
    blank = np.zeros(travelled.shape, np.float32)
    moved = Tracks(blank, blank, blank, blank, np.ones(blank.shape, bool), size, 0.1)
    seen = set()
    for time in np.arange(0.0, 60.0, 1.7, dtype=np.float32):
        shown = np.zeros((1, 3, tables.plans.rows.shape[1]), np.int32)
        shown[0, :, signal.group] = [STATES.index(signal.state_at(float(time) + 0.1 * k)) for k in range(3)]
        found = red_lights(travelled, moved, tables, np.zeros(1, np.int64), shown)
        assert found[0, a, 2] == (signal.state_at(float(time) + 0.2) == STATES[4]) and not found[0, a, :2].any()
        seen.add(bool(found[0, a, 2]))
    assert seen == {True, False}


def test_metrics_of_a_batch_are_those_of_each_world_and_agree_with_the_core() -> None:
    core = Environments("junction-practice", 3, controlled="cars", pool=2)
    core.reset(1)
    parts: list[list[np.ndarray]] = [[], [], [], [], []]
    for _ in range(40):
        core.step(None)
        bodies = core.batch.bodies
        for part, value in zip(
            parts, (bodies.position[..., 0], bodies.position[..., 1], bodies.heading, bodies.speed, bodies.alive),
            strict=True,
        ):  # fmt: skip
            part.append(value.copy())
    x, y, heading, speed, valid = (np.stack(part, -1) for part in parts)
    size = core.pool.tables.size[core.batch.play.scene][..., :2]
    made = Tracks(x, y, heading, speed, valid, size, 0.1)
    assert not off_road(made, core.pool.tables, core.batch.play.scene)[
        valid & core.pool.tables.vehicle[core.batch.play.scene][..., None]
    ].any()
    for w in range(3):
        one = Tracks(*(part[w : w + 1] for part in made[:-1]), 0.1)
        assert np.array_equal(times_to_collision(made)[w], times_to_collision(one)[0])
        assert np.array_equal(collisions(made)[w], collisions(one)[0])


def test_gaps_between_boxes_with_round_corners() -> None:
    found = nearest_gaps(tracks((0, 0, 0, 0), (10, 0, 0, 0), (0, 5, np.pi / 2, 0), times=3))
    assert found[0, :, 0] == pytest.approx([2.0, 6.0, 2.0])
    assert nearest_gaps(tracks((0, 0, 0, 0), (1, 0, np.pi / 2, 0), times=3))[0, 0, 0] == pytest.approx(-2.0)
    assert nearest_gaps(tracks((0, 0, 0, 0), times=3))[0, 0, 0] == 100.0


def test_likelihoods_by_hand() -> None:
    slow, fast = tracks((0, 0, 0, 1.0), times=21), tracks((0, 0, 0, 11.0), times=21)
    three = Tracks(*(np.concatenate([a, a, b]) for a, b in zip(slow[:-1], fast[:-1], strict=True)), 0.1)
    total = 3 * 21 + 10 * 0.1
    assert likelihoods(three, slow)["speed"] == pytest.approx([(2 * 21 + 0.1) / total])
    assert likelihoods(three, fast)["speed"] == pytest.approx([(21 + 0.1) / total])
    assert likelihoods(three, tracks((0, 0, 0, 21.0), times=21))["speed"] == pytest.approx([0.1 / total])
    assert set(features(slow)) == set(FEATURES)
    same, other = realism(three, slow), realism(three, tracks((0, 0, 0, 21.0), times=21))
    assert 0.0 < other["kinematic"] < same["kinematic"] <= 1.0 and other["interaction"] == same["interaction"]
