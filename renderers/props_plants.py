"""Trees, hedges and shrubs: branches grown level by level, leaves as many small faces."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from renderers.mesh import RGB, Material, Mesh, make_mesh
from renderers.props_kit import Array, Sketch, bars, surface
from renderers.textures_plants import FOLIAGE_SCALE, foliage, spray
from renderers.textures_walls import bark
from scenes.props import PropLook

_LEAF = Material(roughness=0.75, reflectance=0.03)
SPRAY_TONE = 0.63  # linear albedo of a spray's texture where it has no holes
SCATTER = 0.8  # how far sprays grow in other directions than outward


@dataclass(frozen=True, eq=False)
class Shoots:
    """Branches of one level."""

    start: Array  # (N, 3) m
    end: Array  # (N, 3) m
    thick: Array  # (N, 2) radius at start and end, m


def generator(look: PropLook) -> np.random.Generator:
    """Randomness of the small irregularities of one prop."""
    return np.random.Generator(np.random.PCG64(look.pattern))


def _unit(vectors: Array) -> Array:
    return np.asarray(vectors / np.maximum(np.linalg.norm(vectors, axis=-1, keepdims=True), 1e-9))


def _trunk(rng: np.random.Generator, height: float, radius: float, lean: float, pieces: int = 4) -> Shoots:
    """A slightly crooked stem in pieces."""
    z = np.linspace(0.0, height, pieces + 1)
    sway = np.cumsum(rng.normal(0.0, lean * height / pieces, (pieces + 1, 2)), axis=0) * (z > 0)[:, None]
    points = np.column_stack([sway, z])
    thick = radius * (1.0 - 0.55 * z / height)
    thick[0] *= 1.25
    return Shoots(points[:-1], points[1:], np.column_stack([thick[:-1], thick[1:]]))


def _sprout(
    rng: np.random.Generator, parents: Shoots, each: int, share: float, spread: float, lift: float, low: float
) -> Shoots:
    """Grow the next level.

    Args:
        rng: source of randomness.
        parents: the level below.
        each: branches per parent; the last one continues the parent's tip.
        share: length in terms of the parent's.
        spread: angle from the parent's direction, rad.
        lift: pull towards the sky (negative: hanging).
        low: lowest place on the parent, 0 foot .. 1 tip.

    Returns:
        The new level.
    """
    count = len(parents.start)
    place = rng.uniform(low, 1.0, (count, each))
    place[:, -1] = 1.0
    along = parents.end - parents.start
    length = np.linalg.norm(along, axis=1)
    direction = _unit(along)[:, None]
    random = rng.normal(size=(count, each, 3))
    across = _unit(random - (random * direction).sum(-1, keepdims=True) * direction)
    angle = spread * rng.uniform(0.6, 1.3, (count, each, 1))
    angle[:, -1] *= 0.45
    heading = _unit(np.cos(angle) * direction + np.sin(angle) * across + np.array([0.0, 0.0, lift]))
    start = parents.start[:, None] + place[..., None] * along[:, None]
    reach = length[:, None] * share * rng.uniform(0.6, 1.25, (count, each))
    thick = parents.thick[:, :1] + place * (parents.thick[:, 1:] - parents.thick[:, :1])
    base = thick * np.where(np.arange(each) == each - 1, 0.92, 0.62)
    both = np.stack([base, base * 0.5], -1)
    return Shoots(start.reshape(-1, 3), (start + reach[..., None] * heading).reshape(-1, 3), both.reshape(-1, 2))


def _branches(shoots: Shoots, colour: RGB, sides: int, rng: np.random.Generator) -> Mesh:
    tone = np.array(colour) * rng.uniform(0.75, 1.25, (len(shoots.start), 1))
    return bars(shoots.start, shoots.end, shoots.thick, Material(texture=bark(0), roughness=0.95), tone * 2.2, sides)


def _twigs(shoots: Shoots, colour: RGB, rng: np.random.Generator) -> Mesh:
    """Each twig is one long thin triangle."""
    count = len(shoots.start)
    along = shoots.end - shoots.start
    across = _unit(np.cross(along, rng.normal(size=(count, 3))))
    half = np.maximum(shoots.thick[:, :1], 0.005)
    points = np.stack([shoots.start - across * half, shoots.start + across * half, shoots.end], 1)
    normal = _unit(np.cross(along, across))
    tone = np.array(colour) * rng.uniform(0.7, 1.3, (count, 1))
    return faces(points, np.repeat(normal[:, None], 3, 1), tone, Material(roughness=0.95))


def faces(points: Array, normals: Array, colours: Array, material: Material) -> Mesh:
    """Loose triangles.

    Args:
        points: (N, 3, 3) m.
        normals: (N, 3, 3) unit.
        colours: (N, 3) linear RGB factors.
        material: of all.

    Returns:
        The mesh.
    """
    count = len(points)
    return Mesh(
        positions=points.reshape(-1, 3).astype(np.float32),
        normals=normals.reshape(-1, 3).astype(np.float32),
        uvs=np.zeros((3 * count, 2), np.float32),
        colours=np.repeat(colours, 3, axis=0).astype(np.float32),
        triangles=np.arange(3 * count, dtype=np.int32).reshape(-1, 3),
        materials=np.zeros(count, np.int32),
        palette=(material,),
    )


def leaves(
    rng: np.random.Generator,
    centres: Array,
    outward: Array,
    size: float,
    colour: RGB,
    deep: Array,
    needles: bool = False,
) -> Mesh:
    """Sprays of leaves: squares with holes.

    Args:
        rng: source of randomness.
        centres: (N, 3) m.
        outward: (N, 3) unit, away from the middle of the plant: sprays grow and shading looks that way, more or less.
        size: edge of a spray, m.
        colour: linear RGB.
        deep: (N,) 0 at the outside .. 1 inside the crown, where less light comes.
        needles: instead of leaves.

    Returns:
        The mesh, two triangles a spray.
    """
    count = len(centres)
    spin = rng.normal(size=(2, count, 3))
    along = _unit(outward + SCATTER * spin[0])
    across = _unit(np.cross(along, spin[1]))
    half = 0.5 * size * rng.uniform(0.6, 1.4, (count, 1))
    along, across = half * along, half * across
    corners = np.stack(
        [centres - along - across, centres - along + across, centres + along + across, centres + along - across], 1
    )
    normal = _unit(outward + 0.55 * _unit(rng.normal(size=(count, 3))))
    light = rng.uniform(0.6, 1.45, (count, 1)) * (1.0 - 0.6 * deep[:, None])
    warm = rng.normal(0.0, 0.13, (count, 1))
    tone = np.array(colour) * light * np.hstack([1.0 + warm, np.ones_like(warm), 1.0 - warm])
    squares = 4 * np.arange(count)[:, None, None] + np.array([[0, 1, 2], [0, 2, 3]])
    return make_mesh(
        corners.reshape(-1, 3),
        squares.reshape(-1, 3),
        replace(_LEAF, texture=spray(needles)),
        np.tile([[0.0, 1.0], [1.0, 1.0], [1.0, 0.0], [0.0, 0.0]], (count, 1)),
        np.repeat(normal, 4, axis=0),
        np.repeat(np.clip(tone, 0.002, 0.7) / SPRAY_TONE, 4, axis=0),
    )


def _skeleton(look: PropLook, rng: np.random.Generator, levels: int) -> list[Shoots]:
    """Trunk and branches of a broad-leaved tree, fitted to the look's size."""
    habit = look.variant % 4
    spread, lift, clear = [(0.75, 0.12, 0.35), (0.5, 0.3, 0.25), (0.95, 0.0, 0.4), (0.65, 0.2, 0.15)][habit]
    levels_out = [_trunk(rng, 0.62 * look.height, 0.017 * look.height + 0.03, 0.03)]
    widths = (6, 5, 5, 4, 4)
    tips = levels_out[0]
    whole = Shoots(tips.start[:1], tips.end[-1:], np.array([[tips.thick[0, 0], tips.thick[-1, 1]]]))
    parents = Shoots(np.array([[0.0, 0.0, 0.0]]), whole.end, whole.thick)
    level = _sprout(rng, parents, widths[0] + 2, 0.62, spread, lift, clear)
    levels_out.append(level)
    for k in range(1, levels):
        level = _sprout(rng, level, widths[k], 0.6, 0.62, lift * 0.5 - 0.04 * k, 0.3)
        levels_out.append(level)
    ends = np.concatenate([part.end for part in levels_out])
    # single stray twigs may stand out
    high, wide = (float(v) for v in np.quantile(np.abs(ends[:, [2, 0]]), 0.985, axis=0) * (1.0, 2.0))
    scale = np.array([look.length / wide, look.width / wide, look.height / high])
    return [Shoots(p.start * scale, p.end * scale, p.thick) for p in levels_out]


