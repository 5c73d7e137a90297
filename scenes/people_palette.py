"""Colours and frequencies of people on streets of Europe and North America: muted, mostly dark."""

from __future__ import annotations

from functools import lru_cache
from math import exp

import numpy as np

from scenes.people_look import RGB
from scenes.seeds import Shares, pick

HAIR_STYLES = (
    "bald", "buzz", "short", "side_parted", "swept", "bob", "long", "ponytail", "bun", "bun_top", "afro", "curly",
    "receding", "fringe_ring", "spiky",
)  # fmt: skip

# sRGB in 0..255
SRGB: dict[str, tuple[int, int, int]] = {
    "black": (24, 24, 27), "charcoal": (52, 53, 57), "grey": (118, 118, 120), "light_grey": (178, 178, 178),
    "navy": (30, 35, 58), "blue": (50, 78, 128), "light_blue": (158, 182, 208), "royal": (40, 62, 140),
    "teal": (40, 92, 98), "denim_dark": (42, 52, 74), "denim": (74, 94, 126), "denim_light": (128, 148, 172),
    "denim_black": (38, 39, 44), "white": (228, 227, 224), "cream": (216, 206, 184), "beige": (184, 166, 136),
    "khaki": (140, 125, 94), "camel": (166, 124, 80), "brown": (84, 60, 44), "dark_brown": (52, 40, 34),
    "olive": (78, 80, 54), "green": (48, 92, 62), "sage": (128, 142, 112), "lime": (146, 170, 72),
    "red": (164, 32, 38), "burgundy": (92, 30, 40), "pink": (208, 150, 160), "rose": (176, 92, 108),
    "purple": (82, 58, 98), "lilac": (160, 146, 182), "yellow": (208, 176, 72), "orange": (196, 98, 44),
    "rust": (134, 70, 42), "hi_yellow": (204, 222, 50), "hi_orange": (228, 100, 36), "silver": (196, 198, 200),
    "leather": (70, 48, 36),
}  # fmt: skip

