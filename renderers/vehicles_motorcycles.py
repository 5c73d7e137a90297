"""Motorcycles and scooters."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from renderers.kept import kept
from renderers.mesh import RGB, WHITE, Material, Mesh, merge
from renderers.props_kit import Sketch, bars, surface
from renderers.vehicles_cycles import BLACK, CHROME, GREY, RED_LIGHT, RUBBER, STEEL, WHITE_LIGHT, CycleParts, off, torus
from renderers.vehicles_paint import BRAKE_LAMP, NONE, TURN_LAMP, Signs
from renderers.vehicles_plates import plate_size, plate_texture, strips
from renderers.vehicles_wheels import TYRE, lathe
from scenes.cycles import CycleLook

Array = NDArray[np.float64]
SIDES = (24, 16, 10)
TUBES = (8, 5, 4)


@kept
def motorcycle_parts(look: CycleLook, detail: int, signs: Signs) -> CycleParts:
    """Build a motorcycle or a scooter.

    Args:
        look: the machine.
        detail: 0 finest (about 3,000 triangles) .. 2 coarsest.
        signs: which lamps glow.

    Returns:
        The parts.
    """
    glow = Material((0.42, 0.01, 0.012), roughness=0.2, emission=tail_light(signs))
    wheel = cast_wheel(look, detail)
    body = scooter_body(look, detail) if look.model == "scooter" else motorcycle_body(look, detail)
    spot = (-0.87, 0.62) if look.model == "scooter" else (-0.84, 0.78)
    body = merge([body, rear_fittings(look, *spot, glow, signs)])
    return CycleParts(body, front_end(look, detail, signs), (wheel, wheel), None, None)


def tail_light(signs: Signs) -> RGB:
    """Radiance of the tail lamp."""
    return BRAKE_LAMP if signs.braking else RED_LIGHT if signs.lamps else NONE


def turn_lamp(sketch: Sketch, spot: tuple[float, float, float], signs: Signs) -> None:
    """One turn lamp, its middle at a spot, m."""
    lit = signs.left if spot[1] > 0 else signs.right
    lens = Material((0.7, 0.22, 0.01), roughness=0.2, reflectance=0.06, emission=TURN_LAMP if lit else NONE)
    sketch.box(spot, (0.05, 0.06, 0.04), lens)


def cast_wheel(look: CycleLook, detail: int) -> Mesh:
    """Tyre, rim, five spokes and a brake disc about the hub."""
    own, sides = look.measures, SIDES[detail]
    inner = own.wheel_radius - 1.75 * own.tyre
    parts = [torus(own.wheel_radius, own.tyre, sides, (10, 6, 4)[detail], TYRE)]
    rim = Material((0.05, 0.05, 0.05) if look.rider.seed & 8 else (0.4, 0.4, 0.41), roughness=0.35, metallic=0.4)
    parts.append(lathe([(0.03, inner - 0.02), (0.035, inner + 0.02), (-0.035, inner + 0.02), (-0.03, inner - 0.02),
                        (0.03, inner - 0.02)], sides, rim))  # fmt: skip
    angle = np.arange(5) * 2.0 * np.pi / 5
    out = np.stack([np.cos(angle), 0.0 * angle, np.sin(angle)], -1)
    radii = np.tile(np.array([[0.03, 0.018]]), (5, 1))
    parts.append(bars(0.02 * out, inner * out, radii, rim, np.ones((5, 3)), TUBES[detail]))
    axle = np.array([[0.0, -0.09, 0.0]])
    parts.append(bars(axle, -axle, np.full((1, 2), 0.03), STEEL, np.array([BLACK]), 6))
    disc = 0.55 * inner
    parts.append(lathe([(0.05, 0.02), (0.05, disc), (0.044, disc), (0.044, 0.02)], sides // 2, CHROME))
    return merge(parts)


def loft(sections: list[tuple[float, float, float, float]], material: Material, colour: RGB, detail: int) -> Mesh:
    """A closed body along x through superelliptic sections.

    Args:
        sections: x, half width, lower and upper height, from the rear to the front, m.
        material: of all faces.
        colour: linear RGB factor.
        detail: columns.

    Returns:
        The mesh.
    """
    angle = np.linspace(0.0, 2.0 * np.pi, (17, 11, 7)[detail])
    c, s = np.cos(angle), np.sin(angle)
    across, up = np.sign(c) * np.abs(c) ** 0.75, np.sign(s) * np.abs(s) ** 0.75
    rows = []
    for x, half, low, high in sections:
        rows.append(np.stack([np.full_like(c, x), half * across, (low + high) / 2 + (high - low) / 2 * up], -1))
    ends = [np.broadcast_to(rows[k].mean(0), rows[k].shape) for k in (0, -1)]
    return surface(np.stack([ends[0], *rows, ends[1]])[::-1], material, colour)


def motorcycle_body(look: CycleLook, detail: int) -> Mesh:
    """Tank, seat, tail, engine, exhaust, swing arm, plate of a machine without fairing."""
    sketch, own = Sketch(), look.measures
    paint = Material(look.paint, roughness=0.3, reflectance=0.07)
    rear = np.array([-own.wheel_base / 2, 0.0, own.wheel_radius])
    tank = [(-0.12, 0.07, 0.74, 0.82), (-0.04, 0.12, 0.72, 0.90), (0.14, 0.15, 0.72, 0.96), (0.26, 0.13, 0.76, 0.95)]
    tank.append((0.32, 0.07, 0.80, 0.90))
    sketch.add(loft(tank, paint, WHITE, detail))
    seat = [(-0.68, 0.07, 0.80, 0.86), (-0.60, 0.12, 0.76, 0.88), (-0.40, 0.14, 0.73, 0.84), (-0.25, 0.14, 0.71, 0.80)]
    seat.append((-0.08, 0.09, 0.71, 0.80))
    sketch.add(loft(seat, RUBBER, BLACK, detail))
    cowl = [(-0.80, 0.05, 0.76, 0.82), (-0.70, 0.09, 0.70, 0.80), (-0.45, 0.11, 0.62, 0.76), (-0.15, 0.09, 0.58, 0.74)]
    sketch.add(loft(cowl, paint, WHITE, detail))
    engine = [(-0.20, 0.13, 0.26, 0.56), (-0.12, 0.17, 0.22, 0.62), (0.10, 0.17, 0.22, 0.66), (0.26, 0.13, 0.28, 0.60)]
    sketch.add(loft(engine, STEEL, (0.07, 0.07, 0.075), detail))
    for k in range(3 if detail < 2 else 0):  # cooling fins
        sketch.box((0.16, 0.0, 0.50 + 0.05 * k), (0.22, 0.36, 0.015), STEEL, GREY)
    head = np.array([look.steering_x(0.86), 0.0, 0.86])
    for y in (0.09, -0.09):
        sketch.bar((head[0], 0.3 * y, 0.84), (-0.05, y, 0.62), 0.022, STEEL, BLACK, TUBES[detail])
        sketch.bar((head[0] - 0.02, 0.3 * y, 0.78), (0.22, y, 0.30), 0.02, STEEL, BLACK, TUBES[detail])
        sketch.bar(off(rear, 0, y, 0).tolist(), (-0.18, y, 0.42), 0.026, STEEL, BLACK, TUBES[detail])
        sketch.bar(off(rear, 0.12, y, 0.02).tolist(), (-0.36, y, 0.70), 0.024, STEEL, GREY, TUBES[detail])
        sketch.bar((look.crank[0], y, look.crank[1] - 0.02), (look.crank[0], 2.4 * y, look.crank[1] - 0.02), 0.013,
                   STEEL, BLACK, 5)  # fmt: skip
    sketch.path([(0.24, -0.1, 0.5), (0.34, -0.12, 0.3), (0.0, -0.14, 0.24)], 0.022, CHROME, WHITE, TUBES[detail] + 1)
    sketch.bar((0.0, -0.14, 0.24), (-0.80, -0.17, 0.42), (0.035, 0.048), CHROME, WHITE, TUBES[detail] + 3)
    mudguard(sketch, rear, own.wheel_radius + 0.03, 0.07, (0.9, 2.6), Material(roughness=0.6), detail)
    return sketch.build()


def scooter_body(look: CycleLook, detail: int) -> Mesh:
    """Leg shield, floor, seat, body and engine of a scooter."""
    sketch, own = Sketch(), look.measures
    paint = Material(look.paint, roughness=0.3, reflectance=0.07)
    rear = np.array([-own.wheel_base / 2, 0.0, own.wheel_radius])
    body = [(-0.84, 0.08, 0.58, 0.70), (-0.72, 0.16, 0.46, 0.73), (-0.45, 0.20, 0.36, 0.73), (-0.18, 0.18, 0.30, 0.71)]
    body.append((-0.06, 0.13, 0.28, 0.68))
    sketch.add(loft(body, paint, WHITE, detail))
    seat = [(-0.80, 0.10, 0.72, 0.80), (-0.68, 0.15, 0.71, 0.81), (-0.42, 0.16, 0.70, 0.79), (-0.20, 0.14, 0.69, 0.77)]
    seat.append((-0.08, 0.09, 0.68, 0.75))
    sketch.add(loft(seat, RUBBER, BLACK, detail))
    floor = [(-0.20, 0.16, 0.20, 0.30), (-0.05, 0.20, 0.18, 0.255), (0.26, 0.20, 0.18, 0.255), (0.36, 0.18, 0.20, 0.32)]
    sketch.add(loft(floor, Material(roughness=0.6), (0.03, 0.03, 0.03), detail))
    shield(sketch, look, paint, detail)
    sketch.add(loft([(-0.78, 0.10, 0.14, 0.34), (-0.50, 0.13, 0.15, 0.40), (-0.20, 0.10, 0.18, 0.38)], STEEL,
                    (0.05, 0.05, 0.05), detail))  # fmt: skip
    sketch.bar((-0.30, -0.16, 0.22), (-0.82, -0.18, 0.30), (0.04, 0.055), STEEL, (0.05, 0.05, 0.05), TUBES[detail] + 3)
    mudguard(sketch, rear, own.wheel_radius + 0.03, 0.06, (1.2, 2.9), Material(roughness=0.6), detail)
    if look.rack:  # a case behind the seat
        case = [(-1.06, 0.14, 0.86, 1.10), (-1.02, 0.20, 0.83, 1.14), (-0.80, 0.20, 0.83, 1.14)]
        case.append((-0.74, 0.16, 0.85, 1.1))
        tone = look.second if look.rider.seed & 16 else (0.03, 0.03, 0.03)
        sketch.add(loft(case, Material(roughness=0.5), tone, detail))
        sketch.bar((-0.90, 0.0, 0.84), (-0.74, 0.0, 0.70), 0.03, STEEL, BLACK, 5)
    return sketch.build()


def shield(sketch: Sketch, look: CycleLook, paint: Material, detail: int) -> None:
    """The leg shield: a curved plate behind the front wheel, dark inside."""
    rows, columns = (8, 6, 4)[detail], (9, 7, 5)[detail]
    z = np.linspace(0.24, 0.90, rows)[:, None]
    across = np.linspace(-1.0, 1.0, columns)[None, :]
    half = np.interp(z, [0.24, 0.4, 0.7, 0.9], [0.15, 0.21, 0.22, 0.13])
    x = np.interp(z, [0.24, 0.35, 0.9], [0.36, 0.40, look.steering_x(0.9) + 0.06]) - 0.10 * across**2
    points = np.stack(np.broadcast_arrays(x, half * across, z), -1)
    sketch.add(surface(points, paint, WHITE))
    sketch.add(surface((points - np.array([0.03, 0.0, 0.0]))[:, ::-1], Material(roughness=0.6), (0.03, 0.03, 0.03)))


def mudguard(
    sketch: Sketch, hub: Array, radius: float, half: float, span: tuple[float, float], material: Material, detail: int
) -> None:
    """A guard over a wide tyre; angles from the front over the top, rad."""
    angle = np.linspace(*span, (12, 8, 5)[detail])
    ring = np.stack([np.cos(angle), np.zeros_like(angle), np.sin(angle)], -1)
    y = np.array([1.0, 0.7, 0.0, -0.7, -1.0]) * half
    drop = np.array([-0.04, -0.01, 0.0, -0.01, -0.04])
    points = hub + (radius + drop)[None, :, None] * ring[:, None] + np.stack([0 * y, y, 0 * y], -1)[None]
    tone = BLACK if material.colour == WHITE else WHITE
    sketch.add(surface(points, material, tone))
    sketch.add(surface(points[:, ::-1], material, tone))


def rear_fittings(look: CycleLook, x: float, z: float, tail: Material, signs: Signs) -> Mesh:
    """Tail lamp, turn lamps and plate."""
    sketch = Sketch()
    sketch.box((x, 0.0, z), (0.05, 0.16, 0.06), tail)
    for y in (0.15, -0.15):
        sketch.bar((x + 0.03, 0.4 * y, z), (x + 0.03, y, z), 0.008, STEEL, BLACK, 4)
        turn_lamp(sketch, (x + 0.02, y, z), signs)
    back = x - 0.01 if look.model == "scooter" else x - 0.16  # behind the mudguard
    sketch.bar((x + 0.04, 0.0, z - 0.05), (back + 0.008, 0.0, z - 0.16), 0.02, STEEL, BLACK, 4)
    if look.plate is not None:
        wide, tall = plate_size(look.plate, "folded")
        sketch.box((back + 0.006, 0.0, z - 0.20), (0.012, wide, tall), STEEL, BLACK)
        edges = ((1, -1), (-1, -1), (-1, 1), (1, 1))
        corners = [(back - 0.001, 0.5 * wide * y, z - 0.20 + 0.5 * tall * up) for y, up in edges]
        v = 1.0 / strips((wide, tall))
        paint = Material(texture=plate_texture(look.plate, "folded"), roughness=0.4)
        sketch.quad(corners, paint, uvs=((0.0, v), (1.0, v), (1.0, 0.0), (0.0, 0.0)))
    return sketch.build()


def front_end(look: CycleLook, detail: int, signs: Signs) -> Mesh:
    """Fork, mudguard, bar with grips, mirrors, headlamp, turn lamps."""
    sketch, own, sides = Sketch(), look.measures, TUBES[detail]
    scooter = look.model == "scooter"
    paint = Material(look.paint, roughness=0.3, reflectance=0.07)
    front = np.array([own.wheel_base / 2, 0.0, own.wheel_radius])
    gx, gy, gz = look.grip
    stem = np.array([look.steering_x(gz - 0.06), 0.0, gz - 0.06])
    for y in (0.085, -0.085):
        foot = off(front, 0.0, y, 0.0)
        sketch.bar(foot.tolist(), (stem[0], y if not scooter else 0.4 * y, 0.62 if scooter else gz - 0.08), 0.024,
                   CHROME, WHITE, sides)  # fmt: skip
    sketch.bar((look.steering_x(0.5), 0.0, 0.5), stem.tolist(), 0.03, STEEL, BLACK, sides)
    mudguard(sketch, front, own.wheel_radius + 0.035, 0.075, (0.5, 2.4), paint, detail)
    for side in (1.0, -1.0):
        bend = np.array([gx + 0.06, side * 0.16, gz + 0.01])
        outer = np.array([gx - 0.02, side * (gy + 0.05), gz])
        inner = np.array([gx + 0.01, side * (gy - 0.07), gz])
        sketch.path([off(stem, 0.0, 0.0, 0.04), bend, inner], 0.012, STEEL, BLACK, sides)
        sketch.path([inner, outer], 0.018, RUBBER, BLACK, sides)
        sketch.bar(off(inner, 0.07, 0, 0.0).tolist(), off(outer, 0.07, 0, -0.02).tolist(), 0.006, STEEL, GREY, 4)
        mirror = np.array([gx + 0.08, side * (gy - 0.02), gz + 0.20])
        sketch.bar(off(inner, 0.03, 0, 0.01).tolist(), mirror.tolist(), 0.006, STEEL, BLACK, 4)
        sketch.box(mirror.tolist(), (0.03, 0.13, 0.08), STEEL, BLACK)
    shine = WHITE_LIGHT if signs.lamps else NONE
    glow = Material((0.8, 0.82, 0.84), roughness=0.12, reflectance=0.08, emission=shine)
    x, z = stem[0] + 0.13, gz - 0.10
    for y in (0.17, -0.17):
        sketch.bar((x - 0.05, 0.4 * y, z), (x - 0.05, y, z), 0.008, STEEL, BLACK, 4)
        turn_lamp(sketch, (x - 0.05, y, z), signs)
    shell = [(x - 0.16, 0.07, z - 0.07, z + 0.08), (x - 0.06, 0.11, z - 0.10, z + 0.10), (x, 0.10, z - 0.09, z + 0.09)]
    sketch.add(loft(shell, paint if scooter else STEEL, WHITE if scooter else BLACK, detail))
    glass = [(x - 0.02, 0.085, z - 0.075, z + 0.075), (x + 0.012, 0.07, z - 0.06, z + 0.06)]
    sketch.add(loft(glass, glow, WHITE, detail))
    return sketch.build()
