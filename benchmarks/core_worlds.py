"""Worlds for the benchmark of the core: imported maps with a fixed number of vehicles."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from agents.episodes import Pool, make_pool
from scenes.errors import SceneError
from scenes.files import load
from scenes.seeds import rng_for
from scenes.types import Scene
from tests.osm_files import node, way

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
    places = range(blocks + 1)
    nodes = [node(f"{i}{j:03}", i * edge, j * edge) for i in places for j in places]
    rows = [" ".join(f"{i}{j:03}" for j in places) for i in places]
    columns = [" ".join(f"{i}{j:03}" for i in places) for j in places]
    ways = [way(str(k), line, highway="residential", lanes="2") for k, line in enumerate([*rows, *columns], 1)]
    text = "".join([*nodes, *ways])
    file.write_text(f'<?xml version="1.0" encoding="UTF-8"?>\n<osm version="0.6">\n{text}</osm>\n', encoding="utf-8")
    return file


def thinned(scene: Scene, count: int) -> Scene:
    """The scene with `count` of its moving vehicles, chosen at random."""
    moving = [actor for actor in scene.actors if len(actor.path) > 1]
    chosen = rng_for(0, "core", scene.name, scene.sample).permutation(len(moving))[:count]
    return replace(scene, actors=tuple(moving[k] for k in np.sort(chosen)))


def maps_in(folder: Path) -> list[Path]:
    """Maps in a folder and those below it."""
    return sorted(path for path in folder.rglob("*") if path.name.endswith(ENDINGS))


def pool_on_maps(folders: Sequence[Path], samples: int = 4, count: int = AGENTS) -> tuple[Pool, list[str]]:
    """A pool of scenes on the maps of folders.

    Args:
        folders: are searched for maps.
        samples: of each map.
        count: vehicles in each scene.

    Returns:
        The pool and the names of the maps; those without room for as many vehicles are left out.
    """
    scenes, names = [], []
    for path in (path for folder in folders for path in maps_in(folder)):
        try:
            found = map_scenes(path, samples)
        except SceneError:
            continue
        if min(len(scene.actors) for scene in found) >= count:
            scenes += [thinned(scene, count) for scene in found]
            names.append(path.name)
    return make_pool(scenes, "cars"), names
