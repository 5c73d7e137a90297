"""Vehicles of asset packs: fitted to the measures of a look, in its colours, with its plates and lamps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from renderers.mesh import Floats, Material, Mesh, box, make_mesh, merge
from renderers.packed import packed
from renderers.vehicles_boxes import words
from renderers.vehicles_cars import TAXI
from renderers.vehicles_paint import DARK, LIT, Paints, paints_of
from renderers.vehicles_plates import plate_size, strips
from renderers.vehicles_rig import Rig
from scenes.catalogue import asset, axles
from scenes.vehicles import VehicleLook

Array = NDArray[np.float64]

MARGIN = 0.012  # m that plates may stand out at either end
CLEAR = 0.008  # m from a plate or a lettering to the body below it
COLOURED = ("paint", "second", "bumper", "trim", "")  # roles that dirt shows on


@dataclass(frozen=True)
class Measures:
    """What one body is brought to the shape of another by, m."""

    length: float
    width: float  # without mirrors
    height: float  # of the roof
    axles: tuple[float, float]  # x of the front and of the rear axle
    radius: float  # of the wheels


def theirs(size: Sequence[float], details: Mapping[str, Any]) -> Measures:
    """Measures of an asset."""
    front, rear = details["axles"]
    return Measures(size[0], size[1], size[2], (front, rear), details["wheel_radius"])


def ours(look: VehicleLook) -> Measures:
    """Measures that a look asks for."""
    front, rear = axles(look)
    height = look.body_height if look.taxi else look.height
    return Measures(look.length - 2 * MARGIN, look.width, height, (front, -rear), look.wheel_radius)


def moved_along(x: NDArray[Any], old: Measures, new: Measures) -> tuple[Array, Array]:
    """Where points along a body come to: ends onto ends, axles onto axles; and how much it is stretched there."""
    knots = [-old.length / 2, old.axles[1], old.axles[0], old.length / 2]
    goals = [-new.length / 2, new.axles[1], new.axles[0], new.length / 2]
    slopes = np.diff(goals) / np.diff(knots)
    part = np.clip(np.searchsorted(knots, x) - 1, 0, 2)
    return np.array(goals)[part] + (x - np.array(knots)[part]) * slopes[part], slopes[part]


def raised(z: NDArray[Any], old: Measures, new: Measures) -> tuple[Array, Array]:
    """The same for heights: ground onto ground, hubs onto hubs, roof onto roof."""
    low, high = new.radius / old.radius, (new.height - new.radius) / (old.height - old.radius)
    below = z < old.radius
    return np.where(below, z * low, new.radius + (z - old.radius) * high), np.where(below, low, high)


def fitted(points: NDArray[Any], normals: NDArray[Any], old: Measures, new: Measures) -> tuple[Floats, Floats]:
    """Bring a body from one set of measures to another.

    Args:
        points: (V, 3) m.
        normals: (V, 3).
        old: of the body.
        new: that it shall have.

    Returns:
        (V, 3) points and (V, 3) unit normals.
    """
    x, along = moved_along(points[:, 0], old, new)
    z, up = raised(points[:, 2], old, new)
    across = new.width / old.width
    turned = normals / np.column_stack([along, np.full(len(points), across), up])
    turned /= np.maximum(np.linalg.norm(turned, axis=1, keepdims=True), 1e-12)
    return np.column_stack([x, points[:, 1] * across, z]).astype(np.float32), turned.astype(np.float32)


def packed_rig(look: VehicleLook, detail: int) -> Rig:
    """Build a vehicle of a pack.

    Args:
        look: with an asset.
        detail: 0 finest .. 2 coarsest.

    Returns:
        The rig, in the model frame of `vehicle_mesh`.

    Raises:
        AssetError: the asset is not installed or broken.
    """
    found, model = asset(look.asset), packed(look.asset)
    detail = min(detail, len(model.levels) - 1)
    mesh, details = model.levels[detail].mesh, found.details
    old, new = theirs(found.size, details), ours(look)
    points, normals = fitted(mesh.positions, mesh.normals, old, new)
    counts = [wheel["vertices"][detail] for wheel in details["wheels"]]
    spans = len(points) - sum(counts) + np.cumsum([0, *counts])
    hubs = np.empty((len(counts), 3))
    for k, wheel in enumerate(details["wheels"]):
        part = slice(spans[k], spans[k + 1])
        hubs[k] = placed_hub(wheel, old, new)
        points[part] = (mesh.positions[part] - wheel["hub"]) * (hubs[k, 2] / wheel["hub"][2]) + hubs[k]
        normals[part] = mesh.normals[part]
    uvs = driver_left(mesh, model.roles) if look.left_hand_drive else mesh.uvs
    body = replace(
        mesh, positions=points, normals=normals, uvs=uvs, colours=dirty(mesh, model.roles, points, look, int(spans[0]))
    )
    paints = paints_of(look, DARK)
    body = replace(
        body, palette=tuple(worn(m, role, paints) for m, role in zip(mesh.palette, model.roles, strict=True))
    )
    extras = [*plates(look, details, old, new, paints), *boards(look, details, old, new, detail)]
    if look.taxi:
        where = (float(moved_along(np.array(details["roof"]), old, new)[0]), 0.0, look.height - 0.0625)
        extras.append(box((0.16, 0.46, 0.125), where, Material(TAXI, roughness=0.4)))
    return behind(body, extras, [int(one) for one in spans], hubs)


def placed_hub(wheel: Mapping[str, Any], old: Measures, new: Measures) -> tuple[float, float, float]:
    """Hub of a wheel, m; its outer face keeps its place in the body's width."""
    x, y, radius = wheel["hub"]
    ratio = new.radius / old.radius
    outer = wheel["outer"] * new.width / old.width
    return float(moved_along(np.array(x), old, new)[0]), outer - ratio * (wheel["outer"] - y), ratio * radius


