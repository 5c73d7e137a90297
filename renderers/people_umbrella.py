"""Umbrellas: a canopy of eight curved panels on ribs over the head, or a closed one that hangs from the hand."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from renderers.people_fabric import EYES, SHINY
from renderers.people_form import Part, around, grid, only
from scenes.geometry import triple
from scenes.people_look import PersonLook, Umbrella
from scenes.people_umbrella import RIBS
from scenes.seeds import rng_for
from sim.people_skeleton import ARM, Skeleton
from sim.people_umbrella import BEND, canopy_box, drop, fist, grasp

Array = NDArray[np.float64]
PANELS = ((9, 7), (6, 3), (4, 2))  # rows and columns of a panel in the levels of detail
PULL = 0.055  # share of the radius by which the rim between two ribs is straighter than a circle, besides its chord
UNDER = 0.006  # m between both sides of the cloth
STEEL, GRIP = np.array([0.16, 0.16, 0.165]), np.array([0.022, 0.018, 0.016])
WOOD = np.array([0.16, 0.07, 0.028])
RAINBOW = ((0.55, 0.02, 0.02), (0.60, 0.19, 0.02), (0.62, 0.50, 0.03), (0.06, 0.30, 0.05),
           (0.03, 0.22, 0.40), (0.02, 0.05, 0.34), (0.14, 0.03, 0.25), (0.50, 0.06, 0.20))  # fmt: skip


def umbrella_parts(skeleton: Skeleton, fine: int) -> list[Part]:
    """The umbrella of a look.

    Args:
        skeleton: measures and look.
        fine: level of detail, 0 finest.

    Returns:
        Parts that follow the hand; none without an umbrella.
    """
    umbrella = skeleton.look.umbrella
    if umbrella is None:
        return []
    hand = ARM[umbrella.side] + 2
    weights, middle = only((hand, 1.0)), skeleton.joints[hand] + fist(skeleton, umbrella.side)
    if not umbrella.opened:
        return closed(umbrella, middle, weights, (10, 7, 5)[fine])
    # in the rest pose the hand hangs, and the umbrella with it
    turn, base = grasp(skeleton, umbrella.side).T, umbrella.shaft - umbrella.radius * float(drop(1.0))
    first = float(rng_for(skeleton.look.seed, "umbrella", "turn").random())
    parts = canopy(umbrella, weights, PANELS[fine], first)
    sides = (6, 4, 3)[fine]
    low = -0.11 if umbrella.style == "stick" else -0.05
    spike = 0.055 if umbrella.style == "stick" else 0.022
    parts.append(rod([(0, 0, low), (0, 0, umbrella.shaft + spike)], 0.006, STEEL, weights, sides))
    parts += handle(umbrella, weights, sides)
    if fine < 2:
        parts += ribs(umbrella, weights, base, fine, first)
    return [placed(part, turn, middle) for part in parts]


def placed(part: Part, turn: Array, origin: Array) -> Part:
    """A part with its points turned and moved."""
    return Part(part.points @ turn.T + origin, part.triangles, part.colours, part.weights, part.uvs, part.fabric)


def canopy(umbrella: Umbrella, weights: Array, size: tuple[int, int], first: float) -> list[Part]:
    """Both sides of the panels, around the vertical axis through the hand.

    Args:
        umbrella: open.
        weights: (19,).
        size: rows and columns of a panel.
        first: share of a panel that the ribs are turned by.

    Returns:
        Two parts for each panel, so that the cloth is creased along the ribs.
    """
    rows, columns = size
    u, across = np.linspace(0.02, 1.0, rows)[:, None], np.linspace(-1.0, 1.0, columns)[None, :]
    half = np.pi / RIBS
    # cloth spans from rib to rib: along the chord, and a little more hollow where it is free at the rim
    chord = np.cos(half) / np.cos(half * across)
    free = 1.0 - (1.0 - chord) * u - PULL * (1.0 - across**2) * u**4
    share = np.sin(BEND * u) / np.sin(BEND)
    away = umbrella.radius * share * free
    z = umbrella.shaft - umbrella.radius * drop(share) * (1.0 - 0.06 * (1.0 - across**2) * u)
    parts = []
    for k in range(RIBS):
        angle = 2.0 * half * (k + first) + half * across
        points = np.stack([away * np.cos(angle), away * np.sin(angle), np.broadcast_to(z, away.shape)], -1)
        ink = np.broadcast_to(panel_colour(umbrella, k, u), (rows, columns, 3))
        seam = 1.0 - 0.25 * (np.abs(across) > 0.99)[..., None]
        below = points - np.array([0.0, 0.0, UNDER])
        parts.append(grid(points, ink * seam, weights, SHINY, closed=False))
        # the light of the sky shines through
        parts.append(grid(below, 0.7 * ink * seam, weights, SHINY, closed=False, flip=True))
    return parts


def panel_colour(umbrella: Umbrella, k: int, u: Array) -> Array:
    """(rows, 1, 3) colours of panel k at shares (rows, 1) of the way to the rim."""
    main, second = np.array(umbrella.colour), np.array(umbrella.second)
    if umbrella.pattern == "rainbow":
        return np.broadcast_to(np.array(RAINBOW[k]), (len(u), 1, 3))
    other = {
        "panels": np.full(u.shape, k % 2 == 1), "rim": u > 0.85, "rings": np.sin(17.0 * u) > 0.3,
    }.get(umbrella.pattern, np.zeros(u.shape, bool))  # fmt: skip
    return np.where(other[..., None], second, main)


def ribs(umbrella: Umbrella, weights: Array, base: float, fine: int, first: float) -> list[Part]:
    """Ribs under the cloth and the stretchers that hold them up."""
    parts, count = [], 6 if fine == 0 else 3
    u = np.linspace(0.03, 1.0, count)
    share = np.sin(BEND * u) / np.sin(BEND)
    for k in range(RIBS):
        angle = 2.0 * np.pi / RIBS * (k + first) + np.pi / RIBS
        way = np.array([np.cos(angle), np.sin(angle), 0.0])
        line = umbrella.radius * share[:, None] * way
        line[:, 2] = umbrella.shaft - umbrella.radius * drop(share) - 2.0 * UNDER
        parts.append(rod(line, 0.0025, STEEL, weights, 3))
        if fine == 0:
            parts.append(rod([(0.0, 0.0, base + 0.02), line[count // 2]], 0.002, STEEL, weights, 3))
    return parts


def handle(umbrella: Umbrella, weights: Array, sides: int) -> list[Part]:
    """A crook below the hand, or the short grip of a folding umbrella."""
    if umbrella.style == "folding":
        return [rod([(0, 0, -0.055), (0, 0, -0.02), (0, 0, 0.045)], 0.013, GRIP, weights, sides)]
    return [rod(crook(-1.0), 0.011, WOOD, weights, sides)]


def crook(end: float) -> Array:
    """(8, 3) line of a crook around the hand whose bend is above (1) or below it (-1), m."""
    bend = np.linspace(0.0, np.pi * 1.05, 7)
    hook = np.stack([0.045 * (1.0 - np.cos(bend)), 0.0 * bend, end * (0.06 + 0.045 * np.sin(bend))], -1)
    return np.concatenate([[(0.0, 0.0, -0.06 * end)], hook])


def closed(umbrella: Umbrella, middle: Array, weights: Array, columns: int) -> list[Part]:
    """Rolled up, tip down: a stick from its crook, a folding one from its loop."""
    stick = umbrella.style == "stick"
    length = min(0.62, float(middle[2]) - 0.20) if stick else 0.24
    start = 0.10 if stick else 0.05
    u = np.array([0.0, 0.02, 0.12, 0.35, 0.7, 0.97, 1.0])
    fat = np.array([0.3, 0.7, 0.9, 1.0, 0.8, 0.45, 0.05]) * (0.026 if stick else 0.03)
    angle = around(columns)[None, :]
    swirl = 1.0 + 0.10 * np.sin(3.0 * angle + 5.0 * u[:, None])
    x, y = fat[:, None] * swirl * np.cos(angle), fat[:, None] * swirl * np.sin(angle)
    z = np.broadcast_to(-start - u[:, None] * length, x.shape)
    ink = np.broadcast_to(np.array(umbrella.colour) * 0.9, (*x.shape, 3))
    parts = [grid(np.stack([x, y, z], -1), ink, weights, SHINY)]
    if stick:
        parts.append(rod([(0, 0, -start - length - 0.05), (0, 0, -0.04)], 0.005, STEEL, weights, columns))
        parts.append(rod(crook(1.0), 0.010, WOOD, weights, columns))
    else:
        parts.append(rod([(0, 0, -start), (0, 0, 0.02)], 0.005, GRIP, weights, columns))
    return [placed(part, np.eye(3), middle) for part in parts]


def rod(line: object, radius: float, colour: Array, weights: Array, sides: int) -> Part:
    """A bent round bar, closed at its ends."""
    points = np.asarray(line, np.float64)
    way = np.gradient(points, axis=0)
    way /= np.maximum(np.linalg.norm(way, axis=1, keepdims=True), 1e-9)
    helper = np.where(np.abs(way[:, 1:2]) < 0.9, np.array([[0.0, 1.0, 0.0]]), np.array([[1.0, 0.0, 0.0]]))
    one = np.cross(way, helper)
    one /= np.linalg.norm(one, axis=1, keepdims=True)
    two = np.cross(way, one)
    angle = np.arange(sides) * 2.0 * np.pi / sides
    radii = np.full(len(points), radius)
    points, one, two = (np.concatenate([a[:1], a, a[-1:]]) for a in (points, one, two))
    radii = np.concatenate([[0.0], radii, [0.0]])[:, None, None]
    ring = np.cos(angle)[None, :, None] * one[:, None] + np.sin(angle)[None, :, None] * two[:, None]
    return grid(points[:, None] + radii * ring, colour, weights, EYES, flip=True)


@lru_cache(maxsize=512)
def with_canopy(size: tuple[float, float, float], look: PersonLook) -> tuple[tuple[float, float, float], Array]:
    """Size (m) and middle (3,) m, in the model frame, of the box around somebody and an open umbrella.

    What people carry is a part of their box, as in nuScenes (Caesar et al. 2020, annotator instructions).
    """
    low, high = np.array([-0.5, -0.5, 0.0]) * size, np.array([0.5, 0.5, 1.0]) * size
    if look.umbrella is not None and look.umbrella.opened:
        lowest, highest = canopy_box(look)
        low, high = np.minimum(low, lowest), np.maximum(high, highest)
    return triple(high - low), (low + high) / 2
