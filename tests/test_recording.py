"""Runs as files: they play again bit by bit, from Python and from the command line, and broken ones are refused."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import skidpad
from agents.environments import Environments
from agents.recording import Setup, read_recording, record, replay, write_recording
from sim.egoview import SIZE, VERSION
from sim.world import F4, State
from skidpad.cli import main
from skidpad.takes import Run, episode, replayed

TINY = """\
format: 1
roads: {layout: street, length: 60, crossing: zebra}
vehicles: {spacing: 18}
people: {density: 15}
cameras:
  - {kind: dash, at: -20, width: 96, height: 72}
"""
Write = Callable[..., Path]


def waves(core: Environments, step: int) -> F4:
    """Rules with a swing."""
    actions = core.rule_actions()
    actions[..., 1] += 0.3 * np.sin(0.1 * step)
    return actions


@pytest.mark.parametrize("act", [None, waves])
def test_a_run_plays_again_from_its_file(tmp_path: Path, act: object) -> None:
    setup = Setup("crossing-practice", 3, pool=2, time_limit=6.0)
    run = record(setup, 5, 100, act)  # type: ignore[arg-type]
    assert len(set(run.states.tolist())) == 101
    file = tmp_path / "run.skidrun"
    write_recording(run, file)
    seen: list[int] = []
    core = replay(read_recording(file), lambda core, k: seen.append(k))
    assert seen == list(range(101)) and core.batch.play.episode.max() >= 1  # resets included
    assert [path.name for path in tmp_path.iterdir()] == ["run.skidrun"]
    agent_steps = 100 * int(core.pool.tables.exists[core.batch.play.scene].sum())
    assert file.stat().st_size < (0.6 if act is None else 0.6 + 8.0 * 3 * 100 / agent_steps) * agent_steps


def test_what_is_no_whole_recording_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run = record(Setup("crossing-practice", 1, pool=2), 0, 5)
    file = tmp_path / "run.skidrun"
    write_recording(run, file)
    content = file.read_bytes()
    for changed, message in (
        (b"PK" + content, "is no recording of a run"),
        (content[:-9], "is broken: its checksum is another"),
        (content[:200] + b"x" + content[201:], "is broken: its checksum is another"),
        (b"", "is no recording of a run"),
    ):
        file.write_bytes(changed)
        with pytest.raises(ValueError, match=message):
            read_recording(file)
    with monkeypatch.context() as patch:
        patch.setattr("agents.recording.VERSION", 0)
        write_recording(run, file)
    with pytest.raises(ValueError, match="is of version 0; this one reads version 4"):
        read_recording(file)
    with pytest.raises(ValueError, match="what the scene draws has changed since"):
        replay(replace(run, scenes="0"))
    with pytest.raises(ValueError, match="the text of the scene has changed since"):
        replay(replace(run, text="0"))
    states = run.states.copy()
    states[3] ^= np.uint64(1)
    with pytest.raises(ValueError, match="step 3 comes out otherwise"):
        replay(replace(run, states=states))


# ---------------------------------------------------------------- the command


def command(monkeypatch: pytest.MonkeyPatch, *words: object) -> int:
    monkeypatch.setattr("sys.argv", ["skidpad", *map(str, words)])
    try:
        main()
    except SystemExit as end:
        return int(end.code or 0)
    return 0


def same(one: State, other: State) -> bool:
    arrays = {name: part for name, part in vars(one).items() if isinstance(part, np.ndarray)}
    return all(np.array_equal(part, getattr(other, name)) for name, part in arrays.items())


@pytest.fixture(scope="module")
def driver(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The run folder of a driver that has hardly learned anything."""
    from agents.sb3 import DriveVecEnv
    from agents.training import Settings, train

    folder = tmp_path_factory.mktemp("driver") / "run"
    recipe = {"view": {"name": "ego", "version": VERSION, "size": SIZE}, "scene": "crossing-practice"}
    settings = Settings(envs=4, rollout=8, batch=16, epochs=1, hidden=(8,))
    train(DriveVecEnv(Environments("crossing-practice", 4, pool=2)), folder, 32, recipe=recipe, settings=settings)
    return folder


