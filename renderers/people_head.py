"""Head, face, neck and ears."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from renderers.mesh import Ints
from renderers.people_fabric import SKIN
from renderers.people_form import Part, around, chain, curve, ellipsoid, grid, only, section, smooth
from sim.people_skeleton import CHEST, EAR_SIDE, EARS, EYE_SIDE, EYES, HEAD, NECK, Skeleton

Array = NDArray[np.float64]

# share of the head's height above the chin; half-width and depths in heights of the head
HEAD_KEYS = (-0.02, 0.03, 0.10, 0.20, 0.33, 0.46, 0.60, 0.75, 0.86, 0.94, 0.985, 1.0)
HEAD_HALF = (0.10, 0.17, 0.225, 0.275, 0.305, 0.325, 0.345, 0.335, 0.285, 0.20, 0.10, 0.0)
HEAD_FRONT = (0.30, 0.385, 0.41, 0.42, 0.42, 0.405, 0.425, 0.405, 0.34, 0.235, 0.11, 0.0)
HEAD_BACK = (0.10, 0.15, 0.20, 0.27, 0.36, 0.42, 0.455, 0.45, 0.385, 0.28, 0.14, 0.0)


@dataclass(frozen=True, eq=False)
class HeadGrid:
    """The surface of the head, (R, N) over rows from the vertex down and angles from the back over the front."""

    skeleton: Skeleton
    v: Array  # share of the head's height above the chin
    angle: Array  # rad, 0 front
    points: Array  # (R, N, 3) m
    outward: Array  # (R, N, 3) unit
    colours: Array  # (R, N, 3)
    fabric: Ints  # (R, N)


def head_grid(skeleton: Skeleton, rows: int, columns: int) -> HeadGrid:
    """Skin of the head with face paint.

    Args:
        skeleton: measures and look.
        rows: from the vertex to below the chin.
        columns: around.

    Returns:
        The grid, before hair.
    """
    tall = skeleton.head_height
    upper = (rows - 2) // 2
    v = np.concatenate([[0.999, 0.985], np.linspace(0.95, EYES, upper), np.linspace(EYES, -0.02, rows - 1 - upper)[1:]])
    half, front, back = (curve(v, HEAD_KEYS, row) * tall for row in (HEAD_HALF, HEAD_FRONT, HEAD_BACK))
    # a rounded polyline never reaches 0: close the vertex
    for values in (half, front, back):
        values[0] = 0.02 * tall
    child = skeleton.look.body.age_group == "child"
    male = skeleton.look.body.sex == "male" and not child
    if male:
        half = half * (1.0 + 0.06 * smooth((0.3 - v) / 0.2))
    if child:
        front = front * (1.0 - 0.07 * smooth((0.25 - v) / 0.2))
    angle = np.broadcast_to(face_angles(columns)[None, :], (rows, columns))
    x, y = section(angle, front[:, None], back[:, None], half[:, None], 2.15)
    grid_v = np.broadcast_to(v[:, None], angle.shape)
    x = x + face_relief(grid_v, y / tall, x > 0, child) * tall
    z = skeleton.chin + grid_v * tall
    points = np.stack([x + skeleton.head_centre[0], y, z], -1)
    # the chin slopes back to the neck
    outward = points - (skeleton.head_centre + np.array([0.0, 0.0, 0.08 * tall]))
    outward[..., 2] *= 0.8
    outward /= np.linalg.norm(outward, axis=-1, keepdims=True)
    colours = paint_face(skeleton, grid_v, y / tall, x > 0.02 * tall)
    return HeadGrid(skeleton, grid_v, angle, points, outward, colours, np.full(angle.shape, SKIN, np.int32))


def face_angles(columns: int) -> Array:
    """Angles around the head, dense in the face, with a column through each eye at every detail.

    Args:
        columns: even number.

    Returns:
        (columns,) rad, from the back over the front to the back.
    """
    half = columns // 2
    inside, eye = max(1, round(0.11 * columns)), 0.433
    steps = np.arange(1, half + 1)
    outer = eye + (np.pi - eye) * (np.maximum(steps - inside, 0) / (half - inside)) ** 1.1
    left = np.where(steps <= inside, eye * steps / inside, outer)
    return np.concatenate([-left[::-1], [0.0], left[:-1]])


def face_relief(v: Array, y: Array, front: NDArray[np.bool_], child: bool) -> Array:
    """Forward displacement of the face in heights of the head: nose, eye sockets, lips, chin."""
    nose = 0.115 * np.exp(-((y / 0.05) ** 2)) * smooth((0.56 - v) / 0.22) * smooth((v - 0.27) / 0.035)
    sockets = -0.045 * np.exp(-(((np.abs(y) - EYE_SIDE) / 0.07) ** 2)) * np.exp(-(((v - EYES) / 0.055) ** 2))
    lips = 0.022 * np.exp(-((y / 0.10) ** 2)) * np.exp(-(((v - 0.185) / 0.045) ** 2))
    fold = -0.018 * np.exp(-((y / 0.12) ** 2)) * np.exp(-(((v - 0.105) / 0.025) ** 2))
    return np.asarray(((0.75 if child else 1.0) * nose + sockets + lips + fold) * front)


def blot(v: Array, y: Array, at: tuple[float, float], size: tuple[float, float]) -> Array:
    """Soft ellipse on both halves of the face: 1 in the middle."""
    return np.exp(-(((np.abs(y) - at[0]) / size[0]) ** 2) - ((v - at[1]) / size[1]) ** 2)


def paint_face(skeleton: Skeleton, v: Array, y: Array, front: NDArray[np.bool_]) -> Array:
    """Colours of the skin: sockets, eyes, brows, nostrils, lips, cheeks, beard, glasses.

    Args:
        skeleton: for the look.
        v: (R, N) share of the head's height.
        y: (R, N) in heights of the head.
        front: (R, N) the face side.

    Returns:
        (R, N, 3).
    """
    look = skeleton.look
    skin, hair = np.array(look.body.skin), np.array(look.head.hair_colour)
    colours = np.broadcast_to(skin, (*v.shape, 3)).copy()

    def mix(amount: Array, ink: Array) -> None:
        share = np.clip(amount * front, 0.0, 1.0)[..., None]
        colours[:] = colours * (1.0 - share) + ink * share

    mix(0.25 * blot(v, y, (0.19, 0.33), (0.07, 0.07)), skin * np.array([1.05, 0.72, 0.68]))
    mix(0.60 * blot(v, y, (EYE_SIDE, EYES), (0.085, 0.055)), skin * 0.42)
    mix(0.85 * blot(v, y, (EYE_SIDE, EYES - 0.005), (0.05, 0.022)), np.array([0.035, 0.03, 0.028]))
    brow = hair * 0.8 if look.body.age_group != "senior" else 0.5 * (hair + skin)
    mix(0.75 * blot(v, y, (0.15, 0.555), (0.085, 0.022)), np.minimum(brow, skin * 0.7))
    mix(0.65 * blot(v, y, (0.035, 0.275), (0.045, 0.022)), skin * 0.28)
    mix(0.35 * blot(v, y, (0.13, 0.25), (0.02, 0.06)), skin * 0.6)
    lips = np.array([0.9, 0.45, 0.42]) if look.body.sex == "female" else np.array([0.8, 0.5, 0.47])
    mix(0.85 * blot(v, y, (0.0, 0.185), (0.095, 0.03)), skin * lips)
    mix(0.5 * blot(v, y, (0.0, 0.186), (0.10, 0.010)), skin * 0.25)
    mix(0.35 * smooth((0.05 - v) / 0.06), skin * 0.5)
    if look.body.age_group == "senior":
        mix(0.3 * blot(v, y, (0.12, 0.68), (0.2, 0.012)) + 0.3 * blot(v, y, (0.12, 0.74), (0.2, 0.012)), skin * 0.6)
    kind = look.head.facial_hair
    if kind != "none":
        jaw = smooth((0.30 - 0.25 * np.clip(np.abs(y) / 0.3 - 0.55, 0, 1) * -1.0 - v) / 0.06)
        moustache = blot(v, y, (0.05, 0.235), (0.07, 0.026))
        area = {"stubble": 0.35 * jaw, "beard": 0.95 * jaw, "moustache": 0.95 * moustache}.get(
            kind, np.maximum(0.9 * moustache, 0.9 * blot(v, y, (0.0, 0.06), (0.11, 0.10)))
        )
        mouth = blot(v, y, (0.0, 0.185), (0.085, 0.022))
        mix(area * (1.0 - 0.9 * mouth), hair * 0.9)
    if look.head.glasses == "sun":
        mix(1.5 * blot(v, y, (EYE_SIDE, EYES), (0.09, 0.05)), np.array([0.012, 0.012, 0.013]))
        mix(0.9 * blot(v, y, (0.0, EYES + 0.03), (0.2, 0.014)), np.array([0.015, 0.014, 0.013]))
    elif look.head.glasses == "clear":
        ring = np.hypot((np.abs(y) - 0.15) / 0.098, (v - EYES) / 0.075)
        mix(0.75 * np.exp(-(((ring - 1.0) / 0.22) ** 2)), np.array([0.03, 0.028, 0.028]))
    return colours


def head_part(head: HeadGrid) -> Part:
    """Skin, hair and close-fitting headwear in one surface."""
    weights = chain(-head.v, (HEAD, NECK), ((0.10, 0.2),))
    return grid(head.points, head.colours, weights, head.fabric, repeats=3.0)


def neck_part(skeleton: Skeleton, columns: int, rows: int) -> Part:
    """Neck, from inside the collar to inside the head."""
    tall, body = skeleton.height, skeleton.look.body
    low, high = skeleton.level(1.05), skeleton.chin + 0.22 * skeleton.head_height
    s = np.linspace(1.0, 0.0, rows)
    z = low + s * (high - low)
    radius = (0.0335 if body.sex == "male" else 0.0285) * tall * (1.0 + 0.2 * body.weight)
    if body.age_group == "child":
        radius *= 0.95
    spread = 1.0 + 0.25 * smooth((0.35 - s) / 0.35)
    angle = np.broadcast_to(around(columns)[None, :], (rows, columns))
    x, y = section(
        angle, (radius * spread)[:, None], (radius * spread)[:, None], (0.98 * radius * spread)[:, None], 2.0
    )
    middle = -0.006 * tall + s * 0.010 * tall
    points = np.stack([x + middle[:, None], y, np.broadcast_to(z[:, None], x.shape)], -1)
    # the chin shades the throat
    shade = 1.0 - 0.35 * smooth((s[:, None] - 0.35) / 0.3) * (np.cos(angle) > -0.3)
    colours = np.array(body.skin) * shade[..., None]
    weights = chain(s, (CHEST, NECK, HEAD), ((0.15, 0.4), (0.75, 0.4)))
    return grid(points, colours, weights[:, None, :], SKIN)


def ear_parts(skeleton: Skeleton) -> list[Part]:
    """Both ears."""
    tall, skin = skeleton.head_height, np.array(skeleton.look.body.skin)
    parts = []
    for side in (1.0, -1.0):
        middle = np.array([skeleton.head_centre[0] - 0.02 * tall, side * EAR_SIDE * tall, skeleton.chin + EARS * tall])
        parts.append(
            ellipsoid(
                middle,
                (0.075 * tall, 0.045 * tall, 0.135 * tall),
                skin * np.array([0.92, 0.8, 0.78]),
                only((HEAD, 1.0)),
                SKIN,
                (6, 8),
            )
        )
    return parts
