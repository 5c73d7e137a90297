"""Load-carrying parts behind a cab: goods boxes, lettering boards, chassis."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from renderers.mesh import Material, Mesh, box, make_mesh
from renderers.vehicles_paint import Paints
from renderers.vehicles_plates import plate_size, strips
from renderers.vehicles_shapes import axles
from renderers.vehicles_textures import lettering_texture
from scenes.vehicles import RGB, VehicleLook


def words(look: VehicleLook, ground: RGB) -> Material:
    """Material with the look's lettering on a ground colour."""
    pale = sum(ground) > 0.9
    ink = look.second if pale and sum(look.second) < 1.2 else (0.02, 0.02, 0.03) if pale else (0.72, 0.72, 0.70)
    return Material(texture=lettering_texture(look.lettering, ground, ink), roughness=0.4)


def board(centre: tuple[float, float, float], size: tuple[float, float, float], material: Material) -> Mesh:
    """A flat box whose faces show the whole texture once.

    Args:
        centre: (3,) m.
        size: (3,) m; the smallest extent is the thickness.
        material: with the texture.

    Returns:
        The mesh.
    """
    mesh = box(size, centre, material)
    wide, high = max(size[0], size[1]), size[2]
    return replace(mesh, uvs=(mesh.uvs / np.array([wide, high], np.float32)).astype(np.float32))


def box_paint(look: VehicleLook) -> Material:
    """Skin of a goods box: white more often than not."""
    white = sum(look.paint) > 1.5 or look.livery in (0, 2)
    return Material((0.68, 0.68, 0.66) if white else look.paint, roughness=0.45, reflectance=0.05)


def box_body(
    look: VehicleLook, paints: Paints, detail: int, span: tuple[float, float], heights: tuple[float, float]
) -> list[Mesh]:
    """A goods box: smooth panels, edge strips, rear shutter, lettering.

    Args:
        look: the vehicle.
        paints: its materials.
        detail: 0 finest .. 2 coarsest.
        span: x of the rear and the front wall, m.
        heights: z of floor and roof, m.

    Returns:
        The meshes.
    """
    skin = box_paint(look)
    middle, long = (span[0] + span[1]) / 2.0, span[1] - span[0]
    centre, tall = (heights[0] + heights[1]) / 2.0, heights[1] - heights[0]
    side = look.width / 2.0
    parts = [box((long, look.width - 0.02, tall), (middle, 0.0, centre), skin)]
    if detail < 2:
        for s in (1.0, -1.0):
            y = s * (side - 0.015)
            parts += [
                box((long, 0.03, 0.06), (middle, y, z), paints.metal) for z in (heights[0] + 0.03, heights[1] - 0.03)
            ]
            parts += [box((0.05, 0.03, tall), (x, y, centre), paints.metal) for x in (span[0] + 0.025, span[1] - 0.025)]
        for y in (side - 0.06, 0.0, -side + 0.06):
            parts.append(box((0.02, 0.05, tall - 0.05), (span[0] - 0.002, y, centre), paints.metal))
        for z in np.linspace(heights[0] + 0.3, heights[1] - 0.3, 4).tolist():
            parts.append(box((0.016, look.width - 0.2, 0.02), (span[0], 0.0, z), paints.metal))
    if look.livery in (1, 3):
        share = 0.18 if look.livery == 1 else 0.45
        z = heights[0] + tall * (0.1 + share / 2)
        parts += [
            box((long - 0.12, 0.012, tall * share), (middle, s * (side - 0.01), z), paints.second) for s in (1, -1)
        ]
    if look.lettering:
        wide = min(0.8 * long, 0.36 * len(look.lettering) * tall / 2.0)
        size, z = (wide, 0.016, wide * 0.24), centre + 0.15 * tall
        parts += [board((middle, s * (side - 0.008), z), size, words(look, skin.colour)) for s in (1.0, -1.0)]
    return parts


