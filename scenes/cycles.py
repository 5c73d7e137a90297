"""What bicycles and motorcycles look like with who rides them, and how to draw them at random."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np

from scenes.kinds import Kind
from scenes.people import WORN, PersonLook, sample_person
from scenes.people_palette import ACCENTS, COATS, colour
from scenes.plates import Plate, any_plate
from scenes.seeds import pick, rng_for

RGB = tuple[float, float, float]
FLEET = 40  # riders with their machines per seed and kind
SHARES: dict[Kind, dict[str, float]] = {
    Kind.BICYCLE: {"city": 0.5, "trekking": 0.3, "sport": 0.2},
    Kind.MOTORCYCLE: {"motorcycle": 0.5, "scooter": 0.5},
}
HELMETS = 0.45  # share of cyclists; who rides a motorcycle wears one
SHORTEST = 1.5  # m, of those who ride
RAKE = math.radians(71.0)  # of the steering axis, from the ground (usual frames: 68 to 73 degrees)
SEAT_TUBE = math.radians(73.0)
CRANK = 0.17  # m
STRETCH = 0.955  # of the leg where the pedal is lowest
UNFIT = {"skirt", "none"}  # worn below, these are not for riding
UNRULY = {"afro", "curly", "bun_top", "spiky", "bun"}  # hair that no helmet fits


@dataclass(frozen=True)
class CycleModel:
    """Measures of one type, m. Bicycles: usual frames of size 54; motorcycles: usual models of 125 to 500 cm3."""

    kind: Kind
    wheel_base: float
    wheel_radius: float
    tyre: float  # half its width
    bottom: tuple[float, float]  # crank, x from the rear axle and height; of a motorcycle the foot rests
    saddle: float  # height of motorcycles; of bicycles it follows from the rider
    grip: tuple[float, float, float]  # x from the steering axis, half the distance between both, height
    gear: float = 0.0  # m that one turn of the cranks moves on

    def steering_x(self, z: float) -> float:
        """X of the steering axis at a height, m."""
        return self.wheel_base / 2 - 0.045 - (z - self.wheel_radius) / math.tan(RAKE)

    @property
    def grip_ahead(self) -> float:
        """X of the grips with the wheel straight, m."""
        return self.steering_x(self.grip[2]) + self.grip[0]


CYCLES: dict[str, CycleModel] = {
    "city": CycleModel(Kind.BICYCLE, 1.08, 0.345, 0.021, (0.45, 0.28), 0.0, (-0.17, 0.28, 1.06), 4.3),
    "trekking": CycleModel(Kind.BICYCLE, 1.06, 0.345, 0.019, (0.44, 0.28), 0.0, (0.0, 0.29, 0.98), 4.8),
    "sport": CycleModel(Kind.BICYCLE, 1.00, 0.336, 0.014, (0.41, 0.275), 0.0, (0.09, 0.21, 0.93), 5.6),
    "motorcycle": CycleModel(Kind.MOTORCYCLE, 1.40, 0.31, 0.065, (0.58, 0.36), 0.80, (-0.10, 0.36, 1.03)),
    "scooter": CycleModel(Kind.MOTORCYCLE, 1.27, 0.235, 0.052, (0.78, 0.27), 0.77, (-0.02, 0.31, 1.00)),
}


@dataclass(frozen=True)
class CycleLook:
    """One machine and its rider. Colours are linear RGB albedo; the model frame is in the middle between the axles."""

    model: str  # key of CYCLES
    paint: RGB
    second: RGB
    step_through: bool  # low frame
    guards: bool
    rack: bool
    basket: bool
    lamps: bool  # of a bicycle
    helmet: bool
    helmet_colour: RGB
    rider: PersonLook
    plate: Plate | None = None  # of motorcycles

    @property
    def kind(self) -> Kind:
        """Class that the machine is labelled as."""
        return CYCLES[self.model].kind

    @property
    def measures(self) -> CycleModel:
        """Row of CYCLES."""
        return CYCLES[self.model]

    @property
    def wheel_base(self) -> float:
        """Between the axles, m."""
        return self.measures.wheel_base

    @property
    def size(self) -> tuple[float, float, float]:
        """Length, width, height of the machine without its rider, m."""
        own = self.measures
        length = own.wheel_base + 2.0 * own.wheel_radius
        return round(length, 3), round(2.0 * own.grip[1] + 0.06, 3), round(max(own.grip[2], self.saddle[1]) + 0.05, 3)

    @property
    def length(self) -> float:
        """Length of the machine, m."""
        return self.size[0]

    @property
    def crank(self) -> tuple[float, float]:
        """X and z of the crank's axle, or of the middle between the foot rests, m."""
        own = self.measures
        return own.bottom[0] - own.wheel_base / 2, own.bottom[1]

    @property
    def saddle(self) -> tuple[float, float]:
        """X and z of the middle of the saddle's top, m; a bicycle's is set for the rider's leg."""
        own, (x, z) = self.measures, self.crank
        if own.saddle > 0.0:
            return -0.20 if self.model == "motorcycle" else -0.26, own.saddle
        leg, ankle = 0.479 * self.rider.height, 0.05 * self.rider.height
        low = z - CRANK + ankle + 0.04  # of the ankle, heel up a little
        reach = STRETCH * leg
        # along the seat tube to where the hip joint is, from the foot at the lowest pedal 7 cm behind the crank
        c, s = -math.cos(SEAT_TUBE), math.sin(SEAT_TUBE)
        dx, dz = 0.07, z - low
        along = -(dx * c + dz * s) + math.sqrt(max(reach**2 - (dx * s - dz * c) ** 2, 0.01))
        along -= self.seat_height
        return x + c * along, z + s * along

    @property
    def seat_height(self) -> float:
        """Hip joints above the saddle, m."""
        return 0.042 * self.rider.height

    def steering_x(self, z: float) -> float:
        """X of the steering axis at a height, m."""
        return self.measures.steering_x(z)

    @property
    def grip(self) -> tuple[float, float, float]:
        """Middle of the left grip with the wheel straight, m."""
        own = self.measures
        return own.grip_ahead, own.grip[1], own.grip[2]


