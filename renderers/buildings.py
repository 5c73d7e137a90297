"""Buildings: facades in relief, ground floors, closed sides, roofs."""

from __future__ import annotations

import numpy as np

from renderers.buildings_roofs import roof
from renderers.buildings_shops import garage, office, shops
from renderers.buildings_walls import (
    Facade,
    Panel,
    block,
    door,
    drainpipe,
    painted,
    plain_wall,
    wall_material,
    wall_with_openings,
    window,
)
from renderers.mesh import Mesh
from renderers.props_kit import Sketch
from scenes.types import Building


def building_mesh(building: Building, lamps_on: bool, massing: bool = False) -> Mesh:
    """Build a house in its own frame: origin in the middle of the footprint, front towards +x.

    Args:
        building: size and look; position and heading are not used.
        lamps_on: some windows and all shop windows glow.
        massing: only walls and roof, for a house that nothing but the light sees.

    Returns:
        The mesh, closed on all sides, about 300-1,500 triangles.
    """
    width, depth, eaves = building.size
    look = building.look
    rng = np.random.Generator(np.random.PCG64(look.pattern))
    facade = Facade(Sketch(), look, lamps_on, rng, eaves / max(look.storeys, 1))
    x, y = depth / 2.0, width / 2.0
    front = Panel((x, -y, 0.0), (0.0, 1.0), width)
    back = Panel((-x, y, 0.0), (0.0, -1.0), width)
    left = Panel((x, y, 0.0), (-1.0, 0.0), depth)
    right = Panel((-x, -y, 0.0), (1.0, 0.0), depth)
    if massing:
        plain_wall(facade, front, eaves, False)
    else:
        _ground_floor(facade, front)
        for storey in range(1, look.storeys):
            _storey(facade, front, storey)
        _trimmings(facade, front, eaves)
    plain_wall(facade, back, eaves, not massing)
    plain_wall(facade, left, eaves, not massing and look.pattern % 2 == 0)
    plain_wall(facade, right, eaves, not massing and look.pattern % 5 < 2)
    roof(facade, width, depth, eaves)
    return facade.sketch.build()


def _bays(facade: Facade, panel: Panel) -> tuple[int, float]:
    """Number of window axes and their distance, m."""
    count = max(1, round(panel.width / facade.look.bay))
    return count, panel.width / count


def _storey(facade: Facade, panel: Panel, storey: int) -> None:
    """An upper floor: wall with a row of windows; upper windows of old houses are lower."""
    look, high = facade.look, facade.storey
    count, step = _bays(facade, panel)
    base = storey * high
    shrink = 1.0 - 0.09 * (storey - 1) if look.style in {"georgian", "victorian"} else 1.0
    wide, tall = look.window_width * step, look.window_height * high * max(shrink, 0.7)
    sill = base + 0.55 * (high - tall)
    openings = [((k + 0.5) * step - wide / 2, (k + 0.5) * step + wide / 2) for k in range(count)]
    wall = wall_material(look.wall, look.wall_variant)
    span = (0.0, base, panel.width, base + high)
    wall_with_openings(facade, panel, span, openings, sill, sill + tall, wall, look.wall_tint)
    for left, right in openings:
        window(facade, panel, (left, sill, right, sill + tall), wall, look.wall_tint)


def _ground_floor(facade: Facade, panel: Panel) -> None:
    """Shops, glazing, shutters, or a house with its door."""
    look, high = facade.look, facade.storey
    if look.ground in {"shop", "office", "garage"}:
        {"shop": shops, "office": office, "garage": garage}[look.ground](facade, panel, high)
        return
    count, step = _bays(facade, panel)
    wall = wall_material(look.ground_wall, look.wall_variant)
    wide = look.window_width * step
    tall = look.window_height * high
    sill = max(0.75, 0.5 * (high - tall))
    head = min(sill + tall, high - 0.3)
    doors = {int(look.pattern % max(count, 1))}
    if count > 4:
        doors.add(int((look.pattern // 7) % count))
    edges = 0.0
    for k in range(count):
        # each bay is its own strip, because doors and windows differ in height
        strip = (edges, 0.0, (k + 1) * step, high)
        middle = (k + 0.5) * step
        if k in doors:
            opening = (middle - 0.5, middle + 0.5)
            top = min(2.6, high - 0.3)
            wall_with_openings(facade, panel, strip, [opening], 0.0, top, wall, look.ground_tint)
            door(facade, panel, (opening[0], 0.0, opening[1], top), wall, look.ground_tint)
        else:
            opening = (middle - wide / 2, middle + wide / 2)
            wall_with_openings(facade, panel, strip, [opening], sill, head, wall, look.ground_tint)
            window(facade, panel, (opening[0], sill, opening[1], head), wall, look.ground_tint)
        edges = (k + 1) * step
    block(facade.sketch, panel, (0.0, 0.0, panel.width, 0.3), (0.0, 0.03), look.trim_colour, ends=False)
    if look.railings:
        _area_railings(facade, panel)


def _trimmings(facade: Facade, panel: Panel, eaves: float) -> None:
    """String courses, cornice, quoins, rain pipes."""
    look, high = facade.look, facade.storey
    sketch = facade.sketch
    levels = [k * high for k in range(1, look.storeys)] if look.string_courses else [high][: look.storeys - 1]
    for z in levels:
        block(sketch, panel, (0.0, z - 0.08, panel.width, z + 0.1), (0.0, 0.06), look.trim_colour, ends=False)
    block(sketch, panel, (0.0, eaves - 0.28, panel.width, eaves), (0.0, 0.12), look.trim_colour, ends=False)
    if look.quoins:
        for k in range(int(eaves / 0.6)):
            wide = 0.55 if k % 2 else 0.35
            for u0, u1 in ((0.0, wide), (panel.width - wide, panel.width)):
                block(sketch, panel, (u0, 0.6 * k, u1, 0.6 * k + 0.3), (0.0, 0.025), look.trim_colour, ends=False)
    if look.drainpipes:
        drainpipe(facade, panel, 0.12 if look.pattern % 2 else panel.width - 0.12, eaves - 0.1)


def _area_railings(facade: Facade, panel: Panel) -> None:
    """Iron railings one metre before the wall."""
    sketch, paint, iron = facade.sketch, painted(0.5), (0.012, 0.012, 0.013)
    for z in (0.15, 0.95):
        block(sketch, panel, (0.0, z, panel.width, z + 0.04), (1.0, 1.03), iron, paint)
    count = int(panel.width / 0.16)
    for k in range(count):
        u = (k + 0.5) * panel.width / count
        start, end = panel.at(u, 0.0, 1.015), panel.at(u, 1.1, 1.015)
        sketch.bar(start, end, (0.012, 0.004), paint, iron, 3)