def behind(body: Mesh, extras: Sequence[Mesh], spans: Sequence[int], hubs: Array) -> Rig:
    """A rig with further parts before the wheels' vertices, which stay the last ones."""
    if not extras:
        return Rig(body, tuple(spans), hubs)
    first, more = spans[0], merge(extras)
    added = len(more.positions)
    both = merge([body, more])
    order = np.r_[0:first, len(body.positions) : len(both.positions), first : len(body.positions)]
    number = np.empty(len(order), np.int32)
    number[order] = np.arange(len(order), dtype=np.int32)
    mesh = replace(
        both, positions=both.positions[order], normals=both.normals[order], uvs=both.uvs[order],
        colours=both.colours[order], triangles=number[both.triangles],
    )  # fmt: skip
    return Rig(mesh, tuple(one + added for one in spans), hubs)


def worn(material: Material, role: str, paints: Paints) -> Material:
    """A material of the model in the colours of a look."""
    if role.startswith(LIT):
        return replace(material, part=role)
    if not role:
        return material
    mixed: Material = getattr(paints, role)
    return replace(mixed, texture=material.texture) if role in ("paint", "second") else mixed


def driver_left(mesh: Mesh, roles: Sequence[str]) -> Floats:
    """Texture places with the cabin seen through the windscreen and the rear window the other way round."""
    uvs = mesh.uvs.copy()
    for k, role in enumerate(roles):
        if role in ("screen", "rear_glass"):
            own = np.unique(mesh.triangles[mesh.materials == k])
            uvs[own, 0] = 1.0 - uvs[own, 0]
    return uvs


def dirty(mesh: Mesh, roles: Sequence[str], points: Floats, look: VehicleLook, first: int) -> Floats:
    """Vertex colours with dirt low down, as `vehicles_parts.shell` has it; wheels have none."""
    tone = 1.0 - 0.55 * look.dirt * np.clip(1.0 - (points[:, 2] - look.clearance) / 0.45, 0.0, 1.0)
    stained = np.zeros(len(points), bool)
    for k, role in enumerate(roles):
        if role in COLOURED:
            stained[mesh.triangles[mesh.materials == k].reshape(-1)] = True
    stained[first:] = False
    colours = mesh.colours * np.where(stained, tone, 1.0)[:, None] ** np.array([0.9, 1.0, 1.15])
    return np.asarray(colours, np.float32)


def plates(look: VehicleLook, details: Mapping[str, Any], old: Measures, new: Measures, paints: Paints) -> list[Mesh]:
    """Both number plates, upright."""
    parts = []
    for face, sign, material in (("front", 1.0, paints.plate_front), ("rear", -1.0, paints.plate_rear)):
        if face not in details["plates"]:
            continue
        wide, tall = plate_size(look.plate, face)
        x = float(moved_along(np.array(details["plates"][face][0]), old, new)[0]) + sign * CLEAR
        z = float(raised(np.array(details["plates"][face][1]), old, new)[0])
        # as it is read: from the top left, clockwise
        corners = [(x, -sign * wide / 2 * side, z + tall / 2 * up) for side, up in ((1, 1), (-1, 1), (-1, -1), (1, -1))]
        parts.append(panel(corners, material, 1.0 / strips((wide, tall))))
    return parts


def boards(look: VehicleLook, details: Mapping[str, Any], old: Measures, new: Measures, detail: int) -> list[Mesh]:
    """Lettering on flat sides."""
    if not look.lettering or detail > 1 or not details.get("boards"):
        return []
    low, high, bottom, top, y = details["boards"]
    (rear, front), _ = moved_along(np.array([low, high]), old, new)
    (under, over), _ = raised(np.array([bottom, top]), old, new)
    half = min(front - rear, 0.36 * len(look.lettering) * (over - under) / 2.0) / 2.0
    middle, out = (front + rear) / 2.0, y * new.width / old.width + CLEAR
    parts = []
    for s in (1.0, -1.0):
        ends = (middle + s * half, middle - s * half)
        corners = [(x, s * out, z) for x, z in ((ends[0], over), (ends[1], over), (ends[1], under), (ends[0], under))]
        parts.append(panel(corners, words(look, look.paint if details.get("painted") else PALE), 1.0))
    return parts


PALE = (0.72, 0.72, 0.7)


def panel(corners: Sequence[tuple[float, float, float]], material: Material, share: float) -> Mesh:
    """A rectangle given from its upper left corner, clockwise as it is seen; v runs to `share`."""
    uvs = np.array([[0.0, 0.0], [1.0, 0.0], [1.0, share], [0.0, share]])
    return make_mesh(np.array(corners), np.array([[0, 2, 1], [0, 3, 2]]), material, uvs)
