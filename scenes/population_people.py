"""People: on pavements, at and on crossings, all over squares."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from scenes.compiled import compiled
from scenes.draws import Draws
from scenes.kinds import Kind
from scenes.lanes import arc_lengths, beside, line_at
from scenes.people import PersonLook, sample_person
from scenes.people_sample import AGE_SHARES
from scenes.population_space import HORIZON, Space
from scenes.roads_frame import Frame
from scenes.roads_parts import RAMP, Layout, Place, Walk, ground_height
from scenes.schema import PeopleSpec
from scenes.seeds import between, pick
from scenes.types import Actor, Floats, RoadNetwork

ROOM = 0.7  # m, width that a walker needs
ABREAST = 0.68  # m between two who walk side by side
TRIES = 6
AGE_SPEED = {
    "child": 0.85,
    "teen": 1.05,
    "adult": 1.0,
    "senior": 0.78,
}  # Knoblauch et al. 1996: older people walk slower


def person(
    look: PersonLook, line: Floats, z: Floats, start: float, speed: float, phase: float, heading: float
) -> Actor:
    """A person whose id is still 0; speed 0 = standing."""
    return Actor(
        id=0, kind=Kind.PEDESTRIAN, look=look, size=look.size, path=line, start=start, speed=speed, desired_speed=speed,
        heading=heading, gait_phase=phase, behaviour="walk" if speed > 0 else "stand", path_z=z,
    )  # fmt: skip


def add_people(
    spec: PeopleSpec, layout: Layout, space: Space, draws: Draws, cameras: list[tuple[float, float, float]], time: float
) -> list[Actor]:
    """Populate the scene with people.

    Args:
        spec: with plain values.
        layout: with walks and crossings.
        space: to be filled.
        draws: source of randomness.
        cameras: x, y, heading of the cameras of a square.
        time: s, when the first picture is taken.

    Returns:
        Actors without ids.
    """
    people: list[Actor] = []
    for place in layout.places:
        people += _cross(spec, place, space, draws)
        people += _wait(spec, place, space, draws)
    if layout.section.kerb == 0.0:
        return people + _mill(spec, layout, space, draws, cameras, time)
    for number, walk in enumerate(layout.walks):
        people += _stroll(spec, walk, number, layout.network, space, draws)
    return _on_ramps(people, layout.network, layout.section.kerb_height)


def _on_ramps(people: list[Actor], network: RoadNetwork, kerb: float) -> list[Actor]:
    """Those who stand on the ramp of a dropped kerb stand as low as it is there."""
    ramps = replace(network, surfaces=tuple(one for one in network.surfaces if 0.0 < one.z < kerb))
    standing = [k for k, one in enumerate(people) if len(one.path) == 1]
    if not standing or not ramps.surfaces:
        return people
    heights = ground_height(ramps, np.concatenate([people[k].path for k in standing]))
    lowered = {k: np.array([height]) for k, height in zip(standing, heights, strict=True) if height > 0.0}
    return [replace(one, path_z=lowered[k]) if k in lowered else one for k, one in enumerate(people)]


@dataclass(frozen=True)
class Guest:
    """Somebody who looks for a place; the looks are drawn when one is found."""

    age_group: str
    warmth: float


def guest_for(spec: PeopleSpec, rng: np.random.Generator) -> Guest:
    """Somebody of the age and in the clothes that a scene has."""
    return Guest(pick(rng, AGE_SHARES), spec.warmth)


def admit(
    guest: Guest, line: Floats, z: Floats | float, start: float, speed: float, space: Space, rng: np.random.Generator,
    heading: float | None = None,
) -> Actor | None:  # fmt: skip
    """Let somebody in who collides with nothing and nobody within the next seconds."""
    if not space.crowd.admit(line, start, speed, space.solid, ROOM):
        return None
    if heading is None:
        _, _, heading = line_at(line, start)
    look = sample_person(rng, warmth=guest.warmth, age_group=guest.age_group)
    return person(look, line, np.full(len(line), z), start, speed, float(rng.random()), heading)


def pace_of(spec: PeopleSpec, guest: Guest, draws: Draws, path: str, rng: np.random.Generator) -> float:
    """Draw how fast somebody walks, m/s."""
    return max(0.3, draws.number(spec.speed, path, rng) * AGE_SPEED[guest.age_group])


def _stroll(spec: PeopleSpec, walk: Walk, number: int, roads: RoadNetwork, space: Space, draws: Draws) -> list[Actor]:
    """People along one pavement, both ways, alone or abreast, and some who stand."""
    length = float(arc_lengths(walk.line)[-1])
    count = round(spec.density * length / 100.0)
    ways = (walk.line, np.ascontiguousarray(walk.line[::-1]))
    people: list[Actor] = []
    for index in range(count):
        rng, place = draws.rng("people", number, index), f"[{number}.{index}]"
        standing = rng.random() < spec.standing
        company = 1 if rng.random() >= spec.grouped else int(rng.integers(2, 4))
        company = min(company, max(1, int(walk.width / ABREAST)))
        guests = [guest_for(spec, rng) for _ in range(company)]
        pace = min(pace_of(spec, guest, draws, f"people.speed{place}", rng) for guest in guests)
        for _ in range(TRIES):
            if standing:
                group = _stand(guests, walk, between(rng, 0.0, length), roads, space, rng)
            else:
                swing = draws.number(spec.swing, f"people.swing{place}", rng)
                way = ways[0] if rng.random() < 0.5 else ways[1]
                group = _abreast(guests, walk, way, length, pace, swing, space, rng)
            if group:
                people += group
                break
    return people


def _abreast(
    guests: list[Guest], walk: Walk, line: Floats, length: float, pace: float, swing: float, space: Space,
    rng: np.random.Generator,
) -> list[Actor]:  # fmt: skip
    """Walkers side by side along a walk's line or back, or none of them when there is no room."""
    reach = max(0.0, (walk.width - ROOM) / 2)
    span = (len(guests) - 1) * ABREAST
    shift = between(rng, -1.0, 1.0) * max(0.0, reach - span / 2)
    start = between(rng, 0.0, length)
    # nobody walks along a ruler: the path slants across the band as far as the band is wide
    slant = max(-reach, min(reach, shift + math.tan(math.radians(swing)) * 8.0)) - shift if len(guests) == 1 else 0.0
    group: list[Actor] = []
    for k, guest in enumerate(guests):
        side = shift - span / 2 + k * ABREAST
        path = slanted(line, side, slant, start)
        actor = admit(guest, path, walk.z, max(0.0, start + rng.normal(0.0, 0.12)), pace, space, rng)
        if actor is None:
            break
        group.append(actor)
    return group


