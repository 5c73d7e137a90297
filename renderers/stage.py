"""The stage: every mesh of one moment with its pose, ready for any renderer."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from renderers.lamps import Lamp
from renderers.mesh import Mesh
from scenes.kinds import Kind
from scenes.relief import Relief
from scenes.types import Light


@dataclass(frozen=True, eq=False)
class Instance:
    """A mesh put into the world."""

    mesh: Mesh
    world_from_model: NDArray[np.float64]  # (4, 4)
    kind: Kind  # semantic class where the material names none
    id: int = 0  # instance id of actors and signals, 0 = unlabelled
    track: str = ""  # tells unlabelled things that move from moment to moment; "" = stands still
    inside: Mesh | None = None  # in the frame of `mesh`: seen through its panes alone, in no map and in no shadow


@dataclass(frozen=True, eq=False)
class Stage:
    """What there is to see at one moment, and the light that falls on it."""

    instances: tuple[Instance, ...]
    light: Light
    time: float  # s
    seed: int  # of clouds and the distant skyline
    lamps: tuple[Lamp, ...] = ()  # that light their surroundings
    relief: Relief | None = None  # of the ground


def sun_vector(light: Light) -> NDArray[np.float64]:
    """(3,) unit vector towards the sun."""
    flat = math.cos(light.sun_elevation)
    return np.array(
        [flat * math.cos(light.sun_azimuth), flat * math.sin(light.sun_azimuth), math.sin(light.sun_elevation)]
    )
