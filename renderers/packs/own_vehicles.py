"""Vehicles of a user's own: taken apart by the roles of their materials, like those of the vehicle pack."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from renderers.packs.levels import Piece, components
from renderers.packs.own_file import VEHICLES, OwnAsset
from renderers.packs.own_models import Surface, material_of
from renderers.packs.shaping import extent
from renderers.packs.vehicles import LENSES, bleached, write_vehicle
from renderers.packs.vehicles_split import Part
from renderers.packs.vehicles_table import Machine
from renderers.vehicles_paint import LIT
from renderers.vehicles_wheels import TYRE
from scenes.catalogue import Asset
from scenes.equip_vehicles import TOLERANCE, fits
from scenes.seeds import rng_for
from scenes.vehicles import MODELS, sample_model

TRIED = 40  # looks of a body style that a vehicle is tried on
SLACK = 1.1  # times the tolerance that a size may be off before anything else is looked at
UNITS = (0.001, 0.01, 0.0254, 0.1, 0.3048, 10.0, 39.3701, 100.0, 1000.0)  # scales that a file may be off by
PLATES = {"front": 0.42, "rear": 0.75}  # m, heights of plates where none is drawn
LEAST = 4  # tyres


def misfit(told: OwnAsset, pieces: Mapping[str, Piece]) -> str:
    """Why no vehicle of its kind is of this size; empty when one is.

    Args:
        told: what the file says.
        pieces: in our axes, m.
    """
    size = size_of(pieces)
    if near(told, size):
        return ""
    hint = next((factor for factor in UNITS if near(told, factor * size)), None)
    more = (
        "; scale is in metres per unit of the file"
        if hint is None
        else f"; with scale: {hint * told.scale:g} it would fit"
    )
    names = VEHICLES[told.kind]
    spans = " x ".join(
        f"{min(part) * (1 - TOLERANCE):.3g}-{max(part) * (1 + TOLERANCE):.3g}"
        for part in zip(*(MODELS[name].size for name in names), strict=True)
    )
    found = " x ".join(f"{part:.3g}" for part in size)
    return f"{found} m (length x width x height), but a {told.kind} is about {spans} m{more}"


def size_of(pieces: Mapping[str, Piece]) -> Any:
    """(3,) length, width without mirrors, which stand out above half the height, and height, m."""
    low, high = extent(list(pieces.values()))
    used = np.concatenate([one.used for one in pieces.values()])
    lower = used[used[:, 2] <= (low[2] + high[2]) / 2]
    return np.array([high[0] - low[0], np.ptp(lower[:, 1]), high[2] - low[2]], float)


def near(told: OwnAsset, size: Any) -> bool:
    """Whether some body style of the kind is about as large."""
    for name in VEHICLES[told.kind]:
        model = MODELS[name]
        reach = SLACK * (TOLERANCE + 3 * model.spread)
        if (np.abs(size / np.array(model.size) - 1.0) <= reach).all():
            return True
    return False


def own_vehicle(
    key: str, told: OwnAsset, pieces: Mapping[str, Piece], surfaces: Mapping[str, Surface], file: Path
) -> tuple[tuple[float, float, float], dict[str, Any]]:
    """Write a vehicle.

    Args:
        key: decides the keys of its textures.
        told: what `assets.yaml` says.
        pieces: in our axes, m.
        surfaces: of the file.
        file: to write.

    Returns:
        Its size, m, and what its row of the pack tells, without the author.

    Raises:
        ValueError: it is no vehicle on wheels, or its axles and wheels fit no look.
    """
    tyres = [one for name, one in pieces.items() if told.materials.get(name) == "tyre"]
    count = sum(len(np.unique(components(one.corners))) for one in tyres)
    if count < LEAST:
        raise ValueError(f"{count} tyres that hang together, at least {LEAST}; each must be a part of its own")
    length, width, height = (float(part) for part in size_of(pieces))
    names = VEHICLES[told.kind]
    machine = Machine("", names, (length, width, height), {}, plates=PLATES)
    parts = [
        part_of(f"{key}:{name}", one, surfaces[name], told.materials.get(name, "keep"))
        for name, one in pieces.items()
        if told.materials.get(name) != "drop"
    ]
    details = write_vehicle(file, machine, parts)
    one = Asset("", "vehicle", file, "", machine.size, "", "", details)
    looks = (sample_model(rng_for(k, "own vehicle", name), name) for name in names for k in range(TRIED))
    if not any(fits(look, one) for look in looks):
        file.unlink()
        front, rear = details["axles"]
        means = ", ".join(f"{name} {MODELS[name].wheel_base:g} and {MODELS[name].wheel_radius:g}" for name in names[:4])
        found = f"{front - rear:.3g} m apart, the front one {length / 2 - front:.3g} m behind the bumper"
        wheels = f"{details['wheel_radius']:.3g} m"
        limits = f"no {told.kind} fits ({means} m, within {TOLERANCE:.1%})"
        raise ValueError(f"its axles are {found}, its wheels have a radius of {wheels}: {limits}")
    return machine.size, details


def part_of(key: str, piece: Piece, surface: Surface, role: str) -> Part:
    """A surface with its role and its material."""
    role = "" if role == "keep" else role
    material = replace(material_of(key, surface, ""), part="")
    if role == "tyre":
        material = TYRE
    elif role == "glass":
        material = replace(material, texture=None)
    elif role in ("paint", "second") and material.texture is not None:
        material = replace(material, texture=bleached(material.texture))
    if role in LENSES and material.texture is not None:
        role = LIT + role
    return Part(role, piece, replace(material, part=role))