@compiled()
def slanted(line, side, slant, start):  # type: ignore[no-untyped-def]
    """A path beside a line that moves sideways by `slant` over 8 m from `start` on.

    Args:
        line: (N, 2) m; only beside a straight one of two points paths slant.
        side: m, left positive.
        slant: m.
        start: m along the line.

    Returns:
        (M, 2) m.
    """
    dx, dy = line[1, 0] - line[0, 0], line[1, 1] - line[0, 1]
    length = math.hypot(dx, dy)
    if slant == 0.0 or len(line) != 2 or not 0.0 <= start < length - 9.0:
        return beside(line, side)
    local = np.array([(0.0, side), (start, side), (start + 8.0, side + slant), (length, side + slant)])
    if start < 0.05:
        local = local[1:]
    x, y = dx / length, dy / length
    path = np.empty((len(local), 2))
    for k in range(len(local)):
        path[k, 0] = line[0, 0] + x * local[k, 0] - y * local[k, 1]
        path[k, 1] = line[0, 1] + y * local[k, 0] + x * local[k, 1]
    return path


def _stand(
    guests: list[Guest], walk: Walk, s: float, roads: RoadNetwork, space: Space, rng: np.random.Generator
) -> list[Actor]:
    """Somebody who waits, or two or three who talk face to face."""
    x, y, along = line_at(walk.line, s)
    d = between(rng, -0.5, 0.5) * max(0.0, walk.width - ROOM)
    middle = np.array([x - d * math.sin(along), y + d * math.cos(along)])
    bends = len(walk.line) > 2  # there, the kerb may come nearer than half the width
    return _circle(guests, middle, walk.z, space, rng, min(0.45, walk.width / 3), roads if bends else None)


