"""Arms with sleeves, hands, legs with trousers, shoes."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from renderers.mesh import Ints
from renderers.people_fabric import CLOTH, DENIM, SHINY, SKIN
from renderers.people_form import Part, around, chain, curve, ellipsoid, grid, only, section, smooth
from renderers.people_paint import relief
from renderers.people_torso import fabric_of, top_hem
from scenes.seeds import rng_for
from sim.people_skeleton import ARM, CHEST, LEG, PELVIS, Skeleton

Array = NDArray[np.float64]

# distance from the shoulder in arm lengths (to the wrist) and radius in statures
ARM_RADIUS = (
    (-0.12, 0.06, 0.18, 0.35, 0.52, 0.58, 0.66, 0.80, 0.94, 1.02),
    (0.0305, 0.0315, 0.0300, 0.0265, 0.0225, 0.0225, 0.0235, 0.0200, 0.0150, 0.0145),
)
# distance below the hip joint in leg lengths (to the ankle) and radii in statures
LEG_KEYS = (-0.10, 0.05, 0.15, 0.30, 0.45, 0.53, 0.62, 0.72, 0.86, 0.96, 1.06)
LEG_HALF = (0.047, 0.0485, 0.0475, 0.042, 0.0355, 0.0325, 0.0325, 0.0325, 0.024, 0.0195, 0.019)
LEG_FRONT = (0.044, 0.051, 0.051, 0.044, 0.037, 0.035, 0.030, 0.027, 0.022, 0.020, 0.022)
LEG_BACK = (0.048, 0.052, 0.047, 0.041, 0.034, 0.031, 0.037, 0.040, 0.027, 0.022, 0.022)


def tube_frame(direction: Array) -> tuple[Array, Array]:
    """Unit vectors across a limb: forward and left."""
    left = np.cross(-direction, np.array([1.0, 0.0, 0.0]))
    left /= np.linalg.norm(left)
    return np.cross(left, -direction), left


def stepped(values: Array, edge: float) -> Array:
    """Insert a doubled row at `edge` so that a hem is crisp."""
    return np.sort(np.concatenate([values[np.abs(values - edge) > 0.015], [edge - 0.002, edge + 0.002]]))


def sleeve_colours(skeleton: Skeleton, s: Array, angle: Array, sleeved: NDArray[np.bool_]) -> tuple[Array, Ints]:
    """Colours (R, N, 3) and fabric rows (R, N) of an arm."""
    look, top = skeleton.look, skeleton.look.top
    colours = np.broadcast_to(np.array(look.body.skin), (*angle.shape, 3)).copy()
    main = np.array(top.second if top.pattern in ("sleeves", "yoke") else top.colour)
    if top.style == "hi_vis" and look.seed % 2:
        main = np.array([0.02, 0.025, 0.045])
    colours[sleeved] = main
    length = s * sum(skeleton.arm_lengths[:2])
    ring = length / top.scale
    if top.pattern == "stripes":
        colours[sleeved & ((ring % 1.0) < 0.45)] = np.array(top.second)
    elif top.pattern == "checks":
        colours[sleeved & ((ring % 1.0) < 0.4)] = 0.5 * (np.array(top.second) + main)
    elif top.pattern == "quilted":
        colours[sleeved] *= (0.93 + 0.10 * np.cos(2 * np.pi * ring[sleeved]))[:, None]
    elif top.pattern == "bands":
        colours[sleeved & ((np.abs(s - 0.45) < 0.05) | (np.abs(s - 0.8) < 0.05))] = np.array([0.55, 0.56, 0.57])
    elif top.pattern == "marl":
        colours[sleeved] *= np.exp(0.13 * rng_for(look.seed, "sleeve").normal(size=int(sleeved.sum())))[:, None]
    if top.sleeves > 0.8:
        colours[sleeved & (s > top.sleeves - 0.06)] *= 0.82
    return colours, np.where(sleeved, fabric_of(look), SKIN).astype(np.int32)


def arm_part(skeleton: Skeleton, side: int, columns: int, rows: int) -> Part:
    """Arm from the round of the shoulder to the wrist, with its sleeve.

    Args:
        skeleton: measures and look.
        side: 1 left, -1 right.
        columns: vertices around.
        rows: vertex rows without the shoulder cap.

    Returns:
        The part.
    """
    look, top, tall = skeleton.look, skeleton.look.top, skeleton.height
    first = ARM[side]
    shoulder, wrist = skeleton.joints[first], skeleton.joints[first + 2]
    total = sum(skeleton.arm_lengths[:2])
    direction = (wrist - shoulder) / total
    forward, left = tube_frame(direction)
    s = np.linspace(0.0, 1.02, rows)
    cuff = min(top.sleeves, 1.0)
    if cuff > 0.0:
        s = stepped(s, cuff)
    cap = np.linspace(1.35, 0.25, 3 if rows < 12 else 5)
    radius = curve(s, *ARM_RADIUS) * tall * (1.0 + 0.28 * look.body.weight) * (1.0 if look.body.sex == "male" else 0.90)
    ease = np.full(len(s), 0.75 * top.ease)
    if top.sleeves > 0.8:
        ease *= 1.0 - 0.45 * smooth((s - 0.9) / 0.1)
    else:
        ease += 0.006 * smooth(s / 0.3)
    radius = radius + np.where(s <= cuff, ease * (0.7 + 0.3 * smooth(s / 0.2)), 0.0)
    s = np.concatenate([-np.sin(cap) * radius[0] * 0.5 / total, s])
    radius = np.concatenate([np.cos(cap) * radius[0], radius])
    angle = np.broadcast_to(around(columns)[None, :], (len(s), columns))
    x, y = section(angle, radius[:, None], radius[:, None], radius[:, None] * 0.93, 2.1)
    sleeved = np.broadcast_to((s <= cuff)[:, None] & (top.sleeves > 0.0), angle.shape)
    colours, fabric = sleeve_colours(skeleton, np.broadcast_to(s[:, None], angle.shape), angle, sleeved)
    folds = relief(rng_for(look.seed, "arm", side), angle, s * total * 1.6, 0.20 * top.ease + 0.001) * sleeved
    if top.pattern == "quilted":
        folds = folds + 0.006 * np.cos(2 * np.pi * s * total / top.scale)[:, None] * sleeved
    colours = colours * (1.0 + 10.0 * folds)[..., None]
    # the inner side lies in the shade of the trunk
    colours = colours * (1.0 - 0.18 * (side * np.sin(angle) < -0.4))[..., None]
    grow = 1.0 + folds / radius.mean()
    points = (
        shoulder
        + direction * (s * total)[:, None, None]
        + (x * grow)[..., None] * forward
        + (y * grow)[..., None] * left
    )
    bend = skeleton.arm_lengths[0] / total
    weights = chain(s, (first, first + 1, first + 2), ((bend, 0.16), (1.0, 0.06)))
    held = 0.45 * smooth((0.10 - s) / 0.2)
    weights = weights * (1.0 - held)[:, None]
    weights[:, CHEST] += held
    return grid(points, colours, weights[:, None, :], fabric)


def hand_parts(skeleton: Skeleton, side: int, fine: bool) -> list[Part]:
    """Hand with fingers half closed, and a thumb.

    Args:
        skeleton: measures and look.
        side: 1 left, -1 right.
        fine: with a thumb and round fingers.

    Returns:
        One or two parts.
    """
    look, tall = skeleton.look, skeleton.height
    first = ARM[side]
    wrist, elbow = skeleton.joints[first + 2], skeleton.joints[first + 1]
    direction = (wrist - elbow) / np.linalg.norm(wrist - elbow)
    forward, left = tube_frame(direction)
    length = skeleton.arm_lengths[2] * 0.88
    rows, columns = (8, 10) if fine else (4, 6)
    s = np.linspace(-0.10, 1.0, rows)
    wide = curve(s, (-0.1, 0.1, 0.35, 0.6, 0.85, 1.0), (0.0145, 0.018, 0.0235, 0.022, 0.017, 0.004)) * tall
    thick = curve(s, (-0.1, 0.1, 0.35, 0.6, 0.85, 1.0), (0.0125, 0.013, 0.0135, 0.012, 0.009, 0.003)) * tall
    angle = np.broadcast_to(around(columns)[None, :], (rows, columns))
    x, y = section(angle, wide[:, None], wide[:, None], thick[:, None], 2.4)
    curl = smooth((s - 0.35) / 0.65)
    inward = -side * left * (0.032 * tall * curl)[:, None] + forward * (0.014 * tall * curl)[:, None]
    middle = wrist + direction * (s * length * (1.0 - 0.16 * curl))[:, None] + inward
    points = middle[:, None, :] + x[..., None] * forward + y[..., None] * left
    colour = np.array([0.02, 0.02, 0.022]) if look.top.gloves else np.array(look.body.skin)
    shade = colour * (1.0 - 0.22 * curl)[:, None, None]
    weights = only((first + 2, 1.0))
    fabric = CLOTH if look.top.gloves else SKIN
    parts = [grid(points, shade, weights, fabric)]
    if fine:
        root = wrist + direction * (0.30 * length) + forward * (0.020 * tall) - left * (side * 0.004 * tall)
        r = 0.0075 * tall
        parts.append(ellipsoid(root + direction * 0.016 * tall, (r, r, 0.024 * tall), colour, weights, fabric, (5, 6)))
    return parts


def leg_part(skeleton: Skeleton, side: int, columns: int, rows: int) -> Part:
    """Leg from inside the seat down into the shoe: trousers, shorts, tights or skin, boot shafts.

    Args:
        skeleton: measures and look.
        side: 1 left, -1 right.
        columns: vertices around.
        rows: vertex rows.

    Returns:
        The part.
    """
    look, bottom = skeleton.look, skeleton.look.bottom
    first = LEG[side]
    hip, knee, ankle = skeleton.joints[first : first + 3]
    length = hip[2] - ankle[2]
    s = np.linspace(-0.06, 1.04, rows)
    covered = bottom.style not in ("none", "skirt")
    hem = (hip[2] - bottom.hem * skeleton.hip / 0.525) / length if covered else -1.0
    boot = 0.70 + 0.12 * (look.seed % 3 / 2.0) if bottom.shoes == "boots" and look.body.sex == "female" else 9.0
    sock = 0.90 if bottom.shoes == "sneakers" else 9.0
    for edge in (hem, boot, sock):
        if 0.05 < edge < 1.02:
            s = stepped(s, edge)
    cloth = (s < hem) if covered else np.zeros(len(s), bool)
    shaft = (s > boot) & (s < 1.03)
    if bottom.style == "leggings" or bottom.ease < 0.009:
        cloth = cloth & ~shaft  # tight ones go into the boot, others over it
    shaft = shaft & ~cloth
    half, front, back = leg_radii(skeleton, s, cloth, shaft, hem > 0.7)
    angle = np.broadcast_to(around(columns)[None, :], (len(s), columns))
    x, y = section(angle, front[:, None], back[:, None], half[:, None], 2.15)
    colours, fabric = leg_colours(skeleton, side, s, angle, cloth, shaft, sock)
    folds = leg_folds(skeleton, side, s * length, s, angle) * cloth[:, None]
    colours = colours * (1.0 + 9.0 * folds)[..., None]
    colours = colours * (1.0 - 0.2 * (side * np.sin(angle) < -0.3))[..., None]
    z = hip[2] - s * length
    middle_x = np.interp(-z, (-hip[2], -knee[2], -ankle[2]), (hip[0], knee[0], ankle[0]))
    middle_y = np.interp(-z, (-hip[2], -knee[2], -ankle[2]), (hip[1], knee[1], ankle[1]))
    points = np.stack([
        middle_x[:, None] + x + folds * np.cos(angle), middle_y[:, None] + y + folds * np.sin(angle),
        np.broadcast_to(z[:, None], x.shape),
    ], -1)  # fmt: skip
    weights = chain(s, (first, first + 1, first + 2), ((1.0 - (knee[2] - ankle[2]) / length, 0.14), (1.01, 0.05)))
    held = 0.35 * smooth((0.02 - s) / 0.1)
    weights = weights * (1.0 - held)[:, None]
    weights[:, PELVIS] += held
    return grid(points, colours, weights[:, None, :], fabric)


def leg_radii(
    skeleton: Skeleton, s: Array, cloth: NDArray[np.bool_], shaft: NDArray[np.bool_], full: bool
) -> tuple[Array, Array, Array]:
    """Half-width, front and back depth of a clothed leg.

    Args:
        skeleton: measures and look.
        s: (R,) share of the leg below the hip joint.
        cloth: (R,) inside trousers or shorts.
        shaft: (R,) inside a boot.
        full: whether the trousers reach the ankle.

    Returns:
        Three (R,) arrays, m.
    """
    look, bottom, tall = skeleton.look, skeleton.look.bottom, skeleton.height
    stout = 1.0 + 0.26 * look.body.weight * smooth((0.8 - s) / 0.6)
    if look.body.sex == "female":
        stout = stout + 0.05 * smooth((0.5 - s) / 0.3)
    loose = np.where(cloth, bottom.ease, 0.0)
    straight = 0.0 if bottom.style == "leggings" else 1.0
    width = 0.0325 * tall * bottom.flare * straight if full else 0.0
    # what a top or a skirt covers is thinner than life: it must not come through when the legs move
    edge = 9.0 if look.top.tucked else top_hem(look, skeleton)
    if bottom.style == "skirt":
        edge = bottom.hem * skeleton.hip / 0.525
    z = skeleton.hip - s * (skeleton.hip - skeleton.ankle)
    thinner = 1.0 - 0.32 * smooth((z - edge - 0.005) / 0.055)
    radii = []
    for row in (LEG_HALF, LEG_FRONT, LEG_BACK):
        body = curve(s, LEG_KEYS, row) * tall * stout
        radii.append(trouser(s, body, loose, cloth, straight, width) * thinner + np.where(shaft, 0.008, 0.0))
    return radii[0], radii[1], radii[2]


def leg_folds(skeleton: Skeleton, side: int, along: Array, s: Array, angle: Array) -> Array:
    """Folds of trousers: some everywhere, most at the knee and where the cloth gathers above the shoe.

    Args:
        skeleton: measures and look.
        side: 1 left, -1 right.
        along: (R,) m below the hip joint.
        s: (R,) the same as a share of the leg.
        angle: (R, N) rad.

    Returns:
        (R, N) outward displacement, m.
    """
    look, ease = skeleton.look, skeleton.look.bottom.ease
    folds = relief(rng_for(look.seed, "leg", side), angle, along, 0.15 * ease + 0.0005)
    if look.bottom.style == "leggings":
        return folds
    where = smooth((s - 0.8) / 0.15) + np.exp(-(((s - 0.5) / 0.06) ** 2))
    gather = 0.22 * ease * np.sin(along * 62.0 + 1.5 * np.sin(9.0 * s + look.seed % 7)) * where
    return np.asarray(folds + gather[:, None])


def trouser(s: Array, body: Array, ease: Array, cloth: NDArray[np.bool_], straight: float, width: float) -> Array:
    """Radius of a trouser leg: falls from the thigh and the calf instead of following them."""
    out = body + ease
    for k in range(1, len(s)):
        if cloth[k]:
            out[k] = max(
                out[k], straight * (out[k - 1] - 0.055 * (s[k] - s[k - 1])), width * float(smooth((s[k] - 0.3) / 0.6))
            )
    return out


def leg_colours(
    skeleton: Skeleton,
    side: int,
    s: Array,
    angle: Array,
    cloth: NDArray[np.bool_],
    boots: NDArray[np.bool_],
    sock: float,
) -> tuple[Array, Ints]:
    """Colours (R, N, 3) and fabric rows (R, N) of a leg."""
    look, bottom = skeleton.look, skeleton.look.bottom
    shape = angle.shape
    colours = np.broadcast_to(np.array(bottom.legs), (*shape, 3)).copy()
    tights = bottom.legs != look.body.skin
    fabric = np.full(shape, CLOTH if tights else SKIN, np.int32)
    if bottom.shoes == "sneakers" and not tights:
        colours[s > sock] = np.array(bottom.sock_colour)
    colours[cloth] = np.array(bottom.colour)
    fabric[cloth] = DENIM if bottom.style == "jeans" else CLOTH
    if bottom.style == "jeans":
        # washed thighs, dark seams
        worn = np.exp(-(((s - 0.28) / 0.16) ** 2))[:, None] * np.maximum(np.cos(angle), 0.0)
        colours[cloth] *= (1.0 + 0.35 * worn[cloth])[..., None]
        seam = np.abs(side * angle - 1.57) < 0.25
        colours[seam & cloth[:, None]] *= 0.8
    if bottom.style == "trousers" and look.seed & 32:
        colours[(np.abs(angle) < 0.2) & cloth[:, None]] *= 1.12
    if bottom.side_stripe:
        colours[(np.abs(side * angle - 1.57) < 0.3) & cloth[:, None]] = np.array(bottom.second)
    shaft = boots & ~cloth
    colours[shaft] = np.array(bottom.shoe_colour)
    fabric[shaft] = SHINY
    return colours, fabric


def shoe_part(skeleton: Skeleton, side: int, columns: int, rows: int) -> Part:
    """Shoe with a flat sole, from heel to toe.

    Args:
        skeleton: measures and look.
        side: 1 left, -1 right.
        columns: vertices around a section.
        rows: sections from heel to toe.

    Returns:
        The part.
    """
    look, bottom, tall = skeleton.look, skeleton.look.bottom, skeleton.height
    first = LEG[side]
    ankle, ball = skeleton.joints[first + 2], skeleton.joints[first + 3]
    heel, _, tip = skeleton.foot
    u = np.concatenate([[0.0, 0.012], np.linspace(0.06, 0.95, rows - 4), [0.985, 1.0]])
    heels = bottom.shoes == "heels"
    half = (
        curve(
            u, (0.0, 0.05, 0.2, 0.4, 0.7, 0.86, 0.96, 1.0), (0.009, 0.017, 0.0195, 0.0205, 0.0265, 0.025, 0.016, 0.007)
        )
        * tall
    )
    high = (
        curve(u, (0.0, 0.08, 0.25, 0.42, 0.6, 0.8, 0.95, 1.0), (0.042, 0.050, 0.052, 0.048, 0.034, 0.024, 0.019, 0.012))
        * tall
    )
    if bottom.shoes in ("shoes", "heels"):
        half, high = half * 0.92, high * np.where(u > 0.3, 0.88, 0.95)
    if bottom.shoes == "boots":
        half, high = half * 1.04, high * 1.08
    if bottom.shoes == "sandals" or heels:
        high = high * np.where(u < 0.5, 0.75, 0.8)
    angle = np.broadcast_to(around(columns)[None, :] + np.pi / columns, (len(u), columns))
    # angle 0 is the top; the lower half is flattened onto the ground
    z = np.cos(angle)
    z = np.where(z > -0.35, (z + 0.35) / 1.35, 0.0) ** 0.75 * high[:, None]
    y = np.sign(np.sin(angle)) * np.abs(np.sin(angle)) ** 0.75 * half[:, None]
    x = ankle[0] + heel + u * (tip - heel)
    points = np.stack([np.broadcast_to(x[:, None], z.shape), ankle[1] + y + 0.004 * tall * side * u[:, None], z], -1)
    colours = np.broadcast_to(np.array(bottom.shoe_colour), (*z.shape, 3)).copy()
    sole = z < (0.012 if not heels else 0.006) * tall
    colours[sole] = np.array(bottom.sole_colour)
    if bottom.shoes == "sandals":
        straps = (np.abs(u - 0.72) < 0.07) | (np.abs(u - 0.25) < 0.06)
        colours[~sole & ~straps[:, None]] = np.array(bottom.legs)
    elif bottom.shoes == "sneakers":
        colours[(np.abs(u - 0.55) < 0.14)[:, None] & (np.abs(angle) < 0.5)] *= 0.65
        stripe = (np.abs(u - 0.45) < 0.05)[:, None] & ~sole & (np.abs(angle) > 0.9)
        colours[stripe] = np.array(bottom.sole_colour) if look.seed & 16 else np.array(bottom.sock_colour)
    # behind the ball the foot moves, before it the toes: nothing that touches the ground is in between
    toes = (x >= ball[0] - 1e-6).astype(np.float64)
    shares = np.zeros((len(u), 1, 19))
    shares[:, 0, first + 2], shares[:, 0, first + 3] = 1.0 - toes, toes
    fabric = SHINY if bottom.shoes in ("shoes", "boots", "heels") else CLOTH
    points[[0, -1], :, 1] = ankle[1] + 0.1 * (points[[0, -1], :, 1] - ankle[1])
    return grid(points, colours, shares, fabric)
