"""Recordings for the Rerun viewer, read back with Rerun's own reader."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import skidpad
from scenes.files import load
from scenes.relief import raised
from skidpad.takes import Run, simulate

SCENE = """\
format: 1
roads: {layout: street, length: 80, crossing: zebra, slope: 4, crest: 2}
buildings: {share: 0.4}
vehicles: {spacing: 18}
people: {density: 15}
cameras:
  - {kind: dash, at: -20, width: 96, height: 72}
"""


def table_of(file: Path, entity: str, column: str) -> list[tuple[float | None, Any]]:
    """Time in s, None of what always holds, and value of the rows of an entity."""
    from rerun.chunk import RrdReader

    found = []
    for chunk in RrdReader(file).stream().to_chunks():
        batch = chunk.to_record_batch()
        names = [name for name in batch.schema.names if name.endswith(column)]
        if str(chunk.entity_path) == entity and names:
            times = batch.column("time").cast("int64").to_pylist() if "time" in batch.schema.names else [None]
            found += list(zip(times, batch.column(names[0]).to_pylist(), strict=True))
    return [(None if time is None else time / 1e9, value) for time, value in found]


def test_a_recording_holds_every_moment_and_everybody(write_scene: Callable[..., Path], tmp_path: Path) -> None:
    pytest.importorskip("rerun")
    file, out = write_scene(SCENE, "slope.yaml"), tmp_path / "run.rrd"
    skidpad.play(file, rerun=out, seconds=1.0, fps=10.0, sample=1, driver="rule", assets="builtin")
    run: Run = simulate(load(file).sample(1), 1.0, 10.0, None, "rule")
    assert run.ego is not None
    actor, scene = run.scene.actors[run.ego], run.scene
    rows = table_of(out, f"/world/actors/{actor.id}", "Boxes3D:centers")
    assert [time for time, _ in rows] == pytest.approx([float(state.time[0]) for state in run.states], abs=1e-6)
    for state, (_, value) in zip(run.states, rows, strict=True):
        wanted = raised(state.position[0, run.ego], scene.roads.relief) + np.array([0.0, 0.0, actor.size[2] / 2])
        assert np.array(value[0]) == pytest.approx(wanted, abs=1e-4)
    turn = table_of(out, f"/world/actors/{actor.id}", "Boxes3D:quaternions")[-1][1][0]
    half = float(run.states[-1].heading[0, run.ego]) / 2
    assert turn == pytest.approx([0.0, 0.0, np.sin(half), np.cos(half)], abs=1e-6)
    label = table_of(out, f"/world/actors/{actor.id}", "Boxes3D:labels")[-1][1][0]
    assert label == f"{actor.id} {actor.kind.label} {float(run.states[-1].speed[0, run.ego]):.1f} m/s"
    speeds = table_of(out, f"/speed/{actor.id}", "Scalars:scalars")
    assert [value[0] for _, value in speeds] == pytest.approx([float(s.speed[0, run.ego]) for s in run.states])
    assert len(table_of(out, "/world/buildings", "Boxes3D:half_sizes")[0][1]) == len(scene.buildings)
    route = np.array(table_of(out, "/world/route", "LineStrips3D:strips")[0][1][0])
    assert np.abs(route[:, :2] - actor.path).max() < 1e-3
    ground = np.array(table_of(out, "/world/ground/road", "Mesh3D:vertex_positions")[0][1])
    assert scene.roads.relief is not None
    assert np.abs(ground[:, 2] - scene.roads.relief.height(ground)).max() < 0.01
    assert sorted(path.name for path in tmp_path.iterdir()) == ["run.rrd", "slope.yaml"]


def test_signals_show_their_state_and_who_is_gone_has_no_box(tmp_path: Path) -> None:
    pytest.importorskip("rerun")
    out, scene = tmp_path / "run.rrd", load("junction").sample(0)
    skidpad.play("junction", rerun=out, seconds=30.0, fps=0.2, assets="builtin")
    run = simulate(scene, 30.0, 0.2, None, None)
    for signal in scene.signals:
        shown = [value[0] for _, value in table_of(out, f"/world/signals/{signal.id}", "Points3D:labels")]
        assert shown == [signal.lit_at(float(state.time[0])) for state in run.states]
    left = [k for k in range(len(scene.actors)) if run.states[0].alive[0, k] and not run.states[-1].alive[0, k]]
    assert left
    for k in left:
        rows = [value for _, value in table_of(out, f"/world/actors/{scene.actors[k].id}", "Boxes3D:centers")]
        assert [len(value) for value in rows] == [int(state.alive[0, k]) for state in run.states]


def test_a_missing_library_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("skidpad.rerun_file.find_spec", lambda name: None)
    with pytest.raises(RuntimeError, match=r"skidpad\[rerun\]"):
        skidpad.play("crossing", rerun=tmp_path / "a.rrd")
    assert list(tmp_path.iterdir()) == []
