"""Hair and headwear: grown out of the surface of the head, or hung behind it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from renderers.people_fabric import CLOTH, HAIR, KNIT
from renderers.people_form import Part, chain, ellipsoid, grid, only, smooth
from renderers.people_head import HeadGrid
from renderers.people_paint import hood_colour, relief
from scenes.seeds import rng_for
from sim.people_skeleton import CHEST, HEAD, NECK, Skeleton

Array = NDArray[np.float64]

# angles from the front, degrees, of the hair lines below: front, temple, before, behind the ear, nape
LINE_ANGLES = (0.0, 38.0, 62.0, 84.0, 100.0, 125.0, 180.0)
SHORT_LINE = (0.80, 0.76, 0.66, 0.42, 0.50, 0.24, 0.13)
LINES: dict[str, tuple[float, ...]] = {
    "receding": (0.93, 0.86, 0.70, 0.42, 0.50, 0.24, 0.13),
    "fringe_ring": (0.99, 0.97, 0.72, 0.42, 0.50, 0.24, 0.13),
    "bob": (0.66, 0.70, 0.40, 0.20, 0.12, 0.05, 0.02),
    "long": (0.80, 0.74, 0.50, 0.25, 0.15, 0.05, 0.00),
    "ponytail": (0.80, 0.76, 0.66, 0.46, 0.50, 0.28, 0.14),
    "bun": (0.80, 0.76, 0.66, 0.46, 0.50, 0.28, 0.14),
    "bun_top": (0.80, 0.76, 0.66, 0.46, 0.50, 0.28, 0.14),
    "afro": (0.76, 0.70, 0.58, 0.40, 0.35, 0.18, 0.08),
    "curly": (0.74, 0.70, 0.55, 0.36, 0.30, 0.14, 0.05),
    "swept": (0.74, 0.72, 0.62, 0.40, 0.46, 0.22, 0.10),
    "side_parted": (0.78, 0.72, 0.65, 0.42, 0.50, 0.24, 0.13),
    # headwear
    "cap": (0.70, 0.70, 0.68, 0.62, 0.56, 0.50, 0.46),
    "beanie": (0.68, 0.66, 0.58, 0.42, 0.38, 0.34, 0.30),
    "hat": (0.74, 0.73, 0.70, 0.66, 0.64, 0.62, 0.60),
    "hood": (0.80, 0.66, 0.30, 0.05, -0.1, -0.1, -0.1),
    "headscarf": (0.74, 0.64, 0.30, 0.06, -0.1, -0.1, -0.1),
}
# thickness in m on top, at the sides, behind
THICK: dict[str, tuple[float, float, float]] = {
    "bald": (0.0, 0.0, 0.0), "buzz": (0.003, 0.002, 0.002), "short": (0.016, 0.008, 0.010),
    "side_parted": (0.020, 0.010, 0.012), "swept": (0.022, 0.014, 0.018), "spiky": (0.026, 0.007, 0.010),
    "receding": (0.008, 0.008, 0.010), "fringe_ring": (0.004, 0.010, 0.012), "bob": (0.016, 0.020, 0.024),
    "long": (0.014, 0.016, 0.020), "ponytail": (0.010, 0.006, 0.010), "bun": (0.010, 0.006, 0.010),
    "bun_top": (0.010, 0.006, 0.008), "afro": (0.060, 0.052, 0.055), "curly": (0.034, 0.034, 0.034),
    "cap": (0.018, 0.010, 0.010), "beanie": (0.017, 0.008, 0.011), "hat": (0.050, 0.014, 0.014),
    "hood": (0.030, 0.028, 0.045), "headscarf": (0.012, 0.014, 0.020),
}  # fmt: skip
HANGING = ("bob", "long")


def line_at(style: str, angle: Array) -> Array:
    """Height of the hair line over the angle, share of the head's height."""
    degrees = np.degrees(np.abs(angle))
    return np.interp(degrees, LINE_ANGLES, LINES.get(style, SHORT_LINE))


