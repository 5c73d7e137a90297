"""Samples of every library scene are sound, and what is planted in them is found."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from benchmarks import samples as benchmark
from scenes.files import library, load
from scenes.kinds import VEHICLES
from sim.inspection import inspect
from skidpad.cli import app
from tests.sizes import size

pytestmark = pytest.mark.untraced  # many samples: see CONTRIBUTING.md

SAMPLES = size(25, 100)
TWO_CARS = """format: 1
vehicles: {moving: false}
parked: {occupancy: 0}
people: {density: 0}
cameras: [{kind: pavement}]
actors:
  - {kind: car, position: [0, -1.6]}
  - {kind: van, position: [%s, -1.6]}
"""


@pytest.mark.parametrize("name", library())
def test_samples_have_nothing_in_each_other_and_no_foot_or_wheel_off_its_surface(name: str) -> None:
    template = load(name)
    assert [str(fault) for k in range(SAMPLES) for fault in inspect(template.sample(k))] == []


def test_nobody_who_stands_at_a_corner_stands_beside_the_kerb() -> None:
    """Found among 10,000 samples: of two who talk at a chamfered corner one stood 12 cm above the road."""
    assert [str(fault) for fault in inspect(load("crash").sample(9504, seed=0))] == []


def test_things_in_each_other_are_found() -> None:
    scene = load("street").sample(0)
    parked = next(actor for actor in scene.actors if actor.behaviour == "parked")
    moved = replace(scene.props[0], position=np.array([*parked.path[0], 0.0]))
    faults = inspect(replace(scene, props=(moved, *scene.props[1:])))
    assert [fault.what for fault in faults] == [
        f"{moved.look.model} and {parked.kind.label} {parked.id} are in each other"
    ]


def test_a_wheel_on_the_pavement_and_feet_in_the_air_are_found() -> None:
    scene = load("street").sample(0)
    parked = next(actor for actor in scene.actors if actor.behaviour == "parked")
    walker = next(actor for actor in scene.actors if actor.kind not in VEHICLES)
    assert walker.path_z is not None
    up = replace(walker, path_z=walker.path_z + 0.1)
    aside = replace(parked, path=parked.path + np.array([0.0, np.copysign(0.4, parked.path[0, 1])]))
    others = tuple(actor for actor in scene.actors if actor not in (parked, walker))
    faults = [fault.what for fault in inspect(replace(scene, actors=(up, aside, *others), props=(), buildings=()))]
    assert faults == [
        f"{parked.kind.label} {parked.id} has a wheel off the road",
        f"pedestrian {walker.id} is 0.10 m off the ground",
    ]


def test_the_command_line_says_what_is_wrong_with_which_sample(tmp_path: Path) -> None:
    file = tmp_path / "two.yaml"
    file.write_text(TWO_CARS % 2)
    result = CliRunner().invoke(app, ["scene", "check", str(file), "-n", "2"])
    assert result.exit_code == 1
    assert "sample 1: car 1 and van 2 are in each other at 2.0, -1.6" in result.output
    file.write_text(TWO_CARS % 12)
    assert CliRunner().invoke(app, ["scene", "check", str(file), "-n", "2"]).exit_code == 0


def test_the_benchmark_goes_on_where_it_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setattr(benchmark, "BLOCK", 2)
    command = ["samples", str(tmp_path), "--workers", "1", "--scenes", "crossing-practice", "--samples"]
    monkeypatch.setattr("sys.argv", [*command, "3"])
    benchmark.main()
    file = tmp_path / "crossing-practice.jsonl"
    first = file.read_text().splitlines()
    assert len(first) == 3
    file.write_text(file.read_text() + '{"first": 4, "cou')  # a killed run
    monkeypatch.setattr("sys.argv", [*command, "6"])
    benchmark.main()
    lines = file.read_text().splitlines()
    assert lines[:2] == first[:2]
    assert len(lines) == 4
    assert "      6       0" in capsys.readouterr().out.splitlines()[-1]
