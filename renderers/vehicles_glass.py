"""Windows, pillars, door seams and handles: what all bodies share."""

from __future__ import annotations

import numpy as np

from renderers.mesh import Material, Mesh, box
from renderers.vehicles_form import Array, Form
from renderers.vehicles_paint import Paints
from renderers.vehicles_parts import Canvas, ellipsoid, line, patch
from renderers.vehicles_shapes import bumper_top, sill
from scenes.vehicles import VehicleLook

SEAM = 0.014  # m


def top_panel(
    form: Form, material: Material, start: float, stop: float, low: float, high: float, lift: float = 0.0
) -> Mesh:
    """A panel across the top sheet.

    Args:
        form: the body.
        material: its material.
        start: station t of the lower edge, m.
        stop: station t of the upper edge, m.
        low: half extent q at the lower edge.
        high: half extent q at the upper edge.
        lift: m further out than usual.

    Returns:
        The mesh; texture u runs from the right of the vehicle to its left, v from `stop` to `start`.
    """
    return patch(Canvas(form, "top"), [(start, -low), (start, low)], [(stop, -high), (stop, high)], material, lift)


class Daylight:
    """The glazed band of one body: how high the glass may reach at x."""

    def __init__(self, form: Form, look: VehicleLook, pillar: float, rail: float) -> None:
        """Prepare the upper limit.

        Args:
            form: the body.
            look: the vehicle.
            pillar: thickness of the rearmost pillar, m along x.
            rail: distance of the glass from the edge of the roof, m.
        """
        self.form, self.look = form, look
        x, z = form.edge_x, form.edge_z
        use = (x < form.x_of("cowl") + 0.3) & (x > form.rear + 0.02)
        order = np.argsort(x[use], kind="stable")
        self._x, self._z = x[use][order], z[use][order]
        self.pillar, self.rail = pillar, rail

    def edge(self, x: Array) -> Array:
        """Height of the edge between side and roof at x, m."""
        return np.asarray(np.interp(x, self._x, self._z))

    def top(self, x: Array) -> Array:
        """Upper edge of the glass at x, m."""
        height = self.edge(x)
        slope = (self.edge(x + 0.05) - self.edge(x - 0.05)) / 0.1
        own = height - self.rail * np.sqrt(1.0 + np.minimum(slope**2, 9.0))
        return np.asarray(np.minimum(own, self.edge(x - self.pillar) - 0.6 * self.rail))

    def span(self, low: float, high: float) -> tuple[float, float]:
        """First and last x between `low` and `high` where the glass is at least 4 cm high."""
        x = np.linspace(low, high, 200)
        good = x[self.top(x) - self.form.belt(x) > 0.055]
        return (float(good[0]), float(good[-1])) if len(good) else (low, low)

    def pane(self, rear: float, front: float, material: Material, sign: float, pad: float, lift: float) -> Mesh:
        """Glass between two places.

        Args:
            rear: x of the rear edge, m.
            front: x of the front edge, m.
            material: of the pane.
            sign: 1 left, -1 right.
            pad: m that the pane reaches beyond its outline, for seals.
            lift: m further out than usual.

        Returns:
            The mesh; the cabin texture spans the whole glazed band.
        """
        count = (max(3, int((front - rear) / 0.09)), 4, 3)[self.form.detail]
        x = np.linspace(rear - pad, front + pad, count)
        inner = np.clip(x, rear, front)
        low = self.form.belt(x) + 0.012 - pad
        high = np.maximum(self.top(inner) + pad, low + 0.002)
        first, last = self.form.x_of("cowl"), max(self.form.rear, self.form.x_of("cowl") - 3.2)
        frame = (first, float(high.max()), last, float(low.min()) - 0.25)
        canvas = Canvas(self.form, "side", sign)
        return patch(canvas, np.stack([x, low], -1).tolist(), np.stack([x, high], -1).tolist(), material, lift, frame)


def side_windows(look: VehicleLook, paints: Paints, day: Daylight, panes: list[tuple[float, float]]) -> list[Mesh]:
    """Panes with seals on both sides; black pillars join the seals.

    Args:
        look: the vehicle.
        paints: its materials.
        day: the glazed band.
        panes: (rear x, front x) of each pane, front to back.

    Returns:
        The meshes.
    """
    parts = []
    for sign in (1.0, -1.0):
        if look.black_pillars or day.form.detail == 2:
            parts.append(day.pane(panes[-1][0], panes[0][1], paints.rubber, sign, 0.012, 0.0))
        elif day.form.detail < 2:
            parts += [day.pane(a, b, paints.rubber, sign, 0.016, 0.0) for a, b in panes]
        parts += [day.pane(a, b, paints.side_glass, sign, 0.0, 0.003) for a, b in panes]
    return parts


