"""What never moves on a map: ground, markings, houses, trees. Drawn once per scene and scale, then cut out."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np

from scenes.kinds import Kind
from scenes.types import Building, Floats, Prop, Scene, Surface
from skidpad.topview_paint import RGB, SHIFT, Picture, Viewport, blend, disc, display, fill, fixed, stroke

LIMIT = 16e6  # px of a background; larger scenes are drawn coarser and magnified
BEYOND = 40.0  # m around lanes and actors that are drawn
GROUND: dict[str, RGB] = {
    "asphalt-new": (88, 92, 98), "asphalt-old": (101, 104, 109), "asphalt-patched": (96, 99, 104),
    "concrete-paving": (181, 179, 172), "slabs": (190, 187, 180), "brick-paving": (182, 160, 146),
    "cobbles": (164, 162, 158), "grass": (158, 180, 134), "gravel": (190, 182, 164), "earth": (176, 160, 136),
}  # fmt: skip
PAVED = (176, 176, 172)  # pavements of asphalt, lighter than roads
ROOFS: dict[str, RGB] = {
    "brick": (170, 138, 124), "stone": (178, 170, 158), "render": (186, 176, 168), "concrete": (172, 174, 178)
}  # fmt: skip
LEAVES: dict[str, RGB] = {
    "bare-tree": (140, 138, 112), "leafy-tree": (104, 146, 88), "conifer": (82, 124, 92), "shrub": (112, 150, 94),
    "hedge": (100, 138, 86),
}  # fmt: skip
SHADE = np.array([0.55, -0.83])  # direction in which shadows fall on the map
ORDER = {Kind.TERRAIN: 0, Kind.ROAD: 1, Kind.PAVEMENT: 2}


@dataclass(frozen=True, eq=False)
class Ground:
    """A map without anything that moves."""

    picture: Picture  # (H, W, 3)
    view: Viewport  # that it was drawn for
    beyond: RGB  # colour outside


def cut_out(scene: Scene, view: Viewport) -> Picture:
    """The ground in a viewport.

    Args:
        scene: to be shown.
        view: any part of it.

    Returns:
        (H, W, 3) picture of its own.
    """
    ground = draw_ground(scene, view.scale)
    share = ground.view.scale / view.scale
    corner = np.array(view.centre) + np.array([-view.width, view.height]) / (2.0 * view.scale)
    x, y = ground.view.pixels(corner)
    # from pixel centres of the picture to pixel centres of the map
    rows = np.array([[share, 0.0, x + 0.5 * share - 0.5], [0.0, share, y + 0.5 * share - 0.5]])
    return np.asarray(cv2.warpAffine(
        ground.picture, rows, (view.width, view.height), flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_CONSTANT, borderValue=ground.beyond,
    ), np.uint8)  # fmt: skip


@lru_cache(maxsize=4)
def draw_ground(scene: Scene, scale: float) -> Ground:
    """Draw the ground of a scene.

    Args:
        scene: to be shown.
        scale: wanted, px per m.

    Returns:
        The ground, coarser than wanted where it would be larger than LIMIT.
    """
    spots = places(scene)
    low, high = spots.min(0) - BEYOND, spots.max(0) + BEYOND
    scale = min(scale, math.sqrt(LIMIT / float(np.prod(high - low))))
    width, height = (math.ceil(float(extent) * scale) for extent in high - low)
    middle = (low + high) / 2
    view = Viewport(width, height, scale, (float(middle[0]), float(middle[1])))
    lawns = [surface for surface in scene.roads.surfaces if surface.kind is Kind.TERRAIN]
    beyond = tone_of(lawns[0]) if lawns else GROUND["grass"]
    picture: Picture = np.full((height, width, 3), beyond, np.uint8)
    for surface in sorted(scene.roads.surfaces, key=lambda item: (round(item.z, 2), ORDER.get(item.kind, 3))):
        fill(picture, view.pixels(surface.outline), tone_of(surface))
    for mark in scene.roads.markings:
        paint_mark(picture, view, mark.outline, display(mark.colour, 0.25), 1.0 - 0.5 * mark.wear)
    shade(picture, view, scene)
    for building in scene.buildings:
        paint_building(picture, view, building)
    paint_props(picture, view, scene)
    return Ground(picture, view, beyond)


def places(scene: Scene) -> Floats:
    """(N, 2) points of everything that may be of interest: lanes, walks, paths; m."""
    lines = [lane.centre for lane in scene.roads.lanes] + list(scene.roads.sidewalks)
    return np.concatenate([*lines, *(actor.path for actor in scene.actors), np.zeros((1, 2))])


def tone_of(surface: Surface) -> RGB:
    """Map colour of a piece of ground: that of its style, a little of its own tint, darker when wet."""
    if surface.look.style == "pattern":
        return display(surface.look.tint, 0.25)
    paved = surface.kind is Kind.PAVEMENT and surface.look.style.startswith("asphalt")
    base = PAVED if paved else GROUND[surface.look.style]
    light = (1.0 - 0.1 * surface.look.wetness) * float(np.mean(surface.look.tint)) ** 0.2
    red, green, blue = (min(255, round(light * channel)) for channel in base)
    return red, green, blue


def paint_mark(picture: Picture, view: Viewport, outline: Floats, colour: RGB, share: float) -> None:
    """Paint one marking, worn ones thinner; inside its own box, for speed."""
    pixels = view.pixels(outline)
    x0, y0 = np.maximum(np.floor(pixels.min(0)).astype(int) - 2, 0)
    x1, y1 = np.ceil(pixels.max(0)).astype(int) + 2
    room = picture[y0:y1, x0:x1]
    if room.size:
        layer = room.copy()
        fill(layer, pixels - (x0, y0), colour)
        blend(room, layer, share)


def footprint(building: Building) -> Floats:
    """(4, 2) corners of a house on the ground, m: front left, front right, back right, back left."""
    ahead = np.array([math.cos(building.heading), math.sin(building.heading)])
    left = np.array([-ahead[1], ahead[0]])
    w, d = building.size[0] / 2, building.size[1] / 2
    corners = [(d, w), (d, -w), (-d, -w), (-d, w)]
    return np.array([building.position[:2] + along * ahead + aside * left for along, aside in corners])


def shade(picture: Picture, view: Viewport, scene: Scene) -> None:
    """Soft shadows of houses and plants: they lift them off the ground."""
    dark = np.zeros(picture.shape[:2], np.uint8)
    for building in scene.buildings:
        corners = footprint(building)
        for step in np.linspace(0.0, min(4.5, 0.35 * building.size[2]), 6):
            cv2.fillPoly(dark, [fixed(view.pixels(corners + step * SHADE))], 255, cv2.LINE_AA, SHIFT)
    for prop in scene.props:
        if prop.look.model in LEAVES and prop.look.model != "hedge":
            spot = view.pixels(prop.position[:2] + min(1.6, 0.25 * prop.look.height) * SHADE)
            x, y = (int(v) for v in fixed(spot))
            radius = round(crown(prop) * view.scale * (1 << SHIFT))
            cv2.circle(dark, (x, y), max(1, radius), 190, -1, cv2.LINE_AA, SHIFT)
    soft = cv2.GaussianBlur(dark, (0, 0), max(0.6, 0.35 * view.scale))
    light = cv2.merge([255 - soft // 4] * 3)
    cv2.multiply(picture, light, dst=picture, scale=1 / 255)


def paint_building(picture: Picture, view: Viewport, building: Building) -> None:
    """A roof seen from above: two slopes, or a flat one with its parapet."""
    look = building.look
    tone = np.array(ROOFS.get(look.wall, (178, 172, 166)), np.float64)
    tone *= 1.0 + 0.08 * math.sin(2.4 * look.pattern + look.roof_variant)  # neighbours can be told apart
    a, b, c, d = corners = footprint(building)
    fill(picture, view.pixels(corners), shaded(tone, 1.0))
    if look.roof in ("gable", "hip"):
        inset = 0.5 * min(building.size[:2]) if look.roof == "hip" else 0.0
        along = (b - a) / max(float(np.linalg.norm(b - a)), 1e-6)
        e, f = (a + d) / 2 + inset * along, (b + c) / 2 - inset * along
        fill(picture, view.pixels(np.array([d, e, f, c])), shaded(tone, 0.91))
        if look.roof == "hip":
            fill(picture, view.pixels(np.array([a, e, d])), shaded(tone, 0.96))
            fill(picture, view.pixels(np.array([b, c, f])), shaded(tone, 0.96))
        stroke(picture, view.pixels(np.array([e, f])), shaded(tone, 1.12), 0.12 * view.scale)
    else:
        middle = corners.mean(0)
        fill(picture, view.pixels(middle + 0.9 * (corners - middle)), shaded(tone, 1.06))
    stroke(picture, view.pixels(corners), shaded(tone, 0.72), 0.12 * view.scale, closed=True)


def shaded(tone: Floats, light: float) -> RGB:
    """A colour times a factor."""
    red, green, blue = (int(min(255.0, light * float(channel))) for channel in tone)
    return red, green, blue


def crown(prop: Prop) -> float:
    """Radius of a plant seen from above, m."""
    return 0.25 * (prop.look.length + prop.look.width)


def paint_props(picture: Picture, view: Viewport, scene: Scene) -> None:
    """Plants, half transparent; other furniture as small grey marks."""
    layer = picture.copy()
    for prop in scene.props:
        spot = view.pixels(prop.position[:2])
        if prop.look.model == "hedge":
            fill(layer, view.pixels(box_of(prop)), LEAVES["hedge"])
        elif prop.look.model in LEAVES:
            tone, radius = LEAVES[prop.look.model], crown(prop) * view.scale
            disc(layer, spot, radius, tone)
            light = np.array(tone, np.float64)
            disc(layer, spot - 0.22 * radius * np.array([0.55, 0.83]), 0.68 * radius, shaded(light, 1.09))
            disc(layer, spot - 0.36 * radius * np.array([0.55, 0.83]), 0.34 * radius, shaded(light, 1.18))
        elif prop.kind in (Kind.POLE, Kind.SIGN):
            disc(layer, spot, max(0.14 * view.scale, 0.8), (92, 94, 98))
        else:
            fill(layer, view.pixels(box_of(prop)), (132, 128, 122))
    blend(picture, layer, 0.82)


def box_of(prop: Prop) -> Floats:
    """(4, 2) corners of a prop on the ground, m."""
    c, s = math.cos(prop.heading), math.sin(prop.heading)
    half = np.array([prop.look.length, prop.look.width]) / 2
    local = np.array([[1, 1], [-1, 1], [-1, -1], [1, -1]]) * half
    return np.asarray(prop.position[:2] + local @ np.array([[c, s], [-s, c]]))
