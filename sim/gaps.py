"""People who cross the road away from crossings: where, whether the traffic leaves a gap, and who brakes for them."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from scenes.compiled import compiled
from scenes.lanes import arc_lengths
from scenes.types import Scene
from sim.kernels import inner, kernel

HEED = 6.0  # m before the carriageway from where on people look for a gap
EDGE = 0.8  # m before it where they wait
BESIDE = 0.5  # m beside a vehicle that people keep
PAST = 0.25  # m from its bumpers at which they get past one that stands
SAFE = 1.5  # s before and behind a vehicle that people keep
HASTY = 0.4  # s that children do who run over the road
PUSH = 2.5  # m/s2 that vehicles are trusted to speed up with
CRAWL = 1.0  # m/s; slower vehicles are taken to be this fast when they are to be gone
SLOWEST = 0.3  # m/s, of people
LEVEL = 0.005  # m off the carriageway's height that still is on it; pavements and fields of maps lie a little lower
KERB = 0.3  # m before the carriageway from where on somebody is about to be on it
MARGIN = 0.5  # s between a person and a vehicle with which drivers are content
NOBODY = 1e6  # m to where a driver has to stop for nobody


def bare_ways(scenes: Sequence[Scene], most: int) -> np.ndarray[tuple[int, int, int], np.dtype[np.float32]]:
    """Where actors whose behaviour is `cross` or `dart` walk on a carriageway.

    Args:
        scenes: B of them.
        most: A, actors that one has at most.

    Returns:
        (B, A, 7) where the first such stretch that is left begins and ends, m along the path, x, y of both ends, m, and
        s that are kept from vehicles; zeros where there is none.
    """
    rows = np.zeros((len(scenes), most, 7), np.float32)
    for b, scene in enumerate(scenes):
        for a, actor in enumerate(scene.actors):
            if actor.behaviour not in ("cross", "dart") or actor.path_z is None or len(actor.path) < 2:
                continue
            along, low = arc_lengths(actor.path), np.flatnonzero(np.abs(actor.path_z) < LEVEL)
            for stretch in np.split(low, np.flatnonzero(np.diff(low) > 1) + 1):
                if len(stretch) > 1 and along[stretch[-1]] > actor.start:
                    ends = stretch[[0, -1]]
                    safe = SAFE if actor.behaviour == "cross" else HASTY
                    rows[b, a] = (*along[ends], *actor.path[ends].ravel(), safe)
                    break
    return rows


@kernel
def time_to(way, speed, wish):  # type: ignore[no-untyped-def]
    """Seconds (s) that a vehicle needs at least for a way (m), from its speed up to the wished one (m/s)."""
    fast = max(speed, wish)
    ramp = (fast * fast - speed * speed) / (2.0 * PUSH)
    if way < ramp:
        return (math.sqrt(speed * speed + 2.0 * PUSH * way) - speed) / PUSH
    return (fast - speed) / PUSH + (way - ramp) / fast


@inner
def meeting(p, e, a, j, bare, size, position, heading):  # type: ignore[no-untyped-def]
    """Where the way of vehicle j straight on leads over that of person a on the carriageway.

    Args:
        p: scene.
        e: row of the state.
        a: the person.
        j: the vehicle.
        bare: (B, A, 7), see `bare_ways`.
        size: (B, A, 3) m.
        position: (E, A, 2 or 3) m.
        heading: (E, A) rad.

    Returns:
        m along the way of the person, m before the vehicle; m to both sides of that place that the vehicle and BESIDE
        take of it, 0 where the ways lead along each other; length of the person's way, m.
    """
    x0, y0 = bare[p, a, 2], bare[p, a, 3]
    wx, wy = bare[p, a, 4] - x0, bare[p, a, 5] - y0
    length = math.sqrt(wx * wx + wy * wy)
    wx, wy = wx / length, wy / length
    c, s = math.cos(heading[e, j]), math.sin(heading[e, j])
    turn = wx * s - wy * c
    if abs(turn) < 0.3:
        return 0.0, 0.0, 0.0, length
    dx, dy = position[e, j, 0] - x0, position[e, j, 1] - y0
    place = (dx * s - dy * c) / turn
    ahead = (place * wx - dx) * c + (place * wy - dy) * s
    return place, ahead, 0.5 * size[p, j, 1] / abs(turn) + BESIDE, length


@inner
def stop_for(p, e, a, j, bare, size, position, heading, speed, travelled):  # type: ignore[no-untyped-def]
    """Distance (m) from the front of vehicle j to where it must stop for person a, who is on the carriageway.

    It need not (NOBODY) where one of them will be gone before the other comes. The person is taken to go on as now;
    who stands on the way is the vehicle's leader, not a case for this.
    """
    done, pace = travelled[e, a] - bare[p, a, 0], speed[e, a]
    if bare[p, a, 1] <= 0.0 or done < -KERB or travelled[e, a] > bare[p, a, 1] or pace < SLOWEST:
        return NOBODY
    place, ahead, wide, length = meeting(p, e, a, j, bare, size, position, heading)
    front, rear = ahead - 0.5 * size[p, j, 0] - BESIDE, ahead + 0.5 * size[p, j, 0] + BESIDE
    if wide <= 0.0 or place < -wide or place > length + wide or front < 0.0 or place + wide < done:
        return NOBODY
    own = max(speed[e, j], CRAWL)
    if (place + wide - done) / pace + MARGIN < front / own or (place - wide - done) / pace > rear / own + MARGIN:
        return NOBODY
    return front


@inner
def free_before(p, e, a, j, bare, size, position, heading, travelled):  # type: ignore[no-untyped-def]
    """Distance (m) that person a on the carriageway can go before vehicle j, if that is in the way now; else NOBODY."""
    done = travelled[e, a] - bare[p, a, 0]
    if bare[p, a, 1] <= 0.0 or done < -EDGE or travelled[e, a] > bare[p, a, 1]:
        return NOBODY
    place, ahead, wide, _ = meeting(p, e, a, j, bare, size, position, heading)
    if wide <= 0.0 or abs(ahead) > 0.5 * size[p, j, 0] + PAST:
        return NOBODY
    free = place - wide - done
    return NOBODY if free < -2.0 * BESIDE else max(free, 0.0)


@inner
def no_gap(p, e, a, bare, vehicle, size, desired, position, heading, speed, travelled, alive):  # type: ignore[no-untyped-def]
    """Whether a person who comes to a carriageway must wait for the traffic.

    Gap acceptance (Highway Capacity Manual 2010, chapter 19): nobody may come to where the person walks from
    some time before until as long after (`bare_ways`), on any lane by itself. Vehicles are taken to go straight on.

    Args:
        p: scene.
        e: row of the state.
        a: the person.
        bare: (B, A, 7), see `bare_ways`.
        vehicle: (B, A).
        size: (B, A, 3) m.
        desired: (B, A) m/s.
        position: (E, A, 2 or 3) m.
        heading: (E, A) rad.
        speed: (E, A) m/s.
        travelled: (E, A) m along the path.
        alive: (E, A).

    Returns:
        True where there is no gap; False for those who are on the carriageway, or far from it.
    """
    away = bare[p, a, 0] - travelled[e, a]
    if bare[p, a, 1] <= 0.0 or away < 0.5 * EDGE or away > HEED:
        return False
    safe, pace = bare[p, a, 6], max(desired[p, a], SLOWEST)
    for j in range(vehicle.shape[1]):
        if not alive[e, j] or not vehicle[p, j] or desired[p, j] <= 0.0:
            continue
        place, ahead, wide, length = meeting(p, e, a, j, bare, size, position, heading)
        if wide <= 0.0 or place < -wide or place > length + wide:
            continue
        front, rear = ahead - 0.5 * size[p, j, 0] - BESIDE, ahead + 0.5 * size[p, j, 0] + BESIDE
        if rear < 0.0:
            continue
        come = time_to(max(front, 0.0), speed[e, j], desired[p, j])
        gone = rear / max(min(speed[e, j], desired[p, j]), CRAWL)
        if come < (away + place + wide) / pace + safe and gone > (away + place - wide) / pace - safe:
            return True
    return False


@compiled()
def hold_back(bare, vehicle, size, desired, position, heading, speed, travelled, alive, out):  # type: ignore[no-untyped-def]
    """Let people wait for a gap, and drivers for them, in the stop of (B, A, 8) views of `sim.observe`."""
    for b in range(bare.shape[0]):
        for a in range(bare.shape[1]):
            if not alive[b, a] or bare[b, a, 1] <= 0.0:
                continue
            if no_gap(b, b, a, bare, vehicle, size, desired, position, heading, speed, travelled, alive):
                out[b, a, 5] = min(out[b, a, 5], max(bare[b, a, 0] - travelled[b, a] - EDGE, 0.0))
            for j in range(vehicle.shape[1]):
                if vehicle[b, j] and alive[b, j]:
                    free = stop_for(b, b, a, j, bare, size, position, heading, speed, travelled)
                    out[b, j, 5] = min(out[b, j, 5], free)
                    free = free_before(b, b, a, j, bare, size, position, heading, travelled)
                    out[b, a, 5] = min(out[b, a, 5], free)
