"""Wavefront OBJ files with their materials, as packages of furniture hold them."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from renderers.packs.levels import Array, Ints, Piece
from scenes.polygons import triangulate

CORNERS = 1000  # of a polygon, at most
Polygon = tuple[int, str, tuple[int, int]]  # its line, its corners as they stand there, points and uvs before it


@dataclass(frozen=True)
class Paint:
    """What a material file says of one material."""

    colour: tuple[float, float, float] = (0.8, 0.8, 0.8)  # sRGB, 0..1
    opacity: float = 1.0
    picture: str = ""  # file beside it
    holes: str = ""  # file whose alpha or brightness cuts holes


def read_obj(text: str) -> dict[str, Piece]:
    """Read the surfaces of an OBJ file.

    Args:
        text: of the file.

    Returns:
        One piece per material, polygons cut into triangles; axes and units of the file, texture v upwards.

    Raises:
        ValueError: a line cannot be read, or names a point that is not there; the message begins with its number.
    """
    points: list[list[float]] = []
    uvs: list[list[float]] = [[0.0, 0.0]]
    polygons: dict[str, list[Polygon]] = {}
    own = polygons.setdefault("", [])
    for number, line in enumerate(text.splitlines(), 1):
        head, _, rest = line.partition(" ")
        try:
            if head == "v":
                points.append(_numbers(rest, 3))
            elif head == "vt":
                uvs.append(_numbers(rest, 2))
            elif head == "usemtl":
                own = polygons.setdefault(rest.strip(), [])
            elif head == "f":
                own.append((number, rest, (len(points), len(uvs))))
        except ValueError as error:
            raise ValueError(f"{number}: {error}") from None
    cut = {name: _triangles(points, len(uvs), found) for name, found in polygons.items()}
    places, pictures = np.array(points, np.float64), np.array(uvs, np.float64)
    return {name: _piece(places, pictures, np.array(found)) for name, found in cut.items() if found}


def _numbers(text: str, count: int) -> list[float]:
    numbers = [float(part) for part in text.split()[:count]]
    if len(numbers) != count or not all(map(math.isfinite, numbers)):
        raise ValueError(f"{text.strip()[:60]!r} is not {count} finite numbers")
    return numbers


def _triangles(points: list[list[float]], uvs: int, polygons: list[Polygon]) -> list[tuple[int, int]]:
    """Corners of the triangles of polygons, whose points may stand behind them in the file.

    Raises:
        ValueError: a polygon cannot be read, has too many corners, or one that the file does not have.
    """
    found = []
    for number, text, before in polygons:
        try:
            ring = [_corner(part, before, (len(points), uvs)) for part in text.split()]
            found += [ring[k] for k in _cut(points, [point for point, _ in ring])]
        except ValueError as error:
            raise ValueError(f"{number}: {error}") from None
    return found


def _cut(points: list[list[float]], ring: list[int]) -> list[int]:
    """Corners of the triangles of a polygon, numbered along it; it may be concave."""
    if len(ring) <= 4:
        return [0, 1, 2, 0, 2, 3][: 3 * max(0, len(ring) - 2)]
    if len(ring) > CORNERS:
        raise ValueError(f"a polygon of {len(ring)} corners; at most {CORNERS}")
    places = np.array([points[k] for k in ring])
    after = np.roll(places, -1, axis=0)
    normal = np.cross(places, after).sum(0)  # Newell
    axis = int(np.abs(normal).argmax())
    flat = places[:, [(axis + 1) % 3, (axis + 2) % 3]]
    if normal[axis] < 0:
        flat = flat * np.array([-1.0, 1.0])
    size = float(np.ptp(flat, axis=0).max()) or 1.0
    return triangulate(flat / size).reshape(-1).tolist()


def _corner(text: str, before: tuple[int, int], there: tuple[int, int]) -> tuple[int, int]:
    """Indices of a corner's point and picture place, from 0; picture place 0 is none.

    Args:
        text: as it stands in the file.
        before: points and picture places before it, from which negative numbers count back.
        there: points and picture places of the file.

    Raises:
        ValueError: it cannot be read, or names what is not there.
    """
    parts = text.split("/")
    point = int(parts[0])
    uv = int(parts[1]) if len(parts) > 1 and parts[1] else 0
    found = point - 1 if point >= 0 else before[0] + point, uv if uv >= 0 else before[1] + uv
    if not (0 <= found[0] < there[0] and 0 <= found[1] < there[1]):
        raise ValueError(f"corner {text[:40]} of a face; there are {there[0]} points and {there[1] - 1} picture places")
    return found


def _piece(points: Array, uvs: Array, corners: Ints) -> Piece:
    """Only what the corners use; points at one place become one."""
    used, index = np.unique(corners[:, 0], return_inverse=True)
    places, same = np.unique(np.round(points[used], 6), axis=0, return_inverse=True)
    pictured, uv_index = np.unique(corners[:, 1], return_inverse=True)
    triangles, uv_triangles = same.reshape(-1)[index].reshape(-1, 3), uv_index.reshape(-1, 3)
    flat = (
        (triangles[:, 0] == triangles[:, 1])
        | (triangles[:, 1] == triangles[:, 2])
        | (triangles[:, 0] == triangles[:, 2])
    )
    return Piece(places, triangles[~flat], uvs[pictured], uv_triangles[~flat])


def read_mtl(text: str) -> dict[str, Paint]:
    """Read the materials of an MTL file by name."""
    fields: dict[str, dict[str, str]] = {}
    current: dict[str, str] = {}
    for line in text.splitlines():
        head, _, rest = line.strip().partition(" ")
        if head == "newmtl":
            current = fields.setdefault(rest.strip(), {})
        else:
            current[head] = rest.strip()
    return {name: _paint(found.get) for name, found in fields.items()}


def _paint(of: Callable[[str, str], str]) -> Paint:
    red, green, blue = (float(part) for part in of("Kd", "0.8 0.8 0.8").split()[:3])
    return Paint((red, green, blue), float(of("d", "1")), of("map_Kd", ""), of("map_d", ""))
