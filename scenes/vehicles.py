"""What vehicles look like: every concrete value of one car, van, lorry or bus, and how to draw it at random."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from scenes.kinds import Kind
from scenes.plates import Plate, any_plate
from scenes.seeds import rng_for

RGB = tuple[float, float, float]
Size = tuple[float, float, float]


FLEET = 100  # looks per seed and kind


@dataclass(frozen=True)
class Model:
    """Class averages of one body type; `spread` is the relative standard deviation of the sizes."""

    kind: Kind
    share: float  # within its kind
    size: Size  # length, width without mirrors, height, m
    wheel_base: float  # m
    wheel_radius: float  # m
    clearance: float  # m, ground to sill
    bonnet: float  # m, front bumper to the foot of the windscreen
    screen: float  # m, length of the windscreen seen from above
    deck: float  # m, rear bumper to the foot of the rear window
    fast: float  # m, length of the rear window seen from above
    belt: float  # height of the window sill as a share of the body height
    nose: float  # height of the bonnet's front edge as a share of the body height
    tumble: float  # inward lean of the side windows, m per m
    spread: float = 0.03


# Averages of published sizes of common European models of 1995-2015 in each class.
MODELS: dict[str, Model] = {
    "city": Model(Kind.CAR, 0.16, (3.55, 1.60, 1.49), 2.36, 0.285, 0.20, 0.82, 0.72, 0.16, 0.30, 0.62, 0.50, 0.30),
    "hatchback": Model(Kind.CAR, 0.32, (4.10, 1.71, 1.45), 2.56, 0.30, 0.19, 1.02, 0.78, 0.17, 0.42, 0.625, 0.50, 0.33),
    "saloon": Model(Kind.CAR, 0.18, (4.60, 1.76, 1.43), 2.69, 0.31, 0.18, 1.22, 0.80, 0.66, 0.62, 0.635, 0.50, 0.36),
    "estate": Model(Kind.CAR, 0.10, (4.62, 1.76, 1.47), 2.69, 0.31, 0.18, 1.18, 0.78, 0.16, 0.38, 0.62, 0.495, 0.33),
    "suv": Model(Kind.CAR, 0.07, (4.45, 1.82, 1.70), 2.63, 0.355, 0.26, 1.10, 0.66, 0.14, 0.30, 0.63, 0.545, 0.24),
    "mpv": Model(Kind.CAR, 0.09, (4.40, 1.79, 1.65), 2.70, 0.31, 0.19, 0.88, 0.95, 0.13, 0.30, 0.59, 0.49, 0.27),
    "coupe": Model(Kind.CAR, 0.04, (4.42, 1.79, 1.32), 2.55, 0.32, 0.16, 1.32, 0.80, 0.42, 0.95, 0.635, 0.505, 0.42),
    "convertible": Model(
        Kind.CAR, 0.02, (4.50, 1.80, 1.31), 2.58, 0.32, 0.16, 1.38, 0.66, 0.82, 0.50, 0.645, 0.505, 0.34
    ),
    "pickup": Model(Kind.CAR, 0.02, (5.10, 1.78, 1.76), 3.05, 0.36, 0.30, 1.20, 0.68, 1.55, 0.10, 0.62, 0.53, 0.20),
    "small_van": Model(Kind.VAN, 0.25, (4.15, 1.72, 1.82), 2.65, 0.305, 0.20, 0.84, 0.72, 0.05, 0.08, 0.56, 0.45, 0.14),
    "panel_van": Model(Kind.VAN, 0.40, (5.10, 1.94, 2.12), 3.05, 0.33, 0.24, 0.78, 0.80, 0.04, 0.10, 0.54, 0.43, 0.10),
    "minibus": Model(Kind.VAN, 0.15, (5.40, 1.96, 2.30), 3.35, 0.33, 0.24, 0.76, 0.80, 0.04, 0.10, 0.50, 0.41, 0.10),
    "box_van": Model(Kind.VAN, 0.20, (6.20, 2.10, 2.95), 3.60, 0.34, 0.28, 0.78, 0.80, 0.05, 0.10, 0.54, 0.43, 0.10),
    "box_truck": Model(Kind.TRUCK, 0.6, (8.00, 2.48, 3.40), 4.50, 0.45, 0.45, 0.06, 0.18, 0.05, 0.05, 0.55, 0.4, 0.03),
    "tipper": Model(Kind.TRUCK, 0.4, (7.20, 2.45, 2.75), 4.10, 0.45, 0.45, 0.06, 0.18, 0.05, 0.05, 0.55, 0.4, 0.03),
    "bus": Model(Kind.BUS, 0.4, (11.2, 2.50, 3.00), 5.70, 0.48, 0.28, 0.05, 0.16, 0.03, 0.05, 0.41, 0.30, 0.03, 0.04),
    "double_decker": Model(
        Kind.BUS, 0.35, (10.6, 2.52, 4.35), 5.40, 0.49, 0.28, 0.04, 0.20, 0.03, 0.06, 0.28, 0.2, 0.02, 0.02
    ),
    "coach": Model(
        Kind.BUS, 0.25, (12.0, 2.55, 3.45), 6.10, 0.50, 0.30, 0.05, 0.42, 0.04, 0.10, 0.47, 0.28, 0.06, 0.02
    ),
}
KIND_SHARES: dict[Kind, float] = {Kind.CAR: 0.80, Kind.VAN: 0.11, Kind.TRUCK: 0.045, Kind.BUS: 0.045}

# (linear RGB, share of private cars, share that is metallic); shares follow British registrations of 2000-2015.
PAINTS: dict[str, tuple[RGB, float, float]] = {
    "silver": ((0.44, 0.45, 0.46), 0.25, 1.0),
    "grey": ((0.13, 0.135, 0.145), 0.11, 0.9),
    "black": ((0.007, 0.007, 0.008), 0.13, 0.5),
    "dark blue": ((0.010, 0.020, 0.075), 0.11, 0.7),
    "blue": ((0.025, 0.085, 0.27), 0.07, 0.6),
    "light blue": ((0.17, 0.29, 0.42), 0.05, 0.9),
    "white": ((0.72, 0.72, 0.70), 0.08, 0.1),
    "red": ((0.34, 0.014, 0.014), 0.08, 0.3),
    "dark red": ((0.11, 0.008, 0.014), 0.04, 0.7),
    "dark green": ((0.010, 0.045, 0.024), 0.04, 0.7),
    "pale green": ((0.17, 0.25, 0.17), 0.01, 0.8),
    "gold": ((0.36, 0.27, 0.14), 0.02, 0.9),
    "yellow": ((0.68, 0.42, 0.02), 0.01, 0.0),
}
BRIGHT: tuple[RGB, ...] = (
    (0.55, 0.01, 0.012), (0.02, 0.10, 0.42), (0.02, 0.26, 0.07), (0.70, 0.45, 0.02), (0.70, 0.20, 0.01),
    (0.03, 0.30, 0.36), (0.09, 0.015, 0.11), (0.72, 0.72, 0.70), (0.02, 0.025, 0.05), (0.42, 0.60, 0.04),
)  # fmt: skip
CREAM: RGB = (0.66, 0.60, 0.42)
SYLLABLES = ("MA", "RO", "TEL", "VAN", "CO", "LIN", "DER", "PRO", "HART", "EX", "KEN", "SO", "FIX", "BRO", "NEX", "WAY")


@dataclass(frozen=True)
class VehicleLook:
    """One concrete vehicle. Colours are linear RGB albedo; lengths in metres."""

    model: str  # key of MODELS
    length: float
    width: float  # without mirrors
    height: float  # with roof rails or a taxi sign
    wheel_base: float
    wheel_radius: float
    clearance: float
    overhang: float  # front bumper to front axle
    bonnet: float
    screen: float
    deck: float
    fast: float
    belt: float  # share of the body height
    nose: float  # share of the body height
    tumble: float
    roundness: float  # 0 edgy .. 1 round
    paint: RGB
    second: RGB  # stripe, box, livery
    paint_metallic: bool
    dirt: float  # 0 clean .. 1 filthy
    painted_bumpers: bool
    rub_strips: bool
    black_pillars: bool
    tint: float  # 0 clear .. 1 black glass
    doors: int  # on both sides, without the boot
    roof_rails: bool
    taxi: bool
    left_hand_drive: bool
    alone: bool  # who drives has nobody beside
    interior: int  # variant of the cabin seen through the glass
    wheel_style: str  # spokes, multi, cover, steel
    wheel_colour: RGB
    wheel_spokes: int
    head_lamp: tuple[float, float, float]  # width, height, outward rise, m
    tail_lamp: str  # tall, corner, wide, round
    indicator: RGB  # colour of the tail indicator and the front corner
    grille: str  # bars, mesh, slot
    chrome: bool
    plate: Plate
    lettering: str  # words on the side, "" for none
    livery: int  # 0 plain, 1 stripe, 2 swoosh, 3 half and half, 4 blobs
    load: int  # tipper: 0 empty .. 2 heaped
    asset: str = ""  # id of the pack's vehicle that is drawn; "" = built in

    @property
    def kind(self) -> Kind:
        """Class that the vehicle is labelled as."""
        return MODELS[self.model].kind

    @property
    def size(self) -> Size:
        """Length, width without mirrors, height, m."""
        return self.length, self.width, self.height

    @property
    def body_height(self) -> float:
        """Height of the roof, m, without roof rails and taxi sign."""
        return self.height - (0.12 if self.taxi else 0.03 if self.roof_rails else 0.0)


def sample_vehicle(rng: np.random.Generator, kind: Kind | None = None) -> VehicleLook:
    """Draw a vehicle as common as it is on the street.

    Args:
        rng: the source of every value.
        kind: CAR, VAN, TRUCK or BUS; None draws one.

    Returns:
        The look.

    Raises:
        ValueError: for a kind without models.
    """
    if kind is None:
        kinds = list(KIND_SHARES)
        kind = kinds[int(rng.choice(len(kinds), p=np.array(list(KIND_SHARES.values()))))]
    names = [name for name, model in MODELS.items() if model.kind == kind]
    if not names:
        raise ValueError(f"no vehicle models of kind {kind!r}; there are {[k.label for k in KIND_SHARES]}")
    shares = np.array([MODELS[name].share for name in names])
    return sample_model(rng, names[int(rng.choice(len(names), p=shares / shares.sum()))])


def sample_model(rng: np.random.Generator, name: str) -> VehicleLook:
    """Draw a vehicle of one body type.

    Args:
        rng: the source of every value.
        name: key of MODELS.

    Returns:
        The look.

    Raises:
        KeyError: for an unknown body type.
    """
    model = MODELS[name]
    car = model.kind == Kind.CAR
    scale = 1.0 + model.spread * rng.normal(0.0, (1.0, 0.6, 0.7, 0.8)).clip(-2.2, 2.2)
    rails = (name in ("estate", "suv", "mpv") and rng.random() < 0.5) or (name == "hatchback" and rng.random() < 0.04)
    taxi = name in ("saloon", "mpv", "estate") and rng.random() < 0.05
    length, width = model.size[0] * scale[0], model.size[1] * scale[1]
    wheel_base = min(model.wheel_base * scale[0] * (1.0 + 0.3 * (scale[3] - 1.0)), 0.68 * length)
    height = model.size[2] * scale[2] + (0.12 if taxi else 0.03 if rails else 0.0)
    large = model.kind in (Kind.TRUCK, Kind.BUS)
    front = {"bus": 2.65, "double_decker": 2.55, "coach": 2.75, "box_truck": 1.30, "tipper": 1.30}.get(name)
    overhang = front or min(0.86 if car else 0.92, (length - wheel_base) * 0.52) * rng.uniform(0.93, 1.03)
    rear = length - wheel_base - overhang
    overhang += max(0.0, model.wheel_radius + 0.16 - rear) * -1.0
    radius = model.wheel_radius * rng.uniform(0.97, 1.04)
    paint, metallic = _paint(rng, model.kind, name)
    return VehicleLook(
        model=name, length=float(length), width=float(width), height=float(height), wheel_base=float(wheel_base),
        wheel_radius=float(radius), clearance=float(model.clearance * rng.uniform(0.9, 1.1)), overhang=float(overhang),
        bonnet=float(model.bonnet * scale[3]), screen=float(model.screen * rng.uniform(0.9, 1.12)),
        deck=float(model.deck * rng.uniform(0.9, 1.1)), fast=float(model.fast * rng.uniform(0.75, 1.2)),
        belt=float(model.belt * rng.uniform(0.98, 1.02)), nose=float(model.nose * rng.uniform(0.96, 1.05)),
        tumble=float(model.tumble * rng.uniform(0.85, 1.1)), roundness=float(rng.uniform(0.1, 1.0)),
        paint=paint, second=BRIGHT[int(rng.integers(len(BRIGHT)))], paint_metallic=metallic,
        dirt=float(min(1.0, rng.gamma(1.5, 0.2))), left_hand_drive=bool(rng.random() < 0.35),
        roof_rails=bool(rails), taxi=bool(taxi), alone=bool(rng.random() < 0.75), interior=int(rng.integers(6)),
        load=int(rng.integers(3)), **_fittings(rng, name, car, large), **_graphics(rng, model.kind, name),
    )  # fmt: skip


def _paint(rng: np.random.Generator, kind: Kind, name: str) -> tuple[RGB, bool]:
    """Colour of the body and whether it is metallic."""
    if kind == Kind.BUS:
        palette = (*BRIGHT, (0.72, 0.72, 0.70), CREAM, (0.42, 0.01, 0.014), (0.42, 0.01, 0.014))
        base = (
            palette[-1] if name == "double_decker" and rng.random() < 0.5 else palette[int(rng.integers(len(palette)))]
        )
        return _jitter(rng, base), False
    if kind != Kind.CAR and rng.random() < 0.55:
        return _jitter(rng, PAINTS["white"][0]), False
    if kind != Kind.CAR and rng.random() < 0.4:
        return _jitter(rng, BRIGHT[int(rng.integers(len(BRIGHT)))]), False
    names = list(PAINTS)
    shares = np.array([PAINTS[key][1] for key in names])
    base, _, metallic = PAINTS[names[int(rng.choice(len(names), p=shares / shares.sum()))]]
    return _jitter(rng, base), bool(rng.random() < metallic)


def _jitter(rng: np.random.Generator, colour: RGB) -> RGB:
    """Vary brightness by a quarter and hue slightly."""
    values = np.clip(np.array(colour) * np.exp(rng.normal(0.0, 0.18) + rng.normal(0.0, 0.025, 3)), 0.004, 0.8)
    return float(values[0]), float(values[1]), float(values[2])


def _fittings(rng: np.random.Generator, name: str, car: bool, large: bool) -> dict[str, Any]:
    """Trim, glass, wheels and lamps."""
    modern = rng.random() < 0.6
    style = "steel" if large else str(rng.choice(["spokes", "multi", "cover", "steel"], p=[0.36, 0.2, 0.32, 0.12]))
    if not car and not large:
        style = "cover" if rng.random() < 0.5 else "steel"
    grey = float(rng.uniform(0.2, 0.48)) if style != "steel" or large else float(rng.choice([0.04, 0.3]))
    tall = {"estate", "mpv", "suv", "small_van", "panel_van", "minibus", "city", "pickup"}
    tail = (
        "tall"
        if name in tall and rng.random() < 0.75
        else str(rng.choice(["corner", "wide", "round"], p=[0.6, 0.33, 0.07]))
    )
    two_door = {"coupe": 1.0, "convertible": 1.0, "city": 0.6, "hatchback": 0.35, "pickup": 0.5}.get(name, 0.0)
    rise = float(rng.uniform(0.0, 0.06)) if modern else float(rng.uniform(0.0, 0.02))
    return {
        "painted_bumpers": bool(rng.random() < (0.72 if car else 0.3)), "rub_strips": bool(rng.random() < 0.5),
        "black_pillars": bool(rng.random() < 0.55), "tint": float(rng.beta(1.5, 3.0)),
        "doors": 2 if rng.random() < two_door or not car else 4,
        "wheel_style": style, "wheel_colour": (grey, grey, grey * 1.02),
        "wheel_spokes": int(rng.integers(5, 8)) if style == "spokes" else int(rng.integers(8, 13)),
        "head_lamp": (float(rng.uniform(0.26, 0.44)), float(rng.uniform(0.11, 0.19)), rise),
        "tail_lamp": tail, "indicator": (0.75, 0.22, 0.01) if rng.random() < 0.6 else (0.55, 0.5, 0.46),
        "grille": str(rng.choice(["bars", "mesh", "slot"])), "chrome": bool(rng.random() < 0.45),
    }  # fmt: skip


def _graphics(rng: np.random.Generator, kind: Kind, name: str) -> dict[str, Any]:
    """Plates, lettering and livery."""
    lot = _lot(rng)
    words = "".join(SYLLABLES[int(rng.integers(len(SYLLABLES)))] for _ in range(int(rng.integers(2, 4))))
    decorated = {Kind.CAR: 0.02, Kind.VAN: 0.55, Kind.TRUCK: 0.75, Kind.BUS: 0.7}[kind]
    return {
        "plate": any_plate(0, lot),
        "lettering": words[:9] if rng.random() < decorated else "",
        "livery": int(rng.integers(1, 5)) if rng.random() < decorated and name != "box_van" else 0,
    }  # fmt: skip


def _lot(rng: np.random.Generator) -> str:
    """A random word for the plate; its draws stand before others, whose values must not change."""
    letters, digits = "ABCDEFGHJKLMNOPRSTUVWXY", "0123456789"

    def pick(source: str, count: int) -> str:
        return "".join(source[int(rng.integers(len(source)))] for _ in range(count))

    short = rng.random() < 0.6
    rng.random()
    if not short:
        text = f"{pick(letters, 2)}{pick(digits, 4)}"
        rng.random()
        return text
    text = f"{pick(letters, 2)}{pick(digits, 2)}{pick(letters, 3)}"
    if rng.random() < 0.3:
        text = f"{pick(letters, 1)}{pick(digits, 3)}{pick(letters, 3)}"
    return text


@lru_cache(maxsize=4096)
def _of_the_fleet(seed: int, number: int, kind: Kind | None) -> VehicleLook:
    return sample_vehicle(rng_for(seed, "fleet", "any" if kind is None else kind.label, number), kind)


def fleet_vehicle(rng: np.random.Generator, seed: int, kind: Kind | None = None) -> VehicleLook:
    """Choose a vehicle of the fleet that belongs to a seed.

    A dataset's vehicles come from a fleet of FLEET looks, so that their meshes are built once and drawn often.

    Args:
        rng: chooses.
        seed: of the dataset.
        kind: of vehicle; None takes the mixture of `sample_vehicle`.

    Returns:
        The look.
    """
    return _of_the_fleet(seed, int(rng.integers(FLEET)), kind)