def bare_tree(look: PropLook, detail: int) -> Mesh:
    """A winter tree: limbs, branches and a haze of twigs; about 5,000 triangles, or 1,600 at detail 1."""
    rng = generator(look)
    levels = _skeleton(look, rng, 5 if detail == 0 else 4)
    parts = Sketch()
    for k, level in enumerate(levels):
        sides = (7, 5, 4, 3)[k] if k < 4 else 0
        if sides and not (detail and k == 3):
            parts.add(_branches(level, look.colour, sides, rng))
        else:
            parts.add(_twigs(level, look.colour, rng))
    return parts.build()


def leafy_tree(look: PropLook, detail: int) -> Mesh:
    """A tree in leaf; about 5,600 triangles, or 2,400 at detail 1."""
    rng = generator(look)
    levels = _skeleton(look, rng, 3)
    trunk: RGB = (0.05, 0.042, 0.034)
    parts = Sketch()
    for level, sides in zip(levels[: 3 - detail], (7, 5, 3), strict=False):
        parts.add(_branches(level, trunk, sides, rng))
    tips = levels[3].end
    count = 2600 if detail == 0 else 1150
    size = (0.34 if detail == 0 else 0.46) * (0.7 + 0.05 * look.height)
    base = tips[rng.integers(len(tips), size=count)]
    cloud = base + rng.normal(0.0, 0.04 * look.height, (count, 3))
    middle = np.array([0.0, 0.0, 0.62 * look.height])
    offset = (cloud - middle) / np.array([look.length, look.width, 0.75 * look.height]) * 2.0
    radius = np.linalg.norm(offset, axis=1)
    parts.add(leaves(rng, cloud, _unit(offset), size, look.colour, np.clip(1.0 - radius, 0.0, 1.0)))
    return parts.build()


