"""Draws clothes, shoes and bags, with the correlations that streets show."""

from __future__ import annotations

import numpy as np

from scenes.people_cuts import CUTS, MEN, WOMEN, Cut
from scenes.people_look import RGB, Bag, Body, Bottom, Top
from scenes.people_palette import (
    ACCENTS,
    BAGS,
    BOTTOMS,
    CARRIERS,
    JEANS,
    SHIRTS,
    SHOES,
    SNEAKERS,
    SUMMER_BOTTOMS,
    TOPS,
    colour,
    named,
)
from scenes.seeds import Shares, between, pick

BADGES = Shares({"chest": 0.5, "back": 0.2, "both": 0.3})
BADGE_COLOURS = Shares({**ACCENTS, "white": 0.4})
HOODIE_CLOSURES = Shares({"zip": 0.5, "none": 0.5})
LEGGINGS = Shares({"black": 0.75, "charcoal": 0.15, "navy": 0.1})
BELTS = Shares({"black": 0.6, "brown": 0.25, "leather": 0.15})
SNEAKER_SOLES = Shares({"white": 0.6, "black": 0.25, "beige": 0.15})
SOLES = Shares({"black": 1.0})
SOCKS = Shares({"white": 0.5, "black": 0.35, "grey": 0.15})
FORMAL_SHOES = Shares({"heels": 0.5, "shoes": 0.5})


def rounded(rng: np.random.Generator, limits: tuple[float, float]) -> float:
    """Draw uniformly and round to 4 decimals."""
    return round(between(rng, *limits), 4)


def sample_top(rng: np.random.Generator, body: Body, cover: float) -> Top:
    """Draw what the upper body wears.

    Args:
        rng: source of randomness.
        body: who wears it.
        cover: 0 summer .. 1 winter.

    Returns:
        The top.
    """
    style = pick(rng, top_shares(body, cover))
    cut = CUTS[style]
    open_front = rng.random() < cut.open_share * (1.15 - 0.6 * cover)
    main, badge = colour(rng, cut.colours), pick(rng, BADGES)
    scarf = rng.random() < 0.38 * max(0.0, cover - 0.45) + (0.06 if body.sex == "female" and cover > 0.35 else 0.0)
    formal = style in ("blazer", "coat", "shirt") and body.sex == "male" and body.age_group in ("adult", "senior")
    scale = min(1.0, body.height / 1.7)
    sleeves = cut.sleeves * between(rng, 0.92, 1.06) if cut.sleeves > 0 else 0.0
    if style in ("shirt", "blouse", "jumper", "cardigan") and rng.random() < 0.75 - 0.9 * cover:
        sleeves = (0.38, 0.62)[int(rng.integers(2))]
    return Top(
        style=style,
        colour=main,
        second=_second(rng, cut, main),
        pattern=pick(rng, cut.patterns),
        scale=rounded(rng, (0.035, 0.11)),
        sleeves=round(sleeves, 3),
        hem=rounded(rng, cut.hem),
        ease=round(rounded(rng, cut.ease) * scale, 4),
        hang=rounded(rng, cut.hang),
        flare=rounded(rng, cut.flare),
        opening=rounded(rng, (0.2, 1.0)) if open_front else 0.0,
        inner=colour(rng, SHIRTS if formal else TOPS),
        collar=pick(rng, cut.collars),
        closure=pick(rng, HOODIE_CLOSURES) if style == "hoodie" else cut.closure,
        badge=badge if rng.random() < cut.badge else "none",
        badge_colour=colour(rng, BADGE_COLOURS),
        tie=bool(formal and rng.random() < (0.4 if style != "coat" else 0.25)),
        tie_colour=colour(rng, ACCENTS),
        tucked=bool(
            style in ("shirt", "polo", "blouse", "t_shirt", "tank")
            and rng.random() < (0.5 if style == "shirt" else 0.2)
        ),
        scarf=("wound" if rng.random() < 0.55 else "hanging") if scarf and sleeves > 0.8 else "none",
        scarf_colour=colour(rng, ACCENTS),
        gloves=bool(rng.random() < 0.4 * max(0.0, cover - 0.55)),
    )


def top_shares(body: Body, cover: float) -> dict[str, float]:
    """Frequencies of tops for a person on a day.

    Args:
        body: sex and age group.
        cover: 0 summer .. 1 winter.

    Returns:
        Weight of each style, not normalised.
    """
    seasons = (MEN if body.sex == "male" else WOMEN).items()
    # between summer (cover 0.1), spring (0.5) and winter (0.95)
    if cover < 0.5:
        warmer = max(cover - 0.1, 0.0)
        shares = {name: summer + (spring - summer) / 0.4 * warmer for name, (summer, spring, _) in seasons}
    else:
        colder = min(cover, 0.95) - 0.5
        shares = {name: spring + (winter - spring) / (0.95 - 0.5) * colder for name, (_, spring, winter) in seasons}
    if body.age_group in ("child", "teen"):
        for grown in ("blazer", "leather_jacket", "coat", "shirt", "hi_vis"):
            shares[grown] = shares.get(grown, 0.0) * (0.1 if body.age_group == "child" else 0.4)
    if body.age_group == "senior":
        shares["hoodie"] = shares["tank"] = shares["football"] = 0.0
    return shares


