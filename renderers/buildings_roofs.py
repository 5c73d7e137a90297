"""Roofs: gables, hips, parapets, chimneys, dormers, gutters."""

from __future__ import annotations

import math

import numpy as np

from renderers import textures_walls
from renderers.buildings_walls import Facade, Panel, block, flat_window, painted, wall_material
from renderers.mesh import RGB, Material

_FELT: RGB = (0.07, 0.07, 0.075)
_POT: RGB = (0.3, 0.13, 0.07)
OVERHANG = 0.28  # m of roof before the wall


def roof(facade: Facade, width: float, depth: float, eaves: float) -> None:
    """Close the top of a building.

    Args:
        facade: shared context.
        width: along y, m.
        depth: along x, m.
        eaves: height, m.
    """
    kind = facade.look.roof
    if kind in {"flat", "parapet"}:
        _parapet(facade, width, depth, eaves)
        ridge = eaves
    else:
        ridge = _pitched(facade, width, depth, eaves, kind == "hip")
        if facade.look.dormers and kind == "gable":
            _dormers(facade, width, depth, eaves, ridge)
    for k in range(facade.look.chimneys):
        _chimney(facade, width, depth, ridge, k)


def _tiles(facade: Facade) -> tuple[Material, float]:
    look = facade.look
    return Material(texture=textures_walls.roof(look.roof_variant), roughness=0.85), textures_walls.SCALE["roof"]


def _pitched(facade: Facade, width: float, depth: float, eaves: float, hip: bool) -> float:
    """Two or four slopes; returns the height of the ridge, m."""
    sketch, look = facade.sketch, facade.look
    material, texel = _tiles(facade)
    run = depth / 2.0
    # a deep house has a low roof: nobody builds ridges over five metres above the eaves
    rise = min(run * math.tan(look.roof_pitch), 5.0)
    slope = rise / run
    low = eaves - OVERHANG * slope
    x, y, ridge = run + OVERHANG, width / 2.0 + (OVERHANG if hip else 0.05), eaves + rise
    inset = min(run, width / 2.0 - 0.3) + OVERHANG if hip else 0.0
    top = y - inset
    for sign in (1.0, -1.0):
        corners = [
            (sign * x, -sign * y, low),
            (sign * x, sign * y, low),
            (0, sign * top, ridge),
            (0, -sign * top, ridge),
        ]
        length = math.hypot(x, ridge - low) / texel
        u = np.array([-y, y, top, -top]) / texel
        uvs = np.column_stack([u, [length, length, 0.0, 0.0]])
        sketch.quad(np.array(corners), material, look.roof_tint, uvs)
        if hip:
            end = [
                (sign * x, sign * y, low),
                (-sign * x, sign * y, low),
                (0, sign * top, ridge),
                (0, sign * top, ridge),
            ]
            uvs = np.column_stack([np.array([-x, x, 0.0, 0.0]) / texel, [length, length, 0.0, 0.0]])
            sketch.quad(np.array(end), material, look.roof_tint, uvs)
        else:
            wall, scale = wall_material(look.wall, look.wall_variant)
            side = sign * width / 2.0
            gable = [(sign * run, side, eaves), (-sign * run, side, eaves), (0, side, ridge), (0, side, ridge)]
            uvs = np.column_stack([np.array([-run, run, 0.0, 0.0]), [0.0, 0.0, -rise, -rise]]) / scale
            sketch.quad(np.array(gable), wall, look.wall_tint, uvs)
        gutter = (0.03, 0.03, 0.032)
        sketch.bar((sign * x, -y, low + 0.02), (sign * x, y, low + 0.02), 0.06, painted(0.6), gutter, 6)
        sketch.box((sign * (run + OVERHANG / 2), 0, low - 0.03), (OVERHANG, 2 * y, 0.1), painted(), look.trim_colour)
    if not hip:
        sketch.bar((0, -y, ridge), (0, y, ridge), 0.09, painted(0.9), (0.12, 0.1, 0.09), 6)
    return ridge


