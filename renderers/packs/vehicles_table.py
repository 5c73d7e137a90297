"""Which vehicles of the furniture library become assets, and what their materials are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

Rect = tuple[float, float, float, float]
Box = tuple[float, float, float, float, float, float]


@dataclass(frozen=True)
class Rule:
    """Triangles of a material that have a role of their own."""

    role: str
    uv: Rect | None = None  # x0, y0, x1, y1 of the picture, 0..1 from its upper left corner
    place: Box | None = None  # from and to as shares of length (0 rear), width (0 right) and height


@dataclass(frozen=True)
class Machine:
    """One vehicle of the library and what it becomes.

    Roles: those of `vehicles_paint.Paints`; `glass` becomes panes, `tyre` tells where wheels are, `head` and `tail` are
    lenses that turn lamps share, `turn` lenses of turn lamps, `plate` tells where a plate is; `drop` is left out; an
    empty one keeps its colour.
    """

    path: str  # catalogue/model
    models: tuple[str, ...]  # body styles that it may stand for, keys of `scenes.vehicles.MODELS`
    size: tuple[float, float, float]  # m, length, width without mirrors, height
    roles: Mapping[str, str | tuple[Rule, ...]]  # of materials; the first rule that holds, else an empty role
    wheel_base: float = 0.0  # m, 0 = as it is drawn
    wheel_radius: float = 0.0  # m, 0 = as it is drawn
    blanks: Mapping[str, tuple[Rect, ...]] = field(default_factory=dict)  # of pictures: where marques are painted over
    plates: Mapping[str, float] = field(default_factory=dict)  # height (m) of front and rear plate where none is drawn
    board: Rect | None = None  # x0, x1, z0, z1 of flat sides as shares of length and height: for lettering
    author: str = ""  # where the catalogue has many
    rare: bool = False  # stands for few of those that it fits


KATOR_02: dict[str, str | tuple[Rule, ...]] = {
    "RUBBER": "rubber", "RUBBER_tread": "tyre", "IMAGE_license_plate": "plate", "CAR_interior_beige": "drop",
    "METAL_aluminum": "rim", "GLASS_headlights": (Rule("head", place=(0.6, 1, 0, 1, 0, 1)),),
    "METAL_chrome": "chrome", "GLASS_car_window": "glass", "shadeless_black": "dark", "PAINT_lt_blue": "paint",
    "PLASTIC_black_vent": "trim", "METAL_yellow_refl": "turn", "GLASS_brake_light2": "brake",
    "GLASS_turn_signals": "turn", "GLASS_brakelight": "brake", "PLASTIC_black": "trim", "GLASS_car_defroster": "drop",
}  # fmt: skip
# sizes: those of the makers' models where they are known, else those of the library
MACHINES: dict[str, Machine] = {
    "hatchback-a": Machine(
        "Scopia/seat_leon", ("hatchback",), (4.18, 1.74, 1.44),
        {"chapa_roja": "paint", "neumaticos": "tyre", "cristales": "glass", "faros_blancos_faro1_leon.jpg": "head",
         "faros_rojos": "tail", "faros_blan_back": "reverse", "plastico_negro": "trim", "marca": "drop",
         "asientos": "drop"},
        blanks={"llanta_y_logo.jpg": ((0.42, 0.26, 0.56, 0.38),)}, plates={"front": 0.36, "rear": 0.80},
    ),
    "hatchback-b": Machine(
        "BlendSwap-CC-BY/fordFocus", ("hatchback",), (4.26, 1.78, 1.47),
        {"chrome_matte": (Rule("drop", place=(0.97, 1, 0.44, 0.56, 0, 1)),
                          Rule("drop", place=(0, 0.04, 0.44, 0.56, 0, 1)), Rule("rim")),
         "blue_gradient": "drop", "glass_red": "tail", "white": "plate", "chrome": "chrome",
         "glass": (Rule("head", place=(0.8, 1, 0, 1, 0.4, 0.62)), Rule("", place=(0.8, 1, 0, 1, 0, 0.4)),
                   Rule("reverse", place=(0, 0.06, 0, 1, 0.6, 0.7)), Rule("glass")),
         "black_glossy": "rubber", "gray_darkMatte": "trim", "carPaint": "paint", "black_rubber": "tyre"},
        author="Ruff",
    ),
    "beetle": Machine(
        "KatorLegaz/VW-new-beetle", ("hatchback",), (4.09, 1.72, 1.50),
        {"GLASS": "", "PAINT_yellow": "paint", "PAINT_black": "trim", "IMAGE_license_plate": "plate",
         "METAL_aluminum": "rim", "RUBBER": "rubber", "GLASS_turn_signals3": "turn", "PLASTIC_black": "trim",
         "METAL_chrome": (Rule("drop", place=(0.93, 1, 0.45, 0.55, 0, 1)),
                          Rule("drop", place=(0, 0.1, 0.45, 0.55, 0.5, 0.62)), Rule("chrome")),
         "shadeless_black": (Rule("drop", place=(0, 1, 0.47, 0.53, 0.48, 0.62)), Rule("dark")),
         "GLASS_car_window": "glass",
         "GLASS_car_defroster": "drop", "GLASS_headlights": "head", "GLASS_turn_signals": "turn",
         "GLASS_brake_light": "brake", "GLASS_lens": "drop", "RUBBER_tread": "tyre", "GLASS_mirror": "chrome",
         "GLASS_brake_light2": "brake", "PLASTIC_black_vent": "trim"},

    ),
    "saloon": Machine("KatorLegaz/concept-sedan-02-sport", ("saloon",), (4.42, 1.78, 1.44), KATOR_02, 2.68, rare=True),
    "mpv": Machine(
        "Scopia/renault-scenic", ("mpv",), (4.26, 1.80, 1.62),
        {"plate": "plate", "black-plastic": "trim", "black-plastic2": "drop", "sweethome3d_window_mirror": "chrome",
         "color-beige-green": "paint", "glass": "glass",
         "back-lights": "tail", "front-lights": "head", "tires": "tyre"},
        blanks={"renault-scenic.jpg": ((0.1, 0.03, 0.18, 0.11), (0.17, 0.91, 0.23, 0.97))},
    ),
    "suv": Machine(
        "Scopia/suv", ("suv",), (4.58, 1.87, 1.65),
        {"doorlines": "dark", "interior": "drop", "sweethome3d_window_mirror": "chrome", "firstcolor": "paint",
         "tires": "tyre", "chromes": "chrome", "holes": "dark", "glass": "glass", "blackplastics": "trim",
         "lowparts": "dark",
         "textured": (
             Rule("head", uv=(0.57, 0.0, 1.0, 0.16)), Rule("drop", uv=(0.66, 0.51, 0.84, 0.6)),
             Rule("brake", uv=(0.0, 0.8, 0.45, 0.86)), Rule("plate", uv=(0.0, 0.87, 0.43, 1.0)),
             Rule("tail", uv=(0.46, 0.78, 0.95, 1.0)))},
        blanks={"suv-map.png": ((0.2, 0.40, 0.42, 0.50), (0.15, 0.14, 0.21, 0.2))},
    ),
    "coupe": Machine(
        "Scopia/chevrolet", ("coupe",), (4.46, 1.90, 1.26),
        {"interior": "drop", "sweethome3d_window_mirror": "chrome", "firstcolor": "paint", "tires": "tyre",
         "holes": "dark", "glass": "glass", "glassfocus": "head", "blackplastic": "trim", "lowparts": "dark",
         "textured": (
             Rule("drop", uv=(0.04, 0.2, 0.25, 0.32)), Rule("tail", uv=(0.54, 0.55, 0.74, 0.76)),
             Rule("plate", uv=(0.53, 0.86, 1.0, 1.0)))},
        blanks={"chevrolet-texture-map.png": ((0.23, 0.72, 0.3, 0.79),)}, plates={"front": 0.36},
    ),
    "van": Machine(
        "Scopia/van", ("panel_van",), (5.26, 1.97, 2.32),
        {"interior": "drop", "sweethome3d_window_mirror": "chrome", "firstcolor": "paint", "tires": "tyre",
         "lowparts": "dark", "blackplastics": "trim", "whiteglass": "paint", "glass": "glass",
         "textured": (
             Rule("tail", uv=(0.82, 0.08, 1.0, 0.47)), Rule("plate", uv=(0.62, 0.55, 1.0, 0.66)),
             Rule("head", uv=(0.33, 0.7, 0.7, 0.88)))},
        wheel_base=3.25,
        blanks={"texture-van.png": ((0.33, 0.13, 0.53, 0.33), (0.67, 0.39, 0.8, 0.51), (0.2, 0.51, 0.27, 0.59))},
        board=(0.06, 0.6, 0.58, 0.86),
    ),
    "city-bus": Machine(
        "Scopia/cityBus", ("bus",), (11.6, 2.53, 3.0),
        {"blackInterior": "drop", "tires": "tyre", "accentColor": "second", "darkColor": "trim", "glass": "glass",
         "darkglass": "glass",
         "blackPlastic": "trim", "mirror": "chrome", "whiteBase": "paint", "blackRubber": "rubber", "display": "board",
         "blackPlasticRearviews": "trim",
         "texturedParts": (
             Rule("plate", uv=(0.0, 0.0, 0.45, 0.13)), Rule("drop", place=(0.9, 1, 0, 1, 0.78, 1)),
             Rule("tail", uv=(0.0, 0.68, 0.6, 0.86)), Rule("head", uv=(0.38, 0.86, 1.0, 1.0)))},
    ),
    "coach": Machine(
        "Scopia/bus", ("coach",), (12.2, 2.55, 3.5),
        {"lines": "dark", "sweethome3d_window_mirror": "chrome", "interior": "drop", "firstcolor": "paint",
         "lowparts": "dark", "blackplastics": "trim", "tires": "tyre", "glass": "glass",
         "textured": (
             Rule("head", uv=(0.0, 0.2, 0.45, 0.33)), Rule("drop", uv=(0.03, 0.46, 0.32, 0.55)),
             Rule("plate", uv=(0.4, 0.36, 0.82, 0.48)), Rule("tail", uv=(0.77, 0.36, 1.0, 1.0)))},
        blanks={"bus-texture.png": ((0.14, 0.0, 0.32, 0.18),)},
    ),
    "lorry": Machine(
        "Scopia/truck", ("box_truck",), (7.75, 2.44, 3.38),
        {"black-plastic": "trim", "sweethome3d_window_mirror": "chrome", "glass": "glass", "white-container": "second",
         "grey-metalic-frame": "metal", "grey-metal": "metal", "red-cabin": "paint", "black-metal": "dark",
         "orange-lights": "turn",
         "textured": (
             Rule("head", uv=(0.66, 0.75, 0.88, 0.97)), Rule("tail", uv=(0.0, 0.77, 0.54, 0.88)),
             Rule("tyre", uv=(0.0, 0.0, 0.9, 0.47)), Rule("tyre", uv=(0.88, 0.0, 1.0, 1.0)))},
        wheel_radius=0.475, plates={"front": 0.72, "rear": 0.85}, board=(0.05, 0.6, 0.5, 0.9),
    ),
}  # fmt: skip
