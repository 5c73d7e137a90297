"""Which person of a pack is drawn for a look."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from scenes.catalogue import Asset
from scenes.people import PersonLook
from scenes.seeds import rng_for

LONG = ("long", "ponytail", "bob", "bun", "bun_top")  # hair styles that cover ears or neck
BALD = ("bald", "fringe_ring", "receding")
BARE = ("shorts", "skirt")
RARE = ("female_sportsuit01",)  # leaves the waist bare
NEAREST = 6  # candidates, of which one is drawn
AGES = ("child", "teen", "adult", "senior")


def person(look: PersonLook, assets: Sequence[Asset]) -> PersonLook:
    """Choose among the people of packs who are like a look.

    Args:
        look: built in.
        assets: of the sort person.

    Returns:
        The look with an asset, or as it is where no asset can stand for it.
    """
    fitting = [one for one in assets if one.details["sex"] == look.body.sex]
    if look.head.headwear != "none":  # packs have hats; all else is put over bare heads
        fitting = [one for one in fitting if one.details["hat"] == (look.head.headwear == "hat")]
    if not fitting:
        return look
    nearest = sorted(fitting, key=lambda one: (distance(look, one), one.id))[:NEAREST]
    return replace(look, asset=nearest[int(rng_for(look.seed, "asset").integers(len(nearest)))].id)


def distance(look: PersonLook, one: Asset) -> float:
    """How unlike a look a pack's person is."""
    details, body, hair = one.details, look.body, look.head.hair_style
    far = 2.0 * abs(AGES.index(details["age_group"]) - AGES.index(body.age_group))
    far += abs(details["build"] - body.weight)
    far += 0.0 if details["tone"] == tone(body.skin) else 0.7
    far += 0.0 if details["long_sleeves"] == (look.top.sleeves > 0.6) else 0.6
    far += 0.0 if details["bare_legs"] == (look.bottom.style in BARE) else 0.6
    far += 0.7 if details["suit"] in RARE else 0.0
    style = "bald" if hair in BALD else "long" if hair in LONG else "afro" if hair in ("afro", "curly") else "short"
    far += 0.0 if group(details["hair"]) == style else 0.6
    return float(far) + (3.0 if details["hat"] and look.head.headwear != "hat" else 0.0)


def group(hair: str) -> str:
    """Sort of a pack's hair."""
    if not hair:
        return "bald"
    name = hair.rstrip("0123456789").lower()
    return {"afro": "afro", "short": "short"}.get(name, "long")


def tone(skin: tuple[float, float, float]) -> str:
    """Nearest group of skins to a linear RGB albedo."""
    bright = 0.2126 * skin[0] + 0.7152 * skin[1] + 0.0722 * skin[2]
    return "african" if bright < 0.15 else "caucasian" if bright > 0.3 else "asian"
