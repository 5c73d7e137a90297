"""Draws people: body, head and manner. Clothes are in `scenes.people_outfit`."""

from __future__ import annotations

import numpy as np

from scenes.people_look import AGE_GROUPS, RGB, Body, Head, Manner, PersonLook, Top
from scenes.people_outfit import sample_bag, sample_bottom, sample_top
from scenes.people_palette import ACCENTS, COATS, GREYS, HAIR, HAIR_SHARES, SKINS, colour, varied
from scenes.seeds import Shares, between, clamp, pick

AGE_SHARES = Shares({"child": 0.09, "teen": 0.11, "adult": 0.62, "senior": 0.18})
GLASSES = Shares({"none": 0.72, "clear": 0.17, "sun": 0.11})
GLASSES_OF_CHILDREN = Shares({"none": 0.72, "clear": 0.17, "sun": 0.01})
BEARDS = Shares({"none": 0.58, "stubble": 0.2, "beard": 0.11, "goatee": 0.06, "moustache": 0.05})
WOMENS_HAIR = Shares({
    "long": 0.33, "ponytail": 0.17, "bob": 0.17, "bun": 0.09, "bun_top": 0.03, "curly": 0.08, "short": 0.07,
    "swept": 0.05, "afro": 0.01,
})  # fmt: skip
OLD_WOMENS_HAIR = Shares({"short": 0.35, "bob": 0.22, "curly": 0.22, "swept": 0.1, "bun": 0.07, "long": 0.04})
MENS_HAIR = Shares({
    "short": 0.36, "side_parted": 0.15, "swept": 0.13, "buzz": 0.12, "spiky": 0.06, "receding": 0.07, "bald": 0.05,
    "curly": 0.04, "afro": 0.015, "fringe_ring": 0.02, "bob": 0.015, "ponytail": 0.01,
})  # fmt: skip
OLD_MENS_HAIR = Shares({
    "receding": 0.3, "fringe_ring": 0.25, "short": 0.2, "side_parted": 0.1, "bald": 0.1, "buzz": 0.05,
})  # fmt: skip
BOYS_HAIR = Shares({"short": 0.45, "side_parted": 0.14, "swept": 0.2, "buzz": 0.09, "spiky": 0.06, "curly": 0.06})
# m, mean and standard deviation; European adults (NCD-RisC 2016), shoes included
STATURE = {"male": (1.79, 0.07), "female": (1.665, 0.065)}


def sample_person(rng: np.random.Generator, *, warmth: float | None = None, age_group: str | None = None) -> PersonLook:
    """Draw a person as met on streets of Europe and North America.

    Args:
        rng: source of randomness.
        warmth: how warmly people dress, 0 summer .. 1 winter; None draws the season too.
        age_group: child, teen, adult or senior; None draws it.

    Returns:
        The look.

    Raises:
        ValueError: unknown age group or warmth outside [0, 1].
    """
    if age_group is not None and age_group not in AGE_GROUPS:
        raise ValueError(f"age_group {age_group!r} is not one of {', '.join(AGE_GROUPS)}")
    if warmth is not None and not 0.0 <= warmth <= 1.0:
        raise ValueError(f"warmth {warmth} is outside [0, 1]")
    season = float(rng.beta(1.2, 1.0)) if warmth is None else warmth
    # people of one day dress differently warm
    cover = clamp(season + rng.normal(0.0, 0.13), 0.0, 1.0)
    body = sample_body(rng, age_group or pick(rng, AGE_SHARES))
    top = sample_top(rng, body, cover)
    bottom = sample_bottom(rng, body, top, cover)
    bag = sample_bag(rng, body, top)
    return PersonLook(
        seed=int(rng.integers(1 << 31)),
        body=body,
        head=sample_head(rng, body, top, cover),
        top=top,
        bottom=bottom,
        bag=bag,
        manner=sample_manner(rng, body, bag.style),
    )


def sample_body(rng: np.random.Generator, age_group: str) -> Body:
    """Draw stature and build.

    Args:
        rng: source of randomness.
        age_group: child, teen, adult or senior.

    Returns:
        The body.
    """
    sex = "male" if rng.random() < 0.52 else "female"
    mean, spread = STATURE[sex]
    height = clamp(rng.normal(mean, spread), 1.48, 2.02)
    weight = clamp(rng.beta(1.8, 3.0), 0.0, 1.0)
    belly = clamp(weight * between(rng, 0.3, 1.2), 0.0, 1.0) if sex == "male" else weight * 0.6
    bust = between(rng, 0.25, 1.0) if sex == "female" else 0.0
    if age_group == "child":
        # WHO 2006 and 2007 medians: 3 years .96 m, 11 years 1.44 m
        years = between(rng, 3.0, 11.0)
        height = float(0.96 + 0.06 * (years - 3.0) + rng.normal(0.0, 0.04))
        weight, belly, bust = 0.5 * weight, 0.25, 0.0
    elif age_group == "teen":
        height *= between(rng, 0.87, 0.99)
        weight, belly, bust = 0.6 * weight, 0.4 * belly, 0.7 * bust
    elif age_group == "senior":
        height *= 0.975
        weight, belly = min(1.0, weight + 0.15), min(1.0, belly + 0.2)
    tone = pick(rng, SKINS)
    return Body(
        sex=sex,
        age_group=age_group,
        height=round(height, 3),
        weight=round(weight, 3),
        shoulders=round(float(rng.normal(1.0, 0.035)) * (1.0 if sex == "male" else 0.93), 3),
        hips=round(float(rng.normal(1.0, 0.04)), 3),
        bust=round(bust, 3),
        belly=round(float(belly), 3),
        skin=varied(rng, tone, 0.08),
    )


