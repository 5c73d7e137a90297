"""Things that divide: railings, fences, guard rails, walls, road works, scaffolding."""

from __future__ import annotations

import itertools
import math

import numpy as np

from renderers.mesh import RGB, WHITE, Material, Mesh
from renderers.props_kit import Sketch, bars
from renderers.props_poles import paint
from renderers.textures_walls import SCALE, brick, stone
from scenes.props import PropLook

_RED: RGB = (0.5, 0.03, 0.02)
_PALE: RGB = (0.72, 0.7, 0.68)
_ORANGE: RGB = (0.72, 0.13, 0.01)
_CONCRETE: RGB = (0.3, 0.29, 0.27)


def railing(look: PropLook, lamps_on: bool) -> Mesh:
    """Pedestrian guard rail: upright bars, plain tubes, or spiked iron."""
    sketch, metal = Sketch(), paint(look)
    w, h = look.width, look.height
    posts = max(2, round(w / 1.6) + 1)
    for k in range(posts):
        y = w * (k / (posts - 1) - 0.5)
        sketch.bar((0, y, 0), (0, y, h), 0.026, metal, look.colour, 6)
    levels = (0.12, h - 0.02) if look.variant != 1 else (0.35 * h, 0.65 * h, h - 0.02)
    for z in levels:
        sketch.bar((0, -w / 2, z), (0, w / 2, z), 0.022, metal, look.colour, 6)
    if look.variant != 1:
        count = int(w / 0.12)
        across = w * ((np.arange(count) + 0.5) / count - 0.5)
        low = np.column_stack([np.zeros(count), across, np.full(count, 0.12)])
        top = low.copy()
        top[:, 2] = h + (0.12 if look.variant == 2 else -0.02)
        radii = np.tile([[0.009, 0.009 if look.variant == 0 else 0.003]], (count, 1))
        sketch.add(bars(low, top, radii, metal, np.tile(np.array(look.colour), (count, 1)), 3))
    return sketch.build()


def fence(look: PropLook, lamps_on: bool) -> Mesh:
    """Close boards, or pales with gaps."""
    sketch, wood = Sketch(), paint(look)
    w, h = look.width, look.height
    step = 0.15 if look.variant == 0 else 0.13
    count = int(w / step)
    rng = np.random.Generator(np.random.PCG64(look.pattern))
    for k in range(count):
        y = w * ((k + 0.5) / count - 0.5)
        tone = float(rng.uniform(0.8, 1.2))
        board = (0.02, step * (0.97 if look.variant == 0 else 0.6), h - float(rng.uniform(0.0, 0.03)))
        colour = (look.colour[0] * tone, look.colour[1] * tone, look.colour[2] * tone)
        sketch.box((0.02, y, board[2] / 2), board, wood, colour, "xXyYZ")
    for z in (0.25 * h, 0.8 * h):
        sketch.box((-0.02, 0, z), (0.04, w, 0.08), wood, look.colour)
    return sketch.build()


def guard_rail(look: PropLook, lamps_on: bool) -> Mesh:
    """Corrugated steel beam on posts."""
    sketch, metal = Sketch(), paint(look)
    w, h = look.width, look.height
    profile = [(0.0, 0.0), (0.08, 0.04), (0.08, 0.1), (0.02, 0.15), (0.08, 0.2), (0.08, 0.27), (0.0, 0.31)]
    for (x0, z0), (x1, z1) in itertools.pairwise(profile):
        low, high = h - 0.31 + z0, h - 0.31 + z1
        corners = [(x0, -w / 2, low), (x0, w / 2, low), (x1, w / 2, high), (x1, -w / 2, high)]
        sketch.quad(corners, metal, look.colour, texel=3.0)
    for k in range(max(2, round(w / 2.0) + 1)):
        y = w * (k / max(1, round(w / 2.0)) - 0.5)
        sketch.box((-0.08, y, h / 2), (0.12, 0.08, h), metal, look.colour)
    return sketch.build()


