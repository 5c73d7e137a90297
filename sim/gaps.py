"""People who cross the road away from crossings: where they do, and whether the traffic leaves a gap."""

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
SAFE = 1.5  # s before and behind a vehicle that people keep
PUSH = 2.5  # m/s2 that vehicles are trusted to speed up with
CRAWL = 1.0  # m/s; slower vehicles are taken to be this fast when they are to be gone
SLOWEST = 0.3  # m/s, of people


def bare_ways(scenes: Sequence[Scene], most: int) -> np.ndarray[tuple[int, int, int], np.dtype[np.float32]]:
    """Where actors whose behaviour is `cross` walk on a carriageway.

    Args:
        scenes: B of them.
        most: A, actors that one has at most.

    Returns:
        (B, A, 6) where the first such stretch that is left begins and ends, m along the path, and x, y of both ends, m;
        zeros where there is none.
    """
    rows = np.zeros((len(scenes), most, 6), np.float32)
    for b, scene in enumerate(scenes):
        for a, actor in enumerate(scene.actors):
            if actor.behaviour != "cross" or actor.path_z is None or len(actor.path) < 2:
                continue
            along, low = arc_lengths(actor.path), np.flatnonzero(np.asarray(actor.path_z) < 0.01)
            for stretch in np.split(low, np.flatnonzero(np.diff(low) > 1) + 1):
                if len(stretch) > 1 and along[stretch[-1]] > actor.start:
                    ends = stretch[[0, -1]]
                    rows[b, a] = (*along[ends], *actor.path[ends].ravel())
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
def no_gap(p, e, a, bare, vehicle, size, desired, position, heading, speed, travelled, alive):  # type: ignore[no-untyped-def]
    """Whether a person who comes to a carriageway must wait for the traffic.

    Gap acceptance (Highway Capacity Manual 2010, chapter 19): nobody may come to where the person walks from SAFE
    before until SAFE after, on any lane by itself. Vehicles are taken to go straight on.

    Args:
        p: scene.
        e: row of the state.
        a: the person.
        bare: (B, A, 6), see `bare_ways`.
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
    x0, y0 = bare[p, a, 2], bare[p, a, 3]
    wx, wy = bare[p, a, 4] - x0, bare[p, a, 5] - y0
    length = math.sqrt(wx * wx + wy * wy)
    wx, wy, pace = wx / length, wy / length, max(desired[p, a], SLOWEST)
    for j in range(vehicle.shape[1]):
        if not alive[e, j] or not vehicle[p, j] or desired[p, j] <= 0.0:
            continue
        c, s = math.cos(heading[e, j]), math.sin(heading[e, j])
        across = abs(c * wy - s * wx)
        if across < 0.3:
            continue  # it goes along with the person
        dx, dy = position[e, j, 0] - x0, position[e, j, 1] - y0
        place = (dx * s - dy * c) / (wx * s - wy * c)  # m along the person's way where the vehicle's leads over it
        wide = 0.5 * size[p, j, 1] / across + BESIDE
        if place < -wide or place > length + wide:
            continue
        ahead = (x0 + place * wx - position[e, j, 0]) * c + (y0 + place * wy - position[e, j, 1]) * s
        front, rear = ahead - 0.5 * size[p, j, 0] - BESIDE, ahead + 0.5 * size[p, j, 0] + BESIDE
        if rear < 0.0:
            continue
        come = time_to(max(front, 0.0), speed[e, j], desired[p, j])
        gone = rear / max(min(speed[e, j], desired[p, j]), CRAWL)
        if come < (away + place + wide) / pace + SAFE and gone > (away + place - wide) / pace - SAFE:
            return True
    return False


@compiled()
def hold_back(bare, vehicle, size, desired, position, heading, speed, travelled, alive, out):  # type: ignore[no-untyped-def]
    """Let people wait for a gap, in the stop of (B, A, 8) views of `sim.observe`."""
    for b in range(bare.shape[0]):
        for a in range(bare.shape[1]):
            if not alive[b, a] or bare[b, a, 1] <= 0.0:
                continue
            if no_gap(b, b, a, bare, vehicle, size, desired, position, heading, speed, travelled, alive):
                out[b, a, 5] = min(out[b, a, 5], max(bare[b, a, 0] - travelled[b, a] - EDGE, 0.0))
