"""Scene files that build on others: what wins, where errors point to, and which files may be named."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from scenes.compose import FORMAT, migrated, presets
from scenes.distributions import Uniform
from scenes.errors import SceneError
from scenes.fields import FORMS
from scenes.files import load
from scenes.schema import FILE_KEYS, SceneSpec
from scenes.yamlfile import Line, Node
from skidpad.generation import generate

Writer = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Writer:
    monkeypatch.chdir(tmp_path)

    def writer(**files: str) -> Path:
        for name, text in files.items():
            file = tmp_path / (name.replace("__", "/") + ".yaml")
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text("format: 1\n" + text)
        return tmp_path / f"{next(iter(files)).replace('__', '/')}.yaml"

    return writer


def test_later_files_win_and_the_file_itself_most(write: Writer) -> None:
    spec = load(
        write(
            my="extends: base.yaml\ninclude: [one.yaml, sub/two.yaml]\npresets: [dusk]\nroads: {wear: 0.5}\n",
            base="roads: {wear: 0.1, kerb: 0.05, pavement: 4, verge: 1}\nlight: {condition: day}\nstart_time: 3\n",
            one="roads: {wear: 0.2, kerb: 0.06, pavement: 5}\n",
            sub__two="include: [three.yaml]\nroads: {kerb: 0.07}\n",
            sub__three="roads: {kerb: 0.08, lane_width: 3}\n",
        )
    ).spec
    assert (spec.roads.wear, spec.roads.kerb, spec.roads.pavement, spec.roads.verge) == (0.5, 0.07, 5.0, 1.0)
    assert (spec.light.condition, spec.roads.lane_width, spec.start_time) == ("dusk", 3.0, 3.0)


def test_distributions_and_lists_are_replaced_as_a_whole(write: Writer) -> None:
    spec = load(
        write(
            my="extends: base.yaml\nroads: {wear: {uniform: [0, 1]}}\ncameras: [{kind: pavement}]\nactors+:\n"
            "  - {kind: van, position: [9, 1]}\n",
            base="roads: {wear: {choice: {0.1: 1}}}\ncameras: [{fov: 40}, {fov: 60}]\n"
            "actors: [{kind: car, position: [1, 1]}]\n",
        )
    ).spec
    assert spec.roads.wear == Uniform(0.0, 1.0)
    assert [camera.kind for camera in spec.cameras] == ["pavement"]
    assert [actor.kind for actor in spec.actors] == ["car", "van"]


def test_an_ego_can_be_taken_away(write: Writer) -> None:
    assert load(write(my="extends: library/crossing-practice\nego:\n")).spec.ego is None


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({"base": "roads: {wear: 0.2}\nlight:\n  haze: 7\n"}, "base.yaml:4 light.haze: 7 1/m is outside"),
        ({"base": "cameras: [{fov: 40}]\ncameras+: 3\n"}, "base.yaml:3 cameras+: appends a list to the list cameras"),
        ({"base": "cameras+:\n  - fov: 40\n  - fov: 900\n"}, "base.yaml:4 cameras[1].fov: 900 deg is outside"),
        ({"base": "include: [sub/x.yaml]\n", "sub__x": "roads:\n  waer: 1\n"}, "sub/x.yaml:3 roads.waer: unknown key"),
        ({"base": "include: [sub/x.yaml]\n", "sub__x": "a: [\n"}, "sub/x.yaml:3: YAML: "),
        ({"base": "roads: {wear: {expression: roads.kerb * 20}}\n"}, "base.yaml:2 roads.wear: 2.4 is outside [0, 1]"),
        ({"base": "roads: {length: 60}\n"}, "my.yaml:3 roads.crossing_at: 90 m is outside [-20, 20] m of the street"),
        ({"base": "extends: my.yaml\n"}, "base.yaml:2 extends: the file builds on itself: my.yaml -> base.yaml"),
        ({"base": "include: base.yaml\n"}, "base.yaml:2 include: needs a list, not base.yaml"),
        ({"base": "extends: [base.yaml]\n"}, "base.yaml:2 extends: needs one file, not a list"),
        ({"base": "presets:\n  - duskk\n"}, "base.yaml:3 presets[0]: duskk is none of "),
        ({"base": "include: [3]\n"}, "base.yaml:2 include[0]: 3 is no name"),
        ({"base": "extend: x.yaml\n"}, 'base.yaml:2 extend: unknown key; did you mean "extends"?'),
        ({"base": f"include: [{', '.join(['x.yaml'] * 40)}]\n"}, "base.yaml:2 include: names more than 32 files"),
    ],
)  # fmt: skip
def test_errors_point_into_the_file_that_is_wrong(files: dict[str, str], expected: str, write: Writer) -> None:
    own = (
        "extends: base.yaml\nroads: {crossing_at: 90}\n"
        if "length" in expected + files["base"]
        else "extends: base.yaml\n"
    )
    with pytest.raises(SceneError) as caught:
        load(write(my=own, **files))
    assert str(caught.value).startswith(expected)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "path",
    [
        "../other.yaml", "sub/../../other.yaml", "/etc/passwd", "/etc/other.yaml", "~/x.yaml", "C:/x.yaml",
        "./base.yaml", "library/../x.yaml", "library", "library/nothing", "packs/no.yaml", "runs/no.yaml", "base.txt",
        "sub", "", "link.yaml", "linked/secret.yaml", "circle.yaml", "nothing.yaml", "x" * 300 + ".yaml", "a\\0.yaml",
        "packs/x.yaml", "pipe.yaml", "a\\\\b.yaml",
    ],
)  # fmt: skip
def test_files_outside_of_the_roots_are_refused(
    path: str, write: Writer, tmp_path_factory: pytest.TempPathFactory
) -> None:
    outside = tmp_path_factory.mktemp("outside")
    (outside / "secret.yaml").write_text("format: 1\ndescription: secret\n")
    file = write(my=f'extends: "{path}"\n', base="", sub__x="")
    folder = file.parent
    (folder / "base.txt").write_text("format: 1\n")
    (folder / "link.yaml").symlink_to(outside / "secret.yaml")
    (folder / "linked").symlink_to(outside)
    (folder / "circle.yaml").symlink_to(folder / "circle.yaml")
    (folder / "packs").mkdir()
    (folder / "packs" / "x.yaml").symlink_to(outside / "secret.yaml")
    os.mkfifo(folder / "pipe.yaml")
    with pytest.raises(SceneError, match=r"^my.yaml:2 extends: ") as caught:
        load(file)
    assert "\n" not in str(caught.value)


def test_packs_runs_and_the_library_may_be_named(write: Writer) -> None:
    file = write(
        my="extends: library/street\ninclude: [packs/rain/wet.yaml, runs/one/scene.yaml]\n",
        packs__rain__wet="include: [drops.yaml]\n", packs__rain__drops="roads: {wear: 0.4}\n",
        runs__one__scene="start_time: 2\n",
    )  # fmt: skip
    spec = load(file).spec
    assert (spec.roads.wear, spec.start_time, len(spec.cameras)) == (0.4, 2.0, 2)


def test_chains_and_sums_have_limits(write: Writer) -> None:
    deep = {f"f{n}": f"extends: f{n + 1}.yaml\n" for n in range(12)}
    with pytest.raises(SceneError, match=r"^f7.yaml:2 extends: more than 8 files build on each other"):
        load(write(**deep, f12=""))
    wide = {f"w{n}": "description: x\n" for n in range(32)}
    with pytest.raises(SceneError, match=r"builds on too much; the limits are 32 files"):
        load(write(my=f"include: [{', '.join(f'{name}.yaml' for name in wide)}]\n", **wide))
    large = {f"l{n}": f"description: {'x' * 90_000}\n" for n in range(3)}
    with pytest.raises(SceneError, match=r"l2.yaml: builds on too much"):
        load(write(my=f"include: [{', '.join(f'{name}.yaml' for name in large)}]\n", **large))


def test_files_that_build_on_the_same_ones_take_no_longer(write: Writer) -> None:
    """Seven levels that each name the next 30 times would be 2e10 readings."""
    files = {f"f{n}": f"include: [{', '.join([f'f{n + 1}.yaml'] * 30)}]\n" for n in range(7)}
    assert load(write(**files, f7="roads: {wear: 0.9}\n")).spec.roads.wear == 0.9


def test_the_hash_of_a_dataset_covers_all_files(write: Writer) -> None:
    alone = write(alone="start_time: 1\n")
    assert load(alone).text == alone.read_text()
    file = write(my="extends: base.yaml\npresets: [dusk]\n", base="roads: {wear: 0.1}\n")
    first = load(file).text
    assert first.startswith(file.read_text()) and "wear: 0.1" in first and "condition: dusk" in first
    write(base="roads: {wear: 0.2}\n")
    assert hashlib.sha256(load(file).text.encode()).digest() != hashlib.sha256(first.encode()).digest()


@pytest.mark.untraced  # may compile everything
def test_a_dataset_of_a_file_that_builds_on_others_is_made(write: Writer) -> None:
    file = write(
        my="extends: base.yaml\npresets: [no-traffic]\ncameras: [{kind: pavement, width: 64, height: 48}]\n",
        base="roads: {length: 60}\npeople: {density: 1}\nbuildings: {share: 0}\nfurniture: {density: 0, trees: 0}\n",
    )
    folder = generate(file, file.parent / "data", 1)
    scene = json.loads((folder / "manifest.json").read_text())["scene"]
    assert scene["sha256"] == hashlib.sha256(load(file).text.encode()).hexdigest()


BASES = {name: load(name).spec for name in ("street", "signals")}


@pytest.mark.parametrize("name", presets())
def test_every_preset_suits_a_library_scene_and_changes_it(name: str, write: Writer) -> None:
    base = "signals" if name == "signal-telephoto" else "street"
    template = load(write(my=f"extends: library/{base}\npresets: [{name}]\n"))
    template.sample(0)
    assert template.spec.description
    changed = {key for key in SceneSpec.model_fields if getattr(template.spec, key) != getattr(BASES[base], key)}
    assert changed - {"description"}


def test_no_key_is_named_like_a_distribution() -> None:
    """Files are merged on the assumption that a mapping with such a key is one."""
    keys = set(FILE_KEYS)
    todo: list[object] = [SceneSpec]
    while todo:
        part = todo.pop()
        for name, info in getattr(part, "model_fields", {}).items():
            keys.add(name)
            todo += [info.annotation, *getattr(info.annotation, "__args__", ())]
    assert {"lane_width", "cameras", "exposure"} <= keys
    assert keys & set(FORMS) == set()


# ---------------------------------------------------------------- formats
def node(value: object) -> Node:
    return Node(value, Line("old.yaml", 4))


def test_older_formats_are_brought_up_to_date_step_by_step() -> None:
    table = {
        FORMAT - 2: lambda data: {**data, "b": data["a"]},
        FORMAT - 1: lambda data: {**data, "c": data["b"]},
    }
    found = migrated({"format": node(FORMAT - 2), "a": node(7)}, "old.yaml", table)
    assert (found["c"].value, found["format"].value) == (7, FORMAT)


@pytest.mark.parametrize("version", [True, 0, FORMAT + 1, "1", 1.0, None])
def test_unknown_formats_are_refused(version: object) -> None:
    with pytest.raises(
        SceneError, match=r"^old.yaml:4 format: .* is not a format that this version reads; it reads 1$"
    ):
        migrated({"format": node(version)}, "old.yaml")
