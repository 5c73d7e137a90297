"""What a step is worth and how an episode ends: kernels for one environment."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from agents.changing import KEEP
from agents.rewards import (
    CLOSE,
    COLLISION,
    COMFORT,
    NEAR_MISS,
    OFF_ROAD,
    PERSON_HIT,
    PROGRESS,
    RED_LIGHT,
    SLOW,
    SPEEDING,
    SUCCESS,
    TERMS,
    WAITING,
    WRONG_WAY,
    comfort_term,
    speeding_term,
)
from sim.abreast import NOW
from sim.ahead import in_the_way
from sim.contacts import gap_to_box, off_road, ran_red, touches, wrong_way
from sim.kernels import inner
from sim.world import F4

OUTCOMES = ("running", "success", "person_hit", "collision", "off_road", "red_light", "timeout")
RUNNING, REACHED, HIT, COLLIDED, LEFT, RAN, TIMEOUT = range(len(OUTCOMES))
LOST = 8.0  # m from the route; farther off counts as off the road
FARTHEST = 30.0  # m between the middles of two things that may touch in a step
MOVING = 0.3  # m/s; a slower vehicle hits nobody


class Verdicts(NamedTuple):
    """What the last step brought for each controlled actor."""

    reward: F4  # (E, N)
    terms: F4  # (E, N, T) weighted, in the order of `agents.rewards.TERMS`; they sum to the reward
    terminated: NDArray[np.bool_]  # (E, N)
    truncated: NDArray[np.bool_]  # (E, N)
    outcome: NDArray[np.int8]  # (E, N) index in OUTCOMES
    active: NDArray[np.bool_]  # (E, N) whether the row was controlled in this step
    before: F4  # (E, N, 2) m along the path and m/s2 after the step before


@inner
def judge(p, e, batch, sight, near):  # type: ignore[no-untyped-def]
    """Fill the verdicts of one environment after everybody moved."""
    play, verdicts = batch.play, batch.verdicts
    for n in range(play.slots.shape[1]):
        for k in range(len(TERMS)):
            verdicts.terms[e, n, k] = 0.0
        verdicts.reward[e, n] = 0.0
        verdicts.terminated[e, n] = verdicts.truncated[e, n] = False
        verdicts.outcome[e, n] = RUNNING
        verdicts.active[e, n] = play.active[e, n]
        if not play.active[e, n]:
            continue
        a = play.slots[p, n]
        terms = verdicts.terms[e, n]
        if batch.tables.vehicle[p, a]:
            verdicts.outcome[e, n] = judge_driver(p, e, a, n, batch, sight, near, terms)
        else:
            verdicts.outcome[e, n] = judge_walker(p, e, a, n, batch, sight, near, terms)
        verdicts.terminated[e, n] = verdicts.outcome[e, n] != RUNNING
        total = np.float32(0.0)
        for k in range(len(TERMS)):
            terms[k] *= play.weights[k]
            total += terms[k]
        verdicts.reward[e, n] = total
        verdicts.before[e, n, 0] = batch.bodies.travelled[e, a]
        verdicts.before[e, n, 1] = batch.bodies.acceleration[e, a]


@inner
def judge_driver(p, e, a, n, batch, sight, near, terms):  # type: ignore[no-untyped-def]
    """Terms of a driver, not weighted yet, and the outcome."""
    tables, bodies, dt = batch.tables, batch.bodies, batch.play.dt
    s, last, offset = bodies.travelled[e, a], batch.verdicts.before[e, n, 0], batch.place[e, a, 0]
    a_now, a_last = bodies.acceleration[e, a], batch.verdicts.before[e, n, 1]
    wished = max(tables.desired[p, a], np.float32(1.0))
    terms[PROGRESS], terms[SPEEDING] = min(s - last, wished * dt), speeding_term(bodies.speed[e, a], wished)
    terms[COMFORT] = comfort_term(a_now, (a_now - a_last) / dt, bodies.speed[e, a] * bodies.yaw_rate[e, a])
    terms[WAITING] = bodies.speed[e, a] < np.float32(SLOW)
    aside = offset  # m off the way, which may lead beside the path
    if batch.play.lanes != KEEP:
        aside -= batch.changes.state[e, a, NOW]
    terms[WRONG_WAY] = wrong_way(p, e, a, aside, tables, bodies, sight)
    half = np.float32(0.5) * tables.size[p, a, 0]
    terms[NEAR_MISS] = pushed_in(p, e, a, last + half, s + half, tables, bodies, sight)
    hit, touched, close = contacts_of(p, e, a, tables, bodies, sight, near)
    if tables.tow[p, a, 1] >= 0:
        more, others, _ = contacts_of(p, e, tables.tow[p, a, 1], tables, bodies, sight, near)
        hit, touched = hit | more, touched | others
    terms[NEAR_MISS] += np.float32(0.2) * close
    terms[PERSON_HIT], terms[COLLISION] = hit, touched
    terms[OFF_ROAD] = abs(aside) > np.float32(LOST) or off_road(
        p, e, a, offset, batch.place[e, a, 1], tables, bodies, sight
    )
    terms[RED_LIGHT] = ran_red(p, a, last + half, s + half, tables, sight)
    terms[SUCCESS] = s >= tables.length[tables.path[p, a]] - np.float32(0.05)
    return first_of(terms)


@inner
def first_of(terms):  # type: ignore[no-untyped-def]
    """Outcome that counts when several came together; the others' terms are cleared."""
    order = ((PERSON_HIT, HIT), (COLLISION, COLLIDED), (OFF_ROAD, LEFT), (RED_LIGHT, RAN), (SUCCESS, REACHED))
    found = RUNNING
    for term, outcome in order:
        if found != RUNNING:
            terms[term] = 0.0
        elif terms[term] > 0:
            found = outcome
    return found