@pytest.mark.parametrize("who", ["rule", "driver"])
@pytest.mark.parametrize("physics", ["kinematic", "bullet"])
def test_a_sample_plays_again_to_the_bit(
    who: str, physics: str, driver: Path, write_scene: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    if physics == "bullet":
        pytest.importorskip("pybullet")
    monkeypatch.chdir(tmp_path)
    scene = write_scene(TINY + f"physics: {physics}\n", "tiny.yaml")
    file, name = tmp_path / "a.run", str(driver) if who == "driver" else who
    runs: list[Run] = []
    monkeypatch.setattr("skidpad.playback.write_rerun", lambda out, run: runs.append(run))
    monkeypatch.setattr("skidpad.playback.check_rerun", lambda out: None)
    words = ["play", scene.name, "--seed", "3", "--sample", "1", "--driver", name, "--seconds", "1.5"]
    assert command(monkeypatch, *words, "--record", file, "--rerun", "a.rrd", "--assets", "builtin") == 0
    driver.rename(driver.with_name("away"))  # what it did is in the file
    try:
        assert command(monkeypatch, "play", file, "--out", "b.gif", "--rerun", "b.rrd") == 0
    finally:
        driver.with_name("away").rename(driver)
    recording = runs[0].recording
    assert recording is not None and f"all {len(recording.states)} states are what they were" in capsys.readouterr().out
    first, again = (run.states for run in runs)
    assert len(first) == len(again) == 15 and all(same(*pair) for pair in zip(first, again, strict=True))
    driven = recording.actions.shape[2]
    assert (driven > 0) == (who == "driver")
    steps = len(recording.states) - 1
    assert file.stat().st_size < 1000 + 8 * (steps + 1) + 8 * driven * steps  # bytes: head, hashes, controls
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.run", "b.gif", "tiny.yaml"]


def test_an_episode_of_a_driver_plays_again_to_the_bit(driver: Path, tmp_path: Path) -> None:
    run = episode(driver, 2, 3.0)
    assert run.recording is not None
    write_recording(run.recording, tmp_path / "episode.run")
    again = replayed(tmp_path / "episode.run", 0, None, 10.0, None, {})
    assert len(run.states) == len(again.states) > 5
    assert all(same(*pair) for pair in zip(run.states, again.states, strict=True))
    assert (run.measure().values["pdm"] == again.measure().values["pdm"]).all()
    assert len(replayed(tmp_path / "episode.run", 0, 0.4, 10.0, "all", {}).states) == 5
    skidpad.play(driver, record=tmp_path / "front.run", sample=2, seconds=3.0)
    assert (tmp_path / "front.run").read_bytes() == (tmp_path / "episode.run").read_bytes()


def test_a_world_of_a_recorded_batch_is_shown_and_all_drives_are_measured(tmp_path: Path) -> None:
    setup, file = Setup("crossing-practice", 4, pool=2, time_limit=4.0), tmp_path / "batch.run"
    write_recording(record(setup, 1, 60), file)
    runs = [replayed(file, k, None, 10.0, None, {}) for k in (0, 3)]
    assert not same(runs[0].states[5], runs[1].states[5]) and all(len(run.states) <= 41 for run in runs)
    found = runs[0].measure()
    assert len(found.outcome) >= 8  # each world came to the limit at least once, and goes on
    assert all(np.array_equal(found.values[name], runs[1].measure().values[name]) for name in found.values)
    said = skidpad.play(file, metrics=tmp_path / "batch.json")
    report = json.loads((tmp_path / "batch.json").read_text())
    assert report["metrics"]["drives"] == len(found.outcome) and report["metrics"]["cut"] == 4
    assert said[0] == f"{file}: all 61 states are what they were" and said[1].startswith("|  | batch |")


@pytest.mark.parametrize(
    ("words", "parts"),
    [
        (["play", "tiny.yaml", "--record", "a.txt"], ("--record a.txt", ".run")),
        (["play", "tiny.yaml", "--metrics", "nowhere/a.json"], ("nowhere", "no such folder")),
        (["play", "tiny.yaml", "--rerun", "a.run"], ("--rerun a.run", ".rrd")),
        (["play", "good.run", "--record", "b.run"], ("--record b.run", "a recording already")),
        (["play", "good.run", "--driver", "rule", "--out", "a.gif"], ("--driver", "plays as it was")),
        (["play", "good.run", "--sample", "2", "--out", "a.gif"], ("--sample 2", "sample 0")),
        (["play", "cut.run", "--out", "a.gif"], ("cut.run", "checksum")),
        (["play", "text.run", "--out", "a.gif"], ("text.run", "is no recording")),
        (["play", "none.run", "--out", "a.gif"], ("none.run", "No such file")),
        (["play", "old.run", "--out", "a.gif"], ("old.run", "version 1", "version 4")),
        (["play", "other.run", "--out", "a.gif"], ("other.run", "the text of the scene has changed")),
        (["play", "state.run", "--out", "a.gif"], ("state.run", "step 3 comes out otherwise")),
    ],
)
def test_what_is_wrong_is_one_line_and_exit_code_2(
    words: list[str], parts: tuple[str, ...], write_scene: Write, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    folder = write_scene(TINY, "tiny.yaml").parent
    monkeypatch.chdir(folder)
    skidpad.play("tiny.yaml", record="good.run", seconds=0.3, assets="builtin")
    good, content = read_recording(Path("good.run")), Path("good.run").read_bytes()
    Path("cut.run").write_bytes(content[:-20])
    Path("text.run").write_text("format: 1\n")
    write_recording(replace(good, text="0" * 64), Path("other.run"))
    states = good.states.copy()
    states[3] ^= np.uint64(1)
    write_recording(replace(good, states=states), Path("state.run"))
    with monkeypatch.context() as patch:
        patch.setattr("agents.recording.VERSION", 1)
        write_recording(good, Path("old.run"))
    before = {path.name for path in folder.iterdir()}
    assert command(monkeypatch, *words) == 2
    lines = [line for line in capsys.readouterr().err.splitlines() if line.startswith("skidpad: ")]
    assert len(lines) == 1 and all(part in lines[0] for part in parts), lines
    assert {path.name for path in folder.iterdir()} == before
