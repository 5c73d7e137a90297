"""Where people look who stand, wait or are about to cross: quick turns of the head between rests.

Everything follows from the look's seed and the time, so that any moment can be drawn alone.
"""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from scenes.lanes import arc_lengths
from scenes.people import PersonLook
from scenes.types import Actor, Crossing
from sim.people_gait import STILL, ease

IDLE, ALERT = 2.2, 1.4  # s from one glance to the next on average
EARLIEST, LATEST = 0.1, 0.7  # share of its slot when a glance may begin
# s that a turn of the head takes, at rest and per rad: about 35 and 200 deg/s on average (Freedman 2008, humans)
TURN_TIME = (0.18, 0.20)
AHEAD = 0.45  # share of rests of the idle that look straight ahead
CAREFUL = 0.75  # share of walkers who look left, right and left before they step onto a road
SIDEWAYS = 0.85  # rad that these turn their heads by
CHECKS = ((3.0, 2.0, 1.0), (2.0, 1.1, -1.0), (1.1, 0.3, 1.0))  # m before the kerb from and to, side
SWING = 0.6  # m in which walkers turn their heads
NEAR = 3.0  # m from the end of a crossing, where people watch the traffic
ABSORBED = ("texting", "camera")  # look at what they hold


def head_turn(
    actor: Actor, crossings: tuple[Crossing, ...], spot: NDArray[np.floating], moment: tuple[float, float, float, float]
) -> float:
    """How far somebody turns the head.

    Args:
        actor: a person.
        crossings: of the road network.
        spot: (3,) world, m, of the person.
        moment: time (s), speed (m/s), m along the path, heading (rad).

    Returns:
        Rad, left positive, to be added to the person's own.
    """
    look = actor.look
    assert isinstance(look, PersonLook)
    time, speed, travelled, heading = moment
    if speed > STILL:
        heedless = look.manner.carry == "texting" or actor.behaviour == "dart"
        return 0.0 if heedless else before_roads(actor, look, travelled)
    if look.manner.stance in ABSORBED or actor.partner < 0:
        return 0.0
    alert = any(faces(end, spot, heading) for one in crossings for end in (one.start, one.end))
    return glance(look.seed, time, alert)


def faces(end: NDArray[np.float64], spot: NDArray[np.floating], heading: float) -> bool:
    """Whether somebody at a spot looks towards an end of a crossing that is near."""
    dx, dy = float(end[0] - spot[0]), float(end[1] - spot[1])
    away = math.hypot(dx, dy)
    return away < NEAR and dx * math.cos(heading) + dy * math.sin(heading) > -0.5 * away


def glance(seed: int, time: float, alert: bool) -> float:
    """Turn of the head at a time.

    Args:
        seed: of the look.
        time: s.
        alert: looks left and right by turns, as for traffic; otherwise around, often straight ahead.

    Returns:
        Rad, left positive.
    """
    period = ALERT if alert else IDLE
    at = time / period + 8.0 * chance(seed, 0, 3)
    slot = math.floor(at)
    begin = slot + EARLIEST + (LATEST - EARLIEST) * chance(seed, slot, 0)
    if at < begin:
        slot -= 1
        begin = slot + EARLIEST + (LATEST - EARLIEST) * chance(seed, slot, 0)
    old, new = aim(seed, slot - 1, alert), aim(seed, slot, alert)
    lasts = TURN_TIME[0] + TURN_TIME[1] * abs(new - old)
    return old + (new - old) * ease((at - begin) * period / lasts)


def aim(seed: int, slot: int, alert: bool) -> float:
    """Where somebody looks in a slot, rad."""
    which, far = chance(seed, slot, 1), chance(seed, slot, 2)
    if alert:
        return (1.0 if slot % 2 == 0 else -1.0) * (0.75 + 0.4 * far) if which < 0.85 else 0.0
    if which < AHEAD:
        return 0.0
    return math.copysign(0.25 + 0.6 * far, which - 0.5 * (1.0 + AHEAD))


def before_roads(actor: Actor, look: PersonLook, travelled: float) -> float:
    """Turn of the head of a walker who comes to a kerb, rad."""
    if chance(look.seed, 0, 4) > CAREFUL:
        return 0.0
    for kerb in kerbs(actor):
        left = kerb - travelled
        if 0.0 < left < CHECKS[0][0] + SWING:
            return SIDEWAYS * sum(
                side * ease((start - left) / SWING + 0.5) * (1.0 - ease((end - left) / SWING + 0.5))
                for start, end, side in CHECKS
            )
    return 0.0


@lru_cache(maxsize=1024)
def kerbs(actor: Actor) -> tuple[float, ...]:
    """How far along the path of a person (m) the carriageways begin that it leads onto."""
    if actor.path_z is None or len(actor.path) < 2:
        return ()
    high = np.asarray(actor.path_z) > 0.01
    return tuple(float(s) for s in arc_lengths(actor.path)[1:][high[:-1] & ~high[1:]])


def chance(seed: int, slot: int, use: int) -> float:
    """A number in [0, 1) for one use in one slot (splitmix64, Steele et al. 2014)."""
    x = (seed * 0x9E3779B97F4A7C15 + slot * 0xD1B54A32D192ED03 + use * 0x8CB92BA72F3D8DD7) & 0xFFFFFFFFFFFFFFFF
    for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
        x = (x ^ x >> shift) * factor & 0xFFFFFFFFFFFFFFFF
    return ((x ^ x >> 31) >> 11) / float(1 << 53)
