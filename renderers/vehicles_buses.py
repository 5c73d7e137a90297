"""City buses, double-deckers and coaches."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from renderers.mesh import Mesh, merge
from renderers.vehicles_boxes import words
from renderers.vehicles_cars import running_gear
from renderers.vehicles_faces import plate, repeaters
from renderers.vehicles_form import Form
from renderers.vehicles_glass import mirrors
from renderers.vehicles_paint import Paints
from renderers.vehicles_parts import Canvas, face_patch, patch, shell, side_panel
from renderers.vehicles_shapes import axles, body_form, bumper_top, sill
from renderers.vehicles_wheels import Gear
from scenes.vehicles import VehicleLook

LOWER_DECK = (1.22, 2.12)  # m, windows of a double-decker
UPPER_DECK = (2.75, 3.72)
PANE = 1.45  # m


def bus_mesh(look: VehicleLook, paints: Paints, detail: int, gear: Gear) -> Mesh:
    """Any model of kind BUS."""
    form = body_form(look, detail)
    belt, high = float(form.belt(0.0)), bumper_top(look)
    decks = {
        "double_decker": [LOWER_DECK, UPPER_DECK],
        "coach": [(belt + 0.02, look.body_height - 0.42)],
        "bus": [(belt + 0.01, look.body_height - 0.48)],
    }[look.model]
    return merge(
        [
            shell(form, paints.paint, paints.dark, look.dirt),
            *_livery(form, look, paints),
            *[part for deck in decks for part in _window_band(form, look, paints, deck)],
            *_front(form, look, paints),
            *_rear(form, look, paints, decks[-1]),
            *_doors(form, look, paints),
            *[part for x in (0.75, 0.0, -0.6) for part in repeaters(form, paints, x * form.front, high + 0.35)],
            *mirrors(form, look, paints, form.front - 0.22, 0.42),
            *running_gear(form, look, paints, gear),
        ]
    )


def _window_band(form: Form, look: VehicleLook, paints: Paints, deck: tuple[float, float]) -> list[Mesh]:
    """Panes along both sides between two heights."""
    low, high = deck
    front, rear = form.front - 0.30, form.rear + (0.30 if deck == UPPER_DECK else 0.55)
    cuts = np.linspace(front, rear, max(5, round((front - rear) / PANE)) + 1).tolist()
    seal = paints.rubber if look.black_pillars else paints.trim
    parts = []
    for s in (1.0, -1.0):
        parts.append(side_panel(form, s, (rear - 0.03, front + 0.03), (low - 0.03, high + 0.03), seal))
        for k, (b, a) in enumerate(pairwise(cuts)):
            span = (a + 0.045, b - 0.045)
            frame = (span[1] + 0.5 * (k % 3), high, span[0] - 0.4 * ((k + 1) % 2), low - 0.15)
            parts.append(side_panel(form, s, span, deck, paints.side_glass, 0.004, frame))
            if form.detail == 0 and k % 2:
                parts.append(side_panel(form, s, span, (high - 0.25, high - 0.23), paints.rubber, 0.006))
    return parts


def _livery(form: Form, look: VehicleLook, paints: Paints) -> list[Mesh]:
    """Stripes, swooshes and lettering on the sides."""
    parts = []
    low, belt, roof = sill(look), float(form.belt(0.0)), look.body_height
    rear, front, high = form.rear + 0.08, form.front - 0.25, form.x_of("roof_front") - 0.12
    arch = look.wheel_radius + form.section.arches[0][2] + 0.04
    for s in (1.0, -1.0):
        canvas = Canvas(form, "side", s)
        if look.livery == 1:
            parts.append(side_panel(form, s, (rear, front), (belt - 0.24, belt - 0.06), paints.second, -0.002))
        elif look.livery == 2:
            lower, upper = [(rear, arch), (1.0, arch)], [(rear, roof - 0.15), (-2.0, roof - 0.15)]
            parts.append(patch(canvas, lower, upper, paints.second, -0.003))
        elif look.livery == 3:
            parts.append(side_panel(form, s, (rear, high), (roof - 0.40, roof - 0.10), paints.second, -0.002))
            parts.append(side_panel(form, s, (rear, front), (arch, arch + 0.1), paints.second, -0.002))
        elif look.livery == 4:
            for x, wide in ((-3.2, 1.6), (-0.8, 1.0), (1.4, 0.7)):
                lower, upper = [(x - 0.6 * wide, arch - 0.25), (x + 0.4 * wide, arch - 0.25)], [
                    (x - 0.3 * wide, belt - 0.03), (x + 0.6 * wide, belt - 0.03)]  # fmt: skip
                parts.append(patch(canvas, lower, upper, paints.second, -0.002))
        if look.lettering and form.detail < 2:
            top = belt - 0.10 if look.model != "double_decker" else 2.64
            wide = 0.15 * len(look.lettering)
            where = (0.4 - wide, 0.4 + wide), (top - 0.34, top)
            parts.append(side_panel(form, s, *where, words(look, look.paint), 0.001, readable=True))
        parts.append(side_panel(form, s, (rear, front), (low, low + 0.02), paints.trim))
    return parts


def _front(form: Form, look: VehicleLook, paints: Paints) -> list[Mesh]:
    """Tall windscreen, destination board, lamps, plate."""
    low, high, half = sill(look), bumper_top(look), look.width / 2.0
    roof, belt = look.body_height, form.z_of("cowl")
    double = look.model == "double_decker"
    top = 2.20 if double else roof - (0.55 if look.model == "bus" else 0.38)
    board = top + (0.42 if double else 0.36 if look.model == "bus" else 0.22)
    panes = [(belt - 0.02, top)]
    frames = [(belt - 0.06, board)]
    if double:
        panes.append((UPPER_DECK[0] + 0.05, UPPER_DECK[1]))
        frames.append((UPPER_DECK[0], UPPER_DECK[1] + 0.04))
    parts = [face_patch(form, False, (-0.93 * half, 0.93 * half), span, paints.rubber) for span in frames]
    reach = (0.92 * half, -0.92 * half) if look.left_hand_drive else (-0.92 * half, 0.92 * half)
    for span, glass in zip(panes, (paints.screen, paints.side_glass), strict=False):
        parts.append(face_patch(form, False, reach, span, glass, lift=0.005))
        parts.append(face_patch(form, False, (-0.02, 0.02), span, paints.rubber, lift=0.007))
    if form.detail == 0:  # wipers, at rest
        for y in ((0.06, 0.85 * half), (-0.85 * half, -0.06)):
            foot = panes[0][0] + 0.05
            parts.append(face_patch(form, False, y, (foot, foot + 0.025), paints.rubber, 0.10, 0.010))
    text = (top + 0.06, board - 0.03)
    parts.append(face_patch(form, False, (-0.72 * half, 0.72 * half), text, paints.board, lift=0.007))
    parts.append(face_patch(form, False, (-0.96 * half, 0.96 * half), (low, low + 0.22), paints.bumper))
    for s in (1.0, -1.0):
        lamp, corner = (s * 0.66 * half, s * 0.93 * half), (s * 0.86 * half, s * 0.94 * half)
        parts.append(face_patch(form, False, lamp, (high - 0.17, high + 0.03), paints.head, lift=0.006))
        parts.append(face_patch(form, False, corner, (high + 0.05, high + 0.16), paints.turn(s), lift=0.006))
    parts.append(plate(form, look, False, (0.0, low + 0.295), paints))
    if form.detail < 2:
        parts.append(face_patch(form, False, (-0.4 * half, 0.4 * half), (high + 0.10, high + 0.14), paints.trim))
    return parts


def _rear(form: Form, look: VehicleLook, paints: Paints, deck: tuple[float, float]) -> list[Mesh]:
    """Rear window, engine grille, lamps, plate."""
    low, high, half = sill(look), bumper_top(look), look.width / 2.0
    glass = (deck[0] + 0.03, deck[1] - 0.03)
    parts = [
        face_patch(form, True, (0.86 * half, -0.86 * half), deck, paints.rubber),
        face_patch(form, True, (0.83 * half, -0.83 * half), glass, paints.rear_glass, lift=0.004),
        face_patch(form, True, (0.6 * half, -0.6 * half), (low + 0.25, high + 0.25), paints.grille),
        face_patch(form, True, (0.95 * half, -0.95 * half), (low, low + 0.2), paints.bumper),
        plate(form, look, True, (0.0, high + 0.375), paints),
    ]
    for s in (1.0, -1.0):
        lamps = (paints.brake, paints.turn(s), paints.tail, paints.reverse)[: 4 if form.detail < 2 else 2]
        for k, material in enumerate(lamps):
            z = high + 0.02 + 0.19 * k
            parts.append(
                face_patch(form, True, (s * 0.80 * half, s * 0.92 * half), (z, z + 0.17), material, lift=0.006)
            )
    if form.detail < 2:
        parts.append(face_patch(form, True, (0.3, -0.3), (high + 0.62, high + 0.78), paints.board, lift=0.006))
    return parts


def _doors(form: Form, look: VehicleLook, paints: Paints) -> list[Mesh]:
    """Glazed entrance ahead of the front axle on the kerb side (left where the driver sits on the right)."""
    side = -1.0 if look.left_hand_drive else 1.0
    places = [(axles(look)[0] + form.section.arches[0][2] + 0.08, form.front - 0.22)]
    if look.model == "bus" and look.livery % 2:
        places.append((-0.9, 0.35))
    low, top = sill(look) + 0.04, 2.15 if look.model != "coach" else look.body_height - 0.5
    parts = []
    for x0, x1 in places:
        parts.append(side_panel(form, side, (x0, x1), (low, top), paints.rubber, 0.006))
        middle = (x0 + x1) / 2
        for span in ((x0 + 0.04, middle - 0.025), (middle + 0.025, x1 - 0.04)):
            frame = (span[1], low + 1.4, span[0], low - 0.3)
            parts.append(side_panel(form, side, span, (low + 0.10, top - 0.05), paints.side_glass, 0.010, frame))
    return parts
