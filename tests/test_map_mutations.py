"""Maps with random damage either load or give one SceneError: nothing else, and quickly."""

import re
from pathlib import Path

import numpy as np
import pytest

from scenes.errors import SceneError
from scenes.maps import read_map
from tests.encounter_files import two_lanes
from tests.osm_files import town
from tests.road_files import crossroads, light, opendrive, straight
from tests.test_maps import sumo

THINGS = "|<objects><object id='1' type='crosswalk' s='50' t='0' length='3' width='7'/></objects><signals>{}</signals>"
FILES = {
    "opendrive": opendrive(
        crossroads()
        + '<controller id="2"><control signalId="1"/></controller>'
        + straight("7", y=40.0, more=THINGS.format(light(1, 90, -4)))
    ),
    "sumo": sumo(),
    "osm": town(),
    "commonroad": two_lanes(),
}
VALUES = ["", "nan", "-1", "1e300", "x", "0", "-1e-9", "99999999999999999999", "1;2", "\u00e9", "true", "3.5.1", "inf"]
COUNT = 120


def damaged(text: str, rng: np.random.Generator) -> str:
    """The text with one or two attributes, elements or stretches changed."""
    for _ in range(int(rng.integers(1, 3))):
        attributes = list(re.finditer(r'(\w+)="([^"]*)"', text))
        elements = list(re.finditer(r"<(\w+)[^<>]*/>", text))
        kind = int(rng.integers(5))
        if kind <= 1 and attributes:
            one = attributes[int(rng.integers(len(attributes)))]
            text = text[: one.start(2)] + str(rng.choice(VALUES)) + text[one.end(2) :]
        elif kind == 2 and attributes:
            one = attributes[int(rng.integers(len(attributes)))]
            text = text[: one.start()] + text[one.end() :]
        elif kind == 3 and elements:
            one = elements[int(rng.integers(len(elements)))]
            text = text[: one.start()] + text[one.end() :]
        else:
            at = int(rng.integers(len(text)))
            text = text[:at] + text[at + int(rng.integers(1, 40)) :]
    return text


@pytest.mark.parametrize("name", FILES)
def test_damaged_maps_load_or_give_one_line(name: str, tmp_path: Path) -> None:
    read_map(write(tmp_path / "whole", FILES[name]))
    failures = 0
    for k in range(COUNT):
        path = write(tmp_path / f"{k}", damaged(FILES[name], np.random.default_rng(k)))
        try:
            read_map(path)
        except SceneError as error:
            failures += 1
            assert "\n" not in str(error)
            assert str(error).startswith(path.name)
    assert COUNT / 10 < failures < COUNT


def write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path
