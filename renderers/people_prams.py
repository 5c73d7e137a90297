"""Prams and pushchairs: wheels that turn, frame, cot or seat, hood, and who lies or sits in them."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from renderers.mesh import RGB, Material, Mesh, moved
from renderers.people import person_mesh, pose_person
from renderers.people_fabric import CLOTH, SKIN, palette
from renderers.props_kit import Sketch, surface
from scenes.geometry import world_from_model
from scenes.people import sample_person
from scenes.people_company import Companion
from scenes.people_palette import SKINS, varied
from scenes.seeds import pick, rng_for
from sim.people_gait import Gait

Array = NDArray[np.float64]
Point = tuple[float, float, float]
METAL = Material(roughness=0.38, metallic=0.8, reflectance=0.5)
RUBBER = Material(roughness=0.92, reflectance=0.03)
STEEL: RGB = (0.30, 0.30, 0.31)
DARK: RGB = (0.02, 0.02, 0.021)
TYRE: RGB = (0.016, 0.016, 0.017)
SEATED, SOLES = 0.475, 0.27  # m, in a pushchair
LINED = 0.4  # of the colour of a cloth, its inside


def add_wheel(sketch: Sketch, hub: Point, tyre: float, spokes: int, turn: float, fine: bool) -> None:
    """A wheel that stands on the ground.

    Args:
        sketch: to draw on.
        hub: x, y, and the radius, which is its height; m.
        tyre: thickness, m.
        spokes: number.
        turn: rad that it has rolled forwards.
        fine: rounder.
    """
    x, y, radius = hub
    angle = np.arange(30 if fine else 20) * 2.0 * math.pi / (30 if fine else 20)
    circle = np.stack([np.cos(angle), np.zeros_like(angle), np.sin(angle)], -1)
    middle = np.array(hub)
    sketch.path(middle + (radius - tyre / 2) * circle, tyre / 2, RUBBER, TYRE, 6 if fine else 4, closed=True)
    rim = radius - 1.1 * tyre
    sketch.path(middle + rim * circle, 0.2 * tyre, METAL, STEEL, 4, closed=True)
    for k in range(spokes):
        at = 2.0 * math.pi * k / spokes - turn
        end = middle + rim * np.array([math.cos(at), 0.0, math.sin(at)])
        sketch.bar(hub, end.tolist(), 0.12 * tyre, METAL, STEEL, 4)
    sketch.bar((x, y - 0.025, radius), (x, y + 0.025, radius), 0.35 * tyre, METAL, STEEL, 6)


def cloth(points: Array, colour: RGB, thick: float = 0.012) -> list[Mesh]:
    """Both sides of a padded cloth; (R, N, 3) m, its outside along (column direction) x (row direction)."""
    material = palette()[CLOTH]
    repeats = np.float64(0.12) * np.stack(np.meshgrid(np.arange(points.shape[1]), np.arange(points.shape[0])), -1)
    outside = surface(points, material, colour, repeats)
    inner = points - thick * outside.normals.reshape(points.shape)
    dim = tuple(LINED * c for c in colour)
    return [outside, surface(inner[:, ::-1], material, (dim[0], dim[1], dim[2]), repeats)]


def hood(
    hinge: tuple[float, float], radius: tuple[float, float], tilts: tuple[float, float], colour: RGB
) -> list[Mesh]:
    """A folding hood.

    Args:
        hinge: x and z of its axis, m.
        radius: m, away from the axis and along it.
        tilts: rad, of its first and last rib, 0 = forwards, anticlockwise seen from the right.
        colour: linear RGB.

    Returns:
        Meshes.
    """
    tilt = np.linspace(tilts[0], tilts[1], 9)[:, None]
    u = np.linspace(0.0, math.pi, 13)[None]
    away = radius[0] * np.abs(np.sin(u)) ** 0.55 * (1.0 + 0.018 * np.cos(8.0 * (tilt - tilts[0])))
    across = radius[1] * np.sign(np.cos(u)) * np.abs(np.cos(u)) ** 0.6 * np.ones_like(tilt)
    points = np.stack([hinge[0] + away * np.cos(tilt), across, hinge[1] + away * np.sin(tilt)], -1)
    return cloth(points[::-1], colour)


def ring(x: float, z: float, half: tuple[float, float], count: int = 25, power: float = 3.2) -> Array:
    """(count, 3) closed rounded rectangle, anticlockwise seen from above, m."""
    angle = np.linspace(0.0, 2.0 * math.pi, count)
    c, s = np.cos(angle), np.sin(angle)
    a = np.sign(c) * np.abs(c) ** (2.0 / power) * half[0]
    b = np.sign(s) * np.abs(s) ** (2.0 / power) * half[1]
    return np.stack([x + a, b, np.full(count, z)], -1)


def ball(centre: Point, radii: Point, material: Material, colour: RGB) -> Mesh:
    """An ellipsoid."""
    polar = np.linspace(0.0, math.pi, 9)[::-1, None]
    angle = np.linspace(0.0, 2.0 * math.pi, 13)[None]
    x, y = np.sin(polar) * np.cos(angle), np.sin(polar) * np.sin(angle)
    unit = np.stack([x, y, np.broadcast_to(np.cos(polar), x.shape)], -1)
    return surface(unit * np.array(radii) + np.array(centre), material, colour)


def chassis(sketch: Sketch, look: Companion, turn: float, fine: bool, rear: tuple[float, float, float]) -> None:
    """Wheels, legs, handle and the basket between them. `rear`: hub of the left rear wheel, m."""
    cot = look.model == "carrycot"
    front = (0.27, 0.25 if cot else 0.21, 0.115 if cot else 0.09)
    top = (-0.53, 0.21, 1.02) if cot else (-0.50, 0.22, 1.02)
    frame = STEEL if look.seed & 1 else DARK
    for side in (1.0, -1.0):
        for hub, spokes in ((rear, 10 if cot else 5), (front, 8 if cot else 5)):
            add_wheel(sketch, (hub[0], side * hub[1], hub[2]), 0.032, spokes, turn / hub[2], fine)
        inner = side * (front[1] - 0.045)
        low = (front[0], inner, front[2])
        knee = (-0.30, side * top[1], 0.80)
        sketch.path([low, knee, (top[0], side * top[1], top[2])], 0.012, METAL, frame)
        sketch.bar((front[0], side * front[1], front[2]), low, 0.009, METAL, frame)
        foot = (rear[0], side * (rear[1] - 0.04), rear[2])
        sketch.bar(foot, (0.02 if cot else -0.06, inner, 0.42), 0.011, METAL, frame)
        sketch.bar(foot, (rear[0], side * rear[1], rear[2]), 0.009, METAL, frame)
    sketch.bar((rear[0], -rear[1], rear[2]), (rear[0], rear[1], rear[2]), 0.009, METAL, frame)
    sketch.bar((top[0], -top[1], top[2]), (top[0], top[1], top[2]), 0.017, RUBBER, DARK, 8)
    sketch.box((0.0, 0.0, 0.23), (0.42, 0.32, 0.12), palette()[CLOTH], (0.03, 0.03, 0.032), faces="xXyYz")
    sketch.box((0.0, 0.0, 0.285), (0.41, 0.31, 0.004), palette()[CLOTH], (0.015, 0.015, 0.016), faces="Z")


def pram_mesh(look: Companion, detail: int, travelled: float) -> Mesh:
    """A pram with its child.

    Args:
        look: of kind PRAM.
        detail: 0 fine .. 2 coarse.
        travelled: m that it has rolled.

    Returns:
        The mesh, wheels on z = 0.
    """
    sketch = Sketch()
    if look.model == "carrycot":
        chassis(sketch, look, travelled, detail == 0, (-0.28, 0.275, 0.155))
        _cot(sketch, look)
    else:
        chassis(sketch, look, travelled, detail == 0, (-0.24, 0.245, 0.115))
        _seat(sketch, look, detail)
    return sketch.build()


def _cot(sketch: Sketch, look: Companion) -> None:
    """A lying baby that looks at who pushes, under a blanket and a hood."""
    rows = ((0.46, 0.20, 0.10), (0.47, 0.34, 0.155), (0.53, 0.375, 0.18), (0.62, 0.395, 0.19), (0.72, 0.40, 0.195))
    hull = np.stack([ring(0.0, z, (a, b)) for z, a, b in rows])
    bottom = ring(0.0, 0.46, (0.01, 0.005))[None]
    for mesh in cloth(np.concatenate([bottom, hull]), look.colour):
        sketch.add(mesh)
    sketch.path(ring(0.0, 0.72, (0.40, 0.195))[:-1], 0.012, palette()[CLOTH], tuple_of(look.colour, 0.6), 5, True)
    # the blanket bulges over the baby and is tucked in at the rim
    a, b = np.linspace(-0.385, 0.16, 10)[:, None], np.linspace(-1.0, 1.0, 11)[None]
    rng = rng_for(look.seed, "blanket")
    bulge = 0.045 * np.cos(1.45 * b) + 0.025 * np.exp(-(((a + 0.02) / 0.16) ** 2)) * np.cos(1.5 * b)
    half = 0.185 * (1.0 - np.abs(np.clip((a + 0.25) / -0.16, 0.0, 1.0)) ** 2 * 0.35)
    z = 0.715 + bulge + 0.004 * rng.normal(size=bulge.shape)
    blanket = np.stack([np.broadcast_to(a, z.shape), half * b * np.ones_like(a), z], -1)
    sketch.add(surface(blanket[::-1], palette()[CLOTH], look.second))
    sketch.box((0.20, 0.0, 0.69), (0.30, 0.30, 0.02), palette()[CLOTH], (0.55, 0.55, 0.53), faces="Z")
    skin = varied(rng, pick(rng, SKINS), 0.08)
    sketch.add(ball((0.19, 0.0, 0.765), (0.055, 0.056, 0.066), palette()[SKIN], skin))
    sketch.add(ball((0.212, 0.0, 0.772), (0.052, 0.062, 0.068), palette()[CLOTH], tuple_of(look.second, 1.2)))
    for mesh in hood((0.10, 0.725), (0.30, 0.20), (0.12, 1.75), look.colour):
        sketch.add(mesh)


def _seat(sketch: Sketch, look: Companion, detail: int) -> None:
    """A child that sits and looks ahead, under a hood."""
    line = np.array([(-0.235, 0.93), (-0.20, 0.72), (-0.165, 0.52), (-0.13, 0.455), (0.0, 0.45), (0.12, 0.46),
                     (0.17, 0.40), (0.19, 0.27)])  # fmt: skip
    width = np.linspace(-1.0, 1.0, 9)
    half = np.array([0.13, 0.165, 0.17, 0.17, 0.17, 0.165, 0.15, 0.14])[:, None]
    dish = np.array([0.0, 0.05, 0.06, 0.05, 0.04, 0.03, 0.01, 0.0])[:, None] * width[None] ** 4
    forward = np.array([1.0, 1.0, 1.0, 0.7, 0.0, 0.0, 0.5, 0.5])[:, None]
    points = np.stack([line[:, :1] + dish * forward, half * width[None], line[:, 1:] + dish * (1.0 - forward)], -1)
    for mesh in cloth(points[:, ::-1], look.colour, 0.03):
        sketch.add(mesh)
    sketch.box((0.245, 0.0, 0.255), (0.13, 0.25, 0.02), RUBBER, DARK)
    for side in (1.0, -1.0):
        sketch.bar((0.19, side * 0.13, 0.30), (0.20, side * 0.12, 0.25), 0.01, METAL, STEEL)
    sketch.path([(-0.10, y, z) for y, z in ((0.18, 0.62), (0.185, 0.66))], 0.012, METAL, DARK)
    arc = np.linspace(0.0, math.pi, 9)
    bumper = np.stack([-0.14 + 0.30 * np.sin(arc) ** 0.5, 0.18 * np.cos(arc), np.full(9, 0.66)], -1)
    sketch.path(bumper, 0.013, RUBBER, DARK)
    for mesh in hood((-0.15, 0.80), (0.25, 0.185), (0.95, 2.75), look.colour):
        sketch.add(mesh)
    rng = rng_for(look.seed, "child")
    child = sample_person(rng, warmth=0.7, age_group="child")
    tall = 0.84 + 0.12 * float(rng.random())
    bag, top, bottom = replace(child.bag, style="none"), child.top, child.bottom
    if bottom.style not in ("jeans", "trousers", "joggers", "leggings"):
        bottom = replace(bottom, style="joggers", hem=0.05, flare=0.8)
    body, top = replace(child.body, height=tall), replace(top, hem=max(top.hem, 0.47))
    child = replace(child, body=body, bag=bag, top=top, bottom=bottom)
    hands = ((0.13, 0.06, 0.60), (0.14, -0.05, 0.60))
    gait = Gait(0.0, 0.0, "sit", seat=SEATED, foot=SOLES, left=hands[0], right=hands[1], lean=-0.12)
    posed = pose_person(person_mesh(child, max(detail, 1)), gait)
    sketch.add(moved(posed, world_from_model(np.array([-0.06, 0.0, 0.0]), 0.0)))


def tuple_of(colour: RGB, factor: float) -> RGB:
    """A lighter or darker colour."""
    return (colour[0] * factor, colour[1] * factor, colour[2] * factor)
