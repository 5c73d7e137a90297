"""Front and rear faces of cars and bonneted vans: bumpers, grille, lamps, plates, gaps."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from renderers.mesh import Material, Mesh, tube
from renderers.vehicles_form import Form
from renderers.vehicles_glass import top_panel
from renderers.vehicles_paint import Paints
from renderers.vehicles_parts import Canvas, face_patch, line, patch
from renderers.vehicles_plates import plate_size, strips
from renderers.vehicles_shapes import bumper_top, sill
from scenes.vehicles import VehicleLook

LAMP_INNER = {"tall": 0.84, "corner": 0.66, "wide": 0.52, "round": 0.70}  # inner edge of tail lamps, share of width


def plate(form: Form, look: VehicleLook, rear: bool, spot: tuple[float, float], paints: Paints) -> Mesh:
    """Number plate on a face, its middle at a spot (y, z) m."""
    (y, z), (wide, tall) = spot, plate_size(look.plate, "rear" if rear else "front")
    half = wide / 2 if rear else -wide / 2  # text runs from the onlooker's left
    material = paints.plate_rear if rear else paints.plate_front
    mesh = face_patch(form, rear, (y + half, y - half), (z - tall / 2, z + tall / 2), material, lift=0.006)
    share = np.array([1.0, 1.0 / strips((wide, tall))], np.float32)
    return replace(mesh, uvs=(mesh.uvs * share).astype(np.float32))


def repeaters(form: Form, paints: Paints, x: float, z: float) -> list[Mesh]:
    """Small turn lamps on both sides, their middle at x and z m."""
    if form.detail > 1:
        return []
    curve = [(x - 0.035, z), (x + 0.035, z)]
    return [line(Canvas(form, "side", s), curve, (0.0, 0.03), paints.turn(s)) for s in (1.0, -1.0)]


def car_front(form: Form, look: VehicleLook, paints: Paints) -> list[Mesh]:
    """Bumper, grille, lamps, plate and bonnet gaps of cars and bonneted vans."""
    low, high = sill(look), bumper_top(look)
    half, top = look.width / 2.0, form.z_of("nose") - 0.015
    wide, tall, rise = look.head_lamp
    tall = min(tall, top - high - 0.035)
    inner = 0.80 * half - wide * 0.5
    grille = (max(high + 0.035, top - 0.19), top - 0.01)
    reach = inner - 0.03
    parts = [
        face_patch(form, False, (-0.62 * half, 0.62 * half), (low + 0.05, low + 0.15), paints.trim, lift=0.002),
        face_patch(form, False, (-reach, reach), grille, paints.grille, lift=0.002),
        plate(form, look, False, (0.0, high - 0.10), paints),
    ]
    if not look.painted_bumpers:
        parts.append(face_patch(form, False, (-0.97 * half, 0.97 * half), (low, high), paints.bumper))
    if look.chrome and form.detail < 2:
        strip = (top - 0.035, top - 0.005)
        parts.append(face_patch(form, False, (-reach, reach), strip, paints.chrome, lift=0.005))
    for s in (1.0, -1.0):
        span = (s * inner, s * min(inner + wide, 0.94 * half))
        parts.append(face_patch(form, False, span, (top - tall, top), paints.head, rise, 0.004))
        corner, band = (span[1] - 0.08 * s, span[1]), (top - tall * 0.92, top - tall * 0.15)
        parts.append(face_patch(form, False, corner, band, paints.turn(s), rise, 0.008))
        if form.detail < 2:
            frame = (span[0] - 0.015 * s, span[1] + 0.01 * s)
            parts.append(face_patch(form, False, frame, (top - tall - 0.012, top + 0.01), paints.trim, rise))
            fog = (s * 0.66 * half, s * (0.66 * half + 0.13))
            material = paints.head if rise > 0.02 else paints.trim
            parts.append(face_patch(form, False, fog, (low + 0.07, low + 0.14), material, 0.0, 0.004))
    return parts + _bonnet_gaps(form, half, top, high, paints)


def _bonnet_gaps(form: Form, half: float, top: float, high: float, paints: Paints) -> list[Mesh]:
    """Seams around the bonnet and above the bumper, and the badge."""
    if form.detail > 0:
        return []
    canvas = Canvas(form, "top")
    t = form.station(top + 0.02, False)
    parts = [line(canvas, [(t, -0.86), (t, 0.86)], (0.014, 0.0), paints.dark)]
    for s in (1.0, -1.0):
        curve = [(t, s * 0.86), (form.at("cowl") - 0.05, s * 0.90)]
        parts.append(line(canvas, curve, (0.0, 0.018), paints.dark))
    parts.append(face_patch(form, False, (-0.9 * half, 0.9 * half), (high + 0.005, high + 0.02), paints.dark))
    parts.append(face_patch(form, False, (-0.03, 0.03), (top - 0.07, top - 0.025), paints.chrome, lift=0.006))
    return parts


def car_rear(form: Form, look: VehicleLook, paints: Paints) -> list[Mesh]:
    """Boot lid or tailgate, lamps, plate, bumper, exhaust."""
    low, high, half = sill(look), bumper_top(look), look.width / 2.0
    top = form.z_of("deck_end") if "deck_end" in form else form.z_of("waist")
    if look.model in ("suv", "mpv", "city") and top - high < 0.42:
        z = max(high + 0.14, top - 0.16)
    else:
        z = high + 0.13 if top - high > 0.26 else high - 0.11
    parts = [
        face_patch(form, True, (0.5 * half, -0.5 * half), (low + 0.01, low + 0.09), paints.trim, lift=0.002),
        face_patch(form, True, (0.36, -0.36), (z - 0.075, z + 0.085), paints.trim, lift=0.002),
        plate(form, look, True, (0.0, z), paints),
        *tail_lamps(form, look, paints, high + 0.04, top),
    ]
    if not look.painted_bumpers:
        parts.append(face_patch(form, True, (-0.98 * half, 0.98 * half), (low, high), paints.bumper))
    if form.detail < 2 and look.model != "pickup":
        t = form.at("roof_rear") + 0.02
        parts.append(top_panel(form, paints.brake, t + 0.03, t, 0.18, 0.18, 0.004))
    if form.detail == 0:
        canvas = Canvas(form, "top")
        start = form.at("step_rear") - 0.01
        stop = form.at("waist") - 0.01  # the window is a part of the lid
        q = LAMP_INNER[look.tail_lamp] - 0.02
        parts += [line(canvas, [(start, s * q), (stop, s * q)], (0.0, 0.016), paints.dark) for s in (1.0, -1.0)]
        parts.append(line(canvas, [(start, -0.9), (start, 0.9)], (0.016, 0.0), paints.dark))
        parts.append(exhaust(form, look, paints))
    return parts


def exhaust(form: Form, look: VehicleLook, paints: Paints) -> Mesh:
    """End of the exhaust pipe, half below the rear bumper."""
    x, y, z = form.rear + 0.02, -0.25 * look.width, sill(look)
    return tube((x, y, z), (x + 0.2, y, z), 0.028, paints.metal, 8)


def tail_lamps(form: Form, look: VehicleLook, paints: Paints, low: float, top: float) -> list[Mesh]:
    """Both clusters: red, indicator and reverse fields, wrapped around the corner.

    Args:
        form: the body.
        look: the vehicle.
        paints: its materials.
        low: m, lowest usable height.
        top: m, top edge of the boot or the waist.

    Returns:
        The meshes.
    """
    style = look.tail_lamp
    high = style == "tall" and look.model != "pickup"
    tall = min(top + 0.30, 0.86 * look.body_height) if high else top - 0.03
    base = max(low + 0.10, tall - 0.62) if high else low + 0.06
    if style == "wide":
        base = max(base, tall - 0.17)
    step, inner = tall - base, LAMP_INNER[style]
    parts = []
    z = np.linspace(base, tall, 4)
    edge = np.interp([form.station(float(v), True) for v in z], form.t, form.edge_x)
    depth = 0.09 if style == "tall" else 0.13
    lower, upper = np.stack([edge + 0.006, z], -1).tolist(), np.stack([edge + depth, z], -1).tolist()
    for s in (1.0, -1.0):
        for start, stop, material in lamp_fields(style, paints, paints.turn(s), form.detail):
            t0, t1 = form.station(base + start * step, True), form.station(base + stop * step, True)
            low_edge, high_edge = [(t0, s * inner), (t0, s * 0.99)], [(t1, s * inner), (t1, s * 0.99)]
            parts.append(patch(Canvas(form, "top"), low_edge, high_edge, material, 0.003))
        if form.detail < 2:
            parts.append(patch(Canvas(form, "side", s), lower, upper, paints.tail, 0.002))
    return parts


def lamp_fields(style: str, paints: Paints, turn: Material, detail: int) -> list[tuple[float, float, Material]]:
    """Fields of a tail lamp cluster from the bottom: from and to as shares of its height, material."""
    if detail == 2:
        return [(0.0, 0.4, turn), (0.4, 1.0, paints.brake)]
    if style == "tall":
        return [(0.0, 0.42, paints.brake), (0.42, 0.6, paints.reverse), (0.6, 0.8, turn), (0.8, 1.0, paints.tail)]
    return [(0.0, 0.30, paints.reverse), (0.30, 0.55, turn), (0.55, 1.0, paints.brake)]
