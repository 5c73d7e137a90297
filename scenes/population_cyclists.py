"""Cyclists along a street: in the cycle lane where there is one, else at the outer edge of the driving lane."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from scenes.cycles import fleet_cycle
from scenes.draws import Draws
from scenes.kinds import Kind
from scenes.lanes import arc_lengths, offset_line
from scenes.population_vehicles import Driver, Queues, settle
from scenes.roads_parts import INFLOW, Layout
from scenes.roads_street import street_of
from scenes.roads_street_paint import CYCLE
from scenes.schema import SceneSpec
from scenes.types import Actor, Floats

EDGE = 0.6  # m between a cyclist and the edge of the driving lane
ASIDE = 1.1  # m from the middle of the lane at most: who drives behind must see that there is no room to pass
CLOSEST = 4.0  # m between the fronts of two cyclists
PERSONAL = (12.0, 16.0)  # m behind and ahead of the front of a vehicle with a camera where nobody rides


@dataclass(frozen=True, eq=False)
class Ribbon:
    """Where cyclists ride on one side."""

    lane: int  # beside or in which
    line: Floats  # (N, 2) m
    own: bool  # a cycle lane


def ribbons(spec: SceneSpec, layout: Layout) -> list[Ribbon]:
    """Ways of cyclists: one on each side that has a cycle lane, or a driving lane whose outer edge it is."""
    plan, found = street_of(spec.roads), []
    lanes = {lane.id: lane.centre for lane in layout.network.lanes}
    offsets = plan.offsets
    for side, name in ((1, "left"), (-1, "right")):
        one_way = plan.counts[1] == 0
        own = spec.roads.cycle_lane in (name, "both")
        if one_way and side != plan.hand and not own:
            continue
        lane = 0 if side == plan.hand else plan.counts[0] - 1 if one_way else plan.counts[0]
        way, middle = offsets[lane]
        aside = min(plan.width / 2 - EDGE, ASIDE)
        t = side * (plan.sides[side].lanes - CYCLE / 2) if own else middle + side * aside
        found.append(Ribbon(lane, offset_line(lanes[lane], way * (t - middle)), own))
    return found


def attentive(layout: Layout) -> Layout:
    """Let everybody count who heads for a crossing: who follows a cyclist takes long to get over it."""
    section = layout.section
    reach = sum(section.walk) / 2 - section.kerb
    crossings = tuple(replace(one, watch=max(one.watch, reach)) for one in layout.network.crossings)
    return replace(layout, network=replace(layout.network, crossings=crossings))


def riders_on(spec: SceneSpec, layout: Layout, draws: Draws, ribbon: Ribbon, side: int) -> list[tuple[float, Driver]]:
    """Cyclists of one side with the places of their front wheels along the lane, m."""
    route = next(route for route in layout.routes if route.lanes[0] == ribbon.lane)
    mean = 100.0 / spec.vehicles.cyclists
    found: list[tuple[float, Driver]] = []
    length, horizon = float(arc_lengths(route.line)[-1]), spec.start_time + 4.0
    front, index = max(12.0, INFLOW - 7.0 * horizon), 0
    while True:
        rng = draws.rng("cyclists", side, index)
        front += max(CLOSEST, float(rng.exponential(mean)))
        if front > length - INFLOW / 2:
            return found
        look = fleet_cycle(rng, draws.fleet, Kind.BICYCLE)
        speed = draws.number(spec.vehicles.cycling, f"vehicles.cycling[{side}.{index}]", rng)
        found.append((front, Driver(look, speed, 0.0, replace(route, line=ribbon.line), beside=route.line)))
        index += 1


def cyclists_in_lanes(spec: SceneSpec, layout: Layout, draws: Draws, egos: dict[int, tuple[float, str]]) -> Queues:
    """Cyclists that share a lane with the vehicles in it.

    Args:
        spec: with plain values.
        layout: of a street or curve.
        draws: source of randomness.
        egos: first lane -> (m along it, kind) of the vehicle that carries a camera.

    Returns:
        For each lane who rides there.
    """
    found: Queues = {}
    if spec.vehicles.cyclists == 0.0:
        return found
    for side, ribbon in enumerate(ribbons(spec, layout)):
        if ribbon.own:
            continue
        behind, ahead = PERSONAL
        own = egos[ribbon.lane][0] if ribbon.lane in egos else -np.inf
        riders = riders_on(spec, layout, draws, ribbon, side)
        found[ribbon.lane] = [rider for rider in riders if not own - behind < rider[0] < own + ahead]
    return found


def cyclists_beside(spec: SceneSpec, layout: Layout, draws: Draws) -> list[Actor]:
    """Cyclists in cycle lanes.

    Args:
        spec: with plain values.
        layout: of a street or curve.
        draws: source of randomness.

    Returns:
        Actors without ids.
    """
    actors: list[Actor] = []
    if spec.vehicles.cyclists == 0.0:
        return actors
    for side, ribbon in enumerate(ribbons(spec, layout)):
        if ribbon.own:
            stops = [stop.s for stop in layout.network.stop_lines if stop.lane == ribbon.lane]
            riders = riders_on(spec, layout, draws, ribbon, side)
            actors += settle(sorted(riders, key=lambda entry: -entry[0]), stops)
    return actors
