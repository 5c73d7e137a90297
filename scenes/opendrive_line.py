"""Reference lines of OpenDRIVE: lines, arcs, clothoids and cubic curves, evaluated for many stations at once."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from scenes.compiled import compiled
from scenes.types import Floats

NODES, WEIGHTS = np.polynomial.legendre.leggauss(16)  # on [-1, 1]; exact to rounding for angles up to about 2 rad
CELLS = 64  # of the table that turns a length along a cubic curve into its parameter
Local = tuple[Floats, Floats, Floats]  # u, v (m) and heading (rad) in the frame of a piece's start


@dataclass(frozen=True)
class Piece:
    """One geometry of a plan view."""

    start: float  # s, m
    x: float  # m
    y: float
    heading: float  # rad
    length: float  # m
    kind: str  # a key of LOCAL
    numbers: tuple[float, ...] = ()  # see the function of the kind


@dataclass(frozen=True, eq=False)
class Cubics:
    """A function of s that is a cubic polynomial between stations; 0 before the first one."""

    starts: Floats  # (N,) m, ascending
    factors: Floats  # (N, 4) a, b, c, d of a + b ds + c ds^2 + d ds^3

    def at(self, s: Floats) -> Floats:
        """(M,) values at stations (M,)."""
        return np.asarray(cubics_at(self.starts, self.factors, s))

    @property
    def flat(self) -> bool:
        """Whether it is 0 everywhere, to within a millimetre."""
        return not bool((np.abs(self.factors) > (1e-3, 1e-5, 1e-7, 1e-9)).any())


@compiled()
def cubics_at(starts, factors, s):  # type: ignore[no-untyped-def]
    """Kernel of `Cubics.at`."""
    values = np.zeros(len(s))
    for n in range(len(s)):
        k = np.searchsorted(starts, s[n] + 1e-9, side="right") - 1
        if k >= 0:
            a, b, c, d = factors[k]
            ds = s[n] - starts[k]
            values[n] = a + ds * (b + ds * (c + ds * d))
    return values


def line(numbers: tuple[float, ...], length: float, ds: Floats) -> Local:
    """A straight line; no numbers."""
    return ds, np.zeros_like(ds), np.zeros_like(ds)


def arc(numbers: tuple[float, ...], length: float, ds: Floats) -> Local:
    """A circle; numbers: curvature, 1/m."""
    turn = numbers[0] * ds
    chord = ds * np.sinc(turn / (2 * np.pi))
    return chord * np.cos(turn / 2), chord * np.sin(turn / 2), turn


def spiral(numbers: tuple[float, ...], length: float, ds: Floats) -> Local:
    """A clothoid by Gauss-Legendre quadrature over panels that turn by 1 rad at most; numbers: both curvatures, 1/m."""
    first, last = numbers
    slope = (last - first) / length
    panels = 1 + int(max(abs(first), abs(last)) * float(np.abs(ds).max(initial=0.0)))
    u, v = np.zeros_like(ds), np.zeros_like(ds)
    for k in range(panels):
        t = ds[:, None] * ((k + 0.5 + 0.5 * NODES) / panels)
        angle = t * (first + 0.5 * slope * t)
        u += np.cos(angle) @ WEIGHTS
        v += np.sin(angle) @ WEIGHTS
    share = ds / (2 * panels)
    return u * share, v * share, ds * (first + 0.5 * slope * ds)


def poly3(numbers: tuple[float, ...], length: float, ds: Floats) -> Local:
    """A cubic polynomial v of u, by length along the curve; numbers: a, b, c, d."""
    return along_cubic((0.0, 1.0, 0.0, 0.0), numbers, length, ds, 1.0)  # u is never longer than the curve


def param_poly3(numbers: tuple[float, ...], length: float, ds: Floats) -> Local:
    """Cubic polynomials u and v of p; numbers: their factors and the p of the end.

    s is the length along the curve whatever p is. Where the length of the file is not that of the curve, stations are
    spread evenly, so that the end is the curve's end.
    """
    last = numbers[8]
    total = float(length_table(numbers[:4], numbers[4:8], last)[-1])
    return along_cubic(numbers[:4], numbers[4:8], last, ds, total / length)


def speed(u: tuple[float, ...], v: tuple[float, ...], p: Floats) -> Floats:
    """Length per parameter of a cubic curve."""
    return np.hypot(u[1] + p * (2 * u[2] + 3 * p * u[3]), v[1] + p * (2 * v[2] + 3 * p * v[3]))


def length_table(u: tuple[float, ...], v: tuple[float, ...], last: float) -> Floats:
    """(CELLS + 1,) length of a cubic curve up to equally spaced parameters, m."""
    edges = np.linspace(0.0, last, CELLS + 1)
    half = last / (2 * CELLS)
    t = edges[:-1, None] + half * (1.0 + NODES)
    return np.concatenate([[0.0], np.cumsum(speed(u, v, t) @ WEIGHTS * half)])


def along_cubic(u: tuple[float, ...], v: tuple[float, ...], last: float, ds: Floats, scale: float) -> Local:
    """A cubic curve at lengths along it, by Newton's method.

    Args:
        u: factors of the one coordinate.
        v: factors of the other coordinate.
        last: parameter at the end of the table.
        ds: (N,) m.
        scale: length of the curve per metre of the file.

    Returns:
        Points and headings, (N,) each.
    """
    table, edges, want = length_table(u, v, last), np.linspace(0.0, last, CELLS + 1), ds * scale
    p = np.interp(want, table, edges)
    for _ in range(4):
        cell = np.clip((p / last * CELLS).astype(int), 0, CELLS - 1)
        half = (p - edges[cell]) / 2
        t = edges[cell][:, None] + half[:, None] * (1.0 + NODES)
        have = table[cell] + speed(u, v, t) @ WEIGHTS * half
        p = p + (want - have) / np.maximum(speed(u, v, p), 1e-9)
    du, dv = u[1] + p * (2 * u[2] + 3 * p * u[3]), v[1] + p * (2 * v[2] + 3 * p * v[3])
    return u[0] + p * (u[1] + p * (u[2] + p * u[3])), v[0] + p * (v[1] + p * (v[2] + p * v[3])), np.arctan2(dv, du)


LOCAL: dict[str, Callable[[tuple[float, ...], float, Floats], Local]] = {
    "line": line, "arc": arc, "spiral": spiral, "poly3": poly3, "paramPoly3": param_poly3,
}  # fmt: skip


def reference(pieces: tuple[Piece, ...], s: Floats) -> Floats:
    """Points of a reference line.

    Args:
        pieces: at least one, ascending; before the first and behind the last one they go on.
        s: (N,) m.

    Returns:
        (N, 3) x, y (m) and heading (rad).
    """
    starts = np.array([piece.start for piece in pieces])
    index = np.clip(np.searchsorted(starts, s + 1e-9, side="right") - 1, 0, len(pieces) - 1)
    found = np.empty((len(s), 3))
    for k in sorted(set(index.tolist())):
        piece, here = pieces[k], index == k
        u, v, turn = LOCAL[piece.kind](piece.numbers, piece.length, s[here] - piece.start)
        c, d = math.cos(piece.heading), math.sin(piece.heading)
        found[here, 0], found[here, 1] = piece.x + c * u - d * v, piece.y + d * u + c * v
        found[here, 2] = piece.heading + turn
    return found
