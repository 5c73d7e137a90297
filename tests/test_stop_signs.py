"""Stop signs: everybody comes to a halt, then gives way and goes on; where signs stand."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import pytest

from agents.environments import Environments
from agents.judging import COLLIDED, HIT
from scenes.errors import SceneError
from scenes.files import SceneTemplate, load
from scenes.roads_parts import ground_height
from scenes.types import Scene
from sim.halts import BEFORE, STILL
from sim.world import compile_world
from tests.scene_contacts import drive
from tests.sizes import size

pytestmark = pytest.mark.untraced  # many samples: see CONTRIBUTING.md

TEXT = "format: 1\nextends: library/tjunction\nroads: {priority: %s, crossing: none}\n"


@cache
def template(folder: Path, priority: str) -> SceneTemplate:
    file = folder / f"{priority}.yaml"
    file.write_text(TEXT % priority)
    return load(file)


def slowest_at_lines(scene: Scene, seconds: float) -> list[float]:
    """Least speed (m/s) before the line of everybody who passes one."""
    world = compile_world([scene])
    states, contacts = drive([scene], seconds)
    assert [str(one) for one in contacts] == []
    held = world.halt[0] if world.halt.any() else world.priority.rows[0, :, :, 1] > 0
    found = []
    for a, k in zip(*np.nonzero(held), strict=True):
        nose = np.array([state.travelled[0, a] + 0.5 * world.size[0, a, 0] for state in states])
        speed = np.array([state.speed[0, a] for state in states])
        free = world.stop_at[0, a, k] - nose
        if free[0] > 8.0 and free[-1] < -1.0:
            found.append(float(speed[(free < BEFORE) & (free > -0.5)].min()))
    return found


def test_everybody_halts_at_a_stop_sign_and_goes_on(tmp_path: Path) -> None:
    stop, yielding = (
        [v for k in range(size(4, 10)) for v in slowest_at_lines(template(tmp_path, priority).sample(k), 30.0)]
        for priority in ("stop", "give-way")
    )
    assert len(stop) > 2 and max(stop) < STILL + 0.1  # looked at every 0.1 s
    assert max(yielding) > 1.0


def test_the_batched_core_halts_too(tmp_path: Path) -> None:
    template(tmp_path, "stop")
    core = Environments(str(tmp_path / "stop.yaml"), 8, controlled="cars", pool=8, autoreset=False)
    core.reset(0)
    tables, bodies = core.batch.tables, core.batch.bodies
    slowest: dict[tuple[int, int, int], float] = {}  # of those who came from afar
    passed = set()
    for step in range(400):
        result = core.step(None)
        assert step < 3 or not np.isin(result.outcome, (HIT, COLLIDED)).any()  # too many may have been put there
        for e, p in enumerate(core.batch.play.scene):
            for a, k in zip(*np.nonzero(tables.halt[p]), strict=True):
                key, half = (e, int(a), int(k)), 0.5 * tables.size[p, a, 0]
                free = tables.stop_at[p, a, k] - bodies.travelled[e, a] - half
                if not bodies.alive[e, a] or free > 20.0:
                    slowest[key] = np.inf
                elif key in slowest and -0.5 < free < BEFORE:
                    slowest[key] = min(slowest[key], float(bodies.speed[e, a]))
                elif free < -0.5 and slowest.get(key, np.inf) < np.inf:
                    passed.add(key)
                    assert slowest[key] < STILL
    assert len(passed) > 3


def test_signs_stand_on_the_pavement_beside_the_line(tmp_path: Path) -> None:
    for k in range(8):
        scene = template(tmp_path, "stop").sample(k)
        signs = [prop for prop in scene.props if prop.look.model == "sign-stop"]
        assert len(signs) == 1
        assert ground_height(scene.roads, signs[0].position[None, :2])[0] > 0.05
        lines = [line for line in scene.roads.stop_lines if line.halt]
        starts = [lane.centre[0] for lane in scene.roads.lanes for line in lines if lane.id == line.lane]
        assert lines and all(np.hypot(*(signs[0].position[:2] - start)) < 5.0 for start in starts)
        towards = np.array([np.cos(signs[0].heading), np.sin(signs[0].heading)])
        assert (starts[0] - scene.roads.lanes[1].centre[0]) @ towards < 0.0  # faces those who come along the stem
    assert not any(p.look.model == "sign-stop" for p in template(tmp_path, "give-way").sample(0).props)


def test_where_there_are_no_stop_signs_is_told(tmp_path: Path) -> None:
    file = tmp_path / "scene.yaml"
    for roads in ("{layout: street, priority: stop}", "{layout: tjunction, crossing: signals, priority: stop}"):
        file.write_text(f"format: 1\nroads: {roads}\n")
        with pytest.raises(SceneError, match=r"roads\.priority: stop signs need `layout: tjunction`"):
            load(file)
