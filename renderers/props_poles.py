"""Poles and what they carry: street lamps, traffic signs, supports of signals."""

from __future__ import annotations

import math

import numpy as np

from renderers.mesh import RGB, WHITE, Floats, Material, Mesh, make_mesh
from renderers.props_kit import Sketch, bars
from renderers.textures_signs import traffic_sign
from renderers.textures_walls import grime
from scenes.kinds import Kind
from scenes.props import PropLook

LAMP: RGB = (9.0, 6.5, 3.6)  # radiance of a lit lantern, sodium to warm white
_UNLIT: RGB = (0.0, 0.0, 0.0)
_BACK: RGB = (0.28, 0.28, 0.29)


def paint(look: PropLook, kind: Kind | None = None) -> Material:
    """Painted or galvanised metal; the tint comes with the vertex colours."""
    return Material(texture=grime(), roughness=round(look.roughness, 1), kind=kind)


def lantern_places(look: PropLook) -> list[tuple[float, float, float]]:
    """Where a street lamp or a lantern shines from, in its own frame, m."""
    if look.model == "lantern":
        return [(0.0, 0.0, look.height - 0.55)]
    ends = [(side, float(line[-1, 0]), float(line[-1, 2])) for side, line in lamp_arms(look)]
    # a hand below its glass
    return [(x + side * 0.25, 0.0, z - 0.16) for side, x, z in ends] or [(0.0, 0.0, look.height + 0.15)]


def lamp_arms(look: PropLook) -> list[tuple[float, Floats]]:
    """Side (+1 or -1) and centre line (N, 3) m of every arm of a street lamp; a post top has none."""
    high, reach, style = look.height, look.length, look.variant % 4
    if style == 2:
        return []
    arms = []
    for side in (1.0, -1.0) if style == 3 else (1.0,):
        if style == 1:
            angle = np.linspace(0.0, 0.5 * math.pi, 7)
            line = np.column_stack(
                [side * reach * 0.8 * (1 - np.cos(angle)), np.zeros(7), high + 0.7 * np.sin(angle) - 0.02]
            )
        else:
            line = np.array([[0.0, 0.0, high - 0.05], [side * 0.8 * reach, 0.0, high + 0.15]])
        arms.append((side, line))
    return arms


def street_lamp(look: PropLook, lamps_on: bool) -> Mesh:
    """A column with a lantern over the road: straight arm, curved arm, post top, twin."""
    sketch, metal = Sketch(), paint(look, Kind.POLE)
    high = look.height
    foot = [(0.11, 0.0), (0.11, 0.9), (0.075, 1.0), (0.045, high)]
    sketch.turned(foot, metal, look.colour, 8)
    glass = Material((0.6, 0.6, 0.58), roughness=0.3, emission=LAMP if lamps_on else _UNLIT, kind=Kind.POLE)
    arms = lamp_arms(look)
    if not arms:
        sketch.turned([(0.05, high), (0.22, high + 0.05), (0.24, high + 0.3)], glass, WHITE, 10)
        sketch.turned([(0.26, high + 0.3), (0.1, high + 0.42), (0.0, high + 0.45)], metal, look.colour, 10)
    for side, line in arms:
        sketch.path(line, 0.03, metal, look.colour, 6)
        x, z = float(line[-1, 0]), float(line[-1, 2])
        sketch.box((x + side * 0.22, 0, z + 0.01), (0.62, 0.24, 0.09), metal, look.colour)
        sketch.box((x + side * 0.25, 0, z - 0.06), (0.45, 0.18, 0.06), glass)
    return sketch.build()


def lantern(look: PropLook, lamps_on: bool) -> Mesh:
    """An old cast-iron lamp with a four-sided lantern."""
    sketch, metal = Sketch(), paint(look, Kind.POLE)
    high = look.height - 0.75
    foot = [(0.2, 0.0), (0.2, 0.2), (0.12, 0.3), (0.11, 0.9), (0.14, 0.95)]
    profile = [*foot, (0.07, 1.05), (0.05, high - 0.4), (0.08, high - 0.35), (0.045, high)]
    sketch.turned(profile, metal, look.colour, 10)
    sketch.bar((0, -0.3, high - 0.3), (0, 0.3, high - 0.3), 0.02, metal, look.colour, 5)
    glass = Material((0.5, 0.5, 0.47), roughness=0.25, emission=LAMP if lamps_on else _UNLIT, kind=Kind.POLE)
    sketch.turned([(0.12, high), (0.24, high + 0.42)], glass, WHITE, 4)
    for k in range(4):
        a = k * math.pi / 2
        low, top = (
            (0.125 * math.cos(a), 0.125 * math.sin(a), high),
            (0.245 * math.cos(a), 0.245 * math.sin(a), high + 0.42),
        )
        sketch.bar(low, top, 0.014, metal, look.colour, 4)
    sketch.turned(
        [(0.28, high + 0.42), (0.12, high + 0.6), (0.04, high + 0.64), (0.03, high + 0.75)],
        metal,
        look.colour,
        4 if look.variant else 8,
    )
    return sketch.build()


def _plate(
    sketch: Sketch, outline: np.ndarray[tuple[int, ...], np.dtype[np.float64]], x: float, z: float, face: Material
) -> None:
    """A flat sign: face towards +x with the picture across its bounding square, grey back."""
    low, high = outline.min(0), outline.max(0)
    uvs = (outline - low) / (high - low)
    uvs[:, 1] = 1.0 - uvs[:, 1]
    count = len(outline)
    fan = np.array([[0, k, k + 1] for k in range(1, count - 1)])
    points = np.column_stack([np.full(count, x), outline[:, 0], z + outline[:, 1]])
    sketch.add(make_mesh(points, fan, face, uvs, np.tile([[1.0, 0.0, 0.0]], (count, 1))))
    back = Material(_BACK, roughness=0.5, kind=Kind.SIGN)
    behind = points - np.array([0.012, 0.0, 0.0])
    sketch.add(make_mesh(behind, fan[:, ::-1], back, normals=np.tile([[-1.0, 0.0, 0.0]], (count, 1))))


