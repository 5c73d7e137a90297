"""Materials of people: skin, hair and cloth. Colours are in the vertices, so that a few materials serve everybody."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from renderers.mesh import Material, Texture
from scenes.seeds import rng_for

SKIN, CLOTH, DENIM, SHINY, HAIR, KNIT, EYES = range(7)
SIZE = 128  # texels; a repeat is about .6 m of cloth


def fractal(rng: np.random.Generator, slope: float, stretch: float = 1.0) -> NDArray[np.float64]:
    """Tileable noise with a power-law spectrum.

    Args:
        rng: source of randomness.
        slope: exponent of the amplitude, 0 white, 1 cloudy.
        stretch: ratio of the correlation lengths along v and u.

    Returns:
        (SIZE, SIZE), mean 0, standard deviation 1.
    """
    fy, fx = np.meshgrid(np.fft.fftfreq(SIZE) * SIZE, np.fft.fftfreq(SIZE) * SIZE, indexing="ij")
    radius = np.hypot(fy * stretch, fx)
    spectrum = np.fft.fft2(rng.normal(size=(SIZE, SIZE))) / np.maximum(radius, 1.0) ** slope
    spectrum[0, 0] = 0.0
    noise = np.fft.ifft2(spectrum).real
    return np.asarray(noise / noise.std())


def texture(name: str, relief: NDArray[np.float64]) -> Texture:
    """Turn a relief around 0 into grey texels around .8 that multiply the vertex colours."""
    grey = np.clip(0.80 * np.exp(relief), 0.0, 1.0)
    srgb = np.clip(255.0 * grey ** (1 / 2.2), 0, 255).astype(np.uint8)
    return Texture(f"person-{name}", np.repeat(srgb[..., None], 3, 2))


@lru_cache(maxsize=1)
def palette() -> tuple[Material, ...]:
    """The fabric table, in the order of the constants above."""
    rng = rng_for(0, "people", "fabric")
    cloth = 0.10 * fractal(rng, 1.0) + 0.05 * fractal(rng, 0.0) + 0.05 * fractal(rng, 0.8, 4.0)
    denim = 0.12 * fractal(rng, 0.9, 2.5) + 0.09 * fractal(rng, 0.0)
    shiny = 0.06 * fractal(rng, 1.2)
    hair = 0.26 * fractal(rng, 0.7, 8.0) + 0.10 * fractal(rng, 0.3)
    knit = 0.09 * fractal(rng, 1.0) + 0.12 * fractal(rng, 0.3, 0.5)
    skin = 0.05 * fractal(rng, 0.8)
    # vertex colours are true albedo: 1 / .8 takes the mean of the texels back out
    gain = (1.25, 1.25, 1.25)
    return (
        Material(gain, texture("skin", skin), roughness=0.62, reflectance=0.028),
        Material(gain, texture("cloth", cloth), roughness=0.95),
        Material(gain, texture("denim", denim), roughness=0.95),
        Material(gain, texture("shiny", shiny), roughness=0.66, reflectance=0.035),
        Material(gain, texture("hair", hair), roughness=0.55, reflectance=0.035),
        Material(gain, texture("knit", knit), roughness=0.97),
        Material(roughness=0.25),
    )
