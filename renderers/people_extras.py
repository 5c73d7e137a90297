"""Collars, hoods, scarves and bags."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from renderers.people_fabric import CLOTH, KNIT, SHINY
from renderers.people_form import Part, around, ellipsoid, grid, only, section, smooth
from renderers.people_head import head_centre
from renderers.people_paint import relief
from renderers.people_skeleton import ARM, CHEST, HEAD, NECK, PELVIS, SPINE, Skeleton
from renderers.people_torso import body_hull, clearance, fabric_of
from scenes.seeds import rng_for

Array = NDArray[np.float64]


def torso_depth(skeleton: Skeleton, share: float) -> tuple[float, float, float]:
    """Half-width, front and back depth of the clothed trunk at a share of its height, m."""
    hull = body_hull(skeleton, np.array([skeleton.level(share)]))
    ease = skeleton.look.top.ease
    return float(hull.half[0]) + ease, float(hull.front[0]) + ease, float(hull.back[0]) + ease


def collar_ring(
    skeleton: Skeleton, columns: int, low: tuple[float, float], thick: tuple[float, float], high: tuple[float, float],
    colour: Array, fabric: int, gap: float = 0.0, crumple: float = 0.0,
) -> Part:  # fmt: skip
    """A roll of cloth around the neck.

    Args:
        skeleton: measures.
        columns: vertices around.
        low: height of its middle in front and behind, m above the shoulder joint.
        thick: half-thickness in front and behind, m.
        high: half-height in front and behind, m.
        colour: (3,).
        fabric: row of the fabric table.
        gap: rad, half of the opening in front.
        crumple: m, standard deviation of folds.

    Returns:
        The part, weighted to chest and neck.
    """
    tall = skeleton.height
    angle = around(columns) if gap == 0.0 else np.linspace(gap, 2.0 * np.pi - gap, columns)
    rear = smooth(0.5 - 0.62 * np.cos(angle))
    pad, rise = thick[0] + (thick[1] - thick[0]) * rear, high[0] + (high[1] - high[0]) * rear
    level = skeleton.shoulder + low[0] + (low[1] - low[0]) * rear
    neck = 0.036 * tall * (1.0 + 0.2 * skeleton.look.body.weight)
    rows = 8
    around_tube = np.linspace(0.0, 2.0 * np.pi, rows)[:, None]
    # starts inside at the neck, over the top, down outside
    offset = pad + pad * -np.cos(around_tube)
    folds = relief(rng_for(skeleton.look.seed, "collar"), np.broadcast_to(angle, (rows, columns)), around_tube[:, 0] * 0.05, crumple) if crumple else 0.0
    radius = 0.93 * neck + offset + folds
    z = level + rise * np.sin(around_tube)
    x = np.cos(angle) * radius * 1.06 - 0.004 * tall
    points = np.stack([x, np.sin(angle) * radius * 1.04, np.broadcast_to(z, x.shape)], -1)
    shade = (0.75 + 0.25 * smooth(np.sin(around_tube) * 0.7 + 0.5 - 0.4 * np.cos(around_tube)))[..., None]
    weights = only((CHEST, 0.7), (NECK, 0.3))
    return grid(points, colour * shade * (1.0 + (10.0 * folds if crumple else 0.0 * z))[..., None], weights, fabric, closed=gap == 0.0)


def collar_parts(skeleton: Skeleton, columns: int) -> list[Part]:
    """What stands around the neck: collar, hood, fur, scarf, drape of a headscarf."""
    look, tall = skeleton.look, skeleton.height
    top, k = look.top, skeleton.height / 1.75
    main, fabric = np.array(top.colour), fabric_of(look)
    parts: list[Part] = []
    neck = 0.044 * tall  # from the shoulder joint to the middle of the collar
    kind = top.collar
    if kind == "hood" and look.head.headwear != "hood":
        parts.append(collar_ring(skeleton, columns, (0.7 * neck, 0.98 * neck), (0.012 * k, 0.038 * k), (0.018 * k, 0.042 * k), main * 0.92, fabric, crumple=0.004))
    elif kind == "hood":
        parts.append(collar_ring(skeleton, columns, (0.9 * neck, 1.35 * neck), (0.018 * k, 0.024 * k), (0.03 * k, 0.06 * k), main * 0.9, fabric, crumple=0.004))
    elif kind == "fur":
        fur = np.array(top.second) if sum(top.second) < 1.2 else main * 0.6
        parts.append(collar_ring(skeleton, columns, (0.6 * neck, 1.1 * neck), (0.022 * k, 0.034 * k), (0.03 * k, 0.04 * k), fur, KNIT, crumple=0.007))
    elif kind == "stand":
        gap = 0.25 if top.opening > 0 else 0.0
        parts.append(collar_ring(skeleton, columns, (0.95 * neck, 1.2 * neck), (0.009 * k, 0.011 * k), (0.028 * k, 0.032 * k), main, fabric, gap=gap))
    elif kind in ("shirt", "lapel"):
        ink = np.array(top.inner) if kind == "lapel" and look.seed & 2 else main
        parts.append(collar_ring(skeleton, columns, (0.62 * neck, 1.08 * neck), (0.009 * k, 0.010 * k), (0.016 * k, 0.022 * k), ink * 0.95, fabric, gap=0.3))
    elif kind == "round":
        rib = main * (0.8 if sum(top.colour) > 0.3 else 1.3)
        parts.append(collar_ring(skeleton, columns, (0.48 * neck, 0.95 * neck), (0.006 * k, 0.006 * k), (0.007 * k, 0.009 * k), rib, fabric))
    if top.scarf != "none":
        ink = np.array(top.scarf_colour)
        big = 1.0 if top.scarf == "wound" else 0.7
        parts.append(collar_ring(skeleton, columns, (0.85 * neck, 1.15 * neck), (0.030 * k * big, 0.024 * k * big), (0.042 * k * big, 0.040 * k * big), ink, KNIT, crumple=0.006))
        if top.scarf == "hanging":
            parts.extend(scarf_end(skeleton, side) for side in (1.0, -1.0))
    if look.head.headwear == "headscarf":
        ink = np.array(look.head.headwear_colour)
        parts.append(collar_ring(skeleton, columns, (0.95 * neck, 1.2 * neck), (0.026 * k, 0.026 * k), (0.058 * k, 0.070 * k), ink, CLOTH, crumple=0.005))
    return parts


def scarf_end(skeleton: Skeleton, side: float) -> Part:
    """A flat end of a scarf on the chest."""
    look, tall = skeleton.look, skeleton.height
    share = np.linspace(1.06, 0.45 + 0.25 * (look.seed >> 4 & 3) / 3.0 + 0.04 * side, 8)
    z = skeleton.hip + share * (skeleton.shoulder - skeleton.hip)
    hull = body_hull(skeleton, z)
    front = np.maximum.accumulate(hull.front) + look.top.ease + 0.008
    angle = around(8)
    x, y = section(angle[None, :], np.full((8, 1), 0.010), np.full((8, 1), 0.010), np.full((8, 1), 0.034 * tall), 3.0)
    points = np.stack([x + front[:, None], y + side * 0.035 * tall, np.broadcast_to(z[:, None], x.shape)], -1)
    stripes = 1.0 - 0.3 * (np.arange(8) % 2 == (look.seed & 1))[:, None, None]
    return grid(points, np.array(look.top.scarf_colour) * stripes, only((CHEST, 1.0)), KNIT)


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
    size = ((12, 18), (8, 12), (5, 8))[fine]
    if style in ("rucksack", "daypack"):
        return rucksack(skeleton, size)
    if style in ("satchel", "shoulder_bag"):
        return hip_bag(skeleton, size)
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
    tour = bag.style == "rucksack" and bag.size > 1.1
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


def strap(skeleton: Skeleton, start: Array, end: Array, width: float, colour: Array, side: float, weights: Array) -> Part:
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


def drape_part(skeleton: Skeleton, columns: int) -> Part:
    """The part of a hood or headscarf between the head and the shoulders."""
    look, tall = skeleton.look, skeleton.height
    hood = look.head.headwear == "hood"
    colour = np.array(look.top.colour if hood else look.head.headwear_colour)
    centre, high = head_centre(skeleton), skeleton.head_height
    s = np.linspace(0.0, 1.0, 7)[:, None]
    angle = np.linspace(0.75, 2.0 * np.pi - 0.75, columns)[None, :]
    z = centre[2] - 0.05 * high + s * (skeleton.level(1.10) - centre[2] + 0.05 * high)
    front = (0.40 - 0.08 * s) * high
    back = (0.52 + (0.10 if hood else 0.0) - 0.05 * s) * high
    half = (0.40 - 0.05 * s + 0.12 * smooth((s - 0.6) / 0.4)) * high
    x, y = section(angle, front, back, half, 2.1)
    folds = relief(rng_for(look.seed, "drape"), np.broadcast_to(angle, x.shape), z[:, 0], 0.006)
    points = np.stack([x + centre[0] * (1.0 - s) + folds * np.cos(angle), y + folds * np.sin(angle), np.broadcast_to(z, x.shape)], -1)
    weights = (1.0 - smooth(s * 1.2)) [..., None] * only((HEAD, 1.0)) + smooth(s * 1.2)[..., None] * only((CHEST, 0.7), (NECK, 0.3))
    return grid(points, colour * (1.0 + 8.0 * folds)[..., None], weights, fabric_of(look) if hood else CLOTH, closed=False)
