"""Scene language: plain domain randomisation, the mode without context."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict

from scenes.distributions import Distribution, Normal
from scenes.fields import Flag, Range
from scenes.schema_camera import Share

MODES = ("structured", "plain")


class PlainSpec(BaseModel):
    """What `randomisation: plain` draws instead of context (Tobin et al. 2017, Tremblay et al. 2018)."""

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)

    distractors: Annotated[int, Range(0, 200, "shapes", integer=True)] = 16  # that fly before each camera
    textures: Share = 1.0  # of the ground, backdrops and distractors that have a random pattern, else one colour
    backdrop: Share = 0.7  # of the cameras that look at a wall of panels instead of the horizon
    materials: Share = 0.5  # of the vehicles, people and lights that are painted at random
    lights: Annotated[bool, Flag()] = True  # random sun and sky; off: those of `light`
    tilt: Annotated[Distribution, Range(-45.0, 45.0, "deg", each=True)] = Normal(0.0, 4.0, -45.0, 45.0)  # of cameras
