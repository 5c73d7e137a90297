"""The map of a CommonRoad file, without who drives on it."""

from __future__ import annotations

from scenes.commonroad import VERSIONS, frame_origin
from scenes.commonroad_map import lies_over, light_groups, network, read_lanelets, read_lights
from scenes.map_lanes import length_of
from scenes.notes import Notes
from scenes.road_map import Head, RoadMap, SignalGroup
from scenes.xmlfile import Element

LONGEST = 60.0  # m; longer lanes that lie over others are not taken for ways through a junction


def commonroad_roads(root: Element, digest: str) -> RoadMap:
    """Build the map of a CommonRoad file (2018b, 2020a).

    Args:
        root: of the file.
        digest: of the file.

    Raises:
        SceneError: another version, or the file is broken.
    """
    version = root.attribute("commonRoadVersion")
    if version not in VERSIONS:
        raise root.error(f"commonRoadVersion {version!r} is not read; it must be {' or '.join(VERSIONS)}")
    dt = root.limited(root.attribute("timeStepSize"), 0.001, 10.0, "s", "timeStepSize")
    notes, origin = Notes(), frame_origin(root)
    lanelets = read_lanelets(root, origin)
    roads = network(root, lanelets, origin, 0.0)
    if not roads.lanes:
        raise root.error("has no driving lane")
    kept = frozenset(lane.id for lane in roads.lanes)
    outlines = {number: lanelets[number].outline for number in kept}
    short = {lane.id for lane in roads.lanes if length_of(lane) < LONGEST}
    inside = frozenset(
        n for n in kept if "intersection" in lanelets[n].kinds or (n in short and lies_over(lanelets[n], outlines))
    )
    signals = read_lights(root, lanelets, origin, dt, 0)
    plans = {signal.group: signal for signal in signals}
    dark = [light for light in root.all("trafficLight") if light.maybe("cycle") is None]
    for light in dark:
        notes.add("light has no cycle and is left out", light.attribute("id"))
    for element in root.children:
        if element.tag.endswith("bstacle") or element.tag == "planningProblem":
            notes.add("is no part of the map and left out", f"{element.tag} {element.attributes.get('id', '')}")
    groups = tuple(
        SignalGroup(n, f"light {number}", plans[n].plan, plans[n].offset)
        for number, n in light_groups(root).items()
        if n in plans
    )
    return RoadMap(
        root.file, "CommonRoad", digest, origin, roads, {n: str(n) for n in kept}, inside,
        heads=tuple(Head(signal.position, signal.heading, signal.group) for signal in signals), groups=groups,
        notes=notes.lines(),
    )  # fmt: skip
