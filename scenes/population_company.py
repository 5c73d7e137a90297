"""Who people are out with: children by the hand, prams, wheelchairs, dogs on leads, bicycles that they push."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from scenes.cycles import SHORTEST
from scenes.draws import Draws
from scenes.kinds import Kind
from scenes.lanes import arc_lengths, beside, line_at
from scenes.people import PersonLook, sample_person
from scenes.people_company import BUILDS, Companion, sample_companion
from scenes.people_company_path import boxes_of
from scenes.population_people import AGE_SPEED, ROOM, person
from scenes.population_space import TRUNK, Crowd, Space, boxes_meet
from scenes.roads_parts import ground_along
from scenes.schema import PeopleSpec
from scenes.seeds import between
from scenes.types import Actor, Crossing, Floats, RoadNetwork

BESIDE = 0.54  # m between the paths of a child and of who holds its hand
PUSHED = 0.45  # share of wheelchairs that somebody pushes
BEHIND = 0.80  # m from who pushes to who sits
SEAT = 0.50  # m, height of a wheelchair's seat
SLOWER = 0.94  # times the own pace, of people who push
JOGGERS = 0.6  # share of grown-up runners; the others are in a hurry
RUNNING = (0.88, 1.2)  # speed over sqrt(g leg): 2.6 to 3.5 m/s of somebody of 1.75 m
SPORTS = ("t_shirt", "tank", "hoodie", "football")
LEVEL = 0.02  # m, by which the ground beside a path may be higher or lower
Ring = tuple[float, float]  # m along and to the left of a path, middle of the circle that something takes
TURNS = (1.5, 0.8)  # m, ground that a wheelchair needs where it sets out


def accompany(spec: PeopleSpec, people: list[Actor], roads: RoadNetwork, space: Space, draws: Draws) -> list[Actor]:
    """Give some of the walkers company, where there is room; everybody else stays as they are.

    Args:
        spec: with plain values.
        people: who was let in, without ids.
        roads: for the height of the ground beside the paths.
        space: where they were let in.
        draws: source of randomness.

    Returns:
        The same people and those who came along, who come right after whom they belong to.
    """
    shares = {"child": spec.children, "pram": spec.prams, "wheelchair": spec.wheelchairs, "dog": spec.dogs,
              "bicycle": spec.bicycles, "runner": spec.runners}  # fmt: skip
    if not any(shares.values()):
        return people
    found: list[Actor] = []
    for index, one in enumerate(people):
        rng = draws.rng("people", "company", index)
        walks = one.speed > 0.0 and isinstance(one.look, PersonLook)
        child = walks and isinstance(one.look, PersonLook) and one.look.age_group == "child"
        offers = {"runner": spec.runners} if child else shares if walks else {}
        role = next((name for name, share in offers.items() if rng.random() < share), None)
        party = None if role is None else _party(role, one, spec.warmth, roads, space, rng)
        found += party or [one]
    return found


def _party(
    role: str, one: Actor, warmth: float, roads: RoadNetwork, space: Space, rng: np.random.Generator
) -> list[Actor] | None:
    """One person with company, None where it finds no room."""
    assert isinstance(one.look, PersonLook)
    if role == "child":
        return _with_child(one, warmth, roads, space, rng)
    if role in ("runner", "bicycle"):
        return _runs(one, warmth, space, rng) if role == "runner" else _with_bicycle(one, roads, space, rng)
    companion = sample_companion(rng, Kind[role.upper()])
    if role == "dog":
        return _with_dog(one, companion, roads, space)
    speed = round(SLOWER * one.speed, 3)
    if role == "pram":
        rings = [(0.0, 0.0), (0.75, 0.0), (1.2, 0.0)]
        if one.look.age_group == "teen" or not _settle(one, speed, rings, space, companion):
            return None
        return [_at(replace(one, look=_hands_free(one.look), companion=companion), speed)]
    return _in_wheelchair(one, companion, speed, warmth, space, rng)


def _with_child(
    one: Actor, warmth: float, roads: RoadNetwork, space: Space, rng: np.random.Generator
) -> list[Actor] | None:
    look = _hands_free(sample_person(rng, warmth=warmth, age_group="child"))
    speed = round(min(one.speed, 1.3 * AGE_SPEED["child"] * (0.75 + 0.25 * look.height / 1.2)), 3)
    first = 1.0 if rng.random() < 0.5 else -1.0
    phase = float(rng.random())
    for side in (first * BESIDE, -first * BESIDE):
        if _beside(one, side, roads, space) and _settle(one, speed, [(0.0, 0.0), (0.0, side)], space):
            assert isinstance(one.look, PersonLook)
            path, z = beside(one.path, side), np.asarray(one.path_z)
            child = person(look, path, z, _same_place(one, path), speed, phase, one.heading)
            return [replace(_at(one, speed), look=_hands_free(one.look), partner=1), replace(child, partner=-1)]
    return None


def _runs(one: Actor, warmth: float, space: Space, rng: np.random.Generator) -> list[Actor] | None:
    """Somebody in a hurry as they are, a child, or a jogger."""
    assert isinstance(one.look, PersonLook)
    look = one.look
    if look.age_group != "child" and rng.random() < JOGGERS:
        look = dressed_to_run(look, warmth, rng)
    look = _hands_free(look)
    speed = round(between(rng, *RUNNING) * math.sqrt(9.81 * 0.5 * look.height), 3)
    return [_at(replace(one, look=look, size=look.size), speed)] if _settle(one, speed, [(0.0, 0.0)], space) else None


def dressed_to_run(look: PersonLook, warmth: float, rng: np.random.Generator) -> PersonLook:
    """Somebody of the same age in sports clothes, without a bag."""
    for _ in range(40):
        if look.bottom.style in ("joggers", "leggings", "shorts") and look.top.style in SPORTS and look.top.hem > 0.42:
            break
        look = sample_person(rng, warmth=min(warmth, 0.55), age_group=look.age_group)
    return replace(look, bag=replace(look.bag, style="none"), bottom=replace(look.bottom, shoes="sneakers"))


def _with_dog(one: Actor, companion: Companion, roads: RoadNetwork, space: Space) -> list[Actor] | None:
    assert isinstance(one.look, PersonLook)
    for side in (companion.side, -companion.side):
        dog, reach = replace(companion, side=side), 0.25 * companion.size[0]
        rings = [(0.0, 0.0), (companion.ahead - reach, side), (companion.ahead + reach, side)]
        if _beside(one, side, roads, space) and _settle(one, one.speed, rings, space, dog):
            return [replace(one, look=_hands_free(one.look), companion=dog)]
    return None


def _with_bicycle(one: Actor, roads: RoadNetwork, space: Space, rng: np.random.Generator) -> list[Actor] | None:
    assert isinstance(one.look, PersonLook)
    if one.look.height < SHORTEST:
        return None
    look, speed = _hands_free(one.look), round(SLOWER * one.speed, 3)
    bicycle = sample_companion(rng, Kind.BICYCLE, look)
    for side in (bicycle.side, -bicycle.side):
        pushed, reach = replace(bicycle, side=side), 0.3 * bicycle.size[0]
        rings = [(0.0, 0.0), (bicycle.ahead - reach, side), (bicycle.ahead + reach, side)]
        box = boxes_of(pushed, one.path, np.array([one.start]))
        if boxes_meet(box, 1, *line_at(one.path, one.start), TRUNK / 2, TRUNK / 2):
            continue  # where the path turns, the bar would be in who pushes it
        if _beside(one, side, roads, space) and _settle(one, speed, rings, space, pushed):
            return [_at(replace(one, look=look, companion=pushed), speed)]
    return None


def _in_wheelchair(
    one: Actor, chair: Companion, speed: float, warmth: float, space: Space, rng: np.random.Generator
) -> list[Actor] | None:
    if space.solid.meet(*line_at(one.path, one.start), *TURNS):
        return None
    look = dressed_to_sit(one.look, warmth, rng)
    size = (*BUILDS[chair.model].size[:2], round(SEAT + 0.54 * look.height, 3))
    user = replace(one, look=look, size=size, companion=chair)
    helper = sample_person(rng, warmth=warmth, age_group="adult")
    level = one.path_z is not None and float(np.ptp(one.path_z)) < 1e-9
    rings: list[Ring] = [(-0.2, 0.0), (0.3, 0.0)]
    if rng.random() < PUSHED and level and one.start > BEHIND:
        if not _settle(one, speed, [(-BEHIND, 0.0), *rings], space, chair):
            return None
        pusher = person(
            _hands_free(helper), one.path, np.asarray(one.path_z), one.start - BEHIND, speed, between(rng, 0.0, 1.0),
            one.heading,
        )  # fmt: skip
        return [_at(user, speed), replace(pusher, partner=-1)]
    return [_at(user, speed)] if _settle(one, speed, rings, space, chair) else None


def _at(one: Actor, speed: float) -> Actor:
    return replace(one, speed=speed, desired_speed=speed)


def _hands_free(look: PersonLook) -> PersonLook:
    """The same person with both hands free: what is carried by hand stays at home."""
    bag = look.bag if look.bag.style in ("none", "rucksack", "daypack") else replace(look.bag, style="none")
    return replace(look, bag=bag, manner=replace(look.manner, carry="swing", stance="relaxed"))


def dressed_to_sit(look: object, warmth: float, rng: np.random.Generator) -> PersonLook:
    """Somebody of the same age in trousers and a top that ends above the seat."""
    assert isinstance(look, PersonLook)
    for _ in range(24):
        if look.bottom.style in ("jeans", "trousers", "joggers", "leggings") and look.top.hem > 0.46:
            break
        look = sample_person(rng, warmth=warmth, age_group=look.age_group)
    free = _hands_free(look)
    return replace(free, bag=replace(free.bag, style="none"), manner=replace(free.manner, stoop=0.02, head_turn=0.0))


def _same_place(one: Actor, path: Floats) -> float:
    """How far along a path beside that of a walker the same place is, m: beside the first point on a crossing."""
    here, there = arc_lengths(one.path), arc_lengths(path)
    z = np.asarray(one.path_z)
    vertex = int(np.argmin(z)) if float(np.ptp(z)) > 0.01 else int(np.searchsorted(here, one.start)) - 1
    vertex = min(max(vertex, 0), len(here) - 1)
    return max(0.0, float(there[vertex] + one.start - here[vertex]))


def _settle(one: Actor, speed: float, rings: list[Ring], space: Space, companion: Companion | None = None) -> bool:
    """Let a party in instead of the walker alone: its circles keep their distance, and its box touches nobody.

    What goes along must not begin in a wall: it may be behind its person, or ahead where the path has just turned.
    """
    crowd = space.crowd
    own = crowd.walk(one.path, one.start, one.speed)
    walks = [_ring_walk(one, speed, ring, crowd) for ring in rings]
    taken = [] if companion is None else [boxes_of(companion, one.path, one.start + speed * crowd.times)]
    if taken and boxes_meet(space.solid.rows, space.solid.count, *taken[0][0]):
        return False
    return crowd.swap(own, walks, taken)


def _ring_walk(one: Actor, speed: float, ring: Ring, crowd: Crowd) -> Floats:
    """(T, 2) places of a circle: on the own path, a child beside it with its own pace, a dog abreast all the way."""
    along, side = ring
    if side == 0.0:
        return crowd.walk(one.path, one.start + along, speed)
    line = beside(one.path, side)
    if along == 0.0:
        return crowd.walk(line, _same_place(one, line), speed)
    here, there = arc_lengths(one.path), arc_lengths(line)
    places = np.interp(one.start + along + speed * crowd.times, here, there)
    return np.stack([np.interp(places, there, line[:, k]) for k in (0, 1)], -1)


def _beside(one: Actor, side: float, roads: RoadNetwork, space: Space) -> bool:
    """Whether there is ground, as high as the walker's, and nothing solid beside a path; on crossings within them."""
    line = beside(one.path, side)
    if space.solid.meet_path(line, ROOM):
        return False
    z = np.asarray(one.path_z)
    spots, ground, wanted = ground_along(roads, line, z)
    if np.abs(ground - wanted).max() > LEVEL:
        return False
    low = spots[wanted < 0.005] if float(np.ptp(z)) > 0.01 else spots[:0]
    return all(any(_within(spot, crossing) for crossing in roads.crossings) for spot in low)


def _within(spot: Floats, crossing: Crossing) -> bool:
    across = crossing.end - crossing.start
    length = float(np.hypot(*across))
    unit, off = across / length, spot - crossing.start
    return -0.3 < float(off @ unit) < length + 0.3 and abs(float(off @ [-unit[1], unit[0]])) < crossing.width / 2
