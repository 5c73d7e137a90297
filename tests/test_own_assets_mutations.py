"""A user's own models: spoiled files are models all the same, or one line."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from renderers.glb import read_glb
from renderers.packs.build import builder_of
from scenes.catalogue import AssetError
from tests.own_files import MTL, YAML, car_of, glb_of, gltf_of, obj_of, png, write_bench, write_car


def attempt(kind: str, name: str, content: bytes) -> None:
    """Build a bench with one file changed."""
    with tempfile.TemporaryDirectory() as place:
        folder = write_bench(Path(place) / "mine", kind)
        (folder / name).write_bytes(content)
        attempt_folder(folder)


def attempt_folder(folder: Path) -> None:
    """Build what a folder holds: it becomes a model, or is refused with one line."""
    out = folder.parent / "out"
    out.mkdir()
    try:
        builder = builder_of(str(folder))
        for item in builder.items({}):
            row = builder.make(item, {}, out)
            assert row is not None and np.isfinite(row.size).all() and min(row.size) >= 0
            read_glb(out / row.file)
    except AssetError as error:
        assert "\n" not in str(error) and "no readable model" not in str(error)


def mutated(content: bytes, draw: Callable[[st.SearchStrategy[Any]], Any]) -> bytes:
    """A few bytes changed, and sometimes a part left out."""
    changed = bytearray(content)
    for _ in range(draw(st.integers(1, 4))):
        changed[draw(st.integers(0, len(changed) - 1))] = draw(st.integers(0, 255))
    if draw(st.booleans()):
        start = draw(st.integers(0, len(changed) - 1))
        del changed[start : start + draw(st.integers(0, 60))]
    return bytes(changed)


DOCUMENT, BINARY = gltf_of()
VICTIMS = {
    "obj": ("obj", "bench.obj", obj_of().encode()),
    "mtl": ("obj", "bench.mtl", (MTL + "map_Kd wood.png\nd 1\n").encode()),
    "yaml": ("obj", "assets.yaml", YAML.format(file="bench.obj").encode()),
    "gltf": ("gltf", "bench.gltf", json.dumps(DOCUMENT).encode()), "bin": ("gltf", "bench.bin", BINARY),
    "glb": ("glb", "bench.glb", glb_of(DOCUMENT, BINARY)), "png": ("gltf", "wood.png", png()),
}  # fmt: skip


@pytest.mark.parametrize("victim", VICTIMS)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_mutated_files_are_models_or_one_line(victim: str, data: st.DataObject) -> None:
    kind, name, content = VICTIMS[victim]
    attempt(kind, name, mutated(content, data.draw))


def test_a_signalling_nan_is_refused_without_a_warning() -> None:
    content = bytearray(BINARY)
    content[743] = 127  # found by the test above
    attempt("gltf", "bench.bin", bytes(content))


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_mutated_values_of_gltf_documents_are_models_or_one_line(data: st.DataObject) -> None:
    document = json.loads(json.dumps(DOCUMENT))
    odd = st.sampled_from([None, -1, 0, 1, 2**31, 10**12, 1e308, float("nan"), "", "x", [], {}, [[]], True, 5126, 1.5])
    for _ in range(data.draw(st.integers(1, 3))):
        at: Any = document
        while isinstance(at, (dict, list)) and at:
            keys = list(at) if isinstance(at, dict) else list(range(len(at)))
            key = data.draw(st.sampled_from(keys))
            if not isinstance(at[key], (dict, list)) or data.draw(st.integers(0, 5)) == 0:
                at[key] = deepcopy(data.draw(odd))  # a list that is drawn again must not come to hold itself
                break
            at = at[key]
    attempt("gltf", "bench.gltf", json.dumps(document).encode())


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_mutated_vehicles_are_models_or_one_line(data: st.DataObject) -> None:
    lines = car_of().splitlines()
    for _ in range(data.draw(st.integers(1, 3))):
        number = data.draw(st.integers(0, len(lines) - 1))
        change = data.draw(st.sampled_from(["", "v 0 0 0", "v 9 9 9", "f 1 2 3", "usemtl window", "usemtl tyres"]))
        lines[number] = change
    with tempfile.TemporaryDirectory() as place:
        folder = write_car(Path(place) / "mine")
        (folder / "car.obj").write_text("\n".join(lines))
        attempt_folder(folder)
