"""Random patterns without meaning: noise, stripes, checks, waves, blobs and gradients."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from renderers.mesh import Texture
from renderers.textures import EDGE, Array, encode, generator, noise
from scenes.shapes import PATTERNS


@lru_cache(maxsize=PATTERNS + 1)
def pattern(number: int) -> Texture:
    """A tileable pattern.

    Args:
        number: below PATTERNS; PATTERNS itself is white.

    Returns:
        The texture, always the same for a number.
    """
    if number == PATTERNS:
        return encode("pattern-white", np.full((EDGE, EDGE, 3), 255.0))
    rng = generator("pattern", number)
    mix = np.clip(FIELDS[number % len(FIELDS)](rng), 0.0, 1.0)[..., None]
    first, second = rng.uniform(20.0, 255.0, (2, 3)).astype(np.float32)
    picture = first * (1.0 - mix) + second * mix
    if rng.random() < 0.5:
        picture = picture * (1.0 + 0.08 * noise(rng, 0.5, 4))[..., None]
    return encode(f"pattern-{number}", picture)


def _grid() -> tuple[Array, Array]:
    y, x = np.mgrid[0:EDGE, 0:EDGE].astype(np.float32) / np.float32(EDGE)
    return x, y


def _noise(rng: np.random.Generator) -> Array:
    return 0.5 + 0.35 * noise(rng, float(rng.uniform(0.3, 1.6)), 1, 120)


def _stripes(rng: np.random.Generator) -> Array:
    x, y = _grid()
    across, along = int(rng.integers(1, 12)), int(rng.integers(0, 8))
    wave = np.sin(2 * np.pi * (across * x + along * y))
    return np.asarray(0.5 + 0.5 * np.clip(wave * rng.uniform(1.0, 20.0), -1.0, 1.0), np.float32)


def _checks(rng: np.random.Generator) -> Array:
    x, y = _grid()
    columns, rows = 2 * rng.integers(1, 9, 2)
    return np.asarray((np.floor(x * columns) + np.floor(y * rows)) % 2, np.float32)


def _waves(rng: np.random.Generator) -> Array:
    x, y = _grid()
    total = np.zeros((EDGE, EDGE), np.float32)
    for _ in range(4):
        fx, fy = rng.integers(-6, 7, 2)
        total += np.sin(2 * np.pi * (fx * x + fy * y) + rng.uniform(0.0, 2 * np.pi)).astype(np.float32)
    return np.asarray(0.5 + 0.2 * total, np.float32)


def _blobs(rng: np.random.Generator) -> Array:
    return (noise(rng, 1.8, 2, 24) > rng.uniform(-0.5, 0.8)).astype(np.float32)


def _gradient(rng: np.random.Generator) -> Array:
    x, y = _grid()
    turn = int(rng.integers(1, 4))
    return np.asarray(0.5 + 0.5 * np.cos(2 * np.pi * (x if rng.random() < 0.5 else y) * turn), np.float32)


FIELDS = (_noise, _stripes, _checks, _waves, _blobs, _gradient)
