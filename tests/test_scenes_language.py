"""Scene files: what they accept, what they refuse and in which words."""

from __future__ import annotations

import math
import time
from pathlib import Path

import numpy as np
import pytest

from scenes.distributions import Choice, Integers, Normal, Uniform
from scenes.errors import SceneError
from scenes.fields import Range
from scenes.files import library, load
from scenes.seeds import rng_for

HEAD = "format: 1\n"

DOCS = Path(__file__).parent.parent / "docs"


def write(folder: Path, text: str) -> Path:
    file = folder / "bad.yaml"
    file.write_text(text)
    return file


WRONG = {
    "outside": (
        "actors:\n  - {kind: car, position: [0, 0]}\n  - kind: car\n    position: [9, 0]\n    speed: -2\n",
        "bad.yaml:6 actors[1].speed: -2 m/s is outside [0, 70] m/s",
    ),
    "uniform end": (
        "roads:\n  lane_width: {uniform: [2, 3]}\n",
        "bad.yaml:3 roads.lane_width: 2 m is outside [2.5, 4.5] m",
    ),
    "unknown key": (
        "roads:\n  lane_widht: 3\n",
        'bad.yaml:3 roads.lane_widht: unknown key; did you mean "lane_width"?',
    ),
    "unknown distribution": (
        "start_time: {unifrom: [0, 1]}\n",
        "bad.yaml:2 start_time: unifrom is no distribution here; use uniform, log_uniform, normal, "
        "truncated_normal, integers, choice, sequence, expression, given; "
        'did you mean "uniform"?',
    ),
    "unknown name": (
        "light:\n  condition: dask\n",
        'bad.yaml:3 light.condition: dask is none of day, overcast, dusk, night, clock; did you mean "dusk"?',
    ),
    "text for a number": ("start_time: soon\n", "bad.yaml:2 start_time: soon is not a number in s"),
    "nan": ("start_time: .nan\n", "bad.yaml:2 start_time: nan is not a number"),
    "huge": ("start_time: 1e300\n", "bad.yaml:2 start_time: 1e+300 s is outside [0, 60] s"),
    "descending": (
        "start_time: {uniform: [5, 1]}\n",
        "bad.yaml:2 start_time: uniform: the first limit 5 is above the second 1",
    ),
    "weights": (
        "light: {condition: {choice: {day: -1}}}\n",
        "bad.yaml:2 light.condition: -1 is outside [0, 1e+12]",
    ),
    "list for a mapping": ("roads: []\n", "bad.yaml:2 roads: needs a mapping of keys to values, not a list"),
    "ego on a square": (
        "roads: {layout: square}\nego: {}\ncameras: [{kind: fixed}]\n",
        "bad.yaml:3 ego: an ego needs a street or a junction, not a square",
    ),
    "ego that turns": ("ego: {turn: left}\n", "bad.yaml:2 ego.turn: left and right need `layout: junction`"),
    "ego's lane": ("ego: {lane: 3}\n", "bad.yaml:2 ego.lane: a street has the lanes 0 and 1"),
    "missing": ("actors:\n  - kind: car\n", "bad.yaml:3 actors[0].position: is missing"),
    "signal camera without lights": (
        "cameras:\n  - kind: signal\n",
        "bad.yaml:3 cameras[0].kind: signal cameras need `layout: junction` or `crossing: signals`, "
        "with signals that are not off",
    ),
    "behaviour": (
        "actors:\n  - kind: pedestrian\n    position: [0, 0]\n    behaviour: parked\n",
        "bad.yaml:5 actors[0].behaviour: parked does not suit a pedestrian",
    ),
    "crossing outside": (
        "roads: {length: 60, crossing_at: 90}\n",
        "bad.yaml:2 roads.crossing_at: 90 m is outside [-20, 20] m of the street",
    ),
    "short arms": (
        "roads: {layout: tjunction, length: 60}\n",
        "bad.yaml:2 roads.length: 60 m is too short for the junction; it needs 66 m",
    ),
    "turn lanes on a street": (
        "roads: {turn_lanes: true}\n",
        "bad.yaml:2 roads.turn_lanes: turn lanes need `layout: junction`",
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_file_gives_one_line_with_file_and_line(name: str, tmp_path: Path) -> None:
    text, expected = WRONG[name]
    with pytest.raises(SceneError) as caught:
        load(write(tmp_path, HEAD + text))
    assert str(caught.value) == expected


BROKEN = {
    "version": ("format: 2\n", "2 is not a format that this version reads"),
    "no version": ("start_time: 1\n", "is missing"),
    "not a mapping": ("- 1\n- 2\n", "a scene file is a mapping"),
    "empty": ("", "a scene file is a mapping"),
    "syntax": (HEAD + "roads: [1, 2\nlight: {}\n", "YAML"),
    "twice": (HEAD + "start_time: 1\nstart_time: 2\n", "duplicate key"),
    "tag": (HEAD + "start_time: !!python/object:os.system x\n", ""),
    "itself": (HEAD + "actors: &a [*a]\n", "actors[0]"),
    "deep": (HEAD + "actors: " + "[" * 3000 + "]" * 3000, "nested too deeply"),
    "long number": (HEAD + "start_time: " + "9" * 6000, ""),
    "bomb": (
        HEAD
        + "a: &a [1,1,1,1,1,1,1,1,1]\n"
        + "".join(f"{n}: &{n} [{','.join(['*' + p] * 9)}]\n" for p, n in zip("abcdefg", "bcdefgh", strict=True)),
        "too many values",
    ),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_file_gives_one_clear_line_soon(name: str, tmp_path: Path) -> None:
    text, expected = BROKEN[name]
    begin = time.process_time()
    with pytest.raises(SceneError) as caught:
        load(write(tmp_path, text))
    assert expected in str(caught.value)
    assert "\n" not in str(caught.value) and str(caught.value).startswith("bad.yaml")
    assert time.process_time() - begin < 5.0


def test_a_missing_file_and_an_unknown_library_name_are_told_apart() -> None:
    with pytest.raises(SceneError, match="no such file"):
        load("nowhere/street.yaml")
    with pytest.raises(SceneError, match='did you mean "street"'):
        load("streat")


def test_every_library_scene_loads() -> None:
    assert {"street", "crossing", "junction", "pavement", "signals"} <= set(library())
    for name in library():
        assert load(name).name == name


def test_distributions_stay_inside_their_limits_and_have_centres() -> None:
    limits = Range(0.0, 10.0, "m")
    for raw, centre in (
        ({"uniform": [2, 6]}, 4.0),
        ({"normal": [3, 50]}, 3.0),
        ({"integers": [1, 4]}, 2),
        ({"choice": {1: 1, 7: 3}}, 7),
    ):
        drawn = limits.read(raw)
        assert isinstance(drawn, Uniform | Normal | Integers | Choice)
        assert drawn.centre() == pytest.approx(centre)
        values = [float(str(drawn.sample(rng_for(0, k)))) for k in range(200)]
        assert all(0.0 <= value <= 10.0 for value in values)
        assert len(set(values)) > 1
    assert isinstance(limits.read({"integers": [1, 4]}).sample(rng_for(0)), int)


def test_uniform_means_uniform() -> None:
    values = [Uniform(2.0, 4.0).sample(rng_for(1, k)) for k in range(2000)]
    assert np.mean(values) == pytest.approx(3.0, abs=4 * 2 / math.sqrt(12 * 2000))


def test_an_added_actor_shifts_no_other_value(tmp_path: Path) -> None:
    text = (
        HEAD + "start_time: {uniform: [0, 5]}\nlight: {haze: {uniform: [0, 0.01]}}\nroads: {wear: {uniform: [0, 1]}}\n"
    )
    plain = load(write(tmp_path, text)).sample(3)
    more = load(write(tmp_path, text + "actors:\n  - {kind: car, position: [5, 1.6], speed: 3}\n")).sample(3)
    for path, value in plain.values.items():
        assert more.values[path] == value
    assert len(more.actors) == len(plain.actors) + 1
    assert more.actors[0].speed == 3.0
    assert [a.look for a in more.actors[1:]] == [a.look for a in plain.actors]


def test_without_randomisation_only_the_time_differs() -> None:
    template = load("street")
    first, second = (template.sample(k, seed=k, randomise=False) for k in (1, 2))
    assert first.start_time != second.start_time
    assert first.light == second.light
    assert first.cameras[1].chain == second.cameras[1].chain
    assert [b.look for b in first.buildings] == [b.look for b in second.buildings]
    assert first.light.condition == "day"


def test_sampled_values_are_recorded_by_path() -> None:
    scene = load("street").sample(0)
    assert scene.values["start_time"] == scene.start_time
    assert scene.values["light.condition"] == scene.light.condition
    assert "cameras[0].fov" in scene.values


def test_a_negative_sample_number_is_refused() -> None:
    with pytest.raises(ValueError, match="negative"):
        load("street").sample(-1)


def test_every_library_scene_has_a_picture_in_the_docs() -> None:
    page = (DOCS / "library.md").read_text(encoding="utf-8")
    assert len(library()) >= 20
    for name in library():
        assert f"`{name}`: {load(name).spec.description}" in page
        assert (DOCS / "images" / "library" / f"{name}.jpg").stat().st_size > 2000
