"""Path tracing with Mitsuba 3 (Jakob et al. 2022), denoised by Open Image Denoise: slow pictures with true light.

Textures are the rasteriser's: Mitsuba knows each triangle by its mean colour, and what light does to the picture is
then multiplied by the colours that the rasteriser filters for each pixel. So detail is as fine as there, and neither
noise nor the denoiser touches it. What mirrors is traced with what it mirrors.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from renderers.fill import F4
from renderers.frame import Frame, View
from renderers.geometry import Flat, Flattener
from renderers.lamps import lamps_near
from renderers.path_pixels import Surfaces, gather, make_surfaces, whole_colours
from renderers.path_scene import MOST_ALBEDO, Group, grouped, lamp_emitters, mesh_of, scatters, sensor_of
from renderers.pixels import shade_plain
from renderers.points import make_points
from renderers.raster import (
    NO_MAP,
    NO_SHADOWS,
    Drawn,
    built_in_sky,
    empty_maps,
    environment,
    lens_of,
    triangles_of,
)
from renderers.sky_pictures import panorama, sky_picture
from renderers.stage import Stage, sun_vector
from renderers.visible import visible_triangles
from scenes.types import Light

SAMPLES = 16  # paths through each pixel
PASSES = 4  # pictures that are averaged, each under another point of the sun
BOUNCES = 5
SUN_RADIUS = math.radians(0.267)
SKY_WIDTH = 2048  # px, of the panorama that lights the scene
DIM = 1e-3  # albedo below which nothing is told about the light
MOST_RATIO = 30.0  # snow on dark roofs


class PathError(RuntimeError):
    """Path tracing does not work here; the message is one line that says what to do."""


class PathRenderer:
    """Mitsuba's path integrator on the processor, without just-in-time compilation: equal bytes on one machine."""

    def __init__(self, samples: int = SAMPLES) -> None:
        """Load Mitsuba.

        Args:
            samples: paths through each pixel, 1 or more.

        Raises:
            PathError: it is not installed.
        """
        self.mi, self.oidn = engines()
        self.samples = samples
        self.flattener = Flattener(cabins=False)
        self._sky: tuple[Light, int, Any] | None = None

    def draw(self, stage: Stage, view: View) -> Drawn:
        """Draw one picture.

        Args:
            stage: meshes, light, time.
            view: resolved camera.

        Returns:
            The frame; its maps are the rasteriser's.
        """
        light = built_in_sky(stage.light)
        flat = self.flattener.flatten(stage, view)
        triangles, materials = triangles_of(flat, view), self.flattener.materials.packed()
        env, lens, points = environment(light, stage.seed), lens_of(view), make_points(4 * view.width)
        albedo, shine = whole_colours(triangles, materials)
        albedo = np.minimum(albedo, np.float32(MOST_ALBEDO))
        groups = grouped(flat, materials, shine, stage.light.wetness > 0.0)
        shine[:] = 0.0
        for group in groups:
            shine[group.triangles] = group.radiance
        surfaces = make_surfaces(view.height, view.width)
        fine = visible_triangles(replace(flat, corners=flat.opaque), triangles.camera, view, 2)
        gather(fine, albedo, shine, points, triangles, materials, env, lens, surfaces)
        lights = self._emitters(stage, light, view)
        full, even = (
            self._light(stage, view, flat, groups, albedo, lights, surfaces, glossy) for glossy in (True, False)
        )
        rgb = joined(full, even, surfaces)
        air = (1.0 - surfaces.clear)[..., None] * env.horizon * np.float32(0.85)
        rgb = rgb * surfaces.clear[..., None] + air
        open_sky = surfaces.covered == 0.0
        rgb[open_sky] = sky_picture(light, stage.seed, view)[0][open_sky]
        maps = empty_maps(view)
        index = visible_triangles(flat, triangles.camera, view, 1)
        shade_plain(index, points, triangles, materials, env, NO_SHADOWS, NO_MAP, lens, None, *maps)
        return Drawn(Frame(np.ascontiguousarray(rgb, np.float32), *maps, view, stage.time), flat, triangles)

    def _light(
        self, stage: Stage, view: View, flat: Flat, groups: list[Group], albedo: F4, lights: dict[str, Any],
        surfaces: Surfaces, glossy: bool,
    ) -> F4:  # fmt: skip
        """(H, W, 3) radiance under whole colours; not glossy: of what surfaces throw back evenly, alone."""
        mi = self.mi
        scene = {"type": "scene", "sensor": sensor_of(mi, view), **lights}
        for number, group in enumerate(groups):
            parts = {"bsdf": scatters(mi, group, flat, glossy)}
            if max(group.radiance) > 0.0 and glossy:
                parts["emitter"] = {"type": "area", "radiance": {"type": "rgb", "value": list(group.radiance)}}
            scene[f"mesh{number}"] = mesh_of(mi, f"mesh{number}", flat, group, {"albedo": albedo}, parts)
        built = mi.load_dict(scene)
        integrator = mi.load_dict({"type": "path", "max_depth": BOUNCES + 1, "rr_depth": BOUNCES + 1})
        passes = min(PASSES, self.samples)
        total = np.zeros((view.height, view.width, 3), np.float32)
        values = mi.traverse(built)
        seed = (stage.seed * 1009 + round(stage.time * 1000.0)) % 2**28
        for number in range(passes):
            if "sun.to_world" in values:
                values["sun.to_world"] = sun_pose(mi, stage.light, number)
                values.update()
            share = self.samples // passes + (number < self.samples % passes)
            total += np.array(mi.render(built, integrator=integrator, spp=share, seed=seed * 8 + number)) * share
        return self._denoised(total / np.float32(self.samples), surfaces)

    def _denoised(self, noisy: F4, surfaces: Surfaces) -> F4:
        noisy = np.nan_to_num(noisy, nan=0.0, posinf=0.0, neginf=0.0)
        if self.oidn is None:
            return noisy
        guide = np.ascontiguousarray(surfaces.plain), np.ascontiguousarray(surfaces.normal)
        return np.asarray(self.oidn.denoise(noisy, *guide, hdr=True, clean_aux=True), np.float32)

    def _emitters(self, stage: Stage, light: Light, view: View) -> dict[str, Any]:
        mi = self.mi
        if self._sky is None or self._sky[:2] != (light, stage.seed):
            self._sky = light, stage.seed, mi.Bitmap(panorama(light, stage.seed, SKY_WIDTH))
        found: dict[str, Any] = {
            "sky": {
                "type": "envmap", "bitmap": self._sky[2], "to_world": mi.ScalarTransform4f().rotate([1, 0, 0], 90),
            }
        }  # fmt: skip
        if max(light.sun_colour) > 0.0:
            found["sun"] = {
                "type": "directional", "to_world": sun_pose(mi, light, 0),
                "irradiance": {"type": "rgb", "value": [math.pi * part for part in light.sun_colour]},
            }  # fmt: skip
        return found | lamp_emitters(mi, lamps_near(stage.lamps, view.position), view.position)

    def traced(self, stage: Stage, view: View) -> tuple[NDArray[np.int32], F4]:
        """Which triangles Mitsuba itself meets through the middles of pixels; holes count as there.

        Args:
            stage: meshes, light, time.
            view: resolved camera.

        Returns:
            (H, W) number in the world arrays, -1 = none, and (H, W) depth along the optical axis, m, inf = none.
        """
        mi, flat = self.mi, self.flattener.flatten(stage, view)
        everything = Group(np.arange(len(flat.corners), dtype=np.int32), 1.0, 0.0, 0.0, (0.0, 0.0, 0.0), -1)
        mesh = mesh_of(mi, "everything", flat, everything, {}, {"bsdf": {"type": "diffuse"}})
        built = mi.load_dict({"type": "scene", "sensor": sensor_of(mi, view, centred=True), "everything": mesh})
        found = mi.load_dict({"type": "aov", "aovs": "far:depth,part:prim_index,at:position"})
        maps = np.array(mi.render(built, integrator=found, spp=1))
        met = maps[..., 0] > 0.0
        ahead = maps[..., 2:5] @ view.camera_from_world[2, :3] + view.camera_from_world[2, 3]
        index = np.where(met, maps[..., 1].round(), -1).astype(np.int32)
        return index, np.where(met, ahead, np.inf).astype(np.float32)