def conifer(look: PropLook, detail: int) -> Mesh:
    """A spruce or cypress: hanging faces in rings on a cone; about 4,000 triangles, or 2,200 at detail 1."""
    rng = generator(look)
    parts = Sketch()
    parts.add(_branches(_trunk(rng, 0.95 * look.height, 0.016 * look.height, 0.004), (0.045, 0.035, 0.03), 6, rng))
    count = 1900 if detail == 0 else 1000
    rise = 1.0 - np.sqrt(rng.uniform(0.0, 1.0, count))
    angle = rng.uniform(0.0, 2 * np.pi, count)
    narrow = 0.55 if look.variant % 2 else 1.0
    reach = (1.0 - rise) ** (0.8 * narrow) * np.sqrt(rng.uniform(0.15, 1.0, count))
    level = 0.06 + 0.94 * rise + 0.012 * np.sin(angle * 5.0 + 40.0 * rise)
    radial = np.column_stack([np.cos(angle), np.sin(angle), np.zeros(count)])
    centres = radial * reach[:, None] * np.array([look.length, look.width, 0.0]) / 2.0
    centres[:, 2] = level * look.height - 0.12 * reach * look.length
    outward = _unit(radial + np.array([0.0, 0.0, 0.35]))
    size = (0.2 + 0.035 * look.height) * (1.0 if detail == 0 else 1.3)
    deep = 1.0 - reach / np.maximum((1.0 - rise), 0.05) ** 0.8
    parts.add(leaves(rng, centres, outward, size, look.colour, deep, needles=True))
    # the dark inside, so that daylight does not show through
    dim = (look.colour[0] * 0.8, look.colour[1] * 0.8, look.colour[2] * 0.8)
    wide = 0.3 * (look.length + look.width) / 2.0
    cone = [
        (0.8 * wide, 0.08 * look.height),
        (wide, 0.12 * look.height),
        (0.5 * wide, 0.5 * look.height),
        (0.0, 0.9 * look.height),
    ]
    parts.turned(cone, Material(texture=foliage(0), roughness=0.95), dim, 9)
    return parts.build()


