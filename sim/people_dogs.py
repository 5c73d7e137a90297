"""Dogs: measures of breeds, and the gait of four legs."""

from __future__ import annotations

import math
from dataclasses import dataclass

from scenes.people_company import Companion

TROT = 0.45  # Froude number that dogs break into a trot at (Jayes and Alexander 1978)


@dataclass(frozen=True)
class Form:
    """Shape of a breed, m."""

    shoulder: float
    trunk: float  # breast to rump
    chest: float  # depth
    width: float
    leg: float  # radius of the wrist
    head: float  # length
    muzzle: float  # share of the head
    neck: float  # length
    ears: str  # hanging, pricked, tipped
    tail: tuple[float, float, float]  # length, rad up from the horizontal at its root, bend up to its tip
    coat: float = 0.0  # m of feathering at chest, legs and tail


FORMS: dict[str, Form] = {
    "labrador": Form(0.56, 0.60, 0.26, 0.215, 0.023, 0.235, 0.46, 0.17, "hanging", (0.36, -0.5, 0.7)),
    "shepherd": Form(0.62, 0.66, 0.27, 0.20, 0.023, 0.255, 0.50, 0.20, "pricked", (0.42, -1.1, 0.8), 0.02),
    "spaniel": Form(0.40, 0.44, 0.20, 0.17, 0.020, 0.195, 0.45, 0.13, "hanging", (0.17, -0.1, 0.3), 0.03),
    "terrier": Form(0.29, 0.31, 0.145, 0.125, 0.015, 0.165, 0.42, 0.10, "tipped", (0.13, 0.9, 0.6), 0.008),
    "dachshund": Form(0.215, 0.42, 0.150, 0.135, 0.016, 0.180, 0.52, 0.11, "hanging", (0.22, 0.1, 0.5)),
}


@dataclass(frozen=True)
class Step:
    """One moment of a gait."""

    phases: tuple[float, float, float, float]  # left hind, left fore, right hind, right fore; 0 = paw lands
    duty: float  # share of the stride that a paw is on the ground
    stride: float  # m
    active: float  # 0 stands .. 1


def step_of(look: Companion, travelled: float, speed: float, wished: float) -> Step:
    """Gait at a speed.

    Args:
        look: of kind DOG.
        travelled: m.
        speed: m/s.
        wished: m/s, of its person: decides the gait, so that a stride does not change on the way.

    Returns:
        Walk in lateral sequence or trot; strides after Alexander and Jayes 1983 (four fifths of 2.4 and 1.9
        shoulder heights times powers .34 and .40 of the Froude number: dogs on leads step short).
    """
    shoulder = FORMS[look.model].shoulder * look.scale
    froude = max(wished, 0.3) ** 2 / (9.81 * shoulder)
    trots = froude > TROT
    stride = 0.8 * shoulder * (1.9 * froude**0.40 if trots else 2.4 * froude**0.34)
    phase = travelled / stride + (look.seed & 255) / 256.0
    late = (0.0, 0.5, 0.5, 0.0) if trots else (0.0, 0.75, 0.5, 0.25)
    phases = tuple((phase + shift) % 1.0 for shift in late)
    return Step((phases[0], phases[1], phases[2], phases[3]), 0.5 if trots else 0.64, stride, min(1.0, speed / 0.35))


def paw(phase: float, step: Step, shoulder: float) -> tuple[float, float]:
    """How far a paw is before its place of rest, and its height, m."""
    reach = step.stride * step.duty
    if phase < step.duty:
        return (0.5 - phase / step.duty) * reach * step.active, 0.0
    share = (phase - step.duty) / (1.0 - step.duty)
    back = -0.5 + share * share * (3.0 - 2.0 * share)
    return back * reach * step.active, 0.11 * shoulder * math.sin(math.pi * share) * step.active
