"""The renderer for graphics cards: OpenGL numbers triangles, then a compute shader shades each pixel once.

A visibility buffer (Burns and Hunt 2013): the same samples, the same formulas and the same maps as the rasteriser's.
"""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray

from renderers.fill import NEAR
from renderers.frame import Frame, View
from renderers.geometry import OPEN, Flat, Flattener
from renderers.gl_device import ATLAS, Atlas, Device, GlError
from renderers.lamps import LANTERN, REACH, lamps_near
from renderers.materials import LEVELS
from renderers.openness import EVERYWHERE
from renderers.openness import LEVELS as OPEN_LEVELS
from renderers.pixels import DISTANT, FOG_HEIGHT, SKY
from renderers.points import FACADE_LIFT, LIFT
from renderers.raster import (
    NO_MAP,
    SKY_TEXEL,
    Drawn,
    RasterOptions,
    built_in_sky,
    environment,
    open_sky,
    sky_rows,
    sun_rows,
    triangles_of,
)
from renderers.shade import Environment, Materials
from renderers.snow import ALBEDO, TROD
from renderers.stage import Stage
from renderers.through import GAP, MOST
from renderers.wet import FIRST, GROUND, GROWTH, LEVEL, RAYS, ROUGH, SOLID, STEPS
from scenes.types import FOG

__all__ = ["GlError", "GlRenderer"]

KINDS = 64  # rows of tables by kind
DEFINES = {
    "ATLAS": ATLAS, "KINDS": KINDS, "NEAR": NEAR, "LEVELS": LEVELS, "SKY": SKY, "DISTANT": DISTANT, "FOG": FOG,
    "FOG_HEIGHT": FOG_HEIGHT, "FACADE_LIFT": FACADE_LIFT, "LIFT": LIFT, "LANTERN": LANTERN, "LANTERN_REACH": REACH[0],
    "BEAM_REACH": REACH[1], "OPEN_LOW": OPEN_LEVELS[0], "OPEN_HIGH": OPEN_LEVELS[1], "SNOW_ALBEDO": f"vec3{ALBEDO}",
    "SURFACE": 4, "OPEN": OPEN, "GAP": GAP,
}  # fmt: skip
WET = {"FIRST": FIRST, "GROWTH": GROWTH, "LEVEL": LEVEL, "RAYS": RAYS, "ROUGH": ROUGH, "SOLID": SOLID, "STEPS": STEPS}
GROUP = 8  # pixels along an edge of a work group
RADIANCE, DEPTH, CLASSES, NORMAL, WETTED = 11, 12, 13, 14, 15  # bindings of what is written


