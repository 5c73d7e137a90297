"""Imported maps seen from above: ground, paint, the ways of lanes, where one waits, and lights."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np

from scenes.lanes import arc_lengths, line_at
from scenes.light import make_light
from scenes.maps import read_map
from scenes.road_map import RoadMap
from scenes.schema_light import LightSpec
from scenes.types import Floats, Scene
from skidpad.film import write_png
from skidpad.topview import LAMPS, legend, whole
from skidpad.topview_ground import cut_out
from skidpad.topview_paint import RGB, Picture, Viewport, disc, fill, stroke

WAY: RGB = (70, 150, 235)  # lanes
TURN: RGB = (240, 150, 50)  # lanes within junctions
STOP: RGB = (235, 70, 70)
WALK: RGB = (60, 160, 90)
ARROW = 40.0  # px between two arrows


def draw_map(found: RoadMap, width: int = 1200, height: int = 900, view: Viewport | None = None) -> Picture:
    """Draw a map.

    Args:
        found: from `scenes.maps.read_map`.
        width: of the picture, px.
        height: of the picture, px.
        view: what is shown; None shows everything.

    Returns:
        (H, W, 3) sRGB.
    """
    scene = Scene(
        name=found.name, sample=0, seed=0, start_time=0.0, roads=found.network, actors=(), signals=(), buildings=(),
        props=(), light=make_light(LightSpec()), cameras=(),
    )  # fmt: skip
    view = view or whole(scene, width, height)
    picture = cut_out(scene, view)
    for line in found.network.sidewalks:
        stroke(picture, view.pixels(line), WALK, max(1.0, 0.2 * view.scale))
    for crossing in found.network.crossings:
        stroke(picture, view.pixels(np.stack([crossing.start, crossing.end])), WALK, max(1.0, 0.4 * view.scale))
    lanes = {lane.id: lane for lane in found.network.lanes}
    for lane in lanes.values():
        draw_way(picture, view, lane.centre, TURN if lane.id in found.inside else WAY)
    for stop in found.network.stop_lines:
        x, y, heading = line_at(lanes[stop.lane].centre, stop.s)
        across = np.array([-math.sin(heading), math.cos(heading)]) * 0.45 * lanes[stop.lane].width
        stroke(picture, view.pixels(np.array([x, y]) + np.stack([across, -across])), STOP, max(2.0, 0.5 * view.scale))
    for head in found.heads:
        spot = view.pixels(head.position[:2])
        ahead = head.position[:2] + 2.0 * np.array([math.cos(head.heading), math.sin(head.heading)])
        stroke(picture, np.stack([spot, view.pixels(ahead)]), (28, 30, 34), 2)
        disc(picture, spot, max(3.0, 0.5 * view.scale), LAMPS["green"])
    legend(picture, view, f"{found.name}   {len(lanes)} lanes")
    return picture


def draw_way(picture: Picture, view: Viewport, line: Floats, colour: RGB) -> None:
    """A lane's middle with arrows in driving direction."""
    stroke(picture, view.pixels(line), colour, 1)
    along, gap = arc_lengths(line), max(ARROW / view.scale, 4.0)
    for s in np.arange(min(gap, along[-1]) / 2, along[-1], gap):
        x, y, heading = line_at(line, float(s))
        c, d, size = math.cos(heading), math.sin(heading), max(5.0 / view.scale, 0.5)
        local = np.array([(1.0, 0.0), (-0.6, 0.55), (-0.6, -0.55)]) * size
        fill(picture, view.pixels(np.array([x, y]) + local @ np.array([[c, d], [-d, c]])), colour)


def is_map(path: str) -> bool:
    """Whether a path is that of a file that is no scene file: maps are told apart by what is in them."""
    file = Path(path)
    return file.is_file() and file.suffix.lower() not in (".yaml", ".yml")


def show_map(path: str | Path, out: Path) -> RoadMap:
    """Write the top view of a map file as PNG, whole or not at all.

    Raises:
        SceneError: the file is wrong.
    """
    found = read_map(path)
    write_png(out, draw_map(found))
    return found
