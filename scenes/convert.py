"""A scene file that stands on an imported map."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np

from scenes.errors import SceneError
from scenes.map_lanes import length_of
from scenes.maps import read_map
from scenes.road_map import RoadMap
from scenes.wholefile import write_whole

TEXT = """\
format: 1
description: {description}
start_time: {{uniform: [2, 6]}}
roads:
  map: {path}
  around: 150
vehicles:
  speed: {{normal: [{speed:g}, {spread:g}]}}
people: {{density: {people}}}
light:
  condition: {{choice: {{day: 3, overcast: 2, dusk: 1}}}}
  sun_azimuth: {{uniform: [-180, 180]}}
  sun_elevation: {{uniform: [12, 60]}}
cameras:
  - {{kind: dash, fov: 60}}
  - {{kind: fixed, position: [{x:g}, {y:g}], heading: {heading:g}, rise: 7, pitch: -12, fov: 70}}
"""
BACK = 25.0  # m that the fixed camera stands before the middle of what it looks at


def convert(source: Path, out: Path) -> RoadMap:
    """Write a scene file with traffic, people and two cameras on a map.

    Args:
        source: map file; the scene file names it relative to itself.
        out: scene file to make.

    Returns:
        The map, for its notes.

    Raises:
        SceneError: the map is wrong, or there is such a file already.
    """
    if out.exists():
        raise SceneError(str(out), "is there already, and is not overwritten")
    if out.suffix.lower() not in (".yaml", ".yml"):
        raise SceneError(str(out), "a scene file ends with .yaml")
    if not out.parent.is_dir():
        raise SceneError(str(out.parent), "no such folder")
    found = read_map(source)
    lanes = found.network.lanes
    lengths = np.array([length_of(lane) for lane in lanes])
    speed = min(38.0, max(3.0, 0.85 * float(np.average([lane.speed_limit for lane in lanes], weights=lengths))))
    x, y, heading = viewpoint(found)
    text = TEXT.format(
        description=f"{found.format} map {source.name}, {len(lanes)} lanes, {lengths.sum() / 1000:.1f} km",
        path=quoted(os.path.relpath(source.resolve(), out.resolve().parent)), speed=round(speed, 1),
        spread=round(0.15 * speed, 1), people=3 if found.network.sidewalks else 0,
        x=round(x, 1), y=round(y, 1), heading=round(float(np.degrees(heading)), 1),
    )  # fmt: skip
    write_whole(out, text)
    return found


def quoted(path: str) -> str:
    """A path as YAML text."""
    return "'" + path.replace("'", "''") + "'"


def viewpoint(found: RoadMap) -> tuple[float, float, float]:
    """Place (m) and heading (rad) of a camera that looks along a lane at the busiest junction, else at the middle."""
    lanes = list(found.network.lanes)
    ends = {lane.id: lane for lane in lanes}
    before = max(lanes, key=lambda lane: (len(lane.successors), length_of(lane)))
    if not before.successors:
        before = max(ends.values(), key=length_of)
    along = before.centre[-1] - before.centre[-2]
    unit = along / np.linalg.norm(along)
    spot = before.centre[-1] - BACK * unit if before.successors else before.centre[0]
    return float(spot[0]), float(spot[1]), float(np.arctan2(unit[1], unit[0]))
