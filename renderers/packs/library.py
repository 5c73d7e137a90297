"""The furniture library of Sweet Home 3D: catalogues of OBJ files with their materials and pictures."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from renderers.mesh import Texture
from renderers.packs.fetch import Source
from renderers.packs.levels import Piece
from renderers.packs.obj import Paint, read_mtl, read_obj

PACKAGE = "sweethome3d-furniture"
SOURCE = Source(
    "debian", PACKAGE, "1.8-1", "sweethome3d-furniture_1.8-1_all.deb",
    "3ccb90c63f9525e887a767b9cd5c8b6933b8b6b2973a615a5359ee68a2118668",
    "CC-BY-3.0 AND CC-BY-3.0-US AND CC0-1.0", ("usr/share/doc/sweethome3d-furniture/copyright",),
)  # fmt: skip
LICENCES = {
    "KatorLegaz": "CC-BY-3.0-US", "Scopia": "CC-BY-3.0", "BlendSwap-CC-0": "CC0-1.0", "BlendSwap-CC-BY": "CC-BY-3.0",
}  # fmt: skip
AUTHORS = {
    "KatorLegaz": "Andrew Kator and Jennifer Legaz", "Scopia": "Scopia Visual Interfaces Systems, s.l., and eTeks",
}  # fmt: skip
PICTURE = 256  # px, edge of textures
MODEL_FROM_FILE = (2, 0, 1)  # columns of a file (x to the right, y up, z forward) that are ours


@dataclass(frozen=True)
class Drawing:
    """One model of a catalogue, in the axes and units of its file."""

    pieces: Mapping[str, Piece]  # by material
    paints: Mapping[str, Paint]  # by material
    pictures: Mapping[str, NDArray[np.uint8]]  # (N, N, 4) sRGB and alpha, by name


def read_drawing(folders: Mapping[str, Path], path: str) -> Drawing:
    """Read a model.

    Args:
        folders: unpacked sources by package.
        path: catalogue/model.

    Returns:
        The model.
    """
    catalogue, name = path.split("/")
    file = folders[PACKAGE] / "usr" / "share" / "sweethome3d" / "furniture" / f"{catalogue}.sh3f"
    folder = f"{catalogue.lower()}/{name}"
    with zipfile.ZipFile(file) as archive:
        pieces = read_obj(archive.read(f"{folder}/{name}.obj").decode("utf-8", "replace"))
        paints = read_mtl(archive.read(f"{folder}/{name}.mtl").decode("utf-8", "replace"))
        names = {paints[key].picture for key in pieces if key in paints and paints[key].picture}
        pictures = {one: _picture(archive.read(f"{folder}/{one}")) for one in sorted(names)}
    return Drawing(pieces, {key: paints.get(key, Paint()) for key in pieces}, pictures)


def texture_of(key: str, drawing: Drawing, paint: Paint) -> Texture | None:
    """The texture of a material; it has holes where the file says that its picture cuts some."""
    if not paint.picture:
        return None
    layers = drawing.pictures[paint.picture]
    holed = bool(paint.holes) and layers[..., 3].min() < 128
    alpha = np.ascontiguousarray(layers[..., 3]) if holed else None
    return Texture(key, np.ascontiguousarray(layers[..., :3]), alpha)


def _picture(content: bytes) -> NDArray[np.uint8]:
    from PIL import Image

    picture = Image.open(io.BytesIO(content)).convert("RGBA")
    return np.asarray(picture.resize((PICTURE, PICTURE), Image.Resampling.LANCZOS))
