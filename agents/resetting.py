"""How episodes begin: kernels for one environment."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from agents.changing import KEEP
from sim.bodies import look_around
from sim.counter import normal, uniform
from sim.kernels import inner, wrap
from sim.lights import set_out
from sim.logs import RULES
from sim.logs import put as put_as_recorded
from sim.near import find_near
from sim.tables import place_on
from sim.trailers import hang, hang_all
from sim.world import F4, I4

SCENE, CLOCK, WALKER, ABSENT, SPEED, STAGGER, AGAIN, NOISE, DRAWN, TRAIT = range(10)  # purposes of random numbers
REMOVE, STOP, RESPAWN = range(3)
CONSEQUENCES = ("remove", "stop", "respawn")
CLOCK_RANGE = 60.0  # s; episodes begin at any time of the signal programmes
SHIFT = 2.0  # m that people start before or behind their place
ROOM = 14.0  # m of free road around a vehicle that enters
APPROACH = 2.0  # s
ORDINARY = 5.0  # m, length of a vehicle up to which these hold
CLEAR = 8.0  # m to the nearest, without which nobody enters
TRIES = 16
FIRST_TRAIT = 7  # of `Play.ranges`: what is drawn for every driver


I8 = NDArray[np.int64]  # numbers of scenes and actors: the type that ranges have, so that kernels compile once


class Play(NamedTuple):
    """Rules and progress of E environments with N controlled actors each."""

    seed: np.int64  # of the episodes
    first: np.int64  # address of environment 0
    dt: np.float32  # s
    limit: np.int64  # steps until an episode is cut
    autoreset: bool  # begin the next episode in the step in which one ends
    consequence: np.int64  # REMOVE, STOP or RESPAWN: what becomes of an actor whose episode ended before its world's
    ranges: F4  # (R, 2) of `Randomisation`
    weights: F4  # (T,) of `Weights`
    slots: I8  # (P, N)
    row_of: I4  # (P, A)
    spare: I4  # (P,)
    scene: I8  # (E,) that is played
    episode: I8  # (E,) number of the episode, from 0
    step: I8  # (E,) in the episode
    spawn: I8  # (E,) vehicles put back so far
    active: NDArray[np.bool_]  # (E, N) controlled and not ended
    line: F4  # (E, N, MAX_DELAY + 1, 2) actions, latest first
    gains: F4  # (E, 4) of acceleration, braking, steering, wheel base
    delay: I4  # (E,) steps
    noise: F4  # (E,) standard deviation
    each: bool = False  # environment e plays scene e
    lag: np.float32 = np.float32(0.0)  # s that drivers look farther ahead for a curve, for wheels that turn slowly
    dynamics: np.int64 = np.int64(0)  # of vehicles, index in `sim.tracks.DYNAMICS`
    people: np.int64 = np.int64(0)  # how they walk, place in `agents.strolling.PEOPLE`
    lanes: np.int64 = np.int64(0)  # whether vehicles change them, place in `agents.changing.LANES`


@inner
def draw(play, e, k):  # type: ignore[no-untyped-def]
    """Value of the k-th range in this episode of environment e."""
    low, high = play.ranges[k, 0], play.ranges[k, 1]
    return low + (high - low) * uniform(play.seed, play.first + e, k, play.episode[e], DRAWN)


@inner
def begin(e, batch, sight, near):  # type: ignore[no-untyped-def]
    """Begin the next episode of environment e: draw its scene, and put everybody in place."""
    tables, bodies, play = batch.tables, batch.bodies, batch.play
    play.episode[e] += 1
    world, episode = play.first + e, play.episode[e]
    p = int(uniform(play.seed, world, 0, episode, SCENE) * play.slots.shape[0])
    if play.each:
        p = world % play.slots.shape[0]
    play.scene[e], play.step[e], play.spawn[e] = p, 0, 0
    for k in range(4):
        play.gains[e, k] = draw(play, e, k)
    play.delay[e] = min(int(draw(play, e, 4)), play.line.shape[2] - 1)
    play.noise[e] = draw(play, e, 5)
    absent = draw(play, e, 6)
    bodies.time[e] = CLOCK_RANGE * uniform(play.seed, world, 0, episode, CLOCK)
    recorded = batch.log.mode[p] != RULES
    if recorded:
        bodies.time[e] = 0.0
    set_out(tables.lights, p, bodies.time[e], bodies.control[e])
    batch.place[e] = 0.0
    for a in range(tables.exists.shape[1]):
        there = tables.exists[p, a] and a < play.spare[p]
        away = not recorded and uniform(play.seed, world, a, episode, ABSENT) < absent
        if there and play.row_of[p, a] < 0 and away:
            there = False
        bodies.alive[e, a] = there
        put(p, e, a, start_of(p, e, a, world, episode, tables, play), tables, bodies)
        bodies.speed[e, a] = tables.start[p, a, 1]
        if recorded and there and play.row_of[p, a] < 0:
            put_as_recorded(batch.log, p, e, a, np.float32(0.0), play.dt, bodies)
            bodies.acceleration[e, a], bodies.yaw_rate[e, a] = 0.0, 0.0
    batch.slip[e] = 0.0
    draw_traits(e, world, episode, batch)
    hang_all(p, e, tables, bodies)
    for n in range(play.slots.shape[1]):
        a = play.slots[p, n]
        play.active[e, n] = a >= 0
        play.line[e, n] = 0.0
        if a >= 0:
            if not recorded:
                bodies.speed[e, a] *= 0.8 + 0.2 * uniform(play.seed, world, a, episode, SPEED)
            batch.verdicts.before[e, n, 0], batch.verdicts.before[e, n, 1] = bodies.travelled[e, a], 0.0
            if a >= play.spare[p]:
                place_again(p, e, n, batch, sight)
    if play.consequence == RESPAWN and episode == 0:
        play.step[e] = int(uniform(play.seed, world, 0, 0, STAGGER) * play.limit)
    look(p, e, batch, sight, near)


@inner
def draw_traits(e, world, episode, batch):  # type: ignore[no-untyped-def]
    """Draw what differs between drivers in this episode, each for himself; nobody changes lanes yet."""
    play, traits = batch.play, batch.traits
    if play.lanes != KEEP:
        batch.changes.state[e] = 0.0
    for k in range(traits.shape[2]):
        low, high = play.ranges[FIRST_TRAIT + k, 0], play.ranges[FIRST_TRAIT + k, 1]
        for a in range(traits.shape[1]):
            traits[e, a, k] = low
            if high > low:
                traits[e, a, k] += (high - low) * uniform(play.seed, world, a, episode * 8 + k, TRAIT)


@inner
def start_of(p, e, a, world, episode, tables, play):  # type: ignore[no-untyped-def]
    """Where an actor starts, m along its path: people a little off their place, but not over a kerb."""
    start = tables.start[p, a, 0]
    if tables.vehicle[p, a] or tables.path[p, a] < 0:
        return start
    shifted = max(start + SHIFT * (2.0 * uniform(play.seed, world, a, episode, WALKER) - 1.0), 0.0)
    for m in range(tables.way_crossing.shape[2]):
        if tables.way_crossing[p, a, m] >= 0 and start < tables.way[p, a, m, 0]:
            return min(shifted, max(tables.way[p, a, m, 0] - 0.8, start))
    return shifted


@inner
def put(p, e, a, s, tables, bodies):  # type: ignore[no-untyped-def]
    """Put an actor on its path s metres from its start, or on its spot."""
    x, y, turn = tables.spot[p, a, 0], tables.spot[p, a, 1], tables.spot[p, a, 2]
    if tables.path[p, a] >= 0:
        x, y, turn = place_on(tables, tables.path[p, a], s)
    bodies.position[e, a, 0], bodies.position[e, a, 1], bodies.position[e, a, 2] = x, y, 0.0
    bodies.heading[e, a] = wrap(turn)
    bodies.travelled[e, a], bodies.gait_phase[e, a] = s, tables.start[p, a, 2]
    bodies.acceleration[e, a], bodies.yaw_rate[e, a], bodies.steering[e, a] = 0.0, 0.0, 0.0
    bodies.halted[e, a] = 0.0


@inner
def place_again(p, e, n, batch, sight):  # type: ignore[no-untyped-def]
    """Put the vehicle of a slot where there is most room of a few places on its route, at half its wished speed.

    Where they and all others on that part of the route are taken, it stays away until the next episode.
    """
    tables, bodies, play = batch.tables, batch.bodies, batch.play
    a = play.slots[p, n]
    r = tables.path[p, a]
    play.spawn[e] += 1
    bodies.alive[e, a] = False
    trailer, length = tables.tow[p, a, 1], tables.length[r]
    best, most = tables.start[p, a, 0], np.float32(-1e9)
    for k in range(TRIES + int(1.2 * length / CLEAR)):
        if most > ROOM or (k >= TRIES and most >= CLEAR):
            break
        if k < TRIES:
            address = play.spawn[e] * TRIES + k
            s = (0.03 + 0.6 * uniform(play.seed, play.first + e, address, play.episode[e], AGAIN)) * length
        else:  # one place after the other
            s = 0.03 * length + 0.5 * CLEAR * (k - TRIES)
        if near_stop(p, a, s, tables):
            continue
        x, y, _ = place_on(tables, r, s)
        room = room_at(p, e, a, x, y, tables, bodies)
        if room > most:
            best, most = s, room
    if most < CLEAR:
        play.active[e, n] = False
        if trailer >= 0:
            bodies.alive[e, trailer] = False
        return
    put(p, e, a, np.float32(best), tables, bodies)
    batch.place[e, a], batch.slip[e, a] = 0.0, 0.0
    if play.lanes != KEEP:
        batch.changes.state[e, a] = 0.0
    bodies.alive[e, a] = True
    bodies.speed[e, a] = 0.5 * tables.desired[p, a] if most > ROOM else 0.0
    if trailer >= 0:
        hang(p, e, trailer, bodies.heading[e, a], tables, bodies)
    play.line[e, n] = 0.0
    batch.verdicts.before[e, n, 0], batch.verdicts.before[e, n, 1] = best, 0.0


@inner
def near_stop(p, a, s, tables):  # type: ignore[no-untyped-def]
    """Whether a place on a path is on a crossing or junction, or just before one."""
    for k in range(tables.stop_at.shape[2]):
        if -12.0 < s - tables.stop_at[p, a, k] < 32.0:
            return True
    for m in range(tables.way_crossing.shape[2]):
        if tables.way_crossing[p, a, m] >= 0 and tables.way[p, a, m, 0] - 15.0 < s < tables.way[p, a, m, 1] + 5.0:
            return True
    return False


@inner
def room_at(p, e, a, x, y, tables, bodies):  # type: ignore[no-untyped-def]
    """Distance (m) from vehicle a, put at a point, to the nearest vehicle, or person if that is under 5 m.

    Between middles, as if both were ORDINARY long: longer ones are nearer. A vehicle that comes towards the point
    counts as nearer by what it drives in APPROACH.
    """
    room, longer = 1e9, max(tables.size[p, a, 0] - np.float32(ORDINARY), np.float32(0.0))
    for j in range(tables.exists.shape[1]):
        if bodies.alive[e, j]:
            dx, dy = bodies.position[e, j, 0] - x, bodies.position[e, j, 1] - y
            away = math.sqrt(dx * dx + dy * dy)
            if tables.vehicle[p, j]:
                turn = bodies.heading[e, j]
                toward = -(dx * math.cos(turn) + dy * math.sin(turn)) / max(away, np.float32(0.1))
                away -= np.float32(APPROACH) * bodies.speed[e, j] * max(toward, np.float32(0.0))
                both = longer + max(tables.size[p, j, 0] - np.float32(ORDINARY), np.float32(0.0))
                away -= np.float32(0.5) * both
            if tables.vehicle[p, j] or away < np.float32(5.0):
                room = min(room, away)
    return room


@inner
def look(p, e, batch, sight, near):  # type: ignore[no-untyped-def]
    """Look around after everybody moved or was put somewhere; see `look_around` and `find_near`."""
    look_around(p, e, batch.tables, batch.bodies, sight)
    find_near(p, e, batch.tables, batch.bodies, near)


@inner
def blur(e, n, a, play, view):  # type: ignore[no-untyped-def]
    """Add the sensor noise of the episode."""
    for k in range(len(view)):
        address = play.step[e] * 4096 + k
        value = view[k] + play.noise[e] * normal(play.seed + play.episode[e], play.first + e, a, address, NOISE)
        view[k] = min(max(value, np.float32(-1.0)), np.float32(1.0))
