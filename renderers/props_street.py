"""Street furniture: bins, boxes, benches, bollards, shelters, cabinets, skips, meters."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from renderers.mesh import RGB, WHITE, Material, Mesh, moved
from renderers.props_kit import Sketch, turn
from renderers.props_poles import paint
from renderers.textures_signs import poster
from renderers.textures_walls import concrete, sheet
from scenes.props import PropLook

_BLACK: RGB = (0.012, 0.012, 0.013)
_GLASS = Material((0.05, 0.055, 0.055), roughness=0.1, reflectance=0.08)
_PANE = replace(_GLASS, clear=(0.80, 0.84, 0.81))  # both faces mirror; 8 mm of float glass keep back a tenth


def bollard(look: PropLook, lamps_on: bool) -> Mesh:
    """Cast iron, steel with bands, timber-square, or a lit traffic bollard."""
    sketch, metal = Sketch(), paint(look)
    r, h = look.width / 2.0, look.height
    if look.variant == 0:
        profile = [
            (r, 0),
            (r, 0.12),
            (0.7 * r, 0.18),
            (0.6 * r, 0.75 * h),
            (0.85 * r, 0.78 * h),
            (0.6 * r, 0.84 * h),
            (0.75 * r, 0.93 * h),
            (0, h),
        ]
        sketch.turned(profile, metal, look.colour, 10)
    elif look.variant == 1:
        sketch.turned([(0.6 * r, 0), (0.6 * r, h - 0.05), (0, h)], metal, look.colour, 10)
        sketch.turned([(0.63 * r, h - 0.25), (0.63 * r, h - 0.12)], metal, (0.7, 0.7, 0.68), 10)
    elif look.variant == 2:
        sketch.box((0, 0, h / 2), (1.4 * r, 1.4 * r, h), metal, (0.12, 0.08, 0.05), "xXyYZ")
        sketch.box((0, 0, 0.85 * h), (1.45 * r, 1.45 * r, 0.08), metal, (0.6, 0.6, 0.58))
    else:
        glow = Material((0.65, 0.65, 0.62), roughness=0.5, emission=(0.6, 0.55, 0.4) if lamps_on else (0.0, 0.0, 0.0))
        sketch.box((0, 0, h / 2), (1.2 * r, 2 * r, h), glow, WHITE, "xXyYZ")
        sketch.box((0, 0, 0.72 * h), (1.22 * r, 2.02 * r, 0.25 * h), metal, (0.03, 0.12, 0.35), "xXyY")
    return sketch.build()


def litter_bin(look: PropLook, lamps_on: bool) -> Mesh:
    """A round bin with a hood, a square one with openings, or a basket on a post."""
    sketch, metal = Sketch(), paint(look)
    r, h = look.width / 2.0, look.height
    if look.variant == 0:
        sketch.turned(
            [(0.85 * r, 0), (0.9 * r, 0.03), (0.9 * r, 0.7 * h), (0.95 * r, 0.72 * h)], metal, look.colour, 12
        )
        sketch.turned([(0.75 * r, 0.72 * h), (0.75 * r, 0.86 * h)], metal, _BLACK, 12)
        sketch.turned([(0.98 * r, 0.86 * h), (0.9 * r, 0.93 * h), (0, h)], metal, look.colour, 12)
        sketch.turned([(0.91 * r, 0.55 * h), (0.91 * r, 0.6 * h)], metal, (0.55, 0.45, 0.1), 12)
    elif look.variant == 1:
        sketch.box((0, 0, h / 2), (1.8 * r, 1.8 * r, h), metal, look.colour, "xXyYZ")
        for x in (-1.0, 1.0):
            sketch.box((0.905 * r * x, 0, 0.8 * h), (0.01, 1.2 * r, 0.16 * h), metal, _BLACK)
        sketch.box((0, 0, h), (1.9 * r, 1.9 * r, 0.06), metal, look.colour)
    else:
        sketch.bar((-r, 0, 0), (-r, 0, h), 0.03, metal, look.colour, 6)
        sketch.turned([(0.55 * r, 0.4 * h), (0.75 * r, 0.85 * h)], paint(look), look.colour, 10)
        sketch.turned([(0.7 * r, 0.85 * h), (0.0, 0.8 * h)], metal, _BLACK, 10)
    return sketch.build()


def wheelie_bin(look: PropLook, lamps_on: bool) -> Mesh:
    """A two-wheeled bin or, when wide, a four-wheeled container."""
    sketch, plastic = Sketch(), paint(look)
    d, w, h = look.length, look.width, look.height
    body = 0.84 * h
    corners = []
    for z, s in ((0.12, 0.78), (body, 1.0)):
        corners.append(
            [
                (-0.5 * d * s, -0.5 * w * s, z),
                (0.5 * d * s, -0.5 * w * s, z),
                (0.5 * d * s, 0.5 * w * s, z),
                (-0.5 * d * s, 0.5 * w * s, z),
            ]
        )
    low, top = corners
    for k in range(4):
        n = (k + 1) % 4
        sketch.quad([low[k], low[n], top[n], top[k]], plastic, look.colour, texel=3.0)
    lid: RGB = look.colour if look.variant == 0 else look.second
    sketch.box((0, 0, body + 0.02), (1.06 * d, 1.04 * w, 0.05), plastic, lid)
    sketch.box((-0.06 * d, 0, body + 0.07), (0.86 * d, 0.94 * w, 0.06), plastic, lid)
    sketch.bar((-0.56 * d, -0.4 * w, body), (-0.56 * d, 0.4 * w, body), 0.02, plastic, lid, 6)
    for y in (-0.42 * w, 0.42 * w):
        for x in (-0.36 * d, 0.36 * d) if w > 0.8 else (-0.36 * d,):
            sketch.bar((x, y - 0.03, 0.1), (x, y + 0.03, 0.1), 0.1, plastic, _BLACK, 10)
            sketch.box((x, y, 0.1), (0.1, 0.062, 0.1), plastic, (0.03, 0.03, 0.03), "yY")
    return sketch.build()


def post_box(look: PropLook, lamps_on: bool) -> Mesh:
    """A pillar box, or a square continental box on a post."""
    sketch, metal = Sketch(), paint(look)
    r, h = look.width / 2.0, look.height
    if look.variant == 0:
        sketch.turned([(r, 0), (r, 0.15)], metal, _BLACK, 14)
        sketch.turned(
            [(0.92 * r, 0.15), (0.92 * r, 0.85 * h), (1.06 * r, 0.88 * h), (1.0 * r, 0.95 * h), (0.5 * r, h), (0, h)],
            metal,
            look.colour,
            14,
        )
        sketch.box((0.92 * r, 0, 0.77 * h), (0.04, 0.9 * r, 0.06), metal, _BLACK)
        sketch.box((0.93 * r, 0, 0.58 * h), (0.02, 0.5 * r, 0.2), metal, (0.6, 0.58, 0.5))
    else:
        yellow: RGB = (0.6, 0.4, 0.02) if look.pattern % 2 else look.colour
        sketch.bar((0, 0, 0), (0, 0, 0.7), 0.05, metal, _BLACK, 8)
        sketch.box((0, 0, 0.7 + 0.45 * (h - 0.7)), (1.4 * r, 1.8 * r, 0.9 * (h - 0.7)), metal, yellow)
        sketch.box((0.705 * r, 0, h - 0.2), (0.02, 1.2 * r, 0.04), metal, _BLACK)
    return sketch.build()


def phone_box(look: PropLook, lamps_on: bool) -> Mesh:
    """A glazed kiosk: red with small panes, or plain modern."""
    sketch, metal = Sketch(), paint(look)
    w, h = look.width, look.height
    colour = look.colour if look.variant == 0 else (0.1, 0.1, 0.1)
    bars, rows = (3, 8) if look.variant == 0 else (1, 2)
    for k in range(4):
        pose = turn(k * math.pi / 2)
        sketch.box((w / 2 - 0.03, 0, 0.15), (0.06, w, 0.3), metal, colour, pose=pose)
        sketch.box((w / 2 - 0.03, 0, h - 0.3), (0.07, w, 0.36), metal, colour, pose=pose)
        sketch.box((w / 2 - 0.04, 0, 0.5 * h), (0.01, w - 0.1, h - 0.6), _GLASS, faces="X", pose=pose)
        sketch.box((w / 2 - 0.05, w / 2 - 0.05, h / 2), (0.1, 0.1, h), metal, colour, "xXyY", pose=pose)
        for n in range(1, bars):
            sketch.box(
                (w / 2 - 0.03, w * (n / bars - 0.5), h / 2), (0.03, 0.03, h - 0.6), metal, colour, "XyY", pose=pose
            )
        for n in range(1, rows):
            sketch.box((w / 2 - 0.03, 0, 0.3 + (h - 0.75) * n / rows), (0.03, w, 0.03), metal, colour, "XzZ", pose=pose)
        if look.variant == 0:
            sketch.box((w / 2 + 0.008, 0, h - 0.24), (0.01, 0.7 * w, 0.13), metal, (0.7, 0.68, 0.6), "X", pose=pose)
    sketch.turned([(0.74 * w, h - 0.12), (0.6 * w, h), (0.0, h + 0.1)], metal, colour, 8)
    return sketch.build()


def bench(look: PropLook, lamps_on: bool) -> Mesh:
    """Slats on a frame of iron or concrete; sits facing +x."""
    sketch, wood = Sketch(), paint(look)
    w, h, d = look.width, look.height, look.length
    for k in range(4):
        sketch.box((-0.15 * d + k * 0.2 * d, 0, 0.45), (0.16 * d, w, 0.035), wood, look.colour)
    if look.variant == 0:
        for k in range(3):
            sketch.box(
                (-0.32 * d - 0.03 * k, 0, 0.56 + k * (h - 0.55) / 3), (0.03, w, 0.26 * (h - 0.45)), wood, look.colour
            )
    for y in (-0.42 * w, 0.42 * w):
        for x in (-0.25 * d, 0.4 * d):
            sketch.box((x, y, 0.22), (0.06, 0.06, 0.44), wood, _BLACK)
        if look.variant == 0:
            sketch.path([(-0.28 * d, y, 0.4), (-0.42 * d, y, h)], 0.03, wood, _BLACK, 5)
            sketch.box((0.1 * d, y, 0.64), (0.6 * d, 0.05, 0.04), wood, _BLACK)
    return sketch.build()


def bus_shelter(look: PropLook, lamps_on: bool) -> Mesh:
    """Glass back and end, roof, bench, a poster case that glows at dusk."""
    sketch, metal = Sketch(), paint(look)
    d, w, h = look.length, look.width, look.height
    back = -0.5 * d
    bays = max(2, round(w / 1.3))
    sketch.box((0, 0, h - 0.05), (d, w, 0.1), metal, look.colour)
    for k in range(bays + 1):
        y = w * (k / bays - 0.5)
        sketch.box((back, y, h / 2), (0.07, 0.07, h), metal, look.colour, "xXyY")
    for z in (0.3, 1.2, h - 0.3):
        sketch.box((back, 0, z), (0.04, w, 0.05), metal, look.colour)
    sketch.box((back, 0, 1.35), (0.012, w, 0.1), metal, (0.5, 0.5, 0.5))  # a printed strip on the panes
    for k in range(bays):
        y0, y1 = w * (k / bays - 0.5), w * ((k + 1) / bays - 0.5)
        sketch.quad([(back, y0, 0.15), (back, y1, 0.15), (back, y1, h - 0.1), (back, y0, h - 0.1)], _PANE)
    side = 0.5 * w if look.variant == 0 else -0.5 * w
    front = back + 0.7 * d
    sketch.quad([(back, -side, 0.15), (front, -side, 0.15), (front, -side, h - 0.1), (back, -side, h - 0.1)], _PANE)
    sketch.box((front, -side, h / 2), (0.05, 0.05, h), metal, look.colour, "xXyY")
    glow = (0.45, 0.43, 0.4) if lamps_on else (0.0, 0.0, 0.0)
    case = Material(texture=poster(look.pattern % 12), roughness=0.25, emission=glow)
    sketch.box((-0.05 * d, side, 1.15), (0.8 * d, 0.12, 1.9), metal, look.colour)
    for sign in (1.0, -1.0):
        corners = np.array([(-0.32 * d, 0.3), (0.22 * d, 0.3), (0.22 * d, 2.0), (-0.32 * d, 2.0)])
        points = np.column_stack(
            [corners[:, 0] * -sign - 0.05 * d * (1 + sign), np.full(4, side + sign * 0.065), corners[:, 1]]
        )
        sketch.quad(points, case, uvs=[(0, 1), (1, 1), (1, 0), (0, 0)])
    sketch.box((back + 0.25, -0.1 * w, 0.48), (0.28, 0.6 * w, 0.05), metal, (0.3, 0.1, 0.05))
    return sketch.build()


def cabinet(look: PropLook, lamps_on: bool) -> Mesh:
    """A service cabinet with two doors, a plinth and a notice."""
    sketch, metal = Sketch(), paint(look)
    d, w, h = look.length, look.width, look.height
    sketch.box((0, 0, h / 2 + 0.04), (d, w, h - 0.08), metal, look.colour, "xXyYZ")
    sketch.box((0, 0, 0.05), (d * 0.95, w * 0.96, 0.1), metal, (0.2, 0.2, 0.2))
    sketch.box((0, 0, h), (d * 1.08, w * 1.04, 0.05), metal, look.colour)
    dark = (look.colour[0] * 0.4, look.colour[1] * 0.4, look.colour[2] * 0.4)
    for y in (0.0, -0.47 * w, 0.47 * w):
        sketch.box((d / 2, y, h / 2), (0.01, 0.014, 0.85 * h), metal, dark, "X")
    bill = Material(texture=poster(look.pattern % 12), roughness=0.8)
    if look.pattern % 3 == 0:
        size, z = 0.3 * w, 0.6 * h
        points = [
            (d / 2 + 0.01, -0.1 * w, z - size),
            (d / 2 + 0.01, -0.1 * w + size, z - size),
            (d / 2 + 0.01, -0.1 * w + size, z),
            (d / 2 + 0.01, -0.1 * w, z),
        ]
        sketch.quad(points, bill, uvs=[(0, 1), (1, 1), (1, 0), (0, 0)])
    return sketch.build()


def skip(look: PropLook, lamps_on: bool) -> Mesh:
    """A skip with sloping ends and rubble, or a goods container."""
    sketch, d, w, h = Sketch(), look.length, look.width, look.height
    steel = Material(texture=sheet(2 if look.variant else 0), roughness=0.7)
    colour = (look.colour[0] * 1.6, look.colour[1] * 1.6, look.colour[2] * 1.6)
    if look.variant:
        sketch.box((0, 0, 1.25 * h / 2), (d, w, 1.25 * h), steel, colour, "xXyYZ", texel=2.0)
        return sketch.build()
    bottom, top = 0.3 * w, 0.5 * w
    for s in (1.0, -1.0):
        side = [
            (s * d / 2, -s * bottom, 0.05),
            (s * d / 2, s * bottom, 0.05),
            (s * d / 2, s * top, h),
            (s * d / 2, -s * top, h),
        ]
        sketch.quad(side, paint(look), look.colour, texel=3.0)
        end = [
            (s * d / 2, s * bottom, 0.05),
            (-s * d / 2, s * bottom, 0.05),
            (-s * d / 2, s * top, h),
            (s * d / 2, s * top, h),
        ]
        sketch.quad(end, paint(look), look.colour, texel=3.0)
        sketch.box((s * d / 2, 0, h), (0.1, w, 0.1), paint(look), look.colour)
        for y in (-0.25, 0.0, 0.25):
            sketch.box((s * (d / 2 + 0.03), y * w, h / 2), (0.06, 0.08, h * 0.9), paint(look), look.colour)
    rng = np.random.Generator(np.random.PCG64(look.pattern))
    rubble = Material(texture=concrete(0), roughness=0.95)
    for _ in range(24):
        spot = rng.uniform((-0.4 * d, -0.42 * w, 0.75 * h), (0.4 * d, 0.42 * w, 1.02 * h))
        size = rng.uniform(0.08, 0.6, 3)
        tone = float(rng.uniform(0.2, 1.2))
        sketch.box(
            (0, 0, 0),
            size.tolist(),
            rubble,
            (tone, tone * 0.9, tone * 0.75),
            pose=turn(float(rng.uniform(0, 3)), spot.tolist(), int(rng.integers(3))),
        )
    sketch.box((0, 0, 0.8 * h), (0.9 * d, 0.85 * w, 0.02), rubble, (0.3, 0.27, 0.22), "Z")
    return sketch.build()


def parking_meter(look: PropLook, lamps_on: bool) -> Mesh:
    """A ticket machine or a meter head on a post."""
    sketch, metal = Sketch(), paint(look)
    d, w, h = look.length, look.width, look.height
    if look.variant:
        sketch.box((0, 0, h / 2), (d, w, h), metal, look.colour, "xXyYZ")
        sketch.box((d / 2, 0, 0.75 * h), (0.02, 0.7 * w, 0.3 * h), metal, (0.4, 0.42, 0.42))
        sketch.box((d / 2, 0, 0.85 * h), (0.03, 0.5 * w, 0.08 * h), _GLASS)
    else:
        sketch.bar((0, 0, 0), (0, 0, h - 0.3), 0.035, metal, look.colour, 8)
        head = Sketch()
        head.turned([(0.06, -0.12), (0.1, -0.1), (0.11, 0.08), (0.06, 0.16), (0, 0.18)], metal, look.second, 10)
        sketch.add(moved(head.build(), turn(0.0, (0, 0, h - 0.18))))
    return sketch.build()
