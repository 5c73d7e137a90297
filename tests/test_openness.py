"""Sky hidden by houses: against the closed formula of an endless street, and in pictures."""

from __future__ import annotations

import math

import numpy as np
import pytest

from renderers.openness import CELL, DIRECTIONS, LEVELS, OpenSky, open_share, sky_view_factors

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
