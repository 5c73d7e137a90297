"""Bicycles: wheels with spokes, frame, cranks, bar, saddle, mudguards, lamps."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from renderers.kept import kept
from renderers.mesh import RGB, Material, Mesh, merge
from renderers.props_kit import Sketch, bars, surface
from renderers.vehicles_wheels import TYRE, lathe
from scenes.cycles import CRANK, CycleLook

Array = NDArray[np.float64]
BLACK: RGB = (0.014, 0.014, 0.015)
GREY: RGB = (0.32, 0.32, 0.33)
LEATHER: RGB = (0.08, 0.035, 0.015)
STEEL = Material(roughness=0.35, reflectance=0.06)
CHROME = Material((0.55, 0.56, 0.57), roughness=0.3, metallic=0.9)
RUBBER = Material(roughness=0.85)
LAMP = Material((0.8, 0.8, 0.78), roughness=0.15, reflectance=0.08)
WHITE_LIGHT: RGB = (5.0, 4.8, 4.2)
RED_LIGHT: RGB = (1.6, 0.05, 0.03)
# by detail: sides of wheels, spokes, faces around tubes
WHEEL_SIDES, SPOKES, TUBES = (28, 18, 12), (28, 14, 8), (8, 5, 3)


@dataclass(frozen=True, eq=False)
class CycleParts:
    """What of a machine moves on its own, in its model frame; wheels and cranks about the origin."""

    frame: Mesh
    fork: Mesh  # with bar, front lamp, basket; turns with the steering
    wheels: tuple[Mesh, Mesh]  # front, rear
    cranks: Mesh | None  # left one in front
    pedal: Mesh | None


@kept
def bicycle_parts(look: CycleLook, detail: int, lamps_on: bool) -> CycleParts:
    """Build a bicycle.

    Args:
        look: the bicycle.
        detail: 0 finest (about 3,500 triangles) .. 2 coarsest (about 600).
        lamps_on: its lamps glow, if it has any.

    Returns:
        The parts.
    """
    wheel = spoked(look, detail)
    pedal = Sketch()
    pedal.box((0.0, 0.0, 0.0), (0.085, 0.085, 0.022), RUBBER, BLACK)
    return CycleParts(
        frame_mesh(look, detail, lamps_on), fork_mesh(look, detail, lamps_on), (wheel, wheel), cranks(detail),
        pedal.build(),
    )  # fmt: skip


def off(point: Array, x: float, y: float, z: float) -> Array:
    """(3,) a place beside another one, m."""
    return np.asarray(point + np.array([x, y, z]))


def torus(radius: float, thick: float, sides: int, around: int, material: Material) -> Mesh:
    """A ring about the y axis."""
    angle = np.linspace(0.5 * np.pi, -1.5 * np.pi, around + 1)
    return lathe([(thick * np.sin(a), radius - thick + thick * np.cos(a)) for a in angle], sides, material)


def spoked(look: CycleLook, detail: int) -> Mesh:
    """A wheel about its hub."""
    radius, tyre, sides = look.measures.wheel_radius, look.measures.tyre, WHEEL_SIDES[detail]
    parts = [torus(radius, tyre, sides, (8, 6, 4)[detail], TYRE)]
    rim = Material((0.42, 0.42, 0.43) if look.model != "sport" else (0.03, 0.03, 0.03), roughness=0.35, metallic=0.5)
    parts.append(torus(radius - 1.7 * tyre, 0.011, sides, 4, rim))
    count = SPOKES[detail]
    angle = np.arange(count) * 2.0 * np.pi / count
    slant = angle + 0.35 * np.where(np.arange(count) % 4 < 2, 1.0, -1.0)
    side = np.where(np.arange(count) % 2, 1.0, -1.0)
    hub = np.stack([0.022 * np.cos(slant), 0.03 * side, 0.022 * np.sin(slant)], -1)
    reach = radius - 2.0 * tyre - 0.01
    ends = np.stack([reach * np.cos(angle), 0.0 * angle, reach * np.sin(angle)], -1)
    thick = (0.0012, 0.0016, 0.0025)[detail]
    parts.append(bars(hub, ends, np.full((count, 2), thick), CHROME, np.ones((count, 3)), 3))
    axle = np.array([[0.0, -0.05, 0.0]])
    parts.append(bars(axle, -axle, np.full((1, 2), 0.018), STEEL, np.array([BLACK]), 6))
    return merge(parts)


def frame_mesh(look: CycleLook, detail: int, lamps_on: bool) -> Mesh:
    """Tubes, saddle, rear mudguard and rack."""
    sketch, sides = Sketch(), TUBES[detail]
    own, (cx, cz) = look.measures, look.crank
    rear = np.array([-own.wheel_base / 2, 0.0, own.wheel_radius])
    crank, saddle = np.array([cx, 0.0, cz]), np.array([look.saddle[0], 0.0, look.saddle[1] - 0.045])
    low, high = (np.array([look.steering_x(z), 0.0, z]) for z in (0.66, min(own.grip[2] - 0.08, 0.90)))
    up = (saddle - crank) / np.linalg.norm(saddle - crank)
    cluster = crank + up * min(float(np.linalg.norm(saddle - crank)) - 0.05, 0.56)
    paint = Material(look.paint, roughness=0.35, reflectance=0.06)
    white = (1.0, 1.0, 1.0)
    top = crank + up * 0.17 if look.step_through else cluster - up * 0.03
    tubes = [(crank, cluster, 0.017), (crank, off(low, 0.0, 0.0, 0.03), 0.020), (low, high, 0.021)]
    tubes.append((top, off(low, 0.0, 0.0, 0.09 if look.step_through else 0.16), 0.017))
    for y in (0.055, -0.055):
        hub = off(rear, 0.0, y, 0.0)
        tubes += [(hub, off(crank, 0.0, 0.5 * y, 0.0), 0.010), (hub, off(cluster, 0.0, 0.4 * y, -0.02), 0.008)]
    for start, end, radius in tubes:
        sketch.bar(start.tolist(), end.tolist(), radius, paint, white, sides)
    sketch.bar(cluster.tolist(), saddle.tolist(), 0.0135, CHROME, white, sides)
    tone = LEATHER if look.rider.seed & 2 else BLACK
    sketch.add(saddle_mesh(look, tone, detail))
    if look.guards:
        guard(sketch, rear, own.wheel_radius, (0.15, 2.75), paint if look.rider.seed & 4 else STEEL, detail)
    if look.rack:
        rack(sketch, rear, cluster)
    if look.lamps:
        back = rear + (np.array([-own.wheel_radius + 0.004, 0.0, 0.18]) if look.guards else np.array([0.17, 0.0, 0.42]))
        glow = Material((0.45, 0.01, 0.01), roughness=0.2, emission=RED_LIGHT if lamps_on else (0.0, 0.0, 0.0))
        sketch.box(back.tolist(), (0.025, 0.05, 0.045), glow)
    if look.model != "sport" and detail < 2:
        sketch.box((cx - 0.19, -0.052, cz + 0.03), (0.42, 0.012, 0.07), STEEL, BLACK)  # chain guard
    elif detail < 2:
        for z in (0.085, -0.085):
            sketch.bar((cx, -0.05, cz + z), (rear[0], -0.05, rear[2] + 0.4 * z), 0.005, STEEL, BLACK, 3)
    return sketch.build()


def saddle_mesh(look: CycleLook, tone: RGB, detail: int) -> Mesh:
    """Narrow in front, wide behind; its top at the look's saddle."""
    x, z = look.saddle
    wide = 0.075 if look.model == "sport" else 0.095
    sections = [(0.15, 0.012, 0.03), (0.12, 0.025, 0.045), (0.0, 0.045, 0.05), (-0.09, wide, 0.06)]
    sections.append((-0.13, 0.6 * wide, 0.05))
    angle = np.linspace(0.0, 2.0 * np.pi, (11, 7, 5)[detail])
    rows = []
    for dx, half, deep in sections:
        y, h = half * np.cos(angle), 0.5 * deep * (np.sin(angle) - 1.0)
        rows.append(np.stack([np.full_like(y, x + dx), y, z + h], -1))
    ends = [np.broadcast_to(rows[k].mean(0), rows[k].shape) for k in (0, -1)]
    return surface(np.stack([ends[0], *rows, ends[1]])[::-1], RUBBER, tone)


