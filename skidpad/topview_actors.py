"""Vehicles and people seen from above."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np

from renderers.vehicles_signs import BRAKE
from scenes.cycles import CycleLook
from scenes.people import PersonLook
from scenes.types import Actor, Floats
from scenes.vehicles import VehicleLook
from sim.world import State
from skidpad.topview_paint import RGB, SHIFT, Picture, Viewport, blend, disc, display, fill, fixed, rounded, stroke

EGO: RGB = (0, 132, 255)
GLASS: RGB = (44, 54, 66)
HEAD_LAMP: RGB = (255, 246, 205)
TAIL_LAMP: RGB = (128, 22, 24)
BRAKE_LAMP: RGB = (255, 36, 36)
CAB = 1.9  # m, length of a cab in front of a box
BOXES = ("box_van", "box_truck", "tipper")
STEP = 0.36  # m, how far a foot reaches before the hip at 1.2 m/s
SHADOW = np.array([0.16, -0.24])  # m, on the map


@dataclass(frozen=True, eq=False)
class Shape:
    """Polygons of a vehicle in its own frame, from the ground up: first the body, last the two tail lamps."""

    points: Floats  # (N, 2) m, x forward, y left, all outlines one after the other
    ranges: tuple[slice, ...]  # of each polygon
    colours: tuple[RGB, ...]


@lru_cache(maxsize=1024)
def shape_of(look: VehicleLook, paint: RGB) -> Shape:
    """A vehicle from above; the windscreen tells which end is the front.

    Args:
        look: sizes.
        paint: colour of the body.

    Returns:
        The shape.
    """
    outlines, colours = zip(*parts_of(look, paint), strict=True)
    ends = np.cumsum([len(outline) for outline in outlines])
    ranges = tuple(slice(int(end) - len(outline), int(end)) for end, outline in zip(ends, outlines, strict=True))
    return Shape(np.concatenate(outlines), ranges, colours)


def parts_of(look: VehicleLook, paint: RGB) -> list[tuple[Floats, RGB]]:
    """Outline (N, 2) in m and colour of body, glass, roof and lamps."""
    half, width = look.length / 2, look.width
    front, back = half - look.bonnet, -half + look.deck
    screen, rear = max(look.screen, 0.5), max(look.fast, 0.12)
    inner = width - 2.0 * min(0.24, 0.10 + 0.3 * look.tumble)
    dark, light = scaled(paint, 0.8), scaled(paint, 1.06)
    parts = [(rounded(look.length, width, 0.42 if look.bonnet > 0.3 else 0.22), paint)]
    if look.model in BOXES:
        front = half - 0.25
        box = look.length - CAB
        parts.append((quad(front, front - 0.6, width - 0.2, width - 0.14), GLASS))
        parts.append((rounded(box, width, 0.08, (-half + box / 2, 0.0)), display(look.second, 0.12)))
    else:
        parts.append((quad(front, back, width - 0.34, width - 0.26), GLASS))
        parts.append((quad(front - screen, back + rear, inner - 0.06, inner - 0.14), light))
        if look.bonnet > 0.3:
            parts.append((quad(half - 0.14, front + 0.06, width - 0.55, width - 0.38), light))
    parts.append((rounded(0.1, width - 0.2, 0.05, (-half + 0.1, 0.0)), dark))
    for x, colour in ((half - 0.16, HEAD_LAMP), (-half + 0.14, TAIL_LAMP)):
        parts += [(lamp(x, side, width), colour) for side in (1, -1)]
    return parts


def quad(front: float, back: float, before: float, behind: float) -> Floats:
    """(4, 2) trapezoid between two places along a vehicle, widths at its front and back end, m."""
    return np.array([[front, before / 2], [back, behind / 2], [back, -behind / 2], [front, -before / 2]])


def lamp(x: float, side: int, width: float) -> Floats:
    """A lamp at a corner."""
    return rounded(0.26, 0.42, 0.1, (x, side * (width / 2 - 0.32)), steps=2)


def scaled(colour: RGB, light: float) -> RGB:
    """A colour times a factor, at most white."""
    red, green, blue = (min(255, round(light * channel)) for channel in colour)
    return red, green, blue


def placed(outline: Floats, position: Floats, heading: float) -> Floats:
    """Polygon (N, 2) of an actor's frame in the world, m."""
    c, s = math.cos(heading), math.sin(heading)
    return np.asarray(outline @ np.array([[c, s], [-s, c]]) + position)


