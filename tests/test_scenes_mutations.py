"""A scene file with a mistake gives one clear error, whatever the mistake is."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from scenes.errors import SceneError
from scenes.files import load
from tests.scene_mutations import BASE, MUTATIONS, Files, one, text_of
from tests.scene_mutations import DATA as UNCHANGED


def write(folder: Path, files: Files) -> Path:
    for name, content in files.items():
        (folder / name).write_bytes(content)
    return folder / "main.yaml"


def test_the_file_that_is_mutated_is_fine(tmp_path: Path) -> None:
    assert load(write(tmp_path, one(text_of(UNCHANGED)))).spec == load(BASE).spec


@settings(
    max_examples=100, deadline=None, derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)  # fmt: skip
@given(MUTATIONS)
def test_a_mutated_file_gives_one_clear_error(tmp_path: Path, files: Files) -> None:
    file = write(tmp_path, files)
    with pytest.raises(SceneError) as caught:
        load(file)
    message = str(caught.value)
    assert "\n" not in message and 15 < len(message) < 700
    assert message.split(":")[0] in files