def sign(look: PropLook, lamps_on: bool) -> Mesh:
    """A traffic sign on its post: round, triangle, rectangle, direction, stop; some carry a second plate."""
    sketch, metal = Sketch(), paint(look, Kind.POLE)
    shape = look.model.removeprefix("sign-")
    half = 0.5 * look.width
    face = Material(texture=traffic_sign(shape, look.variant), roughness=0.45, kind=Kind.SIGN)
    x = 0.045
    if shape in ("round", "stop"):
        corners = 20 if shape == "round" else 8
        angle = (np.arange(corners) + 0.5 * (shape == "stop")) * 2.0 * np.pi / corners
        outline, high = half * np.column_stack([np.cos(angle), np.sin(angle)]), half
    elif shape == "triangle":
        outline, high = half * np.array([[-1.0, -0.86], [1.0, -0.86], [0.0, 0.86]]), 0.86 * half
    else:
        high = half * (1.3 if shape == "rectangle" else 0.42 + 0.06 * look.variant)
        outline = np.array([[-half, -high], [half, -high], [half, high], [-half, high]])
    z = look.height - high
    _plate(sketch, outline, x, z, face)
    if look.pattern % 3 == 0 and shape not in ("direction", "stop"):
        second = np.array([[-0.8, -0.4], [0.8, -0.4], [0.8, 0.4], [-0.8, 0.4]]) * half
        extra = Material(texture=traffic_sign("rectangle", 3 + look.pattern % 4), roughness=0.45, kind=Kind.SIGN)
        _plate(sketch, second, x, z - high - 0.5 * half, extra)
    posts = (-0.7 * half, 0.7 * half) if shape == "direction" and look.width > 1.6 else (0.0,)
    for y in posts:
        sketch.bar((0, y, 0), (0, y, look.height), 0.038, metal, look.colour, 8)
    return sketch.build()


def sign_post(look: PropLook, lamps_on: bool) -> Mesh:
    """A bare post, perhaps with a small notice."""
    sketch, metal = Sketch(), paint(look, Kind.POLE)
    sketch.bar((0, 0, 0), (0, 0, look.height), 0.04, metal, look.colour, 8)
    sketch.turned([(0.04, look.height), (0.0, look.height + 0.02)], metal, look.colour, 8)
    if look.variant:
        face = Material(texture=traffic_sign("rectangle", look.pattern % 8), roughness=0.5, kind=Kind.SIGN)
        outline = np.array([[-0.11, -0.16], [0.11, -0.16], [0.11, 0.16], [-0.11, 0.16]])
        _plate(sketch, outline, 0.05, min(1.9, look.height - 0.3), face)
    return sketch.build()


def signal_pole(look: PropLook, lamps_on: bool) -> Mesh:
    """A post for heads with side brackets, with its push-button box."""
    sketch, metal = Sketch(), paint(look, Kind.POLE)
    radius = look.width / 2.0
    sketch.turned(
        [(radius * 1.5, 0), (radius * 1.5, 0.05), (radius, 0.07), (radius, look.height), (0.0, look.height + 0.04)],
        metal,
        look.colour,
    )
    sketch.box(
        (radius + 0.05, 0, 1.1),
        (0.1, 0.12, 0.24),
        metal,
        (0.35, 0.28, 0.02) if look.pattern % 2 else (0.02, 0.02, 0.02),
    )
    return sketch.build()


def signal_mast(look: PropLook, lamps_on: bool) -> Mesh:
    """A mast at the origin with an arm of `length` along +x at `height`."""
    sketch, metal = Sketch(), paint(look, Kind.POLE)
    radius, high, reach = look.width / 2.0, look.height, look.length
    sketch.turned(
        [(radius * 1.4, 0), (radius * 1.4, 0.1), (radius, 0.12), (radius * 0.75, high + 0.5), (0, high + 0.52)],
        metal,
        look.colour,
    )
    rise = 0.25 if look.variant == 0 else 0.0
    steps = np.linspace(0.0, 1.0, 6)
    line = np.column_stack([steps * reach, np.zeros(6), high - rise * (1 - steps) ** 2])
    thick = radius * (0.62 - 0.3 * steps)
    tints = np.tile(np.array(look.colour), (5, 1))
    sketch.add(bars(line[:-1], line[1:], np.column_stack([thick[:-1], thick[1:]]), metal, tints, 8))
    if look.variant == 1:
        sketch.bar((0, 0, high + 0.45), (0.6 * reach, 0, high + 0.02), 0.012, metal, look.colour, 4)
    return sketch.build()


def span_wire(look: PropLook, lamps_on: bool) -> Mesh:
    """Two poles at y = +-width / 2 with a sagging wire at `height` (lowest 0.3 m below)."""
    sketch, metal = Sketch(), paint(look, Kind.POLE)
    half, high = look.width / 2.0, look.height
    for y in (-half, half):
        sketch.bar((0, y, 0), (0, y, high + 0.4), (0.16, 0.1), metal, look.colour, 8)
    s = np.linspace(-1.0, 1.0, 11)
    for drop in (0.0, 0.45):
        line = np.column_stack([np.zeros(11), s * half, high - drop - 0.3 * (1 - s * s)])
        sketch.path(line, 0.012, metal, (0.02, 0.02, 0.02), 4)
    return sketch.build()
