"""Buildings: what one looks like, and which looks go together in European streets."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from scenes.seeds import Shares, between, pick

RGB = tuple[float, float, float]

BUILDING_STYLES = Shares({
    "terrace": 0.27, "georgian": 0.22, "victorian": 0.2, "office": 0.13, "flats": 0.12, "industrial": 0.06,
})  # fmt: skip
ROOFS = ("gable", "parapet", "hip", "flat")
WALLS: dict[str, int] = {"brick": 5, "stone": 4, "render": 5, "concrete": 3}  # texture variants of each


@dataclass(frozen=True)
class BuildingLook:
    """A box-shaped house: walls, rows of windows, ground floor and roof."""

    style: str = "terrace"  # a name of BUILDING_STYLES
    wall: str = "brick"  # a key of WALLS
    wall_variant: int = 0
    wall_tint: RGB = (1.0, 1.0, 1.0)  # linear RGB factor on the wall texture
    ground_wall: str = "brick"  # wall of the ground floor, a key of WALLS
    ground_tint: RGB = (1.0, 1.0, 1.0)
    storeys: int = 3
    storey_height: float = 3.0  # m
    bay: float = 2.4  # m between window axes
    window_width: float = 0.45  # fraction of the bay
    window_height: float = 0.58  # fraction of the storey
    window_columns: int = 2  # panes
    window_rows: int = 2
    recess: float = 0.12  # m, depth of the windows in the wall
    frame_colour: RGB = (0.7, 0.7, 0.68)
    trim_colour: RGB = (0.55, 0.5, 0.42)  # sills, lintels, string courses
    sills: bool = True
    lintels: bool = True
    string_courses: bool = False
    quoins: bool = False
    ground: str = "house"  # house, shop, office, garage
    shop_signs: tuple[int, ...] = (0,)  # signage textures of the shops from left to right
    shop_colours: tuple[RGB, ...] = ((0.05, 0.1, 0.07),)  # frames and fascia boards
    shop_width: float = 6.0  # m
    awnings: tuple[bool, ...] = (False,)
    awning_colours: tuple[RGB, ...] = ((0.3, 0.05, 0.05),)
    door_colour: RGB = (0.05, 0.08, 0.1)
    roof: str = "gable"  # a name of ROOFS
    roof_variant: int = 0
    roof_tint: RGB = (1.0, 1.0, 1.0)
    roof_pitch: float = 0.65  # rad
    chimneys: int = 1
    dormers: bool = False
    drainpipes: bool = True
    railings: bool = False  # iron area railings before the ground floor
    glass_tint: RGB = (0.02, 0.025, 0.028)
    lit_share: float = 0.3  # of the windows, when lamps are on
    pattern: int = 0  # decides which window has curtains, blinds, light

    @property
    def eaves(self) -> float:
        """Natural height of the eaves above the ground, m."""
        return self.storeys * self.storey_height


_PAINTS: tuple[RGB, ...] = (
    (0.03, 0.07, 0.05), (0.02, 0.03, 0.07), (0.12, 0.015, 0.015), (0.02, 0.02, 0.022), (0.3, 0.29, 0.27),
    (0.55, 0.53, 0.48), (0.1, 0.05, 0.03), (0.06, 0.1, 0.13), (0.25, 0.03, 0.03), (0.05, 0.13, 0.1), (0.38, 0.3, 0.16),
)  # fmt: skip


def _paint(rng: np.random.Generator) -> RGB:
    """A subdued paint of doors and shop fronts."""
    light = math.exp(rng.normal(0.0, 0.25))
    red, green, blue = _PAINTS[int(rng.integers(len(_PAINTS)))]
    return min(0.75, light * red), min(0.75, light * green), min(0.75, light * blue)


def _tint(rng: np.random.Generator, spread: float = 0.13) -> RGB:
    """A factor near 1, a little warm or cold."""
    light = math.exp(rng.normal(0.0, spread))
    warm = rng.normal(0.0, 0.03)
    return light * (1.0 + warm), light, light * (1.0 - warm)


def _grey(rng: np.random.Generator, low: float, high: float) -> RGB:
    """A nearly neutral colour."""
    value = between(rng, low, high)
    return value, value * between(rng, 0.96, 1.0), value * between(rng, 0.85, 1.0)


# style: storeys, storey height, bay, window width fraction, window height fraction (low, high), walls, roofs
_STYLES: dict[str, dict[str, tuple[float, float] | tuple[str, ...]]] = {
    "terrace": {"storeys": (2, 3), "height": (2.7, 3.1), "bay": (2.1, 2.9), "wide": (0.4, 0.55), "tall": (0.45, 0.58),
                "walls": ("brick", "brick", "render", "stone"), "roofs": ("gable", "gable", "gable", "parapet")},
    "georgian": {"storeys": (3, 5), "height": (3.0, 3.7), "bay": (2.1, 2.7), "wide": (0.38, 0.48), "tall": (0.52, 0.66),
                 "walls": ("stone", "stone", "brick", "render"), "roofs": ("parapet", "parapet", "hip")},
    "victorian": {"storeys": (2, 4), "height": (3.0, 3.6), "bay": (2.2, 3.0), "wide": (0.38, 0.5), "tall": (0.5, 0.64),
                  "walls": ("brick", "brick", "stone"), "roofs": ("gable", "hip", "parapet")},
    "office": {"storeys": (3, 6), "height": (3.2, 3.8), "bay": (1.5, 3.2), "wide": (0.6, 0.94), "tall": (0.5, 0.86),
               "walls": ("concrete", "concrete", "brick", "stone"), "roofs": ("flat",)},
    "flats": {"storeys": (3, 6), "height": (2.6, 2.9), "bay": (2.4, 3.6), "wide": (0.45, 0.65), "tall": (0.42, 0.55),
              "walls": ("brick", "render", "concrete"), "roofs": ("flat", "flat", "hip")},
    "industrial": {"storeys": (1, 3), "height": (3.6, 5.0), "bay": (3.0, 4.5), "wide": (0.5, 0.75), "tall": (0.35, 0.6),
                   "walls": ("brick", "concrete", "render"), "roofs": ("gable", "flat", "parapet")},
}  # fmt: skip


_GROUND_SHARES = {
    "office": Shares({"house": 0.0, "shop": 0.25, "office": 0.75, "garage": 0.0}),
    "industrial": Shares({"house": 0.2, "shop": 0.1, "office": 0.2, "garage": 0.5}),
    "flats": Shares({"house": 0.6, "shop": 0.25, "office": 0.05, "garage": 0.1}),
}
_GROUND_SHARES_ELSEWHERE = Shares({"house": 0.5, "shop": 0.45, "office": 0.05, "garage": 0.0})
_GROUND_WALLS = Shares({"": 0.6, "stone": 0.2, "render": 0.2})  # "" = that of the storeys above


def _pick(rng: np.random.Generator, names: tuple[float | str, ...]) -> str:
    return str(names[int(rng.integers(len(names)))])


def sample_building(rng: np.random.Generator, style: str | None = None, storeys: int | None = None) -> BuildingLook:
    """Draw a building.

    Args:
        rng: source of randomness.
        style: a name of BUILDING_STYLES; None draws one.
        storeys: number of floors; None draws it.

    Returns:
        The look; its `eaves` is the height that suits it.

    Raises:
        ValueError: unknown style.
    """
    if style is None:
        style = pick(rng, BUILDING_STYLES)
    if style not in BUILDING_STYLES:
        raise ValueError(f"building style {style!r} is unknown; choose from {', '.join(BUILDING_STYLES)}")
    ways = _STYLES[style]
    modern = style in {"office", "flats", "industrial"}

    def of_style(name: str) -> float:
        low, high = ways[name]
        return between(rng, float(low), float(high))

    floors = int(rng.integers(int(ways["storeys"][0]), int(ways["storeys"][1]) + 1)) if storeys is None else storeys
    wall = _pick(rng, ways["walls"])
    ground = pick(rng, _GROUND_SHARES.get(style, _GROUND_SHARES_ELSEWHERE))
    shops = int(rng.integers(2, 6))
    columns, rows = (int(rng.integers(1, 4)), int(rng.integers(1, 3))) if modern else (int(rng.integers(1, 4)), 2)
    if style == "georgian":
        columns, rows = (2, 3, 3)[int(rng.integers(3))], int(rng.integers(3, 5))
    dark_frames = rng.random() < (0.5 if modern else 0.12)
    return BuildingLook(
        style=style,
        wall=wall,
        wall_variant=int(rng.integers(WALLS[wall])),
        wall_tint=_tint(rng),
        ground_wall=pick(rng, _GROUND_WALLS) or wall,
        ground_tint=_tint(rng),
        storeys=floors,
        storey_height=of_style("height"),
        bay=of_style("bay"),
        window_width=of_style("wide"),
        window_height=of_style("tall"),
        window_columns=columns,
        window_rows=rows,
        recess=between(rng, 0.06, 0.2),
        frame_colour=_grey(rng, 0.02, 0.12) if dark_frames else _grey(rng, 0.5, 0.8),
        trim_colour=_grey(rng, 0.28, 0.6),
        sills=bool(rng.random() < (0.5 if modern else 0.92)),
        lintels=bool(rng.random() < (0.2 if modern else 0.75)),
        string_courses=bool(rng.random() < (0.3 if modern else 0.5)),
        quoins=bool(not modern and rng.random() < 0.3),
        ground=ground,
        shop_signs=tuple(int(rng.integers(12)) for _ in range(shops)),
        shop_colours=tuple(_paint(rng) for _ in range(shops)),
        shop_width=between(rng, 4.0, 8.0),
        awnings=tuple(bool(rng.random() < 0.25) for _ in range(shops)),
        awning_colours=tuple(_paint(rng) for _ in range(shops)),
        door_colour=_paint(rng),
        roof=_pick(rng, ways["roofs"]),
        roof_variant=int(rng.integers(3)),
        roof_tint=_tint(rng),
        roof_pitch=between(rng, 0.5, 0.85),
        chimneys=0 if modern else int(rng.integers(0, 4)),
        dormers=bool(not modern and rng.random() < 0.3),
        drainpipes=bool(rng.random() < 0.75),
        railings=bool(style in {"georgian", "victorian"} and ground == "house" and rng.random() < 0.5),
        glass_tint=_grey(rng, 0.008, 0.05),
        lit_share=between(rng, 0.05, 0.4),
        pattern=int(rng.integers(2**31)),
    )
