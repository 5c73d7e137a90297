"""Takes drawings of vehicles apart: wheels, lenses of lamps, panes, what is seen from outside."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from renderers.mesh import Material
from renderers.packs.levels import Array, Ints, Piece, components

LAMP_ROLES = tuple(
    lit + role for lit in ("", "lit:") for role in ("head", "brake", "tail", "left", "right", "reverse")
)  # of finished lenses
Chosen = NDArray[np.bool_]
STRAIGHT = math.radians(1.0)  # wheels that stand more askew are straightened
REACH = (1.015, 0.04)  # of a wheel: times its radius, and m beside its tyre
TURN_SHARE = 0.3  # of a tail lamp's height that its turn lamp takes
CORNER_SHARE = 0.2  # of a head lamp's width that its turn lamp takes, at the outer end
PANE = 1.5  # m along a bus that one picture of its cabin takes


@dataclass(frozen=True, eq=False)
class Part:
    """A surface of one role and one material."""

    role: str
    piece: Piece
    material: Material


@dataclass(frozen=True, eq=False)
class Wheel:
    """A wheel that stands straight."""

    hub: Array  # (3,) m
    radius: float
    outer: float  # y of its outer face, m
    parts: tuple[Part, ...]


def soup(points: Array, uvs: Array) -> Piece:
    """A piece of (T, 3, 3) corners with (T, 3, 2) texture places; corners at one place become one."""
    places, corners = np.unique(np.round(points.reshape(-1, 3), 6), axis=0, return_inverse=True)
    pictured, uv_corners = np.unique(np.round(uvs.reshape(-1, 2), 6), axis=0, return_inverse=True)
    return Piece(places, corners.reshape(-1, 3), pictured, uv_corners.reshape(-1, 3))


def cut(piece: Piece, axis: int, value: float) -> tuple[Piece | None, Piece | None]:
    """Cut a surface along a plane.

    Args:
        piece: the surface.
        axis: that the plane is perpendicular to; 1 cuts both sides alike, at a distance from the middle.
        value: where, m.

    Returns:
        What lies below the value and what lies above; None where that is nothing.
    """
    points, uvs = piece.points[piece.corners], piece.uvs[piece.uv_corners]
    found: list[list[Array]] = [[], []]
    for corner, uv in zip(points, uvs, strict=True):
        heights = (np.abs(corner[:, 1]) if axis == 1 else corner[:, axis]) - value
        for side, sign in enumerate((-1.0, 1.0)):
            ring = _clipped(np.column_stack([corner, uv]), heights * sign)
            found[side] += [np.stack([ring[0], ring[k], ring[k + 1]]) for k in range(1, len(ring) - 1)]
    low, high = (soup(np.stack(one)[..., :3], np.stack(one)[..., 3:]) if one else None for one in found)
    return low, high


def _clipped(ring: Array, inside: Array) -> Array:
    """The part of a polygon whose corners' values are positive (Sutherland and Hodgman 1974)."""
    kept = []
    for k in range(len(ring)):
        n = (k + 1) % len(ring)
        if inside[k] >= 0:
            kept.append(ring[k])
        if (inside[k] > 0) != (inside[n] > 0) and inside[k] * inside[n] != 0:
            kept.append(ring[k] + (ring[n] - ring[k]) * inside[k] / (inside[k] - inside[n]))
    return np.array(kept)


def halves(part: Part) -> list[tuple[float, Part]]:
    """The left (1) and the right half (-1) of a surface."""
    left = part.piece.points[part.piece.corners].mean(1)[:, 1] > 0
    return [
        (sign, replace(part, piece=part.piece.part(chosen)))
        for sign, chosen in ((1.0, left), (-1.0, ~left))
        if chosen.any()
    ]