COATS = Shares({
    "black": 0.27, "charcoal": 0.11, "navy": 0.15, "grey": 0.07, "dark_brown": 0.05, "brown": 0.03, "beige": 0.06,
    "camel": 0.04, "khaki": 0.04, "olive": 0.05, "cream": 0.02, "white": 0.015, "red": 0.04, "burgundy": 0.025,
    "blue": 0.035, "teal": 0.01, "green": 0.02, "purple": 0.01, "denim": 0.02, "light_grey": 0.02, "rust": 0.01,
})  # fmt: skip
TOPS = Shares({
    "white": 0.19, "black": 0.16, "navy": 0.10, "grey": 0.08, "light_grey": 0.05, "light_blue": 0.07, "blue": 0.05,
    "red": 0.05, "burgundy": 0.02, "pink": 0.025, "rose": 0.015, "green": 0.03, "olive": 0.025, "beige": 0.04,
    "cream": 0.035, "yellow": 0.015, "orange": 0.012, "teal": 0.015, "royal": 0.02, "sage": 0.01, "lilac": 0.01,
    "charcoal": 0.05, "brown": 0.015, "purple": 0.01, "lime": 0.006, "rust": 0.012,
})  # fmt: skip
SHIRTS = Shares({"white": 0.4, "light_blue": 0.25, "grey": 0.05, "pink": 0.05, "cream": 0.1, "blue": 0.1})
BOTTOMS = Shares({
    "black": 0.27, "charcoal": 0.12, "navy": 0.10, "beige": 0.09, "khaki": 0.09, "grey": 0.09, "olive": 0.04,
    "brown": 0.05, "dark_brown": 0.05, "cream": 0.025, "white": 0.02, "light_grey": 0.015, "burgundy": 0.01,
})  # fmt: skip
SUMMER_BOTTOMS = Shares({
    "beige": 0.22, "khaki": 0.18, "cream": 0.09, "white": 0.10, "grey": 0.12, "light_grey": 0.08, "olive": 0.07,
    "navy": 0.07, "brown": 0.04, "sage": 0.03,
})  # fmt: skip
JEANS = Shares({"denim_dark": 0.32, "denim": 0.38, "denim_light": 0.17, "denim_black": 0.13})
SHOES = Shares({"black": 0.5, "dark_brown": 0.13, "brown": 0.1, "grey": 0.07, "leather": 0.08, "navy": 0.05})
SNEAKERS = Shares({"white": 0.35, "black": 0.28, "grey": 0.14, "navy": 0.08, "light_grey": 0.08, "red": 0.03})
BAGS = Shares({
    "black": 0.42, "charcoal": 0.12, "navy": 0.1, "brown": 0.07, "leather": 0.06, "grey": 0.07, "red": 0.04,
    "blue": 0.04, "olive": 0.03, "beige": 0.03, "burgundy": 0.02, "green": 0.01,
})  # fmt: skip
CARRIERS = Shares({"white": 0.45, "cream": 0.1, "beige": 0.12, "light_grey": 0.1, "blue": 0.08, "red": 0.07})
ACCENTS = Shares({
    "red": 0.16, "burgundy": 0.1, "grey": 0.14, "black": 0.14, "cream": 0.1, "navy": 0.1, "blue": 0.08, "green": 0.05,
    "pink": 0.05, "camel": 0.05, "white": 0.05,
})  # fmt: skip
# Dark brown and black hair are most frequent; greys come with age (see `scenes.people_sample`).
HAIR = {
    "black": (22, 19, 18), "dark": (38, 29, 24), "brown": (66, 47, 34), "light_brown": (104, 78, 54),
    "blond": (166, 134, 88), "pale_blond": (196, 172, 126), "red": (112, 56, 32),
}  # fmt: skip
HAIR_SHARES = Shares({
    "black": 0.27, "dark": 0.27, "brown": 0.21, "light_brown": 0.11, "blond": 0.08, "pale_blond": 0.03, "red": 0.03,
})  # fmt: skip
GREYS = ((74, 70, 66), (112, 109, 105), (148, 146, 142), (180, 178, 174))
# Light to dark, sRGB
SKINS = Shares({
    (198, 156, 133): 0.2, (187, 141, 117): 0.28, (173, 127, 102): 0.2, (148, 105, 80): 0.12, (122, 84, 61): 0.08,
    (90, 61, 45): 0.07, (66, 45, 34): 0.05,
})  # fmt: skip


@lru_cache(maxsize=1024)
def linear(srgb: tuple[int, int, int]) -> RGB:
    """Turn sRGB in 0..255 into linear albedo (IEC 61966-2-1, gamma part)."""
    values = [round(float(max(c, 1.0) / 255.0 + 0.055) ** 2.4 / 1.055**2.4, 4) for c in srgb]
    return (values[0], values[1], values[2])


def varied(rng: np.random.Generator, srgb: tuple[int, int, int], spread: float = 0.14) -> RGB:
    """Vary a colour: mostly brightness (washed, worn, new), little hue.

    Args:
        rng: source of randomness.
        srgb: 0..255.
        spread: standard deviation of the logarithm of brightness.

    Returns:
        Linear RGB, 4 decimals.
    """
    bright, red, green, blue = rng.standard_normal(4).tolist()
    gain = exp(spread * bright)
    r, g, b = linear(srgb)
    return (
        _albedo(r * gain * exp(0.05 * red)), _albedo(g * gain * exp(0.05 * green)), _albedo(b * gain * exp(0.05 * blue))
    )  # fmt: skip


def _albedo(value: float) -> float:
    """What cloth, skin and hair can have, 4 decimals."""
    return round(0.006 if value < 0.006 else 0.82 if value > 0.82 else value, 4)


def colour(rng: np.random.Generator, shares: dict[str, float]) -> RGB:
    """Draw a colour of a table and vary it."""
    return varied(rng, SRGB[pick(rng, shares)])


def named(rng: np.random.Generator, name: str) -> RGB:
    """Vary a colour by name."""
    return varied(rng, SRGB[name])
