"""Textures of plants: foliage seen as a mass."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from renderers.mesh import Texture
from renderers.textures import encode, generator, noise, tinted

FOLIAGE_SCALE = 1.2  # metres per texture repeat


@lru_cache(maxsize=4)
def foliage(variant: int) -> Texture:
    """Leaves and the dark between them in neutral tones; variant 2 is wintry twigs; 1.2 m a repeat."""
    rng = generator("foliage", variant)
    leaves = noise(rng, 0.4, 14, 60 + 40 * (variant % 3))
    gaps = noise(rng, 1.0, 3, 30)
    light = 120.0 + 52.0 * leaves + 26.0 * np.minimum(gaps, 0.6)
    if variant % 3 == 2:
        light = 70.0 + 60.0 * (np.abs(leaves) < 0.35) + 20.0 * gaps
    picture = tinted(np.clip(light, 22.0, 250.0).astype(np.float32), (1.0, 1.0, 1.0))
    picture *= 1.0 + 0.08 * noise(rng, 0.4, 14, 90)[..., None] * np.array([1.0, 0.0, -1.0], np.float32)
    return encode(f"foliage-{variant}", picture)
