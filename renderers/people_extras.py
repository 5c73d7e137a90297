"""Collars, hoods and scarves."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from renderers.people_fabric import CLOTH, KNIT
from renderers.people_form import Part, around, grid, only, section, smooth
from renderers.people_paint import hood_colour, relief
from renderers.people_torso import body_hull, fabric_of
from scenes.seeds import rng_for
from sim.people_skeleton import CHEST, HEAD, NECK, Skeleton

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Roll:
    """A roll of cloth around the neck; pairs are (in front, behind), for a stature of 1.75 m."""

    level: tuple[float, float]  # of its middle, 0 shoulder joint .. 1 root of the neck
    thick: tuple[float, float]  # m, half
    high: tuple[float, float]  # m, half
    gap: float = 0.0  # rad, half of the opening in front
    crumple: float = 0.0  # m, standard deviation of the folds


ROLLS: dict[str, Roll] = {
    "hood": Roll((0.70, 0.98), (0.012, 0.038), (0.018, 0.042), crumple=0.004),
    "hood_up": Roll((0.90, 1.35), (0.018, 0.024), (0.030, 0.060), crumple=0.004),
    "fur": Roll((0.60, 1.10), (0.022, 0.034), (0.030, 0.040), crumple=0.007),
    "stand": Roll((0.95, 1.20), (0.009, 0.011), (0.028, 0.032)),
    "stand_open": Roll((0.95, 1.20), (0.009, 0.011), (0.028, 0.032), gap=0.25),
    "shirt": Roll((0.62, 1.08), (0.009, 0.010), (0.016, 0.022), gap=0.3),
    "lapel": Roll((0.62, 1.08), (0.009, 0.010), (0.016, 0.022), gap=0.3),
    "round": Roll((0.48, 0.95), (0.006, 0.006), (0.007, 0.009)),
    "scarf_wound": Roll((0.85, 1.15), (0.030, 0.024), (0.042, 0.040), crumple=0.006),
    "scarf_hanging": Roll((0.85, 1.15), (0.020, 0.017), (0.030, 0.030), crumple=0.005),
    "headscarf": Roll((0.95, 1.20), (0.026, 0.026), (0.058, 0.070), crumple=0.005),
}


def roll_part(skeleton: Skeleton, columns: int, roll: Roll, colour: Array, fabric: int) -> Part:
    """Lay a roll of cloth around the neck.

    Args:
        skeleton: measures.
        columns: vertices around.
        roll: its form.
        colour: (3,).
        fabric: row of the fabric table.

    Returns:
        The part, weighted to chest and neck.
    """
    tall, scale, rows = skeleton.height, skeleton.height / 1.75, 8
    angle = np.linspace(roll.gap, 2.0 * np.pi - roll.gap, columns) if roll.gap else around(columns)
    rear = smooth(0.5 - 0.62 * np.cos(angle))
    level, pad, rise = (
        front + (back - front) * rear
        for front, back in (roll.level, (scale * roll.thick[0], scale * roll.thick[1]), roll.high)
    )
    rise = rise * scale
    neck = 0.036 * tall * (1.0 + 0.2 * skeleton.look.body.weight)
    # starts inside at the neck, over the top, down outside
    turn = np.linspace(0.0, 2.0 * np.pi, rows)[:, None]
    spread = np.broadcast_to(angle, (rows, columns))
    folds = relief(rng_for(skeleton.look.seed, "collar"), spread, turn[:, 0] * 0.05, roll.crumple)
    radius = 0.93 * neck + pad * (1.0 - np.cos(turn)) + folds
    # the middle of a roll lies on a slope from the throat up to the nape, .044 statures above the shoulder joint
    z = skeleton.shoulder + 0.044 * tall * level + rise * np.sin(turn)
    x = np.cos(angle) * radius * 1.06 - 0.004 * tall
    points = np.stack([x, np.sin(angle) * radius * 1.04, np.broadcast_to(z, x.shape)], -1)
    shade = 0.75 + 0.25 * smooth(np.sin(turn) * 0.7 + 0.5 - 0.4 * np.cos(turn))
    colours = colour * (shade * (1.0 + 10.0 * folds))[..., None]
    return grid(points, colours, only((CHEST, 0.7), (NECK, 0.3)), fabric, closed=roll.gap == 0.0)


def collar_parts(skeleton: Skeleton, columns: int) -> list[Part]:
    """What stands around the neck: collar, hood, fur, scarf, folds of a headscarf.

    Args:
        skeleton: measures and look.
        columns: vertices around.

    Returns:
        Any number of parts.
    """
    look, top = skeleton.look, skeleton.look.top
    main, fabric, kind = np.array(top.colour), fabric_of(look), top.collar
    if kind == "hood" and look.head.headwear == "hood":
        kind = "hood_up"
    elif kind == "stand" and top.opening > 0.0:
        kind = "stand_open"
    ink = np.array(hood_colour(look)) * 0.95
    if kind == "fur":
        ink, fabric = (np.array(top.second) if sum(top.second) < 1.2 else main * 0.6), KNIT
    elif kind == "lapel" and look.seed & 2:
        ink = np.array(top.inner)
    elif kind == "round":
        ink = main * (0.8 if sum(top.colour) > 0.3 else 1.3)
    parts = [roll_part(skeleton, columns, ROLLS[kind], ink, fabric)] if kind in ROLLS else []
    if top.scarf != "none":
        roll = ROLLS[f"scarf_{top.scarf}"]
        parts.append(roll_part(skeleton, columns, roll, np.array(top.scarf_colour), KNIT))
    if top.scarf == "hanging":
        parts.extend(scarf_end(skeleton, side) for side in (1.0, -1.0))
    if look.head.headwear == "headscarf":
        parts.append(roll_part(skeleton, columns, ROLLS["headscarf"], np.array(look.head.headwear_colour), CLOTH))
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


def drape_part(skeleton: Skeleton, columns: int) -> Part:
    """The part of a hood or headscarf between the head and the shoulders."""
    look = skeleton.look
    hood = look.head.headwear == "hood"
    colour = np.array(hood_colour(look) if hood else look.head.headwear_colour)
    centre, high = skeleton.head_centre, skeleton.head_height
    s = np.linspace(0.0, 1.0, 7)[:, None]
    angle = np.linspace(0.75, 2.0 * np.pi - 0.75, columns)[None, :]
    z = centre[2] - 0.05 * high + s * (skeleton.level(1.10) - centre[2] + 0.05 * high)
    front = (0.40 - 0.08 * s) * high
    back = (0.52 + (0.10 if hood else 0.0) - 0.05 * s) * high
    half = (0.40 - 0.05 * s + 0.12 * smooth((s - 0.6) / 0.4)) * high
    x, y = section(angle, front, back, half, 2.1)
    folds = relief(rng_for(look.seed, "drape"), np.broadcast_to(angle, x.shape), z[:, 0], 0.006)
    points = np.stack(
        [x + centre[0] * (1.0 - s) + folds * np.cos(angle), y + folds * np.sin(angle), np.broadcast_to(z, x.shape)], -1
    )
    weights = (1.0 - smooth(s * 1.2))[..., None] * only((HEAD, 1.0)) + smooth(s * 1.2)[..., None] * only(
        (CHEST, 0.7), (NECK, 0.3)
    )
    return grid(
        points, colour * (1.0 + 8.0 * folds)[..., None], weights, fabric_of(look) if hood else CLOTH, closed=False
    )
