"""Roundabouts: routes to every exit, and who comes in gives way to who circulates, on both sides of the road."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from agents import RuleDriver
from scenes.errors import SceneError
from scenes.files import load
from scenes.lanes import arc_lengths, project_on
from scenes.types import Actor, Scene
from sim.rollout import rollout
from sim.world import State

pytestmark = pytest.mark.untraced  # many samples: see CONTRIBUTING.md

RING = 9.0 + 6.0  # m, radius of the kerb around the ring of `written`


def written(folder: Path, extra: str = "", roads: str = "") -> Scene:
    (folder / "ring.yaml").write_text(
        f"format: 1\nroads: {{layout: roundabout, island: 9, length: 160{roads}}}\n"
        f"people: {{density: 0, crossing: 0}}\n{extra}",
        encoding="utf-8",
    )
    return load(str(folder / "ring.yaml")).sample(0)


def cars(scene: Scene, routes: list[tuple[int, int, float]]) -> list[Actor]:
    """Cars on the route from one arm to another, so far (m) along it."""
    count = len(scene.roads.lanes) // 6
    model = next(actor for actor in scene.actors if actor.kind.name == "CAR")
    found = []
    for number, (start, end, s) in enumerate(routes, 1):
        path = route(scene, start, end, count)
        speed = 4.0 if s > 0 else 0.0
        found.append(
            replace(
                model, id=number, path=path, start=abs(s), speed=speed, desired_speed=4.0, lane=start, driver="rule"
            )
        )
    return found


def route(scene: Scene, start: int, end: int, count: int) -> np.ndarray:
    """Centre line from a coming lane over the ring to a leaving lane."""
    lanes = {lane.id: lane for lane in scene.roads.lanes}
    chain = [lanes[start], lanes[2 * count + start]]
    while chain[-1].successors:
        after = chain[-1].successors
        out = [k for k in after if k == 3 * count + end]
        chain.append(lanes[out[0] if out else after[-1]])
    assert chain[-1].id == count + end
    return np.concatenate([chain[0].centre, *(lane.centre[1:] for lane in chain[1:])])


def driven(scene: Scene, actors: list[Actor], seconds: float) -> list[State]:
    return rollout([replace(scene, actors=tuple(actors))], RuleDriver(), list(np.arange(0.0, seconds, 0.25)))


@pytest.mark.parametrize("arms", [3, 4])
@pytest.mark.parametrize("traffic", ["left", "right"])
def test_every_arm_leads_to_every_other_one_around_the_middle(tmp_path: Path, arms: int, traffic: str) -> None:
    scene = written(tmp_path, roads=f", arms: {arms}, traffic: {traffic}")
    for start in range(arms):
        for end in set(range(arms)) - {start}:
            line = route(scene, start, end, arms)
            near = line[np.hypot(*line.T) < RING]
            turn = near[:-1, 0] * near[1:, 1] - near[:-1, 1] * near[1:, 0]
            assert (turn > 0).all() if traffic == "right" else (turn < 0).all()
            assert np.hypot(*np.diff(line, axis=0).T).min() > 1e-6


@pytest.mark.parametrize("traffic", ["left", "right"])
def test_who_comes_in_waits_for_who_circulates_and_then_goes(tmp_path: Path, traffic: str) -> None:
    scene = written(tmp_path, roads=f", traffic: {traffic}")
    count = 4
    before = (0 - 1) % count if traffic == "right" else 1  # the arm whose traffic passes arm 0
    passing = next(e for e in range(count) if e not in (0, before) and abs(e - 0) != 2)
    path = route(scene, 0, 2, count)
    wait = next(line for line in scene.roads.stop_lines if line.lane == 2 * count)
    into = scene.roads.lanes[2 * count].centre
    spot = [np.interp(wait.s, arc_lengths(into), into[:, k]) for k in (0, 1)]
    line, _ = project_on(path, np.array(spot))
    other = route(scene, before, passing, count)
    entry = project_on(other, scene.roads.lanes[2 * count + before].centre[-1])[0]
    pair = cars(scene, [(0, 2, line - 9.0), (before, passing, entry + 1.0)])
    together, alone = (driven(scene, group, 60.0) for group in (pair, pair[:1]))
    nose = pair[0].size[0] / 2

    def crossed(states: list[State]) -> float:
        return next(float(s.time[0]) for s in states if s.travelled[0, 0] + nose > line + 1.0)

    assert crossed(alone) < 5.0
    assert crossed(together) > crossed(alone) + 0.5
    passed = next(float(s.time[0]) for s in together if project_on(path, s.position[0, 1, :2])[0] > line + 3.0)
    assert crossed(together) > passed - 2.5
    assert not together[-1].alive[0, 0]


def test_queues_on_all_arms_dissolve(tmp_path: Path) -> None:
    scene = written(tmp_path)
    queue = []
    for arm in range(4):
        for k in range(5):
            queue.append((arm, (arm + 1 + (k + arm) % 3) % 4, -(110.0 - 8.0 * k)))
    states = driven(scene, cars(scene, queue), 120.0)
    assert not states[-1].alive.any()


@pytest.mark.parametrize(
    ("roads", "extra", "message"),
    [
        ("crossing: signals", "", "roads.crossing: a roundabout has zebras or no crossings"),
        ("length: 60", "", "roads.length: 60 m is too short for the roundabout; it needs 74 m"),
        ("island: 12", "ego: {lane: 0}\n", "ego: an ego needs a street or a junction, not a roundabout"),
        ("island: 3", "", "roads.island: 3 m is outside [8, 25] m"),
    ],
)
def test_what_a_roundabout_cannot_have_is_one_clear_line(tmp_path: Path, roads: str, extra: str, message: str) -> None:
    (tmp_path / "ring.yaml").write_text(f"format: 1\nroads: {{layout: roundabout, {roads}}}\n{extra}", encoding="utf-8")
    with pytest.raises(SceneError) as error:
        load(str(tmp_path / "ring.yaml"))
    assert message in str(error.value)
    assert "\n" not in str(error.value)
