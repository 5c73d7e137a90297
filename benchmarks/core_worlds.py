"""Worlds for the benchmark of the core: imported maps with a fixed number of vehicles."""

from __future__ import annotations

import json
import math
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from itertools import count
from pathlib import Path

import numpy as np

from agents.episodes import Pool, make_pool
from scenes.errors import SceneError
from scenes.files import load
from scenes.seeds import rng_for
from scenes.types import Scene

ENDINGS = (".xodr", ".net.xml", ".osm")
AGENTS = 32
DENSE = 15.0  # m between the vehicles of a lane that are chosen from


def map_scenes(path: Path, samples: int, around: float = 300.0) -> list[Scene]:
    """Samples of dense traffic on a map.

    Args:
        path: of the map.
        samples: how many.
        around: m from the camera within which there are vehicles.

    Returns:
        The scenes: no people, houses or furniture.
    """
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / f"{path.name.split('.')[0]}.yaml"
        file.write_text(
            f"format: 1\nroads: {{map: {json.dumps(str(path.resolve()))}, around: {around:g}}}\n"
            f"vehicles: {{spacing: {DENSE:g}}}\npeople: {{density: 0, crossing: 0}}\nbuildings: {{share: 0}}\n"
            "cameras: [{kind: dash, width: 64, height: 48}]\n",
            encoding="utf-8",
        )
        template = load(str(file))
        return [template.sample(k) for k in range(samples)]


def grid_map(file: Path, blocks: int = 12, edge: float = 150.0) -> Path:
    """Write an OpenStreetMap extract of streets that cross at right angles.

    Args:
        file: to be written.
        blocks: in a row and in a column.
        edge: m from street to street.

    Returns:
        The file.
    """
    latitude, degree = 48.1, 111_200.0  # metres of a degree of latitude
    east = edge / (degree * math.cos(math.radians(latitude)))
    places, numbers = range(blocks + 1), count(1)
    lines = [
        f'<node id="{i * 1000 + j}" lat="{latitude + j * edge / degree:.9f}" lon="{11.5 + i * east:.9f}"/>'
        for i in places for j in places
    ]  # fmt: skip
    for i in places:
        for nodes in ([i * 1000 + j for j in places], [j * 1000 + i for j in places]):
            along = "".join(f'<nd ref="{node}"/>' for node in nodes)
            tags = '<tag k="highway" v="residential"/><tag k="lanes" v="2"/>'
            lines.append(f'<way id="{next(numbers)}">{along}{tags}</way>')
    text = "\n".join(['<?xml version="1.0" encoding="UTF-8"?>', '<osm version="0.6">', *lines, "</osm>", ""])
    file.write_text(text, encoding="utf-8")
    return file


def thinned(scene: Scene, number: int) -> Scene:
    """The scene with `number` of its moving vehicles, chosen at random."""
    moving = [actor for actor in scene.actors if len(actor.path) > 1]
    chosen = rng_for(0, "core", scene.name, scene.sample).permutation(len(moving))[:number]
    return replace(scene, actors=tuple(moving[k] for k in np.sort(chosen)))


def maps_in(folder: Path) -> list[Path]:
    """Maps in a folder and those below it."""
    return sorted(path for path in folder.rglob("*") if path.name.endswith(ENDINGS))


def pool_on_maps(folders: Sequence[Path], samples: int = 4, number: int = AGENTS) -> tuple[Pool, list[str]]:
    """A pool of scenes on the maps of folders.

    Args:
        folders: are searched for maps.
        samples: of each map.
        number: vehicles in each scene.

    Returns:
        The pool and the names of the maps; those without room for as many vehicles are left out.
    """
    scenes, names = [], []
    for path in (path for folder in folders for path in maps_in(folder)):
        try:
            found = map_scenes(path, samples)
        except SceneError:
            continue
        if min(len(scene.actors) for scene in found) >= number:
            scenes += [thinned(scene, number) for scene in found]
            names.append(path.name)
    return make_pool(scenes, "cars"), names
