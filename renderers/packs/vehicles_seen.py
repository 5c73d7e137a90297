"""Which triangles of a model are seen from outside: what lies inside is not drawn."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from renderers.fill import to_camera
from renderers.frame import View
from renderers.geometry import Flattener
from renderers.mesh import Material, make_mesh
from renderers.packs.levels import Piece
from renderers.packs.vehicles_split import Chosen, owners
from renderers.stage import Instance, Stage
from renderers.visible import visible_triangles
from scenes.geometry import camera_from_world
from scenes.kinds import Kind
from scenes.light import make_light
from scenes.schema_light import LightSpec

EDGE = 900  # px of the pictures
AZIMUTHS, ELEVATIONS = 16, (-4.0, 8.0, 25.0, 55.0)  # deg
FAR = 3.0  # times its length that a vehicle is looked at from


def seen(pieces: Sequence[Piece]) -> list[Chosen]:
    """Look at a vehicle from all around.

    Args:
        pieces: of the vehicle, m.

    Returns:
        (T,) of each piece, which triangles show, or touch one of the same piece that does.
    """
    counts = [len(piece.corners) for piece in pieces]
    offsets = np.cumsum([0, *(len(piece.points) for piece in pieces)])
    corners = np.concatenate([piece.corners + offset for piece, offset in zip(pieces, offsets[:-1], strict=True)])
    mesh = make_mesh(np.concatenate([piece.points for piece in pieces]), corners, Material())
    used = mesh.positions[mesh.triangles].reshape(-1, 3)
    low, high = used.min(0), used.max(0)
    middle, reach = (low + high) / 2.0, float(np.linalg.norm(high - low)) / 2.0
    stage = Stage((Instance(mesh, np.eye(4), Kind.CAR, 1),), make_light(LightSpec()), 0.0, 0)
    shown = np.zeros(len(corners), bool)
    distance = FAR * 2.0 * reach
    focal = 0.48 * EDGE * distance / reach
    for elevation in ELEVATIONS:
        for k in range(AZIMUTHS):
            azimuth = 2.0 * math.pi * (k + 0.5 * (elevation > 0)) / AZIMUTHS
            pitch = math.radians(elevation)
            away = np.array([math.cos(azimuth) * math.cos(pitch), math.sin(azimuth) * math.cos(pitch), math.sin(pitch)])
            pose = camera_from_world(middle + distance * away, azimuth + math.pi, -pitch, 0.0)
            view = View(EDGE, EDGE, focal, pose)
            flat = Flattener(cabins=False).flatten(stage, view)
            camera = np.empty_like(flat.world)
            to_camera(pose.astype(np.float64), flat.world, camera)
            index = visible_triangles(flat, camera, view, 1)
            shown[index[index >= 0]] = True
    owner = owners(counts)
    touched = np.zeros(offsets[-1], bool)
    touched[corners[shown]] = True
    shown |= touched[corners].any(1)
    return [shown[owner == number] for number in range(len(pieces))]
