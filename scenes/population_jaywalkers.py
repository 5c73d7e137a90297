"""People who cross the road away from crossings, once the traffic leaves a gap; children who run over it without."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from scenes.draws import Draws
from scenes.lanes import arc_lengths
from scenes.population_people import ROOM, TRIES, Guest, admit, guest_for, pace_of, walked_on
from scenes.population_space import Space
from scenes.roads_parts import Layout, Strip, ground_along
from scenes.schema import PeopleSpec
from scenes.seeds import between
from scenes.types import Actor, Floats, RoadNetwork

LEG = 12.0  # m along the pavement before and after the road, at least
APART = 9.0  # m from crossings: who is nearer uses them
SLANT = math.radians(30.0)  # at most, off the shortest way
STEP = 0.15  # m before and behind a kerb's face between which a foot steps down or up
BEFORE = 3.0  # m before the kerb that one may be at the time of the first picture
EARLIEST = 1.6  # m before it that everybody is at time 0
LEVEL = 0.02  # m that the ground may be off a path
TRIES_OF_CHILDREN = 60  # few places between parked vehicles and furniture are wide enough
DASH = (1.9, 3.0)  # m/s that children run over a road


def add_jaywalkers(spec: PeopleSpec, layout: Layout, space: Space, draws: Draws, time: float) -> list[Actor]:
    """People who cross where there is no crossing.

    Args:
        spec: with plain values.
        layout: with strips on both sides of its roads.
        space: to be filled.
        draws: source of randomness.
        time: s, when the first picture is taken: about then they cross, if the traffic lets them.

    Returns:
        Actors without ids; their behaviour is `cross`, that of children who run `dart`.
    """
    found: list[Actor] = []
    for number, strip in enumerate(layout.strips):
        other = next((one for one in layout.strips if one.frame == strip.frame and one.side == -strip.side), None)
        if strip.closed or other is None:
            continue
        hundreds = (strip.end - strip.start) / 100.0
        crossing = [("cross", index) for index in range(round(spec.jaywalkers * hundreds))]
        for behaviour, index in [*crossing, *(("dart", index) for index in range(round(spec.darting * hundreds)))]:
            rng = draws.rng("people", "jaywalkers" if behaviour == "cross" else "darting", number, index)
            if behaviour == "cross":
                guest = guest_for(spec, rng)
                pace = pace_of(spec, guest, draws, f"people.speed[jaywalker{number}.{index}]", rng)
            else:
                guest, pace = Guest("child", spec.warmth), between(rng, *DASH)
            for _ in range(TRIES if behaviour == "cross" else TRIES_OF_CHILDREN):
                line, z = way_over(strip, other, max(LEG, pace * time), rng)
                if not leads_well(line, z, layout.network):
                    continue
                first, last = arc_lengths(line)[np.flatnonzero(z == 0.0)[[0, -1]]]
                start = between(rng, first - BEFORE, last) - pace * time
                actor = admit(guest, line, z, max(0.0, min(start, first - EARLIEST)), pace, space, rng)
                if actor is not None:
                    found.append(replace(actor, behaviour=behaviour))
                    break
    return found


def way_over(strip: Strip, other: Strip, leg: float, rng: np.random.Generator) -> tuple[Floats, Floats]:
    """A path along a pavement (`leg` m where it is so long), over the road at a slant and along the other pavement.

    Returns:
        (N, 2) points and (N,) heights, m.
    """
    section, far = strip.section, other.section
    s, slant = between(rng, strip.start, strip.end), math.tan(between(rng, -SLANT, SLANT))
    near, goal = ((max(one.walk[0] + ROOM / 2, between(rng, *one.walk))) for one in (section, far))
    edges = (section.kerb + STEP, section.kerb - STEP, STEP - far.kerb, -STEP - far.kerb)
    local = [(s, strip.side * near)]
    local += [(s + slant * (edges[0] - t), strip.side * t) for t in edges]
    local.append((local[-1][0], -strip.side * goal))
    heights = [section.kerb_height] * 2 + [0.0] * 2 + [far.kerb_height] * 2
    legs = (1 if rng.random() < 0.5 else -1, 1 if rng.random() < 0.5 else -1)
    ends = [(strip.end if legs[0] > 0 else strip.start) - s, (other.end if legs[1] > 0 else other.start) - local[-1][0]]
    length = max(LEG, min(leg, *(abs(way) for way in ends)))  # as far as there is pavement
    return walked_on(strip.frame, local, heights, legs, length)


def leads_well(line: Floats, z: Floats, roads: RoadNetwork) -> bool:
    """Whether a path keeps away from crossings and lies on pavements and road as its heights say."""
    spots, ground, wanted = ground_along(roads, line, z)
    road = spots[wanted == 0.0]
    for crossing in roads.crossings:
        middle = (crossing.start + crossing.end) / 2
        if np.hypot(*(road - middle).T).min() < APART + crossing.width / 2:
            return False
    level = (wanted == 0.0) | (wanted == z.max())
    return bool((np.abs(ground - wanted)[level] < LEVEL).all())
