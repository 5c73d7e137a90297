"""The first picture on a machine: a second process compiles what draws while the first one compiles the rest."""

from __future__ import annotations

import os
import subprocess
import sys
from functools import cache

import numpy as np

from renderers.camera_chain import develop
from renderers.frame import Frame, View
from renderers.geometry import Flattener
from renderers.labels import Subject, label_frame
from renderers.lamps import Lamp, lamps_near
from renderers.mesh import Material, Texture, box
from renderers.pixels import shade_plain, shade_smooth
from renderers.points import make_points
from renderers.raster import NO_MAP, NO_SHADOWS, Drawn, empty_maps, environment, lens_of, open_sky, triangles_of
from renderers.stage import Instance, Stage
from renderers.through import Surroundings, look_through, shade_behind
from scenes.compiled import is_kept, lock
from scenes.geometry import camera_from_world
from scenes.kinds import Kind
from scenes.types import CameraChain, Light

ONE = 1  # byte of the file of locks that the only such process holds


@cache
def compile_together() -> subprocess.Popen[bytes] | None:
    """Begin to compile in another process, if nothing is compiled yet and there is a second core.

    Both leave what they compiled on disk and take from there what the other one did, see `scenes.compiled`.

    Returns:
        The other process; None = there is none.
    """
    if len(os.sched_getaffinity(0)) < 2 or not sys.executable or is_kept(shade_behind):
        return None
    command, quiet = [sys.executable, "-m", "skidpad.compiling"], subprocess.DEVNULL
    return subprocess.Popen(command, stdin=quiet, stdout=quiet, stderr=quiet)


def compile_shading() -> None:
    """Shade, develop and label a picture of a few pixels: glass first, which the first process comes to last.

    It stands before a lit car with a pane and an inside; which triangle is seen where is made up.
    """
    here, eye = np.eye(4), camera_from_world(np.array([0.0, 0.0, 1.5]), 0.0, 0.0, 0.0)
    view = View(16, 12, 15.0, eye)
    leaf = Texture("compiling/leaf", np.full((8, 8, 3), 128, np.uint8), np.eye(8, dtype=np.uint8) * 255)
    car = box((2.0, 2.0, 2.0), (6.0, 0.0, 1.0), Material(clear=(0.8, 0.8, 0.8)))
    seat = box((1.0, 1.0, 1.0), (6.0, 0.0, 1.0), Material())
    tree = box((1.0, 1.0, 1.0), (8.0, 0.0, 1.0), Material(texture=leaf))
    things = Instance(car, here, Kind.CAR, 1, inside=seat), Instance(tree, here, Kind.VEGETATION)
    light = Light("day", 2.3, 0.7, (2.2, 2.1, 1.9), (0.25, 0.4, 0.7), (0.7, 0.8, 0.9), 0.4, 0.002)
    lamps = lamps_near((Lamp((5.0, 0.0, 5.0), (1.0, 1.0, 1.0), (0.0, 0.0, -1.0)),), view.position)
    flattener = Flattener()
    stage = Stage(things, light, 0.0, 0)
    flat = flattener.flatten(stage, view)
    triangles, points = triangles_of(flat, view), make_points(4 * view.width)
    around = Surroundings(
        flattener.materials.packed(), environment(light, 0, lamps=lamps), NO_SHADOWS, NO_MAP, lens_of(view)
    )
    index = np.full((2 * view.height, 2 * view.width), int(flat.pane.argmax()), np.int32)
    rgb = np.zeros((view.height, view.width, 3), np.float32)
    look_through(rgb, index, flat, triangles, view, points, around)
    shade_smooth(index, points, triangles, *around, rgb)
    maps = empty_maps(view)
    shade_plain(index[: view.height, : view.width].copy(), points, triangles, *around, None, *maps)
    rng = np.random.default_rng(0)
    drawn = Drawn(Frame(rgb, *maps, view, 0.0), flat, triangles)
    develop(drawn.frame, light, CameraChain(), rng, rng)
    label_frame(drawn, [Subject(1, Kind.CAR, (6.0, 0.0, 1.0), (2.0, 2.0, 2.0), 0.0)])
    open_sky(flat, stage, view)


if __name__ == "__main__" and lock(shade_behind.stats.cache_path, ONE):
    compile_shading()
