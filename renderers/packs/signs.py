"""Traffic signs of many countries: plates with the outline of the drawing that they are made from."""

from __future__ import annotations

import io
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from renderers.glb import Level, Model, write_glb
from renderers.mesh import RGB, Material, Mesh, Texture, make_mesh, merge
from renderers.packs.build import Row
from renderers.packs.fetch import Source
from scenes.kinds import Kind
from scenes.polygons import anticlockwise, triangulate

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]

PACKAGE = "@rapideditor/mapillary_sprite_source"
DRAWN, EDGE = 320, 256  # px, of the drawing and of the texture
INKS = 32  # colours of a drawing with those between them: files of half the size
THICK = 0.0025  # m, sheet of aluminium
GREY: RGB = (0.28, 0.28, 0.29)  # its back
ROUGH, WHITE = 0.45, 0.8  # of sheeting; white that stays in range under the sun
# shares of the bounding box: a rectangle 1, an octagon .83, a circle .785, a diamond .5; drawings have round corners
BOX, OCTAGON, ROUND, DIAMOND = 0.93, 0.87, (0.75, 0.805), 0.62
TRIANGULAR = 0.8  # share of the smallest triangle around it that a triangle fills; a circle fills .60, a square .50
# m, the longer edge by shape: small sizes of towns (Germany: VwV-StVO; United States: MUTCD table 2B-1)
SIZES = {
    "round": 0.6, "triangle": 0.75, "inverted": 0.75, "octagon": 0.75, "diamond": 0.8, "rectangle": 0.7, "other": 0.7,
}  # fmt: skip
SMALL = 0.55  # m, of plates below a sign
MODELS = {"round": "sign-round", "triangle": "sign-triangle"}  # built-in model that it may stand for; others: rectangle


class SignBuilder:
    """One plate for each drawing."""

    name = "signs"
    version = 1
    sources = (
        Source(
            "npm", PACKAGE, "1.8.0", "rapideditor-mapillary_sprite_source-1.8.0.tgz",
            "c45ded5696b2c15740398472a37c217d3a0a27a7642bda6b63de7b8cdd4d3efb", "MIT", ("package/LICENSE",),
        ),
    )  # fmt: skip

    packages = ("cairosvg",)

    def items(self, folders: Mapping[str, Path]) -> tuple[str, ...]:
        """Class labels, which are the names of the drawings."""
        return tuple(sorted(path.stem for path in _drawings(folders).glob("*.svg")))

    def make(self, item: str, folders: Mapping[str, Path], out: Path) -> Row | None:
        """Draw one sign and cut it out."""
        picture = drawn(_drawings(folders) / f"{item}.svg")
        outline = outline_of(picture[..., 3] >= 128)
        if outline is None:
            return None
        shape = shape_of(outline)
        low, high = outline.min(0), outline.max(0)
        edge = SMALL if item.startswith("complementary") else SIZES[shape]
        scale = edge / float((high - low).max())
        face = Material((WHITE, WHITE, WHITE), _texture(item, picture, low, high), ROUGH, kind=Kind.SIGN)
        mesh = plate((outline - (low + high) / 2) * np.array([1.0, -1.0]) * scale, face)
        width, height = ((high - low) * scale).tolist()
        details = {
            "model": MODELS.get(shape, "sign-rectangle"), "class": item, "shape": shape,
            "style": style_of(item, shape, picture),
        }  # fmt: skip
        write_glb(out / f"{item}.glb", Model((Level(mesh),), ("", "back"), {"class": item}))
        return Row("sign", f"{item}.glb", (THICK, width, height), "MIT", f"npm {PACKAGE} 1.8.0", details)

    def credits(self, folders: Mapping[str, Path]) -> str:
        """Name the makers."""
        return "Drawings: Mapillary and contributors, copyright 2015, MIT; kept by the maintainers of Rapid."


BUILDER = SignBuilder()


def _drawings(folders: Mapping[str, Path]) -> Path:
    return folders[PACKAGE] / "package" / "package_signs"


def drawn(file: Path) -> NDArray[np.uint8]:
    """Draw an SVG.

    Args:
        file: the drawing.

    Returns:
        (DRAWN, DRAWN, 4) sRGB and alpha.
    """
    import cairosvg
    from PIL import Image

    png = cairosvg.svg2png(url=str(file), output_width=DRAWN, output_height=DRAWN)
    return np.asarray(Image.open(io.BytesIO(png)).convert("RGBA"))


