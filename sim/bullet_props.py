"""Street furniture of PyBullet that is not fixed to the ground and can be knocked over."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scenes.geometry import rotation_of
from scenes.types import Prop
from sim import masses
from sim.bullet_client import Client, box, build, hull
from sim.bullet_ground import yaw

Floats = NDArray[np.float64]
LOW = {"cone": 0.25, "planter": 0.35}  # height of the centre of mass, share of the height, of what is heavy below
PLATE = 0.04  # m, thickness of the foot of a cone


@dataclass(frozen=True)
class Thing:
    """A prop that has a body."""

    body: int
    rise: float  # m, centre of mass above the foot


def make_thing(client: Client, prop: Prop) -> Thing:
    """Put a loose prop where the scene has it.

    Args:
        client: its world.
        prop: one of `sim.masses.LOOSE_MASSES`.

    Returns:
        The thing.
    """
    length, width, height = prop.look.size
    rise = LOW.get(prop.look.model, 0.45) * height
    if prop.look.model == "cone":
        foot = [(x * length / 2, y * width / 2, z - rise) for x in (1, -1) for y in (1, -1) for z in (0.0, PLATE)]
        tip = [(0.03 * math.cos(k), 0.03 * math.sin(k), height - rise) for k in np.arange(6) * math.pi / 3]
        shape = hull(client, foot + tip)
    else:
        shape = box(client, (length / 2, width / 2, height / 2), (0.0, 0.0, height / 2 - rise))
    place = np.asarray(prop.position, np.float64) + np.array([0.0, 0.0, rise])
    body = build(client, masses.LOOSE_MASSES[prop.look.model], shape, place.tolist(), yaw(prop.heading))
    client.changeDynamics(body, -1, lateralFriction=masses.PROP_FRICTION)
    return Thing(body, rise)


def read_thing(client: Client, thing: Thing) -> Floats:
    """(7,) position of the foot (m) and orientation."""
    place, orientation = client.getBasePositionAndOrientation(thing.body)
    foot = np.array(place) - rotation_of(np.array(orientation)) @ np.array([0.0, 0.0, thing.rise])
    return np.concatenate([foot, orientation])
