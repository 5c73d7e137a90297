"""Ground floors for business: shop fronts, office glazing, roller shutters."""

from __future__ import annotations

from renderers import textures_signs, textures_walls, textures_windows
from renderers.buildings_walls import (
    GLASS_REFLECTANCE,
    GLASS_ROUGHNESS,
    Facade,
    Panel,
    block,
    frame,
    painted,
    pane,
    rectangle,
    reveals,
    wall_material,
    wall_with_openings,
)
from renderers.mesh import RGB, WHITE, Material

Box = tuple[float, float, float, float]
LIT_SHOP = 1.0  # radiance of the brightest wares at dusk


def shops(facade: Facade, panel: Panel, height: float) -> None:
    """A row of shops across the whole front.

    Args:
        facade: shared context.
        panel: the front.
        height: of the ground floor, m.
    """
    look = facade.look
    count = max(1, round(panel.width / look.shop_width))
    wide = panel.width / count
    material, texel = wall_material(look.wall, look.wall_variant)
    top = height - 0.12
    rectangle(facade.sketch, panel, (0.0, top, panel.width, height), 0.0, material, look.wall_tint, texel)
    for k in range(count):
        n = k % len(look.shop_signs)
        shop(facade, panel, (k * wide, 0.0, (k + 1) * wide, top), n)