def outline_of(inside: Mask) -> Array | None:
    """Outline of the largest piece of a mask.

    Args:
        inside: (N, N).

    Returns:
        (K, 2) px, x right and y down, a simple polygon; None when there is nothing to speak of.
    """
    import cv2

    contours, _ = cv2.findContours(inside.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    if not contours:
        return None
    largest = max(contours, key=cv2.contourArea)
    if cv2.contourArea(largest) < 0.02 * inside.size:
        return None
    corners = cv2.approxPolyDP(largest, 0.002 * len(inside), True)
    return np.asarray(corners.reshape(-1, 2), np.float64) + 0.5


def shape_of(outline: Array) -> str:
    """Name the shape of an outline.

    Args:
        outline: (K, 2), y down.

    Returns:
        A key of SIZES.
    """
    import cv2

    points = outline.astype(np.float32)
    area = cv2.contourArea(points)
    if area > TRIANGULAR * cv2.minEnclosingTriangle(points[:, None])[0]:
        moments = cv2.moments(points)
        low, high = outline.min(0), outline.max(0)
        centre = np.array([moments["m10"], moments["m01"]]) / moments["m00"]
        off = (centre - (low + high) / 2) / (high - low)  # towards the base
        if abs(off[0]) > abs(off[1]):
            return "other"  # a pennant
        return "triangle" if off[1] > 0 else "inverted"
    low, high = outline.min(0), outline.max(0)
    share = area / float(np.prod(high - low))
    corners = np.abs(2.0 * (outline - low) / (high - low) - 1.0)
    radius = np.linalg.norm(corners, axis=1)
    if share > BOX:
        return "rectangle"
    if ROUND[0] < share < ROUND[1] and radius.min() > 0.94 and radius.max() < 1.05:
        return "round"
    if ROUND[1] < share < OCTAGON and radius.min() > 0.98 and radius.max() < 1.15:
        return "octagon"
    return "diamond" if share < DIAMOND and corners.sum(1).max() < 1.12 else "other"


def style_of(item: str, shape: str, picture: NDArray[np.uint8]) -> str:
    """Which convention a sign belongs to.

    Args:
        item: class label.
        shape: of the sign.
        picture: (N, N, 4).

    Returns:
        `vienna` (Vienna Convention of 1968), `mutcd` (North America and those who follow it) or `` for both.
    """
    if shape in ("round", "triangle"):
        return "vienna"
    if shape == "diamond":
        return "mutcd"
    if item.startswith(("regulatory", "warning")) and shape in ("rectangle", "other"):
        red, _, blue = picture[..., :3][picture[..., 3] > 200].mean(0).tolist()
        return "" if blue > red + 40 else "mutcd"
    return ""


def _texture(item: str, picture: NDArray[np.uint8], low: Array, high: Array) -> Texture:
    """The drawing inside its bounding box; around it runs its edge, so that no background bleeds in."""
    import cv2
    from PIL import Image

    opaque = picture[..., 3] >= 128
    nearest = cv2.distanceTransformWithLabels(
        (~opaque).astype(np.uint8), cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL
    )[1]
    colours = np.zeros((int(nearest.max()) + 1, 3), np.uint8)
    colours[nearest[opaque]] = picture[opaque][:, :3]
    full = colours[nearest]
    x0, y0 = np.floor(low).astype(int)
    x1, y1 = np.ceil(high).astype(int)
    cut = cv2.resize(full[y0:y1, x0:x1], (EDGE, EDGE), interpolation=cv2.INTER_AREA)
    return Texture(item, np.asarray(Image.fromarray(cut).quantize(INKS, dither=Image.Dither.NONE).convert("RGB")))


def plate(outline: Array, face: Material) -> Mesh:
    """A sheet of metal that faces +x, its middle at the origin.

    Args:
        outline: (K, 2) m, y to the right of who looks at it, z up.
        face: of its front; the picture fills the bounding box.

    Returns:
        The mesh; its palette is face and back.
    """
    flat = anticlockwise(outline)
    fan, count = triangulate(flat), len(flat)
    low, high = flat.min(0), flat.max(0)
    uvs = (flat - low) / (high - low)
    uvs[:, 1] = 1.0 - uvs[:, 1]
    points = np.column_stack([np.zeros(count), flat])
    behind = points - np.array([THICK, 0.0, 0.0])
    back = Material(GREY, roughness=0.5, kind=Kind.SIGN)
    k = np.arange(count)
    n = (k + 1) % count
    rim = np.concatenate([np.column_stack([k, k + count, n]), np.column_stack([n, k + count, n + count])])
    return merge(
        [
            make_mesh(points, fan, face, uvs, np.tile([[1.0, 0.0, 0.0]], (count, 1))),
            make_mesh(behind, fan[:, ::-1], back, normals=np.tile([[-1.0, 0.0, 0.0]], (count, 1))),
            make_mesh(np.concatenate([points, behind]), rim, back),
        ]
    )
