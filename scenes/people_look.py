"""What a person looks like: concrete values only, hashable, drawn by `scenes.people.sample_person`."""

from __future__ import annotations

import math
from dataclasses import dataclass

RGB = tuple[float, float, float]  # linear RGB albedo

AGE_GROUPS = ("child", "teen", "adult", "senior")
# m, by which a bag of size 1 lengthens and widens the box around its owner
BAG_ROOM = {
    "rucksack": (0.185, 0.0), "daypack": (0.135, 0.0), "satchel": (0.14, 0.05), "shoulder_bag": (0.15, 0.055),
    "handbag": (0.05, 0.05), "shopping": (0.035, 0.045),
}  # fmt: skip
WORN = ("none", "rucksack", "daypack")  # bags that stay where they are when somebody falls
RUN = 2.3  # m/s, at which somebody of ADULT stature runs rather than walks
ADULT = 1.73  # m, stature that the relation of Grieve and Gear is evaluated at


@dataclass(frozen=True)
class Body:
    """Stature and build."""

    sex: str  # male, female
    age_group: str  # child, teen, adult, senior
    height: float  # m, sole to vertex
    weight: float  # 0 slim .. 1 heavy
    shoulders: float  # factor on the width of the shoulders
    hips: float  # factor on the width of the hips
    bust: float  # 0 flat .. 1 full
    belly: float  # 0 flat .. 1 round
    skin: RGB


@dataclass(frozen=True)
class Head:
    """Hair, face and what is worn on the head."""

    hair_style: str  # see HAIR_STYLES in scenes.people_palette
    hair_colour: RGB
    hair_length: float  # 0 short .. 1 long for the style
    facial_hair: str  # none, stubble, moustache, goatee, beard
    glasses: str  # none, clear, sun
    headwear: str  # none, cap, beanie, hood, hat, headscarf
    headwear_colour: RGB
    headwear_second: RGB  # visor, band, bobble


@dataclass(frozen=True)
class Top:
    """Everything worn on the upper body, outermost layer first."""

    style: str
    colour: RGB
    second: RGB  # stripes, yoke, lining, reflective bands
    pattern: str  # plain, stripes, pinstripes, checks, yoke, sleeves, camouflage, bands, quilted, marl
    scale: float  # m, period of the pattern
    sleeves: float  # 0 none, .35 short, 1 long; share of the arm down to the wrist
    hem: float  # height of the lower edge, share of the stature
    ease: float  # m between body and outer surface
    hang: float  # 0 follows the body .. 1 falls straight
    flare: float  # slope of the part below the hips
    opening: float  # 0 closed .. 1 wide open in front
    inner: RGB  # shirt seen in the opening
    collar: str  # none, round, wide, shirt, lapel, stand, hood, fur
    closure: str  # none, zip, buttons
    badge: str  # none, chest, back, both
    badge_colour: RGB
    tie: bool
    tie_colour: RGB
    tucked: bool
    scarf: str  # none, wound, hanging
    scarf_colour: RGB
    gloves: bool


@dataclass(frozen=True)
class Bottom:
    """Trousers, skirt or bare legs, and shoes."""

    style: str  # jeans, trousers, joggers, leggings, shorts, skirt, none (under a dress)
    colour: RGB
    second: RGB  # side stripe
    side_stripe: bool
    hem: float  # height of the lower edge, share of the stature
    ease: float  # m
    flare: float  # factor on the width at the ankle
    belt: RGB
    legs: RGB  # colour of what shows below the hem: skin, tights
    shoes: str  # sneakers, shoes, boots, heels, sandals
    shoe_colour: RGB
    sole_colour: RGB
    sock_colour: RGB


@dataclass(frozen=True)
class Bag:
    """One bag, or none."""

    style: str  # none, rucksack, daypack, satchel, shoulder_bag, handbag, shopping
    colour: RGB
    second: RGB
    size: float  # factor
    side: int  # 1 left, -1 right


