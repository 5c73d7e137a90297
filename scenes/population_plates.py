"""Which plates the vehicles of a scene carry: most those of one nation, in a pool that a fleet shares."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from scenes.cycles import CycleLook
from scenes.draws import Draws
from scenes.kinds import Kind
from scenes.plates import AT_HOME, NATIONS, Plate, plate_text
from scenes.seeds import pick, rng_for
from scenes.types import Actor
from scenes.vehicles import VehicleLook

POOL = 120  # plates per fleet and nation: renderers keep a picture of each
ABROAD = 0.08  # share of vehicles from another nation


def neighbours(nation: str) -> tuple[str, ...]:
    """Nations whose vehicles are seen abroad there: other states, other European ones, or none."""
    if nation == "au":
        return ()
    american = nation.startswith("us-")
    return tuple(n for n in NATIONS if n not in (nation, "au") and n.startswith("us-") == american)


def numbered(actors: Sequence[Actor], draws: Draws, left: bool) -> list[Actor]:
    """Give the vehicles of a scene the plates of one nation, and a few those of another.

    Args:
        actors: of the scene.
        draws: source of randomness; the plates of its fleet are a pool, as the looks are.
        left: whether traffic keeps to the left.

    Returns:
        The same actors; those with a plate carry each another one.
    """
    rng = draws.rng("plates")
    home = pick(rng, AT_HOME[left])
    order, abroad, number, done = rng.permutation(POOL), neighbours(home), 0, []
    for actor in reversed(actors):  # those of the file itself, which come first, shift no other's plate
        if isinstance(actor.look, VehicleLook | CycleLook) and actor.kind is not Kind.BICYCLE:
            foreign = bool(abroad) and rng.random() < ABROAD
            nation = abroad[int(rng.integers(len(abroad)))] if foreign else home
            lot = int(order[number % POOL])
            plate = Plate(nation, plate_text(rng_for(draws.fleet, "plate", nation, lot), nation))
            actor, number = replace(actor, look=replace(actor.look, plate=plate)), number + 1
        done.append(actor)
    return done[::-1]
