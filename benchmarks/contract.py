"""The contract of the renderers on random samples of every library scene: the same things in the same pixels.

Run: python -m benchmarks.contract FILE [--pictures 200]
The rasteriser is compared with each other renderer that works here: instances, classes and depth of the picture of a
sample's first camera. Of `path` the triangles that Mitsuba's rays meet count; `path` and `bullet` are compared away
from edges and cut-outs such as leaves. Besides, the flow of each pair of pictures 0.1 s apart warps the later one onto
the earlier. Every picture leaves a line in FILE; started again, it goes on after the last one.
"""

from __future__ import annotations

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")

import argparse
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

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
MOVED = 1.0  # px, flow from where on a pixel counts


def moments(name: str, k: int) -> Iterator[tuple[Stage, View]]:
    """Two moments of a sample's first camera."""
    scene = load(name).sample(k, SEED)
    everybody, others = cast(scene)
    builder, camera = StageBuilder(scene), scene.cameras[0]
    for state in rollout([scene], everybody, [scene.start_time, scene.start_time + LATER], others):
        view = resolve_camera(camera, scene, state)
        yield builder.at(state, view, hidden=camera.mount)[0], view


def agreement(own: Frame, other: Frame, where: np.ndarray) -> dict[str, float]:
    """Shares of pixels with the same instance, the same class and, of those, a depth within 1 mm + 0.1 %."""
    both = where & np.isfinite(own.depth) & np.isfinite(other.depth) & (own.semantic == other.semantic)
    near = np.abs(own.depth[both] - other.depth[both]) <= 1e-3 + 1e-3 * own.depth[both]
    return {
        "instances": float((own.instance == other.instance)[where].mean()),
        "classes": float((own.semantic == other.semantic)[where].mean()),
        "depth": float(near.mean()),
    }


def traced(drawn: Drawn, stage: Stage, view: View) -> dict[str, float]:
    """The same of the triangles that Mitsuba's rays meet."""
    from renderers.path import PathRenderer

    own, flat = drawn.frame, drawn.flat
    index, depth = PathRenderer(1).traced(stage, view)
    where = inner(own) & ~np.isin(index, flat.cutouts.triangle)
    met = index >= 0
    both = where & met & np.isfinite(own.depth)
    near = np.abs(own.depth[both] - depth[both]) <= 1e-3 + 1e-3 * own.depth[both]
    return {
        "instances": float((np.where(met, flat.instance[index], 0) == own.instance)[where].mean()),
        "classes": float((np.where(met, flat.kind[index], own.semantic) == own.semantic)[where].mean()),
        "depth": float(near.mean()),
    }


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


def compared(name: str, k: int, others: list[str]) -> dict[str, Any]:
    """All comparisons of one sample."""
    one, two = moments(name, k)
    raster = RasterRenderer()
    drawn = raster.draw(*one)
    found: dict[str, Any] = {"flow": warped(drawn, one, two, raster.render(*two))}
    for other in others:
        if other == "path":
            found[other] = traced(drawn, *one)
            continue
        where = np.ones(drawn.frame.depth.shape, np.bool_)
        if other == "bullet":
            index = visible_triangles(drawn.flat, drawn.triangles.camera, one[1], 1)
            where = inner(drawn.frame) & ~np.isin(index, drawn.flat.cutouts.triangle)
        found[other] = agreement(drawn.frame, renderer(other).draw(*one).frame, where)
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


def report(rows: list[dict[str, Any]]) -> None:
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
    rows = [json.loads(line) for line in options.file.read_text().splitlines()] if options.file.exists() else []
    names, others = list(library()), available()
    with options.file.open("a") as out:
        for number in range(len(rows), options.pictures):
            name, k = names[number % len(names)], FIRST + number // len(names)
            rows.append({"scene": name, "sample": k, **compared(name, k, others)})
            out.write(json.dumps(rows[-1]) + "\n")
            out.flush()
    report(rows)


if __name__ == "__main__":
    main()
