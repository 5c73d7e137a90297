"""Sun, sky and air of a time of day and a weather, in relative radiance."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from scenes.schema_light import LightSpec, WeatherSpec
from scenes.types import Light

RGB = tuple[float, float, float]
Colour = NDArray[np.float64]
NOON = np.array([3.1, 2.98, 2.75])  # irradiance of a high sun: a white wall then reflects about 1
LOW = np.array([2.3, 1.25, 0.55])  # of a sun at the horizon
BLUE = np.array([0.22, 0.36, 0.68])  # clear zenith
PALE = np.array([0.62, 0.68, 0.76])  # clear horizon
WARM = np.array([0.85, 0.62, 0.42])  # horizon under a low sun
WHITE = np.array([0.9, 0.92, 0.95])  # closed cloud
MOONLESS = np.array([0.0022, 0.0026, 0.004])  # zenith of a clear night over a town, where lamps give some 0.3
TOWN = np.array([0.0075, 0.006, 0.0048])  # glow of a town on its horizon, and on clouds
OBLIQUITY = math.radians(23.44)  # of the ecliptic
CIVIL = math.radians(6.0)  # below the horizon: the end of civil twilight
CONTRAST = 3.912  # -ln 0.02: extinction times visibility (Koschmieder 1924)
VEILED = 60.0  # m of air that hide the sky as well as its clouds do


def make_light(spec: LightSpec, weather: WeatherSpec | None = None) -> Light:
    """Turn time of day and weather into colours.

    A low sun is weaker and warmer as its light crosses more air (about 1 / sin elevation); clouds whiten and even
    out the sky, as fog does, and rain and snow come from closed clouds.

    Args:
        spec: with plain values.
        weather: with plain values; None = dry and clear.

    Returns:
        The light.
    """
    weather = weather or WeatherSpec()
    falls = min(1.0, (weather.rain + 4.0 * weather.snowfall) / 10.0)
    thick = CONTRAST / weather.visibility
    hidden = max(spec.cloudiness, 0.8 + 0.2 * falls if falls else 0.0, 1.0 - math.exp(-VEILED * thick))
    if spec.condition == "clock":
        azimuth, elevation = sun_position(spec.day, spec.hour, math.radians(spec.latitude), math.radians(spec.north))
        condition = "day" if elevation > CIVIL else "dusk" if elevation > -CIVIL else "night"
    else:
        azimuth, elevation = math.radians(spec.sun_azimuth), math.radians(spec.sun_elevation)
        condition = spec.condition
    if condition == "day" and hidden > spec.cloudiness and hidden > 0.6:
        condition = "overcast"
    clouds = hidden if condition != "overcast" else max(0.75, hidden)
    sun, zenith, horizon = COLOURS[condition](elevation, hidden)
    dark = 1.0 - 0.5 * falls
    return Light(
        condition=condition, sun_azimuth=azimuth, sun_elevation=math.radians(2.0) if condition == "dusk" else elevation,
        sun_colour=_triple(sun), zenith=_triple(zenith * dark), horizon=_triple(horizon * dark), cloudiness=clouds,
        haze=max(spec.haze, thick), rain=weather.rain, snowfall=weather.snowfall,
        wetness=wetness(weather), snow=weather.snow,
    )  # fmt: skip


def wetness(weather: WeatherSpec) -> float:
    """How wet the weather makes the ground: 0 dry .. 1 soaked."""
    rained = 0.6 + 0.4 * min(1.0, weather.rain / 5.0) if weather.rain > 0.2 else 0.0
    return max(weather.wetness, rained)


def sun_position(day: int, hour: float, latitude: float, north: float = math.pi / 2) -> tuple[float, float]:
    """Where the sun stands, to about half a degree (declination of Cooper 1969).

    Args:
        day: of the year, 1 is 1 January.
        hour: solar time, h: the sun is highest at 12.
        latitude: rad, north positive.
        north: direction of north, rad, anticlockwise from +x.

    Returns:
        Azimuth (rad, anticlockwise from +x) and elevation (rad, negative below the horizon).
    """
    declination = OBLIQUITY * math.sin(2.0 * math.pi * (284 + day) / 365.0)
    angle = math.radians(15.0 * (hour - 12.0))
    east = -math.cos(declination) * math.sin(angle)
    ahead = math.sin(declination) * math.cos(latitude) - math.cos(declination) * math.sin(latitude) * math.cos(angle)
    up = math.sin(declination) * math.sin(latitude) + math.cos(declination) * math.cos(latitude) * math.cos(angle)
    return north - math.atan2(east, ahead), math.asin(max(-1.0, min(1.0, up)))


def _day(elevation: float, clouds: float) -> tuple[Colour, Colour, Colour]:
    high = _high(elevation)
    sun = (LOW * (1 - high) + NOON * high) * (1.0 - 0.55 * clouds**2)
    zenith = BLUE * (1 - clouds) + WHITE * clouds * 0.65
    horizon = (PALE * high + WARM * (1 - high)) * (1 - clouds) + WHITE * clouds * 0.75
    return sun, zenith * (0.55 + 0.45 * high), horizon * (0.6 + 0.4 * high)


def _overcast(elevation: float, clouds: float) -> tuple[Colour, Colour, Colour]:
    level = 0.75 + 0.45 * _high(elevation)
    return np.zeros(3), WHITE * level * 1.1, WHITE * level * (0.75 + 0.15 * clouds)


def _dusk(elevation: float, clouds: float) -> tuple[Colour, Colour, Colour]:
    glow = WARM * (1 - clouds) * 0.16 + WHITE * clouds * 0.08
    return np.zeros(3), (BLUE * (1 - clouds) + WHITE * clouds * 0.6) * 0.16, glow + 0.02


def _night(elevation: float, clouds: float) -> tuple[Colour, Colour, Colour]:
    return np.zeros(3), MOONLESS * (1 - clouds) + TOWN * clouds * 0.8, TOWN * (0.8 + 0.6 * clouds)


COLOURS = {"day": _day, "overcast": _overcast, "dusk": _dusk, "night": _night}  # -> sun, zenith, horizon


def _high(elevation: float) -> float:
    """How high the sun stands: 0 at the horizon, 1 from 37 degrees on."""
    return float(min(1.0, max(math.sin(elevation), 0.0) / 0.6) ** 0.6)


def _triple(colour: Colour) -> RGB:
    return float(colour[0]), float(colour[1]), float(colour[2])
