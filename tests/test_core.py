"""The batched core: who is near whom, contacts within a step, consequences, the wide view, cost of an agent."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from agents.environments import Environments
from agents.judging import OUTCOMES
from scenes.files import load
from scenes.seeds import rng_for
from scenes.types import Scene
from sim.bodies import bodies_of
from sim.contacts import boxes_meet, boxes_touch, closest_to_box, gap_to_box, wrong_way
from sim.egoview import EGO, HEAD, PER, ROUTE, SIZE, WIDE, WIDE_FIELDS
from sim.kernels import drive
from sim.near import REACH, empty_near, find_near
from sim.places import AROUND, EDGE, MOST, PLACE
from sim.tables import compile_tables
from sim.world import compile_world, initial_state
from tests.test_sim import LANE, car, make

pytestmark = pytest.mark.untraced  # many samples: see CONTRIBUTING.md


def test_the_grid_finds_whoever_is_within_reach() -> None:
    scene = make(tuple(car(k + 1, 60.0, 5.0, 10.0) for k in range(40)))
    tables = compile_tables([scene])
    near = empty_near(tables.cells, 40)
    rng = rng_for(0, "near")
    for spread in (30.0, 200.0, 900.0):  # the last one leaves the grid
        state = initial_state(compile_world([scene]))
        state.position[0, :, :2] = rng.uniform(-spread, spread, (40, 2))
        state.alive[0, rng.integers(0, 40, 6)] = False
        find_near(0, 0, tables, bodies_of(state), near)
        spots = state.position[0, :, :2]
        gaps = np.linalg.norm(spots[:, None] - spots[None], axis=2)
        alive = state.alive[0]
        wanted = (gaps < float(REACH)) & alive[:, None] & alive[None] & ~np.eye(40, dtype=bool)
        for a in range(40):
            row = slice(near.first[a], near.first[a + 1])
            assert sorted(near.other[row]) == np.flatnonzero(wanted[a]).tolist()
            assert near.square[row] == pytest.approx(gaps[a, near.other[row]] ** 2, rel=1e-5)


def test_boxes_meet_where_they_touch_at_some_time_of_a_step() -> None:
    rng, found = rng_for(0, "swept"), 0
    for _ in range(300):
        end, move = rng.uniform(-6, 6, 2), rng.uniform(-9, 9, 2)
        one, other = (
            (math.cos(turn), math.sin(turn), 0.5 * rng.uniform(2, 9), 0.5 * rng.uniform(0.4, 2.5))
            for turn in rng.uniform(-4, 4, 2)
        )

        def at_times(grown: float, end: np.ndarray = end, move: np.ndarray = move) -> bool:
            sizes = (other[2] + grown, other[3] + grown)  # noqa: B023
            spots = (end - share * move for share in np.linspace(0.0, 1.0, 300))
            return any(boxes_touch(*spot, *one, *other[:2], *sizes) for spot in spots)  # noqa: B023

        if at_times(0.05) == at_times(-0.05):
            assert boxes_meet(*end, *move, *one, *other) == at_times(0.0)
            found += at_times(0.0)
            gap = min(gap_to_box(*(end - t * move), *one) for t in np.linspace(0.0, 1.0, 400))
            assert closest_to_box(*end, *move, *one) == pytest.approx(gap, abs=0.08)
    assert 60 < found < 250


def test_who_passes_in_the_other_lane_is_not_met() -> None:
    for turn in (0.0, math.pi):
        other = (math.cos(turn), math.sin(turn), 2.2, 0.9)
        assert not boxes_meet(1.0, 3.2, -1.8, 0.0, 1.0, 0.0, 2.2, 0.9, *other)  # apart on two axes, which do not move
        assert boxes_meet(1.0, 1.7, -1.8, 0.0, 1.0, 0.0, 2.2, 0.9, *other)
        assert boxes_meet(-5.0, 1.7, -12.0, 0.0, 1.0, 0.0, 2.2, 0.9, *other)  # passed within the step
        assert not boxes_meet(-5.0, 1.7, -0.5, 0.0, 1.0, 0.0, 2.2, 0.9, *other)


def head_on(speed: float) -> Scene:
    """Two cars that drive towards each other on one line, and one that stands far away."""
    cars = (car(1, 100.0, speed, speed), car(2, 100.0, speed, speed, LANE[::-1].copy()))
    return make(cars)


@pytest.mark.parametrize("speed", [5.0, 20.0, 40.0])
def test_nothing_tunnels(speed: float) -> None:
    core = Environments([head_on(speed)], 1, controlled="cars", consequence="remove", autoreset=False)
    core.reset(0)
    for _ in range(400):
        step = core.step(np.zeros((1, 2, 2), np.float32))
        if (step.outcome > 0).any():
            break
    assert {OUTCOMES[k] for k in step.outcome[0]} == {"collision"}


def test_consequences_are_a_choice() -> None:
    for consequence in ("remove", "stop", "respawn"):
        core = Environments([head_on(20.0)], 1, controlled="cars", consequence=consequence, autoreset=False)
        core.reset(0)
        start = core.batch.bodies.travelled.copy()
        while not (core.step(np.zeros((1, 2, 2), np.float32)).outcome > 0).any():
            assert core.batch.play.active.all()
        bodies = core.batch.bodies
        spots = bodies.position.copy()
        core.step(np.zeros((1, 2, 2), np.float32))
        assert bodies.alive.all() == (consequence != "remove") == bodies.alive.any()
        assert core.batch.play.active.all() == (consequence == "respawn")
        if consequence == "stop":
            assert np.array_equal(bodies.position, spots) and not bodies.speed.any()
            assert (bodies.travelled > start + 20.0).all()
    with pytest.raises(ValueError, match="consequence: 'explode' is none of remove, stop, respawn"):
        Environments([head_on(20.0)], 1, consequence="explode")


def test_a_step_of_the_single_track_model_is_exact() -> None:
    """With the front wheels at one angle the way is an arc: a long step ends where the closed formula does."""
    steer, base, speed, push, dt = 0.35, 2.7, 8.0, 1.5, 0.5
    x, y, turn, v, _, _, way = drive(1.0, 2.0, 0.4, speed, steer, push, steer, base, dt)
    beta = math.atan(0.5 * math.tan(steer))
    radius, arc = base / (math.cos(beta) * math.tan(steer)), speed * dt + 0.5 * push * dt**2
    assert (v, way) == pytest.approx((speed + push * dt, arc))
    assert turn - 0.4 == pytest.approx(arc / radius, rel=1e-6)
    direction = 0.4 + beta
    assert x - 1.0 == pytest.approx(radius * (math.sin(direction + arc / radius) - math.sin(direction)), rel=1e-5)
    assert y - 2.0 == pytest.approx(radius * (math.cos(direction) - math.cos(direction + arc / radius)), rel=1e-5)


def test_wrong_way_is_told_by_the_nearest_lane() -> None:
    scene = make((car(1, 60.0, 8.0, 10.0),))
    tables = compile_tables([scene])
    for turn, expected in ((0.0, False), (1.3, False), (1.9, True), (math.pi, True)):
        core = Environments([scene], 1)
        core.reset(0)
        sight = core.batch.sights
        sight.cosine[0, 0], sight.sine[0, 0] = math.cos(turn), math.sin(turn)
        row = type(sight)(*(part[0] for part in sight))
        assert wrong_way(0, 0, 0, np.float32(2.0), tables, core.batch.bodies, row) is expected
        assert not wrong_way(0, 0, 0, np.float32(0.5), tables, core.batch.bodies, row)  # on its own route


def test_the_wide_view_holds_the_ego_view_and_the_lanes_around() -> None:
    core = Environments("junction-practice", 3, controlled="cars", pool=2, view="wide")
    narrow = Environments("junction-practice", 3, controlled="cars", pool=2)
    core.reset(1), narrow.reset(1)
    for _ in range(30):
        core.step(None), narrow.step(None)
    wide, ego = core.observations, narrow.observations
    assert wide.shape[-1] == WIDE == len(WIDE_FIELDS) == len(set(WIDE_FIELDS)) and 1600 < WIDE < 2000
    assert np.abs(wide).max() <= 1.0
    assert np.array_equal(wide[..., :SIZE], ego) and WIDE_FIELDS[: len(EGO)] == EGO
    places = wide[..., WIDE - MOST * len(PLACE) :].reshape(*wide.shape[:-1], MOST, len(PLACE))
    assert (places[..., 6] == 1.0).sum(-1).min() > 50
    near = np.hypot(places[..., 0], places[..., 1]) * (AROUND + EDGE)
    assert np.where(places[..., 6] > 0, near, np.inf).min(-1).max() < 6.0  # there is a lane under every car
    neighbours = wide[..., HEAD + 2 * ROUTE : WIDE - MOST * len(PLACE)].reshape(*wide.shape[:-1], -1, PER)
    assert neighbours[..., 9].sum(-1).max() > 8
    with pytest.raises(ValueError, match="view: 'tall' is none of ego, wide"):
        Environments("junction-practice", 1, pool=1, view="tall")


def test_rules_decide_for_everybody_where_no_actions_are_given() -> None:
    core = Environments("junction-practice", 32, controlled="cars", pool=4, time_limit=90.0)
    again = Environments("junction-practice", 1, controlled="cars", pool=4, time_limit=90.0, first=7)
    core.reset(2), again.reset(2)
    outcomes = np.zeros(len(OUTCOMES), int)
    for _ in range(600):
        step, alone = core.step(None), again.step(None)
        assert np.array_equal(step.observations[7], alone.observations[0])
        outcomes += np.bincount(step.outcome[step.active], minlength=len(OUTCOMES))
    assert outcomes[OUTCOMES.index("success")] > 100
    assert outcomes[OUTCOMES.index("red_light")] == outcomes[OUTCOMES.index("person_hit")] == 0


def test_nobody_enters_into_somebody_else(write_scene: Callable[..., Path]) -> None:
    """Found in crowded streets: cars for which there was no room were put into others."""
    scene = load(
        write_scene("format: 1\nroads: {layout: tjunction}\nvehicles: {spacing: 9}\ncameras: [{kind: pavement}]\n")
    )
    core = Environments([scene.sample(k) for k in range(8)], 8, controlled="cars", each=True)
    core.reset(seed=0)
    present = core.batch.play.active.sum()
    for _ in range(60):
        step = core.step(None)
        assert not (step.outcome[step.active] == OUTCOMES.index("collision")).any()
    assert 0.9 * (core.batch.play.slots >= 0).sum() < present < (core.batch.play.slots >= 0).sum()


def test_an_agent_takes_less_than_a_kilobyte() -> None:
    core = Environments("junction-practice", 64, controlled="cars", pool=2)
    batch = core.batch
    arrays = [a for part in (batch.bodies, batch.sights, batch.verdicts, batch.play, batch[5:]) for a in part]
    own = {id(a): a.nbytes for a in arrays if isinstance(a, np.ndarray)}
    seen = batch.views.nbytes + batch.final.nbytes
    assert sum(own.values()) - seen < 1000 * core.num_envs * core.pool.tables.exists.shape[1]
    assert replace(core.pool, scenes=()).tables is core.pool.tables
