"""Vehicles: from a look to a mesh."""

from __future__ import annotations

from renderers.mesh import Mesh
from renderers.vehicles_buses import bus_mesh
from renderers.vehicles_cars import car_mesh
from renderers.vehicles_paint import DARK, Signs, paints_of
from renderers.vehicles_trucks import truck_mesh
from renderers.vehicles_vans import box_van_mesh, van_mesh
from renderers.vehicles_wheels import LEVEL, Gear
from scenes.kinds import Kind
from scenes.vehicles import VehicleLook


def vehicle_mesh(look: VehicleLook, detail: int = 0, signs: Signs = DARK, gear: Gear = LEVEL) -> Mesh:
    """Build one vehicle; equal arguments give equal meshes.

    Args:
        look: what it looks like.
        detail: 0 finest (3-7 thousand triangles), 1 (about 1.5 thousand), 2 (about 400).
        signs: which lamps glow.
        gear: how the wheels stand.

    Returns:
        The mesh in the model frame: x forward, y left, z up, origin on the ground below the middle. Its last vertices
        are those of the wheels, as many for each: front left, front right, rear left, rear right.

    Raises:
        ValueError: for an unknown detail.
    """
    if detail not in (0, 1, 2):
        raise ValueError(f"detail: {detail!r} is not one of 0, 1, 2")
    paints = paints_of(look, signs)
    if look.kind == Kind.CAR:
        return car_mesh(look, paints, detail, gear)
    if look.model == "box_van":
        return box_van_mesh(look, paints, detail, gear)
    if look.kind == Kind.VAN:
        return van_mesh(look, paints, detail, gear)
    if look.kind == Kind.TRUCK:
        return truck_mesh(look, paints, detail, gear)
    return bus_mesh(look, paints, detail, gear)