def screens(form: Form, look: VehicleLook, paints: Paints, rear: bool = True) -> list[Mesh]:
    """Windscreen with its black frame, scuttle and wipers, and the rear window."""
    foot, head = form.at("cowl"), form.at("roof_front")
    low, high = foot + 0.05, head - 0.05
    lift = 0.003 if form.detail == 0 else 0.014  # coarse panels bend elsewhere than their seals
    parts = [top_panel(form, paints.screen, low, high, 0.915, 0.90, lift)]
    if look.left_hand_drive:
        canvas = Canvas(form, "top")
        parts = [patch(canvas, [(low, 0.915), (low, -0.915)], [(high, 0.90), (high, -0.90)], paints.screen, lift)]
    if form.detail < 2:
        start = foot - 0.03 if form.detail == 0 else foot + 0.03  # a coarse one would bridge the crease over the glass
        parts.append(top_panel(form, paints.rubber, start, high + 0.02, 0.94, 0.925))
    if form.detail == 0:
        canvas = Canvas(form, "top")
        for start, end in ((-0.75, -0.05), (-0.02, 0.62)):
            curve = [(low + 0.03, start), (low + 0.09, end)]
            parts.append(
                patch(
                    canvas, [(t - 0.012, q) for t, q in curve], [(t + 0.012, q) for t, q in curve], paints.rubber, 0.008
                )
            )
    if rear:
        start, stop = form.at("waist") - 0.05, form.at("roof_rear") + 0.06
        if form.detail < 2:
            parts.append(top_panel(form, paints.rubber, start + 0.025, stop - 0.025, 0.87, 0.85))
        q = -1.0 if look.left_hand_drive else 1.0
        low_edge, high_edge = [(start, 0.84 * q), (start, -0.84 * q)], [(stop, 0.82 * q), (stop, -0.82 * q)]
        parts.append(patch(Canvas(form, "top"), low_edge, high_edge, paints.rear_glass, lift))
    return parts


def seams(form: Form, paints: Paints, places: list[float], top: float | None = None) -> list[Mesh]:
    """Vertical door gaps at the given x, from the sill to the waist (or to the height `top`)."""
    if form.detail > 1:
        return []
    parts = []
    for x in places:
        waist = float(form.belt(x)) if top is None else top
        floor = float(form.bottom(np.array([x]))[0]) + 0.07
        curve = [(x + 0.03, floor), (x, floor + 0.25 * (waist - floor)), (x, waist)]
        parts += [line(Canvas(form, "side", s), curve, (SEAM, 0.0), paints.dark) for s in (1.0, -1.0)]
    return parts


def handles(form: Form, look: VehicleLook, paints: Paints, places: list[float]) -> list[Mesh]:
    """Door handles at the given x."""
    if form.detail > 0:
        return []
    parts = []
    for x in places:
        z = float(form.belt(x)) - 0.085
        y = float(form.half_width(np.array([x]), np.array([z]))[0]) + 0.012
        material = paints.bumper if look.painted_bumpers else paints.trim
        parts += [box((0.16, 0.03, 0.03), (x, s * y, z), material) for s in (1.0, -1.0)]
        parts += [box((0.17, 0.016, 0.016), (x, s * y, z - 0.022), paints.dark) for s in (1.0, -1.0)]
    return parts


def mirrors(form: Form, look: VehicleLook, paints: Paints, x: float, tall: float) -> list[Mesh]:
    """Door mirrors at x; `tall` is the height of the housing, m."""
    z = float(form.belt(x)) + 0.02 + tall / 2.0
    y = float(form.half_width(np.array([x]), np.array([z]))[0])
    material = paints.paint if look.painted_bumpers and tall < 0.3 else paints.trim
    parts = []
    for s in (1.0, -1.0):
        parts.append(ellipsoid((x, s * (y + 0.12), z), (0.11, 0.19, tall), material, form.detail, 0.7))
        if form.detail < 2:
            parts.append(box((0.05, 0.10, 0.04), (x + 0.01, s * (y + 0.04), z - tall * 0.3), paints.trim))
            parts.append(box((0.01, 0.14, tall * 0.75), (x - 0.055, s * (y + 0.12), z), paints.chrome))
    return parts


def skirts(form: Form, look: VehicleLook, paints: Paints, front: float, rear: float) -> list[Mesh]:
    """Black sills between the arches, unpainted bumper ends and rub strips.

    Args:
        form: the body.
        look: the vehicle.
        paints: its materials.
        front: x of the front axle, m.
        rear: x of the rear axle, m.

    Returns:
        The meshes.
    """
    low, high = sill(look), bumper_top(look)
    reach = form.section.arches[0][2] + 0.02
    parts = []
    for s in (1.0, -1.0):
        canvas = Canvas(form, "side", s)
        parts.append(patch(canvas, [(rear + reach, low), (front - reach, low)],
                           [(rear + reach, low + 0.045), (front - reach, low + 0.045)], paints.trim))  # fmt: skip
        if not look.painted_bumpers:
            for x0, x1 in (
                (front + reach, form.front - form.section.bow[0]),
                (form.rear + form.section.bow[1], rear - reach),
            ):
                parts.append(patch(canvas, [(x0, low), (x1, low)], [(x0, high), (x1, high)], paints.bumper))
        if look.rub_strips and form.detail < 2:
            z = low + 0.30
            curve = [(rear + reach, z), (front - reach, z)]
            parts.append(line(canvas, curve, (0.0, 0.055), paints.bumper if look.painted_bumpers else paints.trim))
    return parts