def shop(facade: Facade, panel: Panel, box: Box, n: int) -> None:
    """One shop front: pilasters, fascia board, stall riser, windows and a recessed door."""
    u0, z0, u1, z1 = box
    sketch, look, rng = facade.sketch, facade.look, facade.rng
    colour = look.shop_colours[n % len(look.shop_colours)]
    paint = painted(0.5)
    pilaster, board, riser = 0.22, 0.62, float(rng.choice([0.25, 0.45, 0.6]))
    for left in (u0, u1 - pilaster):
        block(sketch, panel, (left, z0, left + pilaster, z1), (-0.1, 0.06), colour, paint)
    sign = look.shop_signs[n % len(look.shop_signs)]
    fascia = Material(texture=textures_signs.fascia(sign // textures_signs.ROWS % 2), roughness=0.6)
    block(sketch, panel, (u0 + pilaster, z1 - board, u1 - pilaster, z1), (-0.1, 0.05), colour, paint, ends=False)
    inner = (u0 + pilaster + 0.05, z1 - board + 0.06, u1 - pilaster - 0.05, z1 - 0.06)
    rectangle(sketch, panel, inner, 0.06, fascia, WHITE, uvs=textures_signs.fascia_uvs(sign))
    block(sketch, panel, (u0, z1, u1, z1 + 0.1), (0.0, 0.16), look.trim_colour)
    left, right, head = u0 + pilaster, u1 - pilaster, z1 - board
    door_width = 1.0
    at_left = rng.random() < 0.5
    door_box = (left, z0, left + door_width, head) if at_left else (right - door_width, z0, right, head)
    glass = (left + door_width, z0, right, head) if at_left else (left, z0, right - door_width, head)
    _display(facade, panel, glass, riser, colour)
    _shop_door(facade, panel, door_box, colour)
    if look.awnings[n % len(look.awnings)]:
        awning(facade, panel, (u0 + 0.1, z1 - board - 0.05, u1 - 0.1, z1 - board), n)


def _glass(facade: Facade, sheet: int) -> Material:
    power = LIT_SHOP if facade.lamps_on else 0.12
    emission = (power, power * 0.88, power * 0.66)
    texture = textures_windows.display(sheet)
    return Material(texture=texture, roughness=GLASS_ROUGHNESS, reflectance=GLASS_REFLECTANCE, emission=emission)


def _display(facade: Facade, panel: Panel, box: Box, riser: float, colour: RGB) -> None:
    """Shop window above its riser, divided by mullions."""
    u0, z0, u1, z1 = box
    rng = facade.rng
    block(facade.sketch, panel, (u0, z0, u1, z0 + riser), (-0.1, 0.0), colour, painted(0.5), ends=False)
    glass = _glass(facade, int(rng.integers(4)))
    panes = max(1, round((u1 - u0) / 1.6))
    step = (u1 - u0) / panes
    tile = int(rng.integers(4))
    for k in range(panes):
        part = (u0 + k * step, z0 + riser, u0 + (k + 1) * step, z1)
        uvs = textures_windows.display_uvs(tile + k)
        rectangle(facade.sketch, panel, part, -0.1, glass, WHITE, uvs=uvs)
    frame(facade, panel, (u0, z0 + riser, u1, z1), -0.06, colour, panes, 1, 0.07)


def _shop_door(facade: Facade, panel: Panel, box: Box, colour: RGB) -> None:
    """A glazed door set back from the front."""
    u0, z0, u1, z1 = box
    reveals(facade, panel, box, 0.6, (painted(0.5), 3.0), colour)
    glass = _glass(facade, 1)
    rectangle(facade.sketch, panel, box, -0.6, glass, (0.5, 0.5, 0.5), uvs=textures_windows.display_uvs(2))
    frame(facade, panel, (u0, z0, u1, min(z0 + 2.1, z1)), -0.57, colour, 1, 1, 0.1)


def awning(facade: Facade, panel: Panel, box: Box, n: int) -> None:
    """A sloping canvas with a valance; box is the strip on the wall that it hangs from."""
    u0, _, u1, z1 = box
    colour = facade.look.awning_colours[n % len(facade.look.awning_colours)]
    cloth = painted(0.95)
    at, reach, drop = panel.at, 1.3, 0.55
    sketch = facade.sketch
    stripes = max(1, int((u1 - u0) / 0.4)) if facade.look.pattern % 2 else 1
    step = (u1 - u0) / stripes
    for k in range(stripes):
        tone: RGB = colour if k % 2 == 0 else (0.55, 0.53, 0.48)
        a, b = u0 + k * step, u0 + (k + 1) * step
        low = z1 - drop
        sketch.quad([at(a, low, reach), at(b, low, reach), at(b, z1, 0.05), at(a, z1, 0.05)], cloth, tone, texel=3.0)
        sketch.quad(
            [at(a, low - 0.2, reach), at(b, low - 0.2, reach), at(b, low, reach), at(a, low, reach)],
            cloth,
            tone,
            texel=3.0,
        )


def office(facade: Facade, panel: Panel, height: float) -> None:
    """Large panes between columns."""
    look = facade.look
    count = max(1, round(panel.width / 2.6))
    step = panel.width / count
    wall = wall_material(look.ground_wall, look.wall_variant)
    openings = [(k * step + 0.2, (k + 1) * step - 0.2) for k in range(count)]
    head = height - 0.45
    span = (0.0, 0.0, panel.width, height)
    wall_with_openings(facade, panel, span, openings, 0.15, head, wall, look.ground_tint)
    for left, right in openings:
        box = (left, 0.15, right, head)
        reveals(facade, panel, box, 0.25, wall, look.ground_tint)
        if facade.rng.random() < 0.4:
            glass = _glass(facade, 2)
            rectangle(facade.sketch, panel, box, -0.25, glass, (0.4, 0.42, 0.45), uvs=textures_windows.display_uvs(1))
        else:
            pane(facade, panel, box, -0.25)
        frame(facade, panel, box, -0.21, look.frame_colour, 2, 2)


def garage(facade: Facade, panel: Panel, height: float) -> None:
    """Roller shutters."""
    look = facade.look
    count = max(1, round(panel.width / 4.2))
    step = panel.width / count
    wall = wall_material(look.ground_wall, look.wall_variant)
    openings = [(k * step + 0.5, (k + 1) * step - 0.5) for k in range(count)]
    head = min(height - 0.4, 3.2)
    span = (0.0, 0.0, panel.width, height)
    wall_with_openings(facade, panel, span, openings, 0.0, head, wall, look.ground_tint)
    shutter = Material(texture=textures_walls.sheet(1), roughness=0.6)
    for left, right in openings:
        box = (left, 0.0, right, head)
        reveals(facade, panel, box, 0.2, wall, look.ground_tint)
        paint = look.shop_colours[len(look.shop_colours) // 2] if facade.rng.random() < 0.4 else (0.8, 0.8, 0.8)
        rectangle(facade.sketch, panel, box, -0.2, shutter, paint, textures_walls.SCALE["sheet"])
