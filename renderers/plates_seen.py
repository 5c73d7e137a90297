"""Where number plates are in a picture."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from renderers.frame import Quad, View
from renderers.mesh import Mesh
from scenes.geometry import transform

Floats = NDArray[np.float64]
CORNERS = np.array([[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0]])  # u, v as one reads: from the top left, clockwise
INNER = np.linspace(0.1, 0.9, 5)  # shares of the edges at which it is looked whether something hides a plate
SHOWN = 0.8  # share of these places that must show the vehicle


def plate_corners(mesh: Mesh, world_from_model: Floats) -> tuple[Floats, ...]:
    """Corners of the plates of a vehicle.

    Args:
        mesh: of the vehicle.
        world_from_model: (4, 4).

    Returns:
        (4, 3) for each plate, world, m, from the top left, clockwise, as it is read.
    """
    found = []
    for k, material in enumerate(mesh.palette):
        if material.texture is None or not material.texture.key.startswith("plate/"):
            continue
        vertices = np.unique(mesh.triangles[mesh.materials == k])
        outward = mesh.normals[vertices, 0] * (1.0 if material.part == "plate_front" else -1.0)
        vertices = vertices[outward > 0.3]
        share = mesh.uvs[vertices] / mesh.uvs[vertices].max(0)
        away = ((share[None] - CORNERS[:, None]) ** 2).sum(2)
        found.append(transform(world_from_model, mesh.positions[vertices[away.argmin(1)]].astype(np.float64)))
    return tuple(found)


def plate_in_picture(plates: tuple[Floats, ...], view: View, instance: NDArray[np.uint16], number: int) -> Quad | None:
    """The plate that the camera sees, if it sees one whole from the front.

    Args:
        plates: from `plate_corners`.
        view: the camera.
        instance: (H, W) instance map.
        number: id of the vehicle.

    Returns:
        x and y of its four corners, px, pixel edges; None where no plate faces the camera, or it is cut off or hidden.
    """
    for plate in plates:
        camera = transform(view.camera_from_world, plate)
        if camera[:, 2].min() < 0.2:
            continue
        spots = view.pixels_of(camera)
        (ax, ay), (bx, by) = spots[1] - spots[0], spots[3] - spots[0]
        if ax * by - ay * bx <= 0.0 or spots.min() < 0.0 or (spots >= (view.width, view.height)).any():
            continue
        u, v = (axis.ravel()[:, None] for axis in np.meshgrid(INNER, INNER))
        inner = (1 - v) * ((1 - u) * spots[0] + u * spots[1]) + v * ((1 - u) * spots[3] + u * spots[2])
        column, row = inner.astype(int).T
        if (instance[row, column] == number).mean() >= SHOWN:
            x0, y0, x1, y1, x2, y2, x3, y3 = (float(value) for value in spots.ravel())
            return x0, y0, x1, y1, x2, y2, x3, y3
    return None
