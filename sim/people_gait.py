"""Feet and pelvis of a walk or run: the stance foot stays where it is on the ground.

All lengths in the body frame, which advances at the walking speed: a foot on the ground moves backwards in it by one
stride per unit of phase. The left heel strikes at phase 0, the right one at phase .5. Timing and angles follow
Murray, Drought and Kory 1964 and Winter 1991 in round numbers.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from scenes.people import PersonLook, stride_length

STILL = 0.12  # m/s, slower people stand
STRIKE = 0.14  # share of the stance until the foot is flat
HEEL_OFF = 0.58  # share of the stance when the heel leaves the ground


@dataclass(frozen=True)
class Gait:
    """What a person does at one moment."""

    phase: float = 0.0  # in [0, 1), fraction of a stride of two steps
    speed: float = 1.3  # m/s
    behaviour: str = "walk"  # walk, stand, sit
    head_turn: float = 0.0  # rad, left positive, added to the person's own
    lean: float = 0.0  # rad, forward, added to the person's own
    left: tuple[float, float, float] | None = None  # m, model frame, what the left hand holds
    right: tuple[float, float, float] | None = None
    seat: float = 0.0  # m, height that somebody sits at
    foot: float = 0.0  # m, height of the soles of somebody who sits


@dataclass(frozen=True)
class Leg:
    """Measures of a leg, m."""

    length: float  # hip joint to ankle joint
    ankle: float  # height of the ankle above the sole
    heel: float  # sole points relative to the ankle, along the foot
    ball: float
    tip: float


@dataclass(frozen=True)
class Step:
    """Where a foot is."""

    x: float  # m, point below the ankle of the flat foot, along the walking direction
    along: float  # m, ankle relative to that point, along the foot
    up: float  # m, height of the ankle
    pitch: float  # rad, toes up positive
    toes: float  # rad, pitch of the toes
    slack: float = 0.0  # m, by which a lifted foot may fall short of its place


@dataclass(frozen=True)
class Rhythm:
    """A steady gait."""

    stride: float  # m
    duty: float  # share of the stride that a foot is on the ground
    strike: float  # rad, pitch at heel strike
    push: float  # rad, pitch at toe-off
    lift: float  # m, clearance of the swinging foot
    run: float = 0.0  # 0 walks .. 1 runs
    bounce: float = 0.0  # m, half of the rise of a runner's hips from mid-stance to mid-flight


def rhythm(look: PersonLook, speed: float) -> Rhythm:
    """Steady gait at a speed.

    Args:
        look: stature and cadence.
        speed: m/s.

    Returns:
        The gait. The duty factor falls from .67 to .56 while walking and from .42 on when running, over the Froude
        number v^2 / (g leg) (Alexander 1989).
    """
    stride = stride_length(look, speed)
    froude = pace_of(look, speed)
    duty = interpolate(froude, ((0.0, 0.67), (0.47, 0.62), (0.74, 0.56), (0.80, 0.42), (1.1, 0.36), (1.6, 0.28)))
    effort, run = min(1.35, stride / (0.82 * look.height)), running(look, speed)
    lift = look.height * (0.014 + run * min(0.17, 0.115 + 0.12 * (froude - 0.8)))
    strike = (1.0 - 0.8 * run) * 0.34 * effort
    return Rhythm(stride, duty, strike, 0.95 * effort, lift, run, 0.024 * look.height * run)


def pace_of(look: PersonLook, speed: float) -> float:
    """Speed over sqrt(g leg), the root of the Froude number."""
    return speed / math.sqrt(9.81 * 0.5 * look.height)


def running(look: PersonLook, speed: float) -> float:
    """0 walks .. 1 runs; people change over at about half of the Froude number 1 (Alexander 1989)."""
    return ease((pace_of(look, speed) - 0.74) / 0.06)


def interpolate(x: float, points: tuple[tuple[float, float], ...]) -> float:
    """Piecewise linear function through (x, y) points, constant outside."""
    if x <= points[0][0]:
        return points[0][1]
    for (x0, y0), (x1, y1) in pairwise(points):
        if x <= x1:
            return y0 + (y1 - y0) * (x - x0) / (x1 - x0)
    return points[-1][1]


def ease(t: float) -> float:
    """Cubic step from 0 at 0 to 1 at 1."""
    t = min(1.0, max(0.0, t))
    return t * t * (3.0 - 2.0 * t)


def step_at(phase: float, gait: Rhythm, leg: Leg) -> Step:
    """Place one foot.

    Args:
        phase: since its heel strike, in [0, 1).
        gait: the rhythm.
        leg: measures.

    Returns:
        The foot. In stance it rolls over heel, sole and ball without slipping; in swing its lowest point clears the
        ground by `gait.lift` at most.
    """
    # the foot lands less far in front of the hip than it is left behind
    first = 0.44 * gait.stride * gait.duty
    last = first - gait.stride * gait.duty
    if phase < gait.duty:
        share = phase / gait.duty
        x = first - gait.stride * phase
        if share < STRIKE:
            pitch = gait.strike * (1.0 - ease(share / STRIKE))
            return rolled(x, pitch, pitch, 0.0, leg)
        pitch = -gait.push * ease((share - HEEL_OFF) / (1.0 - HEEL_OFF) * 0.85)
        return rolled(x, pitch, 0.0, 0.0, leg)
    share = (phase - gait.duty) / (1.0 - gait.duty)
    # cubic between toe-off and strike that leaves and meets the ground at the ground's speed
    speed = -gait.stride * (1.0 - gait.duty)
    x = last + (first - last) * ease(share) + speed * share * (1.0 - share) * (1.0 - 2.0 * share)
    push = gait.push * ease(0.85)
    # a runner's heel comes up to the seat early and is carried under the hip
    high = math.sin(math.pi * share ** (1.0 - 0.28 * gait.run)) ** (2.0 - 0.5 * gait.run)
    fold = -0.95 * gait.run * math.sin(math.pi * min(1.0, share / 0.85)) ** 2
    rise = fold - push * (1.0 - ease(share / 0.75) + 0.6 * share * (1.0 - share) ** 3)
    pitch = rise + gait.strike * ease((share - 0.45) / 0.55)
    toes = pitch * ease(share / 0.3)
    return rolled(x, pitch, toes, gait.lift * high, leg, 6.0 * gait.lift * high)


def rolled(x: float, pitch: float, toes: float, lift: float, leg: Leg, slack: float = 0.0) -> Step:
    """Roll the foot over its heel (pitch > 0) or ball (pitch < 0)."""
    pivot = leg.heel if pitch > 0.0 else leg.ball
    c, s = math.cos(pitch), math.sin(pitch)
    along = pivot + c * -pivot - s * leg.ankle
    up = s * -pivot + c * leg.ankle
    ball = up + s * leg.ball - c * leg.ankle
    tip = ball + math.sin(toes) * (leg.tip - leg.ball)
    return Step(x, along, up + max(0.0, -tip) + lift, pitch, toes, slack)


def reach(step: Step, leg: Leg) -> float:
    """Greatest height of the hip joint above the ground that this foot allows, m."""
    flat = step.x + step.along
    span = (0.994 * leg.length) ** 2 - flat * flat
    return step.slack + step.up + math.sqrt(max(span, (0.4 * leg.length) ** 2))


def lowest(a: float, b: float, width: float) -> float:
    """Rounded minimum, m."""
    return min(a, b) - width * math.log1p(math.exp(-abs(a - b) / width))


@lru_cache(maxsize=512)
def crest(gait: Rhythm, leg: Leg) -> float:
    """Height that the hip does not rise above in a cycle, m: knees stay soft in mid-stance."""
    heights = [hip_free(k / 16.0, gait, leg) for k in range(8)]
    return min(heights) + 0.052 * leg.length / 0.85


def hip_free(phase: float, gait: Rhythm, leg: Leg) -> float:
    """Height of the hip joint that both legs reach the ground from, m."""
    left, right = step_at(phase, gait, leg), step_at((phase + 0.5) % 1.0, gait, leg)
    return lowest(reach(left, leg), reach(right, leg), 0.006)


@lru_cache(maxsize=512)
def bounce_height(gait: Rhythm, leg: Leg) -> float:
    """Mean height of a runner's hip joint from which the foot on the ground is always reached, m."""
    phases = [gait.duty * k / 24.0 for k in range(25)]
    return min(reach(step_at(phase, gait, leg), leg) - bounced(phase, gait) for phase in phases)


def bounced(phase: float, gait: Rhythm) -> float:
    """How much higher than on average a runner is: lowest in mid-stance, m."""
    return -gait.bounce * math.cos(4.0 * math.pi * (phase - 0.5 * gait.duty))


def hip_height(phase: float, gait: Rhythm, leg: Leg) -> float:
    """Height of the hip joint, m."""
    if gait.duty < 0.5:
        return bounce_height(gait, leg) + bounced(phase, gait)
    return lowest(hip_free(phase, gait, leg), crest(gait, leg), 0.006)
