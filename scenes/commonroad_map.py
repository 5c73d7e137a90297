"""Lanelets, crossings and lights of a CommonRoad file as a road network."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from scenes.kinds import Kind
from scenes.lanes import offset_line, within
from scenes.seeds import rng_for
from scenes.surroundings import SurfaceLook, sample_signal
from scenes.types import Crossing, Floats, Lane, Marking, RoadNetwork, Signal, SignalState, StopLine, Surface
from scenes.xmlfile import Element

URBAN_LIMIT = 50 / 3.6  # m/s, where the file states none
DRIVEN = frozenset({
    "urban", "country", "highway", "driveWay", "mainCarriageWay", "accessRamp", "exitRamp", "shoulder", "busLane",
    "busStop", "interstate", "intersection", "parking", "unknown",
})  # fmt: skip
WALKED = frozenset({"sidewalk", "bicycleLane"})
SPEED_SIGNS = frozenset({"274", "R2-1", "274.1"})  # Germany and Zamunda, USA, Germany's zones
LIGHTS: dict[str, SignalState] = {
    "red": "red", "redYellow": "red", "yellow": "yellow", "green": "green", "inactive": "off",
}  # fmt: skip
ASPHALT, SLABS = SurfaceLook("asphalt-old"), SurfaceLook("slabs", roughness=0.9)
WHITE = (0.72, 0.72, 0.70)
LINE = 0.12  # m, width of a painted line
DASH, SPACE = 3.0, 6.0  # m
AROUND = 150.0  # m of grass around the map
LOWER = 0.03  # m that it lies below the roads
HEAD_HEIGHT = 3.2  # m, middle of a signal head; the files know no heights


@dataclass(frozen=True, eq=False)
class Lanelet:
    """One lanelet as it stands in the file."""

    element: Element
    id: int
    left: Floats  # (N, 2) m, encounter frame
    right: Floats  # (N, 2) m
    kinds: frozenset[str]

    @property
    def outline(self) -> Floats:
        """(2 N, 2) m, anticlockwise."""
        return np.concatenate([self.right, self.left[::-1]])

    @property
    def centre(self) -> Floats:
        """(N, 2) m without repeated points."""
        return distinct((self.left + self.right) / 2)

    @property
    def width(self) -> float:
        """Typical width, m."""
        return float(np.median(np.linalg.norm(self.left - self.right, axis=1)))

    def beside(self, side: str) -> int | None:
        """Id of the neighbour in the same direction on the side `Left` or `Right`."""
        found = self.element.maybe(f"adjacent{side}")
        return found.integer("ref") if found is not None and found.attribute("drivingDir") == "same" else None


def distinct(line: Floats) -> Floats:
    """Drop points that repeat the one before (closer than 1 mm)."""
    keep = np.concatenate([[True], np.linalg.norm(np.diff(line, axis=0), axis=1) > 1e-3])
    return np.asarray(line[keep])


def point(element: Element, origin: Floats) -> Floats:
    """(2,) m of an element that holds x and y."""
    return np.array([element.one("x").number(unit="m"), element.one("y").number(unit="m")]) - origin


def points(element: Element, origin: Floats, least: int) -> Floats:
    """(N, 2) m of the points that an element holds.

    Raises:
        SceneError: fewer than `least`.
    """
    found = [point(child, origin) for child in element.all("point")]
    if len(found) < least:
        raise element.error(f"{len(found)} points; there must be at least {least}")
    return np.array(found)


def read_lanelets(root: Element, origin: Floats) -> dict[int, Lanelet]:
    """All lanelets by id.

    Args:
        root: of the file.
        origin: (2,) m, taken off.

    Raises:
        SceneError: no lanelets, an id twice, bounds that do not fit together.
    """
    lanelets: dict[int, Lanelet] = {}
    for element in root.all("lanelet"):
        number = element.integer("id")
        if number in lanelets:
            raise element.error(f"id {number} stands twice, first in line {lanelets[number].element.line}")
        left = points(element.one("leftBound"), origin, 2)
        right = points(element.one("rightBound"), origin, 2)
        if len(left) != len(right):
            raise element.error(f"leftBound has {len(left)} points and rightBound {len(right)}; they must be as many")
        if len(distinct((left + right) / 2)) < 2:
            raise element.error("has no length: all points of its centre line are one")
        kinds = frozenset(kind.text for kind in element.all("laneletType")) or frozenset({"unknown"})
        lanelets[number] = Lanelet(element, number, left, right, kinds)
    if not lanelets:
        raise root.error("<lanelet> is missing; an encounter needs a map")
    for lanelet in lanelets.values():
        for reference in lanelet.element.all("predecessor", "successor", "adjacentLeft", "adjacentRight"):
            if reference.integer("ref") not in lanelets:
                raise reference.error(f"ref {reference.integer('ref')} is no lanelet of this file")
    return lanelets


def network(root: Element, lanelets: dict[int, Lanelet], origin: Floats, fastest: float) -> RoadNetwork:
    """The road network.

    Args:
        root: of the file.
        lanelets: from `read_lanelets`.
        origin: (2,) m, taken off.
        fastest: m/s, highest recorded speed: lanes without a limit allow it.

    Returns:
        Lanes with the lanelets' ids; crosswalks as crossings, sidewalks as centre lines; every lanelet is a surface.
    """
    driven = {number: lanelet for number, lanelet in lanelets.items() if lanelet.kinds & DRIVEN}
    limits, groups = sign_limits(root), light_groups(root)
    lanes, stops = [], []
    for lanelet in driven.values():
        element = lanelet.element
        stated = [limits[r.integer("ref")] for r in element.all("trafficSignRef") if r.integer("ref") in limits]
        stated += [limit.number(0.1, 150.0, "m/s") for limit in element.all("speedLimit")]
        limit = min(stated) if stated else max(URBAN_LIMIT, float(np.ceil(fastest)))
        after = tuple(s.integer("ref") for s in element.all("successor") if s.integer("ref") in driven)
        left, right = (n if n in driven else None for n in (lanelet.beside("Left"), lanelet.beside("Right")))
        lanes.append(Lane(lanelet.id, lanelet.centre, lanelet.width, limit, after, left, right))
        length = float(np.linalg.norm(np.diff(lanelet.centre, axis=0), axis=1).sum())
        lit = [groups[r.integer("ref")] for r in element.all("trafficLightRef") if r.integer("ref") in groups]
        stops += [StopLine(lanelet.id, max(0.0, length - 0.5), signal_group=group) for group in lit]
    walked = [lanelet for lanelet in lanelets.values() if lanelet.kinds & WALKED and lanelet.id not in driven]
    widths = [lanelet.width for lanelet in walked]
    return RoadNetwork(
        lanes=tuple(lanes),
        crossings=tuple(zebra(lanelet) for lanelet in lanelets.values() if "crosswalk" in lanelet.kinds),
        sidewalks=tuple(lanelet.centre for lanelet in walked),
        sidewalk_width=float(np.median(widths)) if widths else 2.0,
        stop_lines=tuple(stops),
        surfaces=(
            *(surface(lanelet, lanelet.id not in driven) for lanelet in lanelets.values()),
            fields_around(lanelets),
        ),
        markings=tuple(paint(driven)),
    )


def surface(lanelet: Lanelet, walked: bool) -> Surface:
    """Ground of a lanelet, all at height 0: the files know no kerbs."""
    on_road = not walked or "crosswalk" in lanelet.kinds
    return Surface(lanelet.outline, 0.0, Kind.ROAD if on_road else Kind.PAVEMENT, ASPHALT if on_road else SLABS)


def fields_around(lanelets: dict[int, Lanelet]) -> Surface:
    """Grass around and a little below the map."""
    everything = np.concatenate([lanelet.outline for lanelet in lanelets.values()])
    low, high = everything.min(0) - AROUND, everything.max(0) + AROUND
    outline = np.array([low, (high[0], low[1]), high, (low[0], high[1])])
    return Surface(outline, -LOWER, Kind.TERRAIN, SurfaceLook("grass", roughness=0.95))


def zebra(lanelet: Lanelet) -> Crossing:
    """Crossing of a crosswalk."""
    return Crossing(lanelet.id, lanelet.centre[0], lanelet.centre[-1], lanelet.width)


def sign_limits(root: Element) -> dict[int, float]:
    """Speed limit (m/s) of every traffic sign that states one."""
    limits = {}
    for sign in root.all("trafficSign"):
        for part in sign.all("trafficSignElement"):
            value = part.maybe("additionalValue")
            if part.one("trafficSignID").text in SPEED_SIGNS and value is not None:
                limits[sign.integer("id")] = value.number(0.1, 150.0, "m/s")
    return limits


def light_groups(root: Element) -> dict[int, int]:
    """Signal group of every traffic light that works."""
    lights = [light for light in root.all("trafficLight") if light.maybe("cycle") is not None]
    return {light.integer("id"): group for group, light in enumerate(lights)}


def read_lights(
    root: Element, lanelets: dict[int, Lanelet], origin: Floats, dt: float, first: int
) -> tuple[Signal, ...]:
    """Traffic lights as signals; they face the lanelets that refer to them.

    Args:
        root: of the file.
        lanelets: all.
        origin: (2,) m, taken off.
        dt: s of a time step.
        first: time step that is time 0.
    """
    signals = []
    for number, group in light_groups(root).items():
        light = next(e for e in root.all("trafficLight") if e.integer("id") == number)
        users = [n for n in lanelets.values() if number in {r.integer("ref") for r in n.element.all("trafficLightRef")}]
        place, cycle = light.maybe("position"), light.one("cycle")
        if not users:
            continue
        end = users[0].centre[-1] - users[0].centre[-2]
        spot = users[0].right[-1] if place is None else point(place.one("point"), origin)
        plan = tuple(phase(part, dt) for part in cycle.all("cycleElement"))
        if not plan:
            raise cycle.error("<cycleElement> is missing")
        shift = cycle.maybe("timeOffset")
        offset = -(0.0 if shift is None else shift.number(0, 1e6, "steps")) * dt + first * dt
        heading = float(np.arctan2(-end[1], -end[0]))
        look = sample_signal(rng_for(0, "encounter", "signal", number))
        signals.append(Signal(0, np.array([*spot, HEAD_HEIGHT]), heading, look, plan, offset, group))
    return tuple(signals)


def phase(part: Element, dt: float) -> tuple[SignalState, float]:
    """State and duration (s) of one element of a cycle."""
    colour = part.one("color")
    if colour.text not in LIGHTS:
        raise colour.error(f"{colour.text!r} is no colour; choose from {', '.join(LIGHTS)}")
    return LIGHTS[colour.text], part.one("duration").number(1, 1e5, "steps") * dt


def paint(lanelets: dict[int, Lanelet]) -> list[Marking]:
    """Lines along the lanelets: dashed between lanes of one direction, solid elsewhere, unless the file knows better.

    A line that two lanelets share is painted once, by the one on its right. Lanelets that lie over each other, as on
    junctions, have lines where the file says so, only.
    """
    marks: list[Marking] = []
    outlines = {number: lanelet.outline for number, lanelet in lanelets.items()}
    for lanelet in lanelets.values():
        shared = "intersection" in lanelet.kinds or lies_over(lanelet, outlines)
        for side, bound in (("left", lanelet.left), ("right", lanelet.right)):
            neighbour = lanelet.beside(side.title())
            if side == "right" and neighbour in lanelets:
                continue
            stated = lanelet.element.one(f"{side}Bound").maybe("lineMarking")
            usual = "no_marking" if shared else ("dashed" if neighbour in lanelets else "solid")
            style = usual if stated is None else stated.text
            if style in ("no_marking", "unknown", "curb", "lowered_curb"):
                continue
            line = distinct(bound)
            if len(line) > 1:
                marks += strokes(line, "dashed" in style)
    return marks


def lies_over(lanelet: Lanelet, outlines: dict[int, Floats]) -> bool:
    """Whether the middle of a lanelet lies in another one somewhere."""
    centre = lanelet.centre
    along = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(centre, axis=0), axis=1))])
    spots = np.stack([np.interp(np.linspace(0.1, 0.9, 5) * along[-1], along, centre[:, k]) for k in (0, 1)], -1)
    low, high = spots.min(0), spots.max(0)
    near = [o for n, o in outlines.items() if n != lanelet.id and (o.max(0) > low).all() and (o.min(0) < high).all()]
    return any(within(spot, outline) for outline in near for spot in spots)


def strokes(line: Floats, dashed: bool) -> list[Marking]:
    """Painted pieces of a line."""
    along = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(line, axis=0), axis=1))])
    starts = np.arange(0.0, along[-1], DASH + SPACE) if dashed else np.array([0.0])
    marks = []
    for start in starts:
        stop = min(start + DASH, along[-1]) if dashed else along[-1]
        where = np.unique(np.concatenate([[start, stop], along[(along > start) & (along < stop)]]))
        part = distinct(np.stack([np.interp(where, along, line[:, k]) for k in (0, 1)], -1))
        if stop - start < 0.3 or len(part) < 2:
            continue
        outline = np.concatenate([offset_line(part, -LINE / 2), offset_line(part, LINE / 2)[::-1]])
        marks.append(Marking(outline, WHITE))
    return marks
