"""Lights with a controller: turns on flashing arrows give way, green follows demand, people call."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from agents import RuleDriver
from agents.environments import Environments
from renderers.signals import section_height, signal_mesh
from scenes.errors import SceneError
from scenes.files import load
from scenes.kinds import Kind
from scenes.lanes import arc_lengths
from scenes.people import sample_person
from scenes.population_control import turn_look
from scenes.population_signals import stacked
from scenes.seeds import rng_for
from scenes.signals import sample_signal
from scenes.types import Actor, Floats, Scene, Signal
from scenes.vehicles import sample_vehicle
from sim.egoview import FIELDS, observe_ego
from sim.lights import STAGE, STEP, state_of
from sim.rollout import rollout
from sim.tables import compile_tables
from sim.world import State, compile_world
from tests.scene_contacts import contacts, drive
from tests.sizes import size

pytestmark = pytest.mark.untraced  # many samples: see CONTRIBUTING.md

BARE = """
format: 1
roads: {{layout: {layout}, crossing: signals, length: 140{more}}}
buildings: {{share: 0}}
parked: {{occupancy: 0}}
vehicles: {{moving: false}}
people: {{density: 0, crossing: 0}}
furniture: {{density: 0, trees: 0, clutter: 0}}
signals: {{mode: {mode}, turns: {turns}, green: {green}, minimum: 5}}
cameras: [{{kind: pavement}}]
"""
TIMES = [0.25 * k for k in range(1, 200)]
Place = Callable[..., Scene]


@pytest.fixture
def bare(write_scene: Callable[..., Path]) -> Place:
    """An empty junction with turn lanes, or a street, and the actors that are handed over."""

    def place(actors: Sequence[Actor] = (), layout: str = "junction", mode: str = "actuated",
              turns: str = "flashing-arrow", green: float = 30.0) -> Scene:  # fmt: skip
        more = ", turn_lanes: true" if layout == "junction" else ""
        text = BARE.format(layout=layout, more=more, mode=mode, turns=turns, green=green)
        scene = load(str(write_scene(text))).sample(0)
        numbered = tuple(Actor(**{**vars(actor), "id": 100 + k}) for k, actor in enumerate(actors))
        return Scene(**{**vars(scene), "actors": numbered})

    return place


def way(scene: Scene, *lanes: int) -> Floats:
    """The path over lanes."""
    return np.concatenate([scene.roads.lanes[lane].centre[(1 if k else 0) :] for k, lane in enumerate(lanes)])


def straight(scene: Scene, arm: int) -> tuple[int, ...]:
    link = next(n for n in scene.roads.lanes[arm].successors if scene.roads.lanes[n].successors[0] == 4 + (arm + 2) % 4)
    return arm, link, 4 + (arm + 2) % 4


def across(scene: Scene, arm: int) -> tuple[int, ...]:
    (link,) = scene.roads.lanes[8 + arm].successors
    return 8 + arm, link, scene.roads.lanes[link].successors[0]


def car(scene: Scene, lanes: tuple[int, ...], before: float, speed: float = 7.0) -> Actor:
    """A car whose front is `before` metres from its stop line."""
    look = sample_vehicle(rng_for(1, lanes[0]), Kind.CAR)
    stop = next(line.s for line in scene.roads.stop_lines if line.lane == lanes[0])
    start, path = stop - before - look.length / 2, way(scene, *lanes)
    return Actor(1, Kind.CAR, look, look.size, path, start, speed, speed, 0.0, behaviour="drive", lane=lanes[0])


def walker(scene: Scene, crossing: int, start: float, speed: float) -> Actor:
    """Somebody who crosses, `start` metres from the first kerb."""
    look, place = sample_person(rng_for(1, "walker")), scene.roads.crossings[crossing]
    unit = (place.end - place.start) / np.hypot(*(place.end - place.start))
    path = np.linspace(place.start - 8.0 * unit, place.end + 1.0 * unit, 60)
    return Actor(1, Kind.PEDESTRIAN, look, look.size, path, 8.0 + start, speed, speed, 0.0, path_z=np.zeros(60))


def stages(states: Sequence[State], b: int = 0) -> list[tuple[int, int]]:
    """Stage and step of every state."""
    found = []
    for state in states:
        assert state.control is not None
        found.append((int(state.control[b, STAGE]), int(state.control[b, STEP])))
    return found


def test_a_turn_on_the_flashing_arrow_with_nobody_about_goes_at_once(bare: Place) -> None:
    empty = bare()
    scene = bare([car(empty, across(empty, 0), 15.0, 5.0)])
    states = rollout([scene], RuleDriver(), TIMES[:48])
    assert min(float(state.speed[0, 0]) for state in states) > 3.5
    line = scene.roads.lanes[across(scene, 0)[2]].centre[0]
    assert np.hypot(*(states[-1].position[0, 0, :2] - line)) < 40.0


def test_a_turn_on_the_flashing_arrow_lets_the_oncoming_pass_and_goes(bare: Place) -> None:
    empty = bare()
    coming = [car(empty, straight(empty, 2), 30.0 + 18.0 * k, 8.0) for k in range(4)]
    scene = bare([car(empty, across(empty, 0), 15.0, 5.0), *coming])
    states, touched = drive([scene], 45.0)
    assert touched == []
    still = [state for state in states if state.speed[0, 0] < 0.5]
    assert still, "it waits"
    stop = next(line.s for line in scene.roads.stop_lines if line.lane == 8)
    assert float(still[-1].travelled[0, 0]) > stop, "beyond the stop line, as drivers do"
    for state in still:
        assert stages([state])[0] == (0, 0), "it is the arrow that it has"
    middle = [state for state in states if state.travelled[0, 0] > still[-1].travelled[0, 0] + 6.0]
    assert middle and all(float(state.position[0, 4, 0]) > -2.0 for state in middle), "after the last one"
    assert stages(middle)[0] == (0, 0)


def test_a_turn_on_the_flashing_arrow_waits_for_people_on_the_crossing_that_it_turns_into(bare: Place) -> None:
    empty = bare()
    target = across(empty, 0)[2] - 4
    scene = bare([car(empty, across(empty, 0), 15.0, 5.0), walker(empty, target, 0.5, 0.7)])
    states = rollout([scene], RuleDriver(), TIMES)
    crossing = scene.roads.crossings[target]
    length = float(np.hypot(*(crossing.end - crossing.start)))
    for state in states:
        if 8.0 < state.travelled[0, 1] < 8.0 + length:
            away = np.hypot(*(state.position[0, 0, :2] - (crossing.start + crossing.end) / 2))
            assert away > crossing.width / 2 + scene.actors[0].size[0] / 2
    assert min(float(state.speed[0, 0]) for state in states) < 0.3
    assert not [c for state in states for c in contacts(scene, state, 0, compile_tables([scene]).ground)]
    assert float(states[-1].travelled[0, 0]) > arc_lengths(way(scene, *across(scene, 0)[:2]))[-1] + 10.0


def test_protected_turns_have_the_oncoming_held(bare: Place) -> None:
    empty = bare(turns="protected", mode="fixed")
    actors = [car(empty, across(empty, 0), 12.0, 5.0), car(empty, straight(empty, 2), 30.0)]
    scene = bare(actors, turns="protected", mode="fixed")
    states, touched = drive([scene], 12.0)
    assert touched == [] and min(float(state.speed[0, 0]) for state in states) > 3.0
    assert float(states[-1].speed[0, 1]) < 6.0


def test_green_stays_while_nobody_waits(bare: Place) -> None:
    empty = bare()
    states = rollout([empty, bare([car(empty, straight(empty, 0), 30.0)])], RuleDriver(), TIMES)
    assert set(stages(states, 0)) == set(stages(states, 1)) == {(0, 0)}


def test_green_ends_at_the_passage_time_when_somebody_waits(bare: Place) -> None:
    empty = bare()
    scene = bare([car(empty, straight(empty, 1), 20.0)])
    seen = stages(rollout([scene], RuleDriver(), TIMES))
    changed = TIMES[seen.index((0, 1))]
    assert 5.0 <= changed < 7.5
    assert seen.index((1, 0)) == pytest.approx(seen.index((0, 1)) + 20, abs=2)  # 3 s of yellow, 2 s of red
    assert seen[-1] == (1, 0), "and it rests there"


def test_vehicles_extend_green_up_to_the_maximum(bare: Place) -> None:
    empty = bare(green=12.0)
    stream = [car(empty, straight(empty, 0), 5.0 + 17.0 * k, 8.0) for k in range(6)]
    free = stages(rollout([bare([*stream, car(empty, straight(empty, 1), 8.0)], green=40.0)], RuleDriver(), TIMES))
    bound = stages(rollout([bare([*stream, car(empty, straight(empty, 1), 8.0)], green=8.0)], RuleDriver(), TIMES))
    long, short = TIMES[free.index((0, 1))], TIMES[bound.index((0, 1))]
    assert short == pytest.approx(8.0, abs=1.0)
    assert long > short + 4.0


def test_people_call_their_stage_and_cross_while_vehicles_are_held(bare: Place) -> None:
    empty = bare(layout="street")
    assert set(stages(rollout([empty], RuleDriver(), TIMES))) == {(0, 0)}
    scene = bare([walker(empty, 0, -6.0, 1.3)], layout="street")
    states = rollout([scene], RuleDriver(), TIMES)
    seen = stages(states)
    length = float(np.hypot(*(scene.roads.crossings[0].end - scene.roads.crossings[0].start)))
    on = [k for k, state in enumerate(states) if 8.0 < state.travelled[0, 0] < 8.0 + length and state.alive[0, 0]]
    assert on and {seen[k][0] for k in on} == {1}
    assert seen[-1] == (1, 0), "nobody else comes"
    assert not states[-1].alive[0, 0]


def test_a_world_is_the_same_alone_and_in_a_batch(bare: Place) -> None:
    scenes = [load("turns").sample(k) for k in (0, 2)] + [load("street").sample(0)]
    together = rollout(scenes, RuleDriver(), [8.0, 16.0])
    for b, scene in enumerate(scenes):
        alone = rollout([scene], RuleDriver(), [8.0, 16.0])
        for mine, theirs in zip(alone, together, strict=True):
            count = len(scene.actors)
            assert np.array_equal(mine.position[0], theirs.position[b, :count])
            if scene.controller is not None:
                assert mine.control is not None and theirs.control is not None
                assert np.array_equal(mine.control[0], theirs.control[b])
            else:
                assert mine.control is None


def test_what_is_seen_is_what_the_controller_shows(bare: Place) -> None:
    empty = bare()
    scene = bare([car(empty, straight(empty, 1), 20.0), car(empty, across(empty, 0), 30.0, 2.0)])
    tables, red, green = compile_tables([scene], compile_world([scene])), FIELDS.index("red"), FIELDS.index("green")
    for state in rollout([scene], RuleDriver(), [1.0, 5.5, 6.5, 9.0]):
        assert state.control is not None
        out = observe_ego(tables, state)[0, 0]
        head = next(signal for signal in scene.signals if signal.group == 1)
        shown = state_of(scene, head, float(state.time[0]), state.control[0])
        if out[FIELDS.index("stop")] < 1.0:
            assert (out[red], out[green]) == (shown == "red", shown == "green")


def test_nobody_touches_anybody_in_a_minute_of_the_library_scene() -> None:
    for k in size((3,), (0, 3)):
        states, touched = drive([load("turns").sample(k)], 60.0)
        assert [str(contact) for contact in touched] == []
        assert len(set(stages(states))) > 3


@pytest.mark.parametrize("mode", ["off", "flashing-yellow"])
def test_groups_without_heads_are_dark(bare: Place, mode: str) -> None:
    tables = compile_tables([bare(mode=mode)])
    assert tables.crossing_group.max() < tables.plans.rows.shape[1]


@pytest.mark.parametrize(("traffic", "turn", "lane"), [("right", "left", 9), ("left", "right", 9), ("left", "left", 1)])
def test_an_ego_that_turns_across_comes_on_the_turn_lane(tmp_path: Path, traffic: str, turn: str, lane: int) -> None:
    file = tmp_path / "ego.yaml"
    more = f"roads: {{turn_lanes: true, traffic: {traffic}}}\nego: {{lane: 1, turn: {turn}, before: 20}}\n"
    file.write_text(f"format: 1\nextends: library/junction-practice\n{more}", encoding="utf-8")
    scene = load(str(file)).sample(0)
    ego = next(actor for actor in scene.actors if actor.id == scene.ego)
    first, last = ego.path[1] - ego.path[0], ego.path[-1] - ego.path[-2]
    bend = first[0] * last[1] - first[1] * last[0]
    assert ego.lane == lane
    assert (bend > 0.0) == (turn == "left") and abs(bend) > 0.5 * np.hypot(*first) * np.hypot(*last)


def test_environments_run_the_controller() -> None:
    core = Environments("turns", 2, controlled="cars", pool=2, time_limit=60.0)
    core.reset()
    seen = set()
    for _ in range(300):
        core.step(core.rule_actions())
        seen |= {tuple(row[:2]) for row in core.batch.bodies.control.tolist()}
    assert len(seen) > 3
    assert core.state(0).control is not None


@pytest.mark.parametrize("turns", ["protected", "flashing-arrow", "protected-flashing-arrow"])
def test_the_section_that_is_lit_glows_at_its_height(turns: str) -> None:
    look = turn_look(sample_signal(rng_for(3, turns)), turns, 1.0)
    for place, section in enumerate(look.sections):
        mesh = signal_mesh(look, section)
        glowing = np.array([max(m.emission) > 0 for m in mesh.palette])[mesh.materials]
        height = mesh.positions[mesh.triangles[glowing]][..., 2].mean()
        assert abs(height - section_height(look, place)) < 0.3 * look.spacing


@pytest.mark.parametrize("turns", ["protected", "protected-flashing-arrow"])
def test_sections_of_a_horizontal_head_stand_side_by_side_from_the_left(turns: str) -> None:
    look = stacked(turn_look(sample_signal(rng_for(3, turns)), turns, 1.0), "horizontal")
    for place, section in enumerate(look.sections):
        mesh = signal_mesh(look, section)
        glowing = np.array([max(m.emission) > 0 for m in mesh.palette])[mesh.materials]
        spot = mesh.positions[mesh.triangles[glowing]].reshape(-1, 3).mean(0)
        assert abs(spot[1] + section_height(look, place)) < 0.3 * look.spacing  # a viewer's left is model -y
        assert abs(spot[2]) < 0.3 * look.spacing
    low, high = signal_mesh(replace(look, visor="none"), "off").extent
    assert look.size[1] > look.size[2]
    assert 0.95 * look.size[1] < high[1] - low[1]  # housings of stacked boxes leave out the margins


def walk_lights(scene: Scene) -> list[Signal]:
    return [signal for signal in scene.signals if signal.clearance > 0.0]


@pytest.mark.parametrize("mode", ["actuated", "fixed"])
def test_lights_for_people_are_green_while_vehicles_are_held_long_enough(tmp_path: Path, mode: str) -> None:
    file = tmp_path / "walk.yaml"
    text = f"format: 1\nextends: library/turns\nsignals: {{mode: {mode}, people: true}}\nroads: {{crossing: signals}}\n"
    file.write_text(text, encoding="utf-8")
    scene = load(str(file)).sample(1)
    lights = walk_lights(scene)
    assert len(lights) >= 4
    times = [0.5 * k for k in range(1, 160)]
    shown = [
        [(state_of(scene, s, t, row), state_of(scene, replace(s, clearance=0.0), t, row)) for s in lights]
        for t, row in ((t, None if state.control is None else state.control[0])
                       for t, state in zip(times, rollout([scene], RuleDriver(), times), strict=True))
    ]  # fmt: skip
    assert {people for row in shown for people, _ in row} == {"red", "green"}
    for k, row in enumerate(shown):
        for n, (people, vehicles) in enumerate(row):
            if people != "green":
                continue
            assert vehicles == "red"
            held = [later[n][1] == "red" for later in shown[k : k + int(lights[n].clearance / 0.5)]]
            assert all(held)  # who sets out now reaches the other side


def test_lights_for_people_stand_at_the_ends_of_their_crossing_and_face_the_other() -> None:
    scene = load("turns").sample(1)
    ends = {c.signal_group: [] for c in scene.roads.crossings}
    for crossing in scene.roads.crossings:
        ends[crossing.signal_group] += [(crossing.start, crossing.end), (crossing.end, crossing.start)]
    for signal in walk_lights(scene):
        near, far = min(ends[signal.group], key=lambda pair: float(np.hypot(*(pair[0] - signal.position[:2]))))
        assert np.hypot(*(near - signal.position[:2])) < 5.0
        toward = np.array([math.cos(signal.heading), math.sin(signal.heading)]) @ (far - near)
        assert toward > 0.99 * np.hypot(*(far - near))


def test_turn_lanes_belong_to_junctions(write_scene: Callable[..., Path]) -> None:
    path = write_scene("format: 1\nroads: {layout: street, turn_lanes: true}\n")
    with pytest.raises(SceneError, match="turn_lanes"):
        load(str(path)).sample(0)


def test_heads_of_turn_lanes_hang_over_nothing_and_face_their_lane() -> None:
    for k in range(size(8, 30)):
        scene = load("turns").sample(k)
        for group, lane in ((2, 8), (3, 9)):
            heads = [head for head in scene.signals if head.group == group]
            ways = [scene.roads.lanes[lane + step].centre for step in (0, 2)]
            assert len(heads) == 2
            for head in heads:
                assert {"arrow-left", "arrow-right"} >= set(head.look.symbols)
                toward = [np.diff(line[-2:], axis=0)[0] for line in ways]
                facing = np.array([math.cos(head.heading), math.sin(head.heading)])
                assert min(float(facing @ u) / float(np.hypot(*u)) for u in toward) < -0.9
