"""The front door of practice, and its environments."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import cv2
import gymnasium
import numpy as np
import pytest

import skidpad
from agents.practice_gyms import practice_ground, practice_worlds
from skidpad.cli import main
from tests.encounter_files import two_lanes

Write = Callable[..., Path]
NAME = "two lanes.xml"


def run(monkeypatch: pytest.MonkeyPatch, *words: str) -> int:
    monkeypatch.setattr("sys.argv", ["skidpad", *words])
    try:
        main()
    except SystemExit as end:
        return int(end.code or 0)
    return 0


def test_practice_writes_figures_and_a_film_strip(
    write_scene: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    file, out = write_scene(two_lanes(), NAME), tmp_path / "out"
    assert run(monkeypatch, "practice", str(file), "--variants", "12", "--seed", "1", "--out", str(out)) == 0
    report = json.loads((out / "practice.json").read_text())
    assert report["variants"] == 12 and report["road_users"] == 2 and 0 < len(report["held_out"]) < 12
    for driver in ("rule", "constant", "scripted"):
        found = report["drivers"][driver]["failure"]
        assert found["of"] == len(report["held_out"]) and found["low"] <= found["share"] <= found["high"]
        figures = report["metrics"][driver]
        assert figures["drives"] == figures["scenes"] == found["of"] and 0 <= figures["figures"]["pdm"]["value"] <= 1
    assert report["drivers"]["scripted"]["failure"]["count"] == 0
    realism = report["realism"]
    assert set(realism) == {"constant", "rule", "react", "recording"}
    assert all(
        0 < realism[name][sort] <= realism["recording"][sort] + 1e-3 for name in realism for sort in realism[name]
    )
    picture = cv2.imread(str(out / "filmstrip.png"))
    assert picture is not None and picture.shape[0] > 500 and picture.std() > 20
    assert sorted(path.name for path in out.iterdir()) == ["filmstrip.png", "practice.json"]
    printed = capsys.readouterr().out
    assert "12 variants" in printed and "scripted  fails   0.0%" in printed
    assert "| PDM score |" in printed and "| recording | " in printed


def test_what_is_wrong_is_one_line(
    write_scene: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    file = write_scene(
        two_lanes().replace("<goalState>", "\n<goalState>").replace("<intervalEnd>40", "<intervalEnd>x"), NAME
    )
    assert run(monkeypatch, "practice", str(file), "--out", str(tmp_path / "out")) == 2
    lines = [line for line in capsys.readouterr().err.splitlines() if line.startswith("skidpad:")]
    assert lines == [f"skidpad: {NAME}:4 intervalEnd: 'x' is not a number"]
    assert not (tmp_path / "out").exists()


def test_practice_as_environments(write_scene: Write) -> None:
    file = str(write_scene(two_lanes(), NAME))
    alone = gymnasium.make("skidpad/Practice-v0", encounter=file, variants=6, split="all")
    seen, _ = alone.reset(seed=4)
    assert seen in alone.observation_space
    steps, done = 0, False
    while not done:
        seen, _, ended, cut, info = alone.step(np.array([-0.2, 0.0], np.float32))
        steps, done = steps + 1, ended or cut
    assert steps <= 40 and info["outcome"] in ("timeout", "collision", "off_road")
    many = gymnasium.make_vec("skidpad/Practice-v0", num_envs=5, encounter=file, variants=6, others="react")
    seen, _ = many.reset(seed=4)
    assert seen.shape[0] == 5
    again, _ = many.reset(seed=4)
    assert (seen == again).all()


def test_a_world_alone_answers_as_in_a_batch(write_scene: Write) -> None:
    file = str(write_scene(two_lanes(), NAME))
    actions = np.zeros((6, 1, 2), np.float32)
    actions[:, 0, 0] = np.linspace(-1, 1, 6)
    for others in ("replay", "react"):
        together = practice_worlds(file, 6, variants=6, split="all", others=others)
        alone = practice_worlds(file, 1, variants=6, split="all", others=others, first=4)
        assert (together.reset(seed=2)[4] == alone.reset(seed=2)[0]).all()
        for _ in range(90):
            both, one = together.step(actions), alone.step(actions[4:5])
            assert (both.observations[4] == one.observations[0]).all() and both.rewards[4] == one.rewards[0]


def test_splits_share_nothing(write_scene: Write) -> None:
    file = str(write_scene(two_lanes(), NAME))
    train, held_out = (practice_ground(file, 12, split=split)[0] for split in ("train", "held-out"))
    numbers = [{scene.sample for scene in pool.scenes} for pool in (train, held_out)]
    assert not numbers[0] & numbers[1] and numbers[0] | numbers[1] == set(range(12))
    with pytest.raises(ValueError, match="split: 'test' is unknown; choose from train, held-out, all"):
        practice_ground(file, 12, split="test")
    assert callable(skidpad.practice)


def test_a_trained_driver_practises_and_goes_on(write_scene: Write, tmp_path: Path) -> None:
    from agents.environments import Environments
    from agents.runs import POLICY, RunError
    from agents.sb3 import DriveVecEnv
    from agents.training import Settings, train
    from sim.egoview import SIZE, VERSION

    settings = Settings(envs=4, rollout=8, batch=16, epochs=1, hidden=(8,))
    recipe = {"view": {"name": "ego", "version": VERSION, "size": SIZE}, "scene": "crossing-practice"}
    env = DriveVecEnv(Environments("crossing-practice", 4, pool=2))
    train(env, tmp_path / "driver", 32, recipe=recipe, settings=settings)
    file, out = write_scene(two_lanes(), NAME), tmp_path / "out"

    def practise(steps: int) -> tuple[dict[str, object], bytes]:
        report = skidpad.practice(
            file, out, count=12, seed=1, driver=tmp_path / "driver", steps=steps, settings=settings, episodes=4
        )
        assert report["home"]["scene"] == "crossing-practice" and report["home"]["practised"]["of"] == 4
        return report["drivers"], (out / "run" / POLICY).read_bytes()

    drivers, first = practise(64)
    assert {"rule", "constant", "scripted", "trained", "practised"} == set(drivers)
    again, second = practise(128)
    assert again["trained"] == drivers["trained"] and second != first
    assert (tmp_path / "driver" / POLICY).read_bytes() != second
    assert (out / "filmstrip.png").stat().st_size > 1000
    with pytest.raises(ValueError, match=r"--steps 5: name the run folder"):
        skidpad.practice(file, out, count=12, steps=5)
    with pytest.raises(RunError, match=r"no such run folder"):
        skidpad.practice(file, out, count=12, driver=tmp_path / "nobody")
