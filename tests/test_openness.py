"""Sky hidden by houses: against the closed formula of an endless street, and in a picture."""

from __future__ import annotations

import math

import numpy as np
import pytest

from renderers.frame import View
from renderers.mesh import Material, box
from renderers.openness import CELL, DIRECTIONS, LEVELS, OpenSky, open_share, sky_view_factors
from renderers.raster import RasterOptions, RasterRenderer
from renderers.stage import Instance, Stage
from scenes.geometry import camera_from_world, world_from_model
from scenes.kinds import Kind
from scenes.types import Light

STEPS = np.arange(1.0, 40.0, 1.0)


def street(height: float, half_width: int, cells: int = 81) -> np.ndarray:
    """Heights of a street along x between two endless rows of houses."""
    y = np.abs(np.arange(cells) - cells // 2)
    return np.repeat(np.where(y >= half_width, height, 0.0)[:, None], cells, axis=1).astype(np.float32)


def test_open_field_sees_the_whole_sky() -> None:
    factor = sky_view_factors(np.zeros((32, 32), np.float32), CELL, np.array(LEVELS), STEPS, DIRECTIONS)
    assert np.allclose(factor, 1.0)


@pytest.mark.parametrize("height", [6.0, 10.0, 18.0])
def test_middle_of_a_street_agrees_with_the_formula(height: float) -> None:
    """Oke 1981: the factor of the floor's middle between walls of height h, w apart, is cos(atan(2 h / w))."""
    half = 8
    factor = sky_view_factors(street(height, half), CELL, np.array([0.0]), STEPS, 64)[0, 40, 40]
    assert factor == pytest.approx(math.cos(math.atan(height / half)), abs=0.03)


def test_higher_places_see_more_and_low_things_hide_nothing() -> None:
    factor = sky_view_factors(street(12.0, 6), CELL, np.array(LEVELS), STEPS, DIRECTIONS)
    assert factor[1, 40, 40] > factor[0, 40, 40] + 0.1
    cars = sky_view_factors(street(1.6, 3), CELL, np.array(LEVELS), STEPS, DIRECTIONS)
    assert np.allclose(cars, 1.0)


def test_lookup_interpolates_and_clamps() -> None:
    factor = np.array([[[0.0, 1.0], [0.0, 1.0]], [[1.0, 1.0], [1.0, 1.0]]], np.float32)
    sky = OpenSky(factor, np.array([[1, 0, 0, 0], [0, 1, 0, 0]], np.float32))
    look = open_share.py_func
    middle = (LEVELS[0] + LEVELS[1]) / 2
    assert look(1.0, 1.0, LEVELS[0], *sky) == pytest.approx(0.5, abs=1e-3)
    assert look(1.0, 1.0, middle, *sky) == pytest.approx(0.75, abs=1e-3)
    assert look(-9.0, 1.0, -5.0, *sky) == pytest.approx(0.0, abs=1e-3)
    assert look(9.0, 1.0, 99.0, *sky) == pytest.approx(1.0, abs=1e-3)


def road_between(*walls: Instance) -> float:
    """Radiance of the road 20 m ahead under an even grey sky."""
    grey, white = Material(colour=(0.4, 0.4, 0.4)), (0.9, 0.9, 0.9)
    ground = Instance(box((200, 200, 0.2), (0, 0, -0.1), grey), np.eye(4), Kind.ROAD)
    light = Light("overcast", 0.0, 0.7, (0.0, 0.0, 0.0), white, white, 1.0, 0.0)
    view = View(160, 120, 130.0, camera_from_world(np.array([0.0, 0.0, 1.5]), 0.0, 0.0, 0.0))
    frame = RasterRenderer(RasterOptions(samples=1)).render(Stage((ground, *walls), light, 0.0, 3), view)
    patch = (slice(68, 72), slice(76, 84))  # 1.5 m below the eye, 130 px of focal length: 20 m is row 69.8
    assert (frame.semantic[patch] == Kind.ROAD).all()
    return float(frame.rgb[patch].mean())


def test_a_road_between_houses_is_darker_under_an_even_sky() -> None:
    house = box((90, 8, 14), (30, 0, 7), Material(colour=(0.4, 0.4, 0.4)))
    walls = [Instance(house, world_from_model(np.array([0.0, y, 0.0]), 0.0), Kind.BUILDING) for y in (-10.0, 10.0)]
    share = road_between(*walls) / road_between()
    assert 0.3 < share < 0.75, "Oke 1981: walls 14 m high, 12 m apart leave 0.39 of the sky; facades give some back"
