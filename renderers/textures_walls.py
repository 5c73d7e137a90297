"""Textures of buildings: brick, stone, render, concrete, roof tiles, metal sheets, bark."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from renderers.mesh import Texture
from renderers.textures import EDGE, Array, courses, cracks, encode, generator, noise, tinted

RGB = tuple[float, float, float]
# Metres per texture repeat.
SCALE: dict[str, float] = {
    "brick": 1.8,
    "stone": 2.8,
    "render": 4.0,
    "concrete": 5.0,
    "roof": 2.4,
    "sheet": 2.0,
    "bark": 1.0,
}

_BRICKS: tuple[list[RGB], ...] = (
    [(134, 84, 66), (120, 74, 62), (146, 96, 76), (108, 70, 62)],  # red
    [(168, 148, 112), (156, 136, 104), (178, 160, 126), (140, 122, 96)],  # London stock
    [(104, 74, 66), (92, 68, 64), (116, 84, 72), (84, 70, 68)],  # sooty brown
    [(150, 112, 90), (160, 124, 100), (138, 100, 82), (126, 96, 84)],  # pale red
    [(188, 178, 158), (176, 166, 148), (196, 186, 168)],  # buff
)
_STONES: tuple[list[RGB], ...] = (
    [(176, 156, 118), (166, 146, 112), (184, 166, 130), (154, 138, 110)],  # honey limestone
    [(150, 146, 136), (140, 136, 128), (160, 154, 142)],  # grey sandstone
    [(186, 178, 160), (178, 170, 152), (194, 186, 168)],  # pale ashlar
    [(118, 108, 94), (130, 118, 100), (106, 98, 88)],  # blackened
)
_RENDERS: tuple[RGB, ...] = ((214, 208, 194), (196, 182, 152), (178, 172, 164), (206, 190, 164), (168, 176, 172))
_CONCRETES: tuple[RGB, ...] = ((150, 146, 140), (128, 126, 124), (172, 166, 154))
_TILES: tuple[list[RGB], ...] = (
    [(82, 84, 90), (74, 76, 82), (90, 92, 96)],  # slate
    [(132, 84, 64), (120, 76, 60), (142, 94, 72)],  # clay
    [(96, 82, 74), (88, 76, 70), (106, 92, 80)],  # weathered concrete tile
)


def _streaks(rng: np.random.Generator, amount: float) -> Array:
    """Dirt that rain has drawn down the wall; a factor below 1."""
    rain = np.maximum(noise(rng, 1.0, 2, 60, stretch=0.12), 0.0)
    soot = np.maximum(noise(rng, 1.5, 1, 10), -0.5)
    return np.asarray(1.0 - amount * (0.6 * rain + 0.6 * soot), dtype=np.float32)


def _masonry(
    key: str, variant: int, colours: list[RGB], rows: int, columns: int, joint: float, mortar: RGB,
    spread: float, dirt: float, uneven: float = 0.0,
) -> Texture:  # fmt: skip
    rng = generator(key, variant)
    cell, gap = courses(rng, rows, columns, 0.5, uneven)
    count = rows * columns
    base = np.array(colours, np.float32)[rng.integers(len(colours), size=count)]
    base *= 1.0 + spread * rng.standard_normal((count, 1), dtype=np.float32)
    rough = 1.0 + 0.06 * noise(rng, 0.3, 30) + 0.04 * noise(rng, 1.2, 1, 24)
    inside = np.clip((gap - joint) / 1.5, 0.0, 1.0)[..., None]
    picture = (base[cell] * inside + np.array(mortar, np.float32) * (1.0 - inside)) * rough[..., None]
    return encode(f"{key}-{variant}", picture * _streaks(rng, dirt)[..., None])


@lru_cache(maxsize=8)
def brick(variant: int) -> Texture:
    """Brickwork of 0.225 x 0.075 m; 1.8 m a repeat."""
    mortar: RGB = [(150, 142, 128), (160, 150, 130), (96, 90, 84), (168, 158, 146), (170, 164, 152)][variant % 5]
    return _masonry("brick", variant, _BRICKS[variant % 5], 24, 8, 1.4, mortar, 0.07, 0.07)


@lru_cache(maxsize=8)
def stone(variant: int) -> Texture:
    """Ashlar or rubble; 2.8 m a repeat."""
    rows, columns, uneven = [(10, 5, 0.25), (8, 4, 0.1), (8, 4, 0.0), (14, 8, 0.45)][variant % 4]
    colours = _STONES[variant % 4]
    mortar: RGB = (colours[0][0] * 0.72, colours[0][1] * 0.72, colours[0][2] * 0.72)
    return _masonry("stone", variant, colours, rows, columns, 1.2, mortar, 0.06, 0.09, uneven)


@lru_cache(maxsize=8)
def render(variant: int) -> Texture:
    """Plaster or painted render with stains; 4 m a repeat."""
    rng = generator("render", variant)
    light = (1.0 + 0.025 * noise(rng, 0.3, 20) + 0.02 * noise(rng, 1.3, 1, 20)) * _streaks(rng, 0.06)
    light *= 1.0 - 0.25 * cracks(rng, 2, 160, 0.12)
    return encode(f"render-{variant}", tinted(light.astype(np.float32), _RENDERS[variant % 5]))


@lru_cache(maxsize=4)
def concrete(variant: int) -> Texture:
    """Cast panels with joints and streaks; 5 m a repeat."""
    rng = generator("concrete", variant)
    _, gap = courses(rng, [4, 2, 8][variant % 3], [2, 2, 1][variant % 3], 0.0)
    joint = np.where(gap < 1.6, 0.62, 1.0).astype(np.float32)
    light = (1.0 + 0.03 * noise(rng, 0.3, 20) + 0.035 * noise(rng, 1.2, 1, 30)) * _streaks(rng, 0.1) * joint
    return encode(f"concrete-{variant}", tinted(light.astype(np.float32), _CONCRETES[variant % 3]))


@lru_cache(maxsize=4)
def roof(variant: int) -> Texture:
    """Slates or tiles, each course shading the next; 2.4 m a repeat."""
    rng = generator("roof", variant)
    rows, columns = [(12, 10), (10, 12), (8, 8)][variant % 3]
    cell, gap = courses(rng, rows, columns, 0.5)
    base = np.array(_TILES[variant % 3], np.float32)[rng.integers(3, size=rows * columns)]
    base *= 1.0 + 0.07 * rng.standard_normal((rows * columns, 1), dtype=np.float32)
    down = (np.arange(EDGE) * rows / EDGE) % 1.0
    shade = (0.78 + 0.3 * down - 0.5 * (down > 0.94)).astype(np.float32)[:, None]
    moss = np.maximum(noise(rng, 1.1, 2, 60) - 1.2, 0.0)[..., None] * np.array([-4.0, 6.0, -6.0], np.float32)
    picture = base[cell] * (shade * np.clip(gap, 0.55, 1.0) * (1.0 + 0.06 * noise(rng, 0.4, 10)))[..., None] + moss
    return encode(f"roof-{variant}", picture)


@lru_cache(maxsize=4)
def sheet(variant: int) -> Texture:
    """Ribbed metal (shutters, cladding, containers) in neutral grey; 2 m a repeat."""
    rng = generator("sheet", variant)
    ribs = [16, 32, 10, 48][variant % 4]
    wave = 0.5 + 0.5 * np.cos(2.0 * np.pi * ribs * np.arange(EDGE) / EDGE)
    light = 175.0 * (
        0.72 + 0.28 * wave[None if variant % 2 == 0 else slice(None), slice(None) if variant % 2 == 0 else None]
    )
    light = light * _streaks(rng, 0.07) * (1.0 + 0.02 * noise(rng, 0.4, 10))
    rust = np.maximum(noise(rng, 1.0, 4, 80) - 2.0, 0.0)[..., None] * np.array([-20.0, -50.0, -70.0], np.float32)
    return encode(f"sheet-{variant}", tinted(light.astype(np.float32), (1.0, 1.0, 1.0)) + rust)


@lru_cache(maxsize=1)
def grime() -> Texture:
    """Nearly white with stains: gives painted and metal parts the marks of use; 3 m a repeat."""
    rng = generator("grime", 0)
    light = 238.0 * (1.0 + 0.02 * noise(rng, 0.3, 20) + 0.025 * noise(rng, 1.2, 1, 30)) * _streaks(rng, 0.07)
    return encode("grime", tinted(light.astype(np.float32), (1.0, 0.995, 0.98)))


@lru_cache(maxsize=2)
def bark(variant: int) -> Texture:
    """Furrowed bark in neutral tones, furrows upright; 1 m a repeat."""
    rng = generator("bark", variant)
    light = 150.0 * (1.0 + 0.22 * noise(rng, 0.8, 3, 120, stretch=0.2) + 0.1 * noise(rng, 0.3, 30))
    return encode(f"bark-{variant}", tinted(light.astype(np.float32), (1.0, 0.96, 0.9)))


def wall(name: str, variant: int) -> tuple[Texture, float]:
    """A wall texture by the name of its material.

    Args:
        name: a key of scenes.buildings.WALLS.
        variant: which one.

    Returns:
        The texture and the metres of one repeat.
    """
    builders = {"brick": (brick, 5), "stone": (stone, 4), "render": (render, 5), "concrete": (concrete, 3)}
    build, count = builders[name]
    return build(variant % count), SCALE[name]
