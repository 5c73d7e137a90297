"""Material tables: textures packed into one array with their mip levels."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from renderers.mesh import Material, Texture
from renderers.shade import Materials

LEVELS = 12
BYTE = np.arange(256) / 255.0
# IEC 61966-2-1, sRGB transfer function
LINEAR = np.where(BYTE <= 0.04045, BYTE / 12.92, ((BYTE + 0.055) / 1.055) ** 2.4).astype(np.float32)


def root_bytes(linear: NDArray[np.floating]) -> NDArray[np.uint8]:
    """Encode (N, N, 3) linear light as (N * N, 3) bytes of its square root: decoding is one multiplication."""
    return np.asarray(np.floor(np.sqrt(linear) * 255.0 + 0.5), dtype=np.uint8).reshape(-1, 3)


def mip_levels(texture: Texture) -> list[NDArray[np.uint8]]:
    """Halve a texture in linear light until one texel is left.

    Args:
        texture: square, edge a power of two.

    Returns:
        (N * N, 3) texels of each level, largest first.
    """
    edge = texture.pixels.shape[0]
    if texture.pixels.shape != (edge, edge, 3) or edge & (edge - 1) or edge >= 1 << LEVELS:
        raise ValueError(f"texture {texture.key}: shape {texture.pixels.shape}, expected (N, N, 3), N a power of two")
    linear = LINEAR[texture.pixels]
    levels = [root_bytes(linear)]
    while edge > 1:
        edge //= 2
        linear = linear.reshape(edge, 2, edge, 2, 3).mean((1, 3))
        levels.append(root_bytes(linear))
    return levels


class MaterialTable:
    """Numbers materials and packs textures; grows as new ones appear. Rows keep their numbers.

    It remembers: one table belongs to one renderer in one process.
    """

    def __init__(self) -> None:
        self._rows: dict[Material, int] = {}
        self._textures: dict[str, int] = {}
        self._texels = np.zeros((1 << 16, 3), np.uint8)  # grows by doubling
        self._offsets: list[list[int]] = []
        self._sizes: list[int] = []
        self._length = 0
        self._packed: Materials | None = None

    def row(self, material: Material) -> int:
        """Return the row of a material, adding it when new."""
        if material not in self._rows:
            self._rows[material] = len(self._rows)
            self._packed = None
            if material.texture is not None:
                self._add_texture(material.texture)
        return self._rows[material]

    def _add_texture(self, texture: Texture) -> None:
        if texture.key in self._textures:
            return
        self._textures[texture.key] = len(self._textures)
        offsets = []
        for level in mip_levels(texture):
            offsets.append(self._length)
            while self._length + len(level) > len(self._texels):
                self._texels = np.concatenate([self._texels, np.zeros_like(self._texels)])
            self._texels[self._length : self._length + len(level)] = level
            self._length += len(level)
        self._offsets.append(offsets + [offsets[-1]] * (LEVELS - len(offsets)))
        self._sizes.append(texture.pixels.shape[0])

    def packed(self) -> Materials:
        """All rows as flat arrays."""
        if self._packed is None:
            rows = list(self._rows)
            keys = [-1 if m.texture is None else self._textures[m.texture.key] for m in rows]
            gloss = [(m.roughness, m.metallic, m.reflectance) for m in rows]
            self._packed = Materials(
                colour=np.array([m.colour for m in rows], np.float32).reshape(-1, 3),
                emission=np.array([m.emission for m in rows], np.float32).reshape(-1, 3),
                gloss=np.array(gloss, np.float32).reshape(-1, 3),
                texture=np.array(keys, np.int32),
                texels=self._texels,
                offset=np.array(self._offsets or [[0] * LEVELS], np.int64),
                size=np.array(self._sizes or [1], np.int32),
                last=np.array([size.bit_length() - 1 for size in self._sizes or [1]], np.int32),
            )
        return self._packed
