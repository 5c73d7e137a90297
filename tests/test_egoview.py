"""What a trained driver sees: made by hand, alone and in a batch, in environments and in rollouts."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
import pytest

from agents import RuleDriver
from agents.actions import PUSH, controls
from agents.environments import Environments
from scenes.files import load
from sim.egoview import EGO, FIELDS, HEAD, PER, ROUTE, SIZE, observe_ego
from sim.kernels import MAX_STEER
from sim.rollout import rollout
from sim.tables import LEFT, RIGHT, compile_tables
from sim.views import view_named
from sim.world import F4, State, compile_world, initial_state
from tests.test_sim import LANE, car, make, walker


def view_of(scene: object, state: State | None = None) -> F4:
    world = compile_world([scene])  # type: ignore[list-item]
    return observe_ego(compile_tables([scene], world), state or initial_state(world))  # type: ignore[list-item]


def field(view: F4, name: str) -> float:
    return float(view[FIELDS.index(name)])


def squashed(value: float, scale: float) -> float:
    return value / (abs(value) + scale)


def test_a_car_sees_itself_its_route_and_the_car_ahead() -> None:
    scene = make((car(1, 60.0, 8.0, 10.0), car(2, 100.0, 5.0, 10.0)))
    view = view_of(scene)[0, 0]
    ego, ahead = scene.actors
    assert field(view, "speed") == pytest.approx(8.0 / 25.0)
    assert field(view, "remaining") == pytest.approx(squashed(340.0, 20.0), abs=1e-5)
    gap = 40.0 - (ego.size[0] + ahead.size[0]) / 2
    assert field(view, "gap") == pytest.approx(squashed(gap, 10.0), abs=1e-5)
    assert field(view, "gap_speed") == pytest.approx(squashed(5.0, 5.0), abs=1e-5)
    assert field(view, "route0_x") == pytest.approx(squashed(1.62, 10.0), abs=1e-4)
    assert field(view, "route15_x") == pytest.approx(squashed(54.72, 10.0), abs=1e-4)
    first = view[HEAD + 2 * ROUTE : HEAD + 2 * ROUTE + PER]
    assert first == pytest.approx(
        [squashed(40.0, 10.0), 0.0, 0.5, 0.0, 1.0, 0.0, ahead.size[0] / 15, ahead.size[1] / 3, 0.0, 1.0], abs=1e-5
    )
    assert np.all(view[HEAD + 2 * ROUTE + PER :] == 0.0)


def test_what_is_passed_over_early_is_not_on_the_route() -> None:
    core = Environments("junction-practice", 12, controlled="cars", pool=12, each=True)
    core.reset(0)
    wide = core.pool.tables.rim.copy()
    wide[:, RIGHT], wide[:, LEFT] = -np.inf, np.inf
    leads = 0
    for k in range(40):
        core.step(np.full((12, core.rows, 2), 0.3 - 0.1 * (k % 5), np.float32))
        bodies = core.batch.bodies
        state = State(**{name: getattr(bodies, name) for name in bodies._fields})
        views = observe_ego(core.pool.tables, state)
        assert np.array_equal(views, observe_ego(core.pool.tables._replace(rim=wide), state))
        leads += int((views[..., FIELDS.index("gap")] < 1.0).sum())
    assert leads > 1000


@pytest.mark.parametrize("places", [(100.0, 115.0), (115.0, 100.0)])
def test_the_nearest_counts_whoever_comes_first(places: tuple[float, float]) -> None:
    scene = make((car(1, 60.0, 8.0, 10.0), *(car(k + 2, place, 5.0, 10.0) for k, place in enumerate(places))))
    nearest = scene.actors[1 + places.index(100.0)]
    gap = 40.0 - (scene.actors[0].size[0] + nearest.size[0]) / 2
    assert field(view_of(scene)[0, 0], "gap") == pytest.approx(squashed(gap, 10.0), abs=1e-5)


def test_offset_heading_and_the_way_back() -> None:
    scene = make((car(1, 60.0, 8.0, 10.0),))
    state = initial_state(compile_world([scene]))
    state.position[0, 0, 1], state.heading[0, 0] = 0.8, 0.1
    view = view_of(scene, state)[0, 0]
    assert field(view, "offset") == pytest.approx(0.2, abs=1e-5)
    assert field(view, "heading_error") == pytest.approx(0.1 / 1.5, abs=1e-5)
    assert field(view, "route_steering") < -0.05
    assert field(view, "route3_y") < -0.2


def test_people_on_and_before_a_crossing_are_seen_behind_a_crowd() -> None:
    crowd = tuple(walker(10 + k, np.array([[120.0 + k, 6.0], [300.0, 6.0]]), 1.0) for k in range(9))
    crossing = walker(2, np.array([[200.0, -4.0], [200.0, 4.0]]), 1.0)
    scene = make((car(1, 155.0, 8.0, 10.0), crossing, *crowd))
    scene = replace(scene, actors=(scene.actors[0], *crowd, crossing))
    view = view_of(scene)[0, 0]
    assert field(view, "approached") == 1.0 and field(view, "occupied") == 0.0
    near = view[HEAD + 2 * ROUTE :].reshape(-1, PER)
    assert np.any(np.abs(near[:, 0] - squashed(45.0, 10.0)) < 1e-4)
    state = initial_state(compile_world([scene]))
    for y, heading, occupied in ((0.0, math.pi / 2, 1.0), (3.0, math.pi / 2, 0.0), (-2.5, math.pi / 2, 1.0)):
        state.position[0, -1, :2], state.heading[0, -1], state.travelled[0, -1] = (200.0, y), heading, y + 4.0
        assert field(view_of(scene, state)[0, 0], "occupied") == occupied, y


def test_numbers_are_bounded_and_worlds_do_not_disturb_each_other() -> None:
    scenes = [load(name).sample(k) for k in range(2) for name in ("junction-practice", "crossing-practice", "street")]
    states = rollout(scenes, RuleDriver(), [3.0])[0]
    together = view_named("ego", compile_world(scenes))(states)
    assert together.shape[-1] == SIZE == len(FIELDS) and np.abs(together).max() <= 1.0
    for b, scene in enumerate(scenes):
        alone = view_named("ego", compile_world([scene]))(rollout([scene], RuleDriver(), [3.0])[0])
        assert np.array_equal(together[b, : alone.shape[1]], alone[0])
        follows = np.array([len(actor.path) > 1 for actor in scene.actors])
        assert np.all(alone[0, ~follows] == 0.0) and np.any(alone[0, follows] != 0.0)


def test_an_environment_shows_what_a_rollout_shows() -> None:
    core = Environments("junction-practice", 2, pool=3)
    core.reset(5)
    for _ in range(60):
        core.step(core.rule_actions())
    for e in range(2):
        seen = view_of(core.scene(e), core.state(e))[0, core.egos(e)[0]]
        assert np.array_equal(seen, core.observations[e, 0])


def test_actions_mean_acceleration_and_steering() -> None:
    view = view_of(make((car(1, 60.0, 3.0, 10.0),)))[0, :1]
    meant = controls(np.array([[1.0, 0.0]], np.float32), view)
    assert meant[0] == pytest.approx([PUSH, 0.0], abs=1e-5)
    meant = controls(np.array([[-1.0, 1.0]], np.float32), view)
    assert meant[0, 0] == pytest.approx(-7.0) and 0.3 < meant[0, 1] <= MAX_STEER


@dataclass(frozen=True)
class Sprinter:
    """Sees the ego's view and accelerates."""

    view: str = "ego"

    def act(self, observations: F4, memory: F4 | None) -> tuple[F4, F4 | None]:
        assert observations.shape[-1] == SIZE
        actions = np.zeros((*observations.shape[:-1], 2), np.float32)
        actions[..., 0] = 0.5
        return controls(actions, observations), memory


def test_a_rollout_gives_each_policy_its_view() -> None:
    scene = make((car(1, 60.0, 8.0, 8.0), car(2, 160.0, 8.0, 8.0)))
    mask = np.array([[False, True]])
    state = rollout([scene], RuleDriver(), [4.0], [(Sprinter(), mask)])[0]
    assert state.speed[0, 0] == pytest.approx(8.0, abs=0.2)
    assert state.speed[0, 1] == pytest.approx(8.0 + 0.5 * PUSH * 4.0, abs=0.01)
    assert abs(state.position[0, 1, 1]) < 0.01 and len(LANE) > 2
    with pytest.raises(ValueError, match="'nothing' is none of path, ego"):
        rollout([scene], replace(Sprinter(), view="nothing"), [1.0])


def test_the_names_of_the_fields_are_unique() -> None:
    assert len(set(FIELDS)) == SIZE and FIELDS[: len(EGO)] == EGO
