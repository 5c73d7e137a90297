"""Simple bodies with random patterns: flying distractors and backdrops of plain domain randomisation."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scenes.seeds import between

RGB = tuple[float, float, float]

FORMS = ("sphere", "box", "cylinder", "cone", "pyramid", "torus")
PATTERNS = 48  # random textures


@dataclass(frozen=True)
class ShapeLook:
    """A body that fills its box."""

    form: str  # a name of FORMS
    size: tuple[float, float, float]  # m
    colour: RGB  # linear RGB factor on the pattern
    pattern: int | None = None  # number of a random texture, below PATTERNS
    repeats: float = 1.0  # of the texture around or across
    roughness: float = 0.8
    metallic: float = 0.0
    asset: str = ""  # id of the asset that is drawn in the look's size, pack/name; "" = the form


@dataclass(frozen=True, eq=False)
class Shape:
    """A body in the air, turned in any direction; without a label."""

    look: ShapeLook
    position: NDArray[np.float64]  # (3,) world, m, its middle
    heading: float  # rad
    pitch: float = 0.0  # rad
    roll: float = 0.0  # rad

    @property
    def flies(self) -> bool:
        """Whether it is a distractor: backdrops stand upright."""
        return self.pitch != 0.0 or self.roll != 0.0


def any_colour(rng: np.random.Generator, low: float = 0.02, high: float = 0.8) -> RGB:
    """Any colour at all; channels are independent and log-uniform, as eyes see them evenly."""
    red, green, blue = (low * (high / low) ** rng.random() for _ in range(3))
    return red, green, blue


def sample_shape(rng: np.random.Generator, size: tuple[float, float, float], form: str, textured: bool) -> ShapeLook:
    """Draw the skin of a body.

    Args:
        rng: source of randomness.
        size: m.
        form: a name of FORMS.
        textured: whether it has a pattern.

    Returns:
        The look.
    """
    return ShapeLook(
        form=form, size=size, colour=any_colour(rng, 0.2, 1.0) if textured else any_colour(rng),
        pattern=int(rng.integers(PATTERNS)) if textured else None, repeats=between(rng, 0.5, 4.0),
        roughness=between(rng, 0.15, 1.0), metallic=float(rng.random() < 0.15),
    )  # fmt: skip
