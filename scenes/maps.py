"""Maps in the formats of the field, told apart by what is in the file, as one `RoadMap`."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

import numpy as np

from scenes.commonroad_roads import commonroad_roads
from scenes.errors import SceneError
from scenes.opendrive_network import opendrive_map
from scenes.osm_network import osm_map
from scenes.road_map import RoadMap
from scenes.sumo import sumo_map
from scenes.types import Floats, RoadNetwork
from scenes.xmlfile import Element, read_xml

FAR = 5000.0  # m from 0, up to where float32 is finer than half a millimetre
WIDEST = 200_000.0  # m, of a map
READERS: dict[str, Callable[[Element, str], RoadMap]] = {  # by the root element
    "OpenDRIVE": opendrive_map, "net": sumo_map, "commonRoad": commonroad_roads, "osm": osm_map,
}  # fmt: skip


def read_map(path: str | Path) -> RoadMap:
    """Read a map.

    Args:
        path: OpenDRIVE file; whatever its name ends with, its root element decides.

    Returns:
        The map. What was left out or simplified is told in its notes.

    Raises:
        SceneError: one line with file, line, element, value and limits.
    """
    file = Path(path)
    if not file.is_file():
        raise SceneError(str(path), "is a folder" if file.is_dir() else "no such file")
    return _read(file, file.stat().st_mtime_ns)


@lru_cache(maxsize=8)
def _read(file: Path, _changed: int) -> RoadMap:
    """Read a map, or take it from memory as long as the file is the same."""
    root = read_xml(file)
    if root.tag not in READERS:
        known = ", ".join(f"<{tag}>" for tag in READERS)
        raise SceneError(file.name, f"<{root.tag}> is no map; a map's first element is one of {known}", line=root.line)
    found = READERS[root.tag](root, hashlib.sha256(file.read_bytes()).hexdigest())
    spots = np.concatenate([lane.centre for lane in found.network.lanes])
    if np.ptp(spots, axis=0).max() > WIDEST:
        raise root.error(
            f"spreads over {np.ptp(spots, axis=0).max() / 1000:.0f} km; at most {WIDEST / 1000:g} are read"
        )
    if np.abs(spots).max() <= FAR:
        return found
    return moved(found, np.round((spots.min(0) + spots.max(0)) / 2) + 0.0)


def moved(one: RoadMap, origin: Floats) -> RoadMap:
    """The map with another point of it as zero.

    Args:
        one: a map.
        origin: (2,) m, in its frame.
    """
    roads = one.network
    network = RoadNetwork(
        lanes=tuple(replace(lane, centre=lane.centre - origin) for lane in roads.lanes),
        crossings=tuple(replace(c, start=c.start - origin, end=c.end - origin) for c in roads.crossings),
        sidewalks=tuple(line - origin for line in roads.sidewalks),
        sidewalk_width=roads.sidewalk_width,
        stop_lines=roads.stop_lines,
        surfaces=tuple(replace(surface, outline=surface.outline - origin) for surface in roads.surfaces),
        markings=tuple(replace(mark, outline=mark.outline - origin) for mark in roads.markings),
    )
    heads = tuple(replace(head, position=head.position - (*origin, 0.0)) for head in one.heads)
    note = f"moved by ({-origin[0]:.0f}, {-origin[1]:.0f}) m: the file is far from 0"
    return replace(one, origin=one.origin + origin, network=network, heads=heads, notes=(note, *one.notes))