def sample_head(rng: np.random.Generator, body: Body, top: Top, cover: float) -> Head:
    """Draw hair, face and headwear.

    Args:
        rng: source of randomness.
        body: whose head it is.
        top: its hood may be up.
        cover: 0 summer .. 1 winter.

    Returns:
        The head.
    """
    wear = {"none": 1.0, "cap": 0.09 + 0.04 * (1 - cover), "beanie": 0.30 * max(0.0, cover - 0.35), "hat": 0.015}
    wear["hood"] = 0.30 * cover if top.collar == "hood" else 0.0
    if body.age_group == "child":
        wear["beanie"] *= 1.8
        wear["hood"] *= 1.4
    if body.age_group == "senior":
        wear["hat"] = 0.09
    if body.sex == "female":
        wear["cap"] *= 0.4
        wear["headscarf"] = 0.05 if body.age_group in ("adult", "senior") and top.sleeves > 0.8 else 0.0
    return Head(
        hair_style=_hair_style(rng, body),
        hair_colour=_hair_colour(rng, body),
        hair_length=round(float(rng.random()), 3),
        facial_hair=_facial_hair(rng, body),
        glasses=pick(rng, GLASSES_OF_CHILDREN if body.age_group == "child" else GLASSES),
        headwear=pick(rng, wear),
        headwear_colour=colour(rng, COATS if rng.random() < 0.65 else ACCENTS),
        headwear_second=colour(rng, ACCENTS),
    )


def _hair_style(rng: np.random.Generator, body: Body) -> str:
    old = body.age_group == "senior"
    if body.sex == "female":
        return pick(rng, OLD_WOMENS_HAIR if old else WOMENS_HAIR)
    return pick(rng, OLD_MENS_HAIR if old else BOYS_HAIR if body.age_group in ("child", "teen") else MENS_HAIR)


def _hair_colour(rng: np.random.Generator, body: Body) -> RGB:
    grey = {"senior": 0.8, "adult": 0.12}.get(body.age_group, 0.0)
    if rng.random() < grey:
        return varied(rng, GREYS[int(rng.integers(len(GREYS)))], 0.08)
    name = pick(rng, HAIR_SHARES)
    if sum(body.skin) < 0.7:
        name = "black" if rng.random() < 0.8 else "dark"
    return varied(rng, HAIR[name], 0.18)


def _facial_hair(rng: np.random.Generator, body: Body) -> str:
    if body.sex == "female" or body.age_group in ("child", "teen"):
        return "none"
    return pick(rng, BEARDS)


def sample_manner(rng: np.random.Generator, body: Body, bag: str) -> Manner:
    """Draw how somebody moves.

    Args:
        rng: source of randomness.
        body: who moves.
        bag: style of the bag, which some hands hold on to.

    Returns:
        The manner.
    """
    old = body.age_group == "senior"
    stances = {"relaxed": 0.38, "one_leg": 0.22, "pockets": 0.14, "crossed": 0.07, "phone": 0.04, "texting": 0.05,
               "hip": 0.05, "clasped": 0.06, "camera": 0.03, "behind": 0.05 if old else 0.02}  # fmt: skip
    carries = {"swing": 0.70, "pocket": 0.08, "pockets": 0.10, "phone": 0.03, "texting": 0.03}
    if bag in ("rucksack", "daypack", "satchel", "shoulder_bag"):
        stances["strap"] = 0.2
        carries["strap"] = 0.16
    if body.age_group == "child":
        stances["camera"] = 0.0
        stances["phone"] = carries["phone"] = stances["texting"] = carries["texting"] = 0.0
    return Manner(
        arm_swing=round(clamp(rng.normal(1.0, 0.3), 0.25, 1.8), 3),
        stoop=round(clamp(rng.normal(0.14 if old else 0.04, 0.05), -0.03, 0.35), 3),
        toe_out=round(clamp(rng.normal(0.14, 0.07), -0.05, 0.35), 3),
        cadence=round(float(rng.normal(1.06 if old else 1.0, 0.05)), 3),
        sway=round(clamp(rng.normal(1.2 if body.sex == "female" else 0.9, 0.2), 0.3, 1.8), 3),
        step_width=round(clamp(rng.normal(0.085, 0.02), 0.03, 0.15) * body.height / 1.7, 3),
        stance=pick(rng, stances),
        carry=pick(rng, carries),
        head_turn=round(clamp(rng.normal(0.0, 0.35), -1.05, 1.05), 3),
    )