def tipping_body(look: VehicleLook, paints: Paints, detail: int, span: tuple[float, float], floor: float) -> list[Mesh]:
    """Open body with ribbed drop sides and head board.

    Args:
        look: the vehicle.
        paints: its materials.
        detail: 0 finest .. 2 coarsest.
        span: x of the rear and the front wall, m.
        floor: m.

    Returns:
        The meshes.
    """
    middle, long = (span[0] + span[1]) / 2.0, span[1] - span[0]
    half, tall, high = look.width / 2.0, 0.85, look.height - floor
    skin = paints.second if look.livery else paints.metal
    parts = [
        box((long, look.width - 0.02, 0.08), (middle, 0.0, floor + 0.04), skin),
        box((0.06, look.width - 0.06, tall), (span[0] + 0.03, 0.0, floor + tall / 2), skin),
        box((0.07, look.width - 0.06, high), (span[1] - 0.035, 0.0, floor + high / 2), skin),
    ]
    for s in (1.0, -1.0):
        parts.append(box((long, 0.05, tall), (middle, s * (half - 0.05), floor + tall / 2), skin))
        if detail < 2:
            for x in np.linspace(span[0] + 0.04, span[1] - 0.04, 6).tolist():
                parts.append(box((0.08, 0.07, tall + 0.02), (x, s * (half - 0.035), floor + tall / 2), skin))
            parts.append(box((long, 0.07, 0.07), (middle, s * (half - 0.035), floor + tall), skin))
    return parts


def chassis(look: VehicleLook, paints: Paints, detail: int, front: float, floor: float) -> list[Mesh]:
    """Frame, side guards, mudguards, tank, rear bar with lamps and plate.

    Args:
        look: the vehicle.
        paints: its materials.
        detail: 0 finest .. 2 coarsest.
        front: x where it starts, m.
        floor: height of the load floor, m.

    Returns:
        The meshes.
    """
    back, half = -look.length / 2.0, look.width / 2.0
    front_axle, rear_axle = axles(look)
    radius, middle, bar = look.wheel_radius, (front + back) / 2, look.clearance + 0.26
    parts = [
        box((front - back - 0.1, 0.9, 0.22), (middle, 0.0, floor - 0.11), paints.dark),
        box((front - back - 0.06, look.width - 0.12, 0.10), (middle, 0.0, floor - 0.04), paints.metal),
        box((0.08, look.width - 0.1, 0.16), (back + 0.10, 0.0, bar), paints.metal),
        *plate_on_bar(look, paints, (back + 0.04, bar)),
    ]
    guard = (rear_axle + radius + 0.12, min(front_axle - radius - 0.25, front + 0.4))
    for s in (1.0, -1.0):
        if detail < 2:
            size = (guard[1] - guard[0], 0.04, 0.11)
            for z in (look.clearance + 0.16, look.clearance + 0.42):
                place = ((guard[0] + guard[1]) / 2, s * (half - 0.06), min(z, floor - 0.15))
                parts.append(box(size, place, paints.metal))
            tank = (guard[1] - 0.5, s * (half - 0.34), look.clearance + 0.28)
            parts.append(box((0.9, 0.45, 0.42), tank, paints.trim))
            parts.append(
                box((2.3 * radius, 0.42, 0.04), (rear_axle, s * (half - 0.28), 2 * radius + 0.06), paints.trim)
            )
        for k, material in enumerate((paints.brake, paints.turn(s), paints.reverse)[: 3 if detail < 2 else 2]):
            parts.append(box((0.05, 0.16, 0.15), (back + 0.035, s * (half - 0.12 - 0.17 * k), bar), material))
        flap = (rear_axle - radius - 0.2, s * (half - 0.28), 0.42)
        parts.append(box((0.02, 0.42, 0.35), flap, paints.rubber))
    return parts


def plate_on_bar(look: VehicleLook, paints: Paints, spot: tuple[float, float]) -> list[Mesh]:
    """The rear plate on its carrier, the middle of which is at x and z m."""
    (x, z), (wide, tall) = spot, plate_size(look.plate, "rear")
    carrier = box((0.02, wide, tall), (x, 0.0, z), paints.trim)
    y, up = 0.5 * wide, 0.5 * tall
    corners = np.array([(x - 0.011, side, z + rise) for side, rise in ((y, up), (-y, up), (-y, -up), (y, -up))])
    v = 1.0 / strips((wide, tall))
    uvs = np.array([(0.0, 0.0), (1.0, 0.0), (1.0, v), (0.0, v)])
    return [carrier, make_mesh(corners, np.array([[0, 2, 1], [0, 3, 2]]), paints.plate_rear, uvs)]
