"""Textures of plants: foliage seen as a mass, and sprays of leaves with holes between them."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

import numpy as np

from renderers.mesh import Texture
from renderers.textures import Array, encode, generator, noise, tinted

FOLIAGE_SCALE = 1.2  # metres per texture repeat
SPRAY = 256  # texels along an edge


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


@lru_cache(maxsize=2)
def spray(needles: bool) -> Texture:
    """A twig with its leaves, or with needles, in neutral tones; it grows from v = 1 to v = 0, the rest is holes."""
    rng = generator("spray", int(needles))
    v, u = (np.mgrid[0:SPRAY, 0:SPRAY].astype(np.float32) + 0.5) / np.float32(SPRAY)
    light = np.full((SPRAY, SPRAY), 200.0, np.float32)
    inside = np.full((SPRAY, SPRAY), -1.0, np.float32)  # of the nearest outline, in edges of the square
    for foot, tip, wide in _needles(rng) if needles else _leaves(rng):
        along, across, length = _beside(u, v, foot, tip)
        # pointed at both ends, fullest nearer to the foot
        depth = wide * np.sin(np.pi * np.clip(along / length, 0.0, 1.0) ** 0.8) - np.abs(across)
        depth = np.where((along > 0) & (along < length), depth, -1.0)
        mine = depth > 0
        vein = 14.0 * (np.abs(across) < 0.006) if not needles else 0.0
        shade = rng.uniform(190.0, 232.0) + 28.0 * (along / length - 0.5) + np.sign(across) * 6.0 + vein
        light = np.where(mine, shade, light)
        inside = np.maximum(inside, depth)
    along, across, length = _beside(u, v, np.array([0.5, 0.97]), np.array([0.5, 0.1]))
    twig = np.where((along > 0) & (along < length), 0.010 - 0.006 * along / length - np.abs(across), -1.0)
    picture = tinted(light, (1.0, 1.0, 1.0))
    picture[(twig > 0) & (inside < 0)] = (150.0, 122.0, 96.0)
    alpha = np.clip(127.5 + 255.0 * SPRAY * np.maximum(inside, twig), 0, 255).astype(np.uint8)
    return replace(encode(f"spray-{'needles' if needles else 'leaves'}", picture), alpha=alpha)


def _beside(u: Array, v: Array, foot: Array, tip: Array) -> tuple[Array, Array, float]:
    """Distance along the line from foot to tip, distance beside it, and its length."""
    length = float(np.hypot(*(tip - foot)))
    x, y = (tip - foot) / length
    return (u - foot[0]) * x + (v - foot[1]) * y, (v - foot[1]) * x - (u - foot[0]) * y, length


def _leaves(rng: np.random.Generator) -> list[tuple[Array, Array, float]]:
    """Foot, tip and half width of leaves in pairs up a twig, lowest first."""
    shapes = []
    for height in np.linspace(0.86, 0.3, 5):
        for side in (-1.0, 1.0):
            foot = np.array([0.5, height + rng.uniform(-0.04, 0.04)])
            angle, length = rng.uniform(0.8, 1.25), rng.uniform(0.33, 0.43)
            tip = foot + length * np.array([side * np.sin(angle), -np.cos(angle)])
            shapes.append((foot, np.clip(tip, 0.04, 0.96), 0.16 * length * rng.uniform(0.85, 1.15)))
    return [*shapes, (np.array([0.5, 0.34]), np.array([0.52, 0.03]), 0.055)]


def _needles(rng: np.random.Generator) -> list[tuple[Array, Array, float]]:
    """The same of side twigs that needles clothe."""
    shapes = []
    for height in np.linspace(0.94, 0.16, 19):
        for side in (-1.0, 1.0):
            foot = np.array([0.5, height + rng.uniform(-0.015, 0.015)])
            angle, length = rng.uniform(0.75, 1.0), (0.24 + 0.36 * height) * rng.uniform(0.8, 1.15)
            tip = foot + length * np.array([side * np.sin(angle), -np.cos(angle)])
            shapes.append((foot, np.clip(tip, 0.04, 0.96), 0.019))
    return [*shapes, (np.array([0.5, 0.3]), np.array([0.5, 0.03]), 0.02)]
