"""Vehicles that drive on an imported map, along routes over linked lanes."""

from __future__ import annotations

import math
from collections.abc import Iterable
from functools import lru_cache
from itertools import takewhile

import numpy as np

from scenes.cameras import Ego
from scenes.draws import Draws
from scenes.ego import cut
from scenes.geometry import wrap_angle
from scenes.lanes import arc_lengths, line_at
from scenes.map_lanes import before_of, length_of
from scenes.map_layout import Area, spaced
from scenes.population_space import Boxes
from scenes.population_vehicles import Driver, fleet_look, kind_named, settle
from scenes.road_map import RoadMap
from scenes.roads_parts import Route
from scenes.schema import VehicleSpec
from scenes.types import Actor, Floats, Lane

AHEAD = 400.0  # m, length of a route
APART = 2.2  # m between the middles of two lanes that do not conflict
SIDE = 2.5  # m/s2 sideways that drivers accept in bends
SLOWEST = 3.5  # m/s, in the tightest bend
WIDE = 6.0  # m/s; whoever has to be slower in a bend had better be short
SHORT = 8.0  # m; nobody starts on shorter lanes
LONG = ("truck", "bus")
STRAIGHT = math.radians(30.0)
END = 8.0  # m before the end of the road where routes end, so that nobody's front leaves it


class Ways:
    """Which lanes of a map lead on, and which of them may be driven without giving way to anybody."""

    def __init__(self, found: RoadMap, lights: bool, rng: np.random.Generator) -> None:
        """Decide.

        Args:
            found: the map.
            lights: signals order who goes first.
            rng: source of randomness.
        """
        self.lanes = {lane.id: lane for lane in found.network.lanes}
        self.stops: dict[int, list[float]] = {}
        for stop in found.network.stop_lines:
            self.stops.setdefault(stop.lane, []).append(stop.s)
        lit = {stop.lane: stop.signal_group for stop in found.network.stop_lines if lights and stop.crossing is None}
        before = before_of(self.lanes.values())
        together: dict[int | None, list[Lane]] = {}  # by the group that they have green with; None = without a light
        for n in sorted(found.inside):
            group = next((lit[other] for other in before.get(n, ()) if other in lit), None)
            together.setdefault(group, []).append(self.lanes[n])
        self.closed = set(found.avoided)
        for lanes in together.values():
            self.closed |= closed_ways(lanes, foes_of(found), rng)

    def after(self, lane: Lane) -> list[Lane]:
        """Lanes that one may drive on to."""
        return [self.lanes[n] for n in lane.successors if n not in self.closed]

    def dead(self, lane: Lane) -> bool:
        """Whether nobody may drive on at the end of a lane, though the lane or one beside it goes on."""
        beside = [self.lanes[n] for n in (lane.left, lane.right) if n is not None]
        return not self.after(lane) and any(one.successors for one in (lane, *beside))

    def route(self, lane: Lane, start: float, long: bool, area: Area, rng: np.random.Generator) -> Route:
        """A way from the start of a lane over its successors, as far as the map is kept.

        Args:
            lane: the first one.
            start: m along it that the way must reach.
            long: straight on, for long vehicles; else chosen at random.
            area: what is kept.
            rng: source of randomness.
        """
        chain, length = [lane], length_of(lane)
        reach = length + AHEAD
        while length < reach:
            options = [one for one in self.after(chain[-1]) if not self.dead(one)] or self.after(chain[-1])
            if not options:
                break
            if long and len(options) > 1:
                chain.append(min(options, key=bend_of))
            else:
                chain.append(options[int(rng.integers(len(options)))])
            length += length_of(chain[-1])
        chain = [lane, *takewhile(lambda one: area.touches(one.centre), chain[1:])]
        line = np.concatenate([one.centre for one in chain])
        line = line[np.concatenate([[True], np.linalg.norm(np.diff(line, axis=0), axis=1) > 0.05])]
        line = cut(line, max(float(arc_lengths(line)[-1]) - END, start, SHORT / 2))
        return Route(tuple(one.id for one in chain), line, (0.0, float(arc_lengths(line)[-1])), 0)


def bend_of(lane: Lane) -> float:
    """How much a lane turns, rad."""
    end = line_at(lane.centre, length_of(lane))[2]
    return abs(float(wrap_angle(end - line_at(lane.centre, 0.0)[2])))


def closed_ways(lanes: list[Lane], foes: dict[int, set[int]], rng: np.random.Generator) -> set[int]:
    """Lanes in junctions that stay empty, so that those who drive have nobody to give way to.

    Args:
        lanes: within junctions, that may be driven at the same time.
        foes: from `foes_of`.
        rng: decides who goes first; those who go straight on come before those who turn.

    Returns:
        Ids.
    """
    lots = rng.permutation(len(lanes))
    chosen: set[int] = set()
    for k in sorted(range(len(lanes)), key=lambda k: (bend_of(lanes[k]) > STRAIGHT, lots[k])):
        if not foes.get(lanes[k].id, set()) & chosen:
            chosen.add(lanes[k].id)
    return {lane.id for lane in lanes} - chosen


