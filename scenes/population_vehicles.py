"""Parked and moving vehicles."""

from __future__ import annotations

import math

import numpy as np

from scenes.draws import Draws
from scenes.kinds import Kind
from scenes.lanes import arc_lengths, line_at
from scenes.population_space import Space
from scenes.roads_parts import PARKING, Layout, Route
from scenes.schema import ParkedSpec, VehicleSpec
from scenes.types import Actor, Floats
from scenes.vehicles import VehicleLook, sample_vehicle

BRAKING = 2.0  # m/s2 that everybody can stop with at time 0 (comfortable deceleration, Treiber et al. 2000)
KERB_GAP = (0.08, 0.28)  # m between tyres and kerb
TURN_SPEED = 5.0  # m/s that vehicles take a turn of a junction at


def kind_named(name: str) -> Kind:
    """Kind of a name in a scene file."""
    return Kind[name.upper()]


def add_parked(spec: ParkedSpec, layout: Layout, space: Space, draws: Draws) -> list[Actor]:
    """Park vehicles in the parking strips, in driving direction or against it.

    Args:
        spec: with plain values.
        layout: with the parking strips.
        space: to be filled.
        draws: source of randomness.

    Returns:
        Actors without ids.
    """
    parked = []
    for number, strip in enumerate(layout.parking):
        s, index = strip.start + 0.5, 0
        while True:
            rng = draws.rng("parked", number, index)
            place = f"[{number}.{index}]"
            look = sample_vehicle(rng, kind_named(draws.name(spec.kind, f"parked.kind{place}")))
            if s + look.length > strip.end:
                break
            gap = float(rng.uniform(*KERB_GAP))
            gap = min(gap, max(0.03, PARKING - look.width))
            if rng.random() < spec.occupancy and look.width + gap < PARKING + 0.25:
                along = strip.side < 0 if rng.random() < 0.85 else strip.side > 0
                heading = strip.frame.heading + (0.0 if along else math.pi) + float(rng.normal(0.0, 0.006))
                x, y = strip.at(s + look.length / 2, strip.section.kerb - gap - look.width / 2)
                if space.place(float(x), float(y), heading, look.length, look.width):
                    parked.append(standing_vehicle(look, np.array([x, y]), heading))
            s += look.length + draws.number(spec.gap, f"parked.gap{place}")
            index += 1
    return parked


def standing_vehicle(look: VehicleLook, position: Floats, heading: float) -> Actor:
    """A parked vehicle, id still 0."""
    return Actor(
        id=0, kind=look.kind, look=look, size=look.size, path=position[None], start=0.0, speed=0.0, desired_speed=0.0,
        heading=heading, behaviour="parked",
    )  # fmt: skip


def add_traffic(
    spec: VehicleSpec, layout: Layout, space: Space, draws: Draws, egos: dict[int, tuple[float, str]],
    closed: frozenset[int], horizon: float,
) -> list[Actor]:  # fmt: skip
    """Let vehicles drive in all lanes, each lane filled from its end backwards.

    Args:
        spec: with plain values.
        layout: with the routes.
        space: walls and posts (not consulted: lanes are kept free of them).
        draws: source of randomness.
        egos: first lane -> (s at time 0, kind) of the vehicle that carries a camera.
        closed: first lanes that stay empty.
        horizon: s; vehicles that enter a lane within it wait before its start.

    Returns:
        Actors without ids; the one of an ego has the behaviour `drive` and stands first in its lane's order.
    """
    actors: list[Actor] = []
    lanes = sorted({route.lanes[0] for route in layout.routes})
    for lane in lanes:
        if lane in closed:
            continue
        choices = [route for route in layout.routes if route.lanes[0] == lane]
        actors += _fill_lane(spec, layout, choices, draws, egos.get(lane), horizon)
    return actors


def _fill_lane(
    spec: VehicleSpec, layout: Layout, choices: list[Route], draws: Draws, ego: tuple[float, str] | None, horizon: float
) -> list[Actor]:
    """Vehicles of one first lane, from the front to the back."""
    lane = choices[0].lanes[0]
    stops = [stop.s for stop in layout.network.stop_lines if stop.lane == lane]
    junction = len(choices[0].lanes) > 1
    length = stops[0] if junction and stops else float(arc_lengths(choices[0].line)[-1])
    found: list[tuple[float, VehicleLook, float, Route]] = []  # front s, look, desired speed, route
    queue: list[tuple[float | None, int]] = [(None, 1)]
    if ego is not None:
        queue = [(ego[0], -1), (ego[0], 1)]
    for anchor, way in queue:
        s = length - 2.0 if anchor is None else anchor
        index = 0
        while True:
            own = anchor is not None and index == 0
            if own and way > 0:
                index += 1
                s = found_front(found, ego) if found else s
                continue
            place = f"[{lane}.{way}.{index}]"
            rng = draws.rng("vehicles", lane, way, index)
            kind = ego[1] if own and ego else draws.name(spec.kind, f"vehicles.kind{place}")
            look = sample_vehicle(rng, kind_named(kind))
            speed = draws.number(spec.speed, f"vehicles.speed{place}")
            gap = 0.0 if own else draws.number(spec.spacing, f"vehicles.spacing{place}")
            first = anchor is None and index == 0
            s = s if own else s - rng.uniform(0.0, 1.0) * gap if first else s + gap + look.length if way < 0 else s - gap
            route = choices[0] if own else choices[int(rng.integers(len(choices)))]
            if (way < 0 and s > length - 2.0) or (way > 0 and s < -(horizon * 10.0)):
                break
            found.append((s, look, speed, route))
            s = s if way < 0 else s - look.length
            index += 1
    return _settle(layout, sorted(found, key=lambda entry: -entry[0]), stops)


def found_front(found: list[tuple[float, VehicleLook, float, Route]], ego: tuple[float, str] | None) -> float:
    """Rear of the ego, behind which the lane is filled on."""
    s, look, _, _ = found[0]
    return s - look.length


def _settle(
    layout: Layout, found: list[tuple[float, VehicleLook, float, Route]], stops: list[float]
) -> list[Actor]:
    """Slow vehicles down so that each can still stop behind its leader and at stop lines."""
    actors: list[Actor] = []
    ahead_s, ahead_speed = math.inf, 0.0
    for front, look, desired, route in found:
        ways = [place - 1.0 - front for place in stops if place > front]
        over = [place for place in stops if place < front < place + look.length + 8.0]
        if over:
            continue  # nobody starts on a crossing
        allowed = min([math.sqrt(2 * BRAKING * max(way, 0.0)) for way in ways], default=math.inf)
        gap = ahead_s - front - 2.5
        if gap < 0.0:
            continue
        follow = math.sqrt(2 * BRAKING * gap + ahead_speed**2) if math.isfinite(gap) else math.inf
        speed = min(desired, allowed, follow)
        line = route.line
        ahead_s, ahead_speed = front - look.length, speed
        _, _, heading = line_at(line, front - look.length / 2)
        actors.append(
            Actor(
                id=0, kind=look.kind, look=look, size=look.size, path=line, start=front - look.length / 2, speed=speed,
                desired_speed=min(desired, TURN_SPEED) if route.turns else desired, heading=heading, behaviour="drive",
                lane=route.lanes[0],
            )  # fmt: skip
        )
    return actors


