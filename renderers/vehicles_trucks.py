"""Lorries: a cab over the engine with a box or a tipping body."""

from __future__ import annotations

import numpy as np

from renderers.mesh import Material, Mesh, merge
from renderers.vehicles_boxes import box_body, chassis, tipping_body
from renderers.vehicles_cars import running_gear
from renderers.vehicles_faces import plate, repeaters
from renderers.vehicles_form import Form
from renderers.vehicles_glass import Daylight, handles, mirrors, screens, seams, side_windows
from renderers.vehicles_paint import Paints
from renderers.vehicles_parts import ellipsoid, face_patch, shell
from renderers.vehicles_shapes import body_form, bumper_top, sill
from renderers.vehicles_wheels import Gear
from scenes.vehicles import VehicleLook

CAB = (1.95, 2.72)  # m, length and height of the day cab of a distribution lorry
EARTH = Material((0.20, 0.15, 0.10), roughness=0.95)
GRAVEL = Material((0.24, 0.23, 0.22), roughness=0.95)


def truck_mesh(look: VehicleLook, paints: Paints, detail: int, gear: Gear) -> Mesh:
    """Box lorry or tipper."""
    end = look.length / 2.0
    form = body_form(look, detail, CAB[1], end - CAB[0])
    day = Daylight(form, look, 0.05, 0.22)
    tip = day.span(form.rear, form.x_of("cowl"))[1]
    door, floor = form.rear + 0.45, look.wheel_radius * 2.0 + 0.20
    parts = [
        shell(form, paints.paint, paints.dark, look.dirt),
        *screens(form, look, paints, rear=False),
        *side_windows(look, paints, day, [(door + 0.06, tip - 0.06)]),
        *seams(form, paints, [tip + 0.01, door]),
        *handles(form, look, paints, [door + 0.2]),
        *mirrors(form, look, paints, tip - 0.02, 0.55),
        *_front(form, look, paints),
        *chassis(look, paints, detail, form.rear, floor),
        *repeaters(form, paints, door + 0.10, float(form.belt(door)) - 0.30),
    ]
    gear_parts = running_gear(form, look, paints, gear, look.width / 2.0 - 0.03)
    span = (0.012 - end, form.rear - 0.08)
    if look.model == "box_truck":
        parts += box_body(look, paints, detail, span, (floor, look.height))
        if look.livery % 2 and detail < 2:  # air deflector
            parts.append(ellipsoid((form.rear + 0.75, 0.0, CAB[1] + 0.1), (1.2, 1.9, 0.9), paints.paint, detail, 0.5))
        return merge([*parts, *gear_parts])
    parts += tipping_body(look, paints, detail, span, floor)
    if look.load:
        size = (0.96 * (span[1] - span[0]), look.width * 0.9, 0.9 + 0.35 * look.load)
        middle = ((span[0] + span[1]) / 2.0, 0.0, floor + 0.55)
        parts.append(ellipsoid(middle, size, EARTH if look.load == 1 else GRAVEL, detail))
    return merge([*parts, *gear_parts])


def _front(form: Form, look: VehicleLook, paints: Paints) -> list[Mesh]:
    """Grille slats, bumper, lamps and plate of a flat cab."""
    low, high, half = sill(look), bumper_top(look), look.width / 2.0
    belt = form.z_of("cowl")
    parts = [
        face_patch(form, False, (-0.96 * half, 0.96 * half), (low, high - 0.02), paints.bumper),
        face_patch(form, False, (-0.62 * half, 0.62 * half), (high + 0.06, belt - 0.22), paints.grille, lift=0.002),
        plate(form, look, False, (0.0, low + 0.195), paints),
    ]
    if form.detail < 2:
        for z in np.linspace(high + 0.10, belt - 0.28, 4).tolist():
            parts.append(face_patch(form, False, (-0.6 * half, 0.6 * half), (z, z + 0.035), paints.paint, lift=0.006))
        parts.append(face_patch(form, False, (-0.9 * half, 0.9 * half), (belt - 0.10, belt - 0.05), paints.trim))
    for s in (1.0, -1.0):
        lamp, corner = (s * 0.62 * half, s * 0.93 * half), (s * 0.86 * half, s * 0.93 * half)
        parts.append(face_patch(form, False, lamp, (high - 0.22, high - 0.03), paints.head, lift=0.006))
        parts.append(face_patch(form, False, corner, (high + 0.05, high + 0.2), paints.turn(s), lift=0.006))
    return parts
