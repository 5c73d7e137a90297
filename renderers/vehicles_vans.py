"""Vans, minibuses and box vans: cars' faces on tall bodies, with lettering."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np

from renderers.mesh import Mesh, box, merge
from renderers.vehicles_boxes import box_body, box_paint, chassis, words
from renderers.vehicles_cars import running_gear
from renderers.vehicles_faces import car_front, exhaust, plate, repeaters, tail_lamps
from renderers.vehicles_form import Form
from renderers.vehicles_glass import Daylight, handles, mirrors, screens, seams, side_windows, skirts
from renderers.vehicles_paint import Paints
from renderers.vehicles_parts import Canvas, face_patch, patch, shell, side_panel
from renderers.vehicles_shapes import axles, body_form, bumper_top, sill
from renderers.vehicles_wheels import Gear
from scenes.vehicles import VehicleLook

RAIL = {"small_van": 0.10, "panel_van": 0.22, "minibus": 0.26}  # m, roof edge to the top of the side windows
BOX_VAN_CAB = 2.12  # m, roof of the cab of a 3.5 t van


def van_mesh(look: VehicleLook, paints: Paints, detail: int, gear: Gear) -> Mesh:
    """Small van, panel van or minibus."""
    form = body_form(look, detail)
    front, rear = axles(look)
    bus = look.model == "minibus"
    day = van_daylight(form, look)
    panes, door = van_panes(form, look, day)
    tip = panes[0][1]
    slide = max(rear + form.section.arches[1][2] + 0.02, door - 1.25)
    parts = [
        shell(form, paints.paint, paints.dark, look.dirt),
        *screens(form, look, paints, rear=False),
        *side_windows(look, paints, day, panes),
        *seams(form, paints, [tip + 0.06, door - 0.02]),
        *seams(form, paints, [door - 0.03, slide], form.section.belt[1] if bus else look.body_height - 0.25),
        *handles(form, look, paints, [door + 0.16, door - 0.16]),
        *mirrors(form, look, paints, tip - 0.10, 0.17 if look.model == "small_van" else 0.30),
        *skirts(form, look, paints, front, rear),
        *car_front(form, look, paints),
        *_van_rear(form, look, paints),
        *_signwriting(form, look, paints, door),
        *repeaters(form, paints, front - form.section.arches[0][2] - 0.06, float(form.belt(front)) - 0.20),
    ]
    if detail == 0:
        parts.append(exhaust(form, look, paints))
    if detail == 0 and not bus:
        z = float(form.belt(rear))
        parts += [side_panel(form, s, (form.rear + 0.1, slide), (z - 0.015, z + 0.015), paints.dark) for s in (1, -1)]
    return merge([*parts, *running_gear(form, look, paints, gear)])


def van_daylight(form: Form, look: VehicleLook) -> Daylight:
    """The glazed band of a van."""
    return Daylight(form, look, 0.05, RAIL[look.model])


def van_panes(form: Form, look: VehicleLook, day: Daylight) -> tuple[list[tuple[float, float]], float]:
    """Rear and front x of the panes of one side, front to back, and x behind the driver's door, m."""
    tip = day.span(form.rear, form.x_of("cowl"))[1]
    door = max(tip - 1.12, axles(look)[0] - 1.30)
    panes = [(door + 0.04, tip)]
    if look.model == "minibus":
        cuts = np.linspace(door - 0.06, form.rear + 0.12, 4).tolist()
        panes += [(b + 0.05, a) for a, b in pairwise(cuts)]
    return panes, door


