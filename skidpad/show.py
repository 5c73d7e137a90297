"""Contact sheets of scenes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np

from renderers.lidar_picture import from_above, over_picture
from renderers.overlay import Picture, overlay, sheet
from scenes.catalogue import choose_packs
from scenes.errors import SceneError
from scenes.files import load
from scenes.types import Scene
from sim.world import compile_world, initial_state
from skidpad.film import write_png
from skidpad.render import chosen_renderer, render_sample
from skidpad.topview import draw_top, ego_of, whole


def contact_sheet(
    scene: str, samples: int, seed: int, labels: bool, on_progress: Callable[[int, int], None], above: bool = False,
    assets: str = "auto", renderer: str = "raster", lidars: bool = False,
) -> Picture:  # fmt: skip
    """Render the first pictures of a scene.

    Args:
        scene: file or library name.
        samples: number of samples.
        seed: of the samples.
        labels: draw masks, boxes and names.
        on_progress: called with (finished, total).
        above: add every sample seen from above.
        assets: see `scenes.catalogue.choose_packs`.
        renderer: see `skidpad.render.chosen_renderer`.
        lidars: draw the points of each lidar over every picture and from above, instead of labels.

    Returns:
        (H, W, 3) sRGB sheet.

    Raises:
        SceneError: there are no lidars.
    """
    template, packs, by = load(scene), choose_packs(assets), chosen_renderer(renderer)
    if lidars and not template.spec.lidars:
        raise SceneError(template.where.line("").file, "is missing; without it there is nothing to show", path="lidars")
    pictures: list[Picture] = []
    for k in range(samples):
        for shot in render_sample(template, k, seed, packs=packs, by=by, lidars=lidars):
            encoded = np.frombuffer(shot.jpeg, np.uint8)
            picture = np.asarray(cv2.imdecode(encoded, cv2.IMREAD_COLOR), np.uint8)[..., ::-1]
            for sweep in shot.sweeps:
                points = over_picture(picture, shot.frame.view, sweep)
                pictures += [points, from_above(sweep, points.shape[1::-1])]
            if not lidars:
                pictures.append(overlay(picture, shot.labels, shot.frame.instance) if labels else picture)
        if above:
            pictures.append(plan(template.sample(k, seed=seed), *pictures[0].shape[1::-1]))
        on_progress(k + 1, samples)
    return sheet(pictures, 2) if lidars else sheet(pictures)


def plan(scene: Scene, width: int, height: int) -> Picture:
    """A scene seen from above at time 0, everybody on it."""
    world = compile_world([scene])
    return draw_top(world, initial_state(world), view=whole(scene, width, height), ego=ego_of(scene))


def show(
    scene: str, out: Path, samples: int, seed: int, labels: bool, on_progress: Callable[[int, int], None],
    above: bool = False, assets: str = "auto", renderer: str = "raster", lidars: bool = False,
) -> None:  # fmt: skip
    """Write a contact sheet as PNG, whole or not at all."""
    write_png(out, contact_sheet(scene, samples, seed, labels, on_progress, above, assets, renderer, lidars))


def show_top(scene: str, out: Path, seed: int) -> None:
    """Write sample 0 of a scene, seen from above, as PNG."""
    write_png(out, plan(load(scene).sample(0, seed=seed), 1200, 900))
