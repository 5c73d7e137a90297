"""Parts of facades: wall panels with openings, windows, doors."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from renderers import textures_walls, textures_windows
from renderers.mesh import RGB, Material
from renderers.props_kit import Sketch
from scenes.buildings import BuildingLook
from scenes.kinds import Kind

Array = NDArray[np.float64]
Point = tuple[float, float, float]

GLASS_ROUGHNESS = 0.08
GLASS_REFLECTANCE = 0.09  # two panes of two faces, each 0.04, less what the inner ones lose
LIT_WINDOW = 0.45  # radiance of a bright room behind the glass at dusk


@dataclass(frozen=True, eq=False)
class Panel:
    """A vertical wall plane: u to the right seen from outside, z up, out of the wall."""

    corner: Point  # m, bottom left
    right: tuple[float, float]  # unit, horizontal
    width: float  # m

    def at(self, u: float, z: float, out: float = 0.0) -> Point:
        """Point, m; plain numbers, because a house asks for tens of thousands."""
        (x, y, base), (rx, ry) = self.corner, self.right
        return x + u * rx + out * ry, y + u * ry - out * rx, base + z


@dataclass(frozen=True, eq=False)
class Facade:
    """What all parts of one building share."""

    sketch: Sketch
    look: BuildingLook
    lamps_on: bool
    rng: np.random.Generator
    storey: float  # m, height of a storey


def wall_material(name: str, variant: int) -> tuple[Material, float]:
    """Material of a wall and the metres of one repeat."""
    texture, texel = textures_walls.wall(name, variant)
    return Material(texture=texture, roughness=0.92), texel


def painted(roughness: float = 0.8, kind: Kind | None = None) -> Material:
    """Paint, cut stone, metal: the tint comes with the vertex colours."""
    return Material(texture=textures_walls.grime(), roughness=roughness, kind=kind)


def rectangle(
    sketch: Sketch, panel: Panel, box: tuple[float, float, float, float], out: float, material: Material, colour: RGB,
    texel: float = 3.0, uvs: Array | None = None,
) -> None:  # fmt: skip
    """A rectangle u0, z0, u1, z1 parallel to the wall."""
    u0, z0, u1, z1 = box
    corners = [panel.at(u0, z0, out), panel.at(u1, z0, out), panel.at(u1, z1, out), panel.at(u0, z1, out)]
    sketch.quad(corners, material, colour, uvs, texel)


def block(
    sketch: Sketch, panel: Panel, box: tuple[float, float, float, float], reach: tuple[float, float], colour: RGB,
    material: Material | None = None, texel: float = 3.0, ends: bool = True,
) -> None:  # fmt: skip
    """A block u0, z0, u1, z1 that stands out from reach[0] to reach[1]: front, top, bottom, ends."""
    u0, z0, u1, z1 = box
    low, high = reach
    paint = material or painted()
    rectangle(sketch, panel, box, high, paint, colour, texel)
    at = panel.at
    sketch.quad([at(u0, z1, high), at(u1, z1, high), at(u1, z1, low), at(u0, z1, low)], paint, colour, texel=texel)
    sketch.quad([at(u0, z0, low), at(u1, z0, low), at(u1, z0, high), at(u0, z0, high)], paint, colour, texel=texel)
    if ends:
        sketch.quad([at(u0, z0, low), at(u0, z0, high), at(u0, z1, high), at(u0, z1, low)], paint, colour, texel=texel)
        sketch.quad([at(u1, z0, high), at(u1, z0, low), at(u1, z1, low), at(u1, z1, high)], paint, colour, texel=texel)


def wall_with_openings(
    facade: Facade, panel: Panel, span: tuple[float, float, float, float], openings: list[tuple[float, float]],
    sill: float, head: float, wall: tuple[Material, float], colour: RGB,
) -> None:  # fmt: skip
    """A strip of wall with a row of equal-height openings.

    Args:
        facade: shared context.
        panel: the plane.
        span: u0, z0, u1, z1 of the strip, m.
        openings: (left, right) of each, sorted, m.
        sill: z of the lower edge of the openings, m.
        head: z of their upper edge, m.
        wall: material and metres of one repeat.
        colour: linear RGB factor.
    """
    u0, z0, u1, z1 = span
    material, texel = wall
    if not openings:
        rectangle(facade.sketch, panel, span, 0.0, material, colour, texel)
        return
    if sill > z0:
        rectangle(facade.sketch, panel, (u0, z0, u1, sill), 0.0, material, colour, texel)
    if z1 > head:
        rectangle(facade.sketch, panel, (u0, head, u1, z1), 0.0, material, colour, texel)
    edges = [u0, *[edge for opening in openings for edge in opening], u1]
    for left, right in zip(edges[::2], edges[1::2], strict=True):
        if right - left > 1e-3:
            rectangle(facade.sketch, panel, (left, sill, right, head), 0.0, material, colour, texel)


def reveals(
    facade: Facade,
    panel: Panel,
    box: tuple[float, float, float, float],
    depth: float,
    wall: tuple[Material, float],
    colour: RGB,
) -> None:
    """The four inner sides of an opening."""
    u0, z0, u1, z1 = box
    at, (material, texel) = panel.at, wall
    dark = (colour[0] * 0.8, colour[1] * 0.8, colour[2] * 0.8)
    for corners in (
        [at(u0, z0, 0), at(u0, z0, -depth), at(u0, z1, -depth), at(u0, z1, 0)],
        [at(u1, z0, -depth), at(u1, z0, 0), at(u1, z1, 0), at(u1, z1, -depth)],
        [at(u0, z1, -depth), at(u1, z1, -depth), at(u1, z1, 0), at(u0, z1, 0)],
        [at(u0, z0, 0), at(u1, z0, 0), at(u1, z0, -depth), at(u0, z0, -depth)],
    ):
        facade.sketch.quad(corners, material, dark, texel=texel)


def pane(facade: Facade, panel: Panel, box: tuple[float, float, float, float], out: float) -> None:
    """Glass with a room behind it; some rooms are lit when lamps are on."""
    rng, look = facade.rng, facade.look
    tile, sheet = int(rng.integers(textures_windows.ROOMS)), look.pattern % 3
    if rng.random() < 0.35:
        tile = 0
    lit = bool(rng.random() < look.lit_share) and facade.lamps_on
    shade = float(rng.uniform(0.7, 1.25))
    # drawn whether lit or not: lamps must not change anything else
    glow = LIT_WINDOW * float(rng.choice([0.4, 0.7, 1.0]))
    if lit:
        texture = textures_windows.rooms(3 + sheet)
        material = Material(
            texture=texture,
            roughness=GLASS_ROUGHNESS,
            reflectance=GLASS_REFLECTANCE,
            emission=(glow, glow * 0.8, glow * 0.5),
        )
    else:
        texture = textures_windows.rooms(sheet)
        material = Material(texture=texture, roughness=GLASS_ROUGHNESS, reflectance=GLASS_REFLECTANCE)
    rectangle(facade.sketch, panel, box, out, material, (shade, shade, shade), uvs=textures_windows.room_uvs(tile))


def frame(
    facade: Facade, panel: Panel, box: tuple[float, float, float, float], out: float, colour: RGB,
    columns: int, rows: int, bar: float = 0.055,
) -> None:  # fmt: skip
    """A window frame and its glazing bars, slightly before the glass."""
    u0, z0, u1, z1 = box
    paint = painted(0.6)
    for strip in ((u0, z0, u0 + bar, z1), (u1 - bar, z0, u1, z1), (u0, z0, u1, z0 + bar), (u0, z1 - bar, u1, z1)):
        rectangle(facade.sketch, panel, strip, out, paint, colour)
    thin = bar * 0.55
    for k in range(1, columns):
        u = u0 + (u1 - u0) * k / columns
        rectangle(facade.sketch, panel, (u - thin / 2, z0, u + thin / 2, z1), out, paint, colour)
    for k in range(1, rows):
        z = z0 + (z1 - z0) * k / rows
        thick = bar if 2 * k == rows else thin
        rectangle(facade.sketch, panel, (u0, z - thick / 2, u1, z + thick / 2), out, paint, colour)


def window(
    facade: Facade, panel: Panel, box: tuple[float, float, float, float], wall: tuple[Material, float], tint: RGB
) -> None:
    """A recessed window with frame, sill and lintel."""
    look = facade.look
    u0, z0, u1, z1 = box
    reveals(facade, panel, box, look.recess, wall, tint)
    pane(facade, panel, box, -look.recess)
    frame(facade, panel, box, -look.recess + 0.035, look.frame_colour, look.window_columns, look.window_rows)
    if look.sills:
        block(facade.sketch, panel, (u0 - 0.07, z0 - 0.09, u1 + 0.07, z0), (-0.02, 0.07), look.trim_colour)
    if look.lintels:
        high = 0.2 if look.style != "georgian" else 0.26
        block(facade.sketch, panel, (u0 - 0.1, z1, u1 + 0.1, z1 + high), (0.0, 0.02), look.trim_colour)


def flat_window(facade: Facade, panel: Panel, box: tuple[float, float, float, float]) -> None:
    """A cheap window for side and back walls: frame and glass on the wall."""
    u0, z0, u1, z1 = box
    rectangle(facade.sketch, panel, box, 0.015, painted(0.6), facade.look.frame_colour)
    pane(facade, panel, (u0 + 0.05, z0 + 0.05, u1 - 0.05, z1 - 0.05), 0.025)


def door(
    facade: Facade, panel: Panel, box: tuple[float, float, float, float], wall: tuple[Material, float], tint: RGB
) -> None:
    """A front door with panels, a fanlight above and a step."""
    u0, z0, u1, z1 = box
    look, depth = facade.look, facade.look.recess + 0.08
    reveals(facade, panel, box, depth, wall, tint)
    light = z0 + 2.1
    paint = painted(0.45)
    rectangle(facade.sketch, panel, (u0, z0, u1, min(light, z1)), -depth, paint, look.door_colour)
    dark = (look.door_colour[0] * 0.55, look.door_colour[1] * 0.55, look.door_colour[2] * 0.55)
    wide = u1 - u0
    for row in ((0.12, 0.42), (0.5, 0.93)):
        for column in ((0.12, 0.46), (0.54, 0.88)):
            panel_box = (u0 + wide * column[0], z0 + 2.1 * row[0], u0 + wide * column[1], z0 + 2.1 * row[1])
            rectangle(facade.sketch, panel, panel_box, -depth + 0.008, paint, dark)
    if z1 > light + 0.15:
        pane(facade, panel, (u0, light, u1, z1), -depth)
        frame(facade, panel, (u0, light, u1, z1), -depth + 0.03, look.frame_colour, 1, 1)
    surround = 0.16
    for strip in (
        (u0 - surround, z0, u0, z1),
        (u1, z0, u1 + surround, z1),
        (u0 - surround, z1, u1 + surround, z1 + 0.22),
    ):
        block(facade.sketch, panel, strip, (0.0, 0.05), look.trim_colour)
    block(facade.sketch, panel, (u0 - 0.2, z0 - 0.02, u1 + 0.2, z0 + 0.14), (-depth, 0.3), (0.3, 0.29, 0.27))


def drainpipe(facade: Facade, panel: Panel, u: float, top: float) -> None:
    """A cast iron or plastic rain pipe."""
    tone = 0.02 if facade.look.pattern % 3 else 0.35
    start, end = panel.at(u, 0.05, 0.07), panel.at(u, top, 0.07)
    facade.sketch.bar(start, end, 0.045, painted(0.6), (tone, tone, tone), 6)


def plain_wall(facade: Facade, panel: Panel, height: float, windows: bool) -> None:
    """A side or back wall, with flat windows where asked."""
    look = facade.look
    material, texel = wall_material(look.wall, look.wall_variant)
    rectangle(facade.sketch, panel, (0.0, 0.0, panel.width, height), 0.0, material, look.wall_tint, texel)
    if not windows or panel.width < 4.0:
        return
    count = max(1, int(panel.width / (1.5 * look.bay)))
    step = panel.width / count
    wide, high = min(1.1, 0.4 * step), 0.5 * facade.storey
    for storey in range(look.storeys):
        for k in range(count):
            if facade.rng.random() < 0.7:
                u, z = (k + 0.5) * step, storey * facade.storey + 0.3 * facade.storey
                flat_window(facade, panel, (u - wide / 2, z, u + wide / 2, z + high))