def _van_rear(form: Form, look: VehicleLook, paints: Paints) -> list[Mesh]:
    """Two doors with or without windows, tall lamps, plate."""
    low, high = sill(look), bumper_top(look)
    half, top, roof = look.width / 2.0, form.z_of("waist"), look.body_height
    parts = [
        face_patch(form, True, (0.98 * half, -0.98 * half), (low, high - 0.06), paints.bumper),
        *tail_lamps(form, look, paints, high + 0.04, top),
        plate(form, look, True, (0.42 * half, high + 0.175), paints),
    ]
    if look.model == "minibus" or look.tint < 0.5:
        span, way = (top + 0.06, min(top + 0.62, roof - 0.20)), -0.5 if look.left_hand_drive else 0.5
        for k, reach in enumerate(((0.80 * half, 0.07), (-0.07, -0.80 * half))):
            pane = face_patch(form, True, reach, span, paints.rear_glass, lift=0.003)
            u = pane.uvs * (way, 1.0) + ((0.5 * k if way > 0 else 1.0 - 0.5 * k), 0.0)  # half of the cabin each
            parts.append(replace(pane, uvs=u.astype(np.float32)))
    if form.detail < 2:
        for y in (0.0, 0.90 * half, -0.90 * half):
            parts.append(face_patch(form, True, (y + 0.008, y - 0.008), (high, roof - 0.12), paints.dark, lift=0.001))
        parts.append(face_patch(form, True, (0.06, -0.03), (top - 0.12, top - 0.06), paints.trim, lift=0.006))
    return parts


def _signwriting(form: Form, look: VehicleLook, paints: Paints, door: float) -> list[Mesh]:
    """Stripes and words on the sides."""
    parts = []
    top, back = float(form.belt(0.0)), form.rear + 0.16
    low = top - 0.42
    for s in (1.0, -1.0):
        if look.livery == 1:
            parts.append(side_panel(form, s, (back, door), (top - 0.30, top - 0.14), paints.second, -0.002))
        elif look.livery in (2, 4):
            lower, upper = [(back, low + 0.1), (door - 0.6, low)], [(back, top + 0.3), (door, low + 0.15)]
            parts.append(patch(Canvas(form, "side", s), lower, upper, paints.second, -0.002))
        elif look.livery == 3:
            start = axles(look)[1] + form.section.arches[1][2] + 0.05
            parts.append(side_panel(form, s, (start, door), (low - 0.25, low + 0.22), paints.second, -0.002))
        if look.lettering and look.model != "minibus" and form.detail < 2:
            span = min(0.24 * len(look.lettering), door - 0.4 - back) / 2.0
            middle = (door + back) / 2.0
            where = (middle - span, middle + span), (top + 0.06, top + 0.06 + 0.45 * span)
            parts.append(side_panel(form, s, *where, words(look, look.paint), 0.0, readable=True))
    return parts


def box_van_mesh(look: VehicleLook, paints: Paints, detail: int, gear: Gear) -> Mesh:
    """A van's cab in front of a wide box (Luton body)."""
    cab_rear = look.length / 2.0 - look.bonnet - look.screen - 1.05
    form = body_form(look, detail, BOX_VAN_CAB, cab_rear)
    day = Daylight(form, look, 0.05, 0.2)
    tip = day.span(form.rear, form.x_of("cowl"))[1]
    door = form.rear + 0.10
    floor, back = look.wheel_radius * 2.0 + 0.16, -look.length / 2.0
    parts = [
        shell(form, paints.paint, paints.dark, look.dirt),
        *screens(form, look, paints, rear=False),
        *side_windows(look, paints, day, [(door + 0.05, tip)]),
        *seams(form, paints, [tip + 0.06, door]),
        *handles(form, look, paints, [door + 0.16]),
        *mirrors(form, look, paints, tip - 0.10, 0.32),
        *car_front(form, look, paints),
        *box_body(look, paints, detail, (back + 0.02, cab_rear + 0.03), (floor, look.height)),
        *chassis(look, paints, detail, cab_rear, floor),
        *repeaters(form, paints, door + 0.04, float(form.belt(door)) - 0.20),
    ]
    if look.livery % 2 == 0:  # the part over the cab
        nose = min(cab_rear + 0.9, form.x_of("roof_front"))
        size = (nose - cab_rear, look.width - 0.04, look.height - BOX_VAN_CAB - 0.02)
        middle = ((nose + cab_rear) / 2, 0.0, (look.height + BOX_VAN_CAB) / 2 - 0.01)
        parts.append(box(size, middle, box_paint(look)))
    return merge([*parts, *running_gear(form, look, paints, gear, look.width / 2.0 - 0.06)])