def _parapet(facade: Facade, width: float, depth: float, eaves: float) -> None:
    """A wall around a flat roof, with coping and plant rooms."""
    sketch, look = facade.sketch, facade.look
    high = 0.9 if look.roof == "parapet" else 0.35
    wall, texel = wall_material(look.wall, look.wall_variant)
    thick = 0.3
    x, y, z = depth / 2.0, width / 2.0, eaves + high / 2.0
    for sign in (1.0, -1.0):
        sketch.box((sign * (x - thick / 2), 0, z), (thick, width, high), wall, look.wall_tint, "xXyY", texel=texel)
        sketch.box((0, sign * (y - thick / 2), z), (depth, thick, high), wall, look.wall_tint, "xXyY", texel=texel)
        sketch.box(
            (sign * (x - thick / 2), 0, eaves + high + 0.04),
            (thick + 0.12, width + 0.1, 0.09),
            painted(),
            look.trim_colour,
        )
        sketch.box(
            (0, sign * (y - thick / 2), eaves + high + 0.04), (depth, thick + 0.12, 0.09), painted(), look.trim_colour
        )
    sketch.box((0, 0, eaves), (depth - thick, width - thick, 0.02), painted(0.95), _FELT, "Z")
    if look.roof == "parapet":
        sketch.box((x + 0.1, 0, eaves - 0.1), (0.24, width, 0.2), painted(), look.trim_colour)
    else:
        for _ in range(int(facade.rng.integers(0, 3))):
            spot = facade.rng.uniform(-0.3, 0.3, 2)
            size = facade.rng.uniform((1.5, 1.5, 1.0), (4.0, 5.0, 2.6))
            centre = (spot[0] * depth, spot[1] * width, eaves + size[2] / 2.0)
            sketch.box(centre, size.tolist(), painted(), (0.3, 0.3, 0.31), "xXyYZ")


def _chimney(facade: Facade, width: float, depth: float, ridge: float, k: int) -> None:
    """A stack with pots; stacks stand on the party walls."""
    sketch, look = facade.sketch, facade.look
    wall, texel = wall_material("brick" if look.wall == "render" else look.wall, look.wall_variant)
    y = (-1.0, 1.0, 0.0)[k % 3] * (width / 2.0 - 0.45)
    high = 1.5
    size = (1.1 + 0.3 * (k % 2), 0.6, high + 1.4)
    sketch.box((-0.1 * depth, y, ridge + high - size[2] / 2), size, wall, look.wall_tint, "xXyY", texel=texel)
    sketch.box((-0.1 * depth, y, ridge + high), (size[0] + 0.12, 0.72, 0.12), painted(), look.trim_colour)
    for n in range(3):
        x = -0.1 * depth + (n - 1) * 0.36
        sketch.turned(
            [(0.12, 0.0), (0.1, 0.35), (0.12, 0.4), (0.09, 0.4)], painted(0.9), _POT, 8, (x, y, ridge + high + 0.05)
        )


def _dormers(facade: Facade, width: float, depth: float, eaves: float, ridge: float) -> None:
    """Small gabled windows in the front slope."""
    sketch, look = facade.sketch, facade.look
    count = max(1, int(width / 4.5))
    material, texel = _tiles(facade)
    run, rise = depth / 2.0, ridge - eaves
    foot = 0.18 * rise
    high, wide = min(1.3, 0.6 * rise), 1.3
    x = run * (1.0 - foot / rise)
    back = run * (1.0 - (foot + high) / rise)
    for k in range(count):
        y = width * ((k + 0.5) / count - 0.5)
        z = eaves + foot
        sketch.box(((x + back) / 2, y, z + high / 2), (x - back, wide, high), painted(), look.trim_colour, "XyY")
        panel = Panel((x, y - wide / 2, z), (0.0, 1.0), wide)
        flat_window(facade, panel, (0.15, 0.15, wide - 0.15, high - 0.05))
        block(sketch, panel, (-0.08, high, wide + 0.08, high + 0.08), (-0.1, 0.1), look.frame_colour)
        deep = x - back + 0.8
        peak, edge = z + high + 0.5, z + high + 0.05
        for sign in (1.0, -1.0):
            front, rear = x + 0.1, x + 0.1 - deep
            a, b = (front, y + sign * (wide / 2 + 0.1), edge), (rear, y + sign * (wide / 2 + 0.1), edge)
            c, d = (rear, y, peak), (front, y, peak)
            sketch.quad([a, b, c, d] if sign > 0 else [b, a, d, c], material, look.roof_tint, texel=texel)
        corners = [(x, y - wide / 2, z + high), (x, y + wide / 2, z + high), (x, y, peak), (x, y, peak)]
        sketch.quad(np.array(corners), painted(), look.trim_colour, np.zeros((4, 2)))