@lru_cache(maxsize=8)
def foes_of(found: RoadMap) -> dict[int, set[int]]:
    """Lanes within junctions that conflict with each other; those that part from one lane do not."""
    lanes = [lane for lane in found.network.lanes if lane.id in found.inside]
    before = before_of(found.network.lanes)
    lines = [spaced(lane.centre, 1.0) for lane in lanes]
    foes: dict[int, set[int]] = {}
    low, high = (np.array([f(line, axis=0) for line in lines]).reshape(-1, 2) for f in (np.min, np.max))
    for a in range(len(lanes)):
        near = ((low[a + 1 :] <= high[a] + APART) & (high[a + 1 :] >= low[a] - APART)).all(1)
        for b in a + 1 + np.flatnonzero(near):
            one, other = lanes[a].id, lanes[b].id
            if not set(before.get(one, ())) & set(before.get(other, ())) and conflict(lines[a], lines[b]):
                foes.setdefault(one, set()).add(other)
                foes.setdefault(other, set()).add(one)
    return foes


def conflict(one: Floats, two: Floats) -> bool:
    """Whether two ways come so near each other that vehicles on them would touch."""
    if (one.min(0) > two.max(0) + APART).any() or (two.min(0) > one.max(0) + APART).any():
        return False
    return bool((np.linalg.norm(one[:, None] - two[None], axis=2) < APART).any())


def slowest(line: Floats, start: float, wish: float) -> float:
    """Speed (m/s) that suits the tightest bend within reach of a start (m) on a route."""
    along = arc_lengths(line)
    s = np.arange(start, min(float(along[-1]), start + 150.0), 2.0)
    if len(s) < 4:
        return wish
    x, y = (np.interp(s, along, line[:, k]) for k in (0, 1))
    heading = np.unwrap(np.arctan2(np.diff(y), np.diff(x)))
    turn = float(np.abs(heading[3:] - heading[:-3]).max(initial=0.0)) / 6.0 if len(heading) > 3 else 0.0
    return min(wish, max(SLOWEST, math.sqrt(SIDE / max(turn, 1e-4))))


def add_map_traffic(
    spec: VehicleSpec, found: RoadMap, ways: Ways, area: Area, draws: Draws, egos: Iterable[Ego]
) -> list[Actor]:
    """Vehicles on all lanes in an area.

    Args:
        spec: with plain values.
        found: the map.
        ways: where one may drive.
        area: where vehicles start.
        draws: source of randomness.
        egos: places of vehicles that must be there.

    Returns:
        Actors without ids. Nobody starts on a lane that nobody may leave, or over another vehicle.
    """
    carried = {ego.lane: ego for ego in egos}
    actors: list[Actor] = []
    space = Boxes()
    for lane in sorted(ways.lanes.values(), key=lambda one: one.id not in carried):
        ego = carried.get(lane.id)
        shut = lane.id in ways.closed or lane.id in found.inside or ways.dead(lane) or length_of(lane) < SHORT
        if ego is None and (not spec.moving or shut or not area.touches(lane.centre)):
            continue
        found_here = queue(spec, lane, ways, area, draws, ego)
        stops = [s for s in ways.stops.get(lane.id, []) if ego is None or s > ego.s]
        for actor in settle(found_here, stops):
            x, y, heading = line_at(actor.path, actor.start)
            own = ego is not None and abs(actor.start + actor.size[0] / 2 - ego.s) < 0.01
            if own or area.holds(np.array([[x, y]]))[0]:
                box = (x, y, heading, actor.size[0] + 2.0, actor.size[1] + 0.4)
                if own or not space.meet(*box):
                    space.add(*box)
                    actors.append(actor)
    return actors


def queue(
    spec: VehicleSpec, lane: Lane, ways: Ways, area: Area, draws: Draws, ego: Ego | None
) -> list[tuple[float, Driver]]:
    """Vehicles of one lane with the places of their fronts (m along it), from the front to the back."""
    found: list[tuple[float, Driver]] = []
    back, index = length_of(lane) - 0.5, 0
    if ego is not None:
        found.append((ego.s, driver(spec, lane, ways, area, draws, "ego", "car", ego.s)))
    while back > 6.0:
        one = driver(spec, lane, ways, area, draws, str(index), None, back)
        front = back - one.gap * (one.hurry if index == 0 else 1.0)
        back, index = front - one.look.length, index + 1
        clear = ego is None or front < ego.s - 12.0 or back > ego.s + 12.0
        if back > 0.0 and clear and front < one.route.frame_s[1]:
            found.append((front, one))
    return sorted(found, key=lambda entry: -entry[0])


def driver(
    spec: VehicleSpec, lane: Lane, ways: Ways, area: Area, draws: Draws, name: str, kind: str | None, start: float
) -> Driver:
    """Somebody who is about to be put into a lane."""
    rng, place = draws.rng("vehicles", lane.id, name), f"[{lane.id}.{name}]"
    kind = kind or draws.name(spec.kind, f"vehicles.kind{place}", rng)
    look = fleet_look(rng, draws.fleet, kind_named(kind))
    wish = draws.number(spec.speed, f"vehicles.speed{place}", rng)
    gap = draws.number(spec.spacing, f"vehicles.spacing{place}", rng)
    route = ways.route(lane, start + 0.5 if name == "ego" else 0.0, kind in LONG, area, rng)
    speed = slowest(route.line, max(0.0, start - 40.0), min(wish, 1.1 * lane.speed_limit))
    if kind in LONG and speed < WIDE:  # long vehicles do not get round tight bends
        look = fleet_look(rng, draws.fleet, kind_named("car"))
    return Driver(look, speed, gap, route, float(rng.random()))
