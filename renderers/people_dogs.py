"""Dogs: trunk, neck, head, ears, tail, and four legs that walk or trot without slipping."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from renderers.mesh import RGB, Mesh, grid_triangles, make_mesh, merge
from renderers.people_fabric import EYES, KNIT, SHINY, palette
from renderers.people_form import curve
from scenes.people_company import Companion
from scenes.seeds import rng_for
from sim.people_dogs import FORMS, Form, Step, paw
from sim.people_rotate import two_bones

Array = NDArray[np.float64]
NOSE: RGB = (0.008, 0.008, 0.008)


def skin(
    line: Array, half: Array, colours: Array | RGB, material: int = KNIT, columns: int = 12, flat: float = 2.0
) -> Mesh:
    """Skin rings around a line in the plane of symmetry or beside it.

    Args:
        line: (R, 3) middles, m.
        half: (R, 2) half-extents across (y) and in the plane of x and z, m.
        colours: (R, N, 3) or one colour.
        material: row of the fabric table.
        columns: vertices around.
        flat: power of the superellipse.

    Returns:
        The mesh.
    """
    line = np.concatenate([line[:1], line, line[-1:]])
    half = np.concatenate([np.zeros((1, 2)), half, np.zeros((1, 2))])
    tangent = np.gradient(line, axis=0)
    along = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(line, axis=0), axis=1))]) * 2.0
    tangent /= np.maximum(np.linalg.norm(tangent, axis=1, keepdims=True), 1e-9)
    side = np.array([0.0, 1.0, 0.0]) - tangent * tangent[:, 1:2]
    side /= np.maximum(np.linalg.norm(side, axis=1, keepdims=True), 1e-9)
    up = np.cross(tangent, side)
    angle = np.arange(columns) * 2.0 * np.pi / columns
    c, s = np.cos(angle), np.sin(angle)
    a, b = np.sign(c) * np.abs(c) ** (2.0 / flat), np.sign(s) * np.abs(s) ** (2.0 / flat)
    points = (
        line[:, None]
        + (half[:, :1, None] * a[None, :, None]) * side[:, None]
        + (half[:, 1:, None] * b[None, :, None]) * up[:, None]
    )
    uvs = np.stack(np.broadcast_arrays(np.abs(angle[None] - np.pi) / 3.0, along[:, None]), -1) * 1.8
    tints = np.asarray(colours, np.float64)
    if tints.ndim == 3:
        tints = np.concatenate([tints[:1], tints, tints[-1:]])
    tints = np.broadcast_to(tints, points.shape)
    return make_mesh(
        points.reshape(-1, 3), grid_triangles(len(line), columns, closed=True)[:, ::-1], palette()[material],
        uvs.reshape(-1, 2), None, tints.reshape(-1, 3),
    )  # fmt: skip


def spline(keys: Array, rows: int) -> Array:
    """(rows, K) rounded curve through (M, K) rows."""
    at = np.linspace(0.0, 1.0, len(keys))
    s = np.linspace(0.0, 1.0, rows)
    return np.stack([curve(s, tuple(at), keys[:, k]) for k in range(keys.shape[1])], -1)


def ball(centre: Array, radii: tuple[float, float, float], colour: RGB, material: int = KNIT, rows: int = 7) -> Mesh:
    """An ellipsoid whose long axis may lie along x."""
    s = np.linspace(-1.0, 1.0, rows)
    round_off = np.sqrt(np.maximum(1.0 - s**2, 0.003))
    line = np.asarray(centre) + np.stack([s * radii[0], 0.0 * s, 0.0 * s], -1)
    return skin(line, np.stack([radii[1] * round_off, radii[2] * round_off], -1), colour, material, 8)


def dog_mesh(look: Companion, detail: int, step: Step) -> Mesh:
    """A dog on a lead; the lead is drawn apart.

    Args:
        look: of kind DOG.
        detail: 0 fine .. 2 coarse.
        step: of its gait.

    Returns:
        The mesh, paws on z = 0.
    """
    form, fine = FORMS[look.model], detail == 0
    bob = 0.008 * step.active * math.cos(4.0 * math.pi * step.phases[0]) * form.shoulder / 0.5
    parts = [*_trunk(look, form, bob, fine), *_head(look, form, bob, fine), _tail(look, form, step, bob)]
    for number, phase in enumerate(step.phases):
        parts.append(_leg(look, form, step, number % 2 == 1, 1.0 if number < 2 else -1.0, phase, bob, fine))
    whole = merge(parts)
    return whole if look.scale == 1.0 else _scaled(whole, look.scale)


def _scaled(mesh: Mesh, scale: float) -> Mesh:
    return replace(mesh, positions=(mesh.positions * np.float32(scale)))


def collar(look: Companion) -> tuple[float, float, float]:
    """Where the lead is hooked in, in the frame of the dog, m."""
    form = FORMS[look.model]
    x, z = 0.5 * form.trunk + 0.36 * form.neck - 0.16 * form.trunk, form.shoulder * 0.98 + 0.55 * form.neck
    return (x * look.scale, 0.0, z * look.scale)


def _patches(look: Companion, shape: tuple[int, int]) -> Array:
    """(R, N) share of the second colour: blotches on the coats of two colours."""
    rng = rng_for(look.seed, "coat")
    s, a = np.linspace(0.0, 1.0, shape[0])[:, None], np.linspace(0.0, 2.0 * np.pi, shape[1], endpoint=False)[None]
    waves = sum(np.cos(2.0 * np.pi * f * s + k * a + 6.28 * rng.random()) for f, k in ((1.3, 1), (2.1, 2), (3.0, 1)))
    return np.asarray(np.clip(2.0 * waves - 0.6, 0.0, 1.0))


def _trunk(look: Companion, form: Form, bob: float, fine: bool) -> list[Mesh]:
    """From rump to breast: croup, loin with tucked belly, deep chest."""
    rows, columns = (18, 18) if fine else (11, 11)
    top = np.array([0.86, 0.965, 0.985, 0.97, 0.965, 0.985, 1.0, 0.95, 0.82]) * form.shoulder
    depth = np.array([0.20, 0.62, 0.76, 0.74, 0.84, 0.97, 1.0, 0.84, 0.40]) * (form.chest + 0.4 * form.coat)
    wide = np.array([0.25, 0.78, 0.86, 0.78, 0.86, 0.98, 0.95, 0.80, 0.40]) * form.width / 2.0
    x = np.array([-0.50, -0.45, -0.36, -0.20, 0.0, 0.18, 0.32, 0.43, 0.50]) * form.trunk
    keys = spline(np.stack([x, top - depth / 2.0 + bob, wide, depth / 2.0], -1), rows)
    line = np.stack([keys[:, 0], 0.0 * keys[:, 0], keys[:, 1]], -1)
    angle = np.arange(columns) * 2.0 * np.pi / columns
    below = np.clip(-1.4 * np.sin(angle) * -1.0 - 0.55, 0.0, 1.0)[None] * np.ones((rows, 1))
    if look.model in ("spaniel", "terrier"):
        below = np.maximum(below, _patches(look, (rows, columns)))
    colours = _mix(look.colour, look.second, below)
    rng = rng_for(look.seed, "fur")
    colours = colours * np.exp(0.07 * rng.normal(size=(rows, columns)))[..., None]
    return [skin(line, keys[:, 2:], colours, KNIT, columns, 2.15)]


def _mix(first: RGB, second: RGB, share: Array) -> Array:
    return np.asarray(np.array(first) * (1.0 - share[..., None]) + np.array(second) * share[..., None])


def _head(look: Companion, form: Form, bob: float, fine: bool) -> list[Mesh]:
    """Neck with collar, skull, muzzle, nose, eyes and ears."""
    columns = 14 if fine else 9
    base = np.array([0.27 * form.trunk, 0.0, 0.79 * form.shoulder + bob])
    poll = np.array([0.5 * form.trunk + 0.45 * form.neck, 0.0, form.shoulder + 0.68 * form.neck + bob])
    thick = 0.62 * form.width
    keys = spline(np.array([
        (*base, 0.70 * thick, 0.42 * form.chest), (*(base + 0.45 * (poll - base)), 0.62 * thick, 0.35 * form.chest),
        (*(base + 0.8 * (poll - base)), 0.56 * thick, 0.30 * form.chest), (*poll, 0.46 * thick, 0.25 * form.chest),
    ]), 9 if fine else 6)  # fmt: skip
    parts = [skin(keys[:, :3], keys[:, 3:], look.colour, KNIT, columns)]
    number = int(0.62 * len(keys))
    axis = 0.014 * (poll - base) / np.linalg.norm(poll - base)
    band = np.stack([keys[number, :3] - axis, keys[number, :3] + axis])
    parts.append(
        skin(
            band,
            np.stack([1.06 * keys[number, 3:]] * 2),
            (0.12, 0.012, 0.01) if look.seed & 1 else NOSE,
            SHINY,
            columns,
        )
    )
    size, muzzle = form.head, form.muzzle
    down = np.array([math.cos(0.30), 0.0, -math.sin(0.30)])
    start = poll - 0.34 * (1.0 - muzzle) * size * down + np.array([0.0, 0.0, 0.02 * size])
    widths = np.array([0.10, 0.27, 0.315, 0.275, 0.19, 0.165, 0.15, 0.11, 0.05]) * size
    heights = np.array([0.10, 0.235, 0.285, 0.26, 0.20, 0.165, 0.145, 0.11, 0.05]) * size
    along = np.array([0.0, 0.10, 0.25, 1.0 - muzzle - 0.10, 1.0 - muzzle + 0.06, 0.78, 0.90, 0.975, 1.0]) * size
    drop = np.array([0.0, 0.0, 0.01, 0.0, -0.065, -0.075, -0.075, -0.075, -0.075]) * size
    keys = spline(np.stack([along, drop, widths, heights], -1), 16 if fine else 10)
    line = start + keys[:, :1] * down + keys[:, 1:2] * np.array([math.sin(0.3), 0.0, math.cos(0.3)])
    share = np.clip((keys[:, 0] / size - (1.0 - muzzle)) * 6.0, 0.0, 1.0)[:, None] * np.ones((1, columns))
    mask = look.model == "shepherd" and look.colour != look.second
    colours = _mix(look.second if mask else look.colour, (0.02, 0.016, 0.013) if mask else look.second, share)
    parts.append(skin(line, keys[:, 2:], colours, KNIT, columns, 2.2))
    up = np.array([math.sin(0.3), 0.0, math.cos(0.3)])
    parts.append(
        ball(start + 0.985 * size * down - 0.045 * size * up, (0.035 * size, 0.05 * size, 0.042 * size), NOSE, SHINY)
    )
    for side in (1.0, -1.0):
        eye = (
            start + (1.0 - muzzle - 0.06) * size * down + 0.125 * size * up + np.array([0.0, side * 0.185 * size, 0.0])
        )
        parts.append(ball(eye, (0.028 * size, 0.03 * size, 0.03 * size), NOSE, EYES, 5))
        parts.append(_ear(form, start, down, up, side, look))
    return parts


def _ear(form: Form, start: Array, down: Array, up: Array, side: float, look: Companion) -> Mesh:
    size = form.head
    root = start + 0.22 * size * down + 0.17 * size * up + np.array([0.0, side * 0.21 * size, 0.0])
    out = np.array([0.0, side, 0.0])
    if form.ears == "hanging":
        long = 0.62 if look.model == "spaniel" else 0.5
        way = ((0.0, 0.0), (0.09, 0.0), (0.15, -0.25 * long), (0.16, -0.65 * long), (0.13, -long))
        line = np.array([root + size * (a * out + b * up + 0.04 * down * a) for a, b in way])
        half = np.array([(0.05, 0.03), (0.09, 0.035), (0.15, 0.03), (0.15, 0.025), (0.03, 0.012)]) * size
        # wide along the head, thin away from it
        keys = spline(np.concatenate([line, half], 1), 8)
        tangent_wide = keys[:, 3:4] * down
        points = []
        angle = np.arange(8) * 2.0 * np.pi / 8
        for k in range(len(keys)):
            ring = np.cos(angle)[:, None] * tangent_wide[k] + side * np.sin(angle)[:, None] * keys[k, 4] * out
            points.append(keys[k, :3] + ring)
        rings = np.array(points)
        triangles = grid_triangles(len(keys), 8, closed=True)
        triangles = triangles if side > 0 else triangles[:, ::-1]
        dark = tuple(0.8 * c for c in look.colour)
        colours = np.broadcast_to(np.array(dark), (rings.shape[0] * 8, 3))
        return make_mesh(rings.reshape(-1, 3), triangles, palette()[KNIT], np.zeros((len(colours), 2)), None, colours)
    high, tipped = (0.46, 0.0) if form.ears == "pricked" else (0.26, 0.16)
    back = -0.05 * down
    line = np.array([root - 0.1 * size * up - 0.06 * size * out, root + 0.35 * high * size * up,
                     root + size * (high * up + back + 0.05 * out),
                     root + size * ((high - 0.6 * tipped + 0.01) * up + tipped * down + 0.06 * out)])  # fmt: skip
    half = np.array([(0.13, 0.15), (0.12, 0.13), (0.07 if tipped else 0.015, 0.06), (0.02, 0.02)]) * size
    if not tipped:
        line, half = line[:3], half[:3]
    keys = spline(np.concatenate([line, half], 1), 7)
    return skin(keys[:, :3], keys[:, 3:], look.colour, KNIT, 8)


def _tail(look: Companion, form: Form, step: Step, bob: float) -> Mesh:
    length, rise, bend = form.tail
    wag = 0.22 * math.sin(2.0 * math.pi * step.phases[0]) * step.active + 0.1 * ((look.seed >> 9 & 7) - 3.5) / 3.5
    s = np.linspace(0.0, 1.0, 8)
    pitch = rise + bend * s**1.4
    yaw = wag * s
    piece = np.stack([-np.cos(pitch) * np.cos(yaw), np.cos(pitch) * np.sin(yaw), np.sin(pitch)], -1) * length / 7.0
    root = np.array([-0.47 * form.trunk, 0.0, 0.90 * form.shoulder + bob])
    line = root + np.concatenate([np.zeros((1, 3)), np.cumsum(piece[1:], axis=0)])
    thick = 0.13 * form.width * (1.15 - 0.95 * s**1.3) + form.coat * np.sin(np.pi * np.minimum(1.0, s + 0.1)) * 0.45
    thick[-1] = 0.003
    return skin(line, np.stack([0.8 * thick, thick], -1), look.colour, KNIT, 8)


def _leg(
    look: Companion, form: Form, step: Step, fore: bool, side: float, phase: float, bob: float, fine: bool
) -> Mesh:
    """Thigh to paw; joints by two-bone inverse kinematics."""
    tall, columns = form.shoulder, 10 if fine else 7
    x, lift = paw(phase, step, tall)
    y = side * 0.30 * form.width
    rest = (0.30 if fore else -0.40) * form.trunk
    follows = 0.35 if fore else 0.15  # of the shoulder blade and the croup, which swing with the leg
    top = np.array([rest + 0.03 * form.trunk + follows * x, 0.8 * y, (0.68 if fore else 0.76) * tall + bob])
    ground = np.array([rest + x, 1.0 * y, lift])
    share = 0.0 if phase < step.duty else math.sin(math.pi * (phase - step.duty) / (1.0 - step.duty)) * step.active
    # wrist or hock above the paw: hocks stand well off the ground and behind it
    high, behind = (0.15, 0.02 + 0.10 * share) if fore else (0.27, 0.09 + 0.10 * share)
    tip = max(0.0, -x) / max(0.5 * step.stride * step.duty, 1e-6) * 0.05 * step.active
    ankle = ground + tall * np.array([-behind + (0.6 * tip if fore else 0.0), 0.0, high + 0.3 * tip])
    reach = (
        math.hypot(
            (1.0 - follows) * 0.5 * step.stride * step.duty + (0.0 if fore else 0.05) * tall,
            float(top[2]) - high * tall,
        )
        * 1.01
    )
    ratio = 0.5 if fore else 0.52
    bones = np.array([(0.0, 0.0, 0.0), (ratio * reach, 0.0, 0.0), (reach, 0.0, 0.0)])
    knee, ankle = two_bones(top, ankle, bones, np.array([-1.0 if fore else 1.0, 0.0, 0.0]))
    thin = form.leg
    coat = 0.5 * form.coat
    thigh = (0.23 if fore else 0.34) * form.chest
    radii = [
        (0.22 * form.width, 0.85 * thigh), (0.19 * form.width, 0.62 * thigh), (thin * 1.3, thin * 1.6 + coat),
        (thin * 1.05, thin * (1.15 if fore else 1.3) + 0.6 * coat),
        (thin, thin * 1.05 + 0.3 * coat), (thin * 1.15, thin * 1.1),
    ]  # fmt: skip
    foot = ground + np.array([0.0, 0.0, 0.055 * tall])
    joints = [top, top + 0.55 * (knee - top), knee, ankle, 0.4 * ankle + 0.6 * foot, foot]
    keys = spline(np.concatenate([np.array(joints), np.array(radii)], 1), 15 if fine else 9)
    shade = np.clip((np.linspace(0.0, 1.0, len(keys)) - 0.35) * 3.0, 0.0, 1.0)[:, None] * np.ones((1, columns))
    limb = skin(keys[:, :3], keys[:, 3:], _mix(look.colour, look.second, shade), KNIT, columns)
    pad = ball(
        ground + np.array([0.32 * thin, 0.0, 0.95 * thin]), (1.75 * thin, 1.2 * thin, 0.95 * thin), look.second, KNIT, 6
    )
    return merge([limb, pad])
