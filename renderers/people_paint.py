"""What is sewn, printed or worn on the upper body, painted into vertex colours and small reliefs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from renderers.mesh import RGB, Ints
from renderers.people_fabric import CLOTH, SKIN
from renderers.people_form import smooth
from scenes.people import PersonLook
from scenes.seeds import rng_for
from sim.people_skeleton import Skeleton

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Spot:
    """Where the vertices of the top are. All (R, N)."""

    skeleton: Skeleton
    t: Array  # share of the trunk
    z: Array  # m
    x: Array  # m
    y: Array  # m
    angle: Array  # rad, 0 front
    inside: Mask  # within the front opening
    steps: NDArray[np.integer]  # columns from the front middle

    @property
    def front(self) -> Mask:
        """The front half."""
        return self.x > 0.0


def opening_width(look: PersonLook, t: Array) -> Array:
    """Half-width of what the top leaves free in front.

    Args:
        look: top and stature.
        t: (R,) share of the trunk.

    Returns:
        (R,) m; 0 where the front is closed.
    """
    top, scale = look.top, look.body.height / 1.75
    if top.opening > 0.0:
        low = np.interp(t, (-1.0, 0.2, 0.75, 1.1, 1.2), (0.11, 0.085, 0.06, 0.055, 0.05)) * (0.35 + 0.9 * top.opening)
        return np.asarray(low * scale)
    if top.collar == "lapel":
        return np.asarray(np.interp(t, (0.50, 0.60, 1.05, 1.2), (0.0, 0.015, 0.060, 0.055)) * scale)
    if top.collar == "wide":
        return np.asarray(np.interp(t, (0.86, 0.90, 1.1, 1.2), (0.0, 0.025, 0.085, 0.09)) * scale)
    if top.collar == "shirt" and not top.tie:
        return np.asarray(np.interp(t, (0.97, 1.03, 1.15, 1.2), (0.0, 0.012, 0.035, 0.035)) * scale)
    return np.zeros_like(t)


def hood_colour(look: PersonLook) -> RGB:
    """Hoods have the colour of the shoulders."""
    return look.top.second if look.top.pattern == "yoke" else look.top.colour


def relief(rng: np.random.Generator, angle: Array, z: Array, size: float) -> Array:
    """Folds of cloth: a few slanted waves and some crumple.

    Args:
        rng: source of randomness.
        angle: (R, N) rad.
        z: (R,) m.
        size: standard deviation, m.

    Returns:
        (R, N) outward displacement, m.
    """
    waves = np.zeros_like(angle)
    for _ in range(6):
        turns, rise = int(rng.integers(1, 7)), rng.uniform(-30.0, 30.0)
        waves += np.sin(turns * angle + rise * z[:, None] + rng.uniform(0.0, 6.28)) / 1.7
    return np.asarray(np.clip(waves + 0.5 * rng.normal(size=angle.shape), -2.2, 2.2) * size / 1.6)


def paint_top(spot: Spot, fabric: int) -> tuple[Array, Array, Ints]:
    """Colour the top.

    Args:
        spot: where its vertices are.
        fabric: row of the fabric table.

    Returns:
        Colours (R, N, 3), outward bumps (R, N) m and fabric rows (R, N).
    """
    look = spot.skeleton.look
    top = look.top
    colours = np.broadcast_to(np.array(top.colour), (*spot.x.shape, 3)).copy()
    bump = np.zeros(spot.x.shape)
    table = np.full(spot.x.shape, fabric, np.int32)
    paint_pattern(spot, colours, bump)
    paint_details(spot, colours, bump)
    paint_badges(spot, colours)
    paint_opening(spot, colours, bump, table)
    if top.style == "tank":
        bare = (spot.t > 0.93) & (
            (np.abs(spot.y) > 0.075 * look.body.height) | (np.abs(spot.y) < 0.05 * look.body.height)
        )
        colours[bare] = np.array(look.body.skin)
        table[bare] = SKIN
    bare = spot.t > (1.19 if top.collar == "round" else 1.215)
    colours[bare] = np.array(look.body.skin) if top.scarf == "none" else np.array(top.scarf_colour)
    table[bare] = SKIN if top.scarf == "none" else CLOTH
    return colours, bump, table


def paint_pattern(spot: Spot, colours: Array, bump: Array) -> None:
    """Stripes, checks, yokes, quilting. Writes into `colours` and `bump`."""
    look = spot.skeleton.look
    top, second = look.top, np.array(look.top.second)
    # rounded so that a stripe is at least two rows high
    along, across = spot.z / top.scale, spot.angle * 0.16 / top.scale
    if top.pattern == "stripes":
        colours[(along % 1.0) < 0.45] = second
    elif top.pattern == "pinstripes":
        colours *= (1.0 - 0.22 * (np.abs(across * 2.0 % 1.0 - 0.5) < 0.2))[..., None]
    elif top.pattern == "checks":
        cross = 0.5 * ((along % 1.0) < 0.4) + 0.5 * ((across % 1.0) < 0.4)
        colours += (second - colours) * (0.75 * cross)[..., None]
    elif top.pattern == "yoke":
        colours[spot.t > 0.68 + 0.2 * (look.seed % 8) / 8.0] = second
    elif top.pattern == "camouflage":
        rng = rng_for(look.seed, "camouflage")
        blot = relief(rng, 2.0 * spot.angle, 2.0 * spot.z[:, 0], 1.0)
        colours[blot > 0.5] *= 0.45
        colours[blot < -0.6] *= 1.5
    elif top.pattern == "bands":
        silver = np.array([0.55, 0.56, 0.57])
        for level in (0.18, 0.48):
            colours[np.abs(spot.t - level) < 0.055] = silver
        braces = (np.abs(np.abs(spot.y) - 0.062 * look.body.height) < 0.024) & (spot.t > 0.48)
        colours[braces] = silver
    elif top.pattern == "quilted":
        wave = np.cos(2.0 * np.pi * along)
        bump += 0.007 * wave * smooth((1.1 - spot.t) / 0.1)
        colours *= (0.93 + 0.10 * wave)[..., None]
    elif top.pattern == "marl":
        rng = rng_for(look.seed, "marl")
        colours *= np.exp(0.13 * rng.normal(size=spot.x.shape))[..., None]


def paint_details(spot: Spot, colours: Array, bump: Array) -> None:
    """Zip, buttons, pockets, seams, hem. Writes into `colours` and `bump`."""
    look = spot.skeleton.look
    top, tall = look.top, look.body.height
    front = spot.front
    closed = front & (spot.t < 1.1) & ~spot.inside
    middle = spot.steps == 0
    dark, pale = sum(top.colour) < 0.25, np.array([0.42, 0.42, 0.44])
    if top.closure == "zip" and top.opening == 0.0:
        colours[closed & middle] = pale * 0.3 if dark else np.array(top.colour) * 0.4
        bump[closed & (spot.steps <= 1)] += 0.004
    elif top.closure == "buttons" and top.opening == 0.0:
        placket = closed & (spot.steps <= 2)
        colours[placket] *= 0.86
        bump[placket] += 0.003
        every = np.abs((spot.z / 0.09) % 1.0 - 0.5) < 0.14
        colours[closed & middle & every] = pale if dark else np.array(top.colour) * 0.35
    if top.style in (
        "jacket",
        "coat",
        "anorak",
        "blazer",
        "raincoat",
        "denim_jacket",
        "leather_jacket",
        "hoodie",
        "puffer",
    ):
        level = 0.12 if top.hem < 0.45 else 0.34
        pocket = front & (np.abs(np.abs(spot.y) - 0.058 * tall) < 0.026 * tall)
        colours[pocket & (np.abs(spot.t - level) < 0.045)] *= 0.62
    if top.style in ("jacket", "coat", "blazer", "denim_jacket", "shirt", "anorak"):
        # seams that only the back has: middle seam or vent, and the yoke across the shoulders
        rear = ~front
        if top.style in ("coat", "blazer"):
            colours[rear & (np.abs(spot.y) < 0.009 * tall) & (spot.t < 0.9)] *= 0.72
        else:
            colours[rear & (np.abs(spot.t - 0.86) < 0.03)] *= 0.78
    if top.style in ("jumper", "hoodie", "jacket") and top.pattern != "yoke":
        colours[spot.z < spot.z.min() + 0.055] *= 0.80
    # the arms shade the flanks
    colours *= (1.0 - 0.22 * np.exp(-(((np.abs(spot.angle) - 1.57) / 0.35) ** 2)) * smooth((1.0 - spot.t) / 0.2))[
        ..., None
    ]


def paint_badges(spot: Spot, colours: Array) -> None:
    """Prints: a blot of shapes on chest or back, or a small crest. Writes into `colours`."""
    look = spot.skeleton.look
    top, tall = look.top, look.body.height
    if top.badge == "none":
        return
    rng = rng_for(look.seed, "badge")
    inks = np.stack([np.array(top.badge_colour), np.array(top.second), np.array(top.badge_colour)])
    for place, sign in (("chest", 1.0), ("back", -1.0)):
        if top.badge not in (place, "both"):
            continue
        small = place == "chest" and rng.random() < 0.45
        half, level = (0.016, 0.74) if small else (rng.uniform(0.03, 0.065), rng.uniform(0.58, 0.74))
        offset = 0.045 if small else 0.0
        high = half if small else rng.uniform(0.35, 1.1) * half
        across, along = (
            (sign * spot.y - offset * tall) / (half * tall),
            (spot.z - spot.skeleton.level(level)) / (high * tall),
        )
        spread = 0.9 if small or rng.random() < 0.5 else 0.55
        on = (np.maximum(np.abs(across), np.abs(along)) < 1.0) & (sign * spot.x > 0.0)
        on &= rng.random(spot.x.shape) < spread + 0.2
        ink = inks[rng.integers(0, 3 if spread < 0.9 else 1, spot.x.shape)]
        colours[on] = ink[on]


def paint_opening(spot: Spot, colours: Array, bump: Array, table: Ints) -> None:
    """What shows in the front opening: shirt, tie or skin. Writes into its arguments."""
    look = spot.skeleton.look
    top = look.top
    inside = spot.inside & spot.front
    if not inside.any():
        return
    bare = top.opening == 0.0 and top.collar in ("wide", "shirt")
    colours[inside] = np.array(look.body.skin if bare else top.inner)
    table[inside] = SKIN if bare else CLOTH
    bump[inside] = -min(0.6 * top.ease, 0.012)
    # the edge throws a thin shadow on what lies below
    edge = int(spot.steps[inside].max())
    colours[inside & (spot.steps == edge)] *= 0.6
    if top.collar == "lapel":
        rim = spot.front & (spot.steps == edge + 1) & inside.any(axis=1, keepdims=True)
        colours[rim] *= 0.75
        bump[rim] += 0.004
    if bare:
        return
    throat = inside & (spot.t > 1.02) & (np.abs(spot.y) < 0.028 * (spot.t - 1.0) / 0.15)
    if top.tie:
        tie = inside & (np.abs(spot.y) < 0.018 + 0.012 * (1.0 - spot.t)) & (spot.t > 0.2) & (spot.t < 1.13)
        colours[tie] = np.array(top.tie_colour)
    else:
        colours[throat] = np.array(look.body.skin)
        table[throat] = SKIN
        belt = inside & (spot.t < 0.22)
        low = look.bottom.style not in ("none",) and look.seed % 3 > 0
        if low:
            colours[belt & (spot.t < 0.14)] = np.array(look.bottom.colour)