def joined(full: F4, even: F4, surfaces: Surfaces) -> F4:
    """Give surfaces their textures: what they throw back evenly is proportional to their albedo."""
    known = surfaces.plain > DIM
    ratio = np.where(known, surfaces.albedo / np.maximum(surfaces.plain, np.float32(DIM)), np.float32(1.0))
    more = even * (np.minimum(ratio, np.float32(MOST_RATIO)) - 1.0)
    return np.maximum(full + more + surfaces.glow, np.float32(0.0))


def sun_pose(mi: Any, light: Light, number: int) -> Any:
    """Transform whose z axis is the way of light from point `number` of PASSES on the disc of the sun."""
    towards = sun_vector(light)
    across = np.cross(towards, [0.0, 0.0, 1.0] if abs(towards[2]) < 0.9 else [1.0, 0.0, 0.0])
    across /= np.linalg.norm(across)
    angle, radius = 2.4 * number, SUN_RADIUS * math.sqrt((number + 0.5) / PASSES)  # the golden angle spreads evenly
    spot = towards + radius * (math.cos(angle) * across + math.sin(angle) * np.cross(towards, across))
    return mi.ScalarTransform4f().look_at([0.0, 0.0, 0.0], (-spot).tolist(), across.tolist())


def engines() -> tuple[Any, Any]:
    """Mitsuba and, where it is installed, Open Image Denoise.

    Raises:
        PathError: Mitsuba is not installed, or does not load.
    """
    try:
        import mitsuba
    except ImportError as error:
        raise PathError(
            f"renderer path: {error}; pip install 'skidpad[photoreal]', or take --renderer raster"
        ) from None
    mitsuba.set_variant("scalar_rgb")
    mitsuba.set_log_level(mitsuba.LogLevel.Error)
    try:
        import pyoidn
    except ImportError:
        return mitsuba, None
    return mitsuba, pyoidn
