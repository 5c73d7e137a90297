"""Rewards: named terms and their weights, one table; the reward of a step is the sum of its terms."""

from __future__ import annotations

from dataclasses import astuple, dataclass, fields

import numpy as np

from sim.kernels import inner
from sim.world import F4

FELT = 3.0  # m/s2 that is felt as harsh
SUDDEN = 30.0  # m/s3, change of acceleration that is felt as harsh
SLOW = 1.0  # m/s; a slower vehicle waits
CLOSE = 0.7  # m between a moving vehicle and a person that frightens


@dataclass(frozen=True)
class Weights:
    """What each term is worth. Terms of events count once, the others in every step."""

    progress: float = 0.01  # each metre along the route at no more than the wished speed
    speeding: float = -0.2  # share of the wished speed by which one is faster than a twentieth above it, each step
    comfort: float = -0.001  # squares of acceleration, change of acceleration and acceleration across, in harsh units
    collision: float = -2.0  # contact with a vehicle
    person_hit: float = -3.0  # contact with a person while moving
    off_road: float = -2.0  # a corner leaves the road
    red_light: float = -2.0  # the front passes a stop line at red
    wrong_way: float = -0.02  # each step against the nearest lane
    near_miss: float = -0.2  # driving onto a crossing in front of somebody; a fifth in each step too close to a person
    waiting: float = -0.004  # each step slower than a walk: who never dares pays more than who dares too early
    success: float = 1.0  # the goal is reached

    @property
    def row(self) -> F4:
        """(T,) in the order of TERMS."""
        return np.array(astuple(self), np.float32)


TERMS = tuple(field.name for field in fields(Weights))
(
    PROGRESS, SPEEDING, COMFORT, COLLISION, PERSON_HIT, OFF_ROAD, RED_LIGHT, WRONG_WAY, NEAR_MISS, WAITING, SUCCESS
) = range(len(TERMS))  # fmt: skip


@inner
def speeding_term(speed, wished):  # type: ignore[no-untyped-def]
    """How much too fast a step is.

    Args:
        speed: m/s.
        wished: m/s.

    Returns:
        Share of the wished speed beyond a twentieth above it.
    """
    return max(speed / wished - np.float32(1.05), np.float32(0.0))


@inner
def comfort_term(acceleration, change, across):  # type: ignore[no-untyped-def]
    """How harsh a step is: 1 for FELT or SUDDEN alone.

    Args:
        acceleration: m/s2, along.
        change: m/s3, of the acceleration.
        across: m/s2.

    Returns:
        Sum of squares.
    """
    a, j, c = acceleration * np.float32(1 / FELT), change * np.float32(1 / SUDDEN), across * np.float32(1 / FELT)
    return min(a * a + j * j + c * c, np.float32(9.0))