def lens(part: Part) -> list[Part]:
    """The lamps behind a lens: turn lamps take a share of tail and head lamps, and have sides."""
    found = []
    for sign, half in halves(part):
        turn: Part | None = half
        rest: Part | None = None
        if part.role in ("tail", "head"):
            axis, name = (2, "brake") if part.role == "tail" else (1, "head")
            used = half.piece.used
            reach = np.abs(used[:, 1]) if axis == 1 else used[:, 2]
            low, high = float(reach.min()), float(reach.max())
            share = TURN_SHARE if axis == 2 else 1.0 - CORNER_SHARE
            first, second = cut(half.piece, axis, low + share * (high - low))
            turned, main = (first, second) if axis == 2 else (second, first)
            rest = None if main is None else Part(name, main, part.material)
            turn = None if turned is None else Part("turn", turned, part.material)
        for one in (rest, turn):
            if one is not None:
                role = one.role if one.role != "turn" else "left" if sign > 0 else "right"
                found.append(replace(one, role=role))
    return [framed(one) for one in found] if part.material.texture is None else found


def framed(part: Part) -> Part:
    """A lens with the picture of a lamp across it: u outward, v down."""
    points = part.piece.points
    used = part.piece.used
    low, high = used.min(0), used.max(0)
    size = np.maximum(high - low, 1e-6)
    deep = size[0] > 2.0 * size[1]  # at the side of the body
    across = (points[:, 0] - low[0]) / size[0] if deep else np.abs(points[:, 1] - (low if low[1] > 0 else high)[1])
    u = across if deep else across / size[1]
    uvs = np.column_stack([u, (high[2] - points[:, 2]) / size[2]])
    return replace(part, piece=Piece(points, part.piece.corners, uvs, part.piece.corners))


def panes(part: Part, bus: bool) -> list[Part]:
    """Windscreen, side windows and rear window, by the way that each pane looks; their pictures show the cabin."""
    piece = part.piece
    corner = piece.points[piece.corners]
    faces = np.cross(corner[:, 1] - corner[:, 0], corner[:, 2] - corner[:, 0])
    pane = np.unique(components(piece.corners), return_inverse=True)[1].reshape(-1)
    sums = np.column_stack([np.bincount(pane, faces[:, k]) for k in range(3)])
    sums = sums / np.maximum(np.linalg.norm(sums, axis=1, keepdims=True), 1e-12)
    side = np.abs(sums[:, 1]) > np.abs(sums[:, 0])
    above = sums[:, 2] > 0.97
    found = []
    for role, chosen in (
        ("trim", above), ("side_glass", side & ~above),
        ("screen", ~side & ~above & (sums[:, 0] > 0)), ("rear_glass", ~side & ~above & (sums[:, 0] <= 0)),
    ):  # fmt: skip
        if chosen[pane].any():
            found.append(pictured(Part(role, piece.part(chosen[pane]), part.material), bus))
    return found


def pictured(part: Part, bus: bool) -> Part:
    """A pane with texture places on the pictures of `vehicles_cabins`."""
    points = part.piece.points
    used = part.piece.used
    low, high = used.min(0), used.max(0)
    size = np.maximum(high - low, 1e-6)
    down = (high[2] - points[:, 2]) / size[2]
    if part.role == "side_glass":
        u = (high[0] - points[:, 0]) / (PANE if bus else size[0])
        down = down * size[2] / (size[2] + (0.0 if bus else 0.25))
    elif part.role == "screen":
        u = (points[:, 1] - low[1]) / size[1]
    else:
        u = (high[1] - points[:, 1]) / size[1]
    return replace(part, piece=Piece(points, part.piece.corners, np.column_stack([u, down]), part.piece.corners))