def thickness(style: str, v: Array, angle: Array) -> Array:
    """Thickness of hair or cloth, m."""
    top, sides, back = THICK[style]
    rear = smooth((np.degrees(np.abs(angle)) - 70.0) / 60.0)
    return np.asarray((sides + (back - sides) * rear) + (top - sides - (back - sides) * rear) * smooth((v - 0.6) / 0.3))


def grown(head: HeadGrid) -> HeadGrid:
    """Let the hair grow.

    Args:
        head: bare.

    Returns:
        The head with hair on its own surface; nothing changes below a headscarf.
    """
    look = head.skeleton.look
    style = look.head.hair_style
    if style == "bald" or look.head.headwear in ("headscarf", "hood"):
        return head
    rng = rng_for(look.seed, "hair")
    ragged = 0.02 * rng.normal(size=head.v.shape) + 0.012 * np.sin(5.0 * head.angle + 6.0 * rng.random())
    line = line_at(style, head.angle)
    on = smooth((head.v + ragged - line) / 0.045)
    if style == "fringe_ring":
        on = on * smooth((0.72 - head.v) / 0.08)
    if style == "side_parted":
        side = 1.0 if look.seed & 8 else -1.0
        gap = np.abs(side * head.angle - 0.55)
        on = on * (1.0 - 0.5 * np.exp(-((gap / 0.10) ** 2)) * smooth((head.v - 0.7) / 0.1) * (np.abs(head.angle) < 1.6))
    scale = head.skeleton.head_height / 0.22
    thick = thickness(style, head.v, head.angle) * scale * (0.75 + 0.5 * look.head.hair_length)
    rough = {"afro": 0.10, "curly": 0.22, "spiky": 0.35, "buzz": 0.1}.get(style, 0.14)
    thick = thick * (1.0 + rough * np.clip(rng.normal(size=thick.shape), -1.8, 1.8))
    if look.head.headwear != "none":
        # pressed flat
        thick = thick * (1.0 - 0.8 * smooth((head.v - line_at(look.head.headwear, head.angle) + 0.06) / 0.06))
    if style == "swept" and look.head.headwear == "none":
        thick = thick + 0.012 * smooth((0.95 - head.v) / 0.2) * smooth((head.v - 0.72) / 0.1) * np.cos(
            head.angle - 0.4
        ).clip(0)
    ink = np.array(look.head.hair_colour) * np.exp(0.20 * rng.normal(size=head.v.shape))[..., None]
    # locks: darker furrows that run down
    locks = np.sin(head.angle * int(rng.integers(7, 13)) + 3.0 * np.sin(4.0 * head.v) + 6.0 * rng.random())
    ink = ink * (1.0 + 0.16 * locks)[..., None]
    cover = np.clip(on * (0.75 if style == "buzz" else 1.0), 0.0, 1.0)[..., None]
    points = head.points + head.outward * (thick * on + 0.003 * locks * on)[..., None]
    fabric = np.where(on > 0.5, HAIR, head.fabric).astype(np.int32)
    return replace(head, points=points, colours=head.colours * (1.0 - cover) + ink * cover, fabric=fabric)


def covered(head: HeadGrid) -> HeadGrid:
    """Put on a cap, beanie, hat, hood or headscarf.

    Args:
        head: with hair.

    Returns:
        The head with the close-fitting part of the headwear.
    """
    look = head.skeleton.look
    wear = look.head.headwear
    if wear == "none":
        return head
    rng = rng_for(look.seed, "headwear")
    on = smooth((head.v - line_at(wear, head.angle)) / 0.03 + 0.5)
    scale = head.skeleton.head_height / 0.22
    thick = thickness(wear, head.v, head.angle) * scale
    folds = relief(rng, head.angle, head.v[:, 0] * 0.25, 0.0025 if wear != "hood" else 0.005)
    folds = folds * smooth((1.0 - head.v) / 0.12)
    if wear == "hood":
        # a hood hangs off the back of the head
        rear = smooth((np.degrees(np.abs(head.angle)) - 90.0) / 70.0)
        thick = thick + 0.030 * rear * smooth((head.v - 0.2) / 0.4) * smooth((1.0 - head.v) / 0.2)
    bare = head.points + head.outward * (thick + folds)[..., None]
    points = head.points + (bare - head.points) * on[..., None]
    colour = np.array(hood_colour(look) if wear == "hood" else look.head.headwear_colour)
    colours = np.broadcast_to(colour, head.colours.shape) * (1.0 + 10.0 * folds)[..., None]
    edge = head.v - line_at(wear, head.angle)
    if wear in ("beanie", "hat"):
        band = edge < 0.14
        colours = np.where((band & (wear == "hat"))[..., None], np.array(look.head.headwear_second), colours)
        colours = colours * np.where(band & (wear == "beanie"), 0.8, 1.0)[..., None]
    if wear == "hood":
        colours = colours * np.where(edge < 0.05, 0.6, 1.0)[..., None]
    cover = (on > 0.5)[..., None]
    fabric = np.where(on > 0.5, KNIT if wear == "beanie" else CLOTH, head.fabric).astype(np.int32)
    return replace(head, points=points, colours=np.where(cover, colours, head.colours), fabric=fabric)


