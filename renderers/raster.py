"""The default renderer: a software rasteriser with shadows and every label in one pass."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from renderers.cutouts import fill_cutouts_map, nearest_first
from renderers.fill import F4, fill_map, to_camera
from renderers.frame import Frame, View
from renderers.geometry import Flat, Flattener
from renderers.lamps import lamps_near
from renderers.openness import CELL, CELLS, EVERYWHERE, LEAD, OpenSky, open_sky_of
from renderers.pixels import shade_plain, shade_smooth
from renderers.points import make_points
from renderers.shade import Cascade, DepthMap, Environment, Lamps, Lens, Triangles
from renderers.sky_maps import NO_SKY, bases, horizon_of, sky_map
from renderers.stage import Stage, sun_vector
from renderers.through import Surroundings, look_through
from renderers.visible import NO_INDEX, visible_triangles
from renderers.wet import mirror_ground
from scenes.relief import raised
from scenes.types import Light

NO_MAP = DepthMap(np.full((8, 8), -1e9, np.float32), np.zeros((3, 4), np.float32), 0.0)
NO_SHADOWS = Cascade(NO_MAP, NO_MAP)
GROUND_ALBEDO = 0.14  # what a street throws back on average (dry asphalt .1, concrete .3)
SNOW_ALBEDO = 0.7
SKY_TEXEL = 0.1  # m, of the zenith map: its taps span 1.2 m


@dataclass(frozen=True)
class RasterOptions:
    """Quality against speed."""

    samples: int = 2  # 1: one sample a pixel; 2: 2x2 coverage samples (labels are never blended)
    shadow_size: int = 2048  # texels along an edge of the sun's map; 0 = no shadows
    shadow_reach: float = 32.0  # m around the point that the camera looks at
    far_shadow_size: int = 2048  # texels along an edge of the sun's map for what is farther away; 0 = without
    far_shadow_reach: float = 96.0  # m
    sky_size: int = 512  # texels of the zenith map (contact shadows, sky hidden by houses); 0 = off
    cabins: bool = True  # vehicles are looked into; else their windows show what is painted on them

    @property
    def sun_maps(self) -> tuple[tuple[int, float], tuple[int, float]]:
        """Texels along an edge and reach, m, of the near and the far map of the sun."""
        far = self.far_shadow_size if self.shadow_size else 0
        return (self.shadow_size, self.shadow_reach), (far, self.far_shadow_reach)


@dataclass(frozen=True, eq=False)
class Drawn:
    """A frame with the geometry behind it, for labels."""

    frame: Frame
    flat: Flat
    triangles: Triangles
    parts: tuple[Part, ...] = ()  # behind a lens: what the picture was sampled from; flat and triangles are the first's

    @property
    def pieces(self) -> tuple[Part, ...]:
        """The parts; of a picture that was not sampled from others itself, whole."""
        height, width = self.frame.depth.shape
        every = np.arange(height * width, dtype=np.int32).reshape(height, width)
        return self.parts or (Part(self, (0, 0, width, height), every),)


@dataclass(frozen=True, eq=False)
class Part:
    """A rectangle of a picture, and the pinhole picture that it was sampled from."""

    drawn: Drawn
    area: tuple[int, int, int, int]  # x0, y0, x1, y1, px
    nearest: NDArray[np.int32]  # (h, w) pixel of the pinhole picture, row by row; -1 where the lens sees nothing


class Renderer(Protocol):
    """Anything that turns a stage and a view into a frame."""

    def draw(self, stage: Stage, view: View) -> Drawn:
        """Draw one picture with its maps, and keep the geometry for labels."""
        ...


class RasterRenderer:
    """Numba rasteriser.

    It keeps packed textures and scratch buffers between calls: use one per process, not from two threads at once.
    """

    def __init__(self, options: RasterOptions | None = None) -> None:
        self.options = options or RasterOptions()
        self.flattener = Flattener(self.options.cabins)

    def render(self, stage: Stage, view: View) -> Frame:
        """Draw one picture.

        Args:
            stage: meshes, light, time.
            view: resolved camera.

        Returns:
            The frame, linear radiance and maps.
        """
        return self.draw(stage, view).frame

    def draw(self, stage: Stage, view: View) -> Drawn:
        """Draw one picture and keep the geometry that it was drawn from."""
        flat = self.flattener.flatten(stage, view)
        triangles = triangles_of(flat, view)
        camera = triangles.camera
        materials = self.flattener.materials.packed()
        lamps = lamps_near(stage.lamps, view.position)
        sky = open_sky(flat, stage, view) if self.options.sky_size else EVERYWHERE
        env = environment(stage.light, stage.seed, sky, lamps)
        cascade = self._cascade(flat, stage, view)
        sky_map = self._sky_map(flat, stage, view)
        lens = lens_of(view)
        height, width = view.height, view.width
        depth, semantic, instance, normal = empty_maps(view)
        rgb = np.empty((height, width, 3), np.float32)
        points = make_points(4 * width)
        smooth = self.options.samples > 1
        index = visible_triangles(flat, camera, view, 1)
        shade_plain(
            index, points, triangles, materials, env, cascade, sky_map, lens,
            None if smooth else rgb, depth, semantic, instance, normal,
        )  # fmt: skip
        fine = visible_triangles(flat, camera, view, 2) if smooth else index
        if smooth:
            shade_smooth(fine, points, triangles, materials, env, cascade, sky_map, lens, rgb)
        if flat.panes:
            around = Surroundings(materials, env, cascade, sky_map, lens)
            look_through(rgb, fine, flat, triangles, view, points, around)
        if stage.light.wetness > 0.0:
            dry, rgb = rgb, np.empty_like(rgb)
            tilted = stage.relief is not None
            mirror_ground(dry, index, depth, semantic, normal, tilted, triangles, materials, env, lens, rgb)
        frame = Frame(rgb, depth, semantic, instance, normal, view, stage.time)
        return Drawn(frame, flat, triangles)

    def _cascade(self, flat: Flat, stage: Stage, view: View) -> Cascade:
        lit = max(stage.light.sun_colour) > 0.0
        return Cascade(*(
            depth_map(flat, sun_rows(stage, view, reach, size), size, 2.0 * reach / size) if size and lit else NO_MAP
            for size, reach in self.options.sun_maps
        ))  # fmt: skip

    def _sky_map(self, flat: Flat, stage: Stage, view: View) -> DepthMap:
        size = self.options.sky_size
        return NO_MAP if size == 0 else depth_map(flat, sky_rows(stage, view, self.options), size, SKY_TEXEL)


def empty_maps(view: View) -> tuple[F4, NDArray[np.uint8], NDArray[np.uint16], F4]:
    """Room for depth, semantic, instance and normal of `Frame`."""
    shape = (view.height, view.width)
    return (
        np.empty(shape, np.float32), np.empty(shape, np.uint8), np.empty(shape, np.uint16),
        np.empty((*shape, 3), np.float32),
    )  # fmt: skip


def triangles_of(flat: Flat, view: View) -> Triangles:
    """World geometry with its vertices as a camera sees them."""
    camera = np.empty_like(flat.world)
    to_camera(view.camera_from_world.astype(np.float64), flat.world, camera)
    return Triangles(
        flat.world, camera, flat.normals, flat.uvs, flat.colours, flat.corners, flat.material, flat.instance, flat.kind
    )


def sun_rows(stage: Stage, view: View, reach: float, size: int) -> F4:
    """(3, 4) rows of a map of the sun; see `map_rows`."""
    centre = raised(focus(view, 0.75 * reach), stage.relief)
    return map_rows(sun_vector(stage.light), centre, reach, size)


def sky_rows(stage: Stage, view: View, options: RasterOptions) -> F4:
    """(3, 4) rows of the zenith map; see `map_rows`."""
    reach = 0.5 * SKY_TEXEL * options.sky_size
    return map_rows(np.array([0.0, 0.0, 1.0]), focus(view, 0.8 * reach), reach, options.sky_size)


def open_sky(flat: Flat, stage: Stage, view: View) -> OpenSky:
    """The sky that houses leave open around what the camera looks at."""
    centre, relief = focus(view, LEAD), stage.relief
    rows = map_rows(np.array([0.0, 0.0, 1.0]), centre, CELLS * CELL / 2, CELLS)
    if relief is not None:  # heights above the ground; of what is shaded, above the plane that touches it here
        world = flat.world.copy()
        world[:, 2] -= relief.height(world)
        flat, gradient = replace(flat, world=world), relief.gradient(centre)
        above = [*-gradient, 1.0, gradient @ centre[:2] - relief.height(centre)]
        return open_sky_of(depth_map(flat, rows, CELLS, CELL).height, np.array([*rows[:2], above], np.float32))
    return open_sky_of(depth_map(flat, rows, CELLS, CELL).height, rows)


def depth_map(flat: Flat, texel_from_world: NDArray[np.float32], size: int, texel: float) -> DepthMap:
    """Draw what the light sees.

    Args:
        flat: world geometry.
        texel_from_world: (3, 4) rows texel x, texel y, height.
        size: texels along an edge.
        texel: edge of a texel, m.

    Returns:
        The map.
    """
    height = np.full((size, size), -1e9, np.float32)
    snapped = np.empty((len(flat.world), 2), np.int32)
    scratch = np.empty(len(flat.world), np.float32)
    fill_map(texel_from_world, flat.world, flat.casters, snapped, scratch, height, NO_INDEX)
    cutouts = flat.cutouts_in(0, flat.outside)
    if len(cutouts.triangle):
        cutouts = nearest_first(cutouts, flat.corners, scratch)
        fill_cutouts_map(snapped, scratch, flat.corners, flat.uvs, cutouts, flat.alphas, height, NO_INDEX)
    return DepthMap(height, texel_from_world, texel)


def lens_of(view: View) -> Lens:
    """The camera as shading needs it."""
    return Lens(
        view.camera_from_world[:3, :3].astype(np.float32), view.position.astype(np.float32),
        float(view.focal), view.width / 2, view.height / 2,
    )  # fmt: skip


def focus(view: View, ahead: float) -> NDArray[np.float64]:
    """(3,) point on the ground `ahead` metres in front of the camera."""
    forward = view.camera_from_world[2, :3]
    flat = forward[:2] / max(float(np.linalg.norm(forward[:2])), 1e-6)
    return np.array([*(view.position[:2] + ahead * flat), 0.0])


def map_rows(
    direction: NDArray[np.float64], centre: NDArray[np.float64], reach: float, size: int
) -> NDArray[np.float32]:
    """Orthographic map along `direction` around `centre`.

    Args:
        direction: (3,) unit vector towards the light.
        centre: (3,) world point in the middle of the map, m.
        reach: m from the middle to an edge.
        size: texels along an edge.

    Returns:
        (3, 4) rows: texel x, texel y, height towards the light in m.
    """
    helper = np.array([0.0, 1.0, 0.0]) if abs(direction[2]) > 0.9 else np.array([0.0, 0.0, 1.0])
    across = np.cross(helper, direction)
    across /= np.linalg.norm(across)
    along = np.cross(direction, across)
    scale = size / (2.0 * reach)
    rows = np.zeros((3, 4))
    rows[0, :3], rows[1, :3], rows[2, :3] = across * scale, along * scale, direction
    rows[0, 3] = size / 2 - rows[0, :3] @ centre
    rows[1, 3] = size / 2 - rows[1, :3] @ centre
    rows[2, 3] = -direction @ centre
    return rows.astype(np.float32)


def built_in_sky(light: Light) -> Light:
    """The light without the sky of a pack, for renderers that know only the sky of zenith, horizon and clouds."""
    return replace(light, sky="")


def environment(light: Light, seed: int, open_sky: OpenSky = EVERYWHERE, lamps: Lamps | None = None) -> Environment:
    """Light as shading needs it; the ground's own light follows from sun and sky."""
    sun, horizon = sun_vector(light), np.array(light.horizon)
    above = NO_SKY
    sky = 0.5 * (np.array(light.zenith) + horizon)
    if light.sky:
        above = sky_map(light, seed % 2 == 1)
        sky, horizon = bases(np.array([0.0, 0.0, 1.0])) @ above.light, horizon_of(above)
    albedo = GROUND_ALBEDO + (SNOW_ALBEDO - GROUND_ALBEDO) * light.snow
    ground = albedo * (np.array(light.sun_colour) * max(float(sun[2]), 0.0) + sky)
    return Environment(
        sun.astype(np.float32), np.array(light.sun_colour, np.float32), np.array(light.zenith, np.float32),
        horizon.astype(np.float32), ground.astype(np.float32), float(light.cloudiness), float(light.haze),
        seed % 65521, open_sky, float(light.snow), lamps_near((), sun) if lamps is None else lamps, above,
    )  # fmt: skip