def guard(
    sketch: Sketch, hub: Array, radius: float, span: tuple[float, float], material: Material, detail: int
) -> None:
    """A mudguard over a wheel; angles from the front over the top, rad."""
    angle = np.linspace(*span, (12, 8, 5)[detail])
    ring = np.stack([np.cos(angle), np.zeros_like(angle), np.sin(angle)], -1)
    y = np.array([0.030, 0.022, 0.0, -0.022, -0.030])
    drop = np.array([-0.014, -0.004, 0.0, -0.004, -0.014])
    points = hub + (radius + 0.028 + drop)[None, :, None] * ring[:, None] + np.stack([0 * y, y, 0 * y], -1)[None]
    tone = BLACK if material is STEEL else (1.0, 1.0, 1.0)
    sketch.add(surface(points, material, tone))
    sketch.add(surface(points[:, ::-1], material, tone))
    stay = hub + (radius + 0.02) * ring[-2]
    for side in (0.035, -0.035):
        sketch.bar(off(hub, 0, side * 1.5, 0).tolist(), off(stay, 0, side, 0).tolist(), 0.003, CHROME, (1, 1, 1), 3)


def rack(sketch: Sketch, rear: Array, cluster: Array) -> None:
    """A carrier over the rear wheel."""
    z = rear[2] * 2.0 + 0.075
    for y in (-0.06, 0.0, 0.06):
        sketch.bar((cluster[0] - 0.03, y, z), (rear[0] - 0.17, y, z), 0.005, STEEL, BLACK, 4)
    for x in (cluster[0] - 0.05, rear[0], rear[0] - 0.16):
        sketch.bar((x, -0.06, z), (x, 0.06, z), 0.005, STEEL, BLACK, 4)
    for y in (-0.062, 0.062):
        for x in (rear[0] + 0.05, rear[0] - 0.12):
            sketch.bar((rear[0], y, rear[2]), (x, y, z), 0.004, STEEL, BLACK, 3)


