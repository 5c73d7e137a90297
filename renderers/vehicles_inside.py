"""What is seen through the windows of cars and vans: trim, seats, dashboard, and who drives."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise

import numpy as np

from renderers.kept import kept
from renderers.mesh import RGB, Material, Mesh, box, grid_triangles, make_mesh, merge, moved, tube
from renderers.people import Gait, SkinnedMesh, person_mesh, pose_person
from renderers.vehicles_cars import car_panes, daylight
from renderers.vehicles_form import LIFT, Array, Form
from renderers.vehicles_glass import Daylight
from renderers.vehicles_parts import Canvas, ellipsoid, patch
from renderers.vehicles_shapes import body_form
from renderers.vehicles_vans import van_daylight, van_panes
from scenes.geometry import world_from_model
from scenes.kinds import Kind
from scenes.people_sample import sample_person
from scenes.plates import Plate
from scenes.seeds import rng_for
from scenes.vehicles import VehicleLook
from sim.people_rotate import turn_y

COARSEST = 1  # level of detail that still has an inside
PEOPLE = 24  # that sit in vehicles
WALL = 0.03  # m, thickness of pillars, roof and doors above the waist
SITTING = 0.90  # m, from the seat to the top of a sitting head, and room above it
BELOW = (0.42, 0.30)  # m, that seats are lower than the waist line, in cars and in vans
BEHIND = 0.24  # m, of the hips behind the front edge of the roof; the reclined head is as far again behind
AHEAD = (0.0, 0.16)  # m, that who drives sits farther in front than the edge of the roof tells
RECLINE = 0.32  # rad
RIM = 0.185  # m, radius of the steering wheel
FABRICS: tuple[RGB, ...] = (
    (0.022, 0.022, 0.024), (0.045, 0.045, 0.048), (0.075, 0.073, 0.07), (0.20, 0.16, 0.11), (0.03, 0.034, 0.05),
    (0.11, 0.11, 0.11),
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class Room:
    """The space inside one body."""

    form: Form
    look: VehicleLook
    day: Daylight
    panes: tuple[tuple[float, float], ...]  # rear and front x of each side window, front to back, m
    back: float  # x behind the last row of seats, m
    screen: bool  # a window in the rear

    @property
    def floor(self) -> float:
        """Height of the carpet, m."""
        return self.look.clearance + 0.10

    @property
    def seat(self) -> float:
        """Height of the seats, m."""
        below = BELOW[self.look.kind == Kind.VAN]
        return min(self.look.body_height - 0.10 - SITTING, float(self.form.belt(0.0)) - below)

    @property
    def hips(self) -> float:
        """Position x of the hips of who drives, m."""
        return self.form.x_of("roof_front") - BEHIND + AHEAD[self.look.kind == Kind.VAN]

    @property
    def side(self) -> float:
        """Position y of the front seat on the left, m."""
        return 0.21 * self.look.width


def inside_mesh(look: VehicleLook, detail: int, driven: bool) -> Mesh | None:
    """The inside of a vehicle; looks that differ in their plates share one.

    Args:
        look: the vehicle.
        detail: 0 finest .. 2 coarsest.
        driven: whether somebody is in it.

    Returns:
        The mesh in the vehicle's frame; None where windows are painted: far away, in lorries, buses and packs.
    """
    if detail > COARSEST or look.asset or look.model == "box_van" or look.kind not in (Kind.CAR, Kind.VAN):
        return None
    return _built(replace(look, plate=Plate(look.plate.nation, "")), detail, driven)


@kept
def _built(look: VehicleLook, detail: int, driven: bool) -> Mesh:
    room = room_of(look, detail)
    cloth = Material(FABRICS[look.interior % len(FABRICS)], roughness=0.9)
    plastic = Material((0.03, 0.03, 0.031), roughness=0.8)
    parts = [*_trim(room, cloth, plastic), *_dashboard(room, plastic), *_seats(room, cloth, plastic)]
    if driven:
        parts += _people(room)
    return merge(parts)


def room_of(look: VehicleLook, detail: int) -> Room:
    """The space inside a car or van."""
    form = body_form(look, detail)
    if look.kind == Kind.VAN:
        day = van_daylight(form, look)
        panes, door = van_panes(form, look, day)
        bus = look.model == "minibus"
        return Room(form, look, day, tuple(panes), form.rear + 0.12 if bus else door - 0.02, bus or look.tint < 0.5)
    day = daylight(form, look)
    panes, _ = car_panes(form, look, day)
    back = max(form.x_of("waist") + 0.02, form.rear + 0.35)
    return Room(form, look, day, tuple(panes), back, True)


def _quad(points: Sequence[Sequence[float]], material: Material) -> Mesh:
    return make_mesh(np.array(points, float), np.array([[0, 1, 2], [0, 2, 3]]), material)


def _trim(room: Room, cloth: Material, plastic: Material) -> list[Mesh]:
    """Doors, pillars, roof, floor and what closes the space in front and behind: a hull with holes for the windows."""
    form, day = room.form, room.day
    lining = Material((0.30, 0.29, 0.27), roughness=0.95)
    carpet = Material((0.02, 0.02, 0.02), roughness=0.95)
    inwards = -LIFT[form.detail] - WALL
    nose, tail = form.x_of("cowl") + 0.1, form.rear + 0.06
    cuts = sorted({nose, tail, *(x for pane in room.panes for x in pane)}, reverse=True)
    parts = []
    for sign in (1.0, -1.0):
        canvas = Canvas(form, "side", sign)

        def strip(x: Array, low: Array, high: Array, material: Material, canvas: Canvas = canvas) -> None:
            if len(x) and float((high - low).max()) > 0.004:
                lower, upper = np.stack([x, np.minimum(low, high)], -1), np.stack([x, high], -1)
                parts.append(patch(canvas, lower.tolist(), upper.tolist(), material, inwards))

        for front, rear in pairwise(cuts):
            x = np.linspace(rear, front, 4)
            waist, edge = np.minimum(form.belt(x), day.edge(x)), day.edge(x)
            strip(x, np.full(4, room.floor), 0.6 * waist + 0.4 * room.floor, plastic)
            strip(x, 0.6 * waist + 0.4 * room.floor, waist - 0.03, cloth)
            strip(x, waist - 0.03, waist, plastic)
            glazed = any(a <= rear and front <= b for a, b in room.panes)
            strip(x, np.maximum(day.top(x), waist) if glazed else waist, edge, lining)
    top = Canvas(form, "top")
    screen, head = form.at("cowl") + 0.05, form.at("roof_front") - 0.05
    sheets = [(head, form.at("roof_rear") + 0.06, -1.0, 1.0, lining)]
    sheets += [(screen, head, s * 0.9, s, plastic) for s in (1.0, -1.0)]
    if room.look.kind == Kind.CAR:
        low = form.at("waist") - 0.05
        sheets += [(form.at("roof_rear") + 0.06, low, s * 0.83, s, lining) for s in (1.0, -1.0)]
        sheets += [(low, low + 0.25, -1.0, 1.0, plastic)]
    for start, stop, a, b, material in sheets:
        parts.append(patch(top, [(start, a), (start, b)], [(stop, a), (stop, b)], material, inwards))
    half, waist_z = 0.5 * room.look.width - 0.06, float(form.belt(room.back))
    z, roof, sill = room.floor, room.look.body_height - 0.02, form.z_of("cowl") - 0.06
    grey = Material((0.12, 0.12, 0.12), roughness=0.9)
    parts.append(_quad([(tail, -half, z), (nose, -half, z), (nose, half, z), (tail, half, z)], carpet))
    parts.append(_quad([(nose, half, z), (nose, -half, z), (nose, -half, sill), (nose, half, sill)], carpet))
    high = waist_z - 0.02 if room.look.kind == Kind.CAR or room.look.model == "minibus" else roof - 0.08
    back = room.back - 0.1
    parts.append(_quad([(back, -half, z), (back, half, z), (back, half, high), (back, -half, high)], grey))
    if room.look.kind == Kind.CAR:
        parts.append(_quad([(tail, -half, high), (back, -half, high), (back, half, high), (tail, half, high)], plastic))
    elif room.screen and room.look.model != "minibus":  # the hold's doors show its back wall
        parts.append(_quad([(back, half, roof), (tail, half, roof), (tail, -half, roof), (back, -half, roof)], lining))
    return parts


def _dashboard(room: Room, plastic: Material) -> list[Mesh]:
    """Dashboard, cluster, steering wheel on its column, mirror."""
    form = room.form
    cowl, high = form.x_of("cowl"), form.z_of("cowl") - 0.05
    near = max(room.hips + 0.56, form.x_of("roof_front") + 0.05)
    profile = np.array([
        (cowl + 0.08, high - 0.02), (0.5 * (cowl + near), high - 0.02), (near + 0.04, high - 0.04), (near, high - 0.09),
        (near + 0.06, high - 0.26), (near + 0.22, high - 0.42),
    ])  # fmt: skip
    widths = np.array([1.0, 0.62, 0.0, -0.62, -1.0]) * (0.5 * room.look.width - 0.09)
    drop = np.array([0.05, 0.012, 0.0, 0.012, 0.05])
    points = np.stack([
        np.column_stack([profile[:, 0], np.full(len(profile), y), profile[:, 1] - low])
        for y, low in zip(widths, drop, strict=True)
    ])  # fmt: skip
    parts = [make_mesh(points.reshape(-1, 3), grid_triangles(len(widths), len(profile)), plastic)]
    y = room.side * (1.0 if room.look.left_hand_drive else -1.0)
    parts.append(ellipsoid((near + 0.10, y, high - 0.03), (0.22, 0.34, 0.10), plastic, 1))
    hub = np.array([room.hips + 0.44, y, room.seat + 0.34])
    away = turn_y(-0.42) @ np.array([1.0, 0.0, 0.0]) * (1.0, 1.0, -1.0)
    up = np.cross(away, (0.0, 1.0, 0.0))
    count = (14, 8)[form.detail]
    angle = np.arange(count + 1) * 2.0 * np.pi / count
    ring = hub + RIM * (np.cos(angle)[:, None] * up + np.sin(angle)[:, None] * np.array([0.0, 1.0, 0.0]))
    parts += [tube(a.tolist(), b.tolist(), 0.015, plastic, 5) for a, b in pairwise(ring)]
    for spoke in (0.5, 0.25, 0.75) if form.detail == 0 else (0.25, 0.75):
        end = hub + RIM * (math.cos(2 * math.pi * spoke) * up + math.sin(2 * math.pi * spoke) * np.array([0, 1.0, 0]))
        parts.append(tube(hub.tolist(), end.tolist(), 0.016, plastic, 4))
    parts.append(tube((hub - 0.02 * away).tolist(), (hub + 0.3 * away).tolist(), 0.05, plastic, 6))
    head = form.top(np.array([form.at("roof_front") - 0.16]), np.zeros(1))[0]
    parts.append(ellipsoid((head[0] - 0.07, 0.0, head[2] - 0.09), (0.04, 0.23, 0.07), plastic, 1, 0.6))
    return parts


def _chair(x: float, y: float, z: float, width: float, heads: Sequence[float], cloth: Material, detail: int) -> Mesh:
    """A seat or bench with its hips at x, y and the cushion's top at z; headrests at the given y."""
    lean = np.eye(4)
    lean[:3, :3], lean[:3, 3] = turn_y(-RECLINE), (x - 0.13, y, z - 0.02)
    parts = [ellipsoid((0.0, 0.0, 0.29), (0.15, width, 0.66), cloth, detail, 0.45)]
    for place in heads:
        parts.append(ellipsoid((0.03, place - y, 0.72), (0.09, 0.26, 0.18), cloth, detail, 0.6))
        if detail == 0:
            parts += [
                tube((0.0, place - y + s, 0.55), (0.03, place - y + s, 0.72), 0.007, cloth, 4) for s in (0.05, -0.05)
            ]
    return merge([*(moved(part, lean) for part in parts),
                  ellipsoid((x + 0.14, y, z - 0.07), (0.58, width, 0.18), cloth, detail, 0.5)])  # fmt: skip


