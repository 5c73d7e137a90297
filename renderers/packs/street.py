"""Street furniture and trees out of the furniture library of Sweet Home 3D."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from renderers.glb import Level, Model, write_glb
from renderers.mesh import Material
from renderers.packs.build import Row
from renderers.packs.levels import Piece
from renderers.packs.library import (
    AUTHORS,
    LICENCES,
    MODEL_FROM_FILE,
    PACKAGE,
    PICTURE,
    SOURCE,
    Drawing,
    read_drawing,
    texture_of,
)  # fmt: skip
from renderers.packs.obj import Paint
from renderers.packs.shaping import CLEAR, FOOT, GLASS, PALE, extent, shaped

FINE, LEAFY = (3000, 1500, 750), (9000, 3000, 1000)  # triangles of the levels of detail, of things and of trees
GREEN = 0.08  # albedo of green foliage (visible light)


@dataclass(frozen=True)
class Thing:
    """One thing of the library and what it becomes."""

    path: str  # catalogue/model
    model: str  # built-in model that it may stand for
    size: tuple[float, float, float]  # m, length, width, height
    roles: Mapping[str, str] = field(default_factory=dict)  # of materials: paint, leaf, lamp
    leaves: tuple[str, ...] = ()  # materials that are leaves
    foot: bool = False  # stands on its foot instead of on the middle of its box
    author: str = ""  # where the catalogue has many
    repeats: bool = False  # may stand several times side by side
    rare: bool = False  # stands for one in five only: it is something else than what it stands for


def _tree(name: str, model: str, size: tuple[float, float, float], *leaves: str, solid: bool = False) -> Thing:
    return Thing(
        f"Scopia/{name}", model, size, dict.fromkeys(leaves, "leaf"), () if solid else leaves, foot=True
    )  # fmt: skip


# sizes: those of the library, except where it makes street furniture of garden furniture or draws at no scale
THINGS: dict[str, Thing] = {
    "classic-lamppost": Thing("KatorLegaz/classic-lamppost", "lantern", (0.5, 0.5, 4.1),
                              {"Black_paint": "paint", "Glass": "lamp"}, foot=True),
    "park-light": Thing("KatorLegaz/park-light", "lantern", (0.6, 0.6, 4.0),
                        {"Lightpost": "paint", "Park_Light_Bulb": "lamp"}, foot=True),
    "globe-lamp": Thing("Scopia/farola1", "lantern", (0.55, 0.55, 3.8),
                        {"metal_lamp": "paint", "negrobombi": "paint", "cristal_blanco": "lamp", "luz_lamp": "lamp"},
                        foot=True),
    "street-light": Thing("Scopia/candelabre", "street-lamp", (1.45, 0.43, 7.38),
                          {"iron": "paint", "glass": "lamp"}, foot=True),
    "park-bin": Thing("KatorLegaz/park-trashcan", "litter-bin", (0.55, 0.55, 0.86),
                      {"Green_paint": "paint", "Green_plastic": "paint"}),
    "cart-bin": Thing("KatorLegaz/residential-trashcan", "wheelie-bin", (0.62, 0.58, 1.08), {"PLASTIC_green": "paint"}),
    "hydrant": Thing("KatorLegaz/fire-hydrant", "litter-bin", (0.42, 0.42, 0.8), rare=True),
    "concrete-bench": Thing("KatorLegaz/concrete-bench", "bench", (0.6, 1.42, 0.73), {"Wood_slats": "paint"}),
    "painted-bench": Thing("KatorLegaz/painted-bench", "bench", (0.52, 1.43, 0.8), {"White_paint": "paint"}),
    "park-bench": Thing("Scopia/wood_bank", "bench", (0.6, 1.8, 0.85), {"wood": "paint"}),
    "low-bench": Thing("BlendSwap-CC-0/bench", "bench", (0.46, 1.7, 0.51), author="Ulanbek"),
    "long-bench": Thing("Scopia/littlebank", "bench", (0.55, 2.0, 0.45)),
    "cone": Thing("Scopia/cone", "cone", (0.38, 0.38, 0.7)),
    "tent": Thing("Scopia/barnum", "market-stall", (2.2, 2.6, 2.6), {"whitefabric": "paint"}),
    "pot-plant": Thing("Scopia/maceta", "planter", (0.85, 0.9, 0.95), {"maceta": "paint"}),
    "railing-bars": Thing("BlendSwap-CC-0/pedestrianRailing1", "railing", (0.06, 2.08, 1.04),
                          {"PedestrianRailing": "paint"}, author="Colkaih", repeats=True),
    "railing-plain": Thing("BlendSwap-CC-0/pedestrianRailing2", "railing", (0.06, 2.0, 1.09),
                           {"PedestrianRailing": "paint"}, author="Colkaih", repeats=True),
    "bush": Thing("Scopia/bush", "shrub", (1.5, 1.43, 1.3), {"leaves": "leaf"}, ("leaves",)),
    "hedge": Thing("Scopia/hedgeTextured", "hedge", (0.7, 1.55, 1.2), {"hedgetextured": "leaf"}, repeats=True),
    "high-hedge": Thing("Scopia/high-hedge", "hedge", (1.0, 1.5, 1.75), {"leaves": "leaf"}, ("leaves",), repeats=True),
    "acacia": _tree("acacia", "leafy-tree", (6.46, 7.71, 6.49), "Leaves"),
    "copper-beech": _tree("copperBeech", "leafy-tree", (7.3, 7.51, 8.0), "Leaves"),
    "japanese-maple": _tree("japaneseMaple", "leafy-tree", (6.97, 7.9, 7.0), "Twig"),
    "peach-blossom": _tree("peachBlossom", "leafy-tree", (7.46, 5.04, 5.0), "TwigFlowers"),
    "poplar": _tree("poplar", "leafy-tree", (3.75, 4.04, 7.3), "Leaves"),
    "sycamore": _tree("sycamoreMaple", "leafy-tree", (10.6, 9.09, 12.0), "Twig"),
    "ficus": _tree("ficusTree", "leafy-tree", (2.84, 2.75, 5.0), "Leaves"),
    "cypress": _tree("cypress", "conifer", (1.34, 1.32, 5.6), "Leaves", solid=True),
    "pine": _tree("pine", "conifer", (3.79, 3.75, 5.46), "Leaves"),
    "palm": _tree("palm", "leafy-tree", (6.04, 5.74, 12.0), "Leaves", "OldLeaves"),
    "sabal-palm": _tree("sabalPalmeto", "leafy-tree", (3.1, 3.47, 11.5), "Leaves"),
}  # fmt: skip


class StreetBuilder:
    """One model with three levels of detail for each thing."""

    name = "street"
    version = 1
    sources = (SOURCE,)
    packages = ("fast_simplification", "scipy")

    def items(self, folders: Mapping[str, Path]) -> tuple[str, ...]:
        """Names of THINGS."""
        return tuple(THINGS)

    def make(self, item: str, folders: Mapping[str, Path], out: Path) -> Row | None:
        """Read, turn, scale and thin out one thing."""
        thing = THINGS[item]
        catalogue = thing.path.partition("/")[0]
        drawing = read_drawing(folders, thing.path)
        pieces = drawing.pieces
        materials = {key: _material(item, drawing, drawing.paints[key], thing.roles.get(key, "")) for key in pieces}
        for key in materials:
            if thing.roles.get(key) == "leaf":
                materials[key] = _dimmed(materials[key], pieces[key])
        posed = _posed(pieces, thing)
        counts = LEAFY if thing.leaves else FINE
        levels = tuple(Level(shaped(item, posed, materials, thing.leaves, count)) for count in counts)
        palette = levels[0].mesh.palette
        roles = tuple(thing.roles.get(next(k for k, m in materials.items() if m is one), "") for one in palette)
        lamp = [one for key, one in posed.items() if thing.roles.get(key) == "lamp"]
        details = {
            "model": thing.model, "repeats": thing.repeats, "rare": thing.rare,
            "author": thing.author or AUTHORS[catalogue],
        }  # fmt: skip
        if lamp:
            low, high = extent(lamp)
            details["lamp"] = [*((low + high) / 2)[:2].tolist(), float(low[2]) - 0.1]
        write_glb(out / f"{item}.glb", Model(levels, roles))
        low, high = levels[0].mesh.extent
        size = tuple((high - low).tolist())
        return Row("prop", f"{item}.glb", size, LICENCES[catalogue], f"debian {PACKAGE} 1.8-1 {thing.path}", details)

    def credits(self, folders: Mapping[str, Path]) -> str:
        """Name the makers of every thing."""
        lines = ["Shapes were turned, scaled, simplified and recoloured."]
        for item, thing in THINGS.items():
            catalogue, name = thing.path.split("/")
            author = thing.author or AUTHORS[catalogue]
            lines.append(f"{item}: {name} by {author}, {LICENCES[catalogue]}, {catalogue}")
        return "\n".join(lines)


BUILDER = StreetBuilder()


def _material(item: str, drawing: Drawing, paint: Paint, role: str) -> Material:
    red, green, blue = (min(0.8, float(part) ** 2.2) for part in paint.colour)
    texture = texture_of(f"{item}:{paint.picture}", drawing, paint)
    if texture is not None:
        red = green = blue = 0.9
    if role == "lamp":
        return Material(PALE, roughness=0.3)
    if paint.opacity < CLEAR:
        return Material(GLASS, roughness=0.1, reflectance=0.08)
    # a role of its own for equal colours: the role is looked up by the material
    return Material((red, green, blue), texture, roughness=0.8 if role == "leaf" else 0.6)


def _dimmed(material: Material, piece: Piece) -> Material:
    """Green leaves as dark as they are outdoors: drawings have no shade between them, and scans no sun."""
    if material.texture is None:
        return material
    picture = (material.texture.pixels / 255.0) ** 2.2
    column, row = (np.floor(piece.uvs[piece.uv_corners].mean(1) * PICTURE).astype(int) % PICTURE).T
    row = PICTURE - 1 - row
    there = np.ones(len(row), bool) if material.texture.alpha is None else material.texture.alpha[row, column] >= 128
    red, green, blue = picture[row[there], column[there]].mean(0).tolist()
    light = (0.2126 * red + 0.7152 * green + 0.0722 * blue) * material.colour[1]
    if green < max(red, blue) or light < GREEN:
        return material
    return replace(material, colour=(material.colour[0] * GREEN / light,) * 3)


def _posed(pieces: Mapping[str, Piece], thing: Thing) -> dict[str, Piece]:
    """Into our axes and metres, on the ground, the middle or the foot over the origin."""
    turned = {key: one.points[:, MODEL_FROM_FILE] for key, one in pieces.items()}
    every = np.concatenate(list(turned.values()))
    low, high = every.min(0), every.max(0)
    scale = np.array(thing.size) / (high - low)
    origin = np.array([*((low + high) / 2)[:2], low[2]])
    if thing.foot:
        foot = every[every[:, 2] < low[2] + FOOT * (high - low)[2]]
        origin[:2] = (foot.min(0) + foot.max(0))[:2] / 2
    return {
        key: Piece((turned[key] - origin) * scale, one.corners, one.uvs * np.array([1.0, -1.0]), one.uv_corners)
        for key, one in pieces.items()
    }