def draw_actors(
    picture: Picture, view: Viewport, actors: tuple[Actor, ...], state: State, b: int, ego: int | None
) -> None:
    """Draw everybody who is alive and in sight.

    Args:
        picture: (H, W, 3), changed.
        view: where it looks.
        actors: of world b.
        state: where they are.
        b: world.
        ego: number of the actor to be highlighted.
    """
    count = len(actors)
    places = state.position[b, :count, :2].astype(np.float64)
    seen = [int(k) for k in np.flatnonzero(state.alive[b, :count] & view.sees(places, 8.0))]
    looks = [(k, actors[k].look) for k in seen]
    layer = picture.copy()
    for k, look in looks:
        if isinstance(look, VehicleLook):
            shape = shape_of(look, EGO)
            body = placed(shape.points[shape.ranges[0]], places[k] + SHADOW, float(state.heading[b, k]))
            fill(layer, view.pixels(body), (30, 34, 40))
    blend(picture, layer, 0.32)
    for k, look in looks:
        if isinstance(look, VehicleLook):
            draw_vehicle(picture, view, look, places[k], state, (b, k), k == ego)
    for k, look in looks:
        if isinstance(look, CycleLook):
            draw_cycle(picture, view, look, places[k], float(state.heading[b, k]), k == ego)
        who = look.rider if isinstance(look, CycleLook) else look
        if isinstance(who, PersonLook):
            draw_person(picture, view, who, places[k], state, (b, k), k == ego)


def draw_vehicle(
    picture: Picture, view: Viewport, look: VehicleLook, place: Floats, state: State, who: tuple[int, int], ego: bool
) -> None:
    """Draw one vehicle.

    Args:
        picture: (H, W, 3), changed.
        view: where it looks.
        look: of the vehicle.
        place: (2,) world, m.
        state: heading and acceleration.
        who: world and number of the actor.
        ego: highlighted or not.
    """
    shape = shape_of(look, EGO if ego else display(look.paint, 0.06))
    pixels = view.pixels(placed(shape.points, place, float(state.heading[who])))
    if ego:
        stroke(picture, pixels[shape.ranges[0]], (255, 255, 255), 0.5 * view.scale, closed=True)
    stroke(picture, pixels[shape.ranges[0]], (38, 42, 48), 0.2 * view.scale, closed=True)
    corners = fixed(pixels)
    for part, colour in zip(shape.ranges, shape.colours, strict=True):
        cv2.fillPoly(picture, [corners[part]], colour, cv2.LINE_AA, SHIFT)
    if state.acceleration[who] < BRAKE:
        for part in shape.ranges[-2:]:
            disc(picture, pixels[part].mean(0), legible(0.27, 2.2, view.scale), BRAKE_LAMP)


def draw_cycle(picture: Picture, view: Viewport, look: CycleLook, place: Floats, heading: float, ego: bool) -> None:
    """Draw a bicycle or motorcycle: a bar from wheel to wheel, one across for the handles.

    Args:
        picture: (H, W, 3), changed.
        view: where it looks.
        look: of the machine.
        place: (2,) world, m.
        heading: rad.
        ego: highlighted or not.
    """
    half, wide = look.length / 2, 2.0 * look.measures.tyre + 0.08
    bar = look.grip[0]
    tone = EGO if ego else display(look.paint, 0.06)
    for outline, colour in (
        (quad(half, -half, wide, wide), (30, 30, 34)),
        (quad(0.6 * half, -0.6 * half, 2.0 * wide, 2.0 * wide), tone),
        (quad(bar + 0.05, bar - 0.05, look.size[1], look.size[1]), (30, 30, 34)),
    ):
        fill(picture, view.pixels(placed(outline, place, heading)), colour)


def draw_person(
    picture: Picture, view: Viewport, look: PersonLook, place: Floats, state: State, who: tuple[int, int], ego: bool
) -> None:
    """Draw one person: a disc in the colour of the top, a head, the feet where the gait has them.

    Args:
        picture: (H, W, 3), changed.
        view: where it looks.
        look: of the person.
        place: (2,) world, m.
        state: heading, speed and gait.
        who: world and number of the actor.
        ego: highlighted or not.
    """
    heading, speed = float(state.heading[who]), float(state.speed[who])
    radius = legible(0.26, 4.2, view.scale)  # px
    unit = radius / 0.26  # px per m of this person
    ahead = np.array([math.cos(heading), -math.sin(heading)]) * unit  # px, y down
    left = np.array([ahead[1], -ahead[0]])
    middle = view.pixels(place)
    reach = STEP * min(speed / 1.2, 1.3) * math.sin(2.0 * math.pi * float(state.gait_phase[who]))
    for side in (1, -1):
        disc(picture, middle + side * (reach * ahead + 0.1 * left), 0.1 * unit, (30, 30, 34))
    rim = EGO if ego else (252, 252, 250)
    if ego:
        disc(picture, middle, 1.75 * radius, (255, 255, 255))
    disc(picture, middle, 1.32 * radius, rim)
    fill(picture, middle + np.array([0.56 * ahead, 0.2 * ahead + 0.27 * left, 0.2 * ahead - 0.27 * left]), rim)
    disc(picture, middle, radius, display(look.top.colour, 0.12))
    disc(picture, middle + 0.05 * ahead, 0.14 * unit, display(look.head.hair_colour, 0.1))


def legible(size: float, pixels: float, scale: float) -> float:
    """Radius in px of a small thing: `size` metres, but `pixels` where that is less, and not more than twice its size.

    Far away it shrinks with everything else, so that a crowd does not hide the street.
    """
    return max(size * scale, min(pixels, 2.2 * size * scale), 1.2)
