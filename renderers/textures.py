"""Tools of the procedural textures: tileable noise, drawing with wrap-around, encoding."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from renderers.mesh import Texture

Array = NDArray[np.float32]
EDGE = 512  # texels


def generator(key: str, variant: int) -> np.random.Generator:
    """The generator of one texture: a fixed address, so that a texture never changes."""
    return np.random.Generator(np.random.PCG64([variant, *key.encode()]))


@lru_cache(maxsize=4)
def _frequency(edge: int) -> Array:
    """(edge, edge // 2 + 1) spatial frequency in cycles per texture, at least 1."""
    along = np.fft.fftfreq(edge)[:, None] * edge
    across = np.fft.rfftfreq(edge)[None] * edge
    return np.asarray(np.maximum(np.hypot(along, across), 1.0), dtype=np.float32)


def noise(
    rng: np.random.Generator,
    slope: float = 1.0,
    low: float = 1.0,
    high: float = 1e9,
    edge: int = EDGE,
    stretch: float = 1.0,
) -> Array:
    """Tileable Gaussian noise with a power-law spectrum.

    Args:
        rng: source of randomness.
        slope: amplitude falls as frequency ** -slope.
        low: lowest frequency, cycles per texture.
        high: highest frequency, cycles per texture.
        edge: texels.
        stretch: above 1 stretches structures along the rows (whole texels: rolls and mirrors keep the tiling).

    Returns:
        (edge, edge) float32, mean 0, standard deviation 1.
    """
    white = rng.standard_normal((edge, edge), dtype=np.float32)
    frequency = _frequency(edge)
    if stretch != 1.0:
        along = np.fft.fftfreq(edge)[:, None] * edge
        across = np.fft.rfftfreq(edge)[None] * edge
        frequency = np.maximum(np.hypot(along, across * stretch), 1.0).astype(np.float32)
    gain = np.where((frequency >= low) & (frequency <= high), frequency**-slope, 0.0).astype(np.float32)
    gain[0, 0] = 0.0
    field = np.fft.irfft2(np.fft.rfft2(white) * gain, s=(edge, edge)).astype(np.float32)
    return np.asarray(field / max(float(field.std()), 1e-9), dtype=np.float32)


def blur(field: Array, radius: int) -> Array:
    """Cheap wrap-around smoothing: mean of shifted copies, `radius` texels."""
    for axis in (0, 1):
        field = (np.roll(field, radius, axis) + 2.0 * field + np.roll(field, -radius, axis)) * np.float32(0.25)
    return field


def encode(key: str, picture: NDArray[np.floating]) -> Texture:
    """Turn an sRGB picture into a texture.

    Args:
        key: unique name.
        picture: (N, N, 3) sRGB, 0..255.

    Returns:
        The texture.
    """
    return Texture(key, np.ascontiguousarray(np.clip(picture + 0.5, 0, 255).astype(np.uint8)))


def tinted(light: Array, colour: tuple[float, float, float]) -> Array:
    """(N, N, 3) picture: grey values times a colour factor."""
    return light[..., None] * np.array(colour, np.float32)


def cracks(
    rng: np.random.Generator, count: int, length: int, turn: float, edge: int = EDGE, forks: float = 0.5
) -> Array:
    """Thin wandering lines, with forks.

    Args:
        rng: source of randomness.
        count: number of lines.
        length: steps of one texel.
        turn: standard deviation of the change of direction per step, rad.
        edge: texels.
        forks: expected branches per line.

    Returns:
        (edge, edge) 0..1.
    """
    field = np.zeros((edge, edge), np.float32)
    todo = [(rng.uniform(0, edge, 2), rng.uniform(0, 2 * np.pi), length) for _ in range(count)]
    while todo:
        start, heading, steps = todo.pop()
        bend = rng.normal(0.0, turn, steps)
        angle = heading + np.cumsum(bend) * 0.4 + 6.0 * bend
        x = start[0] + np.cumsum(np.cos(angle))
        y = start[1] + np.cumsum(np.sin(angle))
        strength = rng.uniform(0.4, 1.0) * np.minimum(1.0, np.linspace(2.0, 0.1, steps))
        np.maximum.at(field, (y.astype(int) % edge, x.astype(int) % edge), strength.astype(np.float32))
        if steps > 60 and rng.random() < forks:
            k = int(rng.integers(20, steps - 20))
            todo.append(
                (np.array([x[k], y[k]]), float(angle[k] + rng.choice([-1, 1]) * rng.uniform(0.5, 1.2)), steps // 2)
            )
    return field


def courses(
    rng: np.random.Generator, rows: int, columns: int, bond: float = 0.5, uneven: float = 0.0, edge: int = EDGE
) -> tuple[NDArray[np.int32], Array]:
    """Lay stones in rows.

    Args:
        rng: source of randomness.
        rows: number of courses; even when `bond` is 0.5, so that the texture tiles.
        columns: stones in a row.
        bond: shift of every second row, in stones.
        uneven: spread of widths and heights, 0 = all equal.
        edge: texels.

    Returns:
        (edge, edge) index of the stone, and (edge, edge) distance to its border in texels.
    """

    def marks(parts: int) -> NDArray[np.float64]:
        widths = 1.0 + uneven * rng.uniform(-1.0, 1.0, parts)
        return np.asarray(np.concatenate([[0.0], np.cumsum(widths)]) * edge / widths.sum())

    y = np.arange(edge) + 0.5
    heights = marks(rows)
    row = np.clip(np.searchsorted(heights, y) - 1, 0, rows - 1)
    to_row = np.minimum(y - heights[row], heights[row + 1] - y)
    cell = np.empty((edge, edge), np.int32)
    gap = np.empty((edge, edge), np.float32)
    even = marks(columns) if uneven == 0 else None
    for r in range(rows):
        widths = marks(columns) if even is None else even
        shift = bond * (r % 2) * edge / columns + (rng.uniform(0, edge) if uneven else 0.0)
        x = (np.arange(edge) + 0.5 + shift) % edge
        column = np.clip(np.searchsorted(widths, x) - 1, 0, columns - 1)
        lines = row == r
        cell[lines] = r * columns + column
        gap[lines] = np.minimum(x - widths[column], widths[column + 1] - x)
    return cell, np.minimum(gap, to_row[:, None]).astype(np.float32)
