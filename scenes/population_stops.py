"""Bus stops: shelter and pole, people who wait, and the bus."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from scenes.draws import Draws
from scenes.kinds import Kind
from scenes.population_people import admit, guest_for
from scenes.population_space import Space
from scenes.population_vehicles import KERB_GAP, standing_vehicle
from scenes.props import sample_prop
from scenes.roads_parts import INFLOW, KERB_STONE, Layout
from scenes.schema import PeopleSpec, VehicleSpec
from scenes.types import Actor, Prop
from scenes.vehicles import fleet_vehicle

SHELTER = 1.0  # m, depth of the least shelter
BEFORE = 0.5  # m between kerb and shelter
WALKWAY = 1.3  # m that stay free for people behind it
QUEUE = 7.0  # m along the kerb where people wait


def add_stops(layout: Layout, space: Space, draws: Draws) -> list[Prop]:
    """Put up shelters and poles.

    Args:
        layout: with the stops.
        space: to be filled.
        draws: source of randomness.

    Returns:
        The props; a narrow pavement has a pole alone.
    """
    props = []
    for stop in layout.stops:
        rng, section = draws.rng("bus stop", stop.side), stop.section
        facing, z = stop.facing(stop.front), section.kerb_height
        pole = replace(sample_prop(rng, "sign-rectangle"), width=0.45, height=2.8, pattern=1)
        shelter = sample_prop(rng, "bus-shelter")
        deep = min(shelter.length, section.back - section.kerb - BEFORE - WALKWAY)
        things = [(pole, stop.front, section.kerb + KERB_STONE + 0.25, 0.3, 0.3)]
        if deep >= SHELTER:
            shelter = replace(shelter, length=deep)
            middle = stop.front - stop.way * (2.5 + shelter.width / 2)
            things.append((shelter, middle, section.kerb + BEFORE + deep / 2, deep, shelter.width))
        for look, s, distance, length, width in things:
            x, y = stop.at(s, distance)
            if space.place(float(x), float(y), facing, length, width):
                props.append(Prop(look.kind, look, np.array([x, y, z]), facing))
    return props


def add_waiting(spec: PeopleSpec, layout: Layout, space: Space, draws: Draws) -> list[Actor]:
    """People who stand at a bus stop and look where the bus comes from, or at the road.

    Args:
        spec: with plain values.
        layout: with the stops.
        space: to be filled.
        draws: source of randomness.

    Returns:
        Actors without ids; more where many people are about.
    """
    people: list[Actor] = []
    for stop in layout.stops:
        count = int(draws.rng("bus stop", stop.side, "people").integers(0, 2 + round(min(spec.density, 20.0) / 3.0)))
        for index in range(count):
            rng = draws.rng("bus stop", stop.side, "people", index)
            near, far = stop.section.walk
            s = stop.front - stop.way * float(rng.uniform(0.4, QUEUE))
            spot = stop.at(s, float(rng.uniform(stop.section.kerb + BEFORE, max(near + 0.4, far - 0.8))))
            turn = float(rng.uniform(-0.2, 1.3))  # away from the road towards those who come
            facing = stop.facing(s) + stop.side * stop.way * turn
            one = admit(guest_for(spec, rng), spot[None], stop.section.kerb_height, 0.0, 0.0, space, rng, facing)
            people += [one] if one else []
    return people


def buses_in_bays(spec: VehicleSpec, layout: Layout, space: Space, draws: Draws) -> list[Actor]:
    """Buses that stand at stops beside the lanes.

    Args:
        spec: with plain values.
        layout: with the stops.
        space: to be filled.
        draws: source of randomness.

    Returns:
        Actors without ids.
    """
    buses = []
    for stop in layout.stops:
        rng = draws.rng("bus stop", stop.side, "bus")
        if not stop.bay or rng.random() >= spec.at_stops:
            continue
        look = fleet_vehicle(rng, draws.fleet, Kind.BUS)
        x, y = stop.at(stop.front - stop.way * look.length / 2, stop.section.kerb - KERB_GAP[0] - look.width / 2)
        heading = stop.frame.heading if stop.way > 0 else stop.frame.heading + np.pi
        if space.place(float(x), float(y), heading, look.length, look.width):
            buses.append(standing_vehicle(look, np.array([x, y]), heading))
    return buses


def buses_in_lanes(spec: VehicleSpec, layout: Layout, draws: Draws) -> dict[int, float]:
    """Lanes in which a bus stands at a stop at time 0, and the place of its front, m.

    Args:
        spec: with plain values.
        layout: with the stops.
        draws: source of randomness.

    Returns:
        Lane -> m along it.
    """
    found = {}
    for stop in layout.stops:
        if not stop.bay and spec.moving and draws.rng("bus stop", stop.side, "bus").random() < spec.at_stops:
            half = layout.strips[0].end + INFLOW
            found[stop.lane] = half + stop.way * stop.front
    return found