def masonry_wall(look: PropLook, lamps_on: bool) -> Mesh:
    """A garden wall of stone or brick with a coping."""
    sketch, (d, w, h) = Sketch(), look.size
    built = stone(look.variant) if look.model == "stone-wall" else brick(look.variant)
    texel = SCALE["stone" if look.model == "stone-wall" else "brick"]
    light = 0.7 + 1.2 * look.colour[1]
    wall = Material(texture=built, roughness=0.93)
    sketch.box((0, 0, h / 2), (d, w, h), wall, (light, light, light), "xXyYZ", texel=texel)
    sketch.box((0, 0, h + 0.04), (d * 1.25, w + 0.04, 0.09), paint(look), look.colour)
    if look.pattern % 2:
        for y in (-w / 2, w / 2):
            sketch.box(
                (0, y, (h + 0.2) / 2), (d * 1.4, d * 1.4, h + 0.2), wall, (light, light, light), "xXyY", texel=texel
            )
            sketch.box((0, y, h + 0.24), (d * 1.7, d * 1.7, 0.1), paint(look), look.colour)
    return sketch.build()


def _stripes(
    sketch: Sketch,
    low: tuple[float, float],
    high: tuple[float, float],
    x: float,
    colours: tuple[RGB, RGB],
    look: PropLook,
) -> None:
    """A board y0, z0 .. y1, z1 with slanting stripes on both sides."""
    (y0, z0), (y1, z1) = low, high
    plastic, step = paint(look), 0.2
    slant = 0.5 * (z1 - z0)
    edges = np.arange(y0 - slant, y1, step)
    for k, y in enumerate(edges):
        a, b = max(y, y0), min(y + step, y1)
        c, d = max(min(y + slant, y1), y0), max(min(y + step + slant, y1), y0)
        corners = [(x, a, z0), (x, max(b, a), z0), (x, d, z1), (x, c, z1)]
        sketch.quad(corners, plastic, colours[k % 2], texel=3.0)
        sketch.quad(
            [(x - 0.04, p[1], p[2]) for p in (corners[1], corners[0], corners[3], corners[2])],
            plastic,
            colours[k % 2],
            texel=3.0,
        )
    sketch.box((x - 0.02, (y0 + y1) / 2, z1), (0.04, y1 - y0, 0.01), plastic, colours[0], "Z")


def works_barrier(look: PropLook, lamps_on: bool) -> Mesh:
    """Road works: striped plastic barrier, mesh panel, or red and white planks; some with a lamp."""
    sketch, plastic = Sketch(), paint(look)
    w, h = look.width, look.height
    if look.variant == 0:
        sketch.box((0, 0, 0.62 * h), (0.06, w, 0.7 * h), plastic, _ORANGE)
        for k in range(5):
            y = w * ((k + 0.5) / 5 - 0.5)
            sketch.box((0, y, 0.52 * h), (0.065, w / 5 * 0.6, 0.3 * h), plastic, (0.25, 0.06, 0.01), "xX")
        _stripes(sketch, (-0.48 * w, 0.76 * h), (0.48 * w, 0.94 * h), 0.036, (_RED, _PALE), look)
        for y in (-0.4 * w, 0.4 * w):
            sketch.box((0, y, 0.1), (0.45, 0.12, 0.2), plastic, _ORANGE)
    else:
        boards = ((0.72, 0.95), (0.3, 0.5)) if look.variant == 1 else ((0.78, 0.98),)
        colours = (_RED, _PALE) if look.variant == 1 else (_RED, (0.72, 0.5, 0.03))
        for low, high in boards:
            _stripes(sketch, (-w / 2, low * h), (w / 2, high * h), 0.02, colours, look)
        for y in (-0.42 * w, 0.42 * w):
            sketch.path([(0.22, y, 0), (0.0, y, h), (-0.22, y, 0)], 0.02, plastic, (0.3, 0.3, 0.3), 5)
    if look.pattern % 3 == 0:
        lamp = Material((0.6, 0.3, 0.02), roughness=0.3, emission=(6.0, 2.0, 0.1) if lamps_on else (0.0, 0.0, 0.0))
        sketch.turned([(0.06, h), (0.09, h + 0.05), (0.09, h + 0.16), (0.0, h + 0.2)], lamp, WHITE, 8, (0, 0.4 * w, 0))
    return sketch.build()


