"""Weather and time of day: sun against astronomy, fog against Koschmieder, lamps, rain and snow against pictures."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from renderers.camera_chain import develop
from renderers.frame import Frame, View
from renderers.lamps import LOW_BEAM, Lamp
from renderers.mesh import Material, box
from renderers.precipitation import falling
from renderers.raster import RasterRenderer
from renderers.stage import Instance, Stage
from scenes.geometry import camera_from_world
from scenes.kinds import Kind
from scenes.light import make_light, sun_position
from scenes.schema_light import LightSpec, WeatherSpec
from scenes.seeds import rng_for
from scenes.types import CameraChain, Light

DARK = Light("night", 0.0, 0.7, (0.0,) * 3, (1e-4,) * 3, (1e-4,) * 3, 0.0, 0.0)
CLOUDY = Light("overcast", 0.0, 0.7, (0.0,) * 3, (0.9,) * 3, (0.9,) * 3, 1.0, 0.0)


def ground(roughness: float = 0.9) -> Instance:
    grey = Material(colour=(0.2, 0.2, 0.2), roughness=roughness)
    return Instance(box((400, 400, 0.2), (0, 0, -0.1), grey), np.eye(4), Kind.ROAD)


def block(x: float, size: float, material: Material | None = None) -> Instance:
    return Instance(box((size,) * 3, (x, 0, size / 2), material or Material(colour=(0.02,) * 3)), np.eye(4), Kind.WALL)


def picture(
    light: Light, *instances: Instance, lamps: tuple[Lamp, ...] = (), at: float = -10.0, size: int = 64
) -> Frame:
    view = View(size, size, 0.94 * size, camera_from_world(np.array([at, 0.0, 1.5]), 0.0, 0.0, 0.0))
    return RasterRenderer().render(Stage(instances, light, 0.0, 1, lamps), view)


def luma(rgb: NDArray[np.float32]) -> NDArray[np.float32]:
    return rgb @ np.array([0.2126, 0.7152, 0.0722], np.float32)


@pytest.mark.parametrize(
    ("day", "hour", "latitude", "azimuth", "elevation"),
    [
        (81, 12.0, 0.0, None, 90.0),  # equinox at the equator
        (81, 12.0, 50.0, 270.0, 40.0),  # 90 - latitude, due south
        (172, 12.0, 50.0, 270.0, 63.44),  # summer solstice
        (355, 12.0, 50.0, 270.0, 16.56),  # winter solstice
        (81, 6.0, 50.0, 0.0, 0.0),  # equinox: rises in the east
        (81, 18.0, 50.0, 180.0, 0.0),  # sets in the west
        (172, 0.0, 70.0, 90.0, 3.44),  # midnight sun, due north
        (172, 12.0, -35.0, 90.0, 31.56),  # winter in the south: the sun stands in the north
    ],
)
def test_sun_stands_where_astronomy_says(
    day: int, hour: float, latitude: float, azimuth: float | None, elevation: float
) -> None:
    found = sun_position(day, hour, math.radians(latitude))
    assert math.degrees(found[1]) == pytest.approx(elevation, abs=0.6)
    if azimuth is not None:
        assert math.degrees(found[0]) % 360.0 == pytest.approx(azimuth % 360.0, abs=0.8)


def test_clock_decides_between_day_dusk_and_night() -> None:
    at = [make_light(LightSpec(condition="clock", hour=hour, day=81, latitude=50.0)) for hour in (12.0, 18.2, 23.0)]
    assert [light.condition for light in at] == ["day", "dusk", "night"]
    assert [light.lamps_on for light in at] == [False, True, True]
    assert max(at[0].zenith) > 5 * max(at[1].zenith) > 50 * max(at[2].zenith)


def test_fog_leaves_two_percent_of_contrast_at_the_visibility() -> None:
    light = make_light(LightSpec(), WeatherSpec(visibility=100.0))
    assert math.exp(-light.haze * 100.0) == pytest.approx(0.02, rel=1e-3)
    assert light.condition == "overcast"
    assert light.sun_colour == (0.0, 0.0, 0.0)
    near, far = (luma(picture(light, ground(), block(x, size), at=0.0).rgb) for x, size in ((12.0, 6.0), (85.0, 30.0)))
    air = 0.85 * light.horizon[1]
    assert float(far[24:30, 28:36].mean()) == pytest.approx(air, rel=0.08)
    assert float(near[24:30, 28:36].mean()) < 0.5 * air


def test_rain_wets_the_ground_and_darkens_the_sky() -> None:
    wet = make_light(LightSpec(), WeatherSpec(rain=8.0))
    assert wet.wetness == 1.0
    assert wet.headlights_on
    assert not wet.lamps_on
    assert max(wet.zenith) < max(make_light(LightSpec(condition="overcast")).zenith)
    assert make_light(LightSpec()).wetness == 0.0


def test_a_lantern_lights_the_ground_below_it_by_the_inverse_square() -> None:
    levels = []
    for high in (4.0, 8.0):
        frame = picture(DARK, ground(), lamps=(Lamp((0.0, 0.0, high), (10.0,) * 3, (0.0, 0.0, -1.0)),))
        levels.append(float(luma(frame.rgb)[40:, 28:36].max()))
    unlit = float(luma(picture(DARK, ground()).rgb)[40:].max())
    assert levels[0] > 20.0 * unlit
    assert levels[0] / levels[1] == pytest.approx(4.0, rel=0.25)


def test_low_beams_light_the_road_ahead_and_nothing_behind() -> None:
    beam = Lamp((0.0, 0.0, 0.7), (50.0,) * 3, (1.0, 0.0, 0.0), LOW_BEAM)
    ahead = luma(picture(DARK, ground(), lamps=(beam,), at=2.0).rgb)
    behind = luma(picture(DARK, ground(), lamps=(replace(beam, axis=(-1.0, 0.0, 0.0)),), at=2.0).rgb)
    assert float(ahead[48:].mean()) > 50.0 * float(behind[48:].mean())


def test_snow_whitens_what_looks_up() -> None:
    bare = luma(picture(CLOUDY, ground(), block(0.0, 2.0)).rgb)
    covered = luma(picture(replace(CLOUDY, snow=1.0), ground(), block(0.0, 2.0)).rgb)
    assert float(covered[50:].mean()) > 2.5 * float(bare[50:].mean())


def test_wet_ground_mirrors_what_stands_on_it() -> None:
    glossy = ground(0.2)
    thing = block(4.0, 3.0, Material(emission=(8.0, 0.0, 0.0)))
    dry = picture(CLOUDY, glossy, thing)
    wet = picture(replace(CLOUDY, wetness=1.0), glossy, thing)
    redder = wet.rgb[..., 0] - dry.rgb[..., 0]
    road = dry.semantic == Kind.ROAD
    below = np.zeros_like(road)
    below[:, 29:35] = road[:, 29:35]
    assert float(redder[below].max()) > 0.15
    assert float(np.abs(redder[~road]).max()) == 0.0  # only the ground changes
    assert np.array_equal(dry.depth, wet.depth)


@pytest.mark.parametrize("weather", [{"rain": 15.0}, {"snowfall": 2.0}])
def test_what_falls_covers_a_part_of_the_picture_only_and_is_reproducible(weather: dict[str, float]) -> None:
    frame = picture(CLOUDY, ground(), block(0.0, 2.0), size=320)
    light = replace(CLOUDY, **weather)
    first, again = (falling(frame, light, False, rng_for(0, 3)) for _ in range(2))
    assert np.array_equal(first, again)
    changed = np.abs(luma(first) - luma(frame.rgb)) > 0.01
    assert 0.01 < changed.mean() < 0.6
    assert np.isfinite(first).all()
    dripping = falling(frame, light, True, rng_for(0, 3))
    assert np.array_equal(dripping, first) == ("rain" not in weather)


def test_cameras_brighten_dusk_but_not_night() -> None:
    drawn = picture(CLOUDY, ground())
    dark, bright = (replace(drawn, rgb=np.full_like(drawn.rgb, level)) for level in (0.01, 0.5))
    sensor = CameraChain(), rng_for(0), rng_for(1)
    dusk, day = (develop(frame, CLOUDY, *sensor) for frame in (dark, bright))
    night = develop(dark, DARK, *sensor)
    assert dusk.mean() == pytest.approx(day.mean(), abs=12.0)
    assert night.mean() < 0.7 * dusk.mean()
