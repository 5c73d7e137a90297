"""Props of asset packs: scaled to the look's box, in its colours; signs on a post of our own."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

import numpy as np

from renderers.mesh import RGB, Material, Mesh, merge, moved
from renderers.packed import packed
from renderers.props_kit import Sketch
from renderers.props_poles import LAMP, paint
from scenes.catalogue import asset
from scenes.kinds import Kind
from scenes.props import PALETTES, PropLook

POST = 0.038  # m, radius of a sign's post
CLAMP = 0.045  # m from the middle of the post to the face of a sign
LEAF = np.mean(PALETTES["leaf"], axis=0)  # linear RGB of leaves on average


@lru_cache(maxsize=256)
def packed_prop(look: PropLook, lamps_on: bool, detail: int) -> Mesh:
    """Build a prop of a pack in its model frame.

    Args:
        look: with an asset.
        lamps_on: lamps glow.
        detail: 0 near .. 2 far.

    Returns:
        The mesh.

    Raises:
        AssetError: the asset is not installed.
    """
    if asset(look.asset).sort == "sign":
        return merge([sign_support(look), sign_plate(look)])
    model, found = packed(look.asset), asset(look.asset)
    mesh = model.levels[min(detail, len(model.levels) - 1)].mesh
    palette = tuple(_painted(m, role, look, lamps_on) for m, role in zip(mesh.palette, model.roles, strict=True))
    mesh = replace(mesh, palette=palette)
    count = repeats(look, found.size[1]) if found.details.get("repeats") else 1
    pose = np.diag([*(np.array(look.size) / (np.array(found.size) * np.array([1, count, 1]))), 1.0])
    if count == 1:
        return moved(mesh, pose)
    row = Sketch()
    for k in range(count):
        pose[1, 3] = look.width * ((k + 0.5) / count - 0.5)
        row.add(moved(mesh, pose))
    return row.build()


def packed_lamps(look: PropLook) -> list[tuple[float, float, float]]:
    """Where a lamp of a pack shines from, in its own frame, m."""
    found = asset(look.asset)
    if "lamp" not in found.details:
        return []
    x, y, z = (np.array(found.details["lamp"]) * np.array(look.size) / np.array(found.size)).tolist()
    return [(x, y, z)]


def repeats(look: PropLook, width: float) -> int:
    """How many pieces of a width (m) stand side by side in a look's."""
    return max(1, round(look.width / width))


def _painted(material: Material, role: str, look: PropLook, lamps_on: bool) -> Material:
    """A material in the look's colours."""
    if role == "lamp":
        return replace(material, emission=LAMP if lamps_on else (0.0, 0.0, 0.0))
    if role == "paint":
        return replace(material, colour=look.colour, roughness=round(look.roughness, 1))
    if role == "leaf":
        red, green, blue = np.clip(np.sqrt(np.array(look.colour) / LEAF), 0.6, 1.4).tolist()
        tint: RGB = (material.colour[0] * red, material.colour[1] * green, material.colour[2] * blue)
        return replace(material, colour=tint)
    return material


def sign_plate(look: PropLook) -> Mesh:
    """The plate of a sign where it hangs; the look's width is its width, the look's height that of its upper edge."""
    found = asset(look.asset)
    scale = look.width / found.size[1]
    pose = np.diag([1.0, scale, scale, 1.0])
    pose[:3, 3] = (CLAMP, 0.0, look.height - scale * found.size[2] / 2)
    return moved(packed(look.asset).levels[0].mesh, pose)


def sign_support(look: PropLook) -> Mesh:
    """The post of a sign."""
    sketch = Sketch()
    sketch.bar((0, 0, 0), (0, 0, look.height - 0.02), POST, paint(look, Kind.POLE), look.colour, 8)
    return sketch.build()
