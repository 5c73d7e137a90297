"""Responsibility-Sensitive Safety (RSS): distances that are safe whatever the others do, and when they are not kept."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from sim.metrics import FAR, Bools, Tracks
from sim.world import F4

STANDS = 0.1  # m/s; who is slower keeps any distance
STRAIGHT = math.cos(math.pi / 4)  # headings that are nearer than 45 degrees count as along one way


@dataclass(frozen=True)
class Rss:
    """Parameters of Responsibility-Sensitive Safety.

    Defaults are those of the authors' library (Gassmann et al. 2019, Towards standardization of AV safety: C++ library
    for responsibility sensitive safety).
    """

    response: float = 1.0  # s
    push: float = 3.5  # m/s2, highest acceleration during the response
    brake: float = 4.0  # m/s2, least braking of who is behind
    brake_most: float = 8.0  # m/s2, hardest braking of who is in front
    brake_right: float = 3.0  # m/s2, least braking of who is on his own side and meets somebody
    push_across: float = 0.2  # m/s2
    brake_across: float = 0.8  # m/s2
    margin: float = 0.1  # m, that two who drive straight on may wander


def following_distance(behind: F4, ahead: F4, rss: Rss = Rss()) -> F4:
    """Least safe gap to who drives ahead in the same direction.

    Shalev-Shwartz, Shammah, Shashua (2017), On a formal model of safe and scalable self-driving cars, lemma 2.

    Args:
        behind: m/s, any shape.
        ahead: m/s, of the same shape.
        rss: parameters.

    Returns:
        m, of that shape; not negative.
    """
    faster = behind + rss.response * rss.push
    way = behind * rss.response + 0.5 * rss.push * rss.response**2 + faster**2 / (2 * rss.brake)
    return np.asarray(np.maximum(way - ahead**2 / (2 * rss.brake_most), 0.0))


def meeting_distance(right: F4, wrong: F4, rss: Rss = Rss()) -> F4:
    """Least safe gap of two who drive towards each other; lemma 3 of the source of `following_distance`.

    Args:
        right: m/s, of who is on his own side; any shape.
        wrong: m/s, of the other one.
        rss: parameters.

    Returns:
        m, of that shape.
    """
    total = np.zeros(np.broadcast(right, wrong).shape)
    for speed, brake in ((right, rss.brake_right), (wrong, rss.brake)):
        faster = np.abs(speed) + rss.response * rss.push
        total = total + 0.5 * (np.abs(speed) + faster) * rss.response + faster**2 / (2 * brake)
    return np.asarray(total)


def beside_distance(left: F4, right: F4, rss: Rss = Rss()) -> F4:
    """Least safe gap across of two beside each other; lemma 4 of the source of `following_distance`.

    Args:
        left: m/s towards the right, of who is on the left; any shape.
        right: m/s towards the right, of who is on the right.
        rss: parameters.

    Returns:
        m, of that shape.
    """
    a, b = left + rss.response * rss.push_across, right - rss.response * rss.push_across
    ways = 0.5 * (left + a) * rss.response + np.sign(a) * a**2 / (2 * rss.brake_across)
    back = 0.5 * (right + b) * rss.response + np.sign(b) * b**2 / (2 * rss.brake_across)
    return np.asarray(rss.margin + np.maximum(ways - back, 0.0))


def violations(tracks: Tracks, vehicle: Bools, of: Bools, rss: Rss = Rss()) -> Bools:
    """Whether an actor that moves is nearer to a vehicle than is safe, both along and across.

    Definition 9 of the source of `following_distance`, for vehicles along one way or against each other within 45
    degrees, in the straight frame of the actor's heading: on bends it is an approximation. Whose way crosses is left
    out, and so is who comes from behind, for keeping that distance is not the actor's part.

    Args:
        tracks: W worlds x A actors x T times.
        vehicle: (W, A).
        of: (W, A) whose distances are looked at.
        rss: parameters.

    Returns:
        (W, A, T).
    """
    out = np.zeros(tracks.x.shape, bool)
    c, s = np.cos(tracks.heading), np.sin(tracks.heading)
    rows = (tracks.x, tracks.y, c, s, tracks.speed, tracks.valid)
    for w, a in np.argwhere(of):
        x, y, ca, sa, speed, there = (row[w, a] for row in rows)
        half, moves = 0.5 * tracks.size[w, a], there & (np.abs(speed) > STANDS)
        for b in np.flatnonzero(vehicle[w] & (np.arange(len(vehicle[w])) != a)):
            ox, oy, co, so, other, seen = (row[w, b] for row in rows)
            dx, dy = ox - x, oy - y
            k = np.flatnonzero(moves & seen & (dx * dx + dy * dy < FAR * FAR))
            if len(k):
                turn = (ca * co + sa * so)[k], (ca * so - sa * co)[k]
                gap = (dx * ca + dy * sa)[k], (dy * ca - dx * sa)[k]
                out[w, a, k] |= _unsafe(gap, turn, speed[k], other[k], half, 0.5 * tracks.size[w, b], rss)
    return out


def _unsafe(gap: tuple[F4, F4], turn: tuple[F4, F4], speed: F4, other: F4, half: F4, reach: F4, rss: Rss) -> Bools:
    """Whether two are too near at K times, in the frame of the first.

    Args:
        gap: (K,) m along and across to the middle of the second.
        turn: (K,) cosine and sine of its heading.
        speed: (K,) m/s of the first.
        other: (K,) m/s of the second.
        half: (2,) m, half length and width of the first.
        reach: (2,) m, of the second.
        rss: parameters.

    Returns:
        (K,).
    """
    cosine, sine = np.abs(turn[0]), np.abs(turn[1])
    along = gap[0] - half[0] - reach[0] * cosine - reach[1] * sine
    across = np.abs(gap[1]) - half[1] - reach[0] * sine - reach[1] * cosine
    meets = turn[0] < 0.0
    lead = np.maximum(other * turn[0], 0.0)
    safe = np.where(meets, meeting_distance(speed, other, rss), following_distance(speed, lead, rss))
    drift = other * turn[1] * np.sign(gap[1])  # m/s of the second away from the first
    beside = beside_distance(np.zeros_like(drift), drift, rss)
    ahead = gap[0] > 0.0
    return np.asarray((cosine > STRAIGHT) & ahead & (along < safe) & (across < beside))
