"""Trunk: body profile, the garment that hangs on it, skirts and coat tails, seat of the trousers."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from renderers.people_fabric import CLOTH, DENIM, KNIT, SHINY, SKIN
from renderers.people_form import Part, around, chain, curve, grid, section, smooth
from renderers.people_paint import Spot, opening_width, paint_top, relief
from scenes.people import PersonLook
from scenes.seeds import rng_for
from sim.people_skeleton import ARM, CHEST, LEG, NECK, PELVIS, SPINE, Skeleton

Array = NDArray[np.float64]

# shares of the trunk (0 hip, 1 shoulder joint) and half-widths and depths in statures; our own figures, read off
# anthropometric breadths (biacromial .23, hips .19, waist .17 of the stature)
WIDTH = (
    (-0.30, -0.10, 0.10, 0.36, 0.545, 0.69, 0.82, 0.95, 1.04, 1.08, 1.11, 1.14, 1.175, 1.21, 1.27),
    (0.088, 0.097, 0.094, 0.082, 0.087, 0.096, 0.103, 0.108, 0.107, 0.099, 0.083, 0.062, 0.044, 0.035, 0.031),
)
FRONT = (
    (-0.30, -0.10, 0.10, 0.36, 0.545, 0.69, 0.82, 0.95, 1.05, 1.11, 1.175, 1.27),
    (0.054, 0.058, 0.059, 0.056, 0.061, 0.068, 0.064, 0.052, 0.040, 0.033, 0.032, 0.033),
)
BACK = ((-0.30, -0.12, 0.10, 0.36, 0.545, 0.69, 0.82, 0.95, 1.05, 1.11, 1.175, 1.27),
        (0.062, 0.073, 0.062, 0.047, 0.056, 0.065, 0.068, 0.062, 0.052, 0.046, 0.038, 0.032))  # fmt: skip
TOP_END = 1.25  # share of the trunk where the neck begins


@dataclass(frozen=True, eq=False)
class Hull:
    """Half-width, front and back depth over height; all (R,) m, from the top down."""

    z: Array
    half: Array
    front: Array
    back: Array


def body_hull(skeleton: Skeleton, z: Array) -> Hull:
    """The body without clothes.

    Args:
        skeleton: measures and build.
        z: (R,) heights, m.

    Returns:
        The hull.
    """
    body, tall = skeleton.look.body, skeleton.height
    t = skeleton.share(z)
    female = 1.0 if body.sex == "female" and body.age_group != "child" else 0.0
    waist = np.exp(-(((t - 0.40) / 0.25) ** 2))
    hips = np.exp(-(((t + 0.08) / 0.22) ** 2))
    chest = np.exp(-(((t - 0.72) / 0.10) ** 2))
    upper = smooth((t - 0.75) / 0.2)
    stout = 0.30 * body.weight * (1.0 - 0.6 * upper)
    half = curve(t, *WIDTH) * (1.0 + stout) * (1.0 + (body.shoulders - 1.0) * upper)
    half *= 1.0 - female * (0.10 * waist + 0.07 * smooth((t - 0.4) / 0.2)) + (body.hips - 1.0 + 0.07 * female) * hips
    child = max(0.0, 1.0 - (tall - 0.9) / 0.6) if body.age_group == "child" else 0.0
    half *= 1.0 + 0.06 * child
    paunch = np.exp(-(((t - 0.28) / 0.26) ** 2))
    front = curve(t, *FRONT) * (1.0 + 0.2 * body.weight * (1.0 - 0.5 * upper)) + 0.055 * body.belly * paunch
    front += 0.022 * body.bust * chest + 0.010 * child * paunch
    back = curve(t, *BACK) * (1.0 + 0.22 * body.weight * (1.0 - 0.4 * upper)) + 0.006 * female * hips
    return Hull(z, half * tall, front * tall, back * tall)


def hang(hull: Hull, ease: Array, stiffness: float, flare: float, below: float) -> Hull:
    """Let cloth hang from what sticks out above.

    Args:
        hull: the body, from the top down.
        ease: (R,) m between body and cloth.
        stiffness: 0 follows the body .. 1 falls straight.
        flare: slope below `below`.
        below: height where the flare begins, m.

    Returns:
        The garment.
    """
    sides = []
    fall = 1.6 * (1.0 - stiffness) ** 1.5
    for values in (hull.half, hull.front, hull.back):
        out = values + ease
        for k in range(1, len(out)):
            drop = hull.z[k - 1] - hull.z[k]
            slope = flare if hull.z[k] < below else -fall
            out[k] = max(out[k], out[k - 1] + slope * drop)
        sides.append(out)
    return Hull(hull.z, sides[0], sides[1], sides[2])


def top_hem(look: PersonLook, skeleton: Skeleton) -> float:
    """Height of the lower edge of the top, m."""
    if look.top.tucked and look.bottom.style != "none":
        return skeleton.level(0.30)
    # hems are given for adults, hip joint at .525 of the stature
    return look.top.hem * skeleton.hip / 0.525


@lru_cache(maxsize=256)
def clearance(look: PersonLook) -> float:
    """Half-width of the clothed hips at the level of the hands plus half a forearm, m."""
    skeleton = Skeleton(look, 0.0)
    z = np.linspace(skeleton.level(TOP_END), skeleton.level(-0.1), 24)
    hull = hang(body_hull(skeleton, z), np.full(24, look.top.ease), look.top.hang, look.top.flare, skeleton.hip)
    bag = 0.02 if look.bag.style in ("shoulder_bag", "satchel") else 0.0
    wide = (
        float(hull.half[12:].max()) if top_hem(look, skeleton) < skeleton.level(0.2) else float(hull.half[10:18].max())
    )
    return wide + 0.026 * look.body.height + 0.4 * look.top.ease + bag


def warped(columns: int, share: Array) -> Array:
    """Angles whose column `edge` lies on the edge of the front opening.

    Args:
        columns: even number.
        share: (R,) angle of the edge, rad.

    Returns:
        (R, columns) rad, from the back over the front to the back.
    """
    half = columns // 2
    inside = max(2, columns // 10)
    steps = np.arange(1, half + 1)
    edge = share[:, None]
    inner = edge * np.minimum(steps, inside) / inside
    outer = edge + 0.03 + (np.pi - edge - 0.03) * (np.maximum(steps - inside - 1, 0) / (half - inside - 1)) ** 1.1
    left = np.where(steps <= inside, inner, outer)
    right = -left[:, ::-1]
    return np.concatenate([right, np.zeros_like(edge), left[:, :-1]], 1)


def trunk_weights(skeleton: Skeleton, z: Array, y: Array, skirt: float) -> Array:
    """Weights of the trunk: spine by height, thighs below the hips, upper arms a little at the shoulders.

    Args:
        skeleton: measures.
        z: (R, N) m.
        y: (R, N) m.
        skirt: share that the thighs take of what hangs below them.

    Returns:
        (R, N, 19).
    """
    t = skeleton.share(z)
    weights = chain(t, (PELVIS, SPINE, CHEST, NECK), ((0.22, 0.3), (0.52, 0.3), (1.2, 0.12)))
    tall = skeleton.height
    leg = skirt * smooth((skeleton.hip + 0.02 * tall - z) / (0.11 * tall))
    left = smooth(0.5 + y / (0.085 * tall))
    weights *= (1.0 - leg)[..., None]
    weights[..., LEG[1]] += leg * left
    weights[..., LEG[-1]] += leg * (1.0 - left)
    for side in (1, -1):
        near = 0.30 * smooth((side * y / tall - 0.075) / 0.03) * smooth((t - 0.75) / 0.2)
        weights *= (1.0 - near)[..., None]
        weights[..., ARM[side]] += near
    return weights


def row_heights(high: float, low: float, spacing: float, least: int) -> Array:
    """Heights from the top down; the last row lies inside the hem and closes it."""
    rows = max(least, int((high - low) / spacing) + 1)
    return np.concatenate([np.linspace(high, low, rows), [low + 0.025]])


def top_rows(skeleton: Skeleton, low: float, spacing: float) -> Array:
    """Heights from the neck to the hem; the slope of the shoulders has the same rows at every detail."""
    shares = (TOP_END, 1.205, 1.16, 1.12, 1.085, 1.04) if spacing < 0.1 else (TOP_END, 1.20, 1.12, 1.04)
    below = row_heights(skeleton.level(0.99), low, spacing, 4)
    return np.concatenate([[skeleton.level(share) for share in shares], below])


def fabric_of(look: PersonLook) -> int:
    """Fabric of the top."""
    top = look.top
    if top.style in ("leather_jacket", "raincoat") or (top.style == "puffer" and look.seed % 3 == 0):
        return SHINY
    if top.style == "denim_jacket":
        return DENIM
    return KNIT if top.style in ("jumper", "cardigan", "hoodie") else CLOTH


def garment(skeleton: Skeleton, z: Array) -> tuple[Hull, Array]:
    """The top as it hangs, without folds.

    Args:
        skeleton: measures and look.
        z: (R,) heights from the neck down, m.

    Returns:
        The hull and the powers (R,) of its superellipses.
    """
    look, top = skeleton.look, skeleton.look.top
    t = skeleton.share(z)
    ease = top.ease * (1.0 - 0.65 * smooth((t - 1.02) / 0.15))
    if top.tucked:
        ease = ease * (0.15 + 0.85 * smooth((t - 0.34) / 0.12))
    elif look.bottom.style != "none":
        # over the trousers and the tops of their legs
        under = min(look.bottom.ease, 0.012) + 0.012 + 0.010 * smooth(-t / 0.2)
        ease = np.maximum(ease, under * smooth((0.50 - t) / 0.14))
    cloth = hang(body_hull(skeleton, z), ease, top.hang, top.flare, skeleton.level(0.12))
    if top.style in ("hoodie", "puffer", "jacket") and top.flare < 0.0 and not top.tucked:
        # elastic band
        squeeze = 1.0 - 0.10 * smooth((z[-1] + 0.07 - z) / 0.05)
        cloth = Hull(z, cloth.half * squeeze, cloth.front * squeeze, cloth.back * squeeze)
    return cloth, np.asarray(2.45 - 0.35 * smooth((t - 1.05) / 0.1))


def top_part(skeleton: Skeleton, columns: int, spacing: float) -> Part:
    """The outermost layer of the upper body, from the neck to the hem.

    Args:
        skeleton: measures and look.
        columns: vertices around, even.
        spacing: m between rows.

    Returns:
        The part.
    """
    look, top = skeleton.look, skeleton.look.top
    z = top_rows(skeleton, top_hem(look, skeleton), spacing)
    t = skeleton.share(z)
    cloth, power = garment(skeleton, z)
    width = opening_width(look, t)
    share = np.clip(width / cloth.half, 0.0, 0.9) ** (power / 2.0)
    angle = warped(columns, np.maximum(np.arcsin(np.clip(share, 0.0, 1.0)), 0.10))
    x, y = section(angle, cloth.front[:, None], cloth.back[:, None], cloth.half[:, None], power[:, None])
    steps = np.abs(np.arange(columns) - columns // 2)
    inside = np.broadcast_to(steps <= max(2, columns // 10), angle.shape) & (width > 0.004)[:, None]
    spot = Spot(
        skeleton, np.broadcast_to(t[:, None], x.shape), np.broadcast_to(z[:, None], x.shape), x, y, angle, inside,
        np.broadcast_to(steps, x.shape),
    )  # fmt: skip
    colours, bump, fabric = paint_top(spot, fabric_of(look))
    rng = rng_for(look.seed, "folds")
    folds = relief(rng, angle, z, 0.35 * top.ease + 0.0015) * smooth((1.05 - t) / 0.2)[:, None]
    push = bump + folds
    x += push * np.cos(angle)
    y += push * np.sin(angle)
    colours = colours * (1.0 + 9.0 * np.clip(folds, -0.02, 0.02))[..., None]
    points = np.stack([x, y, np.broadcast_to(z[:, None], x.shape)], -1)
    # the last row turns inward: nobody looks up into an open hem
    points[-1, :, :2] *= 0.72
    colours[-1] *= 0.35
    skirt = 0.92 if top.hem < 0.42 else 0.8
    return grid(points, colours, trunk_weights(skeleton, points[..., 2], y, skirt), fabric)


def seat_part(skeleton: Skeleton, columns: int, spacing: float) -> Part | None:
    """Seat of the trousers, or the skirt: from the waist to the crotch or the hem.

    Args:
        skeleton: measures and look.
        columns: vertices around, even.
        spacing: m between rows.

    Returns:
        The part; None where a long top covers it.
    """
    look, bottom = skeleton.look, skeleton.look.bottom
    skirt, tucked = bottom.style == "skirt", look.top.tucked and bottom.style != "none"
    low = bottom.hem * skeleton.hip / 0.525 if skirt else skeleton.level(-0.24)
    high = skeleton.level(0.38) if tucked else min(skeleton.level(0.38), top_hem(look, skeleton) + 0.07)
    if high < low + 0.05:
        return None
    z = row_heights(high, low, spacing, 4)
    hull = body_hull(skeleton, z)
    ease = np.full(len(z), min(bottom.ease, 0.007) + (0.008 if tucked else 0.0))
    flare = (0.02 + 0.5 * max(0.0, bottom.flare - 0.95)) if skirt else -0.1
    cloth = hang(hull, ease, 0.75 if skirt else 0.1, flare, skeleton.level(-0.1) if skirt else -1.0)
    angle = np.broadcast_to(around(columns)[None, :], (len(z), columns))
    # narrower where the top covers it
    under = 1.0 if tucked else 1.0 - 0.13 * smooth((z - high + 0.085) / 0.03)[:, None]
    if not skirt:
        # the tops of the legs carry on below the hips
        under = under * (1.0 - 0.15 * smooth((skeleton.level(0.06) - z) / (0.09 * skeleton.height)))[:, None]
    x, y = section(angle, cloth.front[:, None] * under, cloth.back[:, None] * under, cloth.half[:, None] * under, 2.5)
    rng = rng_for(look.seed, "seat")
    folds = relief(rng, angle, z, 0.2 * bottom.ease)
    base = bottom.legs if bottom.style == "none" else bottom.colour
    colours = np.broadcast_to(np.array(base), (*x.shape, 3)) * (1.0 + 8.0 * folds)[..., None]
    belt = np.abs(z - (skeleton.level(0.30) - 0.022)) < 0.02
    if tucked and bottom.style != "leggings":
        colours[belt] = np.array(bottom.belt)
    x, y = x + folds * np.cos(angle), y + folds * np.sin(angle)
    points = np.stack([x, y, np.broadcast_to(z[:, None], x.shape)], -1)
    points[-1, :, :2] *= 0.6 if skirt else 0.1
    if skirt:
        colours[-1] *= 0.35
    fabric = SKIN if bottom.style == "none" else DENIM if bottom.style == "jeans" else CLOTH
    return grid(points, colours, trunk_weights(skeleton, points[..., 2], y, 0.92 if skirt else 0.8), fabric)
