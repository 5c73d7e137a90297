"""Chooses the sky of a pack for a scene's light."""

from __future__ import annotations

import math
from collections.abc import Sequence

from scenes.catalogue import Asset, AssetError
from scenes.seeds import rng_for
from scenes.types import FOG, Light

NEARBY = math.radians(20.0)  # between the suns of scene and sky: the sky is bent by as much
STRETCH = 2.0  # and by no more than this factor
CLOUDS = 0.4  # difference in the share of clouds


def sky(light: Light, wanted: str, assets: Sequence[Asset]) -> str:
    """Choose a sky by the light alone.

    Args:
        light: of the scene.
        wanted: `any` that fits, in turn with the built-in one; `builtin`; or the id of one, whatever the light says.
        assets: of sort sky.

    Returns:
        The id of the sky; nothing where the built-in sky stays, as at night and in fog.

    Raises:
        AssetError: there is no sky of that name.
    """
    names = sorted(one.id for one in assets)
    if wanted not in ("any", "builtin", *names):
        raise AssetError(
            f"light.sky: {wanted!r} is in no pack that is used; there are {', '.join(names)}, any, builtin"
        )
    if wanted == "builtin" or light.condition == "night" or light.haze > FOG:
        return ""
    if wanted != "any":
        return wanted
    fitting = ["", *sorted(one.id for one in assets if fits(light, one))]
    rng = rng_for(
        0, "sky", light.condition, *(repr(x) for x in (light.sun_azimuth, light.sun_elevation, *light.zenith))
    )
    return fitting[int(rng.integers(len(fitting)))]


def fits(light: Light, one: Asset) -> bool:
    """Whether a sky may be over a scene: the same time of day, about as many clouds, a sun about as high."""
    details = one.details
    if details["condition"] != light.condition or abs(details["clouds"] - light.cloudiness) > CLOUDS:
        return False
    sun: float | None = details.get("sun_elevation")
    if sun is None or light.condition != "day":
        return True
    return abs(sun - light.sun_elevation) <= NEARBY and sun / STRETCH <= light.sun_elevation <= sun * STRETCH
