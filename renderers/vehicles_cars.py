"""Cars: cabin, roof, running gear."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from renderers.mesh import Material, Mesh, box, merge, tube
from renderers.vehicles_faces import car_front, car_rear, repeaters
from renderers.vehicles_form import Form
from renderers.vehicles_glass import (
    Daylight,
    handles,
    mirrors,
    screens,
    seams,
    side_windows,
    skirts,
    top_panel,
)
from renderers.vehicles_paint import Paints
from renderers.vehicles_parts import Canvas, ellipsoid, patch, shell
from renderers.vehicles_shapes import axles, body_form
from renderers.vehicles_wheels import Gear, wheels
from scenes.vehicles import VehicleLook

TAXI = (0.72, 0.46, 0.02)  # of the sign on the roof
PILLAR = {  # m, thickness of the rear pillar
    "city": 0.24, "hatchback": 0.28, "saloon": 0.16, "estate": 0.12, "suv": 0.16, "mpv": 0.14, "coupe": 0.22,
    "convertible": 0.30, "pickup": 0.12,
}  # fmt: skip


def car_mesh(look: VehicleLook, paints: Paints, detail: int, gear: Gear) -> Mesh:
    """Any model of kind CAR."""
    form = body_form(look, detail)
    front, rear = axles(look)
    day = daylight(form, look)
    return merge(
        [
            shell(form, paints.paint, paints.dark, look.dirt),
            *screens(form, look, paints),
            *_cabin(form, look, paints, day),
            *skirts(form, look, paints, front, rear),
            *car_front(form, look, paints),
            *car_rear(form, look, paints),
            *_roof(form, look, paints),
            *_details(form, look, paints),
            *running_gear(form, look, paints, gear),
        ]
    )


def running_gear(
    form: Form, look: VehicleLook, paints: Paints, gear: Gear, rear_width: float | None = None
) -> list[Mesh]:
    """The dark mass between the wheels, and them; the last parts of every vehicle, see `vehicle_mesh`.

    Args:
        form: the body.
        look: the vehicle.
        paints: its materials.
        gear: how the wheels stand.
        rear_width: y of the outer face of the rear wheels, m; None puts them into the body's arches.

    Returns:
        The meshes.
    """
    places = []
    for x in axles(look):
        arch = float(form.half_width(np.array([x]), np.array([look.wheel_radius * 1.9]))[0]) - 0.025
        places.append((x, arch if rear_width is None or x > 0 else rear_width))
    size = (look.length * 0.86, look.width * 0.5, look.wheel_radius * 1.6)
    core = box(size, (0.0, 0.0, look.clearance + look.wheel_radius * 0.75), paints.dark)
    return [core, wheels(look, paints, form.detail, places, gear)]


def daylight(form: Form, look: VehicleLook) -> Daylight:
    """The glazed band of a car."""
    return Daylight(form, look, PILLAR[look.model], 0.055)


def car_panes(form: Form, look: VehicleLook, day: Daylight) -> tuple[list[tuple[float, float]], list[float]]:
    """Rear and front x of the panes of one side, front to back, and x of the door seams, m."""
    cowl, back = form.x_of("cowl"), form.x_of("waist")
    tip = day.span(form.rear, cowl)[1]
    end = day.span(back - 0.3, cowl)[0]
    rear_axle = axles(look)[1]
    length = tip - end
    if look.model == "pickup" and look.doors == 2:
        return [(end, tip)], [tip + 0.08, end - 0.04]
    if look.doors == 2:
        split = end + 0.36 * length
        return [(split, tip), (end, split - 0.07)], [tip + 0.05, split - 0.04]
    split = tip - 0.49 * min(length, 2.1)
    second = max(end, min(split - 0.5, rear_axle + 0.16))
    panes = [(split, tip), (second, split - 0.07)]
    if second - end > 0.25:
        panes.append((end, second - 0.07))
    return panes, [tip + 0.05, split - 0.035, second - 0.03 if second > end else max(second, rear_axle + 0.20)]


def _cabin(form: Form, look: VehicleLook, paints: Paints, day: Daylight) -> list[Mesh]:
    """Side windows, doors, mirrors."""
    panes, doors = car_panes(form, look, day)
    parts = side_windows(look, paints, day, panes)
    if look.model == "convertible":
        parts += _soft_top(form, paints, day, day.span(form.x_of("waist") - 0.3, form.x_of("cowl"))[0])
    parts += seams(form, paints, doors)
    parts += handles(form, look, paints, [place + 0.16 for place in doors[1:]])
    return parts + mirrors(form, look, paints, panes[0][1] - 0.12, 0.14)


def _soft_top(form: Form, paints: Paints, day: Daylight, end: float) -> list[Mesh]:
    """Fabric over roof and rear pillars."""
    cuts = np.linspace(form.at("roof_front") - 0.02, form.at("waist"), 7).tolist()
    parts = [top_panel(form, paints.rubber, t0, t1, 1.0, 1.0, -0.002) for t0, t1 in pairwise(cuts)]
    x = np.linspace(form.x_of("waist") + 0.03, form.x_of("roof_front") + 0.05, 10)
    edge = day.edge(x)
    low = np.minimum(np.where(x < end, form.belt(x), day.top(x)), edge - 0.01)
    lower, upper = np.stack([x, low], -1).tolist(), np.stack([x, edge], -1).tolist()
    return parts + [patch(Canvas(form, "side", s), lower, upper, paints.rubber, -0.002) for s in (1.0, -1.0)]


def _roof(form: Form, look: VehicleLook, paints: Paints) -> list[Mesh]:
    """Roof rails or taxi sign."""
    parts = []
    if look.roof_rails:
        stations = np.linspace(form.at("roof_front") + 0.12, form.at("roof_rear") - 0.05, 5)
        curve = form.top(stations, np.full(5, 0.88))
        curve[:, 2] += look.height - 0.018 - curve[:, 2].max()
        material = paints.metal if look.chrome else paints.trim
        for s in (1.0, -1.0):
            rail = (curve * (1.0, s, 1.0)).tolist()
            parts += [tube(a, b, 0.018, material, 5) for a, b in pairwise(rail)]
            parts += [tube((x, y, z - 0.09), (x, y, z), 0.02, material, 5) for x, y, z in rail[::2]]
    if look.taxi:
        middle = (form.x_of("roof_front") - 0.45, 0.0, look.height - 0.0625)
        parts.append(box((0.16, 0.46, 0.125), middle, Material(TAXI, roughness=0.4)))
    return parts


def _details(form: Form, look: VehicleLook, paints: Paints) -> list[Mesh]:
    """Load bed, side repeaters, aerial."""
    parts = []
    if look.model == "pickup":
        start, stop = form.at("waist") + 0.06, form.at("deck_end") - 0.06
        parts.append(top_panel(form, paints.dark, stop, start, 0.90, 0.90, 0.002))
    x = axles(look)[0] - form.section.arches[0][2] - 0.06
    parts += repeaters(form, paints, x, float(form.belt(x)) - 0.16)
    if form.detail == 0:
        aerial = (form.x_of("roof_rear") + 0.2, 0.0, look.body_height - 0.02)
        parts.append(ellipsoid(aerial, (0.06, 0.03, 0.03), paints.trim, 2))
    return parts