def sample_cycle(rng: np.random.Generator, kind: Kind) -> CycleLook:
    """Draw a machine with its rider.

    Args:
        rng: source of every value.
        kind: BICYCLE or MOTORCYCLE.

    Returns:
        The look.

    Raises:
        KeyError: another kind.
    """
    model = pick(rng, SHARES[kind])
    helmet = kind is Kind.MOTORCYCLE or rng.random() < (0.9 if model == "sport" else HELMETS - 0.1)
    rider = sample_rider(rng, helmet)
    city = model == "city"
    return CycleLook(
        model=model, paint=colour(rng, ACCENTS if rng.random() < 0.5 else COATS), second=colour(rng, ACCENTS),
        step_through=bool(city and (rider.body.sex == "female" or rng.random() < 0.4)),
        guards=model in ("city", "trekking") and rng.random() < 0.9, rack=model != "sport" and rng.random() < 0.75,
        basket=bool(city and rng.random() < 0.35), lamps=model != "sport" or rng.random() < 0.4, helmet=bool(helmet),
        helmet_colour=colour(rng, ACCENTS if rng.random() < 0.6 else COATS), rider=rider,
        plate=any_plate(rider.seed, "cycle") if kind is Kind.MOTORCYCLE else None,
    )  # fmt: skip


def sample_rider(rng: np.random.Generator, helmet: bool) -> PersonLook:
    """Draw somebody who is dressed for riding: no skirt, no long coat, hands free.

    Args:
        rng: source of every value.
        helmet: worn; no other headwear then.

    Returns:
        The rider.
    """
    while True:
        age = pick(rng, {"teen": 0.14, "adult": 0.74, "senior": 0.12})
        look = sample_person(rng, age_group=age)
        if look.height >= SHORTEST and look.bottom.style not in UNFIT and look.top.hem > 0.44:
            break
    bag = look.bag if look.bag.style in WORN else replace(look.bag, style="none")
    head = look.head
    if helmet:
        hair = "short" if head.hair_style in UNRULY else head.hair_style
        head = replace(head, headwear="none", hair_style=hair)
    return replace(look, bag=bag, head=head)


@lru_cache(maxsize=1024)
def _of_the_fleet(seed: int, number: int, kind: Kind) -> CycleLook:
    return sample_cycle(rng_for(seed, "cycles", kind.label, number), kind)


def fleet_cycle(rng: np.random.Generator, seed: int, kind: Kind) -> CycleLook:
    """Choose a machine and its rider of the FLEET that belongs to a seed.

    Args:
        rng: chooses.
        seed: of the dataset.
        kind: BICYCLE or MOTORCYCLE.

    Returns:
        The look.
    """
    return _of_the_fleet(seed, int(rng.integers(FLEET)), kind)
