"""Plane polygons without holes: triangles, clipping to cells, points inside. No third-party geometry."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from scenes.compiled import compiled

Array = NDArray[np.float64]
_TINY = 1e-12


@compiled()
def signed_area(outline):  # type: ignore[no-untyped-def]
    """Area of a polygon (N, 2), m^2; positive when anticlockwise."""
    total = 0.0
    for k in range(len(outline)):
        n = (k + 1) % len(outline)
        total += outline[k, 0] * outline[n, 1] - outline[n, 0] * outline[k, 1]
    return 0.5 * total


def anticlockwise(outline: Array) -> Array:
    """The same polygon, anticlockwise, without repeated points.

    Args:
        outline: (N, 2) m.

    Returns:
        (M, 2) m.
    """
    points = np.asarray(outline, dtype=np.float64)
    keep = np.linalg.norm(points - np.roll(points, 1, axis=0), axis=1) > 1e-6
    points = points[keep]
    return points if signed_area(points) >= 0 else np.ascontiguousarray(points[::-1])


@compiled()
def is_convex(outline):  # type: ignore[no-untyped-def]
    """Whether a simple anticlockwise polygon (N, 2) turns left at every corner."""
    count = len(outline)
    for k in range(count):
        a, b, c = outline[k - 1], outline[k], outline[(k + 1) % count]
        if (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0]) <= _TINY:
            return False
    return True


def _cross(origin: Array, first: Array, second: Array) -> float:
    return float((first[0] - origin[0]) * (second[1] - origin[1]) - (first[1] - origin[1]) * (second[0] - origin[0]))


def _is_ear(points: Array, ring: list[int], k: int) -> bool:
    """Whether cutting corner k takes away nothing but inside."""
    a, b, c = points[ring[k - 1]], points[ring[k]], points[ring[(k + 1) % len(ring)]]
    if _cross(a, b, c) <= _TINY:
        return False
    others = points[[i for n, i in enumerate(ring) if n not in {k, (k - 1) % len(ring), (k + 1) % len(ring)}]]

    def left_of(p: Array, q: Array) -> Array:
        side: Array = (q[0] - p[0]) * (others[:, 1] - p[1]) - (q[1] - p[1]) * (others[:, 0] - p[0])
        return side

    inside = (left_of(a, b) >= -_TINY) & (left_of(b, c) >= -_TINY) & (left_of(c, a) >= -_TINY)
    touching = (np.abs(others[:, None] - np.stack([a, b, c])[None]).max(-1) < 1e-9).any(1)
    return not bool((inside & ~touching).any())


def triangulate(outline: Array) -> NDArray[np.int32]:
    """Cut a simple polygon into triangles by ear clipping (Meisters 1975).

    Args:
        outline: (N, 2) m, anticlockwise, may be concave.

    Returns:
        (N - 2, 3) indices, anticlockwise; fewer where corners lie on a line.
    """
    count = len(outline)
    if is_convex(outline):  # as most are; these are the ears that would be found
        fan = [(count - 1, k, k + 1) for k in range(count - 3)]
        return np.array([*fan, (count - 3, count - 2, count - 1)], np.int32)
    ring = list(range(count))
    triangles: list[tuple[int, int, int]] = []
    while len(ring) > 3:
        for k in range(len(ring)):
            if _is_ear(outline, ring, k):
                triangles.append((ring[k - 1], ring[k], ring[(k + 1) % len(ring)]))
                ring.pop(k)
                break
        else:
            # only corners on a line are left to drop, or the outline crosses itself: drop the flattest corner
            flat = [
                abs(_cross(outline[ring[k - 1]], outline[ring[k]], outline[ring[(k + 1) % len(ring)]]))
                for k in range(len(ring))
            ]
            ring.pop(int(np.argmin(flat)))
    triangles.append((ring[0], ring[1], ring[2]))
    return np.array(triangles, np.int32).reshape(-1, 3)


@compiled()
def clip_half_plane(polygon, axis, limit, keep_below):  # type: ignore[no-untyped-def]
    """Cut a convex polygon at x = limit or y = limit.

    Args:
        polygon: (N, 2) m.
        axis: 0 or 1.
        limit: m.
        keep_below: keep the side of smaller coordinates.

    Returns:
        (M, 2) m, possibly empty.
    """
    count = len(polygon)
    sign = 1.0 if keep_below else -1.0
    result = np.empty((count + 2, 2))
    kept = 0
    for k in range(count):
        n = (k + 1) % count
        here, there = sign * (limit - polygon[k, axis]), sign * (limit - polygon[n, axis])
        if here >= 0:
            result[kept, 0], result[kept, 1] = polygon[k, 0], polygon[k, 1]  # array assignments take seconds to compile
            kept += 1
        if (here > 0 and there < 0) or (here < 0 and there > 0):
            share = here / (here - there)
            for axes in range(2):
                result[kept, axes] = polygon[k, axes] + share * (polygon[n, axes] - polygon[k, axes])
            kept += 1
    return result[:kept].copy()


def cells(outline: Array, edge: float) -> list[Array]:
    """Cut a simple polygon into convex pieces no larger than a square cell.

    Args:
        outline: (N, 2) m, anticlockwise.
        edge: of the cells, m.

    Returns:
        Convex anticlockwise pieces, each (M, 2) m.
    """
    pieces: list[Array] = []
    for triangle in triangulate(outline):
        corner = outline[triangle]
        low, high = np.floor(corner.min(0) / edge), np.ceil(corner.max(0) / edge)
        for i in range(int(low[0]), int(high[0])):
            strip = clip_half_plane(clip_half_plane(corner, 0, i * edge, False), 0, (i + 1) * edge, True)
            for j in range(int(low[1]), int(high[1])):
                piece = clip_half_plane(clip_half_plane(strip, 1, j * edge, False), 1, (j + 1) * edge, True)
                if len(piece) >= 3 and signed_area(piece) > 1e-6:
                    pieces.append(piece)
    return pieces


def contains(outline: Array, points: Array) -> NDArray[np.bool_]:
    """Which points lie inside a simple polygon (crossing number).

    Args:
        outline: (N, 2) m.
        points: (P, 2) m.

    Returns:
        (P,) mask.
    """
    a, b = outline[None], np.roll(outline, -1, axis=0)[None]
    x, y = points[:, None, 0], points[:, None, 1]
    straddles = (a[..., 1] > y) != (b[..., 1] > y)
    slope = np.where(straddles, b[..., 1] - a[..., 1], 1.0)
    crossing = a[..., 0] + (y - a[..., 1]) * (b[..., 0] - a[..., 0]) / slope
    return np.asarray((straddles & (x < crossing)).sum(1) % 2 == 1)
