"""Parked and moving vehicles."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from scenes.cycles import CycleLook, fleet_cycle
from scenes.draws import Draws
from scenes.kinds import Kind
from scenes.lanes import arc_lengths, line_at, project_on
from scenes.population_space import Space
from scenes.roads_parts import BAY_ANGLES, INFLOW, PARKING, PITCHES, Layout, Route, Strip
from scenes.schema import ParkedSpec, VehicleSpec
from scenes.types import Actor, Floats
from scenes.vehicles import VehicleLook, fleet_vehicle

CYCLE_KINDS = (Kind.BICYCLE, Kind.MOTORCYCLE)
BRAKING = 2.0  # m/s2 that everybody can stop with at time 0 (comfortable deceleration, Treiber et al. 2000)
KERB_GAP = (0.08, 0.28)  # m between tyres and kerb
SWEEPING = 150.0  # m, radius of a bend that long vehicles keep to their lane in
NEAREST = 2.5  # m between two in a lane at time 0
TURN_SPEED = 5.0  # m/s that vehicles take a turn of a junction at


def kind_named(name: str) -> Kind:
    """Kind of a name in a scene file."""
    return Kind[name.upper()]


def fleet_look(rng: np.random.Generator, seed: int, kind: Kind) -> VehicleLook | CycleLook:
    """Choose a vehicle of the fleet of a seed; see `scenes.vehicles.fleet_vehicle`."""
    return fleet_cycle(rng, seed, kind) if kind in CYCLE_KINDS else fleet_vehicle(rng, seed, kind)


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
        if layout.bays != "parallel":
            parked += _in_bays(spec, layout.bays, strip, number, space, draws)
            continue
        s, index = strip.start + 0.5, 0
        while True:
            rng = draws.rng("parked", number, index)
            place = f"[{number}.{index}]"
            look = fleet_vehicle(rng, draws.fleet, kind_named(draws.name(spec.kind, f"parked.kind{place}", rng)))
            if s + look.length > strip.end:
                break
            gap = float(rng.uniform(*KERB_GAP))
            gap = min(gap, max(0.03, PARKING - look.width))
            if rng.random() < spec.occupancy and look.width + gap < PARKING + 0.25:
                along = strip.side < 0 if rng.random() < 0.85 else strip.side > 0
                middle = s + look.length / 2
                heading = strip.frame.heading_at(middle) + (0.0 if along else math.pi) + float(rng.normal(0.0, 0.006))
                x, y = strip.at(middle, strip.section.kerb - gap - look.width / 2)
                if space.place(float(x), float(y), heading, look.length, look.width):
                    parked.append(standing_vehicle(look, np.array([x, y]), heading))
            s += (look.length + draws.number(spec.gap, f"parked.gap{place}", rng)) / min(
                strip.stretch(s, strip.section.kerb), 1.0
            )
            index += 1
    if spec.hazards <= 0.0:
        return parked
    lots = [draws.rng("parked", "hazard", number).random() for number in range(len(parked))]
    return [replace(one, hazard=lot < spec.hazards) for one, lot in zip(parked, lots, strict=True)]


def _in_bays(spec: ParkedSpec, bays: str, strip: Strip, number: int, space: Space, draws: Draws) -> list[Actor]:
    """Park vehicles that fit in bays at an angle to the street; most with the nose to the kerb."""
    angle, pitch, depth = BAY_ANGLES[bays], PITCHES[bays], strip.section.kerb - strip.section.lanes
    lean, parked = depth / math.tan(angle), []
    for index in range(int((strip.end - strip.start) / pitch)):
        rng = draws.rng("parked", number, index)
        kind = draws.name(spec.kind, f"parked.kind[{number}.{index}]", rng)
        look = fleet_vehicle(rng, draws.fleet, kind_named(kind))
        reach = look.length * math.sin(angle) + look.width * math.cos(angle)
        gap = float(rng.uniform(*KERB_GAP))
        s = (math.ceil(strip.start / pitch) + index + 0.5) * pitch + lean / 2
        if rng.random() >= spec.occupancy or reach + gap > depth + 0.2 or s + lean > strip.end:
            continue
        inward = strip.frame.heading_at(s) + strip.side * angle
        heading = inward + (0.0 if rng.random() < 0.8 else math.pi) + float(rng.normal(0.0, 0.01))
        # the middle of the vehicle on the middle line of its bay
        away = strip.section.kerb - gap - reach / 2
        along = s + (away - strip.section.lanes - depth / 2) / math.tan(angle)
        x, y = strip.at(along, away)
        if space.place(float(x), float(y), heading, look.length, look.width):
            parked.append(standing_vehicle(look, np.array([x, y]), heading))
    return parked


def standing_vehicle(look: VehicleLook | CycleLook, position: Floats, heading: float) -> Actor:
    """A parked vehicle, id still 0."""
    return Actor(
        id=0, kind=look.kind, look=look, size=look.size, path=position[None], start=0.0, speed=0.0, desired_speed=0.0,
        heading=heading, behaviour="parked",
    )  # fmt: skip


def add_traffic(
    spec: VehicleSpec, layout: Layout, draws: Draws, egos: dict[int, tuple[float, str]], closed: frozenset[int],
    horizon: float, halts: Mapping[int, float], slow: Queues,
) -> list[Actor]:  # fmt: skip
    """Let vehicles drive in all lanes, each lane filled from its end backwards.

    Args:
        spec: with plain values.
        layout: with the routes.
        draws: source of randomness.
        egos: first lane -> (s at time 0, kind) of the vehicle that carries a camera.
        closed: first lanes that stay empty.
        horizon: s; vehicles that come within it start on the road beyond the last building.
        halts: first lane -> s of the front of a bus that stands at a stop at time 0.
        slow: who rides in a first lane besides, with the place of the front wheel, m.

    Returns:
        Actors without ids. An ego starts where it was asked to, whatever is around it.
    """
    actors: list[Actor] = []
    lanes = sorted({route.lanes[0] for route in layout.routes})
    for lane in lanes:
        if lane in closed or not (spec.moving or lane in egos):
            continue
        choices = [route for route in layout.routes if route.lanes[0] == lane]
        besides = slow.get(lane, [])
        actors += _fill_lane(spec, layout, choices, draws, egos.get(lane), horizon, halts.get(lane), besides)
    return actors


@dataclass(frozen=True)
class Driver:
    """A vehicle that is about to be put into a lane."""

    look: VehicleLook | CycleLook
    speed: float  # m/s, desired
    gap: float  # m to the next one
    route: Route
    hurry: float = 0.0  # 0..1, where in its gap the first one of a lane stands
    beside: Floats | None = None  # (N, 2) m, line that places are counted along, where it is not the route's
    halts: bool = False  # a bus that stands at a stop


Queues = dict[int, list[tuple[float, Driver]]]  # by first lane: m along it, of the front, and who


def _fill_lane(
    spec: VehicleSpec, layout: Layout, choices: list[Route], draws: Draws, ego: tuple[float, str] | None,
    horizon: float, halt: float | None, slow: list[tuple[float, Driver]],
) -> list[Actor]:  # fmt: skip
    """Vehicles of one first lane, from the front to the back."""
    lane = choices[0].lanes[0]
    stops = [stop.s for stop in layout.network.stop_lines if stop.lane == lane]
    straight = [route for route in choices if not route.turns]
    tight = abs(layout.frame.bend) > 1.0 / SWEEPING or layout.green is not None  # bends and roundabouts
    first = next(entry.centre for entry in layout.network.lanes if entry.id == lane)
    line = first if len(choices[0].lanes) > 1 else choices[0].line
    length = stops[0] if len(choices[0].lanes) > 1 and stops else float(arc_lengths(line)[-1])

    def driver(name: str, index: int, kind: str | None = None) -> Driver:
        place = f"[{lane}.{name}.{index}]"
        rng = draws.rng("vehicles", lane, name, index)
        kind = draws.name(spec.kind, f"vehicles.kind{place}", rng) if kind is None else kind
        if (tight and kind in ("truck", "bus")) or (not straight and kind != "car"):
            kind = "car"
        look = fleet_look(rng, draws.fleet, kind_named(kind))
        speed = draws.number(spec.speed, f"vehicles.speed{place}", rng)
        gap = draws.number(spec.spacing, f"vehicles.spacing{place}", rng)
        # long vehicles do not get round the corners
        nimble = kind in ("car", "van") and look.wheel_base <= layout.nimble
        able = choices if nimble and name != "ego" else straight or choices
        route = able[int(rng.integers(len(able)))]
        return Driver(look, speed, gap, route, float(rng.random()))

    found: list[tuple[float, Driver]] = []  # s of the front bumper
    junctions = len(choices[0].lanes) > 1
    back = length - (2.0 if junctions else INFLOW / 2)
    if ego is not None:
        own = driver("ego", 0, ego[1])
        front, index = ego[0], 0
        back = front - own.look.length
        found.append((front, own))
        while front < length - INFLOW / 2:
            one = driver("ahead", index)
            front, index = front + one.gap + one.look.length, index + 1
            if front < length - INFLOW / 2:
                found.append((front, one))
    index = 0
    nearest = max(12.0, INFLOW - horizon * 10.0)
    while back > nearest:
        one = driver("behind", index)
        front = back - one.gap * (one.hurry if index == 0 and ego is None else 1.0)
        back, index = front - one.look.length, index + 1
        if back > 0.0:
            found.append((front, one))
    if halt is not None:
        found = let_in(found, replace(driver("stop", 0, "bus"), halts=True), halt, None if ego is None else ego[0])
    return settle(sorted([*found, *slow], key=lambda entry: -entry[0]), stops)


def let_in(
    found: list[tuple[float, Driver]], bus: Driver, front: float, ego: float | None
) -> list[tuple[float, Driver]]:
    """Put a bus at a stop in place of whoever is there, but for an ego.

    Args:
        found: s of the front and driver of everybody in the lane.
        bus: that stands.
        front: s of its front, m.
        ego: s of the front of the ego, m.

    Returns:
        Who is in the lane now.
    """
    apart = [
        (s, one) for s, one in found if s < front - bus.look.length - NEAREST or s - one.look.length > front + NEAREST
    ]
    if ego is not None and all(s != ego for s, _ in apart):
        return found
    return [*apart, (front, bus)]


def settle(found: list[tuple[float, Driver]], stops: list[float]) -> list[Actor]:
    """Slow vehicles down so that each can still stop behind its leader and at stop lines."""
    actors: list[Actor] = []
    ahead_s, ahead_speed = math.inf, 0.0
    for front, driver in found:
        look, desired, route = driver.look, driver.speed, driver.route
        ways = [place - 1.0 - front for place in stops if place > front]
        over = [place for place in stops if place < front < place + look.length + 8.0]
        if over:
            continue  # nobody starts on a crossing
        allowed = min([math.sqrt(2 * BRAKING * max(way, 0.0)) for way in ways], default=math.inf)
        gap = ahead_s - front - NEAREST
        if gap < 0.0:
            continue
        follow = math.sqrt(2 * BRAKING * gap + ahead_speed**2) if math.isfinite(gap) else math.inf
        speed = 0.0 if driver.halts else min(desired, allowed, follow, route.pace)
        line = route.line
        ahead_s, ahead_speed = front - look.length, speed
        start = front - look.length / 2
        if driver.beside is not None:
            start, _ = project_on(line, np.array(line_at(driver.beside, start)[:2]))
        _, _, heading = line_at(line, start)
        actors.append(
            Actor(
                id=0,
                kind=look.kind,
                look=look,
                size=look.size,
                path=line,
                start=start,
                speed=speed,
                desired_speed=min(desired, TURN_SPEED, route.pace) if route.turns else min(desired, route.pace),
                heading=heading,
                behaviour="drive",
                lane=route.lanes[0],
                driver="bus" if driver.halts else "rule",
            )
        )
    return actors
