"""Umbrellas: who takes one into the rain, and what it looks like."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from scenes.people_look import PersonLook, Umbrella
from scenes.people_palette import ACCENTS, colour, named
from scenes.seeds import Shares, between, pick

RIBS = 8
OPEN_RAIN = 2.0  # mm/h at which 63 % of those who have an umbrella hold it open
HOOD_RAIN = 1.5  # mm/h, the same for hoods
OF_AGE = {"child": 0.2, "teen": 0.6, "adult": 1.0, "senior": 1.0}  # factor on the share of people with an umbrella
CANOPIES = Shares({
    "black": 0.42, "navy": 0.14, "grey": 0.06, "red": 0.08, "royal": 0.05, "green": 0.04, "burgundy": 0.04,
    "purple": 0.03, "beige": 0.03, "pink": 0.03, "yellow": 0.03, "light_blue": 0.03, "white": 0.02,
})  # fmt: skip
GAY = Shares({"red": 0.25, "yellow": 0.25, "light_blue": 0.15, "pink": 0.2, "green": 0.15})  # of children
PATTERNS = Shares({"plain": 0.68, "panels": 0.14, "rim": 0.12, "rings": 0.04, "rainbow": 0.02})
ONE_HANDED = (
    "swing",
    "pocket",
    "phone",
    "texting",
    "relaxed",
    "one_leg",
    "hip",
)  # carries and stances that leave a hand


def opened_share(rain: float) -> float:
    """Share of those with an umbrella who hold it open in rain (mm/h)."""
    return 1.0 - math.exp(-rain / OPEN_RAIN)


def hooded_share(rain: float) -> float:
    """Share of those without an open umbrella whose hood is up in rain (mm/h), if they have one."""
    return 0.85 * (1.0 - math.exp(-rain / HOOD_RAIN))


def sample_umbrella(rng: np.random.Generator, look: PersonLook, opened: bool) -> Umbrella:
    """Draw an umbrella that fits somebody.

    Args:
        rng: source of every value.
        look: who carries it.
        opened: or carried closed.

    Returns:
        The umbrella, in the hand that carries no bag.
    """
    child = look.age_group == "child"
    style = "stick" if child or rng.random() < 0.4 else "folding"
    radius, shaft = (between(rng, 0.54, 0.60), 0.74) if style == "stick" else (between(rng, 0.47, 0.53), 0.56)
    if child:
        radius, shaft = between(rng, 0.36, 0.42), 0.52
    pattern = pick(rng, PATTERNS)
    main = colour(rng, GAY if child else CANOPIES)
    second = named(rng, "white") if rng.random() < 0.5 else colour(rng, ACCENTS)
    in_hand = look.bag.style in ("shopping", "handbag")
    return Umbrella(
        style=style, opened=opened, radius=round(radius, 3), shaft=shaft, pattern=pattern, colour=main, second=second,
        side=-look.bag.side if in_hand else look.bag.side, tilt=round(between(rng, 0.02, 0.17), 3),
    )  # fmt: skip


def holding(look: PersonLook, umbrella: Umbrella) -> PersonLook:
    """Somebody with an umbrella: what the hand did before is left."""
    manner = look.manner
    stance, carry = ("pocket" if does == "pockets" else does for does in (manner.stance, manner.carry))
    free = look.bag.side != umbrella.side  # that hand carries a bag: the other one holds the umbrella
    stance = stance if stance in ONE_HANDED and not free else "relaxed"
    carry = carry if carry in ONE_HANDED and not free else "swing"
    return replace(look, umbrella=umbrella, manner=replace(manner, stance=stance, carry=carry))


def hooded(look: PersonLook) -> PersonLook:
    """The same person with the hood up, where there is one."""
    if look.top.collar != "hood" or look.head.headwear != "none":
        return look
    return replace(look, head=replace(look.head, headwear="hood"))
