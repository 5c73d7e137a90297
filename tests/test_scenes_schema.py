"""The JSON Schema of scene files against what the loader says, and the commands that write and measure scene files."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from typer.testing import CliRunner

from scenes.compose import LIBRARY, PRESETS
from scenes.errors import SceneError
from scenes.files import load
from scenes.json_schema import scene_schema
from scenes.references import Table
from scenes.yamlfile import located, nodes_of, read_yaml
from skidpad.cli import app
from skidpad.scene_stats import Column, bars_of
from skidpad.starter import STARTER

PLACES = Table(load("crossing-practice").spec).places
VALIDATOR = Draft202012Validator(scene_schema())


def as_json(file: Path) -> Any:
    """A YAML file the way an editor sees it: all keys are text."""
    return json.loads(json.dumps(located(nodes_of(read_yaml(file, file.name)[1], file.name)).data))


def written(folder: Path, text: str) -> Path:
    file = folder / "my.yaml"
    file.write_text("format: 1\n" + text)
    return file


def test_the_schema_is_one() -> None:
    Draft202012Validator.check_schema(scene_schema())
    references = {ref for ref in json.dumps(scene_schema()).replace('"', " ").split() if ref.startswith("#/$defs/")}
    assert {ref.removeprefix("#/$defs/") for ref in references} <= set(scene_schema()["$defs"])


@pytest.mark.parametrize(
    "file", [*sorted(LIBRARY.glob("*.yaml")), *sorted(PRESETS.glob("*.yaml"))], ids=lambda f: f.stem
)
def test_the_schema_accepts_what_the_package_brings(file: Path) -> None:
    assert [error.message for error in VALIDATOR.iter_errors(as_json(file))] == []


GOOD = [
    STARTER.split("format: 1\n")[1],
    "roads: {kerb: 12 cm, length: {log_uniform: [80 m, 0.2 km]}, zigzag: true}\n",
    "roads: {parking: {choice: {none: 1, left: 30 %}}}\n",
    "vehicles: {speed: {once: {given: {roads.layout: {street: 50 km/h, else: {normal: [8, 1]}}}}}}\n",
    "signals: {heads: {sequence: [1, {integers: [2, 4]}]}, alike: {choice: {true: 1, false: 2}}, tilt: 0.1 rad}\n",
    "roads: {verge: {choice: {0: 1, 2.5: 1, 30 cm: 1}}, parking: null}\nego:\n",
    "actors+: [{kind: car, position: [{uniform: [1, 2]}, -1.6], via: [[3, 4], [5, 6]], driver: constant}]\n",
    "light: {haze: {uniform: [0, 0.1]}, cloudiness: {uniform: [0, 1]}}\n"
    "copulas: [{of: [light.haze, light.cloudiness], correlation: [[1, 0.5], [0.5, 1]]}]\n"
    "constraints: [light.haze < 1]\n",
]


@pytest.mark.parametrize("text", GOOD)
def test_the_schema_accepts_what_the_loader_accepts(text: str, tmp_path: Path) -> None:
    file = written(tmp_path, text)
    assert load(file).spec
    assert [error.message for error in VALIDATOR.iter_errors(as_json(file))] == []


BAD = [
    "road: {}\n", "roads: []\n", "roads: {wear: 2}\n", "roads: {wear: soon}\n", "roads: {wear: {uniform: [0, 2]}}\n",
    "roads: {wear: {uniform: [0]}}\n", "roads: {wear: {uniform: [0, 1, 1]}}\n", "roads: {wear: {unifrom: [0, 1]}}\n",
    "roads: {wear: {uniform: [0, 1], normal: [0, 1]}}\n", "roads: {wear: {}}\n", "roads: {kerb: 12 s}\n",
    "roads: {layout: circle}\n", "roads: {layout: {choice: {circle: 1}}}\n", "roads: {layout: {uniform: [0, 1]}}\n",
    "roads: {layout: {choice: {street: -1}}}\n", "roads: {layout: {once: street}}\n", "roads: {zigzag: 1}\n",
    "signals: {heads: 1.5}\n", "signals: {heads: {normal: [2, 1]}}\n", "signals: {heads: {sequence: []}}\n",
    "cameras: [{kind: dash, fow: 3}]\n", "cameras: {}\n", "actors: [{kind: car}]\n",
    "actors: [{kind: car, position: [1]}]\n",
    "actors: [{kind: car, position: [1, 2, 3]}]\n", "ego: 3\n", "roads: {wear: {given: {light.haze: {}}}}\n",
    "roads: {wear: {given: {light.haze: {'<1': 2}}}}\n", "roads: {wear: {expression: []}}\n",
    "copulas: [{of: [light.haze, roads.wear], correlation: 2}]\n", "copulas: [{correlation: 0.5}]\n",
    "constraints: roads.wear < 1\n", "presets: [duskk]\n", "include: library/street\n", "extends: [library/street]\n",
    "format: 2\n", "vehicles: {driver: run/x}\n", "description: 3\n", "roads: {wear: true}\n",
]  # fmt: skip


@pytest.mark.parametrize("text", BAD)
def test_the_schema_refuses_what_is_wrong_in_a_field_as_the_loader_does(text: str, tmp_path: Path) -> None:
    file = written(tmp_path, text)
    if text.startswith("format"):
        file.write_text(text)
    with pytest.raises(SceneError):
        load(file)
    assert not VALIDATOR.is_valid(as_json(file))


RAWS: list[Any] = [
    0,
    1,
    3,
    7.5,
    20,
    100,
    0.05,
    "5 m",
    "30 cm",
    "20 km/h",
    "12 deg",
    "0.1 rad",
    "3 s",
    "35 %",
    "4 per km",
    "5 px",
    True,
    None,
    {"uniform": [1, 3]},
    {"uniform": ["10 %", 0.5]},
    {"log_uniform": [1, 2]},
    {"normal": [3, 100]},
    {"integers": [1, 3]},
    {"truncated_normal": [-900, 1e5, 1, 2]},
    {"sequence": [3, {"choice": {3: 1, 4: "50 %"}}]},
    {"expression": "roads.kerb"},
    {"expression": 3},
    {"given": {"roads.kerb": {"<0.1": 3, "else": {"uniform": [2, 3]}}}},
    {"once": {"sequence": [3]}},
    {"choice": {True: 1}},
    {"choice": {None: 1}},
    {"sequence": [True, False]},
    "none",
    {"choice": {"none": 0, "both": 2}},
    "street",
    "car",
    {"choice": {"car": 1, "bus": 1e6}},
    "runs/mine",
    {"choice": {"runs/mine": 1, "rule": 1}},
]


def test_the_schema_accepts_all_that_a_field_accepts() -> None:
    fields = {place.field: place.path for place in PLACES.values() if "[" not in place.path}
    accepted = 0
    for field, path in fields.items():
        *part, key = path.split(".")
        for raw in RAWS:
            try:
                field.read(raw)
            except ValueError:
                continue
            accepted += 1
            data = json.loads(json.dumps({"format": 1, **({part[0]: {key: raw}} if part else {key: raw})}))
            assert VALIDATOR.is_valid(data), f"{path}: {raw}"
    assert accepted > 8 * len(fields)  # so that not all of them are refused for their limits


# ---------------------------------------------------------------- commands
def run(*arguments: str) -> Any:
    return CliRunner().invoke(app, ["scene", *arguments])


def test_a_new_scene_loads_and_overwrites_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert run("new", "mine").exit_code == 0
    template = load(tmp_path / "mine.yaml")
    assert template.spec.description.startswith("mine: ")
    assert {template.sample(k).values["cameras[1].side"] for k in (0, 1)} == {"left", "right"}
    (tmp_path / "mine.yaml").write_text("format: 1\n")
    again = run("new", "mine.yaml")
    assert isinstance(again.exception, ValueError) and "is there already" in str(again.exception)
    assert (tmp_path / "mine.yaml").read_text() == "format: 1\n"
    assert isinstance(run("new", "../mine").exception, ValueError)


def test_the_schema_command_prints_the_schema() -> None:
    assert json.loads(run("schema").output) == scene_schema()


@pytest.mark.parametrize("suffix", [".png", ".html"])
def test_statistics_are_plotted_and_tabulated(suffix: str, tmp_path: Path) -> None:
    file = written(
        tmp_path,
        "roads: {length: 60, wear: {uniform: [0.2, 0.4]}, zigzag: {choice: {true: 1}}}\nbuildings: {share: 0}\n"
        "furniture: {density: 0, trees: 0}\npeople: {density: 2, crossing: 0}\nparked: {occupancy: 0}\n"
        "vehicles: {moving: false}\nactors: [{kind: car, position: [{uniform: [1, 2]}, 1.6]}]\n",
    )
    out = tmp_path / f"stats{suffix}"
    result = run("sample", str(file), "-n", "8", "--stats", str(out))
    assert result.exit_code == 0, result.exception
    start = {".png": b"\x89PNG", ".html": b"<!doctype html>"}[suffix]
    assert out.read_bytes().startswith(start)
    rows = {row["path"]: row for row in csv.DictReader((tmp_path / "stats.csv").read_text().splitlines())}
    assert rows["roads.wear"]["draws"] == "8" and 0.2 <= float(rows["roads.wear"]["mean"]) <= 0.4
    assert rows["roads.zigzag"]["names"] == "true 1"
    assert int(rows["people.speed"]["draws"]) > 8
    assert 1.0 <= float(rows["actors[0].position[0]"]["least"]) <= 2.0


def test_statistics_of_nothing_are_refused(tmp_path: Path) -> None:
    file = str(written(tmp_path, ""))
    assert "write .png or .html" in str(run("sample", file, "-n", "1", "--stats", str(tmp_path / "x.pdf")).exception)
    assert run("sample", file, "-n", "1").stdout.startswith("path,draws,mean")


def test_a_column_with_many_names_has_few_bars() -> None:
    column = Column("x", tuple(f"n{k % 30}" for k in range(31)))
    assert next(iter(column.counts.items())) == ("n0", 2)
    bars = bars_of(column.counts)
    assert len(bars) == 17 and bars["14 others"] == 14
