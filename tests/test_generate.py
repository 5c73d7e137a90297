"""Whole runs: the same bytes for any number of workers and after a kill; wrong input ends with one line."""

from __future__ import annotations

import hashlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

import skidpad
from scenes.kinds import PEOPLE
from tests.sizes import size

SAMPLES = size(3, 5)
TINY = """\
format: 1
roads:
  layout: street
  length: 60
buildings: {share: 0.4}
people: {density: {uniform: [5, 15]}}
cameras:
  - {kind: pavement, width: 96, height: 72, fov: {uniform: [45, 60]}}
"""


@pytest.fixture
def scene(tmp_path: Path) -> Path:
    path = tmp_path / "tiny.yaml"
    path.write_text(TINY)
    return path


def digest(folder: Path) -> dict[str, str]:
    files = sorted(p for p in folder.rglob("*") if p.is_file())
    return {str(p.relative_to(folder)): hashlib.sha256(p.read_bytes()).hexdigest() for p in files}


def command(*words: str) -> list[str]:
    return [sys.executable, "-m", "skidpad.cli", *words]


def test_one_and_four_workers_and_a_kill_give_the_same_bytes(scene: Path, tmp_path: Path) -> None:
    alone = skidpad.generate(scene, tmp_path / "one", samples=SAMPLES, seed=3)
    many = skidpad.generate(scene, tmp_path / "four", samples=SAMPLES, seed=3, workers=4)
    out = tmp_path / "killed"
    words = command("generate", str(scene), "--out", str(out), "--samples", str(SAMPLES), "--seed", "3")
    running = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
    partial = tmp_path / "killed.partial"
    deadline = time.monotonic() + 120
    while running.poll() is None and time.monotonic() < deadline and not list(partial.rglob("000000_000_0.jpg")):
        time.sleep(0.02)
    if running.poll() is None:
        os.killpg(running.pid, signal.SIGKILL)
        running.wait()
        assert not out.exists()
        resumed = skidpad.generate(scene, out, samples=SAMPLES, seed=3)
        assert digest(resumed) == digest(alone)
    assert digest(many) == digest(alone)
    assert skidpad.Dataset.open(alone).verify() == []


def test_labels_agree_with_the_maps(scene: Path, tmp_path: Path) -> None:
    dataset = skidpad.Dataset.open(skidpad.generate(scene, tmp_path / "d", samples=3))
    seen = 0
    for sample in dataset.samples:
        instance, semantic = sample.instance(), sample.semantic()
        for label in sample.labels:
            mask = instance == label.id
            assert mask.sum() == label.visible_pixels
            if label.tight is not None:
                y, x = np.nonzero(mask)
                assert label.tight == (x.min(), y.min(), x.max() + 1, y.max() + 1)
            if label.kind in PEOPLE and mask.any():
                assert set(semantic[mask].tolist()) == {int(label.kind)}
                seen += 1
    assert seen > 0


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("format: 1\nroads: {layout: street}\npeople: {densty: 3}\n", ("tiny.yaml:3", "density")),
        ("format: 1\nroads: {layout: street}\npeople: {density: -3}\n", ("tiny.yaml:3", "-3")),
    ],
)
def test_a_wrong_scene_file_is_one_line_and_exit_code_2(scene: Path, text: str, words: tuple[str, ...]) -> None:
    scene.write_text(text)
    out = scene.parent / "out"
    done = subprocess.run(
        command("generate", str(scene), "--out", str(out)), capture_output=True, text=True, check=False
    )
    errors = [line for line in done.stderr.splitlines() if line.startswith("skidpad: ")]
    assert done.returncode == 2 and len(errors) == 1 and all(word in errors[0] for word in words)
    assert not list(scene.parent.glob("out*"))


def test_doctor_and_list_run() -> None:
    for words in (("doctor",), ("scene", "list"), ("scene", "check", "street")):
        done = subprocess.run(command(*words), capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
