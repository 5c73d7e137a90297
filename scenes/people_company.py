"""What goes with people: prams, wheelchairs, dogs, bicycles. Concrete values only, drawn by `sample_companion`."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from scenes.cycles import CYCLES, SHARES, CycleLook, sample_cycle
from scenes.kinds import Kind
from scenes.people_look import PersonLook
from scenes.people_palette import ACCENTS, COATS, colour
from scenes.seeds import between, pick

RGB = tuple[float, float, float]  # linear RGB albedo


@dataclass(frozen=True)
class Build:
    """Measures of a model."""

    kind: Kind
    share: float  # of its kind
    size: tuple[float, float, float]  # m, length, width, height
    ahead: float  # m, its middle before that of its person
    base: float  # m between the points that carry it
    handle: tuple[float, float, float] = (0.0, 0.0, 0.0)  # m, where the left hand of who pushes holds it


# length and height of dogs: nose to rump, shoulder (FCI breed standards in round numbers)
BUILDS: dict[str, Build] = {
    "carrycot": Build(Kind.PRAM, 0.45, (1.02, 0.60, 1.10), 0.93, 0.56, (-0.53, 0.17, 1.02)),
    "pushchair": Build(Kind.PRAM, 0.55, (0.92, 0.54, 1.06), 0.90, 0.50, (-0.50, 0.19, 1.02)),
    "self-propelled": Build(Kind.WHEELCHAIR, 1.0, (1.02, 0.64, 0.92), 0.0, 0.42, (-0.42, 0.21, 0.91)),
    "labrador": Build(Kind.DOG, 0.28, (0.98, 0.24, 0.68), 0.30, 0.52),
    "shepherd": Build(Kind.DOG, 0.18, (1.06, 0.24, 0.80), 0.30, 0.56),
    "spaniel": Build(Kind.DOG, 0.20, (0.74, 0.20, 0.50), 0.28, 0.38),
    "terrier": Build(Kind.DOG, 0.24, (0.52, 0.15, 0.38), 0.25, 0.26),
    "dachshund": Build(Kind.DOG, 0.10, (0.58, 0.14, 0.30), 0.25, 0.33),
}
GRIPS_AHEAD = 0.28  # m, grips of a pushed bicycle before the middle of who pushes it
BUILDS |= {
    name: Build(
        Kind.BICYCLE, SHARES[Kind.BICYCLE][name],
        (one.wheel_base + 2.0 * one.wheel_radius, 2.0 * one.grip[1] + 0.06, one.grip[2] + 0.05),
        round(GRIPS_AHEAD - one.grip_ahead, 3), one.wheel_base, (one.grip_ahead, one.grip[1], one.grip[2]),
    )
    for name, one in CYCLES.items() if one.kind is Kind.BICYCLE
}  # fmt: skip
BICYCLE_SIDE = 0.48  # m between the paths of a bicycle and of who pushes it
DOG_SIDE = 0.48  # m between the paths of a dog and of who leads it
# body, and legs, chest and muzzle; linear RGB
BLACK, TAN, LIVER, GOLD, CREAM, WHITE, GREY, RED = (
    (0.012, 0.011, 0.011), (0.25, 0.12, 0.045), (0.06, 0.028, 0.014), (0.42, 0.26, 0.11), (0.55, 0.43, 0.28),
    (0.66, 0.62, 0.55), (0.14, 0.135, 0.13), (0.22, 0.085, 0.03),
)  # fmt: skip
DOG_COATS: dict[str, tuple[tuple[RGB, RGB], ...]] = {
    "labrador": ((BLACK, BLACK), (GOLD, CREAM), (CREAM, CREAM), (LIVER, LIVER)),
    "shepherd": ((BLACK, TAN), ((0.05, 0.035, 0.022), TAN), (WHITE, WHITE)),
    "spaniel": ((LIVER, WHITE), (BLACK, WHITE), (RED, RED), (GOLD, GOLD)),
    "terrier": ((WHITE, WHITE), (GREY, GREY), (BLACK, TAN), (CREAM, WHITE), (TAN, WHITE)),
    "dachshund": ((BLACK, TAN), (RED, RED), (LIVER, TAN)),
}


@dataclass(frozen=True)
class Companion:
    """A pram, wheelchair, dog or bicycle that goes where its person goes."""

    model: str  # key of BUILDS
    colour: RGB  # cloth of a pram, frame of a wheelchair, coat of a dog
    second: RGB  # blanket, seat; legs and chest of a dog
    seed: int  # of patches, of the child in a pram
    side: float = 0.0  # m, path to the left of its person's
    scale: float = 1.0  # of a dog
    id: int = 0  # instance id, unique over actors, signals and companions
    cycle: CycleLook | None = None  # of a bicycle; its rider is who pushes it

    @property
    def kind(self) -> Kind:
        """PRAM, WHEELCHAIR, DOG or BICYCLE."""
        return BUILDS[self.model].kind

    @property
    def size(self) -> tuple[float, float, float]:
        """Length, width, height, m."""
        length, width, height = BUILDS[self.model].size
        return (round(length * self.scale, 3), round(width * self.scale, 3), round(height * self.scale, 3))

    @property
    def base(self) -> float:
        """Length between the points that carry it, m."""
        return BUILDS[self.model].base * self.scale

    @property
    def ahead(self) -> float:
        """Its middle before that of its person, m."""
        return BUILDS[self.model].ahead

    @property
    def reach(self) -> float:
        """Its front before the middle of its person, m."""
        return self.ahead + 0.5 * self.size[0]


def sample_companion(rng: np.random.Generator, kind: Kind, owner: PersonLook | None = None) -> Companion:
    """Draw one.

    Args:
        rng: source of randomness.
        kind: PRAM, WHEELCHAIR, DOG or BICYCLE.
        owner: of a bicycle, whom its saddle is set for.

    Returns:
        The companion, without an id.

    Raises:
        ValueError: another kind.
    """
    if kind is Kind.BICYCLE and owner is not None:
        cycle = replace(sample_cycle(rng, kind), rider=owner, helmet=False)
        side = -BICYCLE_SIDE if rng.random() < 0.8 else BICYCLE_SIDE  # most people get on from the left
        return Companion(cycle.model, cycle.paint, cycle.second, int(rng.integers(1 << 31)), side, cycle=cycle)
    shares = {name: build.share for name, build in BUILDS.items() if build.kind is kind}
    if not shares or kind is Kind.BICYCLE:
        raise ValueError(f"kind {kind.label!r} is not one of pram, wheelchair, dog, or a bicycle with its owner")
    model, seed = pick(rng, shares), int(rng.integers(1 << 31))
    if kind is Kind.DOG:
        coats = DOG_COATS[model]
        coat, second = coats[int(rng.integers(len(coats)))]
        side = DOG_SIDE if rng.random() < 0.6 else -DOG_SIDE  # dogs are taught to heel on the left
        return Companion(model, coat, second, seed, side, round(between(rng, 0.9, 1.08), 3))
    if kind is Kind.WHEELCHAIR:
        frame = colour(rng, ACCENTS) if rng.random() < 0.35 else (0.03, 0.03, 0.032)
        return Companion(model, frame, (0.02, 0.02, 0.022), seed)
    return Companion(model, colour(rng, COATS), colour(rng, ACCENTS), seed)
