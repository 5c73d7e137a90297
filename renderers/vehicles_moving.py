"""Vehicles of one moment: wheels that roll and steer, lamps that glow; built once for each look."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from renderers.kept import kept
from renderers.mesh import Mesh
from renderers.vehicles import vehicle_mesh
from renderers.vehicles_packed import packed_rig
from renderers.vehicles_paint import Signs, painted
from renderers.vehicles_plates import plate_size
from renderers.vehicles_rig import WHEELS, Rig, rolling
from renderers.vehicles_wheels import TYRE
from scenes.catalogue import axles
from scenes.plates import NATIONS, Plate
from scenes.vehicles import VehicleLook


def vehicle_rig(look: VehicleLook, detail: int) -> Rig:
    """The vehicle of a look; looks that differ in what their plates say share one.

    Args:
        look: the vehicle.
        detail: 0 finest .. 2 coarsest.

    Returns:
        The rig.

    Raises:
        AssetError: the look's asset is not installed or broken.
    """
    sizes = [plate_size(look.plate, face) for face in ("front", "rear")]
    alike = next(n for n in NATIONS if [plate_size(Plate(n, ""), face) for face in ("front", "rear")] == sizes)
    return _rig(replace(look, plate=Plate(alike, "0")), detail)


@kept
def _rig(look: VehicleLook, detail: int) -> Rig:
    if look.asset:
        return packed_rig(look, detail)
    mesh = vehicle_mesh(look, detail)
    first = int(mesh.triangles[mesh.materials == mesh.palette.index(TYRE)].min())
    front, rear = axles(look)
    wheels = mesh.positions[first:].reshape(WHEELS, -1, 3)
    places = [(front if k < 2 else -rear, 0.5 * float(y.min() + y.max())) for k, y in enumerate(wheels[..., 1])]
    spans = tuple(range(first, len(mesh.positions) + 1, wheels.shape[1]))
    return Rig(mesh, spans, np.array([(x, y, look.wheel_radius) for x, y in places]))


def vehicle(look: VehicleLook, detail: int, signs: Signs, steering: float, turn: float) -> Mesh:
    """A vehicle of a moment.

    Args:
        look: the vehicle.
        detail: 0 finest .. 2 coarsest; then wheels do not show how they turn, and steering is rounded.
        signs: which lamps glow.
        steering: angle of the front wheels, left positive, rad.
        turn: of all wheels about their axles since time 0, forward positive, rad.

    Returns:
        The mesh.
    """
    if detail == 2 or steering == turn == 0.0:
        return _kept(look, detail, signs, round(steering, 2))
    joints = np.repeat([0.0, turn % (2.0 * np.pi)], WHEELS)
    return painted(rolling(vehicle_rig(look, detail), steering, joints), look, signs)


@kept
def _kept(look: VehicleLook, detail: int, signs: Signs, steering: float) -> Mesh:
    """Keep what stands still or is far away; all share the vertices of their rig where they are straight."""
    rig = vehicle_rig(look, detail)
    return painted(rolling(rig, steering, np.zeros(2 * WHEELS)) if steering else rig.mesh, look, signs)
