"""Rain on people: umbrellas where there is room for them, hoods elsewhere."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from scenes.kinds import Kind
from scenes.lanes import line_at
from scenes.people import PersonLook
from scenes.people_look import Umbrella
from scenes.people_umbrella import OF_AGE, holding, hooded, hooded_share, opened_share, sample_umbrella
from scenes.population_people import ABREAST
from scenes.population_space import Space
from scenes.schema import PeopleSpec
from scenes.seeds import rng_for
from scenes.types import Actor, Floats

NEXT = 0.25  # m between the rim of a canopy and the middle of anybody else
SHARED = 0.62  # m, radius of an umbrella for two
CLOSED = 0.6  # share of those with an umbrella that is not open who carry it in the hand


def sheltered(spec: PeopleSpec, rain: float, people: list[Actor], space: Space) -> list[Actor]:
    """Let people open umbrellas and put up hoods.

    Whoever has both hands full has no umbrella; nor has anybody whose canopy would touch others, their canopies or
    what stands about within the next seconds. Two abreast share one. What people do depends on their looks alone.

    Args:
        spec: with plain values.
        rain: mm/h.
        people: who was let in, with their company, without ids.
        space: where they were let in.

    Returns:
        The same people in the same order.
    """
    if rain <= 0.0:
        return people
    found, canopies = list(people), list[tuple[Floats, float]]()
    walks = [space.crowd.walk(one.path, one.start, one.speed) for one in people]
    dry: set[int] = set()  # who walks below somebody else's umbrella
    for k, one in enumerate(people):
        look = one.look
        if not isinstance(look, PersonLook) or k in dry:
            continue
        rng = rng_for(look.seed, "umbrella")
        has, opens, hood, in_hand = rng.random(4).tolist()
        busy = full_handed(people, k)
        if not busy and has < spec.umbrellas * OF_AGE[look.age_group]:
            umbrella = sample_umbrella(rng, look, opens < opened_share(rain))
            friend = neighbour(people, k) if umbrella.opened and look.age_group != "child" else None
            if friend is not None:
                umbrella = for_two(umbrella, people, k, friend)
            umbrella = on_the_free_side(umbrella, people, k)
            known = [walks[k]] if friend is None else [walks[k], walks[friend]]
            if not umbrella.opened and in_hand < CLOSED:
                look = holding(look, umbrella)
                found[k] = replace(one, look=look)
            if umbrella.opened and fits(umbrella, one, walks[k], known, canopies, space):
                found[k] = replace(one, look=holding(look, umbrella))
                canopies.append((walks[k], umbrella.radius))
                dry |= set() if friend is None else {friend}
                continue
        if hood < hooded_share(rain):
            found[k] = replace(found[k], look=hooded(look))
    return found


def full_handed(people: list[Actor], k: int) -> bool:
    """Whether somebody pushes something, or is a child by the hand."""
    one = people[k]
    if one.companion is not None:
        return one.companion.kind is not Kind.DOG
    return one.partner < 0


def on_the_free_side(umbrella: Umbrella, people: list[Actor], k: int) -> Umbrella:
    """In the hand that holds neither a lead nor a child."""
    lead = people[k].companion
    if lead is None and people[k].partner == 0:
        return umbrella
    side = lead.side if lead is not None else offset(people[k], people[k + people[k].partner])[1]
    return replace(umbrella, side=-1 if side > 0.0 else 1)


def neighbour(people: list[Actor], k: int) -> int | None:
    """Who walks abreast of person k with both hands free, next in the list."""
    if k + 1 >= len(people):
        return None
    one, other = people[k], people[k + 1]
    if one.speed <= 0.0 or other.speed != one.speed or one.companion or other.companion or one.partner or other.partner:
        return None
    ahead, aside = offset(one, other)
    return k + 1 if abs(ahead) < 0.3 and 0.5 * ABREAST < abs(aside) < 1.2 * ABREAST else None


def offset(one: Actor, other: Actor) -> tuple[float, float]:
    """Where somebody else is at time 0, m ahead and to the left."""
    x, y, turn = line_at(one.path, one.start)
    there_x, there_y, _ = line_at(other.path, other.start)
    c, s = math.cos(turn), math.sin(turn)
    return (there_x - x) * c + (there_y - y) * s, (there_y - y) * c - (there_x - x) * s


def for_two(umbrella: Umbrella, people: list[Actor], k: int, friend: int) -> Umbrella:
    """A large umbrella in the hand between two."""
    side = 1 if offset(people[k], people[friend])[1] > 0.0 else -1
    high = people[friend].size[2]
    return replace(umbrella, style="stick", shaft=0.74, radius=SHARED, side=side, beside=high)


def fits(
    umbrella: Umbrella, one: Actor, walk: Floats, known: list[Floats], canopies: list[tuple[Floats, float]],
    space: Space,
) -> bool:  # fmt: skip
    """Whether a canopy touches nothing solid, nobody but those below it, and no other canopy."""
    wide = 2.0 * umbrella.radius
    if len(one.path) > 1:
        if space.solid.meet_path(one.path, wide):
            return False
    elif space.solid.meet(float(one.path[0, 0]), float(one.path[0, 1]), 0.0, wide, wide):
        return False
    if not space.crowd.clear(walk, umbrella.radius + NEXT, known):
        return False
    return all(float(np.linalg.norm(walk - other, axis=1).min()) > umbrella.radius + reach for other, reach in canopies)