def hedge(look: PropLook, detail: int) -> Mesh:
    """A clipped or grown-out hedge: a bumpy body with tufts all over; about 1,800 triangles."""
    rng = generator(look)
    parts = Sketch()
    around = np.linspace(0.0, 1.0, 13)
    angle = np.pi * around
    power = 0.35 if look.variant != 1 else 0.7
    x = -np.sign(np.cos(angle)) * np.abs(np.cos(angle)) ** power
    z = np.abs(np.sin(angle)) ** power
    along = np.linspace(-0.5, 0.5, max(6, int(look.width * 3)))
    ends = np.where(np.abs(along) > 0.49, 0.82, 1.0)[:, None]
    bump = 1.0 + rng.normal(0.0, 0.05, (len(along), len(around)))
    grid = np.stack(
        [
            0.5 * look.length * x * bump * ends,
            np.broadcast_to(along[:, None] * look.width, bump.shape),
            0.93 * look.height * z * bump * ends,
        ],
        -1,
    )
    grid[..., 2] = np.maximum(grid[..., 2], 0.0)
    texture = foliage(look.variant % 3)
    uvs = np.stack(
        [
            np.broadcast_to(along[:, None] * look.width, bump.shape),
            np.broadcast_to(around[None] * 2.0 * look.height, bump.shape),
        ],
        -1,
    )
    tone = (look.colour[0] * 2.6, look.colour[1] * 2.6, look.colour[2] * 2.6)
    body = surface(grid, Material(texture=texture, roughness=0.9), tone, uvs / FOLIAGE_SCALE)
    parts.add(body)
    for end in (grid[0], grid[-1][::-1]):
        cap = np.stack([np.broadcast_to(end.mean(0), end.shape), end])
        parts.add(
            surface(cap, Material(texture=texture, roughness=0.9), tone, np.stack([end[:, [0, 2]] * 0, end[:, [0, 2]]]))
        )
    count = int((100 if detail == 0 else 40) * look.width * look.height)
    pick = rng.integers(len(body.positions), size=count)
    centres = body.positions[pick] + rng.normal(0.0, 0.09, (count, 3))
    centres[:, 2] = np.clip(centres[:, 2], 0.03, None)
    colour = look.colour if look.variant != 2 else (0.07, 0.05, 0.03)
    parts.add(leaves(rng, centres, body.normals[pick].astype(np.float64), 0.2, colour, np.zeros(count)))
    return parts.build()


def shrub(look: PropLook, detail: int) -> Mesh:
    """A bush: a dark core under tufts of leaves, or bare twigs in winter (variant 2)."""
    rng = generator(look)
    parts = Sketch()
    half = np.array([look.length, look.width, look.height]) / 2.0
    count = 650 if detail == 0 else 240
    if look.variant == 2:
        stems = 26
        foot = np.column_stack([rng.uniform(-0.2, 0.2, (stems, 2)) * half[:2], np.zeros(stems)])
        tip = np.column_stack(
            [rng.uniform(-1.0, 1.0, (stems, 2)) * half[:2], look.height * rng.uniform(0.6, 1.0, stems)]
        )
        level = Shoots(foot, tip, np.tile([[0.014, 0.006]], (stems, 1)))
        parts.add(_branches(level, (0.06, 0.045, 0.035), 3, rng))
        level = _sprout(rng, level, 7, 0.4, 0.5, 0.1, 0.2)
        parts.add(_twigs(level, (0.07, 0.05, 0.035), rng))
        parts.add(_twigs(_sprout(rng, level, 4, 0.5, 0.6, 0.1, 0.2), (0.08, 0.055, 0.04), rng))
        count = 120
    direction = _unit(rng.normal(size=(count, 3)) + np.array([0.0, 0.0, 0.25]))
    lobes = (
        1.0
        + 0.16 * np.sin(3.0 * direction[:, 0] + look.pattern % 7)
        + 0.14 * np.sin(5.0 * direction[:, 1] + look.pattern % 5)
    )
    radius = lobes * rng.uniform(0.55, 1.0, count) ** 0.4 * 0.9
    centres = direction * half * radius[:, None] + np.array([0.0, 0.0, half[2]])
    centres[:, 2] = np.maximum(centres[:, 2], 0.04)
    parts.add(leaves(rng, centres, direction, 0.17 + 0.07 * look.height, look.colour, np.clip(1.0 - radius, 0.0, 0.8)))
    if look.variant != 2:
        parts.add(_core(half, look.colour))
    return parts.build()


def _core(half: Array, colour: RGB) -> Mesh:
    """The dark inside of a bush."""
    polar, around = np.linspace(np.pi, 0.0, 7), np.linspace(0.0, 2 * np.pi, 11)
    ring = np.stack(
        [
            np.sin(polar)[:, None] * np.cos(around),
            np.sin(polar)[:, None] * np.sin(around),
            np.cos(polar)[:, None] * np.ones(11),
        ],
        -1,
    )
    points = ring * half * 0.72 + np.array([0.0, 0.0, half[2]])
    uvs = np.stack(np.broadcast_arrays(around[None] * 0.5, polar[:, None]), -1)
    tone = (colour[0] * 0.9, colour[1] * 0.9, colour[2] * 0.9)
    return surface(points, Material(texture=foliage(0), roughness=0.95), tone, uvs)
