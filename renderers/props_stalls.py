"""Things of trade and traffic: parked bicycles, trolleys, tables, stalls, boards, posters, planters."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from renderers.mesh import RGB, Material, Mesh, moved
from renderers.props_barriers import concrete_planter
from renderers.props_kit import Sketch, bars, turn
from renderers.props_plants import shrub
from renderers.props_poles import paint
from renderers.textures_signs import poster
from scenes.props import PropLook

_BLACK: RGB = (0.014, 0.014, 0.015)
_FRAMES: tuple[RGB, ...] = (
    (0.02, 0.02, 0.022),
    (0.25, 0.03, 0.03),
    (0.03, 0.06, 0.2),
    (0.3, 0.3, 0.3),
    (0.03, 0.1, 0.05),
    (0.5, 0.48, 0.42),
)


def bicycle(look: PropLook, colour: RGB, number: int) -> Mesh:
    """A parked bicycle along x, upright, middle at the origin; about 400 triangles."""
    sketch, metal, rubber = Sketch(), paint(look), Material(roughness=0.9)
    radius, base = 0.34, 1.04
    rear, front = np.array([-base / 2, 0, radius]), np.array([base / 2, 0, radius])
    angle = np.arange(14) * 2.0 * np.pi / 14
    ring = np.column_stack([np.cos(angle), np.zeros(14), np.sin(angle)])
    for hub in (rear, front):
        sketch.path(hub + radius * ring, 0.019, rubber, _BLACK, 4, closed=True)
        spokes = np.tile(hub, (14, 1))
        sketch.add(bars(spokes, hub + 0.95 * radius * ring, np.full((14, 2), 0.003), metal, np.full((14, 3), 0.3), 3))
    crank, seat, head = np.array([-0.1, 0, 0.28]), np.array([-0.25, 0, 0.8]), np.array([0.38, 0, 0.78])
    low = 0.55 if number % 2 else 0.78  # step-through or diamond frame
    tubes = [
        (crank, seat),
        (crank, head - (0, 0, 0.1)),
        (seat * (1, 1, low / 0.8), head),
        (rear, seat),
        (rear, crank),
        (front, head),
    ]
    first, last = np.array([t[0] for t in tubes]), np.array([t[1] for t in tubes])
    sketch.add(bars(first, last, np.full((6, 2), 0.018), metal, np.tile(np.array(colour), (6, 1)), 5))
    sketch.bar(seat.tolist(), (-0.28, 0, 0.93), 0.014, metal, (0.3, 0.3, 0.3), 5)
    sketch.box((-0.3, 0, 0.95), (0.26, 0.14, 0.05), rubber, _BLACK)
    sketch.bar(head.tolist(), (0.36, 0, 0.98), 0.015, metal, (0.3, 0.3, 0.3), 5)
    sketch.path([(0.28, -0.3, 0.99), (0.36, -0.2, 1.0), (0.36, 0.2, 1.0), (0.28, 0.3, 0.99)], 0.014, metal, _BLACK, 5)
    sketch.turned([(0.09, -0.004), (0.09, 0.004)], metal, (0.1, 0.1, 0.1), 10, (-0.1, 0.04, 0.28))
    sketch.bar((-0.1, 0.1, 0.15), (-0.1, -0.1, 0.41), 0.012, metal, _BLACK, 4)
    if number % 3 == 0:
        sketch.box((0.55, 0, 0.82), (0.28, 0.36, 0.24), metal, (0.18, 0.12, 0.06) if number % 2 else _BLACK, "xXyYz")
    if number % 3 != 1:
        for hub in (rear, front):
            arc = np.linspace(0.3, 2.6, 6)
            guard = hub + (radius + 0.035) * np.column_stack([np.cos(arc), np.zeros(6), np.sin(arc)])
            sketch.path(guard, 0.016, metal, _BLACK, 3)
    return sketch.build()


def bicycle_rack(look: PropLook, lamps_on: bool) -> Mesh:
    """Hoops across y with bicycles leaning on them: background that looks like traffic."""
    sketch, metal = Sketch(), paint(look)
    rng = np.random.Generator(np.random.PCG64(look.pattern))
    hoops = max(2, int(look.width / 0.75))
    for k in range(hoops):
        y = look.width * ((k + 0.5) / hoops - 0.5)
        if look.variant == 0:
            arc = np.linspace(0.0, math.pi, 7)
            bow = np.column_stack([0.36 * np.cos(arc), np.full(7, y), 0.55 + 0.25 * np.sin(arc)])
            sketch.path(np.vstack([[0.36, y, 0.0], bow, [-0.36, y, 0.0]]), 0.024, metal, look.colour, 6)
        else:
            sketch.path([(0.3, y, 0.0), (0.3, y, 0.42), (0.62, y, 0.42), (0.62, y, 0.0)], 0.012, metal, look.colour, 4)
        if rng.random() < 0.8:
            colour = _FRAMES[int(rng.integers(len(_FRAMES)))]
            lean = turn(float(rng.normal(0.07, 0.04)), axis=0)
            heading = turn(float(rng.normal(0.0, 0.08)) + (math.pi if rng.random() < 0.4 else 0.0))
            heading[:3, 3] = (float(rng.normal(0.0, 0.08)), y + 0.1, 0.0)
            sketch.add(moved(bicycle(look, colour, int(rng.integers(6))), heading @ lean))
    return sketch.build()


def trolleys(look: PropLook, lamps_on: bool) -> Mesh:
    """A row of nested shopping trolleys."""
    sketch, wire = Sketch(), paint(look)
    w, h = look.width, look.height
    count = max(1, int((look.length - 0.9) / 0.28) + 1)
    starts, ends = [], []
    for n in range(count):
        x = -look.length / 2 + 0.28 * n
        for y in (-w / 2, w / 2):
            for z, a, b in ((0.55, 0.12, 0.85), (0.7, 0.06, 0.88), (0.85, 0.03, 0.91), (0.15, 0.1, 0.85)):
                starts.append((x + a, y * (1 if z > 0.5 else 0.9), z))
                ends.append((x + b, y * 0.8, z))
            starts += [(x + 0.1, y * 0.9, 0.15), (x + 0.03, y, 0.55)]
            ends += [(x + 0.06, y, 0.9), (x, y, h)]
        for k in range(5):
            y = w * 0.8 * (k / 4 - 0.5)
            starts += [(x + 0.85, y, 0.55), (x + 0.12, y, 0.55)]
            ends += [(x + 0.91, y, 0.88), (x + 0.85, y, 0.55)]
        sketch.bar(
            (x, -w / 2, h), (x, w / 2, h), 0.016, wire, (0.3, 0.03, 0.02) if look.pattern % 2 else (0.03, 0.06, 0.25), 5
        )
        for y in (-0.4 * w, 0.4 * w):
            for dx in (0.12, 0.8):
                sketch.bar((x + dx, y - 0.015, 0.06), (x + dx, y + 0.015, 0.06), 0.06, wire, _BLACK, 7)
    first, last = np.array(starts), np.array(ends)
    tint = np.tile(np.array(look.colour) * 1.4, (len(first), 1))
    sketch.add(bars(first, last, np.full((len(first), 2), 0.007), wire, np.clip(tint, 0, 0.8), 3))
    return sketch.build()


def billboard(look: PropLook, lamps_on: bool) -> Mesh:
    """A poster board: a lit case on one leg, or a large hoarding on two."""
    sketch, metal = Sketch(), paint(look)
    d, w, h = look.length, look.width, look.height
    tall = min(1.75 if w < 2.0 else 0.55 * w, h - 0.5)
    z = h - tall / 2
    sketch.box((0, 0, z), (d, w, tall), metal, look.colour)
    glow = (0.4, 0.39, 0.36) if lamps_on else (0.0, 0.0, 0.0)
    paper = Material(texture=poster(look.pattern % 12), roughness=0.3, emission=glow)
    y, t = w / 2 - 0.06, tall / 2 - 0.06
    for s in (1.0, -1.0):
        x = s * (d / 2 + 0.004)
        corners = [(x, -s * y, z - t), (x, s * y, z - t), (x, s * y, z + t), (x, -s * y, z + t)]
        sketch.quad(corners, paper, uvs=[(0.02, 0.98), (0.98, 0.98), (0.98, 0.02), (0.02, 0.02)])
    for leg in (0.0,) if w < 2.0 else (-0.35 * w, 0.35 * w):
        sketch.box((0, leg, (h - tall) / 2), (0.6 * d, 0.3 if w < 2.0 else 0.12, h - tall), metal, look.colour)
    return sketch.build()


def a_board(look: PropLook, lamps_on: bool) -> Mesh:
    """A folding board before a shop."""
    sketch, wood = Sketch(), paint(look)
    d, w, h = look.length, look.width, look.height
    paper = Material(texture=poster(look.variant + 6), roughness=0.7)
    for s in (1.0, -1.0):
        corners = [
            (s * d / 2, -s * w / 2, 0.0),
            (s * d / 2, s * w / 2, 0.0),
            (s * 0.04, s * w / 2, h),
            (s * 0.04, -s * w / 2, h),
        ]
        sketch.quad(corners, wood, look.colour, texel=3.0)
        inner = np.array(corners)
        inner = inner.mean(0) + (inner - inner.mean(0)) * 0.86 + np.array([s * 0.012, 0, 0.01])
        sketch.quad(inner, paper, uvs=[(0.02, 0.98), (0.98, 0.98), (0.98, 0.02), (0.02, 0.02)])
    return sketch.build()


def cafe_table(look: PropLook, lamps_on: bool) -> Mesh:
    """A table with chairs, half of them under a parasol (open or folded)."""
    sketch, metal, cloth = Sketch(), paint(look), Material(roughness=0.95)
    sketch.turned([(0.2, 0), (0.03, 0.03), (0.03, 0.72), (0.35, 0.72), (0.35, 0.75), (0, 0.75)], metal, look.second, 12)
    for k in range(2 + look.pattern % 3):
        chair = Sketch()
        chair.box((0.62, 0, 0.45), (0.4, 0.4, 0.03), metal, look.second)
        chair.box((0.82, 0, 0.68), (0.03, 0.4, 0.4), metal, look.second)
        for x in (0.45, 0.8):
            for y in (-0.18, 0.18):
                chair.bar((x, y, 0), (x, y, 0.45 if x < 0.6 else 0.85), 0.012, metal, _BLACK, 4)
        sketch.add(moved(chair.build(), turn(k * 2.1 + look.pattern % 7)))
    high = look.height
    sketch.bar((0, 0, 0.75), (0, 0, high), 0.022, metal, (0.5, 0.48, 0.45), 6)
    r = look.width / 2.0
    if look.variant == 0:
        for k in range(8):
            a, b = k * math.pi / 4, (k + 1) * math.pi / 4
            rim = high - 0.45
            p, q = (r * math.cos(a), r * math.sin(a)), (r * math.cos(b), r * math.sin(b))
            tone = look.colour if k % 2 == 0 or look.pattern % 2 else (0.55, 0.52, 0.46)
            sketch.quad([(*p, rim), (*q, rim), (0, 0, high), (0, 0, high)], cloth, tone, np.zeros((4, 2)))
            sketch.quad([(*p, rim - 0.16), (*q, rim - 0.16), (*q, rim), (*p, rim)], cloth, tone, np.zeros((4, 2)))
    else:
        sketch.turned([(0.05, high - 1.3), (0.13, high - 1.0), (0.06, high - 0.1), (0, high)], cloth, look.colour, 8)
    return sketch.build()


def market_stall(look: PropLook, lamps_on: bool) -> Mesh:
    """Trestle with wares under a striped roof."""
    sketch, metal, cloth = Sketch(), paint(look), Material(roughness=0.95)
    d, w, h = look.length, look.width, look.height
    for x in (-d / 2, d / 2):
        for y in (-w / 2, w / 2):
            sketch.bar((x, y, 0), (x, y, h - 0.4), 0.022, metal, (0.3, 0.3, 0.3), 5)
    stripes = max(4, int(w / 0.35))
    for k in range(stripes):
        a, b = w * (k / stripes - 0.5), w * ((k + 1) / stripes - 0.5)
        tone = look.colour if k % 2 == 0 or look.variant == 0 else (0.6, 0.58, 0.53)
        for s in (1.0, -1.0):
            edge, rim, ridge = s * (d / 2 + 0.15), h - 0.45, h
            a2, b2 = (a, b) if s > 0 else (b, a)
            sketch.quad(
                [(edge, a2, rim), (edge, b2, rim), (0, b2, ridge), (0, a2, ridge)], cloth, tone, np.zeros((4, 2))
            )
            sketch.quad(
                [(edge, a2, rim - 0.22), (edge, b2, rim - 0.22), (edge, b2, rim), (edge, a2, rim)],
                cloth,
                tone,
                np.zeros((4, 2)),
            )
    sketch.box((0.15 * d, 0, 0.45), (0.5 * d, 0.94 * w, 0.8), cloth, look.second, "xXyY")
    sketch.box((0.15 * d, 0, 0.85), (0.55 * d, w, 0.04), metal, (0.2, 0.14, 0.08))
    rng = np.random.Generator(np.random.PCG64(look.pattern))
    wares: tuple[RGB, ...] = (
        (0.35, 0.05, 0.02),
        (0.4, 0.2, 0.02),
        (0.08, 0.18, 0.03),
        (0.45, 0.4, 0.1),
        (0.2, 0.12, 0.07),
        (0.3, 0.28, 0.25),
    )
    for k in range(max(3, int(w / 0.42))):
        y = 0.42 * (k + 0.5) - w / 2
        for x in (0.0, 0.3 * d):
            colour = wares[int(rng.integers(len(wares)))]
            sketch.box((x, y, 0.93), (0.3, 0.36, 0.12), metal, (0.25, 0.17, 0.09), "xXyY")
            for _ in range(4):
                spot = rng.uniform((x - 0.1, y - 0.12, 0.92), (x + 0.1, y + 0.12, 0.98))
                sketch.box(spot.tolist(), (0.13, 0.13, 0.12), cloth, colour, "xXyYZ")
    return sketch.build()


def planter(look: PropLook, lamps_on: bool) -> Mesh:
    """A tub or box with a small bush in it."""
    sketch = concrete_planter(look)
    high = 0.5 * look.height
    wide = look.width if look.variant == 0 else look.length
    green: RGB = (0.035, 0.06, 0.02)
    bush = replace(
        look,
        model="shrub",
        length=0.8 * look.length,
        width=0.85 * wide,
        height=high,
        variant=look.pattern % 2,
        colour=green,
    )
    sketch.add(moved(shrub(bush, 1), turn(0.0, (0.0, 0.0, high - 0.05))))
    return sketch.build()