def _rows(room: Room) -> list[float]:
    """Hips x of the rows of seats behind the first, m."""
    last = room.back + 0.34
    if room.look.model in ("small_van", "panel_van") or room.hips - last < 0.55:
        return []
    count = max(1, int((room.hips - last) / 0.85)) if room.look.model == "minibus" else 1
    return [room.hips - (k + 1) * (room.hips - last) / count for k in range(count)]


def _seats(room: Room, cloth: Material, plastic: Material) -> list[Mesh]:
    """Two in front, benches behind."""
    detail, z, y = room.form.detail, room.seat, room.side
    parts = [_chair(room.hips, s * y, z, 0.50, (s * y,), cloth, detail) for s in (1.0, -1.0)]
    wide = 2.0 * y + 0.5
    parts += [_chair(x, 0.0, z, wide, (1.05 * y, -1.05 * y), cloth, detail) for x in _rows(room)]
    parts.append(box((0.8, 0.16, 0.22), (room.hips + 0.2, 0.0, room.floor + 0.11), plastic))
    return parts


@lru_cache(maxsize=2 * PEOPLE)
def _person(number: int, detail: int) -> SkinnedMesh:
    look = sample_person(rng_for(0, "inside", number), age_group="adult")
    bag = replace(look.bag, style="none")
    return person_mesh(replace(look, bag=bag, umbrella=None), detail + 1)


def _people(room: Room) -> list[Mesh]:
    """Who drives, and who sits beside."""
    look = room.look
    first = int(1000.0 * look.length) % PEOPLE
    left = 1.0 if look.left_hand_drive else -1.0
    ahead, high = 0.42, room.seat + 0.40
    drives = Gait(
        0.0, 0.0, "sit", lean=-RECLINE, left=(ahead, 0.16, high), right=(ahead, -0.16, high), seat=room.seat,
        foot=room.floor,
    )  # fmt: skip
    parts = [_seated(room, first, left * room.side, drives)]
    if not look.alone:
        lap = (0.30, 0.10, room.seat + 0.16)
        rests = replace(drives, left=lap, right=(lap[0], -lap[1], lap[2]))
        parts.append(_seated(room, (first + 7) % PEOPLE, -left * room.side, rests))
    return parts


def _seated(room: Room, number: int, y: float, gait: Gait) -> Mesh:
    mesh = pose_person(_person(number, room.form.detail), gait)
    return moved(mesh, world_from_model(np.array([room.hips - 0.02, y, 0.0]), 0.0))