def fork_mesh(look: CycleLook, detail: int, lamps_on: bool) -> Mesh:
    """Fork, stem, bar with grips, front mudguard, lamp and basket; the front wheel is apart."""
    sketch, sides, own = Sketch(), TUBES[detail], look.measures
    front = np.array([own.wheel_base / 2, 0.0, own.wheel_radius])
    crown = np.array([look.steering_x(0.72), 0.0, 0.72])
    gz = look.grip[2]
    stem = np.array([look.steering_x(gz - 0.04), 0.0, gz - 0.04])
    paint = Material(look.paint, roughness=0.35, reflectance=0.06)
    for y in (0.052, -0.052):
        sketch.path(
            [off(crown, 0, y, 0), off(front, -0.04, y, 0.12), off(front, 0, y, 0)], 0.011, paint, (1, 1, 1), sides
        )
    sketch.bar(off(crown, 0, -0.06, 0).tolist(), off(crown, 0, 0.06, 0).tolist(), 0.014, paint, (1, 1, 1), sides)
    sketch.bar(crown.tolist(), stem.tolist(), 0.014, STEEL, GREY, sides)
    bar_mesh(sketch, look, stem, sides)
    if look.guards:
        guard(sketch, front, own.wheel_radius, (0.45, 2.6), paint if look.rider.seed & 4 else STEEL, detail)
    if look.lamps:
        glow = Material((0.8, 0.8, 0.78), roughness=0.15, emission=WHITE_LIGHT if lamps_on else (0.0, 0.0, 0.0))
        z = 0.80
        x = look.steering_x(z) + 0.07
        sketch.bar((x - 0.05, 0, z), (x, 0, z), (0.02, 0.032), STEEL, BLACK, max(sides, 5))
        sketch.box((x + 0.002, 0, z), (0.008, 0.05, 0.05), glow)
    if look.basket:
        x, z, tone = look.steering_x(0.88) + 0.20, 0.88, (0.20, 0.13, 0.06) if look.rider.seed & 8 else BLACK
        sketch.box((x, 0, z), (0.25, 0.34, 0.18), RUBBER, tone, "xXyYz")
        sketch.box((x, 0, z + 0.08), (0.23, 0.32, 0.01), RUBBER, (0.4 * tone[0], 0.4 * tone[1], 0.4 * tone[2]), "Z")
        sketch.bar((x - 0.1, 0, z - 0.06), (stem - (0, 0, 0.1)).tolist(), 0.01, STEEL, BLACK, 4)
    return sketch.build()