def wheels_of(parts: Sequence[Part], body: Sequence[str]) -> tuple[list[Wheel], list[Part]]:
    """Part wheels from the body.

    Args:
        parts: of the vehicle; tyres have the role tyre.
        body: roles that no wheel has.

    Returns:
        The wheels, from front to rear, left before right; and what is left.
    """
    tyres = [part for part in parts if part.role == "tyre"]
    points = np.concatenate([part.piece.used for part in tyres])
    wheels, rest = [], list(parts)
    for spot in _places(tyres):
        near = np.hypot(points[:, 0] - spot[0], points[:, 2] - spot[2]) < 1.1 * spot[3]
        own = points[near & (points[:, 1] * spot[1] > 0)]
        hub = (own.min(0) + own.max(0)) / 2
        turn = _straightening(own - own.mean(0))
        own = (own - hub) @ turn.T
        own = own[np.hypot(own[:, 0], own[:, 2]) < 1.02 * spot[3]]
        middle = (own.min(0) + own.max(0)) / 2
        radius = float(np.hypot(own[:, 0] - middle[0], own[:, 2] - middle[2]).max())
        half = float(np.ptp(own[:, 1])) / 2
        taken, kept = [], []
        for part in rest:
            local = (part.piece.points - hub) @ turn.T - middle
            inside = (np.hypot(local[:, 0], local[:, 2]) < REACH[0] * radius) & (np.abs(local[:, 1]) < half + REACH[1])
            chosen = inside[part.piece.corners].all(1) & (part.role not in body)
            if chosen.any():
                taken.append(replace(part, piece=replace(part.piece.part(chosen), points=local)))
            if not chosen.all():
                kept.append(replace(part, piece=part.piece.part(~chosen)))
        rest = kept
        place = hub + middle
        outer = place[1] + math.copysign(half, place[1])
        parts_there = tuple(replace(one, piece=replace(one.piece, points=one.piece.points + place)) for one in taken)
        wheels.append(Wheel(place, radius, float(outer), parts_there))
    return paired(wheels), rest


def paired(wheels: Sequence[Wheel]) -> list[Wheel]:
    """Wheels of an axle brought to one place on either side: drawings that steer have them askew.

    Raises:
        ValueError: an axle has no wheel on one side.
    """
    ranked = sorted(wheels, key=lambda one: -float(one.hub[0]))
    found = []
    for first in range(0, len(ranked), 2):
        pair = sorted(ranked[first : first + 2], key=lambda one: -float(one.hub[1]))
        if len(pair) < 2 or pair[0].hub[1] < 0.0 or pair[1].hub[1] > 0.0:
            raise ValueError(f"an axle with wheels at {[one.hub.round(2).tolist() for one in pair]}")
        mean = np.mean([np.abs(one.hub) * np.sign([one.hub[0], 1, one.hub[2]]) for one in pair], axis=0)
        for one, sign in zip(pair, (1.0, -1.0), strict=True):
            hub = mean * np.array([1.0, sign, 1.0])
            parts = tuple(
                replace(part, piece=replace(part.piece, points=part.piece.points + hub - one.hub)) for part in one.parts
            )
            found.append(Wheel(hub, one.radius, float(one.outer + hub[1] - one.hub[1]), parts))
    return found


def _places(tyres: Sequence[Part]) -> list[tuple[float, float, float, float]]:
    """Rough middles (m) and radii of the wheels, from the largest connected tyres."""
    found: list[tuple[float, float, float, float]] = []
    boxes = []
    for part in tyres:
        own = components(part.piece.corners)
        for number in np.unique(own):
            used = part.piece.part(own == number).used
            boxes.append((used.min(0), used.max(0)))
    for low, high in sorted(boxes, key=lambda one: -float(one[1][2] - one[0][2])):
        middle, radius = (low + high) / 2, float(high[2] - low[2]) / 2
        known = any(math.hypot(middle[0] - x, middle[2] - z) < r and middle[1] * y > 0 for x, y, z, r in found)
        if not known and radius > 0.7 * (found[0][3] if found else radius):
            found.append((float(middle[0]), float(middle[1]), float(middle[2]), radius))
    return found


def _straightening(off: Array) -> Array:
    """(3, 3) turn that lays the axle of a tyre, around its middle, along y."""
    axle = np.linalg.eigh(off.T @ off)[1][:, 0]
    axle = axle * math.copysign(1.0, axle[1])
    if math.acos(min(1.0, float(axle[1]))) < STRAIGHT:
        return np.eye(3)
    across = np.cross(axle, [0.0, 0.0, 1.0])
    across /= np.linalg.norm(across)
    return np.stack([across, axle, np.cross(across, axle)])


def owners(counts: Sequence[int]) -> Ints:
    """(T,) number of the part of each triangle."""
    return np.repeat(np.arange(len(counts)), counts)