def cone(look: PropLook, lamps_on: bool) -> Mesh:
    """A traffic cone or a bollard drum with reflective sleeves."""
    sketch, rubber = Sketch(), paint(look)
    r, h = look.width / 2.0, look.height
    sketch.box((0, 0, 0.02), (2 * r, 2 * r, 0.04), rubber, (0.02, 0.02, 0.02) if look.variant else _ORANGE)
    top = 0.14 if look.variant == 0 else 0.55
    levels = (0.04, 0.35, 0.5, 0.68, 0.82, 1.0)
    for k, (a, b) in enumerate(itertools.pairwise(levels)):
        ring = [((0.72 - (0.72 - top) * s) * r, max(0.04, s * h)) for s in (a, b)]
        sketch.turned(ring, rubber, _PALE if k in {1, 3} else _ORANGE, 12)
    sketch.turned([(top * r, h), (0.0, h)], rubber, (0.1, 0.03, 0.01), 12)
    return sketch.build()


def scaffolding(look: PropLook, lamps_on: bool) -> Mesh:
    """Tubes, braces and boards along a front; some hung with a net."""
    sketch, metal = Sketch(), paint(look)
    d, w, h = look.length, look.width, look.height
    bays, lifts = max(2, round(w / 2.2)), max(2, round(h / 2.0))
    starts, ends = [], []
    for x in (-d / 2, d / 2):
        for k in range(bays + 1):
            y = w * (k / bays - 0.5)
            starts.append((x, y, 0.0))
            ends.append((x, y, h + 0.8))
        for n in range(1, lifts + 1):
            for z in (h * n / lifts, h * n / lifts + 1.0):
                starts.append((x, -w / 2, z))
                ends.append((x, w / 2, z))
    for k in range(bays):
        starts.append((d / 2, w * (k / bays - 0.5), 0.0 if k % 2 else h))
        ends.append((d / 2, w * ((k + 1) / bays - 0.5), h if k % 2 else 0.0))
    first, last = np.array(starts), np.array(ends)
    radii = np.full((len(first), 2), 0.026)
    sketch.add(bars(first, last, radii, metal, np.tile(np.array(look.colour), (len(first), 1)), 5))
    for n in range(1, lifts + 1):
        sketch.box((0, 0, h * n / lifts), (d * 0.8, w, 0.05), metal, (0.22, 0.16, 0.1))
    return sketch.build()


def concrete_planter(look: PropLook) -> Sketch:
    """The box or tub of a planter, without plants."""
    sketch, cast = Sketch(), paint(look)
    d, w = look.length, look.width
    high = 0.5 * look.height
    if look.variant == 0:
        sketch.box((0, 0, high / 2), (d, w, high), cast, look.colour, "xXyY")
        sketch.box((0, 0, high - 0.04), (1.06 * d, 1.04 * w, 0.08), cast, look.colour, "xXyYz")
        sketch.box((0, 0, high - 0.03), (d, w, 0.01), cast, (0.03, 0.022, 0.015), "Z")
    else:
        r = 0.5 * d
        ring = [
            (0.7 * r, 0),
            (0.95 * r, 0.8 * high),
            (1.05 * r, high),
            (0.9 * r, high),
            (0.88 * r, high - 0.05),
            (0, high - 0.05),
        ]
        sketch.turned(ring, cast, _CONCRETE if math.fmod(look.pattern, 2) else look.colour, 12)
    return sketch
