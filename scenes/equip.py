"""Dresses a concrete scene in the assets of packs. Where everything is and how large it is stays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from scenes.catalogue import Asset, Pack
from scenes.equip_people import person
from scenes.equip_props import dressed
from scenes.equip_shapes import shape
from scenes.equip_sky import sky
from scenes.equip_vehicles import vehicle
from scenes.people import PersonLook
from scenes.types import Actor, Scene
from scenes.vehicles import VehicleLook


def equipped(scene: Scene, packs: Mapping[str, Pack]) -> Scene:
    """Choose assets for everything that a pack has something for.

    What actors wear depends on the look and the packs alone: equal looks stay equal, whatever scene they are in.
    Street furniture is of one family in a scene.

    Args:
        scene: with built-in assets.
        packs: that may be used.

    Returns:
        The scene; the same object where there is no pack.
    """
    sorts: dict[str, list[Asset]] = {}
    for pack in packs.values():
        for one in pack.assets.values():
            sorts.setdefault(one.sort, []).append(one)
    if not sorts:
        return scene
    light = scene.light
    if "sky" in sorts:
        light = replace(light, sky=sky(light, scene.sky, sorts["sky"]))
    return replace(
        scene,
        light=light,
        actors=tuple(_actor(actor, sorts) for actor in scene.actors),
        props=dressed(scene, sorts.get("prop", ()), sorts.get("sign", ())),
        shapes=tuple(shape(one, sorts["shape"]) for one in scene.shapes) if "shape" in sorts else scene.shapes,
    )


def _actor(actor: Actor, sorts: Mapping[str, Sequence[Asset]]) -> Actor:
    look = actor.look
    if isinstance(look, PersonLook) and "person" in sorts:
        return replace(actor, look=person(look, sorts["person"]))
    if isinstance(look, VehicleLook) and "vehicle" in sorts:
        return replace(actor, look=vehicle(look, sorts["vehicle"]))
    return actor