def bar_mesh(sketch: Sketch, look: CycleLook, stem: Array, sides: int) -> None:
    """The bar from grip to grip, grips black."""
    gx, gy, gz = look.grip
    swept = {"city": (0.11, 0.16), "trekking": (0.02, 0.10), "sport": (0.0, 0.12)}[look.model]
    for side in (1.0, -1.0):
        inner, outer = np.array([gx + 0.06, side * (gy - 0.06), gz]), np.array([gx - 0.06, side * (gy + 0.02), gz])
        if look.model == "sport":  # a road bar: hoods and drops
            hood = np.array([gx, side * gy, gz])
            back = np.array([stem[0] + 0.02, side * (gy - 0.03), gz + 0.015])
            bends = ((0.0, 0.0), (0.04, -0.05), (0.02, -0.12), (-0.10, -0.13))
            drop = [back, *(off(hood, x, 0.0, z) for x, z in bends)]
            sketch.path([stem, off(stem, 0.02, 0, 0.05), back], 0.012, STEEL, BLACK, sides)
            sketch.path(drop, 0.014, RUBBER, BLACK, sides)
            sketch.bar(off(hood, 0.02, 0, 0.0).tolist(), off(hood, 0.05, 0, -0.1).tolist(), 0.006, STEEL, GREY, 4)
            continue
        if look.model == "trekking":
            inner[0], outer[0] = gx + 0.01, gx - 0.02
        start = off(stem, 0.03, 0.0, 0.04)
        mid = np.array([gx + swept[0], side * swept[1], gz + 0.005])
        sketch.path([stem, start, mid, inner], 0.011, CHROME, (1, 1, 1), sides)
        sketch.path([inner, outer], 0.0165, RUBBER, BLACK, sides)
        sketch.bar(off(inner, 0.05, 0, -0.01).tolist(), off(outer, 0.06, 0, -0.03).tolist(), 0.005, STEEL, GREY, 4)


def cranks(detail: int) -> Mesh:
    """Chain ring and both arms, the left one forward, about the crank's axle."""
    sketch = Sketch()
    for side in (1.0, -1.0):
        sketch.bar((0, side * 0.06, 0), (side * CRANK, side * 0.075, 0), 0.011, STEEL, GREY, (6, 4, 3)[detail])
        sketch.bar((side * CRANK, side * 0.07, 0), (side * CRANK, side * 0.13, 0), 0.006, STEEL, GREY, 4)
    sketch.bar((0, -0.065, 0), (0, 0.065, 0), 0.02, STEEL, BLACK, 6)
    ring = lathe([(0.003, 0.02), (0.003, 0.088), (-0.003, 0.088), (-0.003, 0.02)], (20, 12, 8)[detail], STEEL)
    grey = np.tile(np.array([0.06, 0.06, 0.06], np.float32), (len(ring.positions), 1))
    placed = ring.positions + np.array([0.0, -0.05, 0.0], np.float32)
    sketch.add(replace(ring, positions=placed, colours=grey))
    return sketch.build()