class GlRenderer:
    """OpenGL 4.5 without a window.

    It keeps a context, packed textures and buffers between calls: one per process, used from the thread that made it.
    Shadow maps are drawn by OpenGL; the coarse map of open sky is the rasteriser's.
    """

    def __init__(self, options: RasterOptions | None = None) -> None:
        """Open a context.

        Args:
            options: quality against speed, as the rasteriser's.

        Raises:
            GlError: OpenGL 4.5 cannot be used here.
        """
        self.options = options or RasterOptions()
        self.flattener = Flattener(self.options.cabins)
        self.device = Device()
        device, context = self.device, self.device.context
        vertex = device.source("fill.vert", defines=DEFINES)
        self._fills = {}  # by whether textures have holes, and whether panes are before
        for holes, behind in product((False, True), repeat=2):
            more = dict.fromkeys(("HOLES",) * holes + ("BEHIND",) * behind, 1)
            fragment = device.source("levels", "fill.frag", defines={**DEFINES, **more})
            self._fills[holes, behind] = context.program(vertex_shader=vertex, fragment_shader=fragment)
        self._picture, self._through = (
            context.compute_shader(device.source("levels", "buffers", "light", "shade", name, defines=DEFINES))
            for name in ("picture", "through")
        )
        self._wet = context.compute_shader(
            device.source("levels", "buffers", "light", "wet", defines={**DEFINES, **WET})
        )
        self._texels, self._alphas = Atlas(device, 4), Atlas(device, 1)
        self._targets: dict[str, tuple[tuple[int, int], Any, Any]] = {}
        self._materials: Materials | None = None
        self._table = self.flattener.materials

    def draw(self, stage: Stage, view: View) -> Drawn:
        """Draw one picture.

        Args:
            stage: meshes, light, time.
            view: resolved camera.

        Returns:
            The frame, linear radiance and maps, with the geometry that it was drawn from.
        """
        with self.device.context:  # a process may have several
            return self._draw(stage, view)

    def _draw(self, stage: Stage, view: View) -> Drawn:
        flat = self.flattener.flatten(stage, view)
        triangles = triangles_of(flat, view)
        sky = open_sky(flat, stage, view) if self.options.sky_size else EVERYWHERE
        light = built_in_sky(stage.light)
        env = environment(light, stage.seed, sky, lamps_near(stage.lamps, view.position))
        self._load(flat, triangles.camera)
        values = self._uniforms(env, stage, view)
        size = (view.width, view.height)
        plain = self._visible("plain", flat, view, 1)
        fine = self._visible("fine", flat, view, 2) if self.options.samples > 1 else plain
        textures = {"plain": plain, "fine": fine, **self._maps(flat, stage, values)}
        self._bind_outputs(view)
        self._run(self._picture, values, textures, size)
        if flat.panes:
            self._look_through(flat, view, values, textures)
            self._bind_outputs(view)
        wet = stage.light.wetness > 0.0
        if wet:
            self._run(self._wet, {**values, "tilted": stage.relief is not None}, textures, size)
        frame = self._read("wet" if wet else "radiance", view, stage.time)
        return Drawn(frame, flat, triangles)

    def _bind_outputs(self, view: View) -> None:
        for binding, name, numbers in ((RADIANCE, "radiance", 3), (DEPTH, "depth", 1), (CLASSES, "classes", 1),
                                       (NORMAL, "normal", 3), (WETTED, "wet", 3)):  # fmt: skip
            self.device.room(name, 4 * numbers * view.width * view.height).bind_to_storage_buffer(binding)

    def _look_through(self, flat: Flat, view: View, values: dict[str, Any], textures: dict[str, Any]) -> None:
        """Add what is seen through panes to the radiance, see `renderers.through`."""
        device, scale = self.device, self.options.samples
        width, height = view.width * scale, view.height * scale
        sides = device.buffer("sides", np.column_stack([flat.pane, flat.side]).astype(np.int32))
        passed = device.room("passed", 32 * width * height)
        before = textures["fine"]
        for layer in range(MOST):
            query = device.context.query(samples=True)
            with query:
                behind = self._visible(f"behind {layer % 2}", flat, view, scale, before)
            passed.bind_to_storage_buffer(DEPTH)
            sides.bind_to_storage_buffer(CLASSES)
            maps = {**textures, "before": before, "behind": behind}
            self._run(self._through, {**values, "first": layer == 0}, maps, (view.width, view.height))
            if query.samples == 0:
                break
            before = behind

    def _load(self, flat: Flat, camera: NDArray[np.float32]) -> None:
        """Bring geometry, materials and textures to the device."""
        device = self.device
        faces = np.empty((len(flat.corners), 2), np.uint32)
        faces[:, 0] = flat.material
        faces[:, 1] = flat.instance.astype(np.uint32) | flat.kind.astype(np.uint32) << 16
        arrays = {"world": flat.world, "camera": camera, "normals": flat.normals, "uvs": flat.uvs,
                  "colours": flat.colours, "corners": flat.corners, "faces": faces}  # fmt: skip
        for name, values in arrays.items():
            device.buffer(name, values)
        device.buffer("solid", flat.solid)
        device.buffer("casters", flat.casters)
        count = len(flat.cutouts.triangle)
        if count:
            device.buffer("holed corners", flat.corners[flat.cutouts.triangle])
            device.buffer("holed", np.column_stack([flat.cutouts.triangle, flat.cutouts.sheet]))
        materials = self.flattener.materials.packed()
        if materials is not self._materials:
            self._materials = materials
            self._load_materials(materials, flat)

    def _load_materials(self, materials: Materials, flat: Flat) -> None:
        surfaces = np.zeros((len(materials.colour), 4, 4), np.float32)
        surfaces[:, 0, :3], surfaces[:, 0, 3] = materials.colour, materials.texture
        surfaces[:, 1, :3], surfaces[:, 2, :3] = materials.emission, materials.gloss
        surfaces[:, 3, :3] = materials.clear
        self.device.buffer("surfaces", surfaces)
        zero = np.zeros(len(materials.size), np.int32)
        sheets = np.column_stack([materials.offset[:, 0].astype(np.int32), materials.size, materials.last, zero])
        self.device.buffer("sheets", sheets)
        if self.flattener.materials is not self._table:
            self._table = self.flattener.materials
            self._texels.known = self._alphas.known = 0
        used = int(materials.offset[-1, materials.last[-1]]) + 1
        self._texels.update(materials.texels[:used].view(np.uint8).reshape(-1, 4))
        alphas = flat.alphas
        zero = np.zeros(len(alphas.size), np.int32)
        self.device.buffer("alpha sheets", np.column_stack([
            alphas.offset[:, 0].astype(np.int32), alphas.size, alphas.last, zero
        ]))  # fmt: skip
        self.device.buffer("least", alphas.least)
        self._alphas.update(alphas.texels[:, None])

    def _target(self, name: str, size: tuple[int, int], components: int = 1) -> tuple[Any, Any]:
        known = self._targets.get(name)
        if known is None or known[0] != size:
            if known is not None:
                known[1].release()
                known[2].release()
            known = self._targets[name] = (size, *self.device.target(size, components))
        return known[1:]

    def _visible(self, name: str, flat: Flat, view: View, scale: int, before: Any = None) -> Any:
        """Texture of the nearest triangle of each sample, -1 where nothing is; behind panes of those `before`."""
        texture, target = self._target(name, (view.width * scale, view.height * scale), 2)
        target.clear(color=(-1, 0, 0, 0), depth=0.0)
        values = {"map": False, "scale": (2.0 * view.focal / view.width, 2.0 * view.focal / view.height)}
        self._fill(target, flat, "camera", values, before)
        return texture

    def _maps(self, flat: Flat, stage: Stage, values: dict[str, Any]) -> dict[str, Any]:
        """Textures of heights towards the sun and the zenith, of one texel where they are not wanted."""
        found = {}
        lit = max(stage.light.sun_colour) > 0.0
        (near, _), (far, _) = self.options.sun_maps
        wanted = {
            "sun_map": (near if lit else 0, values["sun_rows"]),
            "far_sun_map": (far if lit else 0, values["far_sun_rows"]),
            "sky_map": (self.options.sky_size, values["sky_rows"]),
        }
        for name, (edge, rows) in wanted.items():
            texture, target = self._target(name, (max(edge, 1), max(edge, 1)))
            far = int(np.float32(-1e9).view(np.int32))
            target.clear(color=(far, 0, 0, 0), depth=0.0)
            if edge:
                self._fill(target, flat, "world", {"map": True, "rows": rows, "scale": (2.0 / edge, 2.0 / edge)})
            found[name] = texture
        return found

    def _fill(self, target: Any, flat: Flat, positions: str, values: dict[str, Any], before: Any = None) -> None:
        device, context = self.device, self.device.context
        target.use()
        solid_fill, holed_fill = (self._fills[holes, before is not None] for holes in (False, True))
        last = flat.outside
        if before is not None:
            last = len(flat.corners)
            device.room("sides", 0).bind_to_storage_buffer(3)
            before.use(1)
            values = {**values, "before": 1}
        context.enable_only(device.depth_test)
        place = (device.room(positions, 0), "3f", "position")
        put(solid_fill, values)
        faces = device.room("casters" if values["map"] else "solid", 0)
        solid = context.vertex_array(solid_fill, [place], index_buffer=faces)
        solid.render(vertices=3 * last)
        solid.release()
        count = len(flat.cutouts_in(0, last).triangle)
        if count == 0:
            return
        for binding, name in enumerate(("holed", "alpha sheets", "least")):
            device.room(name, 0).bind_to_storage_buffer(binding)
        self._alphas.texture.use(0)
        put(holed_fill, {**values, "alphas": 0})
        uvs = (device.room("uvs", 0), "2f", "uv")
        holed = context.vertex_array(holed_fill, [place, uvs], index_buffer=device.room("holed corners", 0))
        holed.render(vertices=3 * count)
        holed.release()

    def _uniforms(self, env: Environment, stage: Stage, view: View) -> dict[str, Any]:
        lamps = np.zeros((max(len(env.lamps.place), 1), 3, 4), np.float32)
        if len(env.lamps.place):
            lamps[:, 0, :3], lamps[:, 0, 3] = env.lamps.place, env.lamps.sort
            lamps[:, 1, :3], lamps[:, 2, :3] = env.lamps.power, env.lamps.axis
        self.device.buffer("lamps", lamps)
        self.device.buffer("open", env.open_sky.factor)
        options = self.options
        (near, near_reach), (far, far_reach) = options.sun_maps
        return {
            "camera_from_world": view.camera_from_world[:3, :3].T, "eye": view.position, "focal": view.focal,
            "size": (view.width, view.height), "sun_rows": sun_rows(stage, view, near_reach, near),
            "far_sun_rows": sun_rows(stage, view, far_reach, far),
            "sky_rows": sky_rows(stage, view, options) if options.sky_size else NO_MAP.texel_from_world,
            "open_rows": env.open_sky.cell_from_world,
            "sun_texel": 2.0 * near_reach / max(near, 1), "far_sun_texel": 2.0 * far_reach / max(far, 1),
            "sky_texel": SKY_TEXEL,
            "open_count": env.open_sky.factor.shape[1], "sun": env.sun, "sun_colour": env.sun_colour,
            "zenith": env.zenith, "horizon": env.horizon, "ground": env.ground, "clouds": env.clouds,
            "haze": env.haze, "snow": env.snow, "seed": env.seed, "lamp_count": len(env.lamps.place),
            "samples": options.samples, "trod": TROD[:KINDS], "is_ground": GROUND[:KINDS].astype(np.float32),
        }  # fmt: skip

    def _run(self, program: Any, values: dict[str, Any], textures: dict[str, Any], size: tuple[int, int]) -> None:
        names = ("world", "camera", "normals", "uvs", "colours", "corners", "faces", "surfaces", "sheets", "lamps",
                 "open")  # fmt: skip
        for binding, name in enumerate(names):
            self.device.room(name, 0).bind_to_storage_buffer(binding)
        for unit, (name, texture) in enumerate({**textures, "texels": self._texels.texture}.items()):
            texture.use(unit)
            put(program, {name: unit})
        put(program, values)
        program.run(-(-size[0] // GROUP), -(-size[1] // GROUP))
        self.device.context.memory_barrier()

    def _read(self, radiance: str, view: View, time: float) -> Frame:
        shape = (view.height, view.width)

        def taken(name: str, kind: type, *channels: int) -> NDArray[Any]:
            count = 4 * view.height * view.width * int(np.prod(channels))
            data = self.device.room(name, 0).read(count)
            return np.frombuffer(data, kind).reshape(*shape, *channels)

        classes = taken("classes", np.uint32)
        return Frame(
            rgb=taken(radiance, np.float32, 3).copy(),
            depth=taken("depth", np.float32).copy(),
            semantic=(classes >> 16).astype(np.uint8),
            instance=(classes & 0xFFFF).astype(np.uint16),
            normal=taken("normal", np.float32, 3).copy(),
            view=view,
            time=time,
        )


def put(program: Any, values: dict[str, Any]) -> None:
    """Set uniforms; those that the program does not use are left out, and last rows of arrays likewise."""
    for name, value in values.items():
        if name in program:
            if isinstance(value, np.ndarray):
                used = program[name].array_length * program[name].dimension
                program[name].write(np.ascontiguousarray(value, np.float32).ravel()[:used].tobytes())
            else:
                program[name].value = value