def _circle(
    guests: list[Guest], middle: Floats, z: float, space: Space, rng: np.random.Generator, radius: float,
    roads: RoadNetwork | None = None,
) -> list[Actor]:  # fmt: skip
    """Somebody alone, or two or three face to face: those who find room, with `roads` not off the pavement either."""
    turn = between(rng, -math.pi, math.pi)
    group: list[Actor] = []
    for k, guest in enumerate(guests):
        angle = turn + k * 2 * math.pi / len(guests)
        spot = middle + (radius * np.array([math.cos(angle), math.sin(angle)]) if len(guests) > 1 else 0.0)
        facing = angle + math.pi + float(rng.normal(0.0, 0.3))
        if roads is not None and ground_height(roads, spot[None])[0] == 0.0:
            break
        actor = admit(guest, spot[None], z, 0.0, 0.0, space, rng, facing)
        if actor is None:
            break
        group.append(actor)
    return group


def _slots(place: Place) -> list[float]:
    """Places side by side on a crossing, m from its middle line; nobody who keeps to his meets anybody."""
    count = max(1, int((place.crossing.width - 0.5) / place.slot))
    return [(k - (count - 1) / 2) * place.slot for k in range(count)]


def crossing_path(
    place: Place, lateral: float, way: int, legs: tuple[int, int], length: float
) -> tuple[Floats, Floats]:
    """A path along one pavement, over a crossing and along the other pavement.

    Args:
        place: the crossing.
        lateral: m from its middle line, along the road.
        way: +1 from its start to its end, -1 back.
        legs: direction along the road of the first and the last leg, +1 or -1; 0 = from the back of the pavement.
        length: of the legs, m.

    Returns:
        (N, 2) world points and (N,) heights, m.
    """
    section = place.section
    start_kerb = -float(np.hypot(*(place.crossing.end - place.crossing.start))) + section.kerb
    near, far = section.walk
    depth = (near + far) / 2 - section.kerb
    s = place.s + lateral
    low, high, z = start_kerb, section.kerb, section.kerb_height
    across = [(low - depth, z), (low - RAMP, z), (low, 0.0), (high, 0.0), (high + RAMP, z), (high + depth, z)]
    if depth <= RAMP + 0.05:
        slope = z * depth / RAMP
        across = [(low - depth, slope), (low, 0.0), (high, 0.0), (high + depth, slope)]
    if way < 0:
        across = across[::-1]
    local = [(s, t) for t, _ in across]
    heights = [height for _, height in across]
    return walked_on(place.frame, local, heights, (0, 0) if depth <= RAMP + 0.05 else legs, length)


def walked_on(
    frame: Frame, local: list[tuple[float, float]], heights: list[float], legs: tuple[int, int], length: float
) -> tuple[Floats, Floats]:
    """Go on along the road at both ends of a path.

    Args:
        frame: s along the road.
        local: (s, t) of its points, m.
        heights: of its points, m.
        legs: direction of the first and the last leg, +1 or -1; 0 = none.
        length: of the legs, m.

    Returns:
        (N, 2) world points and (N,) heights, m.
    """
    for leg, end in zip(legs, (0, -1), strict=True):
        if leg == 0:
            continue
        count = 1 if frame.bend == 0.0 else int(length / 1.5)
        s, t = local[end]
        points, more = [(s + leg * length * k / count, t) for k in range(1, count + 1)], [heights[end]] * count
        local, heights = ([*points[::-1], *local], [*more, *heights]) if end == 0 else (local + points, heights + more)
    return frame.points(local), np.array(heights)


def _cross(spec: PeopleSpec, place: Place, space: Space, draws: Draws) -> list[Actor]:
    """People who are on a crossing or on their way to it."""
    people: list[Actor] = []
    slots = _slots(place)
    number = place.crossing.id
    order = draws.rng("people", "crossing", number).permutation(len(slots))
    for index in range(min(spec.crossing, len(slots))):
        rng = draws.rng("people", "crossing", number, index)
        guest = guest_for(spec, rng)
        pace = pace_of(spec, guest, draws, f"people.speed[crossing{number}.{index}]", rng)
        lateral = slots[int(order[index])]
        for _ in range(TRIES):
            way = int(rng.choice([-1, 1]))
            legs = (int(rng.choice(place.legs)), int(rng.choice(place.legs)))
            line, z = crossing_path(place, lateral, way, legs, 25.0)
            along = arc_lengths(line)
            road = along[int(np.flatnonzero(z == 0.0)[0])]
            signalised = place.crossing.signal_group is not None
            start = road - between(rng, 1.6, 12.0) if signalised else road + between(rng, -10.0, 6.0)
            actor = admit(guest, line, z, max(0.0, float(start)), pace, space, rng)
            if actor is not None:
                people.append(actor)
                break
    return people