@inner
def contacts_of(p, e, a, tables, bodies, sight, near):  # type: ignore[no-untyped-def]
    """Whether a vehicle hit a person, touched a vehicle, or moves too close to a person."""
    hit, touched, close = False, False, False
    puller, trailer = tables.tow[p, a, 0], tables.tow[p, a, 1]
    x, y, v = bodies.position[e, a, 0], bodies.position[e, a, 1], bodies.speed[e, a]
    half, wide = np.float32(0.5) * tables.size[p, a, 0], np.float32(0.5) * tables.size[p, a, 1]
    for m in range(near.first[a], near.first[a + 1]):
        if near.square[m] > np.float32(FARTHEST * FARTHEST):
            continue
        j = near.other[m]
        if j in (puller, trailer):
            continue
        if tables.vehicle[p, j]:
            touched |= touches(p, e, a, j, tables, bodies, sight)
        elif v > np.float32(MOVING):
            dx, dy = bodies.position[e, j, 0] - x, bodies.position[e, j, 1] - y
            hit |= touches(p, e, a, j, tables, bodies, sight)
            close |= v > 2.0 and gap_to_box(dx, dy, sight.cosine[a], sight.sine[a], half, wide) < np.float32(CLOSE)
    return hit, touched, close


@inner
def pushed_in(p, e, a, before, now, tables, bodies, sight):  # type: ignore[no-untyped-def]
    """Whether the front of a vehicle came onto a crossing in front of somebody who is on it or heads to it."""
    if bodies.speed[e, a] < 1.0:
        return False
    for m in range(tables.way_crossing.shape[2]):
        c = tables.way_crossing[p, a, m]
        if c < 0:
            return False
        if before < tables.way[p, a, m, 0] <= now:
            for j in range(tables.exists.shape[1]):
                if sight.crossing[j] == c and bodies.alive[e, j] and in_the_way(p, e, j, a, m, tables, bodies, sight):
                    return True
    return False


@inner
def judge_walker(p, e, a, n, batch, sight, near, terms):  # type: ignore[no-untyped-def]
    """Terms of a person, not weighted yet, and the outcome."""
    tables, bodies, dt = batch.tables, batch.bodies, batch.play.dt
    s, last = bodies.travelled[e, a], batch.verdicts.before[e, n, 0]
    terms[PROGRESS] = min(s - last, max(tables.desired[p, a], np.float32(0.3)) * dt)
    terms[COMFORT] = comfort_term(bodies.acceleration[e, a], 0.0, 0.0)
    for m in range(near.first[a], near.first[a + 1]):
        j = near.other[m]
        moves = tables.vehicle[p, j] and bodies.speed[e, j] > MOVING
        if moves and touches(p, e, j, a, tables, bodies, sight):
            terms[PERSON_HIT] = 1.0
    terms[SUCCESS] = s >= tables.length[tables.path[p, a]] - np.float32(0.05)
    return first_of(terms)