def _second(rng: np.random.Generator, cut: Cut, main: RGB) -> RGB:
    """A companion of the main colour: white, black, darker, or another colour of the table."""
    kind = rng.random()
    if kind < 0.35:
        return named(rng, "white" if sum(main) < 0.9 else "navy")
    if kind < 0.55:
        factor = 0.45 if sum(main) > 0.3 else 1.9
        return (round(main[0] * factor, 4), round(main[1] * factor, 4), round(main[2] * factor, 4))
    return colour(rng, cut.colours)


def sample_bottom(rng: np.random.Generator, body: Body, top: Top, cover: float) -> Bottom:
    """Draw trousers or skirt, and shoes.

    Args:
        rng: source of randomness.
        body: who wears them.
        top: what goes with them.
        cover: 0 summer .. 1 winter.

    Returns:
        The bottom.
    """
    warm = 1.0 - cover
    shares = {"jeans": 0.42, "trousers": 0.34, "joggers": 0.07, "shorts": 0.9 * max(0.0, warm - 0.55)}
    if body.sex == "female":
        shares |= {
            "leggings": 0.16,
            "skirt": 0.10 + 0.14 * warm,
            "trousers": 0.22,
            "shorts": 0.45 * max(0.0, warm - 0.58),
        }
    if body.age_group == "senior":
        shares |= {"jeans": 0.12, "leggings": 0.0, "joggers": 0.02}
    if top.style in ("blazer",) or top.tie:
        shares |= {"trousers": 1.2, "shorts": 0.0, "joggers": 0.0}
    if top.style == "football":
        shares |= {"shorts": 0.6 * warm, "joggers": 0.3}
    style = "none" if top.style == "dress" else pick(rng, shares)
    light = rng.random() < 0.10 + 0.55 * warm
    table = JEANS if style == "jeans" else SUMMER_BOTTOMS if light else BOTTOMS
    if style == "leggings":
        table = LEGGINGS
    hem = {"shorts": (0.24, 0.36), "skirt": (0.10, 0.34), "none": (0.3, 0.3)}.get(style, (0.028, 0.045))
    ease = {"jeans": (0.006, 0.018), "trousers": (0.010, 0.026), "joggers": (0.014, 0.028), "leggings": (0.002, 0.004),
            "shorts": (0.012, 0.03), "skirt": (0.008, 0.02)}  # fmt: skip
    tights = style in ("skirt", "none") and rng.random() < 0.25 + 0.7 * cover
    shoes = _shoes(rng, body, style, top, cover)
    main = colour(rng, table)
    return Bottom(
        style=style,
        colour=main,
        second=named(rng, "white"),
        side_stripe=bool(style == "joggers" and rng.random() < 0.4),
        hem=rounded(rng, hem),
        ease=round(rounded(rng, ease.get(style, (0.004, 0.006))) * min(1.0, body.height / 1.7), 4),
        flare=rounded(rng, (0.80, 1.05) if rng.random() < 0.65 else (1.05, 1.4)),
        belt=colour(rng, BELTS) if style in ("jeans", "trousers", "shorts") and rng.random() < 0.6 else main,
        legs=named(rng, "black" if rng.random() < 0.8 else "charcoal") if tights else body.skin,
        shoes=shoes,
        shoe_colour=colour(rng, SNEAKERS if shoes == "sneakers" else SHOES),
        sole_colour=colour(rng, SNEAKER_SOLES if shoes == "sneakers" else SOLES),
        sock_colour=colour(rng, SOCKS),
    )


def _shoes(rng: np.random.Generator, body: Body, style: str, top: Top, cover: float) -> str:
    if top.tie or top.style == "blazer":
        return "shoes" if body.sex == "male" else pick(rng, FORMAL_SHOES)
    shares = {"sneakers": 0.5, "shoes": 0.35, "boots": 0.22 * cover, "sandals": 0.15 * max(0.0, 0.6 - cover)}
    if body.sex == "female" and body.age_group == "adult":
        shares |= {"boots": 0.45 * cover, "heels": 0.12, "shoes": 0.3}
    if body.age_group in ("child", "teen") or style in ("joggers", "shorts"):
        shares["sneakers"] = 1.2
    return pick(rng, shares)


def sample_bag(rng: np.random.Generator, body: Body, top: Top) -> Bag:
    """Draw a bag, or none (about half of the people).

    Args:
        rng: source of randomness.
        body: who carries it.
        top: what it goes with.

    Returns:
        The bag.
    """
    shares = {"none": 0.5, "rucksack": 0.11, "daypack": 0.09, "satchel": 0.09, "shopping": 0.09}
    if body.sex == "female" and body.age_group != "child":
        shares |= {"none": 0.36, "shoulder_bag": 0.22, "handbag": 0.09}
    if body.age_group == "child":
        shares = {"none": 0.75, "daypack": 0.17, "rucksack": 0.06}
    if top.style in ("blazer", "coat"):
        shares["rucksack"] = 0.04
    style = pick(rng, shares)
    return Bag(
        style=style,
        colour=colour(rng, CARRIERS if style == "shopping" else BAGS),
        second=colour(rng, BAGS if rng.random() < 0.6 else ACCENTS),
        size=rounded(rng, (0.85, 1.35)),
        side=1 if rng.random() < 0.5 else -1,
    )