def _wait(spec: PeopleSpec, place: Place, space: Space, draws: Draws) -> list[Actor]:
    """People who stand beside a crossing and face the road."""
    people: list[Actor] = []
    number = place.crossing.id
    for index in range(spec.crossing // 2):
        rng = draws.rng("people", "waiting", number, index)
        guest = guest_for(spec, rng)
        side = int(rng.choice([-1, 1]))
        section = place.section
        width = float(np.hypot(*(place.crossing.end - place.crossing.start)))
        kerb = section.kerb if side > 0 else section.kerb - width
        s = place.s + float(rng.choice([-1, 1])) * (place.crossing.width / 2 + between(rng, 0.5, 1.0))
        spot = place.frame.at(s, kerb + side * between(rng, 0.4, 0.9))
        facing = place.frame.heading_at(s) - side * math.pi / 2 + float(rng.normal(0.0, 0.3))
        actor = admit(guest, spot[None], section.kerb_height, 0.0, 0.0, space, rng, facing)
        if actor is not None:
            people.append(actor)
    return people


def _mill(
    spec: PeopleSpec, layout: Layout, space: Space, draws: Draws, cameras: list[tuple[float, float, float]], time: float
) -> list[Actor]:
    """People on a square: towards, away from and across the view of a camera, and standing groups."""
    people: list[Actor] = []
    half = layout.strips[0].end
    count = round(spec.density * 2 * half / 100.0)
    for index in range(count):
        rng = draws.rng("people", "square", index)
        company = 1 if rng.random() >= spec.grouped else int(rng.integers(2, 4))
        guests = [guest_for(spec, rng) for _ in range(company)]
        x, y, view = cameras[index % len(cameras)] if cameras else (0.0, 0.0, 0.0)
        distance = draws.number(spec.distance, f"people.distance[{index}]", rng)
        swing = math.radians(draws.number(spec.swing, f"people.swing[{index}]", rng))
        pace = min(pace_of(spec, guest, draws, f"people.speed[{index}]", rng) for guest in guests)
        standing = rng.random() < spec.standing
        for _ in range(TRIES):
            bearing = view + between(rng, -0.45, 0.45)
            spot = np.array([x + distance * math.cos(bearing), y + distance * math.sin(bearing)])
            if abs(spot[1]) > layout.section.back - 0.7 or abs(spot[0]) > half:
                distance *= 0.8
                continue
            # towards, away, left or right as seen from the camera
            heading = bearing + math.pi / 2 * float(rng.choice([0, 1, 2, 3], p=[0.3, 0.2, 0.3, 0.2])) + swing
            group = (
                _circle(guests, spot, 0.0, space, rng, 0.45)
                if standing
                else _file(guests, spot, heading, pace, time, layout, space, rng)
            )
            people += group
            if group:
                break
    return people


def _file(
    guests: list[Guest], spot: Floats, heading: float, pace: float, time: float, layout: Layout, space: Space,
    rng: np.random.Generator,
) -> list[Actor]:  # fmt: skip
    """People abreast who pass a spot at about the time of the first picture."""
    unit = np.array([math.cos(heading), math.sin(heading)])
    normal = np.array([-unit[1], unit[0]])
    half, wide = layout.strips[0].end, layout.section.back - 0.5
    group: list[Actor] = []
    for k, guest in enumerate(guests):
        own = spot + normal * ABREAST * k
        if abs(own[1]) > wide:
            break
        before = min(_reach(own, -unit, half, wide), pace * (time + 2.0))
        after = min(_reach(own, unit, half, wide), pace * HORIZON)
        if before + after < 1.0:
            break
        line = np.stack([own - unit * before, own + unit * after])
        start = max(0.0, before - pace * time + float(rng.normal(0.0, 0.12)))
        actor = admit(guest, line, 0.0, start, pace, space, rng)
        if actor is None:
            break
        group.append(actor)
    return group


def _reach(spot: Floats, unit: Floats, half: float, wide: float) -> float:
    """Distance from a spot to the edge of a square in a direction, m."""
    limits = [
        (lim - math.copysign(1.0, u) * p) / abs(u)
        for p, u, lim in zip(spot, unit, (half, wide), strict=True)
        if abs(u) > 1e-6
    ]
    return max(0.0, float(min(limits)))
