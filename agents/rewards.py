"""Rewards: named terms and their weights, one table; the reward of a step is the sum of its terms."""

from __future__ import annotations

from dataclasses import astuple, dataclass, fields

import numpy as np

from sim.kernels import kernel
from sim.world import F4

FELT = 3.0  # m/s2 that is felt as harsh
SUDDEN = 30.0  # m/s3, change of acceleration that is felt as harsh
CLOSE = 0.7  # m between a moving vehicle and a person that frightens


@dataclass(frozen=True)
class Weights:
    """What each term is worth. Terms of events count once, the others in every step."""

    progress: float = 0.05  # each metre along the route at no more than the wished speed; faster costs half of it
    comfort: float = -0.01  # squares of acceleration, change of acceleration and acceleration across, in harsh units
    collision: float = -5.0  # contact with a vehicle
    person_hit: float = -10.0  # contact with a person while moving
    off_road: float = -5.0  # a corner leaves the road
    red_light: float = -5.0  # the front passes a stop line at red
    wrong_way: float = -0.1  # each step against the nearest lane
    near_miss: float = -1.0  # driving onto a crossing in front of somebody; a fifth in each step too close to a person
    success: float = 2.0  # the goal is reached

    @property
    def row(self) -> F4:
        """(T,) in the order of TERMS."""
        return np.array(astuple(self), np.float32)


TERMS = tuple(field.name for field in fields(Weights))
PROGRESS, COMFORT, COLLISION, PERSON_HIT, OFF_ROAD, RED_LIGHT, WRONG_WAY, NEAR_MISS, SUCCESS = range(len(TERMS))


@kernel
def progress_term(way, wished):  # type: ignore[no-untyped-def]
    """Metres of a step that count.

    Args:
        way: m along the route in this step.
        wished: m that the wished speed gives.

    Returns:
        m; less for those who speed by more than a twentieth.
    """
    return min(way, wished) - 0.5 * max(way - 1.05 * wished, 0.0)


@kernel
def comfort_term(acceleration, change, across):  # type: ignore[no-untyped-def]
    """How harsh a step is: 1 for FELT or SUDDEN alone.

    Args:
        acceleration: m/s2, along.
        change: m/s3, of the acceleration.
        across: m/s2.

    Returns:
        Sum of squares.
    """
    a, j, c = acceleration / FELT, change / SUDDEN, across / FELT
    return min(a * a + j * j + c * c, 9.0)
