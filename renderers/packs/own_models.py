"""Models of a user's own files, whatever their format."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from renderers.mesh import RGB, Material, Texture
from renderers.packs.levels import Piece
from renderers.packs.obj import Paint, read_mtl, read_obj
from renderers.packs.own_door import TRIANGLES, VERTICES, Door, Refused, picture
from renderers.packs.shaping import CLEAR, GLASS, PALE

BRIGHTEST = 0.9  # albedo; nothing outdoors is whiter
OPTION = re.compile(r"on|off|-?[\d.]+")  # what follows an option of a picture in an MTL file
ROUGH = 0.6  # roughness where a file tells none


@dataclass(frozen=True, eq=False)
class Surface:
    """What a file says of a material."""

    colour: tuple[float, float, float] = (0.8, 0.8, 0.8)  # linear RGB
    opacity: float = 1.0
    layers: NDArray[np.uint8] | None = None  # (N, N, 4) sRGB and alpha
    holes: bool = False  # alpha cuts holes
    roughness: float = ROUGH
    metallic: float = 0.0
    emission: tuple[float, float, float] = (0.0, 0.0, 0.0)


@dataclass(frozen=True, eq=False)
class Model:
    """Shapes and materials by name; axes and units of the file, texture v upwards."""

    pieces: Mapping[str, Piece]
    surfaces: Mapping[str, Surface]


def read_own_obj(door: Door, name: str) -> Model:
    """Read an OBJ file with its MTL files and pictures.

    Raises:
        Refused: a file is missing, broken or too large.
    """
    text = _text(door.read(name), name)
    try:
        pieces = read_obj(text)
    except ValueError as error:
        raise Refused(f"{name}:{error}") from None
    triangles, vertices = (sum(len(getattr(one, key)) for one in pieces.values()) for key in ("corners", "points"))
    if triangles > TRIANGLES or vertices > VERTICES:
        limits = f"at most {TRIANGLES} and {VERTICES}; thin it out first"
        raise Refused(f"{name}: {triangles} triangles and {vertices} vertices, {limits}")
    paints: dict[str, tuple[Paint, str]] = {}
    for line in text.splitlines():
        if line.startswith("mtllib "):
            path = line.removeprefix("mtllib ").strip()
            content = _text(door.read(path, name), path)
            try:
                paints |= {key: (paint, path) for key, paint in read_mtl(content).items()}
            except ValueError as error:
                raise Refused(f"{path}: a material cannot be read ({error})") from None
    for key in pieces:
        if key and key not in paints:
            raise Refused(f"{name}: material {key[:60]!r} is in no MTL file that it names")
    surfaces = {key: _surface(door, *paints[key]) if key in paints else Surface() for key in pieces}
    return Model(pieces, surfaces)


def _text(content: bytes, name: str) -> str:
    if b"\0" in content:
        raise Refused(f"{name}: is no text, but OBJ and MTL files are; archives must be unpacked first")
    return content.decode("utf-8", "replace")


def _surface(door: Door, paint: Paint, beside: str) -> Surface:
    linear = np.clip(np.array(paint.colour), 0.0, 1.0) ** 2.2
    file = _file_of(paint.picture)
    layers = None
    if file:
        layers = picture(door.read(file, beside), file)
        linear = np.ones(3)
    red, green, blue = linear.tolist()
    return Surface((red, green, blue), paint.opacity, layers, bool(paint.holes))


def _file_of(text: str) -> str:
    """The file of a `map_Kd`, which may begin with options such as `-s 1 1 1`."""
    words = text.split()
    if not words or not words[0].startswith("-"):
        return text
    while words and words[0].startswith("-"):
        words.pop(0)
        while len(words) > 1 and OPTION.fullmatch(words[0]):
            words.pop(0)
    return " ".join(words)


def material_of(key: str, surface: Surface, role: str) -> Material:
    """How a surface is drawn.

    Args:
        key: decides the texture's key; the same pixels have the same key.
        surface: of the file.
        role: what may be done with it; see `docs/assets.md`.

    Returns:
        The material; `part` is the role.
    """
    if role == "lamp":
        return Material(PALE, roughness=0.3, part=role)
    if role == "glass" or (surface.opacity < CLEAR and surface.layers is None):
        return Material(GLASS, roughness=0.1, reflectance=0.08, part="glass")
    texture = None
    if surface.layers is not None:
        alpha = surface.layers[..., 3]
        holed = (surface.holes or role == "leaf") and bool((alpha < 128).any())
        pixels = np.ascontiguousarray(surface.layers[..., :3])
        texture = Texture(key, pixels, np.ascontiguousarray(alpha) if holed else None)
    red, green, blue = (min(BRIGHTEST, max(0.0, part)) for part in surface.colour)
    roughness = 0.8 if role == "leaf" else min(1.0, max(0.05, surface.roughness))
    glow: RGB = (surface.emission[0], surface.emission[1], surface.emission[2])
    return Material(
        (red, green, blue), texture, roughness, min(1.0, max(0.0, surface.metallic)), emission=glow, part=role
    )  # fmt: skip
