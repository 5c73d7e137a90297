"""Material tables: textures packed into one array with their mip levels."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from renderers.cutouts import Alphas
from renderers.mesh import Material, Texture
from renderers.shade import Materials

LEVELS = 12
BYTE = np.arange(256) / 255.0
# IEC 61966-2-1, sRGB transfer function
LINEAR = np.where(BYTE <= 0.04045, BYTE / 12.92, ((BYTE + 0.055) / 1.055) ** 2.4).astype(np.float32)
HALF = 127.5  # alpha that is less is a hole, in level 0
COVERAGE_ERROR = 0.02  # levels that cover more or less of the square than level 0 by this are left out
PROBES = 256  # places along an edge at which coverage is measured, at least


def root_bytes(linear: NDArray[np.floating]) -> NDArray[np.uint8]:
    """Encode (N, N, 3) linear light as (N * N, 3) bytes of its square root: decoding is one multiplication."""
    return np.asarray(np.floor(np.sqrt(linear) * 255.0 + 0.5), dtype=np.uint8).reshape(-1, 3)


def halved(field: NDArray[np.float32]) -> NDArray[np.float32]:
    """(N / 2, N / 2, ...) means of 2 x 2 texels."""
    mean = field[::2, ::2] + field[::2, 1::2]  # much faster than a mean over two axes
    mean += field[1::2, ::2]
    mean += field[1::2, 1::2]
    mean *= np.float32(0.25)
    return mean


def mip_levels(texture: Texture) -> list[NDArray[np.uint8]]:
    """Halve a texture in linear light until one texel is left.

    Args:
        texture: square, edge a power of two.

    Returns:
        (N * N, 3) texels of each level, largest first.

    Raises:
        ValueError: other shapes.
    """
    edge = texture.pixels.shape[0]
    if texture.pixels.shape != (edge, edge, 3) or edge & (edge - 1) or edge >= 1 << LEVELS:
        raise ValueError(f"texture {texture.key}: shape {texture.pixels.shape}, expected (N, N, 3), N a power of two")
    levels = [LINEAR[np.ascontiguousarray(texture.pixels)]]  # one order of sums, however it is stored
    if texture.alpha is not None:
        if texture.alpha.shape != (edge, edge):
            raise ValueError(f"texture {texture.key}: alpha of shape {texture.alpha.shape}, expected {(edge, edge)}")
        return [root_bytes(level) for level in unfringed(levels[0], texture.alpha)]
    while len(levels[-1]) > 1:
        levels.append(halved(levels[-1]))
    return [root_bytes(level) for level in levels]


def unfringed(linear: NDArray[np.float32], alpha: NDArray[np.uint8]) -> list[NDArray[np.float32]]:
    """Mip levels to which texels give colour by their alpha; holes take the colour of what is around them.

    Args:
        linear: (N, N, 3) linear light.
        alpha: (N, N) 255 opaque.

    Returns:
        (N, N, 3) linear light of each level, largest first.
    """
    weights = [np.asarray(alpha / 255.0, np.float32)[..., None]]
    levels = [linear]
    while len(levels[-1]) > 1:
        weight, level = weights[-1], levels[-1]
        weights.append(halved(weight))
        mixed = halved(level * weight) / np.maximum(weights[-1], np.float32(1e-6))
        levels.append(np.where(weights[-1] > 0, mixed, halved(level)).astype(np.float32))
    for k in range(len(levels) - 2, -1, -1):
        around = levels[k + 1].repeat(2, 0).repeat(2, 1)
        levels[k] = np.where(weights[k] > 0, levels[k], around)
    return levels


def probed(alpha: NDArray[np.uint8], each: int | None = None) -> NDArray[np.float32]:
    """Alpha between the texels of a level as the rasteriser samples it, bilinear.

    Args:
        alpha: (N, N).
        each: places in a texel along an edge; None = as many as make PROBES x PROBES places or more.

    Returns:
        (M, M) 0..255.
    """
    edge = len(alpha)
    each = each or max(1, PROBES // edge)
    at = (np.arange(edge * each, dtype=np.float32) + 0.5) / each - 0.5
    first = np.floor(at).astype(int)
    share = at - first
    field = alpha.astype(np.float32)
    field = field[first % edge] * (1.0 - share)[:, None] + field[(first + 1) % edge] * share[:, None]
    return np.asarray(field[:, first % edge] * (1.0 - share) + field[:, (first + 1) % edge] * share, np.float32)


def alpha_levels(alpha: NDArray[np.uint8]) -> tuple[list[NDArray[np.uint8]], list[float]]:
    """Halve alpha as long as what remains can cover the same share of the square.

    Leaves and strands would thin out or grow together with distance. Each level gets the threshold at which it covers
    as much as level 0 (Castano 2010, "Computing alpha mipmaps", who scales alpha instead: that loses what exceeds 1).

    Args:
        alpha: (N, N) 255 opaque, N a power of two.

    Returns:
        (N, N) of each level, largest first, and the alpha below which it has a hole.
    """
    levels, least = [alpha], [HALF]
    mean = alpha.astype(np.float32)
    aim = float((probed(alpha) >= HALF).mean())
    while len(mean) > 1:
        mean = halved(mean)
        level = np.floor(mean + 0.5).astype(np.uint8)
        field = probed(level)
        ranked = np.sort(field, axis=None)[::-1]
        count = round(aim * ranked.size)
        above, below = ranked[max(count - 1, 0)], ranked[min(count, ranked.size - 1)]
        threshold = float(above + below) / 2.0 if 0 < count < ranked.size else (256.0 if count == 0 else 0.0)
        if abs(float((field >= threshold).mean()) - aim) > COVERAGE_ERROR:
            break
        levels.append(level)
        least.append(threshold)
    return levels, least


class MaterialTable:
    """Numbers materials and packs textures; grows as new ones appear. Rows keep their numbers.

    It remembers: one table belongs to one renderer in one process.
    """

    def __init__(self) -> None:
        self._rows: dict[Material, int] = {}
        self._textures: dict[str, int] = {}
        self._texels = np.zeros((1 << 16, 4), np.uint8)  # grows by doubling; the fourth byte fills up a word
        self._offsets: list[list[int]] = []
        self._sizes: list[int] = []
        self.length = 0  # texels in use
        self._packed: Materials | None = None
        self._sheets: dict[str, int] = {}
        self._alphas = Alphas(
            np.zeros(0, np.uint8), np.zeros((0, LEVELS), np.int64), np.zeros(0, np.int32), np.zeros(0, np.int32),
            np.zeros((0, LEVELS), np.float32),
        )  # fmt: skip

    def row(self, material: Material) -> int:
        """Return the row of a material, adding it when new."""
        if material not in self._rows:
            self._rows[material] = len(self._rows)
            self._packed = None
            if material.texture is not None:
                self._add_texture(material.texture)
        return self._rows[material]

    @property
    def listed(self) -> tuple[Material, ...]:
        """The materials in the order of their rows."""
        return tuple(self._rows)

    def sheet(self, material: Material) -> int:
        """Return the row of a material's alpha among `alphas`, -1 where it has no holes; the material has a row."""
        return -1 if material.texture is None else self._sheets.get(material.texture.key, -1)

    def only(self, wanted: Iterable[Material], most: int) -> MaterialTable:
        """A new table of the first of these whose textures have `most` texels together; texels are copied."""
        kept = MaterialTable()
        for material in wanted:
            if kept.length > most:
                break
            if material in self._rows and material not in kept._rows:
                kept._rows[material] = len(kept._rows)
                if material.texture is not None:
                    kept._add_texture(material.texture, self)
        return kept

    def _add_texture(self, texture: Texture, known: MaterialTable | None = None) -> None:
        if texture.key in self._textures:
            return
        self._textures[texture.key] = len(self._textures)
        edge = texture.pixels.shape[0]
        texels = np.concatenate(mip_levels(texture)) if known is None else known._texels_of(texture)
        first, self.length = self.length, self.length + len(texels)
        while self.length > len(self._texels):
            grown = np.zeros((2 * len(self._texels), 4), np.uint8)  # what is not written takes no memory
            grown[:first] = self._texels[:first]
            self._texels = grown
        self._texels[first : self.length, :3] = texels
        sizes = [(edge >> level) ** 2 for level in range(edge.bit_length())]
        offsets = (first + np.cumsum([0, *sizes[:-1]])).tolist()
        self._offsets.append(offsets + [offsets[-1]] * (LEVELS - len(offsets)))
        self._sizes.append(edge)
        if texture.alpha is not None:
            self._sheets[texture.key] = len(self._sheets)
            self._add_alpha(texture.alpha)

    def _texels_of(self, texture: Texture) -> NDArray[np.uint8]:
        """(N, 3) texels of a texture that has its place here, level after level."""
        offsets = self._offsets[self._textures[texture.key]]
        return self._texels[offsets[0] : offsets[-1] + 1, :3]  # the last level has one texel

    def _add_alpha(self, alpha: NDArray[np.uint8]) -> None:
        old = self._alphas
        levels, least = alpha_levels(alpha)
        offsets = len(old.texels) + np.cumsum([0] + [level.size for level in levels])[:-1]
        missing = (0, LEVELS - len(levels))
        self._alphas = Alphas(
            texels=np.concatenate([old.texels, *(level.ravel() for level in levels)]),
            offset=np.concatenate([old.offset, np.pad(offsets, missing, mode="edge")[None]]),
            size=np.append(old.size, np.int32(len(alpha))),
            last=np.append(old.last, np.int32(len(levels) - 1)),
            least=np.concatenate([old.least, np.pad(least, missing, mode="edge")[None].astype(np.float32)]),
        )

    def alphas(self) -> Alphas:
        """The alpha of all textures that have one."""
        return self._alphas

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
                clear=np.array([m.clear for m in rows], np.float32).reshape(-1, 3),
                texture=np.array(keys, np.int32),
                texels=self._texels.view("<u4")[:, 0],
                offset=np.array(self._offsets or [[0] * LEVELS], np.int64),
                size=np.array(self._sizes or [1], np.int32),
                last=np.array([size.bit_length() - 1 for size in self._sizes or [1]], np.int32),
            )
        return self._packed
