"""Textures of the ground: asphalt, paving, cobbles, grass, earth, paint, covers."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from renderers.mesh import Texture
from renderers.textures import EDGE, Array, blur, courses, cracks, encode, generator, noise, tinted

# Metres per texture repeat.
SCALE: dict[str, float] = {
    "asphalt": 6.0, "slabs": 3.6, "concrete": 4.0, "brick-paving": 1.6, "cobbles": 1.8, "grass": 3.0, "gravel": 2.0,
    "earth": 4.0, "kerb": 1.8, "paint": 3.0,
}  # fmt: skip
# sRGB grey, patches, cracks, warmth
_ASPHALT = (
    (74.0, 0, 0, 0.0), (92.0, 0, 2, 0.01), (108.0, 1, 8, 0.015),
    (118.0, 2, 14, 0.03), (100.0, 4, 6, 0.0), (124.0, 5, 10, 0.02),
)  # fmt: skip


def _patches(rng: np.random.Generator, light: Array, count: int) -> Array:
    """Lay repairs: rectangles of another age, edges sealed with tar."""
    for _ in range(count):
        height, width = rng.integers(40, 230, 2)
        rows = (np.arange(height) + rng.integers(EDGE)) % EDGE
        columns = (np.arange(width) + rng.integers(EDGE)) % EDGE
        region = np.ix_(rows, columns)
        tone = float(rng.uniform(0.68, 1.12))
        patch = np.full((height, width), tone, np.float32)
        rim = np.minimum(
            np.minimum(np.arange(height), np.arange(height)[::-1])[:, None],
            np.minimum(np.arange(width), np.arange(width)[::-1])[None],
        )
        patch *= np.where(rim < rng.integers(1, 4), rng.uniform(0.6, 0.95), 1.0).astype(np.float32)
        light[region] *= patch
    return light


@lru_cache(maxsize=16)
def asphalt(variant: int) -> Texture:
    """Asphalt: variants 0-1 new, 2-3 old, 4-5 patched; 6 m a repeat."""
    rng = generator("asphalt", variant)
    grey, patches, lines, warm = _ASPHALT[variant % len(_ASPHALT)]
    grain = noise(rng, 0.15, 40)
    light = np.float32(grey) * (1.0 + 0.05 * noise(rng, 1.1, 1, 30) + 0.075 * grain)
    light += np.float32(18.0) * np.maximum(grain - 2.1, 0.0) - np.float32(14.0) * np.maximum(-grain - 2.0, 0.0)
    light = _patches(rng, light, patches)
    stains = np.maximum(noise(rng, 1.6, 1, 12) - 0.9, 0.0)
    light *= 1.0 - 0.09 * stains
    if lines:
        line = cracks(rng, lines, 260, 0.16)
        sealed = np.maximum(line, 0.55 * blur(line, 1))
        light *= 1.0 - 0.42 * sealed
    if patches:
        tar = cracks(rng, 3, 420, 0.05)
        tar = np.minimum(1.0, 3.0 * blur(tar, 1))
        light = light * (1.0 - 0.4 * tar)
    return encode(f"asphalt-{variant}", tinted(light.astype(np.float32), (1.0 + warm, 1.0, 1.0 - warm + 0.015)))


def _laid(
    key: str, variant: int, rows: int, columns: int, joint: float, colours: list[tuple[float, float, float]],
    spread: float, bond: float = 0.5, uneven: float = 0.0, joint_light: float = 0.6,
) -> Texture:  # fmt: skip
    """Stones in rows with joints, worn edges, stains."""
    rng = generator(key, variant)
    cell, gap = courses(rng, rows, columns, bond, uneven)
    count = rows * columns
    base = np.array(colours, np.float32)[rng.integers(len(colours), size=count)]
    base = base * (1.0 + spread * rng.standard_normal((count, 1), dtype=np.float32))
    rough = noise(rng, 0.3, 30) * 0.045 + noise(rng, 1.2, 1, 24) * 0.05
    edge = np.clip((gap - joint) / 2.5, 0.0, 1.0)
    light = (joint_light + (1.0 - joint_light) * edge) * (1.0 + rough)
    picture = base[cell] * light[..., None].astype(np.float32)
    spots = np.maximum(noise(rng, 0.6, 8, 90) - 2.3, 0.0)
    picture *= (1.0 - 0.16 * np.minimum(spots, 1.5))[..., None]
    return encode(f"{key}-{variant}", picture)


@lru_cache(maxsize=8)
def slabs(variant: int) -> Texture:
    """Paving slabs of 0.45-0.9 m; 3.6 m a repeat."""
    colours: list[list[tuple[float, float, float]]] = [
        [(150, 147, 140), (142, 139, 133), (157, 152, 143)],
        [(168, 158, 140), (160, 152, 138), (150, 142, 130)],
        [(128, 126, 124), (136, 134, 131), (120, 119, 118)],
        [(155, 150, 146), (166, 150, 140), (140, 138, 136)],
    ]
    rows, columns = [(6, 4), (4, 6), (8, 8), (6, 6)][variant % 4]
    return _laid("slabs", variant, rows, columns, 0.8, colours[variant % 4], 0.045, 0.5 if variant % 4 else 0.0)


@lru_cache(maxsize=4)
def brick_paving(variant: int) -> Texture:
    """Paving bricks of 0.2 x 0.1 m; 1.6 m a repeat."""
    red: list[tuple[float, float, float]] = [(142, 98, 82), (128, 88, 76), (150, 108, 92), (120, 92, 84)]
    grey: list[tuple[float, float, float]] = [(132, 126, 120), (120, 116, 112), (142, 134, 126)]
    return _laid("brick-paving", variant, 16, 8, 1.2, grey if variant % 2 else red, 0.06)


@lru_cache(maxsize=4)
def cobbles(variant: int) -> Texture:
    """Granite setts of about 0.1-0.15 m; 1.8 m a repeat."""
    grey: list[tuple[float, float, float]] = [(112, 110, 108), (124, 120, 114), (98, 97, 98), (132, 124, 114)]
    dark: list[tuple[float, float, float]] = [(92, 88, 86), (104, 100, 98), (84, 84, 88)]
    return _laid("cobbles", variant, 14, 12, 2.4, dark if variant % 2 else grey, 0.07, 0.5, 0.16, 0.35)


@lru_cache(maxsize=4)
def concrete_ground(variant: int) -> Texture:
    """Concrete slabs of 2 m with dirt and joints; 4 m a repeat."""
    tones: list[tuple[float, float, float]] = [(160, 157, 150), (142, 140, 136), (172, 166, 154)]
    return _laid("concrete-ground", variant, 2, 2, 1.0, [tones[variant % 3]], 0.03, 0.0)


@lru_cache(maxsize=4)
def grass(variant: int) -> Texture:
    """Lawn from green to winter brown; 3 m a repeat."""
    rng = generator("grass", variant)
    colour = [(86, 104, 48), (98, 104, 60), (116, 112, 70)][variant % 3]
    blades = noise(rng, 0.25, 20)
    patch = noise(rng, 1.2, 1, 20)
    light = 1.0 + 0.2 * blades + 0.07 * patch
    picture = tinted(light.astype(np.float32), colour)
    picture[..., 0] *= 1.0 + 0.05 * patch
    bare = np.maximum(noise(rng, 1.3, 2, 40) - 1.5, 0.0)[..., None]
    mix = np.minimum(1.0, bare)
    picture = picture * (1 - mix) + mix * np.array([104, 86, 64], np.float32) * (1 + 0.1 * blades[..., None])
    return encode(f"grass-{variant}", picture)


@lru_cache(maxsize=4)
def earth(variant: int) -> Texture:
    """Bare soil with fallen leaves; 4 m a repeat."""
    rng = generator("earth", variant)
    light = 1.0 + 0.1 * noise(rng, 0.3, 16) + 0.12 * noise(rng, 1.2, 1, 40)
    picture = tinted(light.astype(np.float32), [(104, 86, 66), (88, 76, 62)][variant % 2])
    leaves = noise(rng, 0.2, 30, 90) > 2.0
    picture[leaves] = picture[leaves] * np.array([1.35, 1.15, 0.75], np.float32)
    return encode(f"earth-{variant}", picture)


@lru_cache(maxsize=4)
def gravel(variant: int) -> Texture:
    """Loose chippings; 2 m a repeat."""
    rng = generator("gravel", variant)
    light = 1.0 + 0.2 * noise(rng, 0.2, 40, 140) + 0.06 * noise(rng, 1.2, 1, 20)
    return encode(
        f"gravel-{variant}", tinted(light.astype(np.float32), [(150, 142, 128), (128, 126, 124)][variant % 2])
    )


@lru_cache(maxsize=4)
def kerb(variant: int) -> Texture:
    """Kerb stones of 0.9 m; 1.8 m a repeat."""
    tones: list[tuple[float, float, float]] = [(158, 154, 146), (136, 132, 128), (170, 160, 144), (120, 118, 116)]
    return _laid("kerb", variant, 2, 2, 1.0, [tones[variant % 4]], 0.05, 0.0)


@lru_cache(maxsize=8)
def worn_paint(level: int) -> Texture:
    """Road paint from fresh (0) to nearly gone (4), as a factor between white and asphalt; 3 m a repeat."""
    rng = generator("paint", level)
    wear = noise(rng, 0.5, 6) + 0.5 * noise(rng, 1.2, 1, 12)
    threshold = (2.6, 1.7, 1.0, 0.45, 0.0)[min(max(level, 0), 4)]
    gone = np.clip((wear - threshold) * 2.5, 0.0, 1.0)
    light = (236.0 - 9.0 * level) * (1.0 + 0.025 * noise(rng, 0.3, 20)) * (1 - gone) + 104.0 * gone
    line = cracks(rng, 8, 200, 0.15)
    return encode(f"paint-{level}", tinted((light * (1 - 0.4 * line)).astype(np.float32), (1.0, 1.0, 0.99)))


@lru_cache(maxsize=4)
def cover(variant: int) -> Texture:
    """Iron covers, 128 texels, one picture each: 0-1 round manholes, 2 square chamber, 3 gully grating."""
    rng = generator("cover", variant)
    edge = 128
    y, x = np.mgrid[0:edge, 0:edge].astype(np.float32) / edge - 0.5
    radius = np.hypot(x, y)
    light = 78.0 + 6.0 * noise(rng, 0.5, 2, edge=edge)
    if variant % 4 == 3:
        light = np.where(np.abs(((x + 0.5) * 9) % 1.0 - 0.5) < 0.24, 26.0, light)
        light = np.where(np.abs(y) < 0.03, 72.0, light)
    else:
        studs = (np.abs(((x + y) * 11) % 1.0 - 0.5) < 0.2) | (np.abs(((x - y) * 11) % 1.0 - 0.5) < 0.2)
        light = np.where(studs, light, light * 0.72)
        rim = radius if variant % 4 < 2 else np.maximum(np.abs(x), np.abs(y))
        light = np.where(np.abs(rim - 0.41) < 0.012, 30.0, np.where(rim > 0.42, 92.0, light))
    return encode(f"cover-{variant}", tinted(light.astype(np.float32), (1.0, 0.98, 0.95)))