def hair_parts(head: HeadGrid, columns: int, rows: int) -> list[Part]:
    """What stands off the head: hanging hair, tails, buns, visors, brims, bobbles.

    Args:
        head: the finished head.
        columns: vertices around tails and half of a curtain.
        rows: rows of a curtain.

    Returns:
        Any number of parts.
    """
    skeleton, look = head.skeleton, head.skeleton.look
    style, wear, tall = look.head.hair_style, look.head.headwear, head.skeleton.head_height
    parts: list[Part] = []
    free = wear not in ("hood", "headscarf")
    ink = np.array(look.head.hair_colour)
    centre = head.skeleton.head_centre
    if free and style in HANGING:
        parts.append(curtain(skeleton, centre, columns, rows))
    if free and style == "ponytail":
        parts.append(tail(skeleton, centre, max(6, columns // 2), rows))
    if free and style == "bun":
        middle = centre + np.array([-0.47, 0.0, 0.08]) * tall
        parts.append(ellipsoid(middle, (0.13 * tall, 0.17 * tall, 0.15 * tall), ink, only((HEAD, 1.0)), HAIR, (7, 10)))
    if style == "bun_top" and wear == "none":
        middle = centre + np.array([-0.12, 0.0, 0.62]) * tall
        parts.append(ellipsoid(middle, (0.15 * tall, 0.15 * tall, 0.14 * tall), ink, only((HEAD, 1.0)), HAIR, (7, 10)))
    if wear in ("cap", "hat"):
        parts.append(brim(skeleton, centre, columns, wear == "hat"))
    if wear == "beanie" and look.seed % 3 == 0:
        r = 0.11 * tall
        middle = centre + np.array([-0.03, 0.0, 0.70]) * tall
        parts.append(ellipsoid(middle, (r, r, r), np.array(look.head.headwear_second), only((HEAD, 1.0)), KNIT, (6, 8)))
    return parts


def curtain(skeleton: Skeleton, centre: Array, columns: int, rows: int) -> Part:
    """Hair that hangs from the sides and the back of the head: a closed lens that thins out at its end."""
    look, tall = skeleton.look, skeleton.head_height
    rng = rng_for(look.seed, "curtain")
    length = (
        (0.62 + 0.16 * look.head.hair_length) if look.head.hair_style == "bob" else 0.95 + 0.95 * look.head.hair_length
    )
    opening = np.radians(74.0 if look.head.hair_style == "long" else 66.0)
    span = np.linspace(opening, 2.0 * np.pi - opening, columns)
    s = np.linspace(0.0, 1.0, rows)[:, None]
    drop = centre[2] + 0.24 * tall - s * length * tall
    below = np.clip((centre[2] - 0.30 * tall - drop) / (0.6 * tall), 0.0, 1.0)
    wide = (0.395 + 0.03 * np.sin(3.0 * s)) * tall * (1.0 + 0.06 * below)
    back = (0.49 + 0.03 * below) * tall
    # the shoulders carry what reaches them
    shift = -0.10 * tall * below + 0.012 * tall * relief(rng, np.broadcast_to(span, (rows, columns)), s[:, 0], 1.0)
    outer = np.stack([np.cos(span) * back + shift, np.sin(span) * wide, np.broadcast_to(drop, (rows, columns))], -1)
    ragged = 0.05 * tall * rng.normal(size=columns) * np.ones_like(s) * s
    outer[..., 2] += ragged
    inner = outer * np.array([0.80, 0.80, 1.0])
    inner[..., 0] += 0.02 * tall * below
    points = np.concatenate([outer, inner[:, ::-1]], 1) + np.array([centre[0], 0.0, 0.0])
    locks = np.sin(span * int(rng.integers(9, 15)) + 6.0 * rng.random())
    ink = np.array(look.head.hair_colour) * (1.0 + 0.18 * locks)[None, :, None]
    ink = ink * np.exp(0.16 * rng.normal(size=(rows, columns)))[..., None]
    colours = np.concatenate([ink, 0.55 * ink[:, ::-1]], 1)
    weights = chain(below + s * 0.001, (HEAD, NECK, CHEST), ((0.35, 0.5), (0.75, 0.5)))
    return grid(points, colours, weights, HAIR, repeats=3.0)


def tail(skeleton: Skeleton, centre: Array, columns: int, rows: int) -> Part:
    """A ponytail."""
    look, tall = skeleton.look, skeleton.head_height
    length = (0.7 + 0.8 * look.head.hair_length) * tall
    s = np.linspace(0.0, 1.0, rows)
    start = centre + np.array([-0.44, 0.0, 0.20]) * tall
    x = start[0] - 0.13 * tall * np.sin(np.minimum(1.0, 2.6 * s) * 1.7) - 0.03 * tall * s
    z = start[2] + 0.05 * tall * np.sin(3.1 * np.minimum(1.0, 3.0 * s)) - length * s
    radius = np.interp(s, (0.0, 0.12, 0.4, 0.8, 1.0), (0.05, 0.11, 0.13, 0.09, 0.01)) * tall
    angle = np.linspace(-np.pi, np.pi, columns, endpoint=False)
    ring = np.stack([0.6 * np.cos(angle), np.sin(angle)], -1)
    points = np.empty((rows, columns, 3))
    points[..., 0] = x[:, None] + radius[:, None] * ring[:, 0]
    points[..., 1] = radius[:, None] * ring[:, 1]
    points[..., 2] = z[:, None]
    rng = rng_for(look.seed, "tail")
    ink = np.array(look.head.hair_colour) * np.exp(0.2 * rng.normal(size=(rows, columns)))[..., None]
    return grid(points, ink, chain(s, (HEAD, CHEST), ((1.0, 1.2),))[:, None, :], HAIR, repeats=3.0)


def brim(skeleton: Skeleton, centre: Array, columns: int, round_brim: bool) -> Part:
    """Visor of a cap, or the brim of a hat: a thin closed plate."""
    look, tall = skeleton.look, skeleton.head_height
    half = np.pi if round_brim else np.radians(62.0)
    angle = np.linspace(-half, half, columns)
    line = 0.71 * tall + skeleton.chin
    reach = np.full(columns, 0.30) if round_brim else 0.36 * np.cos(angle * np.pi / 2 / half) ** 0.5
    inner = np.stack([0.42 * np.cos(angle), 0.335 * np.sin(angle)], -1) * tall
    outward = np.stack([np.cos(angle), np.sin(angle)], -1) * (reach * tall)[:, None]
    rows = []
    for share, lift in ((0.0, 0.012), (1.0, 0.006), (1.0, 0.0), (0.0, 0.004)):
        droop = -share * (0.05 if not round_brim else 0.03) * tall * np.cos(angle).clip(0.0)
        flat = inner + outward * share
        rows.append(np.stack([flat[:, 0] + centre[0], flat[:, 1], line + droop + lift], -1))
    colour = np.array(look.head.headwear_second if not round_brim and look.seed & 64 else look.head.headwear_colour)
    shade = np.array([1.0, 1.0, 0.5, 0.4])[:, None, None] * colour
    return grid(np.stack(rows), shade, only((HEAD, 1.0)), CLOTH, closed=round_brim)
