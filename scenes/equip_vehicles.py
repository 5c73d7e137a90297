"""Which vehicle of a pack is drawn for a look."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from scenes.catalogue import Asset, axles
from scenes.seeds import rng_for
from scenes.vehicles import VehicleLook

TOLERANCE = 0.115  # share by which a vehicle may be stretched along, across and upwards
SHIFT = 0.045  # share of the length by which an axle may be shifted beside that
RARE = 5  # one in so many is what a pack calls rare


def vehicle(look: VehicleLook, assets: Sequence[Asset]) -> VehicleLook:
    """Choose among the vehicles of packs that have the body style of a look and nearly its measures.

    Size, wheel base and axles stay those of the look, which is what moves and what labels tell; the asset is drawn in
    them. A part of all stay built in, so that a street has more shapes than a pack.

    Args:
        look: built in.
        assets: of the sort vehicle.

    Returns:
        The look with an asset, or as it is.
    """
    rng = rng_for(0, "asset", f"{look.length:.9f} {look.wheel_base:.9f} {look.interior}")
    rare = bool(rng.integers(RARE) == 0)
    fitting = [one for one in assets if fits(look, one) and (rare or not one.details.get("rare"))]
    number = int(rng.integers(len(fitting) + 1))
    return look if number == len(fitting) else replace(look, asset=fitting[number].id)


def fits(look: VehicleLook, one: Asset) -> bool:
    """Whether an asset may be drawn for a look."""
    details = one.details
    if look.model not in details["models"]:
        return False
    if look.lettering and "boards" not in details and look.kind.label != "bus":
        return False
    length, width, height = one.size
    front, rear = details["axles"]
    ratios = [look.length / length, look.width / width, look.height / height, look.wheel_base / (front - rear)]
    ratios.append(look.wheel_radius / details["wheel_radius"])
    if any(abs(ratio - 1.0) > TOLERANCE for ratio in ratios):
        return False
    own_front, own_rear = axles(look)
    shifts = (own_front - front * ratios[0], own_rear + rear * ratios[0])
    return all(abs(shift) <= SHIFT * look.length for shift in shifts)
