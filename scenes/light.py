"""Sun and sky of a time of day, in relative radiance."""

from __future__ import annotations

import math

import numpy as np

from scenes.schema import LightSpec
from scenes.types import Light

RGB = tuple[float, float, float]
NOON = np.array([3.1, 2.98, 2.75])  # irradiance of a high sun: a white wall then reflects about 1
LOW = np.array([2.3, 1.25, 0.55])  # of a sun at the horizon
BLUE = np.array([0.22, 0.36, 0.68])  # clear zenith
PALE = np.array([0.62, 0.68, 0.76])  # clear horizon
WARM = np.array([0.85, 0.62, 0.42])  # horizon under a low sun
WHITE = np.array([0.9, 0.92, 0.95])  # closed cloud


def make_light(spec: LightSpec) -> Light:
    """Turn time of day and weather into colours.

    A low sun is weaker and warmer as its light crosses more air (about 1 / sin elevation); clouds whiten and even
    out the sky.

    Args:
        spec: with plain values.

    Returns:
        The light.
    """
    elevation, azimuth = math.radians(spec.sun_elevation), math.radians(spec.sun_azimuth)
    clouds = spec.cloudiness
    high = min(1.0, math.sin(elevation) / 0.6) ** 0.6
    if spec.condition == "overcast":
        level = 0.75 + 0.45 * high
        zenith, horizon = WHITE * level * 1.1, WHITE * level * (0.75 + 0.15 * clouds)
        return _light(spec, azimuth, elevation, np.zeros(3), zenith, horizon, max(0.75, clouds))
    if spec.condition == "dusk":
        glow = WARM * (1 - clouds) * 0.16 + WHITE * clouds * 0.08
        zenith = (BLUE * (1 - clouds) + WHITE * clouds * 0.6) * 0.16
        return _light(spec, azimuth, math.radians(2.0), np.zeros(3), zenith, glow + 0.02, clouds)
    sun = (LOW * (1 - high) + NOON * high) * (1.0 - 0.55 * clouds**2)
    zenith = BLUE * (1 - clouds) + WHITE * clouds * 0.65
    horizon = (PALE * high + WARM * (1 - high)) * (1 - clouds) + WHITE * clouds * 0.75
    return _light(spec, azimuth, elevation, sun, zenith * (0.55 + 0.45 * high), horizon * (0.6 + 0.4 * high), clouds)


def _light(spec: LightSpec, azimuth: float, elevation: float, sun: np.ndarray[tuple[int, ...], np.dtype[np.float64]],
           zenith: np.ndarray[tuple[int, ...], np.dtype[np.float64]],
           horizon: np.ndarray[tuple[int, ...], np.dtype[np.float64]], clouds: float) -> Light:  # fmt: skip
    return Light(
        condition=spec.condition,
        sun_azimuth=azimuth,
        sun_elevation=elevation,
        sun_colour=_triple(sun),
        zenith=_triple(zenith),
        horizon=_triple(horizon),
        cloudiness=clouds,
        haze=spec.haze,
    )


def _triple(colour: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> RGB:
    return float(colour[0]), float(colour[1]), float(colour[2])
