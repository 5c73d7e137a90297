"""Rucksacks, satchels, handbags, carrier bags."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from renderers.people_fabric import CLOTH, SHINY
from renderers.people_form import Part, around, grid, only, section
from renderers.people_straps import worn_straps
from renderers.people_torso import body_hull, clearance
from scenes.seeds import rng_for
from sim.people_skeleton import ARM, CHEST, PELVIS, SPINE, Skeleton

Array = NDArray[np.float64]


def torso_depth(skeleton: Skeleton, share: float) -> tuple[float, float, float]:
    """Half-width, front and back depth of the clothed trunk at a share of its height, m."""
    hull = body_hull(skeleton, np.array([skeleton.level(share)]))
    ease = skeleton.look.top.ease
    return float(hull.half[0]) + ease, float(hull.front[0]) + ease, float(hull.back[0]) + ease


def pouch(
    middle: Array, half: tuple[float, float, float], colours: Array, weights: Array, fabric: int, size: tuple[int, int],
    taper: float = 0.0, sag: float = 0.0,
) -> Part:  # fmt: skip
    """A soft box: rounded in plan and elevation.

    Args:
        middle: (3,) m.
        half: half-extents along x, y, z, m.
        colours: (3,) or (rows, columns, 3).
        weights: (19,).
        fabric: row of the fabric table.
        size: rows and columns.
        taper: narrowing towards the top.
        sag: widening towards the bottom along x.

    Returns:
        The part.
    """
    rows, columns = size
    u = np.linspace(1.0, -1.0, rows)
    round_off = (1.0 - np.abs(u) ** 5) ** 0.3
    round_off[[0, -1]] = 0.02
    width = half[1] * round_off * (1.0 - taper * (u + 1.0) / 2.0)
    depth = half[0] * round_off * (1.0 + sag * (1.0 - u) / 2.0)
    x, y = section(around(columns)[None, :], depth[:, None], depth[:, None], width[:, None], 3.2)
    points = np.stack([x, y, np.broadcast_to(u[:, None] * half[2], x.shape)], -1) + middle
    return grid(points, colours, weights, fabric)


def bag_parts(skeleton: Skeleton, fine: int) -> list[Part]:
    """The bag.

    Args:
        skeleton: measures and look.
        fine: level of detail, 0 finest.

    Returns:
        Any number of parts.
    """
    style = skeleton.look.bag.style
    straps = worn_straps(skeleton, (36, 20, 12)[fine])
    size = ((12, 18), (8, 12), (5, 8))[fine]
    if style in ("rucksack", "daypack"):
        return [*rucksack(skeleton, size), *straps]
    if style in ("satchel", "shoulder_bag"):
        return [*hip_bag(skeleton, size), *straps]
    if style in ("handbag", "shopping"):
        return hand_bag(skeleton, size)
    return []


def bag_colours(skeleton: Skeleton, size: tuple[int, int], rear: bool) -> Array:
    """(rows, columns, 3): body, pocket in the second colour or darker, seams, zip."""
    look, bag = skeleton.look, skeleton.look.bag
    rows, columns = size
    colours = np.broadcast_to(np.array(bag.colour), (rows, columns, 3)).copy()
    u, angle = np.linspace(1.0, -1.0, rows)[:, None], around(columns)[None, :]
    outer = np.abs(angle) > 1.9 if rear else np.abs(angle - 1.57 * bag.side) < 1.2
    two_tone = look.seed >> 5 & 3
    pocket = outer & (u < 0.05) & (u > -0.8)
    if two_tone == 0:
        colours[pocket] = np.array(bag.second)
    elif two_tone == 1:
        colours[np.broadcast_to(u > 0.45, pocket.shape)] = np.array(bag.second)
    else:
        colours[pocket] *= 0.75
    colours[outer & (np.abs(u - 0.12) < 0.09)] *= 0.5
    colours *= np.exp(0.10 * rng_for(look.seed, "bag").normal(size=(rows, columns)))[..., None]
    return colours


def rucksack(skeleton: Skeleton, size: tuple[int, int]) -> list[Part]:
    """A rucksack: day pack, school bag, tall touring pack with a lid."""
    look, bag = skeleton.look, skeleton.look.bag
    scale = bag.size * min(1.0, skeleton.height / 1.7)
    tour = bag.style == "rucksack" and bag.size > 1.22
    half = (0.075 * scale, 0.145 * min(scale, 1.1), (0.27 if tour else 0.21) * min(scale, 1.15))
    if bag.style == "daypack":
        half = (0.058 * scale, 0.125 * min(scale, 1.1), 0.185 * min(scale, 1.1))
    _, _, back = torso_depth(skeleton, 0.75)
    high = skeleton.level(1.03) - half[2] + (0.08 if tour else 0.0)
    middle = np.array([-back - 0.82 * half[0] - 0.012 * skeleton.height, 0.0, high])
    weights = only((CHEST, 0.9), (SPINE, 0.1))
    taper = 0.10 + 0.25 * (look.seed >> 7 & 3) / 3.0
    fabric = SHINY if look.seed & 128 else CLOTH
    parts = [pouch(middle, half, bag_colours(skeleton, size, True), weights, fabric, size, taper, 0.35)]
    if not tour:
        front = middle + np.array([-0.75 * half[0], 0.0, -0.35 * half[2]])
        ink = np.array(bag.second if look.seed & 256 else bag.colour) * 0.85
        parts.append(pouch(front, (0.55 * half[0], 0.75 * half[1], 0.5 * half[2]), ink, weights, fabric, size))
    else:
        lid = middle + np.array([0.0, 0.0, half[2]])
        parts.append(pouch(lid, (1.05 * half[0], 0.95 * half[1], 0.055), np.array(bag.second), weights, fabric, size))
    return parts


def hip_bag(skeleton: Skeleton, size: tuple[int, int]) -> list[Part]:
    """A bag at the hip on a strap: satchel across the chest, or handbag on the shoulder of its side."""
    look, bag, tall = skeleton.look, skeleton.look.bag, skeleton.height
    side, scale = float(bag.side), bag.size * min(1.0, tall / 1.7)
    low = bag.style == "satchel"
    half = (0.15 * scale, 0.045 * scale, 0.11 * scale)
    level = 0.06 if low else 0.30
    wide, _, back = torso_depth(skeleton, level)
    wide = max(wide, clearance(look) - 0.045 * tall) if low else wide
    # behind the arm
    middle = np.array([-0.45 * back - 0.05 * tall, side * (wide * 0.90 + 0.5 * half[1]), skeleton.level(level)])
    weights = only((PELVIS, 0.75 if low else 0.45), (CHEST, 0.25 if low else 0.55))
    parts = [pouch(middle, half, bag_colours(skeleton, size, False), weights, SHINY, size, 0.0, 0.1)]
    if not low:
        shoulder = np.array([-0.01 * tall, side * 0.083 * tall, skeleton.level(1.11) + 0.9 * look.top.ease])
        for lean in (0.5, -0.5):
            end = middle + np.array([lean * half[0], 0.0, 0.9 * half[2]])
            parts.append(strap(skeleton, shoulder, end, 0.011 * tall, np.array(bag.colour) * 0.9, side, weights))
    return parts


def strap(
    skeleton: Skeleton, start: Array, end: Array, width: float, colour: Array, side: float, weights: Array
) -> Part:
    """A band that lies on the side of the trunk."""
    s = np.linspace(0.0, 1.0, 7)
    line = start + s[:, None] * (end - start)
    share = skeleton.share(line[:, 2])
    hull = body_hull(skeleton, line[:, 2])
    # bulges over what it lies on
    line[:, 1] += side * 0.25 * np.maximum(0.0, hull.half + skeleton.look.top.ease - np.abs(line[:, 1])) * (share < 1.0)
    angle = around(6)
    x, y = section(angle[None, :], np.full((7, 1), width), np.full((7, 1), width), np.full((7, 1), 0.005), 2.5)
    points = np.stack([line[:, :1] + x, line[:, 1:2] + y, np.broadcast_to(line[:, 2:], x.shape)], -1)
    blend = s[:, None] * weights + (1.0 - s[:, None]) * only((CHEST, 1.0))
    return grid(points, colour, blend[:, None, :], SHINY)


def hand_bag(skeleton: Skeleton, size: tuple[int, int]) -> list[Part]:
    """A carrier bag or handbag that hangs from the hand."""
    look, bag, tall = skeleton.look, skeleton.look.bag, skeleton.height
    hand = ARM[bag.side] + 2
    wrist = skeleton.joints[hand]
    grip = wrist + np.array([0.012 * tall, 0.0, -0.062 * tall])
    scale = bag.size * min(1.0, tall / 1.7)
    if bag.style == "shopping":
        half = (0.15 * scale, 0.06 * scale, min(0.19 * scale, 0.5 * (grip[2] - 0.16)))
    else:
        half = (0.14 * scale, 0.05 * scale, min(0.095 * scale, 0.5 * (grip[2] - 0.16)))
    drop = 0.06 if bag.style == "shopping" else 0.09
    middle = grip + np.array([0.0, bag.side * 0.02, -drop - half[2]])
    weights = only((hand, 1.0))
    colours = bag_colours(skeleton, size, False)
    if bag.style == "shopping":
        rng = rng_for(look.seed, "carrier")
        u, angle = np.linspace(1.0, -1.0, size[0])[:, None], around(size[1])[None, :]
        print_on = (np.abs(u + 0.05) < 0.45) & (np.abs(np.abs(angle) - 1.57) < 0.7)
        colours = np.broadcast_to(np.array(bag.colour), (*size, 3)) * np.exp(0.12 * rng.normal(size=size))[..., None]
        if look.seed & 512:
            colours[print_on] = np.array(bag.second)
    fabric = SHINY
    parts = [pouch(middle, half, colours, weights, fabric, size, 0.15, 0.25)]
    for lean in (0.45, -0.45):
        end = middle + np.array([lean * half[0], 0.0, 0.9 * half[2]])
        parts.append(strap(skeleton, grip, end, 0.007 * tall, np.array(bag.colour) * 0.8, 0.0, weights))
    return parts
