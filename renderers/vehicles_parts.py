"""Building blocks of vehicles: patches that lie on the body, strips, boxes, the body shell itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from renderers.mesh import Material, Mesh, grid_triangles, make_mesh, merge
from renderers.vehicles_form import LIFT, Array, Form
from renderers.vehicles_surface import panel

STEP = (0.14, 0.40, 3.0)  # m, longest edge of a patch, per detail
NO_FRAME = (np.nan, np.nan, np.nan, np.nan)


@dataclass(frozen=True)
class Canvas:
    """One sheet of the body that patches are laid on: "top", or the "side" with its sign."""

    form: Form
    sheet: str
    sign: float = 1.0


def patch(
    canvas: Canvas,
    lower: Sequence[Sequence[float]],
    upper: Sequence[Sequence[float]],
    material: Material,
    lift: float = 0.0,
    frame: tuple[float, float, float, float] | None = None,
    shades: tuple[float, float] = (1.0, 1.0),
) -> Mesh:
    """Lay a panel on the body between two curves.

    Args:
        canvas: where.
        lower: (N, 2) sheet coordinates.
        upper: (N, 2) sheet coordinates, running the same way.
        material: of the panel.
        lift: m further out than usual, for patches on patches.
        frame: sheet coordinates (a0, b0, a1, b1) that texture corners (0, 0) and (1, 1) fall on; None: u runs along
            the curves, v from upper (0) to lower (1).
        shades: brightness factor at the lower and the upper curve.

    Returns:
        The mesh.
    """
    form, detail = canvas.form, canvas.form.detail
    positions, normals, uvs, colours, triangles = panel(
        form.body, canvas.sheet == "top", canvas.sign, np.asarray(lower, float), np.asarray(upper, float),
        STEP[detail], form.nodes, across(detail), LIFT[detail] + lift, NO_FRAME if frame is None else frame, shades,
    )  # fmt: skip
    return Mesh(positions, normals, uvs, colours, triangles, np.zeros(len(triangles), np.int32), (material,))


@cache
def across(detail: int) -> Array:
    """Coordinates q of the body grid from the left (+1) to the right edge (-1), closer at the edges."""
    even = np.linspace(1.0, -1.0, (9, 5, 3)[detail])
    return np.asarray(0.5 * (even + np.sin(0.5 * np.pi * even)))


def line(canvas: Canvas, curve: Sequence[Sequence[float]], width: Sequence[float], material: Material) -> Mesh:
    """A thin strip along a curve.

    Args:
        canvas: where.
        curve: (N, 2) sheet coordinates.
        width: (2,) extent of the strip in each sheet coordinate.
        material: of the strip.

    Returns:
        The mesh.
    """
    middle, half = np.asarray(curve, float), np.asarray(width, float) / 2.0
    return patch(canvas, (middle - half).tolist(), (middle + half).tolist(), material, 0.001)


def face_patch(
    form: Form,
    rear: bool,
    y: tuple[float, float],
    z: tuple[float, float],
    material: Material,
    rise: float = 0.0,
    lift: float = 0.0,
    shades: tuple[float, float] = (1.0, 1.0),
) -> Mesh:
    """A panel on the front or rear face, given by its extent seen from ahead or behind.

    Args:
        form: the body.
        rear: on the rear face.
        y: from and to, m left of the middle; texture u runs from the first to the second.
        z: lower and upper edge, m.
        material: of the panel.
        rise: m that the second end lies higher than the first.
        lift: m further out than usual.
        shades: brightness factor at the lower and the upper edge.

    Returns:
        The mesh.
    """

    def place(side: float, height: float) -> tuple[float, float]:
        t = form.station(height, rear)
        return t, min(0.985, max(-0.985, form.lateral(t, side)))

    low = [place(y[0], z[0]), place(y[1], z[0] + rise)]
    high = [place(y[0], z[1]), place(y[1], z[1] + rise)]
    return patch(Canvas(form, "top"), low, high, material, lift, shades=shades)


def side_panel(
    form: Form,
    sign: float,
    x: tuple[float, float],
    z: tuple[float, float],
    material: Material,
    lift: float = 0.0,
    frame: tuple[float, float, float, float] | None = None,
    readable: bool = False,
) -> Mesh:
    """A rectangle on a side panel.

    Args:
        form: the body.
        sign: 1 left, -1 right.
        x: rear and front edge, m.
        z: lower and upper edge, m.
        material: of the panel.
        lift: m further out than usual.
        frame: as in `patch`.
        readable: the texture fills the panel once and reads from the onlooker's left on both sides.

    Returns:
        The mesh.
    """
    if readable:
        frame = (x[1], z[1], x[0], z[0]) if sign > 0 else (x[0], z[1], x[1], z[0])
    lower, upper = [(x[0], z[0]), (x[1], z[0])], [(x[0], z[1]), (x[1], z[1])]
    return patch(Canvas(form, "side", sign), lower, upper, material, lift, frame)


def shell(form: Form, paint: Material, floor: Material, dirt: float) -> Mesh:
    """The painted skin with its wheel arches cut out, closed below by a dark floor.

    Args:
        form: the body.
        paint: of the skin.
        floor: of the underside and the wheel arches.
        dirt: 0 clean .. 1 filthy; darkens the skin low down.

    Returns:
        A closed mesh.
    """
    below, above = ((5, 3), (3, 2), (2, 1))[form.detail]
    stations = form.stations()
    count = len(stations)
    edge = form.top(stations, np.ones(count))
    x, z = edge[:, 0], edge[:, 2]
    start = np.minimum(form.bottom(x), z)
    waist = np.clip(form.belt(x), start, z)
    f, g = np.linspace(0.0, 1.0, below + 1)[:-1], np.linspace(0.0, 1.0, above + 1)[:-1]
    heights = np.concatenate(
        [start[:, None] + (waist - start)[:, None] * f, waist[:, None] + (z - waist)[:, None] * g], 1
    )
    flat_x, flat_z = np.repeat(x, heights.shape[1]), heights.ravel()
    left = form.side(flat_x, flat_z, 1.0).reshape(count, -1, 3)
    q = across(form.detail)
    top = form.top(np.repeat(stations, len(q)), np.tile(q, count)).reshape(count, len(q), 3)
    right = left[:, ::-1] * (1.0, -1.0, 1.0)
    ring = np.concatenate([left, top, right], 1)
    columns = ring.shape[1]
    points = ring.reshape(-1, 3)
    triangles = _solid(points, grid_triangles(count, columns))
    tone = 1.0 - 0.55 * dirt * np.clip(1.0 - (points[:, 2] - form.section.sill) / 0.45, 0.0, 1.0)
    tint = tone[:, None] ** np.array([0.9, 1.0, 1.15])
    if form.detail == 2:  # so few faces that smooth normals would smear light over real edges
        points, tint, triangles = (
            points[triangles].reshape(-1, 3),
            tint[triangles].reshape(-1, 3),
            _loose(len(triangles)),
        )
    skin = make_mesh(points, triangles, paint, colours=tint)
    rim = ring[:, [-1, 0]].reshape(-1, 3)
    base = make_mesh(rim, _solid(rim, grid_triangles(count, 2)), floor)
    fan = np.array([[0, k, k + 1] for k in range(1, columns - 1)])
    ends = [make_mesh(ring[0], _solid(ring[0], fan), floor), make_mesh(ring[-1], _solid(ring[-1], fan[:, ::-1]), floor)]
    return merge([skin, base, *ends])


def _loose(count: int) -> NDArray[np.int32]:
    """Indices of triangles that share no vertices."""
    return np.arange(3 * count, dtype=np.int32).reshape(-1, 3)


def _solid(points: Array, triangles: NDArray[np.int32]) -> NDArray[np.int32]:
    """Drop triangles without area."""
    corners = points[triangles]
    area = np.linalg.norm(np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]), axis=1)
    return np.ascontiguousarray(triangles[area > 1e-8])


def ellipsoid(
    centre: Sequence[float], size: Sequence[float], material: Material, detail: int, power: float = 1.0
) -> Mesh:
    """A rounded lump.

    Args:
        centre: (3,) m.
        size: (3,) full extent, m.
        material: of the lump.
        detail: 0 finest .. 2 coarsest.
        power: 1 ellipsoid; smaller is boxier.

    Returns:
        The mesh.
    """
    around, rows = ((10, 6), (7, 4), (4, 3))[detail]
    angle = np.arange(around) * 2.0 * np.pi / around + np.pi / around
    polar = np.linspace(0.0, np.pi, rows)

    def soft(value: Array) -> Array:
        return np.asarray(np.sign(value) * np.abs(value) ** power)

    radius = soft(np.sin(polar))[:, None]
    points = np.stack(
        [
            radius * soft(np.cos(angle)),
            radius * soft(np.sin(angle)),
            np.broadcast_to(soft(np.cos(polar))[:, None], (rows, around)),
        ],
        -1,
    )
    flat = (points * np.asarray(size) / 2.0 + np.asarray(centre)).reshape(-1, 3)
    return make_mesh(flat, _solid(flat, grid_triangles(rows, around, closed=True)), material)
