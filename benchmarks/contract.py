"""The contract of the renderers on random samples of every library scene: the same things in the same pixels.

Run: python -m benchmarks.contract FILE [--pictures 200]
The rasteriser is compared with each other renderer that works here: instances, classes and depth of the picture of a
sample's first camera. Of `path` the triangles that Mitsuba's rays meet count; `path` and `bullet` are compared away
from edges and cut-outs such as leaves. Besides, the flow of each pair of pictures 0.1 s apart warps the later one onto
the earlier. Every picture leaves a line in FILE; started again, it goes on after the last one, unless the code of
scenes, simulation or renderers has changed. PyBullet keeps the memory of what it drew: processes are replaced.
"""

from __future__ import annotations

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")

import argparse
from collections.abc import Iterator
from multiprocessing import get_context
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.lines import Row, add, begin, kept, source
from renderers.assemble import StageBuilder
from renderers.flow import flow_between
from renderers.frame import Frame, View
from renderers.motion import vertices_at
from renderers.raster import Drawn, RasterRenderer
from renderers.stage import Stage
from renderers.views import resolve_camera
from renderers.visible import visible_triangles
from scenes.files import library, load
from sim.rollout import rollout
from skidpad.drivers import cast
from skidpad.render import renderer
from tests.test_flow import ends_of, pulled
from tests.test_renderers import inner

FIRST = 1000  # number of the first sample: other samples than tests look at
SEED = 7
LATER = 0.1  # s between two pictures
MASKS = {"gl": 0.995, "path": 0.99, "bullet": 0.995}  # share of pixels that must agree
PICTURES_EACH = 10  # of a process
MOVED = 1.0  # px, flow from where on a pixel counts

F4, I4, Mask = NDArray[np.float32], NDArray[np.integer], NDArray[np.bool_]


def moments(name: str, k: int) -> Iterator[tuple[Stage, View]]:
    """Two moments of a sample's first camera."""
    scene = load(name).sample(k, SEED)
    everybody, others = cast(scene)
    builder, camera = StageBuilder(scene), scene.cameras[0]
    for state in rollout([scene], everybody, [scene.start_time, scene.start_time + LATER], others):
        view = resolve_camera(camera, scene, state)
        yield builder.at(state, view, hidden=camera.mount)[0], view


def agreement(own: Frame, instance: I4, semantic: I4, depth: F4, where: Mask, measured: Mask) -> dict[str, float]:
    """Shares of pixels with the same instance, the same class and, of those `measured`, a depth within 1 mm + 0.1 %."""
    both = where & measured & np.isfinite(own.depth) & np.isfinite(depth)
    near = np.abs(own.depth[both] - depth[both]) <= 1e-3 + 1e-3 * own.depth[both]
    return {
        "instances": float((own.instance == instance)[where].mean()),
        "classes": float((own.semantic == semantic)[where].mean()),
        "depth": float(near.mean()),
    }


def traced(drawn: Drawn, stage: Stage, view: View) -> dict[str, float]:
    """The same of the triangles that Mitsuba's rays meet."""
    from renderers.path import PathRenderer

    own, flat = drawn.frame, drawn.flat
    index, depth = PathRenderer(1).traced(stage, view)
    met = index >= 0
    semantic = np.where(met, flat.kind[index], own.semantic)
    where = inner(own) & ~np.isin(index, flat.cutouts.triangle)
    return agreement(own, np.where(met, flat.instance[index], 0), semantic, depth, where, met)


def warped(drawn: Drawn, one: tuple[Stage, View], two: tuple[Stage, View], later: Frame) -> dict[str, float]:
    """Median error of the later picture pulled back along the flow, and without it; shares of the brightness."""
    flow = flow_between(drawn, vertices_at(drawn.flat, *one, two[0]), later)
    own = drawn.frame
    moving = flow.seen & (np.linalg.norm(np.nan_to_num(flow.vectors), axis=-1) > MOVED) & inner(own)
    if moving.sum() < 100:
        return {}
    bright = float(np.median(own.rgb[moving].max(-1)))
    pair = (pulled(later.rgb, ends_of(flow)), later.rgb)
    error, still = (float(np.median(np.abs(one - own.rgb).max(-1)[moving])) / bright for one in pair)
    return {"error": error, "still": still, "moving": float(moving.mean())}


def compared(task: tuple[str, int, list[str]]) -> Row:
    """All comparisons of one sample of a scene."""
    name, k, others = task
    one, two = moments(name, k)
    raster = RasterRenderer()
    drawn = raster.draw(*one)
    found: Row = {"scene": name, "sample": k, "flow": warped(drawn, one, two, raster.render(*two))}
    for other in others:
        if other == "path":
            found[other] = traced(drawn, *one)
            continue
        where = np.ones(drawn.frame.depth.shape, np.bool_)
        if other == "bullet":
            index = visible_triangles(drawn.flat, drawn.triangles.camera, one[1], 1)
            where = inner(drawn.frame) & ~np.isin(index, drawn.flat.cutouts.triangle)
        frame = renderer(other).draw(*one).frame
        same = frame.semantic == drawn.frame.semantic
        found[other] = agreement(drawn.frame, frame.instance, frame.semantic, frame.depth, where, same)
    return found


def available() -> list[str]:
    """Renderers that work here."""
    found = []
    for name in MASKS:
        try:
            renderer(name)
            found.append(name)
        except RuntimeError as error:
            print(error)
    return found


def report(rows: list[Row]) -> None:
    """Print a line for each renderer and quantity."""
    print("                    median    least  below   where least")
    for name, share in MASKS.items():
        for quantity in ("instances", "classes", "depth"):
            known = [row for row in rows if name in row]
            if not known:
                continue
            values = np.array([row[name][quantity] for row in known])
            limit, worst = 0.998 if quantity == "depth" else share, known[int(values.argmin())]
            print(
                f"{name:7s}{quantity:10s} {100 * np.median(values):8.3f} {100 * values.min():8.3f}"
                f" {(values < limit).sum():6d}   {worst['scene']} {worst['sample']}"
            )
    flows = [row["flow"] for row in rows if row["flow"]]
    error, still = (np.median([flow[key] for flow in flows]) for key in ("error", "still"))
    worst = max(flow["error"] for flow in flows)
    print(f"flow: error {error:.4f} of the brightness, most {worst:.4f}; without flow {still:.4f}; {len(flows)} pairs")


def main() -> None:
    """Compare what is missing, and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", type=Path)
    parser.add_argument("--pictures", type=int, default=200)
    options = parser.parse_args()
    names, others = list(library()), available()
    head = {"code": source("scenes", "sim", "renderers"), "renderers": others}
    rows = kept(options.file, head)[: options.pictures]
    begin(options.file, head, rows)
    todo = [(names[n % len(names)], FIRST + n // len(names), others) for n in range(len(rows), options.pictures)]
    with get_context("spawn").Pool(1, maxtasksperchild=PICTURES_EACH) as pool:
        for row in pool.imap(compared, todo):
            add(options.file, row)
            rows.append(row)
    report(rows)


if __name__ == "__main__":
    main()
