"""Runs as files: they play again bit by bit, and broken ones are refused."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from agents.environments import Environments
from agents.recording import Setup, read_recording, record, replay, write_recording
from sim.world import F4


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
    with pytest.raises(ValueError, match="is of version 0; this one reads version 1"):
        read_recording(file)
    with pytest.raises(ValueError, match="the scene has changed since"):
        replay(replace(run, scenes="0"))
    states = run.states.copy()
    states[3] ^= np.uint64(1)
    with pytest.raises(ValueError, match="step 3 comes out otherwise"):
        replay(replace(run, states=states))
