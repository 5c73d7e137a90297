"""The ground: surfaces, kerbs, road markings, covers and gratings of a road network."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from renderers import textures_ground as ground
from renderers.mesh import Material, Mesh, Texture, merge
from renderers.textures_random import pattern
from scenes.kinds import Kind
from scenes.polygons import anticlockwise, cells, contains
from scenes.surroundings import SurfaceLook
from scenes.types import Marking, RoadNetwork, Surface

Array = NDArray[np.float64]

CELL = 8.0  # m; small triangles keep depth precise and carry the slow changes of tone
PAINT_HEIGHT = 0.003  # m of markings above the road
COVER_HEIGHT = 0.002  # m of covers above the road, below the paint
COVERS_PER_AREA = 1.0 / 90.0  # 1/m^2
PATTERN_SCALE = 4.0  # m per repeat of a random pattern
GULLY_SPACING = 17.0  # m along a kerb
# gloss of standing water: reflectance of water is 0.02, a wet rough film scatters more
_WET_ROUGHNESS = 0.22


def ground_mesh(roads: RoadNetwork) -> Mesh:
    """Build everything flat that one stands and drives on, in the world frame.

    Args:
        roads: surfaces and markings.

    Returns:
        One mesh; every material names its class.

    Raises:
        ValueError: the network has no surface.
    """
    if not roads.surfaces:
        raise ValueError("ground_mesh: the road network has no surfaces")
    parts: list[Mesh] = []
    for surface in roads.surfaces:
        parts.append(_top(surface))
        if surface.base is not None and surface.base < surface.z:
            parts.append(_kerb(surface))
    lanes = [s for s in roads.surfaces if s.kind == Kind.ROAD]
    parts += _manholes(lanes)
    parts += _gullies([s for s in roads.surfaces if s.kind == Kind.PAVEMENT and s.base is not None], lanes)
    height = max((s.z for s in lanes), default=0.0)
    parts += [_marking(marking, _road_height(marking, lanes, height)) for marking in roads.markings]
    return merge(parts)


def surface_texture(look: SurfaceLook) -> tuple[Texture, float]:
    """The picture of a surface.

    Args:
        look: appearance.

    Returns:
        The texture and the metres of one repeat.
    """
    style, variant = look.style, look.variant
    if style == "pattern":
        return pattern(variant), PATTERN_SCALE
    if style.startswith("asphalt"):
        pools = {"asphalt-new": (0, 1), "asphalt-old": (2, 3, 1, 5), "asphalt-patched": (4, 5, 3, 2)}
        pool = pools[style]
        return ground.asphalt(pool[variant % len(pool)]), ground.SCALE["asphalt"]
    builders = {
        "concrete-paving": (ground.concrete_ground, "concrete"),
        "slabs": (ground.slabs, "slabs"),
        "brick-paving": (ground.brick_paving, "brick-paving"),
        "cobbles": (ground.cobbles, "cobbles"),
        "grass": (ground.grass, "grass"),
        "gravel": (ground.gravel, "gravel"),
        "earth": (ground.earth, "earth"),
    }
    build, scale = builders[style]
    return build(variant % 4), ground.SCALE[scale]


def surface_material(look: SurfaceLook, kind: Kind) -> Material:
    """Texture and gloss of a surface; water darkens and polishes it."""
    texture, _ = surface_texture(look)
    roughness = round(look.roughness + (_WET_ROUGHNESS - look.roughness) * look.wetness * 0.9, 2)
    return Material(texture=texture, roughness=roughness, reflectance=0.04, kind=kind)


def _tint(look: SurfaceLook) -> Array:
    return np.array(look.tint) * (1.0 - 0.45 * look.wetness)


def _mottle(points: Array) -> Array:
    """Slow smooth changes of tone over metres, so that repeats of a texture do not show; (N,) about 1."""
    x, y = points[:, 0], points[:, 1]
    waves = np.sin(0.21 * x + 1.3 * np.sin(0.11 * y)) + np.sin(0.17 * y + 1.7 * np.sin(0.13 * x) + 2.0)
    waves += np.sin(0.53 * x - 0.41 * y + 0.9)
    return np.asarray(1.0 + 0.045 * waves)


def _flat(pieces: list[Array], z: float, material: Material, colours: Array, texel: float, heading: float) -> Mesh:
    """Fans of convex pieces at one height; texture laid out in metres along `heading`."""
    points = np.concatenate(pieces)
    triangles, offset = [], 0
    for piece in pieces:
        fan = np.arange(1, len(piece) - 1)
        triangles.append(np.stack([np.zeros_like(fan), fan, fan + 1], -1) + offset)
        offset += len(piece)
    c, s = np.cos(heading), np.sin(heading)
    along, across = points @ np.array([c, s]), points @ np.array([-s, c])
    faces = np.concatenate(triangles).astype(np.int32)
    return Mesh(
        positions=np.column_stack([points, np.full(len(points), z)]).astype(np.float32),
        normals=np.tile(np.array([[0.0, 0.0, 1.0]], np.float32), (len(points), 1)),
        uvs=np.column_stack([along / texel, -across / texel]).astype(np.float32),
        colours=(_mottle(points)[:, None] * colours).astype(np.float32),
        triangles=faces,
        materials=np.zeros(len(faces), np.int32),
        palette=(material,),
    )


def _top(surface: Surface) -> Mesh:
    _, texel = surface_texture(surface.look)
    material = surface_material(surface.look, surface.kind)
    pieces = cells(anticlockwise(surface.outline), CELL)
    return _flat(pieces, surface.z, material, _tint(surface.look), texel, surface.heading)


def _kerb(surface: Surface) -> Mesh:
    """Vertical faces below the rim, and a band of kerb stones on it."""
    outline = anticlockwise(surface.outline)
    following = np.roll(outline, -1, axis=0)
    along = following - outline
    length = np.linalg.norm(along, axis=1)
    out = np.column_stack([along[:, 1], -along[:, 0]]) / np.maximum(length, 1e-9)[:, None]
    base = surface.z if surface.base is None else surface.base
    texture = ground.kerb(surface.look.variant % 4)
    material = Material(texture=texture, roughness=0.9, kind=surface.kind)
    count = len(outline)
    width = 0.14
    inner, inner_next = outline - width * out, following - width * out
    top, low, lift = np.full((count, 1), surface.z), np.full((count, 1), base), np.full((count, 1), surface.z + 0.001)
    face = np.stack(
        [
            np.hstack([outline, low]),
            np.hstack([following, low]),
            np.hstack([following, top]),
            np.hstack([outline, top]),
        ],
        1,
    )
    band = np.stack(
        [
            np.hstack([outline, lift]),
            np.hstack([following, lift]),
            np.hstack([inner_next, lift]),
            np.hstack([inner, lift]),
        ],
        1,
    )
    corners = np.concatenate([face, band])
    normals = np.concatenate([np.hstack([out, np.zeros((count, 1))]), np.tile([[0.0, 0.0, 1.0]], (count, 1))])
    repeat = length / ground.SCALE["kerb"]
    zero = np.zeros(count)
    depth = np.concatenate([np.full(count, (surface.z - base)), np.full(count, width)]) / ground.SCALE["kerb"]
    repeats = np.concatenate([repeat, repeat])
    none = np.concatenate([zero, zero])
    uvs = np.stack(
        [
            np.stack([none, depth], -1),
            np.stack([repeats, depth], -1),
            np.stack([repeats, none], -1),
            np.stack([none, none], -1),
        ],
        1,
    )
    triangles = 4 * np.arange(2 * count)[:, None, None] + np.array([[0, 1, 2], [0, 2, 3]])
    tint = np.sqrt(_tint(surface.look))
    return Mesh(
        positions=corners.reshape(-1, 3).astype(np.float32),
        normals=np.repeat(normals, 4, axis=0).astype(np.float32),
        uvs=(uvs + 0.05).reshape(-1, 2).astype(np.float32),
        colours=np.tile(tint, (8 * count, 1)).astype(np.float32),
        triangles=triangles.reshape(-1, 3).astype(np.int32),
        materials=np.zeros(4 * count, np.int32),
        palette=(material,),
    )


def _road_height(marking: Marking, lanes: list[Surface], default: float) -> float:
    """Height of the highest road under the middle of a marking."""
    if all(surface.z == default for surface in lanes):
        return default  # maps have thousands of both
    middle = np.asarray(marking.outline, dtype=np.float64).mean(0)[None]
    heights = [s.z for s in lanes if contains(np.asarray(s.outline, dtype=np.float64), middle)[0]]
    return max(heights, default=default)


def _marking(marking: Marking, road: float) -> Mesh:
    """Paint on the road."""
    level = round(4 * min(max(marking.wear, 0.0), 1.0))
    material = Material(texture=ground.worn_paint(level), roughness=0.8, kind=Kind.MARKING)
    # gone paint tends to the grey of the asphalt
    fade = 0.25 * marking.wear
    colour = np.array(marking.colour) * (1.0 - fade) + 0.12 * fade
    pieces = cells(anticlockwise(marking.outline), CELL)
    return _flat(pieces, road + PAINT_HEIGHT, material, colour, ground.SCALE["paint"], 0.0)


def _dice(*numbers: float) -> np.random.Generator:
    """Where covers lie follows from the outline alone, so that the ground is a function of the network."""
    words = [int(abs(round(1000.0 * n))) + (1 << 40) * (n < 0) for n in numbers]
    return np.random.Generator(np.random.PCG64(words))


def _cover(centre: Array, z: float, size: tuple[float, float], heading: float, variant: int, tone: float) -> Mesh:
    """One iron plate: a disc of 16 corners (variants 0-1) or a rectangle."""
    if variant < 2:
        angle = np.arange(16) * 2.0 * np.pi / 16
        unit = np.column_stack([np.cos(angle), np.sin(angle)]) * 0.5 * 0.9
    else:
        unit = np.array([[-0.5, -0.5], [0.5, -0.5], [0.5, 0.5], [-0.5, 0.5]])
    c, s = np.cos(heading), np.sin(heading)
    local = unit * np.array(size)
    points = centre + np.column_stack([c * local[:, 0] - s * local[:, 1], s * local[:, 0] + c * local[:, 1]])
    fan = np.arange(1, len(points) - 1)
    faces = np.stack([np.zeros_like(fan), fan, fan + 1], -1).astype(np.int32)
    material = Material(texture=ground.cover(variant), roughness=0.8, metallic=0.2, kind=Kind.ROAD)
    return Mesh(
        positions=np.column_stack([points, np.full(len(points), z)]).astype(np.float32),
        normals=np.tile(np.array([[0.0, 0.0, 1.0]], np.float32), (len(points), 1)),
        uvs=(unit + 0.5).astype(np.float32),
        colours=np.full((len(points), 3), tone, np.float32),
        triangles=faces,
        materials=np.zeros(len(faces), np.int32),
        palette=(material,),
    )


def _manholes(lanes: list[Surface]) -> list[Mesh]:
    """Covers strewn over the carriageway."""
    parts = []
    for surface in lanes:
        outline = np.asarray(surface.outline, dtype=np.float64)
        low, high = outline.min(0), outline.max(0)
        rng = _dice(*low, *high, surface.look.variant)
        count = min(40, int(rng.poisson(float((high - low).prod()) * COVERS_PER_AREA)))
        spots = rng.uniform(low, high, (count, 2))
        choice, tone = rng.integers(0, 3, count), rng.uniform(0.7, 1.6, count)
        for k in np.flatnonzero(contains(outline, spots)):
            edge = float(rng.uniform(0.5, 0.75))
            parts.append(
                _cover(
                    spots[k], surface.z + COVER_HEIGHT, (edge, edge), surface.heading, int(choice[k]), float(tone[k])
                )
            )
    return parts


def _gullies(pavements: list[Surface], lanes: list[Surface]) -> list[Mesh]:
    """Gratings in the road along the kerbs."""
    parts = []
    for surface in pavements:
        outline = anticlockwise(surface.outline)
        for start, end in zip(outline, np.roll(outline, -1, axis=0), strict=True):
            length = float(np.linalg.norm(end - start))
            if length < 6.0:
                continue
            along = (end - start) / length
            out = np.array([along[1], -along[0]])
            first = float(_dice(*start).uniform(2.0, min(GULLY_SPACING, length - 2.0)))
            for s in np.arange(first, length - 1.0, GULLY_SPACING):
                spot = start + s * along + 0.24 * out
                under = [r for r in lanes if contains(np.asarray(r.outline, dtype=np.float64), spot[None])[0]]
                if under:
                    heading = float(np.arctan2(along[1], along[0]))
                    parts.append(_cover(spot, under[0].z + COVER_HEIGHT, (0.5, 0.4), heading, 3, 0.8))
    return parts
