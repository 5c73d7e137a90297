"""Caps, beanies, hoods and headscarves over the heads of packed people: laid over whatever skull is below."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from renderers.glb import Model
from renderers.mesh import Mesh
from renderers.people_extras import ROLLS, drape_part, roll_part
from renderers.people_fabric import CLOTH, KNIT
from renderers.people_form import Part, around, curve, ellipsoid, grid, only, section, smooth
from renderers.people_hair import brim, line_at, thickness
from renderers.people_head import HEAD_BACK, HEAD_FRONT, HEAD_HALF, HEAD_KEYS
from renderers.people_paint import hood_colour, relief
from renderers.people_sizes import COLLARS, CURTAINS
from scenes.people import PersonLook
from scenes.seeds import rng_for
from sim.people_skeleton import HEAD, Skeleton

Array = NDArray[np.float64]

OVER = ("cap", "beanie", "hood", "headscarf")  # headwear that packs have not
WRAPS = ("hood", "headscarf")  # hide all hair
GRIDS = ((11, 32), (7, 20), (5, 12))  # rows and columns in the levels of detail
CONE = np.cos(np.radians(13.0))  # skin within this angle of a direction carries the cloth there
LIFT = 0.004  # m between skin and cloth


def covering(body: Mesh, model: Model, skeleton: Skeleton, detail: int, coated: bool) -> tuple[Mesh, list[Part]]:
    """Put a look's headwear over a packed head.

    Args:
        body: fitted to the skeleton, rest pose.
        model: of the pack, for the roles of materials.
        skeleton: measures and look.
        detail: 0 finest, 1, 2.
        coated: a built-in coat brings what lies around the neck.

    Returns:
        The body with its hair pressed flat or, below a wrap, without it; and the headwear.
    """
    look = skeleton.look
    if look.head.headwear not in OVER:
        return body, []
    roles = np.array(model.roles)[body.materials]
    skull = body.positions[np.unique(body.triangles[roles == "skin"])].astype(np.float64)
    middle = origin_of(skeleton)
    skull = skull[skull[:, 2] > skeleton.chin] - middle
    part = shell(skeleton, skull, *GRIDS[detail])
    parts = [part, *loose_parts(skeleton, detail, coated)]
    if look.head.headwear in WRAPS:
        kept = roles != "hair"
        return replace(body, triangles=body.triangles[kept], materials=body.materials[kept]), parts
    return flattened(body, roles == "hair", skeleton, skull), parts


def origin_of(skeleton: Skeleton) -> Array:
    """(3,) middle of the skull, from which cloth lies around it, m."""
    return np.asarray(skeleton.head_centre + np.array([0.0, 0.0, 0.08 * skeleton.head_height]))


def support(skull: Array, ways: Array) -> Array:
    """How far skin reaches in directions.

    Args:
        skull: (N, 3) from the middle of the head, m.
        ways: (..., 3) unit vectors.

    Returns:
        (...) m, the farthest skin near each direction.
    """
    far = np.linalg.norm(skull, axis=1)
    near = ways.reshape(-1, 3) @ (skull / far[:, None]).T
    reach = np.where(near > CONE, far[None, :] * near, 0.0).max(1)
    nearest = far[near.argmax(1)]
    return np.asarray(np.maximum(reach, nearest).reshape(ways.shape[:-1]))


def shell(skeleton: Skeleton, skull: Array, rows: int, columns: int) -> Part:
    """The close-fitting part: from the top down to its line, with a hem that is turned in."""
    look, tall = skeleton.look, skeleton.head_height
    wear, rng = look.head.headwear, rng_for(look.seed, "headwear")
    angle = np.broadcast_to(around(columns)[None, :], (rows, columns))
    line = line_at(wear, angle)
    v = 0.999 - np.linspace(0.0, 1.0, rows)[:, None] * (0.999 - line)
    half, front, back = (curve(v, HEAD_KEYS, keys) * tall for keys in (HEAD_HALF, HEAD_FRONT, HEAD_BACK))
    half[0] = front[0] = back[0] = 0.02 * tall
    x, y = section(angle, front, back, half, 2.15)
    points = np.stack([x + skeleton.head_centre[0], y, skeleton.chin + v * tall], -1)
    off = points - origin_of(skeleton)
    far = np.linalg.norm(off, axis=-1)
    ways = off / far[..., None]
    folds = relief(rng, angle, v[:, 0] * 0.25, 0.005 if wear == "hood" else 0.0025) * smooth((1.0 - v) / 0.12)
    thick = thickness(wear, v, angle) * tall / 0.22
    if wear == "hood":  # it hangs off the back of the head
        rear = smooth((np.degrees(np.abs(angle)) - 90.0) / 70.0)
        thick = thick + 0.030 * rear * smooth((v - 0.2) / 0.4) * smooth((1.0 - v) / 0.2)
    low = support(skull, ways) if wear not in WRAPS else np.maximum(support(skull, ways), 0.97 * far)
    rings = origin_of(skeleton) + ways * (low + LIFT + thick + folds)[..., None]
    hem = origin_of(skeleton) + ways[-1:] * (low[-1:] - 0.004)[..., None]
    colours = cloth_colours(look, v - line) * (1.0 + 10.0 * folds)[..., None]
    points = np.concatenate([rings, hem])
    colours = np.concatenate([colours, 0.5 * colours[-1:]])
    return grid(points, colours, only((HEAD, 1.0)), KNIT if wear == "beanie" else CLOTH, repeats=3.0)


def cloth_colours(look: PersonLook, edge: Array) -> Array:
    """(R, N, 3) colours of the cloth at heights above its line."""
    wear = look.head.headwear
    colour = np.array(hood_colour(look) if wear == "hood" else look.head.headwear_colour)
    dark = {"beanie": (0.14, 0.8), "hood": (0.05, 0.6)}.get(wear, (0.0, 1.0))
    return np.asarray(colour * np.where(edge < dark[0], dark[1], 1.0)[..., None])


def loose_parts(skeleton: Skeleton, detail: int, coated: bool) -> list[Part]:
    """Visor, bobble, and what falls to the shoulders."""
    look, tall, wear = skeleton.look, skeleton.head_height, skeleton.look.head.headwear
    if wear == "cap":
        return [brim(skeleton, skeleton.head_centre, CURTAINS[detail][0], False)]
    if wear == "beanie" and look.seed % 3 == 0:
        middle = skeleton.head_centre + np.array([-0.03, 0.0, 0.70]) * tall
        ink = np.array(look.head.headwear_second)
        return [ellipsoid(middle, (0.11 * tall,) * 3, ink, only((HEAD, 1.0)), KNIT, (6, 8))]
    if wear in WRAPS:
        parts = [drape_part(skeleton, COLLARS[detail])]
        if not coated:
            ink = np.array(hood_colour(look) if wear == "hood" else look.head.headwear_colour)
            roll = ROLLS["hood_up" if wear == "hood" else "headscarf"]
            parts.append(roll_part(skeleton, COLLARS[detail], roll, ink, CLOTH))
        return parts
    return []


def flattened(body: Mesh, hair: NDArray[np.bool_], skeleton: Skeleton, skull: Array) -> Mesh:
    """Press the hair below the line of a cap or beanie onto the skin."""
    number = np.unique(body.triangles[hair])
    if len(number) == 0:
        return body
    off = body.positions[number].astype(np.float64) - origin_of(skeleton)
    v = (body.positions[number, 2] - skeleton.chin) / skeleton.head_height
    line = line_at(skeleton.look.head.headwear, np.arctan2(off[:, 1], off[:, 0]))
    far = np.linalg.norm(off, axis=1)
    ways = off / np.maximum(far, 1e-6)[:, None]
    flat = np.minimum(far, support(skull, ways) + 0.5 * LIFT)
    share = smooth((v - line + 0.05) / 0.05)[:, None]
    positions = body.positions.copy()
    positions[number] = origin_of(skeleton) + ways * (far[:, None] + (flat - far)[:, None] * share)
    return replace(body, positions=positions)
