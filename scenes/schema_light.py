"""Scene language: time of day and weather."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict

from scenes.fields import OneOf, Range
from scenes.schema_camera import Share

CONDITIONS = ("day", "overcast", "dusk", "night")


class SkyPart(BaseModel):
    """Base of the parts above the street."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class LightSpec(SkyPart):
    """Time of day. With `condition: clock` date, time and latitude decide where the sun is, and whether it is up."""

    condition: Annotated[str, OneOf((*CONDITIONS, "clock"))] = "day"
    sun_azimuth: Annotated[float, Range(-360.0, 360.0, "deg")] = 45.0  # anticlockwise from +x
    sun_elevation: Annotated[float, Range(1.0, 90.0, "deg")] = 40.0
    hour: Annotated[float, Range(0.0, 24.0, "h")] = 12.0  # clock: solar time
    day: Annotated[int, Range(1, 366, "day of the year", integer=True)] = 172  # clock
    latitude: Annotated[float, Range(-90.0, 90.0, "deg")] = 48.0  # clock: north positive
    north: Annotated[float, Range(-360.0, 360.0, "deg")] = 90.0  # clock: direction of north, anticlockwise from +x
    cloudiness: Share = 0.3
    sky: Annotated[str, OneOf(("any", "builtin"), root="skies")] = (
        "any"  # of packs, by day and at dusk; without: builtin
    )
    haze: Annotated[float, Range(0.0, 0.1, "1/m")] = 0.0005


class WeatherSpec(SkyPart):
    """What falls, lies on the ground and hangs in the air."""

    rain: Annotated[float, Range(0.0, 60.0, "mm/h")] = 0.0  # 1 drizzles, 5 rains, 20 pours; wets the ground
    wetness: Share = 0.0  # of the ground at least; after rain
    snowfall: Annotated[float, Range(0.0, 10.0, "mm/h")] = 0.0  # of water
    snow: Share = 0.0  # of ground, roofs and plants that snow lies on
    visibility: Annotated[float, Range(20.0, 100000.0, "m")] = 50000.0  # below 1000 is fog