@dataclass(frozen=True)
class Umbrella:
    """One umbrella in one hand."""

    style: str  # stick, folding
    opened: bool
    radius: float  # m, of the open canopy
    shaft: float  # m from the hand to the top of the canopy
    pattern: str  # plain, panels, rim, rings, rainbow
    colour: RGB
    second: RGB
    side: int  # hand: 1 left, -1 right
    tilt: float  # rad, into the walking direction
    beside: float = 0.0  # m, height of who walks below it too, on its side; 0 = nobody


@dataclass(frozen=True)
class Manner:
    """How somebody walks and stands."""

    arm_swing: float  # factor
    stoop: float  # rad, forward bend of the upper body
    toe_out: float  # rad
    cadence: float  # factor on the step rate at a given speed
    sway: float  # factor on the movement of hips and shoulders
    step_width: float  # m between the ankles' lines of progression
    stance: str  # relaxed, one_leg, pockets, crossed, phone, texting, strap, hip, behind, clasped, camera
    carry: str  # arms while walking: swing, pocket, pockets, phone, texting, strap
    head_turn: float  # rad, left positive, when standing


@dataclass(frozen=True)
class PersonLook:
    """Everything about the appearance and the manner of one person."""

    seed: int  # of folds, strands and weave
    body: Body
    head: Head
    top: Top
    bottom: Bottom
    bag: Bag
    manner: Manner
    asset: str = ""  # id of the pack's person who is drawn; "" = built in
    umbrella: Umbrella | None = None

    @property
    def height(self) -> float:
        """Stature with shoes, m."""
        return self.body.height

    @property
    def age_group(self) -> str:
        """One of `AGE_GROUPS`."""
        return self.body.age_group

    @property
    def bag_room(self) -> tuple[float, float]:
        """By how much the bag lengthens and widens the box around its owner, m."""
        scale = self.bag.size * min(1.0, self.body.height / 1.7)
        deeper, wider = BAG_ROOM.get(self.bag.style, (0.0, 0.0))
        return deeper * scale, wider * scale

    @property
    def size(self) -> tuple[float, float, float]:
        """Length, width, height of the box around the neutral pose, m."""
        height, top = self.body.height, self.top
        stout = 0.5 * self.body.weight + 0.5 * self.body.belly
        width = height * (0.262 * self.body.shoulders + 0.045) + 0.085 * stout + 2.4 * top.ease
        length = max(height * 0.165 + 0.01, height * 0.152 + 0.13 * stout + 2.0 * top.ease)
        deeper, wider = self.bag_room
        length, width = length + deeper, width + wider - 0.006
        extra = {"none": 0.0, "cap": 0.02, "beanie": 0.035, "hood": 0.03, "hat": 0.05, "headscarf": 0.02}
        volume = {"afro": 0.07, "curly": 0.045, "bun_top": 0.045, "spiky": 0.03, "bald": 0.0}.get(
            self.head.hair_style, 0.015
        )
        rise = extra.get(self.head.headwear, 0.0) or volume
        return (round(length, 3), round(width, 3), round(height + rise, 3))


def stride_length(person: PersonLook | float, speed: float) -> float:
    """Length of a stride (two steps) at a walking speed.

    Adults take 64.8 (v / h)^0.57 strides a minute, v / h in statures per second (Grieve and Gear 1966). People of
    other sizes walk alike at equal v / sqrt(g h) (Alexander 1984), which carries the relation over to children. Runners
    take 1.27 strides a second at 2.3 m/s and 0.07 more for each m/s (Cavanagh and Kram 1989, in round numbers).

    Args:
        person: a look, or the stature in m.
        speed: m/s; below 0.05 the length of a standing person's shuffle is returned.

    Returns:
        Length, m.
    """
    height, cadence = (person.height, person.manner.cadence) if isinstance(person, PersonLook) else (float(person), 1.0)
    speed = max(speed, 0.05)
    adult = speed * math.sqrt(ADULT / height)  # m/s, dynamically similar
    walk = (60.0 / 64.8) * math.pow(adult / ADULT, 0.43)
    run = adult / (1.27 + 0.07 * (adult - RUN)) / ADULT if adult > RUN else 0.0
    return height * max(walk, run) / cadence
