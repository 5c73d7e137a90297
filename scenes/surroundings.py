"""What surrounds vehicles and people: concrete looks of ground, buildings, props and signals, and their samplers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from scenes.buildings import BUILDING_STYLES, BuildingLook, sample_building
from scenes.props import PROP_MODELS, PropLook, sample_prop
from scenes.shapes import PATTERNS
from scenes.signals import SignalLook, sample_signal

__all__ = [
    "BUILDING_STYLES",
    "PROP_MODELS",
    "SURFACE_STYLES",
    "BuildingLook",
    "PropLook",
    "SignalLook",
    "SurfaceLook",
    "sample_building",
    "sample_prop",
    "sample_signal",
    "sample_surface",
]

RGB = tuple[float, float, float]

# style: (texture variants, mean roughness); the textures live in renderers/textures*.py
SURFACE_STYLES: dict[str, tuple[int, float]] = {
    "asphalt-new": (2, 0.85),
    "asphalt-old": (4, 0.92),
    "asphalt-patched": (4, 0.92),
    "concrete-paving": (3, 0.9),
    "slabs": (4, 0.9),
    "brick-paving": (2, 0.9),
    "cobbles": (2, 0.8),
    "grass": (3, 0.95),
    "gravel": (2, 0.95),
    "earth": (2, 0.95),
    "pattern": (PATTERNS, 0.9),  # of plain domain randomisation; not in scene files
}


@dataclass(frozen=True)
class SurfaceLook:
    """Appearance of a piece of ground."""

    style: str = "asphalt-old"  # a key of SURFACE_STYLES
    variant: int = 0  # which texture of the style
    tint: RGB = (1.0, 1.0, 1.0)  # linear RGB factor on the texture
    roughness: float = 0.92  # 0 mirror .. 1 matt, dry
    wetness: float = 0.0  # 0 dry .. 1 soaked: darker and glossier


def sample_surface(rng: np.random.Generator, style: str | None = None) -> SurfaceLook:
    """Draw the appearance of a piece of ground.

    Args:
        rng: source of randomness.
        style: a key of SURFACE_STYLES; None draws an asphalt.

    Returns:
        The look.

    Raises:
        ValueError: unknown style.
    """
    if style is None:
        style = str(rng.choice(["asphalt-new", "asphalt-old", "asphalt-patched"], p=[0.2, 0.45, 0.35]))
    if style not in SURFACE_STYLES:
        raise ValueError(f"surface style {style!r} is unknown; choose from {', '.join(SURFACE_STYLES)}")
    variants, roughness = SURFACE_STYLES[style]
    light = float(np.exp(rng.normal(0.0, 0.14)))
    warm = float(rng.normal(0.0, 0.025))
    wet = float(rng.uniform(0.25, 1.0)) if rng.random() < 0.2 else 0.0
    return SurfaceLook(
        style=style,
        variant=int(rng.integers(variants)),
        tint=(light * (1.0 + warm), light, light * (1.0 - warm)),
        roughness=float(np.clip(roughness + rng.normal(0.0, 0.03), 0.6, 1.0)),
        wetness=wet,
    )
