"""Street furniture, plants, poles and signs: what one looks like, and how common each look is."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from scenes.kinds import Kind
from scenes.seeds import between

RGB = tuple[float, float, float]
Range = tuple[float, float]


@dataclass(frozen=True)
class PropModel:
    """What a prop of one model may be."""

    kind: Kind
    length: Range  # m, along the model's x (forward, faces the road)
    width: Range  # m, along y
    height: Range  # m
    palette: str  # a key of PALETTES
    variants: int = 1


# Linear RGB paints that occur on each sort of thing.
PALETTES: dict[str, tuple[RGB, ...]] = {
    "steel": ((0.25, 0.26, 0.27), (0.35, 0.36, 0.36), (0.16, 0.165, 0.17), (0.1, 0.1, 0.1)),
    "paint": ((0.012, 0.013, 0.014), (0.015, 0.05, 0.03), (0.02, 0.03, 0.06), (0.05, 0.055, 0.06), (0.2, 0.2, 0.2)),
    "bin": ((0.012, 0.02, 0.014), (0.02, 0.1, 0.03), (0.03, 0.03, 0.035), (0.1, 0.05, 0.02),
            (0.02, 0.05, 0.2), (0.06, 0.06, 0.065)),
    "red": ((0.36, 0.015, 0.012), (0.28, 0.02, 0.018)),
    "wood": ((0.13, 0.075, 0.04), (0.2, 0.13, 0.08), (0.09, 0.06, 0.04), (0.24, 0.2, 0.16)),
    "leaf": ((0.03, 0.065, 0.015), (0.045, 0.08, 0.02), (0.025, 0.045, 0.016), (0.06, 0.08, 0.025), (0.02, 0.04, 0.02)),
    "twig": ((0.035, 0.028, 0.022), (0.055, 0.045, 0.037), (0.022, 0.02, 0.018), (0.1, 0.085, 0.06)),
    "stone": ((0.32, 0.28, 0.22), (0.24, 0.22, 0.19), (0.38, 0.34, 0.27), (0.18, 0.17, 0.16)),
    "cloth": ((0.35, 0.03, 0.03), (0.03, 0.1, 0.05), (0.5, 0.47, 0.4), (0.03, 0.05, 0.15),
              (0.45, 0.25, 0.04), (0.15, 0.15, 0.16)),
    "works": ((0.7, 0.68, 0.66), (0.75, 0.2, 0.01)),
    "skip": ((0.55, 0.33, 0.02), (0.03, 0.08, 0.2), (0.2, 0.05, 0.03), (0.12, 0.13, 0.12)),
}  # fmt: skip

K = Kind
PROP_MODELS: dict[str, PropModel] = {
    "street-lamp": PropModel(K.POLE, (0.8, 2.2), (0.3, 0.3), (5.5, 9.5), "steel", 4),
    "lantern": PropModel(K.POLE, (0.5, 0.5), (0.5, 0.5), (3.6, 4.8), "paint", 2),
    "sign-round": PropModel(K.SIGN, (0.1, 0.1), (0.5, 0.75), (2.2, 3.0), "steel", 10),
    "sign-triangle": PropModel(K.SIGN, (0.1, 0.1), (0.6, 0.9), (2.2, 3.0), "steel", 6),
    "sign-rectangle": PropModel(K.SIGN, (0.1, 0.1), (0.45, 0.9), (2.2, 3.0), "steel", 8),
    "sign-direction": PropModel(K.SIGN, (0.1, 0.1), (1.2, 2.6), (2.6, 3.8), "steel", 6),
    "sign-stop": PropModel(K.SIGN, (0.1, 0.1), (0.6, 0.9), (2.2, 3.0), "steel", 1),
    "sign-post": PropModel(K.POLE, (0.08, 0.08), (0.08, 0.08), (2.2, 3.6), "steel", 2),
    "bollard": PropModel(K.FURNITURE, (0.14, 0.25), (0.14, 0.25), (0.8, 1.1), "paint", 4),
    "litter-bin": PropModel(K.FURNITURE, (0.45, 0.6), (0.45, 0.6), (0.9, 1.25), "bin", 3),
    "wheelie-bin": PropModel(K.FURNITURE, (0.55, 0.75), (0.48, 1.25), (1.0, 1.3), "bin", 2),
    "post-box": PropModel(K.FURNITURE, (0.45, 0.5), (0.45, 0.5), (1.5, 1.7), "red", 2),
    "phone-box": PropModel(K.FURNITURE, (0.9, 0.95), (0.9, 0.95), (2.3, 2.5), "red", 2),
    "bench": PropModel(K.FURNITURE, (0.5, 0.65), (1.4, 2.0), (0.75, 0.9), "wood", 2),
    "bus-shelter": PropModel(K.FURNITURE, (1.2, 1.6), (3.0, 5.0), (2.3, 2.6), "paint", 2),
    "railing": PropModel(K.FENCE, (0.05, 0.08), (1.8, 4.0), (0.95, 1.3), "paint", 3),
    "fence": PropModel(K.FENCE, (0.06, 0.1), (1.8, 4.0), (1.0, 1.9), "wood", 2),
    "guard-rail": PropModel(K.FENCE, (0.2, 0.3), (4.0, 8.0), (0.7, 0.8), "steel", 1),
    "hedge": PropModel(K.VEGETATION, (0.6, 1.1), (2.0, 6.0), (0.9, 2.1), "leaf", 3),
    "shrub": PropModel(K.VEGETATION, (0.7, 1.8), (0.7, 1.8), (0.6, 1.9), "leaf", 3),
    "bare-tree": PropModel(K.VEGETATION, (3.5, 8.0), (3.5, 8.0), (5.0, 12.0), "twig", 4),
    "leafy-tree": PropModel(K.VEGETATION, (3.5, 7.0), (3.5, 7.0), (5.0, 11.0), "leaf", 3),
    "conifer": PropModel(K.VEGETATION, (1.8, 4.0), (1.8, 4.0), (4.0, 10.0), "leaf", 2),
    "planter": PropModel(K.FURNITURE, (0.5, 0.9), (0.8, 1.6), (0.7, 1.2), "stone", 2),
    "bicycle-rack": PropModel(K.FURNITURE, (1.7, 1.9), (1.6, 4.0), (0.9, 1.1), "steel", 2),
    "trolleys": PropModel(K.FURNITURE, (1.2, 2.6), (0.55, 0.6), (1.0, 1.05), "steel", 1),
    "works-barrier": PropModel(K.FURNITURE, (0.4, 0.5), (1.5, 2.5), (0.95, 1.1), "works", 3),
    "cone": PropModel(K.FURNITURE, (0.3, 0.45), (0.3, 0.45), (0.5, 0.9), "works", 2),
    "billboard": PropModel(K.SIGN, (0.2, 0.3), (1.3, 4.5), (2.4, 4.0), "paint", 6),
    "a-board": PropModel(K.FURNITURE, (0.5, 0.65), (0.55, 0.7), (0.9, 1.15), "wood", 6),
    "cabinet": PropModel(K.FURNITURE, (0.35, 0.5), (0.7, 1.5), (1.0, 1.5), "bin", 2),
    "skip": PropModel(K.FURNITURE, (1.6, 1.8), (2.6, 3.8), (1.1, 1.6), "skip", 2),
    "cafe-table": PropModel(K.FURNITURE, (1.8, 2.4), (1.8, 2.4), (2.2, 2.7), "cloth", 2),
    "market-stall": PropModel(K.FURNITURE, (1.8, 2.4), (2.4, 3.6), (2.3, 2.7), "cloth", 3),
    "scaffolding": PropModel(K.FURNITURE, (1.2, 1.5), (5.0, 10.0), (5.0, 9.0), "steel", 1),
    "stone-wall": PropModel(K.WALL, (0.3, 0.5), (3.0, 8.0), (0.7, 2.2), "stone", 4),
    "brick-wall": PropModel(K.WALL, (0.25, 0.4), (3.0, 8.0), (0.7, 2.2), "stone", 5),
    "parking-meter": PropModel(K.FURNITURE, (0.25, 0.35), (0.25, 0.4), (1.3, 1.8), "paint", 2),
    "signal-pole": PropModel(K.POLE, (0.12, 0.18), (0.12, 0.18), (3.0, 4.2), "steel", 1),
    "signal-mast": PropModel(K.POLE, (4.0, 9.0), (0.25, 0.3), (5.4, 6.4), "steel", 2),
    "span-wire": PropModel(K.POLE, (0.25, 0.3), (10.0, 18.0), (6.0, 7.2), "steel", 1),
}


@dataclass(frozen=True)
class PropLook:
    """A thing of the street, with every value concrete."""

    model: str = "bollard"  # a key of PROP_MODELS
    length: float = 0.2  # m, extent along the model's x (forward); of a signal mast: reach of the arm
    width: float = 0.2  # m, extent along y
    height: float = 1.0  # m
    colour: RGB = (0.2, 0.2, 0.2)  # linear RGB of the main part
    second: RGB = (0.5, 0.5, 0.5)  # linear RGB of the other part
    variant: int = 0  # which form, symbol or picture of the model
    roughness: float = 0.6
    pattern: int = 0  # decides the small irregularities: branches, leaves, wares
    asset: str = ""  # id of the asset that is drawn, pack/name; "" = the built-in model

    @property
    def kind(self) -> Kind:
        """Semantic class."""
        return PROP_MODELS[self.model].kind

    @property
    def size(self) -> tuple[float, float, float]:
        """Length, width, height, m."""
        return self.length, self.width, self.height


def sample_prop(rng: np.random.Generator, model: str) -> PropLook:
    """Draw a prop of one model.

    Args:
        rng: source of randomness.
        model: a key of PROP_MODELS.

    Returns:
        The look.

    Raises:
        ValueError: unknown model.
    """
    if model not in PROP_MODELS:
        raise ValueError(f"prop model {model!r} is unknown; choose from {', '.join(PROP_MODELS)}")
    ways = PROP_MODELS[model]

    def paint(names: str) -> RGB:
        colours = PALETTES[names]
        light = math.exp(rng.normal(0.0, 0.22))
        red, green, blue = colours[int(rng.integers(len(colours)))]
        return min(0.8, light * red), min(0.8, light * green), min(0.8, light * blue)

    second = ("steel", "paint", "cloth")[int(rng.integers(3))]
    return PropLook(
        model=model,
        length=between(rng, *ways.length),
        width=between(rng, *ways.width),
        height=between(rng, *ways.height),
        colour=paint(ways.palette),
        second=paint(second),
        variant=int(rng.integers(ways.variants)),
        roughness=between(rng, 0.35, 0.8),
        pattern=int(rng.integers(2**31)),
    )
